"""The thread in which a run uses its ledger: what waits at the same time is committed at once."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any, NamedTuple, Self, TypeVar

from guarantee_summarizer.corpus.ledger import Ledger

__all__ = ["Writer"]

T = TypeVar("T")
_MOST = 64  # calls taken at once, so that a file is not locked for long


class _Call(NamedTuple):
    call: Callable[[], Any]
    future: asyncio.Future[Any]
    writes: bool


class Writer:
    """Call a ledger's methods in one thread, in the order in which they are asked for.

    Each call on its own would take the interpreter's lock from the event loop a dozen times. Use it
    in a `with` statement: at its end the thread ends.
    """

    def __init__(self) -> None:
        self._thread = ThreadPoolExecutor(1, "ledger")
        self._waiting: list[_Call] = []
        self._taking: asyncio.Task[None] | None = None

    async def call(self, call: Callable[[], T]) -> T:
        """Make a call on its own."""
        return await asyncio.get_running_loop().run_in_executor(self._thread, call)

    async def soon(self, call: Callable[[], T], into: Ledger | None = None) -> T:
        """Make a call together with others that wait.

        Args:
            call: the call.
            into: the ledger that it writes to, if several may be one transaction; a call that was
                rolled back with others is made again on its own.
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
        """Make the calls that wait, until there are none."""
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
        """What the calls return or raise; those that write first, in one transaction."""
        written = self._together([one for one in calls if one.writes])
        return [written.get(one) or _outcome(one.call) for one in calls]

    def _together(self, calls: list[_Call]) -> dict[_Call, tuple[Any, None]]:
        """What the calls returned; nothing if one failed, which is rolled back with the others."""
        if len(calls) < 2:  # noqa: PLR2004
            return {}
        try:
            with self._ledger.together():
                return {one: (one.call(), None) for one in calls}
        except Exception:  # noqa: BLE001  (raised again where it is made alone)
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
