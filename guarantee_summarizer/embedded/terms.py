"""Find the figures of a claim, in the text's words and with their bounds."""

from __future__ import annotations

import re

from guarantee_summarizer.embedded.line import Line
from guarantee_summarizer.normalize import Amount, Quantity
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
)  # attendees, times of day and figures of speech are not terms
_NUMBERED = re.compile(
    r"(?:Article|Chapter|No\.|Resolution|Protocol|Title|Section|section|§|Phase|[A-Z]\w+ \(?) ?$"
)
_OF = re.compile(r"(?: of)?(?: (?:the|its|their|his|her|our|all|those|these))? \w+")
_BETWEEN = re.compile(r"(?:between|from) $", re.IGNORECASE)
_DATED = re.compile(r"(?:another|within|by|in|until|till|before) $", re.IGNORECASE)
_STOP = re.compile(
    r" (?:and|or|of|to|in|on|at|by|for|with|from|that|which|who|would|will|is|are|was|were|as|per|have|has|had|be|under|a|the|after|before|into|across|along|worth|when|if|could|may|must)\b.*"
)
_NEAR = 60  # characters around a figure that show what it is
_LEAST = 4  # words of the counted noun


def terms(line: Line, first: int = 0, last: int | None = None) -> tuple[Term, ...]:
    """Return the figures of a sentence, or of a part of it, that may be terms of a proposal."""
    made: list[Term] = []
    for amount in line.amounts:
        what = _kind(line.text, amount.low.start, amount.high)
        if what is not None and first <= amount.high.start < (last or len(line.text)):
            start, end = _words(line.text, amount, what)
            made.append(Term.model_validate({"what": what, "value": line.text[start:end]}))
    return tuple(dict.fromkeys(made))


def _kind(text: str, start: int, figure: Quantity) -> str | None:
    """Return the kind of term of a figure or a range that begins at `start`; None for no term."""
    before = text[max(0, start - _NEAR) : start]
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


def _words(text: str, amount: Amount, what: str) -> tuple[int, int]:
    """Return the figure with its bound and, for counts, the counted noun."""
    start, end = min(amount.start, amount.low.start), amount.high.end
    before = text[max(0, start - _NEAR) : start]
    if between := _BETWEEN.search(before) if amount.low is not amount.high else None:
        start -= len(between[0])
    elif dated := _DATED.search(before):
        start -= len(dated[0]) if dated[0].lower() == "another " or what == "deadline" else 0
    if amount.end > end:
        return start, amount.end
    if what == "share" and text[amount.low.start].isalpha() and (of := _OF.match(text, end)):
        return start, of.end()
    if what in ("count", "force_size", "duration"):
        counted = re.match(r"(?:[ -][A-Za-z][\w-]*){1,4}", text[end : end + _NEAR])
        if counted:
            end += len(_STOP.sub("", counted[0]))
    return start, end
