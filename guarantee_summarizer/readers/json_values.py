"""Read JSON Lines, sequences of JSON values and JSON arrays in bounded memory."""

from __future__ import annotations

import io
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
_LINE, _VALUE_LINE = re.compile(r"\n"), re.compile(r"\n(?=[{\[])")
_SKIPPED = 4 * LONGEST  # characters that are read without a value before the file is given up
_RETRIED = 8  # so many characters that are decoded in vain count as one
_TRIES = 50  # decoding after each line that may end a value; later when the text has doubled
_NEAR = 1_000  # characters between two items of an array
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
        self._ahead: list[tuple[str, int]] = []  # put back: texts, and how much of each is read
        self._spent, self._given_up = 0, False  # characters since the last value
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
        if self._given_up:
            reason = f"more than {_SKIPPED:,} characters without a value; the rest is not read"
            yield self._name, ArticleError(f"{self._name}: {reason}")
        elif self._item is not None:
            place = f"{self._name}, item {self._item}"
            yield place, ArticleError(f"{place}: is missing, the file ends inside an array")

    def _at_value(self) -> bool:
        """Drop the characters between values; return False at the end of the file."""
        while not self._given_up:
            match = _BETWEEN.match(self._held)
            self._drop(match.end() if match else 0)
            if self._held:
                return True
            if not self._more():
                return False
        return False

    def _value(self) -> tuple[str, Any]:
        """Return the value that begins here, or an error in its place."""
        place = f"{self._name}, line {self._line}"
        if self._item is not None:
            place = f"{self._name}, item {self._item}"
            self._item += 1
        tries = 0
        while True:
            broken, more = self._decoded()
            if broken is None:
                return place, more
            if self._longer():
                self._skip()
                reason = f"is longer than {LONGEST:,} characters; split it"
                return place, ArticleError(f"{place}: {reason}")
            tries += 1
            if not (more and self._more(len(self._held), eager=tries < _TRIES)):
                self._skip()
                problem = ArticleError(f"{place}: is not valid JSON ({_reason(broken)})")
                problem.__cause__ = broken
                return place, problem

    def _decoded(self) -> tuple[Exception | None, Any]:
        """Return (None, value); or the error, and whether reading more may fix it."""
        self._spent += len(self._held) // _RETRIED
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
        self._spent = 0
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

    def _more(self, least: int = 1, *, eager: bool = False) -> bool:
        """Read lines, or a part of a long one, until there are so many more characters.

        Args:
            least: the number of characters; more are read if no value came for long.
            eager: stop earlier, after a line that may end a value.
        """
        if not eager:
            text = self._readline(max(least, min(_CHUNK, self._spent // 16)))
            self._held += text
            return bool(text)
        lines, size = io.StringIO(), 0
        while size < least and (line := self._readline()):
            size += lines.write(line)
            unindented = size == len(line) and not line.startswith((" ", "\t"))
            if unindented or line.startswith(_OUTER):
                break
        self._held += lines.getvalue()
        return size > 0

    def _readline(self, least: int = 1) -> str:
        """Return so many characters and the rest of their line, or a part of a long one."""
        if self._spent > _SKIPPED:
            self._given_up = self._over = True
            return ""
        size = max(_CHUNK, len(self._held))
        if self._ahead:
            text, start = self._ahead.pop()
            end = text.find("\n", start + least - 1, start + least + size) + 1
            end = end or min(len(text), start + least + size)
            if end < len(text):
                self._ahead.append((text, end))
            return text[start:end]
        if self._over:
            return ""
        text = self._file.read(least - 1) + self._file.readline(size)
        self._over = not text
        self._spent += len(text)
        return text

    def _drop(self, end: int) -> None:
        """Drop so many characters; put back what is far behind them, so that few are moved."""
        self._line += self._held.count("\n", 0, end)
        cut = len(self._held)
        if cut - end > 2 * _CHUNK:
            cut = self._held.rfind("\n", end, end + _CHUNK) + 1 or end + _CHUNK
            self._ahead.append((self._held[cut:], 0))
        self._held = self._held[end:cut]

    def _skip(self) -> None:
        """Drop a broken value: its line, or its lines up to the next that begins a value."""
        if self._item is not None:
            self._skip_item()
            return
        several = "\n" in self._held.rstrip()
        end = _VALUE_LINE if several else _LINE
        while not (found := end.search(self._held)):
            whole = self._held.endswith("\n")
            self._drop(len(self._held))
            if not self._more() or (whole and self._held.startswith(("{", "["))):
                return
        self._drop(found.end())

    def _skip_item(self) -> None:
        """Drop a broken item of an array; if it is long or unclosed, up to the next `}, {`."""
        while (end := _end_of_item(self._held)) is None:
            size = len(self._held)
            if 2 * size > _LOOKED_THROUGH or not self._more(size):
                break
        if end is not None:
            self._drop(end)
            return
        while not (match := _NEXT.search(self._held)):
            self._drop(max(0, len(self._held) - _NEAR))
            if not self._more(_CHUNK):
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
