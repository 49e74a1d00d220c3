"""Summarize many articles concurrently; pay for none twice, and lose none.

One event loop reads articles as capacity allows, so that memory does not grow with the input, and
distributes them over the processes of its crew. It remembers the last 50,000 articles, to report
duplicates. The ledger is written in a separate thread: a locked file does not delay the articles in
flight.
"""

from __future__ import annotations

import asyncio
import itertools
import time
from collections.abc import AsyncGenerator, AsyncIterable, Iterable
from contextlib import suppress
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import Any

from guarantee_summarizer import errors
from guarantee_summarizer.article import Article
from guarantee_summarizer.corpus.crew import Crew, Worker
from guarantee_summarizer.corpus.ledger import ClaimResult, Ledger
from guarantee_summarizer.corpus.progress import shown
from guarantee_summarizer.corpus.records import Entry, entry_of, stored, unreadable_entry
from guarantee_summarizer.corpus.results import (
    Failure,
    Result,
    Status,
    failed,
    usage_of,
)
from guarantee_summarizer.corpus.sources import END, RaisedError, fetching
from guarantee_summarizer.corpus.twins import Twins
from guarantee_summarizer.corpus.writer import Writer
from guarantee_summarizer.options import RunOptions

__all__ = ["Run"]


_WINDOW = 4  # articles in flight or waiting to be fetched, as a multiple of `concurrency`
_FATAL = (errors.ConfigurationError, errors.PromptError, errors.LexiconError)


@dataclass
class Run:
    """Summarize many articles; iterate over `results` once.

    Args:
        worker: the summarizer.
        articles: inputs of `Summarizer.summarize`, or failures of a reader, which are passed on;
            read one by one, in a thread unless they are a list.
        options: see `RunOptions`.
        pauses: seconds before each retry of writing a result to the ledger.

    Raises:
        ConfigurationError: several processes are requested, but the summarizer cannot be used in
            other processes.
    """

    worker: Worker
    articles: Iterable[Any] | AsyncIterable[Any]
    options: RunOptions
    pauses: tuple[float, ...] = (1.0, 4.0, 15.0)
    status: Status = field(default_factory=Status)
    stopped: str | None = None
    _error: BaseException | None = None
    _over: bool = False
    _pulling: asyncio.Future[Any] | None = None
    _run: int = 0
    _twins: Twins = field(default_factory=Twins)
    _unreadable: set[str] = field(default_factory=set)  # places in the ledger

    def __post_init__(self) -> None:
        """Create the crew, which refuses impossible options."""
        self._crew = Crew(self.worker, self.options)

    @property
    def free(self) -> bool:
        """Whether repeating the articles in flight costs nothing, because no model is used."""
        return self.worker.settings["model"] is None

    def stop(self, reason: str = "") -> None:
        """Start no more articles and finish those in flight; can be called from any thread."""
        self.stopped = self.stopped or reason or "stopped"
        if self._pulling is not None:
            with suppress(RuntimeError):  # the loop is closed: nothing is running
                self._pulling.get_loop().call_soon_threadsafe(self._pulling.cancel)

    def record_stop(self) -> None:
        """Record that the run was stopped, for a process that ends without waiting for it.

        Raises:
            LedgerError: the ledger cannot be written.
        """
        if self._run and self._ledger is not None:
            self._ledger.end(self._run, "stopped")

    async def results(self) -> AsyncGenerator[Result]:
        """Yield every article's result.

        Raises:
            BudgetSpentError: after the last result, if the budget ended the run.
            LedgerError: the ledger cannot be read or written; after the results already paid for.
            AuthenticationError: or another error that every article would get; in the same way.
        """
        self._began, self._next = time.monotonic(), fetching(self.articles)
        self._room = asyncio.Semaphore(_WINDOW * self._crew.places)
        self._finished: asyncio.Queue[Any] = asyncio.Queue()
        with Writer() as self._writer, shown(self.options.progress) as show:
            self._show = show
            self._ledger = _opened(self.options.ledger)
            if (ledger := self._ledger) is not None:
                self._run = await self._writer.call(lambda: ledger.begin(self.worker.settings))
                self._unreadable = await self._writer.call(ledger.unreadable)
            self._crew.open()
            feeding = asyncio.create_task(self._feed())
            feeding.add_done_callback(lambda _: self._finished.put_nowait(END))
            try:
                async for result in self._in_order():
                    yield result
                await feeding
            finally:
                feeding.cancel()
                await asyncio.gather(feeding, return_exceptions=True)
                await self._crew.close()
                await self._end()
        if self._error is not None:
            raise self._error

    async def _in_order(self) -> AsyncGenerator[Result]:
        """Yield results as they finish, or in the order of the articles."""
        waiting: dict[int, Result] = {}
        expected = 0
        while (finished := await self._finished.get()) is not END:
            number, result = finished
            waiting[number if self.options.ordered else expected] = result
            while expected in waiting:
                result = waiting.pop(expected)
                expected += 1
                if self.options.failures == "raise" and result.failure is not None:
                    raise result.failure.error
                yield result
                self._room.release()

    async def _feed(self) -> None:
        """Start articles one by one, as capacity allows, and wait for the last one."""
        places = asyncio.Semaphore(self._crew.places)
        async with asyncio.TaskGroup() as group:
            for number in itertools.count():
                await self._room.acquire()
                await places.acquire()
                if (item := await self._pull()) is END:
                    return
                task = group.create_task(self._work(number, item))
                task.add_done_callback(lambda _: places.release())

    async def _work(self, number: int, item: Any) -> None:
        result = await self._result(number, item)
        try:
            self._count(result)
        except BaseException as error:  # noqa: BLE001  (whatever a progress function raises)
            self._fail(error)
        self._finished.put_nowait((number, result))

    async def _pull(self) -> Any:
        if self._over or self.stopped or self._spent():
            return END
        self._pulling = asyncio.ensure_future(self._next())
        try:
            item = await self._pulling
        except asyncio.CancelledError:
            if self.stopped and self._pulling.cancelled():
                return END
            raise
        except Exception as error:  # noqa: BLE001  (whatever the source raises ends the run)
            self._fail(error.args[0] if isinstance(error, RaisedError) else error)
            return END
        self._over = item is END
        return item

    def _spent(self) -> bool:
        options, usage = self.options, self.status.usage
        tokens = usage.tokens
        over = options.budget_tokens is not None and tokens >= options.budget_tokens
        if options.budget_cost is not None and options.prices is not None:
            over = over or options.prices.of(usage) >= options.budget_cost
        if over and self._error is None:
            message = f"the budget is spent ({self.status}); raise it and run again to resume"
            self._fail(errors.BudgetSpentError(message))
        return over

    def _fail(self, error: BaseException) -> None:
        """End the run with an error, once the articles in flight are finished."""
        self._error = error if self._error is None else self._error
        self.stop(type(error).__name__)

    async def _result(self, number: int, item: Any) -> Result:
        if isinstance(item, Failure):
            return await self._unread(item)
        try:
            article = self._twins.named(Article.of(item))
        except errors.ArticleError as error:  # not recorded: numbers are not the same in other runs
            source = f"article {number + 1}"
            return Result(source, failure=Failure(source, error))
        except Exception as error:  # noqa: BLE001  (a record's methods, or no memory)
            return _unexpected(f"article {number + 1}", error)
        if self._ledger is None:
            return await self._summarized(article)
        try:
            return await self._once(article, self._ledger)
        except Exception as error:  # noqa: BLE001  (of the ledger or the key, for every article)
            self._fail(error)
            return failed(article, error)

    async def _unread(self, failure: Failure) -> Result:
        """Return the result of an unreadable input, after it is recorded."""
        # Readable articles of the same file must not delete the entry.
        self._unreadable.discard(failure.source)
        recorded = isinstance(failure.error, errors.LedgerError)  # as a damaged row
        if (ledger := self._ledger) is not None and not recorded:
            await self._record(unreadable_entry(failure, self._run), ledger)
        return Result(failure.source, failure=failure)

    async def _summarized(self, article: Article) -> Result:
        try:
            return Result(article.source, await self._crew.asummarize(article))
        except Exception as error:  # noqa: BLE001  (one article must not cost the others)
            if _ends_run(error):
                self._fail(error)
            return failed(article, error)

    async def _once(self, article: Article, ledger: Ledger) -> Result:
        """Return the recorded result, or summarize the article and record the result."""
        for place in self._unreadable.intersection(_places_of(article.source)):  # now readable
            self._unreadable.discard(place)
            await self._writer.call(partial(ledger.forget_unreadable, place))
        key = self.worker.key(article)
        pause, claim = 0.05, partial(_claim, ledger, key, retry=self.options.retry_failed)
        while (claimed := await self._writer.soon(claim))[0] == "taken":
            await asyncio.sleep(pause)  # by another process, or by a duplicate in flight
            pause, claim = min(2 * pause, 2.0), partial(_claim, ledger, key, retry=False)
        if claimed[0] != "mine":
            return stored(claimed[1], article)
        recorded = False
        try:
            result = await self._summarized(article)
            if result.failure is None or not _ends_run(result.failure.error):
                recorded = await self._record(entry_of(key, article, result, self._run), ledger)
        finally:
            if not recorded:
                with suppress(errors.LedgerError):  # the claim ends with this process at the latest
                    await self._writer.call(lambda: ledger.release(key))
        return result

    async def _record(self, entry: Entry, ledger: Ledger) -> bool:
        """Write a result that was paid for, with retries; if all fail, end the run."""
        for pause in (*self.pauses, None):
            try:
                await self._writer.soon(lambda: ledger.record(entry), ledger)
            except errors.LedgerError as error:
                if pause is None or self.stopped:
                    self._fail(error)
                    break
                await asyncio.sleep(pause)
            else:
                return True
        return False

    def _count(self, result: Result) -> None:
        usage = self.status.usage
        if result.stored is None:
            usage += usage_of(result)
        prices, old = self.options.prices, self.status
        self.status = Status(
            done=old.done + (result.made is not None),
            failed=old.failed + (result.failure is not None),
            reused=old.reused + (result.stored is not None),
            total=len(self.articles) if isinstance(self.articles, list | tuple) else None,
            usage=usage,
            cost=prices.of(usage) if prices else None,
            seconds=time.monotonic() - self._began,
        )
        self._show(self.status)

    async def _end(self) -> None:
        """Record how the run ended; close a ledger that was opened here."""
        if (ledger := self._ledger) is None:
            return
        finished = self._over and not self.stopped
        state: Any = "failed" if self._error else "finished" if finished else "stopped"
        with suppress(errors.LedgerError):
            await self._writer.call(lambda: ledger.end(self._run, state))
        if ledger is not self.options.ledger:
            await self._writer.call(ledger.close)


def _unexpected(source: str, error: Exception) -> Result:
    """Return the failure of an input that raised an unexpected error."""
    message = f"{source}: unexpected {type(error).__name__} while it was read"
    wrapped = errors.ArticleError(message)
    wrapped.__cause__ = error
    return Result(source, failure=Failure(source, wrapped))


def _ends_run(error: BaseException) -> bool:
    """Return whether every article would get this error."""
    return isinstance(error, _FATAL) or getattr(error, "ends_run", False)


def _places_of(source: str) -> set[str]:
    """Return the place of an article and that of its file: `n.csv, line 2` and `n.csv`."""
    parts = source.split(", ")
    return {", ".join(parts[:end]) for end in range(1, len(parts) + 1)}


def _claim(ledger: Ledger, key: str, *, retry: bool) -> tuple[ClaimResult, Entry | None]:
    """Claim a key; return the entry too if there is one already."""
    claim = ledger.claim(key, retry=retry)
    return claim, ledger.get(key) if claim in ("done", "failed") else None


def _opened(ledger: Ledger | str | Path | None) -> Ledger | None:
    return Ledger(ledger) if isinstance(ledger, str | Path) else ledger
