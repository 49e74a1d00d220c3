"""Read the header before a text: front matter, title, date, bylines, outlet, URL.

A header ends with the last line that must be part of one, such as a labelled line or a bare date.
A few short lines above such a line belong to it; everything else is the text.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import date
from functools import partial
from itertools import islice

from guarantee_summarizer.lexicon import default_lexicon
from guarantee_summarizer.normalize.units import MONTHS, WEEKDAYS, month_number
from guarantee_summarizer.plain import readable
from guarantee_summarizer.sentences import without_marks

__all__ = ["read_day", "read_header"]

_compiled = partial(re.compile, flags=re.IGNORECASE)
_LABELS = {
    **dict.fromkeys(("title", "headline"), "title"),
    **dict.fromkeys(("date", "published", "published on", "posted"), "published"),
    **dict.fromkeys(("date published", "publication date"), "published"),
    **dict.fromkeys(("outlet", "source", "publisher"), "outlet"),
    **dict.fromkeys(("url", "link"), "url"),
    **dict.fromkeys(("author", "authors", "byline", "updated", "last updated", "section"), ""),
}
_LONGEST = 300  # characters of a line of a header
_LONGEST_FIELD = 2_000  # characters of a line of front matter that are read
_WORDS = 25  # of a title, at most
_FEW_WORDS = 6  # of an outlet, or of the rest of a line with a date ("5 min read")
_UNLABELLED = 3  # title, outlet and section, at most

_MONTH = rf"(?:{'|'.join(m[:3] for m in MONTHS)})[a-z]*\.?"
_DAY = _compiled(
    r"(?<!\d)(?:\d{4}([-./])\d\d?\1\d\d?|\d\d?([./])\d\d?\2\d{4}"
    rf"|\d\d?(?:st|nd|rd|th)?\s+{_MONTH},?\s+\d{{4}}"
    rf"|{_MONTH}\s+\d\d?(?:st|nd|rd|th)?,?\s+\d{{4}})(?!\d)"
)
_YEAR = re.compile(r"\d{4}")  # every day has one
_AROUND_DAY = _compiled(  # weekday, place, hour: "Paris, Monday, 6 January 2026 at 10:30 a.m. GMT"
    rf"(?:(?:{'|'.join(day[:3] for day in WEEKDAYS)})[a-z]*,?\s+|(?-i:[A-Z])[\w.'’/-]+,\s+){{0,3}}#"
    r"(?:(?:T|,?\s+(?:at\s+)?)\d\d?[:.]\d\d(?::\d\d)?(?:\.\d+)?(?:\s?[ap]\.?m\.?)?"
    r"(?:\s?Z|\s?\(?[A-Z]{2,5}\)?|\s?[+-]\d\d:?\d\d)?)?\.?"
)
_DAY_LABEL = _compiled(r"(date|(?:first |last )?(?:published|posted|updated)(?: on)?)\s+(?=.*\d)")
_GLUED = _compiled(
    r"[\s\ufeff]*(?:date|published)(?:[^\S\n]*:)?[^\S\n]+(\d{4}(?:-\d\d){0,2})"
    r"(?:(?:(?<=-\d\d-\d\d)[^\S\n]+(?=\S)|[^\S\n]+(?=\S)(?-i:(?![a-z])))|(?<=-\d\d)[^\S\n]*\r?\n)"
)
_NAME = r"[A-ZÀ-ÞЀ-Я][\w.'’-]*"
_BYLINE = re.compile(
    rf"(?i:written |story )?(?:By|BY|by) {_NAME}"
    rf"(?:,? (?:{_NAME}|and|in|at|for|of|the|de|del|van|von|der|la|al|bin|&)){{0,11}}"
)
_LABELLED = re.compile(r"(\w+(?:[ _-]\w+)?)\s*:\s*(.*)")
_SENTENCE_END = re.compile(r"(?<!\b[A-Z])[.:;,]$")
_SAYING = re.compile(  # "Source: Brandt at a joint press conference": no outlet, but the text
    r"\b(?:conference|interview|briefing|citing|quoting|quoted|said|told)\b"
    r"|\b(?:[Oo]n|in) (?:Telegram|Facebook|Twitter|X|social media|an?\b)"
)
_MEDIA = re.compile(r"\b(?:Times|Post|News|Press|Agency|Herald|Journal|Tribune|Gazette|Radio|TV)\b")
_PARTS = re.compile(r"\s*[|·•]\s*|\s+[-–—]\s+")
_LINE = re.compile(r"([^\r\n]*)(?:\r\n?|\n|$)")
_URL = _compiled(r"https?://\S+")
_RULE = re.compile(r"\ufeff?\s*---[^\S\n]*(?:\n|$)")

_ESCAPED = re.compile(r"\\u((?!d[89a-f])[0-9a-f]{4})", re.IGNORECASE)  # remains of JSON
_Fields = dict[str, str]


def read_day(text: str) -> date | None:
    """Return the first day in `text`; None if there is none or it is ambiguous (1/2/2026).

    Raises:
        ValueError: it has the form of a day, but no such day exists.

    >>> read_day("Tuesday, March 25, 2025"), read_day("TBD")
    (datetime.date(2025, 3, 25), None)
    """
    match = _DAY.search(text)
    if match is None:
        return None
    numbers = [int(number) for number in re.findall(r"\d+", match[0])]
    if word := re.search(r"[a-z]{3,}", match[0], re.IGNORECASE):
        return date(numbers[1], month_number(word[0]), numbers[0])
    if match[1]:
        return date(*numbers)
    day, month, year = numbers
    if month > len(MONTHS):
        return date(year, day, month)
    ambiguous = match[2] == "/" and day != month and day <= len(MONTHS)
    return None if ambiguous else date(year, month, day)


def read_header(text: str) -> tuple[_Fields, int]:
    r"""Return the fields of the header of `text`, and the offset where the body begins.

    The fields are `title`, `published` (as it is written), `outlet` and `url`.

    >>> read_header("A pact is near\nBy Ann Roe\nMarch 25, 2025\nTalks go on.")
    ({'published': 'March 25, 2025', 'title': 'A pact is near'}, 41)
    """
    fields, body = _front_matter(text)
    if not body and _RULE.match(text):  # without an end it is not front matter
        return {}, 0
    unlabelled: list[str] = []
    belonging = 0  # number of them above a line that must be part of the header
    standfirst = None  # offset of one full sentence between the title and the rest of the header
    for line, start, end in _lines(text, body):
        new = _read_line(line)
        if new is None and "published" not in fields and (glued := _GLUED.match(text, start)):
            fields["published"] = glued[1]
            body, belonging = glued.end(), len(unlabelled)
            break
        if new is not None:
            if fields.keys() & new.keys():
                break
            fields |= new
            body, belonging = standfirst or end, len(unlabelled)
        elif standfirst or len(unlabelled) == _UNLABELLED or len(line) > _LONGEST:
            break
        elif len(line.split()) <= _WORDS and not (unlabelled and _SENTENCE_END.search(line)):
            unlabelled.append(line)
        elif not unlabelled and not fields:  # the article begins at once
            break
        else:
            standfirst = start
    for line in unlabelled[:belonging]:
        plain = _ESCAPED.sub(lambda match: chr(int(match[1], 16)), line)
        fields.setdefault("outlet" if _is_outlet(line) else "title", plain)
    return fields, body


def _lines(text: str, start: int) -> Iterator[tuple[str, int, int]]:
    """Yield the non-blank lines without Markdown, with their offsets."""
    for match in _LINE.finditer(text, start):
        line = match[1].strip("\ufeff \t")
        line = line if len(line) > _LONGEST else without_marks(readable(line).text)
        if line:
            yield line, match.start(), match.end()


def _front_matter(text: str) -> tuple[_Fields, int]:
    """Return keys and values between two lines of dashes; nothing if the second is missing."""
    fields: _Fields = {}
    opening = _RULE.match(text)
    for match in islice(_LINE.finditer(text, opening.end()) if opening else (), 100):
        line = match[1]
        if line.rstrip() in ("---", "..."):
            return fields, match.end()
        if labelled := _LABELLED.match(line[:_LONGEST_FIELD]):
            fields = (_labelled(labelled[1], labelled[2].strip(" '\"")) or {}) | fields
        elif line.strip() and not line.startswith((" ", "\t", "-", "#")):
            break
    return {}, 0


def _read_line(line: str) -> _Fields | None:
    """Return the fields of a line that must be part of a header; None for any other line."""
    if len(line) > _LONGEST:
        return None
    title = _read_part(line)
    if title and "title" in title:  # which may contain dashes and bars
        return title
    parts = {part: _read_part(part) for part in _PARTS.split(line)}
    others = [part for part, read in parts.items() if read is None]
    if len(others) == len(parts) or any(not 0 < len(p.split()) <= _FEW_WORDS for p in others):
        return None
    fields: _Fields = {}
    for part, read in parts.items():
        fields |= read or ({"outlet": part} if read is None and _is_outlet(part) else {})
    return fields


def _read_part(part: str) -> _Fields | None:
    """Return the fields of a line, or of a part between bars or dashes: label, day, byline."""
    labelled = _LABELLED.fullmatch(part)
    if labelled and (fields := _labelled(labelled[1], labelled[2])) is not None:
        return fields
    label = _DAY_LABEL.match(part)
    rest = part[label.end() :] if label else part
    if _is_day(rest):
        return {} if label and "updated" in label[1].lower() else _published(rest)
    if _URL.fullmatch(part):
        return {"url": part}
    return {} if _BYLINE.fullmatch(part) else None


def _labelled(label: str, value: str) -> _Fields | None:
    """Return the field of `label: value`; None if the label is unknown or the value is prose."""
    key = _LABELS.get(re.sub("[_-]", " ", label.lower()))
    if key == "published" and _is_day(value):
        return _published(value)
    key = "url" if key == "outlet" and _URL.fullmatch(value) else key
    most = {"title": _LONGEST, "published": _FEW_WORDS, "url": 1}.get(key or "", _WORDS)
    prose = key != "title" and _SENTENCE_END.search(value)
    quotes = key == "outlet" and (len(value.split()) > _FEW_WORDS or _SAYING.search(value))
    if key is None or prose or quotes or not 0 < len(value.split()) <= most:
        return None
    if key == "published":
        return _published(value)
    return {key: value} if key else {}


def _is_day(text: str) -> bool:
    marked = _DAY.sub("#", text, count=1) if _YEAR.search(text) else text
    return "#" in marked and bool(_AROUND_DAY.fullmatch(marked))


def _published(value: str) -> _Fields:
    """Return the day as it is written, even if it does not exist; nothing without a day."""
    try:
        return {"published": value} if read_day(value) else {}
    except ValueError:
        return {"published": value}


def _is_outlet(line: str) -> bool:
    actor = default_lexicon().actor(line)
    known = actor is not None and actor.kind == "media"
    return len(line.split()) <= _FEW_WORDS and (known or bool(_MEDIA.search(line)))
