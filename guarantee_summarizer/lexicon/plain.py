"""Text with its typography evened out, and the way back to the offsets of the original."""

from __future__ import annotations

import re
import unicodedata
from bisect import bisect_right

__all__ = ["PlainText", "even"]

_ONE_FOR_ONE = str.maketrans(
    dict.fromkeys("\u2018\u2019\u02bc\u2032", "'")
    | dict.fromkeys("\u00a0\u202f\u2007\u2009\n\r\t", " ")
    | dict.fromkeys("\u2010\u2011\u2012\u2013", "-")
)
# white space in runs; invisible characters; letters followed by combining marks
_UNEVEN = re.compile(r"\s{2,}|[\u00ad\u200b-\u200f\u2060\ufeff]+|[^\W\d_][\u0300-\u036f]+")


def even(form: str) -> str:
    """The form with straight apostrophes, plain hyphens and plain spaces, of the same length."""
    return form if form.isascii() and form.isprintable() else form.translate(_ONE_FOR_ONE)


class PlainText:
    r"""A text in which every form of the lexicon is spelled as in the data files.

    Runs of white space become one space, a blank line one line feed, so that no name reaches
    across paragraphs; invisible characters go; letters with combining marks are composed.

    >>> plain = PlainText("the  United\nStates")
    >>> plain.text, plain.span(4, 17)
    ('the United States', (5, 18))
    """

    def __init__(self, original: str) -> None:
        self._cuts: list[int] = [0]  # from this offset of the plain text on ...
        self._shifts: list[int] = [0]  # ... the original is so much further
        pieces: list[str] = []
        at = length = 0
        for match in _UNEVEN.finditer(original):
            piece, instead = even(original[at : match.start()]), _instead(match[0])
            pieces += (piece, instead)
            length += len(piece) + len(instead)
            at = match.end()
            self._cuts.append(length)
            self._shifts.append(at - length)
        pieces.append(even(original[at:]))
        self.text = "".join(pieces)

    def span(self, start: int, end: int) -> tuple[int, int]:
        """Offsets into the original of a slice of the plain text."""
        return self._original(start), self._original(end)

    def _original(self, offset: int) -> int:
        return offset + self._shifts[bisect_right(self._cuts, offset) - 1]


def _instead(uneven: str) -> str:
    if uneven[0].isspace():
        lines = uneven.replace("\r\n", "\n")
        return "\n" if lines.count("\n") > 1 or "\u2029" in lines else " "
    return unicodedata.normalize("NFC", uneven) if uneven[0].isalpha() else ""
