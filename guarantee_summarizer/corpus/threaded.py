"""A run for callers without an event loop, or with one of their own that must not be blocked."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Awaitable, Callable, Generator
from typing import Any

from guarantee_summarizer.corpus.results import Result
from guarantee_summarizer.corpus.run import Run

__all__ = ["in_thread"]


def in_thread(run: Run, finish: Callable[[], Awaitable[Any]]) -> Generator[Result]:
    """The results of a run whose event loop lives in a thread; one is fetched at a time.

    Args:
        run: what to do.
        finish: awaited in that loop at the end, to give back its connections.
    """
    loop = asyncio.new_event_loop()
    thread = threading.Thread(target=loop.run_forever, name="run", daemon=True)
    thread.start()
    results = run.results()

    def wait_for(call: Callable[[], Awaitable[Any]]) -> Any:
        async def awaited() -> Any:
            return await call()

        future = asyncio.run_coroutine_threadsafe(awaited(), loop)
        try:
            return future.result()
        except BaseException:
            if future.cancel():  # Ctrl-C while a result was under way
                asyncio.run_coroutine_threadsafe(_at_rest(), loop).result()
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
        loop.call_soon_threadsafe(loop.stop)
        thread.join()
        loop.close()


async def _at_rest() -> None:
    """Wait until nothing else is under way in the loop."""
    await asyncio.gather(*asyncio.all_tasks() - {asyncio.current_task()}, return_exceptions=True)
