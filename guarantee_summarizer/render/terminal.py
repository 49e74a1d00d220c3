"""Print a summary in the terminal: every claim with its sentence, the layers indented."""

from __future__ import annotations

import io
from collections.abc import Iterator
from datetime import date
from typing import TYPE_CHECKING

from guarantee_summarizer.render.dossiers import is_dossier
from guarantee_summarizer.render.outline import OutlineEntry, OutlineSection, outline
from guarantee_summarizer.schema import Summary
from guarantee_summarizer.sentences import without_marks
from guarantee_summarizer.text import printable

if TYPE_CHECKING:
    from rich.console import Console
    from rich.text import Text

    from guarantee_summarizer.dossier import Dossier

__all__ = ["print_summary", "terminal_text"]

_BRIEF = ("layers", "proposals", "disputes", "withheld")  # the sections of the short form
_BRIEF_PROPOSALS = 5
_BESIDES = ("by", "providers", "duration", "legal form", "why")  # facts of the short form
_FULL = (
    "In short. All claims with their sentences: --full, or --format html; in Python "
    "print_summary(summary, full=True), or to_html(summary)."
)
_SHADES = ("green", "cyan", "blue", "magenta", "yellow")


def print_summary(
    summary: Summary | Dossier,
    console: Console | None = None,
    *,
    full: bool = False,
    since: date | str | None = None,
) -> None:
    """Print a summary or a dossier with rich; plain text if the output is not a terminal.

    Args:
        summary: the summary or dossier.
        console: the output; standard output if None.
        full: print all claims of a summary, each with its sentences; else headline, layers, some
            proposals, disputes and withheld claims, a line each. A dossier is always full.
        since: for a dossier: begin with the changes from this day on, and mark what is new.

    Raises:
        ConfigurationError: it is neither; `since` with a summary.
        DossierError: `since` is not a day.
    """
    from rich.console import Console  # noqa: PLC0415  (30 ms, needed only to print)
    from rich.padding import Padding  # noqa: PLC0415
    from rich.text import Text  # noqa: PLC0415

    out = console or Console(highlight=False)
    shown = outline(summary, since=since)
    out.print(Text(_line(shown.title), style="bold"))
    if shown.subtitle:
        out.print(Text(_line(shown.subtitle), style="dim"))
    brief = not full and not is_dossier(summary)
    if shown.abstract and not brief:
        out.print()
        out.print(Text(_line(shown.abstract)))
    for warning in shown.warnings:
        out.print(Text(f"! {_line(warning)}", style="yellow"))
    for section in shown.sections:
        if brief and section.name not in _BRIEF:
            continue
        out.print()
        out.print(Text(section.title.upper(), style="bold"))
        for text, indent in _brief_lines(section) if brief else _all_lines(section):
            out.print(Padding(text, (0, 0, 0, indent)))
    for line in (shown.colophon, _FULL if brief else ""):
        if line:
            out.print()
            out.print(Text(_line(line), style="dim"))


def terminal_text(
    summary: Summary | Dossier,
    *,
    styled: bool = False,
    width: int | None = None,
    full: bool = False,
    since: date | str | None = None,
) -> str:
    """Return the output of `print_summary`; `styled` with colours, `width` in columns."""
    from rich.console import Console  # noqa: PLC0415

    buffer = io.StringIO()
    console = Console(file=buffer, force_terminal=styled, highlight=False, width=width)
    print_summary(summary, console, full=full, since=since)
    return "\n".join(line.rstrip() for line in buffer.getvalue().splitlines())


def _all_lines(section: OutlineSection) -> Iterator[tuple[Text, int]]:
    for entry in section.entries:
        yield from _lines(entry)


def _brief_lines(section: OutlineSection) -> Iterator[tuple[Text, int]]:
    """Yield one line for each of the first claims, with the numbers of its sentences."""
    from rich.text import Text  # noqa: PLC0415

    most = _BRIEF_PROPOSALS if section.name == "proposals" else len(section.entries)
    for entry in section.entries[:most]:
        head, indent = _head(entry)
        for fact in entry.facts:
            if fact.name in _BESIDES:
                head.append(f"  {_line(fact.value)}", style="not bold")
        if entry.sentences:
            head.append(f"  [{', '.join(map(str, entry.sentences))}]", style="dim not bold")
        yield head, indent
    if more := len(section.entries[most:]):
        yield Text(f"and {more} more", style="dim"), 2


def _head(entry: OutlineEntry) -> tuple[Text, int]:
    """Return the first line of a claim and its indent; each layer is one step further out."""
    from rich.text import Text  # noqa: PLC0415

    indent = 2 * max(1, entry.depth)
    style = _SHADES[(entry.depth - 1) % len(_SHADES)] if entry.depth else ""
    mark = f"{'▐' * entry.depth} {entry.depth}. " if entry.depth else "• "
    head = Text(mark + _line(entry.text), style=f"bold {style}".strip())
    if entry.labels:
        head.append(f"  [{' · '.join(map(_line, entry.labels))}]", style="not bold")
    return head, indent


def _lines(entry: OutlineEntry) -> list[tuple[Text, int]]:
    """Return the lines of one claim, each with its indent."""
    from rich.text import Text  # noqa: PLC0415

    head, indent = _head(entry)
    lines = [(head, indent)]
    for fact in entry.facts:
        line = Text(f"{_line(fact.name)}: ", style="italic")
        lines.append((line.append(_line(fact.value), style="not italic"), indent + 2))
    for citation in entry.citations:
        quote = without_marks(_line(citation.quote))
        lines.append((Text(f"[{citation.sentence}] {quote}", style="dim"), indent + 2))
    return lines


def _line(text: str) -> str:
    """The text as printable words of one line: a line end in it would forge another."""
    return " ".join(printable(text).split())
