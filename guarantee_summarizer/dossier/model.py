"""What a dossier holds: actors, threads, contradictions, changes, each with where it is said."""

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
    """Where something is said: article, outlet, day, the claim's path in its summary, its sentences.

    Attributes:
        article: the article's id; of a summary without an article's record, `summary-` and a hash.
        published: None where the summary does not say; such a report has no place in time.
        source: who says so: the outlet, or the outlet that it quotes.
        path: of the claim in the summary, as findings have it: `proposals[2]`.
        warnings: what verification said of the claim.
    """

    article: str
    published: date | None = None
    outlet: str | None = None
    source: str | None = None
    path: str
    evidence: Evidence = ()
    warnings: tuple[str, ...] = ()


class Mention(Report):
    """One article's entry for an actor, with the sentences that name it."""

    name: str
    role: Role = "other"
    title: str | None = None
    affiliation: str | None = None


class Actor(Model):
    """One actor, under all the names that the articles have for it.

    Attributes:
        name: unique in the dossier; where two share one, the country or a number follows it.
        names: all forms, the most frequent first.
        country: ISO 3166-1 alpha-3, if known.
        principals: in whose name it acts: of a person or of officials their state; of anybody
            else, and of a person whose state is unknown, itself; empty where nobody in particular
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
    """What one article says of one measure; actors are named as in the dossier's `actors`."""

    title: str
    measure: Measure
    status: Status
    proposed_by: tuple[str, ...] = ()
    recipients: tuple[str, ...] = ()
    condition: str | None = None
    attribution: str | None = None
    terms: tuple[Term, ...] = ()


class Side(Model):
    """A value, the words for it in the first report, and all reports of it."""

    value: str
    words: str
    reports: tuple[Statement, ...]

    @computed_field  # type: ignore[prop-decorator]
    @property
    def sources(self) -> tuple[str, ...]:
        """The outlets that say so, each once; who prints the same sentences says nothing new."""
        return sources(self.reports)


class Value(Side):
    """One value of one kind of term in a thread."""

    what: str


class Conflict(Model):
    """Two values, or two statuses, that cannot both be true of one thread at one time."""

    thread: str
    title: str
    what: str
    one: Side
    other: Side

    def __str__(self) -> str:
        """One line for people."""
        sides = (f"{s.words} ({', '.join(s.sources) or 'no outlet'})" for s in self.sides)
        return f"{self.title}, {self.what}: {' against '.join(sides)}"

    @property
    def sides(self) -> tuple[Side, Side]:
        """Both sides, the one that was reported first in front."""
        return self.one, self.other


class Change(Model):
    """What a thread's value or status was, and what it is from `date` on."""

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
        title: that of the latest statement.
        actors: who would carry it out or be bound by it.
        statements: by date, the undated last.
        values: every value of every kind of term, in the order of first reports.
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
        """The outlets that report it, each once; who prints the same sentences says nothing new."""
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
    """What one party wants in a dispute, as one article has it."""

    party: str
    stance: str


class DisputeThread(Model):
    """What is contested over one or several threads, with each party's stances by date."""

    issue: str
    kind: DisputeKind
    status: DisputeStatus
    threads: tuple[str, ...]
    stances: tuple[Stance, ...]
    reports: tuple[Report, ...]


class LayerReport(Report):
    """One layer of the guarantee, as one article has it."""

    layer: Layer
    providers: tuple[str, ...] = ()


class Moment(Model):
    """Something at a point in time.

    Attributes:
        date: EDTF; None where no report tells it.
        kind: an event; the first report of a thread; a change of one.
        status: of an event.
        thread: id of the thread, if it is about one.
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
    """What was given and is not in the dossier, and why."""

    what: str
    reason: str


def latest_of(statements: Sequence[Statement]) -> Statement:
    """The first statement of the latest article; the undated and the past count where all are so.

    Args:
        statements: at least one, by date, the undated last.
    """
    dated = [s for s in statements if s.published]
    some = [s for s in dated if s.status != "ended"] or dated or statements
    return next(s for s in some if s.article == some[-1].article)


def sources(reports: tuple[Report, ...]) -> tuple[str, ...]:
    """The distinct sources of reports with sentences of their own, in order of first reports.

    Of reports that rest on the same sentences only the first counts; one without an outlet counts
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
    """Make a model of parts that were validated before; they are not validated again."""
    return cast("_Model", kind.model_construct(**fields))
