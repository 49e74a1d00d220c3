"""Run coroutines in an event loop in a separate thread."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Coroutine
from concurrent.futures import Future
from typing import Any, TypeVar

__all__ = ["ThreadLoop", "settled"]

T = TypeVar("T")


class ThreadLoop:
    """Run an event loop in a daemon thread until `end` is called.

    Args:
        name: the name of the thread.
    """

    def __init__(self, name: str) -> None:
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever, name=name, daemon=True)
        self._thread.start()

    def begin(self, coroutine: Coroutine[Any, Any, T]) -> Future[T]:
        """Start a coroutine there; cancelling its future cancels it."""
        return asyncio.run_coroutine_threadsafe(coroutine, self._loop)

    async def run(self, coroutine: Coroutine[Any, Any, T]) -> T:
        """Run a coroutine there, and wait for it in the running event loop."""
        return await asyncio.wrap_future(self.begin(coroutine))

    def end(self) -> None:
        """Stop the loop and end the thread; no task may be running."""
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join()
        self._loop.close()


async def settled(*, cancel: bool = False) -> None:
    """Wait until no other task runs in the loop.

    Args:
        cancel: whether to cancel them first.
    """
    others = asyncio.all_tasks() - {asyncio.current_task()}
    for task in others if cancel else ():
        task.cancel()
    await asyncio.gather(*others, return_exceptions=True)
