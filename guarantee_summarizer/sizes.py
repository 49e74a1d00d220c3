"""How much of what comes from outside is read, and how to see that it is more before it is read."""

from __future__ import annotations

import re

__all__ = ["LARGEST", "is_crowded", "knotted"]

LARGEST = 16 * 2**20
"""Bytes of a file, or characters of a value, that are held at once."""

_BRACKETS = 300_000  # lists and objects of one JSON text; each takes 50 to 300 bytes
_COMMAS = 2_000_000
_KEYS = 250_000  # names of fields; each takes 300 bytes and more until it is an article's
_KEY = re.compile(r'"\s*+:')
_TAGS = 300_000  # of one page; the longest of encyclopedias have 60,000
_WORK = 200_000_000  # pairs of attributes of one tag; parsers compare each with each: 1 s
_TAG = re.compile(r"<[A-Za-z][^\s/>]*+")
_ATTRIBUTE = re.compile(  # names as parsers take them: whatever stands between blanks
    r"[\s/]*+(?:[^\s/>=]++|=)(?:\s*+=\s*+(?:\"[^\"]*+\"|'[^']*+'|[^\s>]*+))?"
)


def is_crowded(json_text: str) -> bool:
    """Tell whether JSON may hold more values than memory has room for.

    >>> is_crowded('{"text": "a, b"}'), is_crowded("[" + "[]," * 400_000 + "[]]")
    (False, True)
    """
    if json_text.count(":") > _KEYS and sum(1 for _ in _KEY.finditer(json_text)) > _KEYS:
        return True
    brackets = json_text.count("[") + json_text.count("{")
    return brackets > _BRACKETS or json_text.count(",") > _COMMAS


def knotted(markup: str) -> str | None:
    """Return what a page or a feed has too much of for a parser: tags or attributes; None as a rule.

    >>> knotted("<p " + "a " * 20_000 + ">")
    'more attributes on its tags than any page has'
    """
    if markup.count("<") > _TAGS:
        return f"more than {_TAGS:,} tags"
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
