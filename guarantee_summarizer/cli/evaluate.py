"""The command `evaluate`; the command line mounts it with `app.command()(evaluate)`."""

from __future__ import annotations

import json
from collections.abc import Sequence
from fnmatch import fnmatch
from pathlib import Path
from typing import Annotated, Literal

import typer
from rich.console import Console

from guarantee_summarizer.cli.shared import BaseUrl, Model, errors_as_one_line, say
from guarantee_summarizer.errors import ConfigurationError
from guarantee_summarizer.evaluation.gold import GoldItem, load_gold
from guarantee_summarizer.evaluation.report import (
    Evaluation,
    error_lines,
    score_stored,
    to_dict,
    to_table,
)
from guarantee_summarizer.evaluation.report import evaluate as run
from guarantee_summarizer.summarizer import Summarizer

__all__ = ["evaluate", "select"]


def evaluate(  # noqa: PLR0913, PLR0917  (one argument for each option)
    gold: Annotated[Path, typer.Argument(help="Folder of gold articles: ID.txt with ID.json.")],
    model: Model = None,
    base_url: BaseUrl = None,
    summaries: Annotated[
        Path | None,
        typer.Option(help="Score stored summaries: a folder of ID.json, or JSON Lines."),
    ] = None,
    only: Annotated[
        str | None,
        typer.Option(help="odd, even, a prefix of a name, or a glob such as '0[13]*'."),
    ] = None,
    format: Annotated[  # noqa: A002  (the option's name)
        Literal["table", "json"], typer.Option(help="table to read, or json for programs.")
    ] = "table",
    show_errors: Annotated[
        bool, typer.Option("--show-errors", help="List what was missed, spurious or wrong.")
    ] = False,
) -> None:
    """Score summaries against gold: precision, recall, F1 by section, and unsupported claims.

    Example: guarantee-summarizer evaluate tests/gold --only odd --show-errors
    """
    with errors_as_one_line():
        items = select(load_gold(gold), only)
        result = _evaluation(items, model, base_url, summaries)
    if format == "json":
        typer.echo(json.dumps(to_dict(result), indent=1))
    else:
        Console().print(to_table(result))
    if show_errors:
        for line in error_lines(result, items):
            say(line, err=format == "json")


def select(items: Sequence[GoldItem], only: str | None) -> list[GoldItem]:
    """Return the items that `only` selects: `odd` or `even` numbers, a prefix, or a glob.

    Raises:
        ConfigurationError: it selects none.
    """
    chosen = [item for item in items if only is None or _chosen(item.name, only)]
    if not chosen:
        names = ", ".join(item.name for item in items)
        raise ConfigurationError(f"--only {only!r} selects no gold article; there are {names}")
    return chosen


def _chosen(name: str, only: str) -> bool:
    if only in ("odd", "even"):
        number = name.partition("-")[0]
        return number.isdecimal() and int(number) % 2 == (only == "odd")
    return name.startswith(only) or fnmatch(name, only)


def _evaluation(
    items: Sequence[GoldItem], model: str | None, base_url: str | None, summaries: Path | None
) -> Evaluation:
    if summaries is not None:
        if model is not None or base_url is not None:
            raise ConfigurationError("stored summaries need no --model and no --base-url")
        return score_stored(items, summaries)
    with Summarizer(model, base_url=base_url) as summarizer:
        return run(items, summarizer.summarize)
