"""Who may take part: states, organizations, coalitions, forces, media, and where a text names them.

State codes are ISO 3166-1 alpha-3 (XKX for Kosovo, which has none).
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Literal, cast, get_args

from guarantee_summarizer.errors import LexiconError
from guarantee_summarizer.lexicon.tables import read_table
from guarantee_summarizer.text import fold

__all__ = ["Actor", "Kind", "Lexicon", "Mention", "default_lexicon"]

Kind = Literal["state", "organization", "coalition", "force", "media"]
Via = Literal["name", "alias", "demonym", "metonym"]

_PLAIN = str.maketrans(
    dict.fromkeys("\u2018\u2019\u02bc\u2032", "'")
    | dict.fromkeys("\u00a0\u202f\u2009\n\r\t", " ")
    | dict.fromkeys("\u2010\u2011\u2013", "-")
)
_WORD = re.compile(r"\w+")
_CODE = re.compile(r"[A-Z]{3}")
_ABBREVIATION = 4  # up to this length, capitals tell a name from a word
_REGIONS = ("latin", "south", "north", "central")  # South American is not American
_GIVEN_NAMES = ("Chad", "Georgia", "Israel", "Jordan", "Kenya")  # with a capital after them
_BEFORE_PLACE = re.compile(
    r"\b(?:in|at|near|to|from|into|outside|around|across|via|visited|visit|visiting|reached|left)"
    r"(?: (?:central|downtown|nearby|southern|northern))? $",
    re.IGNORECASE,
)
_SEATS = ("Kremlin", "White House", "Pentagon", "State Department", "Downing Street", "Whitehall")
_OCCASION = re.compile(
    r" (?:[A-Z]\w+|(?:peace )?(?:summits?|declarations?|memorand(?:um|a)|agreements?|accords?|talks|"
    r"conferences?|meetings?|treat(?:y|ies)|negotiations|protocols?|process|format|formula|forum))\b"
)


@dataclass(frozen=True, slots=True)
class Actor:
    """A state, organization, coalition, force or news outlet, and the forms it goes by."""

    name: str
    kind: Kind
    code: str | None = None
    aliases: tuple[str, ...] = ()
    demonyms: tuple[str, ...] = ()
    metonyms: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Mention:
    """Where a text names an actor: `text[start:end]` is `form`, up to quotes and spaces."""

    actor: Actor
    form: str
    start: int
    end: int
    via: Via


@dataclass(frozen=True, slots=True)
class _Entry:
    form: str
    actor: Actor
    via: Via
    loose: bool  # capitals do not matter


class Lexicon:
    """The actors and offices to know; immutable.

    `Lexicon.load(folder)` lays a folder of your own files (`states.csv`, `actors.csv`,
    `offices.csv`, `persons.csv`, same columns) over the bundled ones; your rows win.
    """

    def __init__(
        self,
        actors: Iterable[Actor],
        offices: Iterable[str],
        honorifics: Iterable[str],
        surnames: Iterable[str] = (),
    ) -> None:
        named = {actor.name: actor for actor in actors}
        self.actors: tuple[Actor, ...] = tuple(named.values())
        self.offices: tuple[str, ...] = tuple(dict.fromkeys(offices))
        self.surnames = frozenset(surnames)
        self.honorifics: tuple[str, ...] = tuple(dict.fromkeys(honorifics))
        self._entries: dict[str, list[_Entry]] = defaultdict(list)
        self._by_form: dict[str, Actor] = {}
        self._demonyms: dict[str, Actor] = {}
        for actor in self.actors:
            self._index(actor)
        for entries in self._entries.values():
            entries.sort(key=lambda entry: -len(entry.form))

    @classmethod
    def load(cls, extra: Path | None = None) -> Lexicon:
        """Read the bundled tables, and those in the folder `extra` over them.

        Raises:
            LexiconError: a file breaks the format; the message names file, line and column.
        """
        if extra is not None and not extra.is_dir():
            raise LexiconError(f"{extra}: is not a folder with lexicon files")
        offices = list(read_table("offices.csv", ("title", "kind"), extra))
        for row in offices:
            row.one_of("kind", ("office", "honorific"))
        return cls(
            [*_states(extra), *_others(extra)],
            [row["title"] for row in offices if row["kind"] == "office"],
            [row["title"] for row in offices if row["kind"] == "honorific"],
            [row["surname"] for row in read_table("persons.csv", ("surname",), extra)],
        )

    def actor(self, form: str) -> Actor | None:
        """The actor of that name, alias or metonym; case matters only for short capitals.

        >>> default_lexicon().actor("the United States").name
        'United States'
        """
        plain = re.sub(r"^[Tt]he ", "", form.strip())
        return self._by_form.get(_key(form.strip())) or self._by_form.get(_key(plain))

    def country(self, form: str) -> str | None:
        """ISO 3166-1 alpha-3 of a state named by name, alias, demonym or metonym.

        >>> default_lexicon().country("Britain"), default_lexicon().country("Finnish")
        ('GBR', 'FIN')
        """
        actor = self.actor(form) or self._demonyms.get(fold(form))
        return actor.code if actor else None

    def mentions(self, text: str) -> list[Mention]:
        """Where `text` names actors: whole words, longest form first, in order, no overlap.

        A capital that is only a place ("in Paris"), or part of the name of an occasion ("the
        Budapest Memorandum"), is no mention of its government.
        """
        plain = text.translate(_PLAIN)
        return [
            Mention(entry.actor, text[start:end], start, end, entry.via)
            for entry, start, end in self._scan(plain)
        ]

    def _scan(self, text: str) -> Iterator[tuple[_Entry, int, int]]:
        end = 0
        for word in _WORD.finditer(text):
            if word.start() < end:
                continue
            for entry in self._candidates(word[0]):
                stop = word.start() + len(entry.form)
                if _matches(entry, text, word.start(), stop):
                    end = stop
                    if _is_meant(entry, text, word.start(), stop):
                        yield entry, word.start(), stop
                    break

    def _candidates(self, word: str) -> list[_Entry]:
        exact = self._entries.get(word, [])
        if word.islower() or word.istitle():
            other = self._entries.get(f"\0{word.lower()}", [])
            return sorted([*exact, *other], key=lambda e: -len(e.form)) if other else exact
        return exact

    def _index(self, actor: Actor) -> None:
        forms: dict[str, Via] = dict.fromkeys(actor.demonyms, "demonym")
        forms |= dict.fromkeys(actor.metonyms, "metonym")
        forms |= dict.fromkeys(actor.aliases, "alias")
        forms[actor.name] = "name"
        for form, via in forms.items():
            plain = form.translate(_PLAIN)
            first = _WORD.search(plain)
            if first is None:
                continue
            loose = actor.kind in ("coalition", "force") and " " in plain
            key = f"\0{first[0].lower()}" if loose else first[0]
            self._entries[key].append(_Entry(plain, actor, via, loose))
            if via == "demonym":
                self._demonyms.setdefault(fold(form), actor)
            else:
                self._by_form.setdefault(_key(form), actor)


def _key(form: str) -> str:
    """How forms are looked up: folded, but short capitals as they are."""
    return form if form.isupper() and len(form) <= _ABBREVIATION else fold(form)


def _matches(entry: _Entry, text: str, start: int, stop: int) -> bool:
    found = text[start:stop]
    if found != entry.form and not (entry.loose and found.lower() == entry.form.lower()):
        return False
    if start and text[start - 1] in "@#_":
        return False
    return not (text[stop : stop + 1].isalnum() and text[stop - 1].isalnum())


def _is_meant(entry: _Entry, text: str, start: int, stop: int) -> bool:
    """Whether the words name the actor here, and not a person, a region, a place, an occasion."""
    before, after = text[max(0, start - 30) : start], text[stop : stop + 30]
    if entry.form in _GIVEN_NAMES and re.match(r" [A-Z][a-z]", after):
        return False
    if entry.actor.kind == "media" and re.match(r" [A-Z][a-z]", after):
        return False
    if entry.via == "demonym":
        region = before.rstrip(" -").rsplit(" ", 1)[-1].lower()
        return not (entry.form.startswith("American") and region in _REGIONS)
    if entry.via != "metonym":
        return True
    return entry.form in _SEATS or not (_BEFORE_PLACE.search(before) or _OCCASION.match(after))


def _states(extra: Path | None) -> Iterator[Actor]:
    for row in read_table("states.csv", ("name", "code", "aliases", "demonyms", "metonyms"), extra):
        if row["code"] and not _CODE.fullmatch(row["code"]):
            raise LexiconError(
                f"{row.place}, column code: {row['code']!r} is no ISO 3166-1 alpha-3 code"
            )
        yield Actor(
            row["name"],
            "state",
            row["code"] or None,
            row.many("aliases"),
            row.many("demonyms"),
            row.many("metonyms"),
        )


def _others(extra: Path | None) -> Iterator[Actor]:
    kinds = [kind for kind in get_args(Kind) if kind != "state"]
    for row in read_table("actors.csv", ("name", "kind", "aliases"), extra):
        kind = cast("Kind", row.one_of("kind", kinds))
        yield Actor(row["name"], kind, None, row.many("aliases"))


@cache
def default_lexicon() -> Lexicon:
    """The bundled lexicon, read once."""
    return Lexicon.load()
