"""Resolve phrases for a time to EDTF (ISO 8601-2:2019, levels 0 and 1) by the publication date.

Date libraries fail on phrases of news ("by the end of January", "over the weekend"). The rules are
few on purpose: a phrase that they do not know gives None, never a wrong date.
"""

from __future__ import annotations

import calendar
import re
from collections.abc import Callable
from contextlib import suppress
from datetime import date, timedelta

from guarantee_summarizer.normalize.intervals import day_exists, interval, names_interval
from guarantee_summarizer.normalize.numbers import NUMBER, read_number
from guarantee_summarizer.normalize.quantities import quantities
from guarantee_summarizer.normalize.units import MONTHS, WEEKDAYS, month_number
from guarantee_summarizer.plain import even_text

__all__ = ["resolve_date"]

_MONTH = "|".join(MONTHS)
_SEASONS = {"spring": 21, "summer": 22, "autumn": 23, "fall": 23, "winter": 24}
_QUARTERS = {"first": 1, "second": 4, "third": 7, "fourth": 10, "last": 10} | {
    "1": 1, "2": 4, "3": 7, "4": 10
}  # fmt: skip
_UNIT_DAYS = {"hour": 1 / 24, "day": 1, "week": 7}
_DAY = re.compile(r"\d{4}(?:-\d\d){1,2}|--\d\d(?:-\d\d)?")
_UNTIL = re.compile(
    r"(?:on or )?(?:by|before|until|till|through|up (?:to|until)|(?:no|not) later than|not (?:after|beyond))\b"
)
_FROM = re.compile(
    r"(?:on or |shortly |soon |right |just |immediately )?(?:since|from|after|(?:not|no) (?:before|until|earlier than|sooner than)|starting|beginning|"
    r"as (?:of|from)|effective)\b(?! the start\b)"
)
_TODAY = re.compile(r"\b(?:today|tomorrow|yesterday|tonight)\b")
_ISO_INTERVAL = re.compile(r"\d{4}-\d\d-\d\d/\d{4}-\d\d-\d\d")
_COUNTED_FROM = re.compile(  # "three days after Tuesday", "more than two years ago"
    rf"\b(?:{NUMBER}|an?|few|several|some) (?:and a half )?(?:hour|day|week|month|year|decade)s? "
    r"(?:after|before|from|following|prior|ahead|later|earlier|into)\b"
    r"|\b(?:more|less|fewer|longer) than .*\b(?:ago|within)\b|\b(?:over|under|almost|nearly|about|around|at least|up to|half|quarter of) "
    r"(?:an? |[\w-]+ )(?:\w+ )?ago\b|\band a half ago\b|^not on\b|\bweek of\b|\bhalf an? \w+ ago\b"
    r"|\b(?:weekday|" + "|".join(WEEKDAYS) + r") week\b|\ba week (?:on|today|tomorrow)\b"
)


def resolve_date(phrase: str, published: date | None, *, past: bool | None = None) -> str | None:
    """Return the time that a phrase means, or None if it is uncertain.

    Args:
        phrase: the words of the text, in English.
        published: the day of publication; without it relative phrases give None.
        past: True resolves to a time before publication ("on Monday" is the last one), False to a
            time after it, None to the past, as is usual in news.

    Returns:
        EDTF: a day, a month, a year, a season (`2026-21`), an interval (`start/end`) or an open
        interval (`../2026-01-31` for "by the end of January").

    >>> resolve_date("by the end of January", date(2026, 1, 6))
    '../2026-01-31'
    """
    with suppress(OverflowError, ValueError):  # beyond the years of the calendar
        return _resolved(" ".join(even_text(phrase).text.split()), published, past=past)
    return None


def _resolved(phrase: str, published: date | None, *, past: bool | None) -> str | None:
    text = phrase.lower().strip(" .,")
    if _COUNTED_FROM.search(text) or len(set(_TODAY.findall(text))) > 1:
        return None
    if _ISO_INTERVAL.fullmatch(text):
        return text
    if names_interval(text):
        return interval(text, published, past=past)
    if text.startswith("between "):
        return None
    time = _absolute(phrase, text, published, past=past) or (
        _relative(text, published, past=past) if published else None
    )
    if time and (
        _FROM.match(text) or text.endswith(("at the earliest", "onward", "onwards", "or later"))
    ):
        return f"{time.split('/')[0] or '..'}/.."
    if time and (_UNTIL.match(text) or text.endswith("at the latest")):
        return f"../{time.split('/')[-1]}"
    return time


def _absolute(phrase: str, text: str, published: date | None, *, past: bool | None) -> str | None:
    """Resolve a phrase that names a month, a year, a quarter or a season."""
    year = next(iter(re.findall(r"\b((?:19|20)\d\d)\b", text)), None)
    if match := re.search(r"\b(first|second|third|fourth|last) quarter\b|\bq([1-4])\b", text):
        return _quarter(match[1] or match[2], year) if year else None
    if year and (match := re.search(rf"\b(?:the )?end of {year}\b", text)):
        return f"{year}-12-31"
    if match := re.search(rf"\b(early|mid|late|the (?:end|beginning|start|middle) of)[ -]({_MONTH})\b", text):  # fmt: skip
        return _part_of_month(match[1], match[2], year, published, past=past)
    values = dict.fromkeys(
        q.value
        for q in quantities(phrase)
        if q.kind == "date" and not q.value.startswith("weekday")
    )
    if values:
        return _day_of(*values, published=published, past=past)
    if match := re.search(rf"\b(?:in |of |last |next |this )?({_MONTH})\b", text):
        named = re.search(rf"(?:in|of|by|until|since|during|last|next|this|before|from) {match[1]}|^{match[1]}$", text)  # fmt: skip
        if which := re.search(rf"\b(last|next|this) {match[1]}\b", text):
            return _month_of(which[1], match[1], published)
        return _month(match[1], year, published, past=past) if named and match[1] else None
    if year and (match := re.search(r"\b(spring|summer|autumn|fall|winter)\b", text)):
        return f"{year}-{_SEASONS[match[1]]}"
    return year


def _day_of(value: str, *others: str, published: date | None, past: bool | None) -> str | None:
    """Return the day of a figure; None if there are several, or if the day does not exist."""
    if others or not _DAY.fullmatch(value):
        return None
    if value.startswith("--"):
        return _with_year(value, published, past=past)
    parts = [int(part) for part in value.split("-")]
    return value if len(parts) < 3 or day_exists(*parts) else None  # noqa: PLR2004


def _month_of(which: str, name: str, published: date | None) -> str | None:
    """Resolve `last March` to a month before that of publication, `this March` to the same year."""
    if published is None:
        return None
    month = month_number(name)
    turn = {"last": -(month >= published.month), "next": int(month <= published.month)}
    return f"{published.year + turn.get(which, 0)}-{month:02d}"


def _quarter(name: str, year: str) -> str:
    start = _QUARTERS[name]
    return f"{year}-{start:02d}/{year}-{start + 2:02d}"


def _year_of(month: int, published: date, *, past: bool | None) -> int:
    """Return the year in which the month is nearest to publication, on the side of the tense."""
    if past is False:
        return published.year + (month < published.month)
    if past is None and (month - published.month) % 12 <= 3:  # noqa: PLR2004
        return published.year + (month < published.month)
    return published.year - (month > published.month)


def _month(name: str, year: str | None, published: date | None, *, past: bool | None) -> str | None:
    month = month_number(name)
    if year is not None:
        return f"{year}-{month:02d}"
    if published is None:
        return None
    return f"{_year_of(month, published, past=past)}-{month:02d}"


def _part_of_month(
    part: str, name: str, year: str | None, published: date | None, *, past: bool | None
) -> str | None:
    month = _month(name, year, published, past=past)
    if month is None:
        return None
    last = calendar.monthrange(int(month[:4]), int(month[5:]))[1]
    if part.startswith("the end"):
        return f"{month}-{last}"
    start, end = {"e": (1, 10), "m": (11, 20), "l": (21, last)}.get(part[0], (1, 10))
    if "middle" in part:
        start, end = 11, 20
    return f"{month}-{start:02d}/{month}-{end:02d}"


def _with_year(value: str, published: date | None, *, past: bool | None) -> str | None:
    """Add the year to `--01-06` by the publication date."""
    month, day = (int(part) for part in value[2:].split("-"))
    if published is None:
        return f"XXXX{value[1:]}" if day_exists(2000, month, day) else None
    years = [published.year - 1, published.year, published.year + 1]
    days = [date(y, month, day) for y in years if day_exists(y, month, day)]
    if past is False:
        days = [d for d in days if d >= published] or days
    elif past:
        days = [d for d in days if d <= published] or days
    return min(days, key=lambda d: abs(d - published)).isoformat() if days else None


def _relative(text: str, published: date, *, past: bool | None) -> str | None:
    """Resolve a phrase that counts from the publication date."""
    for pattern, read in _RELATIVE:
        if match := re.search(pattern, text):
            return read(match, published, past)
    return None


_Read = Callable[["re.Match[str]", date, "bool | None"], "str | None"]


def _days(start: date, end: date) -> str:
    return f"{start.isoformat()}/{end.isoformat()}"


def _weekday(match: re.Match[str], published: date, past: bool | None) -> str:
    ahead = (WEEKDAYS.index(match["day"]) - published.weekday()) % 7
    which = match["which"]
    if which == "next" or (past is False and which != "last"):
        days = ahead + (7 if which == "next" and ahead == 0 else 0)
    else:
        days = ahead - 7 if ahead or which == "last" else 0
    return (published + timedelta(days=days)).isoformat()


def _weekend(match: re.Match[str], published: date, past: bool | None) -> str:
    ahead = (5 - published.weekday()) % 7
    forward = past is False or match["which"] in ("next", "coming", "this")
    start = published + timedelta(days=ahead if forward else ahead - 7 if ahead else 0)
    return _days(start, start + timedelta(days=1))


def _week(match: re.Match[str], published: date, past: bool | None) -> str:  # noqa: ARG001
    shift = {"last": -7, "next": 7}.get(match[1], 0)
    start = published - timedelta(days=published.weekday()) + timedelta(days=shift)
    return _days(start, start + timedelta(days=6))


def _month_shift(match: re.Match[str], published: date, past: bool | None) -> str:  # noqa: ARG001
    months = published.year * 12 + published.month - 1 + {"last": -1, "next": 1}.get(match[1], 0)
    return f"{months // 12}-{months % 12 + 1:02d}"


def _year_shift(match: re.Match[str], published: date, past: bool | None) -> str:  # noqa: ARG001
    return str(published.year + {"last": -1, "next": 1}.get(match[1], 0))


def _end_of(match: re.Match[str], published: date, past: bool | None) -> str:  # noqa: ARG001
    turn = {"last": -1, "next": 1}.get(match[1], 0)
    if match[2] == "year":
        return f"{published.year + turn}-12-31"
    if match[2] == "week":
        return (published + timedelta(days=6 - published.weekday() + 7 * turn)).isoformat()
    months = published.year * 12 + published.month - 1 + turn
    last = calendar.monthrange(months // 12, months % 12 + 1)[1]
    return f"{months // 12:04d}-{months % 12 + 1:02d}-{last}"


def _count(word: str) -> float:
    return 1.0 if word in ("a", "an") else float(read_number(word))


def _ago(match: re.Match[str], published: date, past: bool | None) -> str | None:  # noqa: ARG001
    return _shifted(published, -_count(match[1]), match[2])


def _shifted(day: date, count: float, unit: str) -> str | None:
    try:
        if unit in _UNIT_DAYS:
            return (day + timedelta(days=round(count * _UNIT_DAYS[unit]))).isoformat()
        if unit == "month":
            months = day.year * 12 + day.month - 1 + int(count)
            return f"{months // 12:04d}-{months % 12 + 1:02d}"
        return f"{day.year + int(count * (10 if unit == 'decade' else 1)):04d}"
    except (OverflowError, ValueError):
        return None


def _within(match: re.Match[str], published: date, past: bool | None) -> str | None:  # noqa: ARG001
    end = _shifted(published, _count(match[1]), match[2])
    return f"{published.isoformat()}/{end}" if end else None


def _coming(match: re.Match[str], published: date, past: bool | None) -> str:  # noqa: ARG001
    days = {"hours": 1, "days": 7, "weeks": 28, "months": 92}[match[1]]
    return _days(published, published + timedelta(days=days))


def _day(shift: int) -> _Read:
    return lambda _match, published, _past: (published + timedelta(days=shift)).isoformat()


_RELATIVE: tuple[tuple[str, _Read], ...] = (
    (r"\bday after tomorrow\b", _day(2)),
    (r"\bday before yesterday\b", _day(-2)),
    (r"\byesterday\b|\blast night\b", _day(-1)),
    (r"\btomorrow\b", _day(1)),
    (r"\btoday\b|\btonight\b|\bthis (?:morning|afternoon|evening)\b", _day(0)),
    (rf"\b({NUMBER}|an?) (hour|day|week|month|year|decade)s? ago\b", _ago),
    (rf"\b(?:within|in) (?:the )?(?:next )?({NUMBER}|an?) (hour|day|week|month|year)s?(?:'s)? ?(?:time)?\b", _within),
    (r"\bin the (?:coming|next) (?:few )?(hours|days|weeks|months)\b", _coming),
    (r"\bend of (?:the |this )?(?:(last|next) )?(year|month|week)\b", _end_of),
    (r"\b(?:(?P<which>last|next|this|coming|past) )?(?:the )?weekend\b", _weekend),
    (rf"\b(?:(?P<which>last|next|this) )?(?P<day>{'|'.join(WEEKDAYS)})\b", _weekday),
    (r"\b(last|next|this) week\b", _week),
    (r"\b(?:later )?(last|next|this) month\b", _month_shift),
    (r"\b(?:later )?(last|next|this) year\b", _year_shift),
)  # fmt: skip
