"""Read the lexicon's tables, and add or override rows from a user's tables."""

from __future__ import annotations

import csv
import difflib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from importlib import resources
from pathlib import Path
from typing import Literal

from guarantee_summarizer.errors import LexiconError

__all__ = ["Actor", "Kind", "Mention", "Row", "Via", "insist_on_known_tables", "read_table"]

_OURS_ALONE = ("spellings.csv",)

Kind = Literal["state", "organization", "coalition", "force", "media"]
Via = Literal["name", "alias", "demonym", "metonym"]


@dataclass(frozen=True, slots=True)
class Actor:
    """Describe a state, organization, coalition, force or news outlet, with its names.

    Args:
        name: the usual name in English news.
        kind: the kind of actor.
        code: ISO 3166-1 alpha-3 of a state (XKX for Kosovo), None for other kinds.
        aliases: other names and abbreviations.
        demonyms: adjectives and names of its people; states only.
        metonyms: capitals and seats of government that refer to its government; states only.
    """

    name: str
    kind: Kind
    code: str | None = None
    aliases: tuple[str, ...] = ()
    demonyms: tuple[str, ...] = ()
    metonyms: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Mention:
    """Describe a mention of an actor in a text.

    `form` is `text[start:end]`, with single spaces where the text has line breaks or several.
    """

    actor: Actor
    form: str
    start: int
    end: int
    via: Via


@dataclass(slots=True, eq=False)  # not frozen: that would double the cost of creation
class Row:
    """Describe one row of a table, with its file and line for messages."""

    place: str
    cells: dict[str, str]

    def __getitem__(self, column: str) -> str:
        return self.cells[column]

    def many(self, column: str) -> tuple[str, ...]:
        """Return the values of a cell, separated by `|`."""
        cell = self.cells[column]
        return tuple(filter(None, map(str.strip, cell.split("|")))) if cell else ()

    def one_of(self, column: str, known: Sequence[str]) -> str:
        """Return the value of a cell that must be one of `known`.

        Raises:
            LexiconError: the value is not in `known`; the message names file, line, column and the
                known values.
        """
        if self.cells[column] not in known:
            choices = ", ".join(known)
            raise LexiconError(
                f"{self.place}, column {column}: {self.cells[column]!r} is none of {choices}"
            )
        return self.cells[column]


def read_table(name: str, columns: Sequence[str], extra: Path | None = None) -> Iterator[Row]:
    """Read the rows of a bundled table, then those of the user's file of the same name, if any.

    Args:
        name: the file's name, such as `states.csv`.
        columns: the required columns; the first must not be empty. Further columns may follow.
        extra: the user's folder.

    Raises:
        LexiconError: a file is not UTF-8 or lacks a column or a cell; the message names file and
            line.
    """
    bundled = resources.files("guarantee_summarizer.lexicon") / "data" / name
    yield from _rows(name, bundled.read_text(encoding="utf-8"), columns)
    if extra is not None and (extra / name).is_file():
        yield from _rows(str(extra / name), _read(extra / name), columns)


def insist_on_known_tables(folder: Path) -> None:
    """Refuse a path that is not a folder, or a folder with a table of unknown name.

    Raises:
        LexiconError: the message names the folder or the file, and the known names.
    """
    if not folder.is_dir():
        raise LexiconError(f"{folder}: is not a folder with lexicon files; name one, or None")
    bundled = resources.files("guarantee_summarizer.lexicon") / "data"
    known = sorted({file.name for file in bundled.iterdir()} - {*_OURS_ALONE})
    for path in sorted(folder.iterdir()):
        if path.name in known and not path.is_file():
            raise LexiconError(f"{path}: is not a file; give the table as a file of that name")
        near = difflib.get_close_matches(path.name, known, n=1, cutoff=0.8)
        if path.name in known or not (near or path.suffix.lower() in (".csv", ".tsv")):
            continue
        hint = f"did you mean {near[0]}?" if near else f"known are {', '.join(known)}"
        raise LexiconError(f"{path}: no lexicon table has that name; {hint}")


def _read(path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8-sig")
    except UnicodeDecodeError as error:
        raise LexiconError(
            f"{path}: is not UTF-8 at byte {error.start}; save it as UTF-8"
        ) from error


def _rows(source: str, text: str, columns: Sequence[str]) -> Iterator[Row]:
    lines = [(n, line) for n, line in enumerate(text.splitlines(), 1) if not _skipped(line)]
    if not lines:
        return
    header = [cell.strip() for cell in _cells(source, *lines[0])]
    missing = [column for column in columns if column not in header]
    if missing:
        raise LexiconError(
            f"{source}, line {lines[0][0]}: lacks column {missing[0]!r}; "
            f"it needs {', '.join(columns)}"
        )
    for number, line in lines[1:]:
        cells = list(map(str.strip, _cells(source, number, line)))
        place = f"{source}, line {number}"
        if len(cells) != len(header):
            raise LexiconError(
                f"{place}: has {len(cells)} cells; it needs {len(header)}: {', '.join(header)}"
            )
        row = Row(place, dict(zip(header, cells, strict=True)))
        if not row[columns[0]]:
            raise LexiconError(f"{place}, column {columns[0]}: is empty; fill it or drop the line")
        yield row


def _cells(source: str, number: int, line: str) -> list[str]:
    """Return the cells of one line; a quoted cell must end on the same line."""
    if '"' not in line:
        return line.split(",")
    try:
        return next(csv.reader([line], strict=True))
    except csv.Error as error:
        raise LexiconError(
            f'{source}, line {number}: {error}; close its quotes, and write " in a cell as ""'
        ) from error


def _skipped(line: str) -> bool:
    return line.lstrip()[:1] in ("", "#")
