"""The language-model backend: prompt out, examined draft in, within one budget."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Iterator
from functools import cached_property
from typing import Any, Literal
from weakref import WeakKeyDictionary

import tenacity
from instructor.core.exceptions import IncompleteOutputException

from guarantee_summarizer.article import Article
from guarantee_summarizer.backends.base import Draft, Examine
from guarantee_summarizer.backends.llm.call import Answer, Call, raw_answer, refusal
from guarantee_summarizer.backends.llm.client import Endpoint
from guarantee_summarizer.backends.llm.faults import raise_fault, root
from guarantee_summarizer.backends.llm.retry import is_answer_problem, policy
from guarantee_summarizer.backends.llm.stream import Pieces, can_stream, stream_request
from guarantee_summarizer.errors import (
    AnswerError,
    GuaranteeSummarizerError,
    InvalidAnswerError,
    RefusalError,
    TruncatedError,
)
from guarantee_summarizer.options import Options
from guarantee_summarizer.prompts import PromptBook

__all__ = ["LanguageModelBackend"]


class LanguageModelBackend:
    """Asks a model through instructor, re-asks what does not hold, keeps what does.

    Args:
        endpoint: the model and how to reach it.
        book: the prompt templates.
        examine: completes and verifies claims; what it finds is what the model is told.
        options: language, mode and budget.
    """

    name: Literal["llm"] = "llm"

    def __init__(
        self, endpoint: Endpoint, book: PromptBook, examine: Examine, options: Options
    ) -> None:
        self._endpoint, self._book = endpoint, book
        self._examine, self._options = examine, options
        self._aclients: WeakKeyDictionary[asyncio.AbstractEventLoop, Any] = WeakKeyDictionary()
        self.fingerprint: str | None = book.fingerprint

    def draft(self, article: Article) -> Draft:
        """Ask for one article; see `guarantee_summarizer.errors.ModelError` for what may happen."""
        call = self._call(article)
        self._ask(call, call.prompt.messages)
        return self._concluded(call)

    async def adraft(self, article: Article) -> Draft:
        """`draft` without blocking the event loop."""
        if self._aclient is None:
            return await asyncio.to_thread(self.draft, article)
        call = self._call(article)
        await self._aask(call, call.prompt.messages)
        return self._concluded(call)

    def stream(self, article: Article) -> Iterator[Draft]:
        """The draft each time that something has become whole; the last one is the result.

        Clients of providers without OpenAI's chat completions give the result alone.
        """
        if not can_stream(self._client):
            yield self.draft(article)
            return
        call, pieces = self._call(article), Pieces()
        try:
            with tenacity.Retrying(**self._budget(call))(self._open, call) as chunks:
                for chunk in chunks:
                    if whole := pieces.add(chunk):
                        yield call.partial(whole)
        except Exception as error:  # noqa: BLE001  (sorted out in one place)
            self._broke(call, pieces, error)
        if again := self._ended(call, pieces):
            self._ask(call, again)
        yield self._concluded(call)

    async def astream(self, article: Article) -> AsyncIterator[Draft]:
        """`stream` without blocking the event loop."""
        if self._aclient is None or not can_stream(self._aclient):
            yield await self.adraft(article)
            return
        call, pieces = self._call(article), Pieces()
        try:
            async with await tenacity.AsyncRetrying(**self._budget(call))(
                self._aopen, call
            ) as chunks:
                async for chunk in chunks:
                    if whole := pieces.add(chunk):
                        yield call.partial(whole)
        except Exception as error:  # noqa: BLE001  (sorted out in one place)
            self._broke(call, pieces, error)
        if again := self._ended(call, pieces):
            await self._aask(call, again)
        yield self._concluded(call)

    @cached_property
    def _client(self) -> Any:
        return self._endpoint.open(self._options)

    @property
    def _aclient(self) -> Any:
        """The async client of the running loop: connections cannot move to another one."""
        loop = asyncio.get_running_loop()
        if loop not in self._aclients:
            self._aclients[loop] = self._endpoint.aopen(self._options)
        return self._aclients[loop]

    def close(self) -> None:
        """Close the connections of the sync client; a client of the user's own stays open."""
        opened = self.__dict__.pop("_client", None)
        if opened is not None and self._endpoint.client is None:
            opened.client.close()

    async def aclose(self) -> None:
        """Close the connections of the running loop's client, and those of the sync one."""
        self.close()
        opened = self._aclients.pop(asyncio.get_running_loop(), None)
        if opened is not None and self._endpoint.client is None:
            await opened.client.close()

    def _call(self, article: Article) -> Call:
        prompt = self._book.prompt(article, language=self._options.language)
        return Call(article, prompt, self._book, self._examine)

    def _budget(self, call: Call) -> dict[str, Any]:
        """Tenacity's arguments for what is left of the budget."""
        attempts = max(1, self._options.attempts - call.usage.attempts)
        return policy(attempts, max(0.001, self._options.seconds - call.elapsed))

    def _ask(self, call: Call, messages: list[Any]) -> None:
        retrying = tenacity.Retrying(**self._budget(call))
        try:
            with call.under_way():
                self._client.create(**self._request(call, messages), max_retries=retrying)
        except Exception as error:  # noqa: BLE001  (instructor wraps everything)
            self._settle(call, error)

    async def _aask(self, call: Call, messages: list[Any]) -> None:
        retrying = tenacity.AsyncRetrying(**self._budget(call))
        try:
            with call.under_way():
                await self._aclient.create(**self._request(call, messages), max_retries=retrying)
        except Exception as error:  # noqa: BLE001  (instructor wraps everything)
            self._settle(call, error)

    def _request(self, call: Call, messages: list[Any]) -> dict[str, Any]:
        return {
            "model": self._endpoint.model,
            "messages": messages,
            "response_model": Answer,
            "hooks": call.hooks(),
        }

    def _open(self, call: Call) -> Any:
        call.attempted()
        return self._client.create(**self._stream_request(call, self._client))

    async def _aopen(self, call: Call) -> Any:
        call.attempted()
        return await self._aclient.create(**self._stream_request(call, self._aclient))

    def _stream_request(self, call: Call, client: Any) -> dict[str, Any]:
        request = {"model": self._endpoint.model, "messages": call.prompt.messages}
        return request | {"response_model": None} | stream_request(client.mode)

    def _ended(self, call: Call, pieces: Pieces) -> list[Any] | None:
        """Read the streamed answer; the messages of a re-ask if it does not hold."""
        call.model = pieces.model
        call.count(pieces.usage)
        if pieces.refusal or pieces.finish == "content_filter":
            said = pieces.refusal or "stopped by the provider's content filter"
            raise RefusalError(self._refused(said), attempts=call.usage.attempts)
        problems = call.read(pieces.text)
        if not problems:
            return None
        if pieces.finish == "length":
            call.cut_off()
        if pieces.finish not in ("tool_calls", "stop"):
            return None
        if call.usage.attempts >= self._options.attempts:
            return None
        return [
            *call.prompt.messages,
            {"role": "assistant", "content": pieces.text},
            {"role": "user", "content": self._book.problems(problems)},
        ]

    def _broke(self, call: Call, pieces: Pieces, error: Exception) -> None:
        """A stream broke: raise if nothing came, else what came is read as a cut-off answer."""
        if not pieces.text:
            raise_fault(error, self._endpoint, call.usage.attempts)

    def _settle(self, call: Call, error: Exception) -> None:
        """Keep what the best answer holds; raise where there is nothing to keep."""
        cause, attempts = root(error), call.usage.attempts
        if isinstance(cause, GuaranteeSummarizerError):
            raise cause
        if call.last is not None and (said := refusal(call.last)):
            raise RefusalError(self._refused(said), attempts=attempts) from None
        if call.best is None and call.last is not None:
            call.read(raw_answer(call.last))
        if isinstance(cause, IncompleteOutputException):
            call.cut_off()
        if call.best is None and is_answer_problem(cause):
            raise self._nothing(call) from None
        if call.best is None:
            raise_fault(error, self._endpoint, attempts)
        if not is_answer_problem(cause):
            call.note(f"a re-ask failed ({type(cause).__name__}); this is the answer before it")

    def _nothing(self, call: Call) -> AnswerError:
        """The error for an answer of which nothing can be kept."""
        where, attempts = self._endpoint.address, call.usage.attempts
        answer = call.answer or raw_answer(call.last)
        if call.cut:
            message = f"{where}: the answer was cut off before anything in it was whole"
            return TruncatedError(message, attempts=attempts, answer=answer)
        message = (
            f"{where}: no answer fitted the schema in {attempts} attempts; last: {_short(answer)}"
        )
        return InvalidAnswerError(message, attempts=attempts, answer=answer)

    def _refused(self, said: str) -> str:
        return f"{self._endpoint.address}: the model declined: {_short(said)}"

    def _concluded(self, call: Call) -> Draft:
        if call.last is not None and (said := refusal(call.last)):
            raise RefusalError(self._refused(said), attempts=call.usage.attempts)
        draft = call.concluded()
        if draft is None:
            raise self._nothing(call)
        return draft


def _short(text: str) -> str:
    line = " ".join(text.split())
    return repr(line[:120] + ("…" if len(line) > 120 else ""))  # noqa: PLR2004
