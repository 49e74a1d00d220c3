"""End a command in time although a thread of it still computes."""

from __future__ import annotations

import os
import sys
import threading
from contextlib import suppress

import typer

__all__ = ["SOON", "end_within"]

SOON = 1.2
"""Seconds that a parser may go on for once the command was told to end."""


def end_within(seconds: float, status: int) -> None:
    """End this process after so many seconds, unless it has ended by then.

    What was written and recorded by then stays. For work that costs nothing to do again: Python
    cannot end a thread that parses a long article, and would wait for it.
    """

    def end() -> None:
        with suppress(Exception):
            typer.echo("not finished: what was being read is dropped", err=True)
            sys.stdout.flush()
        os._exit(status)

    timer = threading.Timer(seconds, end)
    timer.daemon = True
    timer.start()
