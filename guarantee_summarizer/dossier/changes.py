"""Find changes in a thread: a later value that contradicts the earlier one, a further status."""

from __future__ import annotations

from bisect import bisect_left
from datetime import timedelta

from guarantee_summarizer.dossier.model import Change, made
from guarantee_summarizer.dossier.points import ONE_TIME, Point, Strand, side_of
from guarantee_summarizer.dossier.values import rung

__all__ = ["new_statuses", "new_values"]


def new_values(strand: Strand, contested: set[Point]) -> list[Change]:
    """Return changes of a value: a new value that contradicts the earlier one.

    A value in a contradiction is not settled: it counts from the next report of it.
    """
    changes = list[tuple[Point, Point]]()
    for at, point in enumerate(strand.points):
        before = [] if point in contested else _last_before(strand, at)
        if not before or any(strand.agrees(p, point) for p in before):
            continue
        again = any(strand.agrees(a, before[0]) and strand.agrees(b, point) for a, b in changes)
        if not again and not _beside(strand, point, before[0]):
            changes.append((before[0], point))
    return [_change(strand, before, after) for before, after in changes]


def new_statuses(strand: Strand, contested: set[Point]) -> list[Change]:
    """Return changes of status: further than ever before, refused, or open again.

    A new request for something that another party refused is not a change by itself.
    """
    changes, furthest = list[Change](), dict[object, tuple[int, Point]]()
    for at, point in enumerate(strand.points):
        if point in contested:
            continue
        before = _last_before(strand, at)
        best = max((n for n, p in furthest.values() if strand.comparable(p, point)), default=0)
        if before and _is_step(point, before, best):
            changes.append(_change(strand, before[0], point))
        if rung(point.value) >= furthest.get(point.key, (0, point))[0]:
            furthest[point.key] = rung(point.value), point
    return changes


def _is_step(point: Point, before: list[Point], furthest: int) -> bool:
    refused = all(p.value == "rejected" for p in before)
    if point.value == "rejected":
        return not any(p.value == "rejected" for p in before)
    if point.value == "ended":
        return any(rung(p.value) for p in before)
    if refused and not rung(point.value):
        return any(p.said.doers & p.said.voice for p in before)
    return refused or rung(point.value) > furthest


def _last_before(strand: Strand, at: int) -> list[Point]:
    """Return the comparable points of the last day before a point's time."""
    point, found = strand.points[at], list[Point]()
    end = bisect_left(strand.points, point.day, hi=at, key=lambda p: p.day)
    for number in range(end - 1, -1, -1):
        p = strand.points[number]
        if found and p.day < found[0].day:
            break
        if _earlier(p, point) and strand.comparable(p, point):
            found.append(p)
    return found[::-1]


def _earlier(one: Point, other: Point) -> bool:
    """Whether a point is earlier; within one outlet a day is enough, as for a correction."""
    source = one.said.statement.source
    itself = source is not None and source == other.said.statement.source
    return other.day - one.day > (timedelta(0) if itself else ONE_TIME)


def _beside(strand: Strand, point: Point, before: Point) -> bool:
    """Whether another statement of the point's article still has the earlier value."""
    return any(
        p.said is not point.said and strand.comparable(p, before) and strand.agrees(p, before)
        for p in strand.by_article[point.said.statement.article]
    )


def _change(strand: Strand, before: Point, after: Point) -> Change:
    """Build a change from the reports that agree with only one of the two values."""
    same = [p for p in strand.points if strand.comparable(p, after)]
    old = [p for p in same if p.day <= before.day and strand.speaks_for(p, before, after)]
    new = [p for p in same if p.day >= after.day and strand.speaks_for(p, after, before)]
    return made(Change, **strand.about, date=after.day, before=side_of(old), after=side_of(new))
