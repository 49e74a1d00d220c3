"""Order events and deadlines by date; events without a readable date come last."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date

from guarantee_summarizer.normalize.edtf import Span, read_edtf, span_of
from guarantee_summarizer.render.outline import Outline, OutlineEntry

__all__ = ["Moment", "Timeline", "timeline"]

_DEADLINES = ("deadline", "date")  # kinds of terms that are times


@dataclass(frozen=True, slots=True)
class Moment:
    """Something with a date: an event, a deadline of another claim, the day of publication.

    Attributes:
        span: its time.
        text: its description.
        kind: `event`, `deadline`, `date` or `published`.
        path: the path of its claim; empty for the day of publication.
        event: the complete entry of an event.
    """

    span: Span
    text: str
    kind: str
    path: str = ""
    event: OutlineEntry | None = None


@dataclass(frozen=True, slots=True)
class Timeline:
    """The items with a readable date, in order, and the events without one."""

    moments: tuple[Moment, ...]
    undated: tuple[OutlineEntry, ...]


def timeline(shown: Outline, published: date | None = None) -> Timeline:
    """Put the events and deadlines of a summary in order of time.

    Args:
        shown: the outline of the summary.
        published: when the article was published, to separate past and future.
    """
    moments = sorted(_moments(shown), key=lambda moment: moment.span)
    if moments and published:
        moments.append(Moment(span_of(published), "The article was published", "published"))
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
