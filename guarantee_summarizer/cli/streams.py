"""Write to the terminal, and end a command if its output is closed or a signal arrives."""

from __future__ import annotations

import logging
import os
import signal
import sys
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager, suppress
from types import FrameType
from typing import IO, Any, TypeVar

import typer

from guarantee_summarizer.errors import ConfigurationError, GuaranteeSummarizerError
from guarantee_summarizer.lines import one_line

__all__ = ["print_error", "say", "show_notes", "standard_streams", "stopping"]

T = TypeVar("T")


def say(message: object, *, err: bool = True) -> None:
    """Print one line to standard error or standard output; its text cannot forge another line."""
    if not err:
        typer.echo(one_line(message))
        return
    with suppress(OSError):  # the work continues even if nobody can be notified
        typer.echo(one_line(message), err=True)


def print_error(message: object, kind: str = "error") -> None:
    """Print one line to standard error."""
    say(f"{kind}: {message}")


def show_notes() -> None:
    """Print the library's notes on endpoints and inputs to standard error, one line each."""
    for about in ("endpoint", "readers"):
        logging.getLogger(f"guarantee_summarizer.{about}").handlers = [_Notes()]


class _Notes(logging.Handler):
    def emit(self, record: logging.LogRecord) -> None:
        print_error(record.getMessage(), "note")


@contextmanager
def standard_streams() -> Iterator[None]:
    """End the command with one line if standard output fails; treat SIGTERM as Ctrl-C.

    The exit status is then 2.
    """
    output = sys.stdout
    sys.stdout = _Output(output)
    try:
        with stopping(_interrupt, signal.SIGTERM):
            yield
    except GuaranteeSummarizerError as error:
        print_error(error)
        raise SystemExit(2) from None
    finally:
        sys.stdout = output
        _emptied()


def _interrupt(*_: object) -> None:
    raise KeyboardInterrupt


@contextmanager
def stopping(handler: Callable[[int, FrameType | None], Any], *signals: int) -> Iterator[None]:
    """Handle signals while a `with` block lasts."""
    before = {number: signal.signal(number, handler) for number in signals}
    try:
        yield
    finally:
        for number, old in before.items():
            signal.signal(number, old)


class _Output:
    """Standard output that raises an error of the library if writing fails."""

    def __init__(self, stream: IO[str] | None) -> None:
        self._stream = stream

    def __getattr__(self, name: str) -> Any:
        return getattr(self._stream, name)

    def isatty(self) -> bool:
        return self._stream is not None and self._stream.isatty()  # None: `>&-`

    def write(self, text: str) -> int:
        return self._told(lambda stream: stream.write(text))

    def writelines(self, lines: Iterable[str]) -> None:
        for line in lines:
            self.write(line)

    def flush(self) -> None:
        self._told(lambda stream: stream.flush())

    def _told(self, call: Callable[[IO[str]], T]) -> T:
        reason: object = "it is closed"
        if self._stream is not None:
            try:
                return call(self._stream)
            except OSError as error:
                reason = error.strerror or error
        raise ConfigurationError(f"standard output: cannot be written ({reason})") from None


def _emptied() -> None:
    """Flush standard output, or drop its buffer, which Python would otherwise fail to flush."""
    if sys.stdout is None:
        return
    try:
        sys.stdout.flush()
    except OSError:
        with suppress(OSError, ValueError):
            nowhere = os.open(os.devnull, os.O_WRONLY)
            os.dup2(nowhere, sys.stdout.fileno())
            os.close(nowhere)
