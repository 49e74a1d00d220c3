"""Generate hostile texts: kinds that were slow once, and kinds made from the package's patterns.

A kind is a short unit, repeated up to any length. A kind made from a pattern is a text that the
pattern almost matches: parts of the match are repeated, and it is broken at some place.
"""

from __future__ import annotations

import importlib
import pkgutil
import random
import re
import sys
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from functools import partial
from re import _constants, _parser  # type: ignore[attr-defined]
from typing import Any

__all__ = ["Kind", "kinds_of_patterns", "known_kinds", "patterns_of"]

_OPENING = (
    "France said on Friday that it would send troops to Ukraine, and that the force would be "
    "there to guarantee a ceasefire and a peace agreement with Russia. "
)
_BLOCK = "QWERTZUIOPASDFGHJKLYXCVBNM0123456789-_"


@dataclass(frozen=True)
class Kind:
    """A kind of text: an English opening, then `head`, then `unit` repeated."""

    name: str
    unit: str
    head: str = ""
    tail: str = ""

    def text(self, size: int) -> str:
        """Return a text of a given number of characters."""
        room = max(0, size - len(_OPENING) * 4 - len(self.head) - len(self.tail))
        body = self.unit * (room // len(self.unit) + 1)
        return f"{_OPENING * 4}{self.head}{body[:room]}{self.tail}"


def known_kinds() -> Iterator[Kind]:
    """Yield the kinds that took minutes once."""
    block = "".join(random.Random(1).choices(_BLOCK, k=9_973))  # noqa: S311
    parts = [f"{a}{b}" for a in "bdfgklmnprst" for b in ("a", "e", "i", "o", "u")]
    persons = " ".join(f"Mr. {a.title()}na {b.title()}vos said so." for a in parts for b in parts)
    for name, unit in {
        "capital letters": "A",
        "Anna-Anna-": "Anna-",
        "J.J.J.": "J.",
        "U.S. U.S.": "U.S. ",
        "one block of base64": block,
        "$1 $1": "$1 ",
        "France, Germany, Poland, Italy,": "France, Germany, Poland, Italy, ",
        "France and France and": "France and ",
        "1-1-1-": "1-",
        "Russia's Russia's": "Russia's ",
        "twenty years": "twenty years ",
        "5 March": "5 March ",
        "hundred and twenty": "hundred and twenty ",
        "123 123": "123 ",
        "first line second layer third ring": "first line second layer third ring ",
        "many short sentences": "Russia rejects troops in Ukraine. ",
        "Russia said that": "Russia said that ",
        "President Anna Maria": "President Anna Maria ",
        "many persons": persons + " ",
        "{{{{": "{",
        "{%{%": "{%",
        "lines that end in a hyphen": "guaran-\ntee for-\nces ",
        "Mr.": "Mr. ",
        "former": "former ",
        "combining marks": "e\u0301\u0301\u0301",
        "spaces": " \t \u00a0",
        "quotation marks": "\"'\u201c\u2019",
        "<p><br": "<p><br <!-- <",
    }.items():
        yield Kind(name, unit)


def patterns_of(package: str, use: Callable[[], object]) -> list[tuple[str, str, int]]:
    """Return module, source and flags of every regular expression of a package.

    Args:
        package: its name; it must not have been imported before.
        use: uses the package, to compile the patterns that are built at first use.
    """
    found: dict[tuple[str, int], str] = {}

    def recorded(function: Callable[..., Any], pattern: Any, *given: Any, **named: Any) -> Any:
        module = str(sys._getframe(1).f_globals.get("__name__"))  # noqa: SLF001
        flags = named.get("flags", given[-1] if given else 0)
        if module.startswith(package) and isinstance(pattern, str):
            known = flags if isinstance(flags, int) and function is re_compile else 0
            found.setdefault((pattern, int(known)), module.removeprefix(f"{package}."))
        return function(pattern, *given, **named)

    re_compile = re.compile
    names = ("compile", "search", "match", "fullmatch", "sub", "split", "findall", "finditer")
    before = {name: getattr(re, name) for name in names}
    for name, function in before.items():
        setattr(re, name, partial(recorded, function))
    try:
        for module in pkgutil.walk_packages(
            importlib.import_module(package).__path__, f"{package}."
        ):
            if "integrations" not in module.name and "__main__" not in module.name:
                importlib.import_module(module.name)
        use()
    finally:
        for name, function in before.items():
            setattr(re, name, function)
    return sorted((module, pattern, flags) for (pattern, flags), module in found.items())


def kinds_of_patterns(
    patterns: Iterable[tuple[str, str, int]], count: int, seed: int
) -> Iterator[Kind]:
    """Yield kinds made from patterns, the same for the same seed."""
    chance, patterns = random.Random(seed), [*patterns]  # noqa: S311
    chance.shuffle(patterns)
    for number in range(count):
        module, pattern, flags = patterns[number % len(patterns)]
        written = _Writer(chance).kind(pattern, flags)
        shown = pattern if len(pattern) < 30 else f"{pattern[:27]}..."
        yield Kind(f"{module} {shown}", *written)


class _Writer:
    """Write random texts that a pattern matches, and break them."""

    def __init__(self, chance: random.Random) -> None:
        self._chance = chance
        self._repeats: list[tuple[str, str]] = []  # the text before a repeat, and one piece of it

    def kind(self, pattern: str, flags: int) -> tuple[str, str, str]:
        """Return a unit to repeat, the text before the repeated units, and the text after them."""
        parsed = _parser.parse(pattern, flags & ~re.DEBUG)
        whole = self._sequence(parsed, "")
        between = self._chance.choice(["", "", " ", ", ", ". ", "\n", " and ", "-"])
        before, piece = self._chance.choice(self._repeats or [("", whole)])
        piece = piece or whole or "a"
        form = self._chance.randrange(4)
        if form == 0:  # the whole match, broken
            return self._broken(whole) + between or "a", "", ""
        if form == 1:  # one part repeated, then a character that the pattern does not match
            return piece, before, "\x7f"
        if form == 2:  # the beginning repeated
            return (before + piece * self._chance.randint(1, 40) + between) or "a", "", "\x7f"
        other = self._sequence(parsed, "")
        return f"{self._broken(whole)}{between}{self._broken(other)}{between}" or "a", "", ""

    def _broken(self, text: str) -> str:
        if not text:
            return "a"
        at = self._chance.randrange(len(text))
        how = self._chance.randrange(4)
        return (
            text,
            text[: at + 1],
            text[:at] + text[at + 1 :] or "a",
            text[:at] + "\x7f" + text[at:],
        )[how]

    def _sequence(self, items: Any, before: str) -> str:
        text = ""
        for code, value in items:
            text += self._item(code, value, before + text)
        return text

    def _item(self, code: Any, value: Any, before: str) -> str:
        name, chance = str(code), self._chance
        if name in ("LITERAL", "NOT_LITERAL"):
            return (
                chr(value)
                if name == "LITERAL"
                else chance.choice([c for c in "aA1 -,x" if ord(c) != value])
            )
        if name == "ANY":
            return chance.choice("aA1 .,-")
        if name == "IN":
            return self._one_of(value)
        if name == "BRANCH":
            return self._sequence(chance.choice(value[1]), before)
        if name == "SUBPATTERN":
            return self._sequence(value[3], before)
        if name in ("MAX_REPEAT", "MIN_REPEAT", "POSSESSIVE_REPEAT"):
            return self._repeat(value, before)
        if name == "ATOMIC_GROUP":
            return self._sequence(value, before)
        return ""  # anchors, lookarounds, references to groups

    def _repeat(self, value: Any, before: str) -> str:
        low, high, body = value
        piece = self._sequence(body, before)
        if high > 1:
            self._repeats.append((before, piece))
        most = min(int(high), low + 3) if high != _constants.MAXREPEAT else low + 3
        return "".join(self._sequence(body, before) for _ in range(self._chance.randint(low, most)))

    def _one_of(self, choices: Any) -> str:
        negated = str(choices[0][0]) == "NEGATE"
        points = [self._point(*choice) for choice in choices if str(choice[0]) != "NEGATE"]
        if not negated:
            return self._chance.choice(points)
        left = [c for c in "aA1 -,.'\u00e9" if c not in points]
        return self._chance.choice(left or ["\u4e00"])

    def _point(self, code: Any, value: Any) -> str:
        name = str(code)
        if name == "RANGE":
            return chr(self._chance.randint(*value))
        if name == "CATEGORY":
            kind = str(value)
            some = {"DIGIT": "0123456789", "SPACE": " \t\n\u00a0", "WORD": "aZ1_\u00e9"}
            known = next(word for word in some if word in kind)
            return "-" if "NOT" in kind else self._chance.choice(some[known])
        return chr(value)
