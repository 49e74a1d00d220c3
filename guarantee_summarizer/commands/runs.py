"""`guarantee-summarizer runs`: what a ledger holds, out of it, and once more what failed."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator
from datetime import UTC, datetime
from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console
from rich.markup import escape
from rich.table import Table

from guarantee_summarizer.article import Article
from guarantee_summarizer.commands.lines import carry_out
from guarantee_summarizer.commands.shell import told
from guarantee_summarizer.corpus.ledger import Entry, Ledger
from guarantee_summarizer.errors import LedgerError
from guarantee_summarizer.summarizer import Summarizer

__all__ = ["runs"]

runs = typer.Typer(no_args_is_help=True, help="What a ledger of runs holds.")

LedgerFile = Annotated[Path, typer.Argument(metavar="LEDGER", help="The file given to batch.")]
RunNumber = Annotated[int | None, typer.Option("--run", help="Of one run alone.")]


class Wanted(StrEnum):
    """Which entries are exported."""

    done = "done"
    failed = "failed"


@runs.command()
def show(ledger: LedgerFile, run: RunNumber = None) -> None:
    """Show the runs and, one a line, what failed."""
    with told(), _existing(ledger) as opened:
        table = Table("run", "begun (UTC)", "state", "done", "failed", "tokens in / out", "model")
        for one in opened.runs():
            begun = datetime.fromtimestamp(one.begun, UTC).strftime("%Y-%m-%d %H:%M")
            tokens = f"{one.usage.input_tokens:,} / {one.usage.output_tokens:,}"
            model = one.settings.get("model") or "embedded"
            row = (one.run, begun, one.state, f"{one.done:,}", f"{one.failed:,}", tokens, model)
            table.add_row(*(escape(str(cell)) for cell in row))
        Console().print(table)
        counts = opened.counts()
        typer.echo(f"{counts.done:,} articles done, {counts.failed:,} failed")
        for entry in opened.entries(status="failed", run=run):
            typer.echo(f"  {entry.source}: {entry.error}: {entry.message}")


@runs.command()
def export(
    ledger: LedgerFile,
    output: Annotated[
        Path | None, typer.Option(help="Standard output if left out.", metavar="FILE")
    ] = None,
    status: Annotated[Wanted, typer.Option(help="Summaries, or what failed.")] = Wanted.done,
    run: RunNumber = None,
) -> None:
    """Write what the ledger holds as JSON Lines: summaries, or the records of what failed."""
    with told(), _existing(ledger) as opened:
        lines = map(_line, opened.entries(status=status.value, run=run))
        if output is None:
            sys.stdout.writelines(lines)
            return
        part = output.with_name(f"{output.name}.part")
        try:
            with part.open("w", encoding="utf-8") as file:
                file.writelines(lines)
            part.replace(output)
        except OSError as error:
            raise LedgerError(f"{output}: cannot be written ({error.strerror})") from error


@runs.command("retry-failed")
def retry_failed(
    ledger: LedgerFile,
    output: Annotated[
        Path | None, typer.Option(help="Standard output if left out.", metavar="FILE")
    ] = None,
    run: RunNumber = None,
    concurrency: Annotated[int, typer.Option(help="Articles under way at once.")] = 16,
) -> None:
    """Do again what failed, with the settings of the last run; the input is not needed."""
    with told(), _existing(ledger) as opened:
        if not (known := opened.runs()):
            raise LedgerError(f"{ledger}: holds no run yet")
        last = next(one for one in reversed(known) if run in (None, one.run))
        summarizer = Summarizer(**last.settings)
        again = summarizer.run(
            _failed(opened, run),
            concurrency=concurrency,
            ledger=ledger,
            retry_failed=True,
            progress=sys.stderr.isatty(),
        )
        status = carry_out(again, summarizer, output)
    raise typer.Exit(status)


def _failed(ledger: Ledger, run: int | None) -> Iterator[Article]:
    for entry in ledger.entries(status="failed", run=run):
        yield Article.from_dict(json.loads(entry.record or "{}"), source=entry.source)


def _line(entry: Entry) -> str:
    if entry.summary is not None:
        return entry.summary + "\n"
    record = json.loads(entry.record or "{}")
    told = {"source": entry.source, "error": entry.error, "message": entry.message, **record}
    return json.dumps(told, ensure_ascii=False) + "\n"


def _existing(path: Path) -> Ledger:
    if not path.exists():
        raise LedgerError(f"{path}: there is no such ledger")
    return Ledger(path)
