"""Read the entries of a ledger page by page, also those near damaged rows."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING, Any

from guarantee_summarizer.corpus.integrity import is_corrupt
from guarantee_summarizer.corpus.records import Entry, EntryStatus, storable
from guarantee_summarizer.corpus.rows import Damaged, entry_values
from guarantee_summarizer.errors import LedgerError

if TYPE_CHECKING:
    from guarantee_summarizer.corpus.ledger import Ledger

__all__ = ["entries", "entry_in"]

_PAGE = 50  # entries read at once: a few MB even of long articles


def entries(ledger: Ledger, *, status: EntryStatus | None, run: int | None) -> Iterator[Entry]:
    """Yield the entries, as `Ledger.entries` does."""
    statement = """SELECT * FROM entries WHERE seq > :after AND seq <= :last
        AND (:status IS NULL OR status = :status OR status NOT IN ('done', 'failed'))
        AND (:run IS NULL OR run = :run) ORDER BY seq LIMIT :page"""
    at, last = 0, _last(ledger)
    only = {"status": status, "run": run, "last": last}
    while at < last:
        try:
            rows = ledger.read(statement, after=at, page=_PAGE, **only)
        except LedgerError as error:
            if not is_corrupt(error):
                raise
            for number in range(at + 1, min(at + _PAGE, last) + 1):
                yield from _one(ledger, statement, number, error, **only)
            at += _PAGE
            continue
        yield from (entry_in(row, ledger.path) for row in rows)
        at = rows[-1]["seq"] if rows else last


def _one(
    ledger: Ledger, statement: str, number: int, error: LedgerError, **only: Any
) -> Iterator[Entry]:
    """Yield the entry with a number, if it exists, even if rows near it are damaged."""
    try:
        rows = ledger.read(statement, **{**only, "after": number - 1, "last": number, "page": 1})
    except LedgerError as again:
        if not is_corrupt(again):
            raise
        key = _key_of(ledger, number)
        if key is not None:
            yield _damaged(ledger.path, key, 0, str(error.__cause__))
    else:
        yield from (entry_in(row, ledger.path) for row in rows)


def _last(ledger: Ledger) -> int:
    """Return the greatest number of an entry, from an index if the table is damaged."""
    try:
        return ledger.read("SELECT max(seq) FROM entries")[0][0] or 0
    except LedgerError as error:
        if not is_corrupt(error):
            raise
    index = "SELECT max(seq) FROM entries INDEXED BY entries_by_status"
    return ledger.read(index)[0][0] or 0


def _key_of(ledger: Ledger, number: int) -> str | None:
    """Return the key of an unreadable entry, from an index."""
    index = "SELECT key FROM entries INDEXED BY sqlite_autoindex_entries_1 WHERE +seq = :number"
    with suppress(LedgerError):
        return next((row["key"] for row in ledger.read(index, number=number)), None)
    return f"number {number}"


def entry_in(row: sqlite3.Row, path: Path) -> Entry:
    """Return the entry of a row of the ledger at a path; a damaged row is a failed entry."""
    try:
        return Entry(**entry_values(row))
    except Damaged as reason:
        return _damaged(path, row["key"], row["run"], str(reason))


def _damaged(path: Path, key: Any, run: Any, reason: str) -> Entry:
    """Return a failed entry in place of a damaged row."""
    source = f"{path.name}, entry {storable(str(key))}"
    return Entry(
        key=str(key),
        article="",
        source=source,
        status="failed",
        run=run if isinstance(run, int) else 0,
        error=LedgerError.__name__,
        message=f"{source}: is damaged ({reason}); 'batch --retry-failed' repeats its article",
        updated=0.0,
    )
