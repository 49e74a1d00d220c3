"""Do the cited sentences speak of what the claim says? Measured by the words they share."""

from __future__ import annotations

from collections.abc import Iterator

from guarantee_summarizer.schema import Finding
from guarantee_summarizer.text import fold
from guarantee_summarizer.verify.base import Reading, error, warning
from guarantee_summarizer.verify.claims import Claim
from guarantee_summarizer.verify.overlap import stems

__all__ = ["evidence_speaks_of_it"]

_UNRELATED = 0.25  # share of what the best sentence of the article supports
_DOUBTFUL = 0.45


def evidence_speaks_of_it(claim: Claim, reading: Reading) -> Iterator[Finding]:
    """The cited sentences share about as much with the claim as the best ones of the article do."""
    if claim.section in ("text", "participants", "terms") or not claim.evidence:
        return
    if not reading.english:
        return
    parts = claim.item.positions if claim.section == "disputes" else ()
    words = claim.said.stems.union(
        *map(reading.stems, claim.references.values()), *(stems(fold(p.stance)) for p in parts)
    )
    share = reading.overlap.share(words, reading.sentences(claim), enough=_DOUBTFUL)
    if share is None or share >= _DOUBTFUL:
        return
    made = error if share < _UNRELATED else warning
    yield made(
        "evidence_beside_the_point", claim.path, "the cited sentences speak of something else"
    )
