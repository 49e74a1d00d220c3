"""Read articles from files and folders, whatever their format."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from itertools import chain
from pathlib import Path

from guarantee_summarizer.article import MAX_CHARACTERS, Article, decode
from guarantee_summarizer.errors import load_extra
from guarantee_summarizer.readers.documents import article_from_pdf, read_html
from guarantee_summarizer.readers.inputs import (
    STANDARD_INPUT,
    check,
    files_of,
    kind_of,
    open_text,
    standard_input,
    with_failure,
)
from guarantee_summarizer.readers.records import (
    Read,
    first_line,
    json_lines,
    lines_of,
    parquet_rows,
    separated_values,
)

__all__ = ["KINDS", "read_articles"]

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
KINDS = {*_WHOLE, *_LINES, ".parquet"}
_EXTRAS = {
    ".htm": ("trafilatura", "html"),
    ".html": ("trafilatura", "html"),
    ".parquet": ("pyarrow.parquet", "parquet"),
    ".pdf": ("pypdf", "pdf"),
}


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
        check(name, KINDS)
    needed = {_EXTRAS.get(kind_of(f)) for name in inputs for f in files_of(Path(name), KINDS)}
    for module, extra in sorted(filter(None, needed)):
        load_extra(module, extra=extra)
    return chain.from_iterable(_read(name, text_column) for name in inputs)


def _read(name: str | Path, text_column: str) -> Iterator[Read]:
    if str(name) == "-":
        yield from with_failure(_standard_input(text_column), STANDARD_INPUT)
        return
    for path in files_of(Path(name), KINDS):
        yield from with_failure(_contents(path, text_column), str(path))


def _contents(path: Path, text_column: str) -> Iterator[Read]:
    kind = kind_of(path)
    if kind == ".parquet":
        yield from parquet_rows(path, text_column)
    elif read := _LINES.get(kind):
        newline = "\n" if read is json_lines else ""  # as csv asks for; JSON has no bare returns
        with open_text(path, newline=newline) as file:
            yield from read(lines_of(file), str(path), text_column)
    else:
        yield _WHOLE.get(kind, Article.from_file)(path)


def _standard_input(text_column: str) -> Iterator[Read]:
    with standard_input() as file:
        first, lines = first_line(lines_of(file))
        if first.lstrip().startswith("{"):
            yield from json_lines(lines, STANDARD_INPUT, text_column)
        else:
            yield _plain_text(lines)


def _plain_text(lines: Iterable[str]) -> Article:
    """The article of a text, read no further than to where it is too long."""
    parts, size = list[str](), 0
    for line in lines:
        parts.append(line)
        size += len(line)
        if size > MAX_CHARACTERS:
            break
    data = "".join(parts).encode(errors="surrogateescape")
    return Article.from_text(decode(data, STANDARD_INPUT), source=STANDARD_INPUT)
