"""Results of a run as JSON Lines, and what the shell says of failures on the way."""

from __future__ import annotations

import signal
import sys
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from types import FrameType
from typing import IO, Any

import typer

from guarantee_summarizer.corpus.run import Run
from guarantee_summarizer.corpus.threaded import in_thread
from guarantee_summarizer.errors import BudgetSpentError, GuaranteeSummarizerError
from guarantee_summarizer.summarizer import Summarizer

__all__ = ["FAILED", "INTERRUPTED", "STOPPED", "carry_out", "part_of"]

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
