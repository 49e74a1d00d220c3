"""Resolve intervals between two days, months or years: `Feb. 28 to March 2`, `2026-2028`."""

from __future__ import annotations

import calendar
import re
from dataclasses import dataclass, replace
from datetime import date, timedelta

from guarantee_summarizer.normalize.units import MONTHS, WEEKDAYS, month_number

__all__ = ["day_exists", "interval", "names_interval"]

_MONTH = "|".join([*MONTHS, *(rf"{m[:3]}\b" for m in MONTHS), r"sept\b"])
_DAY = r"(\d\d?)(?:st|nd|rd|th)?"
_YEAR = r"((?:19|20)\d\d)"
_POINT = (
    rf"(?:({_MONTH})\.? {_DAY}(?:,? {_YEAR})?|{_DAY} (?:of )?({_MONTH})\.?(?:,? {_YEAR})?"
    rf"|({_MONTH})\.?(?:,? (?:of )?{_YEAR})?|{_YEAR}|{_DAY})(?![\w,.]*\d|\w|/\d{{4}})"
)
_JOINT = r"(?: ?[-\u2014/] ?|,? (to|and|through|until|till) (?:on )?)"
_INTERVAL = re.compile(rf"(?<![\w.,/-])(between )?{_POINT}{_JOINT}{_POINT}")
_SHORT = re.compile(r"(?<![\w.,/-])((?:19|20)\d\d)([-/])(\d\d)(?![\w/-])")
_WEEKDAY = "|".join(WEEKDAYS)
_WEEKDAYS = re.compile(
    rf"(between )?\b({_WEEKDAY})(?: ?- ?| (to|and|through|until) (?:again )?(?:on )?)({_WEEKDAY})\b"
)
_GROUPS = 10  # groups of `_POINT`


@dataclass(frozen=True, slots=True)
class _Point:
    year: int | None = None
    month: int | None = None
    day: int | None = None

    @property
    def exact(self) -> int:
        return 3 if self.day else 2 if self.month else 1

    @property
    def order(self) -> tuple[int, int, int]:
        return self.year or 0, self.month or 0, self.day or 0

    def __str__(self) -> str:
        parts = (f"{self.year:04d}", *(f"{part:02d}" for part in (self.month, self.day) if part))
        return "-".join(parts)


def day_exists(year: int, month: int, day: int) -> bool:
    """Return whether the day exists in the calendar."""
    return 1 <= month <= len(MONTHS) and 1 <= day <= calendar.monthrange(year, month)[1]


def names_interval(text: str) -> bool:
    """Return whether a text in lower case names an interval between days, months or years."""
    return any(form.search(text) for form in (_SHORT, _INTERVAL, _WEEKDAYS))


def interval(text: str, published: date | None, *, past: bool | None) -> str | None:
    """Return the interval that a text in lower case names, in EDTF; None if it is uncertain.

    `published` and `past` are as in `resolve_date`.

    >>> interval("10-12 january 2026", None, past=None)
    '2026-01-10/2026-01-12'
    """
    if (years := _SHORT.search(text)) and (years[2] == "/" or int(years[3]) > len(MONTHS)):
        last = int(years[1][:2] + years[3])
        return f"{years[1]}/{last}" if last > int(years[1]) else None
    if days := _WEEKDAYS.search(text):
        return _weekdays(days, published, past=past)
    match = _INTERVAL.search(text)
    if match is None:
        return None
    first, last_point = (
        _point(match.groups()[1 : 1 + _GROUPS]),
        _point(match.groups()[2 + _GROUPS :]),
    )
    ends = _complete(first, last_point, published, past=past)
    if ends is None or not all(map(_exists, ends)) or ends[0].order >= ends[1].order:
        return None
    if match.group(2 + _GROUPS) == "and" and not match[1] and not _follows(*ends):
        return None
    return f"{ends[0]}/{ends[1]}"


def _point(groups: tuple[str | None, ...]) -> _Point:
    month = groups[0] or groups[4] or groups[6]
    year = groups[2] or groups[5] or groups[7] or groups[8]
    day = groups[1] or groups[3] or groups[9]
    return _Point(
        int(year) if year else None,
        month_number(month) if month else None,
        int(day) if day else None,
    )


def _complete(
    first: _Point, last: _Point, published: date | None, *, past: bool | None
) -> tuple[_Point, _Point] | None:
    """Copy month and year from the end that states them to the other one."""
    if first.exact == 1 and first.year and last.exact == 1 and last.year:
        return first, last
    if first.day and not first.month:
        first = replace(first, month=last.month)
    if last.day and not last.month:
        last = replace(last, month=first.month)
    if first.exact != last.exact or not (first.month and last.month):
        return None
    turned = (last.month, last.day or 0) < (first.month, first.day or 0)
    if first.year is None and last.year is None:
        year = _year(last, published, past=past)
        last = replace(last, year=year)
    if first.year is None and last.year is not None:
        first = replace(first, year=last.year - turned)
    elif last.year is None and first.year is not None:
        last = replace(last, year=first.year + turned)
    return (first, last) if first.year and last.year else None


def _year(point: _Point, published: date | None, *, past: bool | None) -> int | None:
    """Return the year in which an end is nearest to publication, on the side of the tense."""
    if published is None or point.month is None:
        return None
    years = [published.year + shift for shift in (-1, 0, 1)]
    days = [date(y, point.month, point.day or 15) for y in years if _exists(replace(point, year=y))]
    if past is False:
        days = [d for d in days if d >= published] or days
    elif past:
        days = [d for d in days if d <= published] or days
    return min(days, key=lambda d: abs(d - published)).year if days else None


def _exists(point: _Point) -> bool:
    return not point.month or day_exists(point.year or 2000, point.month, point.day or 1)


def _follows(first: _Point, last: _Point) -> bool:
    """Return whether the second day is the day after the first: `10 and 11 January`."""
    if first.exact < 3:  # noqa: PLR2004
        return False
    return date(*last.order) - date(*first.order) == timedelta(days=1)


def _weekdays(match: re.Match[str], published: date | None, *, past: bool | None) -> str | None:
    """Resolve `Monday to Wednesday` from publication, like a single weekday."""
    if published is None:
        return None
    length = (WEEKDAYS.index(match[4]) - WEEKDAYS.index(match[2])) % 7
    if not length or (match[3] == "and" and length > 1 and not match[1]):
        return None
    ahead = (WEEKDAYS.index(match[2]) - published.weekday()) % 7
    start = published + timedelta(days=ahead - 7 if ahead and past is not False else ahead)
    return f"{start.isoformat()}/{(start + timedelta(days=length)).isoformat()}"
