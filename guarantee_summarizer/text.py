"""Fold text for comparison, find fragments in it, split it into sentences, all with offsets.

All offsets are code points, 0-based, half-open, into the text exactly as it was given.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import groupby

__all__ = [
    "FoldedText",
    "MappedText",
    "Sentence",
    "even",
    "even_text",
    "fold",
    "holds",
    "is_invisible",
    "looks_english",
    "segment",
    "spans",
    "without_marks",
]

_EVENED = dict.fromkeys("\u2018\u2019\u02bc\u2032", "'") | dict.fromkeys(
    "\u2010\u2011\u2012\u2013", "-"
)
_FOLDED = (
    _EVENED
    | dict.fromkeys("\u201a\u201b\u0060\u00b4", "'")
    | dict.fromkeys("\u201c\u201d\u201e\u201f\u00ab\u00bb\u2033", '"')
    | dict.fromkeys("\u2014\u2015\u2212", "-")
)


def is_invisible(char: str) -> bool:
    """Tell whether a character has no shape: zero width, direction marks, soft hyphens (Cf)."""
    return unicodedata.category(char) == "Cf"


class _FoldTable(dict[int, str]):
    """Maps a code point to its folded form; filled as characters are met."""

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


def fold(text: str) -> str:
    """Fold the differences between spellings of the same words; digits stay as they are.

    Case, accents (composed or not), kinds of quotes, dashes and space, and invisible characters
    are lost; the form is for comparison only, never for display.

    >>> fold("\u201cSauli Niinisto\u0308\u201d \u2014 NATO\u00a0ally")
    '"sauli niinisto" - nato ally'
    """
    return text.translate(_TABLE)


@dataclass(frozen=True, slots=True)
class MappedText:
    """Map slices of a rewritten text to offsets in the original.

    Args:
        text: the rewritten text.
        starts: where each of its characters comes from; last, the length of the original.
    """

    text: str
    starts: Sequence[int]

    def span(self, start: int, end: int) -> tuple[int, int]:
        """Return the original's offsets of a slice, with what was left out at its end."""
        return self.starts[start], max(self.starts[end], self.starts[end - 1] + 1)


@dataclass(frozen=True)
class FoldedText:
    """Look for words in a text, however they are spelled."""

    original: str

    @cached_property
    def text(self) -> str:
        """The folded form, white space kept one for one."""
        return fold(self.original)

    @cached_property
    def _mapped(self) -> MappedText:
        if self.original.isascii():
            return MappedText(self.text, range(len(self.original) + 1))
        starts = [i for i, char in enumerate(self.original) for _ in _TABLE[ord(char)]]
        return MappedText(self.text, [*starts, len(self.original)])

    @cached_property
    def words(self) -> str:
        """The folded form with every run of white space as one space."""
        return " ".join(self.text.split())

    def holds(self, fragment: str) -> bool:
        """Tell whether the words of `fragment` stand in the text, as whole words.

        >>> FoldedText("a 15-year term").holds("5-year term")
        False
        """
        return holds(self.words, " ".join(fold(fragment).split()))

    def find(self, fragment: str, start: int = 0) -> tuple[int, int] | None:
        """Find the first place at or after `start` that holds `fragment`; offsets in the original.

        Quotes, dashes, case, accents and kinds of white space may differ; words and numbers
        may not, and a match never begins or ends inside a word or a number.

        >>> FoldedText("an \u201cassurance  force\u201d here").find('"Assurance force"')
        (3, 21)
        """
        exact = self.original.find(fragment, start)
        if fragment and exact >= 0 and _on_boundary(self.original, exact, exact + len(fragment)):
            return exact, exact + len(fragment)
        words = fold(fragment).split()
        if not words:
            return None
        pattern = re.compile(r"\s+".join(map(re.escape, words)))
        for match in pattern.finditer(self.text):
            span = self._mapped.span(*match.span())
            if span[0] >= start and _on_boundary(self.text, match.start(), match.end()):
                return span
        return None


def _on_boundary(text: str, start: int, end: int) -> bool:
    """Whether the slice neither begins nor ends inside a word."""
    left = start > 0 and text[start - 1].isalnum() and text[start].isalnum()
    right = end < len(text) and text[end - 1].isalnum() and text[end].isalnum()
    return not left and not right


def holds(text: str, needle: str) -> bool:
    """Tell whether `needle` stands in `text` as whole words; both are compared as they are.

    >>> holds("the 15-year term", "5-year term")
    False
    """
    at = text.find(needle) if needle else -1
    while at >= 0:
        if _on_boundary(text, at, at + len(needle)):
            return True
        at = text.find(needle, at + 1)
    return False


@dataclass(frozen=True, slots=True)
class Sentence:
    """A sentence: its number (from 1), its offsets into the article's text, its words."""

    number: int
    start: int
    end: int
    text: str


# nupunkt finds the boundaries; the rules below correct its errors in news, nearly all of them
# splits after an abbreviation (measured on hand-made samples).
_BLOCK_START = re.compile(  # bullet, number, "(a)", heading, quotation, table row, section
    r"[-*+•▪◦‣–—]\s|\d{1,2}[.)]\s|\((?:[a-z]|[ivx]{1,5}|\d{1,2})\)[\s(]|[a-z]\)\s|#{1,6}\s|[>|§]"
)
_OWN_LINE = re.compile(  # heading, table row, time stamp of a live blog, rule
    r"#{1,6}\s|\||.*\S(?:\t|\s\|\s)\S|[\W_]{2,}$"
    r"|\d{1,2}[:.]\d\d(?:\s?(?:[ap]\.?m\.?|[A-Z]{2,5}(?:[+-]\d{1,2})?)){0,2}$"
)
_MARK_ALONE = re.compile(r"(?:[-*+•▪◦‣–—]|\d{1,2}[.)])$")
_WRAPPED = range(50, 121)  # a line of this length was wrapped by an editor ...
_FULL = 0.8  # ... if it is about as long as the longest line around it
_NEVER_ENDS = frozenset(
    "mr mrs ms dr prof gen lt col maj capt sgt cpl brig adm cmdr cdr sen rep gov amb hon rev pres "
    "st messrs vs cf approx dept op "
    "проф ім вул тов г гг см".split()
)
_BEFORE_NUMBER = frozenset("no nos art arts sec fig vol p pp para paras ст стор п пп".split())
_MAY_END = frozenset(
    "inc ltd corp co jr sr bn mn etc al ph.d "
    "jan feb mar apr jun jul aug sept sep oct nov dec млн млрд тис грн р рр".split()
)
_OPENERS = frozenset(
    "The A An In On At It He She They We I You This That These Those But And Or So If When While "
    "After Before As For From To With By Its His Her Their Our There Here What Who Why How Where "
    "No Not Some Many Most Both Each One Another Other Since Until Under Over However Still "
    "Earlier Later Meanwhile Officials Asked According Despite During Although Because".split()
)
_LAST_WORD = re.compile(r"([^\W\d_](?:\w|\.(?=\w)|-(?=\w))*)\.[\"'”’»)\]]*\s*$")
_INITIALS = re.compile(r"(?:[^\W\d_]\.)*[^\W\d_]")  # "J.D", "u.s", "a.m"
_MISSED = re.compile(
    r"(?:(?<=[^\W\d_]{2}[.!?…])|(?<=\.[A-Z]\.))([\"'”’»)\]]*)\s+(?=[\"'“‘«(\[]?[^\W\d_a-zа-яіїєґ])"
    r"|(?<=[。！？])()"
)
_ENUMERATOR = re.compile(r"\s*(?:[-*•▪–—]|[-*•\s]*\(?(?:\d{1,3}|[^\W\d_]|[ivxIVX]{2,5})[.)])\s*$")
_SECTION_LABEL = re.compile(
    r"\s*(?:§|(?:section|sec|article|art|chapter|annex|part)\b)\.?\s*[\dIVX]+\.\s*$", re.IGNORECASE
)
_RUN_IN_HEADING = re.compile(  # "**Purpose** The parties will ..."
    r"\s*(?:[-*•]\s+)?\*\*[^*\n]*[^*\s:,;.]\*\*(?=\s+[*\"“]?[A-Z][\w’']*\s\S)"
)


def segment(text: str, start: int = 0) -> list[Sentence]:
    """Split `text` from offset `start` into numbered sentences; linear in its length.

    Every sentence is a slice of the text without white space around it; they are in order, do not
    overlap, and only white space is between them. Paragraphs, headings, list items, table rows and
    time stamps always end a sentence; wrapped lines are joined. Boundaries come from nupunkt
    (Punkt, Kiss and Strunk 2006) and lists of abbreviations.

    >>> [s.text for s in segment("The U.S. Senate met. It voted.")]
    ['The U.S. Senate met.', 'It voted.']
    """
    return [Sentence(n, a, b, text[a:b]) for n, (a, b) in enumerate(spans(text, start), 1)]


def spans(text: str, start: int = 0) -> Iterator[tuple[int, int]]:
    """Yield the offsets of the sentences of `segment`, one paragraph at a time."""
    for block_start, block_end in _blocks(text, start):
        yield from _sentences(text, block_start, block_end)


def _blocks(text: str, start: int) -> Iterator[tuple[int, int]]:
    """Paragraphs, list items and headings, as offsets; wrapped lines are one block."""
    at = end = start
    for blank, paragraph in groupby(
        text[start:].splitlines(keepends=True), lambda s: not s.strip()
    ):
        lines = list(paragraph)
        longest = max(len(line.strip()) for line in lines)
        for line, following in zip(lines, [*lines[1:], ""], strict=True):
            end += len(line)
            if not blank and _ends_block(line.strip(), following.strip(), longest):
                yield at, end
                at = end


def _ends_block(line: str, following: str, longest: int) -> bool:
    """Whether a new block begins after `line`; `longest` is the longest line of the paragraph."""
    if line.startswith(">"):
        following = following.lstrip("> ")
    if not following or _OWN_LINE.match(line) or _OWN_LINE.match(following):
        return True
    if _BLOCK_START.match(following):
        return True
    if following[0].islower() or _MARK_ALONE.match(line) or line[-1] in "-–—":
        return False
    if longest not in _WRAPPED or len(line) < max(_WRAPPED.start, _FULL * longest):
        return True
    ended = line[-1] in '.!?…:;"”»'
    return ended and not (line[-1] == "." and _continues(f"{line} {following}", len(line)))


def _sentences(text: str, start: int, end: int) -> Iterator[tuple[int, int]]:
    """The sentences of one block: nupunkt's boundaries without its errors, plus missed ones."""
    from nupunkt import sent_spans  # noqa: PLC0415  (65 ms, at the first segmentation)

    block = text[start:end]
    cuts = [b for _, b in sent_spans(block)] if block.strip() else []
    cuts = [cut for cut in cuts if not _continues(block, cut)]
    cuts += [m.end() for m in _MISSED.finditer(block) if not _continues(block, m.end())]
    if heading := _RUN_IN_HEADING.match(block):
        cuts.append(heading.end())
    at = 0
    for cut in sorted({*cuts, len(block)}):
        piece = block[at:cut]
        if words := piece.strip():
            left = start + at + len(piece) - len(piece.lstrip())
            yield left, left + len(words)
        at = cut


def _continues(block: str, cut: int) -> bool:
    """Whether the sentence that seems to end at `cut` continues after it."""
    rest = block[cut : cut + 40].lstrip()
    before = block[max(0, cut - 40) : cut]
    if cut <= len(before) and _SECTION_LABEL.match(before):
        return True
    if not rest or rest[0].islower() or _ENUMERATOR.match(before[before.rfind("\n") + 1 :]):
        return True
    match = _LAST_WORD.search(before)
    if not match:
        return False
    word = match[1].lower()
    if word in _BEFORE_NUMBER and rest[0].isdigit():
        return True
    if word in _MAY_END or _INITIALS.fullmatch(word):
        return rest.split(None, 1)[0].strip('"“‘«(') not in _OPENERS
    return word in _NEVER_ENDS


_FOOTNOTE = re.compile(r"[^\S\n]?\\?\[\^?\d{1,3}\\?\](?!\()")
_LINK = re.compile(  # "[text](address "title")"; an address may hold one pair of brackets
    r"!?\[([^\[\]\n]{1,500})\]"
    r"\((?:[^()\s]|\([^()\s]{0,200}\)){0,2000}(?:[^\S\n]+\"[^\"\n]{0,500}\")?\)"
)
_BLOCK_MARK = re.compile(r"^[^\S\n]*(?:(?:#{1,6}|>+|[-+•▪◦‣–—]|\*)(?:[^\S\n]+|$))+", re.MULTILINE)
_EMPHASIS = re.compile(  # not "5 * 3", not "snake_case"
    r"(?<![\\*])\*+(?![^\S\n]?[\d*])|(?<![\d*\\])(?<!\d )\*+(?!\*)|(?<![^\W_])_+|_+(?![^\W_])"
)
_ESCAPED = re.compile(r"\\([^\w\s])")


def without_marks(text: str) -> str:
    r"""Return the words of a passage without list marks and Markdown, on one line.

    >>> without_marks("- **Norvia** sends [a force](https://example.org) by June. \\[1\\]")
    'Norvia sends a force by June.'
    """
    for marks, instead in (
        (_FOOTNOTE, ""),
        (_LINK, r"\1"),
        (_BLOCK_MARK, ""),
        (_EMPHASIS, ""),
        (_ESCAPED, r"\1"),
    ):
        text = marks.sub(instead, text)
    return " ".join(text.split())


_ENGLISH = frozenset(
    "the of and to in a is that for on with as by at from it was be are will would has have had "
    "this an not or which its their his he she they said but who were been after also more if "
    "could may no all one between into than".split()
)
_LETTERS = re.compile(r"[^\W\d_]+")
_ENGLISH_SHARE = 0.18  # English prose has 35 to 50 % of these words; other languages below 10 %
_FEW_WORDS = 12  # below this number only the script counts
_SAMPLE = 20_000  # characters


def looks_english(text: str) -> bool:
    """Tell whether a text is English, by its share of function words; short ones by their script.

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


_EVEN = str.maketrans(_EVENED | dict.fromkeys("\u00a0\u202f\u2007\u2009\n\r\t", " "))
# white space in runs; letters followed by combining marks; whatever may be invisible
_UNEVEN = re.compile(r"\s{2,}|[^\W\d_][\u0300-\u036f]+|[^\w\s -~]")


def even(form: str) -> str:
    """Return the form with straight apostrophes, plain hyphens and plain spaces, as long as it was."""
    return form if form.isascii() and form.isprintable() else form.translate(_EVEN)


def even_text(original: str) -> MappedText:
    r"""Spell a text as the lexicon's data files spell their forms.

    Runs of white space become one space, a blank line one line feed, so that no name reaches
    across paragraphs; invisible characters go; letters with combining marks are composed.

    >>> evened = even_text("the  United\nStates")
    >>> evened.text, evened.span(4, 17)
    ('the United States', (5, 18))
    """
    pieces, starts, at = list[str](), list[int](), 0
    for match in _UNEVEN.finditer(original):
        replacement = _replacement(match[0])
        pieces += (even(original[at : match.start()]), replacement)
        starts.extend(range(at, match.start()))
        starts += [match.start()] * len(replacement)
        at = match.end()
    starts.extend(range(at, len(original) + 1))
    return MappedText("".join([*pieces, even(original[at:])]), starts)


def _replacement(uneven: str) -> str:
    if uneven[0].isspace():
        lines = uneven.replace("\r\n", "\n")
        return "\n" if lines.count("\n") > 1 or "\u2029" in lines else " "
    if uneven[0].isalpha():
        return unicodedata.normalize("NFC", uneven)
    return "" if is_invisible(uneven) else even(uneven)
