"""Restore the usual capitalization of a text in capitals, with the known names."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable

from guarantee_summarizer.normalize.units import MONTH_NAMES, WEEKDAY_NAMES

__all__ = ["SentenceCase", "is_capitals"]

_WORD = re.compile(r"[^\W\d_]+")
_SHARE = 0.7  # share of capitals among the letters of a text in capitals
_REACH = 30  # characters after a word in which the next word begins
_FIRST = 300  # characters
_SAMPLE = 20_000  # characters
_OPENS = re.compile(r"(?:^|[.!?:]|\n)[\s\"'“‘(\[*-]*$")
_NEAR = 6  # characters before a word that show whether it begins a sentence
_COMMON = frozenset("it us who may march is a an the said of on in to general will".split())
_OFFICES = frozenset(
    "president minister chancellor secretary spokesman spokeswoman premier".split()
)


def is_capitals(text: str) -> bool:
    """Return whether nearly all letters of a text are capitals.

    >>> is_capitals("FRANCE IS READY."), is_capitals("NATO is ready.")
    (True, False)
    """
    return all(
        sum(map(str.isupper, sample)) > _SHARE * sum(map(str.isalpha, sample))
        for sample in (text[:_FIRST], text[:_SAMPLE])  # the first is enough for nearly all
    )


class SentenceCase:
    """Restore the capitalization of texts in capitals without changing their length; immutable.

    Args:
        names: the known names, as they are written; days and months are always known.
        surnames: surnames of persons; the word before one is a first name.

    >>> SentenceCase(["NATO", "France"], ["Macron"])("NATO AND FRANCE SAID EMMANUEL MACRON AGREED.")
    'NATO and France said Emmanuel Macron agreed.'
    """

    def __init__(self, names: Iterable[str], surnames: Iterable[str]) -> None:
        self._surnames = {name.upper(): name for name in surnames if len(name.upper()) == len(name)}
        self._names: dict[str, list[str]] = defaultdict(list)
        for name in dict.fromkeys((*names, *MONTH_NAMES, *WEEKDAY_NAMES)):  # in their order
            first = _WORD.search(name)
            if first and name.lower() not in _COMMON and len(name.upper()) == len(name):
                self._names[first[0].upper()].append(name)

    def __call__(self, text: str) -> str:
        """Return the text with usual capitalization, in time linear in its length."""
        upper, out, at = text.upper(), list[str](), 0
        if len(upper) != len(text):
            return text
        for match in _WORD.finditer(text):
            if match.start() < at:
                continue
            written = self._name(upper, match) or self._word(text, match)
            out += (text[at : match.start()], written)
            at = match.start() + len(written)
        return "".join([*out, text[at:]])

    def _name(self, upper: str, match: re.Match[str]) -> str | None:
        """Return the longest name that begins at a word."""
        start = match.start()
        for name in sorted(self._names.get(match[0].upper(), ()), key=len, reverse=True):
            end = start + len(name)
            if upper.startswith(name.upper(), start) and not upper[end : end + 1].isalnum():
                return name
        return None

    def _word(self, text: str, match: re.Match[str]) -> str:
        """Return a word outside names: lower case, unless it begins a sentence or is a first name."""
        word, small = match[0], match[0].lower()
        if len(small) != len(word):
            return word
        if surname := self._surnames.get(word.upper()):
            return surname
        following = _WORD.search(text, match.end(), match.end() + _REACH)
        first = following is not None and following[0].upper() in self._surnames
        before = text[max(0, match.start() - _NEAR) : match.start()]
        opens = match.start() == 0 or _OPENS.search(before) is not None
        person = first and small not in _COMMON and small not in _OFFICES and len(word) > 2  # noqa: PLR2004
        return word[0] + small[1:] if person or opens else small
