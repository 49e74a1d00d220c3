"""Send a conversation's requests through instructor: sync, async or streamed.

A conversation (see `pipeline`) is a generator that yields requests and is sent completions or this
library's errors. The client drives it in a thread or an event loop, with one retry policy, one
throttle and one budget.
"""

from __future__ import annotations

import asyncio
import contextvars
import logging
import time
from collections.abc import AsyncIterator, Generator, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from contextvars import ContextVar
from functools import cached_property, lru_cache, partial
from typing import Any
from weakref import WeakKeyDictionary

import instructor
import openai
import tenacity
from instructor.core.hooks import Hooks
from pydantic import BaseModel

from guarantee_summarizer.errors import ConfigurationError, RateLimitError, UnreachableError
from guarantee_summarizer.llm.faults import fault, policy
from guarantee_summarizer.llm.messages import Account, Completion, Pieces, Request
from guarantee_summarizer.llm.throttle import Throttle
from guarantee_summarizer.options import Endpoint, Options
from guarantee_summarizer.telemetry import Telemetry

__all__ = ["ModelClient"]

_MODES = {"tools": instructor.Mode.TOOLS, "json_schema": instructor.Mode.JSON_SCHEMA}
_THREADS = 128  # requests that a sync client may have in flight in async calls
_OURS: ContextVar[bool] = ContextVar("ours", default=False)
"""Set during this library's requests: instructor's error lines, which quote keys, are dropped."""
logging.getLogger("instructor.v2.retry").addFilter(
    lambda record: not _OURS.get() or record.levelno < logging.ERROR
)

Conversation = Generator[Request, Completion, Any]


class ModelClient:
    """Drive conversations with one model: sync, async or streamed.

    Args:
        endpoint: the model and its address.
        options: mode, limits and budget.
        telemetry: gets a span for every request.

    Raises:
        ConfigurationError: `endpoint.client` is no instructor client.
    """

    def __init__(self, endpoint: Endpoint, options: Options, telemetry: Telemetry) -> None:
        kinds = instructor.Instructor | instructor.AsyncInstructor
        if endpoint.client is not None and not isinstance(endpoint.client, kinds):
            raise ConfigurationError(
                f"client is {type(endpoint.client).__name__}; give an instructor client, "
                "e.g. instructor.from_openai(…)"
            )
        self.endpoint, self.options, self._telemetry = endpoint, options, telemetry
        self._throttle = Throttle(
            requests_per_minute=options.requests_per_minute,
            tokens_per_minute=options.tokens_per_minute,
        )
        self._aclients: WeakKeyDictionary[asyncio.AbstractEventLoop, Any] = WeakKeyDictionary()

    def run(self, conversation: Conversation, account: Account) -> Any:
        """Drive a conversation to its end and return its result."""
        return self._driven(conversation, account, next(conversation))

    async def arun(self, conversation: Conversation, account: Account) -> Any:
        """Do what `run` does, without blocking the event loop."""
        if self._aclient is None:
            work = partial(contextvars.copy_context().run, self.run, conversation, account)
            return await asyncio.get_running_loop().run_in_executor(self._threads, work)
        return await self._adriven(conversation, account, next(conversation))

    def stream(self, conversation: Conversation, account: Account) -> Iterator[str | Any]:
        """Yield the complete part of the first answer each time it grows, then `run`'s result.

        Clients of providers without OpenAI's chat completions yield only the result.
        """
        if not _can_stream(self.client):
            yield self.run(conversation, account)
            return
        pieces, request, failure = Pieces(), next(conversation), None
        try:
            with _retrying(account, tenacity.Retrying)(self._opened, request, account) as chunks:
                for chunk in chunks:
                    if prefix := pieces.add(chunk):
                        yield prefix
        except Exception as error:  # noqa: BLE001  (`fault` translates every error)
            failure = fault(error, self.endpoint, account.usage.attempts)
        if failure and not pieces.text:
            raise failure
        completion = self._received(pieces.completion, 0, account)
        yield self._driven(conversation, account, request, completion)

    async def astream(
        self, conversation: Conversation, account: Account
    ) -> AsyncIterator[str | Any]:
        """Do what `stream` does, without blocking the event loop."""
        if self._aclient is None or not _can_stream(self._aclient):
            yield await self.arun(conversation, account)
            return
        pieces, request, failure = Pieces(), next(conversation), None
        try:
            async with await _retrying(account, tenacity.AsyncRetrying)(
                self._aopened, request, account
            ) as chunks:
                async for chunk in chunks:
                    if prefix := pieces.add(chunk):
                        yield prefix
        except Exception as error:  # noqa: BLE001  (`fault` translates every error)
            failure = fault(error, self.endpoint, account.usage.attempts)
        if failure and not pieces.text:
            raise failure
        completion = self._received(pieces.completion, 0, account)
        yield await self._adriven(conversation, account, request, completion)

    def body(self, request: Request) -> dict[str, Any]:
        """Return a request's body in OpenAI's chat-completions form, as instructor would send it."""
        schema = _schema(request, _MODES[self.options.mode])
        return {
            "model": request.model or self.endpoint.model,
            "messages": request.messages,
            **schema,
        }

    @cached_property
    def client(self) -> Any:
        """The sync instructor client, opened at first use."""
        custom = self.endpoint.client
        if isinstance(custom, instructor.AsyncInstructor):
            raise ConfigurationError("client is async; use asummarize, or give a sync client")
        return custom or instructor.from_openai(
            openai.OpenAI(**self._settings), mode=_MODES[self.options.mode]
        )

    @property
    def _aclient(self) -> Any:
        """The async client of the running loop, as connections cannot move to another loop.

        None if the custom client is sync. openai's default HTTP client would close itself on
        whatever loop runs when it is garbage-collected; this one is closed by `aclose`.
        """
        if (custom := self.endpoint.client) is not None:
            return custom if isinstance(custom, instructor.AsyncInstructor) else None
        loop = asyncio.get_running_loop()
        if loop not in self._aclients:
            raw = openai.AsyncOpenAI(
                **self._settings, http_client=openai.DefaultAsyncHttpx2Client()
            )
            self._aclients[loop] = instructor.from_openai(raw, mode=_MODES[self.options.mode])
        return self._aclients[loop]

    @cached_property
    def _threads(self) -> ThreadPoolExecutor:
        """Threads for a sync client in async calls; asyncio's default pool has too few."""
        return ThreadPoolExecutor(_THREADS, "summarizer")

    @property
    def _settings(self) -> dict[str, Any]:
        return {
            "api_key": self.endpoint.key or "none",  # openai insists on one, local servers do not
            "base_url": self.endpoint.base_url,
            "timeout": min(self.options.timeout, self.options.seconds),
            "max_retries": 0,  # `policy` decides on retries
        }

    def close(self) -> None:
        """Close the connections of the sync client; a custom client stays open."""
        opened = self.__dict__.pop("client", None)
        if opened is not None and self.endpoint.client is None:
            opened.client.close()

    async def aclose(self) -> None:
        """Close the connections of the running loop's client."""
        opened = self._aclients.pop(asyncio.get_running_loop(), None)
        if opened is not None:
            await opened.client.close()

    def _driven(
        self,
        conversation: Conversation,
        account: Account,
        request: Request,
        completion: Completion | None = None,
    ) -> Any:
        """Answer each request of a conversation, the first one by `completion` if it is given."""
        while True:
            failure = None
            if completion is None:
                try:
                    retrying = _retrying(account, tenacity.Retrying)
                    completion = retrying(self._complete, request, account)
                except Exception as error:  # noqa: BLE001  (the conversation decides)
                    failure = fault(error, self.endpoint, account.usage.attempts)
            try:
                request = _resumed(conversation, completion, failure)
            except StopIteration as ended:
                return ended.value
            completion = None

    async def _adriven(
        self,
        conversation: Conversation,
        account: Account,
        request: Request,
        completion: Completion | None = None,
    ) -> Any:
        while True:
            failure = None
            if completion is None:
                try:
                    retrying = _retrying(account, tenacity.AsyncRetrying)
                    completion = await retrying(self._acomplete, request, account)
                except Exception as error:  # noqa: BLE001  (the conversation decides)
                    failure = fault(error, self.endpoint, account.usage.attempts)
            try:
                request = _resumed(conversation, completion, failure)
            except StopIteration as ended:
                return ended.value
            completion = None

    def _complete(self, request: Request, account: Account) -> Completion:
        """Send one request; an answer that instructor cannot read is returned unparsed."""
        estimate = self._admitted(request, account)
        responses, parsed = list[Any](), None
        with self._attempt(responses) as hooks:
            parsed = self.client.create(**self._arguments(request, account, self.client, hooks))
        return self._received(Completion.of(responses[-1], parsed), estimate, account)

    async def _acomplete(self, request: Request, account: Account) -> Completion:
        estimate = await self._aadmitted(request, account)
        responses, parsed = list[Any](), None
        with self._attempt(responses) as hooks:
            async with asyncio.timeout(self._patience(account)):
                arguments = self._arguments(request, account, self._aclient, hooks)
                parsed = await self._aclient.create(**arguments)
        return self._received(Completion.of(responses[-1], parsed), estimate, account)

    def _opened(self, request: Request, account: Account) -> Any:
        self._admitted(request, account)
        with self._attempt([]):
            return self.client.create(**self._streaming(request, account, self.client))

    async def _aopened(self, request: Request, account: Account) -> Any:
        await self._aadmitted(request, account)
        with self._attempt([]):
            return await self._aclient.create(**self._streaming(request, account, self._aclient))

    @contextmanager
    def _attempt(self, responses: list[Any]) -> Iterator[Hooks]:
        """Report one request to throttle and telemetry.

        The hook fills `responses`. If there is a response, instructor's own error is dropped: the
        conversation handles invalid answers.
        """
        hooks = Hooks()
        hooks.on("completion:response", responses.append)
        observed = self._telemetry.attempt(self.endpoint.model, self.endpoint.address)
        token = _OURS.set(True)
        try:
            with self._throttle.watching(), observed as report:
                try:
                    yield hooks
                except Exception:
                    if not responses:
                        raise
                report(responses[-1] if responses else None)
        finally:
            _OURS.reset(token)

    def _received(self, completion: Completion, estimate: int, account: Account) -> Completion:
        """Charge an answer's tokens to the article and to the endpoint's limits."""
        account.add(completion.usage)
        self._throttle.settle(estimate, completion.usage.tokens)
        return completion

    def _admitted(self, request: Request, account: Account) -> int:
        """Wait until the throttle lets the request through; return its estimated tokens."""
        estimate = self._estimate(request)
        while (wait := self._throttle.reserve(estimate)) > 0:
            time.sleep(self._within_budget(wait, account))
        account.attempt()
        return estimate

    async def _aadmitted(self, request: Request, account: Account) -> int:
        estimate = self._estimate(request)
        while (wait := self._throttle.reserve(estimate)) > 0:  # noqa: ASYNC110  (it serves threads too)
            await asyncio.sleep(self._within_budget(wait, account))
        account.attempt()
        return estimate

    def _estimate(self, request: Request) -> int:
        return request.tokens if self.options.tokens_per_minute else 0

    def _within_budget(self, wait: float, account: Account) -> float:
        """`wait`, or the seconds left of the budget if those are fewer; raises if none are left."""
        if account.left > 0:
            return min(wait, account.left)
        where, attempts = self.endpoint.address, account.usage.attempts
        spent = f"the {self.options.seconds:g} s for the article were spent"
        if self._throttle.down:
            message = f"{where}: is down; {spent} waiting for it"
            raise UnreachableError(message, attempts=attempts)
        message = f"{where}: {spent} waiting for its limits; raise seconds=, or lower concurrency"
        raise RateLimitError(message, attempts=attempts, retry_after=wait)

    def _arguments(
        self, request: Request, account: Account, client: Any, hooks: Hooks
    ) -> dict[str, Any]:
        arguments = {
            "model": request.model or self.endpoint.model,
            "messages": request.messages,
            "response_model": _response_model(request.answer),
            "hooks": hooks,
            "max_retries": 0,
        }
        return arguments | self._timeout(account, client)

    def _streaming(self, request: Request, account: Account, client: Any) -> dict[str, Any]:
        arguments = {
            "model": request.model or self.endpoint.model,
            "messages": request.messages,
            "response_model": None,
            "stream": True,
            "stream_options": {"include_usage": True},
        }
        return arguments | _schema(request, client.mode) | self._timeout(account, client)

    def _timeout(self, account: Account, client: Any) -> dict[str, Any]:
        """The timeout of a request within the budget; a custom client has its own."""
        return {} if client is self.endpoint.client else {"timeout": self._patience(account)}

    def _patience(self, account: Account) -> float:
        return max(0.001, min(self.options.timeout, account.left))


def _resumed(
    conversation: Conversation, completion: Completion | None, failure: Exception | None
) -> Request:
    """Send a conversation its completion, or throw the failure; return its next request."""
    if completion is None:
        return conversation.throw(failure or RuntimeError("neither answer nor error"))
    return conversation.send(completion)


def _retrying(account: Account, kind: type[Any]) -> Any:
    """Tenacity's retrying of one `kind`, within what is left of an article's budget."""
    return kind(**policy(account.attempts_left, max(0.001, account.left)))


@lru_cache(maxsize=256)
def _response_model(answer: type[BaseModel]) -> Any:
    """The model as instructor wraps it, cached: it would build a class for each call (4 ms)."""
    return instructor.response_schema(answer)


def _can_stream(client: Any) -> bool:
    """Whether the client streams OpenAI's chat completions, which `Pieces` reads."""
    return client.mode in _MODES.values() and "openai" in str(client.provider).lower()


def _schema(request: Request, mode: instructor.Mode) -> dict[str, Any]:
    """The schema as instructor sends it, for a request without instructor."""
    function: dict[str, Any] = _response_model(request.answer).openai_schema
    if mode == instructor.Mode.TOOLS:
        choice = {"type": "function", "function": {"name": function["name"]}}
        tools = [{"type": "function", "function": function}]
        return {"tools": tools, "tool_choice": choice}
    schema = {"name": function["name"], "schema": request.answer.model_json_schema()}
    return {"response_format": {"type": "json_schema", "json_schema": schema}}
