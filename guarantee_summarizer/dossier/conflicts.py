"""Find contradictions: values of one thread that cannot both be true at one time.

"One time" is a day and the next; later it is a change. A contradiction needs two sources and two sentences: one text in two outlets, or
two readings of one text, do not count.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from datetime import date
from itertools import combinations

from guarantee_summarizer.dossier.model import Conflict, Side, made
from guarantee_summarizer.dossier.points import ONE_TIME, Point, Strand, side_of

__all__ = ["find_conflicts"]


def find_conflicts(strand: Strand) -> tuple[list[Conflict], set[Point]]:
    """Return the pairs of values that cannot both be true at one time, and the points in them."""
    found: dict[frozenset[str], dict[str, set[Point]]] = {}
    for some, others in _at_one_time(strand):
        left, right = _opposed(strand, some, others)
        if left and right:
            one, other = strand.side(left[0]), strand.side(right[0])
            sides = found.setdefault(frozenset((one, other)), {one: set(), other: set()})
            sides[one].update(left)
            sides[other].update(right)
    contested = {p for sides in found.values() for side in sides.values() for p in side}
    pairs = map(_in_order, found.values())
    conflicts = [made(Conflict, **strand.about, one=one, other=other) for one, other in pairs]
    return conflicts, contested


def _at_one_time(strand: Strand) -> Iterator[tuple[list[Point], list[Point]]]:
    """Yield contradicting groups of points; in each group, value and party are the same."""
    days: dict[date, dict[object, list[Point]]] = defaultdict(lambda: defaultdict(list))
    for point in strand.points:
        days[point.day][strand.side(point), *point.key].append(point)
    for day, groups in days.items():
        here = list(groups.values())
        yield from (pair for pair in combinations(here, 2) if _exclude_each_other(strand, pair))
        for some in here:
            for others in days.get(day + ONE_TIME, {}).values():
                if _exclude_each_other(strand, (some, others)):
                    yield some, others


def _exclude_each_other(strand: Strand, groups: tuple[list[Point], list[Point]]) -> bool:
    (one, *_), (other, *_) = groups
    return strand.comparable(one, other) and strand.excludes(one, other)


def _opposed(
    strand: Strand, some: list[Point], others: list[Point]
) -> tuple[list[Point], list[Point]]:
    """Return the points of two groups that other sources contradict in other sentences."""
    left = [p for p in some if not _tells(strand, p, others[0])]
    right = [p for p in others if not _tells(strand, p, some[0])]
    return (
        [p for p in left if any(_independent(p, q) for q in right)],
        [q for q in right if any(_independent(q, p) for p in left)],
    )


def _tells(strand: Strand, point: Point, other: Point) -> bool:
    """Whether the article of a point also has a point that agrees with the other one."""
    return any(
        strand.comparable(p, other) and strand.agrees(p, other)
        for p in strand.by_article[point.said.statement.article]
    )


def _in_order(sides: dict[str, set[Point]]) -> list[Side]:
    """Return both sides of a conflict, the one reported first at the start."""
    lists = [sorted(side, key=lambda p: p.said.order) for side in sides.values()]
    return [side_of(side) for side in sorted(lists, key=lambda side: side[0].said.order)]


def _independent(one: Point, other: Point) -> bool:
    """Whether two points have different sources and different sentences."""
    a, b = one.said.statement, other.said.statement
    apart = (a.source or a.article) != (b.source or b.article)
    return apart and a.article != b.article and one.quotes != other.quotes
