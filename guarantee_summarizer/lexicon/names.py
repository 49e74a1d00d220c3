"""Split the names of persons, and compare them across spellings and alphabets."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cache, lru_cache

from guarantee_summarizer.lexicon.actors import Lexicon
from guarantee_summarizer.lexicon.tables import read_table
from guarantee_summarizer.text import fold

__all__ = ["FIRST_NAMES", "PARTICLES", "Titles", "name_parts", "spelling", "surname_at"]

PARTICLES = frozenset("von van der den de la le del della di da dos du bin ibn ben al el".split())
FIRST_NAMES = frozenset("van ben al".split())
"""Particles that are first names, too."""
_TITLE_WORDS = 6  # the most words of titles before a name
_SPACED_INITIALS = re.compile(r"\b(\w)\. (?=\w\.)")
_IN_BRACKETS = re.compile(r"\s*\([^)]*\)$")
_LATIN = str.maketrans(  # of folded letters, without diacritics
    {
        **dict(zip("абвгґдезиіклмнопрстуфыэ", "abvggdeziiklmnoprstufie", strict=True)),
        "ж": "zh",
        "х": "h",
        "ц": "ts",
        "ч": "ch",
        "ш": "sh",
        "щ": "shch",
        "ў": "u",
        "ю": "iu",
        "я": "ia",
        "є": "ie",
        "ь": "",
        "ъ": "",
        "'": "",
        "ł": "l",
        "ø": "o",
        "y": "i",
        "j": "i",
        "ı": "i",
    }
)


def spelling(word: str) -> str:
    """Return a key that the usual spellings and transliterations of one name share.

    >>> {spelling(name) for name in ("Zelensky", "Zelenskyy", "Selenskyj", "Зеленський")}
    {'zelenski'}
    >>> spelling("Yermak") == spelling("Ermak") == spelling("Єрмак") != spelling("Yermakov")
    True
    """
    key = _key(word)
    return _spellings().get(key, key)


def _key(word: str) -> str:
    latin = fold(word).translate(_LATIN).replace("kh", "h")
    return re.sub(r"i{2,}", "i", re.sub(r"^ie", "e", latin))


@cache
def _spellings() -> dict[str, str]:
    rows = read_table("spellings.csv", ("name", "spellings"))
    return {_key(form): _key(row["name"]) for row in rows for form in row.many("spellings")}


def surname_at(words: list[str]) -> int:
    """Return the index of the surname in the folded words of a full name, including particles."""
    at = len(words) - 1
    while at > 1 and words[at - 1] in PARTICLES:
        at -= 1
    return at


def name_parts(name: str) -> tuple[str, str, str]:
    """Return first name, middle initials and surname, folded.

    A single word is both first name and surname. All are empty for a name without letters.

    >>> name_parts("Donald J. Trump"), name_parts("von der Leyen")
    (('donald', 'j', 'trump'), ('von der leyen', '', 'von der leyen'))
    """
    words = _SPACED_INITIALS.sub(r"\1.", fold(name)).split()
    if not words:
        return "", "", ""
    if words[0] in PARTICLES - FIRST_NAMES:
        return " ".join(words), "", " ".join(words)
    at = surname_at(words)
    middle = (w.replace(".", "") if "." in w else w[0] for w in words[1:at])
    return words[0].replace(".", ""), "".join(middle), " ".join(words[at:])


@dataclass(frozen=True)
class Titles:
    """Separate titles, states and honorifics from the name after them."""

    lexicon: Lexicon

    def without(self, name: str) -> str:
        """Return a person's name without brackets, state, office and honorific."""
        words, at = _IN_BRACKETS.sub("", name).split(), 0
        while step := self._title(words, at) or self._state(words, at):
            at += step
        rest = words[at:]  # "official in Paris" has no name
        named = rest and (rest[0][0].isupper() or rest[0] in PARTICLES)
        return " ".join(rest) if named else name

    def is_title(self, words: list[str]) -> bool:
        """Return whether the words together are an office, an honorific or a prefix of one."""
        titles, firsts = _titles(self.lexicon)
        return _first(words) in firsts and _plain(words) in titles

    def is_actor(self, form: str) -> bool:
        """Return whether the tables have an actor or a people with that form."""
        form = form.removesuffix("'s").removesuffix("’s")
        return bool(self.lexicon.actor(form) or self.lexicon.country(form))

    def _title(self, words: list[str], at: int) -> int:
        """Return the number of title words at an index; the last word belongs to the name."""
        if _first(words[at:]) not in _titles(self.lexicon)[1]:  # for nearly all names
            return 0
        sizes = range(min(len(words) - 1 - at, _TITLE_WORDS), 0, -1)
        return next((n for n in sizes if self.is_title(words[at : at + n])), 0)

    def _state(self, words: list[str], at: int) -> int:
        """Return the number of words at an index that name the actor of the following title."""
        sizes = (n for n in (3, 2, 1) if self._title(words, at + n))
        return next((n for n in sizes if self.is_actor(" ".join(words[at : at + n]))), 0)


@lru_cache(maxsize=8)
def _titles(lexicon: Lexicon) -> tuple[frozenset[str], frozenset[str]]:
    """Return the titles of a lexicon, and their first words."""
    known = (*lexicon.offices, *lexicon.honorifics, *lexicon.prefixes)
    titles = frozenset(_plain(title.split()) for title in known)
    return titles, frozenset(_first(title.split(" ")) for title in titles)


def _first(words: list[str]) -> str:
    return fold(words[0]).rstrip(".") if words else ""


def _plain(words: list[str]) -> str:
    return fold(" ".join(words)).rstrip(".")
