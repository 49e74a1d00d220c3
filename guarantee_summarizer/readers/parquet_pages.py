"""Read the page headers of a Parquet file: the size of each page before it is decompressed.

The footer has only sums, and they may be false; readers allocate what the page header says. It
is in Thrift's compact protocol (`parquet.thrift`, `PageHeader`).
"""

from __future__ import annotations

import io
from collections.abc import Iterator
from dataclasses import dataclass
from typing import IO, Any

from guarantee_summarizer.errors import ArticleError

__all__ = ["Page", "pages_of"]

_UNFOLDED, _FOLDED = 2, 3  # fields of a page header
_HEADERS = (5, 7, 8)  # of a data page, a dictionary, a data page of version 2; each begins
_VALUES = 1  # with the number of values
_HEADER = 2**16  # bytes of a header, statistics included
_DEEPEST = 8
_TRUE, _FALSE, _BYTE, _I16, _I32, _I64, _DOUBLE, _BINARY, _LIST, _SET, _MAP, _STRUCT = range(1, 13)


@dataclass(frozen=True, slots=True)
class Page:
    """The size of a page from its header: decompressed bytes, and values."""

    unfolded: int
    values: int


def pages_of(file: IO[bytes], chunk: Any) -> Iterator[Page]:
    """Yield the pages of a column in a row group.

    Args:
        file: the Parquet file.
        chunk: pyarrow's metadata of the column chunk.

    Raises:
        ArticleError: a header is damaged.
    """
    at = chunk.data_page_offset
    if chunk.has_dictionary_page and 0 < (chunk.dictionary_page_offset or 0) < at:
        at = chunk.dictionary_page_offset
    end = at + chunk.total_compressed_size
    while at < end:
        file.seek(at)
        header = _Header(file.read(_HEADER))
        fields = header.struct()
        folded, unfolded = fields.get(_FOLDED, -1), fields.get(_UNFOLDED, -1)
        if (
            not isinstance(folded, int)
            or not isinstance(unfolded, int)
            or min(folded, unfolded) < 0
        ):
            raise ArticleError(f"{file.name}: is not valid Parquet (a page without a size)")
        inner: Any = next((fields[n] for n in _HEADERS if isinstance(fields.get(n), dict)), {})
        yield Page(unfolded, int(inner.get(_VALUES) or 0))
        at += header.size + folded


class _Header:
    """Reads Thrift's compact protocol; fields that are not needed are skipped."""

    def __init__(self, data: bytes) -> None:
        self._data = io.BytesIO(data)

    @property
    def size(self) -> int:
        """Bytes read so far."""
        return self._data.tell()

    def struct(self, depth: int = 0) -> dict[int, Any]:
        """Read the fields of a struct by number: numbers and structs."""
        if depth > _DEEPEST:
            raise ArticleError("is not valid Parquet (a page header without an end)")
        fields: dict[int, Any] = {}
        number = 0
        while (begin := self._byte()) != 0:
            number = number + (begin >> 4) if begin >> 4 else self._zigzag()
            fields[number] = self._value(begin & 0x0F, depth)
        return fields

    def _value(self, kind: int, depth: int) -> Any:
        if kind in (_TRUE, _FALSE):
            return None
        if kind in (_I16, _I32, _I64):
            return self._zigzag()
        if kind == _STRUCT:
            return self.struct(depth + 1)
        sizes = {_BYTE: 1, _DOUBLE: 8}
        if kind not in (*sizes, _BINARY):  # page headers have no lists and maps
            raise EOFError("a page header of an unknown form")
        self._data.seek(sizes.get(kind) or self._number(), io.SEEK_CUR)
        return None

    def _byte(self) -> int:
        read = self._data.read(1)
        if not read:
            raise EOFError("a page header that breaks off")
        return read[0]

    def _number(self) -> int:
        number = 0
        for shift in range(0, 70, 7):
            byte = self._byte()
            number |= (byte & 0x7F) << shift
            if byte < 0x80:  # noqa: PLR2004  (the last one)
                return number
        raise EOFError("a number without an end")

    def _zigzag(self) -> int:
        number = self._number()
        return number >> 1 ^ -(number & 1)
