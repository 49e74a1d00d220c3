"""Put disputes, layers and events of many articles side by side, and in order of time."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator
from typing import Any

from guarantee_summarizer.dossier.actors import Cast
from guarantee_summarizer.dossier.joining import joined
from guarantee_summarizer.dossier.model import (
    DisputeThread,
    LayerReport,
    Moment,
    Report,
    Stance,
    Thread,
    made,
)
from guarantee_summarizer.dossier.reports import Given
from guarantee_summarizer.dossier.values import start_of
from guarantee_summarizer.schema import Dispute, Event
from guarantee_summarizer.text import fold

__all__ = ["join_disputes", "layer_reports", "timeline"]

_Cited = frozenset[int]


def layer_reports(summaries: Iterable[Given], cast: Cast) -> Iterator[LayerReport]:
    """Yield the layers in each article, by date."""
    for given in summaries:
        for index, layer in enumerate(given.summary.structure.layers):
            yield given.report(
                LayerReport,
                f"structure.layers[{index}]",
                layer.evidence,
                layer=layer,
                providers=cast.who(given.id, layer.providers),
            )


def join_disputes(
    summaries: Iterable[Given], threads: Iterable[Thread], cast: Cast
) -> list[DisputeThread]:
    """Join the disputes about the same threads, which are those that share their sentences."""
    cited: dict[str, list[tuple[_Cited, str]]] = defaultdict(list)
    for thread in threads:
        for statement in thread.statements:
            cited[statement.article].append((_sentences(statement), thread.id))
    disputes = [(given, i, d) for given in summaries for i, d in enumerate(given.summary.disputes)]
    over = [
        {thread for numbers, thread in cited[given.id] if numbers & _sentences(dispute)}
        for given, _, dispute in disputes
    ]
    first: dict[str, int] = {}
    pairs = [(first.setdefault(thread, n), n) for n, some in enumerate(over) for thread in some]
    return [
        _dispute(set[str]().union(*(over[n] for n in group)), [disputes[n] for n in group], cast)
        for group in joined(len(disputes), pairs)
    ]


def _dispute(over: set[str], some: list[tuple[Given, int, Dispute]], cast: Cast) -> DisputeThread:
    some.sort(key=lambda one: (one[0].order, one[1]))
    latest = ([one for one in some if one[0].published] or some)[-1][2]
    return made(
        DisputeThread,
        issue=latest.issue,
        kind=latest.kind,
        status=latest.status,
        threads=tuple(sorted(over)),
        stances=tuple(
            given.report(
                Stance,
                f"disputes[{i}].positions[{j}]",
                position.evidence or dispute.evidence,
                party=cast.who(given.id, [position.party])[0],
                stance=position.stance,
            )
            for given, i, dispute in some
            for j, position in enumerate(dispute.positions)
        ),
        reports=tuple(
            given.report(Report, f"disputes[{i}]", dispute.evidence) for given, i, dispute in some
        ),
    )


def _sentences(item: Any) -> _Cited:
    return frozenset(citation.sentence for citation in item.evidence)


def timeline(
    summaries: Iterable[Given], threads: Iterable[Thread], cast: Cast
) -> tuple[Moment, ...]:
    """Return events, first reports of threads and changes by date, the undated last."""
    return tuple(sorted([*_events(summaries, cast), *_of_threads(threads)], key=_at))


def _at(moment: Moment) -> tuple[str, str]:
    return str(start_of(moment.date) or "~"), moment.kind


def _of_threads(threads: Iterable[Thread]) -> Iterator[Moment]:
    for thread in threads:
        first = thread.statements[0]
        shared: dict[str, Any] = {"thread": thread.id, "actors": thread.actors}
        yield made(
            Moment,
            date=first.published and first.published.isoformat(),
            kind="thread",
            what=first.title,
            reports=(first,),
            **shared,
        )
        for change in thread.changes:
            yield made(
                Moment,
                date=change.date.isoformat(),
                kind="change",
                what=f"{change.title}, {change.what}: {change.before.words} -> {change.after.words}",
                reports=(*change.before.reports[-1:], *change.after.reports),
                **shared,
            )


def _events(summaries: Iterable[Given], cast: Cast) -> Iterator[Moment]:
    """Yield the events, joined if day, status and place, or day, status and participants match.

    Two events of one article stay separate: its second event joins second events.
    """
    groups: dict[object, list[tuple[Given, int, Event]]] = defaultdict(list)
    for given in summaries:
        nth = Counter[object]()
        for index, event in enumerate(given.summary.events):
            who = frozenset(cast.who(given.id, event.participants))
            place = event.where and fold(event.where)
            same = (event.date, event.status, place or who) if event.date and (place or who) else ()
            groups[(same, nth[same]) if same else (given.id, index)].append((given, index, event))
            nth[same] += 1
    for some in groups.values():
        first = some[0][2]
        names = (n for given, _, event in some for n in cast.who(given.id, event.participants))
        yield made(
            Moment,
            date=first.date,
            kind="event",
            what=first.what,
            where=first.where,
            status=first.status,
            actors=tuple(dict.fromkeys(names)),
            reports=tuple(
                given.report(Report, f"events[{i}]", event.evidence) for given, i, event in some
            ),
        )
