"""Define the parts of a dossier: actors, threads, contradictions, changes, with their reports."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Any, Literal, TypeVar, cast

from pydantic import computed_field

from guarantee_summarizer.schema.base import Model
from guarantee_summarizer.schema.claims import Layer, Term
from guarantee_summarizer.schema.evidence import Evidence
from guarantee_summarizer.schema.vocabulary import (
    DisputeKind,
    DisputeStatus,
    EventStatus,
    Measure,
    ParticipantKind,
    Role,
    Status,
)

__all__ = [
    "Actor",
    "Change",
    "Conflict",
    "DisputeThread",
    "LayerReport",
    "LeftOut",
    "Mention",
    "Moment",
    "Report",
    "Side",
    "Stance",
    "Statement",
    "Thread",
    "Value",
    "latest_of",
    "made",
]

_Model = TypeVar("_Model", bound=Model)


class Report(Model):
    """One article's report of something: outlet, day, claim and evidence.

    Attributes:
        article: the article's id; for a summary without article metadata, `summary-` and a hash.
        published: the day of publication; None if unknown, and then the report is not used in
            contradictions and changes.
        outlet: who published the article, if known.
        source: the outlet, or the outlet that it quotes.
        path: the path of the claim in the summary, as in findings: `proposals[2]`.
        evidence: the sentences of the article that support the claim.
        warnings: the messages of the findings about the claim.
    """

    article: str
    published: date | None = None
    outlet: str | None = None
    source: str | None = None
    path: str
    evidence: Evidence = ()
    warnings: tuple[str, ...] = ()


class Mention(Report):
    """One article's entry for an actor, with the sentences that name it.

    Attributes:
        name: its name in the article's summary.
        role: its role in that article.
        title: the office of a person, as stated in that article.
        affiliation: the state or organization that a person acts for.
    """

    name: str
    role: Role = "other"
    title: str | None = None
    affiliation: str | None = None


class Actor(Model):
    """One actor, with all the names that the articles use for it.

    Attributes:
        name: unique in the dossier; a shared name is followed by the country or a number.
        kind: a person, a state and so on.
        names: all forms, the most frequent first.
        country: ISO 3166-1 alpha-3, if known.
        principals: in whose name it acts: for a person or officials, their state; for any other
            actor, and for a person whose state is unknown, itself; empty if nobody in particular
            is named ("European leaders").
        mentions: by date, the undated last.
    """

    name: str
    kind: ParticipantKind
    country: str | None = None
    names: tuple[str, ...]
    principals: tuple[str, ...] = ()
    mentions: tuple[Mention, ...]


class Statement(Report):
    """One article's statement on one measure; actors are named as in the dossier's `actors`.

    Attributes:
        title: a name for the measure, at most ten words.
        measure: the kind of measure.
        status: its status in this report.
        proposed_by: the actors that offer, ask, order or agree.
        recipients: the actors to whom it is offered, who are asked for it, or whom it binds.
        condition: the precondition or trigger.
        attribution: the source of the statement, in the words of the text.
        terms: its durations, sizes, sums, deadlines and counts.
    """

    title: str
    measure: Measure
    status: Status
    proposed_by: tuple[str, ...] = ()
    recipients: tuple[str, ...] = ()
    condition: str | None = None
    attribution: str | None = None
    terms: tuple[Term, ...] = ()


class Side(Model):
    """A value, its words in the first report, and all reports of it.

    Attributes:
        value: the exact value (`P15Y`), or the status.
        words: its words in the first report.
        reports: every statement with this value.
        sources: the outlets that report it, each once; outlets that reprint the same sentences are
            not counted.
    """

    value: str
    words: str
    reports: tuple[Statement, ...]

    @computed_field  # type: ignore[prop-decorator]
    @property
    def sources(self) -> tuple[str, ...]:
        """The outlets that report it, each once, without reprints of the same sentences."""
        return sources(self.reports)


class Value(Side):
    """One value of one kind of term in a thread.

    Attributes:
        what: the kind of term: `duration`, `force_size` and so on.
    """

    what: str


class Conflict(Model):
    """Two values, or two statuses, that cannot both be true of one thread at one time.

    Attributes:
        thread: id of the thread.
        title: the thread's title.
        what: the kind of term, or `status`.
        one: the side that was reported first.
        other: the side that contradicts it.
    """

    thread: str
    title: str
    what: str
    one: Side
    other: Side

    def __str__(self) -> str:
        """One readable line."""
        sides = (f"{s.words} ({', '.join(s.sources) or 'no outlet'})" for s in self.sides)
        return f"{self.title}, {self.what}: {' against '.join(sides)}"

    @property
    def sides(self) -> tuple[Side, Side]:
        """Both sides, the one reported first at the start."""
        return self.one, self.other


class Change(Model):
    """A change of a thread's value or status.

    Attributes:
        thread: id of the thread.
        title: the thread's title.
        what: the kind of term, or `status`.
        date: the day of the first report of the new value.
        before: the earlier value and its reports.
        after: the new value and its reports.
    """

    thread: str
    title: str
    what: str
    date: date
    before: Side
    after: Side

    def __str__(self) -> str:
        """One line for people."""
        return f"{self.date}: {self.title}, {self.what}: {self.before.words} -> {self.after.words}"


class Thread(Model):
    """One measure of the same actors over time.

    Attributes:
        id: article and path of its first statement.
        title: the title of the latest statement.
        measure: the kind of measure.
        actors: who would carry it out or be bound by it.
        statements: by date, the undated last.
        values: every value of every kind of term, in the order of first reports.
        conflicts: values or statuses that cannot both be true.
        changes: changes of values and status, by date.
        sources: the outlets that report it, each once; outlets that reprint the same sentences are
            not counted.
        statuses: day and status of each report, by date.
    """

    id: str
    title: str
    measure: Measure
    actors: tuple[str, ...]
    statements: tuple[Statement, ...]
    values: tuple[Value, ...] = ()
    conflicts: tuple[Conflict, ...] = ()
    changes: tuple[Change, ...] = ()

    @computed_field  # type: ignore[prop-decorator]
    @property
    def sources(self) -> tuple[str, ...]:
        """The outlets that report it, each once, without reprints of the same sentences."""
        return sources(self.statements)

    @computed_field  # type: ignore[prop-decorator]
    @property
    def statuses(self) -> tuple[tuple[date | None, Status], ...]:
        """The status in each report, by date."""
        return tuple((s.published, s.status) for s in self.statements)

    @property
    def latest(self) -> Statement:
        """The first statement of the latest article; see `latest_of`."""
        return latest_of(self.statements)


class Stance(Report):
    """One party's position in a dispute, according to one article.

    Attributes:
        party: the actor.
        stance: its position, in one sentence.
    """

    party: str
    stance: str


class DisputeThread(Model):
    """A dispute about one or several threads, with each party's stances by date.

    Attributes:
        issue: the issue, in the words of the latest report.
        kind: whether parties disagree, or the question is open.
        status: its status in the latest report.
        threads: ids of the threads that it is about.
        stances: the positions of each party, by date.
        reports: every report of the dispute, by date.
    """

    issue: str
    kind: DisputeKind
    status: DisputeStatus
    threads: tuple[str, ...]
    stances: tuple[Stance, ...]
    reports: tuple[Report, ...]


class LayerReport(Report):
    """One layer of the guarantee, as one article describes it.

    Attributes:
        layer: the layer in the article's summary.
        providers: the actors that provide it, named as in the dossier's `actors`.
    """

    layer: Layer
    providers: tuple[str, ...] = ()


class Moment(Model):
    """Something at a point in time.

    Attributes:
        date: EDTF; None if no report has it.
        kind: `event`; `thread` for the first report of a thread; `change` for a change in one.
        what: what happens, in one sentence.
        where: the place of an event.
        status: whether an event has happened.
        actors: who takes part.
        thread: id of the thread, if it is about one.
        reports: every report of it.
    """

    date: str | None
    kind: Literal["event", "thread", "change"]
    what: str
    where: str | None = None
    status: EventStatus | None = None
    actors: tuple[str, ...] = ()
    thread: str | None = None
    reports: tuple[Report, ...]


class LeftOut(Model):
    """An input that is not in the dossier.

    Attributes:
        what: its name: the article of a failure, or the summary.
        reason: why it is left out.
    """

    what: str
    reason: str


def latest_of(statements: Sequence[Statement]) -> Statement:
    """Return the first statement of the latest article, if possible dated and not of the past.

    Args:
        statements: at least one, by date, the undated last.
    """
    dated = [s for s in statements if s.published]
    some = [s for s in dated if s.status != "ended"] or dated or statements
    return next(s for s in some if s.article == some[-1].article)


def sources(reports: tuple[Report, ...]) -> tuple[str, ...]:
    """Return the distinct sources of reports, in order of first reports.

    Of reports with the same sentences only the first counts; a report without an outlet counts
    under its article's id.
    """
    seen: set[tuple[str, ...]] = set()
    found: dict[str, None] = {}
    for report in reports:
        said = tuple(citation.quote for citation in report.evidence)
        if not said or said not in seen:
            found[report.source or report.article] = None
        seen.add(said)
    return tuple(found)


def made(kind: type[_Model], /, **fields: Any) -> _Model:
    """Make a model from validated parts, without validating them again."""
    return cast("_Model", kind.model_construct(**fields))
