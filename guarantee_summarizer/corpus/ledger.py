"""Record finished and failed articles of runs in one SQLite file on a local disk."""

from __future__ import annotations

import functools
import hashlib
import json
import os
import sqlite3
import threading
import time
import weakref
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field, fields, replace
from pathlib import Path
from typing import Any, Literal, NamedTuple, Self

from guarantee_summarizer import errors
from guarantee_summarizer.article import Article
from guarantee_summarizer.corpus.database import FOREIGN, transaction
from guarantee_summarizer.corpus.results import Failure, Result, usage_of
from guarantee_summarizer.corpus.sessions import FORKED, Session, end, holds, lives, opened
from guarantee_summarizer.endpoints import confirmed, recorded
from guarantee_summarizer.errors import LedgerError
from guarantee_summarizer.places import masked_settings
from guarantee_summarizer.schema import Usage

__all__ = [
    "ClaimResult",
    "Counts",
    "Entry",
    "Ledger",
    "RunRecord",
    "article_in",
    "entry_of",
    "storable",
    "stored",
    "unreadable_entry",
]

EntryStatus = Literal["done", "failed"]
ClaimResult = Literal["mine", "taken", "done", "failed"]

_PAGE = 50  # entries read at once: a few MB even of long articles
_RECORD = """INSERT OR REPLACE INTO entries
    SELECT NULL, :key, :status, :run, :updated, :article, :source, :usage, :error, :message,
        :summary, :record
    WHERE :status = 'done'
        OR NOT EXISTS (SELECT 1 FROM entries WHERE key = :key AND status = 'done')"""
_ADD_UP = """UPDATE runs SET done = done + (:status = 'done'),
    failed = failed + (:status = 'failed'), usage = :total WHERE run = :run"""

_KEPT = "and run again, what was recorded is kept"
_REMEDIES = {
    sqlite3.SQLITE_BUSY: f"another process has locked it for {{patience:g}} s; end that one {_KEPT}",
    sqlite3.SQLITE_FULL: f"the disk is full; make room {_KEPT}",
    sqlite3.SQLITE_IOERR: f"the disk fails ({{error}}); see whether it is full or gone {_KEPT}",
    sqlite3.SQLITE_READONLY: "may not be written; allow it for the file and its folder",
    sqlite3.SQLITE_CANTOPEN: "cannot be opened; allow reading and writing the file and its folder",
    sqlite3.SQLITE_CORRUPT: "is damaged; move it away, 'sqlite3 FILE .recover' may save its rows",
    sqlite3.SQLITE_NOTADB: FOREIGN,
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """The recorded result of one article; it holds no secrets.

    `key` is the cache key, `article` the article's id, `source` its name for messages, `run` the
    run that wrote it. `summary` is JSON, set when `done`. When `failed`, `error` is the name of the
    error's class, `message` its one line, and `record` JSON that `article_in` reads, to
    retry without the input; of what could not even be read there is none, and `article` is empty. `usage` is what it cost, also when it failed; `updated` is in seconds
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

    def settings_at(self, *named: str) -> dict[str, Any]:
        """Return the settings to build its summarizer again, once you have named where keys go.

        A file from somebody else must not choose that: `Summarizer(**record.settings)` is refused
        where a key would follow.

        Args:
            *named: the `base_url` of each endpoint that the settings lead to, with its login if it
                has one; where there is none the model, `groq/llama-3.3-70b`.

        Raises:
            ConfigurationError: the settings lead to another place.
        """
        return confirmed(self.settings, named)


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
        self._session: Session | None = None
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
            values = (json.dumps(masked_settings(settings)), session.owner, time.time())
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
            if any(holds(claim, session) for claim in claims):
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

    def forget_unreadable(self, source: str) -> None:
        """Delete the entry of what could not be read at a place; called once it can."""
        with self.transaction() as connection:
            connection.execute("DELETE FROM entries WHERE key = ?", (_unreadable_key(source),))

    def unreadable(self) -> set[str]:
        """Return the places, files and rows, where nothing could be read."""
        rows = self.read("SELECT source FROM entries WHERE article = '' AND status = 'failed'")
        return {row["source"] for row in rows}

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
        with self._using() as session, transaction(session.connection):
            yield session.connection

    @contextmanager
    def _using(self) -> Iterator[Session]:
        """The open file, for one thread at a time; SQLite's errors become ledger errors."""
        if self._session is not None and self._session.pid != os.getpid():
            raise LedgerError(f"{self._path}: {FORKED}")
        with self._lock:
            try:
                if self._session is None:
                    self._session = opened(self._path, self._patience)
                    self._end_session = weakref.finalize(self, end, self._session)
                    self._end_session.atexit = False
                yield self._session
            except sqlite3.Error as error:
                code = getattr(error, "sqlite_errorcode", 0) & 0xFF  # the rest is detail
                remedy = _REMEDIES.get(code, "cannot be used ({error})")
                reason = remedy.format(patience=self._patience, error=error)
                raise LedgerError(f"{self._path}: {reason}") from error
            except OSError as error:
                raise LedgerError(f"{self._path}: cannot be opened ({error.strerror})") from error


def _entry(row: sqlite3.Row) -> Entry:
    values = {name: row[name] for name in row.keys() if name != "seq"}  # noqa: SIM118
    return Entry(**{**values, "usage": Usage.model_validate_json(row["usage"])})


def _run(row: sqlite3.Row) -> RunRecord:
    names = {None: "unknown", True: "running", False: "killed"}
    values = {f.name: row[f.name] for f in fields(RunRecord)}
    values["state"] = row["state"] or names[lives(row["owner"])]
    values["settings"] = recorded(json.loads(row["settings"]))
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
    warned = {"warnings": article.warnings} if article.warnings else {}
    record = json.dumps(article.to_dict() | warned, ensure_ascii=False)
    name = type(error).__name__
    return Entry(**known, status="failed", error=name, message=str(error), record=record)


def article_in(entry: Entry) -> Article | None:
    """Return the article of a failed entry, with its warnings; None if it could not be read."""
    if entry.record is None:
        return None
    record = json.loads(entry.record)
    warned = record.pop("warnings", ())
    article = Article.from_dict(record, source=entry.source)
    return replace(article, warnings=tuple(dict.fromkeys((*article.warnings, *warned))))


def unreadable_entry(failure: Failure, run: int) -> Entry:
    """Return the entry that a ledger keeps of what could not be read, by its file and row."""
    source, error = failure.source, failure.error
    return Entry(
        key=_unreadable_key(source),
        article="",
        source=source,
        status="failed",
        run=run,
        error=type(error).__name__,
        message=str(error),
    )


def _unreadable_key(source: str) -> str:
    return f"unreadable {hashlib.sha256(storable(source).encode()).hexdigest()[:32]}"


def stored(entry: Entry | None, article: Article) -> Result:
    """Return the result that an entry holds, a failure with an error of its original class.

    A summary comes with the metadata and the warnings of this article, which may be another row
    with the same text than that of which it was made.
    """
    if entry is not None and entry.summary is not None:
        return Result(article.source, stored=_rejoined(entry.summary, article))
    kind = getattr(errors, (entry and entry.error) or "", errors.GuaranteeSummarizerError)
    message = (entry and entry.message) or f"{article.source}: failed in an earlier run"
    return Result(article.source, failure=Failure(article.source, kind(message), article))


def _rejoined(summary: str, article: Article) -> str:
    data = json.loads(summary)
    about = data.get("article") or {}
    now = {"metadata": article.metadata, "warnings": article.warnings}
    now = json.loads(json.dumps(now))
    if not about or about | now == about:
        return summary
    data["article"] = about | now
    return json.dumps(data, ensure_ascii=False, separators=(",", ":"))
