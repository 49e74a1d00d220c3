"""Print a summary in the terminal: every claim with its sentence, the layers as a ladder."""

from __future__ import annotations

import io
from datetime import date
from typing import TYPE_CHECKING

from guarantee_summarizer.render.outline import OutlineEntry, outline
from guarantee_summarizer.schema import Summary
from guarantee_summarizer.sentences import without_marks
from guarantee_summarizer.text import printable

if TYPE_CHECKING:
    from rich.console import Console
    from rich.text import Text

    from guarantee_summarizer.dossier import Dossier

__all__ = ["print_summary", "terminal_text"]

_SHADES = ("green", "cyan", "blue", "magenta", "yellow")


def print_summary(
    summary: Summary | Dossier,
    console: Console | None = None,
    *,
    since: date | str | None = None,
) -> None:
    """Print a summary or a dossier with rich; plain text where the output is no terminal.

    Args:
        summary: what to print.
        console: standard output if None.
        since: of a dossier, the day since which changes come first and what is new is marked.

    Raises:
        ConfigurationError: it is neither; `since` with a summary.
        DossierError: `since` is no day.
    """
    from rich.console import Console  # noqa: PLC0415  (30 ms: only who prints pays for it)
    from rich.padding import Padding  # noqa: PLC0415
    from rich.text import Text  # noqa: PLC0415

    out = console or Console(highlight=False)
    shown = outline(summary, since=since)
    out.print(Text(printable(shown.title), style="bold"))
    if shown.subtitle:
        out.print(Text(printable(shown.subtitle), style="dim"))
    if shown.abstract:
        out.print()
        out.print(Text(printable(shown.abstract)))
    for warning in shown.warnings:
        out.print(Text(f"! {printable(warning)}", style="yellow"))
    for section in shown.sections:
        out.print()
        out.print(Text(section.title.upper(), style="bold"))
        for entry in section.entries:
            for text, indent in _lines(entry):
                out.print(Padding(text, (0, 0, 0, indent)))
    if shown.colophon:
        out.print()
        out.print(Text(printable(shown.colophon), style="dim"))


def terminal_text(
    summary: Summary | Dossier,
    *,
    styled: bool = False,
    width: int | None = None,
    since: date | str | None = None,
) -> str:
    """Return what `print_summary` prints; `styled` with colours, `width` in columns."""
    from rich.console import Console  # noqa: PLC0415

    buffer = io.StringIO()
    console = Console(file=buffer, force_terminal=styled, highlight=False, width=width)
    print_summary(summary, console, since=since)
    return "\n".join(line.rstrip() for line in buffer.getvalue().splitlines())


def _lines(entry: OutlineEntry) -> list[tuple[Text, int]]:
    """The lines of one claim, each with its indent; a layer is one step further out."""
    from rich.text import Text  # noqa: PLC0415

    indent = 2 * max(1, entry.depth)
    style = _SHADES[(entry.depth - 1) % len(_SHADES)] if entry.depth else ""
    mark = f"{'▐' * entry.depth} {entry.depth}. " if entry.depth else "• "
    head = Text(mark + printable(entry.text), style=f"bold {style}".strip())
    if entry.labels:
        head.append(f"  [{' · '.join(map(printable, entry.labels))}]", style="not bold")
    lines = [(head, indent)]
    for fact in entry.facts:
        line = Text(f"{printable(fact.name)}: ", style="italic")
        lines.append((line.append(printable(fact.value), style="not italic"), indent + 2))
    for citation in entry.citations:
        quote = without_marks(printable(citation.quote))
        lines.append((Text(f"[{citation.sentence}] {quote}", style="dim"), indent + 2))
    return lines
