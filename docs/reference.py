"""Explain the package to people: read from the code what the reference pages of the site show.

Everything here returns Markdown or plain values; `conf.py` puts it into pages, and
`tests/docs/test_reference.py` fails where something public has no explanation.
"""

from __future__ import annotations

import dataclasses
import inspect
import re
from collections.abc import Iterator
from typing import Any, Literal, get_args, get_origin

from pydantic import BaseModel
from typer.main import get_command

from guarantee_summarizer.cli import app
from guarantee_summarizer.schema import vocabulary
from guarantee_summarizer.schema.base import Values, is_added, is_derived
from guarantee_summarizer.verify import CHECKS

__all__ = [
    "commands",
    "explanations",
    "fields",
    "findings",
    "members",
    "named_values",
    "vocabularies",
]

_SECTION = re.compile(r"^(?:Args|Attributes):\n((?:(?: {4}.*)?(?:\n|$))+)", re.MULTILINE)
_ENTRY = re.compile(r"^ {4}(\*{0,2}\w+): (.*(?:\n(?: {5,}.*)?)*)", re.MULTILINE)


def explanations(kind: type) -> dict[str, str]:
    """Return what the docstrings of a class and of its bases say of each field, on one line."""
    found: dict[str, str] = {}
    for base in reversed(kind.__mro__[: -1 - 2 * issubclass(kind, BaseModel)]):
        text = inspect.cleandoc(base.__dict__.get("__doc__") or "")
        for section in _SECTION.finditer(text):
            for entry in _ENTRY.finditer(section[1]):
                found[entry[1]] = " ".join(entry[2].split())
    return found


def fields(kind: type) -> dict[str, Any]:
    """Return the public fields of a model, a dataclass or a named tuple, with their types."""
    if issubclass(kind, BaseModel):
        computed = {name: one.return_type for name, one in kind.model_computed_fields.items()}
        return {name: one.annotation for name, one in kind.model_fields.items()} | computed
    if dataclasses.is_dataclass(kind):
        return {one.name: one.type for one in dataclasses.fields(kind) if one.name[0] != "_"}
    return dict(getattr(kind, "_field_defaults", {})) | dict.fromkeys(getattr(kind, "_fields", ()))


def members(kind: type) -> Iterator[tuple[str, Any]]:
    """Yield the public methods and properties that a class defines itself."""
    for name, member in list(vars(kind).items()):
        function = inspect.unwrap(getattr(member, "__func__", member))
        shown = isinstance(member, property) or inspect.isroutine(function)
        if (shown or hasattr(member, "attrname")) and name[0] != "_" and name not in fields(kind):
            yield name, member


def vocabularies() -> dict[str, tuple[tuple[str, ...], dict[str, str]]]:
    """Return the values of every vocabulary, and what each means."""
    found = {}
    for name in vocabulary.__all__:
        literal, *notes = get_args(getattr(vocabulary, name))
        meanings = [note.meanings for note in notes if isinstance(note, Values)]
        found[name] = get_args(literal), meanings[0] if meanings else {}
    return found


def named_values(annotation: Any) -> Iterator[str]:
    """Yield the values of a `Literal` anywhere in the type of a field."""
    if get_origin(annotation) is Literal:
        yield from map(str, get_args(annotation))
    else:
        for part in get_args(annotation):
            yield from named_values(part)
