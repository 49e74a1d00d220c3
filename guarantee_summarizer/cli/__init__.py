"""The shell commands: each is a few calls of the library."""

from __future__ import annotations

import gc
from importlib import import_module
from typing import Annotated, Any

import typer
from typer.core import TyperCommand, TyperGroup
from typer.main import get_command

from guarantee_summarizer._version import __version__
from guarantee_summarizer.cli.streams import show_notes, standard_streams

__all__ = ["COMMANDS", "app", "command", "main"]

COMMANDS = {
    "summarize": (
        "summarize",
        "Summarize articles; failed articles are reported, the rest are summarized.",
    ),
    "prompt": (
        "summarize",
        "Show the exact messages and schema that a model would get, with fingerprint and size.",
    ),
    "batch": (
        "batch",
        "Summarize whole corpora as JSON Lines; with a ledger, interrupted runs resume.",
    ),
    "export": (
        "export",
        "Write stored summaries as tables: participants, proposals, terms, layers, events and so on.",
    ),
    "dossier": (
        "dossier",
        "Join summaries: who proposed what when, what changed, which reports contradict each other.",
    ),
    "evaluate": (
        "evaluate",
        "Score summaries against gold: precision, recall, F1 by section, and unsupported claims.",
    ),
    "prompts": ("prompts", "The prompt templates."),
    "runs": ("runs", "Inspect, export and retry the runs in a ledger."),
}  # each: its module, which is loaded when the command runs, and its line in the help


def command(name: str) -> Any:
    """Load one command.

    Args:
        name: Of the command, e.g. `summarize`.

    Returns:
        The command, or the group of commands, as Typer builds it.

    Raises:
        KeyError: If there is no such command.
    """
    made = getattr(import_module(f"{__name__}.{COMMANDS[name][0]}"), name)
    if not isinstance(made, typer.Typer):
        function, made = made, typer.Typer(add_completion=False)
        made.command(name)(function)
    loaded = get_command(made)
    loaded.name = name
    return loaded


class _Commands(TyperGroup):
    """The commands by their lines in the help; the one that runs is loaded."""

    def __init__(self, **settings: Any) -> None:
        lines = {name: TyperCommand(name, help=line) for name, (_, line) in COMMANDS.items()}
        super().__init__(**settings | {"commands": lines})

    def resolve_command(self, ctx: Any, args: list[str]) -> tuple[str | None, Any, list[str]]:
        name, found, rest = super().resolve_command(ctx, args)
        return name, command(name) if name else found, rest


app = typer.Typer(
    cls=_Commands,
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
    version: Annotated[  # noqa: ARG001  (its callback shows it)
        bool,
        typer.Option("--version", callback=_show_version, is_eager=True, help="Show the version."),
    ] = False,
) -> None:
    """Structured, grounded summaries of articles on international security guarantees."""
    show_notes()


def main() -> None:
    """Run the command `guarantee-summarizer`."""
    gc.set_threshold(10_000)  # by default, loading the modules takes a fifth longer
    with standard_streams():
        app()
