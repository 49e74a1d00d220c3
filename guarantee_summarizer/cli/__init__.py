"""The shell commands: each is a few calls of the library."""

from __future__ import annotations

from typing import Annotated

import typer

from guarantee_summarizer._version import __version__
from guarantee_summarizer.cli.corpus import batch, runs
from guarantee_summarizer.cli.dossier import dossier
from guarantee_summarizer.cli.evaluate import evaluate
from guarantee_summarizer.cli.export import export
from guarantee_summarizer.cli.prompts import prompts
from guarantee_summarizer.cli.streams import standard_streams
from guarantee_summarizer.cli.summarize import prompt, summarize

__all__ = ["app", "main"]

app = typer.Typer(
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    help="Structured, grounded summaries of articles on international security guarantees.",
    epilog="Without --model the embedded extractor is used: no key, no network, English only.",
)


def _show_version(wanted: bool) -> None:
    if wanted:
        typer.echo(f"guarantee-summarizer {__version__}")
        raise typer.Exit


@app.callback()
def options(
    version: Annotated[
        bool,
        typer.Option("--version", callback=_show_version, is_eager=True, help="Show the version."),
    ] = False,
) -> None:
    """Structured, grounded summaries of articles on international security guarantees."""


app.command()(summarize)
app.command()(prompt)
app.add_typer(prompts, name="prompts")
app.command()(batch)
app.add_typer(runs, name="runs")
app.command()(export)
app.command()(dossier)
app.command()(evaluate)


def main() -> None:
    """Run the command `guarantee-summarizer`."""
    with standard_streams():
        app()
