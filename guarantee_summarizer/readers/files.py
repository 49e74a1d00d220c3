"""Read articles from files and folders, whatever their format."""

from __future__ import annotations

import io
import re
from collections.abc import Iterator
from itertools import chain
from pathlib import Path

from guarantee_summarizer.article import MAX_CHARACTERS, Article
from guarantee_summarizer.encodings import decode
from guarantee_summarizer.errors import ArticleError, load_extra
from guarantee_summarizer.readers.feeds import feed_entries
from guarantee_summarizer.readers.inputs import (
    HEAD,
    STANDARD_INPUT,
    check,
    decoded,
    files_of,
    head_of,
    open_bytes,
    standard_bytes,
    with_failure,
)
from guarantee_summarizer.readers.json_values import LONGEST
from guarantee_summarizer.readers.kinds import EXTRAS, KINDS, kind_of, kind_of_content
from guarantee_summarizer.readers.pages import article_from_html, decode_markup
from guarantee_summarizer.readers.parquet import parquet_rows
from guarantee_summarizer.readers.pdf import article_from_pdf
from guarantee_summarizer.readers.records import Read, json_records, reason_of
from guarantee_summarizer.readers.tables import separated_values

__all__ = ["input_files", "read_articles"]

_PICTURE = re.compile(rb"[0-9A-Fa-f\r\n]{2048,}+")  # of RTF, in hexadecimal digits
_LONGEST_RTF = 8_000_000  # bytes; each takes 20 while it is read
_GROUPS = 200_000
_LONGEST_TEXT = 4 * MAX_CHARACTERS + 4  # bytes, its mark included, in UTF-8, UTF-16 and UTF-32


def read_articles(*inputs: str | Path, text_column: str = "text") -> Iterator[Read]:
    """Read files with any number of articles; an unreadable article becomes a `Failure`.

    The format is detected from the first bytes, or from the suffix if they are ambiguous:

    - plain text, with a header as in `Article.from_text`;
    - JSON: an object, an array, JSON Lines (`.jsonl`, `.ndjson`) or a sequence of indented
      objects, as jq writes them; the response of a news API (`{"articles": […]}`); WordPress
      exports. Fields are those of `Article.from_dict`;
    - a table separated by commas, semicolons, tabs or bars, or Parquet, with a column for
      the text and columns named like those fields, case-insensitively;
    - a saved page, see `article_from_html`; RSS and Atom, each entry an article; `.pdf`, see
      `article_from_pdf`; `.rtf`;
    - all of these but Parquet and PDF compressed as `.gz`;
    - a folder: all files of these kinds in it and its subfolders, by name; hidden files, linked
      folders and files with other suffixes are skipped;
    - `-`: standard input, any of these but Parquet and PDF.

    Other columns and fields become `metadata`; `source` names the file and the row. All inputs are
    looked up at once; they are read as the articles are requested, a few at a time.

    Args:
        inputs: files and folders.
        text_column: the column or field with the text. By default `text`, `content`, `body` and
            other usual names are tried.

    Returns:
        Articles and failures in the order of the inputs. `source` names the file and the row.

    Raises:
        ArticleError: an input does not exist, is a URL, a pipe or a device, or is a folder without
            articles.
        ConfigurationError: an input needs an extra that is not installed.
    """
    for name in inputs:
        check(name, KINDS)
    suffixes = {kind_of(f) for f in input_files(*inputs)}
    needed = {EXTRAS.get(KINDS.get(suffix, "")) for suffix in suffixes - {".xml"}}
    for module, extra in sorted(filter(None, needed)):
        load_extra(module, extra=extra)
    return chain.from_iterable(_read(name, text_column) for name in inputs)


def input_files(*inputs: str | Path) -> Iterator[Path]:
    """Yield the files that `read_articles` reads, including those in folders."""
    for name in inputs:
        if str(name) != "-":
            yield from files_of(Path(name), KINDS)


def _read(name: str | Path, text_column: str) -> Iterator[Read]:
    if str(name) == "-":
        yield from with_failure(_standard_input(text_column), STANDARD_INPUT)
        return
    for path in files_of(Path(name), KINDS):
        yield from with_failure(_contents(path, text_column), str(path))


def _contents(path: Path, text_column: str) -> Iterator[Read]:
    with open_bytes(path) as stream:
        kind = kind_of_content(stream.peek(HEAD)[:HEAD], kind_of(path), str(path), text_column)
        packed = path.suffix.lower() == ".gz"
        if packed and kind in ("parquet", "pdf"):
            raise ArticleError(f"{path}: is packed; unpack it first with 'gunzip'")
        if kind not in ("parquet", "pdf"):
            yield from _streamed(stream, kind, str(path), text_column)
            return
    if kind == "parquet":
        yield from parquet_rows(path, text_column)
    else:
        yield article_from_pdf(path)


def _standard_input(text_column: str) -> Iterator[Read]:
    head, stream = head_of(standard_bytes())
    kind = kind_of_content(head, "", STANDARD_INPUT, text_column)
    if head.lstrip(b"\xef\xbb\xbf \t\r\n").startswith(b"{") and kind == "text":
        kind = "json"
    if kind in ("parquet", "pdf"):
        raise ArticleError(f"{STANDARD_INPUT}: is {kind.upper()}; name the file instead of -")
    yield from _streamed(stream, kind, STANDARD_INPUT, text_column)


def _streamed(stream: io.BufferedReader, kind: str, name: str, text_column: str) -> Iterator[Read]:
    """Read the articles of a stream from its beginning to its end."""
    if kind == "json":
        with decoded(stream) as file:
            yield from json_records(file, name, text_column)
    elif kind == "table":
        with decoded(stream, newline="") as file:  # required by csv
            yield from separated_values(file, name, text_column)
    elif kind == "feed":
        yield from feed_entries(_whole(stream, name), name)
    elif kind == "page":
        yield article_from_html(decode_markup(_whole(stream, name), name), source=name)
    elif kind == "rtf":
        yield Article.from_text(_rich_text(_whole(stream, name), name), source=name)
    else:
        yield Article.from_text(decode(_whole(stream, name, most=_LONGEST_TEXT), name), source=name)


def _whole(stream: io.BufferedReader, name: str, most: int = LONGEST) -> bytes:
    data = stream.read(most + 1)
    if len(data) > most:
        raise ArticleError(f"{name}: is larger than {most:,} bytes; split it")
    return data


def _rich_text(data: bytes, name: str) -> str:
    """Return the text of an RTF file, with a blank line between paragraphs."""
    striprtf = load_extra("striprtf.striprtf", extra="rtf")
    data = _PICTURE.sub(b"", data)
    if len(data) > _LONGEST_RTF or data.count(b"{") > _GROUPS:
        limits = f"{_LONGEST_RTF:,} bytes besides pictures and {_GROUPS:,} groups"
        raise ArticleError(f"{name}: has more than {limits}; split it")
    try:
        text = striprtf.rtf_to_text(data.decode("cp1252", errors="replace"), errors="replace")
    except Exception as error:  # on a broken file it can raise almost any error
        raise ArticleError(f"{name}: is not readable RTF ({reason_of(error)})") from error
    return "\n\n".join(filter(None, (" ".join(line.split()) for line in text.split("\n"))))
