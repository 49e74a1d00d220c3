"""What the commands share: options, and one line on standard error for what went wrong."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Annotated, NoReturn

import typer

from guarantee_summarizer.errors import GuaranteeSummarizerError

__all__ = ["BaseUrl", "Language", "Model", "Prompts", "refuse", "told"]

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


def refuse(message: str) -> NoReturn:
    """End the command with one line that names the thing and the remedy."""
    typer.echo(f"error: {message}", err=True)
    raise typer.Exit(2)


@contextmanager
def told() -> Iterator[None]:
    """The library's errors end the command with their line."""
    try:
        yield
    except GuaranteeSummarizerError as error:
        refuse(str(error))
