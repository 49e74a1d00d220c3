"""What is contested or still open, and who stands where."""

from __future__ import annotations

import re
from typing import Any

from guarantee_summarizer.embedded.document import Document, Line
from guarantee_summarizer.embedded.phrasing import clean, clip
from guarantee_summarizer.schema import Citation, Dispute

__all__ = ["disputes"]

_ISSUE_WORDS = 15
_FAR = 4  # sentences
_LEAST = 4  # words: "Doubts remain" names no issue
_SPECIFIC = frozenset(
    "troop_deployment territorial neutrality force_limits mutual_defence ceasefire_monitoring".split()
)
_OPEN = re.compile(
    r"\b(?:unclear|uncertain|not (?:yet )?clear|remains? to be seen|undecided|question(?:ed)?|asked|know|say|decide(?: [^.,]{0,40}?)?|disagree on|doubts?) "
    r"(?:is |of |about |as to |over )?((?:whether|what|which|who|where|how|when|if)\b[^.;\"”]+)",
    re.IGNORECASE,
)
_WHETHER = re.compile(
    r"\b((?:whether|where|how many|how long|how quickly|which countries|what role)\b[^.;\"”]{10,})"
)
_OVER = re.compile(
    r"\b(?:contentious|divid\w+|differ\w*|dispute\w*|disagree\w*|sticking point\w*|at odds|clash\w*|issues?)\b[^.]{0,40}?"
    r"\b(?:on|over|regarding|about|concerning|is|remains?) ([^,.;]+)",
    re.IGNORECASE,
)
_STANCE = re.compile(
    r"(?:,[^,]{0,70},)?(?: (?:has|have|had|also|again|again,|then|and|still|now|repeatedly|\w+ly|said that|said|repeated that|told [^,]{2,25} that|who|which))*"
    r" (?:[\w-]+ ){0,2}?(?:rejects?|rejected|insists?|insisted|demands?|demanded|seeks?|sought|wants?|wanted|oppos\w+|refus\w+|rul(?:es|ed) out|"
    r"ruled out|would|will|questioned|ready|prepared|argued|argues|warned|called|calls|denied|proposed|asked|asks|treats?|holds?|says|said|objected|accepts?|hopes?|doubted|condemned|dismissed|denounced|has repeatedly|"
    r"reiterated|remain(?:s|ed) opposed|den(?:y|ies|ied)|sees?|supports?|backs?|backed|welcomed|pledged|offer(?:s|ed)|"
    r"prefers?|favou?rs?|summoned|threatened|maintains?|maintained|expects?|believes?|agreed|agrees)\b"
)


_SPOKESMAN = re.compile(
    r"['’]s (?:\w+ )?(?:ministry|government|side|leadership|delegation|spokes\w+|parliament|embassy)\b"
)


def disputes(document: Document) -> tuple[Dispute, ...]:
    """The disputes in the order of the text; sentences that follow each other on one issue join."""
    groups: list[list[tuple[Line, str]]] = []
    for at, line in enumerate(document.lines):
        kind = _kind(document, line)
        if kind is None:
            continue
        joined = next((g for g in reversed(groups[-3:]) if _goes_on(document, g, at, kind)), None)
        if joined is not None:
            joined.append((line, kind))
        else:
            groups.append([(line, kind)])
    made = [Dispute.model_validate(_dispute(group)) for group in groups]
    term = _length_of_term(document)
    return (*made, *([Dispute.model_validate(term)] if term else []))


def _kind(document: Document, line: Line) -> str | None:
    """Disagreement or open_question, where the sentence says so of something that matters."""
    text = clean(line.text)
    found = document.cues.all("dispute", text)
    if not found or line.text.rstrip().endswith("?") or len(text.split()) < _LEAST:
        return None
    concerns = document.cues.first("measure", text)
    asks = _OPEN.search(text) or _WHETHER.search(text)
    if "open_question" in found or ("open_hint" in found and asks):
        return "open_question"
    party = line.actors(adjectives=True)
    if "disagreement" in found and (party or concerns):
        return "disagreement"
    if "objection" in found and concerns and party:
        return "disagreement"
    return "open_question" if "open_hint" in found and concerns and not party else None


def _goes_on(document: Document, group: list[tuple[Line, str]], at: int, kind: str) -> bool:
    """Whether the sentence, not far below, argues about the same measure as the group."""
    last, first_kind = group[-1][0], group[0][1]
    if kind != first_kind:
        return False
    near = at + 1 - last.sentence.number <= _FAR
    one = document.cues.all("measure", group[0][0].text)
    other = document.cues.all("measure", document.lines[at].text)
    shared = set(one) & set(other) & _SPECIFIC
    return "territorial" in shared or (near and bool(shared))


def _dispute(group: list[tuple[Line, str]]) -> dict[str, Any]:
    line, kind = group[0]
    positions = [position for one, _ in group for position in _positions(one)]
    return {
        "issue": _issue(line, kind),
        "kind": kind,
        "positions": positions,
        "status": "open",
        "evidence": tuple(Citation.of(one.sentence) for one, _ in group),
    }


def _issue(line: Line, kind: str) -> str:
    text = clean(line.text)
    for pattern in (_OPEN, _WHETHER) if kind == "open_question" else (_WHETHER, _OVER):
        if match := pattern.search(text):
            return clip(match[1], _ISSUE_WORDS)
    return clip(text, _ISSUE_WORDS)


def _positions(line: Line) -> list[dict[str, Any]]:
    """Each participant that takes a stance in the sentence, with the clause that says so."""
    found = {}
    for named in line.named:
        if named.via == "demonym" or named.kind == "media":
            continue
        spokes = _SPOKESMAN.match(line.text, named.end)
        if named.name in found or (spokes is None and re.match(r"['’]s\b", line.text[named.end :])):
            continue
        if _STANCE.match(line.text, spokes.end() if spokes else named.end):
            found[named.name] = {
                "party": named.name,
                "stance": clean(line.text).rstrip(".") + ".",
                "evidence": (Citation.of(line.sentence),),
            }
    return list(found.values())


def _length_of_term(document: Document) -> dict[str, Any] | None:
    """Two different durations of the guarantee, one asked for, one on the table."""
    asked: Line | None = None
    offered: Line | None = None
    for line in document.lines:
        years = [f for f in line.figures if f.kind == "duration" and f.unit == "Y"]
        if not years or not re.search(r"guarantee|term|period|proposal|pact|extension", line.text):
            continue
        if re.search(r"\b(?:ask|want|request|demand|sought|seek|hope|insist)", line.text):
            asked = asked or line
        elif re.search(r"\b(?:term|proposal|offer|envision|draft|current)", line.text):
            offered = offered or line
    if asked is None or offered is None:
        return None
    return {
        "issue": "Length of the term",
        "kind": "disagreement",
        "positions": _positions(asked) + _positions(offered),
        "status": "open",
        "evidence": (Citation.of(asked.sentence), Citation.of(offered.sentence)),
    }
