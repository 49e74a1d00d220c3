"""Define `Dossier`: many summaries joined, rebuilt whenever one is added."""

from __future__ import annotations

import difflib
import json
from collections.abc import Iterable
from datetime import date, datetime
from functools import cached_property
from typing import Any, Final, Literal, Self

from pydantic import ValidationError, computed_field, field_validator, model_validator

from guarantee_summarizer.corpus.results import Failure
from guarantee_summarizer.dossier.actors import Cast, join_actors
from guarantee_summarizer.dossier.model import (
    Actor,
    Change,
    Conflict,
    DisputeThread,
    LayerReport,
    LeftOut,
    Moment,
    Thread,
    made,
)
from guarantee_summarizer.dossier.reports import Given, facts
from guarantee_summarizer.dossier.stories import thread_of
from guarantee_summarizer.dossier.threads import group_statements, statements
from guarantee_summarizer.dossier.timeline import join_disputes, layer_reports, timeline
from guarantee_summarizer.errors import DossierError
from guarantee_summarizer.lexicon import default_lexicon
from guarantee_summarizer.schema import Summary, describe
from guarantee_summarizer.schema.base import Model

__all__ = ["DOSSIER_VERSION", "Dossier", "day_of"]

DOSSIER_VERSION: Final = "1"


class Dossier(Model):
    """Many summaries joined: who proposed what when, what changed, and what is contradictory.

    Make one with `Dossier(summaries)` (the same as `Dossier.of`), and a larger one with `add`. It
    depends only on the set of summaries, not on their order or on how they were added. All fields
    but `summaries` and `left_out` are derived at first use, also after a stored dossier was read;
    JSON includes them for other programs.

    Attributes:
        version: version of the storage format.
        summaries: one for each article, by date, the undated last; without withheld claims.
        left_out: inputs that are not in it: failures, and further summaries of one article.
        actors: all participants, by name, each joined across articles.
        threads: the proposals: each measure of the same actors over time, by first report.
        disputes: the disputes, with each party's stances by date, by first report.
        layers: the layers of the guarantee as each article has them, by date, innermost first.
        moments: events, first reports of threads and changes by date, the undated last.
    """

    version: Literal["1"] = DOSSIER_VERSION
    summaries: tuple[Summary, ...] = ()
    left_out: tuple[LeftOut, ...] = ()

    def __init__(
        self, summaries: Iterable[Summary | Failure] | None = None, /, **fields: Any
    ) -> None:
        if summaries is not None:
            given, left = _gathered((), (), summaries)
            fields |= {"summaries": [one.summary for one in given], "left_out": left}
        super().__init__(**fields)

    @classmethod
    def of(cls, summaries: Iterable[Summary | Failure]) -> Self:
        """Make a dossier from the results of `summarize` or `map`, or from a file of summaries.

        Of several summaries of one article the best is kept: one from a language model before one
        from the embedded extractor, a complete one before an incomplete one, a reviewed one before
        an unreviewed one, then the latest. `left_out` lists the rest, and failures. A summary that
        is not relevant counts as an article without claims. A summary without a date is used in
        threads, but not in contradictions and changes.

        Args:
            summaries: any number, in any order; a generator is read once.

        Raises:
            DossierError: an item is neither a summary nor a failure.

        >>> Dossier.of([]).conflicts()
        ()
        """
        return cls(summaries)

    def add(self, summaries: Summary | Failure | Iterable[Summary | Failure]) -> Self:
        """Return a dossier with more summaries, the same as `of` all of them at once.

        Raises:
            DossierError: an item is neither a summary nor a failure.
        """
        given, left = _gathered(self.summaries, self.left_out, summaries)
        kept = tuple(one.summary for one in sorted(given, key=lambda one: one.order))
        return made(type(self), summaries=kept, left_out=left)

    @classmethod
    def from_json(cls, text: str | bytes) -> Self:
        """Read a dossier that `model_dump_json` wrote, in half the memory of `model_validate_json`.

        Raises:
            DossierError: it is not JSON, or is invalid; the message names the field.
        """
        try:
            return cls.model_validate(_given(json.loads(text)))
        except ValidationError as error:
            raise DossierError(f"the stored dossier cannot be read: {describe(error)}") from error
        except ValueError as error:
            raise DossierError(f"the stored dossier is not JSON: {error}") from error

    @computed_field  # type: ignore[prop-decorator]
    @cached_property
    def actors(self) -> tuple[Actor, ...]:
        """All actors by name, each joined across articles, with its mentions by date."""
        return self._cast.actors

    @computed_field  # type: ignore[prop-decorator]
    @cached_property
    def threads(self) -> tuple[Thread, ...]:
        """The proposals: each measure of the same actors over time, by first report."""
        said = statements(self._articles, self._cast)
        served = self._cast.beneficiaries
        groups = sorted(group_statements(said, self._cast), key=lambda group: group.said[0].order)
        return tuple(thread_of(group, served) for group in groups)

    @computed_field  # type: ignore[prop-decorator]
    @cached_property
    def disputes(self) -> tuple[DisputeThread, ...]:
        """The disputes, with each party's stances by date, by first report."""
        return tuple(join_disputes(self._articles, self.threads, self._cast))

    @computed_field  # type: ignore[prop-decorator]
    @cached_property
    def layers(self) -> tuple[LayerReport, ...]:
        """The layers of the guarantee as each article has them, by date, innermost first."""
        return tuple(layer_reports(self._articles, self._cast))

    @computed_field  # type: ignore[prop-decorator]
    @cached_property
    def moments(self) -> tuple[Moment, ...]:
        """Events, first reports of threads and changes by date, the undated last."""
        return timeline(self._articles, self.threads, self._cast)

    def timeline(self) -> tuple[Moment, ...]:
        """Return events, first reports of threads and changes by date, the undated last."""
        return self.moments

    def conflicts(self) -> tuple[Conflict, ...]:
        """Return all contradictions, thread by thread; each is in its thread, too."""
        return tuple(conflict for thread in self.threads for conflict in thread.conflicts)

    @property
    def told_once(self) -> tuple[Thread, ...]:
        """The threads that only one source reports; `thread.sources` says who reports a thread."""
        return tuple(thread for thread in self.threads if len(thread.sources) == 1)

    @property
    def undated(self) -> tuple[str, ...]:
        """The articles without a date, which are not used in contradictions and changes."""
        return tuple(given.id for given in self._articles if given.published is None)

    def changes(self, since: date | str | None = None) -> tuple[Change, ...]:
        """Return the changes, by date.

        Args:
            since: only changes that were reported on that day or later; a date or ISO 8601
                (`2026-01-06`). None for all.

        Raises:
            DossierError: `since` is not a day.
        """
        first = day_of(since) if since is not None else date.min
        changes = (change for thread in self.threads for change in thread.changes)
        return tuple(sorted((c for c in changes if c.date >= first), key=lambda c: c.date))

    def actor(self, name: str) -> Actor:
        """Return an actor by its name in the dossier, or by any name, alias or spelling of it.

        Raises:
            DossierError: there is no such actor, or several; the message names them.
        """
        exact = self._cast.by_name.get(name)
        found = (exact,) if exact else self._cast.find(name)
        if len(found) == 1:
            return found[0]
        if found:
            names = ", ".join(actor.name for actor in found)
            raise DossierError(f"{name!r} may be several actors: {names}; name one of them")
        near = difflib.get_close_matches(name, self._cast.by_name, n=3)
        hint = f"; did you mean {' or '.join(near)}?" if near else ""
        raise DossierError(f"no actor {name!r} in {len(self.summaries)} articles{hint}")

    def __repr__(self) -> str:
        """Return one line; the full content may be long."""
        days = [str(given.published) for given in self._articles if given.published]
        time = f", {days[0]} to {days[-1]}" if days else ""
        return f"Dossier({len(self.summaries)} articles{time}, {len(self.left_out)} left out)"

    __str__ = __repr__

    def _repr_html_(self) -> str:
        """Return HTML for notebooks."""
        from guarantee_summarizer.render.html.dossier import dossier_cell  # noqa: PLC0415

        return dossier_cell(self)  # the only import of a higher layer, when a cell is shown

    @cached_property
    def _articles(self) -> tuple[Given, ...]:
        return tuple(map(Given, self.summaries))

    @cached_property
    def _cast(self) -> Cast:
        return join_actors(self._articles, default_lexicon())

    @model_validator(mode="before")
    @classmethod
    def _without_what_is_told(cls, data: Any) -> Any:
        """Drop the derived fields of a stored dossier; they are derived again."""
        return _given(data)

    @field_validator("summaries")
    @classmethod
    def _in_order(cls, summaries: tuple[Summary, ...]) -> tuple[Summary, ...]:
        """One summary for each article, without withheld claims, in order."""
        given = sorted((Given(facts(one)) for one in summaries), key=lambda one: one.order)
        if len({one.id for one in given}) < len(given):
            raise ValueError("two summaries of one article; make the dossier with Dossier.of")
        return tuple(one.summary for one in given)


def _given(data: Any) -> Any:
    """The fields of a stored dossier from which all others are derived."""
    if not isinstance(data, dict):
        return data
    return {key: value for key, value in data.items() if key not in Dossier.model_computed_fields}


def _gathered(
    summaries: Iterable[Summary],
    left_out: Iterable[LeftOut],
    more: Summary | Failure | Iterable[Summary | Failure],
) -> tuple[list[Given], tuple[LeftOut, ...]]:
    """Return the summaries and the omissions of a dossier after adding more items."""
    kept = {given.id: given for given in map(Given, summaries)}
    left = {(one.what, one.reason): one for one in left_out}
    items = [more] if isinstance(more, Summary | Failure) else more
    for number, item in enumerate(items, 1):
        if isinstance(item, Failure):
            _leave(left, item.source, str(item.error))
            continue
        if not isinstance(item, Summary):
            raise DossierError(
                f"item {number} is {type(item).__name__}; give summaries, or failures of a run"
            )
        given = Given(facts(item))
        known = kept.get(given.id)
        if known is None or known.summary == given.summary:
            kept.setdefault(given.id, given)
            continue
        worse, better = sorted((known, given), key=_rank)
        kept[given.id] = better
        _leave(left, _name(worse), "a better or later summary of the same article is kept")
    return list(kept.values()), tuple(left[key] for key in sorted(left))


def _rank(given: Given) -> tuple[bool, bool, bool, float, str]:
    """Return a sort key: the better summary of an article is greater."""
    made = given.summary.provenance
    return (
        made is not None and made.backend == "llm",
        given.summary.complete,
        made is not None and made.review == "done",
        made.created.timestamp() if made else 0.0,
        given.summary.model_dump_json(),
    )


def _name(given: Given) -> str:
    made = given.summary.provenance
    by = f" by {made.model or made.backend}, {made.created.isoformat()}" if made else ""
    return f"summary of article {given.id}{by}"


def _leave(left: dict[tuple[str, str], LeftOut], what: str, reason: str) -> None:
    left[what, reason] = LeftOut(what=what, reason=reason)


def day_of(value: date | str) -> date:
    """Return the day of a date or ISO 8601 text.

    Raises:
        DossierError: it is not a day.
    """
    try:
        day = date.fromisoformat(value) if isinstance(value, str) else value
    except ValueError as error:
        raise DossierError(f"since: {value!r} is not a day; write it as 2026-01-06") from error
    if not isinstance(day, date):
        raise DossierError(f"since: needs a date or text, not {type(value).__name__}")
    return day.date() if isinstance(day, datetime) else day
