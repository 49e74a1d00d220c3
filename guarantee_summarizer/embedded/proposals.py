"""What is offered, asked for, planned, agreed or ruled out: at most one proposal a sentence."""

from __future__ import annotations

import re
from typing import Any

from guarantee_summarizer.embedded.document import Document, EntityMention, Line
from guarantee_summarizer.embedded.phrasing import attribution, clean, title
from guarantee_summarizer.normalize import Quantity
from guarantee_summarizer.schema import Citation, Proposal, Term

__all__ = ["proposals", "status", "terms"]

_TITLE_WORDS = 10
_OPENS_LIST = re.compile(
    r"\b(?:signed|signing) (?:an? |the |similar )?(?:\S+ ){0,3}(?:document|declaration|memorandum|treaty|pact|accord|agreement|one)\b"
    r"|\bagreed (?:on |to )?(?:\S+ ){0,2}(?:steps|points|measures|principles|commitments)|(?:steps|points|measures|principles) agreed\b",
    re.IGNORECASE,
)
_VAGUE = ("ceasefire", "legal_instrument", "other", "diplomacy")  # the less telling, the later
_DISCUSSED = re.compile(
    r"\b(?:discuss\w*|consider\w*|envision\w*|envisag\w*|possib\w+|may|might|could|under discussion|drafting|estimates|talks)\b"
)
_LEAVES = re.compile(
    r"\b(?:withdraw|pull (?:back|out)|leave|cede|hand over|recogni[sz]e|respect|return)\b"
)
_SIGNED = re.compile(
    r"(?<!to be )(?<!is )(?<!are )(?<!be )(?<!not )(?<!yet )(?<!being )\b(?:signed|initialled)\b"
)
_BULLET = re.compile(r"(?:[-*•▪–—]|\(?\d{1,2}[.)])\s+")
_ASKS = re.compile(
    r"\b(?:propos|offer|suggest|float|call(?:s|ed)? (?:for|on)|ask|demand|request|urge|want|seek|sought|"
    r"insist|pledg|vow|promis|hope|intend|plan|reject|rul(?:es|ed) out|refus|sign|agree|announce|ready|"
    r"prepared|willing|invit|would|will|oppos|declin|bid|commit|set out|envision|undert[oa]k)",
)
_SOLDIERS = re.compile(
    r"\s*(?:\S+ ){0,3}?(?:troops|soldiers|personnel|peacekeepers|men|members|in peacetime|strong|police|servicemen)"
)
_FORCE_BEFORE = re.compile(r"(?:armed forces|army|force|troops|contingent|military)(?: \S+){0,3} $")
_DEADLINE = re.compile(
    r"\b(?:by|before|until|within|no later than|deadline) (?:the )?(?:\S+ ){0,2}$", re.IGNORECASE
)
_ATTENDING = re.compile(
    r"[ -](?:\w+ )?(?:leaders|ministers|officials|diplomats|delegates|delegations|people|sources|experts|journalists|reporters|am|pm|a\.m|p\.m)\b"
)  # who is there, and the time of day, are no terms
_COUNTED = re.compile(r"(?:[ -][A-Za-z][\w-]*){1,4}")
_ADVERB = re.compile(
    r"(?:(?:more|fewer|less) than|up to|at least|at most|about|around|some|nearly|almost|over) $",
    re.IGNORECASE,
)
_STOP = re.compile(
    r" (?:and|or|of|to|in|on|at|by|for|with|from|that|which|who|would|will|is|are|was|were|as|per|have|has|had|be|under|a|the)\b.*"
)
_UNNAMED = re.compile(r"\b(?:officials?|sources?|diplomats?)\b")
_PAST_TALK = re.compile(
    r"\b(?:met|meeting|talks|summit|visited|travelled|received|arrived|gathered)\b"
)
_WILL_ISSUE = re.compile(
    r"\b(?:may|might|will|would|could) (?:\w+ )?(?:issue|sign|adopt|publish|announce)\b"
)
_KINDS = {"duration": "duration", "money": "money", "percent": "share", "distance": "distance"}
_TELLING = {"force_size": "troop_deployment", "money": "finance", "duration": "other"}
_AGO = re.compile(r"\s*(?:ago|later|earlier|old|before|after)\b")


def proposals(document: Document) -> tuple[Proposal, ...]:
    """The proposals in the order of the text."""
    made: list[dict[str, Any]] = []
    last: Line | None = None
    heading: str | None = None
    for line in document.lines:
        heading = _heading(line, heading)
        fields = _proposal(document, line)
        if fields is None:
            continue
        if heading and fields["status"] in ("proposed", "under_discussion", "unclear"):
            fields["status"] = heading
        if last is not None and _continues(made[-1], fields, last, line):
            made[-1]["evidence"] += fields["evidence"]
            made[-1]["terms"] = tuple(dict.fromkeys((*made[-1]["terms"], *fields["terms"])))
        else:
            made.append(fields)
        last = line
    return tuple(map(Proposal.model_validate, made))


def _heading(line: Line, known: str | None) -> str | None:
    """The status of a list that a sentence opens ("signed a declaration", "four agreed steps").

    It holds until somebody else speaks or proposes.
    """
    if opened := _OPENS_LIST.search(line.text):
        return "signed" if opened[0].lower().startswith("sign") else "agreed"
    if line.text.rstrip().endswith("?") or _BULLET.match(line.text):
        return known
    own = (
        _proposers(line)
        or attribution(line.text)
        or re.search(r"\b(?:said|told|asked)\b", line.text)
    )
    return None if own else known


def _continues(one: dict[str, Any], other: dict[str, Any], before: Line, line: Line) -> bool:
    """Whether the next sentence only says more of the same measure."""
    return (
        line.sentence.number == before.sentence.number + 1
        and one["measure"] == other["measure"]
        and not other["proposed_by"]
        and "rejected" not in (one["status"], other["status"])
        and not (one["terms"] and other["terms"])
        and not _BULLET.match(line.text)
    )


def _proposal(document: Document, line: Line) -> dict[str, Any] | None:
    """The proposal of a sentence; None where it proposes nothing, or only tells of talks."""
    text = clean(line.text)
    cues = document.cues.all("proposal", text)
    if _BULLET.match(line.text) and re.match(r"(?:Not to|To) [a-z]+", text):
        cues = cues or ("agreed",)
    measures = document.cues.earliest("measure", text)
    figures = terms(line)
    if not measures:
        measures = _measured(figures) or (("other",) if _BULLET.match(line.text) else ())
    if not cues or not measures or line.text.rstrip().endswith("?"):
        return None
    firm = [cue for cue in cues if cue != "under_discussion"]
    if measures == ("diplomacy",) and not re.search(r"\bplan\b|at the table|mediat", text):
        return None
    if measures == ("territorial",) and "proposed" not in cues and not _LEAVES.search(text):
        return None
    if _PAST_TALK.search(text) and not firm and not figures and not _WILL_ISSUE.search(text):
        return None
    if document.cues.first("dispute", text) == "open_question" and not firm:
        return None
    citation = Citation.of(line.sentence)
    measure = _measure(measures)
    return {
        "title": _title(document, text, measure),
        "description": text.rstrip(".") + ".",
        "measure": measure,
        "proposed_by": _proposers(line),
        "status": _settled(status(document, text), measure),
        "terms": figures,
        "attribution": attribution(line.text),
        "evidence": (citation,),
    }


def _title(document: Document, text: str, measure: str) -> str:
    """The words around what is done and what it is about."""
    done = document.cues.span("proposal", document.cues.all("proposal", text), text) or (0, 0)
    about = document.cues.span("measure", (measure,), text) or done
    return title(text, min(done[0], about[0]), max(done[1], about[1]), _TITLE_WORDS)


def _measured(figures: tuple[Term, ...]) -> tuple[str, ...]:
    """The measure that figures alone speak for: soldiers, money, a term."""
    kinds = {figure.what for figure in figures}
    return tuple(measure for kind, measure in _TELLING.items() if kind in kinds)


def _settled(said: str, measure: str) -> str:
    """Promising not to join or not to attack rejects nothing."""
    return "proposed" if said == "rejected" and measure in ("neutrality", "nonaggression") else said


def _measure(found: tuple[str, ...]) -> str:
    """The first measure named, unless a telling one stands after it, or it says next to nothing."""
    if "ceasefire_monitoring" in found:
        return "ceasefire_monitoring"
    vague = min(found, key=lambda m: _VAGUE.index(m) if m in _VAGUE else -1)
    return next((measure for measure in found if measure not in _VAGUE), vague)


def status(document: Document, text: str, *, hearsay: bool = True) -> str:
    """How far a thing has come, by the words of its sentence; the weaker where both stand.

    With `hearsay`, what nobody says by name is only under discussion.
    """
    cues = document.cues.all("proposal", text)
    modal = re.search(r"\b(?:would|could|may|might|should)\b", text)
    if "rejected" in cues:
        return "rejected"
    if _SIGNED.search(text) and not modal:
        return "signed"
    if "in_force" in cues and not modal:
        return "in_force"
    if "agreed" in cues and not modal and "proposed" not in cues:
        return "agreed"
    if "proposed" in cues:
        return "proposed"
    if not cues:
        return "unclear"
    unnamed = hearsay and _UNNAMED.search(text)
    return "under_discussion" if unnamed or _DISCUSSED.search(text) else "proposed"


def _proposers(line: Line) -> tuple[str, ...]:
    """Participants that stand right before a verb of proposing, as its subject."""
    found: list[str] = []
    for i, named in enumerate(line.named):
        if named.via == "demonym" or named.kind == "media":
            continue
        if _proposes(line, i):
            found.append(named.name)
    return tuple(dict.fromkeys(found))[:6]


def _proposes(line: Line, at: int) -> bool:
    named: EntityMention = line.named[at]
    following = line.text[named.end : named.end + 80]
    if re.match(r"['’]s\b|-", following):
        return False
    gap = re.match(
        r"(?:,[^,]{0,60},)?(?:(?: and|,)(?: the)?(?: [A-Z][\w’'-]*)+)*(?: (?:has|have|had|is|was|are|were|also|then|again|said|says|that|it|he|she|they|told \w+|already|now|\w+ly))* ",
        following,
    )
    return bool(gap and _ASKS.match(following, gap.end())) or bool(
        re.search(
            r"(?:proposed|offered|suggested|put forward|demanded|requested) by (?:the )?$",
            line.text[: named.start],
        )
    )


def terms(line: Line) -> tuple[Term, ...]:
    """The figures of a sentence that a proposal may hang on, in the text's own words."""
    made = []
    for figure in line.figures:
        what = _kind(line.text, figure)
        if what is not None:
            start, end = _words(line.text, figure, what)
            made.append(Term.model_validate({"what": what, "value": line.text[start:end]}))
    return tuple(dict.fromkeys(made))


def _kind(text: str, figure: Quantity) -> str | None:
    before, after = text[: figure.start], text[figure.end :]
    if figure.kind == "duration":
        if _AGO.match(after):
            return None
        return "deadline" if _DEADLINE.search(before) else "duration"
    if figure.kind in _KINDS:
        return _KINDS[figure.kind]
    if figure.kind == "date":
        return "deadline" if _DEADLINE.search(before) else None
    if figure.kind != "count" or re.search(
        r"(?:Article|Chapter|No\.|Resolution|Protocol|Title) $", before
    ):
        return None
    soldiers = _SOLDIERS.match(after) or _FORCE_BEFORE.search(before)
    if soldiers and figure.number is not None and figure.number >= 100:  # noqa: PLR2004
        return "force_size"
    if _ATTENDING.match(after):
        return None
    return "count" if _COUNTED.match(after) and (figure.number or 0) > 3 else None  # noqa: PLR2004


def _words(text: str, figure: Quantity, what: str) -> tuple[int, int]:
    """The figure with its comparator before and, for counts, what is counted after."""
    start, end = figure.start, figure.end
    if adverb := _ADVERB.search(text[:start]):
        start = adverb.start()
    if what in ("count", "force_size", "duration"):
        counted = re.match(r"(?:[ -][a-z][\w-]*){1,3}", text[end:])
        if counted:
            end += len(_STOP.sub("", counted[0]))
    return start, end
