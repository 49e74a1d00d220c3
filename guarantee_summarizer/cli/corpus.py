"""`guarantee-summarizer batch` and `runs`: summarize corpora, and inspect and retry runs."""

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
    LexiconFolder,
    MaxTokens,
    Mode,
    Model,
    OutputFile,
    Prompts,
    Review,
    Seconds,
    Settings,
    Strict,
    TextColumn,
    errors_as_one_line,
    keep_inputs,
    open_output,
    print_error,
    print_warnings,
    requested,
    say,
    show_notes,
)
from guarantee_summarizer.cli.streams import stopping
from guarantee_summarizer.corpus.ledger import Ledger
from guarantee_summarizer.corpus.records import Entry, RunRecord, article_in
from guarantee_summarizer.corpus.results import Failure, Prices
from guarantee_summarizer.corpus.rows import Damaged, object_in
from guarantee_summarizer.corpus.run import Run, in_thread
from guarantee_summarizer.errors import (
    ArticleError,
    BudgetSpentError,
    ConfigurationError,
    GuaranteeSummarizerError,
    LedgerError,
)
from guarantee_summarizer.lines import json_line, one_line
from guarantee_summarizer.outputs import part_of
from guarantee_summarizer.places import masked_text
from guarantee_summarizer.readers import read_articles
from guarantee_summarizer.readers.records import Read
from guarantee_summarizer.summarizer import Summarizer

__all__ = ["FAILED", "INTERRUPTED", "STOPPED", "TERMINATED", "batch", "carry_out", "runs"]

FAILED, STOPPED, INTERRUPTED, TERMINATED = 2, 3, 130, 143
"""Exit statuses: some articles failed; budget or error ended the run; Ctrl-C; SIGTERM."""

_SIGNALS = {signal.SIGINT: INTERRUPTED, signal.SIGTERM: TERMINATED}
_NO_OUTPUT = "the output accepts no more data"


def carry_out(run: Run, summarizer: Summarizer, output: Path | None) -> NoReturn:
    """Run, write each summary as one line once it is finished, and exit with the status.

    A run that stops keeps the finished lines in the `.part` of `output`.
    """
    with open_output(output, STOPPED) as lines:
        status = _write_results(run, summarizer, lines)
        say(run.status)
        if status in (STOPPED, INTERRUPTED, TERMINATED):
            done = f"; summaries are in {part_of(output)}" if output and _held(output) else ""
            hint = (
                "the same command resumes" if run.options.ledger else "with --ledger it can resume"
            )
            say(f"not finished: {hint}{done}")
            raise typer.Exit(status)
    raise typer.Exit(status)


def _held(output: Path) -> bool:
    return part_of(output).is_file() and part_of(output).stat().st_size > 0


def _write_results(run: Run, summarizer: Summarizer, lines: IO[str]) -> int:
    """Write summaries and print failures as they arrive; return the exit status."""
    status, told = 0, list[int]()
    show_notes()
    try:
        with _finishing(run, told), closing(in_thread(run, summarizer.aclose)) as results:
            for result in results:
                if result.failure is None:
                    _write(run, lines, result.json)
                else:
                    status = FAILED
                    if not getattr(result.failure.error, "ends_run", False):  # reported at the end
                        print_error(result.failure)
    except GuaranteeSummarizerError as error:
        status = STOPPED
        print_error(error, "stopped" if isinstance(error, BudgetSpentError) else "error")
    except KeyboardInterrupt:
        status = INTERRUPTED
    if run.stopped == _NO_OUTPUT:
        return STOPPED
    return told[0] if told else status


def _write(run: Run, lines: IO[str], line: str) -> None:
    """Write a summary; if that fails, end the run after recording the articles in flight."""
    if run.stopped == _NO_OUTPUT:
        return
    try:
        lines.write(json_line(line) + "\n")
        lines.flush()
    except (OSError, ConfigurationError) as error:
        told = isinstance(error, ConfigurationError)
        print_error(error if told else f"the output cannot be written ({error})")
        run.stop(_NO_OUTPUT)


@contextmanager
def _finishing(run: Run, told: list[int]) -> Iterator[None]:
    """Let the first Ctrl-C or SIGTERM finish the articles in flight, and the second drop them.

    Args:
        run: the run.
        told: called with the exit status of each signal.
    """

    def interrupted(number: int, frame: FrameType | None) -> Any:  # noqa: ARG001  (signal's own)
        told.append(_SIGNALS[signal.Signals(number)])
        if run.stopped or run.free:  # the second signal, or nothing in flight is paid for
            end_within(SOON, 128 + number, run.record_stop)
        if run.stopped:
            raise KeyboardInterrupt
        run.stop("interrupted")
        say("stopping; running articles are finished, Ctrl-C again drops them")

    with stopping(interrupted, *_SIGNALS):
        yield


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
        typer.Option(help="Records results, so that runs can resume.", metavar="FILE"),
    ] = None,
    model: Model = None,
    base_url: BaseUrl = None,
    prompts: Prompts = None,
    lexicon: LexiconFolder = None,
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
        typer.Option(help="Number of processes; all cores without a model, 1 with one."),
    ] = None,
    ordered: Annotated[
        bool, typer.Option("--ordered", help="Write lines in the order of the input.")
    ] = False,
    retry_failed: Annotated[
        bool, typer.Option("--retry-failed", help="Retry the articles that failed in the ledger.")
    ] = False,
    text_column: TextColumn = "text",
    requests_per_minute: Annotated[float | None, typer.Option(help="The endpoint's limit.")] = None,
    tokens_per_minute: Annotated[float | None, typer.Option(help="The endpoint's limit.")] = None,
    budget_tokens: Annotated[
        int | None, typer.Option(help="Start no more articles after so many tokens.")
    ] = None,
    budget_cost: Annotated[
        float | None, typer.Option(help="Start no more articles after this cost; needs --price.")
    ] = None,
    price: Annotated[
        tuple[float, float] | None,
        typer.Option(help="Prices per million tokens: input, output.", metavar="IN OUT"),
    ] = None,
) -> None:
    """Summarize whole corpora as JSON Lines; with a ledger, interrupted runs resume.

    Exit status: 0 all done, 2 some articles failed (each has a line on standard error), 3 the
    budget or an error ended the run, 130 Ctrl-C did.

    Example: guarantee-summarizer batch news.jsonl --output out.jsonl --ledger run.sqlite
    """
    keep_inputs(inputs, output, ledger=ledger)
    with errors_as_one_line():
        summarizer = Summarizer(
            model,
            base_url=base_url,
            prompts=prompts,
            lexicon=lexicon,
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
    """Pass articles on, and print their warnings."""
    for article in articles:
        if isinstance(article, Article):
            print_warnings(article)
        yield article


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
