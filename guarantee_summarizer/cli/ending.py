"""End a command in time although a thread of it still computes."""

from __future__ import annotations

import os
import sys
import threading
from collections.abc import Callable
from contextlib import suppress

import typer

__all__ = ["SOON", "end_within"]

SOON = 1.2
"""Seconds that a parser may go on for once the command was told to end."""
_LAST_WORD = 0.4  # seconds for a last record; a locked file takes longer, and is left


def end_within(seconds: float, status: int, record: Callable[[], object]) -> None:
    """End this process after so many seconds, unless it has ended by then.

    What was written and recorded by then stays. For work that costs nothing to do again: Python
    cannot end a thread that parses a long article, and would wait for it.

    Args:
        seconds: until the end.
        status: the exit status then.
        record: records that the work was ended; it is not waited for long, nor does it matter
            whether it raises.
    """

    def recorded() -> None:
        with suppress(Exception):
            record()

    def end() -> None:
        with suppress(Exception):
            typer.echo("not finished: what was being read is dropped", err=True)
            sys.stdout.flush()
        writer = threading.Thread(target=recorded, daemon=True)
        writer.start()
        writer.join(_LAST_WORD)
        os._exit(status)

    timer = threading.Timer(seconds, end)
    timer.daemon = True
    timer.start()
