"""Write texts into cells of a CSV or an Excel file: lists, hostile text, invalid characters."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterable

__all__ = ["cell_text", "joined", "plain", "protected", "split", "unprotected"]

_PARTING = re.compile(r'[;"\r\n]|^\s|\s$|^$')


def cell_text(value: object) -> str:
    """Return a text, a list or a day as the text of a cell that is safe in every spreadsheet."""
    return protected(plain(joined(value) if isinstance(value, list) else str(value)))


def joined(items: Iterable[object]) -> str:
    """Return a list as the text of one cell, from which `split` restores the list.

    Items are separated by semicolons. As in CSV, an item with a semicolon, a quotation mark, a line
    end, or a blank at its start or end is quoted, and quotation marks in it are doubled.

    >>> joined(["France", "Bonn; Berlin"])
    'France; "Bonn; Berlin"'
    """
    texts = map(str, items)
    return "; ".join(
        f'"{t.replace(chr(34), chr(34) * 2)}"' if _PARTING.search(t) else t for t in texts
    )


def split(cell: str) -> list[str]:
    """Return the items of a cell that `joined` made; the `csv` module reads them, too.

    >>> split('France; "Bonn; Berlin"')
    ['France', 'Bonn; Berlin']
    """
    rows = csv.reader(io.StringIO(cell, newline=""), delimiter=";", skipinitialspace=True)
    return [item for row in rows for item in row]


_UNFIT = re.compile(
    "[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x84\x86-\x9f\u202a-\u202e\u2066-\u2069\ud800-\udfff\ufffe\uffff]"
)


def plain(text: str) -> str:
    r"""Return the text with characters that are not allowed in cells as visible escapes.

    These are control characters other than tab and line ends, characters that change the direction
    of text, and lone surrogates.

    >>> plain("a\x1b[31m"), plain("a\ud800")
    ('a\\x1b[31m', 'a\\ud800')
    """
    if text.isascii() and text.isprintable():
        return text
    return _UNFIT.sub(lambda m: ascii(m[0])[1:-1], text)


_SIGNS = "=+\\-@\uff1d\uff0b\uff0d\uff20\ufe66\ufe62\ufe63\ufe6b"
_PASSED = (  # blanks, control characters, quotes and zero-width characters: a spreadsheet may drop them
    "\\s\\x00-\\x1f\\x7f-\\x9f\u00ad\u034f\u180e\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufeff"
    "'\"`\u00b4\u2018-\u201f\u2032\u2033\u00ab\u00bb\uff02\uff07"
)
_LEAD = re.compile(f"(?<![{_PASSED},;])([{_PASSED},;]*)([{_SIGNS}])")
_EDGE = re.compile(r"[,;\t\r\n]")
_BLANK = re.compile(r"'*[\t\r\n]")


def protected(text: str) -> str:
    r"""Return the text with an apostrophe where a spreadsheet could read a formula.

    It precedes each of = + - @ (also full-width and small ones) at the start of the text or of a
    line, or after a comma, a semicolon or a tab: a program that splits cells at another separator
    than the file has would begin a cell there. Blanks, quotation marks and zero-width characters
    before the sign are skipped. A text that begins with a tab or a line end gets an apostrophe at
    its start, too. `unprotected` removes all of them.

    >>> protected("=1+1"), protected(' "@x'), protected("a-b"), protected("a;-b"), protected("\t5")
    ("'=1+1", ' "\'@x', 'a-b', "a;'-b", "'\t5")
    """
    marked = _LEAD.sub(lambda m: f"{m[1]}'{m[2]}" if _begins(m) else m[0], text)
    return f"'{marked}" if _BLANK.match(marked) else marked


def unprotected(text: str) -> str:
    """Return the original text of a result of `protected`."""
    if text.startswith("'") and _BLANK.match(text):
        text = text[1:]
    return _LEAD.sub(lambda m: f"{m[1][:-1]}{m[2]}" if _begins(m) else m[0], text)


def _begins(match: re.Match[str]) -> bool:
    return match.start() == 0 or _EDGE.search(match[1]) is not None
