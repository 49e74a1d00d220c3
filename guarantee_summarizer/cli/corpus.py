"""`guarantee-summarizer batch` and `runs`: whole corpora, and what a ledger holds of them."""

from __future__ import annotations

import json
import signal
import sys
from collections.abc import Iterable, Iterator
from contextlib import closing, contextmanager
from datetime import UTC, datetime
from pathlib import Path
from types import FrameType
from typing import IO, Annotated, Any, Literal, NoReturn

import typer
from rich.console import Console
from rich.markup import escape
from rich.table import Table

from guarantee_summarizer.article import Article
from guarantee_summarizer.cli.ending import SOON, end_within
from guarantee_summarizer.cli.shared import (
    BaseUrl,
    Concurrency,
    Language,
    MaxTokens,
    Mode,
    Model,
    OutputFile,
    Prompts,
    Review,
    Seconds,
    Settings,
    Strict,
    errors_as_one_line,
    keep_inputs,
    open_output,
    part_of,
    print_error,
    print_warnings,
    requested,
    show_notes,
)
from guarantee_summarizer.corpus.ledger import Entry, Ledger, article_in
from guarantee_summarizer.corpus.results import Failure, Prices
from guarantee_summarizer.corpus.run import Run, in_thread
from guarantee_summarizer.errors import (
    ArticleError,
    BudgetSpentError,
    GuaranteeSummarizerError,
    LedgerError,
)
from guarantee_summarizer.readers import read_articles
from guarantee_summarizer.readers.records import Read
from guarantee_summarizer.summarizer import Summarizer

__all__ = ["FAILED", "INTERRUPTED", "STOPPED", "batch", "carry_out", "runs"]

FAILED, STOPPED, INTERRUPTED = 2, 3, 130
"""Exit status: some articles failed; the budget or an error ended the run; Ctrl-C did."""

_CTRL_C = "interrupted"


def carry_out(run: Run, summarizer: Summarizer, output: Path | None) -> NoReturn:
    """Do a run, write every summary as one line as it comes, and end with the exit status.

    A run that stops leaves what is done in the `.part` of `output`.
    """
    with open_output(output, STOPPED) as lines:
        status = _write_results(run, summarizer, lines)
        typer.echo(str(run.status), err=True)
        if status in (STOPPED, INTERRUPTED):
            done = f"; what is done stands in {part_of(output)}" if output and lines.tell() else ""
            hint = (
                "the same command goes on" if run.options.ledger else "with --ledger it could go on"
            )
            typer.echo(f"not finished: {hint}{done}", err=True)
            raise typer.Exit(status)
    raise typer.Exit(status)


def _write_results(run: Run, summarizer: Summarizer, lines: IO[str]) -> int:
    """Write summaries as they come and print failures; returns the exit status."""
    status = 0
    show_notes()
    try:
        with _ctrl_c(run), closing(in_thread(run, summarizer.aclose)) as results:
            for result in results:
                if result.failure is None:
                    lines.write(result.json + "\n")
                    lines.flush()
                else:
                    status = FAILED
                    if not getattr(result.failure.error, "ends_run", False):  # said at the end
                        print_error(result.failure)
    except GuaranteeSummarizerError as error:
        status = STOPPED
        print_error(error, "stopped" if isinstance(error, BudgetSpentError) else "error")
    except KeyboardInterrupt:
        status = INTERRUPTED
    return INTERRUPTED if run.stopped == _CTRL_C else status


@contextmanager
def _ctrl_c(run: Run) -> Iterator[None]:
    """Let the first Ctrl-C finish what is in flight, and the second drop it."""

    def interrupted(number: int, frame: FrameType | None) -> Any:  # noqa: ARG001  (signal's own)
        if run.stopped or run.free:  # the second, or nothing under way is paid for
            end_within(SOON, 128 + number)
        if run.stopped:
            raise KeyboardInterrupt
        run.stop(_CTRL_C)
        typer.echo("stopping; running articles are finished, Ctrl-C again drops them", err=True)

    before = {one: signal.signal(one, interrupted) for one in (signal.SIGINT, signal.SIGTERM)}
    try:
        yield
    finally:
        for one, handler in before.items():
            signal.signal(one, handler)


def batch(  # noqa: PLR0913, PLR0917  (one parameter for each option of the command)
    inputs: Annotated[
        list[str],
        typer.Argument(
            metavar="INPUT…",
            help="JSONL, CSV, Parquet, text, JSON, HTML, PDF, RSS, RTF, folders; - reads standard "
            "input.",
        ),
    ],
    output: OutputFile = None,
    ledger: Annotated[
        Path | None,
        typer.Option(help="Remembers what is done, so that runs resume.", metavar="FILE"),
    ] = None,
    model: Model = None,
    base_url: BaseUrl = None,
    prompts: Prompts = None,
    language: Language = "English",
    strict: Strict = False,
    review: Review = True,
    mode: Mode = "tools",
    max_tokens: MaxTokens = None,
    settings: Settings = None,
    seconds: Seconds = 300.0,
    concurrency: Concurrency = 16,
    processes: Annotated[
        int | None,
        typer.Option(help="Processes that work; all cores without a model, 1 with one."),
    ] = None,
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
    """Summarize whole corpora as JSON Lines; with a ledger, interrupted runs resume.

    Exit status: 0 all done, 2 some articles failed (each has its line on standard error), 3 the
    budget or an error ended the run, 130 Ctrl-C did.

    Example: guarantee-summarizer batch news.jsonl --output out.jsonl --ledger run.sqlite
    """
    keep_inputs(inputs, output, ledger)
    with errors_as_one_line():
        summarizer = Summarizer(
            model,
            base_url=base_url,
            prompts=prompts,
            language=language,
            strict=strict,
            review=review,
            mode=mode,
            max_tokens=max_tokens,
            request=requested(settings),
            seconds=seconds,
            requests_per_minute=requests_per_minute,
            tokens_per_minute=tokens_per_minute,
        )
        run = summarizer.run(
            _told(read_articles(*inputs, text_column=text_column)),
            concurrency=concurrency,
            processes=processes,
            ordered=ordered,
            ledger=ledger,
            retry_failed=retry_failed,
            budget_tokens=budget_tokens,
            budget_cost=budget_cost,
            prices=Prices(*price) if price else None,
            progress=sys.stderr.isatty(),
        )
    carry_out(run, summarizer, output)


def _told(articles: Iterable[Read]) -> Iterator[Read]:
    """Pass articles on, and print what of each could not be used."""
    for article in articles:
        if isinstance(article, Article):
            print_warnings(article)
        yield article


runs = typer.Typer(no_args_is_help=True, help="What a ledger of runs holds.")

LedgerFile = Annotated[Path, typer.Argument(metavar="LEDGER", help="The file given to batch.")]
RunNumber = Annotated[int | None, typer.Option("--run", help="Of one run alone.")]


@runs.command()
def show(ledger: LedgerFile, run: RunNumber = None) -> None:
    """Show the runs and, one a line, what failed."""
    with errors_as_one_line(), _existing(ledger) as opened:
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
    output: OutputFile = None,
    status: Annotated[
        Literal["done", "failed"], typer.Option(help="Summaries, or what failed.")
    ] = "done",
    run: RunNumber = None,
) -> None:
    """Write what the ledger holds as JSON Lines: summaries, or the records of what failed."""
    keep_inputs([ledger], output)
    with errors_as_one_line(), _existing(ledger) as opened, open_output(output) as lines:
        lines.writelines(map(_line, opened.entries(status=status, run=run)))


@runs.command()
def retry_failed(
    ledger: LedgerFile,
    output: OutputFile = None,
    run: RunNumber = None,
    concurrency: Concurrency = 16,
) -> None:
    """Do again what failed, with the settings of the last run; the input is not needed.

    What could not even be read is told again; correct its file, and give it to batch.
    """
    keep_inputs([ledger], output)
    with errors_as_one_line(), _existing(ledger) as opened:
        known = [one for one in opened.runs() if run in (None, one.run)]
        if not known:
            raise LedgerError(f"{ledger}: holds no run" + (f" {run}" if run else " yet"))
        summarizer = Summarizer(**known[-1].settings)
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
        unread = Failure(entry.source, ArticleError(entry.message or entry.source))
        yield article_in(entry) or unread


def _line(entry: Entry) -> str:
    if entry.summary is not None:
        return entry.summary + "\n"
    record = json.loads(entry.record or "{}")
    failure = {"source": entry.source, "error": entry.error, "message": entry.message, **record}
    return json.dumps(failure, ensure_ascii=False) + "\n"


def _existing(path: Path) -> Ledger:
    if not path.exists():
        raise LedgerError(f"{path}: there is no such ledger")
    return Ledger(path)
