"""Score a dossier against labels: pairs in one thread, contradicting pairs, changes."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from itertools import combinations, product
from typing import Any

from guarantee_summarizer.dossier import Dossier, Statement
from guarantee_summarizer.evaluation.scoring import Count

__all__ = ["score_dossier"]

_Name = Callable[[Statement], str]


def score_dossier(
    dossier: Dossier,
    labels: Mapping[str, Any],
    names: Mapping[tuple[str, str], str],
    *,
    touching: Iterable[str] = (),
) -> dict[str, Count]:
    """Count correct pairs of one thread, contradicting pairs and changes.

    Args:
        dossier: the dossier to score.
        labels: `threads`, each a list of statements; `conflicts` and `changes`, each two
            statements and the kind of term, or `status`. In a change the first statement has the
            old value, the second the new.
        names: the labels' name of each statement, by article id and path; others are not counted.
        touching: count only pairs with a statement whose name has this prefix; all if empty.

    Returns:
        counts under `threads`, `conflicts` and `changes`.
    """
    beginnings = tuple(touching) or ("",)

    def counts(pair: Iterable[str]) -> bool:
        return any(name.startswith(beginnings) for name in pair)

    def name(statement: Statement) -> str:
        place = statement.article, statement.path
        return names.get(place, f"{place}")

    return {
        "threads": _pairs(dossier, labels["threads"].values(), name, counts),
        "conflicts": _conflicts(dossier, labels["conflicts"], name, counts),
        "changes": _changes(dossier, labels["changes"], name, counts),
    }


def _pairs(
    dossier: Dossier, labels: Iterable[Any], name: _Name, counts: Callable[[Iterable[str]], bool]
) -> Count:
    threads = (map(name, thread.statements) for thread in dossier.threads)
    found, right = (
        {pair for some in groups for pair in _two(some) if counts(pair)}
        for groups in (threads, labels)
    )
    return Count(len(found & right), len(found), len(right))


def _two(members: Iterable[str]) -> Iterator[frozenset[str]]:
    return map(frozenset, combinations(members, 2))


def _conflicts(
    dossier: Dossier, labels: Iterable[Any], name: _Name, counts: Callable[[Iterable[str]], bool]
) -> Count:
    found = {
        (frozenset(pair), conflict.what)
        for conflict in dossier.conflicts()
        for pair in product(map(name, conflict.one.reports), map(name, conflict.other.reports))
        if counts(pair)
    }
    right = {(frozenset((one, other)), what) for one, other, what in labels if counts((one, other))}
    return Count(len(found & right), len(found), len(right))


def _changes(
    dossier: Dossier, labels: Iterable[Any], name: _Name, counts: Callable[[Iterable[str]], bool]
) -> Count:
    """Count correct changes: the old side has a label's first statement, the new side its second.

    Each label matches one change.
    """
    right = [(one, other, what) for one, other, what in labels if counts((one, other))]
    found = [
        (change.what, set(map(name, change.before.reports)), list(map(name, change.after.reports)))
        for change in dossier.changes()
    ]
    found = [(what, before, after) for what, before, after in found if counts(after[:1])]
    left = list(right)
    for what, before, after in found:
        fits = (x for x in left if x[2] == what and x[0] in before and x[1] in after)
        if (label := next(fits, None)) is not None:
            left.remove(label)
    return Count(len(right) - len(left), len(found), len(right))
