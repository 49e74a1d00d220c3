"""Build the wire form: the schema that a language model is sent, and the form that it writes."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from functools import cache
from typing import Any

from pydantic.json_schema import GenerateJsonSchema

from guarantee_summarizer.schema.base import Model, is_added, is_derived
from guarantee_summarizer.schema.claims import TEXTS, GuaranteeStructure
from guarantee_summarizer.schema.evidence import Citation
from guarantee_summarizer.schema.summary import Summary

__all__ = ["as_written", "compact", "part_schema", "to_wire", "wire_schema"]


class _WireSchema(GenerateJsonSchema):
    """Pydantic's schema without titles, defaults, nulls and fields that the library fills."""

    def field_title_should_be_set(self, schema: Any) -> bool:  # noqa: ARG002  (pydantic's name)
        return False

    def nullable_schema(self, schema: Any) -> dict[str, Any]:
        return self.generate_inner(schema["schema"])

    def default_schema(self, schema: Any) -> dict[str, Any]:
        return self.generate_inner(schema["schema"])

    def str_schema(self, schema: Any) -> dict[str, Any]:  # noqa: ARG002  (pydantic's name)
        return {"type": "string"}

    def model_schema(self, schema: Any) -> dict[str, Any]:
        full = super().model_schema(schema)
        asked = {
            name: _as_numbers(field) if name == "evidence" else field
            for name, field in full["properties"].items()
            if not field.keys() & {"readOnly", "x-derived"}
        }
        about, _, _ = full["description"].partition("\n\n")  # what follows is for people
        kept = {"type": "object", "description": about, "properties": asked}
        return {**kept, "required": full["required"]} if full.get("required") else kept


def _as_numbers(field: dict[str, Any]) -> dict[str, Any]:
    """Evidence is sentence numbers on the wire."""
    described = {k: v for k, v in field.items() if k == "description"}
    return {"type": "array", "items": {"type": "integer"}, **described}


@cache
def wire_schema() -> dict[str, Any]:
    """Return the JSON schema (draft 2020-12) of the object that a language model answers with.

    Optional fields are not required, and fields that the library fills are left out. Treat the
    result as read-only: it is built once.
    """
    schema = Summary.model_json_schema(schema_generator=_WireSchema)
    parts = {name: part for name, part in schema.pop("$defs").items() if name != "Citation"}
    return {"title": "Summary", **schema, "required": ["relevant", *TEXTS], "$defs": parts}


def part_schema(fields: Mapping[str, str | None]) -> dict[str, Any]:
    """Return the JSON schema of an object with single claims, none of them required.

    Args:
        fields: the name of the model (`Proposal`) for each field; None for a text.
    """
    parts: dict[str, Any] = wire_schema()["$defs"]
    wanted = [name for name in fields.values() if name]
    for name in wanted:  # grows while nested models are found
        found = re.findall(r"#/\$defs/(\w+)", json.dumps(parts[name]))
        wanted += [part for part in found if part not in wanted]
    properties = {
        field: {"$ref": f"#/$defs/{name}"} if name else {"type": "string"}
        for field, name in fields.items()
    }
    used = {name: part for name, part in parts.items() if name in wanted}
    made = {"title": "Mended", "type": "object", "properties": properties}
    return {**made, "$defs": used} if used else made


def to_wire(node: Any) -> Any:
    """Return a summary, or a part of one, in the form that a language model writes.

    Evidence is sentence numbers; nulls, empty lists, defaults, and fields that the library always
    fills are left out. `Summary.ground` parses this form.
    """
    if isinstance(node, Citation):
        return node.sentence
    if isinstance(node, tuple):
        return list(dict.fromkeys(map(to_wire, node))) if _cited(node) else [*map(to_wire, node)]
    if not isinstance(node, Model):
        return node
    return {
        name: to_wire(getattr(node, name))
        for name, field in type(node).model_fields.items()
        if not (is_added(field) or is_derived(field))
        and getattr(node, name) != field.get_default(call_default_factory=True)
    }


def _cited(node: tuple[Any, ...]) -> bool:
    return bool(node) and isinstance(node[0], Citation)


def as_written(claim: Any) -> str:
    """Return a claim as a model writes it, without a description that repeats the evidence."""
    if isinstance(claim, str):
        return claim
    written = to_wire(claim)
    if isinstance(claim, GuaranteeStructure):  # its layers and duration are separate claims
        written = {**claim.said, "evidence": to_wire(claim.evidence)}
    if written.get("description") == " ".join(citation.quote for citation in claim.evidence):
        del written["description"]
    return compact(written)


def compact(written: Any) -> str:
    """Return JSON on one line without spaces; a text is returned unchanged."""
    if isinstance(written, str):
        return written
    return json.dumps(written, ensure_ascii=False, separators=(",", ":"))
