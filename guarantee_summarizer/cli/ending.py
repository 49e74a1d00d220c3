"""End a command in time even if one of its threads is still computing."""

from __future__ import annotations

import os
import sys
import threading
from contextlib import suppress

import typer

__all__ = ["SOON", "end_within"]

SOON = 1.2
"""Seconds that a parser may continue after the command was asked to end."""


def end_within(seconds: float, status: int) -> None:
    """End this process after some seconds, unless it has ended by then.

    Results that were written and recorded are kept. For work that is free to repeat: Python
    cannot end a thread that parses a long article, and would wait for it.
    """

    def end() -> None:
        with suppress(Exception):
            typer.echo("not finished: articles in progress are dropped", err=True)
            sys.stdout.flush()
        os._exit(status)

    timer = threading.Timer(seconds, end)
    timer.daemon = True
    timer.start()
