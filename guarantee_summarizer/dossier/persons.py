"""Decide which entries with one surname refer to one person.

Nothing is joined by similarity: two persons with one surname stay separate, and a surname alone is
matched only if there is one candidate.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass

from guarantee_summarizer.lexicon.names import spelling

__all__ = ["Person", "spelled", "told_apart"]


@dataclass(frozen=True, slots=True)
class Person:
    """A person's name and country in an entry; `first` is empty if there is only the surname."""

    first: str
    middle: str
    last: str
    country: str | None


def spelled(name: str) -> str:
    """Return a key that all spellings of a name share."""
    return " ".join(map(spelling, name.split()))


def told_apart(persons: set[Person]) -> dict[Person, tuple[str, ...]]:
    """Return a key for each entry with one surname; entries of one person share a key.

    Full names match unless first names, middle initials or countries differ. An initial matches
    the only first name that begins with it, a surname alone the only person of its country.
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
    """Return surname and first name, with initials and country if same-named entries differ."""
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
