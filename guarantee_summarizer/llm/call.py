"""One article's conversation with a model: what is asked next, what came back, what is kept.

instructor validates an answer by calling `model_validate_json` on its response model. `Answer`
hands the raw text to the call that is under way (a context variable: instructor renders every
message as a template when it is given a validation context, so it is never given one). What does
not hold is asked for again here, not by instructor, whose re-ask sends the whole history.
"""

from __future__ import annotations

import json
import logging
import time
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, field, replace
from functools import lru_cache
from typing import Any, Self

import instructor
from instructor.core.hooks import Hooks
from pydantic import BaseModel

from guarantee_summarizer.article import Article
from guarantee_summarizer.errors import ModelError
from guarantee_summarizer.llm.answers import Reading, read_answer, read_object
from guarantee_summarizer.llm.repair import (
    RejectedClaim,
    rejected_claims,
    relevant_sentences,
    repair_schema,
    repaired,
)
from guarantee_summarizer.options import Options
from guarantee_summarizer.pipeline import Draft, Examine
from guarantee_summarizer.prompts import Problem, Prompt, PromptBook
from guarantee_summarizer.schema import Usage
from guarantee_summarizer.schema.json_schema import wire_schema

__all__ = ["Answer", "Call", "Request", "raw_answer", "refusal"]

_CURRENT: ContextVar[Call] = ContextVar("call")


@lru_cache(maxsize=256)
def _answer_model(name: str, schema: str) -> Any:
    """What instructor is given as response model: a schema, and a reader of our own.

    Wrapped once: instructor would build a new class for every call (4 ms).
    """
    made: dict[str, Any] = json.loads(schema)

    class Model(BaseModel):
        @classmethod
        def model_json_schema(cls, *_: Any, **__: Any) -> dict[str, Any]:
            return made

        @classmethod
        def model_validate_json(cls, json_data: str | bytes | bytearray, **_: Any) -> Self:
            text = json_data if isinstance(json_data, str) else bytes(json_data).decode()
            _CURRENT.get().take(text)
            return cls()

        @classmethod
        def model_validate(cls, obj: Any, **_: Any) -> Self:
            return cls.model_validate_json(obj if isinstance(obj, str) else json.dumps(obj))

    Model.__name__ = name
    return instructor.response_schema(Model)


Answer = _answer_model("Summary", json.dumps(wire_schema()))
"""The response model of a whole answer."""


@dataclass(frozen=True, slots=True)
class Request:
    """What to send: messages, and the response model that its answer has to fit."""

    messages: list[dict[str, str]]
    model: Any

    @property
    def tokens(self) -> int:
        """About how many tokens it will take, in and out: bytes / 4, and half as much again."""
        sent = sum(len(message["content"].encode()) for message in self.messages)
        return 3 * (sent + len(json.dumps(self.model.model_json_schema()))) // 8


@dataclass
class Call:
    """The state of one article's conversation."""

    article: Article
    prompt: Prompt
    book: PromptBook
    examine: Examine
    options: Options
    usage: Usage = field(default_factory=Usage)
    model: str | None = None
    last: Any = None
    answer: str | None = None
    best: Draft | None = None
    flaws: int = 0
    problems: tuple[Problem, ...] = ()
    mending: tuple[RejectedClaim, ...] = ()
    asked: bool = False
    over: bool = False
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

    @contextmanager
    def accounted(self) -> Iterator[None]:
        """Errors that leave this block say what was paid all the same."""
        try:
            yield
        except ModelError as error:
            error.usage = self._cost
            raise

    def next_request(self) -> Request | None:
        """What to ask now; None when all of the answer holds, or the budget is spent.

        First the article; then, as long as claims do not hold, only those; and the article again
        where the answer as a whole could not be used.
        """
        self.mending = ()
        if not self.asked:
            self.asked = True
            return Request(self.prompt.messages, Answer)
        if self.over or self.spent or not (self.flaws or self.problems):
            return None
        if self.best is None or self.problems:
            return Request(self.book.again(self.prompt, self.problems), Answer)
        self.mending = rejected_claims(self.best.summary, self.best.findings)
        return self._mending_request(self.best) if self.mending else None

    def _mending_request(self, best: Draft) -> Request:
        messages = self.book.mend(
            self.mending,
            sentences=relevant_sentences(self.mending, self.article),
            names=[participant.name for participant in best.summary.participants],
            language=self.options.language,
            marker=self.article.id,
        )
        return Request(messages, _answer_model("Mended", repair_schema(self.mending)))

    @property
    def spent(self) -> bool:
        """Whether the budget of attempts, seconds or tokens leaves no further attempt."""
        most = self.options.tokens
        return (
            self.usage.attempts >= self.options.attempts
            or self.left <= 0
            or (most is not None and self.tokens >= most)
        )

    @property
    def tokens(self) -> int:
        """Tokens used so far, in and out."""
        return self.usage.input_tokens + self.usage.output_tokens

    @property
    def left(self) -> float:
        """Seconds of the budget that are left."""
        return self.options.seconds - self.elapsed

    def hooks(self) -> Hooks:
        """Hands over responses as instructor gets them, those that it cannot read included."""
        hooks = Hooks()
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
        """Read and examine one answer, to the article or to a re-ask; the best is kept."""
        self.answer, self.asked = raw, True
        if not self.mending or self.best is None:
            self._read(raw)
            return
        answer, _ = read_object(raw)
        if "relevant" in answer:  # a model that would rather answer in full
            self._read(raw)
            return
        mended = repaired(self.best.summary, self.mending, answer, self.article)
        self._keep(Draft(*self.examine(mended, self.article)), ())

    def _read(self, raw: str) -> None:
        reading = read_answer(raw, self.article)
        if reading.empty:
            self.problems = reading.problems if self.best is None else self.problems
        else:
            self._keep(self.drafted(reading), reading.problems)

    def _keep(self, draft: Draft, problems: tuple[Problem, ...]) -> None:
        """Keep a draft if no more is wrong with it than with the best one so far."""
        errors = sum(finding.severity == "error" for finding in draft.findings)
        flaws = len(problems) + len(draft.summary.withheld) + errors
        if self.best is None or flaws <= self.flaws:
            self.best, self.flaws, self.problems = draft, flaws, problems

    def drafted(self, reading: Reading) -> Draft:
        """The claims of an answer, completed and examined."""
        return Draft(*self.examine(reading.summary, self.article))

    def partial(self, raw: str) -> Draft:
        """What is whole of an answer that is still coming in."""
        draft = self.drafted(read_answer(raw, self.article))
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
        """The model stopped at its output limit; it would do so again."""
        self.over = True
        if self.mending:
            return  # of a re-ask: the answer before it is whole
        self.cut = True
        self.note("the model reached its output limit; allow it more, or split the article")

    def concluded(self) -> Draft | None:
        """The best answer with what it cost, or None if there is none to keep."""
        return self.best and replace(self.best, usage=self._cost, model=self.model)

    @property
    def _cost(self) -> Usage:
        return self.usage.replace(seconds=round(self.elapsed, 3))


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
