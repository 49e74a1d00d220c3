"""Read articles from files and folders, whatever their format."""

from __future__ import annotations

import gzip
import os
import re
import sys
import zlib
from collections.abc import Callable, Iterable, Iterator
from itertools import chain
from pathlib import Path
from typing import IO

from guarantee_summarizer.article import MAX_CHARACTERS, Article, decode
from guarantee_summarizer.corpus.results import Failure
from guarantee_summarizer.errors import ArticleError, load_extra
from guarantee_summarizer.readers.documents import article_from_pdf, read_html
from guarantee_summarizer.readers.records import (
    Read,
    decoded,
    first_line,
    json_lines,
    lines_of,
    parquet_rows,
    separated_values,
)

__all__ = ["read_articles"]

_WHOLE: dict[str, Callable[[Path], Article]] = {
    ".htm": read_html,
    ".html": read_html,
    ".json": Article.from_file,
    ".pdf": article_from_pdf,
    ".txt": Article.from_file,
}
_LINES: dict[str, Callable[[Iterator[str], str, str], Iterator[Read]]] = {
    ".csv": separated_values,
    ".jsonl": json_lines,
    ".ndjson": json_lines,
    ".tsv": separated_values,
}
_KINDS = {*_WHOLE, *_LINES, ".parquet"}
_EXTRAS = {
    ".htm": ("trafilatura", "html"),
    ".html": ("trafilatura", "html"),
    ".parquet": ("pyarrow.parquet", "parquet"),
    ".pdf": ("pypdf", "pdf"),
}
_STANDARD_INPUT = "standard input"


def read_articles(*inputs: str | Path, text_column: str = "text") -> Iterator[Read]:
    """Read files of any number of articles; what is unreadable among them costs only itself.

    Each input is one of:

    - a text, or a `.json` file with one object, as in `Article.from_file`;
    - `.jsonl` or `.ndjson` with one object a line, as in `Article.from_dict`;
    - `.csv`, `.tsv` or `.parquet` with a column for the text; title, date, outlet and URL are
      taken from columns of the names that `Article.from_dict` knows, in any case of letters;
    - a saved page (`.html`, `.htm`), see `article_from_html`, or a `.pdf`, see `article_from_pdf`;
    - `.jsonl`, `.ndjson`, `.csv` or `.tsv` compressed as `.gz`;
    - a folder: all files of these kinds in it and below, by name; hidden files, linked folders
      and files of other kinds are skipped;
    - `-`: standard input, JSON Lines if it begins with `{`, a plain text otherwise.

    All inputs are looked up at once, and read as the articles are requested, a few at a time.

    Args:
        inputs: files and folders.
        text_column: the column or field that holds the text.

    Returns:
        Articles and failures in the order of the inputs. `source` names file and place.

    Raises:
        ArticleError: an input does not exist, is a URL, or is a folder without articles.
        ConfigurationError: an input needs an extra that is not installed.
    """
    for name in inputs:
        _check(name)
    needed = {_EXTRAS.get(_kind(file)) for name in inputs for file in _files(Path(name))}
    for module, extra in sorted(filter(None, needed)):
        load_extra(module, extra=extra)
    return chain.from_iterable(_read(name, text_column) for name in inputs)


def _check(name: str | Path) -> None:
    """Refuse an input that does not exist, before anything is read."""
    if re.match(r"https?://", str(name), re.IGNORECASE):
        raise ArticleError(f"{name}: is a URL; nothing is fetched, save the page first")
    try:
        exists = str(name) == "-" or Path(name).exists()
    except OSError as error:
        raise ArticleError(f"{name}: cannot be read ({error.strerror})") from error
    if not exists:
        raise ArticleError(f"{name}: there is no such file")
    if next(_files(Path(name)), None) is None:
        kinds = ", ".join(sorted(_KINDS))
        raise ArticleError(f"{name}: holds no files of a known kind ({kinds})")


def _files(path: Path) -> Iterator[Path]:
    """The file itself, or the files of known kinds in a folder, by name."""
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
            yield from _files(Path(entry.path))
        elif _kind(Path(entry.path)) in _KINDS:
            yield Path(entry.path)


def _kind(path: Path) -> str:
    """The suffix in lower case; that in front of `.gz` where such files are read."""
    inner = Path(path.stem).suffix.lower()
    suffix = path.suffix.lower()
    return inner if suffix == ".gz" and inner in _LINES else suffix


def _read(name: str | Path, text_column: str) -> Iterator[Read]:
    if str(name) == "-":
        yield from _with_failure(_standard_input(text_column), _STANDARD_INPUT)
        return
    for path in _files(Path(name)):
        yield from _with_failure(_contents(path, text_column), str(path))


def _with_failure(articles: Iterator[Read], name: str) -> Iterator[Read]:
    """The articles, and a failure after what could be read if the file itself breaks."""
    try:
        yield from articles
    except ArticleError as error:
        yield Failure(name, error)
    except (OSError, EOFError, UnicodeError, zlib.error) as error:
        wrapped = ArticleError(f"{name}: cannot be read ({getattr(error, 'strerror', 0) or error})")
        wrapped.__cause__ = error
        yield Failure(name, wrapped)


def _contents(path: Path, text_column: str) -> Iterator[Read]:
    kind = _kind(path)
    if kind == ".parquet":
        yield from parquet_rows(path, text_column)
    elif read := _LINES.get(kind):
        newline = "\n" if read is json_lines else ""  # as csv asks for; JSON has no bare returns
        open_file = gzip.open if path.suffix.lower() == ".gz" else open
        with open_file(path, "rb") as stream, decoded(stream, newline=newline) as file:
            yield from read(lines_of(file), str(path), text_column)
    else:
        yield _WHOLE.get(kind, Article.from_file)(path)


def _standard_input(text_column: str) -> Iterator[Read]:
    with decoded(_stdin()) as file:
        first, lines = first_line(lines_of(file))
        if first.lstrip().startswith("{"):
            yield from json_lines(lines, _STANDARD_INPUT, text_column)
        else:
            yield _plain_text(lines)


def _stdin() -> IO[bytes]:
    """Standard input with a buffer of its own: Python aborts if a thread still reads `sys.stdin`."""
    try:
        return open(sys.stdin.fileno(), "rb", closefd=False)
    except OSError:
        return sys.stdin.buffer  # what stands in for it has no descriptor


def _plain_text(lines: Iterable[str]) -> Article:
    """The article of a text, read no further than to where it is too long."""
    parts, size = list[str](), 0
    for line in lines:
        parts.append(line)
        size += len(line)
        if size > MAX_CHARACTERS:
            break
    data = "".join(parts).encode(errors="surrogateescape")
    return Article.from_text(decode(data, _STANDARD_INPUT), source=_STANDARD_INPUT)
