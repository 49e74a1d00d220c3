"""What the commands share: options, errors as one line, and files that are written whole."""

from __future__ import annotations

import io
import json
import logging
import os
import sys
from collections.abc import Iterable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import replace
from itertools import combinations
from pathlib import Path
from typing import IO, Annotated, Any, Literal, NoReturn

import typer

from guarantee_summarizer.article import Article
from guarantee_summarizer.cli.streams import print_error, say
from guarantee_summarizer.errors import ConfigurationError, GuaranteeSummarizerError
from guarantee_summarizer.fields import day_of
from guarantee_summarizer.outputs import family, part_of, replacing
from guarantee_summarizer.readers.files import input_files

__all__ = [
    "BaseUrl",
    "Concurrency",
    "Day",
    "Language",
    "LexiconFolder",
    "MaxTokens",
    "Mode",
    "Model",
    "OutputFile",
    "Prompts",
    "Review",
    "Seconds",
    "Settings",
    "Strict",
    "TextColumn",
    "Title",
    "errors_as_one_line",
    "keep_inputs",
    "open_output",
    "part_of",
    "print_error",
    "print_warnings",
    "refuse",
    "requested",
    "say",
    "show_notes",
    "with_fields",
]

Model = Annotated[
    str | None,
    typer.Option(help="Language model, or PROVIDER/MODEL; the embedded extractor if left out."),
]
BaseUrl = Annotated[
    str | None, typer.Option(help="OpenAI-compatible endpoint; the key is OPENAI_API_KEY.")
]
Mode = Annotated[
    Literal["tools", "json_schema"],
    typer.Option(help="How the schema is sent at first; what a server refuses is replaced."),
]
Seconds = Annotated[float, typer.Option(help="For one article, all attempts and waits together.")]
MaxTokens = Annotated[int | None, typer.Option(help="Tokens that one answer may have.")]
Settings = Annotated[
    list[str] | None,
    typer.Option(
        "--set",
        help="A further setting of each request, e.g. temperature=0; may be given again.",
        metavar="KEY=VALUE",
    ),
]
Prompts = Annotated[
    Path | None, typer.Option(help="Folder with your own prompt templates.", metavar="DIR")
]
LexiconFolder = Annotated[
    Path | None,
    typer.Option("--lexicon", help="Folder with your own actors, offices, cues.", metavar="DIR"),
]
Title = Annotated[str | None, typer.Option(help="Title of the article, if there is one article.")]
Day = Annotated[
    str | None, typer.Option("--date", help="Day of publication, 2026-01-06.", metavar="DAY")
]
Language = Annotated[str, typer.Option(help="Language of the summary's own wording.")]
Strict = Annotated[
    bool, typer.Option("--strict", help="Count what is incomplete or unsupported as failed.")
]
Review = Annotated[
    bool, typer.Option(help="Have a second request name the claims that do not hold.")
]
Concurrency = Annotated[int, typer.Option(help="Articles in flight at once.")]
TextColumn = Annotated[str, typer.Option(help="Where rows and records hold the article.")]
_TABLES = (".csv", ".tsv", ".parquet", ".xlsx")
OutputFile = Annotated[
    Path | None, typer.Option(help="Standard output if left out.", metavar="FILE")
]


def requested(settings: list[str] | None) -> dict[str, Any]:
    """Read `KEY=VALUE` settings: a value is JSON where it can be, else text.

    >>> requested(["temperature=0", "reasoning_effort=low"])
    {'temperature': 0, 'reasoning_effort': 'low'}
    """
    read: dict[str, Any] = {}
    for setting in settings or ():
        name, sign, value = setting.partition("=")
        if not name.strip() or not sign:
            refuse(f"--set {setting!r}: write KEY=VALUE, for instance temperature=0")
        try:
            read[name.strip()] = json.loads(value)
        except ValueError:
            read[name.strip()] = value
    return read


def show_notes() -> None:
    """Print what the library notes of an endpoint on standard error, one line each."""
    logging.getLogger("guarantee_summarizer.endpoint").handlers = [_Notes()]


class _Notes(logging.Handler):
    def emit(self, record: logging.LogRecord) -> None:
        print_error(record.getMessage(), "note")


def refuse(message: object, status: int = 2) -> NoReturn:
    """End the command with one line that names the thing and the remedy."""
    print_error(message)
    raise typer.Exit(status)


@contextmanager
def errors_as_one_line() -> Iterator[None]:
    """End the command with one line where the library raises an error."""
    try:
        yield
    except GuaranteeSummarizerError as error:
        refuse(error)


def with_fields(article: Article, title: str | None, day: str | None) -> Article:
    """Return the article with what the user says of it."""
    published = day_of(day)
    if day is not None and published is None:
        refuse(f"--date {day!r}: names no day; write it as 2026-01-06")
    changes: dict[str, Any] = {"title": title, "published": published}
    return replace(article, **{name: value for name, value in changes.items() if value})


def print_warnings(article: Article) -> None:
    """Print what of an article could not be used, one line each, on standard error."""
    for warning in article.warnings:
        print_error(f"{article.source}: {warning}", "warning")


def keep_inputs(
    inputs: Iterable[str | Path], *written: Path | None, ledger: Path | None = None
) -> None:
    """Refuse to write over what is to be read, whatever it is called: by links, or as `.part`.

    Args:
        inputs: files and folders that are read; `-` is standard input.
        written: where results go; each is compared with the others, too.
        ledger: the ledger of the run; neither it nor what SQLite keeps beside it is written or
            read.
    """
    places = [path for path in written if path is not None]
    kept = family(ledger) if ledger is not None else []
    for one, other in combinations([*places, *([ledger] if ledger else [])], 2):
        if _is_one(one, other):
            refuse(f"{one}: is named twice; give each result a file of its own")
    for place in places:
        if any(_is_one(some, file) for file in kept for some in (place, part_of(place))):
            refuse(f"{place}: belongs to the ledger {ledger}; name another file")
    files = [f for p in places if p.name for f in (p, part_of(p))]
    files = [file for file in (*files, *kept) if _is_file(file)]
    if files and "-" in map(str, inputs) and any(map(_is_standard_input, files)):
        refuse(f"{files[0]}: is read, so it cannot be written; name another file")
    for read in input_files(*inputs) if files else ():
        for file in files:
            with suppress(OSError):  # what cannot be seen is not written either
                if read.samefile(file):
                    refuse(f"{read}: is read, so it cannot be written; name another file")


def _is_file(path: Path) -> bool:
    with suppress(OSError):  # what cannot be seen is told where it is opened
        return path.is_file()
    return False


def _is_one(one: Path, other: Path) -> bool:
    """Whether two names are of one file, or would be."""
    with suppress(OSError):
        return one.resolve() == other.resolve() or one.samefile(other)
    return False


def _is_standard_input(file: Path) -> bool:
    with suppress(OSError, ValueError, AttributeError):
        return os.path.samestat(file.stat(), os.fstat(sys.stdin.fileno()))
    return False


@contextmanager
def open_output(path: Path | None, status: int = 2) -> Iterator[IO[str]]:
    """Open standard output, or a `.part` beside `path` that replaces it if the block ends well.

    Args:
        path: what stood there before is whole until then; None is standard output.
        status: the exit status if it cannot be written.
    """
    if path is None:
        yield sys.stdout
        sys.stdout.flush()
        return
    if path.suffix.lower() in _TABLES:
        refuse(
            f"{path}: is no file for summaries; write them as .jsonl, then make tables of them with "
            f"'guarantee-summarizer export FILE.jsonl --to {path.with_suffix('.xlsx')}'"
        )
    opened = False
    try:
        with replacing(path) as file:
            text = io.TextIOWrapper(file, "utf-8", "backslashreplace")
            opened = True
            try:
                yield text
                text.flush()
            finally:
                with suppress(OSError):
                    text.detach()
    except ConfigurationError as error:
        refuse(error, status if opened else 2)
    except OSError as error:
        refuse(f"{path}: cannot be written ({error.strerror})", status)
