"""The language-model backend: prompt out, examined draft in, within one budget."""

from __future__ import annotations

import asyncio
import contextvars
import time
from collections.abc import AsyncIterator, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from functools import cached_property, partial
from typing import Any, Literal
from weakref import WeakKeyDictionary

import tenacity

from guarantee_summarizer.article import Article
from guarantee_summarizer.errors import RateLimitError, UnreachableError
from guarantee_summarizer.llm.call import Call, Request, raw_answer, refusal
from guarantee_summarizer.llm.client import MODES, Endpoint
from guarantee_summarizer.llm.ending import broke, concluded, refused, settle, streamed
from guarantee_summarizer.llm.faults import policy
from guarantee_summarizer.llm.stream import Pieces, can_stream, request_schema
from guarantee_summarizer.llm.throttle import Gate
from guarantee_summarizer.options import Options
from guarantee_summarizer.pipeline import Draft, Examine
from guarantee_summarizer.prompts import PromptBook
from guarantee_summarizer.telemetry import Observer

__all__ = ["LanguageModelBackend"]

_THREADS = 128  # requests that sync clients may have under way in async calls


class LanguageModelBackend:
    """Asks a model through instructor, re-asks what does not hold, keeps what does.

    Args:
        endpoint: the model and how to reach it.
        book: the prompt templates.
        examine: completes and verifies claims; what it finds is what the model is told.
        options: language, mode and budget.
        observer: is told of every request.
    """

    name: Literal["llm"] = "llm"

    def __init__(
        self,
        endpoint: Endpoint,
        book: PromptBook,
        examine: Examine,
        *,
        options: Options,
        observer: Observer,
    ) -> None:
        self.endpoint, self._book = endpoint, book
        self._examine, self.options, self._observer = examine, options, observer
        self._gate = Gate(
            requests_per_minute=options.requests_per_minute,
            tokens_per_minute=options.tokens_per_minute,
        )
        self._aclients: WeakKeyDictionary[asyncio.AbstractEventLoop, Any] = WeakKeyDictionary()
        self.fingerprint: str | None = book.fingerprint

    def draft(self, article: Article) -> Draft:
        """Ask for one article; see `guarantee_summarizer.errors.ModelError` for what may happen."""
        call = self.begin(article)
        with call.accounted():
            self.ask(call)
            return concluded(call, self.endpoint)

    async def adraft(self, article: Article) -> Draft:
        """`draft` without blocking the event loop."""
        if self._aclient is None:
            work = partial(contextvars.copy_context().run, self.draft, article)
            return await asyncio.get_running_loop().run_in_executor(self._threads, work)
        call = self.begin(article)
        with call.accounted():
            await self._aask(call)
            return concluded(call, self.endpoint)

    def request(self, article: Article) -> dict[str, Any]:
        """The body of the first request for an article, in OpenAI's chat-completions form."""
        messages = self._book.prompt(article, language=self.options.language).messages
        made = request_schema(MODES[self.options.mode])
        return {"model": self.endpoint.model, "messages": messages, **made}

    def read(self, article: Article, completion: Any) -> Draft:
        """The draft of a completion that came by another way; nothing is asked again.

        Args:
            article: what was asked about, with `request`.
            completion: openai's `ChatCompletion`.

        Raises:
            RefusalError: the model declined.
            AnswerError: nothing of the answer can be used.
        """
        call = self.begin(article)
        call.asked = True
        call.attempted()
        call.received(completion)
        with call.accounted():
            if said := refusal(completion):
                raise refused(said, call, self.endpoint)
            call.take(raw_answer(completion))
            if any(choice.finish_reason == "length" for choice in completion.choices):
                call.cut_off()
            return concluded(call, self.endpoint)

    def stream(self, article: Article) -> Iterator[Draft]:
        """The draft each time that something has become whole; the last one is the result.

        Clients of providers without OpenAI's chat completions give the result alone.
        """
        if not can_stream(self.client):
            yield self.draft(article)
            return
        call, pieces = self.begin(article), Pieces()
        request = call.next_request()
        try:
            with tenacity.Retrying(**self._policy(call))(self._open, call, request) as chunks:
                for chunk in chunks:
                    if whole := pieces.add(chunk):
                        yield call.partial(whole)
        except Exception as error:  # noqa: BLE001  (sorted out in one place)
            broke(call, pieces, error, self.endpoint)
        streamed(call, pieces, self.endpoint)
        self.ask(call)
        yield concluded(call, self.endpoint)

    async def astream(self, article: Article) -> AsyncIterator[Draft]:
        """`stream` without blocking the event loop."""
        if self._aclient is None or not can_stream(self._aclient):
            yield await self.adraft(article)
            return
        call, pieces = self.begin(article), Pieces()
        request = call.next_request()
        try:
            retrying = tenacity.AsyncRetrying(**self._policy(call))
            async with await retrying(self._aopen, call, request) as chunks:
                async for chunk in chunks:
                    if whole := pieces.add(chunk):
                        yield call.partial(whole)
        except Exception as error:  # noqa: BLE001  (sorted out in one place)
            broke(call, pieces, error, self.endpoint)
        streamed(call, pieces, self.endpoint)
        await self._aask(call)
        yield concluded(call, self.endpoint)

    @cached_property
    def _threads(self) -> ThreadPoolExecutor:
        """For a sync client in async calls; asyncio's own pool has too few threads for a run."""
        return ThreadPoolExecutor(_THREADS, "summarizer")

    @cached_property
    def client(self) -> Any:
        """The sync instructor client, opened when it is first needed."""
        return self.endpoint.open(self.options)

    @property
    def _aclient(self) -> Any:
        """The async client of the running loop: connections cannot move to another one."""
        loop = asyncio.get_running_loop()
        if loop not in self._aclients:
            self._aclients[loop] = self.endpoint.aopen(self.options)
        return self._aclients[loop]

    def close(self) -> None:
        """Close the connections of the sync client; a client of the user's own stays open."""
        opened = self.__dict__.pop("client", None)
        if opened is not None and self.endpoint.client is None:
            opened.client.close()

    async def aclose(self) -> None:
        """Close the connections of the running loop's client."""
        opened = self._aclients.pop(asyncio.get_running_loop(), None)
        if opened is not None and self.endpoint.client is None:
            await opened.client.close()

    def begin(self, article: Article) -> Call:
        """The conversation about an article, of which nothing was said yet."""
        prompt = self._book.prompt(article, language=self.options.language)
        return Call(article, prompt, self._book, self._examine, self.options)

    def _policy(self, call: Call) -> dict[str, Any]:
        """Tenacity's arguments for what is left of the budget."""
        attempts = max(1, self.options.attempts - call.usage.attempts)
        return policy(attempts, max(0.001, call.left))

    def ask(self, call: Call) -> None:
        """Ask until all of the answer holds or the budget is spent."""
        while request := call.next_request():
            try:
                tenacity.Retrying(**self._policy(call))(self._create, call, request)
            except Exception as error:  # noqa: BLE001  (instructor wraps everything)
                settle(call, error, self.endpoint)

    async def _aask(self, call: Call) -> None:
        while request := call.next_request():
            try:
                await tenacity.AsyncRetrying(**self._policy(call))(self._acreate, call, request)
            except Exception as error:  # noqa: BLE001  (instructor wraps everything)
                settle(call, error, self.endpoint)

    def _create(self, call: Call, request: Request) -> None:
        tokens = self._enter(call, request)
        with self._attempt(call):
            self.client.create(**self._arguments(call, request, self.client))
        self._gate.settle(tokens, call.tokens)

    async def _acreate(self, call: Call, request: Request) -> None:
        tokens = await self._aenter(call, request)
        with self._attempt(call):
            async with asyncio.timeout(self._patience(call)):
                await self._aclient.create(**self._arguments(call, request, self._aclient))
        self._gate.settle(tokens, call.tokens)

    @contextmanager
    def _attempt(self, call: Call) -> Iterator[None]:
        """One request that is under way: the gate, the observer and the call see how it ends."""
        observed = self._observer.attempt(self.endpoint.model, self.endpoint.address)
        with self._gate.watching(), call.under_way(), observed as answered:
            yield
            answered(call.last)

    def _open(self, call: Call, request: Request) -> Any:
        self._enter(call, request)
        with self._attempt(call):
            return self.client.create(**self._stream_arguments(call, request, self.client))

    async def _aopen(self, call: Call, request: Request) -> Any:
        await self._aenter(call, request)
        with self._attempt(call):
            arguments = self._stream_arguments(call, request, self._aclient)
            return await self._aclient.create(**arguments)

    def _enter(self, call: Call, request: Request) -> int:
        """Wait until the gate lets the request through; returns its estimated tokens."""
        tokens = self._tokens(request)
        while (wait := self._gate.ask(tokens)) > 0:
            time.sleep(self._bearable(wait, call))
        call.attempted()
        return tokens

    async def _aenter(self, call: Call, request: Request) -> int:
        tokens = self._tokens(request)
        while (wait := self._gate.ask(tokens)) > 0:  # noqa: ASYNC110  (the gate serves threads too)
            await asyncio.sleep(self._bearable(wait, call))
        call.attempted()
        return tokens

    def _bearable(self, wait: float, call: Call) -> float:
        """`wait`, or what is left of the budget; an error once nothing is left of it."""
        if call.left > 0:
            return min(wait, call.left)
        where, attempts = self.endpoint.address, call.usage.attempts
        spent = f"the {self.options.seconds:g} s for the article were spent"
        if self._gate.down:
            told = f"{where}: is down; {spent} waiting for it"
            raise UnreachableError(told, attempts=attempts)
        told = f"{where}: {spent} waiting for its limits; raise seconds=, or lower concurrency"
        raise RateLimitError(told, attempts=attempts, retry_after=wait)

    def _tokens(self, request: Request) -> int:
        return request.tokens if self.options.tokens_per_minute else 0

    def _arguments(self, call: Call, request: Request, client: Any) -> dict[str, Any]:
        made = {
            "model": self.endpoint.model,
            "messages": request.messages,
            "response_model": request.model,
            "hooks": call.hooks(),
            "max_retries": 0,
        }
        return made | self._timeout(call, client)

    def _stream_arguments(self, call: Call, request: Request, client: Any) -> dict[str, Any]:
        made: dict[str, Any] = {"model": self.endpoint.model, "messages": request.messages}
        made |= {"response_model": None, "stream": True, "stream_options": {"include_usage": True}}
        return made | request_schema(client.mode) | self._timeout(call, client)

    def _timeout(self, call: Call, client: Any) -> dict[str, Any]:
        """How long a request may take, where the client is ours: no longer than what is left."""
        if client is self.endpoint.client:
            return {}
        return {"timeout": self._patience(call)}

    def _patience(self, call: Call) -> float:
        return max(0.001, min(self.options.timeout, call.left))
