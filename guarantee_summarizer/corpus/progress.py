"""Show the progress of a run: in a terminal, in a notebook, or through a function."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

from guarantee_summarizer.corpus.results import Progress, Status

if TYPE_CHECKING:
    from rich.console import Console

__all__ = ["shown"]

_PAUSE = 0.1  # seconds between two updates of a bar in a notebook


@contextmanager
def shown(progress: Progress) -> Iterator[Callable[[Status], None]]:
    """Provide the function that shows the status: a bar, a custom function, or none.

    The bar is written to standard error, in a notebook below the cell, where its last state
    remains.
    """
    if progress is False:
        yield lambda _: None
    elif progress is not True:
        yield progress
    else:
        yield from _bar()


def _bar() -> Iterator[Callable[[Status], None]]:
    from rich.console import Console  # noqa: PLC0415  (only where a bar is wanted)

    console = Console(stderr=True)
    yield from _cell() if console.is_jupyter else _line(console)


def _line(console: Console) -> Iterator[Callable[[Status], None]]:
    from rich.progress import (  # noqa: PLC0415
        BarColumn,
        MofNCompleteColumn,
        TextColumn,
        TimeRemainingColumn,
    )
    from rich.progress import Progress as Bar  # noqa: PLC0415

    columns = (
        BarColumn(),
        MofNCompleteColumn(),
        TextColumn("{task.description}"),
        TimeRemainingColumn(),
    )
    with Bar(*columns, console=console, transient=True) as bar:
        task = bar.add_task("", total=None)

        yield lambda status: bar.update(
            task, completed=status.seen, total=status.total, description=str(status)
        )


def _cell() -> Iterator[Callable[[Status], None]]:
    """Show a bar in HTML: in notebooks rich and tqdm would need ipywidgets."""
    from IPython.display import display  # noqa: PLC0415  (only in notebooks)

    handle, last, drawn = display(_drawn(Status()), raw=True, display_id=True), Status(), 0.0

    def show(status: Status) -> None:
        nonlocal last, drawn
        last = status
        if status.seconds >= drawn + _PAUSE:
            drawn = status.seconds
            handle.update(_drawn(status), raw=True)

    try:
        yield show
    finally:
        handle.update(_drawn(last), raw=True)


def _drawn(status: Status) -> dict[str, str]:
    of = "" if status.total is None else f" of {status.total:,}"
    left = f", {status.left:,.0f} s left" if status.left else ""
    line = f"{status.seen:,}{of}: {status}{left}"
    length = f' value="{status.seen}" max="{status.total}"' if status.total else ""
    return {"text/plain": line, "text/html": f"<progress{length}></progress> {line}"}
