"""Where a run's articles come from: a list, or an iterator that may take its time."""

from __future__ import annotations

import asyncio
import queue
import threading
from collections.abc import Awaitable, Callable, Iterable
from typing import Any

__all__ = ["at_once", "elsewhere"]


def at_once(items: Iterable[Any], end: Any) -> Callable[[], Awaitable[Any]]:
    """The items one by one, then `end`; for what is in memory already."""
    iterator = iter(items)

    async def following() -> Any:
        return next(iterator, end)

    return following


def elsewhere(items: Iterable[Any], end: Any) -> Callable[[], Awaitable[Any]]:
    """The same from a thread of its own, which may wait for a disk or a pipe.

    All items are made in that one thread. It is a daemon: an iterator that never comes back holds
    up neither the event loop nor the end of the program.
    """
    asked: queue.SimpleQueue[asyncio.Future[Any]] = queue.SimpleQueue()
    loop = asyncio.get_running_loop()

    def feed() -> None:
        iterator = iter(items)
        item = None
        while item is not end:
            future, error = asked.get(), None
            try:
                item = next(iterator, end)
            except BaseException as raised:  # noqa: BLE001  (handed over to whoever waits)
                item, error = end, raised
            try:
                loop.call_soon_threadsafe(_answer, future, item, error)
            except RuntimeError:  # the loop is closed: nobody waits any more
                return

    threading.Thread(target=feed, name="articles", daemon=True).start()

    async def following() -> Any:
        future: asyncio.Future[Any] = loop.create_future()
        asked.put(future)
        return await future

    return following


def _answer(future: asyncio.Future[Any], item: Any, error: BaseException | None) -> None:
    if future.done():
        return
    if error is not None:
        future.set_exception(error)
    else:
        future.set_result(item)
