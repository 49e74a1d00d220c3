"""Check that a claim shares words with its evidence; the only check that measures similarity."""

from __future__ import annotations

from collections.abc import Iterator

from guarantee_summarizer.schema import Finding
from guarantee_summarizer.text import fold
from guarantee_summarizer.verify.claims import Claim, about
from guarantee_summarizer.verify.context import Context, error, warning
from guarantee_summarizer.verify.overlap import stems

__all__ = ["evidence_speaks_of_it"]

_UNRELATED = 0.25  # of the weight that the claim shares with the best sentence of the article
_DOUBTFUL = 0.45


@about("events", "proposals", "layers", "disputes", "positions")
def evidence_speaks_of_it(claim: Claim, context: Context) -> Iterator[Finding]:
    """Check that the cited sentences share enough words with the claim.

    They are compared with the sentence of the article that shares most.
    """
    if not claim.evidence or not context.english:
        return
    parts = claim.item.positions if claim.section == "disputes" else ()
    texts = [*claim.folded.values(), *map(fold, claim.located.values())]
    texts += [fold(position.stance) for position in parts]
    wanted = frozenset[str]().union(
        *(context.read(stems, text) for text in texts),
        *map(context.stems_of, claim.references.values()),
    )
    share = context.passages.overlap.share(wanted, context.cited(claim), enough=_DOUBTFUL)
    if share is None or share >= _DOUBTFUL:
        return
    finding = error if share < _UNRELATED else warning
    message = "the cited sentences speak of something else"
    yield finding("evidence_beside_the_point", claim.path, message)
