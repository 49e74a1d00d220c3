"""Read JSON Lines, sequences of JSON values and JSON arrays in bounded memory."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from typing import Any, TextIO

from guarantee_summarizer.errors import ArticleError
from guarantee_summarizer.fields import told_apart
from guarantee_summarizer.sizes import LARGEST, is_crowded

__all__ = ["LONGEST", "json_values"]

LONGEST = LARGEST
"""Characters of a value or a line that are kept in memory; the rest is skipped."""

_CHUNK = 2**16
_BETWEEN = re.compile(r"[\s\ufeff\x1e,]*")
_NEXT = re.compile(r"\}\s*,\s*(?=\{)")
_BRACKET = re.compile(  # or a string: its last quotation mark is followed by punctuation
    r'"(?:[^"\\\n]|\\[\s\S]|"(?!\s*[,:}\]]))*(?:"|\n|\\?\Z)|[{}\[\]]'
)
_LOOKED_THROUGH = 2**18  # characters of a broken item in which its end is searched
_OUTER = ("{", "}", "]")  # begin the lines between the values of an indented file
_CUT_WORD = 8  # an error so few characters before the end may mean that the value is incomplete


def json_values(file: TextIO, name: str) -> Iterator[tuple[str, Any]]:
    """Yield each value, or an error in its place, with its position; the rest is still read.

    Values are on one line each, or on several lines each, as jq writes them (positions are
    lines), or in an array (positions are items, from 1). A value is yielded once it is complete.

    Args:
        file: the stream to read.
        name: the file's name in positions and messages.
    """
    return _Reader(file, name).values()


class _Reader:
    """Buffer that begins with the next value to read."""

    def __init__(self, file: TextIO, name: str) -> None:
        self._file, self._name = file, name
        self._held, self._line, self._over = "", 1, False
        self._item: int | None = None  # in an array, the number of the next item
        self._arrays = False

    def values(self) -> Iterator[tuple[str, Any]]:
        first = True
        while self._at_value():
            if self._held[0] == "]" and self._item is not None:
                self._item = None
                self._drop(1)
                continue
            if first:
                self._arrays = self._held[0] == "["
            first = False
            if self._arrays and self._item is None and self._held[0] == "[":
                self._item = 1
                self._drop(1)
                continue
            yield self._value()
        if self._item is not None:
            place = f"{self._name}, item {self._item}"
            yield place, ArticleError(f"{place}: is missing, the file ends inside an array")

    def _at_value(self) -> bool:
        """Drop the characters between values; return False at the end of the file."""
        while True:
            match = _BETWEEN.match(self._held)
            self._drop(match.end() if match else 0)
            if self._held:
                return True
            if not self._more():
                return False

    def _value(self) -> tuple[str, Any]:
        """Return the value that begins here, or an error in its place."""
        place = f"{self._name}, line {self._line}"
        if self._item is not None:
            place = f"{self._name}, item {self._item}"
            self._item += 1
        while True:
            broken, more = self._decoded()
            if broken is None:
                return place, more
            if self._longer():
                self._skip()
                reason = f"is longer than {LONGEST:,} characters; split it"
                return place, ArticleError(f"{place}: {reason}")
            if not (more and self._more_of_value()):
                self._skip()
                problem = ArticleError(f"{place}: is not valid JSON ({_reason(broken)})")
                problem.__cause__ = broken
                return place, problem

    def _decoded(self) -> tuple[Exception | None, Any]:
        """Return (None, value); or the error, and whether reading more may fix it."""
        try:
            value, end = _decode(self._held)
        except json.JSONDecodeError as error:
            return error, self._unfinished(error)
        except (RecursionError, ValueError) as error:  # ValueError: more digits than Python reads
            return error, False
        if self._item is None and (rest := self._rest_of_line(end)):
            return ValueError(f"Extra data: {rest[:40]!r}"), False
        if end > LONGEST:
            return ValueError("too long"), False
        self._drop(end)
        return None, value

    def _longer(self) -> bool:
        """Whether the value that begins here is longer than the buffer."""
        line = self._held.find("\n")
        return (len(self._held) if line < 0 else line) >= LONGEST or len(self._held) > 2 * LONGEST

    def _rest_of_line(self, end: int) -> str:
        """Return the text after a value on its line that is not a value."""
        rest = self._held[end : end + 200].partition("\n")[0].strip(" \t\r\x1e\ufeff,")
        return "" if rest[:1] in ("", "{", "[") else rest

    def _unfinished(self, error: json.JSONDecodeError) -> bool:
        """Whether the buffer may begin with an incomplete value."""
        if error.msg.startswith("Invalid control") or self._held[0] not in "{[":
            return False
        cut_text = error.msg.startswith("Unterminated") and not self._held.endswith("\n")
        return cut_text or error.pos >= len(self._held.rstrip()) - _CUT_WORD

    def _more_of_value(self) -> bool:
        """Read until the value may be complete; the reads stay few for a long value."""
        wanted, first = 2 * len(self._held), True
        while len(self._held) < wanted:
            before = len(self._held)
            if not self._more():
                return not first
            line = self._held[before:]
            if line.startswith(_OUTER) or (first and not line.startswith((" ", "\t"))):
                return True
            first = False
        return True

    def _more(self) -> bool:
        """Read the next line, or a part of a long one."""
        text = "" if self._over else self._file.readline(max(_CHUNK, len(self._held)))
        self._over = not text
        self._held += text
        return bool(text)

    def _drop(self, end: int) -> None:
        self._line += self._held.count("\n", 0, end)
        self._held = self._held[end:]

    def _skip(self) -> None:
        """Drop a broken value: its line, or its lines up to the next that begins a value."""
        if self._item is not None:
            self._skip_item()
            return
        several = "\n" in self._held.rstrip()
        while True:
            while "\n" not in self._held:
                self._drop(len(self._held))
                if not self._more():
                    return
            self._drop(self._held.index("\n") + 1)
            if not self._held and not (several and self._more()):
                return
            if not several or self._held.startswith(("{", "[")):
                return

    def _skip_item(self) -> None:
        """Drop a broken item of an array; if it is long or unclosed, up to the next `}, {`."""
        while (end := _end_of_item(self._held)) is None:
            wanted = 2 * len(self._held)
            if wanted > _LOOKED_THROUGH or not self._more():
                break
            while len(self._held) < wanted and self._more():
                pass
        if end is not None:
            self._drop(end)
            return
        while not (match := _NEXT.search(self._held)):
            self._drop(max(0, len(self._held) - _CHUNK))
            if not self._more():
                self._drop(len(self._held))
                self._item = None  # the missing part was reported
                return
        self._drop(match.end())


def _end_of_item(text: str) -> int | None:
    """Return where the next item begins, if this one ends in the text."""
    depth = 0
    for match in _BRACKET.finditer(text):
        if match[0] in ("{", "["):
            depth += 1
        elif match[0] in ("}", "]"):
            depth = max(0, depth - 1)
            if not depth and (between := _NEXT.match(text, match.start())):
                return between.end()
    return None


def _object(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    """Build an object; of a repeated name the last value is used, the rest are kept beside it."""
    made = dict(pairs)
    if len(made) == len(pairs):
        return made
    names = told_apart(name for name, _ in reversed(pairs))
    return dict(reversed([*zip(names, (value for _, value in reversed(pairs)), strict=True)]))


_DECODER = json.JSONDecoder(object_pairs_hook=_object)


def _decode(text: str) -> tuple[Any, int]:
    if is_crowded(text):
        raise ValueError("more values than fit into memory")
    return _DECODER.raw_decode(text)


def _reason(error: Exception) -> str:
    return str(error) or type(error).__name__
