"""Find figures in running text, each with its span, its kind, and one value for all spellings."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from decimal import Decimal
from functools import cache, lru_cache
from string import ascii_lowercase
from typing import Literal

__all__ = [
    "MONTHS",
    "MONTH_NAMES",
    "NUMBER",
    "NUMBER_WORDS",
    "WEEKDAYS",
    "WEEKDAY_NAMES",
    "Quantity",
    "canonical",
    "quantities",
    "read_number",
]

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
    """Return the value of a number that `NUMBER` matched.

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
    """Return the shortest plain form: no separators, no exponent, no trailing zeros.

    >>> canonical(Decimal("1900000000.0"))
    '1900000000'
    """
    text = format(number, "f")
    return text.rstrip("0").rstrip(".") if "." in text else text


Kind = Literal["duration", "money", "percent", "distance", "count", "ordinal", "year", "date"]

MONTH_NAMES = (
    "January February March April May June July August September October November December"
).split()
WEEKDAY_NAMES = "Monday Tuesday Wednesday Thursday Friday Saturday Sunday".split()
MONTHS, WEEKDAYS = [m.lower() for m in MONTH_NAMES], [d.lower() for d in WEEKDAY_NAMES]
_ORDINALS = "first second third fourth fifth sixth seventh eighth ninth tenth".split()
_UNITS = {"year": "Y", "month": "M", "week": "W", "day": "D", "hour": "H", "minute": "M"}
_DISTANCES = {"kilomet": "km", "km": "km", "mile": "mi", "metre": "m", "meter": "m"}
_CODES = ("usd", "eur", "gbp", "uah")
_SIGNS = {"$": "USD", "€": "EUR", "£": "GBP", "¥": "JPY", "₴": "UAH"}
_COINS = {
    "dollar": "USD", "euro": "EUR", "pound": "GBP", "yen": "JPY", "hryvnia": "UAH",
    "rouble": "RUB", "ruble": "RUB", "yuan": "CNY", "zloty": "PLN", "krona": "SEK",
    "usd": "USD", "eur": "EUR", "gbp": "GBP", "sterling": "GBP",
    "kroner": "kroner", "kronor": "SEK", "shekel": "ILS", "riyal": "SAR", "dirham": "AED", "lira": "TRY", "rupee": "INR",
}  # fmt: skip
_MONTH = "|".join([*MONTHS, *(rf"{m[:3]}\." for m in MONTHS), r"sept\."])
_STEMS = tuple(month[:3] for month in MONTHS)
_DAY = r"(?:0?[1-9]|[12]\d|3[01])(?:st|nd|rd|th)?"
_START = r"(?<![\w.,/])(?<!\D-)"  # digits glued to a letter (G7, F-16) belong to a name
_END = r"(?![\w%]|[.,]\d|/\d)"


@dataclass(frozen=True, slots=True)
class Quantity:
    """Hold one figure: `text[start:end]`, its kind, and `value`, equal for all spellings of it.

    `value` is ISO 8601 for durations (`P15Y`) and dates (`2014-03-05`, `--03-05` without a year,
    `weekday-2`), else a plain number with its unit (`1900000000 USD`, `26 %`, `1340 km`).
    """

    start: int
    end: int
    kind: Kind
    value: str
    number: Decimal | None = None
    unit: str | None = None


_FIGURE_WORDS = frozenset(
    [*NUMBER_WORDS.split("|"), *MONTHS, *WEEKDAYS, *(f"{day}s" for day in WEEKDAYS), *_ORDINALS]
    + "decade decades century centuries dozens".split()
    + [stem[:3] for stem in MONTHS]
)
_BEGINNINGS = frozenset(
    [
        *NUMBER_WORDS.split("|"),
        *MONTHS,
        *WEEKDAYS,
        *(f"{day}s" for day in WEEKDAYS),
        *_ORDINALS,
        *_STEMS,
        *_SIGNS,
        *"sept a an half quarter us".split(),
    ]
)
_TOKEN = re.compile(rf"[^\W\d_]+|\d+|[{''.join(_SIGNS)}%-]")
_LETTERS = re.compile(r"[a-z]+")
_DIGIT = re.compile(r"\d")

_Read = Callable[["re.Match[str]"], "tuple[Kind, str, Decimal | None, str | None] | None"]


def quantities(text: str) -> list[Quantity]:
    """Find all figures in `text`, in order, not overlapping; linear in its length.

    Digits that belong to a name (G7, F-16, Article 5 stays a count) are none; nor is the
    pronoun "one".

    >>> [(q.kind, q.value) for q in quantities("a 15-year term for $1.9bn from 5 March 2014")]
    [('duration', 'P15Y'), ('money', '1900000000 USD'), ('date', '2014-03-05')]
    """
    low = text.lower()
    if not _DIGIT.search(low) and _FIGURE_WORDS.isdisjoint(_LETTERS.findall(low)):
        return []  # most sentences have no figure
    tokens = [(match[0], match.start()) for match in _TOKEN.finditer(text)]
    beginnings = [start for token, start in tokens if _may_begin(token)]
    possible = frozenset[int]().union(*(_patterns_of(token) for token, _ in tokens))
    figures: list[Quantity] = []
    taken = bytearray(len(text))
    for number in sorted(possible):
        _, pattern, read = _patterns()[number]
        end = 0
        for start in beginnings:
            if start < end or (match := pattern.match(text, start)) is None:
                continue
            end = match.end()
            if 1 in taken[start:end] or (reading := read(match)) is None:
                continue
            taken[start:end] = b"\1" * (end - start)
            figures.append(Quantity(start, end, *reading))
    return sorted(figures, key=lambda figure: figure.start)


@lru_cache(maxsize=16_384)
def _may_begin(token: str) -> bool:
    """Whether a figure may begin with a word, a sign or digits."""
    low = token.lower()
    return low in _BEGINNINGS or low.isdigit() or low.startswith(_CODES)


@lru_cache(maxsize=16_384)
def _patterns_of(token: str) -> frozenset[int]:
    """Which patterns can match a text with this token."""
    low = token.lower()
    return frozenset(
        number
        for number, (signs, _, _) in enumerate(_patterns())
        if not signs or any(sign in low for sign in signs)
    )


@cache
def _patterns() -> tuple[tuple[tuple[str, ...], re.Pattern[str], _Read], ...]:
    """Each pattern with signs of which one is in every text that it can match."""

    def compiled(source: str) -> re.Pattern[str]:
        return re.compile(source, re.IGNORECASE)

    coin = "|".join(_COINS)
    return (
        (("-",), compiled(rf"{_START}(\d{{4}})-(\d\d)(?:-(\d\d))?(?![\d-])"), _iso),
        (_STEMS, compiled(rf"{_START}({_DAY}) (?:of )?({_MONTH})(?:,? (\d{{4}}))?(?!\w)"), _day_month),
        (_STEMS, compiled(rf"(?<!\w)({_MONTH}) ({_DAY})(?:,? (\d{{4}}))?(?![\w%]|,\d)"), _month_day),
        (_STEMS, compiled(rf"(?<!\w)({_MONTH}),? (?:of )?(\d{{4}})(?!\w)"), _month_year),
        (("day",), re.compile(rf"(?<!\w)({'|'.join(WEEKDAY_NAMES)})s?(?!\w)"), _weekday),
        (("centur",), compiled(r"(?<!\w)half an?[ -]century(?!\w)"), lambda _: _years(50)),
        (("centur",), compiled(r"(?<!\w)(?:a )?quarter[ -](?:of a )?century(?!\w)"), lambda _: _years(25)),
        (("centur", "decade"), compiled(rf"{_START}({NUMBER}|an?)[ \u00a0-](?:more )?(centur(?:y|ies)|decades?)(?!\w)"), _decades),
        (tuple(_UNITS), compiled(rf"{_START}({NUMBER}|an?)[ \u00a0-](?:more )?(year|month|week|day|hour|minute)s?(?!\w)"), _duration),
        (tuple(_SIGNS), compiled(rf"(?<![\w$€£¥])(?:US)?([$€£¥₴]) ?({NUMBER})(?!\w)"), _sign_first),
        (_CODES, compiled(rf"{_START}({'|'.join(_CODES)}) ?({NUMBER})(?!\w)"), _code_first),
        (tuple(_COINS), compiled(rf"{_START}({NUMBER}) (?:U\.?S\.? |of )?({coin})s?(?!\w)"), _coin),
        (("%", "per"), compiled(rf"{_START}({NUMBER}) ?(?:%|per ?cent(?!\w)|percent(?:age points?)?(?!\w))"), _percent),
        (tuple(_DISTANCES), compiled(rf"{_START}({NUMBER})[ \u00a0-](kilomet(?:re|er)s?|km|miles?|met(?:re|er)s?)(?!\w)"), _distance),
        ((), compiled(rf"(?<!\w)({'|'.join(_ORDINALS)}|\d+(?:st|nd|rd|th))(?!\w)"), _ordinal),
        (("19", "20"), re.compile(r"(?<![\w.,/-])((?:19|20)\d\d)s?(?![\w%]|[.,]\d)"), _year),
        ((), compiled(rf"{_START}({NUMBER}){_END}"), _count),
    )  # fmt: skip


def _years(number: int) -> tuple[Kind, str, Decimal, str]:
    return "duration", f"P{number}Y", Decimal(number), "Y"


def _iso(match: re.Match[str]) -> tuple[Kind, str, None, None] | None:
    year, month, day = match.groups()
    if not 1 <= int(month) <= 12 or (day and not 1 <= int(day) <= 31):  # noqa: PLR2004
        return None
    return "date", "-".join(filter(None, (year, month, day))), None, None


def month_number(name: str) -> int:
    """Return the number of a month: 1 for January or Jan."""
    return next(i for i, m in enumerate(MONTHS, 1) if m[:3] == name.lower()[:3])


def _date(day: str | None, month: str, year: str | None) -> tuple[Kind, str, None, None]:
    digits = re.sub(r"\D", "", day or "")
    value = f"{year or '-'}-{month_number(month):02d}" + (f"-{int(digits):02d}" if digits else "")
    return "date", value, None, None


def _day_month(match: re.Match[str]) -> tuple[Kind, str, None, None]:
    return _date(match[1], match[2], match[3])


def _month_day(match: re.Match[str]) -> tuple[Kind, str, None, None] | None:
    if match[1].islower():  # "may 5 countries", "march 3 miles"
        return None
    return _date(match[2], match[1], match[3])


def _month_year(match: re.Match[str]) -> tuple[Kind, str, None, None]:
    return _date(None, match[1], match[2])


def _weekday(match: re.Match[str]) -> tuple[Kind, str, None, None]:
    return "date", f"weekday-{WEEKDAYS.index(match[1].lower()) + 1}", None, None


def _amount(text: str) -> Decimal:
    return Decimal(1) if text.lower() in ("a", "an") else read_number(text)


def _decades(match: re.Match[str]) -> tuple[Kind, str, Decimal, str] | None:
    if match[1].lower() in ("a", "an") and match[2].lower().endswith("s"):
        return None  # "a decades-long war"
    number = _amount(match[1]) * (100 if match[2].lower().startswith("c") else 10)
    return "duration", f"P{canonical(number)}Y", number, "Y"


def _duration(match: re.Match[str]) -> tuple[Kind, str, Decimal, str] | None:
    if match[1].lower() in ("a", "an") and match[0][len(match[1])] != "-":
        return None  # "a day", "a year" says how often as much as how long
    number, unit = _amount(match[1]), match[2].lower()
    time = "T" if unit in ("hour", "minute") else ""
    return "duration", f"P{time}{canonical(number)}{_UNITS[unit]}", number, _UNITS[unit]


def _money(number: str, code: str) -> tuple[Kind, str, Decimal, str]:
    amount = read_number(number)
    return "money", f"{canonical(amount)} {code}", amount, code


def _sign_first(match: re.Match[str]) -> tuple[Kind, str, Decimal, str]:
    return _money(match[2], _SIGNS[match[1]])


def _code_first(match: re.Match[str]) -> tuple[Kind, str, Decimal, str]:
    return _money(match[2], match[1].upper())


def _coin(match: re.Match[str]) -> tuple[Kind, str, Decimal, str]:
    return _money(match[1], _COINS[match[2].lower()])


def _percent(match: re.Match[str]) -> tuple[Kind, str, Decimal, str]:
    number = read_number(match[1])
    return "percent", f"{canonical(number)} %", number, "%"


def _distance(match: re.Match[str]) -> tuple[Kind, str, Decimal, str]:
    number = read_number(match[1])
    unit = next(u for start, u in _DISTANCES.items() if match[2].lower().startswith(start))
    return "distance", f"{canonical(number)} {unit}", number, unit


def _ordinal(match: re.Match[str]) -> tuple[Kind, str, Decimal, None]:
    word = match[1].lower()
    number = _ORDINALS.index(word) + 1 if word in _ORDINALS else int(word[:-2])
    return "ordinal", f"#{number}", Decimal(number), None


def _year(match: re.Match[str]) -> tuple[Kind, str, Decimal, None] | None:
    return "year", match[1], Decimal(match[1]), None


def _count(match: re.Match[str]) -> tuple[Kind, str, Decimal, None] | None:
    if match[1].lower() == "one":
        return None
    number = read_number(match[1])
    return "count", canonical(number), number, None
