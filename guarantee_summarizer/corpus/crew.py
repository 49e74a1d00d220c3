"""Distribute the articles of a run over processes.

The main process keeps the ledger, the order and the budget. It summarizes articles too, so that a
short run starts no other process; in a separate thread, so that no other process waits for it.
"""

from __future__ import annotations

import asyncio
import logging
import multiprocessing
import os
import pickle
import sys
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from dataclasses import fields
from functools import partial
from io import BytesIO
from typing import Any, Protocol

from guarantee_summarizer.article import Article
from guarantee_summarizer.corpus.loops import ThreadLoop, settled
from guarantee_summarizer.corpus.process import Ended, Process, Setup
from guarantee_summarizer.corpus.results import Packed
from guarantee_summarizer.errors import ConfigurationError, GuaranteeSummarizerError
from guarantee_summarizer.options import Endpoint, Options, RunOptions
from guarantee_summarizer.schema import Summary

__all__ = ["Crew", "Worker"]

_FEW = 8  # articles that may wait before a process is started, if `processes` is not set
_AHEAD = 2  # articles that the embedded extractor has in another process: one is queued there
_TRIES = 3  # attempts at an article whose process died
_LOG = logging.getLogger("guarantee_summarizer")


class Worker(Protocol):
    """The interface of a `Summarizer` that a run needs."""

    def summarize(self, article: Any) -> Summary:
        """Summarize one article."""

    async def asummarize(self, article: Any) -> Summary:
        """Summarize one article without blocking the event loop."""

    def warm_up(self) -> None:
        """Load what the first article would wait for."""

    def key(self, article: Article) -> str:
        """Return the cache key."""

    @property
    def settings(self) -> dict[str, Any]:
        """The settings to rebuild it, without the API key."""

    @property
    def bound(self) -> str | None:
        """Why it cannot be used in other processes; None if it can."""

    @property
    def model_client(self) -> Any:
        """The client of the model, where there is one."""

    @property
    def throttles(self) -> tuple[Any, ...]:
        """The throttles of its endpoints."""


class Crew:
    """Summarize articles in this process and in worker processes.

    Without `processes`, the embedded extractor starts workers once articles wait. Each process has
    an equal share of `concurrency` and of the rate limits (for the embedded extractor: one article
    at a time), and a 429 in one pauses all. An article whose process died is repeated in another;
    for the embedded extractor, in a new process without other articles.

    Args:
        worker: the summarizer.
        options: `processes` and `concurrency`.

    Raises:
        ConfigurationError: several processes are requested, but the summarizer cannot be used in
            other processes.
    """

    def __init__(self, worker: Worker, options: RunOptions) -> None:
        asked, self._worker = options.processes, worker
        self._asked = asked is not None
        self._embedded = worker.settings["model"] is None
        most = min(asked or (_cores() if self._embedded else 1), options.concurrency)
        lines = options.ledger is not None
        self._setup = _setup(worker, most, asked, lines=lines) if most > 1 else None
        self._most = most if self._setup else 1
        self._share = _AHEAD if self._embedded else -(-options.concurrency // self._most)
        self.places = options.concurrency
        if self._embedded and self._most > 1:  # some are queued, so that no process idles
            self.places = max(self.places, 2 * self._most + _FEW)
        self._patience = 0 if asked else _FEW
        self._waiting, self._wanted = 0, self._most - 1
        self._others: set[Process] = set()
        self._suspects = 0
        self._cell: Process | None = None
        self._joining: set[asyncio.Task[None]] = set()

    def open(self) -> None:
        """Start in the running event loop."""
        self._free: asyncio.Queue[Process | None] = asyncio.Queue()  # None is this process
        self._thread = ThreadPoolExecutor(1, "summarizer")
        shared = self._most > 1 and not self._embedded
        self._loop = ThreadLoop("summarizer") if shared else None
        self._turn = asyncio.Lock()
        self._admit(None)
        loop = asyncio.get_running_loop()
        for number, throttle in enumerate(self._throttles):
            pause = partial(self._pause, None, number)
            throttle.share(self._most, partial(loop.call_soon_threadsafe, pause))
        for _ in range(self._wanted if self._asked else 0):
            self._grow()

    async def close(self) -> None:
        """End the other processes, and abandon their articles in flight."""
        for throttle in self._throttles:
            throttle.share(1)
        for task in self._joining:
            task.cancel()
        await asyncio.gather(*self._joining, return_exceptions=True)
        await asyncio.gather(*(other.end() for other in self._others))
        self._thread.shutdown(wait=False)
        if self._loop is not None:
            await self._loop.run(settled(cancel=True))
            await self._loop.run(self._worker.model_client.aclose())
            self._loop.end()

    async def asummarize(self, article: Article) -> Summary | Packed:
        """Summarize one article in the next free process.

        Raises:
            GuaranteeSummarizerError: every process that tried it died; or an error of `Summarizer`.
        """
        if self._most == 1:
            return await self._worker.asummarize(article)
        for _ in range(1 if self._embedded else _TRIES):
            process = await self._next()
            try:
                return await self._done_by(process, article)
            except Ended:
                pass
            finally:
                self._free.put_nowait(process)
        if self._embedded and (summary := await self._alone(article)):
            return summary
        message = "its processes were killed, perhaps because memory ran out; split it"
        raise GuaranteeSummarizerError(f"{article.source}: {message}")

    async def _alone(self, article: Article) -> Packed | None:
        """Repeat an article that may have killed its process; return None if that fails too.

        Suspected articles take turns in one process, where they cannot affect other articles or
        this process. After the last of them the process is used for all articles.
        """
        self._suspects += 1
        try:
            async with self._turn:
                for _ in range(_TRIES - 1):
                    with suppress(Ended, OSError):
                        if self._cell is None or not self._cell.alive:
                            self._others.discard(self._cell)
                            self._cell = await self._started()
                        return await self._cell.ask(article)
            return None
        finally:
            self._suspects -= 1
            if not self._suspects and self._cell:
                self._admit(self._cell)
                self._cell = None

    async def _done_by(self, process: Process | None, article: Article) -> Summary | Packed:
        if process is not None:
            return await process.ask(article)
        if self._loop is not None:
            return await self._loop.run(self._worker.asummarize(article))
        loop = asyncio.get_running_loop()
        return await loop.run_in_executor(self._thread, self._worker.summarize, article)

    async def _next(self) -> Process | None:
        """Wait for a free process; start another if many articles wait."""
        self._waiting += 1
        try:
            while True:
                if self._free.empty() and self._waiting > self._patience:
                    self._grow()
                process = await self._free.get()
                if process is None or process.alive:
                    return process
                self._others.discard(process)
        finally:
            self._waiting -= 1

    def _grow(self) -> None:
        """Start another process, unless the maximum is reached."""
        if len(self._others) + len(self._joining) < self._wanted:
            joining = asyncio.create_task(self._join())
            self._joining.add(joining)
            joining.add_done_callback(self._joining.discard)

    async def _join(self) -> None:
        """Start a process; if that fails, start no others."""
        try:
            self._admit(await self._started())
        except (Ended, OSError, NotImplementedError) as error:  # or a loop without subprocesses
            self._wanted = 0
            _LOG.warning("a process did not start (%r); the run continues without it", error)

    async def _started(self) -> Process:
        if self._setup is None:
            raise AssertionError("other processes are not configured")
        process = await Process.started(self._setup, self._pause)
        self._others.add(process)
        return process

    def _admit(self, process: Process | None) -> None:
        one = self._embedded and process is None  # its thread has no queue
        for _ in range(1 if one else self._share):
            self._free.put_nowait(process)

    def _pause(self, origin: Process | None, throttle: int, seconds: float) -> None:
        """Pause all other processes after an endpoint asked one of them to wait."""
        if origin is not None:
            self._throttles[throttle].pause(seconds)
        for other in self._others - {origin}:
            other.pause(throttle, seconds)

    @property
    def _throttles(self) -> tuple[Any, ...]:
        return self._worker.throttles if self._most > 1 else ()


def _setup(worker: Worker, processes: int, asked: int | None, *, lines: bool) -> Setup | None:
    """Return the setup of the other processes; None if the summarizer cannot be used there."""
    reason = worker.bound
    if getattr(sys, "frozen", False) or not sys.executable:
        reason = "no Python interpreter can be started"
    try:
        frozen = b"" if reason else _pickled(worker)
    except (pickle.PicklingError, AttributeError, TypeError) as error:
        reason = f"the summarizer cannot be pickled ({error})"
    if reason is None and b"__main__" in frozen:
        reason = "the summarizer's class is defined in the main script, which is not imported there"
    if reason is None:
        return Setup.of(worker, frozen, processes, lines=lines)
    if asked:
        raise ConfigurationError(f"processes={asked}: {reason}; leave out processes")
    return None


class _Pickler(pickle.Pickler):
    """Pickles endpoints and options with their keys; only for the pipe to another process."""

    def reducer_override(self, value: Any) -> Any:
        if isinstance(value, Endpoint) and value.client is None:
            return _endpoint, (str(value.model), value.base_url, value.api_key)
        if isinstance(value, Options):
            return _options, ({one.name: getattr(value, one.name) for one in fields(value)},)
        return NotImplemented


def _endpoint(model: str, base_url: str | None, api_key: str | None) -> Endpoint:
    return Endpoint(model=model, base_url=base_url, api_key=api_key)


def _options(values: dict[str, Any]) -> Options:
    return Options(**values)


def _pickled(worker: Worker) -> bytes:
    pickled = BytesIO()
    _Pickler(pickled).dump(worker)
    return pickled.getvalue()


def _cores() -> int:
    """Return the number of cores that this process may use; 1 in a child process."""
    if multiprocessing.parent_process() is not None:
        return 1
    return len(os.sched_getaffinity(0)) if sys.platform == "linux" else os.cpu_count() or 1
