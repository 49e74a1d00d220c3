"""A worker process of a run: a plain Python program that the main process controls through a pipe.

It is a new interpreter: scripts need no `__main__` guard, no program with threads is forked, and
the API key is sent through the pipe. It ends as soon as the pipe is closed, whatever ended the main
process.
"""

from __future__ import annotations

import asyncio
import gc
import logging
import logging.handlers
import os
import pickle
import queue
import signal
import sys
import threading
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from itertools import count
from typing import IO, Any

from guarantee_summarizer import errors
from guarantee_summarizer.article import Article
from guarantee_summarizer.corpus.results import Packed, failed

__all__ = ["Ended", "Process", "Setup", "serve"]

_PROGRAM = (
    "import gc, pickle, sys; gc.disable(); sys.path[:] = pickle.load(sys.stdin.buffer); "
    "from guarantee_summarizer.corpus.process import serve; serve()"
)
_PROBE = Article(text="")  # its key identifies the configuration of a summarizer
_HEAD = 8  # bytes that encode the length of a message
_BUFFER = 2**20
_LOG = logging.getLogger("guarantee_summarizer")


@dataclass(frozen=True, slots=True)
class Setup:
    """The first message to a process: the pickled summarizer with its API key and settings.

    `key` is the cache key of a probe: both processes must have the same templates and tables.
    `lines` says whether summaries are also wanted as JSON.
    """

    worker: bytes
    key: str
    level: int
    processes: int
    lines: bool

    @classmethod
    def of(cls, worker: Any, frozen: bytes, processes: int, *, lines: bool) -> Setup:
        """Describe this process to a worker process."""
        return cls(frozen, worker.key(_PROBE), _LOG.getEffectiveLevel(), processes, lines)


class Ended(Exception):  # noqa: N818  (never raised to a user)
    """The process ended before it answered."""


class Process:
    """A process that summarizes articles; create it with `started`.

    Args:
        program: the running program.
        paused: called with the number of a throttle and the seconds that an endpoint requested.
    """

    def __init__(
        self, program: asyncio.subprocess.Process, paused: Callable[[Process, int, float], None]
    ) -> None:
        self._program, self._paused = program, paused
        self._asked: dict[int, asyncio.Future[Packed]] = {}
        self._numbers = count()
        self._ready, self._over = asyncio.Event(), False
        self._listening = asyncio.create_task(self._listen())

    @classmethod
    async def started(cls, setup: Setup, paused: Callable[[Process, int, float], None]) -> Process:
        """Start a process and wait until its modules are loaded.

        Raises:
            Ended: it ended before that; its standard error, shared with this process, shows why.
            OSError: the system cannot start another process.
        """
        pipe = asyncio.subprocess.PIPE
        # In a separate process group it receives no Ctrl-C.
        program = await asyncio.create_subprocess_exec(
            sys.executable, "-P", "-c", _PROGRAM,
            stdin=pipe, stdout=pipe, limit=_BUFFER, process_group=0,
        )  # fmt: skip
        process = cls(program, paused)
        try:
            process._write(sys.path)
            process._write(setup)
            await process._ready.wait()
        except BaseException:
            await process.end()
            raise
        if process.alive:
            return process
        raise Ended(f"exit status {await program.wait()}")

    @property
    def alive(self) -> bool:
        """Whether it accepts requests."""
        return not self._over

    async def ask(self, article: Article) -> Packed:
        """Summarize an article in this process.

        Raises:
            Ended: the process ended first.
            Exception: any error that `Summarizer.summarize` raised there.
        """
        if not self.alive:
            raise Ended
        number = next(self._numbers)
        answer: asyncio.Future[Packed] = asyncio.get_running_loop().create_future()
        self._asked[number] = answer
        try:
            self._write((number, article))
            return await answer
        finally:
            del self._asked[number]

    def pause(self, throttle: int, seconds: float) -> None:
        """Make it send no request to an endpoint for some seconds."""
        if self.alive:
            self._write((None, (throttle, seconds)))

    async def end(self) -> None:
        """End it and abort its articles in progress."""
        with suppress(ProcessLookupError):
            self._program.kill()
        await self._program.wait()
        await asyncio.gather(self._listening, return_exceptions=True)

    def _write(self, message: Any) -> None:
        if (pipe := self._program.stdin) is not None:
            pipe.write(pickle.dumps(message))

    async def _listen(self) -> None:
        """Dispatch its messages until it ends."""
        try:
            while True:
                self._take(await self._read())
        except (asyncio.IncompleteReadError, ConnectionError):
            return
        except Exception:  # noqa: BLE001  (unpickling can raise any error)
            _LOG.exception("a worker process is ended: its answer cannot be read")
            with suppress(ProcessLookupError):
                self._program.kill()
        finally:
            self._over = True
            self._ready.set()
            for answer in self._asked.values():
                if not answer.done():
                    answer.set_exception(Ended())

    async def _read(self) -> Any:
        pipe = self._program.stdout
        if pipe is None:
            raise ConnectionError
        length = int.from_bytes(await pipe.readexactly(_HEAD))
        return pickle.loads(await pipe.readexactly(length))  # noqa: S301  (of this program)

    def _take(self, message: tuple[Any, Any]) -> None:
        kind, value = message
        if kind == "ready":
            self._ready.set()
        elif kind == "log":
            logging.getLogger(value.name).handle(value)
        elif kind == "pause":
            self._paused(self, *value)
        elif (answer := self._asked.get(kind)) is not None and not answer.done():
            if isinstance(value, Exception):
                answer.set_exception(value)
            else:
                answer.set_result(value)


class _Server(logging.handlers.QueueHandler):
    """Send answers and log records to the main process."""

    def __init__(self, pipe: IO[bytes]) -> None:
        super().__init__(queue.SimpleQueue())  # not used: see `enqueue`
        self._pipe, self._one, self._lines = pipe, threading.Lock(), False
        self._tasks: set[asyncio.Task[None]] = set()

    def send(self, kind: Any, value: Any) -> None:
        """Write one message."""
        message = pickle.dumps((kind, value))
        with self._one, suppress(OSError):  # the main process is gone: `_listen` ends this one
            self._pipe.write(len(message).to_bytes(_HEAD) + message)
            self._pipe.flush()

    def enqueue(self, record: logging.LogRecord) -> None:
        """Forward a log record."""
        self.send("log", record)

    async def serve(self, setup: Setup, requests: IO[bytes]) -> None:
        """Answer requests until there are no more."""
        self._worker = pickle.loads(setup.worker)  # noqa: S301  (of the program that started this)
        if self._worker.key(_PROBE) != setup.key:
            raise errors.ConfigurationError(
                "templates, tables or pipeline have changed since they were read"
            )
        self._lines = setup.lines
        for number, throttle in enumerate(self._worker.throttles):
            throttle.share(setup.processes, lambda wait, n=number: self.send("pause", (n, wait)))
        self._worker.warm_up()
        loop = asyncio.get_running_loop()

        def take(message: tuple[Any, Any]) -> None:
            loop.call_soon_threadsafe(self._take, message)

        threading.Thread(target=_listen, args=(requests, take), daemon=True).start()
        self.send("ready", None)
        await asyncio.Event().wait()

    def _take(self, message: tuple[Any, Any]) -> None:
        number, value = message
        if number is None:
            self._worker.throttles[value[0]].pause(value[1])
            return
        task = asyncio.get_running_loop().create_task(self._answer(number, value))
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def _answer(self, number: int, article: Article) -> None:
        try:
            summary = await self._worker.asummarize(article)
            self.send(number, Packed.of(summary, line=self._lines))
        except Exception as error:  # noqa: BLE001  (raised in the main process)
            self.send(number, _portable(error, article))
        if not gc.isenabled():  # all is loaded; the collector need not visit it again
            gc.freeze()
            gc.enable()


def _portable(error: Exception, article: Article) -> Exception:
    """Return an article's error if it can be pickled, else a substitute that describes it.

    The substitute has the same cost and effect on the run, and the nearest class in `errors`.
    """
    failure = failed(article, error).failure
    error = failure.error if failure else error
    try:
        if type(pickle.loads(pickle.dumps(error))) is type(error):  # noqa: S301
            return error
    except Exception:  # noqa: BLE001  (its class can raise any error)
        _LOG.debug("an error cannot be pickled", exc_info=True)
    known = next(kind for kind in type(error).__mro__ if kind.__module__ == errors.__name__)
    wrapped: Exception = known(f"{type(error).__name__}: {error}")
    for name in ("usage", "ends_run"):
        if hasattr(error, name):
            setattr(wrapped, name, getattr(error, name))
    return wrapped


def _listen(requests: IO[bytes], take: Callable[[Any], Any]) -> None:
    """Receive requests; when there are no more, end the process at once."""
    with suppress(EOFError, OSError, RuntimeError, pickle.UnpicklingError):
        while True:
            take(pickle.load(requests))  # noqa: S301  (of the program that started this)
    os._exit(0)


def serve() -> None:
    """Summarize the articles from standard input until it ends; runs in a worker process."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    server = _Server(os.fdopen(os.dup(1), "wb"))
    os.dup2(2, 1)  # output that libraries print must not mix with answers
    setup = pickle.load(sys.stdin.buffer)  # noqa: S301  (of the program that started this)
    logging.getLogger().addHandler(server)
    _LOG.setLevel(setup.level)
    asyncio.run(server.serve(setup, sys.stdin.buffer))
