"""Look up and open what a command names: files, the files of folders, standard input."""

from __future__ import annotations

import gzip
import os
import re
import sys
import zlib
from collections.abc import Collection, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO, TextIO, TypeVar

from guarantee_summarizer.corpus.results import Failure
from guarantee_summarizer.errors import ArticleError, GuaranteeSummarizerError
from guarantee_summarizer.readers.records import decoded

__all__ = [
    "STANDARD_INPUT",
    "check",
    "files_of",
    "kind_of",
    "open_text",
    "standard_input",
    "with_failure",
]

STANDARD_INPUT = "standard input"
_COMPRESSED = {".csv", ".jsonl", ".ndjson", ".tsv"}  # read as `.gz` too

_Item = TypeVar("_Item")


def check(
    name: str | Path, kinds: Collection[str], error: type[GuaranteeSummarizerError] = ArticleError
) -> None:
    """Raise an `error` that names an input which does not exist, before anything is read."""
    if re.match(r"https?://", str(name), re.IGNORECASE):
        raise error(f"{name}: is a URL; nothing is fetched, save the page first")
    try:
        exists = str(name) == "-" or Path(name).exists()
    except OSError as cause:
        raise error(f"{name}: cannot be read ({cause.strerror})") from cause
    if not exists:
        raise error(f"{name}: there is no such file")
    if next(files_of(Path(name), kinds), None) is None:
        known = ", ".join(sorted(kinds))
        raise error(f"{name}: holds no files of a known kind ({known})")


def files_of(path: Path, kinds: Collection[str]) -> Iterator[Path]:
    """Yield the file itself, or the files of these kinds in a folder and below, by name."""
    if not path.is_dir():
        yield path
        return
    try:
        with os.scandir(path) as listing:
            entries = sorted(listing, key=lambda entry: entry.name)
    except OSError:
        yield path  # what is wrong is reported in its place, when it is read
        return
    for entry in entries:
        if entry.name.startswith("."):
            continue
        if entry.is_dir(follow_symlinks=False):
            yield from files_of(Path(entry.path), kinds)
        elif kind_of(Path(entry.path)) in kinds:
            yield Path(entry.path)


def kind_of(path: Path) -> str:
    """Return the suffix in lower case; that in front of `.gz` where such files are read."""
    inner = Path(path.stem).suffix.lower()
    suffix = path.suffix.lower()
    return inner if suffix == ".gz" and inner in _COMPRESSED else suffix


@contextmanager
def open_text(path: Path, *, newline: str = "\n") -> Iterator[TextIO]:
    """Open a file as `decoded` does, unpacked if it is `.gz`."""
    open_file = gzip.open if path.suffix.lower() == ".gz" else open
    with open_file(path, "rb") as stream, decoded(stream, newline=newline) as file:
        yield file


@contextmanager
def standard_input() -> Iterator[TextIO]:
    """Open standard input as `decoded` does."""
    with decoded(_stdin()) as file:
        yield file


def _stdin() -> IO[bytes]:
    """Standard input with a buffer of its own: Python aborts if a thread still reads `sys.stdin`."""
    try:
        return open(sys.stdin.fileno(), "rb", closefd=False)
    except OSError:
        return sys.stdin.buffer  # what stands in for it has no descriptor


def with_failure(
    items: Iterator[_Item], name: str, error: type[GuaranteeSummarizerError] = ArticleError
) -> Iterator[_Item | Failure]:
    """Yield the items, and a failure after what could be read if the file itself breaks."""
    try:
        yield from items
    except error as known:
        yield Failure(name, known)
    except (OSError, EOFError, UnicodeError, zlib.error) as cause:
        reason = getattr(cause, "strerror", 0) or cause
        wrapped = error(f"{name}: cannot be read ({reason})")
        wrapped.__cause__ = cause
        yield Failure(name, wrapped)
