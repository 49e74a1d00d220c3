"""Print a summary in the terminal: every claim with its sentence, the layers as a ladder."""

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
    """Print a summary or a dossier with rich; plain text where the output is no terminal.

    Args:
        summary: what to print.
        console: standard output if None.
        full: of a summary, all claims, each with its sentences; else headline, layers, some
            proposals, disputes and what was withheld, a line each. A dossier is always full.
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
    """Return what `print_summary` prints; `styled` with colours, `width` in columns."""
    from rich.console import Console  # noqa: PLC0415

    buffer = io.StringIO()
    console = Console(file=buffer, force_terminal=styled, highlight=False, width=width)
    print_summary(summary, console, full=full, since=since)
    return "\n".join(line.rstrip() for line in buffer.getvalue().splitlines())


def _all_lines(section: OutlineSection) -> Iterator[tuple[Text, int]]:
    for entry in section.entries:
        yield from _lines(entry)


def _brief_lines(section: OutlineSection) -> Iterator[tuple[Text, int]]:
    """One line for each of the first claims, with the numbers of its sentences."""
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
    """The first line of a claim and its indent; a layer stands one step further out."""
    from rich.text import Text  # noqa: PLC0415

    indent = 2 * max(1, entry.depth)
    style = _SHADES[(entry.depth - 1) % len(_SHADES)] if entry.depth else ""
    mark = f"{'▐' * entry.depth} {entry.depth}. " if entry.depth else "• "
    head = Text(mark + _line(entry.text), style=f"bold {style}".strip())
    if entry.labels:
        head.append(f"  [{' · '.join(map(_line, entry.labels))}]", style="not bold")
    return head, indent


def _lines(entry: OutlineEntry) -> list[tuple[Text, int]]:
    """The lines of one claim, each with its indent."""
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
