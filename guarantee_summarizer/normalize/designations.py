"""Find names with digits, in any spelling: G7, F-16s, Su-57, Leopard 2s."""

from __future__ import annotations

import re
from collections.abc import Iterator

from guarantee_summarizer.normalize.units import CODES
from guarantee_summarizer.text import fold

__all__ = ["designations"]

_DASH = r"[-\u2010-\u2013]"
_GLUED = re.compile(
    rf"(?<![\w-])([^\W\d_]{{1,5}}){_DASH}?(\d{{1,5}})(?:['’]?(s)|([^\W\d_][^\W_]{{0,2}}))?(?!\w)"
)
_SPACED = re.compile(r"(?<![\w-])([^\W\d_a-z][^\W\d_]+)[ \u00a0](\d{1,3})['’]?s(?!\w)")
_NONE = frozenset(["un", "unscr", "unsc", *(code.lower() for code in CODES)])  # figures, not names


def designations(text: str) -> Iterator[tuple[str, str]]:
    """Yield each name with digits as written, and in a form that all its spellings share.

    Time is linear in the text.

    >>> list(designations("F-16s of the G-7"))
    [('F-16s', 'f16'), ('G-7', 'g7')]
    """
    for match in _GLUED.finditer(text):
        letters = fold(match[1])
        if letters in _NONE or re.fullmatch(r"(?:19|20)\d\d", match[2]):  # "post-2022"
            continue
        name = f"{letters}{int(match[2])}"
        if match[4]:
            yield match[0], name + fold(match[4])
            continue
        yield match[0], name
    for match in _SPACED.finditer(text):
        yield match[0], f"{fold(match[1])} {match[2]}"
