"""Group the statements of all articles on one measure of the same actors into threads.

Two statements belong to one thread if the measure and its beneficiaries are the same, at most a
year without reports is between them, and they share at least a third of the actors who would carry it out. These are
those who are asked to, else those who offer it, without the beneficiary; for a binding measure
(limits, territory, membership), those whom it binds. A statement that names nobody in particular
joins the only thread of its measure with a term of the same kind; one without a beneficiary joins
the only thread of its actors. If there are several such threads, it stays separate.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from functools import cached_property
from itertools import combinations, count

from guarantee_summarizer.dossier.actors import Cast
from guarantee_summarizer.dossier.joining import joined
from guarantee_summarizer.dossier.model import Statement
from guarantee_summarizer.dossier.reports import Given
from guarantee_summarizer.schema import Proposal

__all__ = ["Group", "Said", "group_statements", "statements"]

_BINDING = frozenset(
    {"disarmament", "force_limits", "membership", "neutrality", "territorial", "withdrawal"}
)
_SILENCE = timedelta(days=365)
_SHARED = 1 / 3  # share of all actors of two statements


@dataclass(frozen=True)
class Said:
    """A statement, and the actors that it concerns.

    Attributes:
        doers: the principals who would carry it out or be bound by it.
        voice: the principals who propose it.
        served: its beneficiaries, else those of its article.
        demand: whether only a beneficiary asks for it.
        order: its position among all statements.
    """

    statement: Statement
    doers: frozenset[str]
    voice: frozenset[str]
    served: frozenset[str]
    demand: bool
    order: int = 0

    @property
    def day(self) -> date | None:
        """The date of its article."""
        return self.statement.published


@dataclass(frozen=True)
class Group:
    """Statements that belong together, in their order."""

    measure: str
    said: tuple[Said, ...]

    @cached_property
    def doers(self) -> frozenset[str]:
        """Who would carry it out or be bound by it."""
        return frozenset[str]().union(*(s.doers for s in self.said))

    @cached_property
    def served(self) -> frozenset[str]:
        """Its beneficiaries."""
        return frozenset[str]().union(*(s.served for s in self.said))

    @cached_property
    def days(self) -> tuple[date, date] | None:
        """The first and the last day; None if no statement has one."""
        days = [s.day for s in self.said if s.day]
        return (min(days), max(days)) if days else None

    @cached_property
    def kinds(self) -> frozenset[str]:
        """The kinds of terms in it."""
        return frozenset(term.what for s in self.said for term in s.statement.terms)

    def near(self, other: Group) -> bool:
        """Return whether both are within a year of each other; False without a date."""
        if self.days is None or other.days is None:
            return False
        (start, end), (others_start, others_end) = self.days, other.days
        return start - others_end <= _SILENCE and others_start - end <= _SILENCE


def statements(summaries: Iterable[Given], cast: Cast) -> Iterator[Said]:
    """Yield the statements of all summaries on measures, in their order."""
    order = count()
    for given in summaries:
        reader = _Reader(given, cast)
        for index, proposal in enumerate(given.summary.proposals):
            yield reader.said(index, proposal, next(order))


class _Reader:
    """Reads the proposals of one summary."""

    def __init__(self, given: Given, cast: Cast) -> None:
        self._given, self._cast = given, cast
        listed = cast.who(given.id, (p.name for p in given.summary.participants))
        self._served = cast.principals(listed) & cast.beneficiaries

    def said(self, index: int, proposal: Proposal, order: int) -> Said:
        proposed_by = self._cast.who(self._given.id, proposal.proposed_by)
        recipients = self._cast.who(self._given.id, proposal.recipients)
        statement = self._given.report(
            Statement,
            f"proposals[{index}]",
            proposal.evidence,
            source=self._given.source(proposal.attribution),
            proposed_by=proposed_by,
            recipients=recipients,
            **{name: getattr(proposal, name) for name in _COPIED},
        )
        voice, to = self._cast.principals(proposed_by), self._cast.principals(recipients)
        served = self._cast.beneficiaries
        doers = self._doers(proposal, voice, to) or frozenset(proposed_by)
        about = (voice | to) & served or self._served
        return Said(statement, doers, voice, about, bool(voice) and voice <= served, order)

    def _doers(
        self, proposal: Proposal, voice: frozenset[str], to: frozenset[str]
    ) -> frozenset[str]:
        """Return the principals who would carry it out, or are bound."""
        if proposal.measure in _BINDING:
            return to or self._served or voice
        served = self._cast.beneficiaries
        return (to - served) or (voice - served) or self._of_layer(proposal) - served

    def _of_layer(self, proposal: Proposal) -> frozenset[str]:
        """Return the providers of the only layer with the same sentences."""
        cited = {citation.sentence for citation in proposal.evidence}
        layers = [
            layer
            for layer in self._given.summary.structure.layers
            if cited.intersection(citation.sentence for citation in layer.evidence)
        ]
        if len(layers) != 1:
            return frozenset()
        return self._cast.principals(self._cast.who(self._given.id, layers[0].providers))


_COPIED = ("title", "measure", "status", "condition", "attribution", "terms")


def group_statements(said: Iterable[Said], cast: Cast) -> list[Group]:
    """Return the groups of statements that belong together, each in the order of the statements."""
    by_measure: dict[str, list[Said]] = defaultdict(list)
    for one in said:
        by_measure[one.statement.measure].append(one)
    return [
        group for measure, some in by_measure.items() for group in _of_measure(measure, some, cast)
    ]


def _of_measure(measure: str, said: list[Said], cast: Cast) -> list[Group]:
    runs = list(_runs(measure, said))
    groups = _joined([run for run in runs if run.doers & cast.particular and run.served])
    members, homeless = [list(group.said) for group in groups], list[Group]()
    for run in runs:
        if run.doers & cast.particular and run.served:
            continue
        homes = [i for i, group in enumerate(groups) if _may_hold(group, run, cast.particular)]
        if len(homes) == 1:
            members[homes[0]] += run.said
        else:
            homeless.append(run)
    return [*(_group(measure, some) for some in members), *_joined(homeless)]


def _group(measure: str, said: Iterable[Said]) -> Group:
    return Group(measure, tuple(sorted(said, key=lambda one: one.order)))


def _may_hold(group: Group, run: Group, particular: frozenset[str]) -> bool:
    """Whether statements without an actor or beneficiary may belong to a group."""
    if not group.near(run) or not _agree(group.served, run.served):
        return False
    return _share(group, run) if run.doers & particular else bool(group.kinds & run.kinds)


def _share(one: Group, other: Group) -> bool:
    return len(one.doers & other.doers) >= _SHARED * len(one.doers | other.doers)


def _agree(one: frozenset[str], other: frozenset[str]) -> bool:
    return bool(one & other) or not (one and other)


def _runs(measure: str, said: list[Said]) -> Iterator[Group]:
    """Group statements of exactly the same actors, with at most a year between reports."""
    by_doers: dict[object, list[Said]] = defaultdict(list)
    for one in said:
        by_doers[(one.doers or one.order), one.served].append(one)  # without actors: each separate
    for some in by_doers.values():
        runs: list[list[Said]] = []
        for one in some:  # by date, the undated last
            last = runs[-1][-1].day if runs else None
            goes_on = one.day - last <= _SILENCE if one.day and last else len(runs) == 1
            if goes_on:
                runs[-1].append(one)
            else:
                runs.append([one])
        yield from (_group(measure, run) for run in runs)


def _joined(runs: list[Group]) -> list[Group]:
    """Join runs that share enough actors, directly or through other runs."""
    pairs = (
        (i, j)
        for i, j in _sharing(runs)
        if _share(runs[i], runs[j])
        and _agree(runs[i].served, runs[j].served)
        and runs[i].near(runs[j])
    )
    return [
        _group(runs[some[0]].measure, (one for number in some for one in runs[number].said))
        for some in joined(len(runs), pairs)
    ]


def _sharing(runs: list[Group]) -> list[tuple[int, int]]:
    """The pairs of runs that share an actor."""
    by_actor: dict[str, list[int]] = defaultdict(list)
    for number, run in enumerate(runs):
        for actor in run.doers:
            by_actor[actor].append(number)
    return sorted({pair for numbers in by_actor.values() for pair in combinations(numbers, 2)})
