"""Does the claim say it as strongly, and with the same sign, as the sentences it cites?"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

from guarantee_summarizer.schema import Finding
from guarantee_summarizer.verify.claims import Claim
from guarantee_summarizer.verify.context import Context, error, warning
from guarantee_summarizer.verify.passages import ACTS, Passage

__all__ = [
    "acts_are_said",
    "certainty_is_said",
    "history_is_told_as_history",
    "polarity_agrees",
    "status_is_said",
]

_Stems = frozenset[str]
_FIRM = {
    "agreed": re.compile(
        r"\b(?:agree\w*|accept\w*|adopt\w*|approv\w*|endors\w*|commit(?:s|ted|ments?)?|undert[ao]\w*|decided|pledg\w*|"
        r"set up|establish\w*|conclu\w*|sign(?:s|ed|ing|ature)?|announc\w*|confirm\w*|voted|authori[sz]\w*|initial\w*|ratif\w*|"
        r"declar\w*|settled|gave|given|joined|oblig\w*|stipulat\w*|has been|have been|four steps|provides|points)\b"
    ),
    "signed": re.compile(
        r"\b(?:sign(?:s|ed|ing|ature)?|initial(?:led|ed|s)|ratif\w*|conclud\w*|countersign\w*|seal\w*)\b"
    ),
    "in_force": re.compile(
        r"\b(?:in(?:to)? force|takes? effect|took effect|shall|operat\w*|began|begun|started|has been|have been|already|"
        r"is|are|was|were|since|runs?|valid|keeps?|provides?|holds?|has|have|allow(?:s|ed)|deployed|stationed)\b"
    ),
}
_TENTATIVE = re.compile(
    r"\b(?:propos\w*|may|might|could|would|possib\w*|consider\w*|discuss\w*|envision\w*|suggest\w*|"
    r"float\w*|ask\w*|demand\w*|want\w*|seek\w*|sought|hop\w*|call\w* for|ready to|prepared to|plan\w*|draft\w*)\b"
)
_CERTAIN = re.compile(r"\b(?:will|has|have|had|is|are|was|were|did|\w{3,}ed)\b")
_OPENS = re.compile(r"\b(?:agreed|adopted|signed|pledged|committed|undertook|in force)\b")
_ITEM = re.compile(r"\W*(?:to|not|first|second|third|fourth|fifth|finally|and|also|\d+)\b")
_OPENED = 4  # sentences, where the cited one is tentative itself
_LIST = 10  # sentences before the cited ones in which a list may be opened ("signed a memorandum")


def status_is_said(claim: Claim, context: Context) -> Iterator[Finding]:
    """Agreed, signed and in force are said by the cited sentences, or by what opens their list."""
    if claim.section not in ("proposals", "layers") or not context.english:
        return
    status = claim.item.status or ""
    pattern = _FIRM.get(status)
    if pattern is None:
        return
    cited = context.passages(claim)
    if any(pattern.search(at.settled) for at in cited):
        return
    listed = any(_ITEM.match(at.text) for at in cited)
    tentative = any(_TENTATIVE.search(at.text) for at in cited)
    opens = _OPENS if tentative else pattern
    near = context.before(claim, _LIST if listed else _OPENED)
    if not any(opens.search(at.settled) for at in near):
        message = f"the cited sentences do not say that it is {status.replace('_', ' ')}"
        yield warning("status_not_in_evidence", claim.path, message)


def polarity_agrees(claim: Claim, context: Context) -> Iterator[Finding]:
    """What the claim denies is denied in what it cites, and what it affirms is not."""
    if claim.section not in ("proposals", "layers", "positions", "events") or not context.english:
        return
    cited = context.passages(claim)
    if claim.prose.denies and not any(at.denies for at in cited):
        yield error("polarity_turned", claim.path, "denies what the cited sentences do not deny")
        return
    if claim.section == "positions" and cited:
        cited = [context.passage(context.closest(claim, claim.prose))]
    phrases, affirmed = claim.prose.signs
    phrases_there = [phrase for at in cited for phrase in at.signs[0]]
    if not phrases and not phrases_there:
        return
    affirmed_there = frozenset[str]().union(*(at.signs[1] for at in cited))
    if _contradicts(affirmed, phrases, phrases_there, affirmed_there):
        yield warning("polarity_turned", claim.path, "affirms what the cited sentences deny")
    elif _contradicts(affirmed_there, phrases_there, phrases, affirmed):
        yield warning("polarity_turned", claim.path, "denies what the cited sentences affirm")


def _contradicts(
    affirmed: _Stems, phrases: Iterable[_Stems], denied: Iterable[_Stems], also_affirmed: _Stems
) -> bool:
    """Whether one side affirms, and nowhere denies, what the other denies and nowhere affirms."""
    own = frozenset[str]().union(*phrases)
    return any(phrase & affirmed - also_affirmed for phrase in denied if not phrase & own)


def acts_are_said(claim: Claim, context: Context) -> Iterator[Finding]:
    """Promising, signing, refusing and the like are done in the cited sentences, in some such word."""
    if claim.section not in ("proposals", "positions", "events") or not context.english:
        return
    there = claim.said.acts.difference(*(at.acts for at in context.passages(claim)))
    if there:
        there = there.difference(*(at.acts for at in context.before(claim, 1)))
    for act in sorted(there, key=list(ACTS).index):
        listed = context.before(claim, _LIST) if act in ("promising", "signing") else ()
        if any(_FIRM["signed"].search(at.text) for at in listed):
            continue  # the points of what was signed are promised
        word = next(match[0] for match in ACTS[act].finditer(claim.said.text))
        message = f"the cited sentences say nothing of {act} ({word!r})"
        yield warning("act_not_in_evidence", claim.path, message)
        return


def certainty_is_said(claim: Claim, context: Context) -> Iterator[Finding]:
    """What may, would or is asked to happen is not told as done or settled."""
    if claim.section not in ("proposals", "layers", "positions") or not context.english:
        return
    words = claim.folded.get("stance") or claim.folded.get("description") or ""
    if not _CERTAIN.search(words) or _TENTATIVE.search(words):
        return
    cited = [at.text for at in context.passages(claim)]
    if cited and all(_TENTATIVE.search(text) and not _CERTAIN.search(text) for text in cited):
        message = "tells as certain what the cited sentences only propose or think possible"
        yield warning("certainty_stronger_than_text", claim.path, message)


_PENDING = frozenset({"proposed", "under_discussion", "planned", "expected", "open"})
_RECENT = 1  # years before publication that still are news
_NEWS = re.compile(
    r"\b(?:now|today|still|again|this (?:week|month|year)|will|would|could|wants?|demands?|on \w+day|yesterday|tomorrow)\b"
)


def history_is_told_as_history(claim: Claim, context: Context) -> Iterator[Finding]:
    """What the cited sentences tell of long ago is not proposed, planned or under discussion now.

    Long ago is a year before the last one, with the day of publication or else the latest year of
    the article for today.
    """
    if claim.section not in ("proposals", "layers", "events") or not context.english:
        return
    cited = context.passages(claim)
    if claim.item.status not in _PENDING or not cited:
        return
    if all(_is_past(at, context.year) for at in cited) and not claim.said.years:
        message = "the cited sentences tell it of the past, the claim as something pending"
        yield warning("history_as_present", claim.path, message)


def _is_past(passage: Passage, today: int) -> bool:
    years = passage.years
    return bool(years) and max(years) < today - _RECENT and not _NEWS.search(passage.text)
