"""Share the articles of a run among processes; ledger, order and budget stay with the first.

The first process works too, so that a short run costs no start.
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
from guarantee_summarizer.corpus.process import Ended, Process, Setup
from guarantee_summarizer.corpus.results import Packed
from guarantee_summarizer.errors import ConfigurationError, GuaranteeSummarizerError
from guarantee_summarizer.options import Endpoint, Options, RunOptions
from guarantee_summarizer.schema import Summary

__all__ = ["Crew", "Worker"]

_FEW = 8  # articles that may wait before another process is started, where none is asked for
_AHEAD = 2  # articles that another process has of the embedded extractor: one waits for it there
_TRIES = 3  # of an article whose process was ended
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
        """The settings to build it again, without the API key."""

    @property
    def bound(self) -> str | None:
        """Why it works in this process alone; None if it can be pickled."""

    @property
    def throttles(self) -> tuple[Any, ...]:
        """The throttles of its endpoints."""


class Crew:
    """Summarize articles in this process and in others: those asked for, or once articles wait.

    Each process has an equal part of `concurrency` and of the rate limits (for the embedded
    extractor: one article at a time), and a 429 in one pauses all. An article whose process was
    ended is done by another; of the embedded extractor by a new one, in which it is alone.

    Args:
        worker: the summarizer.
        options: `processes` and `concurrency`.

    Raises:
        ConfigurationError: processes are asked for, but the summarizer works in this one alone.
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
        if self._embedded and self._most > 1:  # some wait, so that no process does
            self.places = max(self.places, 2 * self._most + _FEW)
        self._patience = 0 if asked else _FEW
        self._waiting, self._wanted = 0, self._most - 1
        self._others: set[Process] = set()
        self._suspects = 0
        self._cell: Process | None = None
        self._joining: set[asyncio.Task[None]] = set()

    def open(self) -> None:
        """Begin, in the running event loop."""
        self._free: asyncio.Queue[Process | None] = asyncio.Queue()  # None is this process
        self._thread = ThreadPoolExecutor(1, "summarizer")
        self._turn = asyncio.Lock()
        self._admit(None)
        loop = asyncio.get_running_loop()
        for number, throttle in enumerate(self._throttles):
            pause = partial(self._pause, None, number)
            throttle.share(self._most, partial(loop.call_soon_threadsafe, pause))
        for _ in range(self._wanted if self._asked else 0):
            self._grow()

    async def close(self) -> None:
        """End the other processes, and drop what they have under way."""
        for throttle in self._throttles:
            throttle.share(1)
        for task in self._joining:
            task.cancel()
        await asyncio.gather(*self._joining, return_exceptions=True)
        await asyncio.gather(*(other.end() for other in self._others))
        self._thread.shutdown(wait=False)

    async def asummarize(self, article: Article) -> Summary | Packed:
        """Summarize one article in whichever process is free.

        Raises:
            GuaranteeSummarizerError: every process that began it was ended; or as `Summarizer`.
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
        if self._embedded and (made := await self._alone(article)):
            return made
        message = "the processes that read it were ended, perhaps for want of memory; split it"
        raise GuaranteeSummarizerError(f"{article.source}: {message}")

    async def _alone(self, article: Article) -> Packed | None:
        """Do an article that may be why a process was ended where it ends no other's, nor this one.

        Those that are suspected take turns in one process; the last one leaves it to all.
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
        if not self._embedded:
            return await self._worker.asummarize(article)
        loop = asyncio.get_running_loop()  # it deals out articles meanwhile
        return await loop.run_in_executor(self._thread, self._worker.summarize, article)

    async def _next(self) -> Process | None:
        """Wait for a process that is free; if many wait, start another."""
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
        """Start another process, unless there are as many as there may be."""
        if len(self._others) + len(self._joining) < self._wanted:
            joining = asyncio.create_task(self._join())
            self._joining.add(joining)
            joining.add_done_callback(self._joining.discard)

    async def _join(self) -> None:
        """Start a process; if that fails the run goes on with those there are."""
        try:
            self._admit(await self._started())
        except (Ended, OSError, NotImplementedError) as error:  # of loops without processes
            self._wanted = 0
            _LOG.warning("a further process did not start (%r); the run goes on without", error)

    async def _started(self) -> Process:
        if self._setup is None:
            raise AssertionError("this process works alone")
        process = await Process.started(self._setup, self._pause)
        self._others.add(process)
        return process

    def _admit(self, process: Process | None) -> None:
        one = self._embedded and process is None  # nothing waits for a thread
        for _ in range(1 if one else self._share):
            self._free.put_nowait(process)

    def _pause(self, origin: Process | None, throttle: int, seconds: float) -> None:
        """Pass on that an endpoint asked one process to wait."""
        if origin is not None:
            self._throttles[throttle].pause(seconds)
        for other in self._others - {origin}:
            other.pause(throttle, seconds)

    @property
    def _throttles(self) -> tuple[Any, ...]:
        return self._worker.throttles if self._most > 1 else ()


def _setup(worker: Worker, processes: int, asked: int | None, *, lines: bool) -> Setup | None:
    """What another process has to know; None if the summarizer works in this one alone."""
    reason = worker.bound
    if getattr(sys, "frozen", False) or not sys.executable:
        reason = "there is no Python to start"
    try:
        frozen = b"" if reason else _pickled(worker)
    except (pickle.PicklingError, AttributeError, TypeError) as error:
        reason = f"the summarizer cannot be pickled ({error})"
    if reason is None and b"__main__" in frozen:
        reason = "the summarizer's class stands in the main script, which others do not import"
    if reason is None:
        return Setup.of(worker, frozen, processes, lines=lines)
    if asked:
        raise ConfigurationError(f"processes={asked}: {reason}; leave processes out")
    return None


class _Pickler(pickle.Pickler):
    """Pickles endpoints and options with their keys, for a pipe and nothing else."""

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
    """The cores that this process may use; a process that shares work already starts no others."""
    if multiprocessing.parent_process() is not None:
        return 1
    return len(os.sched_getaffinity(0)) if sys.platform == "linux" else os.cpu_count() or 1
