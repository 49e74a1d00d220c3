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
"""What a sheet holds."""
_LONGEST = 32_767
"""What a cell holds, in UTF-16 units."""
_PRECISE = 10**15
"""Greater whole numbers lose digits in a cell."""
_FIRST_YEAR = 1901
"""Earlier days are no dates for Excel, or other ones."""
_WIDTHS: dict[Kind, int] = {"text": 24, "texts": 36}  # of columns, in characters; of others 12
_ESCAPE = re.compile("_(?=x[0-9A-Fa-f]{4}_)")
_NO_TEXT = ("=", "#")  # openpyxl takes a text that begins so for a formula or an error


class ExcelFile:
    """An Excel file that grows row by row, and is on disk when it is finished.

    Texts are texts: there is no formula in the file, and none arises when it is edited, saved as
    CSV or pasted (`cells.protected`). Line ends are line feeds. A text that is longer than a cell
    may be is cut, and says so at its end. A table with more rows than a sheet may have continues in
    further sheets: `terms`, `terms 2`. Days before 1901 and numbers that a cell would round are
    as texts.
    """

    def __init__(self, parts: Mapping[str, IO[bytes]], layout: Layout) -> None:
        """Begin a file.

        Args:
            parts: has it, open for bytes, under any name.
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
        """Drop the rows that are not in the file yet."""
        for sheet in self._book.worksheets:
            if not sheet.closed:
                sheet.close()

    def _sheet(self, table: str, number: int = 1) -> Any:
        """A new sheet with the names of the columns."""
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
