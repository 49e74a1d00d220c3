"""Write tables into one Excel file, a sheet for each."""

from __future__ import annotations

import math
import re
from collections.abc import Mapping
from datetime import date
from typing import IO, Any

from guarantee_summarizer.errors import load_extra
from guarantee_summarizer.render.cells import cell_text
from guarantee_summarizer.render.columns import Kind, Layout, Tables

__all__ = ["ExcelFile"]

_ROWS = 1_048_576
"""Most rows of a sheet."""
_LONGEST = 32_767
"""Most UTF-16 units of a cell."""
_PRECISE = 10**15
"""Larger whole numbers lose digits in a cell."""
_FIRST_YEAR = 1901
"""Excel does not read earlier days, or reads other dates."""
_WIDTHS: dict[Kind, int] = {"text": 24, "texts": 36}  # of columns, in characters; default 12
_ESCAPE = re.compile("_(?=x[0-9A-Fa-f]{4}_)")
_NO_TEXT = ("=", "#")  # openpyxl reads a text that begins like this as a formula or an error


class ExcelFile:
    """An Excel file that is written row by row.

    Texts are stored as text: the file has no formulas, and none arise when it is edited, saved as
    CSV or pasted (`cells.protected`). Line ends are line feeds. A text that is too long for a cell
    is cut off, with a note at its end. A table with too many rows for a sheet continues in further
    sheets: `terms`, `terms 2`. Days before 1901 and numbers that a cell would round are written as
    text.
    """

    def __init__(self, parts: Mapping[str, IO[bytes]], layout: Layout) -> None:
        """Begin a file.

        Args:
            parts: the file, open for bytes, under any name.
            layout: the columns of each table.

        Raises:
            ConfigurationError: openpyxl is not installed (extra `tables`).
        """
        openpyxl = load_extra("openpyxl", extra="tables")
        self._cell = load_extra("openpyxl.cell", extra="tables").WriteOnlyCell
        self._letter = load_extra("openpyxl.utils", extra="tables").get_column_letter
        (self._part,) = parts.values()
        self._book = openpyxl.Workbook(write_only=True)
        self._layout = layout
        self._sheets = {name: self._sheet(name) for name in layout}
        self._rows = dict.fromkeys(layout, 1)

    def write(self, tables: Tables) -> None:
        """Add rows."""
        for name, rows in tables.items():
            for row in rows:
                if self._rows[name] % _ROWS == 0:
                    self._sheets[name] = self._sheet(name, self._rows[name] // _ROWS + 1)
                    self._rows[name] += 1
                self._rows[name] += 1
                sheet = self._sheets[name]
                sheet.append([self._value(row.get(n), sheet) for n in self._layout[name]])

    def finish(self) -> None:
        """Write the file."""
        self._book.save(self._part)

    def close(self) -> None:
        """Drop the rows that are not yet in the file."""
        for sheet in self._book.worksheets:
            if not sheet.closed:
                sheet.close()

    def _sheet(self, table: str, number: int = 1) -> Any:
        """Create a sheet with the names of the columns."""
        name = re.sub(r"[\[\]:*?/\\']", "_", table)[:24]
        sheet = self._book.create_sheet(name if number == 1 else f"{name} {number}")
        sheet.freeze_panes = "A2"
        for at, kind in enumerate(self._layout[table].values(), 1):
            sheet.column_dimensions[self._letter(at)].width = _WIDTHS.get(kind, 12)
        sheet.append([*self._layout[table]])
        return sheet

    def _value(self, value: Any, sheet: Any) -> Any:
        if value is None or isinstance(value, bool):
            return value
        if isinstance(value, date) and value.year >= _FIRST_YEAR:
            return value
        if isinstance(value, int | float) and math.isfinite(value) and abs(value) < _PRECISE:
            return value
        text = _cut(_ESCAPE.sub("_x005F_", re.sub("\r\n?", "\n", cell_text(value))))
        if not text.startswith(_NO_TEXT):
            return text or None
        cell = self._cell(sheet, text)
        cell.data_type = "s"
        return cell


def _cut(text: str) -> str:
    if len(text) <= _LONGEST // 2:
        return text
    units = text.encode("utf-16-le")
    if len(units) <= 2 * _LONGEST:
        return text
    note = f" … [cut off here: it has {len(text):,} characters]"
    kept = units[: 2 * (_LONGEST - len(note))].decode("utf-16-le", "ignore")
    return kept + note
