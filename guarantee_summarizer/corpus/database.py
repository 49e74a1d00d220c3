"""Open the SQLite file of a ledger: create it, upgrade it, or refuse a file that is not one."""

from __future__ import annotations

import random
import sqlite3
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from guarantee_summarizer.corpus.rows import (
    Damaged,
    batch_values,
    checksum,
    entry_values,
    item_values,
    run_values,
    text_of,
)
from guarantee_summarizer.errors import LedgerError

__all__ = ["APPLICATION", "FOREIGN", "VERSION", "connect", "transaction"]

APPLICATION, VERSION = 0x47534C67, 4  # "GSLg"; both are in the file's header

_RUNS = """CREATE TABLE runs (run INTEGER PRIMARY KEY AUTOINCREMENT, settings TEXT NOT NULL,
        owner TEXT NOT NULL, begun REAL NOT NULL, ended REAL,
        state TEXT CHECK (state IN ('finished', 'stopped', 'failed')),
        done INTEGER NOT NULL, failed INTEGER NOT NULL, usage TEXT NOT NULL,
        checksum TEXT NOT NULL)"""
_ENTRIES = """CREATE TABLE entries (seq INTEGER PRIMARY KEY AUTOINCREMENT, key TEXT NOT NULL UNIQUE,
        status TEXT NOT NULL CHECK (status IN ('done', 'failed')),
        run INTEGER NOT NULL, updated REAL NOT NULL, article TEXT NOT NULL, source TEXT NOT NULL,
        usage TEXT NOT NULL, error TEXT, message TEXT, summary TEXT, record TEXT,
        checksum TEXT NOT NULL, CHECK (status = 'failed' OR summary IS NOT NULL))"""
_BY_STATUS = "CREATE INDEX entries_by_status ON entries (status)"
_CLAIMS = """CREATE TABLE claims (key TEXT PRIMARY KEY, owner TEXT NOT NULL, since REAL NOT NULL,
        checksum TEXT NOT NULL)"""
_BATCHES = """CREATE TABLE batches (part TEXT PRIMARY KEY, maker TEXT NOT NULL, run INTEGER NOT NULL,
        total INTEGER NOT NULL, step TEXT NOT NULL, file_id TEXT, batch_id TEXT,
        state TEXT NOT NULL, done INTEGER NOT NULL, failed INTEGER NOT NULL, notes TEXT NOT NULL,
        checksum TEXT NOT NULL)"""
_ITEMS = """CREATE TABLE batch_items (key TEXT PRIMARY KEY, part TEXT NOT NULL,
        number INTEGER NOT NULL, article TEXT NOT NULL, answer TEXT, checksum TEXT NOT NULL,
        UNIQUE (part, number))"""
_IDENTITY = (f"PRAGMA application_id = {APPLICATION}", f"PRAGMA user_version = {VERSION}")
_SCHEMA = (_RUNS, _ENTRIES, _BY_STATUS, _CLAIMS, _BATCHES, _ITEMS, *_IDENTITY)
# Version 1 stored batches as documents, and their articles in files beside the ledger.
_UNCOLLECTED = """SELECT count(*) FROM documents
    WHERE kind = 'batch' AND json_extract(data, '$.step') <> 'collected'"""
_FROM_1 = (
    """CREATE TABLE batches AS SELECT name AS part, json_extract(data, '$.maker') AS maker,
        json_extract(data, '$.run') AS run, json_extract(data, '$.total') AS total,
        json_extract(data, '$.step') AS step, json_extract(data, '$.file_id') AS file_id,
        json_extract(data, '$.batch_id') AS batch_id, json_extract(data, '$.state') AS state,
        json_extract(data, '$.done') AS done, json_extract(data, '$.failed') AS failed,
        json_extract(data, '$.notes') AS notes
        FROM documents WHERE kind = 'batch' ORDER BY rowid""",
    "CREATE TABLE batch_items (key, part, number, article, answer)",
    "DROP TABLE documents",
    "UPDATE runs SET owner = owner || ' -'",
)

FOREIGN = "is not a ledger and was not changed; name another file"
_STEP = 0.2  # seconds that one attempt to open a locked file waits


def connect(path: Path, patience: float, *, read_only: bool = False) -> sqlite3.Connection:
    """Open the file; create it if it is missing or empty, upgrade one of an earlier version.

    Creating and upgrading need exclusive access. A process that waits for it closes the file
    meanwhile, to prevent a deadlock.

    Args:
        path: the file.
        patience: seconds to wait for a file that another process has locked.
        read_only: write nothing, even if it is permitted; the file is not upgraded.

    Raises:
        LedgerError: it is not a ledger, or from a release whose format cannot be read.
    """
    deadline = time.monotonic() + patience
    while True:
        try:
            _refuse_foreign(path)
            connection = _opened_read_only(path) if read_only else _opened(path)
            connection.execute(f"PRAGMA busy_timeout = {int(1000 * patience)}")
            return connection
        except sqlite3.OperationalError as error:
            busy = getattr(error, "sqlite_errorcode", 0) & 0xFF in (
                sqlite3.SQLITE_BUSY,
                sqlite3.SQLITE_LOCKED,
            )
            if not busy or time.monotonic() > deadline:
                raise
        time.sleep(random.uniform(0.01, 0.05))  # noqa: S311  (jitter)


def _opened(path: Path) -> sqlite3.Connection:
    connection = _connection(path.as_uri())
    try:
        connection.execute("PRAGMA synchronous = NORMAL")
        connection.execute("PRAGMA trusted_schema = OFF")
        if _identity(connection) == (0, 0):
            with transaction(connection):
                if _identity(connection) == (0, 0):  # no other process was faster
                    _execute(connection, *_SCHEMA)
        if _identity(connection) < (APPLICATION, VERSION):
            _upgrade(connection, path)
        # Not earlier: the header of a new file must be in the file itself, not in its log.
        connection.execute("PRAGMA journal_mode = WAL")
    except BaseException:
        connection.close()
        raise
    return connection


def _opened_read_only(path: Path) -> sqlite3.Connection:
    """Open a file that may be in a read-only folder, with its log if there is one."""
    log = path.with_name(f"{path.name}-wal")
    alone = not log.exists() or not log.stat().st_size
    # SQLite removes its log at the end if the folder is writable, hence `rw` first.
    for query in ("mode=rw", "mode=ro", *(["mode=ro&immutable=1"] if alone else [])):
        connection = _connection(f"{path.as_uri()}?{query}")
        try:
            connection.execute("PRAGMA trusted_schema = OFF")
            connection.execute("PRAGMA query_only = ON")
            connection.execute("SELECT count(*) FROM sqlite_schema").fetchone()
        except sqlite3.OperationalError as error:
            connection.close()
            if error.sqlite_errorcode & 0xFF not in (
                sqlite3.SQLITE_CANTOPEN,
                sqlite3.SQLITE_READONLY,
            ):
                raise
        except BaseException:
            connection.close()
            raise
        else:
            return connection
    raise LedgerError(
        f"{path}: its last rows are in {log.name} and the folder is not writable; "
        "copy both files to another folder"
    )


def _connection(uri: str) -> sqlite3.Connection:
    connection = sqlite3.connect(
        uri, uri=True, timeout=_STEP, isolation_level=None, check_same_thread=False
    )
    connection.row_factory, connection.text_factory = sqlite3.Row, text_of
    return connection


def _upgrade(connection: sqlite3.Connection, path: Path) -> None:
    """Upgrade a file of an earlier version; raise if another process has it open."""
    connection.execute("PRAGMA journal_mode = DELETE")
    connection.execute("PRAGMA ignore_check_constraints = ON")  # copy damaged rows, too
    with transaction(connection):
        if (version := _identity(connection)[1]) < VERSION:  # no other process was faster
            _rewrite(connection, path, version)
    connection.execute("PRAGMA ignore_check_constraints = OFF")


def _rewrite(connection: sqlite3.Connection, path: Path, version: int) -> None:
    """Upgrade the tables of a file that no other process has open."""
    if version == 1:
        (number,) = connection.execute(_UNCOLLECTED).fetchone()
        if number:
            raise LedgerError(
                f"{path}: has batches of an earlier release that are not collected "
                f"({number}); collect them with that release, or start a new ledger"
            )
        _execute(connection, *_FROM_1)
    if version < 3:  # noqa: PLR2004  (the first with checksums, of runs and entries)
        _add_checksums(connection, "runs", _RUNS, run_values)
        _add_checksums(connection, "entries", _ENTRIES, entry_values)
        _execute(connection, _BY_STATUS)
    _add_checksums(connection, "batches", _BATCHES, batch_values)
    _add_checksums(connection, "batch_items", _ITEMS, item_values)
    # No other process has the file open, so the owner of every claim is gone.
    _execute(connection, "DROP TABLE claims", _CLAIMS, *_IDENTITY)


def _add_checksums(
    connection: sqlite3.Connection,
    table: str,
    schema: str,
    values_of: Callable[[sqlite3.Row], object],
) -> None:
    """Add a checksum to each row; a row that is already damaged gets a wrong one."""
    _execute(connection, f"ALTER TABLE {table} RENAME TO old_{table}", schema)
    copy = f"INSERT INTO {table} SELECT *, ? FROM old_{table} WHERE rowid = ?"  # noqa: S608
    for row in connection.execute(f"SELECT rowid AS number, * FROM old_{table} ORDER BY rowid"):  # noqa: S608
        values = tuple(row)[2 if table == "entries" else 1 :]
        try:
            values_of(row)
            known = checksum(values)
        except Damaged:
            known = ""
        connection.execute(copy, (known, row["number"]))
    _execute(connection, f"DROP TABLE old_{table}")


def _execute(connection: sqlite3.Connection, *statements: str) -> None:
    for statement in statements:
        connection.execute(statement)


@contextmanager
def transaction(connection: sqlite3.Connection) -> Iterator[None]:
    """Commit all writes of the block, or none."""
    try:
        connection.execute("BEGIN IMMEDIATE")
        yield
        connection.execute("COMMIT")
    finally:
        if connection.in_transaction:
            with suppress(sqlite3.Error):
                connection.execute("ROLLBACK")


def _refuse_foreign(path: Path) -> None:
    """Raise if the file is not a ledger, without a lock and without writing.

    Only SQLite may open it: opening and closing the file in another way drops this process's
    locks on it (https://www.sqlite.org/howtocorrupt.html, 2.2).
    """
    if path.is_dir():
        raise LedgerError(f"{path}: is a folder; name a file in it")
    if not path.parent.is_dir():
        raise LedgerError(f"{path}: there is no folder {path.parent}; create it first")
    if not path.exists() or not path.stat().st_size:
        return
    application, version = _file_identity(path)
    if application != APPLICATION:
        raise LedgerError(f"{path}: {FOREIGN}")
    if version > VERSION:
        raise LedgerError(f"{path}: was written by a newer release; install that one")
    if version < 1:
        raise LedgerError(f"{path}: has the unknown version {version}; start a new ledger")


def _file_identity(path: Path) -> tuple[int, int]:
    """Return the header of a file; its log is read only if the file is damaged without it.

    During a write, or after a process was killed in one, the first page may be incomplete
    without the log.
    """
    try:
        return _read_only(f"{path.as_uri()}?mode=ro&immutable=1")
    except sqlite3.DatabaseError as error:
        if error.sqlite_errorcode & 0xFF != sqlite3.SQLITE_CORRUPT:
            raise
    return _read_only(f"{path.as_uri()}?mode=ro")


def _read_only(uri: str) -> tuple[int, int]:
    connection = _connection(uri)
    try:
        return _identity(connection)
    finally:
        connection.close()


def _identity(connection: sqlite3.Connection) -> tuple[int, int]:
    names = ("application_id", "user_version")
    application, version = (connection.execute(f"PRAGMA {n}").fetchone()[0] for n in names)
    return application, version
