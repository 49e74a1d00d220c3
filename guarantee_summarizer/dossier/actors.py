"""Join the actors of many summaries across articles, spellings and languages.

Entries are matched by the tables (states, organizations, coalitions, media), by first name,
initials, surname and country of persons, by abbreviations that an article expands; never by
similarity.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cache, cached_property

from guarantee_summarizer.dossier.model import Actor, Mention, made
from guarantee_summarizer.dossier.persons import Person, spelled, told_apart
from guarantee_summarizer.dossier.reports import Given
from guarantee_summarizer.lexicon import Lexicon
from guarantee_summarizer.lexicon.names import Titles, name_parts, spelling
from guarantee_summarizer.schema import Participant
from guarantee_summarizer.text import fold

__all__ = ["Cast", "join_actors"]

_Key = tuple[str, ...]
_COLLECTIVE = ("group", "office")  # matched by their words only
_BY_PEOPLE = ("demonym", "metonym")


@dataclass(frozen=True)
class Cast:
    """The actors of a dossier, and the actor for each name in an article.

    Attributes:
        actors: the actors by name.
        named: the actor's name by article id and folded form.
    """

    actors: tuple[Actor, ...]
    named: Mapping[tuple[str, str], str]
    lexicon: Lexicon

    @cached_property
    def by_name(self) -> dict[str, Actor]:
        """Return the actors by name."""
        return {actor.name: actor for actor in self.actors}

    def who(self, article: str, forms: Iterable[str]) -> tuple[str, ...]:
        """Return the actors that an article's references name; unknown ones as in the tables."""
        return tuple(dict.fromkeys(self._who(article, form) for form in forms))

    def _who(self, article: str, form: str) -> str:
        listed = self.named.get((article, fold(form)))
        if listed is None and (known := self.lexicon.actor(form)):
            return known.name
        return listed or form

    def principals(self, names: Iterable[str]) -> frozenset[str]:
        """Return the principals of actors; none for groups that name nobody in particular."""
        return frozenset(p for name in names for p in self._principals(name))

    def _principals(self, name: str) -> tuple[str, ...]:
        if name in self.by_name:
            return self.by_name[name].principals
        return (name,) if self.lexicon.actor(name) else ()

    @cached_property
    def particular(self) -> frozenset[str]:
        """Return all principals."""
        return frozenset(p for actor in self.actors for p in actor.principals)

    def find(self, form: str) -> tuple[Actor, ...]:
        """Return the actors that a name, an alias or another spelling may refer to."""
        known = self.lexicon.actor(form)
        if known and known.name in self.by_name:
            return (self.by_name[known.name],)
        names = self._by_form.get(fold(form)) or self._by_form.get(spelled(form), set())
        return tuple(self.by_name[name] for name in sorted(names))

    @cached_property
    def _by_form(self) -> dict[str, set[str]]:
        forms: dict[str, set[str]] = defaultdict(set)
        for actor in self.actors:
            for form in (actor.name, *actor.names):
                forms[fold(form)].add(actor.name)
                if actor.kind == "person":
                    words = form.split()
                    forms[spelled(form)].add(actor.name)
                    forms[spelled(words[-1])].add(actor.name)
        return forms

    @cached_property
    def beneficiaries(self) -> frozenset[str]:
        """Return the principals that are beneficiary in more articles than guarantor."""
        counts: Counter[str] = Counter()
        for actor in self.actors:
            for mention in actor.mentions:
                weight = {"beneficiary": 1, "guarantor": -1}.get(mention.role, 0)
                counts.update(dict.fromkeys(actor.principals, weight))
        return frozenset(name for name, count in counts.items() if count > 0)


def join_actors(summaries: Iterable[Given], lexicon: Lexicon) -> Cast:
    """Join the participants of all summaries.

    Args:
        summaries: in canonical order.
        lexicon: the tables of actors.
    """
    entries = [
        (given, index, participant)
        for given in summaries
        for index, participant in enumerate(given.summary.participants)
    ]
    keys = _Keys(lexicon, [(given.id, p) for given, _, p in entries])
    groups: dict[_Key, list[tuple[Mention, Participant]]] = defaultdict(list)
    for given, index, participant in entries:
        mention = _mention(given, index, participant)
        groups[keys.of(given.id, participant)].append((mention, participant))
    names = _unique({key: keys.name(key, group) for key, group in groups.items()})
    people = _Principals(lexicon)
    actors = [
        _actor(names[key], group, people.of(key, names[key], [p for _, p in group]))
        for key, group in groups.items()
    ]
    named: dict[tuple[str, str], str] = {}
    for key, group in groups.items():
        for mention, participant in group:
            for form in participant.aliases:
                named.setdefault((mention.article, fold(form)), names[key])
    for key, group in groups.items():  # a name before another actor's alias
        named |= {(m.article, fold(m.name)): names[key] for m, _ in group}
    return Cast(tuple(sorted(actors, key=lambda actor: actor.name)), named, lexicon)


def _mention(given: Given, index: int, participant: Participant) -> Mention:
    return given.report(
        Mention,
        f"participants[{index}]",
        participant.evidence,
        name=participant.name,
        role=participant.role,
        title=participant.title,
        affiliation=participant.affiliation,
    )


class _Keys:
    """Assigns one key to all entries of one actor."""

    def __init__(self, lexicon: Lexicon, entries: list[tuple[str, Participant]]) -> None:
        self._lexicon = lexicon
        self._bare, self._person = cache(Titles(lexicon).without), cache(self._read_person)
        self._states = {a.code: a.name for a in lexicon.actors if a.code}
        self._short: dict[str, set[str]] = defaultdict(set)
        persons: dict[str, set[Person]] = defaultdict(set)
        for _, participant in entries:
            if participant.kind == "person":
                person = self._person(participant.name, participant.country)
                persons[person.last].add(person)
            elif participant.kind not in _COLLECTIVE:
                for alias in participant.aliases:
                    self._short[_plain(alias)].add(_plain(participant.name))
        self._identities = {
            person: key for group in persons.values() for person, key in told_apart(group).items()
        }

    def of(self, article: str, participant: Participant) -> _Key:
        if participant.kind == "person":
            return self._identities[self._person(participant.name, participant.country)]
        listed = self._lexicon.actor(participant.name)
        if listed and _plain(listed.name) == _plain(participant.name):
            return "actor", listed.name
        if participant.kind in _COLLECTIVE:
            unnamed = participant.role == "source"  # "sources" of two articles may differ
            return (participant.kind, _plain(participant.name), article if unnamed else "")
        forms = (participant.name, *participant.aliases)
        known = next((a.name for form in forms if (a := self._lexicon.actor(form))), None)
        if known is None and participant.kind == "state":
            known = self._states.get(participant.country or "")
        if known:
            return "actor", known
        name = _plain(participant.name)
        if participant.kind == "force":
            return "force", name
        spelled_out = self._short.get(name, set()) - {name}
        return "other", spelled_out.pop() if len(spelled_out) == 1 else name

    def name(self, key: _Key, group: list[tuple[Mention, Participant]]) -> str:
        """Return the name in the tables, else the most frequent full form."""
        if key[0] == "actor":
            return key[1]
        bare = self._bare if key[0] == "person" else str
        counts = Counter(bare(p.name) for _, p in group)
        return min(counts, key=lambda form: (-len(form.split()), -counts[form], form))

    def _read_person(self, full_name: str, country: str | None) -> Person:
        name = self._bare(full_name)
        first, middle, last = name_parts(name)
        alone = first == last and not middle
        if alone and country is None:
            country = self._lexicon.country(self._lexicon.surnames.get(name, "") or "-")
        return Person("" if alone else spelling(first), middle, spelled(last), country)


def _plain(name: str) -> str:
    return fold(name).removeprefix("the ")


def _unique(names: dict[_Key, str]) -> dict[_Key, str]:
    """Return unique names: a country or a number is added to a name that several actors share."""
    groups: dict[str, list[_Key]] = defaultdict(list)
    for key, name in names.items():
        groups[name].append(key)
    unique = {}
    for name, keys in groups.items():
        for number, key in enumerate(sorted(keys), 1):
            mark = key[-1] if key[0] == "person" and key[-1] else str(number)
            unique[key] = name if len(keys) == 1 else f"{name} ({mark})"
    return unique


class _Principals:
    """Finds the principals of actors."""

    def __init__(self, lexicon: Lexicon) -> None:
        self._lexicon = lexicon
        self._states = {a.code: a.name for a in lexicon.actors if a.code}

    def of(self, key: _Key, name: str, entries: list[Participant]) -> tuple[str, ...]:
        if key[0] == "person":
            return (self._of_person(entries) or name,)
        if key[0] in (*_COLLECTIVE, "force"):
            state = _most(self._states.get(p.country or "") for p in entries)
            return self._of_collective(entries[0].name) or ((state,) if state else ())
        return (name,)

    def _of_person(self, entries: list[Participant]) -> str | None:
        """Return the state that most entries have, else the organization."""
        alone = (self._lexicon.surnames.get(p.name) for p in entries)
        if state := _most(self._states.get(p.country) for p in entries if p.country):
            return state
        if body := _most(p.affiliation for p in entries):
            actor = self._lexicon.actor(body)
            return actor.name if actor else body
        return next(filter(None, alone), None)

    def _of_collective(self, name: str) -> tuple[str, ...]:
        """Return the states in `American and Ukrainian negotiators`; none for `Ukraine's allies`."""
        found = [
            m.actor.name
            for m in self._lexicon.mentions(name)
            if m.via in _BY_PEOPLE or (m.start == 0 and name[m.end :][:2] not in ("'s", "’s"))
        ]
        return tuple(dict.fromkeys(found))


def _most(values: Iterable[str | None]) -> str | None:
    counts = Counter(value for value in values if value)
    return min(counts, key=lambda value: (-counts[value], value), default=None)


def _actor(
    name: str, group: list[tuple[Mention, Participant]], principals: tuple[str, ...]
) -> Actor:
    participants = [p for _, p in group]
    forms = Counter(form for p in participants for form in (p.name, *p.aliases))
    return made(
        Actor,
        name=name,
        kind=_most(p.kind for p in participants),
        country=_most(p.country for p in participants),
        names=tuple(sorted(forms, key=lambda form: (-forms[form], form))),
        principals=principals,
        mentions=tuple(mention for mention, _ in group),
    )
