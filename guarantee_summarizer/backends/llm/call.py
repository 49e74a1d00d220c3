"""One article's conversation with a model: what was sent, what came back, what is kept.

instructor validates an answer by calling `model_validate_json` on its response model. `Answer`
hands the raw text to the call that is under way (a context variable: instructor renders every
message as a template when it is given a validation context, so it is never given one), and
raises what the model should be told, which drives instructor's re-ask.
"""

from __future__ import annotations

import json
import logging
import time
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, field, replace
from typing import Any, Self

import instructor
from instructor.core.exceptions import ResponseParsingError
from instructor.core.hooks import Hooks
from pydantic import BaseModel

from guarantee_summarizer.article import Article
from guarantee_summarizer.backends.base import Draft, Examine
from guarantee_summarizer.backends.llm.answer import Reading, read_answer
from guarantee_summarizer.prompts import Problem, Prompt, PromptBook
from guarantee_summarizer.schema import Usage
from guarantee_summarizer.schema.wire import wire_schema
from guarantee_summarizer.verify import label

__all__ = ["Answer", "Call", "raw_answer", "refusal"]

_CURRENT: ContextVar[Call] = ContextVar("call")


class AnswerProblemsError(ResponseParsingError):
    """An answer came that does not hold; its text is what the model is told."""

    def __init__(self, text: str) -> None:
        super().__init__(text)
        self._text = text

    def __str__(self) -> str:
        return self._text


class _Answer(BaseModel):
    """What instructor is given as response model: the wire schema, and a reader of its own."""

    @classmethod
    def model_json_schema(cls, *_: Any, **__: Any) -> dict[str, Any]:
        return wire_schema()

    @classmethod
    def model_validate_json(cls, json_data: str | bytes | bytearray, **_: Any) -> Self:
        text = json_data if isinstance(json_data, str) else bytes(json_data).decode()
        _CURRENT.get().take(text)
        return cls()

    @classmethod
    def model_validate(cls, obj: Any, **_: Any) -> Self:
        return cls.model_validate_json(obj if isinstance(obj, str) else json.dumps(obj))


_Answer.__name__ = "Summary"
Answer = instructor.response_schema(_Answer)
"""Wrapped once: instructor would build a new class for every call (4 ms)."""


@dataclass
class Call:
    """The state of one article's conversation."""

    article: Article
    prompt: Prompt
    book: PromptBook
    examine: Examine
    usage: Usage = field(default_factory=Usage)
    model: str | None = None
    last: Any = None
    answer: str | None = None
    best: Draft | None = None
    flaws: int = 0
    cut: bool = False
    began: float = field(default_factory=time.monotonic)

    @contextmanager
    def under_way(self) -> Iterator[None]:
        """Answers that instructor validates inside this block are this call's."""
        token = _CURRENT.set(self)
        try:
            yield
        finally:
            _CURRENT.reset(token)

    def hooks(self) -> Hooks:
        """Counts attempts and tokens as instructor reports them."""
        hooks = Hooks()
        hooks.on("completion:kwargs", lambda *_, **__: self.attempted())
        hooks.on("completion:response", self.received)
        return hooks

    def attempted(self) -> None:
        """A request goes out."""
        self.usage = self.usage.replace(attempts=self.usage.attempts + 1)

    def received(self, response: Any) -> None:
        """An answer came; its usage is read now, instructor overwrites it with sums."""
        self.last = response
        self.model = getattr(response, "model", None) or self.model
        self.count(getattr(response, "usage", None))

    def count(self, usage: Any) -> None:
        """Add one response's tokens, in OpenAI's or Anthropic's names."""

        def read(*names: str) -> int:
            return next((n for name in names if (n := getattr(usage, name, None))), 0)

        cached = getattr(usage, "prompt_tokens_details", None)
        self.usage = self.usage.replace(
            input_tokens=self.usage.input_tokens + read("prompt_tokens", "input_tokens"),
            output_tokens=self.usage.output_tokens + read("completion_tokens", "output_tokens"),
            cached_tokens=self.usage.cached_tokens
            + (getattr(cached, "cached_tokens", None) or read("cache_read_input_tokens")),
        )

    def take(self, raw: str) -> None:
        """Read and examine one whole answer.

        Raises:
            AnswerProblemsError: it does not hold; the best answer so far is kept all the same.
        """
        if problems := self.read(raw):
            raise AnswerProblemsError(self.book.problems(problems))

    def read(self, raw: str) -> tuple[Problem, ...]:
        """Read one answer, keep it if it is the best so far; returns what is wrong with it."""
        self.answer = raw
        reading = read_answer(raw, self.article)
        draft = self.drafted(reading)
        errors = [
            Problem(label(draft.summary, f.path), f.message)
            for f in draft.findings
            if f.severity == "error"
        ]
        problems = (*reading.problems, *errors)
        if not reading.empty and (self.best is None or len(problems) <= self.flaws):
            self.best, self.flaws = draft, len(problems)
        return problems

    def drafted(self, reading: Reading) -> Draft:
        """The claims of an answer, completed and examined."""
        summary, findings = self.examine(reading.summary, self.article)
        return Draft(summary, findings)

    def partial(self, raw: str) -> Draft:
        """What is whole of an answer that is still coming in."""
        reading = read_answer(raw, self.article)
        draft = self.drafted(reading)
        growing = draft.summary.replace(incomplete=("the answer is still coming in",))
        return Draft(growing, draft.findings, self.usage, self.model, partial=True)

    @property
    def elapsed(self) -> float:
        """Seconds since the call began."""
        return time.monotonic() - self.began

    def note(self, lost: str) -> None:
        """Say in the best answer what was lost on the way."""
        if self.best is not None:
            summary = self.best.summary
            marked = summary.replace(incomplete=(*summary.incomplete, lost))
            self.best = replace(self.best, summary=marked)

    def cut_off(self) -> None:
        """The model stopped at its output limit."""
        self.cut = True
        self.note("the model reached its output limit; allow it more, or split the article")

    def concluded(self) -> Draft | None:
        """The best answer with what it cost, or None if there is none to keep."""
        usage = self.usage.replace(seconds=round(self.elapsed, 3))
        return self.best and replace(self.best, usage=usage, model=self.model)


def raw_answer(response: Any) -> str:
    """The text of a whole or truncated response, in OpenAI's or Anthropic's form; may be empty."""
    for choice in getattr(response, "choices", None) or ():
        message = choice.message
        for call in getattr(message, "tool_calls", None) or ():
            return call.function.arguments or ""
        return message.content or ""
    for block in getattr(response, "content", None) or ():
        if getattr(block, "input", None) is not None:
            return json.dumps(block.input)
        if getattr(block, "text", None):
            return str(block.text)
    return ""


def refusal(response: Any) -> str | None:
    """The model's words where it declined, or where the provider's filter stopped it."""
    for choice in getattr(response, "choices", None) or ():
        if getattr(choice.message, "refusal", None):
            return str(choice.message.refusal)
        if choice.finish_reason == "content_filter":
            return "stopped by the provider's content filter"
    return "refusal" if getattr(response, "stop_reason", None) == "refusal" else None


def _ours(record: logging.LogRecord) -> bool:
    """Drop instructor's error lines on our calls: they quote answers and servers verbatim."""
    return _CURRENT.get(None) is None or record.levelno < logging.ERROR


logging.getLogger("instructor.v2.retry").addFilter(_ours)
