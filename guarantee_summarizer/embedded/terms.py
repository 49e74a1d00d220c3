"""Find the figures that a claim hangs on, in the text's own words with their bound."""

from __future__ import annotations

import re

from guarantee_summarizer.embedded.line import Line
from guarantee_summarizer.normalize import Quantity
from guarantee_summarizer.normalize.quantities import NUMBER, read_number
from guarantee_summarizer.schema import Term

__all__ = ["terms"]

_KINDS = {"money": "money", "percent": "share", "distance": "distance"}
_SOLDIERS = re.compile(
    r"[\s-]*(?:\S+ ){0,3}?(?:troops|soldiers|personnel|peacekeepers|men|members|in peacetime|strong|police|servicemen|forces)"
)
_FORCE_BEFORE = re.compile(
    r"(?:armed forces|army|force|troops|contingent|military|soldiers)(?: \S+){0,3} $"
)
_DEADLINE = re.compile(
    r"\b(?:by|before|until|till|within|no later than|deadline) (?:the )?(?:\S+ ){0,2}$",
    re.IGNORECASE,
)
_ATTENDING = re.compile(
    r"[ -](?:\w+ )?(?:leaders|ministers|officials|diplomats|delegates|delegations|people|sources|experts|"
    r"journalists|reporters|minutes|GMT|am|pm|a\.m|p\.m|points?)\b|:\d\d|%? ready\b"
)  # who is there, the time of day, and ways of speaking are no terms
_NUMBERED = re.compile(
    r"(?:Article|Chapter|No\.|Resolution|Protocol|Title|Section|section|§|Phase|[A-Z]\w+ \(?) ?$"
)
_ADVERB = re.compile(
    r"(?:(?:more|fewer|less|no more|no fewer|no less) than|(?:cap(?:ped)?|ceiling|limit(?:ed)?) (?:at|of|to)|up to|at least|at most|"
    r"about|around|some|nearly|almost|over|another|within|by|in|until|till|before) $",
    re.IGNORECASE,
)
_LOW = re.compile(
    rf"(?:(?<!\w)between [$€£]?(?P<a>{NUMBER})(?: and )|(?<![\w.,])[$€£]?(?P<b>{NUMBER})(?: to |[-–]))[$€£]?$",
    re.IGNORECASE,
)  # the lower figure of a range
_DATED = ("within", "by", "in", "until", "till", "before")  # belong to deadlines only
_STOP = re.compile(
    r" (?:and|or|of|to|in|on|at|by|for|with|from|that|which|who|would|will|is|are|was|were|as|per|have|has|had|be|under|a|the|after|before|into|across|along|worth|when|if|could|may|must)\b.*"
)
_NEAR = 60  # characters around a figure that tell what it is
_LEAST = 4  # of what is counted


def terms(line: Line, first: int = 0, last: int | None = None) -> tuple[Term, ...]:
    """Return the figures of a sentence, or of a part of it, that a proposal may hang on."""
    made: dict[tuple[int, int], Term] = {}
    for figure in line.figures:
        what = _kind(line.text, figure)
        if what is not None and first <= figure.start < (last or len(line.text)):
            start, end = _words(line.text, figure, what)
            within = [span for span in made if start <= span[0] and span[1] <= end]
            for span in within:  # the first figure of "30 to 50 years"
                del made[span]
            made[start, end] = Term.model_validate({"what": what, "value": line.text[start:end]})
    return tuple(dict.fromkeys(made.values()))


def _kind(text: str, figure: Quantity) -> str | None:
    before = text[max(0, figure.start - _NEAR) : figure.start]
    after = text[figure.end : figure.end + _NEAR]
    if (
        _ATTENDING.match(after)
        or re.match(r" (?:ago|earlier)\b", after)
        or _NUMBERED.search(before)
    ):
        return None
    if figure.kind == "duration":
        return "deadline" if _DEADLINE.search(before) else "duration"
    if figure.kind in _KINDS:
        return _KINDS[figure.kind]
    if figure.kind == "date":
        return "deadline" if _DEADLINE.search(before) else None
    if figure.kind != "count":
        return None
    soldiers = _SOLDIERS.match(after) or _FORCE_BEFORE.search(before)
    if soldiers and figure.number is not None and figure.number >= 100:  # noqa: PLR2004
        return "force_size"
    counted = re.match(r"(?:[ -][A-Za-z][\w-]*){1,4}", after)
    return "count" if counted and (figure.number or 0) >= _LEAST else None


def _words(text: str, figure: Quantity, what: str) -> tuple[int, int]:
    """The figure with its bound before and, for counts, what is counted after."""
    start, end = figure.start, figure.end
    low = _LOW.search(text[max(0, start - _NEAR) : start]) if figure.number else None
    if low and figure.number and read_number(low["a"] or low["b"]) < figure.number:
        start -= len(low[0])
    adverb = _ADVERB.search(text[max(0, start - _NEAR) : start])
    if adverb and (adverb[0].strip().lower() in _DATED) <= (what == "deadline"):
        start -= len(adverb[0])
    if what in ("count", "force_size", "duration"):
        counted = re.match(r"(?:[ -][A-Za-z][\w-]*){1,4}", text[end : end + _NEAR])
        if counted:
            end += len(_STOP.sub("", counted[0]))
    return start, end
