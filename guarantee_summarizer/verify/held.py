"""Find the figures of an article that are equal to a figure of a claim."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterable, Iterator
from collections.abc import Set as AbstractSet

from guarantee_summarizer.normalize import Figure, Quantity
from guarantee_summarizer.normalize.bounds import Bound

__all__ = ["HeldFigures"]

_LENGTHS = {
    "Y": ("months", 12), "M": ("months", 1),
    "W": ("hours", 168), "D": ("hours", 24), "H": ("hours", 1),
}  # fmt: skip
_COUNTED = ("money", "percent", "distance", "measure")
_DAYS = ("date", "year")


class HeldFigures:
    """Index the figures of numbered passages by value; read each passage when it is first needed.

    Args:
        read: a function that returns the figures of a passage.
    """

    def __init__(self, read: Callable[[int], Iterable[Figure]]) -> None:
        self._read = read
        self._known: set[int] = set()
        self._held: dict[Hashable, dict[int, set[tuple[Bound, str]]]] = {}
        self._last: AbstractSet[int] = frozenset()
        self._found: dict[tuple[Hashable, ...], set[tuple[Bound, str]]] = {}

    def equal(self, stated: Quantity, passages: AbstractSet[int]) -> set[tuple[Bound, str]]:
        """Return bound and place of each figure in `passages` that is equal to `stated`.

        The cost is linear in the number of passages with such a figure, or of `passages` if these
        are fewer, not in the number of figures. Results are cached until `passages` change.
        """
        if passages is not self._last and passages != self._last:
            self._index(passages)
            self._last, self._found = passages, {}
        asked = tuple(_asked(stated))
        if asked not in self._found:
            self._found[asked] = {*self._look_up(asked, passages)}
        return self._found[asked]

    def _look_up(
        self, asked: Iterable[Hashable], passages: AbstractSet[int]
    ) -> Iterator[tuple[Bound, str]]:
        for key in asked:
            held = self._held.get(key, {})
            fewer, others = sorted((held.keys(), passages), key=len)
            for at in fewer:
                if at in others:
                    yield from held[at]

    def _index(self, passages: AbstractSet[int]) -> None:
        if passages <= self._known:
            return
        for at in passages - self._known:
            for figure in self._read(at):
                for key in _said(figure.quantity):
                    places = self._held.setdefault(key, {}).setdefault(at, set())
                    places.add((figure.bound, figure.place))
        self._known |= passages


def _said(q: Quantity) -> Iterator[Hashable]:
    """Yield the keys of a figure; a figure is equal if `_asked` yields one of them for it."""
    yield q.kind, q.value
    if length := _length(q):
        yield length
    if q.kind in _COUNTED and q.number is not None:
        yield "bare", q.number
    if q.kind in _DAYS:  # 2014 of 2014-03-05, and --03-05
        for at in (i for i, char in enumerate(q.value) if char == "-"):
            yield "begins", q.value[:at]
            yield "ends", q.value[at:]


def _asked(q: Quantity) -> Iterator[Hashable]:
    yield q.kind, q.value
    if length := _length(q):
        yield length
    if q.kind == "count" and q.number is not None:
        yield "bare", q.number
    if q.kind in _DAYS:
        yield "begins", q.value
        if q.value.startswith("--"):
            yield "ends", q.value[1:]


def _length(q: Quantity) -> Hashable:
    """Return a duration in months or hours, or None: a year is 12 months, a day 24 hours."""
    minutes = q.unit == "M" and q.value.startswith("PT")
    if q.kind != "duration" or q.number is None or q.unit not in _LENGTHS or minutes:
        return None
    unit, many = _LENGTHS[q.unit]
    return unit, q.number * many
