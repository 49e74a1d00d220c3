"""Sends a conversation's requests: the only file that calls instructor and openai.

A conversation (see `pipeline`) is a generator that yields requests and is sent completions or the
errors of this library; whoever drives it here does the waiting, in a thread or in an event loop,
under one policy for retries, one throttle and one budget.
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
"""Set during our requests: instructor's error lines quote answers and keys, and are dropped."""
logging.getLogger("instructor.v2.retry").addFilter(
    lambda record: not _OURS.get() or record.levelno < logging.ERROR
)

Conversation = Generator[Request, Completion, Any]


class ModelClient:
    """Drives conversations with one model: sync, async or streamed.

    Args:
        endpoint: the model and how to reach it.
        options: mode, limits and budget.
        telemetry: gets a span for every request.

    Raises:
        ConfigurationError: `endpoint.client` is none of instructor's.
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
        """Drive a conversation to its end; return what it returns."""
        return self._driven(conversation, account, next(conversation))

    async def arun(self, conversation: Conversation, account: Account) -> Any:
        """`run` without blocking the event loop."""
        if self._aclient is None:
            work = partial(contextvars.copy_context().run, self.run, conversation, account)
            return await asyncio.get_running_loop().run_in_executor(self._threads, work)
        return await self._adriven(conversation, account, next(conversation))

    def stream(self, conversation: Conversation, account: Account) -> Iterator[str | Any]:
        """Yield the whole part of the first answer each time it grows, then what `run` returns.

        Clients of providers without OpenAI's chat completions yield the result alone.
        """
        if not _can_stream(self.client):
            yield self.run(conversation, account)
            return
        pieces, request, failure = Pieces(), next(conversation), None
        try:
            with _retrying(account, tenacity.Retrying)(self._opened, request, account) as chunks:
                for chunk in chunks:
                    if whole := pieces.add(chunk):
                        yield whole
        except Exception as error:  # noqa: BLE001  (sorted out in one place)
            failure = fault(error, self.endpoint, account.usage.attempts)
        if failure and not pieces.text:
            raise failure
        completion = self._received(pieces.completion, 0, account)
        yield self._driven(conversation, account, request, completion)

    async def astream(
        self, conversation: Conversation, account: Account
    ) -> AsyncIterator[str | Any]:
        """`stream` without blocking the event loop."""
        if self._aclient is None or not _can_stream(self._aclient):
            yield await self.arun(conversation, account)
            return
        pieces, request, failure = Pieces(), next(conversation), None
        try:
            async with await _retrying(account, tenacity.AsyncRetrying)(
                self._aopened, request, account
            ) as chunks:
                async for chunk in chunks:
                    if whole := pieces.add(chunk):
                        yield whole
        except Exception as error:  # noqa: BLE001  (sorted out in one place)
            failure = fault(error, self.endpoint, account.usage.attempts)
        if failure and not pieces.text:
            raise failure
        completion = self._received(pieces.completion, 0, account)
        yield await self._adriven(conversation, account, request, completion)

    def body(self, request: Request) -> dict[str, Any]:
        """The body of a request in OpenAI's chat-completions form, as instructor would send it."""
        mode = _MODES[self.options.mode]
        return {
            "model": self.endpoint.model,
            "messages": request.messages,
            **_schema(request, mode),
        }

    @cached_property
    def client(self) -> Any:
        """The sync instructor client, opened when it is first needed."""
        given = self.endpoint.client
        if isinstance(given, instructor.AsyncInstructor):
            raise ConfigurationError("client is async; use asummarize, or give a sync client")
        return given or instructor.from_openai(
            openai.OpenAI(**self._settings), mode=_MODES[self.options.mode]
        )

    @property
    def _aclient(self) -> Any:
        """The async client of the running loop: connections cannot move to another one.

        None where the user's own client is a sync one. openai's own default would try to close
        itself on whatever event loop runs when it is collected; ours is closed by `aclose`.
        """
        if self.endpoint.client is not None:
            given = self.endpoint.client
            return given if isinstance(given, instructor.AsyncInstructor) else None
        loop = asyncio.get_running_loop()
        if loop not in self._aclients:
            raw = openai.AsyncOpenAI(
                **self._settings, http_client=openai.DefaultAsyncHttpx2Client()
            )
            self._aclients[loop] = instructor.from_openai(raw, mode=_MODES[self.options.mode])
        return self._aclients[loop]

    @cached_property
    def _threads(self) -> ThreadPoolExecutor:
        """For a sync client in async calls; asyncio's own pool has too few threads for a run."""
        return ThreadPoolExecutor(_THREADS, "summarizer")

    @property
    def _settings(self) -> dict[str, Any]:
        return {
            "api_key": self.endpoint.key or "none",  # local servers need none, the client wants one
            "base_url": self.endpoint.base_url,
            "timeout": min(self.options.timeout, self.options.seconds),
            "max_retries": 0,  # one policy counts: ours
        }

    def close(self) -> None:
        """Close the connections of the sync client; a client of the user's own stays open."""
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
        """Answer each request of a conversation, the first one by `completion` if that is there."""
        while True:
            failure = None
            if completion is None:
                try:
                    completion = _retrying(account, tenacity.Retrying)(
                        self._complete, request, account
                    )
                except Exception as error:  # noqa: BLE001  (the conversation decides)
                    failure = fault(error, self.endpoint, account.usage.attempts)
            try:
                request = _told(conversation, completion, failure)
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
                    asking = _retrying(account, tenacity.AsyncRetrying)
                    completion = await asking(self._acomplete, request, account)
                except Exception as error:  # noqa: BLE001  (the conversation decides)
                    failure = fault(error, self.endpoint, account.usage.attempts)
            try:
                request = _told(conversation, completion, failure)
            except StopIteration as ended:
                return ended.value
            completion = None

    def _complete(self, request: Request, account: Account) -> Completion:
        """Send one request; an answer that instructor cannot read comes back all the same."""
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
        """One request in flight: throttle and telemetry see how it ends.

        The hook fills `responses`. Where a response came, instructor's own error is dropped: what
        became of the answer is the conversation's business.
        """
        hooks = Hooks()
        hooks.on("completion:response", responses.append)
        observed = self._telemetry.attempt(self.endpoint.model, self.endpoint.address)
        ours = _OURS.set(True)
        try:
            with self._throttle.watching(), observed as answered:
                try:
                    yield hooks
                except Exception:
                    if not responses:
                        raise
                answered(responses[-1] if responses else None)
        finally:
            _OURS.reset(ours)

    def _received(self, completion: Completion, estimate: int, account: Account) -> Completion:
        """Count what an answer cost, for the article and for the endpoint's limits."""
        account.add(completion.usage)
        self._throttle.settle(estimate, completion.usage.tokens)
        return completion

    def _admitted(self, request: Request, account: Account) -> int:
        """Wait until the throttle lets the request through; return its estimated tokens."""
        estimate = self._estimate(request)
        while (wait := self._throttle.ask(estimate)) > 0:
            time.sleep(self._bearable(wait, account))
        account.attempt()
        return estimate

    async def _aadmitted(self, request: Request, account: Account) -> int:
        estimate = self._estimate(request)
        while (wait := self._throttle.ask(estimate)) > 0:  # noqa: ASYNC110  (it serves threads too)
            await asyncio.sleep(self._bearable(wait, account))
        account.attempt()
        return estimate

    def _estimate(self, request: Request) -> int:
        return request.tokens if self.options.tokens_per_minute else 0

    def _bearable(self, wait: float, account: Account) -> float:
        """Return `wait`, or what is left of the budget; raise once nothing is left of it."""
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
            "model": self.endpoint.model,
            "messages": request.messages,
            "response_model": _response_model(request.answer),
            "hooks": hooks,
            "max_retries": 0,
        }
        return arguments | self._timeout(account, client)

    def _streaming(self, request: Request, account: Account, client: Any) -> dict[str, Any]:
        arguments = {
            "model": self.endpoint.model,
            "messages": request.messages,
            "response_model": None,
            "stream": True,
            "stream_options": {"include_usage": True},
        }
        return arguments | _schema(request, client.mode) | self._timeout(account, client)

    def _timeout(self, account: Account, client: Any) -> dict[str, Any]:
        """How long a request may take, where the client is ours: no longer than what is left."""
        return {} if client is self.endpoint.client else {"timeout": self._patience(account)}

    def _patience(self, account: Account) -> float:
        return max(0.001, min(self.options.timeout, account.left))


def _told(
    conversation: Conversation, completion: Completion | None, failure: Exception | None
) -> Request:
    """Hand a conversation its completion, or the failure in place of one; return what it asks next."""
    if completion is None:
        return conversation.throw(failure or RuntimeError("neither answer nor error"))
    return conversation.send(completion)


def _retrying(account: Account, kind: type[Any]) -> Any:
    """Build what sends a request again, within what is left of an article's budget."""
    return kind(**policy(account.attempts_left, max(0.001, account.left)))


@lru_cache(maxsize=256)
def _response_model(answer: type[BaseModel]) -> Any:
    """The model as instructor wants it, wrapped once: it would build a class for each call (4 ms)."""
    return instructor.response_schema(answer)


def _can_stream(client: Any) -> bool:
    """Whether the client speaks OpenAI's chat completions, whose pieces can be read here."""
    return client.mode in _MODES.values() and "openai" in str(client.provider).lower()


def _schema(request: Request, mode: instructor.Mode) -> dict[str, Any]:
    """The schema as instructor sends it, for a request that goes out without instructor."""
    function: dict[str, Any] = _response_model(request.answer).openai_schema
    if mode == instructor.Mode.TOOLS:
        choice = {"type": "function", "function": {"name": function["name"]}}
        tools = [{"type": "function", "function": function}]
        return {"tools": tools, "tool_choice": choice}
    schema = {"name": function["name"], "schema": request.answer.model_json_schema()}
    return {"response_format": {"type": "json_schema", "json_schema": schema}}
