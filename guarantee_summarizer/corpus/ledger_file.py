"""The file of a ledger: its tables, its statements, and how it is opened."""

from __future__ import annotations

import sqlite3
from pathlib import Path

from guarantee_summarizer.errors import LedgerError

APPLICATION, _VERSION = 0x47534C67, 1  # "GSLg"; both stand in the file's header
_SCHEMA = (
    f"PRAGMA application_id = {APPLICATION}",
    f"PRAGMA user_version = {_VERSION}",
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
    """CREATE TABLE documents (kind TEXT NOT NULL, name TEXT NOT NULL, data TEXT NOT NULL,
        UNIQUE (kind, name))""",
)
BEGIN = "INSERT INTO runs VALUES (NULL, :settings, :owner, :now, NULL, NULL, 0, 0, :usage)"
END = "UPDATE runs SET state = :state, ended = :now WHERE run = :run"
RUN = "SELECT usage FROM runs WHERE run = :run"
RUNS = "SELECT * FROM runs ORDER BY run"
ADD_UP = """UPDATE runs SET done = done + (:status = 'done'),
    failed = failed + (:status = 'failed'), usage = :total WHERE run = :run"""
GET = "SELECT * FROM entries WHERE key = :key"
RECORD = """INSERT OR REPLACE INTO entries
    SELECT NULL, :key, :status, :run, :updated, :article, :source, :usage, :error, :message,
        :summary, :record
    WHERE :status = 'done'
        OR NOT EXISTS (SELECT 1 FROM entries WHERE key = :key AND status = 'done')"""
LAST = "SELECT max(seq) AS seq FROM entries"
NEXT = """SELECT * FROM entries WHERE seq > :after AND seq <= :last
    AND (:status IS NULL OR status = :status) AND (:run IS NULL OR run = :run)
    ORDER BY seq LIMIT :page"""
FORGET = "DELETE FROM entries WHERE status = 'failed' AND (:run IS NULL OR run = :run)"
COUNTS = "SELECT status, count(*) AS number FROM entries GROUP BY status"
STATUS = "SELECT status FROM entries WHERE key = :key"
HOLDER = "SELECT key, owner, since FROM claims WHERE key = :key"
CLAIM = "INSERT OR REPLACE INTO claims VALUES (:key, :owner, :now)"
RELEASE = "DELETE FROM claims WHERE key = :key AND (:owner IS NULL OR owner = :owner)"
PUT = """INSERT INTO documents VALUES (:kind, :name, :data)
    ON CONFLICT (kind, name) DO UPDATE SET data = excluded.data"""
DOCUMENTS = "SELECT name, data FROM documents WHERE kind = :kind ORDER BY rowid"

_FOREIGN = "is no ledger and was left as it is; name another file"
_KEPT = "and run again, what was recorded is kept"
REMEDIES = {
    sqlite3.SQLITE_BUSY: f"another process has locked it for {{patience:g}} s; end that one {_KEPT}",
    sqlite3.SQLITE_FULL: f"the disk is full; make room {_KEPT}",
    sqlite3.SQLITE_IOERR: f"the disk fails ({{error}}); see whether it is full or gone {_KEPT}",
    sqlite3.SQLITE_READONLY: "may not be written; allow it for the file and its folder",
    sqlite3.SQLITE_CANTOPEN: "cannot be opened; allow reading and writing the file and its folder",
    sqlite3.SQLITE_CORRUPT: "is damaged; move it away, 'sqlite3 FILE .recover' may save its rows",
    sqlite3.SQLITE_NOTADB: _FOREIGN,
}


def connect(path: Path, patience: float) -> sqlite3.Connection:
    """Open the file, made if it is missing or empty."""
    _refuse_foreign(path)
    connection = sqlite3.connect(
        path, timeout=patience, isolation_level=None, check_same_thread=False
    )
    try:
        connection.row_factory = sqlite3.Row
        connection.execute("PRAGMA synchronous = NORMAL")
        connection.execute("PRAGMA trusted_schema = OFF")
        if _identity(connection) == (0, 0):
            connection.execute("BEGIN IMMEDIATE")
            if _identity(connection) == (0, 0):  # nobody else was faster
                for statement in _SCHEMA:
                    connection.execute(statement)
            connection.execute("COMMIT")
        # Not before: the identity of a new file has to be in the file itself, not in its log.
        connection.execute("PRAGMA journal_mode = WAL")
    except BaseException:
        connection.close()
        raise
    return connection


def _refuse_foreign(path: Path) -> None:
    """Raise if the file is not ours, without a lock, a log or a byte written.

    SQLite itself has to look: to open and close a file beside it drops the locks that this process
    holds on it (https://www.sqlite.org/howtocorrupt.html, 2.2).
    """
    if path.is_dir():
        raise LedgerError(f"{path}: is a folder; name a file in it")
    if not path.parent.is_dir():
        raise LedgerError(f"{path}: there is no folder {path.parent}; make it first")
    if not path.exists() or not path.stat().st_size:
        return
    application, version = _looked_at(path)
    if application != APPLICATION:
        raise LedgerError(f"{path}: {_FOREIGN}")
    if version > _VERSION:
        raise LedgerError(f"{path}: was written by a newer release; install that one")
    if version < _VERSION:
        raise LedgerError(f"{path}: is of an unknown version {version}; begin a new ledger")


def _looked_at(path: Path) -> tuple[int, int]:
    """The identity of a file; without its log, unless it makes no sense without it.

    A process that writes, or was killed while it did, may leave a first page that only the log
    makes whole again.
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
