"""Read Parquet files as articles, in bounded memory however large their decompressed pages are."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from functools import partial
from pathlib import Path
from typing import Any

from guarantee_summarizer.article import MAX_CHARACTERS
from guarantee_summarizer.errors import ArticleError, load_extra
from guarantee_summarizer.fields import FIELDS, told_apart
from guarantee_summarizer.readers.parquet_pages import pages_of
from guarantee_summarizer.readers.records import Read, article_or_failure, reason_of, text_column_of

__all__ = ["parquet_rows"]

_BATCH = 64  # rows in memory at once
_BUFFER = 2**20  # bytes read at once, instead of a whole row group
_COLUMNS = 1_000
_LISTED = 5_000_000  # values of all list columns in one row group; one row may have them all
_FOOTER = 8 * 2**20  # bytes of the footer, which describes all columns and row groups
_UNFOLDED = 64 * 2**20  # bytes of the largest pages of all columns, which are in memory together
_THRIFT = {"thrift_string_size_limit": 10_000_000, "thrift_container_size_limit": 500_000}
_LONG = 20_000  # values of a list that are kept in an article's metadata
_LONGEST = 4 * MAX_CHARACTERS  # bytes of a text that may be an article's


def parquet_rows(path: Path, text_column: str) -> Iterator[Read]:
    """Read the articles of a Parquet file; binary columns other than article fields are left out.

    Raises:
        ArticleError: it is not a Parquet file, it has no column for the text, or a row group
            would take too much memory.
        ConfigurationError: pyarrow is not installed.
    """
    parquet = load_extra("pyarrow.parquet", extra="parquet")
    pyarrow = load_extra("pyarrow", extra="parquet")
    _check_footer(path)
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
            columns = dict(zip(names, map(_Column, batch.columns), strict=True))
            for row in range(batch.num_rows):
                number += 1
                place = f"{path}, row {number}"
                record = partial(_record, columns, row, place, text)
                yield article_or_failure(place, text, record)


def _check_footer(path: Path) -> None:
    """Raise if the footer of the file would take too much memory."""
    with path.open("rb") as raw:
        raw.seek(max(0, path.stat().st_size - 8))
        size, mark = int.from_bytes(raw.read(4), "little"), raw.read(4)
    if mark == b"PAR1" and size > _FOOTER:
        raise ArticleError(
            f"{path}: describes its columns in {size:,} bytes, at most {_FOOTER:,} are read; "
            "write it with fewer columns or larger row groups"
        )


def _check_group(file: Any, group: int, path: Path, kept: list[str]) -> None:
    """Raise if a row group would take too much memory, whatever its footer claims."""
    described, unfolded, listed = file.metadata.row_group(group), 0, 0
    with path.open("rb") as raw:
        for number in range(described.num_columns):
            chunk = described.column(number)
            if chunk.path_in_schema.split(".")[0] not in kept:
                continue
            pages = [*pages_of(raw, chunk)]
            unfolded += max((page.unfolded for page in pages), default=0)
            if file.schema.column(number).max_repetition_level > 0:
                listed += sum(page.values for page in pages)
            if unfolded > _UNFOLDED or listed > _LISTED:
                raise ArticleError(
                    f"{path}: row group {group + 1} takes too much memory once decompressed; "
                    "write it with pages of 1 MB, as is usual"
                )


class _Column:
    """The values of a column in some rows; one that is too long is never built."""

    def __init__(self, values: Any) -> None:
        pyarrow = load_extra("pyarrow", extra="parquet")
        compute = load_extra("pyarrow.compute", extra="parquet")
        types, kind = pyarrow.types, values.type
        if types.is_timestamp(kind):  # the resolution of `datetime`
            values = values.cast(pyarrow.timestamp("us", kind.tz), safe=False)
        self._values, self._nested = values, types.is_nested(kind)
        self._sizes: Any = None
        if types.is_dictionary(kind) and _is_text(types, kind.value_type):
            self._sizes = compute.binary_length(values.dictionary).take(values.indices)
        elif _is_text(types, kind):
            self._sizes = compute.binary_length(values)

    def too_long(self, row: int) -> str:
        """Return the length of a value that is too long; "" for others."""
        if self._nested and (count := _values_in(self._values.slice(row, 1))) > _LONG:
            return f"{count:,} values"
        size = self._sizes[row].as_py() if self._sizes is not None else 0
        return f"{size:,} bytes" if size and size > _LONGEST else ""

    def value(self, row: int) -> Any:
        value = self._values[row].as_py()
        # Some programs do not mark texts as such.
        return value.decode("utf-8", "surrogateescape") if isinstance(value, bytes) else value


def _is_text(types: Any, kind: Any) -> bool:
    names = ("string", "large_string", "binary", "large_binary")
    return any(getattr(types, f"is_{name}")(kind) for name in names)


def _values_in(nested: Any) -> int:
    """Return the number of values in lists and objects, nested ones included."""
    if not hasattr(nested, "flatten"):
        return len(nested)
    inner = nested.flatten()
    parts = inner if isinstance(inner, list) else [inner]
    return len(nested) + sum(map(_values_in, parts))


def _record(columns: Mapping[str, _Column], row: int, place: str, text: str) -> dict[str, Any]:
    record: dict[str, Any] = {}
    for name, column in columns.items():
        long = column.too_long(row)
        if long and name == text:
            raise ArticleError(
                f"{place}: its text has {long}, which is too long for an article; split it"
            )
        try:
            record[name] = f"({long}, left out)" if long else column.value(row)
        except (ValueError, OverflowError, TypeError) as error:
            if name == text:
                raise ArticleError(f"{place}: cannot be read ({error})") from error
            record[name] = f"(cannot be read: {error})"
    return record
