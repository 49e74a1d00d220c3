"""One figure, and the forms that it is looked for in."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass, replace
from decimal import Decimal
from typing import Literal

from guarantee_summarizer.normalize.numbers import canonical

__all__ = ["END", "START", "Kind", "Pattern", "Quantity", "compiled", "value_of", "valued"]

Kind = Literal[
    "duration", "money", "percent", "distance", "measure", "count", "ordinal", "year", "date",
    "name", "unclear",
]  # fmt: skip


@dataclass(frozen=True, slots=True)
class Quantity:
    """Hold one figure: `text[start:end]`, its kind, and `value`, equal for all spellings of it.

    `value` is ISO 8601 for durations (`P15Y`) and dates (`2014-03-05`, `--03-05` without a year,
    `weekday-2`), else a plain number with its unit (`1900000000 USD`, `26 %`, `1340 km`). The
    number of an article, a resolution, a phase is of kind `name` (`article 5`); a figure that
    cannot be read for certain is `unclear`. `scale` is what the written number was multiplied by.
    """

    start: int
    end: int
    kind: Kind
    value: str
    number: Decimal | None = None
    unit: str | None = None
    scale: int = 1


@dataclass(frozen=True, slots=True)
class Pattern:
    """A form: signs of which one stands in every text that it matches, and how to read it.

    A sign is a word in small letters, a character that is neither letter nor digit, or the first
    two digits of a year. `opens` are the words that it may begin with, in small letters; empty if these are many.
    """

    signs: tuple[str, ...]
    source: re.Pattern[str]
    read: Callable[[re.Match[str]], list[Quantity]]
    opens: frozenset[str] = frozenset()


START = r"(?<![\w.,/])(?<!\D-)(?<!\d:)"
"""What a figure in digits never stands behind: digits glued to a letter (G7, F-16) are a name's."""
END = r"(?![\w%]|[.,:]\d|/\d)"
"""What a figure without a unit never stands in front of."""


def compiled(source: str) -> re.Pattern[str]:
    """Return a pattern in which capitals do not matter."""
    return re.compile(source, re.IGNORECASE)


def valued(q: Quantity) -> Quantity:
    """Return the figure with the value that its number and unit make."""
    if q.number is None:
        return q
    return replace(q, value=value_of(q.number, q.unit))


def value_of(number: Decimal, unit: str | None) -> str:
    """Return the value that a number and its unit make."""
    return f"{canonical(number)} {unit}" if unit else canonical(number)
