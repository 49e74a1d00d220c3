"""Drive a conversation with a model: sync, async or streamed.

A conversation (see `pipeline`) is a generator that yields requests and is sent completions or this
library's errors. The client answers them through one connection for each endpoint, with one retry
policy and one budget.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Generator, Iterator
from dataclasses import dataclass
from typing import Any, cast

import tenacity

from guarantee_summarizer.errors import GuaranteeSummarizerError, ModelTimeoutError
from guarantee_summarizer.llm.connection import Connection, Opened
from guarantee_summarizer.llm.faults import fault, policy
from guarantee_summarizer.llm.messages import Account, Completion, Request
from guarantee_summarizer.llm.responses import BadReplyError, regular
from guarantee_summarizer.llm.throttle import Throttle
from guarantee_summarizer.options import Endpoint, Options
from guarantee_summarizer.telemetry import Telemetry

__all__ = ["ModelClient"]

Conversation = Generator[Request, Completion, Any]


@dataclass(frozen=True, slots=True)
class _Ended:
    """The result of a conversation."""

    value: Any


class ModelClient:
    """Drive conversations with a model and with the reviewer.

    Args:
        endpoint: the model and its address.
        options: mode, limits, budget and reviewer.
        telemetry: records a span for every request.

    Raises:
        ConfigurationError: a custom client is not an instructor client.
    """

    def __init__(self, endpoint: Endpoint, options: Options, telemetry: Telemetry) -> None:
        self.endpoint, self.options = endpoint, options
        self._first = self._second = Connection(endpoint, options, telemetry)
        reviewer = options.reviewer(endpoint)
        if reviewer is not None and not reviewer.is_beside(endpoint):
            self._second = Connection(reviewer, options, telemetry, first=endpoint)

    def run(self, conversation: Conversation, account: Account) -> Any:
        """Drive a conversation to its end and return its result."""
        return self._driven(conversation, account, next(conversation))

    async def arun(self, conversation: Conversation, account: Account) -> Any:
        """Do what `run` does, without blocking the event loop."""
        return await self._adriven(conversation, account, next(conversation))

    def stream(self, conversation: Conversation, account: Account) -> Iterator[Any]:
        """Yield the complete part of the first answer each time it grows, then `run`'s result.

        Clients of providers without OpenAI's chat completions yield only the result.
        """
        if not Connection.streams(self._first.client):
            yield self.run(conversation, account)
            return
        request, lost = next(conversation), None
        opened = self._opened(request, account)
        try:
            with opened.chunks as chunks:
                for chunk in chunks:
                    if (partial := opened.pieces.add(chunk)) is not None:
                        yield partial
                    _check_time(account)
        except Exception as error:  # noqa: BLE001  (`fault` translates every error)
            lost = _cut_off(self._fault(error, request, account), self.endpoint.address)
        completion = opened.pieces.completion(lost)
        completion = self._first.received(request, completion, account, opened.sent)
        yield self._driven(conversation, account, request, completion)

    async def astream(self, conversation: Conversation, account: Account) -> AsyncIterator[Any]:
        """Do what `stream` does, without blocking the event loop."""
        if not Connection.streams(self._first.aclient):
            yield await self.arun(conversation, account)
            return
        request, lost = next(conversation), None
        opened = await self._aopened(request, account)
        try:
            async with opened.chunks as chunks:
                async for chunk in chunks:
                    if (partial := opened.pieces.add(chunk)) is not None:
                        yield partial
                    _check_time(account)
        except Exception as error:  # noqa: BLE001  (`fault` translates every error)
            lost = _cut_off(self._fault(error, request, account), self.endpoint.address)
        completion = opened.pieces.completion(lost)
        completion = self._first.received(request, completion, account, opened.sent)
        yield await self._adriven(conversation, account, request, completion)

    def received(self, response: Any, *, said: str) -> Completion:
        """Return the completion in a response that was received elsewhere, without secrets.

        Args:
            response: a provider's response, as an object or plain JSON.
            said: the article's text, in which nothing counts as a secret.

        Raises:
            ModelError: it is an error, or has no answer.
        """
        try:
            return Completion.of(regular(response)).cleaned(self.endpoint.secrets, said)
        except BadReplyError as error:
            failure = fault(error, self.endpoint, 1)
        raise failure

    def body(self, request: Request) -> dict[str, Any]:
        """Return a request's body in OpenAI's chat-completions form, as instructor would send it."""
        return self._at(request).body(request)

    @property
    def client(self) -> Any:
        """The sync instructor client of the endpoint, opened at first use."""
        return self._first.client

    @property
    def throttles(self) -> tuple[Throttle, ...]:
        """The throttles of the model's endpoint and of the reviewer's, if it differs."""
        return tuple(dict.fromkeys((self._first.throttle, self._second.throttle)))

    def close(self) -> None:
        """Close the connections of sync clients; custom clients stay open."""
        for connection in {self._first, self._second}:
            connection.close()

    async def aclose(self) -> None:
        """Close the connections of the running loop's clients."""
        for connection in {self._first, self._second}:
            await connection.aclose()

    def _driven(
        self,
        conversation: Conversation,
        account: Account,
        request: Request | _Ended,
        completion: Completion | None = None,
    ) -> Any:
        """Answer each request of a conversation, the first with `completion` if there is one."""
        while isinstance(request, Request):
            reply = completion or self._reply(request, account)
            request, completion = _resumed(conversation, reply), None
        return request.value

    async def _adriven(
        self,
        conversation: Conversation,
        account: Account,
        request: Request | _Ended,
        completion: Completion | None = None,
    ) -> Any:
        while isinstance(request, Request):
            reply = completion or await self._areply(request, account)
            request, completion = _resumed(conversation, reply), None
        return request.value

    def _opened(self, request: Request, account: Account) -> Opened:
        try:
            return cast("Opened", _retrying(account, tenacity.Retrying)(
                self._first.opened, request, account
            ))  # fmt: skip
        except Exception as error:  # noqa: BLE001  (`fault` translates every error)
            failure = self._fault(error, request, account)
        raise failure

    async def _aopened(self, request: Request, account: Account) -> Opened:
        try:
            return cast("Opened", await _retrying(account, tenacity.AsyncRetrying)(
                self._first.aopened, request, account
            ))  # fmt: skip
        except Exception as error:  # noqa: BLE001  (`fault` translates every error)
            failure = self._fault(error, request, account)
        raise failure

    def _reply(self, request: Request, account: Account) -> Completion | GuaranteeSummarizerError:
        complete, retrying = self._at(request).complete, _retrying(account, tenacity.Retrying)
        try:
            return cast("Completion", retrying(complete, request, account))
        except Exception as error:  # noqa: BLE001  (the conversation decides)
            return self._fault(error, request, account)

    async def _areply(
        self, request: Request, account: Account
    ) -> Completion | GuaranteeSummarizerError:
        complete, retrying = self._at(request).acomplete, _retrying(account, tenacity.AsyncRetrying)
        try:
            return cast("Completion", await retrying(complete, request, account))
        except Exception as error:  # noqa: BLE001  (the conversation decides)
            return self._fault(error, request, account)

    def _at(self, request: Request) -> Connection:
        """Return the connection of a request; only a review may have a separate endpoint."""
        return self._first if request.endpoint is None else self._second

    def _fault(
        self, error: Exception, request: Request, account: Account
    ) -> GuaranteeSummarizerError:
        return self._at(request).fault(error, request, account)


def _resumed(
    conversation: Conversation, reply: Completion | GuaranteeSummarizerError
) -> Request | _Ended:
    """Send a conversation its completion, or throw the failure."""
    try:
        if isinstance(reply, Completion):
            return conversation.send(reply)
        return conversation.throw(reply)
    except StopIteration as ended:
        return _Ended(ended.value)


def _retrying(account: Account, kind: type[Any]) -> Any:
    """Return tenacity's `kind` of retrying, within the remaining budget of an article."""
    over = tenacity.stop_before_delay(max(0.001, account.left))
    return kind(**policy(), stop=lambda state: not account.attempts_left or over(state))


def _check_time(account: Account) -> None:
    """Raise if the time for the article is over; a custom client's stream has no such limit."""
    if account.left <= 0:
        raise TimeoutError


def _cut_off(failure: GuaranteeSummarizerError, where: str) -> str:
    """Return why a stream broke off."""
    if isinstance(failure, ModelTimeoutError):
        return "the stream was cut off: the time for it is over; raise seconds="
    return f"the stream broke off ({str(failure).removeprefix(f'{where}: ')})"
