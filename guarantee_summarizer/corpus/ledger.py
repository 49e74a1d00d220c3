"""Ledger: what was done in runs over many articles, in one SQLite file on a local disk."""

from __future__ import annotations

import functools
import json
import os
import platform
import sqlite3
import threading
import time
import weakref
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field, fields
from pathlib import Path
from typing import Any, Literal, NamedTuple, Self

from guarantee_summarizer import errors
from guarantee_summarizer.article import Article
from guarantee_summarizer.corpus import ledger_file as sql
from guarantee_summarizer.corpus.results import Failure, Result, usage_of
from guarantee_summarizer.errors import LedgerError
from guarantee_summarizer.schema import Usage

__all__ = [
    "LEASE",
    "Claim",
    "Counts",
    "Entry",
    "Ledger",
    "Run",
    "entry_of",
    "lives",
    "owner",
    "stored",
]


def owner(pid: int) -> str:
    """`host pid start`: a process that never comes again; the start is empty if it is hidden."""
    start = ""
    with suppress(OSError):
        stat = Path(f"/proc/{pid}/stat").read_bytes().rpartition(b")")[2].split()
        # proc(5): field 3 is the state, field 22 the clock tick of the start since this boot.
        start = f"{_boot()}/{int(stat[19])}" if stat[0] not in b"ZX" else "ended"
    return f"{platform.node()} {pid} {start}"


@functools.cache
def _boot() -> str:
    return Path("/proc/sys/kernel/random/boot_id").read_text().strip()


def lives(name: str) -> bool | None:
    """Whether the process is alive; None if that cannot be seen from here."""
    host, pid, _ = name.rsplit(" ", 2)
    if host != platform.node() or os.name == "nt":  # signal 0 would interrupt it on Windows
        return None
    try:
        os.kill(int(pid), 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        pass  # somebody else's, and alive
    return owner(int(pid)) in (name, f"{host} {pid} ")


LEASE = 3600.0
"""Seconds until a claim is void whose process cannot be looked at: it is on another machine."""

Status = Literal["done", "failed"]
Claim = Literal["mine", "taken", "done", "failed"]

_PAGE = 50  # entries read at once: a few MB even of long articles
_LOCK = threading.RLock()  # one for all ledgers, so that a fork finds every one of them at rest
_OPEN: weakref.WeakSet[Ledger] = weakref.WeakSet()


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """What became of one article; nothing in it is secret.

    `key` tells this piece of work from others, `article` is the article's id, `source` its name
    for messages, `run` the run that wrote it. `summary` is JSON, given when `done`. When `failed`,
    `error` is the name of the error's class, `message` its one line, and `record` JSON that
    `Article.from_dict` reads, to try again without the input. `usage` is what it cost, also when
    it failed; `updated` is in seconds since 1970, and nothing is decided by it.
    """

    key: str
    article: str
    source: str
    status: Status
    run: int
    summary: str | None = None
    error: str | None = None
    message: str | None = None
    record: str | None = None
    usage: Usage = field(default_factory=Usage)
    updated: float = field(default_factory=time.time)


@dataclass(frozen=True, slots=True, kw_only=True)
class Run:
    """A run: its settings, how it ended, what it recorded and paid (later runs change neither).

    `state` is what `end` was told; without it `running`, `killed`, or `unknown` if that cannot be
    seen from this machine. `begun` and `ended` are in seconds since 1970.
    """

    run: int
    settings: dict[str, Any]
    state: Literal["finished", "stopped", "failed", "running", "killed", "unknown"]
    begun: float
    ended: float | None
    done: int
    failed: int
    usage: Usage


class Counts(NamedTuple):
    """How many articles are done, and how many failed and were not done since."""

    done: int
    failed: int


class Ledger:
    """Remembers what was done, so that nothing is paid for twice and a killed run goes on.

    Threads, processes of one machine and forks may share it, and it can be pickled. A call takes
    about 0.1 ms, longer while another process writes.

    Args:
        path: the file, made at first use; on a local disk, in a folder that exists.
        patience: seconds to wait for a file that another process has locked.

    Raises:
        LedgerError: by every method: the file is no ledger or another version's, is locked, cannot
            be read or written, or the disk is full. Nothing recorded is lost, and the ledger works
            again once the reason is gone.
    """

    def __init__(self, path: str | Path, *, patience: float = 30.0) -> None:
        self._path, self._patience = Path(path).absolute(), patience
        self._connection: sqlite3.Connection | None = None
        self._held: set[str] = set()

    @property
    def path(self) -> Path:
        """The file, absolute."""
        return self._path

    def begin(self, settings: Mapping[str, Any]) -> int:
        """Begin a run, return its number; `settings` are JSON and never hold an API key."""
        if settings.get("api_key"):
            raise LedgerError(f"{self._path}: keeps no secret; leave api_key out of the settings")
        values = {"settings": json.dumps(dict(settings)), "usage": Usage().model_dump_json()}
        with self._transaction() as connection:
            return int(connection.execute(sql.BEGIN, values | _mine()).lastrowid or 0)

    def end(self, run: int, state: Literal["finished", "stopped", "failed"]) -> None:
        """Say how a run ended; one of which that is never said was killed."""
        with self._transaction() as connection:
            self._usage(connection, run)
            connection.execute(sql.END, {"run": run, "state": state, "now": time.time()})

    def runs(self) -> list[Run]:
        """All runs, the oldest first."""
        return [_run(row) for row in self._read(sql.RUNS)]

    def get(self, key: str) -> Entry | None:
        """What became of `key`, or None."""
        return next(map(_entry, self._read(sql.GET, key=key)), None)

    def claim(self, key: str, *, retry: bool = True) -> Claim:
        """Ask for `key` before paying for it; of all threads and processes one gets it.

        Args:
            key: the piece of work.
            retry: whether to take on one that failed.

        Returns:
            `mine`: do it, then `record` or `release` it; `taken`: somebody alive is on it (a dead
            process's claim is void at once, another machine's after `LEASE`); `done`, or `failed`
            without `retry`: there is nothing to do.
        """
        if found := self._found(self._read(sql.STATUS, key=key), retry=retry):
            return found  # nothing is locked for what is there
        with self._transaction() as connection:
            rows = connection.execute(sql.STATUS, {"key": key}).fetchall()
            if found := self._found(rows, retry=retry):
                return found
            if any(map(self._holds, connection.execute(sql.HOLDER, {"key": key}).fetchall())):
                return "taken"
            connection.execute(sql.CLAIM, {"key": key, **_mine()})
            self._held.add(key)
        return "mine"

    @staticmethod
    def _found(rows: list[sqlite3.Row], *, retry: bool) -> Literal["done", "failed"] | None:
        """What an entry says against doing its work."""
        for (status,) in rows:
            if status == "done" or not retry:
                return "done" if status == "done" else "failed"
        return None

    def _holds(self, claim: sqlite3.Row) -> bool:
        """Whether whoever made a claim is still on it.

        One of this process is void if none of its ledgers knows of it: its release failed.
        """
        if claim["owner"] == owner(os.getpid()):
            own = [ledger for ledger in _OPEN if ledger._path == self._path]  # noqa: SLF001
            return any(claim["key"] in ledger._held for ledger in own)  # noqa: SLF001
        alive = lives(claim["owner"])
        return abs(time.time() - claim["since"]) < LEASE if alive is None else alive

    def release(self, key: str) -> None:
        """Give back this process's claim on `key` with nothing recorded."""
        self._held.discard(key)  # also where the file refuses: a claim that nobody holds is void
        with self._transaction() as connection:
            connection.execute(sql.RELEASE, {"key": key, **_mine()})

    def record(self, entry: Entry) -> None:
        """Keep an entry and release its claim, both or neither.

        The latest entry of a key counts, but a failed one never overwrites one that is done. Lone
        surrogates (of a file name that is not UTF-8) are kept as their escapes.
        """
        values = {f.name: getattr(entry, f.name) for f in fields(entry)}
        values["usage"] = entry.usage.model_dump_json()
        values = {n: _text(v) if isinstance(v, str) else v for n, v in values.items()}
        with self._transaction() as connection:
            connection.execute(sql.RECORD, values)
            total = _sum(self._usage(connection, entry.run), entry.usage)
            connection.execute(sql.ADD_UP, {**values, "total": total.model_dump_json()})
            connection.execute(sql.RELEASE, {"key": entry.key, "owner": None})
            self._held.discard(entry.key)

    def entries(self, *, status: Status | None = None, run: int | None = None) -> Iterator[Entry]:
        """What is there at the first step, in order of writing; a few at a time are in memory.

        Args:
            status: only what is `done`, or what `failed`.
            run: only what this run was the last to write.
        """
        at, last = 0, self._read(sql.LAST)[0]["seq"] or 0
        only = {"status": status, "run": run, "page": _PAGE, "last": last}
        while rows := self._read(sql.NEXT, after=at, **only):
            yield from map(_entry, rows)
            at = rows[-1]["seq"]

    def forget_failed(self, *, run: int | None = None) -> int:
        """Forget what failed (in `run`), its article records too; return how many there were."""
        with self._transaction() as connection:
            return connection.execute(sql.FORGET, {"run": run}).rowcount

    def counts(self) -> Counts:
        """How many articles are done, and how many failed."""
        found = {row["status"]: row["number"] for row in self._read(sql.COUNTS)}
        return Counts(found.get("done", 0), found.get("failed", 0))

    def put_document(self, kind: str, name: str, data: Mapping[str, Any]) -> None:
        """Keep a JSON document under its kind and name, in place of an earlier one."""
        with self._transaction() as connection:
            connection.execute(
                sql.PUT, {"kind": kind, "name": name, "data": json.dumps(dict(data))}
            )

    def documents(self, kind: str) -> dict[str, Any]:
        """The documents of a kind by name, in the order in which they first came."""
        return {
            row["name"]: json.loads(row["data"]) for row in self._read(sql.DOCUMENTS, kind=kind)
        }

    def close(self) -> None:
        """Release what was claimed through this ledger and close the file until it is used again."""
        with _LOCK:
            with suppress(LedgerError):  # claims that stay are void when this process ends
                for key in [*self._held]:
                    self.release(key)
            self._held.clear()
            self._disconnect()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def __reduce__(self) -> tuple[Any, ...]:
        return functools.partial(Ledger, patience=self._patience), (self._path,)

    def _usage(self, connection: sqlite3.Connection, run: int) -> Usage:
        """What a run has paid so far; refused if there is no such run."""
        for (usage,) in connection.execute(sql.RUN, {"run": run}):
            return Usage.model_validate_json(usage)
        raise LedgerError(f"{self._path}: has no run {run}; begin it first")

    def _read(self, statement: str, **values: Any) -> list[sqlite3.Row]:
        with self._connected() as connection:
            return connection.execute(statement, values).fetchall()

    @contextmanager
    def _transaction(self) -> Iterator[sqlite3.Connection]:
        """All that is written inside is kept, or nothing of it."""
        with self._connected() as connection:
            try:
                connection.execute("BEGIN IMMEDIATE")
                yield connection
                connection.execute("COMMIT")
            finally:
                if connection.in_transaction:
                    with suppress(sqlite3.Error):
                        connection.execute("ROLLBACK")

    @contextmanager
    def _connected(self) -> Iterator[sqlite3.Connection]:
        """The connection, for one thread at a time; SQLite's errors become ledger errors."""
        with _LOCK:
            try:
                if self._connection is None:
                    self._connection = sql.connect(self._path, self._patience)
                    _OPEN.add(self)
                yield self._connection
            except sqlite3.Error as error:
                code = getattr(error, "sqlite_errorcode", 0) & 0xFF  # the rest is detail
                remedy = sql.REMEDIES.get(code, "cannot be used ({error})")
                reason = remedy.format(patience=self._patience, error=error)
                raise LedgerError(f"{self._path}: {reason}") from error
            except OSError as error:
                raise LedgerError(f"{self._path}: cannot be opened ({error.strerror})") from error

    def _disconnect(self) -> None:
        if self._connection is not None:
            self._connection.close()
            self._connection = None


def _before_fork() -> None:
    """Close every ledger; the parent and the child open it again, each for itself.

    SQLite takes a connection that was open at the fork for the child's own, and the child's rows
    are lost when the parent closes it; comparing process ids afterwards does not help.
    """
    _LOCK.acquire()
    for ledger in list(_OPEN):
        ledger._disconnect()  # noqa: SLF001


def _after_fork_in_child() -> None:
    for ledger in list(_OPEN):
        ledger._held.clear()  # noqa: SLF001  (the parent's claims)
    _LOCK.release()


if hasattr(os, "register_at_fork"):
    os.register_at_fork(
        before=_before_fork,
        after_in_parent=_LOCK.release,
        after_in_child=_after_fork_in_child,
    )


def _mine() -> dict[str, Any]:
    return {"owner": owner(os.getpid()), "now": time.time()}


def _entry(row: sqlite3.Row) -> Entry:
    values = {name: row[name] for name in row.keys() if name != "seq"}  # noqa: SIM118
    return Entry(**{**values, "usage": Usage.model_validate_json(row["usage"])})


def _run(row: sqlite3.Row) -> Run:
    names = {None: "unknown", True: "running", False: "killed"}
    values = {f.name: row[f.name] for f in fields(Run)}
    values["state"] = row["state"] or names[lives(row["owner"])]
    values["settings"] = json.loads(row["settings"])
    return Run(**{**values, "usage": Usage.model_validate_json(row["usage"])})


def _sum(one: Usage, other: Usage) -> Usage:
    return Usage(**{n: getattr(one, n) + getattr(other, n) for n in Usage.model_fields})


def _text(value: str) -> str:
    """The text with lone surrogates, which SQLite does not take, as escapes; in JSON the same."""
    return value.encode("utf-8", "backslashreplace").decode()


def entry_of(key: str, article: Article, result: Result, run: int) -> Entry:
    """The entry that a ledger keeps of a result."""
    made: dict[str, Any] = {"key": key, "article": article.id, "source": article.source, "run": run}
    made |= {"usage": usage_of(result)}
    if result.failure is None:
        return Entry(**made, status="done", summary=result.json)
    error = result.failure.error
    record = json.dumps(article.to_dict(), ensure_ascii=False)
    named = type(error).__name__
    return Entry(**made, status="failed", error=named, message=str(error), record=record)


def stored(entry: Entry | None, article: Article) -> Result:
    """The result that a ledger holds."""
    if entry is not None and entry.summary is not None:
        return Result(article.source, stored=entry.summary)
    return Result(article.source, failure=_failure(entry, article))


def _failure(entry: Entry | None, article: Article) -> Failure:
    """The failure that a ledger holds, its error of the class that it was."""
    kind = getattr(errors, (entry and entry.error) or "", errors.GuaranteeSummarizerError)
    told = (entry and entry.message) or f"{article.source}: failed in an earlier run"
    return Failure(article.source, kind(told), article)
