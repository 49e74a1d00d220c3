"""Tell files of stored summaries from files of articles."""

from __future__ import annotations

import json
import zlib
from collections.abc import Iterable
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from guarantee_summarizer.errors import SchemaError
from guarantee_summarizer.readers.inputs import check, files_of
from guarantee_summarizer.readers.kinds import KINDS as OF_ARTICLES
from guarantee_summarizer.readers.kinds import kind_of
from guarantee_summarizer.readers.summaries import KINDS as OF_SUMMARIES
from guarantee_summarizer.readers.summaries import stored_records

__all__ = ["Sorted", "sort_inputs"]

_SQLITE = b"SQLite format 3\0"


@dataclass(frozen=True, slots=True)
class Sorted:
    """Inputs by what they hold, each file once; `-` is among the summaries."""

    summaries: tuple[str, ...]
    articles: tuple[str, ...]


def sort_inputs(inputs: Iterable[str | Path]) -> Sorted:
    """Tell files of summaries from files of articles; folders are looked through.

    A JSON file, or one of JSON Lines, is of articles if the first object in it has a `text` and
    is no summary; files of other kinds are of articles. `-` is taken for summaries.

    Args:
        inputs: files and folders, as `read_summaries` and `read_articles` take them.

    Raises:
        SchemaError: an input does not exist, or is a folder without such files.
    """
    found: dict[str, tuple[str, bool]] = {}
    for name in inputs:
        check(name, OF_ARTICLES, SchemaError)
        for path in [Path("-")] if str(name) == "-" else files_of(Path(name), OF_ARTICLES):
            told = (str(path), str(name) == "-" or _holds_summaries(path))
            found.setdefault(str(path.resolve()), told)
    return Sorted(
        tuple(name for name, stored in found.values() if stored),
        tuple(name for name, stored in found.values() if not stored),
    )


def _holds_summaries(path: Path) -> bool:
    if kind_of(path) not in OF_SUMMARIES:
        with suppress(OSError), path.open("rb") as file:
            return file.read(len(_SQLITE)) == _SQLITE  # whose reader tells what to do with it
        return False
    with suppress(OSError, EOFError, UnicodeError, zlib.error, SchemaError):
        for _, text in stored_records(path):
            with suppress(ValueError, RecursionError):
                data = json.loads(text)
                if isinstance(data, dict):
                    return "relevant" in data or "text" not in data
    return True  # what is wrong with it is reported when it is read
