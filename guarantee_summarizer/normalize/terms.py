"""Normalize the words of a term, and read figures in running text with their bounds."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal

from guarantee_summarizer.normalize.bounds import Bound, bound_after, bound_before
from guarantee_summarizer.normalize.dates import resolve_date
from guarantee_summarizer.normalize.quantities import (
    Quantity,
    joins_range,
    quantities,
    quantities_of_even,
)
from guarantee_summarizer.plain import MappedText, even_text

__all__ = ["Amount", "Figure", "TermValue", "amounts", "figures", "normalize_term", "read_term"]

_KINDS = {
    "duration": ("duration",),
    "force_size": ("count",),
    "count": ("count", "ordinal"),
    "money": ("money", "count"),
    "share": ("percent", "count"),
    "distance": ("distance", "measure", "count"),
    "deadline": ("duration",),
}
_NEVER = ("name", "year")
_UNITS = {"Y": "year", "M": "month", "W": "week", "D": "day", "H": "hour"}
_A_SPAN = re.compile(
    r"(?<![\w-])(?:an?|one full|a full) (year|month|week|day|hour)(?![\w-])(?! ago)", re.IGNORECASE
)
_OFTEN = re.compile(r"\b(?:times?|once|twice|every|per) (?:an? )?$", re.IGNORECASE)
_LISTED = re.compile(r",? and |, ")
_LARGEST = Decimal(10) ** 15


@dataclass(frozen=True, slots=True)
class Amount:
    """Describe a figure or a range with its bound; `text[start:end]` includes the bound's words."""

    low: Quantity
    high: Quantity
    bound: Bound
    start: int
    end: int
    sure: bool = True

    @property
    def value(self) -> str:
        """Return the normalized value with its bound, `low/high` for a range."""
        both = self.low.value if self.low is self.high else f"{self.low.value}/{self.high.value}"
        return f"{self.bound}{both}"

    @property
    def unit(self) -> str | None:
        """Return the unit: a word, a currency code or a sign; None for a count."""
        if self.high.kind != "duration":
            return self.high.unit
        minutes = self.high.value.startswith("PT") and self.high.unit == "M"
        return "minute" if minutes else _UNITS.get(self.high.unit or "")


@dataclass(frozen=True, slots=True)
class TermValue:
    """Describe the normalized value of a term; if it is one figure or range, also its parts."""

    normalized: str
    bound: str | None = None
    low: float | None = None
    high: float | None = None
    unit: str | None = None


def read_term(what: str, value: str, published: date | None = None) -> TermValue | None:
    """Return the value of a term, or None if its words give no certain value.

    Args:
        what: the kind of term, as in the schema.
        value: the words of the text.
        published: the day of publication, from which relative dates count.

    >>> read_term("money", "up to €90-100bn")
    TermValue(normalized='<=90000000000 EUR/100000000000 EUR', bound='<=', low=90000000000, high=100000000000, unit='EUR')
    """
    if what in ("deadline", "date"):
        day = resolve_date(value, published, past=False if what == "deadline" else None)
        if day or what == "date":
            return TermValue(day) if day else None
    found = amounts(value)
    if within := _between_bounds(what, found):
        return within if within.normalized else None
    amount = _chosen(what, value, found)
    if amount is None or not amount.sure or amount.bound == "?":
        return None
    return TermValue(
        amount.value, amount.bound or None, _plain(amount.low), _plain(amount.high), amount.unit
    )


def normalize_term(what: str, value: str, published: date | None = None) -> str | None:
    """Return the normalized value of a term, or None if its words give no certain value.

    Args:
        what: the kind of term, as in the schema.
        value: the words of the text.
        published: the day of publication, from which relative dates count.

    Returns:
        ISO 8601-1:2019 for durations (`P15Y`), EDTF (ISO 8601-2:2019) for dates, else a plain
        number with its unit; `low/high` for a range. Prefixes are `<`, `>`, `<=`, `>=`, `~`.

    >>> normalize_term("duration", "a 15-year term"), normalize_term("force_size", "up to 30,000")
    ('P15Y', '<=30000')
    """
    term = read_term(what, value, published)
    return term.normalized if term else None


def _plain(quantity: Quantity) -> int | float | None:
    """Return the number as int or float; None if it is 10¹⁵ or more."""
    number = quantity.number
    if number is None or abs(number) >= _LARGEST:
        return None
    return float(number) if number % 1 else int(number)


def _between_bounds(what: str, found: list[Amount]) -> TermValue | None:
    """Read a range with two bounds: `no fewer than 10,000 but no more than 15,000`.

    The value is empty if the bounds do not form a range; None if there are not two bounds.
    """
    kinds = _KINDS.get(what, ())
    bounded = [a for a in found if a.bound not in ("", "~") and a.high.kind in kinds]
    if len(bounded) != 2 or bounded[0].high.kind != bounded[1].high.kind:  # noqa: PLR2004
        return None
    low, high = sorted(bounded, key=lambda a: _size(a.high))
    if (low.bound, high.bound) != (">=", "<=") or low.low is not low.high:
        return TermValue("")
    ends = f"{low.high.value}/{high.high.value}"
    return TermValue(ends, None, _plain(low.high), _plain(high.high), high.unit)


def _chosen(what: str, value: str, found: list[Amount]) -> Amount | None:
    kinds = _KINDS.get(what)
    fitting = [
        a for a in found if a.high.kind in (kinds or (a.high.kind,)) and a.high.kind not in _NEVER
    ]
    unclear = [a for a in found if a.high.kind == "unclear"]
    if unclear and (not fitting or unclear[0].start < fitting[0].start):
        return None
    if not fitting and what in ("duration", "deadline"):
        return _a_span(value)
    first = next((a for kind in kinds or () for a in fitting if a.high.kind == kind), None)
    first = first or (fitting[0] if fitting else None)
    return first if first and first.high.number is not None else None


def _a_span(value: str) -> Amount | None:
    """Read `a year` in a term that is a duration or a deadline."""
    match = _A_SPAN.search(value)
    if match is None or _OFTEN.search(value[: match.start()]):
        return None
    (one,) = quantities(f"1 {match[1]}")
    bound, start = bound_before(value, match.start())
    bound, end = (bound, match.end()) if bound else bound_after(value, match.end())
    return Amount(one, one, bound, start, end)


@dataclass(frozen=True, slots=True)
class Figure:
    """Describe a figure in running text with its bound: `<`, `>`, `<=`, `>=`, `~`, `?`, or empty.

    `place` is `low` or `high` for the ends of a range, else empty.
    """

    quantity: Quantity
    bound: Bound
    place: str = ""


def figures(text: str) -> list[Figure]:
    """Return the figures in a text with their bounds, in order; each end of a range has its bound.

    >>> [(f.bound, f.quantity.value) for f in figures("up to 5,000 soldiers for 15 years or more")]
    [('<=', '5000'), ('>=', 'P15Y')]
    """
    return list(_ends(amounts(text)))


def _ends(found: list[Amount]) -> Iterator[Figure]:
    for amount in found:
        if amount.low is amount.high:
            yield Figure(amount.high, amount.bound)
        else:
            yield Figure(amount.low, amount.bound, "low")
            yield Figure(amount.high, amount.bound, "high")


def amounts(text: str) -> list[Amount]:
    """Return the figures and ranges in a text with their bounds, in order.

    >>> [a.value for a in amounts("between 15,000 and 30,000 men, at least 10-15 km away")]
    ['15000/30000', '>=10 km/15 km']
    """
    plain = even_text(text)
    if isinstance(plain.starts, range):
        return _amounts(plain.text, quantities_of_even(plain.text))
    return [_moved(a, plain) for a in _amounts(plain.text, quantities(plain.text))]


def _amounts(text: str, found: list[Quantity]) -> list[Amount]:
    """Join the figures found in an evened text to ranges, and add the bounds."""
    at, read = 0, list[Amount]()
    while at < len(found):
        low = high = found[at]
        if at + 1 < len(found) and _is_range(text, low, found[at + 1]):
            at += 1
            high = found[at]
        at += 1
        bound, start, end = _bound(text, low, high)
        sure = low.kind != "unclear" and not _is_listed(text, read[-1] if read else None, low, high)
        read.append(Amount(low, high, bound, start, end, sure=sure))
    return read


def _moved(amount: Amount, plain: MappedText) -> Amount:
    """Return the amount with offsets into the original text."""

    def moved(q: Quantity) -> Quantity:
        start, end = plain.span(q.start, q.end)
        return replace(q, start=start, end=end)

    low = moved(amount.low)
    high = low if amount.low is amount.high else moved(amount.high)
    start, end = plain.span(amount.start, amount.end)
    return replace(amount, low=low, high=high, start=start, end=end)


def _bound(text: str, low: Quantity, high: Quantity) -> tuple[Bound, int, int]:
    """Return the bound of a figure, and the span of both; dates and names have no bound."""
    if low.kind in ("year", "date", "name", "ordinal"):  # "under the 1982 protocol"
        return "", low.start, high.end
    bound, start = bound_before(text, low.start, span=low.kind == "duration")
    if bound:
        return bound, start, high.end
    bound, end = bound_after(text, high.end)
    return bound, low.start, end


def _is_range(text: str, low: Quantity, high: Quantity) -> bool:
    if high.kind not in ("count", "money", "percent", "distance", "measure", "duration", "unclear"):
        return False
    if not joins_range(text, low, high):
        return False
    if "unclear" in (low.kind, high.kind):
        return True
    return low.kind == high.kind and _size(low) < _size(high)


_DAYS = {
    "Y": Decimal(365), "M": Decimal(30), "W": Decimal(7), "D": Decimal(1), "H": Decimal(1) / 24
}  # fmt: skip


def _size(quantity: Quantity) -> Decimal:
    number = quantity.number or Decimal(0)
    if quantity.kind != "duration" or (quantity.value.startswith("PT") and quantity.unit == "M"):
        return number
    return number * _DAYS[quantity.unit or "D"]


def _is_listed(text: str, before: Amount | None, low: Quantity, high: Quantity) -> bool:
    """Return whether a range is the end of a list: `20, 30 or 50 years`."""
    if before is None or low is high or before.high.kind not in (low.kind, "count"):
        return False
    return _LISTED.fullmatch(text[before.high.end : low.start]) is not None
