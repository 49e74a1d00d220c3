"""Carry out a run in the shell: write results as they come, stop on signals, exit with a status."""

from __future__ import annotations

import gc
import signal
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from types import FrameType
from typing import IO, Any, NoReturn

import typer

from guarantee_summarizer.cli.ending import SOON, end_within
from guarantee_summarizer.cli.shared import open_output, print_error, say
from guarantee_summarizer.cli.streams import stopping
from guarantee_summarizer.corpus.loops import in_thread
from guarantee_summarizer.corpus.run import Run
from guarantee_summarizer.errors import (
    BudgetSpentError,
    ConfigurationError,
    GuaranteeSummarizerError,
)
from guarantee_summarizer.lines import json_line
from guarantee_summarizer.outputs import part_of
from guarantee_summarizer.summarizer import Summarizer

__all__ = ["FAILED", "INTERRUPTED", "STOPPED", "TERMINATED", "carry_out"]

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
    status, signals, loaded = 0, list[int](), False
    try:
        with _finishing(run, signals), closing(in_thread(run, summarizer.aclose)) as results:
            for result in results:
                if result.made and not loaded:
                    loaded = True
                    gc.freeze()  # the collector need not visit loaded modules again
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
    return signals[0] if signals else status


def _write(run: Run, lines: IO[str], line: str) -> None:
    """Write a summary; if that fails, end the run after recording the articles in flight."""
    if run.stopped == _NO_OUTPUT:
        return
    try:
        lines.write(json_line(line) + "\n")
        lines.flush()
    except (OSError, ConfigurationError) as error:
        named = isinstance(error, ConfigurationError)
        print_error(error if named else f"the output cannot be written ({error})")
        run.stop(_NO_OUTPUT)


@contextmanager
def _finishing(run: Run, signals: list[int]) -> Iterator[None]:
    """Let the first Ctrl-C or SIGTERM finish the articles in flight, and the second drop them.

    Args:
        run: the run.
        signals: receives the exit status of each signal.
    """

    def interrupted(number: int, frame: FrameType | None) -> Any:  # noqa: ARG001  (signal's own)
        signals.append(_SIGNALS[signal.Signals(number)])
        if run.stopped or run.free:  # the second signal, or nothing in flight is paid for
            end_within(SOON, 128 + number, run.record_stop)
        if run.stopped:
            raise KeyboardInterrupt
        run.stop("interrupted")
        say("stopping; running articles are finished, Ctrl-C again drops them")

    with stopping(interrupted, *_SIGNALS):
        yield
