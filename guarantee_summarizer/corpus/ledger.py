"""Record finished and failed articles of runs in one SQLite file on a local disk."""

from __future__ import annotations

import functools
import json
import os
import platform
import sqlite3
import threading
import time
import uuid
import weakref
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field, fields
from pathlib import Path
from typing import Any, Literal, NamedTuple, Self

from guarantee_summarizer import errors
from guarantee_summarizer.article import Article
from guarantee_summarizer.corpus.results import Failure, Result, usage_of
from guarantee_summarizer.errors import LedgerError
from guarantee_summarizer.schema import Usage

__all__ = [
    "APPLICATION",
    "LEASE",
    "VERSION",
    "ClaimResult",
    "Counts",
    "Entry",
    "Ledger",
    "RunRecord",
    "entry_of",
    "storable",
    "stored",
]

LEASE = 3600.0
"""Lease in seconds for claims from other hosts."""

APPLICATION, VERSION = 0x47534C67, 2  # "GSLg"; both are in the file's header

EntryStatus = Literal["done", "failed"]
ClaimResult = Literal["mine", "taken", "done", "failed"]

_PAGE = 50  # entries read at once: a few MB even of long articles
_RUNS_AND_ENTRIES = (
    """CREATE TABLE runs (run INTEGER PRIMARY KEY AUTOINCREMENT, settings TEXT NOT NULL,
        owner TEXT NOT NULL, begun REAL NOT NULL, ended REAL,
        state TEXT CHECK (state IN ('finished', 'stopped', 'failed')),
        done INTEGER NOT NULL, failed INTEGER NOT NULL, usage TEXT NOT NULL)""",
    """CREATE TABLE entries (seq INTEGER PRIMARY KEY AUTOINCREMENT, key TEXT NOT NULL UNIQUE,
        status TEXT NOT NULL CHECK (status IN ('done', 'failed')),
        run INTEGER NOT NULL, updated REAL NOT NULL, article TEXT NOT NULL, source TEXT NOT NULL,
        usage TEXT NOT NULL, error TEXT, message TEXT, summary TEXT, record TEXT,
        CHECK (status = 'failed' OR summary IS NOT NULL))""",
    "CREATE INDEX entries_by_status ON entries (status)",
    "CREATE TABLE claims (key TEXT PRIMARY KEY, owner TEXT NOT NULL, since REAL NOT NULL)",
)
_BATCHES = (
    """CREATE TABLE batches (part TEXT PRIMARY KEY, maker TEXT NOT NULL, run INTEGER NOT NULL,
        total INTEGER NOT NULL, step TEXT NOT NULL, file_id TEXT, batch_id TEXT,
        state TEXT NOT NULL, done INTEGER NOT NULL, failed INTEGER NOT NULL, notes TEXT NOT NULL)""",
    """CREATE TABLE batch_items (key TEXT PRIMARY KEY, part TEXT NOT NULL, number INTEGER NOT NULL,
        article TEXT NOT NULL, answer TEXT, UNIQUE (part, number))""",
    f"PRAGMA application_id = {APPLICATION}",
    f"PRAGMA user_version = {VERSION}",
)
_SCHEMA = (*_RUNS_AND_ENTRIES, *_BATCHES)
# Version 1 kept batches as documents, and their articles in files beside the ledger. Nobody else
# has the file open, so the owner of every claim is gone.
_UNCOLLECTED = """SELECT count(*) FROM documents
    WHERE kind = 'batch' AND json_extract(data, '$.step') <> 'collected'"""
_UPGRADE = (
    *_BATCHES,
    """INSERT INTO batches SELECT name, json_extract(data, '$.maker'), json_extract(data, '$.run'),
        json_extract(data, '$.total'), json_extract(data, '$.step'),
        json_extract(data, '$.file_id'), json_extract(data, '$.batch_id'),
        json_extract(data, '$.state'), json_extract(data, '$.done'),
        json_extract(data, '$.failed'), json_extract(data, '$.notes')
        FROM documents WHERE kind = 'batch' ORDER BY rowid""",
    "DROP TABLE documents",
    "DELETE FROM claims",
    "UPDATE runs SET owner = owner || ' -'",
)

_RECORD = """INSERT OR REPLACE INTO entries
    SELECT NULL, :key, :status, :run, :updated, :article, :source, :usage, :error, :message,
        :summary, :record
    WHERE :status = 'done'
        OR NOT EXISTS (SELECT 1 FROM entries WHERE key = :key AND status = 'done')"""
_ADD_UP = """UPDATE runs SET done = done + (:status = 'done'),
    failed = failed + (:status = 'failed'), usage = :total WHERE run = :run"""

_FOREIGN = "is no ledger and was left as it is; name another file"
_KEPT = "and run again, what was recorded is kept"
_REMEDIES = {
    sqlite3.SQLITE_BUSY: f"another process has locked it for {{patience:g}} s; end that one {_KEPT}",
    sqlite3.SQLITE_FULL: f"the disk is full; make room {_KEPT}",
    sqlite3.SQLITE_IOERR: f"the disk fails ({{error}}); see whether it is full or gone {_KEPT}",
    sqlite3.SQLITE_READONLY: "may not be written; allow it for the file and its folder",
    sqlite3.SQLITE_CANTOPEN: "cannot be opened; allow reading and writing the file and its folder",
    sqlite3.SQLITE_CORRUPT: "is damaged; move it away, 'sqlite3 FILE .recover' may save its rows",
    sqlite3.SQLITE_NOTADB: _FOREIGN,
}
_FORKED = (
    "was open in the process that this one was forked from, and SQLite would lose rows; "
    "close it before the fork, or start the process by another method (spawn)"
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """The recorded result of one article; it holds no secrets.

    `key` is the cache key, `article` the article's id, `source` its name for messages, `run` the
    run that wrote it. `summary` is JSON, set when `done`. When `failed`, `error` is the name of the
    error's class, `message` its one line, and `record` JSON that `Article.from_dict` reads, to
    retry without the input. `usage` is what it cost, also when it failed; `updated` is in seconds
    since 1970, for information only.
    """

    key: str
    article: str
    source: str
    status: EntryStatus
    run: int
    summary: str | None = None
    error: str | None = None
    message: str | None = None
    record: str | None = None
    usage: Usage = field(default_factory=Usage)
    updated: float = field(default_factory=time.time)


@dataclass(frozen=True, slots=True, kw_only=True)
class RunRecord:
    """A run: its settings, how it ended, what it recorded and paid (later runs change neither).

    `state` is what was given to `end`; before that `running`, `killed`, or `unknown` for a run on
    another machine. `begun` and `ended` are in seconds since 1970.
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
    """Numbers of articles that are done, and that failed and were not done since."""

    done: int
    failed: int


class Ledger:
    """Record results, so that nothing is paid for twice and a killed run resumes.

    Threads and processes of one machine may share the file, and a ledger can be pickled. Close it
    before a fork: the child refuses a ledger that its parent had open. A call takes about 0.1 ms,
    longer while another process writes.

    Args:
        path: the file, created at first use; on a local disk, in a folder that exists.
        patience: seconds to wait for a file that another process has locked.

    Raises:
        LedgerError: from every method: the file is no ledger, has another version, is locked,
            cannot be read or written, or the disk is full. Nothing recorded is lost, and the ledger
            works again once the cause is removed.
    """

    def __init__(self, path: str | Path, *, patience: float = 30.0) -> None:
        self._path, self._patience = Path(path).absolute(), patience
        self._lock = threading.RLock()
        self._session: _Session | None = None
        self._end_session: Any = None

    @property
    def path(self) -> Path:
        """Return the file, absolute."""
        return self._path

    def begin(self, settings: Mapping[str, Any]) -> int:
        """Begin a run and return its number; `settings` are JSON and never hold an API key."""
        if settings.get("api_key"):
            raise LedgerError(f"{self._path}: keeps no secret; leave api_key out of the settings")
        statement = "INSERT INTO runs VALUES (NULL, ?, ?, ?, NULL, NULL, 0, 0, ?)"
        with self._using() as session, self.transaction() as connection:
            values = (json.dumps(dict(settings)), session.owner, time.time())
            run = connection.execute(statement, (*values, Usage().model_dump_json())).lastrowid
        return int(run or 0)

    def end(self, run: int, state: Literal["finished", "stopped", "failed"]) -> None:
        """Record how a run ended; a run without that was killed."""
        with self.transaction() as connection:
            self._usage(run)
            values = (state, time.time(), run)
            connection.execute("UPDATE runs SET state = ?, ended = ? WHERE run = ?", values)

    def runs(self) -> list[RunRecord]:
        """Return all runs, the oldest first."""
        return [_run(row) for row in self.read("SELECT * FROM runs ORDER BY run")]

    def get(self, key: str) -> Entry | None:
        """Return the entry of `key`, or None."""
        return next(map(_entry, self.read("SELECT * FROM entries WHERE key = :key", key=key)), None)

    def claim(self, key: str, *, retry: bool = True) -> ClaimResult:
        """Claim `key` before paying for it; only one thread of one process gets it.

        Args:
            key: the cache key.
            retry: whether to claim one that failed.

        Returns:
            `mine`: do it, then `record` or `release` it; `taken`: a live process is working on it
            (a dead process's claim is void at once, another machine's after `LEASE`); `done`, or
            `failed` without `retry`: there is nothing to do.
        """
        if status := self._status(key, retry=retry):
            return status  # without a lock
        with self._using() as session, self.transaction() as connection:
            if status := self._status(key, retry=retry):
                return status
            claims = self.read("SELECT * FROM claims WHERE key = :key", key=key)
            if any(_holds(claim, session) for claim in claims):
                return "taken"
            values = (key, session.owner, time.time())
            connection.execute("INSERT OR REPLACE INTO claims VALUES (?, ?, ?)", values)
            session.keys.add(key)
        return "mine"

    def _status(self, key: str, *, retry: bool) -> EntryStatus | None:
        """The status of an entry that need not be done again."""
        for (status,) in self.read("SELECT status FROM entries WHERE key = :key", key=key):
            if status == "done" or not retry:
                return "done" if status == "done" else "failed"
        return None

    def release(self, key: str) -> None:
        """Release the claim on `key` that was made through this ledger, with nothing recorded."""
        with self._using() as session:
            session.keys.discard(key)  # first: a claim without a holder is void
            with self.transaction() as connection:
                values = (key, session.owner)
                connection.execute("DELETE FROM claims WHERE key = ? AND owner = ?", values)

    def record(self, entry: Entry) -> None:
        """Write an entry and release its claim, both or neither.

        The latest entry of a key counts, but a failed one never overwrites one that is done. Lone
        surrogates (of a file name that is not UTF-8) are written as their escapes.
        """
        values = {f.name: getattr(entry, f.name) for f in fields(entry)}
        values["usage"] = entry.usage.model_dump_json()
        values = {n: storable(v) if isinstance(v, str) else v for n, v in values.items()}
        with self._using() as session:
            with self.transaction() as connection:
                total = self._usage(entry.run) + entry.usage
                connection.execute(_RECORD, values)
                connection.execute(_ADD_UP, {**values, "total": total.model_dump_json()})
                connection.execute("DELETE FROM claims WHERE key = ?", (entry.key,))
            session.keys.discard(entry.key)

    def entries(
        self, *, status: EntryStatus | None = None, run: int | None = None
    ) -> Iterator[Entry]:
        """Yield the entries present at the first step, in order of writing, 50 in memory at a time.

        Args:
            status: only those `done`, or only those `failed`.
            run: only those that this run was the last to write.
        """
        at, last = 0, self.read("SELECT max(seq) AS seq FROM entries")[0]["seq"] or 0
        statement = """SELECT * FROM entries WHERE seq > :after AND seq <= :last
            AND (:status IS NULL OR status = :status) AND (:run IS NULL OR run = :run)
            ORDER BY seq LIMIT :page"""
        only = {"status": status, "run": run, "page": _PAGE, "last": last}
        while rows := self.read(statement, after=at, **only):
            yield from map(_entry, rows)
            at = rows[-1]["seq"]

    def forget_failed(self, *, run: int | None = None) -> int:
        """Delete the failed entries (of `run`) with their article records; return their number."""
        statement = "DELETE FROM entries WHERE status = 'failed' AND (:run IS NULL OR run = :run)"
        with self.transaction() as connection:
            return connection.execute(statement, {"run": run}).rowcount

    def counts(self) -> Counts:
        """Count the articles that are done, and those that failed."""
        counts = dict(map(tuple, self.read("SELECT status, count(*) FROM entries GROUP BY status")))
        return Counts(counts.get("done", 0), counts.get("failed", 0))

    def close(self) -> None:
        """Release what was claimed through this ledger and close the file until it is used again."""
        if self._session is None or self._session.pid != os.getpid():
            return  # after a fork it is the parent's
        with self._lock:
            with suppress(LedgerError):  # claims that remain are void from now on
                for key in [*self._session.keys]:
                    self.release(key)
            self._end_session()
            self._session = None

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def __reduce__(self) -> tuple[Any, ...]:
        return functools.partial(Ledger, patience=self._patience), (self._path,)

    def _usage(self, run: int) -> Usage:
        """What a run has paid so far; raises if there is no such run."""
        for (usage,) in self.read("SELECT usage FROM runs WHERE run = :run", run=run):
            return Usage.model_validate_json(usage)
        raise LedgerError(f"{self._path}: has no run {run}; begin it first")

    def read(self, statement: str, **values: Any) -> list[sqlite3.Row]:
        """Return the rows of a query; for other modules with tables in this file."""
        with self._using() as session:
            return session.connection.execute(statement, values).fetchall()

    @contextmanager
    def transaction(self) -> Iterator[sqlite3.Connection]:
        """Commit everything that is written inside, or nothing."""
        with self._using() as session, _transaction(session.connection):
            yield session.connection

    @contextmanager
    def _using(self) -> Iterator[_Session]:
        """The open file, for one thread at a time; SQLite's errors become ledger errors."""
        if self._session is not None and self._session.pid != os.getpid():
            raise LedgerError(f"{self._path}: {_FORKED}")
        with self._lock:
            try:
                if self._session is None:
                    self._session = _opened(self._path, self._patience)
                    self._end_session = weakref.finalize(self, _end, self._session)
                    self._end_session.atexit = False
                yield self._session
            except sqlite3.Error as error:
                code = getattr(error, "sqlite_errorcode", 0) & 0xFF  # the rest is detail
                remedy = _REMEDIES.get(code, "cannot be used ({error})")
                reason = remedy.format(patience=self._patience, error=error)
                raise LedgerError(f"{self._path}: {reason}") from error
            except OSError as error:
                raise LedgerError(f"{self._path}: cannot be opened ({error.strerror})") from error


@dataclass(slots=True)
class _Session:
    """An open file and the keys claimed through it; `owner` is the unique `host pid start id`."""

    file: Path
    connection: sqlite3.Connection
    owner: str
    pid: int
    keys: set[str] = field(default_factory=set)


_SESSIONS: dict[str, _Session] = {}  # by owner; a forked process has its parent's too


def _opened(path: Path, patience: float) -> _Session:
    file, pid = path.resolve(), os.getpid()
    # SQLite takes a file that was open at the fork for the child's own, also if the child opens it
    # anew: it locks nothing, and loses the child's rows when the parent closes the file.
    if any(session.file == file and session.pid != pid for session in [*_SESSIONS.values()]):
        raise LedgerError(f"{path}: {_FORKED}")
    owner = f"{platform.node()} {pid} {_started(pid)} {uuid.uuid4().hex}"
    session = _Session(file, _connect(path, patience), owner, pid)
    _SESSIONS[owner] = session
    return session


def _end(session: _Session) -> None:
    if session.pid == os.getpid():  # never the parent's, in a child
        del _SESSIONS[session.owner]
        session.connection.close()


def _holds(claim: sqlite3.Row, session: _Session) -> bool:
    """Whether the owner of a claim still works on it.

    A claim of this process is void if none of its open ledgers has it: its release failed.
    """
    owner, since = claim["owner"], claim["since"]
    if owner.rpartition(" ")[0] == session.owner.rpartition(" ")[0]:
        own = _SESSIONS.get(owner)
        return own is not None and claim["key"] in own.keys
    alive = _lives(owner)
    return abs(time.time() - since) < LEASE if alive is None else alive


def _lives(owner: str) -> bool | None:
    """Whether the process is alive; None if that cannot be seen from here."""
    host, pid, start, _ = owner.rsplit(" ", 3)
    if host != platform.node():
        return None
    started = _started(int(pid))
    return None if started is None else started == start


def _started(pid: int) -> str | None:
    """The start time of a process, empty if it has ended, None if it is hidden from this user."""
    import psutil  # noqa: PLC0415  (20 ms)

    if not psutil.pid_exists(pid):
        return ""
    try:
        process = psutil.Process(pid)
        ended = process.status() in (psutil.STATUS_ZOMBIE, psutil.STATUS_DEAD)
        # On Linux a change of the system's clock moves both figures alike.
        since = psutil.boot_time() if psutil.LINUX else 0.0
        return "" if ended else f"{process.create_time() - since:.2f}"
    except psutil.Error:
        return None


def _connect(path: Path, patience: float) -> sqlite3.Connection:
    """Open the file; create it if it is missing or empty."""
    _refuse_foreign(path)
    connection = sqlite3.connect(
        path, timeout=patience, isolation_level=None, check_same_thread=False
    )
    try:
        connection.row_factory = sqlite3.Row
        connection.execute("PRAGMA synchronous = NORMAL")
        connection.execute("PRAGMA trusted_schema = OFF")
        if _identity(connection) == (0, 0):
            with _transaction(connection):
                if _identity(connection) == (0, 0):  # no other process was faster
                    for statement in _SCHEMA:
                        connection.execute(statement)
        if _identity(connection) == (APPLICATION, 1):
            _upgrade(connection, path, patience)
        # Not earlier: the identity of a new file has to be in the file itself, not in its log.
        connection.execute("PRAGMA journal_mode = WAL")
    except BaseException:
        connection.close()
        raise
    return connection


def _upgrade(connection: sqlite3.Connection, path: Path, patience: float) -> None:
    """Upgrade a file of version 1, once no other process has it open."""
    deadline = time.monotonic() + patience
    while True:
        try:
            connection.execute("PRAGMA journal_mode = DELETE")
            break
        except sqlite3.OperationalError:
            if time.monotonic() > deadline:
                raise
            time.sleep(0.05)
    with _transaction(connection):
        if _identity(connection)[1] != 1:
            return  # another process was faster
        (number,) = connection.execute(_UNCOLLECTED).fetchone()
        if number:
            raise LedgerError(
                f"{path}: holds batches of an earlier release that are not collected ({number}); "
                "collect them with that release, or begin a new ledger"
            )
        for statement in _UPGRADE:
            connection.execute(statement)


@contextmanager
def _transaction(connection: sqlite3.Connection) -> Iterator[None]:
    try:
        connection.execute("BEGIN IMMEDIATE")
        yield
        connection.execute("COMMIT")
    finally:
        if connection.in_transaction:
            with suppress(sqlite3.Error):
                connection.execute("ROLLBACK")


def _refuse_foreign(path: Path) -> None:
    """Raise if the file is no ledger, without a lock, a log or a byte written.

    Only SQLite may open it: opening and closing the file otherwise drops the locks that this
    process holds on it (https://www.sqlite.org/howtocorrupt.html, 2.2).
    """
    if path.is_dir():
        raise LedgerError(f"{path}: is a folder; name a file in it")
    if not path.parent.is_dir():
        raise LedgerError(f"{path}: there is no folder {path.parent}; make it first")
    if not path.exists() or not path.stat().st_size:
        return
    application, version = _file_identity(path)
    if application != APPLICATION:
        raise LedgerError(f"{path}: {_FOREIGN}")
    if version > VERSION:
        raise LedgerError(f"{path}: was written by a newer release; install that one")
    if version < 1:
        raise LedgerError(f"{path}: is of an unknown version {version}; begin a new ledger")


def _file_identity(path: Path) -> tuple[int, int]:
    """The identity of a file; its log is read only if the file is damaged without it.

    A process that writes, or was killed while writing, may leave a first page that only the log
    completes.
    """
    try:
        return _read_only(f"{path.as_uri()}?mode=ro&immutable=1")
    except sqlite3.DatabaseError as error:
        if error.sqlite_errorcode & 0xFF != sqlite3.SQLITE_CORRUPT:
            raise
    return _read_only(f"{path.as_uri()}?mode=ro")


def _read_only(uri: str) -> tuple[int, int]:
    connection = sqlite3.connect(uri, uri=True)
    try:
        return _identity(connection)
    finally:
        connection.close()


def _identity(connection: sqlite3.Connection) -> tuple[int, int]:
    names = ("application_id", "user_version")
    application, version = (connection.execute(f"PRAGMA {n}").fetchone()[0] for n in names)
    return application, version


def _entry(row: sqlite3.Row) -> Entry:
    values = {name: row[name] for name in row.keys() if name != "seq"}  # noqa: SIM118
    return Entry(**{**values, "usage": Usage.model_validate_json(row["usage"])})


def _run(row: sqlite3.Row) -> RunRecord:
    names = {None: "unknown", True: "running", False: "killed"}
    values = {f.name: row[f.name] for f in fields(RunRecord)}
    values["state"] = row["state"] or names[_lives(row["owner"])]
    values["settings"] = json.loads(row["settings"])
    return RunRecord(**{**values, "usage": Usage.model_validate_json(row["usage"])})


def storable(text: str) -> str:
    """Return the text with lone surrogates, which SQLite does not take, as escapes; as in JSON."""
    return text.encode("utf-8", "backslashreplace").decode()


def entry_of(key: str, article: Article, result: Result, run: int) -> Entry:
    """Return the entry that a ledger keeps of a result."""
    known: dict[str, Any] = {"key": key, "article": article.id, "source": article.source}
    known |= {"run": run, "usage": usage_of(result)}
    if result.failure is None:
        return Entry(**known, status="done", summary=result.json)
    error = result.failure.error
    record = json.dumps(article.to_dict(), ensure_ascii=False)
    name = type(error).__name__
    return Entry(**known, status="failed", error=name, message=str(error), record=record)


def stored(entry: Entry | None, article: Article) -> Result:
    """Return the result that an entry holds, a failure with an error of its original class."""
    if entry is not None and entry.summary is not None:
        return Result(article.source, stored=entry.summary)
    kind = getattr(errors, (entry and entry.error) or "", errors.GuaranteeSummarizerError)
    message = (entry and entry.message) or f"{article.source}: failed in an earlier run"
    return Result(article.source, failure=Failure(article.source, kind(message), article))
