"""Define the patterns of days, months and years in figures and words."""

from __future__ import annotations

import re
from collections.abc import Iterator
from decimal import Decimal

from guarantee_summarizer.normalize.quantity import START, Pattern, Quantity, compiled
from guarantee_summarizer.normalize.units import MONTHS, WEEKDAY_NAMES, WEEKDAYS, month_number

__all__ = ["STEMS", "days", "years"]

_SHORT = "Jan Feb Mar Apr Jun Jul Aug Sep Sept Oct Nov Dec".split()
_MONTH = "|".join(
    [*MONTHS, *(rf"{m[:3]}\." for m in MONTHS), r"sept\.", rf"(?-i:{'|'.join(_SHORT)})(?![\w.])"]
)
STEMS = tuple(month[:3] for month in MONTHS)
"""The beginning of each month's name."""
_NAMES = (*MONTHS, *STEMS, "sept")
_DAY = r"(?:0?[1-9]|[12]\d|3[01])(?:st|nd|rd|th)?"
_UNTIL = r"(?: ?[-\u2014/] ?|,? (?:to|and|or|through|until|till) )"


# fmt: off
def days() -> Iterator[Pattern]:
    """Yield the patterns of days and months; where two match, the earlier one wins."""
    yield Pattern(("-",), compiled(rf"{START}(\d{{4}})-(\d\d)(?:-(\d\d))?(?![\d-])"), _iso)
    yield Pattern(("19", "20"), compiled(r"(?<![\w./])(\d{1,2})([./])(\d{1,2})\2((?:19|20)\d\d)(?![\w/])"), _numeric)
    yield Pattern(_NAMES, compiled(rf"{START}({_DAY}){_UNTIL}({_DAY}) (?:of )?({_MONTH})(?:,? (\d{{4}}))?(?!\w)"), _days_month)
    yield Pattern(_NAMES, compiled(rf"(?<!\w)({_MONTH}) ({_DAY}){_UNTIL}({_DAY})(?! (?:of )?(?:{_MONTH}))(?:,? (\d{{4}}))?(?![\w%]|,\d)"), _month_days)
    yield Pattern(_NAMES, compiled(rf"{START}({_DAY}) (?:of )?({_MONTH})(?:,? (\d{{4}}))?(?!\w)"), _day_month)
    yield Pattern(_NAMES, compiled(rf"(?<!\w)({_MONTH}) ({_DAY})(?:,? (\d{{4}}))?(?![\w%]|,\d)"), _month_day)
    yield Pattern(_NAMES, compiled(rf"(?<!\w)({_MONTH}),? (?:of )?(\d{{4}})(?!\w)"), _month_year)
    yield Pattern((*WEEKDAYS, *(f"{day}s" for day in WEEKDAYS)), re.compile(rf"(?<!\w)({'|'.join(WEEKDAY_NAMES)})s?(?!\w)"), _weekday)


def years() -> Iterator[Pattern]:
    """Yield the patterns of years; all other patterns except plain numbers take precedence."""
    yield Pattern(("19", "20"), re.compile(r"(?<![\w.,/-])((?:19|20)\d\d)( ?[-/] ?)((?:19|20)\d\d|\d\d)(?![\w%/-]|[.,]\d)"), _years)
    yield Pattern(("19", "20"), re.compile(r"(?<![\w.,/-])((?:19|20)\d\d)('?s)?(?![\w%]|[.,]\d)"), _year)
# fmt: on


def _dated(
    match: re.Match[str], value: str, start: int | None = None, end: int | None = None
) -> Quantity:
    return Quantity(match.start() if start is None else start, end or match.end(), "date", value)


def _iso(match: re.Match[str]) -> list[Quantity]:
    year, month, day = match.groups()
    if not 1 <= int(month) <= 12 or (day and not 1 <= int(day) <= 31):  # noqa: PLR2004
        return []
    return [_dated(match, "-".join(filter(None, (year, month, day))))]


def _numeric(match: re.Match[str]) -> list[Quantity]:
    """Read `31/12/2025`; return it as written if day and month are ambiguous."""
    one, two, year = int(match[1]), int(match[3]), match[4]
    if match[2] == "/" and one != two and max(one, two) <= len(MONTHS):
        return [_dated(match, match[0])]
    day, month = (one, two) if two <= len(MONTHS) else (two, one)
    return [_dated(match, f"{year}-{month:02d}-{day:02d}")] if 0 < month <= len(MONTHS) else []


def _day(day: str | None, month: str, year: str | None) -> str:
    digits = re.sub(r"\D", "", day or "")
    return f"{year or '-'}-{month_number(month):02d}" + (f"-{int(digits):02d}" if digits else "")


def _days_month(match: re.Match[str]) -> list[Quantity]:
    first, last = _day(match[1], match[3], match[4]), _day(match[2], match[3], match[4])
    return [_dated(match, first, end=match.end(1)), _dated(match, last, match.start(2))]


def _month_days(match: re.Match[str]) -> list[Quantity]:
    if match[1].islower():
        return []
    first, last = _day(match[2], match[1], match[4]), _day(match[3], match[1], match[4])
    return [_dated(match, first, end=match.end(2)), _dated(match, last, match.start(3))]


def _day_month(match: re.Match[str]) -> list[Quantity]:
    return [_dated(match, _day(match[1], match[2], match[3]))]


def _month_day(match: re.Match[str]) -> list[Quantity]:
    if match[1].islower():  # "may 5 countries", "march 3 miles"
        return []
    return [_dated(match, _day(match[2], match[1], match[3]))]


def _month_year(match: re.Match[str]) -> list[Quantity]:
    return [_dated(match, _day(None, match[1], match[2]))]


def _weekday(match: re.Match[str]) -> list[Quantity]:
    return [_dated(match, f"weekday-{WEEKDAYS.index(match[1].lower()) + 1}")]


def _year(match: re.Match[str]) -> list[Quantity]:
    value = f"{match[1][:3]}X" if match[2] else match[1]
    return [Quantity(*match.span(), "year", value, None if match[2] else Decimal(match[1]))]


def _years(match: re.Match[str]) -> list[Quantity]:
    """Read two years: `2026/27`, `2026-2028`."""
    last = match[3] if len(match[3]) > 2 else match[1][:2] + match[3]  # noqa: PLR2004
    if last <= match[1]:
        return []
    ends = (match.start(), match.end(1)), (match.start(3), match.end())
    years = zip(ends, (match[1], last), strict=True)
    return [Quantity(*span, "year", year, Decimal(year)) for span, year in years]
