"""Fetch the articles of a run one by one, without blocking its event loop."""

from __future__ import annotations

import asyncio
import queue
import threading
from collections.abc import AsyncIterable, Awaitable, Callable, Iterable
from typing import Any

__all__ = ["END", "RaisedError", "fetching"]

END: Any = object()


def fetching(articles: Iterable[Any] | AsyncIterable[Any]) -> Callable[[], Awaitable[Any]]:
    """Return a function that fetches the next article, and `END` after the last.

    A list is read in place, any other iterable in a thread.

    Raises:
        RaisedError: by the function: the source raised something other than an `Exception`.
    """
    if isinstance(articles, AsyncIterable):
        return _from_stream(articles)
    if isinstance(articles, list | tuple):
        return _from_memory(articles)
    return _from_thread(articles)


def _from_memory(items: Iterable[Any]) -> Callable[[], Awaitable[Any]]:
    """Return a function that fetches the items one by one, then `END`."""
    iterator = iter(items)

    async def fetch() -> Any:
        return next(iterator, END)

    return fetch


def _from_stream(items: AsyncIterable[Any]) -> Callable[[], Awaitable[Any]]:
    """Return the same function for an async iterator."""
    stream = aiter(items)

    async def fetch() -> Any:
        try:
            return await anext(stream, END)
        except (SystemExit, KeyboardInterrupt, GeneratorExit) as error:
            raise RaisedError(error) from None

    return fetch


def _from_thread(items: Iterable[Any]) -> Callable[[], Awaitable[Any]]:
    """Return the same function for an iterator that may block on a disk or a pipe.

    The iterator runs in one daemon thread: if it hangs, neither the event loop nor the end of the
    program waits for it.
    """
    requests: queue.SimpleQueue[asyncio.Future[Any]] = queue.SimpleQueue()
    loop = asyncio.get_running_loop()

    def feed() -> None:
        iterator, item = None, None
        while item is not END:
            future, error = requests.get(), None
            try:
                iterator = iter(items) if iterator is None else iterator
                item = next(iterator, END)
            except BaseException as raised:  # noqa: BLE001  (raised where the item is awaited)
                item, error = END, raised
            try:
                loop.call_soon_threadsafe(_resolve, future, item, error)
            except RuntimeError:  # the loop is closed: nothing waits for the item
                return

    threading.Thread(target=feed, name="articles", daemon=True).start()

    async def fetch() -> Any:
        future: asyncio.Future[Any] = loop.create_future()
        requests.put(future)
        return await future

    return fetch


class RaisedError(Exception):
    """Wraps an error that is not an `Exception`: raised directly, it would end the event loop."""


def _resolve(future: asyncio.Future[Any], item: Any, error: BaseException | None) -> None:
    if future.done():
        return
    if error is None:
        future.set_result(item)
    elif isinstance(error, Exception) and not isinstance(error, StopIteration):
        future.set_exception(error)
    else:
        future.set_exception(RaisedError(error))
