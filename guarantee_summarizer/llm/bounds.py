"""Limit the size and depth of one answer; no real article reaches the limits."""

from __future__ import annotations

import math
from typing import Any

from guarantee_summarizer.text import writable

__all__ = ["LONGEST", "bounded"]

LONGEST = 1_000_000
"""Characters of an answer that are read; models write at most half as many."""
_DEEPEST = 12  # nested brackets; the schema has six
_ITEMS = 1_000  # items of one list
_VALUES = 20_000  # values of one answer: about 2,500 claims
_TEXT = 10_000  # characters
_TOLD = 20  # cuts that are reported one by one


def bounded(value: Any) -> tuple[Any, list[str]]:
    """Return JSON with storable text and within the limits, and notes on what was cut."""
    walk = _Walk()
    made = walk.value(value, "", 0)
    if len(walk.cuts) > _TOLD:
        walk.cuts[_TOLD:] = [f"{len(walk.cuts) - _TOLD} more cuts like these"]
    return made, walk.cuts


class _Walk:
    def __init__(self) -> None:
        self.cuts: list[str] = []
        self._left = _VALUES

    def value(self, node: Any, path: str, depth: int) -> Any:
        self._left -= 1
        if isinstance(node, str):
            return self._text(node, path)
        if isinstance(node, float) and not math.isfinite(node):
            return str(node)
        if not isinstance(node, dict | list):
            return node
        if depth == _DEEPEST:
            self.cuts.append(f"{path}: brackets deeper than {_DEEPEST} were not read")
            return None
        if isinstance(node, list):
            return self._items(node, path, depth + 1)
        return self._members(node, path, depth + 1)

    def _items(self, node: list[Any], path: str, depth: int) -> list[Any]:
        made: list[Any] = []
        for item in node[:_ITEMS]:
            one = self.value(item, path, depth)
            if self._left < 0:
                break
            made.append(one)
        if len(made) < len(node):
            left = len(node) - len(made)
            self.cuts.append(f"{path}: {left} of {len(node)} items were not read")
        return made

    def _members(self, node: dict[str, Any], path: str, depth: int) -> dict[str, Any]:
        made: dict[str, Any] = {}
        for at, (key, value) in enumerate(node.items()):
            if self._left < 0 or at == _ITEMS:
                self.cuts.append(f"{path or 'the answer'}: {len(node) - at} fields were not read")
                break
            name = writable(key[:_TEXT])
            place = f"{path}.{name[:80]}" if path else name[:80]
            made[name] = self.value(value, place, depth)
        return made

    def _text(self, text: str, path: str) -> str:
        if len(text) > _TEXT and text.lstrip()[:1] not in ("{", "[", '"'):  # read later
            self.cuts.append(f"{path}: {len(text) - _TEXT} of {len(text)} characters were not read")
            text = text[:_TEXT]
        return writable(text)
