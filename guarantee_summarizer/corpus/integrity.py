"""Explain the errors of a ledger's file, check its entries for damage, and rebuild their indexes."""

from __future__ import annotations

import re
import sqlite3
from typing import TYPE_CHECKING

from guarantee_summarizer.corpus.database import FOREIGN
from guarantee_summarizer.errors import LedgerError

if TYPE_CHECKING:
    from guarantee_summarizer.corpus.ledger import Ledger

__all__ = ["check", "is_corrupt", "remedy", "troubles"]

# SQLite's messages about single rows, which have a checksum, and about indexes.
_OF_A_ROW = re.compile(r"^(CHECK constraint failed|\S+ value in) ")
_OF_AN_INDEX = re.compile(r"^(wrong # of entries in|row \d+ missing from) index|^non-unique entry")
_KEPT = "and run again; recorded results are kept"
_REMEDIES = {
    sqlite3.SQLITE_BUSY: f"another process has locked it for {{patience:g}} s; end it {_KEPT}",
    sqlite3.SQLITE_FULL: f"the disk is full; free some space {_KEPT}",
    sqlite3.SQLITE_IOERR: f"the disk fails ({{error}}); check whether it is full {_KEPT}",
    sqlite3.SQLITE_READONLY: "is not writable; allow writing for the file and its folder",
    sqlite3.SQLITE_CANTOPEN: "cannot be opened; allow reading and writing the file and its folder",
    sqlite3.SQLITE_CORRUPT: "is damaged; 'runs export' writes the intact entries, and "
    "'sqlite3 FILE .recover | sqlite3 NEW' recovers a new ledger",
    sqlite3.SQLITE_NOTADB: FOREIGN,
}


def remedy(error: sqlite3.Error, patience: float) -> str:
    """Return the cause of an error of SQLite, and what to do.

    Args:
        error: the error.
        patience: the seconds for which a locked file was waited for.
    """
    return _REMEDIES.get(_code(error), "cannot be used ({error})").format(
        patience=patience, error=error
    )


def troubles(ledger: Ledger) -> list[str]:
    """Return the messages of damage that may hide entries; damaged rows have a checksum."""
    try:
        found = [str(row[0]) for row in ledger.read("PRAGMA integrity_check(entries)")]
    except LedgerError as error:
        if not is_corrupt(error):
            raise
        return [str(error.__cause__)]
    found = [line for part in found for line in part.splitlines()]
    return [line for line in found if line != "ok" and not _OF_A_ROW.search(line)]


def check(ledger: Ledger) -> None:
    """Rebuild the indexes if only they are damaged.

    Raises:
        LedgerError: the table is damaged.
    """
    if not (found := troubles(ledger)):
        return
    if not all(map(_OF_AN_INDEX.search, found)) or not _has_all_rows(ledger):
        raise LedgerError(f"{ledger.path}: {_REMEDIES[sqlite3.SQLITE_CORRUPT]}")
    with ledger.transaction() as connection:
        connection.execute("REINDEX entries")


def _has_all_rows(ledger: Ledger) -> bool:
    """Return whether the table is intact, so that its indexes can be rebuilt."""
    rows, read, damaged = (0, 0, 0)
    for entry in ledger.entries():
        read, damaged = read + 1, damaged + entry.damaged
    for index in ("sqlite_autoindex_entries_1", "entries_by_status"):
        statement = f"SELECT count(*) FROM entries INDEXED BY {index}"  # noqa: S608
        rows = max(rows, ledger.read(statement)[0][0])
    return read == rows and not damaged


def is_corrupt(error: LedgerError) -> bool:
    """Return whether an error reports a damaged file."""
    return _code(error.__cause__) == sqlite3.SQLITE_CORRUPT


def _code(error: BaseException | None) -> int:
    """Return the primary code of an error; its other bits are detail."""
    return int(getattr(error, "sqlite_errorcode", 0)) & 0xFF
