"""Find mentions of actors (states, organizations, coalitions, forces, media) in a text.

State codes are ISO 3166-1 alpha-3 (XKX for Kosovo, which has none); former states and states with
little recognition have no code.
"""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from functools import cache, cached_property, lru_cache
from pathlib import Path
from types import MappingProxyType
from typing import cast, get_args

from guarantee_summarizer.errors import LexiconError
from guarantee_summarizer.lexicon.capitals import SentenceCase, is_capitals
from guarantee_summarizer.lexicon.gazetteer import Finder
from guarantee_summarizer.lexicon.tables import (
    Actor,
    Kind,
    Mention,
    Row,
    Via,
    insist_on_known_tables,
    read_table,
)
from guarantee_summarizer.text import fold

__all__ = ["Actor", "Kind", "Lexicon", "Mention", "Via", "default_lexicon"]

_CODE = re.compile(r"[A-Z]{3}")
_ABBREVIATION = 4  # up to this length, capitals distinguish a name from a word
_ARTICLES = ("the ", "The ")
_WORD_MARK = "?"  # after a form in actors.csv: it is an ordinary word, too
_KINDS = tuple(kind for kind in get_args(Kind) if kind != "state")
_OFFICES = ("office", "honorific", "prefix")


class Lexicon:
    """Find actors and offices in texts, by tables; immutable.

    Args:
        actors: the actors; a later actor replaces an earlier one with the same name or form.
        offices: titles beside a person's name by kind: `office`, `honorific`, `prefix`.
        surnames: surnames of office holders whom news names without a first name, with the actor
            that they speak for ("" if unknown).
        lookalikes: names that contain an actor's form but name something else.
        words: forms that are ordinary words, too; they count only beside a word of reporting.

    Raises:
        LexiconError: a title has no letter.
    """

    def __init__(
        self,
        actors: Iterable[Actor],
        offices: dict[str, Iterable[str]],
        *,
        surnames: Mapping[str, str] = MappingProxyType({}),
        lookalikes: Iterable[str] = (),
        words: Iterable[str] = (),
    ) -> None:
        named = {actor.name: actor for actor in actors}
        self.actors: tuple[Actor, ...] = tuple(named.values())
        self.offices, self.honorifics, self.prefixes = (
            tuple(dict.fromkeys(_lettered(title, kind) for title in offices.get(kind, ())))
            for kind in _OFFICES
        )
        self.surnames = dict(surnames)
        self._lookalikes, self._words = tuple(lookalikes), tuple(words)
        self._finder = Finder(self.actors, self._lookalikes, self._words)
        find = self._finder.mentions
        self._mentions = lru_cache(maxsize=4)(  # used several times
            lambda text: tuple(_in_words_of(text, find(self.in_print(text))))
        )

    @classmethod
    def load(cls, extra: Path | None = None) -> Lexicon:
        """Read the bundled tables, and add or override rows from a custom folder.

        Args:
            extra: a folder with any of `states.csv`, `actors.csv`, `offices.csv`, `persons.csv`
                and `lookalikes.csv`, with the bundled files' columns; its rows take precedence.

        Raises:
            LexiconError: a file has an unknown name or breaks the format; the message names it,
                the line and the column.
        """
        if extra is not None:
            insist_on_known_tables(extra)
        rows = read_table("actors.csv", ("name", "kind", "aliases"), extra)
        others = {row["name"].removesuffix(_WORD_MARK): row for row in rows}.values()
        lookalikes = read_table("lookalikes.csv", ("name", "what"), extra)
        return cls(
            [*_states(extra), *map(_other, others)],
            _offices(extra),
            surnames={
                row["surname"]: row["affiliation"]
                for row in read_table("persons.csv", ("surname", "affiliation"), extra)
            },
            lookalikes=[row["name"] for row in lookalikes],
            words=[word for row in others for word in _words(row)],
        )

    @cached_property
    def fingerprint(self) -> str:
        """Return 12 hex digits of SHA-256 over all rows in order; later rows take precedence."""
        content = [
            [[getattr(actor, name) for name in Actor.__slots__] for actor in self.actors],
            [self.offices, self.honorifics, self.prefixes],
            list(self.surnames.items()),
            self._lookalikes,
            self._words,
        ]
        return hashlib.sha256(json.dumps(content).encode()).hexdigest()[:12]

    def actor(self, form: str) -> Actor | None:
        """Return the actor with this name, alias or metonym, or None.

        Case matters only for short forms in capitals.

        >>> default_lexicon().actor("the United States").name
        'United States'
        """
        form = form.strip()
        actor = self._actors.get(_key(form))
        if actor is None and form.startswith(_ARTICLES):
            actor = self._actors.get(_key(form[len(_ARTICLES[0]) :]))
        return actor

    def country(self, form: str) -> str | None:
        """Return the ISO 3166-1 alpha-3 code of a state named by name, alias, demonym or metonym.

        >>> default_lexicon().country("Britain"), default_lexicon().country("Finnish")
        ('GBR', 'FIN')
        """
        actor = self.actor(form) or self._demonyms.get(_key(form.strip()))
        return actor.code if actor else None

    def in_print(self, text: str) -> str:
        """Return a text in capitals with usual capitalization and the same length.

        Any other text is returned unchanged. Names that are not in the tables get no capital.

        >>> default_lexicon().in_print("FRANCE AND NATO ARE READY.")
        'France and NATO are ready.'
        """
        return self._sentence_case(text) if is_capitals(text) else text

    @cached_property
    def _sentence_case(self) -> SentenceCase:
        forms = (
            form for a in self.actors for form in (a.name, *a.aliases, *a.demonyms, *a.metonyms)
        )
        ordinary = frozenset(self._words)
        return SentenceCase((form for form in forms if form not in ordinary), self.surnames)

    def mentions(self, text: str) -> list[Mention]:
        """Find mentions of actors in `text`, in order, without overlap.

        Forms match whole words, and the longest form wins.

        A capital that is only a place ("in Paris"), or part of the name of an occasion ("the
        Budapest Memorandum"), is not a mention of its government. Time is linear in the text.

        >>> [(m.form, m.actor.name, m.via) for m in default_lexicon().mentions("Moscow's offer")]
        [('Moscow', 'Russia', 'metonym')]
        """
        return list(self._mentions(text))

    @cached_property
    def _actors(self) -> dict[str, Actor]:
        return {
            _key(form): actor
            for actor in self.actors
            for form in (*actor.metonyms, *actor.aliases, actor.name)
        }

    @cached_property
    def _demonyms(self) -> dict[str, Actor]:
        return {_key(form): actor for actor in self.actors for form in actor.demonyms}


def _in_words_of(text: str, mentions: Iterable[Mention]) -> Iterator[Mention]:
    """Yield the mentions with their forms as written in the text, also in capitals."""
    for mention in mentions:
        form = " ".join(text[mention.start : mention.end].split())
        same = form == mention.form
        yield mention if same else replace(mention, form=form)


def _key(form: str) -> str:
    """Return the form as a key: folded, but short capitals unchanged."""
    return form if form.isupper() and len(form) <= _ABBREVIATION else fold(form)


def _states(extra: Path | None) -> Iterator[Actor]:
    for row in read_table("states.csv", ("name", "code", "aliases", "demonyms", "metonyms"), extra):
        if row["code"] and not _CODE.fullmatch(row["code"]):
            raise LexiconError(
                f"{row.place}, column code: {row['code']!r} is not an ISO 3166-1 alpha-3 code; "
                "write three capitals such as UKR, or leave it empty"
            )
        yield Actor(
            row["name"],
            "state",
            row["code"] or None,
            row.many("aliases"),
            row.many("demonyms"),
            row.many("metonyms"),
        )


def _other(row: Row) -> Actor:
    kind = cast("Kind", row.one_of("kind", _KINDS))
    aliases = tuple(alias.removesuffix(_WORD_MARK) for alias in row.many("aliases"))
    return Actor(row["name"].removesuffix(_WORD_MARK), kind, None, aliases)


def _words(row: Row) -> Iterator[str]:
    """Yield the forms of an actor that are ordinary words, too."""
    if _WORD_MARK in row["name"] or _WORD_MARK in row["aliases"]:
        for form in (row["name"], *row.many("aliases")):
            if form.endswith(_WORD_MARK):
                yield form.removesuffix(_WORD_MARK)


def _offices(extra: Path | None) -> dict[str, Iterable[str]]:
    """Return titles by kind; a later row may move a title to another kind."""
    kinds = {
        _lettered(row["title"], f"{row.place}, column title"): row.one_of("kind", _OFFICES)
        for row in read_table("offices.csv", ("title", "kind"), extra)
    }
    return {kind: [title for title in kinds if kinds[title] == kind] for kind in _OFFICES}


def _lettered(title: str, place: str) -> str:
    """Return a title; it must have a first word, by which it is searched."""
    if not any(map(str.isalpha, title)):
        raise LexiconError(f"{place}: {title!r} has no letter; write a title, or drop it")
    return title


@cache
def default_lexicon() -> Lexicon:
    """Return the bundled lexicon, read once.

    >>> default_lexicon() is default_lexicon()
    True
    """
    return Lexicon.load()
