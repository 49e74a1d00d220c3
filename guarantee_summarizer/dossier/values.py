"""Decide whether two values of terms, or two statuses, can both be true.

Values have the form that `normalize` writes: ISO 8601 durations, EDTF dates, numbers with a unit,
each with its bound in front. Incomparable values (other units, no value) never contradict.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal
from functools import lru_cache

from guarantee_summarizer.normalize.edtf import Span, read_edtf

__all__ = ["COMPARED", "accepted", "contradict", "rung", "start_of"]

COMPARED = frozenset({"duration", "force_size", "deadline", "date", "money", "distance"})
"""Kinds of terms with comparable values; counts, shares and other figures vary in their object."""

_VALUE = re.compile(r"(<=|>=|<|>|~)?([^/]+)(?:/(.+))?")
_DURATION = re.compile(r"P(T?)(\d+(?:\.\d+)?)([YMWDH])")
_NUMBER = re.compile(r"(-?\d+(?:\.\d+)?)(?: (.+))?")
_DAYS: dict[str, Decimal] = {
    "Y": Decimal("365.25"),
    "M": Decimal("30.4375"),
    "W": Decimal(7),
    "D": Decimal(1),
    "H": Decimal(1) / 24,
}
_MINUTES = Decimal(1440)
_CALENDAR = {"Y": "calendar", "M": "calendar"}
"""Units with a varying number of days, compared with days by their range."""
_MONTH_DAYS, _YEAR_DAYS = (28, 31), (364, 366)  # a year is 52 weeks, or 365 or 366 days
_ABOUT = Decimal("0.1")  # "about 10,000" is 9,000 to 11,000
_DIGITS = 2  # news rounds figures to no fewer significant digits

_ACCEPTED = ("pledged", "agreed_in_principle", "agreed", "signed", "in_force")


def rung(status: str) -> int:
    """Return how far a status has come: 0 while nothing is settled, 5 in force.

    >>> rung("under_discussion"), rung("signed")
    (0, 4)
    """
    return _ACCEPTED.index(status) + 1 if status in _ACCEPTED else 0


def accepted(status: str) -> bool | None:
    """Return whether a status is an agreement or a refusal; None if it is neither."""
    if status == "rejected":
        return False
    return True if status in _ACCEPTED else None


@lru_cache(maxsize=65_536)
def contradict(what: str, one: str | None, other: str | None) -> bool:
    """Return whether two normalized values of one kind of term contradict each other.

    Two different limits of one direction ("up to") contradict each other; a limit and a plain
    value do if the value is beyond the limit. A figure agrees with a rounded one if its significant
    digits, at least two, are equal. Months and years have the range of days that the calendar
    allows.

    >>> contradict("duration", "P15Y", "P20Y"), contradict("duration", "<=P15Y", "P10Y")
    (True, False)
    >>> contradict("force_size", "<=15000", "<=30000"), contradict("money", "5 EUR", "6 USD")
    (True, False)
    >>> contradict("money", "1130000000 EUR", "1100000000 EUR"), contradict("duration", "P90D", "P3M")
    (False, False)
    """
    if what not in COMPARED:
        return False
    dated = what in ("date", "deadline")
    a, b = _read(one or "", dated=dated), _read(other or "", dated=dated)
    if a is None or b is None:
        return False
    a, b = _in_days(a, b), _in_days(b, a)
    if a.unit != b.unit:
        return False
    if a.limit and a.limit == b.limit:
        return not _same(a.edge, b.edge, exact=a.unit == "date")
    if a.low == a.high and b.low == b.high:
        return not _same(a.low, b.low, exact=a.unit == "date")
    return a.high < b.low or b.high < a.low or _touch(a, b) or _touch(b, a)


def start_of(value: str | None) -> date | None:
    """Return the first day of an EDTF date; if its start is open, the last day.

    >>> start_of("../2026-01-31"), start_of("2026-01~")
    (datetime.date(2026, 1, 31), datetime.date(2026, 1, 1))
    """
    span = read_edtf(value or "")
    return span.first if span else None


@dataclass(frozen=True, slots=True)
class _Range:
    """The range of a value; `limit` is the direction of an inclusive limit."""

    low: Decimal
    high: Decimal
    unit: str
    limit: str = ""
    open: bool = False  # `<` and `>`: the limit itself is excluded

    @property
    def edge(self) -> Decimal:
        return self.high if self.limit == "<=" else self.low


_LOWEST, _HIGHEST = Decimal("-Infinity"), Decimal("Infinity")


@lru_cache(maxsize=16_384)
def _read(value: str, *, dated: bool) -> _Range | None:
    match = _VALUE.fullmatch(value)
    if match is None:
        return None
    bound, first, last = match.groups()
    if dated and (span := read_edtf(value.removeprefix(bound or ""))):
        return _time(span)
    low, high = _figure(first), _figure(last or first)
    if low is None or high is None or low[0] > high[0]:
        return None
    units = {low[1], high[1]}
    if len(units) > 1 and units != {"calendar", "days"}:  # "90 days to 6 months"
        return None
    return _bounded(bound or "", low[0], high[0], max(units))


def _bounded(bound: str, low: Decimal, high: Decimal, unit: str) -> _Range:
    if bound in ("<", "<="):
        return _Range(_LOWEST, high, unit, "<=" if bound == "<=" else "", bound == "<")
    if bound in (">", ">="):
        return _Range(low, _HIGHEST, unit, ">=" if bound == ">=" else "", bound == ">")
    margin = _ABOUT if bound == "~" else Decimal(0)
    return _Range(low * (1 - margin), high * (1 + margin), unit)


def _figure(text: str) -> tuple[Decimal, str] | None:
    """Return a duration in days (average months and years) or a number, with its unit."""
    if match := _DURATION.fullmatch(text):
        time, number, unit = match.groups()
        if time and unit == "M":
            return Decimal(number) / _MINUTES, "days"
        return Decimal(number) * _DAYS[unit], _CALENDAR.get(unit, "days")
    if match := _NUMBER.fullmatch(text):
        return Decimal(match[1]), match[2] or ""
    return None


def _in_days(one: _Range, other: _Range) -> _Range:
    """Return months or years as the other value's number of days, if the calendar allows it."""
    if (one.unit, other.unit) != ("calendar", "days"):
        return one
    low, high = (_as_said(edge, (other.low, other.high)) for edge in (one.low, one.high))
    return replace(one, low=low, high=high, unit="days")


def _as_said(days: Decimal, others: tuple[Decimal, ...]) -> Decimal:
    if not days.is_finite():
        return days
    years, months = divmod(days / _DAYS["M"], 12)
    least, most = (y * years + m * months for y, m in zip(_YEAR_DAYS, _MONTH_DAYS, strict=True))
    return next((other for other in others if least <= other <= most), days)


def _time(span: Span) -> _Range:
    low = _LOWEST if span.limit == "<=" else Decimal(span.first.toordinal())
    high = _HIGHEST if span.limit == ">=" else Decimal(span.last.toordinal())
    return _Range(low, high, "date", span.limit)


def _same(one: Decimal, other: Decimal, *, exact: bool) -> bool:
    """Whether the less precise figure is the other figure, rounded."""
    if one == other or exact or not (one and other):
        return one == other
    digits = max(_DIGITS, min(_precision(one), _precision(other)))
    return _rounded(one, digits) == _rounded(other, digits)


def _precision(number: Decimal) -> int:
    return len(number.normalize().as_tuple().digits)


def _rounded(number: Decimal, digits: int) -> Decimal:
    return round(number, digits - 1 - number.adjusted())


def _touch(a: _Range, b: _Range) -> bool:
    """Whether the two share only the excluded limit of `a`: fewer than 5, and 5."""
    at_high = a.high == b.low and a.low == _LOWEST
    at_low = a.low == b.high and a.high == _HIGHEST
    return a.open and (at_high or at_low)
