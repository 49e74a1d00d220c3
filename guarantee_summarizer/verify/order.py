"""How claims stand to each other and to time: duplicates, the order of layers, past and future."""

from __future__ import annotations

import re
from collections.abc import Iterator

from guarantee_summarizer.schema import Finding
from guarantee_summarizer.verify.base import Reading, error, warning
from guarantee_summarizer.verify.claims import Claim

__all__ = ["claims_are_said_once", "events_fit_their_date", "layers_keep_their_order"]

_ORDINALS = {
    "first": 1, "innermost": 1, "second": 2, "third": 3, "fourth": 4, "fifth": 5, "sixth": 6,
}  # fmt: skip
_DAY = re.compile(r"\d{4}(?:-\d\d){0,2}")
_RANKED = re.compile(
    rf"\b({'|'.join(_ORDINALS)})(?:,| (?:line|layer|level|tier|ring|echelon|guarantee|stage|pillar|element)\b)"
)


def claims_are_said_once(claim: Claim, reading: Reading) -> Iterator[Finding]:
    """No two claims of a section say the same of the same sentences."""
    if claim.section not in ("events", "proposals", "layers", "disputes"):
        return
    first = reading.first_said.setdefault(
        (claim.section, frozenset(c.sentence for c in claim.evidence), _gist(claim)),
        claim.path,
    )
    if first != claim.path:
        yield warning("said_twice", claim.path, f"says the same as {first}")


def _gist(claim: Claim) -> str:
    return next(iter(claim.folded.values()), "")


def layers_keep_their_order(claim: Claim, reading: Reading) -> Iterator[Finding]:
    """A layer's `order` is the rank that its sentence gives it (second line, third level)."""
    if claim.section != "layers" or not reading.english:
        return
    others = [layer for layer in reading.summary.structure.layers if layer is not claim.item]
    if any(layer.order == claim.item.order for layer in others):
        yield warning("layer_order", claim.path, f"another layer has order {claim.item.order}, too")
    cited = {c.sentence for c in claim.evidence}
    if any(cited & {c.sentence for c in layer.evidence} for layer in others):
        return  # one sentence that ranks several
    ranks = {_ORDINALS[word] for at in reading.passages(claim) for word in _RANKED.findall(at.text)}
    if len(ranks) == 1 and claim.item.order not in ranks:
        message = f"order is {claim.item.order}, the cited sentence ranks it {ranks.pop()}"
        yield error("layer_order", claim.path, message)


def events_fit_their_date(claim: Claim, reading: Reading) -> Iterator[Finding]:
    """What was held lies in the past at publication, what is planned does not lie before it."""
    published = reading.article.published
    if claim.section != "events" or published is None:
        return
    date: str = claim.item.date or ""
    if not _DAY.fullmatch(date):
        return
    day = published.isoformat()[: len(date)]
    if claim.item.status == "held" and date > day:
        yield error("event_not_yet", claim.path, f"was held, but {date} lies after publication")
    elif claim.item.status in ("planned", "expected") and date < day:
        yield warning(
            "event_in_the_past", claim.path, f"is planned, but {date} lies before publication"
        )
