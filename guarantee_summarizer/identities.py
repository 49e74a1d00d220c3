"""Find participants that are the same actor, and keep one entry and one name for each.

Entries are matched by the lexicon, by first name and surname of a person, or by an abbreviation in
brackets. Two persons with one surname stay separate unless article and entries show otherwise.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from functools import cached_property

from guarantee_summarizer.actors_in_text import ActorsInText
from guarantee_summarizer.lexicon import Actor
from guarantee_summarizer.lexicon.names import (
    FIRST_NAMES,
    PARTICLES,
    name_parts,
    surname_at,
)
from guarantee_summarizer.schema import Participant, Summary
from guarantee_summarizer.schema.paths import renamed
from guarantee_summarizer.text import fold

__all__ = ["Identities"]

_KNOWN = ("title", "affiliation")
_NEVER_GUESSED = ("office", "group")
_BEFORE = 120  # characters before an abbreviation, in which its full name is searched
_OF = frozenset("of the for on and in to former".split())
_PATRONYMIC = frozenset("bin ibn".split())  # Mohammed bin Salman is not Salman
_ABBREVIATION = re.compile(r"\((?:the )?[\"“]?([A-Z]\w*[A-Z]\w*)[\"”]?\)")
_CAPITALIZED_PAIR = re.compile(  # overlapping: the second word may begin the next pair
    r"\b([A-Z][^\W\d_]+)\s(?=((?:(?:von|van|der|den|de|la|di|da|bin|al|el)\s)*[^\W\d_a-z][\w-]+))"
)
_INSIDE = re.compile(r"[a-z0-9,;]\s")


class _Persons:
    """Find names of the same person by first name, middle initials and surname."""

    def __init__(self, reading: ActorsInText, names: Iterable[tuple[str, str | None]]) -> None:
        """Collect the names and titles in a summary, in addition to those in the text."""
        self._reading = reading
        self._full: dict[str, list[str]] = {}  # the full names under each surname
        self._titles: dict[str, set[str]] = {}
        people = dict.fromkeys((person.name, person.title) for person in reading.people)
        untitled = [(reading.untitled(name), title) for name, title in people]
        for name, title in dict.fromkeys((*names, *untitled)):
            self._titles.setdefault(fold(name), set()).update(fold(title or "").split())
            for form in _surnames(name):
                known = self._full.setdefault(form, [])
                known += [name] if name not in known else []

    def identity(self, name: str) -> str:
        """Return a key that all names of one person share; an ambiguous surname has its own key."""
        owners = self._owners(name)
        if owners:
            return _common(map(self._key, owners)) or fold(name)
        return self._key(name) if _surnames(name) else fold(name)

    def fuller(self, name: str) -> str:
        """Return the fullest form in the text if one person has this surname; else the name."""
        owners = self._owners(name)
        one = _common(map(self._key, owners))
        return max((o for o in owners if one and o in self._certain), key=len, default=name)

    def _owners(self, last: str) -> list[str]:
        """Return the full names with this surname, unless their titles have no common word."""
        names = [name for name in self._full.get(fold(last), ()) if fold(name) not in self._full]
        own = self._titles.get(fold(last), set()) - _OF
        theirs = {word for name in names for word in self._titles[fold(name)]} - _OF
        apart = own and theirs and not own & theirs
        return [] if apart or (names and self._namesakes(last, names)) else names

    def _namesakes(self, last: str, names: list[str]) -> set[str]:
        """Return first names before this surname in the text that no full name has."""
        known = {word for name in names for word in fold(name).split()}
        words = {w for w in self._before.get(fold(last), ()) if fold(w) not in known}
        return {word for word in words if self._reading.may_be_first_name(word)}

    @cached_property
    def _before(self) -> dict[str, set[str]]:
        """Return the capitalized words directly before each capitalized word."""
        before: dict[str, set[str]] = {}
        for match in _CAPITALIZED_PAIR.finditer(self._reading.body):
            before.setdefault(fold(match[2]), set()).add(match[1])
        return before

    def _key(self, name: str) -> str:
        """Return first name and surname, with middle initials if two persons differ in them."""
        first, middle, last = name_parts(name)
        namesakes = map(name_parts, self._full.get(last, ()))  # not if shortened before
        middles = {other[1] for other in namesakes if other[0] == first and other[1]}
        return f"{first} {middle} {last}" if len(middles) > 1 else f"{first} {last}"

    @cached_property
    def _certain(self) -> frozenset[str]:
        """Return names whose first word is certainly a name: after a title, or mid-sentence."""
        body, people = self._reading.body, self._reading.people
        inside = {
            p.name
            for p in people
            if p.title or _INSIDE.fullmatch(body, max(0, p.start - 2), p.start)
        }
        return frozenset(map(self._reading.untitled, inside))


def _common(values: Iterable[str]) -> str | None:
    """Return the value if all values are equal, else None."""
    distinct = set(values)
    return distinct.pop() if len(distinct) == 1 else None


def _surnames(name: str) -> set[str]:
    """Return the folded surnames of a full name: `von der leyen` and `leyen`."""
    words = fold(name).split()
    if len(words) == 1 or words[0] in PARTICLES - FIRST_NAMES:
        return set()
    last = words[surname_at(words) :]
    own = {" ".join(last)}
    return own if _PATRONYMIC.intersection(last) else own | {last[-1]}


class _Abbreviations:
    """Find abbreviations in brackets after names of a summary, in the text and in the summary."""

    def __init__(self, reading: ActorsInText, names: Iterable[str]) -> None:
        self._lexicon = reading.lexicon
        found: dict[str, set[str]] = {}
        self._names = {fold(name): name for name in map(self.bare, names)}
        for full, short in (*map(_bracketed, names), *self._in_text(reading.article.readable.text)):
            if short and self._may_be(short, full):
                found.setdefault(short, set()).add(full)
        self._full = {short: full.pop() for short, full in found.items() if len(full) == 1}

    def bare(self, name: str) -> str:
        """Return the name without article and without an abbreviation in brackets after it."""
        full, short = _bracketed(name)
        return full if short and self._may_be(short, full) else _without_article(name)

    def spelled_out(self, name: str) -> str:
        """Return the full name of an abbreviation; any other name without article and brackets."""
        name = self.bare(name)
        return self._full.get(name, name)

    def _may_be(self, short: str, full: str) -> bool:
        """Return whether `short` may abbreviate `full`; not `Ministry of Defence (UK)`.

        UK is another actor in the lexicon.
        """
        actor = self._lexicon.actor(short)
        return actor is None or actor == self._lexicon.actor(full)

    def _in_text(self, text: str) -> Iterator[tuple[str, str]]:
        for match in _ABBREVIATION.finditer(text):
            words = text[max(0, match.start() - _BEFORE) : match.start()].split()
            for start in range(len(words)):  # the longest name first
                full = self._names.get(fold(" ".join(words[start:])))
                if full and _is_whole(full, match[1], words[:start]):
                    yield full, match[1]
                    break


def _is_whole(name: str, short: str, before: list[str]) -> bool:
    """Return whether a name is complete; not `Executive Board` in `Gaza Executive Board`."""
    initials = "".join(word[0] for word in fold(name).split() if word not in _OF)
    longer = before and before[-1][0].isupper() and before[-1] not in ("The", "A", "An")
    return initials.startswith(fold(short)) or not longer


def _bracketed(name: str) -> tuple[str, str]:
    """Return a name and the abbreviation in brackets after it, or nothing."""
    match = _ABBREVIATION.search(name)
    if match is None or match.end() < len(name):
        return name, ""
    return _without_article(name[: match.start()].strip()), match[1]


def _without_article(name: str) -> str:
    return re.sub(r"^[Tt]he ", "", name)


class Identities:
    """Merge equal participants by lexicon, by person, or by abbreviation in brackets."""

    def __init__(self, reading: ActorsInText, participants: tuple[Participant, ...]) -> None:
        self._reading, self.given = reading, participants

    def merged(self, summary: Summary) -> Summary:
        """Return the summary with one participant for each actor, and references to its name."""
        summary = summary.replace(participants=self.kept)
        return renamed(summary, self._changed) if self._changed else summary

    @property
    def kept(self) -> tuple[Participant, ...]:
        """Return one participant for each actor."""
        return self._merged[0]

    @property
    def _changed(self) -> dict[str, str]:
        """Return the new names by the old ones, folded."""
        return self._merged[1]

    @cached_property
    def _merged(self) -> tuple[tuple[Participant, ...], dict[str, str]]:
        groups: dict[str, list[Participant]] = {}
        for participant in self.given:
            groups.setdefault(self._identity(participant), []).append(participant)
        kept = tuple(map(self._one, groups.values()))
        pairs = [(o, new) for new, g in zip(kept, groups.values(), strict=True) for o in g]
        names: dict[str, set[str]] = {}
        for old, new in pairs:
            names.setdefault(fold(old.name), set()).add(new.name)
        moved = {fold(old.name) for old, new in pairs if old.name != new.name}
        return kept, {old: one for old in moved if (one := _common(names[old]))}

    def _identity(self, participant: Participant) -> str:
        """Return a key that all participants of one actor share."""
        if participant.kind in _NEVER_GUESSED:
            return fold(participant.name)
        if self._is_person(participant):
            return f"person {self._persons.identity(self._reading.untitled(participant.name))}"
        actor = self._actor(participant)
        if actor:
            return f"actor {actor.name}"
        return fold(self._abbreviations.spelled_out(participant.name))

    def _is_person(self, participant: Participant) -> bool:
        """Return whether it is a person; if it has no kind, according to the lexicon."""
        given = "kind" in participant.model_fields_set
        return participant.kind == "person" and (
            given or self._reading.lexicon.actor(participant.name) is None
        )

    def _actor(self, participant: Participant) -> Actor | None:
        """Return the actor that the tables have under this name, alias or seat of government."""
        name = self._abbreviations.spelled_out(participant.name)
        return self._reading.lexicon.actor(name)

    def _one(self, group: list[Participant]) -> Participant:
        """Merge all entries for a participant: the fullest name, and the values of all entries."""
        first = group[0]
        forms = self._forms(group)
        article = self._reading.article
        name = next((form for form in forms if article.naming(form)), first.name)
        if len(group) == 1 and name == first.name:
            return first
        also = (*(a for p in group for a in (p.name, *p.aliases)), *forms, *self._also(first, name))
        spelled = {fold(form): form for form in reversed(also)}
        aliases = tuple(
            a for a in dict.fromkeys(also) if spelled[fold(a)] == a and article.naming(a)
        )
        return first.replace(
            name=name,
            aliases=tuple(alias for alias in aliases if fold(alias) != fold(name)),
            role=next((p.role for p in group if p.role != "other"), "other"),
            evidence=tuple(dict.fromkeys(c for p in group for c in p.evidence)),
            **self._known(group),
        )

    def _forms(self, group: list[Participant]) -> list[str]:
        """Return the names of one participant, the fullest first."""
        if self._is_person(group[0]):
            names = [self._reading.untitled(p.name) for p in group]
            return sorted([*names, *map(self._persons.fuller, names)], key=len, reverse=True)
        actor = self._actor(group[0])
        bare = (self._abbreviations.bare(p.name) for p in group if p.name.endswith(")"))
        return sorted(
            [*(p.name for p in group), *bare],
            key=lambda n: (
                bool(actor and _is_metonym(n, actor)),
                -len(_without_article(n)),
                len(n),
            ),
        )

    def _also(self, first: Participant, name: str) -> list[str]:
        """Return its other forms in the text."""
        if not self._is_person(first):
            actor = self._actor(first)
            return self._reading.forms(actor) if actor else []
        one = self._persons.identity(name)
        return [s for s in self._reading.surname_alone(name) if self._persons.identity(s) == one]

    def _known(self, group: list[Participant]) -> dict[str, str]:
        """Return title, affiliation and kind from the first entry that has them."""
        fields = {f: next((v for p in group if (v := getattr(p, f))), None) for f in _KNOWN}
        kinds = dict.fromkeys(p.kind for p in group if "kind" in p.model_fields_set)
        actor = self._actor(group[0]) if len(kinds) > 1 else None
        fields["kind"] = actor.kind if actor else next(iter(kinds), None)
        return {field: value for field, value in fields.items() if value}

    @cached_property
    def _persons(self) -> _Persons:
        persons = filter(self._is_person, self.given)
        return _Persons(self._reading, [(self._reading.untitled(p.name), p.title) for p in persons])

    @cached_property
    def _abbreviations(self) -> _Abbreviations:
        others = (p for p in self.given if p.kind not in _NEVER_GUESSED)
        return _Abbreviations(self._reading, [p.name for p in others if not self._is_person(p)])


def _is_metonym(name: str, actor: Actor) -> bool:
    return fold(_without_article(name)) in map(fold, actor.metonyms)
