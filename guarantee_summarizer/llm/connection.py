"""Send single requests to one endpoint through instructor, within its limits and a budget."""

from __future__ import annotations

import asyncio
import contextvars
import logging
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from contextvars import ContextVar
from functools import cached_property, lru_cache, partial
from typing import Any
from weakref import WeakKeyDictionary

import instructor
import openai
from instructor.core.hooks import Hooks
from pydantic import BaseModel

from guarantee_summarizer.errors import ConfigurationError, RateLimitError, UnreachableError
from guarantee_summarizer.llm.messages import Account, Completion, Request
from guarantee_summarizer.llm.throttle import Throttle
from guarantee_summarizer.options import Endpoint, Options
from guarantee_summarizer.telemetry import Telemetry

__all__ = ["Connection"]

_MODES = {"tools": instructor.Mode.TOOLS, "json_schema": instructor.Mode.JSON_SCHEMA}
_THREADS = 128  # requests that a sync client may have in flight in async calls
_OURS: ContextVar[bool] = ContextVar("ours", default=False)
"""Set during this library's requests: instructor's error lines, which quote keys, are dropped."""
logging.getLogger("instructor.v2.retry").addFilter(
    lambda record: not _OURS.get() or record.levelno < logging.ERROR
)


class Connection:
    """Send requests to one endpoint: whole answers or streams, sync or async.

    Args:
        endpoint: its address, and the model that requests go to unless they name another.
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
        self.endpoint, self._options, self._telemetry = endpoint, options, telemetry
        self.throttle = Throttle(
            requests_per_minute=options.requests_per_minute,
            tokens_per_minute=options.tokens_per_minute,
        )
        self._aclients: WeakKeyDictionary[asyncio.AbstractEventLoop, Any] = WeakKeyDictionary()

    def complete(self, request: Request, account: Account) -> Completion:
        """Send one request; an answer that instructor cannot read is returned unparsed."""
        self._admitted(request, account)
        responses, parsed = list[Any](), None
        with self._attempt(request, responses) as hooks:
            parsed = self.client.create(**self._arguments(request, account, self.client, hooks))
        return self.received(request, Completion.of(responses[-1], parsed), account)

    async def acomplete(self, request: Request, account: Account) -> Completion:
        """Do what `complete` does, without blocking the event loop; a sync client gets a thread."""
        if (client := self.aclient) is None:
            work = partial(contextvars.copy_context().run, self.complete, request, account)
            return await asyncio.get_running_loop().run_in_executor(self._threads, work)
        await self._aadmitted(request, account)
        responses, parsed = list[Any](), None
        with self._attempt(request, responses) as hooks:
            async with asyncio.timeout(self._patience(account)):
                parsed = await client.create(**self._arguments(request, account, client, hooks))
        return self.received(request, Completion.of(responses[-1], parsed), account)

    def opened(self, request: Request, account: Account) -> Any:
        """Send one request and return the stream of its chunks."""
        self._admitted(request, account)
        with self._attempt(request, []):
            return self.client.create(**self._streaming(request, account, self.client))

    async def aopened(self, request: Request, account: Account) -> Any:
        """Do what `opened` does, without blocking the event loop."""
        await self._aadmitted(request, account)
        with self._attempt(request, []):
            return await self.aclient.create(**self._streaming(request, account, self.aclient))

    def received(self, request: Request, completion: Completion, account: Account) -> Completion:
        """Charge an answer's tokens to the article and to the endpoint's limits."""
        account.add(completion.usage)
        self.throttle.settle(self._estimate(request), completion.usage.tokens)
        return completion

    @staticmethod
    def streams(client: Any) -> bool:
        """Return whether a client streams OpenAI's chat completions, which `Pieces` reads."""
        known = client is not None and client.mode in _MODES.values()
        return known and "openai" in str(client.provider).lower()

    def body(self, request: Request) -> dict[str, Any]:
        """Return a request's body in OpenAI's chat-completions form, as instructor would send it."""
        return self._addressed(request) | _schema(request, _MODES[self._options.mode])

    @cached_property
    def client(self) -> Any:
        """The sync instructor client, opened at first use.

        Raises:
            ConfigurationError: the custom client is async.
        """
        custom = self.endpoint.client
        if isinstance(custom, instructor.AsyncInstructor):
            raise ConfigurationError("client is async; use asummarize, or give a sync client")
        return custom or instructor.from_openai(
            openai.OpenAI(**self._settings), mode=_MODES[self._options.mode]
        )

    @property
    def aclient(self) -> Any:
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
            self._aclients[loop] = instructor.from_openai(raw, mode=_MODES[self._options.mode])
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
            "timeout": min(self._options.timeout, self._options.seconds),
            "max_retries": 0,  # `policy` decides on retries
        }

    def close(self) -> None:
        """Close the sync client; a custom client stays open."""
        opened = self.__dict__.pop("client", None)
        if opened is not None and self.endpoint.client is None:
            opened.client.close()

    async def aclose(self) -> None:
        """Close the running loop's client."""
        opened = self._aclients.pop(asyncio.get_running_loop(), None)
        if opened is not None:
            await opened.client.close()

    @contextmanager
    def _attempt(self, request: Request, responses: list[Any]) -> Iterator[Hooks]:
        """Report one request to throttle and telemetry.

        The hook fills `responses`. If there is a response, instructor's own error is dropped: the
        conversation handles invalid answers.
        """
        hooks = Hooks()
        hooks.on("completion:response", responses.append)
        observed = self._telemetry.attempt(self._model(request), self.endpoint.address)
        token = _OURS.set(True)
        try:
            with self.throttle.watching(), observed as report:
                try:
                    yield hooks
                except Exception:
                    if not responses:
                        raise
                report(responses[-1] if responses else None)
        finally:
            _OURS.reset(token)

    def _admitted(self, request: Request, account: Account) -> None:
        """Wait until the throttle lets the request through."""
        while (wait := self.throttle.reserve(self._estimate(request))) > 0:
            time.sleep(self._within_budget(wait, account))
        account.attempt()

    async def _aadmitted(self, request: Request, account: Account) -> None:
        while (wait := self.throttle.reserve(self._estimate(request))) > 0:  # noqa: ASYNC110  (it serves threads too)
            await asyncio.sleep(self._within_budget(wait, account))
        account.attempt()

    def _estimate(self, request: Request) -> int:
        return request.tokens if self._options.tokens_per_minute else 0

    def _within_budget(self, wait: float, account: Account) -> float:
        """`wait`, or the seconds left of the budget if those are fewer; raises if none are left."""
        if account.left > 0:
            return min(wait, account.left)
        where, attempts = self.endpoint.address, account.usage.attempts
        spent = f"the {self._options.seconds:g} s for the article were spent"
        if self.throttle.down:
            message = f"{where}: is down; {spent} waiting for it"
            raise UnreachableError(message, attempts=attempts)
        message = f"{where}: {spent} waiting for its limits; raise seconds=, or lower concurrency"
        raise RateLimitError(message, attempts=attempts, retry_after=wait)

    def _model(self, request: Request) -> str:
        return (request.endpoint or self.endpoint).model

    def _addressed(self, request: Request) -> dict[str, Any]:
        return {"model": self._model(request), "messages": request.messages}

    def _arguments(
        self, request: Request, account: Account, client: Any, hooks: Hooks
    ) -> dict[str, Any]:
        model = _response_model(request.answer)
        arguments = {"response_model": model, "hooks": hooks, "max_retries": 0}
        return self._addressed(request) | arguments | self._timeout(account, client)

    def _streaming(self, request: Request, account: Account, client: Any) -> dict[str, Any]:
        arguments = {
            "response_model": None,
            "stream": True,
            "stream_options": {"include_usage": True},
            **_schema(request, client.mode),
        }
        return self._addressed(request) | arguments | self._timeout(account, client)

    def _timeout(self, account: Account, client: Any) -> dict[str, Any]:
        """The timeout of a request within the budget; a custom client has its own."""
        return {} if client is self.endpoint.client else {"timeout": self._patience(account)}

    def _patience(self, account: Account) -> float:
        return max(0.001, min(self._options.timeout, account.left))


@lru_cache(maxsize=256)
def _response_model(answer: type[BaseModel]) -> Any:
    """The model as instructor wraps it, cached: it would build a class for each call (4 ms)."""
    return instructor.response_schema(answer)


def _schema(request: Request, mode: instructor.Mode) -> dict[str, Any]:
    """The schema as instructor sends it, for a request without instructor."""
    function: dict[str, Any] = _response_model(request.answer).openai_schema
    if mode == instructor.Mode.TOOLS:
        choice = {"type": "function", "function": {"name": function["name"]}}
        tools = [{"type": "function", "function": function}]
        return {"tools": tools, "tool_choice": choice}
    schema = {"name": function["name"], "schema": request.answer.model_json_schema()}
    return {"response_format": {"type": "json_schema", "json_schema": schema}}
