"""Read text that is nearly JSON, up to the first place that cannot be read."""

from __future__ import annotations

import json
import re
import sys
from typing import Any, NoReturn

__all__ = ["Lenient"]

_SPACE = re.compile(r"(?:\s+|//[^\n]*|#[^\n]*)*")
_WORD = re.compile(r"[^\s,:\[\]{}\"'/#]+")
_NAME = re.compile(r"[^\W\d][\w$-]*")
_NUMBER = re.compile(r"[+-]?\d{1,300}(?:\.\d*)?(?:[eE][+-]?\d{1,3})?")
_LITERALS = {"true": True, "false": False, "null": None, "none": None, "undefined": None}
_CLOSING = {
    quote: re.compile(rf"[^{quote}\\]*(?:\\.[^{quote}\\]*)*{quote}", re.DOTALL)
    for quote in ('"', "'")
}
_COMMENT = r"//|[#]|/\*"
_AFTER_KEY = re.compile(r"\s*:")
_AFTER_ITEM = re.compile(rf"\s*(?:[,\]]|{_COMMENT}|\Z)")
_TEXT = r"""(?:"[^"]{0,200}"|'[^']{0,200}')"""
_AFTER_VALUE = re.compile(
    rf"\s*(?:[}}\]]|{_COMMENT}|,\s*(?:[}}\],]|{_COMMENT}|(?:{_TEXT}|\w+)\s*:))"
)
_AT_THE_END = re.compile(r"""\s*+(?:,\s*+(?:(?:"[^"]{0,200}"?|'[^']{0,200}'?|\w*+)\s*+)?)?\Z""")
_UNSURE = re.compile(r"\s*(?::|,\s*[\"'{\[])")  # the quote may still be the end
_ESCAPE = re.compile(
    r"(?P<pair>\\u[dD][89abAB][0-9a-fA-F]{2}\\u[dD][c-fC-F][0-9a-fA-F]{2})"  # surrogates
    r"|\\x[0-9a-fA-F]{2}|\\u[0-9a-fA-F]{4}|\\U[0-9a-fA-F]{8}|\\.",
    re.DOTALL,
)
_KEPT = ("\\b", "\\f", "\\n", "\\r", "\\t", '\\"', "\\\\", "\\/")
_DEEPEST = 100


class _BrokenError(Exception):
    """The text ends or cannot be read here."""


class Lenient:
    """Read one value that is nearly JSON.

    Args:
        text: the text with the value.
        at: where the value begins.
        closes: where the last comment of the text ends, if known (a text is read from many
            places, but searched once).

    Accepted are: comments, trailing, doubled and missing commas (after a bracket), single quotes,
    bare keys, line breaks and quotes in a string, escapes unknown to JSON, `True`, `None`.
    A string, number or literal counts only if a comma or a bracket follows: `20` may be the start
    of 200, and a quote the first of two.

    Attributes:
        at: where the value ends or breaks off.
        broken: the same if it breaks off, else None.
        open: the containers that are open there, outermost first.
        doubled: names that are repeated in one object with different values.
    """

    def __init__(self, text: str, at: int = 0, *, closes: int | None = None) -> None:
        self._text = text
        self._closes = text.rfind("*/") if closes is None else closes
        self.at = at
        self.broken: int | None = None
        self.open: list[Any] = []
        self.doubled: list[str] = []

    def read(self) -> Any:
        """Return the value; if it breaks off, the outermost container, or None without one."""
        holder: list[Any] = []
        try:
            self._member(holder, None, outermost=True)
        except _BrokenError:
            self.broken = self.at
        return holder[0] if holder else None

    def _member(self, holder: Any, key: str | None, *, outermost: bool = False) -> None:
        mark = self._mark()
        if mark in ("{", "["):
            child: Any = {} if mark == "{" else []
            old = self._put(holder, key, child)
            self._container(child)
            if old and old != child:
                self.doubled.append(str(key))
            return
        value = (
            self._string(_AFTER_ITEM if key is None else _AFTER_VALUE)
            if mark in "\"'"
            else self._word()
        )
        if not outermost and self._mark() not in ",]}":
            self._break()
        if (old := self._put(holder, key, value)) and old != value:
            self.doubled.append(str(key))

    def _container(self, made: Any) -> None:
        """Read the members of a container, and its end."""
        self.open.append(made)
        if len(self.open) > _DEEPEST:
            self._break()
        self.at += 1
        end = "}" if isinstance(made, dict) else "]"
        while (mark := self._mark()) != end:
            if mark == ",":
                self.at += 1
            else:
                self._member(made, self._key() if end == "}" else None)
        self.at += 1
        self.open.pop()

    def _put(self, holder: Any, key: str | None, value: Any) -> Any:
        """Add a member; return the earlier value of its name."""
        if key is None:
            holder.append(value)
            return None
        old = holder.pop(key, None)  # so that the last member read comes last
        holder[key] = value
        return old

    def _mark(self) -> str:
        """Return the next significant character; raise if there is none."""
        while match := _SPACE.match(self._text, self.at):
            self.at = match.end()
            if not self._text.startswith("/*", self.at) or self._closes < self.at + 2:
                break
            self.at = self._text.index("*/", self.at + 2) + 2
        if self.at == len(self._text):
            self._break()
        return self._text[self.at]

    def _key(self) -> str:
        if self._mark() in "\"'":
            key = self._string(_AFTER_KEY)
        elif name := _NAME.match(self._text, self.at):
            key, self.at = name[0], name.end()
        else:
            self._break()
        if self._mark() != ":":
            self._break()
        self.at += 1
        return key

    def _string(self, after: re.Pattern[str]) -> str:
        """Read a string; a quote that nothing valid follows is part of it, not its end."""
        quote, start = self._text[self.at], self.at + 1
        end = _CLOSING[quote].match(self._text, start)
        if end and after is _AFTER_VALUE and _AT_THE_END.match(self._text, end.end()):
            after = _AT_THE_END
        while end and not after.match(self._text, end.end()):
            if after is not _AFTER_VALUE or _UNSURE.match(self._text, end.end()):
                self._break()
            end = _CLOSING[quote].match(self._text, end.end())
        if end is None:
            self._break()
        self.at = end.end()
        return _unescaped(self._text[start : end.end() - 1])

    def _word(self) -> Any:
        word = _WORD.match(self._text, self.at)
        if word is None or (word[0].lower() not in _LITERALS and not _NUMBER.fullmatch(word[0])):
            self._break()
        self.at = word.end()
        if word[0].lower() in _LITERALS:
            return _LITERALS[word[0].lower()]
        return int(word[0]) if word[0].lstrip("+-").isdigit() else float(word[0])

    def _break(self) -> NoReturn:
        raise _BrokenError


def _unescaped(body: str) -> str:
    if "\\" not in body:
        return body
    return _ESCAPE.sub(_meant, body)


def _meant(match: re.Match[str]) -> str:
    escape = match[0]
    if match["pair"] or escape in _KEPT:
        return str(json.loads(f'"{escape}"'))
    if digits := escape[2:]:  # of \x, \u or \U
        point = int(digits, 16)
        return chr(point) if point <= sys.maxunicode else "\ufffd"
    return escape[1:]
