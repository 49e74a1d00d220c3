"""Read a language model's answer item by item, and report what does not fit or was cut off.

A malformed or truncated answer is never the same as "nothing found": complete items are kept, the
others are reported one by one. `ANSWER` is the response model for instructor: its lists validate
item by item, so that one bad item costs only itself.

Citations cannot be grounded while instructor validates: that needs the article as instructor's
`context=`, and then every message, article included, is rendered as a template. So `ANSWER` takes
sentence numbers as they are written, and `read_answer` grounds them.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Annotated, Any, Self

from pydantic import (
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    ValidationError,
    WrapValidator,
    create_model,
    model_validator,
)
from pydantic_core import ErrorDetails

from guarantee_summarizer.article import Article
from guarantee_summarizer.schema import Finding, GuaranteeStructure, Summary, Withheld
from guarantee_summarizer.schema.claims import SECTIONS, TEXTS
from guarantee_summarizer.schema.evidence import ground
from guarantee_summarizer.schema.json_schema import to_wire, wire_schema

__all__ = [
    "ANSWER",
    "ParsedAnswer",
    "Problem",
    "as_written",
    "claims_model",
    "compact",
    "complete_prefix",
    "read_answer",
    "read_item",
    "read_object",
]

_TOKEN = re.compile(r'"(?:[^"\\]|\\.)*"|["{}\[\],]', re.DOTALL)
_COMPLETE_INSIDE = ("{", "{[", "{{", "{{[")  # the answer, its lists, the structure, its layers
_LISTS = {section.name: section for section in SECTIONS if section.many}


@dataclass(frozen=True, slots=True)
class Problem:
    """A problem of an answer as a whole: its place, and a sentence for the model."""

    path: str
    message: str


@dataclass(frozen=True, slots=True)
class _Misfit:
    """An item that does not fit the schema, as it was written, with pydantic's reasons.

    Without reasons it is a whole section that is no list.
    """

    written: Any
    reasons: tuple[ErrorDetails, ...] = ()


def _valid_or_misfit(written: Any, validate: Callable[[Any], Any]) -> Any:
    if isinstance(written, _Misfit):
        return written
    try:
        return validate(written)
    except ValidationError as error:
        return _Misfit(written, tuple(error.errors(include_url=False)))


def _as_list(value: Any) -> Any:
    if value is None:
        return ()
    return value if isinstance(value, list) else (_Misfit(value),)


def _or_none(kind: type[Any]) -> BeforeValidator:
    return BeforeValidator(lambda value: value if isinstance(value, kind) else None)


class _Answer(BaseModel):
    """Base of the response models: reads any text, as far as it is one JSON object."""

    model_config = ConfigDict(frozen=True, extra="ignore", arbitrary_types_allowed=True)

    lost: str | None = None
    written: dict[str, Any] = Field({}, repr=False)

    @classmethod
    def model_validate_json(cls, json_data: str | bytes | bytearray, **_: Any) -> Self:
        text = json_data if isinstance(json_data, str) else bytes(json_data).decode()
        data, lost = read_object(text)
        return cls.model_validate(data | {"lost": lost, "written": data})

    @classmethod
    def model_validate(cls, obj: Any, **_: Any) -> Self:
        return super().model_validate(obj, context={"wire": True})


class _WholeAnswer(_Answer):
    relevant: Annotated[bool | None, _or_none(bool)] = None
    headline: Annotated[str | None, _or_none(str)] = None
    abstract: Annotated[str | None, _or_none(str)] = None
    structure: Annotated[GuaranteeStructure | _Misfit | None, _or_none(dict)] = None

    @model_validator(mode="before")
    @classmethod
    def _layers_are_a_section(cls, data: dict[str, Any]) -> dict[str, Any]:
        structure = data.get("structure")
        if not isinstance(structure, dict):
            return data
        rest = {name: value for name, value in structure.items() if name != "layers"}
        return data | {"structure": rest, "layers": structure.get("layers")}

    @classmethod
    def model_json_schema(cls, *_: Any, **__: Any) -> dict[str, Any]:
        return wire_schema()


def _item(model: type[Any]) -> Any:
    """The type of an item that is valid, or `_Misfit`."""
    return Annotated[model, WrapValidator(_valid_or_misfit)]


def _section(model: type[Any]) -> Any:
    """The type of a list whose items are validated one by one."""
    return Annotated[tuple[_item(model), ...], BeforeValidator(_as_list)]  # type: ignore[misc]


_FIELDS: dict[str, Any] = {name: (_section(s.model), ()) for name, s in _LISTS.items()}
ANSWER: type[_WholeAnswer] = create_model("Summary", __base__=_WholeAnswer, **_FIELDS)
"""The response model of a whole answer."""


def claims_model(kinds: Sequence[type[Any] | None], schema: dict[str, Any]) -> type[BaseModel]:
    """Build the response model of single claims, `claim_1` and so on, none of them required.

    Args:
        kinds: the model of each claim; None for a text.
        schema: the JSON schema to send.
    """
    fields: dict[str, Any] = {
        f"claim_{number}": (_item(kind or str) | None, None) for number, kind in enumerate(kinds, 1)
    }

    class Claims(_Answer):
        relevant: Any = None  # present if a model answers in full instead

        @classmethod
        def model_json_schema(cls, *_: Any, **__: Any) -> dict[str, Any]:
            return schema

    return create_model("Mended", __base__=Claims, **fields)


@dataclass(frozen=True, slots=True)
class ParsedAnswer:
    """The readable part of one answer.

    `summary` holds the claims, and items that do not fit the schema as `withheld`; `problems` are
    those of the answer as a whole.
    """

    summary: Summary
    problems: tuple[Problem, ...] = ()

    @property
    def empty(self) -> bool:
        """Whether nothing at all could be read."""
        requested = {*TEXTS, *_LISTS, "structure"}
        return bool(self.problems) and not self.summary.model_fields_set & requested


def read_answer(answer: Any, article: Article) -> ParsedAnswer:
    """Ground the claims of an answer in its article.

    Args:
        answer: an instance of `ANSWER`.
        article: what its sentence numbers point into.

    Returns:
        the claims that fit, grounded; the others as `withheld`, each with its reason; and a line
        in `incomplete` if the JSON itself was cut off or broken.
    """
    grounding = _Grounding(article)
    fields = grounding.fields(answer)
    problems = [*_problems(answer, fields), *grounding.problems]
    if answer.lost:
        problems.insert(0, Problem("", f"is not whole: {answer.lost}; answer with one JSON object"))
        fields["incomplete"] = (answer.lost,)
    if grounding.withheld:
        fields["withheld"] = tuple(grounding.withheld)
    return ParsedAnswer(Summary.model_construct(**fields), tuple(problems))


def read_item(item: Any, article: Article) -> Any | None:
    """Ground one claim of an answer to a re-ask; return None if it is left out or does not fit."""
    return None if item is None else _Grounding(article).item(item, "")


def _problems(answer: Any, fields: Mapping[str, Any]) -> Iterator[Problem]:
    """The problems of an answer as a whole; none if the answer is empty."""
    if answer.lost and answer.model_fields_set == {"lost", "written"}:
        return
    for name in TEXTS:
        if name not in fields:
            yield Problem(name, "is missing; it has to be a text")
    if answer.relevant is None:
        yield Problem("relevant", "is missing; it has to be true or false")
    elif not answer.relevant and fields["relevant"] is not answer.relevant:
        yield Problem("relevant", "is false, yet there are claims")


class _Grounding:
    """Ground item by item; misfits are in `withheld`, sections that are no list in `problems`."""

    def __init__(self, article: Article) -> None:
        self._article = article
        self.problems: list[Problem] = []
        self.withheld: list[Withheld] = []

    def fields(self, answer: Any) -> dict[str, Any]:
        """The fields of the summary that could be read."""
        fields: dict[str, Any] = {}
        for name in TEXTS:
            if text := " ".join((getattr(answer, name) or "").split()):
                fields[name] = text
        for name in _LISTS:
            if name in answer.model_fields_set and name != "layers":
                written = answer.written.get(name)
                fields[name] = self._items(getattr(answer, name), written, name)
        if answer.structure is not None:
            written = answer.written["structure"].get("layers")
            layers = self._items(answer.layers, written, "structure.layers")
            structure = self.item(answer.structure, "structure") or GuaranteeStructure()
            fields["structure"] = structure.replace(layers=layers)
        claimed = any(fields.get(name) for name in _LISTS)
        fields["relevant"] = bool(answer.relevant) or claimed
        return fields

    def _items(self, items: tuple[Any, ...], written: Any, path: str) -> tuple[Any, ...]:
        if items and isinstance(items[0], _Misfit) and not items[0].reasons:
            self.problems.append(Problem(path, "has to be a list"))
            return ()
        pairs = enumerate(zip(items, written or (), strict=True))
        grounded = (self.item(item, f"{path}[{at}]", source) for at, (item, source) in pairs)
        return tuple(item for item in grounded if item is not None)

    def item(self, item: Any, path: str, written: Any = None) -> Any | None:
        """The item, grounded, or None; then it is in `withheld`, as written, with the reasons."""
        if isinstance(item, _Misfit):
            findings = [_finding(reason, path) for reason in item.reasons]
            self.withheld.append(Withheld(path=path, claim=item.written, findings=tuple(findings)))
            return None
        grounded, errors = ground(item, self._article)
        if not errors:
            return grounded
        findings = [
            Finding(code=code, severity="error", path=f"{path}{at}", message=message)
            for at, code, message in errors
        ]
        self.withheld.append(Withheld(path=path, claim=written, findings=tuple(findings)))
        return None


def _finding(detail: ErrorDetails, path: str) -> Finding:
    for step in detail["loc"]:
        path += f"[{step}]" if isinstance(step, int) else f".{step}"
    code = detail["type"] if detail["type"].startswith("citation_") else "malformed"
    return Finding(code=code, severity="error", path=path, message=detail["msg"])


def read_object(raw: str) -> tuple[dict[str, Any], str | None]:
    """Return the complete part of the JSON object in `raw`, and the reason why the rest is lost."""
    start = raw.find("{")
    if start < 0:
        return {}, "the answer holds no JSON object"
    text = raw[start:]
    try:
        return json.JSONDecoder().raw_decode(text)[0], None
    except (ValueError, RecursionError) as error:
        end = getattr(error, "pos", 0)
        kept = complete_prefix(text[:end])
        data = json.loads(kept) if kept else {}
        where = _last_place(data)
        return data, f"the answer breaks off at character {start + end} of {len(raw)}{where}"


def complete_prefix(text: str) -> str | None:
    """Return the longest prefix of a JSON object with only complete items, closed; None if none.

    An item is complete if a comma or a closing bracket follows: `[1, 2` may be the start of 25.

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
    """The place where the complete part ends, in words."""
    if not data:
        return ", before anything was whole"
    name, value = list(data.items())[-1]
    if isinstance(value, list):
        return f", in {name!r} after {len(value)} whole items"
    return f", after {name!r}"


def as_written(claim: Any) -> str:
    """Return a claim as a model writes it; a description that only repeats the evidence goes."""
    if isinstance(claim, str):
        return claim
    written = to_wire(claim)
    if isinstance(claim, GuaranteeStructure):  # its layers and duration are claims of their own
        written = {**claim.said, "evidence": to_wire(claim.evidence)}
    if written.get("description") == " ".join(citation.quote for citation in claim.evidence):
        del written["description"]
    return compact(written)


def compact(written: Any) -> str:
    """Return JSON on one line without spaces; text as it is."""
    if isinstance(written, str):
        return written
    return json.dumps(written, ensure_ascii=False, separators=(",", ":"))
