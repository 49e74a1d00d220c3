"""JSON Lines and CSV, one record at a time.

A record that cannot be read costs only itself: it comes out as a `Failure`, in its place.
"""

from __future__ import annotations

import csv
import json
from collections.abc import Iterable, Iterator, Mapping
from itertools import chain
from typing import Any, TypeAlias

from guarantee_summarizer.article import JSON_KEYS, Article
from guarantee_summarizer.corpus.outcomes import Failure
from guarantee_summarizer.corpus.streams import LONGEST, first_line
from guarantee_summarizer.errors import ArticleError

__all__ = [
    "FIELDS",
    "Read",
    "article_of",
    "columns_of",
    "json_lines",
    "separated_values",
]

FIELDS = frozenset(chain.from_iterable(JSON_KEYS.values()))
"""The names of what is known about an article, as `Article.from_dict` takes them."""

_WIDEST = LONGEST // 2  # characters of a cell; one in a line that was cut off is wider


Read: TypeAlias = Article | Failure
"""What a reader yields: an article, or in its place why it is none."""


def json_lines(lines: Iterable[str], name: str, text_column: str) -> Iterator[Read]:
    """One JSON object a line, as in `Article.from_dict`; blank lines are passed over."""
    for number, line in enumerate(lines, 1):
        place = f"{name}, line {number}"
        if line.strip():
            try:
                yield article_of(_json_object(line, place), place, text_column)
            except ArticleError as error:
                yield Failure(place, error)


def separated_values(lines: Iterator[str], name: str, text_column: str) -> Iterator[Read]:
    """Rows below a line of column names; commas, semicolons or tabs part the cells.

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
        try:
            yield article_of(_record(columns, cells, place), place, text_column.lower())
        except ArticleError as error:
            yield Failure(place, error)


def columns_of(header: Iterable[str], name: str, text_column: str) -> list[str]:
    """The column names in lower case.

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


def article_of(record: Mapping[str, Any], place: str, text_column: str) -> Article:
    """The article of a record whose text stands in `text_column`; other fields are passed over.

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
    taken = {name: value for name, value in record.items() if name in FIELDS} | {"text": text}
    for name, value in taken.items():
        if isinstance(value, str) and not _is_unicode(value):
            raise ArticleError(
                f"{place}: field {name!r} is not valid UTF-8; convert the file, for instance with "
                "'iconv -f CP1251 -t UTF-8'"
            )
    return Article.from_dict(taken, source=place)


def _is_unicode(text: str) -> bool:
    """Whether it can be written: no bytes that could not be decoded, no half of a pair."""
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
    """The place and the cells of each row, or what is wrong with it; blank rows are passed over."""
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
