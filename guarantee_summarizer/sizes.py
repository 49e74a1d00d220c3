"""Limits on the size of external input, and quick tests before parsing."""

from __future__ import annotations

import re

__all__ = ["LARGEST", "is_crowded", "knotted"]

LARGEST = 16 * 2**20
"""Largest file in bytes, or value in characters, that is kept in memory."""

_BRACKETS = 300_000  # lists and objects of one JSON text; each takes 50 to 300 bytes
_COMMAS = 2_000_000
_KEYS = 250_000  # names of fields; each takes 300 bytes and more until it is an article's
_KEY = re.compile(r'"\s*+:')
_TAGS = 300_000  # of one page, closing ones included
_OPENED = 100_000  # the longest pages of encyclopedias have 60,000
_WORK = 200_000_000  # pairs of attributes of one tag; parsers compare each with each: 1 s
_TAG = re.compile(r"<[A-Za-z][^\s/>]*+")
_ATTRIBUTE = re.compile(  # attributes as parsers see them: any text between blanks
    r"[\s/]*+(?:[^\s/>=]++|=)(?:\s*+=\s*+(?:\"[^\"]*+\"|'[^']*+'|[^\s>]*+))?"
)


def is_crowded(json_text: str) -> bool:
    """Return whether JSON may have more values than fit into memory.

    >>> is_crowded('{"text": "a, b"}'), is_crowded("[" + "[]," * 400_000 + "[]]")
    (False, True)
    """
    if len(json_text) <= _KEYS:
        return False
    if json_text.count(":") > _KEYS and sum(1 for _ in _KEY.finditer(json_text)) > _KEYS:
        return True
    brackets = json_text.count("[") + json_text.count("{")
    return brackets > _BRACKETS or json_text.count(",") > _COMMAS


def knotted(markup: str) -> str | None:
    """Return a description if a page or feed has too many tags or attributes to parse, else None.

    >>> knotted("<p " + "a " * 20_000 + ">")
    'more attributes on its tags than any page has'
    """
    tags = markup.count("<")
    if tags > _TAGS or tags - markup.count("</") > _OPENED:
        return f"more than {_OPENED:,} tags"
    work = 0
    for tag in _TAG.finditer(markup):
        at = tag.end()
        count = 0
        while (one := _ATTRIBUTE.match(markup, at)) and one.end() > at:
            count, at = count + 1, one.end()
        work += count * count
        if work > _WORK:
            return "more attributes on its tags than any page has"
    return None
