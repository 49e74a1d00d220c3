"""The forms in which a schema is sent to a model, and the request bodies for them."""

from __future__ import annotations

from functools import lru_cache
from typing import Any

import instructor
import openai
from pydantic import BaseModel

from guarantee_summarizer.llm.learned import Form
from guarantee_summarizer.llm.messages import Request

__all__ = ["FORMS", "MODES", "replacing", "response_model", "schema_in"]

MODES = {"tools": instructor.Mode.TOOLS, "json_schema": instructor.Mode.JSON_SCHEMA}
FORMS: dict[instructor.Mode, Form] = {
    instructor.Mode.TOOLS: "named",
    instructor.Mode.JSON_SCHEMA: "json_schema",
}
_FIELDS = ("tools", "tool_choice", "response_format")


@lru_cache(maxsize=256)
def response_model(answer: type[BaseModel]) -> Any:
    """Return the model as instructor wraps it, cached: building the class takes 4 ms."""
    return instructor.response_schema(answer)


def schema_in(request: Request, form: Form) -> dict[str, Any]:
    """Return the schema in one form: as a named tool or `response_format`, as instructor does."""
    function: dict[str, Any] = response_model(request.answer).openai_schema
    if form == "json_schema":
        schema = {"name": function["name"], "schema": request.answer.model_json_schema()}
        return {"response_format": {"type": "json_schema", "json_schema": schema}}
    tools = {"tools": [{"type": "function", "function": function}]}
    named = {"type": "function", "function": {"name": function["name"]}}
    choices: dict[Form, dict[str, Any]] = {
        "named": {"tool_choice": named},
        "required": {"tool_choice": "required"},
    }
    return tools | choices.get(form, {})


def replacing(request: Request, form: Form) -> dict[str, Any]:
    """Return the fields of a body that replace the form written by instructor."""
    return dict.fromkeys(_FIELDS, openai.omit) | schema_in(request, form)
