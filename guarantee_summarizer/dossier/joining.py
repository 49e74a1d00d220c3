"""Group items that are connected, directly or through other items."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable

__all__ = ["joined"]


def joined(count: int, pairs: Iterable[tuple[int, int]]) -> list[list[int]]:
    """Return the numbers below `count` in groups; both numbers of a pair are in one group.

    >>> joined(5, [(3, 1), (4, 3)])
    [[0], [1, 3, 4], [2]]
    """
    leader = list(range(count))

    def lead(i: int) -> int:
        while leader[i] != i:
            leader[i] = leader[leader[i]]
            i = leader[i]
        return i

    for i, j in pairs:
        leader[max(lead(i), lead(j))] = min(lead(i), lead(j))
    groups: dict[int, list[int]] = defaultdict(list)
    for number in range(count):
        groups[lead(number)].append(number)
    return list(groups.values())
