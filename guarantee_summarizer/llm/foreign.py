"""Convert the responses of providers with other formats to OpenAI's.

Anthropic's messages, Gemini's candidates, Cohere's chat and Bedrock's Converse; as objects of their
packages or as plain JSON. `responses` checks the types of the result.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

__all__ = ["field", "in_openais_form"]


def field(thing: Any, *path: str) -> Any:
    """Return a field of an object or a mapping, or of one inside it; None without it."""
    for name in path:
        thing = thing.get(name) if isinstance(thing, Mapping) else getattr(thing, name, None)
    return thing


def in_openais_form(response: Any) -> dict[str, Any] | None:
    """Return another provider's response as a chat completion; None if its format is unknown."""
    if field(response, "candidates") is not None or field(response, "prompt_feedback"):
        return _gemini(response)
    if field(response, "output", "message") is not None:
        return _bedrock(response)
    if field(response, "stop_reason") is not None or field(response, "type") == "message":
        return _anthropic(response)
    if field(response, "message") is not None and field(response, "finish_reason") is not None:
        return _cohere(response)
    return None


def _anthropic(response: Any) -> dict[str, Any]:
    cached, written = (
        field(response, "usage", f"cache_{name}_input_tokens") for name in ("read", "creation")
    )
    sent = [field(response, "usage", "input_tokens"), cached, written]
    return _completion(
        [(field(b, "name"), field(b, "input"), field(b, "text")) for b in _blocks(response)],
        finish=field(response, "stop_reason"),
        model=field(response, "model"),
        usage=(_sum(sent), field(response, "usage", "output_tokens"), cached),
    )


def _gemini(response: Any) -> dict[str, Any]:
    candidates = field(response, "candidates") or [None]
    first, used = candidates[0], field(response, "usage_metadata")
    thoughts = field(used, "thoughts_token_count")
    blocked = field(response, "prompt_feedback", "block_reason")
    return _completion(
        [
            (field(p, "function_call", "name"), field(p, "function_call", "args"), field(p, "text"))
            for p in field(first, "content", "parts") or ()
            if not field(p, "thought")
        ],
        finish="content_filter" if blocked else field(first, "finish_reason"),
        model=field(response, "model_version"),
        usage=(
            field(used, "prompt_token_count"),
            _sum([field(used, "candidates_token_count"), thoughts]),
            field(used, "cached_content_token_count"),
        ),
    )


def _cohere(response: Any) -> dict[str, Any]:
    message = field(response, "message")
    used = field(response, "usage", "tokens") or field(response, "usage", "billed_units")
    calls = [
        (field(call, "function", "name"), field(call, "function", "arguments"), None)
        for call in field(message, "tool_calls") or ()
    ]
    return _completion(
        calls + [(None, None, field(block, "text")) for block in field(message, "content") or ()],
        finish=field(response, "finish_reason"),
        model=None,  # it does not say
        usage=(field(used, "input_tokens"), field(used, "output_tokens"), None),
    )


def _bedrock(response: Any) -> dict[str, Any]:
    used = field(response, "usage")
    blocks = field(response, "output", "message", "content") or ()
    return _completion(
        [
            (field(b, "toolUse", "name"), field(b, "toolUse", "input"), field(b, "text"))
            for b in blocks
        ],
        finish=field(response, "stopReason"),
        model=None,  # it does not say
        usage=(
            field(used, "inputTokens"),
            field(used, "outputTokens"),
            field(used, "cacheReadInputTokens"),
        ),
    )


def _blocks(response: Any) -> Iterator[Any]:
    content = field(response, "content")
    yield from content if isinstance(content, list | tuple) else ()


def _sum(counts: list[Any]) -> Any:
    """Return the sum of the counts that are not missing."""
    return sum(count for count in counts if isinstance(count, int | float))


def _completion(
    parts: list[tuple[Any, Any, Any]], *, finish: Any, model: Any, usage: tuple[Any, Any, Any]
) -> dict[str, Any]:
    """Build a chat completion; `parts` are names and arguments of tool calls, and texts."""
    calls = [
        {"function": {"name": name, "arguments": arguments}}
        for name, arguments, _ in parts
        if arguments is not None
    ]
    text = "".join(text for *_, text in parts if isinstance(text, str))
    sent, received, cached = usage
    return {
        "model": model,
        "choices": [
            {
                "message": {"content": text or None, "tool_calls": calls},
                "finish_reason": getattr(finish, "value", finish),  # an enum at Google
            }
        ],
        "usage": {
            "prompt_tokens": sent,
            "completion_tokens": received,
            "prompt_tokens_details": {"cached_tokens": cached},
        },
    }
