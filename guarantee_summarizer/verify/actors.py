"""Who says, wants and offers it: named where the claim points, and not the other party."""

from __future__ import annotations

import re
from collections.abc import Iterator

from guarantee_summarizer.schema import Finding
from guarantee_summarizer.text import fold
from guarantee_summarizer.verify.base import Claim, Reading, warning

__all__ = [
    "actors_are_named_there",
    "actors_are_not_crossed",
    "attribution_is_said",
    "own_subject_is_named",
]

_PRONOUN = re.compile(
    r"\W*(?:he|she|it|they|his|her|its|their|this|that|these|the (?:force|group|text|plan|country))\b"
)
_DOES = re.compile(
    r"\b(?:is (?:also )?(?:prepared|ready|willing)|(?:would|will|could|can|may)(?: not| also)* (?:send|supply|provide|deploy|lead|"
    r"help|join|contribute|station|back|offer|accept|add|take part)|demands?|offer(?:s|ed)?|pledge[sd]?|rejects?|rejected|wants?|"
    r"ask(?:s|ed)|propose[sd]?|rule[sd]? out|insist(?:s|ed)?|accepts?|seeks?|sought|refuse[sd]?|oppose[sd]?)\b"
)
_OPENING = 12  # characters in which the subject of a claim begins
_CLOSE = 45  # characters between it and its verb
_JOINT = 3  # parties; more stand behind a text that is named elsewhere
_NEAR = 3  # sentences before the cited ones, for "he", "the group", "it"
_ACTS = re.compile(
    r"\b(?:demand\w*|insist\w*|reject\w*|refus\w*|oppos\w*|want\w*|seek\w*|sought|ask\w*|urg\w*|propos\w*|offer\w*|"
    r"pledg\w*|promis\w*|called|calls|warn\w*|accept\w*|rul(?:es|ed) out|ready to|prepared to|"
    r"announc\w*|suggest\w*|request\w*|argu\w*|den(?:y|ies|ied)|support\w*)\b"
)


def actors_are_named_there(claim: Claim, reading: Reading) -> Iterator[Finding]:
    """Who proposes, provides or takes a stance is named in the cited sentences, or just before.

    Nothing is said where nobody acts in the cited sentences: points of a list are their author's.
    """
    if claim.section not in ("positions", "proposals", "layers") or not reading.english:
        return
    if not claim.references:
        return
    together = (*claim.references.values(), *reading.sharing(claim))
    if len(together) > _JOINT:
        return
    near = (*reading.before(claim, _NEAR), *reading.folded(claim))
    if any(reading.names_one(together, text) for text in near):
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
    if not (speakers := {name for name, _ in reading.named(fold(who))}):
        return
    near = (*reading.before(claim, _NEAR), *reading.folded(claim))
    if not any(reading.names_one(speakers, text) for text in near):
        message = f"the cited sentences do not name {who!r}, who is said to say it"
        yield warning("attribution_not_in_evidence", claim.path, message)


def own_subject_is_named(claim: Claim, reading: Reading) -> Iterator[Finding]:
    """Whom the claim's own words show offering or demanding is whom the claim names for it."""
    if claim.section not in ("positions", "proposals") or not claim.references:
        return
    prose = fold(claim.words.get("stance") or claim.words.get("description") or "")
    opening = next(iter(reading.named(prose)), None)
    verb = _DOES.search(prose)
    if (
        opening is None
        or verb is None
        or opening[1] > _OPENING
        or not 0 < verb.start() - opening[1] < _CLOSE
    ):
        return
    together = {
        reading.represented(one) for one in (*claim.references.values(), *reading.sharing(claim))
    }
    if reading.represented(opening[0]) not in together:
        name = next(iter(claim.references.values()))
        message = f"the claim's own words say it of {opening[0]!r}, not of {name!r}"
        yield warning("actors_crossed", claim.path, message)


def actors_are_not_crossed(claim: Claim, reading: Reading) -> Iterator[Finding]:
    """Who takes a stance is named where it is said, not only where another party speaks."""
    cited = reading.sentences(claim)
    if claim.section != "positions" or not cited or not reading.english:
        return
    sentences = reading.article.folded_sentences
    at = reading.overlap.closest(fold(claim.words["stance"]), cited)
    there = {reading.represented(name) for name, _ in reading.named(sentences[at])}
    for back in range(1, _NEAR + 1):
        if at >= back and (not there or _PRONOUN.match(sentences[at - back + 1])):
            there |= {reading.represented(name) for name, _ in reading.named(sentences[at - back])}
    name = claim.references["party"]
    together = {reading.represented(one) for one in (name, *reading.sharing(claim))}
    if there and not there & together and len(together) <= _JOINT and reading.known(name):
        message = f"the sentence that says so names {min(there)!r}, not {name!r}"
        yield warning("actors_crossed", f"{claim.path}.party", message)


def _subjects(text: str, reading: Reading) -> list[str]:
    """The participants named before the first verb of asking, offering, accepting or refusing."""
    verb = _ACTS.search(text)
    return [name for name, at in reading.named(text) if at < verb.start()] if verb else []
