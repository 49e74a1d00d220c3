"""Find the place where an aggregator or distributor truncated a text."""

from __future__ import annotations

import re

__all__ = ["end_of"]

_CUT = re.compile(  # the note of an aggregator at the end of a truncated text
    r"\s*(?:(?:(?<=\s)(?:…|\.{3})\s*)?\[\s*\+?\s*\d[\d,.]*\s*(?:more\s+)?(?:char(?:acter)?s?|words?)\s*\]"
    r"|\[\s*(?:…|\.{3}|[Tt]runcated|TRUNCATED)\s*\]|(?<=\s)\(more\)"
    r"|ONLY AVAILABLE IN [A-Z]+ PLANS?"
    r"|(?:^|(?<=[.!?…”\"»)\]\s])|(?<=\n))[\[(]?(?:(?:Click (?:here )?to )?(?:Read|READ|read) (?:more|MORE|on)"
    r"|Continue reading|(?:Read|View) (?:the )?(?:full|whole|rest of the) (?:article|story)"
    r"|(?:To (?:continue|keep) reading|Subscribe (?:now )?to (?:continue|read))\b[^.\n]{,60}\.?)"
    r"(?:\s+(?:at|on)\s+[\w.-]+)?\s*(?:…|\.{3})?[\])]?\s*(?:»|→|>+|…|\.{3})?)\s*$"
)
_ELLIPSIS = re.compile(r"(?:\w\s?|[.!?]\s)(?:…|\.{3})\s*$")


def end_of(text: str, body: int) -> tuple[int | None, tuple[str, ...]]:
    """Return the offset of the note that a text is truncated, or None, and the warnings.

    Args:
        text: the whole text, with its header.
        body: the offset where the header ends.

    >>> end_of("The US will help. [+4321 chars]", 0)[0]
    17
    """
    tail = max(body, len(text) - 400)
    mark = _CUT.search(text, tail)
    if mark and text[body : mark.start()].strip():
        shown = " ".join(mark[0].split())
        return mark.start(), (f"the text was cut by its distributor: it ends in {shown!r}",)
    if _ELLIPSIS.search(text, tail):
        return None, ("the text may be cut: it ends in an ellipsis",)
    return None, ()
