"""Send single requests to one endpoint through instructor, and learn from its failures."""

from __future__ import annotations

import asyncio
import contextvars
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import AsyncExitStack, ExitStack, contextmanager
from dataclasses import dataclass, replace
from functools import cached_property, partial
from typing import Any

from instructor.core.hooks import Hooks

from guarantee_summarizer.errors import BadRequestError, GuaranteeSummarizerError, ModelError
from guarantee_summarizer.llm.admission import Admission
from guarantee_summarizer.llm.answers import ANSWER
from guarantee_summarizer.llm.bodies import Bodies
from guarantee_summarizer.llm.clients import OURS, Clients, is_openais
from guarantee_summarizer.llm.faults import (
    fault,
    is_refused_connection,
    root,
    scrubbed,
    status_code,
)
from guarantee_summarizer.llm.forms import FORMS
from guarantee_summarizer.llm.health import STARTING, Health
from guarantee_summarizer.llm.learned import AdaptedError, Sent, note
from guarantee_summarizer.llm.messages import Account, Completion, Pieces, Request
from guarantee_summarizer.llm.proxies import proxy_of
from guarantee_summarizer.llm.responses import BadReplyError, regular
from guarantee_summarizer.llm.throttle import Throttle
from guarantee_summarizer.llm.transport import bounded, within
from guarantee_summarizer.options import Endpoint, Options
from guarantee_summarizer.places import secrets_in_value
from guarantee_summarizer.secrets import using
from guarantee_summarizer.telemetry import Telemetry

__all__ = ["Connection"]

_OVER: Any = object()  # the end of a stream
_CUT = ("length", "content_filter", "broken")
_THREADS = 128  # requests that a sync client may have in flight in async calls


@dataclass(frozen=True, slots=True)
class Opened:
    """A stream whose answer has begun: the remaining chunks, the pieces so far, the form sent."""

    chunks: Any
    sent: Sent
    pieces: Pieces

    def begin(self, chunk: Any) -> None:
        """Take a chunk, or `_OVER`.

        Raises:
            BadReplyError: the stream is over without any content.
        """
        if chunk is _OVER:
            raise BadReplyError("ends its stream before anything has come", temporary=True)
        self.pieces.add(chunk)


class Connection:
    """Send requests to one endpoint: whole answers or streams, sync or async.

    Args:
        endpoint: its address, and the default model of requests.
        options: mode, limits and budget.
        telemetry: records a span for every request.
        first: the endpoint that the settings in `options.request` are for, if not this one.

    Raises:
        ConfigurationError: `endpoint.client` is not an instructor client.
    """

    def __init__(
        self,
        endpoint: Endpoint,
        options: Options,
        telemetry: Telemetry,
        *,
        first: Endpoint | None = None,
    ) -> None:
        self._clients = Clients(endpoint, options)
        self.endpoint, self._options, self._telemetry = endpoint, options, telemetry
        self.throttle = Throttle(
            requests_per_minute=options.requests_per_minute,
            tokens_per_minute=options.tokens_per_minute,
        )
        endpoint.hide(secrets_in_value(options.request))
        if first is not None:
            endpoint.hide(filter(None, (first.key, first.api_key)))
        beside = first is None or endpoint.is_beside(first)
        settings = options.request if beside else {}
        self._bodies = Bodies(endpoint, options, self._clients, settings)
        self._health = Health()
        self._admission = Admission(endpoint, options, self.throttle, self._health)
        self._noted: set[str] = set()

    def complete(self, request: Request, account: Account) -> Completion:
        """Send one request; an answer that instructor cannot read is returned unparsed."""
        self._admission.admit(request, account)
        responses, parsed, sent = list[Any](), None, self._bodies.sent(request)
        with self._attempt(request, account, sent, responses) as hooks:
            arguments = self._bodies.whole(request, sent, timeout=self._patience(account))
            create = partial(self.client.create, **arguments, hooks=hooks)
            native = self.endpoint.native  # no other limit applies to it
            parsed = within(self._patience(account), create) if native else create()
        return self.received(
            request, Completion.of(responses[-1], self._bodies.own(parsed, sent)), account, sent
        )

    async def acomplete(self, request: Request, account: Account) -> Completion:
        """Do what `complete` does, without blocking the event loop; a sync client gets a thread."""
        if (client := self.aclient) is None:
            work = partial(contextvars.copy_context().run, self.complete, request, account)
            return await asyncio.get_running_loop().run_in_executor(self._threads, work)
        await self._admission.aadmit(request, account)
        responses, parsed, sent = list[Any](), None, self._bodies.sent(request)
        with self._attempt(request, account, sent, responses) as hooks:
            arguments = self._bodies.whole(request, sent, timeout=self._patience(account))
            async with asyncio.timeout(self._patience(account)):
                parsed = await client.create(**arguments, hooks=hooks)
        return self.received(
            request, Completion.of(responses[-1], self._bodies.own(parsed, sent)), account, sent
        )

    def opened(self, request: Request, account: Account) -> Opened:
        """Send one request and return the stream of its chunks, once the answer begins."""
        self._admission.admit(request, account)
        sent = self._bodies.sent(request, stream=True)
        with self._attempt(request, account, sent) as _, ExitStack() as closing:
            arguments = self._bodies.streaming(request, sent, timeout=self._patience(account))
            stream = self.client.create(**arguments)
            closing.callback(stream.close)
            opened = Opened(stream, sent, self._pieces(request))
            while not opened.pieces.begun:
                opened.begin(next(stream, _OVER))
            closing.pop_all()
        return opened

    async def aopened(self, request: Request, account: Account) -> Opened:
        """Do what `opened` does, without blocking the event loop."""
        await self._admission.aadmit(request, account)
        sent = self._bodies.sent(request, stream=True)
        with self._attempt(request, account, sent) as _:
            arguments = self._bodies.streaming(request, sent, timeout=self._patience(account))
            async with AsyncExitStack() as closing:
                stream = await self.aclient.create(**arguments)
                closing.push_async_callback(stream.close)
                opened = Opened(stream, sent, self._pieces(request))
                while not opened.pieces.begun:
                    opened.begin(await anext(stream, _OVER))
                closing.pop_all()
        return opened

    def _pieces(self, request: Request) -> Pieces:
        return Pieces(ANSWER, partial(self.endpoint.secrets.cleaned, said=_said(request)))

    def received(
        self, request: Request, completion: Completion, account: Account, sent: Sent
    ) -> Completion:
        """Charge an answer's tokens to the article and to the endpoint's limits.

        They are estimated if the endpoint reports none.
        """
        if not completion.usage.tokens:
            completion = replace(completion, usage=request.estimated(completion.text))
            self._note_once("reports no usage; tokens and budgets are estimates (bytes / 4)")
        if not completion.called and completion.finish not in _CUT and not completion.refusal:
            self._bodies.learned(request).without_tool(sent)
        account.add(completion.usage)
        self._admission.settle(request, completion.usage.tokens)
        return completion

    def fault(
        self, error: Exception, request: Request, account: Account
    ) -> GuaranteeSummarizerError:
        """Translate an error, and mark it if every article would cause it."""
        endpoint = request.endpoint or self.endpoint
        translated = fault(error, endpoint, account.usage.attempts)
        if self._health.hopeless and isinstance(translated, ModelError):
            translated.ends_run = True
        return translated

    @staticmethod
    def streams(client: Any) -> bool:
        """Return whether a client streams OpenAI's chat completions, which `Pieces` reads."""
        return client is not None and client.mode in FORMS and is_openais(client)

    def body(self, request: Request) -> dict[str, Any]:
        """Return a request's body in OpenAI's chat-completions form, as instructor would send it."""
        return self._bodies.body(request)

    @property
    def client(self) -> Any:
        """The sync instructor client, opened at first use."""
        return self._clients.client

    @property
    def aclient(self) -> Any:
        """The async client of the running loop; None if the custom client is sync."""
        return self._clients.aclient

    def close(self) -> None:
        """Close the sync client; a custom client stays open."""
        self._clients.close()

    async def aclose(self) -> None:
        """Close the running loop's client."""
        await self._clients.aclose()

    @cached_property
    def _threads(self) -> ThreadPoolExecutor:
        """Threads for a sync client in async calls; asyncio's default pool has too few."""
        return ThreadPoolExecutor(_THREADS, "summarizer")

    @contextmanager
    def _attempt(
        self, request: Request, account: Account, sent: Sent, responses: list[Any] | None = None
    ) -> Iterator[Hooks]:
        """Limit one request, report it to throttle and telemetry, and learn from its failure.

        The hook fills `responses`. If there is a response, instructor's own error is dropped: the
        conversation handles invalid answers. A stream has no `responses`.
        """
        hooks, whole = Hooks(), responses is not None
        received = responses if responses is not None else []
        secrets, said = self.endpoint.secrets, _said(request)
        hooks.on(
            "completion:response",
            lambda response: received.append(secrets.cleaned(_read(response), said=said)),
        )
        observed = self._telemetry.attempt(self._bodies.model(request), self.endpoint.address)
        token = OURS.set(True)
        until = time.monotonic() + self._patience(account) if whole else account.until
        try:
            with using(secrets), self.throttle.watching(), observed as report, bounded(until):
                try:
                    yield hooks
                except Exception:
                    if not received:
                        raise
                report(_last(received))
            self._health.answered()
        except Exception as error:
            self._learn(error, request, account, sent)
            raise
        finally:
            OURS.reset(token)

    def _learn(self, error: Exception, request: Request, account: Account, sent: Sent) -> None:
        """Learn from a failure; raise `AdaptedError` if another form or setting may succeed."""
        learned = self._bodies.learned(request)
        if learned.refused(sent, error):
            account.excuse()
            raise AdaptedError from error
        if remedy := learned.remedy(sent, error, self._bodies.settings(learned)):
            where, attempts = self.endpoint.address, account.usage.attempts
            detail = f"({status_code(root(error))}): {scrubbed(root(error), self.endpoint)}"
            refused = BadRequestError(
                f"{where}: refused the request {detail}; {remedy}", attempts=attempts
            )
            refused.ends_run = not self._health.works
            raise refused from None
        if self._options.attempts == 1 or not self._knocks(root(error)):
            self._health.failed(error)
            return
        self._health.failed(error, waited=account.refused())
        if self._health.hopeless:
            raise self.fault(error, request, account) from None
        account.excuse()
        seconds = self._options.seconds if self._health.works else STARTING
        self._note_once(f"nobody answers there yet; tried again for {seconds:g} s")

    def _knocks(self, error: BaseException) -> bool:
        """Whether an error is worth a retry while there is time."""
        return is_refused_connection(error) and proxy_of(self.endpoint.url) is None

    def _note_once(self, what: str) -> None:
        if what not in self._noted:
            self._noted.add(what)
            note(self.endpoint.address, what)

    def _patience(self, account: Account) -> float:
        return max(0.001, min(self._options.timeout, account.left))


def _said(request: Request) -> str:
    """Return what was sent; nothing in it counts as a secret."""
    return "\n".join(message["content"] for message in request.messages)


def _last(received: list[Any]) -> Any:
    """Return the response, if there is one; raise the error in it."""
    if received and isinstance(received[-1], BadReplyError):
        raise received[-1]
    return received[-1] if received else None


def _read(response: Any) -> Any:
    """Return a response in regular form, before instructor adds up its usage; or its error."""
    try:
        return regular(response)
    except BadReplyError as error:
        return error
