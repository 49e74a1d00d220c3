"""Results of a run as JSON Lines, and what the shell says of failures on the way."""

from __future__ import annotations

import json
import signal
import sys
from collections.abc import Iterator
from contextlib import closing, contextmanager
from datetime import UTC, datetime
from enum import StrEnum
from pathlib import Path
from types import FrameType
from typing import IO, Annotated, Any

import typer
from rich.console import Console
from rich.markup import escape
from rich.table import Table

from guarantee_summarizer.article import Article
from guarantee_summarizer.cli.shared import BaseUrl, Language, Model, Prompts, refuse, told
from guarantee_summarizer.corpus.ledger import Entry, Ledger
from guarantee_summarizer.corpus.results import Prices
from guarantee_summarizer.corpus.run import Run, in_thread
from guarantee_summarizer.errors import BudgetSpentError, GuaranteeSummarizerError, LedgerError
from guarantee_summarizer.readers.files import read_articles
from guarantee_summarizer.summarizer import Summarizer

__all__ = ["FAILED", "INTERRUPTED", "STOPPED", "batch", "carry_out", "part_of", "runs"]

FAILED, STOPPED, INTERRUPTED = 2, 3, 130
"""Exit status: some articles failed; the budget or an error ended the run; Ctrl-C did."""


def carry_out(run: Run, summarizer: Summarizer, output: Path | None) -> int:
    """Do a run, write every summary as one line as it comes, and say what failed.

    With `output` the lines go to a `.part` beside it, which takes its place once the run is
    through: what stood there before is whole until then.

    Returns:
        the exit status: 0, `FAILED`, `STOPPED` or `INTERRUPTED`.
    """
    status = 0
    part = part_of(output) if output else None
    with _opened(part) as lines, _ctrl_c(run):
        try:
            with closing(in_thread(run, summarizer.aclose)) as results:
                for result in results:
                    if result.failure is None:
                        lines.write(result.json + "\n")
                        lines.flush()
                    else:
                        status = FAILED
                        typer.echo(f"error: {result.failure}", err=True)
        except GuaranteeSummarizerError as error:
            status = STOPPED
            typer.echo(f"{_kind(error)}: {error}", err=True)
        except KeyboardInterrupt:
            status = INTERRUPTED
    if run.stopped == _INTERRUPT:
        status = INTERRUPTED
    typer.echo(str(run.status), err=True)
    if status in (STOPPED, INTERRUPTED):
        kept = f"; what is done stands in {part}" if part else ""
        how = "the same command goes on" if run.options.ledger else "with --ledger it could go on"
        typer.echo(f"not finished: {how}{kept}", err=True)
    elif part and output:
        part.replace(output)
    return status


_INTERRUPT = "interrupted"


def part_of(output: Path) -> Path:
    """The file that grows while a run is under way."""
    return output.with_name(f"{output.name}.part")


def _kind(error: Exception) -> str:
    return "stopped" if isinstance(error, BudgetSpentError) else "error"


@contextmanager
def _opened(part: Path | None) -> Iterator[IO[str]]:
    if part is None:
        yield sys.stdout
        return
    try:
        with part.open("w", encoding="utf-8") as file:
            yield file
    except OSError as error:
        typer.echo(f"error: {part}: cannot be written ({error.strerror})", err=True)
        raise typer.Exit(STOPPED) from error


@contextmanager
def _ctrl_c(run: Run) -> Iterator[None]:
    """The first Ctrl-C lets what is under way finish, the second drops it."""

    def interrupted(number: int, frame: FrameType | None) -> Any:  # noqa: ARG001  (signal's own)
        if run.stopped:
            raise KeyboardInterrupt
        run.stop(_INTERRUPT)
        typer.echo("stopping; what is under way is finished, Ctrl-C again drops it", err=True)

    before = signal.signal(signal.SIGINT, interrupted)
    try:
        yield
    finally:
        signal.signal(signal.SIGINT, before)


def batch(  # noqa: PLR0913, PLR0917  (one parameter for each option of the command)
    inputs: Annotated[
        list[str],
        typer.Argument(
            metavar="INPUT…",
            help="JSONL, CSV, Parquet, text, JSON, HTML, PDF, folders; - reads standard input.",
        ),
    ],
    output: Annotated[
        Path | None, typer.Option(help="JSON Lines; standard output if left out.", metavar="FILE")
    ] = None,
    ledger: Annotated[
        Path | None,
        typer.Option(help="Remembers what is done, so that a run can go on.", metavar="FILE"),
    ] = None,
    model: Model = None,
    base_url: BaseUrl = None,
    prompts: Prompts = None,
    language: Language = "English",
    strict: Annotated[
        bool, typer.Option("--strict", help="Count what is incomplete or unsupported as failed.")
    ] = False,
    concurrency: Annotated[int, typer.Option(help="Articles under way at once.")] = 16,
    ordered: Annotated[
        bool, typer.Option("--ordered", help="Lines in the order of the input.")
    ] = False,
    retry_failed: Annotated[
        bool, typer.Option("--retry-failed", help="Do again what the ledger holds as failed.")
    ] = False,
    text_column: Annotated[str, typer.Option(help="Where rows hold the article.")] = "text",
    requests_per_minute: Annotated[float | None, typer.Option(help="The endpoint's limit.")] = None,
    tokens_per_minute: Annotated[float | None, typer.Option(help="The endpoint's limit.")] = None,
    budget_tokens: Annotated[
        int | None, typer.Option(help="Begin no article once so many tokens are spent.")
    ] = None,
    budget_cost: Annotated[
        float | None, typer.Option(help="The same in money; needs --price.")
    ] = None,
    price: Annotated[
        tuple[float, float] | None,
        typer.Option(help="Of a million tokens in, and out.", metavar="IN OUT"),
    ] = None,
) -> None:
    """Summarize whole corpora; a run that was ended, or killed, goes on where it was.

    Exit status: 0 all done, 2 some articles failed (each has its line on standard error), 3 the
    budget or an error ended the run, 130 Ctrl-C did.

    Example: guarantee-summarizer batch news.jsonl --output out.jsonl --ledger run.sqlite
    """
    if output is not None and (output.is_dir() or not output.absolute().parent.is_dir()):
        refuse(f"{output}: cannot be written; name a file in an existing folder")
    with told():
        summarizer = Summarizer(
            model,
            base_url=base_url,
            prompts=prompts,
            language=language,
            strict=strict,
            requests_per_minute=requests_per_minute,
            tokens_per_minute=tokens_per_minute,
        )
        run = summarizer.run(
            read_articles(*inputs, text_column=text_column),
            concurrency=concurrency,
            ordered=ordered,
            ledger=ledger,
            retry_failed=retry_failed,
            budget_tokens=budget_tokens,
            budget_cost=budget_cost,
            prices=Prices(*price) if price else None,
            progress=sys.stderr.isatty(),
        )
    raise typer.Exit(carry_out(run, summarizer, output))


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
