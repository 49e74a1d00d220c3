"""Make articles from records, with the field names and forms of common exports."""

from __future__ import annotations

import html
from collections.abc import Callable, Iterable, Iterator, Mapping
from functools import partial
from typing import Any, TextIO, TypeAlias

from guarantee_summarizer.article import Article
from guarantee_summarizer.corpus.results import Failure
from guarantee_summarizer.encodings import encoding_hint
from guarantee_summarizer.errors import ArticleError
from guarantee_summarizer.fields import FIELDS, is_missing, told_apart
from guarantee_summarizer.readers.json_values import json_values
from guarantee_summarizer.readers.markup import plain_text

__all__ = [
    "Read",
    "article_of",
    "article_or_failure",
    "json_records",
    "reason_of",
    "records_of",
    "text_column_of",
    "text_field",
]

Read: TypeAlias = Article | Failure
"""What a reader yields: an article, or a failure in its place."""

_TEXTS = (
    *("text", "content", "body", "article", "maintext", "article_text", "full_text", "fulltext"),
    *("articlebody", "body_text", "bodytext", "content_text", "content_html"),
)
"""Default names of the field with the article, the likeliest first."""
_LISTS = (
    "articles",
    "items",
    "results",
    "posts",
    "docs",
    "documents",
    "data",
    "response",
    "value",
    "hits",
)
"""Fields of an API response that contain its records."""
_BARREN = 1_000
"""Values in a row that are no objects with fields, after which a file is given up."""
_WRAPPED = ("_source", "fields")
"""Fields in which an index or an API nests the fields of a record."""
_TOLD = frozenset(("source", "error", "message"))
"""Fields of an exported failure besides its record."""


def reason_of(error: Exception) -> str:
    """Return the message of another library's error on one line."""
    return " ".join(str(error).split()) or type(error).__name__


def json_records(file: TextIO, name: str, text_column: str) -> Iterator[Read]:
    """Read JSON objects as `json_values` finds them; a list inside an object yields its items.

    After 1,000 values in a row that are no objects with fields, the rest is not read: a last failure says so.
    """
    barren = 0
    for place, value in json_values(file, name):
        records = records_of(value, text_column)
        inside = isinstance(value, Mapping) and records[0] is not value
        for number, record in enumerate(records, 1):
            at = f"{place}, article {number}" if len(records) > 1 or inside else place
            yield article_or_failure(at, text_column, partial(_object, record, at, text_column))
            barren = 0 if record and isinstance(record, Mapping) else barren + 1
            if barren == _BARREN:
                reason = f"{barren:,} values in a row are no JSON objects with fields; the rest is not read"
                yield Failure(name, ArticleError(f"{name}: {reason}"))
                return


def records_of(value: Any, text_column: str) -> list[Any]:
    """Return the records of a value: the value itself, or the list of records in it."""
    if isinstance(value, list):
        return value
    if not isinstance(value, Mapping) or _holds_text(value, text_column):
        return [value]
    for name in _LISTS:
        inner = value.get(name)
        if isinstance(inner, Mapping) and name in ("response", "data", "hits"):
            inner = next((inner[n] for n in _LISTS if isinstance(inner.get(n), list)), None)
        if isinstance(inner, list) and inner and all(isinstance(i, Mapping) for i in inner):
            return inner
    return [value]


def _holds_text(record: Mapping[str, Any], text_column: str) -> bool:
    """Whether an object is a record itself: it has the requested field, or a text."""
    name = text_field(record, text_column)
    if name is None or name.strip().lower() == text_column.lower():
        return name is not None
    text = _rendered(record[name])
    return isinstance(text, str) and not is_missing(text)


def _object(value: Any, place: str, text_column: str) -> Mapping[str, Any]:
    if isinstance(value, ArticleError):
        raise value
    if not isinstance(value, Mapping):
        raise ArticleError(f'{place}: needs one JSON object with a field "text"')
    if value.keys() >= {*_TOLD, "text"}:
        return {name: inner for name, inner in value.items() if name not in (*_TOLD, "warnings")}
    for name in _WRAPPED if text_field(value, text_column) is None else ():
        inner = value.get(name)
        if isinstance(inner, Mapping) and text_field(inner, text_column):
            return {**inner, **{n: v for n, v in value.items() if n != name and n not in inner}}
    return value


def article_or_failure(
    place: str, text_column: str, record: Callable[[], Mapping[str, Any]]
) -> Read:
    """Return the article of a record, or a failure if it is not one."""
    try:
        return article_of(record(), place, text_column)
    except ArticleError as error:
        return Failure(place, error)


def text_field(
    names: Iterator[str] | Mapping[str, Any] | list[str], text_column: str
) -> str | None:
    """Return the name of the field with the article, case-insensitively; None if there is none.

    With the default (`text`), the usual names are tried after it.
    """
    known = {str(name).strip().lower(): str(name) for name in names}
    wanted = _TEXTS if text_column == "text" else (text_column.lower(),)
    if text_column != "text" and text_column in known.values():
        return text_column
    return next((known[name] for name in wanted if name in known), None)


def text_column_of(columns: Iterable[str], name: str, text_column: str) -> str:
    """Return the column with the article, as the file spells it.

    Raises:
        ArticleError: there is no such column; the message lists the columns.
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


def article_of(record: Mapping[str, Any], place: str, text_column: str) -> Article:
    """Make an article from a record with its text in `text_column`; see `Article.from_dict`.

    HTML in the text becomes paragraphs; WordPress' `{"rendered": …}` is unpacked.

    Raises:
        ArticleError: as in `Article.from_dict`, or a field is not valid UTF-8.
    """
    name = text_field(record, text_column)
    if name is None:
        known = ", ".join(map(repr, list(record)[:8])) or "nothing"
        raise ArticleError(
            f"{place}: needs a field {text_column!r} with the article; it has {known}; "
            "name the right one with text_column (--text-column of summarize and batch)"
        )
    text = _rendered(record[name])
    if is_missing(text):
        raise ArticleError(f"{place}: field {name!r} is empty; give the text of an article")
    if not isinstance(text, str):
        kind = type(text).__name__
        raise ArticleError(f"{place}: field {name!r} must be a string, not {kind}")
    others = [
        ("record_text" if key == "text" else key, value)  # beside the chosen column
        for key, value in record.items()
        if key != name
    ]
    names = told_apart(str(key) for key, _ in others)
    fields = {key: _titled(key, value) for key, (_, value) in zip(names, others, strict=True)}
    fields |= {"text": text}
    for key, value in fields.items():
        if isinstance(value, str) and (key == "text" or key.lower() in FIELDS):
            _check_unicode(value, f"{place}: field {name if key == 'text' else key!r}")
    return Article.from_dict({**fields, "text": plain_text(text)}, source=place)


def _rendered(value: Any) -> Any:
    """Return the text of a nested value such as `{"rendered": …}`."""
    if not isinstance(value, Mapping):
        return value
    names = ("rendered", "text", "content", "value", "#text")
    return next((value[name] for name in names if isinstance(value.get(name), str)), value)


def _titled(name: str, value: Any) -> Any:
    """Return a rendered title without markup, any other field unchanged."""
    inner = value.get("rendered") if isinstance(value, Mapping) else None
    if isinstance(inner, str) and name.lower() in FIELDS:
        return html.unescape(plain_text(inner)).strip()
    return value


def _check_unicode(text: str, what: str) -> None:
    """Raise if a text cannot be encoded: undecoded bytes, lone surrogates."""
    try:
        text.encode()
    except UnicodeEncodeError:
        data = text.encode("utf-8", "surrogateescape" if _undecoded(text) else "replace")
        raise ArticleError(f"{what} is not valid UTF-8; {encoding_hint(data)}") from None


def _undecoded(text: str) -> bool:
    """Whether all surrogates of a text are bytes that were not UTF-8."""
    return all(
        not "\ud800" <= letter <= "\udfff" or "\udc80" <= letter <= "\udcff" for letter in text
    )
