"""Parquet files, a few rows at a time."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

from guarantee_summarizer.corpus.extras import load
from guarantee_summarizer.corpus.outcomes import Failure
from guarantee_summarizer.corpus.rows import FIELDS, Read, article_of, columns_of
from guarantee_summarizer.errors import ArticleError

__all__ = ["parquet_rows"]

_BATCH = 64  # rows held at once
_BUFFER = 2**20  # bytes read at once; without it a whole row group would be


def parquet_rows(path: Path, text_column: str) -> Iterator[Read]:
    """The articles of a Parquet file; only the columns that an article has are read.

    Raises:
        ArticleError: it is no Parquet file, or there is no column for the text.
        ConfigurationError: pyarrow is not installed.
    """
    pyarrow = load("parquet")
    try:
        with pyarrow.parquet.ParquetFile(path, pre_buffer=False, buffer_size=_BUFFER) as file:
            yield from _articles(file, path, text_column)
    except pyarrow.ArrowException as error:
        reason = " ".join(str(error).split())
        raise ArticleError(f"{path}: is not valid Parquet ({reason})") from error


def _articles(file: Any, path: Path, text_column: str) -> Iterator[Read]:
    header = file.schema_arrow.names
    text = text_column.lower()
    names = dict(zip(header, columns_of(header, str(path), text), strict=False))
    kept = {column: name for column, name in names.items() if name in {*FIELDS, text}}
    number = 0
    for batch in file.iter_batches(_BATCH, columns=list(kept), use_threads=False):
        columns = {kept[column]: _plain(batch[column]) for column in kept}
        for row in range(batch.num_rows):
            number += 1
            place = f"{path}, row {number}"
            try:
                yield article_of(_record(columns, row, place), place, text)
            except ArticleError as error:
                yield Failure(place, error)


def _plain(column: Any) -> Any:
    """The column with times in microseconds: finer ones have no counterpart in `datetime`."""
    pyarrow = load("parquet")
    if not pyarrow.types.is_timestamp(column.type):
        return column
    return column.cast(pyarrow.timestamp("us", column.type.tz), safe=False)


def _record(columns: dict[str, Any], row: int, place: str) -> dict[str, Any]:
    try:
        return {name: column[row].as_py() for name, column in columns.items()}
    except (ValueError, OverflowError) as error:
        raise ArticleError(f"{place}: cannot be read ({error})") from error
