"""Read dates and intervals of EDTF as first day, last day and English text."""

from __future__ import annotations

import calendar
import re
from dataclasses import dataclass, replace
from datetime import date
from typing import Literal

from guarantee_summarizer.normalize.units import MONTH_NAMES

__all__ = ["Span", "read_edtf", "span_of"]

_DATE = re.compile(
    r"(?P<year>\d{4}|\d{3}X|\d\dXX)(?:-(?P<month>\d\d|XX)(?:-(?P<day>\d\d|XX))?)?(?:T[\d:.Z+-]+)?"
    r"(?P<doubt>[~?%]?)"
)
_SEASONS = {21: "spring", 22: "summer", 23: "autumn", 24: "winter"}
_SEASON_STARTS = {21: 3, 22: 6, 23: 9, 24: 12}
_OPEN = ("", "..")


@dataclass(frozen=True, slots=True, order=True)
class Span:
    """Describe a time by its first and last day, with `text` for people; ordered by `first`.

    `limit` is `<=` if the beginning is open ("by June"; `first` is then its last day), and `>=` if
    the end is open.
    """

    first: date
    last: date
    text: str
    limit: Literal["", "<=", ">="] = ""


def read_edtf(text: str) -> Span | None:
    """Read a date or an interval of EDTF (ISO 8601-2:2019), levels 0 and 1, years 0001 to 9999.

    Open ends, seasons, unspecified digits and approximate dates are supported. Return None for any
    other text.

    >>> read_edtf("../2026-01-31").text, read_edtf("2026-03~").text, read_edtf("202X").text
    ('by 31 January 2026', 'about March 2026', '2020s')
    """
    start, slash, end = text.partition("/")
    first, last = _date(start), _date(end)
    if not slash:
        return first
    if first and last:
        known = first.first <= last.last
        return Span(first.first, last.last, f"{first.text} to {last.text}") if known else None
    if last and start in _OPEN:
        return Span(last.last, last.last, f"by {last.text}", "<=")
    if first and end in _OPEN:
        return Span(first.first, date.max, f"from {first.text}", ">=")
    return None


def _date(text: str) -> Span | None:
    match = _DATE.fullmatch(text)
    if match is None:
        return None
    year, month, day = match["year"], match["month"], match["day"]
    try:
        span = _span(year, *(None if part in (None, "XX") else int(part) for part in (month, day)))
    except ValueError:
        return None
    about = "about " if match["doubt"] in ("~", "%") else ""
    doubt = " (uncertain)" if match["doubt"] in ("?", "%") else ""
    return replace(span, text=f"{about}{span.text}{doubt}")


def _span(year: str, month: int | None, day: int | None) -> Span:
    """Return the time of a date; raise ValueError if the date does not exist."""
    first, last = int(year.replace("X", "0")), int(year.replace("X", "9"))
    if first != last or month is None:
        text = {3: f"{first}s", 2: f"{first} to {last}"}.get(len(year.rstrip("X")), year)
        return Span(date(first, 1, 1), date(last, 12, 31), text)
    if month in _SEASONS and day is None:
        begins = _SEASON_STARTS[month]
        ends = min(begins + 2, 12)
        return Span(date(first, begins, 1), _end(first, ends), f"{_SEASONS[month]} {year}")
    if day is None:
        return Span(date(first, month, 1), _end(first, month), f"{_month(month)} {year}")
    return span_of(date(first, month, day))


def span_of(day: date) -> Span:
    """Return a day as a time."""
    return Span(day, day, f"{day.day} {_month(day.month)} {day.year:04d}")


def _end(year: int, month: int) -> date:
    return date(year, month, calendar.monthrange(year, month)[1])


def _month(month: int) -> str:
    return MONTH_NAMES[month - 1]
