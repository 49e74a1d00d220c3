"""Requests to a model, its completions and their costs, in one form for all providers."""

from __future__ import annotations

import json
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any, Self

from pydantic import BaseModel

from guarantee_summarizer.errors import ModelError
from guarantee_summarizer.llm.answers import complete_prefix
from guarantee_summarizer.llm.responses import (
    LARGEST,
    TOO_LARGE,
    BadReplyError,
    regular,
    regular_chunk,
)
from guarantee_summarizer.options import Endpoint, Options
from guarantee_summarizer.schema import Usage

__all__ = ["Account", "Completion", "Pieces", "Request"]

_FILTERED = "stopped by the provider's content filter"


@dataclass(frozen=True, slots=True)
class Request:
    """The messages to send, and the response model of the answer.

    `endpoint` is the second reader's; None for the model that summarizes.
    """

    messages: list[dict[str, str]]
    answer: type[BaseModel]
    endpoint: Endpoint | None = None

    @property
    def tokens(self) -> int:
        """Estimated tokens, in and out: bytes / 4, and half as much again."""
        sent = sum(len(message["content"].encode()) for message in self.messages)
        return 3 * (sent + len(json.dumps(self.answer.model_json_schema()))) // 8

    def estimated(self, answer: str) -> Usage:
        """Return the usage of this request and its answer, estimated: bytes / 4."""
        sent = sum(len(message["content"].encode()) for message in self.messages)
        sent += len(json.dumps(self.answer.model_json_schema()))
        sent, received = max(1, sent // 4), len(answer.encode(errors="replace")) // 4
        return Usage(input_tokens=sent, output_tokens=received, estimated_tokens=sent + received)


@dataclass(frozen=True, slots=True)
class Completion:
    """A model's answer.

    Args:
        text: the answer as it was written: JSON, cut off if `finish` is `length`.
        parsed: the answer as `Request.answer`, if instructor could read it.
        refusal: the model's words if it declined, or a note that the provider's filter stopped it.
        finish: the provider's finish reason; `broken` for a stream that broke off.
        lost: why a stream broke off, if that is known.
        called: it came as the call of a tool.
        model: the model's name at the provider.
        usage: tokens of this request alone.
    """

    text: str
    parsed: BaseModel | None = None
    refusal: str | None = None
    finish: str | None = None
    lost: str | None = None
    called: bool = False
    model: str | None = None
    usage: Usage = field(default_factory=Usage)

    @classmethod
    def of(cls, response: Any, parsed: BaseModel | None = None) -> Self:
        """Read a response in OpenAI's or Anthropic's form, as compatible servers bend it."""
        response = regular(response)
        choices = getattr(response, "choices", None) or ()
        finish = choices[0].finish_reason if choices else getattr(response, "stop_reason", None)
        return cls(
            text=_text(response, choices),
            parsed=parsed,
            refusal=_refusal(choices, finish),
            finish=finish,
            called=any(choice.message.tool_calls for choice in choices),
            model=getattr(response, "model", None),
            usage=_usage(getattr(response, "usage", None)),
        )


def _text(response: Any, choices: Any) -> str:
    for choice in choices:
        for call in getattr(choice.message, "tool_calls", None) or ():
            return call.function.arguments or ""
        return choice.message.content or ""
    for block in getattr(response, "content", None) or ():
        if getattr(block, "input", None) is not None:
            return json.dumps(block.input)
        if getattr(block, "text", None):
            return str(block.text)
    return ""


def _refusal(choices: Any, finish: str | None) -> str | None:
    words = getattr(choices[0].message, "refusal", None) if choices else None
    if words or finish == "refusal":
        return str(words or finish)
    return _FILTERED if finish == "content_filter" else None


def _usage(usage: Any) -> Usage:
    """The tokens, by OpenAI's or Anthropic's names."""

    def read(*names: str) -> int:
        return next((n for name in names if (n := getattr(usage, name, None))), 0)

    details = getattr(usage, "prompt_tokens_details", None)
    return Usage(
        input_tokens=read("prompt_tokens", "input_tokens"),
        output_tokens=read("completion_tokens", "output_tokens"),
        cached_tokens=getattr(details, "cached_tokens", None) or read("cache_read_input_tokens"),
    )


class Pieces:
    """Join the pieces of a streamed answer as they come."""

    def __init__(self) -> None:
        self.text = ""
        self._refusal = ""
        self._finish: str | None = None
        self._usage: Any = None
        self._model: str | None = None
        self._prefix: str | None = None
        self._called = False

    def add(self, chunk: Any) -> str | None:
        """Add one chunk; return the complete part of the answer, closed, if it has grown."""
        chunk = regular_chunk(chunk)
        self._model = getattr(chunk, "model", None) or self._model
        self._usage = getattr(chunk, "usage", None) or self._usage
        closes = False
        for choice in chunk.choices[:1]:
            self._finish = choice.finish_reason or self._finish
            self._refusal += getattr(choice.delta, "refusal", None) or ""
            calls = choice.delta.tool_calls or ()
            self._called = self._called or bool(calls)
            pieces = [call.function.arguments or "" for call in calls if call.function]
            piece = "".join(pieces) or choice.delta.content or ""
            self.text += piece
            if len(self.text) > LARGEST:
                raise BadReplyError(TOO_LARGE)
            closes = "}" in piece or "," in piece
        prefix = complete_prefix(self.text[max(0, self.text.find("{")) :]) if closes else None
        if prefix is None or prefix == self._prefix:
            return None
        self._prefix = prefix
        return prefix

    @property
    def begun(self) -> bool:
        """Whether anything of an answer has come."""
        return bool(self.text or self._refusal or self._finish)

    def completion(self, lost: str | None = None) -> Completion:
        """Return the completion, as if it had come in one piece; `lost` is why it broke off."""
        return Completion(
            text=self.text,
            refusal=self._refusal or (_FILTERED if self._finish == "content_filter" else None),
            finish="broken" if lost else self._finish or "broken",
            lost=lost,
            called=self._called,
            model=self._model,
            usage=_usage(self._usage),
        )


@dataclass
class Account:
    """The costs of one article so far, against its budget of attempts, seconds and tokens."""

    options: Options
    usage: Usage = field(default_factory=Usage)
    began: float = field(default_factory=time.monotonic)
    excused: int = 0

    def attempt(self) -> None:
        """Count a request that is sent."""
        self.usage = self.usage.replace(attempts=self.usage.attempts + 1)

    def excuse(self) -> None:
        """Take the last request out of the budget of attempts: it reached no model."""
        self.excused += 1

    def add(self, spent: Usage) -> None:
        """Add the tokens of one answer."""
        self.usage += spent

    @property
    def until(self) -> float:
        """When the seconds of the budget are over, by the monotonic clock."""
        return self.began + self.options.seconds

    @property
    def left(self) -> float:
        """Seconds of the budget that are left."""
        return self.until - time.monotonic()

    @property
    def attempts_left(self) -> int:
        """Requests that may still be sent; 0 if none."""
        return max(0, self.options.attempts + self.excused - self.usage.attempts)

    @property
    def spent(self) -> bool:
        """Whether the budget leaves no further attempt."""
        most = self.options.tokens
        over = most is not None and self.usage.tokens >= most
        return over or self.left <= 0 or not self.attempts_left

    @property
    def total(self) -> Usage:
        """The usage so far, with the seconds."""
        return self.usage.replace(seconds=round(time.monotonic() - self.began, 3))

    @contextmanager
    def charged(self) -> Iterator[None]:
        """Set `usage` on errors that leave the `with` block: failed requests cost too."""
        try:
            yield
        except ModelError as error:
            error.usage = self.total
            raise
