"""Normalize the words of a term."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date

from guarantee_summarizer.normalize.dates import resolve_date
from guarantee_summarizer.normalize.quantities import Quantity, quantities

__all__ = ["Figure", "figures", "normalize_term"]

_COMPARATORS = (
    (r"fewer than|less than|under|below", "<"),
    (r"more than|over(?! an? )|above|exceeding", ">"),
    (
        r"up to|at most|no more than|as many as|a maximum of|not exceed(?:ing)?|(?:cap|limit|ceiling) (?:of|at|to)|cap(?:s|ped)? (?:[^.;,]{1,30} )?at",
        "<=",
    ),
    (r"at least|no fewer than|no less than|a minimum of", ">="),
    (r"about|around|some|roughly|approximately|nearly|almost|an estimated", "~"),
)
_COMPARATOR = re.compile(
    "|".join(rf"\b(?P<c{i}>{words})\b" for i, (words, _) in enumerate(_COMPARATORS)),
    re.IGNORECASE,
)
_TRAILING = re.compile(
    r"(?: [a-z]+){0,2},? (?:(or more|or above|or longer|at least|at a minimum)|or fewer|or less|or below|at most)\b",
    re.IGNORECASE,
)
_REACH = 40  # characters around a figure that its bound is in
_RANGE = re.compile(r"\s*(?:to|-|\u2013|or|and)\s*", re.IGNORECASE)
_KINDS = {
    "duration": ("duration",),
    "force_size": ("count",),
    "count": ("count", "ordinal"),
    "money": ("money", "count"),
    "share": ("percent", "count"),
    "distance": ("distance", "count"),
    "deadline": (),
    "date": (),
}


def normalize_term(what: str, value: str, published: date | None = None) -> str | None:
    """Return the normalized value of a term, or None where its words give none.

    Args:
        what: the kind of term, as in the schema.
        value: the words of the text.
        published: what relative dates count from.

    Returns:
        ISO 8601-1:2019 for durations (`P15Y`), EDTF (ISO 8601-2:2019) for dates, else a plain
        number with its unit; `<`, `>`, `<=`, `>=`, `~` in front where the words compare, and
        `low/high` for a range.

    >>> normalize_term("duration", "a 15-year term"), normalize_term("force_size", "up to 30,000")
    ('P15Y', '<=30000')
    """
    if what in ("deadline", "date"):
        return resolve_date(value, published, past=False if what == "deadline" else None) or (
            _figure("duration", value) if what == "deadline" else None
        )
    return _figure(what, value)


def _figure(what: str, value: str) -> str | None:
    figures = quantities(value)
    kinds = _KINDS.get(what)
    chosen = [q for q in figures if kinds is None or q.kind in kinds]
    if not chosen:
        return None
    first = next((q for kind in kinds or () for q in chosen if q.kind == kind), chosen[0])
    return _comparator(value[: first.start]) + (_range(value, figures, first) or first.value)


@dataclass(frozen=True, slots=True)
class Figure:
    """A figure in running text with its bound: one of `<`, `>`, `<=`, `>=`, `~`, or empty."""

    quantity: Quantity
    bound: str


def figures(text: str) -> list[Figure]:
    """Return the figures in a text with their bounds, in order.

    >>> [(f.bound, f.quantity.value) for f in figures("up to 5,000 soldiers for 15 years or more")]
    [('<=', '5000'), ('>=', 'P15Y')]
    """
    return [
        Figure(q, _comparator(text[max(0, q.start - _REACH) : q.start]) or _trailing(text[q.end :]))
        for q in quantities(text)
    ]


def _trailing(after: str) -> str:
    match = _TRAILING.match(after[:_REACH])
    return (">=" if match[1] else "<=") if match else ""


def _comparator(before: str) -> str:
    matches = list(_COMPARATOR.finditer(before))
    if not matches or before[matches[-1].end() :].strip(" $€£aA"):
        return ""
    return _COMPARATORS[int((matches[-1].lastgroup or "c0")[1:])][1]


def _range(value: str, figures: list[Quantity], first: Quantity) -> str | None:
    """`10,000 to 15,000`: two figures with nothing but a range word between them."""
    at = figures.index(first)
    for low, high in ((at - 1, at), (at, at + 1)):
        if low < 0 or high >= len(figures):
            continue
        a, b = figures[low], figures[high]
        if a.number is None or b.number is None or not _RANGE.fullmatch(value[a.end : b.start]):
            continue
        if a.number >= b.number:
            continue
        start = b.value.replace(str(b.number), str(a.number)) if a.kind != b.kind else a.value
        return f"{start}/{b.value}"
    return None
