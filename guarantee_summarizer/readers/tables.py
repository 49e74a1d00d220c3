"""Read tables (CSV and its like) as articles, row by row, in bounded memory."""

from __future__ import annotations

import csv
from collections.abc import Iterator
from functools import partial
from typing import Any, TextIO

from guarantee_summarizer.errors import ArticleError
from guarantee_summarizer.fields import told_apart
from guarantee_summarizer.readers.inputs import lines_of
from guarantee_summarizer.readers.json_values import LONGEST
from guarantee_summarizer.readers.kinds import delimiter_of
from guarantee_summarizer.readers.records import (
    Read,
    article_or_failure,
    text_column_of,
)

__all__ = ["separated_values"]

_WIDEST = LONGEST // 2  # characters of a cell; a cell in a line that was cut off is longer


def separated_values(file: TextIO, name: str, text_column: str) -> Iterator[Read]:
    """Read rows below a line of column names, separated by comma, semicolon, tab or bar.

    A first line `sep=;`, as Excel writes it, sets the separator. A row with more or fewer cells
    than columns is a failure: otherwise a text without quotes would be cut off at its first comma.

    Raises:
        ArticleError: there is no column for the text.
    """
    first, lines = lines_of(file, name)
    mark = first.strip().strip("\"'").lower()
    delimiter, skipped = delimiter_of(first), 0
    if mark.startswith("sep=") and len(mark) <= len("sep=x"):
        delimiter = mark[4:] or "\t"
        for skipped, line in enumerate(lines, 1):  # noqa: B007  (the count is used below)
            if line.strip():
                break
    # The limit is shared by the whole process, so it is only raised.
    csv.field_size_limit(max(csv.field_size_limit(), _WIDEST))
    bounded = _Bounded(lines, delimiter)
    rows = _rows(csv.reader(bounded, delimiter=delimiter, strict=True), name, skipped, bounded)
    _, header = next(rows, (name, ArticleError(f"{name}: is empty; begin with the column names")))
    if isinstance(header, ArticleError):
        raise header
    named = (column.strip() for column in header)
    columns = told_apart(name or f"column {n}" for n, name in enumerate(named, 1))
    text = text_column_of(columns, name, text_column)
    for place, cells in rows:
        yield article_or_failure(place, text, partial(_record, columns, cells, place))


_CELLS = 1_000_000  # of a row
_LINES = 200_000


class _Bounded:
    """Iterates over lines, up to the limits of one row."""

    def __init__(self, lines: Iterator[str], delimiter: str) -> None:
        self._lines, self._delimiter = lines, delimiter
        self._size = self._cells = self._count = 0

    def begin(self) -> None:
        """Begin a row."""
        self._size = self._cells = self._count = 0

    def __iter__(self) -> Iterator[str]:
        return self

    def __next__(self) -> str:
        line = next(self._lines)
        self._size += len(line)
        self._count += 1
        self._cells += line.count(self._delimiter)
        if self._size > LONGEST or self._cells > _CELLS or self._count > _LINES:
            raise ArticleError("has more text or more cells than fit into memory")
        return line


def _rows(
    reader: Any, name: str, skipped: int, bounded: _Bounded
) -> Iterator[tuple[str, list[str] | ArticleError]]:
    """Yield the position and the cells of each row, or an error; blank rows are skipped.

    Raises:
        ArticleError: a row is too long to find its end.
    """
    while True:
        bounded.begin()
        start = reader.line_num + 1 + skipped
        place = f"{name}, line {start}"
        try:
            cells = next(reader)
        except StopIteration:
            return
        except ArticleError as error:
            hint = "the rest was not read; split it, or fix its quotes"
            raise ArticleError(f"{place}: {error}; {hint}") from error
        except csv.Error as error:
            last = reader.line_num + skipped
            reach = f" down to line {last:,}" if last > start else ""
            yield place, ArticleError(f"{place}: is not valid CSV{reach} ({error})")
            continue
        if cells:
            yield place, cells


def _record(columns: list[str], cells: list[str] | ArticleError, place: str) -> dict[str, str]:
    if isinstance(cells, ArticleError):
        raise cells
    if len(cells) < len(columns) or any(cells[len(columns) :]):
        raise ArticleError(
            f"{place}: has {len(cells)} cells under {len(columns)} columns; "
            "put quotes around texts with commas, quotes or line ends"
        )
    return dict(zip(columns, cells, strict=False))
