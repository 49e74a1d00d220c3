"""Open the SQLite file of a ledger: create it, bring it up to date, or refuse what is none."""

from __future__ import annotations

import sqlite3
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from guarantee_summarizer.errors import LedgerError

__all__ = ["APPLICATION", "FOREIGN", "VERSION", "connect", "transaction"]

APPLICATION, VERSION = 0x47534C67, 2  # "GSLg"; both are in the file's header

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

FOREIGN = "is no ledger and was left as it is; name another file"


def connect(path: Path, patience: float) -> sqlite3.Connection:
    """Open the file; create it if it is missing or empty, upgrade it if it is of version 1.

    Raises:
        LedgerError: it is no ledger, or one of another release that cannot be read.
    """
    _refuse_foreign(path)
    connection = sqlite3.connect(
        path, timeout=patience, isolation_level=None, check_same_thread=False
    )
    try:
        connection.row_factory = sqlite3.Row
        connection.execute("PRAGMA synchronous = NORMAL")
        connection.execute("PRAGMA trusted_schema = OFF")
        if _identity(connection) == (0, 0):
            with transaction(connection):
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
    with transaction(connection):
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
def transaction(connection: sqlite3.Connection) -> Iterator[None]:
    """Commit everything that is written inside, or nothing."""
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
        raise LedgerError(f"{path}: {FOREIGN}")
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
