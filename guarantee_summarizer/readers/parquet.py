"""Read Parquet files as articles, in bounded memory however large their decompressed pages are."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from functools import partial
from pathlib import Path
from typing import Any

from guarantee_summarizer.errors import ArticleError, load_extra
from guarantee_summarizer.fields import FIELDS, told_apart
from guarantee_summarizer.readers.parquet_pages import pages_of
from guarantee_summarizer.readers.records import Read, article_or_failure, reason_of, text_column_of

__all__ = ["parquet_rows"]

_BATCH = 64  # rows in memory at once
_BUFFER = 2**20  # bytes read at once, instead of a whole row group
_COLUMNS = 1_000
_LISTED = 5_000_000  # values of a list column in one row group; one row may have them all
_UNFOLDED = 128 * 2**20  # bytes of the largest pages of all columns, which are in memory together
_THRIFT = {"thrift_string_size_limit": 10_000_000, "thrift_container_size_limit": 500_000}
_LONG = 20_000  # values of a list that are kept in an article's metadata


def parquet_rows(path: Path, text_column: str) -> Iterator[Read]:
    """Read the articles of a Parquet file; binary columns other than article fields are left out.

    Raises:
        ArticleError: it is not a Parquet file, it has no column for the text, or a row group
            would take too much memory.
        ConfigurationError: pyarrow is not installed.
    """
    parquet = load_extra("pyarrow.parquet", extra="parquet")
    pyarrow = load_extra("pyarrow", extra="parquet")
    how = {"pre_buffer": False, "buffer_size": _BUFFER, **_THRIFT}
    try:
        with parquet.ParquetFile(path, **how) as file:
            text, kept, leaves = _columns(file, path, text_column)
        # As dictionaries, repeated texts are in memory once.
        with parquet.ParquetFile(path, read_dictionary=leaves, **how) as file:
            yield from _articles(file, path, text, kept)
    except (pyarrow.ArrowException, KeyError, IndexError, EOFError) as error:
        raise ArticleError(f"{path}: is not valid Parquet ({reason_of(error)})") from error


def _columns(file: Any, path: Path, text_column: str) -> tuple[str, list[str], list[str]]:
    """Return the text column, the columns to read, and the positions of all string columns."""
    types = load_extra("pyarrow", extra="parquet").types
    schema = file.schema_arrow
    if len(schema.names) > _COLUMNS:
        raise ArticleError(f"{path}: has {len(schema.names):,} columns, at most {_COLUMNS:,} are read")  # fmt: skip
    text = text_column_of(schema.names, str(path), text_column)
    usual = {text, *(name for name in schema.names if name.strip().lower() in FIELDS)}
    kept = [c.name for c in schema if c.name in usual or not _holds_bytes(types, c.type)]
    leaves = [file.schema.column(number) for number in range(len(file.schema))]
    texts = [leaf.path for leaf in leaves if leaf.physical_type == "BYTE_ARRAY"]
    twice = {name for name, count in Counter(schema.names).items() if count > 1}
    single = [place for place in texts if place.split(".")[0] not in twice]
    return text, [*dict.fromkeys(kept)], single


def _holds_bytes(types: Any, kind: Any) -> bool:
    """Whether a column has binary values, such as pictures, or lists or objects of them."""
    bytes_of = (types.is_binary, types.is_large_binary, types.is_binary_view)
    if any(is_kind(kind) for is_kind in (*bytes_of, types.is_fixed_size_binary)):
        return True
    if types.is_dictionary(kind):
        return _holds_bytes(types, kind.value_type)
    return any(_holds_bytes(types, kind.field(n).type) for n in range(kind.num_fields))


def _articles(file: Any, path: Path, text: str, kept: list[str]) -> Iterator[Read]:
    number = 0
    for group in range(file.num_row_groups):
        _check_group(file, group, path, kept)
        for batch in file.iter_batches(_BATCH, row_groups=[group], columns=kept, use_threads=False):
            names = told_apart(batch.schema.names)
            columns = dict(zip(names, map(_plain_column, batch.columns), strict=True))
            for row in range(batch.num_rows):
                number += 1
                place = f"{path}, row {number}"
                record = partial(_record, columns, row, place, text)
                yield article_or_failure(place, text, record)


def _check_group(file: Any, group: int, path: Path, kept: list[str]) -> None:
    """Raise if a row group would take too much memory, whatever its footer claims."""
    described, unfolded = file.metadata.row_group(group), 0
    with path.open("rb") as raw:
        for number in range(described.num_columns):
            chunk = described.column(number)
            if chunk.path_in_schema.split(".")[0] not in kept:
                continue
            pages = [*pages_of(raw, chunk)]
            unfolded += max((page.unfolded for page in pages), default=0)
            values = sum(page.values for page in pages)
            listed = file.schema.column(number).max_repetition_level > 0
            if unfolded > _UNFOLDED or (listed and values > _LISTED):
                raise ArticleError(
                    f"{path}: row group {group + 1} takes too much memory once decompressed; "
                    "write it with pages of 1 MB, as is usual"
                )


def _plain_column(column: Any) -> Any:
    """Convert the times of a column to microseconds, the resolution of `datetime`."""
    pyarrow = load_extra("pyarrow", extra="parquet")
    if not pyarrow.types.is_timestamp(column.type):
        return column
    return column.cast(pyarrow.timestamp("us", column.type.tz), safe=False)


def _record(columns: Mapping[str, Any], row: int, place: str, text: str) -> dict[str, Any]:
    record: dict[str, Any] = {}
    for name, column in columns.items():
        try:
            value = column[row]
            long = name != text and hasattr(value, "__len__") and len(value) > _LONG
            record[name] = f"({len(value):,} values, left out)" if long else _plain(value.as_py())
        except (ValueError, OverflowError, TypeError) as error:
            if name == text:
                raise ArticleError(f"{place}: cannot be read ({error})") from error
            record[name] = f"(cannot be read: {error})"
    return record


def _plain(value: Any) -> Any:
    """Return the value, decoded if it is bytes: some writers do not mark strings as such."""
    return value.decode("utf-8", "surrogateescape") if isinstance(value, bytes) else value
