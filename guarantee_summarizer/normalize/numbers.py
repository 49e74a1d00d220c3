"""Numbers as news writes them: digits with separators, scales, words."""

from __future__ import annotations

import re
from decimal import Decimal
from string import ascii_lowercase

__all__ = ["NUMBER", "NUMBER_WORDS", "canonical", "read_number"]

_ONES = (
    "zero one two three four five six seven eight nine ten eleven twelve thirteen fourteen "
    "fifteen sixteen seventeen eighteen nineteen"
).split()
_TENS = "twenty thirty forty fifty sixty seventy eighty ninety".split()
_WORDS = {w: n for n, w in enumerate(_ONES)} | {w: 10 * n for n, w in enumerate(_TENS, 2)}
_SCALES = {
    "dozen": 12,
    "hundred": 100,
    "thousand": 10**3,
    "k": 10**3,
    "million": 10**6,
    "mn": 10**6,
    "m": 10**6,
    "billion": 10**9,
    "bn": 10**9,
    "b": 10**9,
    "trillion": 10**12,
    "tn": 10**12,
}
_WORD = "|".join(sorted(_WORDS, key=len, reverse=True))
_BIG = "hundred|thousand|million|billion|trillion|dozen"
_DIGITS = r"\d{1,3}(?:[,\u00a0\u202f\u2009]\d{3})+(?:\.\d+)?|\d{1,3}(?: \d{3}){1,4}(?![\d,.]\d)|\d+(?:\.\d+)?"

NUMBER = (
    rf"(?:(?:{_DIGITS})(?:[ \u00a0-]?(?:{_BIG}|bn|mn|tn)\b|[kmb]\b)?"
    rf"|half an? (?:{_BIG})|an? (?:{_BIG})(?: (?:{_BIG}))?"
    rf"|(?:{_WORD})(?:[ -](?:and )?(?:{_WORD}|{_BIG})){{0,6}}\b)"
)
"""Regular expression source of one number; `read_number` reads what it matches."""


NUMBER_WORDS = f"{_WORD}|{_BIG}"
"""Regular expression source of the words that numbers are spelled with."""


def read_number(text: str) -> Decimal:
    """The value of a number that `NUMBER` matched.

    >>> read_number("twenty-six"), read_number("1.9bn"), read_number("half a million")
    (Decimal('26'), Decimal('1900000000.0'), Decimal('500000.0'))
    """
    text = text.lower().replace("\u00a0", " ").strip()
    if text[0].isdigit():
        digits = text.rstrip(ascii_lowercase)
        scale = text[len(digits) :]
        return Decimal(re.sub(r"[^\d.]", "", digits)) * _SCALES.get(scale, 1)
    if text.startswith("half a"):
        return Decimal(_SCALES[text.split()[-1]]) * Decimal("0.5")
    return Decimal(_read_words(re.split(r"[ -]+", text)))


def _read_words(words: list[str]) -> int:
    total = current = 0
    for word in words:
        if word in _WORDS:
            current += _WORDS[word]
        elif word in ("a", "an"):
            current = 1
        elif word in ("hundred", "dozen"):
            current = (current or 1) * _SCALES[word]
        elif word in _SCALES:
            total += (current or 1) * _SCALES[word]
            current = 0
    return total + current


def canonical(number: Decimal) -> str:
    """The shortest plain form: no separators, no exponent, no trailing zeros.

    >>> canonical(Decimal("1900000000.0"))
    '1900000000'
    """
    text = format(number, "f")
    return text.rstrip("0").rstrip(".") if "." in text else text
