"""Call a run's ledger in one thread, and commit waiting writes together."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any, NamedTuple, Self, TypeVar

from guarantee_summarizer.corpus.ledger import Ledger

__all__ = ["Writer"]

T = TypeVar("T")
_MOST = 64  # calls made together, so that the file is not locked for long


class _Call(NamedTuple):
    call: Callable[[], Any]
    future: asyncio.Future[Any]
    writes: bool


class Writer:
    """Call a ledger's methods in one thread, several at a time.

    Separate calls would take the interpreter's lock from the event loop a dozen times each. Use it
    in a `with` statement, which ends the thread.
    """

    def __init__(self) -> None:
        self._thread = ThreadPoolExecutor(1, "ledger")
        self._waiting: list[_Call] = []
        self._taking: asyncio.Task[None] | None = None

    async def call(self, call: Callable[[], T]) -> T:
        """Make a separate call."""
        return await asyncio.get_running_loop().run_in_executor(self._thread, call)

    async def soon(self, call: Callable[[], T], into: Ledger | None = None) -> T:
        """Make a call together with other waiting calls.

        Args:
            call: the call.
            into: the ledger that it writes to, if it may share a transaction with other calls; if
                they are rolled back, each is repeated separately.
        """
        loop = asyncio.get_running_loop()
        future: asyncio.Future[T] = loop.create_future()
        self._waiting.append(_Call(call, future, into is not None))
        if into is not None:
            self._ledger = into
        if self._taking is None:
            self._taking = loop.create_task(self._take())
        return await future

    async def _take(self) -> None:
        """Make the waiting calls until none is left."""
        try:
            while self._waiting:
                some, self._waiting = self._waiting[:_MOST], self._waiting[_MOST:]
                some = [one for one in some if not one.future.done()]  # cancelled meanwhile
                outcomes = await self.call(lambda some=some: self._made(some))  # type: ignore[misc]
                for one, (value, error) in zip(some, outcomes, strict=True):
                    if one.future.done():
                        continue
                    if error is None:
                        one.future.set_result(value)
                    else:
                        one.future.set_exception(error)
        finally:
            self._taking = None

    def _made(self, calls: list[_Call]) -> list[tuple[Any, Exception | None]]:
        """Return the values and errors of the calls; writes come first, in one transaction."""
        written = self._together([one for one in calls if one.writes])
        return [written.get(one) or _outcome(one.call) for one in calls]

    def _together(self, calls: list[_Call]) -> dict[_Call, tuple[Any, None]]:
        """Return the values of calls in one transaction; none if it was rolled back."""
        if len(calls) < 2:  # noqa: PLR2004
            return {}
        try:
            with self._ledger.together():
                return {one: (one.call(), None) for one in calls}
        except Exception:  # noqa: BLE001  (raised again by the separate call)
            return {}

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._thread.shutdown()


def _outcome(call: Callable[[], Any]) -> tuple[Any, Exception | None]:
    try:
        return call(), None
    except Exception as error:  # noqa: BLE001  (raised where it is awaited)
        return None, error
