"""Render a summary as Markdown, every claim with its sentence."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import date
from typing import TYPE_CHECKING

from guarantee_summarizer.render.outline import OutlineEntry, OutlineSection, outline
from guarantee_summarizer.schema import Summary
from guarantee_summarizer.sentences import without_marks
from guarantee_summarizer.text import printable

if TYPE_CHECKING:
    from guarantee_summarizer.dossier import Dossier

__all__ = ["to_markdown"]

_SPECIAL = re.compile(r"([\\`*_{}\[\]<>#|~]|&(?=#?\w{1,40};))")
# What begins an item or draws a line where a block begins: only its sign can be escaped, no digit.
_BLOCK = re.compile(r"^(\d{1,9}(?=[.)](?:\s|$))|(?=[-+](?:\s|$)|-[-\s]*$))")


def to_markdown(summary: Summary | Dossier, *, since: date | str | None = None) -> str:
    """Write a summary or a dossier as CommonMark; texts are escaped and cannot add markup.

    Args:
        summary: the summary or dossier.
        since: for a dossier: begin with the changes from this day on, and mark what is new; a date,
            or ISO 8601 (`2026-01-06`).

    Raises:
        ConfigurationError: it is neither; `since` with a summary.
        DossierError: `since` is not a day.

    >>> print(to_markdown(Summary(relevant=False, headline="Rain in May")).splitlines()[0])
    # Rain in May
    """
    shown = outline(summary, since=since)
    lines = [f"# {_escaped(shown.title)}", ""]
    if shown.subtitle:
        lines += [f"*{_escaped(shown.subtitle)}*", ""]
    if shown.abstract:
        lines += [_block(_escaped(shown.abstract)), ""]
    for warning in shown.warnings:
        lines += [f"> **Note:** {_escaped(warning)}", ""]
    for section in shown.sections:
        lines += _section(section)
    if shown.colophon:
        lines += ["---", "", _block(_escaped(shown.colophon)), ""]
    return "\n".join(lines)


def _section(section: OutlineSection) -> Iterator[str]:
    yield f"## {section.title}"
    yield ""
    ladder = [entry for entry in section.entries if entry.depth]
    if ladder:
        yield _block(" → ".join(f"{e.depth}. {_escaped(e.text)}" for e in ladder))
        yield ""
    for entry in section.entries:
        yield from _entry(entry)
    yield ""


def _entry(entry: OutlineEntry) -> Iterator[str]:
    number = f"{entry.depth}\\. " if entry.depth else ""
    labels = f" ({_escaped(' · '.join(entry.labels))})" if entry.labels else ""
    yield f"- {number}**{_escaped(entry.text)}**{labels}"
    for fact in entry.facts:
        yield f"  - {_block(f'{_escaped(fact.name)}: {_escaped(fact.value)}')}"
    for citation in entry.citations:
        yield f"  - \\[{citation.sentence}\\] “{_escaped(without_marks(citation.quote))}”"


def _escaped(text: str) -> str:
    """A text inside a line."""
    return _SPECIAL.sub(r"\\\1", " ".join(printable(text).split()))


def _block(line: str) -> str:
    """An escaped line with which a block begins."""
    return _BLOCK.sub(r"\1\\", line, count=1)
