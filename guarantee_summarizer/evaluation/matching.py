"""Which item of a summary is which item of gold."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from guarantee_summarizer.errors import ConfigurationError

__all__ = ["assign", "best_pairs", "overlap", "sentences"]

FROM = 0.3
"""Overlap of evidence from which on two items can be the same."""


def sentences(item: Any) -> frozenset[int]:
    """The numbers of the sentences that an item cites."""
    return frozenset(citation.sentence for citation in item.evidence)


def overlap(one: frozenset[int], other: frozenset[int]) -> float:
    """Jaccard overlap of two sets of sentences; 0 where both are empty."""
    union = one | other
    return len(one & other) / len(union) if union else 0.0


def assign(predicted: Sequence[Any], gold: Sequence[Any]) -> list[tuple[int, int]]:
    """Match items one to one so that the summed overlap of their evidence is greatest.

    Args:
        predicted: items of a summary.
        gold: items of the right answer.

    Returns:
        index pairs, in the order of `predicted`; only pairs that overlap by 0.3 or more.

    Raises:
        ConfigurationError: SciPy is not installed.

    Source: linear sum assignment (Kuhn 1955, Munkres 1957), as in SciPy.
    """
    rows, columns = [sentences(p) for p in predicted], [sentences(g) for g in gold]
    return best_pairs([[_counted(overlap(row, column)) for column in columns] for row in rows])


def best_pairs(gain: Sequence[Sequence[float]]) -> list[tuple[int, int]]:
    """The one-to-one pairs of rows and columns with the greatest summed gain.

    Args:
        gain: what a pair is worth, a row for each predicted item; 0 where the two cannot be one.

    Returns:
        index pairs in the order of the rows, without those that are worth nothing.

    Raises:
        ConfigurationError: SciPy is not installed.
    """
    if not any(map(any, gain)):
        return []
    try:
        from scipy.optimize import linear_sum_assignment  # noqa: PLC0415  (an extra, 0.2 s)
    except ImportError as error:
        raise ConfigurationError(
            "evaluation needs SciPy: pip install 'guarantee-summarizer[evaluation]'"
        ) from error
    chosen = zip(*linear_sum_assignment(gain, maximize=True), strict=True)
    return [(int(i), int(j)) for i, j in chosen if gain[i][j] > 0]


def _counted(share: float) -> float:
    return share if share >= FROM else 0.0
