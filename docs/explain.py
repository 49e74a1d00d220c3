"""Explain the package to people: read from the code what the reference pages show.

A page says `<!-- generated: field_table Proposal -->`, and `conf.py` puts there the Markdown that
the function returns. `tests/docs/test_reference.py` fails where something public has no explanation.
"""

from __future__ import annotations

import dataclasses
import inspect
import re
import types
from collections.abc import Iterator
from typing import Annotated, Any, Literal, Union, get_args, get_origin, get_type_hints

from pydantic import BaseModel
from pydantic_core import PydanticUndefined

import guarantee_summarizer as gs
from guarantee_summarizer import dossier, errors, evaluation, testing
from guarantee_summarizer.cli import COMMANDS, command
from guarantee_summarizer.schema import vocabulary
from guarantee_summarizer.schema.base import Values, is_added, is_derived
from guarantee_summarizer.sentences import Sentence
from guarantee_summarizer.verify import CHECKS

__all__ = [
    "GENERATORS",
    "api",
    "command_pages",
    "error_tree",
    "explanations",
    "field_table",
    "fields",
    "finding_table",
    "members",
    "named_values",
    "public",
    "value_tables",
    "vocabularies",
]

_SECTION = re.compile(r"^(?:Args|Attributes):\n((?: {4}.*(?:\n|$)|\n)+)", re.MULTILINE)
_ENTRY = re.compile(r"^ {4}(\*{0,2}\w+): (.*(?:\n(?: {5,}.*)?)*)", re.MULTILINE)


# --- reading the code


def public() -> dict[str, Any]:
    """Return everything public by name: of the package, dossiers, evaluation and test doubles."""
    modules = (gs, dossier, evaluation, testing)
    named = {name: getattr(module, name) for module in modules for name in module.__all__}
    return named | {"Sentence": Sentence}


def explanations(kind: type) -> dict[str, str]:
    """Return what the docstrings of a class and of its bases say of each field, on one line."""
    found: dict[str, str] = {}
    for base in reversed(kind.__mro__):
        if base.__module__.startswith("guarantee_summarizer"):
            for section in _SECTION.finditer(inspect.cleandoc(base.__dict__.get("__doc__") or "")):
                for entry in _ENTRY.finditer(section[1]):
                    found[entry[1]] = " ".join(entry[2].split())
    return found


def fields(kind: type) -> dict[str, Any]:
    """Return the public fields of a model or a dataclass, with their types."""
    if issubclass(kind, BaseModel):
        computed = {name: one.return_type for name, one in kind.model_computed_fields.items()}
        return {name: one.annotation for name, one in kind.model_fields.items()} | computed
    if dataclasses.is_dataclass(kind):
        return {one.name: one.type for one in dataclasses.fields(kind) if one.name[0] != "_"}
    return {}


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


# --- writing Markdown


def _table(head: tuple[str, ...], rows: list[tuple[str, ...]]) -> str:
    lines = [head, ("---",) * len(head), *rows]
    return "\n".join(
        f"| {' | '.join(cell.replace('|', chr(92) + '|') for cell in line)} |" for line in lines
    )


def _type_name(annotation: Any) -> str:
    """Write a type for people."""
    origin, args = get_origin(annotation), get_args(annotation)
    if isinstance(annotation, str):  # of a dataclass
        return f"`{annotation}`"
    if origin is Annotated:
        return _type_name(args[0])
    if origin is Literal:
        known = [name for name, (values, _) in vocabularies().items() if values == args]
        shown = [f"[{name}](vocabularies.md#{name.lower()})" for name in known]
        return shown[0] if shown else " or ".join(f"`{value}`" for value in args)
    if origin in (Union, types.UnionType):
        return " or ".join(map(_type_name, args))
    if origin is tuple and args[-1] is Ellipsis:
        return f"tuple of {_type_name(args[0])}"
    if origin is tuple:
        return f"({', '.join(map(_type_name, args))})"
    if annotation is type(None):
        return "`None`"
    return f"`{getattr(annotation, '__name__', annotation)}`"


def _default(kind: type, name: str) -> str:
    """Write the default of a field; empty where it has to be given or is computed."""
    if issubclass(kind, BaseModel):
        field = kind.model_fields.get(name)
        value = field.get_default() if field and not field.is_required() else PydanticUndefined
        missing = value is PydanticUndefined or (
            value is None and bool(field and field.default_factory)
        )
    else:
        value = {one.name: one.default for one in dataclasses.fields(kind)}[name]
        missing = value is dataclasses.MISSING
    return "" if missing else f"`{value!r}`"


def _filler(kind: type[BaseModel], name: str) -> str:
    field = kind.model_fields.get(name)
    if field is None or is_added(field):
        return "library"
    return "model, else library" if is_derived(field) else "model"


_FILLED = {"Dispute", "Event", "GuaranteeStructure", "Layer", "Participant", "Position", "Proposal",
           "Summary", "Term"}  # fmt: skip


def field_table(name: str) -> str:
    """Return what a class is for, and a table of its fields."""
    kind = public()[name]
    said = explanations(kind)
    rows = []
    for field, annotation in fields(kind).items():
        by = (_filler(kind, field),) if name in _FILLED else ()
        shown = _type_name(annotation)
        text = said.get(field, "").replace("; see the values below", "")  # the type links to them
        rows.append((f"`{field}`", shown, _default(kind, field), *by, text))
    head = ("field", "type", "default", *(["filled by"] if name in _FILLED else []), "meaning")
    first, _, _ = inspect.cleandoc(kind.__doc__).partition("\n\n")
    return f"{' '.join(first.split())}\n\n{_table(head, rows)}"


def value_tables() -> str:
    """Return a section for each vocabulary, with a table of its values."""
    parts = []
    for name, (values, meanings) in vocabularies().items():
        rows = [(f"`{value}`", meanings[value]) for value in values]
        parts.append(f"## {name}\n\n{_table(('value', 'meaning'), rows)}")
    return "\n\n".join(parts)


def finding_table() -> str:
    """Return the table of checks: code, severity, what is wrong, what the model is asked to do."""
    rows = [
        (f"`{check.code}`", check.severity, f"The claim {check.summary}.", check.advice or "–")
        for check in CHECKS
    ]
    return _table(("code", "severity", "meaning", "what the re-ask tells the model"), rows)


def command_pages() -> str:
    """Return a section for each command of the shell."""
    loaded = {name: command(name) for name in COMMANDS}
    return "\n\n".join(_command_page(one, name) for name, one in _commands(loaded))


def _commands(
    group: dict[str, Any], before: str = "guarantee-summarizer"
) -> Iterator[tuple[str, Any]]:
    for name, one in group.items():
        if hasattr(one, "commands"):
            yield from _commands(one.commands, f"{before} {name}")
        else:
            yield f"{before} {name}", one


def _command_page(shown: Any, name: str) -> str:
    rows, hints = [], get_type_hints(shown.callback)
    for one in shown.params:
        names = (
            [*one.opts, *one.secondary_opts]
            if one.param_type_name == "option"
            else [one.metavar or one.name]
        )
        default = f" Default: `{one.default}`." if one.default not in (None, False, (), "") else ""
        choices = " or ".join(f"`{choice}`" for choice in named_values(hints.get(one.name)))
        text = f"{(getattr(one, 'help', None) or '').rstrip('.')}.{choices and f' {choices}.'}{default}"
        rows.append((", ".join(f"`{name}`" for name in names), text))
    about = inspect.cleandoc(shown.help or "").replace("Example: ", "Example:\n\n    ")
    return f"## {name.removeprefix('guarantee-summarizer ')}\n\n{about}\n\n{_table(('argument', 'meaning'), rows)}"


def api(*names: str) -> str:
    """Return functions and classes with their whole docstrings, and the methods of classes."""
    parts = []
    for name in names:
        thing = public()[name]
        place = f"{thing.__module__}.{thing.__qualname__}"
        kind, more = ("class", "\n   :members:") if inspect.isclass(thing) else ("function", "")
        parts.append(f"## {name}\n\n```{{eval-rst}}\n.. auto{kind}:: {place}{more}\n```")
    return "\n\n".join(parts)


def error_tree() -> str:
    """Return the tree of errors as it is drawn, and every error with its docstring."""
    drawn = "\n".join(
        line for line in inspect.cleandoc(str(errors.__doc__)).splitlines() if line[:4] == "    "
    )
    shown = "\n\n".join(
        f".. autoexception:: {errors.__name__}.{name}"
        for name in errors.__all__
        if name[0].isupper()
    )
    return f"```text\n{inspect.cleandoc(drawn)}\n```\n\n```{{eval-rst}}\n{shown}\n```"


GENERATORS = {
    one.__name__: one
    for one in (api, command_pages, error_tree, field_table, finding_table, value_tables)
}
"""What a page may ask for."""
