"""Read tables (CSV and its like, Parquet) as articles, row by row, in bounded memory."""

from __future__ import annotations

import csv
from collections.abc import Iterable, Iterator, Mapping
from functools import partial
from pathlib import Path
from typing import Any, TextIO

from guarantee_summarizer.errors import ArticleError, load_extra
from guarantee_summarizer.fields import FIELDS, told_apart
from guarantee_summarizer.readers.inputs import lines_of
from guarantee_summarizer.readers.json_values import LONGEST
from guarantee_summarizer.readers.kinds import delimiter_of
from guarantee_summarizer.readers.records import (
    Read,
    article_or_failure,
    reason_of,
    text_field,
)

__all__ = ["parquet_rows", "separated_values"]

_WIDEST = LONGEST // 2  # characters of a cell; one in a line that was cut off is wider


def separated_values(file: TextIO, name: str, text_column: str) -> Iterator[Read]:
    """Read rows below a line of column names; comma, semicolon, tab or bar part the cells.

    A first line `sep=;`, as Excel writes it, says which. A row with more or fewer cells than there
    are columns is unreadable: a text that lost its quotes would otherwise come out cut off at its
    first comma.

    Raises:
        ArticleError: there is no column for the text.
    """
    first, lines = lines_of(file)
    told = first.strip().strip("\"'").lower()
    delimiter, skipped = delimiter_of(first), 0
    if told.startswith("sep=") and len(told) <= len("sep=x"):
        delimiter = told[4:] or "\t"
        for skipped, line in enumerate(lines, 1):  # noqa: B007  (the count is used below)
            if line.strip():
                break
    # The limit holds for the whole process; it is only ever raised.
    csv.field_size_limit(max(csv.field_size_limit(), _WIDEST))
    rows = _rows(csv.reader(lines, delimiter=delimiter, strict=True), name, skipped)
    _, header = next(rows, (name, ArticleError(f"{name}: is empty; begin with the column names")))
    if isinstance(header, ArticleError):
        raise header
    named = (column.strip() for column in header)
    columns = told_apart(name or f"column {n}" for n, name in enumerate(named, 1))
    text = _text_column(columns, name, text_column)
    for place, cells in rows:
        yield article_or_failure(place, text, partial(_record, columns, cells, place))


def _text_column(columns: Iterable[str], name: str, text_column: str) -> str:
    """The column with the article, as it is spelled.

    Raises:
        ArticleError: none of them is; the message names those there are.
    """
    columns = [*columns]
    found = text_field(columns, text_column)
    if found is None:
        known = ", ".join(map(repr, columns[:20]))
        raise ArticleError(
            f"{name}: has no column {text_column!r} with the text; it has {known}; "
            "name the right one with text_column (--text-column of summarize and batch)"
        )
    return found


def _rows(reader: Any, name: str, skipped: int) -> Iterator[tuple[str, list[str] | ArticleError]]:
    """The place and the cells of each row, or what is wrong with it; blank rows are skipped."""
    while True:
        start = reader.line_num + 1 + skipped
        place = f"{name}, line {start}"
        try:
            cells = next(reader)
        except StopIteration:
            return
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


_BATCH = 64  # rows held at once
_BUFFER = 2**20  # bytes read at once; without it a whole row group would be


def parquet_rows(path: Path, text_column: str) -> Iterator[Read]:
    """Read the articles of a Parquet file; columns of bytes are left out but those of an article.

    Raises:
        ArticleError: it is no Parquet file, or there is no column for the text.
        ConfigurationError: pyarrow is not installed.
    """
    load_extra("pyarrow.parquet", extra="parquet")
    pyarrow = load_extra("pyarrow", extra="parquet")
    try:
        with pyarrow.parquet.ParquetFile(path, pre_buffer=False, buffer_size=_BUFFER) as file:
            yield from _parquet_articles(file, path, text_column)
    except pyarrow.ArrowException as error:
        raise ArticleError(f"{path}: is not valid Parquet ({reason_of(error)})") from error


def _parquet_articles(file: Any, path: Path, text_column: str) -> Iterator[Read]:
    text = _text_column(file.schema_arrow.names, str(path), text_column)
    usual = {text, *(name for name in file.schema_arrow.names if name.strip().lower() in FIELDS)}
    kept = {
        column.name
        for column in file.schema_arrow
        if column.name in usual or not _holds_bytes(column.type)
    }
    number = 0
    for batch in file.iter_batches(_BATCH, columns=sorted(kept), use_threads=False):
        names = told_apart(batch.schema.names)
        columns = dict(zip(names, map(_plain_column, batch.columns), strict=True))
        for row in range(batch.num_rows):
            number += 1
            place = f"{path}, row {number}"
            record = partial(_parquet_record, columns, row, place, text)
            yield article_or_failure(place, text, record)


def _holds_bytes(kind: Any) -> bool:
    """Whether a column is of bytes, as pictures are, or of lists or objects with bytes."""
    types = load_extra("pyarrow", extra="parquet").types
    binary = (types.is_binary, types.is_large_binary, types.is_fixed_size_binary)
    if any(is_one(kind) for is_one in (*binary, types.is_binary_view)):
        return True
    if types.is_dictionary(kind):
        return _holds_bytes(kind.value_type)
    return any(_holds_bytes(kind.field(n).type) for n in range(kind.num_fields))


def _plain_column(column: Any) -> Any:
    """Give a column times in microseconds: `datetime` holds no finer ones."""
    pyarrow = load_extra("pyarrow", extra="parquet")
    if not pyarrow.types.is_timestamp(column.type):
        return column
    return column.cast(pyarrow.timestamp("us", column.type.tz), safe=False)


def _parquet_record(columns: Mapping[str, Any], row: int, place: str, text: str) -> dict[str, Any]:
    record: dict[str, Any] = {}
    for name, column in columns.items():
        try:
            value = column[row].as_py()
            # Some programs do not mark texts as such.
            record[name] = _as_text(value) if isinstance(value, bytes) else value
        except (ValueError, OverflowError) as error:
            if name == text:
                raise ArticleError(f"{place}: cannot be read ({error})") from error
            record[name] = f"(cannot be read: {error})"
    return record


def _as_text(value: bytes) -> str:
    return value.decode("utf-8", "surrogateescape")
