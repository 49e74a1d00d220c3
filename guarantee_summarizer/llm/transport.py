"""HTTP clients with deadlines, limits on responses, and no redirects that would leak the key.

The limits apply inside `bounded` only: files of a batch may have any size.
"""

from __future__ import annotations

import asyncio
import math
import threading
import time
from collections.abc import AsyncIterator, Callable, Iterator
from concurrent.futures import Future
from contextlib import contextmanager, suppress
from contextvars import ContextVar, copy_context
from typing import Any, TypeVar

import httpcore2
import httpx2

from guarantee_summarizer.llm.proxies import is_here
from guarantee_summarizer.llm.received import Body, UnusableError
from guarantee_summarizer.llm.responses import is_json_object

__all__ = ["AsyncHttpClient", "HttpClient", "bounded", "within"]

T = TypeVar("T")

_UNTIL: ContextVar[float | None] = ContextVar("until", default=None)
"""The deadline of the request in this context, by the monotonic clock; None for no limits."""
_INSTANT = 0.001  # seconds; a timeout of 0 would fail at once
_OVER = "the time for the request is over"
_LIMITS = httpx2.Limits(max_connections=1000, max_keepalive_connections=100)  # as openai
_SETTINGS: dict[str, Any] = {
    "headers": {"Accept-Encoding": "identity"},  # answers are short; decompression bombs are not
    "limits": _LIMITS,
    "follow_redirects": True,
    "max_redirects": 3,
}


@contextmanager
def bounded(until: float | None) -> Iterator[None]:
    """Limit the requests of the block: end them at `until` (monotonic seconds), limit answers."""
    token = _UNTIL.set(until)
    try:
        yield
    finally:
        _UNTIL.reset(token)


def within(seconds: float, call: Callable[[], T]) -> T:
    """Return the result of `call`, or abandon it: its thread continues in the background.

    Raises:
        TimeoutError: it took longer.
    """
    outcome, context = Future[T](), copy_context()

    def work() -> None:
        try:
            outcome.set_result(context.run(call))
        except BaseException as error:  # noqa: BLE001  (raised where the result is awaited)
            outcome.set_exception(error)

    threading.Thread(target=work, name="request", daemon=True).start()
    return outcome.result(seconds)


def _left(timeout: float | None = None) -> float | None:
    """Return a step's limit in seconds: its timeout, at most the time to the deadline."""
    until = _UNTIL.get()
    if until is None:
        return timeout
    left = until - time.monotonic()
    return max(_INSTANT, left if timeout is None else min(left, timeout))


class HttpClient(httpx2.Client):
    """A sync client with a deadline; httpx limits the wait for the next byte, not the total.

    Args:
        url: the endpoint; if it is on this machine, proxies of the environment are not used.
    """

    def __init__(self, url: str) -> None:
        here = httpx2.HTTPTransport(limits=_LIMITS) if is_here(url) else None
        super().__init__(**_SETTINGS, transport=here, event_hooks={"response": [_on_response]})
        for transport in (self._transport, *self._mounts.values()):
            pool: Any = getattr(transport, "_pool", None)
            if (backend := getattr(pool, "_network_backend", None)) is not None:
                pool._network_backend = _Backend(backend)  # noqa: SLF001  (httpx passes none on)

    def __del__(self) -> None:
        """Close the client if nobody did, as openai's own client does."""
        if not self.is_closed:
            with suppress(Exception):
                self.close()

    def send(self, request: httpx2.Request, *, stream: bool = False, **how: Any) -> httpx2.Response:
        """Send a request, in bounds."""
        if _UNTIL.get() is None:
            return super().send(request, stream=stream, **how)
        response = super().send(request, stream=True, **how)
        try:
            response.stream = _Stream(response.stream, response, streamed=stream)
            if not stream:
                response.read()
                _check(response)
        except BaseException:
            response.close()
            raise
        return response


class AsyncHttpClient(httpx2.AsyncClient):
    """The async twin of `HttpClient`."""

    def __init__(self, url: str) -> None:
        here = httpx2.AsyncHTTPTransport(limits=_LIMITS) if is_here(url) else None
        super().__init__(**_SETTINGS, transport=here, event_hooks={"response": [_aon_response]})

    async def send(
        self, request: httpx2.Request, *, stream: bool = False, **how: Any
    ) -> httpx2.Response:
        """Send a request, in bounds."""
        if _UNTIL.get() is None:
            return await super().send(request, stream=stream, **how)
        with _timeouts():
            async with asyncio.timeout(_left()):
                response = await super().send(request, stream=True, **how)
                try:
                    response.stream = _AsyncStream(response.stream, response, streamed=stream)
                    if not stream:
                        await response.aread()
                        _check(response)
                except BaseException:
                    await response.aclose()
                    raise
        return response


@contextmanager
def _timeouts() -> Iterator[None]:
    """Raise asyncio's timeouts as httpx's, which openai knows."""
    try:
        yield
    except TimeoutError as error:
        raise httpx2.ReadTimeout(_OVER) from error


def _check(response: httpx2.Response) -> None:
    """Raise if a complete answer is not a JSON object: an empty body, a page."""
    if response.is_success and not is_json_object(response.content):
        raise UnusableError.of(response.content)


def _stays(response: httpx2.Response) -> bool:
    """Return whether a response is a redirect, whose body httpx reads.

    Raises:
        BadReplyError: it leads to another host or port, drops encryption, or would lose the request's
            body.
    """
    if _UNTIL.get() is None or not response.has_redirect_location:
        return False
    here, there = response.request.url, response.headers["location"]
    target = here.join(there)
    if not _is_same_server(here, target) or response.status_code not in (307, 308):
        place = target.copy_with(query=None, fragment=None, username=None, password=None)
        raise UnusableError(
            f"redirects ({response.status_code}) to {place}, which is not followed; "
            "if that is right, give it as base_url="
        )
    return True


def _is_same_server(here: httpx2.URL, there: httpx2.URL) -> bool:
    """Whether an address is of the same server: its port, too, may belong to somebody else."""
    if here.host != there.host:
        return False
    encrypts = (here.scheme, there.scheme) == ("http", "https")
    return (here.scheme, here.port) == (there.scheme, there.port) or (
        encrypts and here.port is there.port is None  # the usual ones
    )


def _on_response(response: httpx2.Response) -> None:
    if _stays(response):
        response.stream = _Stream(response.stream, response, streamed=False)


async def _aon_response(response: httpx2.Response) -> None:
    if _stays(response):
        response.stream = _AsyncStream(response.stream, response, streamed=False)


class _Ending:
    """A response's body, which ends by the request's deadline."""

    def __init__(self, stream: Any, response: httpx2.Response, *, streamed: bool) -> None:
        self._stream, self._until = stream, _UNTIL.get() or math.inf
        self._body = Body(response, streamed=streamed)


class _Stream(_Ending, httpx2.SyncByteStream):
    def __iter__(self) -> Iterator[bytes]:
        pieces = iter(self._stream)
        try:
            while (piece := self._next(pieces)) is not None:
                yield self._body.piece(piece)
            yield self._body.rest()
        except BaseException:  # nobody else gives the connection back
            self.close()
            raise

    def _next(self, pieces: Iterator[bytes]) -> bytes | None:
        if time.monotonic() > self._until:
            raise httpx2.ReadTimeout(_OVER)
        with bounded(self._until):
            return next(pieces, None)

    def close(self) -> None:
        self._stream.close()


class _AsyncStream(_Ending, httpx2.AsyncByteStream):
    async def __aiter__(self) -> AsyncIterator[bytes]:
        pieces = aiter(self._stream)
        try:
            while (piece := await self._next(pieces)) is not None:
                yield self._body.piece(piece)
            yield self._body.rest()
        except BaseException:  # nobody else gives the connection back
            await self.aclose()
            raise

    async def _next(self, pieces: AsyncIterator[bytes]) -> bytes | None:
        if time.monotonic() > self._until:  # bytes that are there never time out
            raise httpx2.ReadTimeout(_OVER)
        with bounded(self._until):
            left = _left()
        with _timeouts():
            async with asyncio.timeout(left):
                return await anext(pieces, None)

    async def aclose(self) -> None:
        await self._stream.aclose()


class _Backend(httpcore2.NetworkBackend):
    """Connections in which every step ends by the request's deadline."""

    def __init__(self, backend: httpcore2.NetworkBackend) -> None:
        self._backend = backend

    def connect_tcp(
        self, host: str, port: int, timeout: float | None = None, *args: Any, **how: Any
    ) -> httpcore2.NetworkStream:
        return _Socket(self._backend.connect_tcp(host, port, _left(timeout), *args, **how))

    def sleep(self, seconds: float) -> None:
        self._backend.sleep(seconds)


class _Socket(httpcore2.NetworkStream):
    def __init__(self, stream: httpcore2.NetworkStream) -> None:
        self._stream = stream

    def read(self, max_bytes: int, timeout: float | None = None) -> bytes:
        until = _UNTIL.get()
        if until is not None and time.monotonic() > until:  # bytes that are there never time out
            raise httpcore2.ReadTimeout(_OVER)
        return self._stream.read(max_bytes, _left(timeout))

    def write(self, buffer: bytes, timeout: float | None = None) -> None:
        self._stream.write(buffer, _left(timeout))

    def close(self) -> None:
        self._stream.close()

    def start_tls(
        self, ssl_context: Any, server_hostname: str | None = None, timeout: float | None = None
    ) -> httpcore2.NetworkStream:
        return _Socket(self._stream.start_tls(ssl_context, server_hostname, _left(timeout)))

    def get_extra_info(self, info: str) -> Any:
        return self._stream.get_extra_info(info)
