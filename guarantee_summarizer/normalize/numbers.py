"""Match and read one number in digits or words, with its scale.

This module has tables of its own because the libraries tried (quantulum3, text2num, price-parser,
babel, pint) misread "€90-100bn" or "a decade and a half".
"""

from __future__ import annotations

import re
from decimal import Decimal

__all__ = [
    "LETTERS",
    "NUMBER",
    "NUMBER_WORDS",
    "canonical",
    "is_ambiguous",
    "read_number",
    "scale_of",
]

_ONES = (
    "zero one two three four five six seven eight nine ten eleven twelve thirteen fourteen "
    "fifteen sixteen seventeen eighteen nineteen"
).split()
_TENS = "twenty thirty forty fifty sixty seventy eighty ninety".split()
_WORDS = {w: n for n, w in enumerate(_ONES)} | {w: 10 * n for n, w in enumerate(_TENS, 2)}
_THOUSAND, _MILLION, _BILLION, _TRILLION = 10**3, 10**6, 10**9, 10**12
_SCALES = {
    "dozen": 12, "hundred": 100, "thousand": _THOUSAND, "k": _THOUSAND, "thsd": _THOUSAND,
    "lakh": 10**5, "million": _MILLION, "mln": _MILLION, "mn": _MILLION, "mio": _MILLION,
    "m": _MILLION, "mm": _MILLION, "crore": 10**7,
    "billion": _BILLION, "bln": _BILLION, "bn": _BILLION, "b": _BILLION, "mrd": _BILLION,
    "mlrd": _BILLION, "milliard": _BILLION,
    "trillion": _TRILLION, "trln": _TRILLION, "trn": _TRILLION, "tln": _TRILLION,
    "tn": _TRILLION, "t": _TRILLION,
    "тис": _THOUSAND, "тыс": _THOUSAND, "млн": _MILLION, "млрд": _BILLION, "трлн": _TRILLION,
}  # fmt: skip
_PARTS = {"half": Decimal("0.5"), "quarter": Decimal("0.25"), "½": Decimal("0.5")} | {
    "¼": Decimal("0.25"), "¾": Decimal("0.75")
}  # fmt: skip

_GROUPS = 12  # the most groups of a number in words
_GAP = r"[ \u00a0\u202f-]"
_BIG = "hundred|thousand|million|billion|trillion|dozen"
_SHORT = "lakh|crore|milliard|bln|mlrd|mln|mrd|mio|trln|trn|tln|thsd|bn|mn|tn|тис|тыс|млн|млрд|трлн"
_SCALE = rf"(?:{_BIG}|{_SHORT})s?(?!\w)"
_DIGITS = (
    r"(?:\d{1,3}(?:[,\u00a0\u202f\u2009'’]\d{3})+(?:\.\d+)?"
    r"|\d{1,2}(?:,\d\d)+,\d{3}|\d{1,3}(?:\.\d{3}){2,}"  # lakhs and crores; dots between thousands
    r"|\d{1,3}(?: \d{3}){1,4}(?![\d,.]\d)|\d+(?:\.\d+)?)(?!\d|[.,]\d)[½¼¾]?"
)

_ONE = "|".join(sorted(_WORDS, key=len, reverse=True))
_SMALL = "|".join(sorted(_ONES, key=len, reverse=True))  # no tens, so that no word matches twice
_BELOW_100 = rf"(?:(?:{'|'.join(_TENS)})(?:[ -](?:{'|'.join(_ONES[1:10])})\b)?|(?:{_SMALL}))\b"
_NOT_BIG = rf"(?![ -](?:{_BIG})\b)"  # "a hundred and two thousand" may be two numbers


_GREAT = rf"(?:[ -](?:{_BIG})\b){{1,4}}"


def _words(joint: str) -> str:
    """Return the pattern of a number in words; `joint` is the pattern of its "and"."""
    return rf"{_BELOW_100}(?:{_GREAT}(?:,?[ -]{joint}{_BELOW_100})?){{0,{_GROUPS}}}"


_SPELLED = (  # "and" between two numbers after "between" belongs to neither
    rf"(?:(?<=between ){_words('')}|(?<!between ){_words('(?:and )?')})(?![ -](?:{_ONE}|{_BIG})\b)"
)
NUMBER = (
    rf"(?:(?:{_DIGITS}|{_BELOW_100}) and an? (?:half|quarter)(?:[ -]{_SCALE})?"
    rf"|{_DIGITS}(?:(?:{_GAP}?{_SCALE}){{1,2}}|[kmb]\b)?"
    rf"|half(?: |-)(?:an?(?: |-))?(?:{_BIG})\b|an? quarter of a (?:million|billion)\b"
    rf"|an? (?:{_BIG})\b(?: and a half\b|(?: (?:thousand|million|billion)\b)?(?: and {_BELOW_100}{_NOT_BIG})?)"
    rf"|{_SPELLED})"
)
"""Regular expression source of one number; `read_number` reads what it matches."""

LETTERS = r"(?:[ \u00a0]?(?:mm|[kmbt])(?![\w'’]))"
"""Scales of one or two letters, which are used only with a currency: `$300 MM`."""

NUMBER_WORDS = f"{_ONE}|{_BIG}"
"""Regular expression source of the words in spelled numbers."""

_SCALE_AT_END = re.compile(rf"(?<=[\d½¼¾]){_GAP}?([^\W\d_½¼¾]+(?:[ \u00a0\u202f-][^\W\d_½¼¾]+)*)$")
_AMBIGUOUS = re.compile(r"[1-9]\d{0,2}\.\d{3}")


def is_ambiguous(text: str) -> bool:
    """Return whether a point may be a decimal point or a separator, or words may be two numbers.

    >>> is_ambiguous("1.500"), is_ambiguous("1.125 billion"), is_ambiguous("one hundred and two hundred")
    (True, False, True)
    """
    if text[0].isalpha():
        return not _descends(re.findall(r"[a-z]+", text.lower()))
    return _AMBIGUOUS.fullmatch(text) is not None


def _descends(words: list[str]) -> bool:
    """Return whether each scale is below the previous one, with at most one "hundred" in each."""
    great, hundreds = Decimal("inf"), 0
    for word in words:
        if word == "hundred":
            hundreds += 1
        elif _SCALES.get(word, 0) >= _THOUSAND:
            if hundreds > 1 or _SCALES[word] >= great:
                return False
            great, hundreds = Decimal(_SCALES[word]), 0
    return hundreds <= 1


def read_number(text: str) -> Decimal:
    """Return the value of a number that `NUMBER` matched, with or without `LETTERS` after it.

    >>> read_number("twenty-six"), read_number("1.9bn"), read_number("half a million")
    (Decimal('26'), Decimal('1900000000.0'), Decimal('500000.0'))
    """
    if text.isdecimal():
        return Decimal(text)
    text = _plain(text)
    if half := re.search(r"^(.+) and an? (half|quarter)(.*)$", text):
        whole, part = half[1], _PARTS[half[2]]
        unit = _SCALES[whole.split()[-1]] if whole.startswith(("a ", "an ")) else 1
        return (read_number(whole) + part * unit) * _product(half[3])
    if text[0].isdigit():
        scale = _SCALE_AT_END.search(text)
        digits = text[: scale.start()] if scale else text
        return _digits(digits) * _product(scale[1] if scale else "")
    if first := re.match(r"(?:an? )?(half|quarter)\b", text):
        return Decimal(_product(text[first.end() :])) * _PARTS[first[1]]
    return Decimal(_read_words(re.findall(r"[a-z]+", text)))


def scale_of(text: str) -> int:
    """Return the scale that a number is written with, 1 if it has none.

    >>> scale_of("1.5 billion"), scale_of("three thousand"), scale_of("15,000")
    (1000000000, 1000, 1)
    """
    words = re.findall(r"[^\W\d_½¼¾]+", _plain(text))
    return _product(" ".join(words[-1:])) if words else 1


def _plain(text: str) -> str:
    return re.sub(r"[\u00a0\u202f\u2009]", " ", text.lower()).strip()


def _digits(text: str) -> Decimal:
    part = _PARTS.get(text[-1], Decimal(0))
    dotted = text.count(".") > 1
    return Decimal(re.sub(r"[^\d]" if dotted else r"[^\d.]", "", text.rstrip("½¼¾"))) + part


def _product(text: str) -> int:
    """Return the product of the scale words in a text."""
    product = 1
    for word in re.findall(r"[^\W\d_]+", text):
        product *= _SCALES.get(word) or _SCALES.get(word.removesuffix("s"), 1)
    return product


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
    """Return a number as text without exponent and trailing zeros."""
    text = format(number, "f")
    return text.rstrip("0").rstrip(".") if "." in text else text
