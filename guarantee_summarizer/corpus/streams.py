"""Byte streams as lines of text, in bounded memory and as soon as they come."""

from __future__ import annotations

import codecs
import io
from collections.abc import Iterator
from contextlib import contextmanager
from itertools import chain
from typing import IO, Any, TextIO

__all__ = ["LONGEST", "decoded", "first_line", "lines_of"]

LONGEST = 32 * 2**20
"""Characters of a line that are held; what is beyond is passed over."""


@contextmanager
def decoded(stream: IO[bytes] | io.BufferedIOBase, *, newline: str = "\n") -> Iterator[TextIO]:
    """The stream as text: UTF-8, or UTF-16 with a byte order mark; it is left open.

    Bytes that are not UTF-8 become surrogates, so that they spoil only the record they are in.
    """
    source: Any = stream
    if not hasattr(source, "peek"):  # BytesIO, which stands in for standard input, has none
        source = io.BufferedReader(source)
    wide = source.peek(2)[:2] in {codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE}
    encoding, errors = ("utf-16", "strict") if wide else ("utf-8-sig", "surrogateescape")
    text = io.TextIOWrapper(source, encoding=encoding, errors=errors, newline=newline)
    try:
        yield text
    finally:
        text.detach()


def lines_of(file: TextIO) -> Iterator[str]:
    """The lines as they come; of one that is too long only the first `LONGEST` characters."""
    while line := file.readline(LONGEST):
        rest = line
        while len(rest) == LONGEST and not rest.endswith("\n"):
            rest = file.readline(LONGEST)
        yield line


def first_line(lines: Iterator[str]) -> tuple[str, Iterator[str]]:
    """The first line that is not blank, and all the lines with it."""
    head: list[str] = []
    for line in lines:
        head.append(line)
        if line.strip():
            return line, chain(head, lines)
    return "", iter(head)
