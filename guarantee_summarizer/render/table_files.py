"""Write tables as a folder of CSV files, as an Excel file, or as a Parquet file.

Tables are lists of dicts by name, from any source.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack, contextmanager, suppress
from pathlib import Path
from typing import IO, Any, Protocol, TypeAlias

from guarantee_summarizer.errors import ConfigurationError, load_extra
from guarantee_summarizer.outputs import replacing
from guarantee_summarizer.render.cells import cell_text
from guarantee_summarizer.render.columns import Kind, Layout, Tables, held, stacked
from guarantee_summarizer.render.excel import ExcelFile

__all__ = ["files_of", "open_tables"]

Write: TypeAlias = Callable[[Tables], None]


class _Sink(Protocol):
    """Writer of tables into open files."""

    def write(self, tables: Tables) -> None:
        """Add rows."""

    def finish(self) -> None:
        """Write the remaining rows and complete the files."""

    def close(self) -> None:
        """Release the files without closing them, also if they are finished."""


@contextmanager
def open_tables(path: str | Path, layout: Layout) -> Iterator[Write]:
    """Open files for tables; they get their final names when the block succeeds.

    Args:
        path: as in `files_of`.
        layout: the columns of each table; all tables are written, also without rows.

    Yields:
        A function that adds rows to tables; it can be called repeatedly.

    Raises:
        ConfigurationError: as in `files_of`; the files cannot be written; an extra is missing
            (`tables` for Excel, `parquet`). Existing files are then unchanged.
    """
    files = files_of(path, layout)
    new = not Path(path).exists()
    try:
        with ExitStack() as whole:
            with _errors_told(path):
                if _form(path) is _CsvFiles:
                    Path(path).mkdir(exist_ok=True)
            parts = {
                name: whole.enter_context(replacing(file, keep=False))
                for name, file in files.items()
            }
            with _errors_told(path):
                sink = _form(path)(parts, layout)
            try:
                yield _told(sink.write, path)
                with _errors_told(path):
                    sink.finish()
            finally:
                with suppress(OSError):
                    sink.close()
    finally:
        if new:
            with suppress(OSError):  # it is a file, or has files in it
                Path(path).rmdir()


def files_of(path: str | Path, layout: Layout) -> dict[str, Path]:
    """Return the files that `open_tables` writes.

    Args:
        path: `.xlsx`: one Excel file with a sheet for each table. `.parquet`: one file with the
            rows of all tables; its first column, `table`, has the table's name, and a row fills
            the columns of its table. A folder, or a name without suffix or with a slash at its
            end: a folder with a CSV file for each table.
        layout: the columns of each table.

    Raises:
        ConfigurationError: the suffix is none of these.
    """
    if _form(path) is _CsvFiles:
        return {name: Path(path) / f"{name}.csv" for name in layout}
    return {"": Path(path)}


def _form(path: str | Path) -> Callable[[Mapping[str, IO[bytes]], Layout], _Sink]:
    """Return the writer for files with the suffix."""
    place = Path(path)
    if place.is_dir() or str(path).endswith("/") or not place.suffix:
        return _CsvFiles
    suffix = place.suffix.lower()
    if suffix == ".xlsx":
        return ExcelFile
    if suffix != ".parquet":
        hint = "CSV needs a file for each table; " if suffix == ".csv" else ""
        raise ConfigurationError(
            f"{path}: cannot be written in that format; {hint}name an .xlsx file, a .parquet file, "
            "or a folder for CSV files (without suffix, or with / at its end)"
        )
    return _ParquetFile


@contextmanager
def _errors_told(path: str | Path) -> Iterator[None]:
    try:
        yield
    except OSError as error:
        reason = error.strerror or error
        raise ConfigurationError(f"{path}: cannot be written ({reason})") from error


def _told(write: Write, path: str | Path) -> Write:
    """Write, and translate errors of writing, but not errors of the caller."""

    def with_size(tables: Tables) -> None:
        with _errors_told(path):
            write(tables)

    return with_size


class _CsvFiles:
    """CSV as in RFC 4180, in UTF-8 with a byte order mark, which Excel needs for Cyrillic."""

    def __init__(self, parts: Mapping[str, IO[bytes]], layout: Layout) -> None:
        self._layout = layout
        self._writers = {}
        self._files = {
            name: io.TextIOWrapper(part, "utf-8-sig", newline="") for name, part in parts.items()
        }
        for name, file in self._files.items():
            self._writers[name] = csv.writer(file)
            self._writers[name].writerow(layout[name])

    def write(self, tables: Tables) -> None:
        for name, rows in tables.items():
            names = self._layout[name]
            cells = ([_csv_cell(row.get(column)) for column in names] for row in rows)
            self._writers[name].writerows(cells)

    def finish(self) -> None:
        for file in self._files.values():
            file.flush()

    def close(self) -> None:
        for file in self._files.values():
            with suppress(OSError, ValueError):  # it is closed with its bytes
                file.detach()


def _csv_cell(value: Any) -> str:
    if value is None:
        return ""
    if isinstance(value, bool):
        return str(value).lower()
    return str(value) if isinstance(value, int | float) else cell_text(value)


class _ParquetFile:
    """One Parquet file with the rows of all tables; lists stay lists."""

    def __init__(self, parts: Mapping[str, IO[bytes]], layout: Layout) -> None:
        (part,) = parts.values()
        parquet = load_extra("pyarrow.parquet", extra="parquet")
        self._arrow = load_extra("pyarrow", extra="parquet")
        self._columns = stacked(layout)
        types = {name: self._type(kind) for name, kind in self._columns.items()}
        self._schema = self._arrow.schema(types.items())
        self._writer = parquet.ParquetWriter(part, self._schema, compression="zstd")

    def _type(self, kind: Kind) -> Any:
        one = {
            "text": self._arrow.string(),
            "day": self._arrow.date32(),
            "whole": self._arrow.int64(),
            "number": self._arrow.float64(),
            "truth": self._arrow.bool_(),
        }
        return one[kind] if kind in one else self._arrow.list_(one[kind.removesuffix("s")])

    def write(self, tables: Tables) -> None:
        rows = [{"table": name, **row} for name, table in tables.items() for row in table]
        arrays = [
            self._arrow.array([held(row.get(field.name)) for row in rows], type=field.type)
            for field in self._schema
        ]
        self._writer.write_table(self._arrow.Table.from_arrays(arrays, schema=self._schema))

    def finish(self) -> None:
        self._writer.close()

    def close(self) -> None:
        self._writer.close()
