"""Read records (JSON Lines, CSV, Parquet) as articles, in bounded memory, as they come."""

from __future__ import annotations

import codecs
import csv
import io
import json
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from functools import partial
from itertools import chain
from pathlib import Path
from typing import IO, Any, TextIO, TypeAlias

from guarantee_summarizer.article import JSON_KEYS, Article
from guarantee_summarizer.corpus.results import Failure
from guarantee_summarizer.errors import ArticleError, load_extra

__all__ = [
    "FIELDS",
    "LONGEST",
    "Read",
    "article_of",
    "article_or_failure",
    "columns_of",
    "decoded",
    "first_line",
    "json_lines",
    "lines_of",
    "parquet_rows",
    "reason_of",
    "separated_values",
]

LONGEST = 32 * 2**20
"""Characters of a line that are held; the rest is skipped."""


@contextmanager
def decoded(stream: IO[bytes] | io.BufferedIOBase, *, newline: str = "\n") -> Iterator[TextIO]:
    """Decode a stream: UTF-8, or UTF-16 with a byte order mark; it is left open.

    Bytes that are not UTF-8 become surrogates, so that they spoil only the record they are in.
    """
    source: Any = stream
    if not hasattr(source, "peek"):  # BytesIO, which stands in for standard input, has none
        source = io.BufferedReader(source)
    wide = source.peek(2)[:2] in {codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE}
    encoding, errors = ("utf-16", "strict") if wide else ("utf-8-sig", "surrogateescape")
    text = io.TextIOWrapper(source, encoding=encoding, errors=errors, newline=newline)
    try:
        yield text
    finally:
        text.detach()


def lines_of(file: TextIO) -> Iterator[str]:
    """Yield the lines as they come; of one that is too long only the first `LONGEST` characters."""
    while line := file.readline(LONGEST):
        rest = line
        while len(rest) == LONGEST and not rest.endswith("\n"):
            rest = file.readline(LONGEST)
        yield line


def first_line(lines: Iterator[str]) -> tuple[str, Iterator[str]]:
    """Return the first line that is not blank, and all the lines with it."""
    head: list[str] = []
    for line in lines:
        head.append(line)
        if line.strip():
            return line, chain(head, lines)
    return "", iter(head)


def reason_of(error: Exception) -> str:
    """Return what another library's error says, on one line."""
    return " ".join(str(error).split()) or type(error).__name__


FIELDS = frozenset(chain.from_iterable(JSON_KEYS.values()))
"""The names of what is known about an article, as `Article.from_dict` takes them."""

_WIDEST = LONGEST // 2  # characters of a cell; one in a line that was cut off is wider


Read: TypeAlias = Article | Failure
"""What a reader yields: an article, or in its place why it is none."""


def json_lines(lines: Iterable[str], name: str, text_column: str) -> Iterator[Read]:
    """Read one JSON object a line, as in `Article.from_dict`; blank lines are skipped."""
    for number, line in enumerate(lines, 1):
        place = f"{name}, line {number}"
        if line.strip():
            yield article_or_failure(place, text_column, partial(_json_object, line, place))


def separated_values(lines: Iterator[str], name: str, text_column: str) -> Iterator[Read]:
    """Read rows below a line of column names; commas, semicolons or tabs part the cells.

    A row with more or fewer cells than there are columns is unreadable: a text that lost its
    quotes would otherwise come out cut off at its first comma.

    Raises:
        ArticleError: there is no column for the text.
    """
    first, lines = first_line(lines)
    # The limit holds for the whole process; it is only ever raised.
    csv.field_size_limit(max(csv.field_size_limit(), _WIDEST))
    rows = _rows(csv.reader(lines, delimiter=max(",;\t", key=first.count), strict=True), name)
    _, header = next(rows, (name, ArticleError(f"{name}: is empty; begin with the column names")))
    if isinstance(header, ArticleError):
        raise header
    columns = columns_of(header, name, text_column)
    for place, cells in rows:
        record = partial(_record, columns, cells, place)
        yield article_or_failure(place, text_column.lower(), record)


def columns_of(header: Iterable[str], name: str, text_column: str) -> list[str]:
    """Return the column names in lower case.

    Raises:
        ArticleError: none of them is the text's; the message names those there are.
    """
    columns = [column.strip().lower() for column in header]
    if text_column.lower() not in columns:
        known = ", ".join(map(repr, columns[:20]))
        raise ArticleError(
            f"{name}: has no column {text_column!r} with the text; it has {known}; "
            "name the right one with text_column"
        )
    return columns


def article_or_failure(
    place: str, text_column: str, record: Callable[[], Mapping[str, Any]]
) -> Read:
    """Return the article of a record, or a failure if it cannot be read or is none."""
    try:
        return article_of(record(), place, text_column)
    except ArticleError as error:
        return Failure(place, error)


def article_of(record: Mapping[str, Any], place: str, text_column: str) -> Article:
    """Make an article of a record whose text stands in `text_column`; unknown fields are skipped.

    Raises:
        ArticleError: as in `Article.from_dict`, or a field holds broken characters.
    """
    if text_column not in record:
        known = ", ".join(map(repr, list(record)[:8])) or "nothing"
        raise ArticleError(
            f"{place}: needs a field {text_column!r} with the article; it has {known}"
        )
    text = record[text_column]
    if not isinstance(text, str):
        kind = type(text).__name__
        raise ArticleError(f"{place}: field {text_column!r} must be a string, not {kind}")
    fields = {name: value for name, value in record.items() if name in FIELDS} | {"text": text}
    for name, value in fields.items():
        if isinstance(value, str) and not _is_unicode(value):
            raise ArticleError(
                f"{place}: field {name!r} is not valid UTF-8; convert the file, for instance with "
                "'iconv -f CP1251 -t UTF-8'"
            )
    return Article.from_dict(fields, source=place)


def _is_unicode(text: str) -> bool:
    """Tell whether it can be encoded: no undecoded bytes, no lone surrogates."""
    try:
        text.encode()
    except UnicodeEncodeError:
        return False
    return True


def _json_object(line: str, place: str) -> dict[str, Any]:
    if len(line) >= LONGEST:
        raise ArticleError(f"{place}: is longer than {LONGEST:,} characters; split it")
    try:
        data = json.loads(line)
    except (ValueError, RecursionError) as error:
        raise ArticleError(f"{place}: is not valid JSON ({error})") from error
    if not isinstance(data, dict):
        raise ArticleError(f'{place}: needs one JSON object with a field "text"')
    return data


def _rows(reader: Any, name: str) -> Iterator[tuple[str, list[str] | ArticleError]]:
    """The place and the cells of each row, or what is wrong with it; blank rows are skipped."""
    while True:
        start = reader.line_num + 1
        place = f"{name}, line {start}"
        try:
            cells = next(reader)
        except StopIteration:
            return
        except csv.Error as error:
            last = reader.line_num
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
    """Read the articles of a Parquet file, and only the columns that an article has.

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
    header = file.schema_arrow.names
    text = text_column.lower()
    names = dict(zip(header, columns_of(header, str(path), text), strict=False))
    kept = {column: name for column, name in names.items() if name in {*FIELDS, text}}
    number = 0
    for batch in file.iter_batches(_BATCH, columns=list(kept), use_threads=False):
        columns = {kept[column]: _plain_column(batch[column]) for column in kept}
        for row in range(batch.num_rows):
            number += 1
            place = f"{path}, row {number}"
            yield article_or_failure(place, text, partial(_parquet_record, columns, row, place))


def _plain_column(column: Any) -> Any:
    """Give a column times in microseconds: `datetime` holds no finer ones."""
    pyarrow = load_extra("pyarrow", extra="parquet")
    if not pyarrow.types.is_timestamp(column.type):
        return column
    return column.cast(pyarrow.timestamp("us", column.type.tz), safe=False)


def _parquet_record(columns: dict[str, Any], row: int, place: str) -> dict[str, Any]:
    try:
        return {name: column[row].as_py() for name, column in columns.items()}
    except (ValueError, OverflowError) as error:
        raise ArticleError(f"{place}: cannot be read ({error})") from error
