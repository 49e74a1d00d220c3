"""Record finished and failed articles of runs in one SQLite file on a local disk."""

from __future__ import annotations

import functools
import json
import os
import sqlite3
import threading
import time
import weakref
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import fields
from pathlib import Path
from typing import Any, Literal, Self

from guarantee_summarizer.corpus.database import transaction
from guarantee_summarizer.corpus.entries import entries, entry_in
from guarantee_summarizer.corpus.integrity import check, remedy, troubles
from guarantee_summarizer.corpus.records import (
    Counts,
    Entry,
    EntryStatus,
    RunRecord,
    run_record,
    storable,
    unreadable_key,
)
from guarantee_summarizer.corpus.rows import (
    ENTRY,
    RUN,
    Damaged,
    checksum,
    run_values,
)
from guarantee_summarizer.corpus.sessions import FORKED, Session, end, holds, opened
from guarantee_summarizer.errors import LedgerError
from guarantee_summarizer.places import masked_settings
from guarantee_summarizer.schema import Usage

__all__ = ["ClaimResult", "Ledger"]

ClaimResult = Literal["mine", "taken", "done", "failed"]

_RECORD = """INSERT OR REPLACE INTO entries
    SELECT NULL, :key, :status, :run, :updated, :article, :source, :usage, :error, :message,
        :summary, :record, :checksum
    WHERE :status = 'done'
        OR NOT EXISTS (SELECT 1 FROM entries WHERE key = :key AND status = 'done')"""
_CLAIM = """INSERT OR IGNORE INTO claims SELECT ?1, ?2, ?3, ?4
    WHERE NOT EXISTS (SELECT 1 FROM entries WHERE key = ?1)"""
_UPDATE_RUN = """UPDATE runs SET ended = :ended, state = :state, done = :done, failed = :failed,
    usage = :usage, checksum = :checksum WHERE run = :run"""


class Ledger:
    """Record results, so that no request is paid for twice and a killed run can resume.

    Threads and processes of one machine may share the file, and a ledger can be pickled. Close it
    before a fork: the child refuses a ledger that its parent had open. A call takes about 0.1 ms,
    longer while another process writes.

    Args:
        path: the file, created at first use; on a local disk, in a folder that exists.
        patience: seconds to wait for a file that another process has locked.
        read_only: write nothing; the file and its folder need not be writable, and a file of an
            earlier version is not upgraded.

    A damaged row becomes a failed entry with a `LedgerError`; all other rows stay readable.

    Raises:
        LedgerError: from every method: the file is not a ledger, has another version, is locked,
            cannot be read or written, or the disk is full. No recorded result is lost, and the
            ledger works again once the cause is removed.
    """

    def __init__(
        self, path: str | Path, *, patience: float = 30.0, read_only: bool = False
    ) -> None:
        self._path, self._patience, self._read_only = Path(path).absolute(), patience, read_only
        self._lock = threading.RLock()
        self._session: Session | None = None
        self._runs: dict[int, dict[str, Any]] | None = None  # written at the end of `together`
        self._end_session: Any = None

    @property
    def path(self) -> Path:
        """The absolute path of the file."""
        return self._path

    def begin(self, settings: Mapping[str, Any]) -> int:
        """Begin a run and return its number; `settings` are JSON without an API key.

        The file is checked at the first run after it was opened: if more than single rows were
        damaged, recorded articles might not be found and be paid for again. The check takes about
        1 s for 100,000 articles.
        """
        if settings.get("api_key"):
            raise LedgerError(f"{self._path}: stores no secrets; leave out api_key")
        with self._using() as session:
            if not session.checked:
                check(self)
                session.checked = True
        statement = "INSERT INTO runs VALUES (NULL, ?, ?, ?, NULL, NULL, 0, 0, ?, '')"
        with self._using() as session, self.transaction() as connection:
            values = (json.dumps(masked_settings(settings)), session.owner, time.time())
            run = connection.execute(statement, (*values, Usage().model_dump_json())).lastrowid
            row = connection.execute("SELECT * FROM runs WHERE run = ?", (run,)).fetchone()
            _update_run(connection, dict(row))
        return int(run or 0)

    def trouble(self) -> str | None:
        """Return the message of damage that may hide rows; None if at most rows are damaged."""
        return next(iter(troubles(self)), None)

    def end(self, run: int, state: Literal["finished", "stopped", "failed"]) -> None:
        """Record how a run ended; without this record it counts as killed."""
        with self.transaction() as connection:
            values = self._values_of(run) | {"state": state, "ended": time.time()}
            self._update_run(connection, values)

    def runs(self) -> list[RunRecord]:
        """Return all runs, the oldest first."""
        return [run_record(row) for row in self.read("SELECT * FROM runs ORDER BY run")]

    def get(self, key: str) -> Entry | None:
        """Return the entry of `key`, or None."""
        rows = self.read("SELECT * FROM entries WHERE key = :key", key=key)
        return next((entry_in(row, self._path) for row in rows), None)

    def claim(self, key: str, *, retry: bool = True) -> ClaimResult:
        """Claim `key` before paying for it; only one thread of one process gets the claim.

        Args:
            key: the cache key.
            retry: whether to claim an entry that failed.

        Returns:
            `mine`: process it, then `record` or `release` it; `taken`: a live process is working
            on it (the claim of a dead process is void at once, that of another machine after
            `LEASE`); `done`, or `failed` without `retry`: skip it.
        """
        if status := self._status(key, retry=retry):
            return status  # without a lock
        with self._using() as session:
            values = (key, session.owner, time.time())
            row = (*values, checksum(values))
            if session.connection.execute(_CLAIM, row).rowcount:
                session.keys.add(key)
                return "mine"
            with self.transaction() as connection:
                if status := self._status(key, retry=retry):
                    return status
                claims = self.read("SELECT * FROM claims WHERE key = :key", key=key)
                if any(holds(claim, session) for claim in claims):
                    return "taken"
                connection.execute("INSERT OR REPLACE INTO claims VALUES (?, ?, ?, ?)", row)
                session.keys.add(key)
        return "mine"

    def _status(self, key: str, *, retry: bool) -> EntryStatus | None:
        """Return the status of an entry that is not to be processed again."""
        entry = self.get(key)
        return entry.status if entry and (entry.status == "done" or not retry) else None

    def release(self, key: str) -> None:
        """Release this ledger's claim on `key` without recording a result."""
        with self._using() as session:
            session.keys.discard(key)  # first: a claim without an owner is void
            with self.transaction() as connection:
                values = (key, session.owner)
                connection.execute("DELETE FROM claims WHERE key = ? AND owner = ?", values)

    def record(self, entry: Entry) -> None:
        """Write an entry and release its claim in one transaction.

        A later entry of a key replaces an earlier one, but a failed entry never replaces one that
        is done. Lone surrogates (of a file name that is not UTF-8) are written as escapes.
        """
        values = {f.name: getattr(entry, f.name) for f in fields(entry)}
        values["usage"] = entry.usage.model_dump_json()
        values = {n: storable(v) if isinstance(v, str) else v for n, v in values.items()}
        values["updated"] = float(entry.updated)  # as SQLite returns it
        values["checksum"] = checksum(values[name] for name in ENTRY)
        with self._using() as session:
            with self.transaction() as connection:
                run = self._values_of(entry.run)
                run |= {entry.status: run[entry.status] + 1, "usage": run["usage"] + entry.usage}
                connection.execute(_RECORD, values)
                self._update_run(connection, run)
                connection.execute("DELETE FROM claims WHERE key = ?", (entry.key,))
            session.keys.discard(entry.key)

    def entries(
        self, *, status: EntryStatus | None = None, run: int | None = None
    ) -> Iterator[Entry]:
        """Yield the entries present at the first step, in order of writing, 50 in memory at a time.

        Args:
            status: only entries that are `done`, or only `failed` ones; a damaged row is failed,
                and is always yielded.
            run: only entries that this run was the last to write.
        """
        return entries(self, status=status, run=run)

    def forget_failed(self, *, run: int | None = None) -> int:
        """Delete the failed entries (of `run`) with their article records; return their number."""
        statement = "DELETE FROM entries WHERE status = 'failed' AND (:run IS NULL OR run = :run)"
        with self.transaction() as connection:
            return connection.execute(statement, {"run": run}).rowcount

    def forget_unreadable(self, source: str) -> None:
        """Delete the entry of an unreadable place (file and row), once it can be read."""
        with self.transaction() as connection:
            connection.execute("DELETE FROM entries WHERE key = ?", (unreadable_key(source),))

    def unreadable(self) -> set[str]:
        """Return the places (file and row) that could not be read."""
        rows = self.read("SELECT source FROM entries WHERE article = '' AND status = 'failed'")
        return {row["source"] for row in rows}

    def counts(self) -> Counts:
        """Count the articles that are done, and those that failed."""
        counts = dict(map(tuple, self.read("SELECT status, count(*) FROM entries GROUP BY status")))
        return Counts(counts.get("done", 0), counts.get("failed", 0))

    def close(self) -> None:
        """Release all claims of this ledger and close the file until it is used again."""
        if self._session is None or self._session.pid != os.getpid():
            return  # after a fork the session is the parent's
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
        make = functools.partial(Ledger, patience=self._patience, read_only=self._read_only)
        return make, (self._path,)

    def _values_of(self, run: int) -> dict[str, Any]:
        """Return the row of a run; raise if there is no such run, or its row is damaged."""
        if self._runs and run in self._runs:
            return {**self._runs[run]}
        for row in self.read("SELECT * FROM runs WHERE run = :run", run=run):
            try:
                return run_values(row)
            except Damaged as reason:
                remedy = "begin another run; recorded results are kept"
                message = f"{self._path}: run {run} is damaged ({reason}); {remedy}"
                raise LedgerError(message) from reason
        raise LedgerError(f"{self._path}: has no run {run}; begin it first")

    def read(self, statement: str, **values: Any) -> list[sqlite3.Row]:
        """Return the rows of a query, for other modules with tables in this file."""
        with self._using() as session:
            return session.connection.execute(statement, values).fetchall()

    @contextmanager
    def transaction(self) -> Iterator[sqlite3.Connection]:
        """Commit all writes of the block, or none."""
        with self._using() as session:
            if session.connection.in_transaction:  # of `together`, which commits
                yield session.connection
                return
            with transaction(session.connection):
                yield session.connection

    @contextmanager
    def together(self) -> Iterator[None]:
        """Commit all writes of the methods called in the block at once, or none."""
        with self._using() as session:
            if self._runs is not None:  # the outer block commits
                yield
                return
            keys, self._runs = {*session.keys}, {}
            try:
                with self.transaction() as connection:
                    yield
                    for values in self._runs.values():
                        _update_run(connection, values)
            except BaseException:
                session.keys = keys
                raise
            finally:
                self._runs = None

    def _update_run(self, connection: sqlite3.Connection, values: dict[str, Any]) -> None:
        """Update the row of a run, once for all methods called in `together`."""
        if self._runs is None:
            _update_run(connection, values)
        else:
            self._runs[values["run"]] = values

    @contextmanager
    def _using(self) -> Iterator[Session]:
        """Open the file, for one thread at a time; convert SQLite's errors to ledger errors."""
        if self._session is not None and self._session.pid != os.getpid():
            raise LedgerError(f"{self._path}: {FORKED}")
        with self._lock:
            try:
                if self._session is None:
                    self._session = opened(self._path, self._patience, read_only=self._read_only)
                    self._end_session = weakref.finalize(self, end, self._session)
                    self._end_session.atexit = False
                yield self._session
            except sqlite3.Error as error:
                raise LedgerError(f"{self._path}: {remedy(error, self._patience)}") from error
            except OSError as error:
                raise LedgerError(f"{self._path}: cannot be opened ({error.strerror})") from error


def _update_run(connection: sqlite3.Connection, values: dict[str, Any]) -> None:
    """Update the row of a run and its checksum."""
    row = {name: values[name] for name in RUN}
    if not isinstance(row["settings"], str):
        row["settings"] = json.dumps(row["settings"])
        row["usage"] = row["usage"].model_dump_json()
    connection.execute(_UPDATE_RUN, {**row, "checksum": checksum(row.values())})
