"""Define the columns of tables, and their types in pandas and Arrow."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, Literal, TypeAlias, get_args

from guarantee_summarizer.errors import load_extra

if TYPE_CHECKING:
    import pandas as pd

__all__ = [
    "Columns",
    "Kind",
    "Layout",
    "Row",
    "Tables",
    "cell",
    "columns",
    "frames_of",
    "held",
    "stacked",
]

Kind = Literal["text", "day", "whole", "number", "truth", "texts", "wholes"]
"""The type of a column: `day` is a `datetime.date`; `texts` and `wholes` are lists."""
Columns: TypeAlias = Mapping[str, Kind]
Layout: TypeAlias = Mapping[str, Columns]
"""The columns of each table, in order."""
Row: TypeAlias = dict[str, Any]
Tables: TypeAlias = Mapping[str, list[Row]]

_KINDS: dict[str, Kind] = {kind: kind for kind in get_args(Kind)}
_DTYPES: dict[Kind, str] = {
    "text": "string",
    "day": "datetime64[s]",
    "whole": "Int64",
    "number": "Float64",
    "truth": "boolean",
    "texts": "object",
    "wholes": "object",
}
_SURROGATE = re.compile(r"[\ud800-\udfff]")
_WIDEST = 2**63


def columns(names: str) -> dict[str, Kind]:
    """Return columns by name; the kind follows a colon, default `text`.

    >>> columns("name rank:whole")
    {'name': 'text', 'rank': 'whole'}
    """
    pairs = (name.partition(":") for name in names.split())
    return {name: _KINDS[kind or "text"] for name, _, kind in pairs}


def cell(value: Any) -> Any:
    """Return the value of a field in a row: a list for a tuple, None for an empty text."""
    return list(value) if isinstance(value, tuple) else None if value == "" else value


def held(value: Any) -> Any:
    r"""Return a value that typed columns can store.

    A lone surrogate is escaped (`\ud800`); a whole number of more than 64 bits becomes missing.
    """
    if isinstance(value, str):
        return _SURROGATE.sub(lambda m: ascii(m[0])[1:-1], value)
    if isinstance(value, list):
        return [held(item) for item in value]
    if isinstance(value, int) and not -_WIDEST <= value < _WIDEST:
        return None
    return value


def frames_of(tables: Tables, layout: Layout) -> dict[str, pd.DataFrame]:
    """Return tables as pandas data frames; `layout` has the columns of each table.

    Raises:
        ConfigurationError: pandas is not installed (extra `tables`).
    """
    pandas = load_extra("pandas", extra="tables")
    return {
        name: pandas.DataFrame(
            {
                column: pandas.Series([held(row.get(column)) for row in rows], dtype=_DTYPES[kind])
                for column, kind in layout[name].items()
            }
        )
        for name, rows in tables.items()
    }


def stacked(layout: Layout) -> Columns:
    """Return the columns of all tables as one table, after a column with the table's name.

    Raises:
        ValueError: two tables have a column of the same name with different types.
    """
    union: dict[str, Kind] = {"table": "text"}
    for name, its_columns in layout.items():
        for column, kind in its_columns.items():
            if union.setdefault(column, kind) != kind:
                raise ValueError(f"{name}.{column} is {kind}, and {union[column]} elsewhere")
    return union
