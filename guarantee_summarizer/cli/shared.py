"""What the commands share: options, errors as one line, and files that are written whole."""

from __future__ import annotations

import sys
from collections.abc import Iterable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import IO, Annotated, NoReturn

import typer

from guarantee_summarizer.article import Article
from guarantee_summarizer.errors import GuaranteeSummarizerError
from guarantee_summarizer.readers.files import input_files

__all__ = [
    "BaseUrl",
    "Concurrency",
    "Language",
    "Model",
    "OutputFile",
    "Prompts",
    "Review",
    "Strict",
    "errors_as_one_line",
    "keep_inputs",
    "open_output",
    "part_of",
    "print_error",
    "print_warnings",
    "refuse",
]

Model = Annotated[
    str | None, typer.Option(help="Language model; the embedded extractor if left out.")
]
BaseUrl = Annotated[
    str | None, typer.Option(help="OpenAI-compatible endpoint; the key is OPENAI_API_KEY.")
]
Prompts = Annotated[
    Path | None, typer.Option(help="Folder with your own prompt templates.", metavar="DIR")
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
