"""End a command in time even if one of its threads is still computing."""

from __future__ import annotations

import os
import sys
import threading
from collections.abc import Callable
from contextlib import suppress

import typer

__all__ = ["SOON", "end_within"]

SOON = 1.2
"""Seconds that a parser may continue after the command was asked to end."""
_LAST_WORD = 0.4  # seconds for the last record, which is skipped if the file is locked


def end_within(seconds: float, status: int, record: Callable[[], object]) -> None:
    """End this process after some seconds, unless it has ended by then.

    Results that were written and recorded are kept. For work that is free to repeat: Python
    cannot end a thread that parses a long article, and would wait for it.

    Args:
        seconds: until the end.
        status: the exit status then.
        record: records that the work was ended; what it raises is ignored, and after 0.4 s the
            process ends without it.
    """

    def recorded() -> None:
        with suppress(Exception):
            record()

    def end() -> None:
        with suppress(Exception):
            typer.echo("not finished: articles in progress are dropped", err=True)
            sys.stdout.flush()
        writer = threading.Thread(target=recorded, daemon=True)
        writer.start()
        writer.join(_LAST_WORD)
        os._exit(status)

    timer = threading.Timer(seconds, end)
    timer.daemon = True
    timer.start()
