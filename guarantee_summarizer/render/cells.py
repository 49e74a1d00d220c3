"""Write texts into cells of a CSV or an Excel file: lists, hostile text, what no cell holds."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterable

__all__ = ["cell_text", "joined", "plain", "protected", "split", "unprotected"]

_PARTING = re.compile(r'[;"\r\n]|^\s|\s$|^$')


def cell_text(value: object) -> str:
    """Return a text, a list or a day as the text of a cell, safe in every spreadsheet."""
    return protected(plain(joined(value) if isinstance(value, list) else str(value)))


def joined(items: Iterable[object]) -> str:
    """Return a list as the text of one cell, so that `split` gives the same list back.

    Items are separated by semicolons; one that holds a semicolon, a quotation mark or a line end, or
    begins or ends with a blank, is quoted, and quotation marks in it are doubled: the rules of CSV.

    >>> joined(["France", "Bonn; Berlin"])
    'France; "Bonn; Berlin"'
    """
    texts = map(str, items)
    return "; ".join(
        f'"{t.replace(chr(34), chr(34) * 2)}"' if _PARTING.search(t) else t for t in texts
    )


def split(cell: str) -> list[str]:
    """Return the items of a cell that `joined` made; the `csv` module reads them as well.

    >>> split('France; "Bonn; Berlin"')
    ['France', 'Bonn; Berlin']
    """
    rows = csv.reader(io.StringIO(cell, newline=""), delimiter=";", skipinitialspace=True)
    return [item for row in rows for item in row]


_UNFIT = re.compile(
    "[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x84\x86-\x9f\u202a-\u202e\u2066-\u2069\ud800-\udfff\ufffe\uffff]"
)


def plain(text: str) -> str:
    r"""Return the text with characters that no cell may hold as their escapes, so that they show.

    These are control characters other than tab and line ends, characters that turn the direction
    of what follows, and lone surrogates.

    >>> plain("a\x1b[31m"), plain("a\ud800")
    ('a\\x1b[31m', 'a\\ud800')
    """
    if text.isascii() and text.isprintable():
        return text
    return _UNFIT.sub(lambda m: ascii(m[0])[1:-1], text)


_SIGNS = "=+\\-@\uff1d\uff0b\uff0d\uff20\ufe66\ufe62\ufe63\ufe6b"
_PASSED = (  # blanks, control characters, quotes and what has no width: a spreadsheet may drop them
    "\\s\\x00-\\x1f\\x7f-\\x9f\u00ad\u034f\u180e\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufeff"
    "'\"`\u00b4\u2018-\u201f\u2032\u2033\u00ab\u00bb\uff02\uff07"
)
_LEAD = re.compile(f"(?<![{_PASSED},;])([{_PASSED},;]*)([{_SIGNS}])")
_EDGE = re.compile(r"[,;\t\r\n]")
_BLANK = re.compile(r"'*[\t\r\n]")


def protected(text: str) -> str:
    r"""Return the text with an apostrophe where a spreadsheet could take it for a formula.

    It precedes each of = + - @ (also full-width and small ones) that begins the text, a line
    of it, or what follows a comma, a semicolon or a tab in it: a program that parts the cells of a
    file at another character than it was written with sees a cell begin there. Blanks, quotation
    marks and characters without width in front of the sign are skipped. A text that begins
    with a tab or a line end gets an apostrophe in front too. `unprotected` takes all of them out.

    >>> protected("=1+1"), protected(' "@x'), protected("a-b"), protected("a;-b"), protected("\t5")
    ("'=1+1", ' "\'@x', 'a-b', "a;'-b", "'\t5")
    """
    marked = _LEAD.sub(lambda m: f"{m[1]}'{m[2]}" if _begins(m) else m[0], text)
    return f"'{marked}" if _BLANK.match(marked) else marked


def unprotected(text: str) -> str:
    """Return the text that `protected` was given."""
    if text.startswith("'") and _BLANK.match(text):
        text = text[1:]
    return _LEAD.sub(lambda m: f"{m[1][:-1]}{m[2]}" if _begins(m) else m[0], text)


def _begins(match: re.Match[str]) -> bool:
    return match.start() == 0 or _EDGE.search(match[1]) is not None
