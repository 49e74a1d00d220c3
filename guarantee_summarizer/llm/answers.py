"""Reads what a language model answered: all that is complete and fits, and what was lost.

A malformed or truncated answer is never the same as "nothing found": items that are whole are
kept, the others are reported one by one.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from pydantic import ValidationError
from pydantic_core import ErrorDetails

from guarantee_summarizer.article import Article
from guarantee_summarizer.prompts import Problem
from guarantee_summarizer.schema import (
    Dispute,
    Event,
    Finding,
    GuaranteeStructure,
    Layer,
    Participant,
    Proposal,
    Summary,
    Withheld,
)

__all__ = ["Reading", "complete_prefix", "read_answer", "read_item", "read_object"]

_SECTIONS: dict[str, type[Any]] = {
    "participants": Participant,
    "events": Event,
    "proposals": Proposal,
    "disputes": Dispute,
}
_TEXTS = ("headline", "abstract")
_TOKEN = re.compile(r'"(?:[^"\\]|\\.)*"|["{}\[\],]', re.DOTALL)
_COMPLETE_INSIDE = ("{", "{[", "{{", "{{[")  # the answer, its lists, the structure, its layers


@dataclass(frozen=True, slots=True)
class Reading:
    """What could be read of one answer.

    `summary` holds the claims, and items that do not fit the schema as `withheld`; `problems` are
    what is wrong with the answer as a whole.
    """

    summary: Summary
    problems: tuple[Problem, ...] = ()

    @property
    def empty(self) -> bool:
        """Whether nothing at all could be read."""
        asked = {*_TEXTS, *_SECTIONS, "structure"}
        return bool(self.problems) and not self.summary.model_fields_set & asked


def read_answer(raw: str, article: Article) -> Reading:
    """Read the JSON text of an answer against its article.

    Args:
        raw: the answer, whole or cut off; a code fence around it is passed over.
        article: what its sentence numbers point into.

    Returns:
        the claims that fit, grounded; what did not fit as `withheld`, each with its reason; and
        a line in `incomplete` if the JSON itself was cut off or broken.
    """
    data, lost = read_object(raw)
    reader = _Reader(article)
    fields = reader.fields(data)
    problems = tuple(reader.problems)
    if lost:
        problems = (Problem("", f"is not whole: {lost}; answer with one JSON object"), *problems)
        fields["incomplete"] = (lost,)
    if reader.withheld:
        fields["withheld"] = tuple(reader.withheld)
    return Reading(Summary.model_construct(**fields), problems)


def read_item(model: type[Any], item: Any, article: Article) -> Any | None:
    """One claim as a model wrote it, grounded; None where it does not fit the schema."""
    return _Reader(article).one(item, model, "")


def read_object(raw: str) -> tuple[dict[str, Any], str | None]:
    """The JSON object in `raw` as far as it is whole, and what is wrong with the rest."""
    start = raw.find("{")
    if start < 0:
        return {}, "the answer holds no JSON object"
    text = raw[start:]
    try:
        data, _ = json.JSONDecoder().raw_decode(text)
    except (ValueError, RecursionError) as error:
        broken = getattr(error, "pos", 0)
        kept = complete_prefix(text[:broken])
        data = json.loads(kept) if kept else {}
        where = _last_place(data)
        return data, f"the answer breaks off at character {start + broken} of {len(raw)}{where}"
    return data, None


def complete_prefix(text: str) -> str | None:
    """The longest beginning of a JSON object that holds only whole items, closed; None if none.

    An item is whole when it is followed by a comma or a closing bracket: `[1, 2` may have been
    going to say 25.

    >>> complete_prefix('{"a": [{"b": 1}, {"b": 2')
    '{"a": [{"b": 1}]}'
    """
    stack, end, closing = "", 0, ""
    for token in _TOKEN.finditer(text):
        mark = token[0]
        if mark == '"':  # a string that does not end
            break
        if mark in "{[":
            stack += mark
            continue
        if mark in "}]":
            stack = stack[:-1]
            if not stack:
                return text[: token.end()]
        elif mark != ",":
            continue
        if stack in _COMPLETE_INSIDE:
            end = token.start() if mark == "," else token.end()
            closing = stack[::-1].translate({ord("{"): "}", ord("["): "]"})
    return text[:end] + closing if end else None


def _last_place(data: dict[str, Any]) -> str:
    """Where the whole part ends, in words."""
    if not data:
        return ", before anything was whole"
    name, value = list(data.items())[-1]
    return (
        f", in {name!r} after {len(value)} whole items"
        if isinstance(value, list)
        else (f", after {name!r}")
    )


class _Reader:
    """Validates item by item, so that one bad item costs only itself."""

    def __init__(self, article: Article) -> None:
        self._context = {"article": article, "wire": True}
        self.problems: list[Problem] = []
        self.withheld: list[Withheld] = []

    def fields(self, data: dict[str, Any]) -> dict[str, Any]:
        """The fields of the summary that could be read."""
        fields: dict[str, Any] = {}
        for name in _TEXTS:
            if isinstance(data.get(name), str) and data[name].strip():
                fields[name] = " ".join(data[name].split())
            elif data:
                self.problems.append(Problem(name, "is missing; it has to be a text"))
        for name, model in _SECTIONS.items():
            if name in data:
                fields[name] = tuple(self._items(data[name], model, name))
        if isinstance(data.get("structure"), dict):
            fields["structure"] = self._structure(dict(data["structure"]))
        fields["relevant"] = self._relevant(data, fields)
        return fields

    def _relevant(self, data: dict[str, Any], fields: dict[str, Any]) -> bool:
        claimed = [n for n in _SECTIONS if fields.get(n)]
        if isinstance(data.get("relevant"), bool):
            if data["relevant"] or not claimed:
                return bool(data["relevant"])
            self.problems.append(Problem("relevant", "is false, yet there are claims"))
        elif data:
            self.problems.append(Problem("relevant", "is missing; it has to be true or false"))
        return bool(claimed)

    def _structure(self, data: dict[str, Any]) -> GuaranteeStructure:
        layers = tuple(self._items(data.pop("layers", None), Layer, "structure.layers"))
        read = self.one(data, GuaranteeStructure, "structure")
        return (read or GuaranteeStructure()).replace(layers=layers)

    def _items(self, value: Any, model: type[Any], path: str) -> Iterator[Any]:
        if value is None:
            return
        if not isinstance(value, list):
            self.problems.append(Problem(path, "has to be a list"))
            return
        for i, item in enumerate(value):
            read = self.one(item, model, f"{path}[{i}]")
            if read is not None:
                yield read

    def one(self, item: Any, model: type[Any], path: str) -> Any | None:
        """The item, or None; then it is in `withheld` with the reasons."""
        try:
            return model.model_validate(item, context=self._context)
        except ValidationError as error:
            found = [_finding(detail, path) for detail in error.errors(include_url=False)]
            self.withheld.append(Withheld(path=path, claim=item, findings=tuple(found)))
            return None


def _finding(detail: ErrorDetails, path: str) -> Finding:
    for step in detail["loc"]:
        path += f"[{step}]" if isinstance(step, int) else f".{step}"
    code = detail["type"] if detail["type"].startswith("citation_") else "malformed"
    return Finding(code=code, severity="error", path=path, message=detail["msg"])
