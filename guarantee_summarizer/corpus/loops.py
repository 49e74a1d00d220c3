"""Run coroutines, or a whole run, in an event loop in a separate thread."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Awaitable, Callable, Coroutine, Generator
from concurrent.futures import Future
from typing import TYPE_CHECKING, Any, TypeVar

from guarantee_summarizer.corpus.sources import RaisedError

if TYPE_CHECKING:
    from guarantee_summarizer.corpus.results import Result
    from guarantee_summarizer.corpus.run import Run

__all__ = ["ThreadLoop", "in_thread", "settled"]

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


def in_thread(run: Run, finish: Callable[[], Awaitable[Any]]) -> Generator[Result]:
    """Yield the results of a run whose event loop is in a thread, fetched one at a time.

    Args:
        run: the run.
        finish: awaited in that loop at the end, to close its connections.
    """
    loop, results = ThreadLoop("run"), run.results()

    def wait_for(call: Callable[[], Awaitable[Any]]) -> Any:
        async def awaited() -> Any:
            try:
                return await call()
            except (SystemExit, KeyboardInterrupt, GeneratorExit) as error:
                raise RaisedError(error) from None

        future = loop.begin(awaited())
        try:
            return future.result()
        except RaisedError as raised:
            raise raised.args[0] from None
        except BaseException:
            if future.cancel():  # Ctrl-C while waiting for a result
                loop.begin(settled()).result()
            raise

    try:
        while True:
            try:
                result = wait_for(results.__anext__)
            except StopAsyncIteration:
                return
            yield result
    finally:
        wait_for(results.aclose)
        wait_for(finish)
        loop.end()
