"""Meetings, signings, deadlines and next steps, with time, place and who takes part."""

from __future__ import annotations

import re
from typing import Any

from guarantee_summarizer.embedded.document import Document, Line
from guarantee_summarizer.embedded.phrasing import clean
from guarantee_summarizer.normalize.quantities import MONTH_NAMES, WEEKDAY_NAMES
from guarantee_summarizer.schema import Citation, Event

__all__ = ["events"]

_DAY, _MONTH = f"(?:{'|'.join(WEEKDAY_NAMES)})", f"(?:{'|'.join(MONTH_NAMES)})"
_SHORT = r"(?:Jan|Feb|Mar|Apr|Jun|Jul|Aug|Sept|Sep|Oct|Nov|Dec)\."
_WHEN = re.compile(
    rf"\b(?:(?:by |in |at )?the (?:end|beginning|start|middle) of (?:{_MONTH}|the (?:month|year|week))(?: \d{{4}})?"
    rf"|{_SHORT} \d{{1,2}}(?:, \d{{4}})?|\d{{1,2}} {_SHORT}|(?:in|by|since|until|last|next|this) {_MONTH}(?! \d)"
    rf"|\d{{1,2}} {_MONTH}(?: \d{{4}})?|{_MONTH} \d{{1,2}}(?:, \d{{4}})?|(?:early|mid|late)[ -]{_MONTH}|{_MONTH} \d{{4}}"
    rf"|(?:last |next |this |late on |later on |on )?{_DAY}(?: (?:morning|evening|night|afternoon))?"
    r"|(?:over|at|during) the weekend|(?:last|next|this) (?:week|month|year|weekend)|yesterday|today|tomorrow"
    r"|in the coming (?:days|weeks|months)|later this (?:week|month|year)|within \d+ (?:hours|days|weeks)"
    r"|(?:\w+) (?:hours|days|weeks|months) (?:ago|later)|the (?:day before|same day|following day|next day)|(?:a|two|three) (?:days?|weeks?|months?) (?:earlier|later)"
    r"|(?:with)?in (?:the next )?(?:two|three|\d+) (?:days|weeks|months)|before Christmas|in (?:19|20)\d\d)\b"
)
_MEETS = re.compile(
    r"\b(?:met|meets?|meeting|summit|deadline|flew|spoke|phoned|delegations?|round of|joined|set out|declared|approved|passed|agreed|left for|concluded|presented|handed|ceremony|signatories|ultimatum|ratification|"
    r"invit(?:e|ed)|attend(?:s|ed)?|chaired|gave|returned|submitted|unveiled|endorsed|registered|pledged|talks|conference|sign(?:s|ed)?|signing|initialled|host(?:s|ed)?|visit(?:s|ed)?|travell?ed|received|"
    r"conversation|press conference|vot(?:e|ed)|ratified|published|released|adopted|convened?|gather(?:ed)?|holds?|held|"
    r"invaded|annexed|quarrel|decide|invoked|carried|session|declaration|inaugurat\w+|arrived|deployed|began|opened|launched|took effect|takes effect|(?:entered|came|comes|brought\b.{0,60}) into force|expires?|runs until|summoned|froze|suspended|dissolved|discuss|debate|telephone|call with)\b",
    re.IGNORECASE,
)
_SAME = re.compile(
    r"\b(?:host|chair(?:ed)?|at|in|attend\w*|joined?|present at) (?:the|this) (?:meeting|summit|talks|conference)\b"
    r"|\balso present\b|\b(?:be|was|were) represented\b|\battended\b|\bjoined (?:remotely|by video)|\b(?:The|This) (?:meeting|summit) (?:was|will be|at)\b",
    re.IGNORECASE,
)
_PLANNED = re.compile(
    r"\b(?:will|must|has to|have to|needs? to|is to|are to|to be held|scheduled|planned|hopes? to|is set to|due|holds? a|decide)\b"
)
_GATHERING = re.compile(
    r"\b(?:meeting|summit|talks|conference|round|vote|signing|session|ceremony)\b", re.IGNORECASE
)
_HAPPENS = re.compile(
    r"\b(?:(?:has |have |had )?(?:signed|met|hosted|adopted|initialled|ratified|received|convened|approved|"
    r"concluded|travelled|inaugurated)|will (?:meet|host|sign|hold|travel|visit|convene|vote|receive|gather)|"
    r"(?:is|are) (?:to|due to|set to|expected to) (?:meet|host|sign|hold|travel|visit|vote|gather)|"
    r"(?:summit|talks|meeting|conference|signing|ceremony) (?:was|were|is|are|will|took|takes|ended|opened|began)|"
    r"held (?:talks|a)|after (?:hosting|meeting|talks)|agreed to (?:meet|hold))\b",
    re.IGNORECASE,
)
_UNSURE = re.compile(
    r"\b(?:would|could|might|if|whether|should|never|not|rejected|refused)\b|\?$", re.IGNORECASE
)
_NOT_YET = re.compile(
    r"\b(?:before|until|unless|once|if|when|after) [^,.;]{0,40} (?:is|are|be|been) (?:signed|ratified|adopted|met)\b"
)
_PAST = re.compile(
    r"\b(?:signed|met|held|hosted|initialled|travelled|received|visited|published|adopted|voted)\b[^,;]*$"
)
_EXPECTED = re.compile(r"\b(?:expected|may|might|could|likely|would)\b")
_CANCELLED = re.compile(r"\b(?:cancell?ed|called off|postponed|scrapped)\b")
_WHERE = re.compile(
    r"\b(?:in|at|to) ((?:the )?(?:[A-Z\u00c0-\u00de][\w'’-]+)(?: (?:[A-Z\u00c0-\u00de][\w'’-]+|de|of the)){0,3})"
)
_NOT_PLACE = re.compile(rf"^(?:the )?(?:{_DAY}|{_MONTH}|NATO|European Union|Article|EU|UN)\b")
_SPEAKS_ONLY = re.compile(r"\b(?:said|told|wrote|stated|repeated|added)\b")


def events(document: Document) -> tuple[Event, ...]:
    """The events in the order of the text: sentences with an occasion and a time."""
    made: list[dict[str, Any]] = []
    last = -1
    for at, line in enumerate(document.lines):
        fields = None
        if made and at - last == 1 and _SAME.search(line.text):
            _join(made[-1], line)
            last = at
        elif (fields := _event(line)) is not None:
            made.append(fields)
            last = at
    return tuple(map(Event.model_validate, made))


def _join(event: dict[str, Any], line: Line) -> None:
    """The next sentence says more of the same meeting."""
    event["evidence"] += (Citation.of(line.sentence),)
    event["participants"] = tuple(dict.fromkeys((*event["participants"], *_attending(line))))


def _event(line: Line) -> dict[str, Any] | None:
    text = clean(line.text)
    occasion = _MEETS.search(line.text)
    when = _when(line.text)
    if occasion is None or not (line.actors(adjectives=True) or (when and _GATHERING.search(text))):
        return None
    if when is None and _NOT_YET.search(text):
        return None
    if when is None and (not _HAPPENS.search(text) or _UNSURE.search(text)):
        return None
    if _SPEAKS_ONLY.search(line.text) and not re.search(
        r"\b(?:meeting|summit|talks|signed|hosting|hosted|conference|call|declaration|met)\b",
        line.text,
        re.IGNORECASE,
    ):
        return None
    return {
        "what": text.rstrip(".") + ".",
        "when": when,
        "where": _where(line.text),
        "participants": _attending(line),
        "status": _status(line.text, when or ""),
        "evidence": (Citation.of(line.sentence),),
    }


def _when(text: str) -> str | None:
    match = _WHEN.search(text)
    return match[0] if match else None


def _where(text: str) -> str | None:
    for match in _WHERE.finditer(text):
        if not _NOT_PLACE.match(match[1]):
            return re.sub(r"['’]s$", "", match[1])
    return None


def _attending(line: Line) -> tuple[str, ...]:
    """Persons, and states and organizations that are not only a place or an address."""
    names = []
    for named in line.actors():
        if named.kind == "media" or re.search(
            r"\b(?:in|on|about|against) (?:the )?$", line.text[: named.start]
        ):
            continue
        if re.match(r"['’]s\b", line.text[named.end :]) and named.kind == "state":
            continue
        names.append(named.name)
    return tuple(dict.fromkeys(names))


def _status(text: str, when: str) -> str:
    at = text.find(when) if when else len(text)
    if _PAST.search(text[max(0, at - 70) : at]):
        return "held"
    if _CANCELLED.search(text):
        return "cancelled"
    if _EXPECTED.search(text) and not re.search(r"\b(?:met|was|were|signed|held|hosted)\b", text):
        return "expected"
    return "planned" if _PLANNED.search(text) else "held"
