"""Puts the pieces of a streamed chat completion together."""

from __future__ import annotations

from typing import Any

import instructor

from guarantee_summarizer.llm.answers import complete_prefix
from guarantee_summarizer.llm.call import Answer

__all__ = ["Pieces", "can_stream", "request_schema"]

_MODES = (instructor.Mode.TOOLS, instructor.Mode.JSON_SCHEMA)


class Pieces:
    """The text of an answer as it comes in, with what the last chunks say about it."""

    def __init__(self) -> None:
        self.text = ""
        self.refusal = ""
        self.finish: str | None = None
        self.usage: Any = None
        self.model: str | None = None
        self._whole: str | None = None

    def add(self, chunk: Any) -> str | None:
        """Take one chunk; the whole part of the answer, closed, if it has grown."""
        self.model = getattr(chunk, "model", None) or self.model
        self.usage = getattr(chunk, "usage", None) or self.usage
        closes = False
        for choice in chunk.choices[:1]:
            self.finish = choice.finish_reason or self.finish
            self.refusal += getattr(choice.delta, "refusal", None) or ""
            calls = choice.delta.tool_calls or ()
            pieces = [c.function.arguments or "" for c in calls if c.function]
            piece = "".join(pieces) or choice.delta.content or ""
            self.text += piece
            closes = "}" in piece or "," in piece
        whole = complete_prefix(self.text[max(0, self.text.find("{")) :]) if closes else None
        if whole is None or whole == self._whole:
            return None
        self._whole = whole
        return whole


def can_stream(client: Any) -> bool:
    """Whether the client speaks OpenAI's chat completions, whose pieces can be read here."""
    return client.mode in _MODES and "openai" in str(client.provider).lower()


def request_schema(mode: instructor.Mode) -> dict[str, Any]:
    """The schema as instructor sends it, for a request that goes out without instructor."""
    function: dict[str, Any] = Answer.openai_schema
    if mode == instructor.Mode.TOOLS:
        choice = {"type": "function", "function": {"name": function["name"]}}
        tools = [{"type": "function", "function": function}]
        return {"tools": tools, "tool_choice": choice}
    schema = {"name": function["name"], "schema": Answer.model_json_schema()}
    return {"response_format": {"type": "json_schema", "json_schema": schema}}
