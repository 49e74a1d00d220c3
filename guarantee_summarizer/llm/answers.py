"""Read a language model's answer item by item, and report invalid or truncated parts.

A malformed or truncated answer is never the same as "nothing found": complete items are kept, all
other items are reported. `ANSWER` is the response model for instructor; it only finds the object
in the output. `read_answer` validates the items one by one, so that one bad item does not discard
the rest, and with the article that their sentence numbers refer to. (Instructor would need the
article as `context=`, and would then render every message, article included, as a template.)
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, ClassVar, Self, cast

from pydantic import BaseModel, ConfigDict, ValidationError, create_model
from pydantic_core import ErrorDetails

from guarantee_summarizer.article import Article
from guarantee_summarizer.llm.json_text import Found, known, read_json, read_object
from guarantee_summarizer.llm.shapes import as_flag, as_items, as_meant, as_prose, is_absent
from guarantee_summarizer.schema import Finding, GuaranteeStructure, Summary, Withheld
from guarantee_summarizer.schema.claims import SECTIONS, TEXTS, Section
from guarantee_summarizer.schema.json_schema import wire_schema

__all__ = [
    "ANSWER",
    "Answer",
    "Known",
    "ParsedAnswer",
    "Problem",
    "claims_model",
    "read_answer",
    "read_item",
]

_LISTS = {section.name: section for section in SECTIONS if section.many}
_STRUCTURE = [name for name in GuaranteeStructure.model_fields if name != "evidence"]
_FIELDS: dict[str, type] = {
    "relevant": bool,
    **dict.fromkeys(TEXTS, str),
    **{section.field: list for section in SECTIONS},
    "structure": dict,
}
_TOLD = 10  # unknown fields that are listed


@dataclass(frozen=True, slots=True)
class Problem:
    """A problem of an answer as a whole: its place, and a sentence for the model."""

    path: str
    message: str


class Answer(BaseModel):
    """Base of the response models: finds its object in any text, and validates nothing."""

    model_config = ConfigDict(frozen=True, extra="ignore")

    fields: ClassVar[Mapping[str, type]]
    found: Found
    source: str = ""

    @classmethod
    def model_validate_json(cls, json_data: str | bytes | bytearray, **_: Any) -> Self:
        """Read one string, as instructor does with OpenAI's answers."""
        text = json_data if isinstance(json_data, str) else bytes(json_data).decode()
        return cls.read([text])

    @classmethod
    def model_validate(cls, obj: Any, **_: Any) -> Self:
        """Read an object, as instructor does with other providers' answers."""
        return cls.read([json.dumps(obj)])

    @classmethod
    def read(cls, texts: Sequence[str]) -> Self:
        """Read one string, or the arguments of several tool calls as one answer."""
        found = read_object(texts, cls.fields)
        named = {known(key, cls.fields): value for key, value in found.data.items()}
        claims = {str(name): v for name, v in named.items() if name in cls.model_fields}
        return cast("Self", cls.model_construct(found=found, source="\n".join(texts), **claims))


class _WholeAnswer(Answer):
    fields = _FIELDS

    @classmethod
    def model_json_schema(cls, *_: Any, **__: Any) -> dict[str, Any]:
        return wire_schema()


ANSWER: type[Answer] = create_model("Summary", __base__=_WholeAnswer)
"""The response model of a whole answer."""


def claims_model(count: int, schema: dict[str, Any]) -> type[Answer]:
    """Build the response model of single claims, `claim_1` and so on, none of them required.

    Args:
        count: the number of claims.
        schema: the JSON schema to send.
    """
    claims: dict[str, type] = {f"claim_{number}": object for number in range(1, count + 1)}

    class Claims(Answer):
        fields = claims | _FIELDS  # some models send the full answer instead

        @classmethod
        def model_json_schema(cls, *_: Any, **__: Any) -> dict[str, Any]:
            return schema

    named: dict[str, Any] = dict.fromkeys(claims, (Any, None))
    return create_model("Mended", __base__=Claims, **named)


Known = dict[tuple[str, str], tuple[Any, list[str], list["Withheld"]]]
"""Items by path and JSON: what each says, what of it was not read, and why it is withheld."""


@dataclass(frozen=True, slots=True)
class ParsedAnswer:
    """The readable part of one answer.

    `summary` has the claims, invalid items as `withheld`, and a note for each lost part as
    `incomplete`; `problems` concern the whole answer.
    """

    summary: Summary
    problems: tuple[Problem, ...] = ()

    @property
    def empty(self) -> bool:
        """Whether no claim could be read."""
        requested = _FIELDS.keys() - {"relevant"}
        return bool(self.problems) and not self.summary.model_fields_set & requested


def read_answer(answer: Answer, article: Article, known: Known | None = None) -> ParsedAnswer:
    """Validate the claims of an answer, grounded in its article.

    Args:
        answer: an instance of `ANSWER`.
        article: the article that its sentence numbers refer to.
        known: a cache of the items of earlier partial answers, so that none is read twice.

    Returns:
        the valid claims; the invalid ones as `withheld`, each with its reason; and a line in
        `incomplete` for every other loss.
    """
    reading = _Reading(article, known)
    fields = reading.fields(answer.found.data)
    losses = [*answer.found.losses, *reading.losses]
    whole = (Problem("", f"is incomplete: {loss}; answer with one JSON object") for loss in losses)
    nothing = bool(losses) and not answer.found.data
    problems = [*whole, *(() if nothing else reading.problems)]
    if notes := (*losses, *answer.found.cuts, *_few(reading.unread)):
        fields["incomplete"] = notes
    if reading.withheld:
        fields["withheld"] = tuple(reading.withheld)
    return ParsedAnswer(Summary.model_construct(**fields), tuple(problems))


def read_item(answer: Answer, number: int, section: Section | None, article: Article) -> Any | None:
    """Read one claim of an answer to a re-ask; return None if it is left out or invalid.

    Args:
        answer: an instance of `claims_model`.
        number: the number of the claim, from 1.
        section: its section; None for a text.
        article: the article that its sentence numbers refer to.
    """
    name = f"claim_{number}"
    written = getattr(answer, name)
    if section is None:
        return as_prose(written) or None
    return None if is_absent(written) else _Reading(article).item(written, section.model, name)


class _Reading:
    """Read an answer item by item.

    Attributes:
        problems: missing texts, and sections that cannot be read.
        losses: notes on content outside all fields.
        unread: a line for each skipped field.
        withheld: invalid items.
    """

    def __init__(self, article: Article, known: Known | None = None) -> None:
        self._context, self._known = {"article": article}, known
        self.problems: list[Problem] = []
        self.losses: list[str] = []
        self.unread: list[str] = []
        self.withheld: list[Withheld] = []

    def fields(self, data: Mapping[str, Any]) -> dict[str, Any]:
        """The fields of the summary that could be read."""
        written = self._sorted(data)
        fields: dict[str, Any] = {}
        for name in TEXTS:
            if text := as_prose(written.get(name)):
                fields[name] = text
            else:
                self.problems.append(Problem(name, "is missing; it has to be a text"))
        for name, section in _LISTS.items():
            if name in written and name != "layers":
                fields[name] = self._items(written[name], section)
        if not is_absent(written.get("structure")):
            fields["structure"] = self._structure(written["structure"])
        self._judge_relevance(as_flag(written.get("relevant")), fields)
        return fields

    def _sorted(self, data: Mapping[str, Any]) -> dict[str, Any]:
        """Return the fields by name, also those one level too high or too low."""
        made: dict[str, Any] = {}
        beside: dict[str, Any] = {}
        foreign: list[str] = []
        for key, value in data.items():
            name, part = known(key, _FIELDS), known(key, _STRUCTURE)
            if name or part:
                self._add(made if name else beside, name or str(part), value)
            elif isinstance(value, dict) and value and all(known(k, _FIELDS) for k in value):
                for inner in value:
                    self._add(made, str(known(inner, _FIELDS)), value[inner])
            elif key not in Summary.model_fields and _is_content(value):
                foreign.append(key)
        if foreign:
            more = f" and {len(foreign) - _TOLD} more" if len(foreign) > _TOLD else ""
            names = ", ".join(repr(key[:80]) for key in foreign[:_TOLD])
            self.losses.append(f"it has unknown fields: {names}{more}")
        if beside:
            self._add_beside(made, beside)
        return made

    def _add(self, made: dict[str, Any], name: str, value: Any) -> None:
        if name not in made or is_absent(made[name]):
            made[name] = value
        elif value != made[name] and not is_absent(value):
            self.losses.append(f"{name!r} is there twice; the first was read")

    def _add_beside(self, made: dict[str, Any], beside: dict[str, Any]) -> None:
        """Add fields of `structure` that were written beside it."""
        inside = _as_structure(made.get("structure")) or {}
        for name, value in beside.items():
            self._add(inside, name, value)
        made["structure"] = inside

    def _structure(self, written: Any) -> GuaranteeStructure:
        structure = _as_structure(written)
        if structure is None:
            self.problems.append(Problem("structure", "has to be an object"))
            return GuaranteeStructure()
        rest = {key: v for key, v in structure.items() if known(key, ("layers",)) is None}
        listed = [v for key, v in structure.items() if known(key, ("layers",))]
        layers = self._items(listed[0] if listed else None, _LISTS["layers"])
        read = self.item(rest, GuaranteeStructure, "structure") or GuaranteeStructure()
        return cast("GuaranteeStructure", read.replace(layers=layers))

    def _items(self, written: Any, section: Section) -> tuple[Any, ...]:
        items = as_items(written, section.model)
        if items is None:
            self.problems.append(Problem(section.path, "has to be a list"))
            return ()
        read = (self.item(v, section.model, f"{section.path}[{i}]") for i, v in enumerate(items))
        return tuple(item for item in read if item is not None)

    def item(self, written: Any, model: type[BaseModel], path: str) -> Any | None:
        """Return the item, grounded; or None, and add it to `withheld` with the reasons."""
        if self._known is None:
            return self._validated(written, model, path)
        key = path, json.dumps(written)
        if key in self._known:
            item, unread, withheld = self._known[key]
            self.unread += unread
            self.withheld += withheld
            return item
        before = len(self.unread), len(self.withheld)
        item = self._validated(written, model, path)
        self._known[key] = item, self.unread[before[0] :], self.withheld[before[1] :]
        return item

    def _validated(self, written: Any, model: type[BaseModel], path: str) -> Any | None:
        meant = as_meant(written, model, self.unread, path)
        try:
            return model.model_validate(meant, context=self._context)
        except ValidationError as error:
            findings = tuple(_finding(e, path) for e in error.errors(include_url=False))
        self.withheld.append(Withheld(path=path, claim=written, findings=findings))
        return None

    def _judge_relevance(self, relevant: bool | None, fields: dict[str, Any]) -> None:
        drafted = Summary.model_construct(**fields)
        claimed = any(section.items(drafted) for section in SECTIONS)
        if relevant is None:
            self.problems.append(Problem("relevant", "is missing; it has to be true or false"))
        elif claimed and not relevant:
            self.problems.append(Problem("relevant", "is false, yet there are claims"))
        elif relevant and not (claimed or self.withheld):
            self.problems.append(Problem("relevant", "is true, yet there are no claims"))
        fields["relevant"] = bool(relevant) or claimed


def _as_structure(written: Any) -> dict[str, Any] | None:
    """Return the structure as an object; a list is taken as its layers."""
    if isinstance(written, str):
        written = read_json(written)
    if isinstance(written, list):
        alone = written[0] if len(written) == 1 else None
        whole = isinstance(alone, dict) and any(known(key, _STRUCTURE) for key in alone)
        return alone if whole else {"layers": written}
    return dict(written) if isinstance(written, dict) else None


def _is_content(value: Any) -> bool:
    """Whether a value may contain claims: a list or an object, also as JSON in a string."""
    if isinstance(value, str):
        value = read_json(value)
    return isinstance(value, list | dict) and bool(value)


def _few(lines: Sequence[str]) -> Iterator[str]:
    """Yield the first lines on skipped fields, and one line with the number of the rest."""
    yield from lines[:_TOLD]
    if len(lines) > _TOLD:
        yield f"{len(lines) - _TOLD} more fields were not read"


def _finding(detail: ErrorDetails, path: str) -> Finding:
    for step in detail["loc"]:
        path += f"[{step}]" if isinstance(step, int) else f".{step}"
    code = detail["type"] if detail["type"].startswith("citation_") else "malformed"
    return Finding(code=code, severity="error", path=path, message=detail["msg"])
