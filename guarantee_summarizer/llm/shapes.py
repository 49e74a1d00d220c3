"""Bring a language model's output into the shape of the schema where its meaning is clear.

A bare name for a list of names, one object for a list of one, objects keyed by name, JSON in a
string, `[2]` or `2-4` for sentence numbers: each of these has one meaning. Values without a clear
meaning are not changed, and the schema refuses them.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from types import NoneType, UnionType
from typing import Annotated, Any, Literal, Union, get_args, get_origin

from pydantic import BaseModel

from guarantee_summarizer.llm.json_text import known, read_json
from guarantee_summarizer.schema import Citation
from guarantee_summarizer.schema.base import is_added

__all__ = ["as_flag", "as_items", "as_meant", "as_prose", "is_absent"]

_ABSENT = frozenset(
    "n/a|na|n.a.|none|null|nil|undefined|unknown|unspecified|not applicable|not available|"
    "not specified|not stated|not mentioned".split("|")
)
_FLAGS = {"true": True, "yes": True, "1": True, "false": False, "no": False, "0": False}
_DEBRIS = re.compile(r"\"\s*:\s*[\"\[{]|[\]}]\s*,\s*\"")  # of JSON in a string
_MARK = r"(?:(?:s|sents?|sentences?|nos?|numbers?)\b[.:]?\s*+|s(?=\d)|#\s*+)?"
_NUMBER = rf"[\[(]?{_MARK}(\d{{1,6}}+)[\])]?"
_TO = rf"\s*+(?:-|–|\bto\b)\s*+{_NUMBER}"
_RANGE = re.compile(rf"{_NUMBER}(?:{_TO})?", re.IGNORECASE)
_NUMBERS = re.compile(  # nothing is given back: digits may be split in very many ways
    rf"[\[(]*{_NUMBER}(?:{_TO}|\s*+(?:,|;|&|\band\b)*+\s*+{_NUMBER})*+[\])]*\.?", re.IGNORECASE
)
_WIDEST = 100  # most sentences of a range
_LONGEST_PATH = 120  # characters
_FOREIGN = " is not a field of the schema; it was not read"
_TWICE = " is there twice, in two spellings; the second was not read"
_KEY = re.compile(r"[a-z]*[_ ]?\d*")  # keys that are not names: `p1`, `item_2`, `3`


@dataclass(frozen=True, slots=True)
class _Kind:
    """The type of value in a field of the schema; `claim` if it is a model itself."""

    of: Any
    many: bool
    required: bool
    claim: bool = False


@cache
def _kinds(model: type[BaseModel]) -> dict[str, _Kind]:
    """The fields that a language model is asked for."""
    return {
        name: _kind(field.annotation, required=field.is_required())
        for name, field in model.model_fields.items()
        if not is_added(field)
    }


def _kind(annotation: Any, *, required: bool) -> _Kind:
    many = False
    while origin := get_origin(annotation):
        if origin is Literal:
            return _Kind(str, many, required)
        if origin in (Union, UnionType):
            annotation = next(a for a in get_args(annotation) if a is not NoneType)
        else:  # Annotated, or a list
            many = many or origin is not Annotated
            annotation = get_args(annotation)[0]
    claim = isinstance(annotation, type) and issubclass(annotation, BaseModel)
    return _Kind(annotation, many, required, claim)


def is_absent(value: Any) -> bool:
    """Return whether a value is empty: null, a placeholder, or punctuation only.

    >>> is_absent("N/A"), is_absent("]}"), is_absent("20 years"), is_absent(0)
    (True, True, False, False)
    """
    if isinstance(value, str):
        return not any(map(str.isalnum, value)) or value.strip().lower() in _ABSENT
    return value is None or (isinstance(value, list | dict) and not value)


def as_prose(value: Any) -> str:
    """Return a headline or an abstract on one line; "" if it is a placeholder or contains JSON."""
    if isinstance(value, list) and all(isinstance(part, str) for part in value):
        value = " ".join(value)
    if not isinstance(value, str) or is_absent(value) or _DEBRIS.search(value):
        return ""
    return " ".join(value.split()) if any(map(str.isalpha, value)) else ""


def as_flag(value: Any) -> bool | None:
    """Return a truth value, which may be written as a word; None for anything else."""
    return _FLAGS.get(str(value).strip().lower())


def as_items(written: Any, model: type[BaseModel]) -> list[Any] | None:
    """Return the items of a section as they were written; None if they cannot be separated."""
    if isinstance(written, str):
        written = read_json(written) or (None if is_absent(written) else written)
    if written is None:
        return []
    if isinstance(written, dict):
        written = _listed(written, model)
    if not isinstance(written, list):
        return None
    return [item for item in _flat(written) if not is_absent(item)]


def _listed(written: dict[str, Any], model: type[BaseModel]) -> list[Any] | None:
    """Return the items of a wrapper or of an object keyed by name, or one object as an item."""
    names = _kinds(model)
    if any(known(key, names) for key in written):
        return [written]
    values = [*written.values()]
    first, *others = (name for name, kind in names.items() if kind.required)
    if len(values) == 1 and isinstance(values[0], list):
        whole = any(isinstance(v, dict) and any(known(k, (first,)) for k in v) for v in values[0])
        return values[0] if whole else None  # else its key may be their name
    if all(isinstance(value, dict) for value in values):
        return [_named(key, value, first) for key, value in written.items()]
    if len(others) == 1 and all(isinstance(value, str) for value in values):  # party: stance
        return [{first: key, others[0]: value} for key, value in written.items()]
    return None


def _named(key: str, item: dict[str, Any], field: str) -> dict[str, Any]:
    """Return an item of an object keyed by name, with that name; a number or a code is not one."""
    if _KEY.fullmatch(key) or any(known(name, (field,)) for name in item):
        return item
    return {field: key, **item}


def _flat(items: list[Any]) -> Iterator[Any]:
    """Yield the items, including those of nested lists."""
    for item in items:
        if isinstance(item, list) and all(isinstance(inner, dict) for inner in item):
            yield from item
        else:
            yield item


def as_meant(written: Any, model: type[BaseModel], unread: list[str], path: str = "") -> Any:
    """Return a value in the shape of a model of the schema, for the model to validate.

    Args:
        written: the parsed JSON.
        model: the model of the claim.
        unread: receives a line for each unknown or repeated field.
        path: the path of the claim.
    """
    kinds = _kinds(model)
    if isinstance(written, str):
        written = read_json(written) or written
    if isinstance(written, list) and len(written) == 1:
        written = written[0]
    if isinstance(written, str):  # a bare word is its only required field
        required = [name for name, kind in kinds.items() if kind.required]
        written = {required[0]: written} if len(required) == 1 else written
    if not isinstance(written, dict):
        return written
    made: dict[str, Any] = {}
    for key, value in written.items():
        name = known(key, kinds) or ("rank" if key == "order" and "rank" in kinds else None)
        if name is None:
            if key not in model.model_fields and not is_absent(value):
                unread.append(f"{path}.{key}"[:_LONGEST_PATH] + _FOREIGN)
            continue
        meant = _field(kinds[name], value, unread, f"{path}.{name}")
        if is_absent(meant):
            continue
        if made.setdefault(name, meant) != meant:
            unread.append(f"{path}.{key}"[:_LONGEST_PATH] + _TWICE)
    return made


def _field(kind: _Kind, value: Any, unread: list[str], path: str) -> Any:
    if kind.of is Citation:
        return [*_pointers(value)]
    if kind.claim:
        if not kind.many:
            return None if is_absent(value) else as_meant(value, kind.of, unread, path)
        items = as_items(value, kind.of)
        items = [value] if items is None and isinstance(value, str) else items
        if items is None:
            return value
        return [as_meant(item, kind.of, unread, f"{path}[{i}]") for i, item in enumerate(items)]
    if kind.many:
        value = (read_json(value) or value) if isinstance(value, str) else value
        words = value if isinstance(value, list) else [value]
        return [_word(word, kind.of) for word in words if not is_absent(word)]
    return _word(value, kind.of)


def _word(value: Any, kind: Any) -> Any:
    """Return one text, unwrapped from a list of one or an object of one; a number as text."""
    if isinstance(value, str):
        return value
    if isinstance(value, list) and len(value) == 1:
        value = value[0]
    if isinstance(value, dict) and isinstance(value.get("name"), str):
        value = value["name"]
    number = isinstance(value, int | float) and not isinstance(value, bool)
    return str(value) if number and kind is str else value


def _pointers(value: Any) -> Iterator[Any]:
    """Yield sentence numbers, also from `2.0`, `[2]`, `S2`, `2, 4`, `2-4`; else the value."""
    if isinstance(value, int):
        yield value
    elif isinstance(value, list):
        for inner in value:
            yield from _pointers(inner)
    elif isinstance(value, dict) and "end" not in value and "sentence" in value:
        yield from _pointers(value["sentence"])
    elif isinstance(value, float) and value.is_integer():
        yield int(value)
    elif isinstance(value, str) and _NUMBERS.fullmatch(value.strip()):
        yield from _numbers(value)
    elif not is_absent(value):
        yield value


def _numbers(text: str) -> Iterator[Any]:
    for match in _RANGE.finditer(text):
        first, last = int(match[1]), int(match[2] or match[1])
        if not first <= last <= first + _WIDEST:
            yield text
            return
        yield from range(first, last + 1)
