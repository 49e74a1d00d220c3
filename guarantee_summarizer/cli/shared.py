"""What the commands share: options, errors as one line, and files that are written whole."""

from __future__ import annotations

import json
import logging
import sys
from collections.abc import Iterable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import replace
from pathlib import Path
from typing import IO, Annotated, Any, Literal, NoReturn

import typer

from guarantee_summarizer.article import Article
from guarantee_summarizer.errors import GuaranteeSummarizerError
from guarantee_summarizer.fields import day_of
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
    "Title",
    "errors_as_one_line",
    "keep_inputs",
    "open_output",
    "part_of",
    "print_error",
    "print_warnings",
    "refuse",
    "requested",
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


def print_error(message: object, kind: str = "error") -> None:
    """Print one line on standard error."""
    typer.echo(f"{kind}: {message}", err=True)


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


def keep_inputs(inputs: Iterable[str | Path], *written: Path | None) -> None:
    """Refuse to write over what is to be read, whatever it is called: by links, or as `.part`.

    Args:
        inputs: files and folders that are read.
        written: where results go; each is compared with the others, too.
    """
    places = [path for path in written if path is not None]
    if len({path.resolve() for path in places}) < len(places):
        refuse(f"{places[0]}: is named twice; give each result a file of its own")
    files = [f for place in places if place.name for f in (place, part_of(place)) if f.is_file()]
    for read in input_files(*inputs) if files else ():
        for file in files:
            with suppress(OSError):  # what cannot be seen is not written either
                if read.samefile(file):
                    refuse(f"{read}: is read, so it cannot be written; name another file")


def part_of(path: Path) -> Path:
    """Return the file that grows until all is written."""
    return path.with_name(f"{path.name}.part")


@contextmanager
def open_output(path: Path | None, status: int = 2) -> Iterator[IO[str]]:
    """Open standard output, or a `.part` beside `path` that replaces it if the block ends well.

    Args:
        path: what stood there before is whole until then; None is standard output.
        status: the exit status if it cannot be written.
    """
    if path is None:
        yield sys.stdout
        return
    if path.suffix.lower() in _TABLES:
        refuse(
            f"{path}: is no file for summaries; write them as .jsonl, then make tables of them with "
            f"'guarantee-summarizer export FILE.jsonl --to {path.with_suffix('.xlsx')}'"
        )
    if path.is_dir() or not path.absolute().parent.is_dir():
        refuse(f"{path}: cannot be written; name a file in an existing folder")
    part = part_of(path)
    try:
        with part.open("w", encoding="utf-8") as file:
            yield file
        part.replace(path)
    except OSError as error:
        refuse(f"{path}: cannot be written ({error.strerror})", status)
    finally:
        with suppress(OSError):  # renamed, as a rule
            if not part.stat().st_size:
                part.unlink()
