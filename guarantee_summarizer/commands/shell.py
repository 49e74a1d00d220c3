"""How the shell says what went wrong: one line on standard error, exit status 2."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import NoReturn

import typer

from guarantee_summarizer.errors import GuaranteeSummarizerError

__all__ = ["refuse", "told"]


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
