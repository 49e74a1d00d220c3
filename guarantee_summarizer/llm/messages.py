"""Requests to a model, completions and their costs, in one form for all providers."""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from typing import Any, Self, TypeVar

from pydantic import BaseModel

from guarantee_summarizer.errors import ModelError
from guarantee_summarizer.llm.answers import Answer
from guarantee_summarizer.llm.responses import (
    LARGEST,
    TOO_LARGE,
    BadReplyError,
    regular_chunk,
)
from guarantee_summarizer.options import Endpoint, Options
from guarantee_summarizer.schema import Usage
from guarantee_summarizer.secrets import Secrets
from guarantee_summarizer.text import writable

__all__ = ["Account", "Completion", "Pieces", "Request"]

_FILTERED = "stopped by the provider's content filter"
_LIVE = 50_000  # characters of an answer that are shown while it is streamed
_GROWTH = 20  # new chunks after which it is shown again
_Answer = TypeVar("_Answer", bound=Answer)
_ENDED = frozenset({"tool_calls", "stop", "length", "content_filter"})


@dataclass(frozen=True, slots=True)
class Request:
    """The messages to send, and the response model of the answer.

    `endpoint` is the reviewer's; None for the model that summarizes.
    """

    messages: list[dict[str, str]]
    answer: type[BaseModel]
    endpoint: Endpoint | None = None

    @property
    def tokens(self) -> int:
        """Estimated tokens, in and out: bytes / 4, times 1.5."""
        return 3 * self._size // 8

    def estimated(self, answer: str) -> Usage:
        """Return the usage of this request and its answer, estimated: bytes / 4."""
        sent, received = max(1, self._size // 4), len(answer.encode(errors="replace")) // 4
        return Usage(input_tokens=sent, output_tokens=received, estimated_tokens=sent + received)

    @property
    def _size(self) -> int:
        """Bytes of messages and schema."""
        sent = sum(len(message["content"].encode()) for message in self.messages)
        return sent + len(json.dumps(self.answer.model_json_schema()))


@dataclass(frozen=True, slots=True)
class Completion:
    """A model's answer.

    Args:
        content: the text beside or instead of tool calls: JSON, cut off if `finish` is `length`.
        parsed: the answer as `Request.answer`, if instructor could read it.
        refusal: the model's words if it declined, or a note that the provider's filter stopped it.
        finish: the provider's finish reason; `broken` for a stream that broke off.
        lost: why a stream broke off, if known.
        model: the model's name at the provider.
        usage: tokens of this request alone.
        calls: name and arguments of each tool call.
    """

    content: str
    parsed: BaseModel | None = None
    refusal: str | None = None
    finish: str | None = None
    lost: str | None = None
    model: str | None = None
    usage: Usage = field(default_factory=Usage)
    calls: tuple[tuple[str, str], ...] = ()

    @classmethod
    def of(cls, response: Any, parsed: BaseModel | None = None) -> Self:
        """Read a response in the form that `responses.regular` gives it."""
        choice = response.choices[0]
        calls = choice.message.tool_calls or ()
        return cls._written(
            [(call.function.name or "", call.function.arguments) for call in calls],
            choice.message.content or "",
            parsed=parsed,
            refusal=_refusal(choice.message.refusal, choice.finish_reason),
            finish=choice.finish_reason,
            model=response.model,
            usage=_usage(response.usage),
        )

    @classmethod
    def _written(cls, calls: Iterable[tuple[str, str]], content: str, **more: Any) -> Self:
        """Return the completion with these tool calls and this content."""
        written = tuple((name, writable(arguments)) for name, arguments in calls)
        return cls(writable(content), calls=written, **more)

    @property
    def text(self) -> str:
        """The answer as it was written; of several tool calls the first."""
        return self.calls[0][1] if self.calls else self.content

    def cleaned(self, secrets: Secrets, said: str) -> Self:
        """Return it without secrets; text that the user sent (`said`) is not one."""
        names = ("refusal", "model", "content")
        texts = {name: secrets.cleaned(getattr(self, name), said=said) for name in names}
        calls = tuple((name, secrets.clean(text, said=said)) for name, text in self.calls)
        return replace(self, **texts, calls=calls)

    @property
    def called(self) -> bool:
        """Whether it came as a tool call."""
        return bool(self.calls)

    def read(self, answer: type[_Answer]) -> _Answer:
        """Return the answer: the calls of its tool, else other calls, else the content."""
        if isinstance(self.parsed, answer) and self.parsed.source == self.text and self._alone:
            return self.parsed
        read = [answer.read(texts) for texts in self.texts(answer.__name__)]
        return next((one for one in read if one.found.fit), read[0])

    def texts(self, tool: str) -> Iterator[list[str]]:
        """Yield the candidates for the answer, the likeliest first."""
        for wanted in (True, False):
            texts = [arguments for name, arguments in self.calls if (name == tool) is wanted]
            if texts:
                yield texts
        if self.content or not self.calls:
            yield [self.content]

    @property
    def _alone(self) -> bool:
        return len(self.calls) <= 1 and not self.content


def _refusal(words: str | None, finish: str | None) -> str | None:
    if words or finish == "refusal":
        return writable(words or "refusal")
    return _FILTERED if finish == "content_filter" else None


def _usage(usage: Any) -> Usage:
    """Return the tokens reported in a response in regular form."""
    if usage is None:
        return Usage()
    return Usage(
        input_tokens=usage.prompt_tokens,
        output_tokens=usage.completion_tokens,
        cached_tokens=usage.prompt_tokens_details.cached_tokens,
    )


@dataclass
class _Call:
    """A tool call that is still streamed."""

    index: int | None
    id: str | None
    name: str
    pieces: list[str] = field(default_factory=list)


class Pieces:
    """Join the pieces of a streamed answer as they arrive.

    Args:
        answer: the response model.
        clean: removes secrets from the text so far.
    """

    def __init__(self, answer: type[Answer], clean: Callable[[Any], Any] = lambda it: it) -> None:
        self._answer, self._clean = answer, clean
        self._calls: list[_Call] = []
        self._content: list[str] = []
        self._size = self._read = 0
        self._refusal = ""
        self._finish: str | None = None
        self._usage: Any = None
        self._model: str | None = None
        self._shown: dict[str, Any] = {}

    def add(self, chunk: Any) -> Answer | None:
        """Add one chunk; return the complete part of the answer if it has grown.

        Raises:
            BadReplyError: the answer is too large.
        """
        chunk = regular_chunk(chunk)
        self._model = getattr(chunk, "model", None) or self._model
        self._usage = getattr(chunk, "usage", None) or self._usage
        piece = ""
        for choice in (getattr(chunk, "choices", None) or ())[:1]:
            self._finish = choice.finish_reason or self._finish
            self._refusal += getattr(choice.delta, "refusal", None) or ""
            piece = "".join(self._pieces(choice.delta))
        self._size += len(piece)
        if self._size > LARGEST:
            raise BadReplyError(TOO_LARGE)
        grown = self._size - self._read >= self._size // _GROWTH
        if self._size > _LIVE or not grown or not ("}" in piece or "," in piece):
            return None
        self._read = self._size
        read = self.completion().read(self._answer)
        if not read.found.fit or read.found.data == self._shown:
            return None
        self._shown = read.found.data
        return read

    def _pieces(self, delta: Any) -> Iterator[str]:
        if content := getattr(delta, "content", None):
            self._content.append(content)
            yield content
        for call in getattr(delta, "tool_calls", None) or ():
            if piece := getattr(call.function, "arguments", None) or "":
                yield piece
            self._call(call).pieces.append(piece)

    def _call(self, piece: Any) -> _Call:
        """Return the call of a piece, by its index; some servers give every call the index 0."""
        name = getattr(piece.function, "name", None) or ""
        for call in reversed(self._calls):
            if piece.index in (None, call.index) and (
                not name or not piece.id or piece.id == call.id
            ):
                return call
        self._calls.append(_Call(piece.index, piece.id, name))
        return self._calls[-1]

    @property
    def begun(self) -> bool:
        """Whether any part of an answer has arrived."""
        return bool(self._size or self._refusal or self._finish)

    def completion(self, lost: str | None = None) -> Completion:
        """Return the completion as if it were not streamed; `lost` is why it broke off."""
        finish = self._finish if self._finish in _ENDED else "broken"
        calls = [(call.name, "".join(call.pieces)) for call in self._calls]
        return Completion._written(  # noqa: SLF001  (of this module)
            [*map(tuple, self._clean([list(call) for call in calls]))],
            self._clean("".join(self._content)),
            refusal=_refusal(self._clean(self._refusal), self._finish),
            finish="broken" if lost else finish,
            lost=lost,
            model=self._clean(self._model),
            usage=_usage(self._usage),
        )


@dataclass
class Account:
    """The costs of one article so far, against its budget of attempts, seconds and tokens."""

    options: Options
    usage: Usage = field(default_factory=Usage)
    began: float = field(default_factory=time.monotonic)
    excused: int = 0
    refused_at: float | None = None

    def attempt(self) -> None:
        """Count a request that is sent."""
        self.usage = self.usage.replace(attempts=self.usage.attempts + 1)

    def excuse(self) -> None:
        """Remove the last request from the budget of attempts: it reached no model."""
        self.excused += 1

    def refused(self) -> float:
        """Note a refused connection; return the seconds since the first one of the article."""
        now = time.monotonic()
        self.refused_at = self.refused_at or now
        return now - self.refused_at

    def add(self, spent: Usage) -> None:
        """Add the tokens of one answer."""
        self.usage += spent

    @property
    def until(self) -> float:
        """End of the budget's seconds, by the monotonic clock."""
        return self.began + self.options.seconds

    @property
    def left(self) -> float:
        """Remaining seconds of the budget."""
        return self.until - time.monotonic()

    @property
    def attempts_left(self) -> int:
        """Remaining requests of the budget; at least 0."""
        return max(0, self.options.attempts + self.excused - self.usage.attempts)

    @property
    def spent(self) -> bool:
        """Whether the budget allows no further attempt."""
        most = self.options.tokens
        over = most is not None and self.usage.tokens >= most
        return over or self.left <= 0 or not self.attempts_left

    @property
    def total(self) -> Usage:
        """The usage so far, with the seconds."""
        return self.usage.replace(seconds=round(time.monotonic() - self.began, 3))

    @contextmanager
    def charged(self) -> Iterator[None]:
        """Set `usage` on errors raised in the `with` block: failed requests have a cost, too."""
        try:
            yield
        except ModelError as error:
            error.usage = self.total
            raise
