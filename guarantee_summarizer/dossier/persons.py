"""Tell which entries with one surname are one person's.

Nothing is joined by likeness: two persons of one surname stay two, and a surname alone is somebody
only where one can be meant.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass

from guarantee_summarizer.lexicon.names import spelling

__all__ = ["Person", "spelled", "told_apart"]


@dataclass(frozen=True, slots=True)
class Person:
    """What an entry says of a person; `first` is empty if only the surname is given."""

    first: str
    middle: str
    last: str
    country: str | None


def spelled(name: str) -> str:
    """Return what the spellings of all words of a name share."""
    return " ".join(map(spelling, name.split()))


def told_apart(persons: set[Person]) -> dict[Person, tuple[str, ...]]:
    """Return a key for each entry with one surname: one person's entries share one.

    Full names are one person's unless first names, middle initials or countries differ; an initial
    is the only first name with it, a surname alone the only person whom its country allows.
    """
    keys: dict[Person, tuple[str, ...]] = {}
    for rank in (2, 1, 0):  # full names, initials, surnames alone
        entries = [p for p in persons if min(len(p.first), 2) == rank]
        own = _apart(entries)
        known = list(keys.items())
        for person in entries:
            may_be = {
                key
                for other, key in known
                if other.first.startswith(person.first) and _agree(person.country, other.country)
            }
            keys[person] = may_be.pop() if len(may_be) == 1 else own[person]
    return keys


def _apart(persons: list[Person]) -> dict[Person, tuple[str, ...]]:
    """Surname and first name, and initials and country where entries with both differ in them."""
    groups: dict[str, list[Person]] = defaultdict(list)
    for person in persons:
        groups[person.first].append(person)
    keys: dict[Person, tuple[str, ...]] = {}
    for first, same in groups.items():
        middles = {p.middle for p in same if p.middle}
        countries = {p.country for p in same if p.country}
        for p in same:
            middle = p.middle if len(middles) > 1 else ""
            country = (p.country or "") if len(countries) > 1 else ""
            keys[p] = ("person", p.last, first, middle, country)
    return keys


def _agree(one: str | None, other: str | None) -> bool:
    return one is None or other is None or one == other
