"""Turn the statements of a thread into comparable points: one value each, by date.

Statements are comparable if one party can be behind both: an offer is not comparable to a demand,
and two named parties with different positions have a dispute, not a contradiction. Not counted are
reports on the past ("ended"), and quotations of an outlet whose own report is in the thread.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from functools import cached_property
from itertools import combinations

from guarantee_summarizer.dossier.model import Side, Statement, Thread, made
from guarantee_summarizer.dossier.threads import Said
from guarantee_summarizer.dossier.values import accepted, contradict, rung
from guarantee_summarizer.text import fold

__all__ = ["ONE_TIME", "STATUS", "Point", "Strand", "figures", "news", "side_of", "statuses"]

STATUS = "status"
ONE_TIME = timedelta(days=1)
"""One day and the next, as newspapers print agency reports of the day before."""


def news(said: Iterable[Said]) -> Iterator[Said]:
    """Yield dated statements, except quotations of an outlet whose own report is in the thread."""
    said = tuple(said)
    own: dict[str | None, set[str]] = defaultdict(set)
    for one in said:
        if one.statement.source == one.statement.outlet:
            own[one.statement.source] |= _told(one.statement)
    for one in said:
        quoted = one.statement.source != one.statement.outlet
        if one.day and not (quoted and own[one.statement.source] & _told(one.statement)):
            yield one


def _told(statement: Statement) -> set[str]:
    """The values of a statement, or its status if it has none."""
    values = {term.normalized for term in statement.terms if term.normalized}
    return values or {statement.status}


@dataclass(frozen=True, slots=True, eq=False)
class Point:
    """One value, or the status, in one statement."""

    said: Said
    day: date
    value: str
    words: str

    @property
    def key(self) -> tuple[frozenset[str], bool]:
        """The parties that decide which points it is comparable with."""
        return self.said.voice, self.said.demand

    @property
    def quotes(self) -> tuple[str, ...]:
        """The words of its evidence."""
        return tuple(citation.quote for citation in self.said.statement.evidence)


def figures(what: str, said: Iterable[Said]) -> Iterator[Point]:
    """Yield the values of one kind; statements on the past have none."""
    for one in said:
        if one.day and one.statement.status != "ended":
            for term in one.statement.terms:
                if term.what == what and term.normalized:
                    yield Point(one, one.day, term.normalized, term.value)


def statuses(said: Iterable[Said]) -> Iterator[Point]:
    """Yield one status per article and party: the furthest, else the refusal."""
    reported: dict[object, list[Point]] = defaultdict(list)
    for one in said:
        status = one.statement.status
        if one.day and status != "unclear":
            point = Point(one, one.day, status, status.replace("_", " "))
            reported[one.statement.article, *point.key].append(point)
    for points in reported.values():
        yield max(points, key=lambda p: (rung(p.value), p.value == "rejected", p.value != "ended"))


class Strand:
    """The values of one kind of term, or the statuses, of a thread by date."""

    def __init__(
        self, thread: Thread, what: str, points: Iterable[Point], beneficiaries: frozenset[str]
    ) -> None:
        self.what, self._thread, self._served = what, thread, beneficiaries
        self.points = sorted(points, key=lambda p: (p.day, p.said.order))
        if what != STATUS:
            self.points = [p for p in self.points if not self._is_history(p)]

    @property
    def about(self) -> dict[str, str]:
        """The fields shared by contradictions and changes in it."""
        return {"thread": self._thread.id, "title": self._thread.title, "what": self.what}

    @cached_property
    def by_article(self) -> dict[str, list[Point]]:
        """Return its points by article id."""
        points: dict[str, list[Point]] = defaultdict(list)
        for point in self.points:
            points[point.said.statement.article].append(point)
        return points

    def comparable(self, one: Point, other: Point) -> bool:
        """Return whether one party can be behind both."""
        a, b = one.said, other.said
        if a.demand != b.demand or not (a.voice and b.voice):
            return a.demand == b.demand
        return bool(a.voice & b.voice if a.demand else (a.voice & b.voice) - self._served)

    def side(self, point: Point) -> str:
        """Return the value and party that the points on one side of a contradiction share."""
        if self.what == STATUS:
            return {True: "accepted", False: "rejected", None: "open"}[accepted(point.value)]
        return point.value

    def excludes(self, one: Point, other: Point) -> bool:
        """Return whether the two cannot both be true."""
        if self.what == STATUS:
            return {self.side(one), self.side(other)} == {"accepted", "rejected"}
        same = fold(one.words) == fold(other.words)  # "within 24 hours", on two days
        return not same and contradict(self.what, one.value, other.value)

    def agrees(self, one: Point, other: Point) -> bool:
        """Return whether the two are equal or can both be true."""
        if self.what == STATUS:
            return self.side(one) == self.side(other)
        return not self.excludes(one, other)

    def speaks_for(self, point: Point, one: Point, other: Point) -> bool:
        """Return whether a point agrees with one of two points only."""
        if self.what == STATUS:
            return point.value == one.value
        return self.agrees(point, one) and not self.agrees(point, other)

    @cached_property
    def _first(self) -> tuple[Point, ...]:
        """Return the first point of each value that each party supports."""
        return tuple({(p.value, *p.key): p for p in reversed(self.points)}.values())

    def _is_history(self, point: Point) -> bool:
        """Whether a newer value with at least the same status has been valid for over a day.

        Later reports of the old value are about the past: "the first offer had been for 15 years".
        """
        same = (p for p in self._first if p.value == point.value and self.comparable(p, point))
        first = min(p.day for p in same)
        return any(
            newer.day - first > ONE_TIME
            and point.day - newer.day > ONE_TIME
            and rung(newer.said.statement.status) >= rung(point.said.statement.status)
            and self.comparable(newer, point)
            and self.excludes(newer, point)
            for newer in self._first
        )

    @cached_property
    def has_parts(self) -> bool:
        """Return whether one article has several values side by side."""
        return any(
            p.said is not q.said and self.comparable(p, q) and self.excludes(p, q)
            for points in self.by_article.values()
            for p, q in combinations(points, 2)
        )


def side_of(points: list[Point]) -> Side:
    """Return points with the same value as one value with reports."""
    reports = tuple({p.said.order: p.said.statement for p in points}.values())
    return made(Side, value=points[0].value, words=points[0].words, reports=reports)
