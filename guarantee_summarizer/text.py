"""Fold text for comparison, find fragments in it with offsets, detect hidden text.

All offsets are code points, 0-based, half-open, into the original text.
"""

from __future__ import annotations

import re
import unicodedata
from bisect import bisect_right
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from itertools import accumulate

from guarantee_summarizer.plain import EVENED, MappedText, as_read, is_invisible, readable

__all__ = [
    "FoldedText",
    "fold",
    "fold_words",
    "hides_text",
    "holds",
    "is_unspaced",
    "looks_english",
    "places",
    "printable",
    "writable",
]

_PRINTED = "\n\t\u200c\u200d"  # line ends; joiners that some scripts are spelled with
_UNPRINTED = ("Cc", "Cs")  # control characters; lone surrogates, which UTF-8 cannot encode
_FOLDED = (
    EVENED
    | dict.fromkeys("\u201a\u201b\u0060\u00b4", "'")
    | dict.fromkeys("\u201c\u201d\u201e\u201f\u00ab\u00bb\u2033", '"')
    | dict.fromkeys("\u2014\u2015\u2212", "-")
)


_UNWRITABLE = re.compile(
    "[\x00\ud800-\udfff\ufdd0-\ufdef"
    + "".join(chr(plane << 16 | last) for plane in range(17) for last in (0xFFFE, 0xFFFF))
    + "]"
)


def writable(text: str) -> str:
    r"""Replace characters that cannot be stored by U+FFFD: NUL, surrogates, noncharacters.

    A pair of surrogates becomes the character that it encodes.

    >>> writable("a\ud83d b\0") == "a\ufffd b\ufffd", writable("\ud83d\ude00") == "\U0001f600"
    (True, True)
    """
    if text.isascii() and "\0" not in text:  # as nearly always
        return text
    if _UNWRITABLE.search(text) is None:
        return text
    paired = text.encode("utf-16-le", "surrogatepass").decode("utf-16-le", "replace")
    return _UNWRITABLE.sub("\ufffd", paired)


_FLAG = re.compile(
    "\U0001f3f4[\U000e0020-\U000e007e]+\U000e007f"
)  # of England, of Scotland, of Wales
_HIDDEN = re.compile(
    "[\u202d\u202e]"  # change the direction of the text after them
    "|[\U000e0001-\U000e007f\U000e0100-\U000e01ef]|[\ufe00-\ufe0f]{2,}"  # tags, selectors in a row
    "|[\u034f\u115f\u1160\u180e\u3164\uffa0]"  # invisible joiner and fillers
    "|(?<=[A-Za-z])[\u200b-\u200f\u2060-\u2064\ufeff]+(?=[A-Za-z])"  # zero width, inside a Latin word
    "|[\u200b-\u200d\u2060-\u2064\ufeff]{3,}"
    r"|<!--|display\s*:\s*none",  # markup that was pasted with the text
    re.IGNORECASE,
)


def hides_text(text: str) -> bool:
    """Return whether a text has characters or markup that hide words from a reader.

    Soft hyphens, direction marks of right-to-left text and joined emoji hide nothing.

    >>> hides_text("ig\u200bnore"), hides_text("guar\u00adantee")
    (True, False)
    """
    if text.isascii() and "<" not in text and ":" not in text:  # as nearly always
        return False
    return _HIDDEN.search(_FLAG.sub("", text)) is not None


class _FoldTable(dict[int, str]):
    """Map a code point to its folded form; filled on demand."""

    def __missing__(self, point: int) -> str:
        char = chr(point)
        folded = _FOLDED.get(char) or (" " if char.isspace() else "")
        if not folded:
            parts = unicodedata.normalize("NFD", char)
            kept = (c for c in parts if unicodedata.category(c) != "Mn" and not is_invisible(c))
            folded = "".join(kept).casefold()
        self[point] = folded
        return folded


_TABLE = _FoldTable()
_ASCII = "".join(map(_TABLE.__getitem__, range(128))).encode()  # one for one
_ASCII += bytes(256 - len(_ASCII))


def fold(text: str) -> str:
    """Fold the differences between spellings of the same words; digits are not changed.

    Case, accents (composed or not), kinds of quotes, dashes and space, and invisible characters
    are removed; the result is for comparison only, never for display.

    >>> fold("\u201cSauli Niinisto\u0308\u201d \u2014 NATO\u00a0ally")
    '"sauli niinisto" - nato ally'
    """
    if text.isascii():  # four times as fast
        return text.encode().translate(_ASCII).decode()
    return text.translate(_TABLE)


def fold_words(text: str) -> str:
    r"""Fold a text as a person reads it: no markup or invisible characters, single spaces.

    >>> fold_words("the **United**\n  States")
    'the united states'
    """
    return " ".join(fold(as_read(text)).split())


@dataclass(frozen=True)
class FoldedText:
    """Search words in a text, in any spelling."""

    original: str

    @cached_property
    def text(self) -> str:
        """Return the folded text with all white space."""
        return fold(self.original)

    @cached_property
    def _mapped(self) -> MappedText:
        if self.original.isascii():
            return MappedText(self.text, range(len(self.original) + 1))
        starts = [i for i, char in enumerate(self.original) for _ in _TABLE[ord(char)]]
        return MappedText(self.text, [*starts, len(self.original)])

    @cached_property
    def words(self) -> str:
        """Return the folded text as a person reads it, with single spaces."""
        return fold_words(self.original)

    def holds(self, fragment: str) -> bool:
        """Return whether the words of `fragment` are in the text, as whole words.

        >>> FoldedText("a 15-year term").holds("5-year term")
        False
        """
        return holds(self.words, fold_words(fragment))

    def find(self, fragment: str, start: int = 0) -> tuple[int, int] | None:
        """Find `fragment` at or after `start`; return its offsets in the original.

        Quotes, dashes, case, accents and kinds of white space may differ; words and numbers
        may not, and a match never begins or ends inside a word or a number.

        >>> FoldedText("an \u201cassurance  force\u201d here").find('"Assurance force"')
        (3, 21)
        """
        exact = self.original.find(fragment, start)
        if fragment and exact >= 0 and _on_boundary(self.original, exact, exact + len(fragment)):
            return exact, exact + len(fragment)
        words = " ".join(fold(fragment).split())
        for at in places(self._spaced, words):
            span = self._mapped.span(self._place(at), self._place(at + len(words) - 1) + 1)
            if span[0] >= start:
                return span
        return self._find_read(fragment, start)

    def _find_read(self, fragment: str, start: int) -> tuple[int, int] | None:
        """Find it in the text as a person reads it, across markup and invisible characters."""
        if self._read.text == self.original:
            return None
        span = self._folded_as_read.find(readable(fragment).text)
        found = self._read.span(*span) if span else None
        return found if found and found[0] >= start else None

    @cached_property
    def _spaced(self) -> str:
        return " ".join(self.text.split())

    @cached_property
    def _starts(self) -> tuple[list[int], list[int]]:
        """Return the start of each word in the text with single spaces, and in the folded text."""
        there = [match.span() for match in _UNBROKEN.finditer(self.text)]
        sizes = (end - start + 1 for start, end in there)
        return [*accumulate(sizes, initial=0)], [start for start, _ in there]

    def _place(self, at: int) -> int:
        """Return the offset in the folded text of a character of the text with single spaces."""
        spaced, there = self._starts
        word = bisect_right(spaced, at) - 1
        return there[word] + at - spaced[word]

    @cached_property
    def _read(self) -> MappedText:
        return readable(self.original)

    @cached_property
    def _folded_as_read(self) -> FoldedText:
        return FoldedText(self._read.text)


_UNSPACED = re.compile(  # scripts that write words without spaces between them
    "[\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff\u3005-\u3007\u3040-\u309f\u3400-\u9fff\uf900-\ufaff"
    "\U00020000-\U0003ffff]"
)
_KATAKANA = re.compile("[\u30a0-\u30ff]")
_HANGUL = re.compile("[\u1100-\u11a7\uac00-\ud7a3]")  # of a syllable the first parts


def is_unspaced(char: str) -> bool:
    """Return whether a character belongs to a script without spaces between words."""
    return _UNSPACED.match(char) is not None


def _goes_on(left: str, right: str, *, behind: bool) -> bool:
    """Return whether both characters are in one word; Korean appends particles to a word."""
    if not (left.isalnum() and right.isalnum()):
        return False
    if left.isascii() and right.isascii():
        return True
    if is_unspaced(left) or is_unspaced(right):
        return False
    for script in (_KATAKANA, _HANGUL):
        both = [script.match(char) is not None for char in (left, right)]
        if any(both):
            return all(both) and not (behind and script is _HANGUL)
    return True


def _on_boundary(text: str, start: int, end: int) -> bool:
    """Return whether the slice neither begins nor ends inside a word."""
    if start > 0 and _goes_on(text[start - 1], text[start], behind=False):
        return False
    return end >= len(text) or not _goes_on(text[end - 1], text[end], behind=True)


def holds(text: str, needle: str) -> bool:
    """Return whether `needle` is in `text` as whole words; nothing is folded.

    >>> holds("the 15-year term", "5-year term")
    False
    """
    return next(places(text, needle), None) is not None


_UNBROKEN = re.compile(r"\S+")
_INSIDE = re.compile(r"[0-9A-Za-z]+")
_PLACES = 10_000  # matches inside other words, after which the search ends, for linear time
_LONG = 4  # letters that raise the cost of a match by one, as they are compared


def places(text: str, needle: str) -> Iterator[int]:
    """Yield the offsets where `needle` is in `text` as whole words, without folding."""
    at, inside = text.find(needle) if needle else -1, 0
    while at >= 0 and inside < _PLACES:
        after = at + 1
        if _on_boundary(text, at, at + len(needle)):
            yield at
        else:
            inside += 1 + len(needle) // _LONG
            if at and _INSIDE.match(text, at - 1, at + 1) and (run := _INSIDE.match(text, at)):
                after = run.end()  # no word begins before
        at = text.find(needle, after)


_ENGLISH = frozenset(
    "the of and to in a is that for on with as by at from it was be are will would has have had "
    "this an not or which its their his he she they said but who were been after also more if "
    "could may no all one between into than".split()
)
_LETTERS = re.compile(r"[^\W\d_]+")
_ENGLISH_SHARE = 0.18  # English prose has 35 to 50 % of these words; other languages below 10 %
_FEW_WORDS = 12  # with fewer words only the script counts
_SAMPLE = 20_000  # characters


def looks_english(text: str) -> bool:
    """Return whether a text is English, by its share of function words; if short, by its script.

    >>> looks_english("The talks would go on in Paris, officials said after the meeting of leaders.")
    True
    >>> looks_english("Переговори тривають.")
    False
    """
    words = [word.lower() for word in _LETTERS.findall(text[:_SAMPLE])]
    if len(words) < _FEW_WORDS:
        return 2 * len([word for word in words if word.isascii()]) > len(words)
    known = len([word for word in words if word in _ENGLISH])
    return known >= _ENGLISH_SHARE * len(words)


def printable(text: str) -> str:
    r"""Return the text without control and direction characters (escape sequences, bidi overrides).

    >>> printable("a\x1b[31mb\u202ec")
    'a[31mbc'
    """
    if text.isascii() and text.isprintable():
        return text
    there = {*text} - {*_PRINTED}
    gone = [c for c in there if is_invisible(c) or unicodedata.category(c) in _UNPRINTED]
    return text.translate(dict.fromkeys(map(ord, gone))) if gone else text
