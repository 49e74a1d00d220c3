"""What the commands share: options, errors as one line, and files that are written whole."""

from __future__ import annotations

import sys
from collections.abc import Iterable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import IO, Annotated, NoReturn

import typer

from guarantee_summarizer.errors import GuaranteeSummarizerError

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


def keep_inputs(inputs: Iterable[str], written: Iterable[Path], option: str) -> None:
    """End the command if a file that is to be written is one that is to be read."""
    read = {Path(name).resolve(): name for name in inputs if name != "-"}
    for path in written:
        for file in (path, part_of(path)):
            if name := read.get(file.resolve()):
                refuse(f"{name}: is read, so it cannot be written; name another file with {option}")


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
