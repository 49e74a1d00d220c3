"""Reads the lexicon's data files, and those that a user lays over them."""

from __future__ import annotations

import csv
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from importlib import resources
from pathlib import Path

from guarantee_summarizer.errors import LexiconError

__all__ = ["Row", "read_table"]


@dataclass(frozen=True, slots=True)
class Row:
    """One line of a table, with its place for messages."""

    place: str
    cells: dict[str, str]

    def __getitem__(self, column: str) -> str:
        return self.cells[column]

    def many(self, column: str) -> tuple[str, ...]:
        """The values of a cell that holds several, separated by `|`."""
        return tuple(filter(None, (v.strip() for v in self.cells[column].split("|"))))

    def one_of(self, column: str, known: Sequence[str]) -> str:
        """The value of a cell that has to be one of `known`."""
        if self.cells[column] not in known:
            choices = ", ".join(known)
            raise LexiconError(
                f"{self.place}, column {column}: {self.cells[column]!r} is none of {choices}"
            )
        return self.cells[column]


def read_table(name: str, columns: Sequence[str], extra: Path | None = None) -> Iterator[Row]:
    """The rows of a bundled table, then those of the user's file of the same name, if any.

    Raises:
        LexiconError: a file lacks a column, or a line a cell; with file and line.
    """
    bundled = resources.files("guarantee_summarizer.lexicon") / "data" / name
    yield from _rows(name, bundled.read_text(encoding="utf-8"), columns)
    if extra is not None and (extra / name).is_file():
        text = (extra / name).read_text(encoding="utf-8")
        yield from _rows(str(extra / name), text, columns)


def _rows(source: str, text: str, columns: Sequence[str]) -> Iterator[Row]:
    lines = [(n, line) for n, line in enumerate(text.splitlines(), 1) if not _skipped(line)]
    if not lines:
        return
    header = next(csv.reader([lines[0][1]]))
    missing = [column for column in columns if column not in header]
    if missing:
        raise LexiconError(f"{source}: lacks column {missing[0]!r}; it needs {', '.join(columns)}")
    for (number, _), cells in zip(lines[1:], csv.reader([x for _, x in lines[1:]]), strict=False):
        place = f"{source}, line {number}"
        if len(cells) != len(header) or not cells[0].strip():
            raise LexiconError(f"{place}: has {len(cells)} cells; it needs {len(header)}")
        yield Row(place, dict(zip(header, map(str.strip, cells), strict=True)))


def _skipped(line: str) -> bool:
    return not line.strip() or bool(re.match(r"\s*#", line))
