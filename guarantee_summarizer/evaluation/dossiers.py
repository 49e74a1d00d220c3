"""Score a dossier against labels: pairs of statements in one thread, pairs that contradict, changes.

A label names a proposal by article and place: `21:0` is `proposals[0]` of the article that the
caller calls 21.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from itertools import combinations, product
from typing import Any

from guarantee_summarizer.dossier import Dossier, Side, Statement
from guarantee_summarizer.evaluation.scoring import Count

__all__ = ["score_dossier"]

_Pair = frozenset[str]


def score_dossier(
    dossier: Dossier, labels: Mapping[str, Any], articles: Mapping[str, str]
) -> dict[str, Count]:
    """Count pairs of one thread, contradicting pairs and changes that are right.

    Args:
        dossier: what is scored.
        labels: `threads`, each a list of statements; `conflicts` and `changes`, each two
            statements and the kind of term, or `status`. Of a change the first one still has the
            old value, the second is the first with the new one.
        articles: what the labels call each article, by its id.

    Returns:
        counts under `threads`, `conflicts`, `changes`, over statements of those articles.
    """
    gold = {pair for members in labels["threads"].values() for pair in _pairs(members)}
    found = {
        pair for thread in dossier.threads for pair in _pairs(_named(thread.statements, articles))
    }
    told = {
        (frozenset(pair), conflict.what)
        for conflict in dossier.conflicts
        for pair in product(*(_of(side, articles) for side in conflict.sides))
    }
    right = {(frozenset(label[:2]), label[2]) for label in labels["conflicts"]}
    return {
        "threads": Count(len(gold & found), len(found), len(gold)),
        "conflicts": Count(len(right & told), len(told), len(right)),
        "changes": _changes(dossier, labels["changes"], articles),
    }


def _changes(dossier: Dossier, labels: Iterable[Any], articles: Mapping[str, str]) -> Count:
    """A change is right if its old side holds the label's first claim, and the new one the second."""
    told = [
        (change.what, _of(change.before, articles), _of(change.after, articles))
        for change in dossier.changes()
    ]
    labels = [tuple(label) for label in labels]
    hits = {
        number
        for number, (what, before, after) in enumerate(told)
        if any(w == what and a in before and b in after for a, b, w in labels)
    }
    return Count(len(hits), len(told), len(labels))


def _pairs(members: Iterable[str]) -> Iterator[_Pair]:
    return map(frozenset, combinations(members, 2))


def _of(side: Side, articles: Mapping[str, str]) -> list[str]:
    return _named(side.reports, articles)


def _named(statements: Iterable[Statement], articles: Mapping[str, str]) -> list[str]:
    return [
        f"{articles[s.article]}:{s.path.removeprefix('proposals[')[:-1]}"
        for s in statements
        if s.article in articles
    ]
