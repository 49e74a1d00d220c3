"""Convert the replies of all servers to OpenAI's format, with the documented types.

Compatible servers send errors with status 200, `choices` that are null, content in parts, arguments
as an object, usage as text. A reply without an answer raises `BadReplyError`.
"""

from __future__ import annotations

import json
import math
from collections.abc import Mapping
from types import SimpleNamespace
from typing import Any, Self

from guarantee_summarizer.llm.foreign import field, in_openais_form
from guarantee_summarizer.secrets import scrub

__all__ = [
    "LARGEST",
    "TOO_LARGE",
    "BadReplyError",
    "is_json_object",
    "regular",
    "regular_chunk",
    "said",
]

LARGEST = 8 * 2**20
"""Largest answer in bytes, decompressed; in a stream: of one event, and of the joined text."""
TOO_LARGE = f"answers with more than {LARGEST >> 20} MiB, which is no answer"

_SHOWN = 80  # characters of a reply that a message quotes
_LOOKED_AT = 4096  # bytes of it that are read
_MOST_TOKENS = 10**9  # a larger count is an error
_FINISHES = {
    "max_tokens": "length",
    "max_output_tokens": "length",
    "model_length": "length",
    "safety": "content_filter",
    "prohibited_content": "content_filter",
    "blocklist": "content_filter",
    "guardrail_intervened": "content_filter",
    "recitation": "content_filter",
    "error": "broken",
    "network_error": "broken",
    "insufficient_system_resource": "broken",
}
"""Finish reasons of other servers, mapped to OpenAI's; `broken` is this library's."""


class BadReplyError(Exception):
    """A reply that contains no answer.

    Args:
        message: what the endpoint does, without its name: `answers with an empty body`.
        status_code: the HTTP status that it names, if any.
        body: the server's own description.
        temporary: a retry may succeed.
    """

    def __init__(
        self,
        message: str,
        *,
        status_code: int | None = None,
        body: Any = None,
        temporary: bool = False,
    ) -> None:
        super().__init__(message)
        self.message, self.status_code, self.body = message, status_code, body
        self.code = _text(field(body, "code")) or _text(field(body, "type"))
        self.temporary = temporary

    @classmethod
    def of(cls, content: bytes | bytearray) -> Self:
        """Describe a body that is not a JSON object."""
        text = scrub(" ".join(content[:_LOOKED_AT].decode(errors="replace").split()))
        if not text:
            return cls("answers with an empty body", temporary=True)
        if text.startswith("<"):
            title = text.partition("<title>")[2].partition("</title>")[0].strip()
            page = f"an HTML page ({title[:_SHOWN]!r})" if title else "an HTML page"
            return cls(f"answers with {page}; check the end of base_url (often /v1)")
        return cls(f"sends no JSON object ({text[:_SHOWN]!r}); check base_url")


def is_json_object(content: bytes | bytearray) -> bool:
    """Return whether a body may be a JSON object."""
    return content.lstrip(b"\xef\xbb\xbf \t\r\n")[:1] == b"{"


def regular(response: Any) -> Any:
    """Return a complete response of any provider in OpenAI's form.

    Raises:
        BadReplyError: it is an error, or has no answer.
    """
    if isinstance(response, str | bytes) or response is None:
        content = response.encode() if isinstance(response, str) else response or b""
        raise BadReplyError.of(content)
    choices = _choices(response)
    if choices:
        return _response(response, choices)
    _raise_error(response)
    foreign = in_openais_form(response)
    if foreign is not None:
        return _response(foreign, foreign["choices"])
    raise BadReplyError("answers without choices", temporary=True)


def regular_chunk(chunk: Any) -> Any:
    """Return a chunk of a stream in OpenAI's form; it may have no choice.

    Raises:
        BadReplyError: it is an error.
    """
    _raise_error(chunk)
    return _response(chunk, _choices(chunk))


def _choices(response: Any) -> list[Any]:
    choices = field(response, "choices")
    listed = choices if isinstance(choices, list | tuple) else []
    return [choice for choice in listed if field(choice, "message") or field(choice, "delta")]


def _response(response: Any, choices: list[Any]) -> SimpleNamespace:
    return SimpleNamespace(
        id=_text(field(response, "id")),
        model=_text(field(response, "model")),
        choices=[_choice(choice) for choice in choices],
        usage=_usage(field(response, "usage")),
    )


def _choice(choice: Any) -> SimpleNamespace:
    if field(choice, "error"):
        _raise_error(choice)
    message = field(choice, "message") or field(choice, "delta")
    calls = field(message, "tool_calls")
    calls = calls if isinstance(calls, list | tuple) else []
    functions = [(field(c, "index"), field(c, "id"), field(c, "function")) for c in calls]
    functions += [(0, None, field(message, "function_call"))]
    normalized = SimpleNamespace(
        content=_content(field(message, "content")),
        refusal=_text(field(message, "refusal")),
        tool_calls=[_call(*call) for call in functions if call[-1]] or None,
    )
    finish = (_text(field(choice, "finish_reason")) or "").lower()
    return SimpleNamespace(
        message=normalized,
        delta=normalized,
        finish_reason=_FINISHES.get(finish, finish) or None,
    )


def _call(index: Any, call_id: Any, function: Any) -> SimpleNamespace:
    arguments = field(function, "arguments")
    if arguments is not None and not isinstance(arguments, str):  # Ollama's way
        arguments = json.dumps(arguments, ensure_ascii=False)
    name = _text(field(function, "name"))
    function = SimpleNamespace(name=name, arguments=arguments or "")
    place = index if isinstance(index, int) else None
    return SimpleNamespace(index=place, id=_text(call_id), function=function)


def _content(content: Any) -> str | None:
    """Return the text of `content`: a string, a list of parts, or an object meant as JSON."""
    if isinstance(content, list | tuple):
        parts = (part if isinstance(part, str) else field(part, "text") for part in content)
        return "".join(part for part in parts if isinstance(part, str))
    if isinstance(content, Mapping):
        return json.dumps(content, ensure_ascii=False)
    return _text(content)


def _usage(usage: Any) -> SimpleNamespace | None:
    sent, received = (_count(field(usage, f"{name}_tokens")) for name in ("prompt", "completion"))
    if not sent and not received:
        return None
    cached = _count(field(field(usage, "prompt_tokens_details"), "cached_tokens"))
    details = SimpleNamespace(cached_tokens=min(cached, sent))
    return SimpleNamespace(
        prompt_tokens=sent, completion_tokens=received, prompt_tokens_details=details
    )


def _count(value: Any) -> int:
    """Return a number of tokens; 0 for anything else."""
    try:
        number = float(value)
    except (TypeError, ValueError, OverflowError):
        return 0
    return int(number) if math.isfinite(number) and 0 < number <= _MOST_TOKENS else 0


def _text(value: Any) -> str | None:
    return value if isinstance(value, str) else None


def _raise_error(response: Any) -> None:
    """Raise the error that a reply contains in place of an answer."""
    body = field(response, "error")
    if not body and field(response, "object") == "error":  # vLLM's
        body = response
    if body:
        code = field(body, "code") or field(body, "status")
        known = isinstance(code, int | str) and str(code).isdecimal() and 400 <= int(code) < 600  # noqa: PLR2004
        status = int(code) if known else None
        words = said(body) or "an error without a message"
        raise BadReplyError(words, status_code=status, body=body, temporary=status is None)


def said(body: Any) -> str | None:
    """Return the message in an error's body: OpenAI's `message`, FastAPI's `detail`, or text."""
    if isinstance(body, str):
        return body
    for name in ("message", "msg", "detail", "error"):
        value = field(body, name)
        if isinstance(value, str) and value:
            return value
        if isinstance(value, Mapping | list) and value:
            inner = said(value) if isinstance(value, Mapping) else None
            return inner or json.dumps(value, ensure_ascii=False, default=str)
    return None
