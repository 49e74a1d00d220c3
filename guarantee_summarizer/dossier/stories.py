"""Build a thread from a group of statements: its values, contradictions and changes."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator

from guarantee_summarizer.dossier.changes import new_statuses, new_values
from guarantee_summarizer.dossier.conflicts import find_conflicts
from guarantee_summarizer.dossier.model import (
    Change,
    Conflict,
    Statement,
    Thread,
    Value,
    latest_of,
    made,
)
from guarantee_summarizer.dossier.points import STATUS, Strand, figures, news, statuses
from guarantee_summarizer.dossier.threads import Group, Said
from guarantee_summarizer.dossier.values import COMPARED
from guarantee_summarizer.text import fold

__all__ = ["thread_of"]

_SUMMED = ("money",)  # sums add up: several in one article do not contradict each other


def thread_of(group: Group, beneficiaries: frozenset[str]) -> Thread:
    """Return a group of statements as a thread, with its contradictions and changes."""
    first = group.said[0].statement
    thread = made(
        Thread,
        id=f"{first.article}:{first.path}",
        title=latest_of([one.statement for one in group.said]).title,
        measure=first.measure,
        actors=tuple(sorted(group.doers)),
        statements=tuple(one.statement for one in group.said),
        values=tuple(_values(group.said)),
    )
    dated = list(news(group.said))
    conflicts, changes = list[Conflict](), list[Change]()
    for what in sorted({term.what for one in dated for term in one.statement.terms} & COMPARED):
        strand = Strand(thread, what, figures(what, dated), beneficiaries)
        if what in _SUMMED and strand.has_parts:
            continue
        some, contested = find_conflicts(strand)
        conflicts += some
        changes += new_values(strand, contested)
    strand = Strand(thread, STATUS, statuses(dated), beneficiaries)
    some, contested = find_conflicts(strand)
    conflicts += some
    changes += new_statuses(strand, contested)
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
            if not reports[key] or reports[key][-1] is not one.statement:
                reports[key].append(one.statement)
    for (what, value), some in reports.items():
        yield made(Value, what=what, value=value, words=words[what, value], reports=tuple(some))
