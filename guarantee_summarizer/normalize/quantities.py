"""Find figures in running text, each with its span, its kind and its normalized value."""

from __future__ import annotations

import re
from dataclasses import replace
from functools import cache, lru_cache

from guarantee_summarizer.normalize.numbers import NUMBER_WORDS, canonical
from guarantee_summarizer.normalize.patterns import BEGINNINGS, RANGE, patterns
from guarantee_summarizer.normalize.quantity import Pattern, Quantity, valued
from guarantee_summarizer.normalize.units import MONTHS, SIGNS, WEEKDAYS
from guarantee_summarizer.plain import even_text

__all__ = ["Quantity", "canonical", "joins_range", "quantities", "quantities_of_even"]

_ORDINALS = "first second third fourth fifth sixth seventh eighth ninth tenth".split()
_FIGURE_WORDS = frozenset(
    [*NUMBER_WORDS.split("|"), *MONTHS, *WEEKDAYS, *(f"{day}s" for day in WEEKDAYS), *_ORDINALS]
    + "decade decades century centuries dozens fortnight half halves quarter quarters thirds fifths".split()
    + [month[:3] for month in MONTHS]
)
_TOKEN = re.compile(
    rf"[^\W\d_]+|\d+|[{''.join({s for sign in SIGNS for s in sign if not s.isalnum()})}%-]"
)
_LETTERS = re.compile(r"[a-z]+")
_DIGIT = re.compile(r"\d")
_AND = re.compile(r" and ")
_BETWEEN = re.compile(
    r"\bbetween (?:about |some |roughly |around |approximately )?$", re.IGNORECASE
)
_NEAR = 24  # characters before a figure that may contain "between"
_MOST = 10_000  # words and signs that may begin a figure; no sentence has more
_SMALL = 1000  # a smaller number may omit the thousands of the next one: 10 to 15,000
_UNREAD = re.compile(  # an unknown scale: a word of consonants that is no known unit, "gazillion"
    r"[ -]?(?:(?!(?:th|nd|rd|st|kt|kts|hrs|mph|kph|pm|mbps|gb|mb|tb|vs|km|cm|mm|kg|kw|mw|gw|ft|lb|lbs|nm|yds|pts)\b)"
    r"(?-i:[bcdfghjklmnpqrstvwxz]{2,5})\b|(?:[a-z]*illions?|milliards?|lakhs?|crores?|mi[ol]|m)\b\.?| ?[×x] ?\d|[ -]?[kmb](?:eur|usd|gbp)\b|[ -]?(?:м[іи]ль|тысяч))",
    re.IGNORECASE,
)


def quantities(text: str) -> list[Quantity]:
    """Find all figures in `text`, in order, without overlap; time is linear in its length.

    Digits in a name (G7, F-16) and the pronoun "one" are not figures. The number of an article or
    a resolution is of kind `name`. Both ends of a range get the scale and the unit that one of
    them states.

    >>> [(q.kind, q.value) for q in quantities("a 15-year term for $1-1.9bn from 5 March 2014")]
    [('duration', 'P15Y'), ('money', '1000000000 USD'), ('money', '1900000000 USD'), ('date', '2014-03-05')]
    """
    if not _may_hold(text):
        return []
    plain = even_text(text)
    found = _shared(_found(plain.text), plain.text)
    if isinstance(plain.starts, range):  # nothing moved
        return found
    return [
        replace(q, start=span[0], end=span[1])
        for q in found
        for span in [plain.span(q.start, q.end)]
    ]


def quantities_of_even(text: str) -> list[Quantity]:
    """Find all figures in a text that `even_text` returned, as `quantities` does."""
    return _shared(_found(text), text) if _may_hold(text) else []


def _may_hold(text: str) -> bool:
    """Return whether a text may contain a figure; most sentences contain none."""
    low = text.lower()
    return not _FIGURE_WORDS.isdisjoint(_LETTERS.findall(low)) or _DIGIT.search(low) is not None


def _found(text: str) -> list[Quantity]:
    """Return the figures, each read without its neighbours.

    If the text has too many candidates, its rest is one `unclear` figure.
    """
    figures: list[Quantity] = []
    taken = bytearray(len(text))
    candidates, rest = _candidates(text)
    if rest < len(text):
        figures.append(Quantity(rest, rest + 1, "unclear", f"? {text[rest:]}"))
        taken[rest:] = b"\1" * (len(text) - rest)
    for number, starts in candidates:
        pattern, end = _compiled()[number], 0
        for start in starts:
            if start < end or taken[start]:
                continue
            if (match := pattern.source.match(text, start)) is None:
                continue
            end = match.end()
            if 1 in taken[start:end]:
                continue
            read = pattern.read(match)
            if read:
                taken[start:end] = b"\1" * (end - start)
                figures += read
    return sorted(figures, key=lambda figure: figure.start)


def _candidates(text: str) -> tuple[list[tuple[int, list[int]]], int]:
    """Return the patterns that may match, in order, with the offsets to try, and where these end.

    They end before the end of the text if more than `_MOST` tokens may begin a figure.
    """
    opened: list[tuple[int, frozenset[int]]] = []
    possible, rest = set(_signless()), len(text)
    for match in _TOKEN.finditer(text):
        if len(opened) >= _MOST:
            rest = match.start()
            break
        signs, opens = _patterns_with(match[0])
        if signs:
            possible |= signs
        if opens:
            opened.append((match.start(), opens))
    places = [(n, [start for start, opens in opened if n in opens]) for n in sorted(possible)]
    return places, rest


@lru_cache(maxsize=16_384)
def _patterns_with(token: str) -> tuple[frozenset[int], frozenset[int]]:
    """Return the patterns that have a token as a sign, and those that may begin with it."""
    low = token.lower()
    begins = low in BEGINNINGS or low.isdigit()
    opens = (n for n, p in enumerate(_compiled()) if begins and (not p.opens or low in p.opens))
    begun = low[:2] if low.isdigit() else low
    signs = (n for n, p in enumerate(_compiled()) if low in p.signs or begun in p.signs)
    return frozenset(signs), frozenset(opens)


@cache
def _signless() -> frozenset[int]:
    """Return the patterns without signs."""
    return frozenset(number for number, pattern in enumerate(_compiled()) if not pattern.signs)


@cache
def _compiled() -> tuple[Pattern, ...]:
    return tuple(patterns())


def joins_range(text: str, low: Quantity, high: Quantity) -> bool:
    """Return whether only `to`, `or`, a dash, or `and` after `between` separates two figures."""
    gap = text[low.end : high.start]
    if RANGE.fullmatch(gap):
        return True
    return (
        gap == " and " and _BETWEEN.search(text, max(0, low.start - _NEAR), low.start) is not None
    )


def _shared(figures: list[Quantity], text: str) -> list[Quantity]:
    """Return the figures; each end of a range gets the scale and the unit of the other one."""
    out = [_read(q, text) for q in figures]
    for at in range(len(out) - 2, -1, -1):  # backwards, for "20, 30 or 50 years"
        low, high = out[at], out[at + 1]
        if joins_range(text, low, high):
            out[at], out[at + 1] = _joined(low, high, text)
        elif _runs_on(low, high, text):
            out[at], out[at + 1] = _unclear(low, text), _unclear(high, text)
    return out


def _read(q: Quantity, text: str) -> Quantity:
    """Return the figure; an `unclear` one if an unknown scale follows."""
    if q.kind in ("count", "money") and q.scale == 1 and _UNREAD.match(text, q.end):
        return _unclear(q, text)
    return q


def _unclear(q: Quantity, text: str) -> Quantity:
    words = " ".join(text[q.start : q.end].lower().split())
    return replace(q, kind="unclear", value=f"? {words}", number=None, unit=None)


def _runs_on(low: Quantity, high: Quantity, text: str) -> bool:
    """Return whether two numbers in words follow each other directly: twenty twenty-six."""
    spelled = text[low.start].isalpha() and text[high.start].isalpha()
    return spelled and low.kind == "count" and text[low.end : high.start] in (" ", "-")


def _joined(low: Quantity, high: Quantity, text: str) -> tuple[Quantity, Quantity]:
    if low.kind == high.kind == "date" and low.value.startswith("--"):
        return _dated(low, high), high
    if low.number is None or high.number is None or "unclear" in (low.kind, high.kind):
        return (_unclear(low, text), high) if high.kind == "unclear" else (low, high)
    number = low.number
    alike = "count" in (low.kind, high.kind) or low.kind == high.kind
    if low.scale == 1 and high.scale > 1 and alike and low.kind != "duration":
        if number * high.scale >= high.number:
            return (low, high) if high.number > number >= _SMALL else (_unclear(low, text), high)
        number *= high.scale
    elif high.scale == 1 and low.scale == 1 and _leaves_out_thousands(low, high):
        return _unclear(low, text), high
    if low.kind == "count" and high.kind not in ("name", "year", "ordinal", "date"):
        if high.kind == "duration":
            value = high.value.replace(canonical(high.number), canonical(number))
            return replace(low, kind="duration", value=value, number=number, unit=high.unit), high
        low = replace(low, kind=high.kind, unit=high.unit)
    elif high.kind == "count" and low.kind in ("money", "percent", "distance"):
        high = valued(replace(high, kind=low.kind, unit=low.unit))
    if low.kind == "duration":
        return low, high
    return valued(replace(low, number=number)), high


def _leaves_out_thousands(low: Quantity, high: Quantity) -> bool:
    """Return whether `10 to 15,000` may mean 10,000 to 15,000."""
    if low.number is None or high.number is None or low.kind not in ("count", "money"):
        return False
    whole = high.number % _SMALL == 0 and low.number % 1 == 0
    return whole and 0 < low.number < high.number / _SMALL


def _dated(low: Quantity, high: Quantity) -> Quantity:
    """Add the year to `Feb. 28` in `Feb. 28 to March 2, 2027`."""
    year, month = high.value[:4], low.value[2:4]
    if not year.isdigit():
        return low
    turned = month > high.value[5:7]
    return replace(low, value=f"{int(year) - turned:04d}{low.value[1:]}")
