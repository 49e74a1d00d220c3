"""Keeps text from an article from steering what shows it."""

from __future__ import annotations

import unicodedata

__all__ = ["printable"]

_KEPT = "\n\t\u200c\u200d"  # line ends; joiners that some scripts are spelled with


def printable(text: str) -> str:
    r"""The text without control and direction characters (escape sequences, bidi overrides).

    >>> printable("a\x1b[31mb\u202ec")
    'a[31mbc'
    """
    if text.isascii() and text.isprintable():
        return text
    return "".join(c for c in text if c in _KEPT or unicodedata.category(c) not in ("Cc", "Cf"))
