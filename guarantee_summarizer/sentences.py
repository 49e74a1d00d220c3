"""Split a text into sentences, with offsets; remove list marks and Markdown from a passage.

All offsets are code points, 0-based, half-open, into the original text.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import groupby

from guarantee_summarizer.plain import without_unseen
from guarantee_summarizer.text import hides_text

__all__ = ["Sentence", "readable", "segment", "spans", "without_marks"]


@dataclass(frozen=True, slots=True)
class Sentence:
    """A numbered sentence of an article.

    Attributes:
        number: its number in the article, from 1.
        start: where it begins in the article's text, in code points from 0.
        end: the offset of the first code point after it.
        text: its words, exactly as the article has them.
    """

    number: int
    start: int
    end: int
    text: str

    @property
    def hidden(self) -> bool:
        """Whether it contains text that a reader of the article does not see."""
        return hides_text(self.text)


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
_LAST_WORD = re.compile(r"([^\W\d_](?:\w|\.(?=\w)|-(?=\w))*)\.[\"'”’»)\]]*$")
_INITIALS = re.compile(r"(?:[^\W\d_]\.)*[^\W\d_]")  # "J.D", "u.s", "a.m"
_MISSED = re.compile(
    r"[.!?…。！？\"”’]"  # a set first: the search is fast
    r"(?:(?:(?<=[^\W\d_]{2}[.!?…])|(?<=\.[A-Z]\.))[\"'”’»)\]]*\s+(?=[\"'“‘«(\[]?[^\W\d_a-zа-яіїєґ])"
    r"|(?<=[。！？])|(?:(?<=[a-z]{3}[.!?])|(?<=[a-z]{2}[.!?][\"”’]))(?=[A-Z][a-z]*[ ,]))"
)
_ENUMERATOR = re.compile(r"\s*(?:[-*•▪–—]|[-*•\s]*\(?(?:\d{1,3}|[^\W\d_]|[ivxIVX]{2,5})[.)])\s*$")
_SECTION_LABEL = re.compile(
    r"\s*(?:§|(?:section|sec|article|art|chapter|annex|part)\b)\.?\s*[\dIVX]+\.\s*$", re.IGNORECASE
)
_GERMAN_DAY = re.compile(r"\b\d{1,2}\.\s*$")  # "am 20. Januar"
_GERMAN_MONTH = re.compile(
    r"(?:Januar|Februar|März|April|Mai|Juni|Juli|August|September|Oktober|November|Dezember)\b"
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
    """Yield paragraphs, list items and headings as offsets; wrapped lines are one block."""
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
    """Yield the sentences of one block: nupunkt's boundaries, corrected and completed."""
    from nupunkt import sent_spans  # noqa: PLC0415  (65 ms, at the first segmentation)

    block = text[start:end]
    seen = without_unseen(block)
    found = {b for _, b in sent_spans(seen.text)} if seen.text.strip() else set()
    found.update(m.end() for m in _MISSED.finditer(seen.text))
    cuts = [cut for cut in found if not _continues(seen.text, cut)]
    if heading := _RUN_IN_HEADING.match(seen.text):
        cuts.append(heading.end())
    at = 0
    for cut in sorted({*(seen.starts[cut] for cut in cuts), len(block)}):
        piece = block[at:cut]
        if words := piece.strip():
            left = start + at + len(piece) - len(piece.lstrip())
            yield left, left + len(words)
        at = cut


def _continues(block: str, cut: int) -> bool:
    """Whether the sentence that seems to end at `cut` continues after it."""
    rest = block[cut : cut + 40].lstrip()
    if not rest or rest[0].islower():
        return True
    before = block[max(0, cut - 40) : cut]
    if cut <= len(before) and _SECTION_LABEL.match(before):
        return True
    if _GERMAN_MONTH.match(rest) and _GERMAN_DAY.search(before):
        return True
    if _ENUMERATOR.match(before[before.rfind("\n") + 1 :]):
        return True
    words = before.split()
    match = _LAST_WORD.search(words[-1]) if words else None
    if not match:
        return False
    word = match[1].lower()
    if word in _BEFORE_NUMBER and rest[0].isdigit():
        return True
    if word in _MAY_END or _INITIALS.fullmatch(word):
        return rest.split(None, 1)[0].strip('"“‘«(') not in _OPENERS
    return word in _NEVER_ENDS


_FOOTNOTE = re.compile(r"[^\S\n]?\\?\[\^?\d{1,3}\\?\](?!\()")
_LINK = re.compile(  # "[text](address "title")"; an address may have one pair of brackets
    r"!?\[([^\[\]\n]{1,500})\]"
    r"\((?:[^()\s]|\([^()\s]{0,200}\)){0,2000}(?:[^\S\n]+\"[^\"\n]{0,500}\")?\)"
)
_BLOCK_MARK = re.compile(r"^[^\S\n]*(?:(?:#{1,6}|>+|[-+•▪◦‣–—]|\*)(?:[^\S\n]+|$))+", re.MULTILINE)
_EMPHASIS = re.compile(  # not "5 * 3", not "snake_case"
    r"(?<![\\*])\*+(?![^\S\n]?[\d*])|(?<![\d*\\])(?<!\d )\*+(?!\*)|(?<![^\W_])_+|_+(?![^\W_])"
)
_ESCAPED = re.compile(r"\\([^\w\s])")
_MAY_BE_MARKED = re.compile(r"[\[\\*_]|^[^\S\n]*[#>+•▪◦‣–—-]", re.MULTILINE)


def without_marks(text: str) -> str:
    r"""Return the words of a passage without list marks and Markdown, on one line.

    >>> without_marks("- **Norvia** sends [a force](https://example.org) by June. \\[1\\]")
    'Norvia sends a force by June.'
    """
    if _MAY_BE_MARKED.search(text) is None:
        return " ".join(text.split())
    for marks, instead in (
        (_FOOTNOTE, ""),
        (_LINK, r"\1"),
        (_BLOCK_MARK, ""),
        (_EMPHASIS, ""),
        (_ESCAPED, r"\1"),
    ):
        text = marks.sub(instead, text)
    return " ".join(text.split())


def readable(text: str) -> str:
    """Return a passage without list marks and Markdown; unchanged if nothing else is in it.

    >>> readable("- **Norvia**"), readable("---")
    ('Norvia', '---')
    """
    return without_marks(text) or text
