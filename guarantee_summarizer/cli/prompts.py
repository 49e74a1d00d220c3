"""`guarantee-summarizer prompts`: copy the prompt templates to edit them."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Annotated

import typer

from guarantee_summarizer.cli.shared import errors_as_one_line, refuse, say
from guarantee_summarizer.outputs import replacing

__all__ = ["prompts"]

prompts = typer.Typer(no_args_is_help=True, help="The prompt templates.")


@prompts.callback()
def _group() -> None:
    """Make Typer keep `eject` as a subcommand, although it is the only one."""


@prompts.command()
def eject(
    folder: Annotated[Path, typer.Argument(metavar="DIR", help="A new or existing folder.")],
) -> None:
    """Copy the bundled templates into a folder, to edit and use with --prompts.

    Templates that are already in the folder are never replaced.

    Example: guarantee-summarizer prompts eject my-prompts
    """
    from guarantee_summarizer.prompts import prompts_folder  # noqa: PLC0415  (jinja2, only here)

    files = sorted(prompts_folder().glob("*.jinja"))
    if there := [file.name for file in files if os.path.lexists(folder / file.name)]:
        refuse(f"{folder}: already has {there[0]}; name another folder, or move it away")
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        refuse(f"{folder}: cannot be written ({error.strerror})")
    for file in files:
        with errors_as_one_line(), replacing(folder / file.name) as copy:
            copy.write(file.read_bytes())
    say(f"{len(files)} templates in {folder}; use them with --prompts {folder}", err=False)
