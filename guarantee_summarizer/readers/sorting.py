"""Separate files of stored summaries from files of articles."""

from __future__ import annotations

import zlib
from collections.abc import Iterable, Mapping
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from guarantee_summarizer.encodings import open_file
from guarantee_summarizer.errors import ArticleError, SchemaError
from guarantee_summarizer.readers.inputs import check, files_of, open_text
from guarantee_summarizer.readers.json_values import json_values
from guarantee_summarizer.readers.kinds import KINDS as OF_ARTICLES
from guarantee_summarizer.readers.kinds import kind_of
from guarantee_summarizer.readers.records import records_of, text_field
from guarantee_summarizer.readers.summaries import KINDS as OF_SUMMARIES

__all__ = ["Sorted", "sort_inputs"]

_SQLITE = b"SQLite format 3\0"


@dataclass(frozen=True, slots=True)
class Sorted:
    """Inputs by content, each file once; `-` is among the summaries."""

    summaries: tuple[str, ...]
    articles: tuple[str, ...]


def sort_inputs(inputs: Iterable[str | Path]) -> Sorted:
    """Separate files of summaries from files of articles; folders are searched.

    A JSON file, in any form that `read_articles` takes, has articles if its first object is not
    a summary and has a text or a list of records. All other formats have articles. `-` is read
    as summaries.

    Args:
        inputs: files and folders, as `read_summaries` and `read_articles` take them.

    Raises:
        SchemaError: an input does not exist, or is a folder without such files.
    """
    found: dict[str, tuple[str, bool]] = {}
    for name in inputs:
        check(name, OF_ARTICLES, SchemaError)
        for path in [Path("-")] if str(name) == "-" else files_of(Path(name), OF_ARTICLES):
            entry = (str(path), str(name) == "-" or _holds_summaries(path))
            found.setdefault(str(path.resolve()), entry)
    return Sorted(
        tuple(name for name, stored in found.values() if stored),
        tuple(name for name, stored in found.values() if not stored),
    )


def _holds_summaries(path: Path) -> bool:
    if kind_of(path) not in OF_SUMMARIES:
        with suppress(OSError, ArticleError), open_file(path) as file:
            return file.read(len(_SQLITE)) == _SQLITE  # the reader of summaries reports it
        return False
    with (
        suppress(OSError, EOFError, UnicodeError, zlib.error, ArticleError),
        open_text(path) as file,
    ):
        for _, value in json_values(file, str(path)):
            if isinstance(value, Mapping):
                return not _holds_articles(value)
    return True  # an error is reported when the file is read


def _holds_articles(value: Mapping[str, Any]) -> bool:
    if "relevant" in value:
        return False
    first = records_of(value, "text")[0]
    return "relevant" not in first and (first is not value or text_field(first, "text") is not None)
