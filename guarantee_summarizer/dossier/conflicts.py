"""Find what contradicts in a thread at one time, and what changes in it over time.

Statements compare where one party can be behind both: an offer is none of a demand, and two named
parties that want different things have a dispute, no contradiction. One time is one day and the
next, as papers print what agencies wrote the day before; later it is a change. What is told of the
past ("ended"), and what an outlet quotes of another one whose own report is in the thread, is no
news of its day.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from functools import cached_property
from itertools import combinations

from guarantee_summarizer.dossier.model import (
    Change,
    Conflict,
    Side,
    Statement,
    Thread,
    Value,
    made,
)
from guarantee_summarizer.dossier.threads import Group, Said
from guarantee_summarizer.dossier.values import COMPARED, accepted, contradict, rung
from guarantee_summarizer.text import fold

__all__ = ["thread_of"]

_ONE_TIME = timedelta(days=1)
_STATUS = "status"


def thread_of(group: Group, beneficiaries: frozenset[str]) -> Thread:
    """Return a group of statements as a thread, with its contradictions and changes."""
    first, last = group.said[0].statement, group.said[-1].statement
    thread = made(
        Thread,
        id=f"{first.article}:{first.path}",
        title=last.title,
        measure=first.measure,
        actors=tuple(sorted(group.doers)),
        statements=tuple(one.statement for one in group.said),
        values=tuple(_values(group.said)),
    )
    news = list(_news(group.said))
    conflicts, changes = list[Conflict](), list[Change]()
    for what in sorted({term.what for one in news for term in one.statement.terms} & COMPARED):
        strand = _Strand(thread, what, _figures(what, news), beneficiaries)
        conflicts += strand.conflicts()
        changes += strand.new_values()
    strand = _Strand(thread, _STATUS, _statuses(news), beneficiaries)
    conflicts += strand.conflicts()
    changes += strand.new_statuses()
    return thread.replace(
        conflicts=tuple(conflicts),
        changes=tuple(sorted(changes, key=lambda change: (change.date, change.what))),
    )


def _values(said: Iterable[Said]) -> Iterator[Value]:
    reports: dict[tuple[str, str], list[Statement]] = defaultdict(list)
    words: dict[tuple[str, str], str] = {}
    for one in said:
        for term in one.statement.terms:
            key = term.what, term.normalized or fold(term.value)
            words.setdefault(key, term.value)
            if one.statement not in reports[key][-1:]:
                reports[key].append(one.statement)
    for (what, value), some in reports.items():
        yield made(Value, what=what, value=value, words=words[what, value], reports=tuple(some))


def _news(said: Iterable[Said]) -> Iterator[Said]:
    """What is dated, and no quotation of an outlet that reports it in the thread itself."""
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
    """The values of a statement; its status where it has none."""
    values = {term.normalized for term in statement.terms if term.normalized}
    return values or {statement.status}


@dataclass(frozen=True, slots=True, eq=False)
class _Point:
    """One value, or the status, in one statement."""

    said: Said
    day: date
    value: str
    words: str

    @property
    def key(self) -> tuple[frozenset[str], bool]:
        return self.said.voice, self.said.demand

    @property
    def quotes(self) -> tuple[str, ...]:
        return tuple(citation.quote for citation in self.said.statement.evidence)


def _figures(what: str, said: Iterable[Said]) -> Iterator[_Point]:
    """The values of one kind; what is over has none."""
    for one in said:
        if one.day and one.statement.status != "ended":
            for term in one.statement.terms:
                if term.what == what and term.normalized:
                    yield _Point(one, one.day, term.normalized, term.value)


def _statuses(said: Iterable[Said]) -> Iterator[_Point]:
    """One status for what one article tells of one party: the furthest, else the refusal."""
    told: dict[object, list[_Point]] = defaultdict(list)
    for one in said:
        status = one.statement.status
        if one.day and status != "unclear":
            point = _Point(one, one.day, status, status.replace("_", " "))
            told[one.statement.article, *point.key].append(point)
    for points in told.values():
        yield max(points, key=lambda p: (rung(p.value), p.value == "rejected", p.value != "ended"))


class _Strand:
    """The values of one kind of term, or the statuses, of a thread, by date."""

    def __init__(
        self, thread: Thread, what: str, points: Iterable[_Point], beneficiaries: frozenset[str]
    ) -> None:
        self._thread, self._what, self._served = thread, what, beneficiaries
        self._points = sorted(points, key=lambda p: (p.day, p.said.order))
        self._contested: set[_Point] = set()

    def conflicts(self) -> list[Conflict]:
        """Return the pairs of values that cannot both be true at one time, and remember them."""
        found: dict[frozenset[str], dict[str, set[_Point]]] = {}
        for some, others in self._at_one_time():
            left, right = self._opposed(some, others)
            if left and right:
                one, other = self._side(left[0]), self._side(right[0])
                sides = found.setdefault(frozenset((one, other)), {one: set(), other: set()})
                sides[one].update(left)
                sides[other].update(right)
        self._contested = {p for sides in found.values() for side in sides.values() for p in side}
        return [
            made(Conflict, **self._about(), one=one, other=other)
            for sides in found.values()
            for one, other in [self._in_order(sides)]
        ]

    def _at_one_time(self) -> Iterator[tuple[list[_Point], list[_Point]]]:
        """Pairs of groups of points: same value and party in each, excluding each other."""
        days: dict[date, dict[object, list[_Point]]] = defaultdict(lambda: defaultdict(list))
        for point in self._points:
            days[point.day][self._side(point), *point.key].append(point)
        for day, groups in days.items():
            here = list(groups.values())
            yield from filter(self._exclude_each_other, combinations(here, 2))
            for some in here:
                for others in days.get(day + _ONE_TIME, {}).values():
                    if self._exclude_each_other((some, others)):
                        yield some, others

    def _exclude_each_other(self, groups: tuple[list[_Point], list[_Point]]) -> bool:
        (one, *_), (other, *_) = groups
        return self._comparable(one, other) and self._excludes(one, other)

    def _opposed(
        self, some: list[_Point], others: list[_Point]
    ) -> tuple[list[_Point], list[_Point]]:
        """Of two groups what one source says and another denies, in sentences of its own."""
        left = [p for p in some if not self._tells(p, others[0])]
        right = [p for p in others if not self._tells(p, some[0])]
        return (
            [p for p in left if any(_independent(p, q) for q in right)],
            [q for q in right if any(_independent(q, p) for p in left)],
        )

    def _tells(self, point: _Point, other: _Point) -> bool:
        """Whether the article of a point also tells what agrees with another one."""
        return any(
            self._comparable(p, other) and self._agrees(p, other)
            for p in self._by_article[point.said.statement.article]
        )

    @cached_property
    def _by_article(self) -> dict[str, list[_Point]]:
        points: dict[str, list[_Point]] = defaultdict(list)
        for point in self._points:
            points[point.said.statement.article].append(point)
        return points

    def _comparable(self, one: _Point, other: _Point) -> bool:
        """Whether one party can be behind both."""
        a, b = one.said, other.said
        if a.demand != b.demand or not (a.voice and b.voice):
            return a.demand == b.demand
        return bool(a.voice & b.voice if a.demand else (a.voice & b.voice) - self._served)

    def _side(self, point: _Point) -> str:
        """What the points of one side of a conflict share."""
        if self._what == _STATUS:
            return {True: "accepted", False: "rejected", None: "open"}[accepted(point.value)]
        return point.value

    def _excludes(self, one: _Point, other: _Point) -> bool:
        if self._what == _STATUS:
            return {self._side(one), self._side(other)} == {"accepted", "rejected"}
        return contradict(self._what, one.value, other.value)

    def _agrees(self, one: _Point, other: _Point) -> bool:
        if self._what == _STATUS:
            return self._side(one) == self._side(other)
        return not contradict(self._what, one.value, other.value)

    def new_values(self) -> list[Change]:
        """Return where a value is new and excludes the one that stood before."""
        changes, known = list[Change](), set[str]()
        for at, point in enumerate(self._points):
            if point.value in known or point in self._contested:
                continue
            known.add(point.value)
            before = self._last_before(at)
            if not before or any(self._agrees(p, point) for p in before):
                continue
            if not self._beside(point, before[0]):
                changes.append(self._change(before[0], point))
        return changes

    def new_statuses(self) -> list[Change]:
        """Return where a status has come further than ever, is refused, or is open again.

        What another party refused may be asked for again; that alone is no change.
        """
        changes, furthest = list[Change](), dict[object, tuple[int, _Point]]()
        for at, point in enumerate(self._points):
            if point in self._contested:
                continue
            before = self._last_before(at)
            best = max((n for n, p in furthest.values() if self._comparable(p, point)), default=0)
            if before and self._is_step(point, before, best):
                changes.append(self._change(before[0], point))
            if rung(point.value) >= furthest.get(point.key, (0, point))[0]:
                furthest[point.key] = rung(point.value), point
        return changes

    def _is_step(self, point: _Point, before: list[_Point], furthest: int) -> bool:
        refused = all(p.value == "rejected" for p in before)
        if point.value == "rejected":
            return not any(p.value == "rejected" for p in before)
        if point.value == "ended":
            return any(rung(p.value) for p in before)
        if refused and not rung(point.value):
            return any(p.said.doers & p.said.voice for p in before)
        return refused or rung(point.value) > furthest

    def _last_before(self, at: int) -> list[_Point]:
        """The comparable points of the last day before a point's time."""
        point, found = self._points[at], list[_Point]()
        for p in reversed(self._points[:at]):
            if found and p.day < found[0].day:
                break
            if self._earlier(p, point) and self._comparable(p, point):
                found.append(p)
        return found[::-1]

    def _earlier(self, one: _Point, other: _Point) -> bool:
        """Whether it is of an earlier time; one outlet corrects itself the next day."""
        source = one.said.statement.source
        itself = source is not None and source == other.said.statement.source
        return other.day - one.day > (timedelta(0) if itself else _ONE_TIME)

    def _beside(self, point: _Point, before: _Point) -> bool:
        """Whether another statement of the point's article still tells the value of before."""
        return any(
            p.said is not point.said and self._comparable(p, before) and self._agrees(p, before)
            for p in self._by_article[point.said.statement.article]
        )

    def _change(self, before: _Point, after: _Point) -> Change:
        same = [p for p in self._points if self._comparable(p, after)]
        old = [p for p in same if p.value == before.value and p.day <= before.day]
        new = [p for p in same if p.value == after.value and p.day >= after.day]
        return made(Change, **self._about(), date=after.day, before=_of(old), after=_of(new))

    def _about(self) -> dict[str, str]:
        return {"thread": self._thread.id, "title": self._thread.title, "what": self._what}

    def _in_order(self, sides: dict[str, set[_Point]]) -> list[Side]:
        """Both sides of a conflict, the one that was reported first in front."""
        lists = [sorted(side, key=lambda p: p.said.order) for side in sides.values()]
        return [_of(side) for side in sorted(lists, key=lambda side: side[0].said.order)]


def _of(points: list[_Point]) -> Side:
    reports = tuple(dict.fromkeys(p.said.statement for p in points))
    return made(Side, value=points[0].value, words=points[0].words, reports=reports)


def _independent(one: _Point, other: _Point) -> bool:
    """Whether two points come from different sources, and rest on different sentences."""
    a, b = one.said.statement, other.said.statement
    apart = (a.source or a.article) != (b.source or b.article)
    return apart and a.article != b.article and one.quotes != other.quotes
