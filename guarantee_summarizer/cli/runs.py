"""`guarantee-summarizer runs`: show, export and retry the runs in a ledger."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated, Literal

import typer
from rich.console import Console
from rich.markup import escape
from rich.table import Table

from guarantee_summarizer.article import Article
from guarantee_summarizer.cli.carry_out import FAILED, carry_out
from guarantee_summarizer.cli.shared import (
    Concurrency,
    OutputFile,
    Settings,
    errors_as_one_line,
    keep_inputs,
    open_output,
    print_error,
    requested,
    say,
)
from guarantee_summarizer.corpus.ledger import Ledger
from guarantee_summarizer.corpus.records import Entry, RunRecord, article_in
from guarantee_summarizer.corpus.results import Failure
from guarantee_summarizer.corpus.rows import Damaged, object_in
from guarantee_summarizer.errors import ArticleError, GuaranteeSummarizerError, LedgerError
from guarantee_summarizer.lines import json_line, one_line
from guarantee_summarizer.places import masked_text
from guarantee_summarizer.summarizer import Summarizer

__all__ = ["runs"]

runs = typer.Typer(no_args_is_help=True, help="Inspect, export and retry the runs in a ledger.")

LedgerFile = Annotated[Path, typer.Argument(metavar="LEDGER", help="Ledger file of batch.")]
RunNumber = Annotated[int | None, typer.Option("--run", help="Only this run.")]


@runs.command()
def show(ledger: LedgerFile, run: RunNumber = None) -> None:
    """Show the runs, and the failed articles one per line.

    All entries are read to find damaged ones: about 20,000 per second.
    """
    with errors_as_one_line(), _existing(ledger, read_only=True) as opened:
        table = Table("run", "begun (UTC)", "state", "done", "failed", "tokens in / out", "model")
        for one in opened.runs():
            table.add_row(*(escape(one_line(cell)) for cell in _cells(one)))
        Console().print(table)
        counts = {"done": 0, "failed": 0}
        for entry in opened.entries():
            counts[entry.status] += 1
            if entry.status == "failed" and run in (None, entry.run):
                named = "" if entry.damaged else f"{entry.source}: {entry.error}: "
                say(f"  {named}{masked_text(entry.message or '')}", err=False)
        say(f"{counts['done']:,} articles done, {counts['failed']:,} failed", err=False)
        if _warned(opened):
            raise typer.Exit(FAILED)


@runs.command()
def export(
    ledger: LedgerFile,
    output: OutputFile = None,
    status: Annotated[
        Literal["done", "failed"], typer.Option(help="Summaries, or the failed articles.")
    ] = "done",
    run: RunNumber = None,
) -> None:
    """Write a ledger's summaries, or the records of failed articles, as JSON Lines.

    Damaged entries are reported on standard error and left out; the exit status is then 2.
    """
    keep_inputs([], output, ledger=ledger)
    damaged = False
    with (
        errors_as_one_line(),
        _existing(ledger, read_only=True) as opened,
        open_output(output) as lines,
    ):
        for entry in opened.entries(status=status, run=run):
            try:
                lines.write(json_line(_line(entry)) + "\n")
            except LedgerError as error:
                damaged = True
                print_error(error)
        damaged = _warned(opened) or damaged
    if damaged:
        raise typer.Exit(FAILED)


def _warned(ledger: Ledger) -> bool:
    """Report and return whether damage may have made rows unreadable."""
    if (trouble := ledger.trouble()) is None:
        return False
    print_error(f"{ledger.path}: is damaged, rows may be missing ({trouble})")
    return True


def _cells(one: RunRecord) -> tuple[object, ...]:
    if one.state == "damaged":
        return (one.run, "", one.state, "", "", "", "")
    begun = datetime.fromtimestamp(one.begun, UTC).strftime("%Y-%m-%d %H:%M")
    tokens = f"{one.usage.input_tokens:,} / {one.usage.output_tokens:,}"
    model = one.settings.get("model") or "embedded"
    return (one.run, begun, one.state, f"{one.done:,}", f"{one.failed:,}", tokens, model)


@runs.command()
def retry_failed(  # noqa: PLR0913, PLR0917  (one parameter for each option of the command)
    ledger: LedgerFile,
    output: OutputFile = None,
    run: RunNumber = None,
    base_url: Annotated[
        list[str] | None,
        typer.Option(help="Confirm an endpoint that the run used; may be repeated."),
    ] = None,
    model: Annotated[
        list[str] | None, typer.Option(help="Confirm the model of a run without a base URL.")
    ] = None,
    settings: Settings = None,
    concurrency: Concurrency = 16,
) -> None:
    """Retry failed articles with the settings of the last run; the input is not needed.

    For a run with a model, name its endpoint again: a ledger must not decide where articles and
    your key are sent. Unreadable input is reported again; fix its file, and pass it to batch.
    """
    keep_inputs([], output, ledger=ledger)
    with errors_as_one_line(), _existing(ledger) as opened:
        known = [one for one in opened.runs() if run in (None, one.run)]
        if known and known[-1].state == "damaged":
            raise LedgerError(f"{ledger}: run {known[-1].run} is damaged; name another with --run")
        if not known:
            raise LedgerError(f"{ledger}: has no run" + (f" {run}" if run else " yet"))
        given = known[-1].settings_at(*(base_url or ()), *(model or ()))
        if settings:
            given["request"] = {**given.get("request", {}), **requested(settings)}
        summarizer = Summarizer(**given)
        again = summarizer.run(
            _failed(opened, run),
            concurrency=concurrency,
            ledger=ledger,
            retry_failed=True,
            progress=sys.stderr.isatty(),
        )
        carry_out(again, summarizer, output)


def _failed(ledger: Ledger, run: int | None) -> Iterator[Article | Failure]:
    for entry in ledger.entries(status="failed", run=run):
        kind = LedgerError if entry.damaged else ArticleError
        unread = Failure(entry.source, kind(entry.message or entry.source))
        try:
            yield article_in(entry) or unread
        except GuaranteeSummarizerError as error:  # an impossible record
            yield Failure(entry.source, LedgerError(f"{entry.source}: is damaged ({error})"))


def _line(entry: Entry) -> str:
    """Return the entry as a line of JSON; raise if it has none."""
    if entry.damaged:
        raise LedgerError(entry.message)
    try:
        held = object_in(entry.summary if entry.status == "done" else entry.record or "{}")
    except Damaged as reason:
        raise LedgerError(f"entry {entry.key}: is damaged ({reason})") from reason
    if entry.status == "done":
        return entry.summary or ""
    message = masked_text(entry.message or "")
    failure = {"source": entry.source, "error": entry.error, "message": message, **held}
    return json.dumps(failure, ensure_ascii=False)


def _existing(path: Path, *, read_only: bool = False) -> Ledger:
    try:
        if path.exists():
            return Ledger(path, read_only=read_only)
    except OSError as error:
        raise LedgerError(f"{path}: cannot be opened ({error.strerror})") from error
    raise LedgerError(f"{path}: there is no such ledger")
