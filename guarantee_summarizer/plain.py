"""Rewrite a text as a person reads it, without markup and invisible characters; map offsets.

All offsets are code points, 0-based, half-open, into the original text.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass

__all__ = [
    "EVENED",
    "MappedText",
    "as_read",
    "even",
    "even_text",
    "is_invisible",
    "is_readable",
    "readable",
    "without_unseen",
]

EVENED = dict.fromkeys("\u2018\u2019\u02bc\u2032", "'") | dict.fromkeys(
    "\u2010\u2011\u2012\u2013", "-"
)
"""Variants of apostrophes and hyphens."""


def is_invisible(char: str) -> bool:
    """Return whether a character is invisible: zero width, direction marks, soft hyphens (Cf)."""
    return unicodedata.category(char) == "Cf"


@dataclass(frozen=True, slots=True)
class MappedText:
    """Map slices of a rewritten text to offsets in the original.

    Args:
        text: the rewritten text.
        starts: the original offset of each of its characters; last, the length of the original.
    """

    text: str
    starts: Sequence[int]

    def span(self, start: int, end: int) -> tuple[int, int]:
        """Return the original offsets of a slice, including text removed at its end."""
        return self.starts[start], max(self.starts[end], self.starts[end - 1] + 1)


_EVEN = str.maketrans(EVENED | dict.fromkeys("\u00a0\u202f\u2007\u2009\n\r\t", " "))
_FOOTNOTE = r"(?:(?<=\S)\[\^?\d{1,3}\](?!\()|[^\S\n]?\\\[\^?\d{1,3}\\\])"
_LINK = (  # "[text](address "title")"; an address may have one pair of brackets
    r"!?\[(?P<link>[^\[\]\n]{1,500})\]"
    r"\((?:[^()\s]|\([^()\s]{0,200}\)){0,2000}(?:[^\S\n]+\"[^\"\n]{0,500}\")?\)"
)
_EMPHASIS = (  # not "5 * 3", not "snake_case"
    r"(?<![\\*])\*+(?![^\S\n]?[\d*])|(?<![\d*\\])(?<!\d )\*+(?!\*)|(?<![^\W_])_+|_+(?![^\W_])"
)
_ESCAPED = r"\\(?P<escaped>[^\w\s])"
_INVISIBLE = (  # those of category Cf, also where Python's Unicode is older than their block
    r"\u00ad\u0600-\u0605\u061c\u06dd\u070f\u0890\u0891\u08e2\u180e\u200b-\u200f\u202a-\u202e"
    r"\u2060-\u2064\u2066-\u206f\ufeff\ufff9-\ufffb\U000110bd\U000110cd\U00013430-\U0001343f"
    r"\U0001bca0-\U0001bca3\U0001d173-\U0001d17a\U000e0001\U000e0020-\U000e007f"
)
_RAISED = r"(?<=[^\W\d_.]|[.,;:!?\"'”’»)])(?<!\bkm)(?<!\bm)(?<!\bcm)[\u00b9\u00b2\u00b3\u2070\u2074-\u2079]+"
# marks; runs of white space; letters followed by combining marks; invisible characters
_UNEVEN = re.compile(
    r"(?=[*_\\\[\n\r\t\u00a0\u202f\u2007\u2009\u00b9\u00b2\u00b3\u2070-\u2079]|!\[|\s[\s\\]"  # for speed
    rf"|\w[\u0300-\u036f]|[{_INVISIBLE}])(?:"
    rf"(?P<gone>{_FOOTNOTE}|{_RAISED}|{_EMPHASIS})|{_LINK}|{_ESCAPED}"
    rf"|\s{{2,}}|[\n\r\t\u00a0\u202f\u2007\u2009]|[^\W\d_][\u0300-\u036f]+|[{_INVISIBLE}])"
)
_MARKS = (  # most sentences have none of these
    r"*_\\\[\u00a0\u202f\u2007\u2009\u00b2\u00b3\u00b9\u2070-\u2079\u0300-\u036f" + _INVISIBLE
)
_MAY_BE_MARKED = re.compile(f"[{_MARKS}]")
_MAY_BE_UNEVEN = re.compile(rf"[\n\r\t{_MARKS}]|\s\s")


_SPACES = re.compile(r"\s{2,}|[\n\r\t]")  # all that is uneven in most articles


def _may_be_uneven(text: str) -> bool:
    """Return whether `_UNEVEN` may match; for most texts without a pattern."""
    if text.isascii() and text.isprintable():
        return "  " in text or "*" in text or "_" in text or "\\" in text or "[" in text
    return _MAY_BE_UNEVEN.search(text) is not None


def _uneven(text: str) -> re.Pattern[str]:
    """Return the pattern of uneven places; the faster one if only white space is uneven."""
    return _UNEVEN if _MAY_BE_MARKED.search(text) else _SPACES


def even(form: str) -> str:
    """Return the form with straight apostrophes, plain hyphens and plain spaces; same length."""
    return form if form.isascii() and form.isprintable() else form.translate(_EVEN)


def readable(original: str) -> MappedText:
    r"""Rewrite a text as a person reads it, with a map of offsets.

    Runs of white space become one space, a blank line one line feed, so that no name reaches
    across paragraphs; invisible characters, footnote marks and Markdown inside a line are removed;
    letters with combining marks are composed. Quotes and dashes are kept. Time is linear.

    >>> found = readable("the  **United**\u00a0Sta\u00adtes\u00b9")
    >>> found.text, found.span(4, 17)
    ('the United States', (7, 24))
    """
    if not _may_be_uneven(original):
        return MappedText(original, range(len(original) + 1))
    pieces, starts, at = list[str](), list[int](), 0
    for match in _uneven(original).finditer(original):
        replacement, first = _replacement(match)
        pieces += (original[at : match.start()], replacement)
        starts.extend(range(at, match.start()))
        starts.extend(range(first, first + len(replacement)))
        at = match.end()
    starts.extend(range(at, len(original) + 1))
    return MappedText("".join([*pieces, original[at:]]), starts)


_UNSEEN = re.compile(rf"{_RAISED}|[{_INVISIBLE}]")


def without_unseen(text: str) -> MappedText:
    """Remove invisible characters and raised footnote marks from a text."""
    if text.isascii():
        return MappedText(text, range(len(text) + 1))
    gone = [
        at
        for match in _UNSEEN.finditer(text)
        if match[0][0].isdigit() or is_invisible(match[0][0])
        for at in range(*match.span())
    ]
    if not gone:
        return MappedText(text, range(len(text) + 1))
    dropped = frozenset(gone)
    starts = [at for at in range(len(text)) if at not in dropped]
    return MappedText("".join(text[at] for at in starts), [*starts, len(text)])


def as_read(text: str) -> str:
    """Return the text of `readable` without its map, which is faster."""
    if not _may_be_uneven(text):
        return text
    return _uneven(text).sub(lambda match: _replacement(match)[0], text)


def is_readable(text: str) -> bool:
    """Return whether `readable` would leave a text unchanged."""
    return as_read(text) == text


def even_text(original: str) -> MappedText:
    r"""Spell a text as in the lexicon's data files: readable, with straight quotes.

    >>> evened = even_text("the  United\nStates’")
    >>> evened.text, evened.span(4, 17)
    ("the United States'", (5, 18))
    """
    found = readable(original)
    text = _even_but_breaks(found.text)
    return found if text is found.text else MappedText(text, found.starts)


def _even_but_breaks(text: str) -> str:
    """Return an evened text in which line feeds still separate the paragraphs."""
    if text.isascii():
        return text
    return text.translate(_EVEN) if "\n" not in text else "\n".join(map(even, text.split("\n")))


def _replacement(match: re.Match[str]) -> tuple[str, int]:
    """Return the replacement of an uneven place, and the origin of its first character."""
    uneven, start = match[0], match.start()
    if uneven.isspace():
        lines = uneven.replace("\r\n", "\n")
        return ("\n" if lines.count("\n") > 1 or "\u2029" in lines else " "), start
    if (linked := match["link"] or match["escaped"]) is not None:
        return linked, match.start("link" if match["link"] else "escaped")
    if match["gone"] is not None or is_invisible(uneven[0]):
        return "", start
    return unicodedata.normalize("NFC", uneven), start  # a letter, or a sign like ½
