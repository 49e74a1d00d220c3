"""Draw the layers of a guarantee: the first layer innermost, each further layer around it."""

from __future__ import annotations

import textwrap
import unicodedata
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import groupby

from guarantee_summarizer.render.outline import OutlineEntry, OutlineSection
from guarantee_summarizer.text import printable

__all__ = ["Drawing", "Label", "Ring", "ladder", "parts_beside"]

# All lengths are units of the drawing, about CSS pixels.
_WIDTH, _BESIDE = 420.0, 200.0
_INSET, _MOST_INSET = 14.0, 120.0  # from ring to ring; from the innermost to the outermost
_PADDING, _GAP = 12.0, 8.0
_SIZES = {"name": 15.0, "detail": 12.5}  # of the letters
_WIDTHS = {"latin": 0.56, "other": 0.66, "wide": 1.05}  # mean width of a letter
_LEADING = 1.3
_READ = 300  # characters of a text that are used
_LINES = 3  # lines of a name, and of its details; the claim beside the drawing has the rest


@dataclass(frozen=True, slots=True)
class Label:
    """One layer in the drawing: lines of text, each with its class and baseline."""

    entry: OutlineEntry
    lines: tuple[tuple[str, str, float], ...]


@dataclass(frozen=True, slots=True)
class Ring:
    """A box, and the layers whose names are in it."""

    x: float
    y: float
    width: float
    height: float
    labels: tuple[Label, ...]


@dataclass(frozen=True, slots=True)
class Drawing:
    """Boxes on a sheet, the outermost first."""

    width: float
    height: float
    rings: tuple[Ring, ...]


def ladder(section: OutlineSection) -> Drawing | None:
    """Draw the ranked layers as nested boxes; layers of one rank share a box."""
    ranked = sorted((e for e in section.entries if e.depth), key=lambda entry: entry.depth)
    groups = [list(group) for _, group in groupby(ranked, key=lambda entry: entry.depth)]
    if not groups:
        return None
    inset = min(_INSET, _MOST_INSET / len(groups))
    rings: list[Ring] = []
    y = inset * (len(groups) - 1)
    for at, group in enumerate(groups):
        margin = inset * (len(groups) - 1 - at)
        width = _WIDTH - 2 * margin
        labels, end = _labels(group, y, width - 2 * _PADDING)
        rings.append(Ring(margin, margin, width, end - margin, labels))
        y = end
    return Drawing(_WIDTH, y, tuple(reversed(rings)))


def parts_beside(section: OutlineSection) -> Drawing | None:
    """Draw the layers without a rank, each in a separate box."""
    rings: list[Ring] = []
    y = 0.0
    for entry in section.entries:
        if entry.depth or entry.path == "structure":
            continue
        labels, end = _labels([entry], y, _BESIDE - 2 * _PADDING)
        rings.append(Ring(0, y, _BESIDE, end - y, labels))
        y = end + _GAP
    return Drawing(_BESIDE, y - _GAP, tuple(rings)) if rings else None


def _labels(
    entries: Sequence[OutlineEntry], top: float, width: float
) -> tuple[tuple[Label, ...], float]:
    """Return the labels below each other from `top` on, and the end of their box."""
    labels: list[Label] = []
    y = top + _PADDING - _GAP
    for entry in entries:
        lines: list[tuple[str, str, float]] = []
        y += _GAP
        for kind, text in _texts(entry):
            size = _SIZES[kind]
            for line in _wrapped(text, width / size):
                y += size * _LEADING
                lines.append((kind, line, round(y - size * (_LEADING - 1), 1)))
        labels.append(Label(entry, tuple(lines)))
    return tuple(labels), round(y + _PADDING, 1)


def _texts(entry: OutlineEntry) -> Iterator[tuple[str, str]]:
    """Yield the texts of the drawing: rank and name; providers and function."""
    yield "name", f"{entry.depth}. {entry.text}" if entry.depth else entry.text
    providers = (fact.value for fact in entry.facts if fact.name == "providers")
    yield "detail", " · ".join(filter(None, (*providers, *_function(entry.labels))))


def _function(labels: Iterable[str]) -> Iterator[str]:
    yield from (label for label in list(labels)[:1] if label != "other")


def _wrapped(text: str, width: float) -> list[str]:
    """Return the first lines of a text; `width` is the width of a line in letter sizes."""
    text = printable(text[:_READ])
    wide = any(unicodedata.east_asian_width(char) in "WF" for char in text)
    script = "wide" if wide else "other" if any(map(_beyond_latin, text)) else "latin"
    columns = max(4, int(width / _WIDTHS[script]))
    return textwrap.wrap(text, columns, max_lines=_LINES, placeholder=" …")


def _beyond_latin(char: str) -> bool:
    return char.isalpha() and not unicodedata.name(char, "").startswith("LATIN")
