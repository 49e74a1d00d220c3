"""Run untrusted Jinja templates: with plain values, inside their folders, in limited time.

`Sandbox` refuses access to anything but the values of a template (methods of objects, files outside
its folders, also through links), and renderings with more steps or characters than any prompt
needs.
"""

from __future__ import annotations

import functools
from collections.abc import Callable, Iterable, Mapping, Sequence
from contextvars import ContextVar
from datetime import date
from pathlib import Path
from types import NoneType
from typing import Any

import jinja2
from jinja2 import nodes, visitor
from jinja2.exceptions import SecurityError
from jinja2.sandbox import ImmutableSandboxedEnvironment

__all__ = ["MAX_CHARACTERS", "MAX_STEPS", "Sandbox", "SecurityError", "plain"]

MAX_STEPS = 200_000
"""Most loop iterations and macro calls in one rendering; each sentence of an article takes one."""
MAX_CHARACTERS = 16_000_000
"""Most characters of a rendering, and of a value in it: eight times the longest article."""

_FILTERS = frozenset(
    "abs capitalize count d default dictsort e escape first float groupby int items last length list "
    "lower map max min reject rejectattr reverse round select selectattr sort string sum title tojson "
    "trim unique upper wordcount".split()
)
_METHODS = frozenset(
    "capitalize count endswith find get items keys lower lstrip removeprefix removesuffix rstrip split "
    "splitlines startswith strip title upper values".split()
)
_GLOBALS = ("range", "dict", "namespace")
_LARGEST, _POWER = 2**63, 64
_TOO_LARGE = _LARGEST**_POWER
_ATOMS = (NoneType, bool, int, float, date)
_AT_ONCE = 10  # values that are processed in the time of one step
_spent: ContextVar[list[int]] = ContextVar("_spent")


def plain(value: Any) -> Any:
    """Return a value as text, numbers, dates, lists and dictionaries; convert the rest to text.

    >>> plain({"size": 3, "names": ("Ana", Path("a.txt"))})
    {'size': 3, 'names': ['Ana', 'a.txt']}
    """
    if type(value) is str or isinstance(value, _ATOMS):
        return value
    if isinstance(value, Mapping):
        return {str(key): plain(item) for key, item in value.items()}
    if isinstance(value, Sequence) and not isinstance(value, str | bytes):
        return [plain(item) for item in value]
    return str(value)


class Sandbox(ImmutableSandboxedEnvironment):
    """Compile and render templates of one or several folders; the first that has a template wins.

    Args:
        folders: where templates are.
        filters: additional functions by name.
    """

    intercepted_binops = frozenset(("+", "*", "**", "%"))

    def __init__(
        self, folders: Iterable[Path], filters: Mapping[str, Callable[..., Any]] | None = None
    ) -> None:
        super().__init__(
            loader=_Folders(list(folders)),
            undefined=jinja2.StrictUndefined,
            finalize=_measured,
            autoescape=False,
            keep_trailing_newline=True,
        )
        known = {name: function for name, function in self.filters.items() if name in _FILTERS}
        known |= {"join": _join, "replace": _replace, **(filters or {})}
        self.filters = {name: _bounded(function) for name, function in known.items()}
        self.globals = {name: self.globals[name] for name in _GLOBALS}
        self.globals |= {"_step": _step, "_concat": _concat}

    def render(self, name: str, **values: Any) -> str:
        """Render a template with values that are converted by `plain`.

        Raises:
            SecurityError: it accesses anything else, or exceeds the limits of steps or characters.
            jinja2.TemplateError: it is missing or broken.
        """
        token = _spent.set([0])
        try:
            given = {key: plain(value) for key, value in values.items()}
            return _concat(*self.get_template(name).generate(**given))
        finally:
            _spent.reset(token)

    def concat(self, pieces: Iterable[str]) -> str:
        """Join the pieces of a macro or a block."""
        return _concat(*pieces)

    def _parse(self, source: str, name: str | None, filename: str | None) -> nodes.Template:
        """Parse a template so that loop iterations and macro calls are counted, and `~` is limited."""
        tree: nodes.Template = _Measured().visit(super()._parse(source, name, filename))
        for node in tree.find_all((nodes.For, nodes.Macro, nodes.CallBlock)):
            body: list[nodes.Node] = node.body  # type: ignore[attr-defined]
            body.insert(0, nodes.ExprStmt(_call("_step", []), lineno=node.lineno))
            if isinstance(node, nodes.For) and node.test is not None:
                node.test = nodes.And(_call("_step", []), node.test)
        return tree

    def is_safe_attribute(self, obj: Any, attr: str, value: Any) -> bool:
        """Allow read-only methods of text and dictionaries, and Jinja's own loop."""
        if not super().is_safe_attribute(obj, attr, value):
            return False
        if isinstance(obj, str | Mapping):
            return attr in _METHODS
        if isinstance(obj, date):
            return attr in ("isoformat", "year", "month", "day")
        return type(obj).__module__ == "jinja2.runtime" or not callable(value)

    def wrap_str_format(self, value: Any) -> None:
        """Refuse `format` like any method that is not listed."""

    def call_binop(self, context: Any, operator: str, left: Any, right: Any) -> Any:
        """Refuse operators that make long values from short ones."""
        numbers = isinstance(left, int | float) and isinstance(right, int | float)
        if operator != "+" and not numbers:
            raise SecurityError(f"{operator} is for numbers")
        if operator == "**" and (abs(left) > _LARGEST or abs(right) > _POWER):
            raise SecurityError("the power is too large")
        return _measured(super().call_binop(context, operator, left, right))


class _Folders(jinja2.FileSystemLoader):
    """Loads templates from folders, but no links to files outside them."""

    def get_source(
        self, environment: jinja2.Environment, template: str
    ) -> tuple[str, str, Callable[[], bool]]:
        source, filename, is_fresh = super().get_source(environment, template)
        place = Path(filename).resolve()
        if not any(place.is_relative_to(Path(folder).resolve()) for folder in self.searchpath):
            raise SecurityError(f"{filename} is a link out of its folder; copy the file there")
        return source, filename, is_fresh


class _Measured(visitor.NodeTransformer):
    def visit_Concat(self, node: nodes.Concat) -> nodes.Call:  # noqa: N802  (Jinja names it)
        self.generic_visit(node)
        return _call("_concat", node.nodes)


def _call(name: str, arguments: list[nodes.Expr]) -> nodes.Call:
    return nodes.Call(nodes.Name(name, "load"), arguments, [], None, None)


def _step(count: int = 1) -> bool:
    spent = _spent.get([0])
    spent[0] += count
    if spent[0] > MAX_STEPS:
        raise SecurityError(f"takes more than {MAX_STEPS:,} steps")
    return True


def _concat(*pieces: Any) -> str:
    """Join texts, unless they are too long."""
    texts = [piece if isinstance(piece, str) else str(_measured(piece)) for piece in pieces]
    if sum(map(len, texts)) > MAX_CHARACTERS:
        raise SecurityError(f"makes more than {MAX_CHARACTERS:,} characters")
    return "".join(texts)


def _measured(value: Any) -> Any:
    """Return the value unless its text is too long; a list may repeat one value many times."""
    if isinstance(value, str) and len(value) <= MAX_CHARACTERS:  # as nearly all are
        return value
    stack, parts, size = [value], 0, 0
    while stack:
        item = stack.pop()
        parts += 1
        if isinstance(item, str):
            size += len(item)
        elif isinstance(item, dict):
            stack += [*item, *item.values()]
        elif isinstance(item, list | tuple | set):
            stack += item
        elif isinstance(item, int) and abs(item) > _TOO_LARGE:
            raise SecurityError("makes a number that is too large")
        if size > MAX_CHARACTERS or parts + len(stack) > MAX_STEPS:
            raise SecurityError(
                f"makes more than {MAX_CHARACTERS:,} characters, or {MAX_STEPS:,} values"
            )
    _step(parts // _AT_ONCE)
    return value


def _bounded(function: Callable[..., Any]) -> Callable[..., Any]:
    """Wrap a filter to count its steps, and to measure its input and output."""

    @functools.wraps(function)
    def bounded(*arguments: Any, **named: Any) -> Any:
        for argument in arguments:
            if isinstance(argument, str | dict | list | tuple):
                _measured(argument)
        return _measured(function(*arguments, **named))

    return bounded


def _join(values: Iterable[Any], between: str = "", attribute: str | None = None) -> str:
    """Join the texts of a list, or of one field of each of its elements."""
    texts = [str(_measured(value[attribute] if attribute else value)) for value in values]
    if sum(map(len, texts)) + len(texts) * len(between) > MAX_CHARACTERS:
        raise SecurityError(f"makes more than {MAX_CHARACTERS:,} characters")
    return between.join(texts)


def _replace(text: Any, old: str, new: str, count: int = -1) -> str:
    """Replace a text by another."""
    text = str(text)
    if len(text) + text.count(old) * len(new) > MAX_CHARACTERS:
        raise SecurityError(f"makes more than {MAX_CHARACTERS:,} characters")
    return str(text.replace(old, new, count))
