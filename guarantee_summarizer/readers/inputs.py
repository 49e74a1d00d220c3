"""Find and open inputs: files, files in folders, standard input."""

from __future__ import annotations

import gzip
import io
import logging
import os
import re
import sys
import zlib
from collections.abc import Collection, Iterator
from contextlib import contextmanager
from functools import lru_cache
from itertools import chain
from pathlib import Path
from typing import IO, Any, TextIO, TypeVar

from guarantee_summarizer.corpus.results import Failure
from guarantee_summarizer.encodings import bom_of, open_file, refuse_device
from guarantee_summarizer.errors import ArticleError, ConfigurationError, GuaranteeSummarizerError
from guarantee_summarizer.lines import one_line
from guarantee_summarizer.readers.json_values import LONGEST
from guarantee_summarizer.readers.kinds import kind_of

__all__ = [
    "HEAD",
    "STANDARD_INPUT",
    "check",
    "decoded",
    "files_of",
    "head_of",
    "lines_of",
    "open_bytes",
    "open_text",
    "standard_bytes",
    "standard_input",
    "with_failure",
]

_LOG = logging.getLogger("guarantee_summarizer.readers")
_SKIPPED = 4 * LONGEST  # skipped characters in one line; a table never has more

STANDARD_INPUT = "standard input"
HEAD = 4096
"""Number of bytes that show the kind of a file."""

_Item = TypeVar("_Item")


def check(
    name: str | Path, kinds: Collection[str], error: type[GuaranteeSummarizerError] = ArticleError
) -> None:
    """Raise an `error` for the first input that cannot be read, before reading any."""
    if str(name) == "-":
        return
    if re.match(r"https?://", str(name), re.IGNORECASE):
        raise error(f"{name}: is a URL; nothing is fetched, save the page first")
    try:
        refuse_device(Path(name))
    except ArticleError as cause:
        raise error(str(cause)) from cause
    except (FileNotFoundError, NotADirectoryError, ValueError) as cause:
        raise error(f"{name}: there is no such file") from cause
    except OSError as cause:
        raise error(f"{name}: cannot be read ({cause.strerror})") from cause
    if next(files_of(Path(name), kinds), None) is None:
        known = ", ".join(sorted(kinds))
        raise error(f"{name}: has no files of a known kind ({known})")


def files_of(path: Path, kinds: Collection[str]) -> Iterator[Path]:
    """Yield the file, or the files of these kinds in a folder and its subfolders, by name.

    Hidden files and linked folders are skipped, and links that lead out of the folder, with a
    warning in the log; circular links are never followed.
    """
    if not path.is_dir():
        yield path
        return
    waiting: list[tuple[Path, bool]] = [(path, True)]
    while waiting:
        at, folder = waiting.pop()
        if not folder:
            yield at
            continue
        try:
            with os.scandir(at) as listing:
                entries = sorted(listing, key=lambda entry: entry.name, reverse=True)
        except OSError:
            yield at  # an error is reported when the file is read
            continue
        for entry in entries:
            below = Path(entry.path)
            if entry.name.startswith("."):
                continue
            if entry.is_dir(follow_symlinks=False):
                waiting.append((below, True))
            elif kind_of(below) in kinds and not below.is_dir():  # False for a link to itself
                if entry.is_symlink() and not _stays_in(path, below):
                    _warn_once(f"{below}: leads out of {path} and is not read; name it to read it")
                    continue
                waiting.append((below, False))


@lru_cache(maxsize=1_000)
def _warn_once(message: str) -> None:
    _LOG.warning("%s", one_line(message))


def _stays_in(folder: Path, link: Path) -> bool:
    """Return whether a link leads to a file of the folder, or to no file, which fails when read."""
    return not link.is_file() or link.resolve().is_relative_to(folder.resolve())


@contextmanager
def open_bytes(path: Path) -> Iterator[io.BufferedReader]:
    """Open a file, decompressed if it is `.gz`.

    Raises:
        ArticleError: it is a named pipe or a device, which may never end.
    """
    with open_file(path) as stream:
        if path.suffix.lower() != ".gz":
            yield stream
            return
        with gzip.open(stream) as unpacked:
            yield io.BufferedReader(unpacked)


@contextmanager
def open_text(path: Path, *, newline: str = "\n") -> Iterator[TextIO]:
    """Open a file as `decoded` does, decompressed if it is `.gz`."""
    with open_bytes(path) as stream, decoded(stream, newline=newline) as file:
        yield file


@contextmanager
def decoded(stream: IO[bytes] | io.BufferedIOBase, *, newline: str = "\n") -> Iterator[TextIO]:
    """Decode a stream and leave it open: UTF-8, or UTF-16 or UTF-32 with a byte order mark.

    Bytes that are not UTF-8 become surrogates, so that only the record they are in fails.
    """
    source: Any = stream
    if not hasattr(source, "peek"):  # BytesIO, used in place of standard input, has none
        source = io.BufferedReader(source)
    wide = bom_of(source.peek(4)[:4])
    wide = None if wide == "utf-8-sig" else wide
    encoding, errors = (wide, "strict") if wide else ("utf-8-sig", "surrogateescape")
    text = io.TextIOWrapper(source, encoding=encoding, errors=errors, newline=newline)
    try:
        yield text
    finally:
        text.detach()


@contextmanager
def standard_input() -> Iterator[TextIO]:
    """Open standard input as `decoded` does."""
    with decoded(standard_bytes()) as file:
        yield file


def standard_bytes() -> io.BufferedReader:
    """Open standard input anew: Python aborts at exit if a thread still reads `sys.stdin`."""
    if sys.stdin is None:  # `<&-`
        raise ArticleError(f"{STANDARD_INPUT}: is closed; pipe the text into it, or name a file")
    try:
        stream: Any = open(sys.stdin.fileno(), "rb", closefd=False)  # noqa: SIM115
    except OSError:
        stream = sys.stdin.buffer  # a replacement for it has no descriptor
    return stream if hasattr(stream, "peek") else io.BufferedReader(stream)


def lines_of(file: TextIO, name: str) -> tuple[str, Iterator[str]]:
    """Return the first line that is not blank, and an iterator of all lines.

    Lines are cut off after `LONGEST` characters; `name` is used in messages.
    """
    lines = _lines_of(file, name)
    head: list[str] = []
    for line in lines:
        head.append(line)
        if line.strip():
            return line, chain(head, lines)
    return "", iter(head)


def _lines_of(file: TextIO, name: str) -> Iterator[str]:
    while line := file.readline(LONGEST):
        rest, skipped = line, 0
        while len(rest) == LONGEST and not rest.endswith("\n"):
            rest = file.readline(LONGEST)
            skipped += len(rest)
            if skipped > _SKIPPED:
                raise ArticleError(f"{name}: has an endless line")
        yield line.lstrip("\ufeff")  # also where files with byte order marks were joined


def head_of(stream: io.BufferedReader) -> tuple[bytes, io.BufferedReader]:
    """Return enough of a stream to detect its kind, and a stream with all of it.

    If it begins with a JSON object, only the first line is read.
    """
    head = b""
    while len(head) < HEAD and (line := stream.readline(HEAD)):
        head += line
        if head.lstrip(b"\xef\xbb\xbf \t\r\n").startswith(b'{"'):
            break
    return head, io.BufferedReader(_Resumed(head, stream))


class _Resumed(io.RawIOBase):
    """A stream, preceded by the bytes that were already read from it."""

    def __init__(self, head: bytes, stream: io.BufferedReader) -> None:
        self._head, self._stream = head, stream

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int:
        size = len(buffer)
        data, self._head = self._head[:size], self._head[size:]
        data = data or self._stream.read1(size)
        buffer[: len(data)] = data
        return len(data)


def with_failure(
    items: Iterator[_Item], name: str, error: type[GuaranteeSummarizerError] = ArticleError
) -> Iterator[_Item | Failure]:
    """Yield the items, and a failure at the end if the file cannot be read further."""
    try:
        yield from items
    except (error, ArticleError, ConfigurationError) as known:
        yield Failure(
            name, known if isinstance(known, error | ConfigurationError) else error(str(known))
        )
    except (OSError, EOFError, UnicodeError, zlib.error) as cause:
        reason = getattr(cause, "strerror", 0) or cause
        wrapped = error(f"{name}: cannot be read ({reason})")
        wrapped.__cause__ = cause
        yield Failure(name, wrapped)
