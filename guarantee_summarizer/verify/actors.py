"""Who says, wants and offers it: named where the claim points, and not the other party."""

from __future__ import annotations

import re
from collections.abc import Iterator

from guarantee_summarizer.schema import Finding
from guarantee_summarizer.text import fold
from guarantee_summarizer.verify.base import Claim, Reading, warning

__all__ = ["actors_are_named_there", "actors_are_not_crossed", "attribution_is_said"]

_NEAR = 3  # sentences before the cited ones, for "he", "the group", "it"
_FEW = 2  # more than that stand behind a joint text
_ACTS = re.compile(
    r"\b(?:demand\w*|insist\w*|reject\w*|refus\w*|oppos\w*|want\w*|seek\w*|sought|ask\w*|urg\w*|propos\w*|offer\w*|"
    r"pledg\w*|promis\w*|called|calls|warn\w*|accept\w*|rul(?:es|ed) out|ready to|prepared to|"
    r"announc\w*|suggest\w*|request\w*|argu\w*|den(?:y|ies|ied)|support\w*)\b"
)
_BY = re.compile(r"\b(?:by|from|of|between|among|with|and)(?: the)? $")


def actors_are_named_there(claim: Claim, reading: Reading) -> Iterator[Finding]:
    """Who proposes, provides or takes a stance is named in the cited sentences, or just before.

    Nothing is said where nobody acts in the cited sentences: points of a list are their author's.
    """
    if claim.section not in ("positions", "proposals", "layers") or not reading.english:
        return
    if not claim.references:
        return
    near = " ".join((*reading.before(claim, _NEAR), *reading.folded(claim)))
    if any(
        _names(form, near) for name in claim.references.values() for form in reading.forms(name)
    ):
        return
    if subjects := [name for text in reading.folded(claim) for name in _subjects(text, reading)]:
        name = next(iter(claim.references.values()))
        message = f"{subjects[0]!r} acts in the cited sentences, {name!r} is not named there"
        yield warning("name_not_in_evidence", claim.path, message)


def attribution_is_said(claim: Claim, reading: Reading) -> Iterator[Finding]:
    """Who a proposal is attributed to stands in the cited sentences, or just before."""
    who = getattr(claim.item, "attribution", None)
    if not who or claim.section != "proposals" or not reading.english:
        return
    near = " ".join((*reading.before(claim, _NEAR), *reading.folded(claim)))
    forms = reading.forms(who)
    if not any(_names(form, near) for form in forms):
        message = f"the cited sentences do not name {who!r}, who is said to say it"
        yield warning("attribution_not_in_evidence", claim.path, message)


def actors_are_not_crossed(claim: Claim, reading: Reading) -> Iterator[Finding]:
    """Who takes a stance or proposes is not merely the one that another party speaks of."""
    if claim.section not in ("positions", "proposals") or not reading.english:
        return
    cited = reading.sentences(claim)
    if not cited or not claim.references or len(claim.references) > _FEW:
        return
    words = fold(" ".join(claim.words.values()))
    text = reading.article.folded_sentences[reading.overlap.closest(words, cited)]
    subjects = _subjects(text, reading)
    for field, name in claim.references.items():
        whole = reading.represented(name)
        places = [at for other, at in reading.named(text) if reading.represented(other) == whole]
        verb = _ACTS.search(text)
        if subjects and verb and places and whole not in map(reading.represented, subjects):
            if min(places) > verb.end() and not _BY.search(text[: min(places)]):
                message = f"{subjects[0]!r} rather than {name!r} does so in the cited sentence"
                yield warning("actors_crossed", f"{claim.path}.{field}", message)


def _subjects(text: str, reading: Reading) -> list[str]:
    """The participants named before the first verb of asking, offering, accepting or refusing."""
    verb = _ACTS.search(text)
    return [name for name, at in reading.named(text) if at < verb.start()] if verb else []


def _names(form: str, text: str) -> bool:
    return re.search(rf"(?<!\w){re.escape(form)}", text) is not None
