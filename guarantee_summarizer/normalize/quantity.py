"""Define the type of a figure, and the type of the patterns that find figures."""

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
    """Describe one figure: `text[start:end]`, its kind, and `value`, equal for all its spellings.

    `value` is ISO 8601 for durations (`P15Y`) and dates (`2014-03-05`, `--03-05` without a year,
    `weekday-2`), else a plain number with its unit (`1900000000 USD`, `26 %`, `1340 km`). The
    number of an article, a resolution or a phase is of kind `name` (`article 5`); an ambiguous
    figure is of kind `unclear`. `number` includes the factor `scale` of a word such as "million".
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
    """Describe a form of figures: its pattern `source`, and `read`, which reads a match.

    Every text that `source` matches contains one of `signs`: a word in lower case, a character
    that is neither letter nor digit, or the first two digits of a year. `opens` are the words in
    lower case that may begin a match; empty if there are many.
    """

    signs: tuple[str, ...]
    source: re.Pattern[str]
    read: Callable[[re.Match[str]], list[Quantity]]
    opens: frozenset[str] = frozenset()


START = r"(?<![\w.,/])(?<!\D-)(?<!\d:)"
"""No figure in digits begins after these: digits joined to a letter belong to a name (G7, F-16)."""
END = r"(?![\w%]|[.,:]\d|/\d)"
"""No figure without a unit ends before these."""


def compiled(source: str) -> re.Pattern[str]:
    """Compile a case-insensitive pattern."""
    return re.compile(source, re.IGNORECASE)


def valued(q: Quantity) -> Quantity:
    """Return the figure with `value` computed from its number and unit."""
    if q.number is None:
        return q
    return replace(q, value=value_of(q.number, q.unit))


def value_of(number: Decimal, unit: str | None) -> str:
    """Return the normalized value of a number with its unit."""
    return f"{canonical(number)} {unit}" if unit else canonical(number)
