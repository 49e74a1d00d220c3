"""A timeline: EDTF dates read for people and put in order; what has no date comes after it."""

from __future__ import annotations

import calendar
import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date

from guarantee_summarizer.normalize.quantities import MONTH_NAMES
from guarantee_summarizer.render.outline import Outline, OutlineEntry

__all__ = ["Moment", "Span", "Timeline", "read_edtf", "timeline"]

_DATE = re.compile(
    r"(?P<year>\d{4}|\d{3}X|\d\dXX)(?:-(?P<month>\d\d|XX)(?:-(?P<day>\d\d|XX))?)?(?:T[\d:.Z+-]+)?"
    r"(?P<doubt>[~?%]?)"
)
_SEASONS = {21: "spring", 22: "summer", 23: "autumn", 24: "winter"}
_SEASON_STARTS = {21: 3, 22: 6, 23: 9, 24: 12}
_OPEN = ("", "..")
_DEADLINES = ("deadline", "date")  # the kinds of terms that are times


@dataclass(frozen=True, slots=True, order=True)
class Span:
    """A time: where it begins, or ends if its beginning is open; `text` is it for people."""

    first: date
    last: date
    text: str


@dataclass(frozen=True, slots=True)
class Moment:
    """Something with a date: an event, a deadline of another claim, the day of publication.

    Attributes:
        span: when.
        text: what.
        kind: `event`, `deadline`, `date` or `published`.
        path: the claim that says it; empty for the day of publication.
        event: the whole entry, of an event.
    """

    span: Span
    text: str
    kind: str
    path: str = ""
    event: OutlineEntry | None = None


@dataclass(frozen=True, slots=True)
class Timeline:
    """What has a date that can be read, in order, and the events that have none."""

    moments: tuple[Moment, ...]
    undated: tuple[OutlineEntry, ...]


def timeline(shown: Outline, published: date | None = None) -> Timeline:
    """Put the events and deadlines of a summary in order of time.

    Args:
        shown: the outline of the summary.
        published: when the article was, to tell past from future.
    """
    moments = sorted(_moments(shown), key=lambda moment: moment.span)
    if moments and published:
        moments.append(Moment(_day(published), "The article was published", "published"))
        moments.sort(key=lambda moment: (moment.span.first, moment.kind != "published"))
    dated = {moment.path for moment in moments}
    events = (e for s in shown.sections if s.name == "events" for e in s.entries)
    return Timeline(tuple(moments), tuple(event for event in events if event.path not in dated))


def _moments(shown: Outline) -> Iterator[Moment]:
    for section in shown.sections:
        for entry in section.entries:
            if span := read_edtf(entry.date):
                yield Moment(span, entry.text, "event", entry.path, entry)
            for part in (part for fact in entry.facts for part in fact.parts):
                if part.name in _DEADLINES and (span := read_edtf(part.normalized)):
                    yield Moment(span, f"{entry.text}: {part.value}", part.name, entry.path)


def read_edtf(text: str) -> Span | None:
    """Read a date or an interval of EDTF (ISO 8601-2:2019), levels 0 and 1, years 0001 to 9999.

    Open ends, seasons, unspecified digits and approximate dates included; None for anything else.

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
        return Span(last.last, last.last, f"by {last.text}")
    if first and end in _OPEN:
        return Span(first.first, date.max, f"from {first.text}")
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
    return Span(span.first, span.last, f"{about}{span.text}{doubt}") if match["doubt"] else span


def _span(year: str, month: int | None, day: int | None) -> Span:
    """The time of a date; raises ValueError where the calendar has none."""
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
    return _day(date(first, month, day))


def _day(day: date) -> Span:
    return Span(day, day, f"{day.day} {_month(day.month)} {day.year:04d}")


def _end(year: int, month: int) -> date:
    return date(year, month, calendar.monthrange(year, month)[1])


def _month(month: int) -> str:
    return MONTH_NAMES[month - 1]
