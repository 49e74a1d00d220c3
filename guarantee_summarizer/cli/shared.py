"""Shared by the commands: options, errors as one line, and output files replaced at the end."""

from __future__ import annotations

import io
import json
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
    "with_fields",
]

Model = Annotated[
    str | None,
    typer.Option(help="Language model, or PROVIDER/MODEL; default: the embedded extractor."),
]
BaseUrl = Annotated[
    str | None, typer.Option(help="OpenAI-compatible endpoint; the key is OPENAI_API_KEY.")
]
Mode = Annotated[
    Literal["tools", "json_schema"],
    typer.Option(help="How the schema is sent first; if refused, another way is tried."),
]
Seconds = Annotated[float, typer.Option(help="For one article, including all attempts and waits.")]
MaxTokens = Annotated[int | None, typer.Option(help="Most tokens of one answer.")]
Settings = Annotated[
    list[str] | None,
    typer.Option(
        "--set",
        help="Another setting of each request, e.g. temperature=0; may be repeated.",
        metavar="KEY=VALUE",
    ),
]
Prompts = Annotated[
    Path | None, typer.Option(help="Folder with custom prompt templates.", metavar="DIR")
]
LexiconFolder = Annotated[
    Path | None,
    typer.Option("--lexicon", help="Folder with custom actors, offices, cues.", metavar="DIR"),
]
Title = Annotated[str | None, typer.Option(help="Title of the article; for a single article only.")]
Day = Annotated[
    str | None, typer.Option("--date", help="Date of publication, 2026-01-06.", metavar="DAY")
]
Language = Annotated[str, typer.Option(help="Language in which the summary is written.")]
Strict = Annotated[
    bool, typer.Option("--strict", help="Treat incomplete or unsupported summaries as failures.")
]
Review = Annotated[bool, typer.Option(help="Find unsupported claims with a second request.")]
Concurrency = Annotated[int, typer.Option(help="Articles in flight at once.")]
TextColumn = Annotated[str, typer.Option(help="Column or field with the article.")]
_TABLES = (".csv", ".tsv", ".parquet", ".xlsx")
OutputFile = Annotated[Path | None, typer.Option(help="Default: standard output.", metavar="FILE")]


def requested(settings: list[str] | None) -> dict[str, Any]:
    """Parse `KEY=VALUE` settings; a value that is not JSON is text.

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


def refuse(message: object, status: int = 2) -> NoReturn:
    """End the command with one line that names the problem and the remedy."""
    print_error(message)
    raise typer.Exit(status)


@contextmanager
def errors_as_one_line() -> Iterator[None]:
    """End the command with one line if the library raises an error."""
    try:
        yield
    except GuaranteeSummarizerError as error:
        refuse(error)


def with_fields(article: Article, title: str | None, day: str | None) -> Article:
    """Return the article with the user's title and date."""
    published = day_of(day)
    if day is not None and published is None:
        refuse(f"--date {day!r}: is not a date; write it as 2026-01-06")
    changes: dict[str, Any] = {"title": title, "published": published}
    return replace(article, **{name: value for name, value in changes.items() if value})


def print_warnings(article: Article) -> None:
    """Print an article's warnings to standard error, one line each."""
    for warning in article.warnings:
        print_error(f"{article.source}: {warning}", "warning")


def keep_inputs(
    inputs: Iterable[str | Path], *written: Path | None, ledger: Path | None = None
) -> None:
    """Refuse to overwrite an input, also through a link or as a `.part` file.

    Args:
        inputs: files and folders that are read; `-` is standard input.
        written: output files; they must also differ from each other.
        ledger: the ledger of the run; it and SQLite's files beside it must not be inputs or
            outputs.
    """
    places = [path for path in written if path is not None]
    kept = family(ledger) if ledger is not None else []
    for one, other in combinations([*places, *([ledger] if ledger else [])], 2):
        if _is_one(one, other):
            refuse(f"{one}: is named twice; write each result to a separate file")
    for place in places:
        if any(_is_one(some, file) for file in kept for some in (place, part_of(place))):
            refuse(f"{place}: belongs to the ledger {ledger}; name another file")
    files = [f for p in places if p.name for f in (p, part_of(p))]
    files = [file for file in (*files, *kept) if _is_file(file)]
    if files and "-" in map(str, inputs) and any(map(_is_standard_input, files)):
        refuse(f"{files[0]}: is read, so it cannot be written; name another file")
    for read in input_files(*inputs) if files else ():
        for file in files:
            with suppress(OSError):  # an inaccessible file is not written either
                if read.samefile(file):
                    refuse(f"{read}: is read, so it cannot be written; name another file")


def _is_file(path: Path) -> bool:
    with suppress(OSError):  # an inaccessible file is reported when it is opened
        return path.is_file()
    return False


def _is_one(one: Path, other: Path) -> bool:
    """Whether two names refer, or would refer, to one file."""
    with suppress(OSError):
        return one.resolve() == other.resolve() or one.samefile(other)
    return False


def _is_standard_input(file: Path) -> bool:
    with suppress(OSError, ValueError, AttributeError):
        return os.path.samestat(file.stat(), os.fstat(sys.stdin.fileno()))
    return False


@contextmanager
def open_output(path: Path | None, status: int = 2) -> Iterator[IO[str]]:
    """Open standard output, or a `.part` beside `path` that replaces it if the block succeeds.

    Args:
        path: the output, not changed until the end of the block; None is standard output.
        status: the exit status if it cannot be written.
    """
    if path is None:
        yield sys.stdout
        sys.stdout.flush()
        return
    if path.suffix.lower() in _TABLES:
        refuse(
            f"{path}: cannot store summaries; write them as .jsonl, then make tables of them with "
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
