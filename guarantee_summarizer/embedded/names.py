"""Find persons and organizations outside the tables, from the parser's named entities."""

from __future__ import annotations

import re
from bisect import bisect_left
from collections import Counter
from collections.abc import Iterator, Sequence
from functools import cached_property

from guarantee_summarizer.embedded.facts import Facts
from guarantee_summarizer.lexicon import Cues, Lexicon
from guarantee_summarizer.lexicon.persons import begins_name, surname, variant

__all__ = ["Names", "persons"]

_NAME = re.compile(
    r"[^\W\d_a-z][\w'’.-]*(?: (?:(?:von|van|der|de|la|bin|al|di|da|del) )*[^\W\d_a-z][\w'’.-]*)*"
)
_ITEM = re.compile(
    r"\s*[-•*▪]\s+([A-Z][\w’'-]+(?: [A-Z][\w’'.-]+){1,2})\s*"
)  # of a list of members
_POSSESSIVE = re.compile(r"['’]s?$")
_ACRONYM = re.compile(r"\s*\((?:the )?[\"“]?([A-Z]{2,8})[\"”]?\)")
_ORGANS = ("ORG", "GPE", "FAC", "NORP", "LAW", "PERSON")
_REACH = 60  # most characters of a name
_LONGEST = 5  # words of a person's name
_WIDEST = 200  # characters of the name of a body
_MOST = 1_000  # names of each kind in one article; news articles have less than a tenth


class Names:
    """Collects the names of an article: `people` by any form, `organs` with their kind."""

    def __init__(
        self,
        lines: Sequence[tuple[str, Facts]],
        lexicon: Lexicon,
        cues: Cues,
        known: Sequence[Sequence[tuple[int, int]]],
    ) -> None:
        self._lexicon, self._cues = lexicon, cues
        self.people: dict[str, str] = {}
        self.organs: dict[str, tuple[str, str]] = {}
        alone: Counter[str] = Counter()
        whole = {text[a:b] for (text, _), taken in zip(lines, known, strict=True) for a, b in taken}
        for (text, parsed), taken in zip(lines, known, strict=True):
            for label, start, end in _entities(text, parsed):
                self._take(text, label, (start, end), taken, alone)
        begun = {f[:at] for f in (*self.organs, *whole) for at, c in enumerate(f) if c == " "}
        for short in self.organs.keys() & begun:
            del self.organs[short]
        self._add_surnames(" ".join(text for text, _ in lines))
        for word, count in alone.items():
            if count > 1:
                self.people.setdefault(word, word)

    def _take(
        self,
        text: str,
        label: str,
        span: tuple[int, int],
        taken: Sequence[tuple[int, int]],
        alone: Counter[str],
    ) -> None:
        """Register a name outside the tables, as an organization or a person."""
        start, end = span
        near = taken[max(0, bisect_left(taken, (start, 0)) - 1) : bisect_left(taken, (end, 0))]
        if any(a < end and start < b and b - a > end - start - len("the  ") for a, b in near):
            return
        inside = [b for a, b in near if start <= a and b <= end]
        start = inside[-1] + 1 if label == "PERSON" and inside else start
        if not self._organ(text, start, end) and label == "PERSON":
            self._person(text[start:end], alone)

    def _organ(self, text: str, start: int, end: int) -> bool:
        """Register an organization; its last word gives its kind."""
        name = re.sub(
            r"^(?:[Tt]he|[Aa]n?|Each|Additional|Every|This|That|Our|Its|His|Their) ",
            "",
            text[start:end],
        )
        name = _POSSESSIVE.sub("", name)
        heads = self._cues.values("head", _singular(name))
        first = self._cues.values("head", _singular(name.partition(" of ")[0]))
        kinds = ((first or heads) if " of " in name else heads) & {"organization", "force"}
        if not kinds or (" " not in name and not name.isupper()):
            return bool(("place" in heads or "place" in first) and " " in name)
        ruled = name.lower().startswith("government of ") and self._lexicon.country(name[14:])
        if ruled or ("place" in heads and "organization" not in first):
            return True
        kind = "force" if "force" in kinds else "organization"
        if name.partition(" of ")[0].lower() in self.offices:
            kind = "office"  # "President of the European Council"
        if len(self.organs) < _MOST:
            self.organs.setdefault(name, (name, kind))
        if short := _ACRONYM.match(text, end):
            self.organs[short[1]] = (name, kind)
        return True

    def _person(self, name: str, alone: Counter[str]) -> None:
        name = self._bare(name)
        words = name.split()
        if not words or len(words) > _LONGEST or not all(map(begins_name, words)):
            return
        if self._lexicon.actor(name) or self._lexicon.country(name) or name.isupper():
            return
        if len(words) == 1:
            alone[name] += 1
        elif len(self.people) < _MOST:
            self.people.setdefault(name, name)

    def _bare(self, name: str) -> str:
        """Return a name without honorifics, offices and non-letters."""
        match = _NAME.search(_POSSESSIVE.sub("", name))
        words = match[0].split() if match else []
        titled = [
            at for at, word in enumerate(words) if _plain(word) in self._titles or word == "H.E."
        ]
        words = words[titled[-1] + 1 :] if titled else words
        while words and not begins_name(words[0]):  # "Secretary of | State Rubio"
            words.pop(0)
        return " ".join(words).rstrip(".")

    @cached_property
    def offices(self) -> frozenset[str]:
        """Return the offices of the lexicon in lower case."""
        return frozenset(title.lower() for title in self._lexicon.offices)

    @cached_property
    def _titles(self) -> frozenset[str]:
        titles = (*self._lexicon.offices, *self._lexicon.honorifics, *self._lexicon.prefixes)
        return frozenset(_plain(t) for t in titles if " " not in t)

    def _add_surnames(self, text: str) -> None:
        """Map every surname, in any transliteration, to its only full name."""
        for last in self._lexicon.surnames:
            if last in text and (
                match := re.search(rf"([^\W\d_a-z][\w’'-]{{1,60}}) {re.escape(last)}(?!\w)", text)
            ):
                self._person(match[0], Counter())
        full = [name for name in self.people if " " in name]
        by_variant: dict[str, str] = {}
        for name in full:
            by_variant.setdefault(variant(name), name)
        for last in sorted({surname(name) for name in full} | self._lexicon.surnames.keys()):
            if owner := by_variant.get(variant(last)):
                self.people.setdefault(last, owner)
            elif last in text and re.search(rf"(?<![\w-]){re.escape(last)}(?![\w-])", text):
                self.people.setdefault(last, last)
        for name in full:
            self.people[name] = (
                by_variant[variant(name)] if _same(by_variant[variant(name)], name) else name
            )

    @cached_property
    def forms(self) -> re.Pattern[str] | None:
        """Return a pattern of all forms, the longest first."""
        forms = sorted([*self.people, *self.organs], key=len, reverse=True)
        choices = "|".join(map(re.escape, forms))
        return re.compile(rf"(?<![\w-])(?:{choices})(?!\w)") if forms else None


def persons(text: str, names: Names) -> Iterator[tuple[str, str, str, int, int, str]]:
    """Yield every mention of a person or an organization outside the tables."""
    for match in names.forms.finditer(text) if names.forms else ():
        form = match[0]
        name, kind = names.organs.get(form) or (names.people[form], "person")
        yield name, kind, form, match.start(), match.end(), "name"


def _plain(word: str) -> str:
    return word.rstrip(".").lower().removesuffix("s")


def _entities(text: str, parsed: Facts) -> Iterator[tuple[str, int, int]]:
    """Yield the parser's names: split names joined, and names listed with persons as persons."""
    found = [
        (e.label, *_whole(text, e.start, e.end)) for e in parsed.entities if e.label in _ORGANS
    ]
    for at, (label, start, end) in enumerate(found):
        beside = (*found[max(0, at - 1) : at], *found[at + 1 : at + 2])
        listed = any(x == "PERSON" and _listed(text, start, end, a, b) for x, a, b in beside)
        person = label in ("ORG", "GPE") and (listed or _alone(text, start, end))
        yield ("PERSON" if person else label), start, end
    if item := _ITEM.fullmatch(text):
        yield "PERSON", item.start(1), item.end(1)
    yield from _bodies(text, parsed)


def _whole(text: str, start: int, end: int) -> tuple[int, int]:
    """Return a name with its particle: `Ursula von | der Leyen`."""
    particle = re.match(r" ?(?:der|de|bin|al|van)(?: [A-Z][\w’'-]+)", text[end : end + _REACH])
    return start, end + (particle.end() if particle else 0)


def _bodies(text: str, parsed: Facts) -> Iterator[tuple[str, int, int]]:
    """Yield phrases with a capitalized head, such as a council or a board, that are not entities."""
    for phrase in parsed.phrases:
        begin = max(phrase.start, phrase.end - _WIDEST)
        words = re.search(r"(?:[A-Z][\w’'-]+ )*[A-Z][\w’'-]+$", text[begin : phrase.end])
        if words and begin + words.start() > 0:
            start, end = begin + words.start(), phrase.end
            of = re.match(
                r" of (?:the )?[A-Z]\w+(?: [A-Z]\w+)*", text[end : min(phrase.whole, end + _REACH)]
            )
            yield "ORG", start, end + (of.end() if of else 0)


def _listed(text: str, start: int, end: int, first: int, last: int) -> bool:
    """Whether two names are in one list: `Aryeh Lightstone and Josh Gruenbaum`."""
    between = text[end:first] if end < first else text[last:start]
    return between in (" and ", ", ", ", and ") and 1 < len(text[start:end].split()) < _LONGEST


def _alone(text: str, start: int, end: int) -> bool:
    """Whether a line has only two or three capitalized words, as in a list of members."""
    if len(text) - (end - start) > _REACH:
        return False
    rest = text[:start] + text[end:]
    return not re.search(r"[a-z]{2}", rest) and 1 < len(text[start:end].split()) < _LONGEST


def _singular(name: str) -> str:
    last = name.rsplit(" ", 1)[-1].lower()
    return last[:-1] if last.endswith("s") and not last.endswith("ss") else last


def _same(full: str, other: str) -> bool:
    """Whether two names with one surname are one person: their initials are equal."""
    return full.split(maxsplit=1)[0][0] == other.split(maxsplit=1)[0][0]
