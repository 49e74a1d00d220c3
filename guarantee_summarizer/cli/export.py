"""`guarantee-summarizer export`: stored summaries as tables."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Annotated

import typer

from guarantee_summarizer.cli.shared import (
    errors_as_one_line,
    keep_inputs,
    print_error,
    refuse,
    say,
)
from guarantee_summarizer.corpus.results import Failure, Outcome
from guarantee_summarizer.readers import read_summaries
from guarantee_summarizer.render.table_files import files_of
from guarantee_summarizer.render.tables import COLUMNS, write_tables

__all__ = ["export"]


def export(
    inputs: Annotated[
        list[str],
        typer.Argument(
            metavar="FILE…",
            help="JSON Lines of summaries, as batch and summarize --format json write them; "
            ".json, .gz, folders; - reads standard input.",
        ),
    ],
    to: Annotated[
        str,
        typer.Option(
            metavar="DIR|FILE.xlsx|FILE.parquet",
            help="A folder gets a CSV file for each table, .xlsx a sheet for each; .parquet gets "
            "all rows in one table, with the table's name in the column 'table'.",
        ),
    ],
) -> None:
    """Write stored summaries as tables: participants, proposals, terms, layers, events and so on.

    A row has its article, the claim's path, and the cited sentences with their text. In CSV and
    Excel, cells that a spreadsheet would run as formulas begin with an apostrophe; list items are
    separated by semicolons. Lines that are not summaries are reported, and listed in the table
    failures.

    Exit status: 0 all written, 2 if lines could not be read.

    Example: guarantee-summarizer export out.jsonl --to tables.xlsx
    """
    with errors_as_one_line():
        keep_inputs(inputs, *files_of(to, COLUMNS).values())
        counts = write_tables(_reported(read_summaries(*inputs)), to)
    told = ", ".join(f"{name} {count:,}" for name, count in counts.items() if count)
    say(f"{to}: {told or 'no rows'}")
    if counts["failures"]:
        raise typer.Exit(2)


def _reported(outcomes: Iterable[Outcome]) -> Iterator[Outcome]:
    """Print failures as they arrive; if there is nothing else, end before replacing any file."""
    failed = done = 0
    for outcome in outcomes:
        if isinstance(outcome, Failure):
            failed += 1
            print_error(outcome)
        else:
            done += 1
        yield outcome
    if failed and not done:
        refuse("no summary could be read, so nothing is written")
