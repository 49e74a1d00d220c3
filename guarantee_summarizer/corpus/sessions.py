"""Identify the host and process that has a ledger open, even if its PID is reused."""

from __future__ import annotations

import os
import platform
import sqlite3
import time
import uuid
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path

from guarantee_summarizer.corpus.database import connect
from guarantee_summarizer.corpus.rows import Damaged, claim_values
from guarantee_summarizer.errors import LedgerError

__all__ = ["FORKED", "LEASE", "WATCHED", "Session", "end", "holds", "lives", "opened"]

LEASE = 3600.0
"""Lease in seconds for claims from other hosts."""

WATCHED = 300.0
"""Seconds to watch a claim from another host before it is void: its clock may be hours off."""

FORKED = (
    "was open when this process was forked, and SQLite would lose rows; "
    "close it before the fork, or start the process with another method (spawn)"
)


@dataclass(slots=True)
class Session:
    """An open file and the keys claimed through it; `owner` is the unique `host pid start id`.

    `seen` has the time at which each claim of another host was first seen (monotonic clock);
    `checked` says whether the file was found intact since it was opened.
    """

    file: Path
    connection: sqlite3.Connection
    owner: str
    pid: int
    keys: set[str] = field(default_factory=set)
    seen: dict[tuple[str, str], float] = field(default_factory=dict)
    checked: bool = False


_LONG = 10  # more digits than a PID has
_SESSIONS: dict[str, Session] = {}  # by owner; a forked process has its parent's too


def opened(path: Path, patience: float, *, read_only: bool = False) -> Session:
    """Open a ledger's file in this process.

    Raises:
        LedgerError: it was open at the fork of this process, or `connect` refuses it.
    """
    file, pid = path.resolve(), os.getpid()
    # After a fork SQLite treats the parent's open file as the child's, even if the child reopens
    # it: there are no locks, and the child's rows are lost when the parent closes the file.
    if any(session.file == file and session.pid != pid for session in [*_SESSIONS.values()]):
        raise LedgerError(f"{path}: {FORKED}")
    owner = f"{platform.node()} {pid} {_started(pid)} {uuid.uuid4().hex}"
    session = Session(file, connect(path, patience, read_only=read_only), owner, pid)
    _SESSIONS[owner] = session
    return session


def end(session: Session) -> None:
    """Close the file."""
    if session.pid == os.getpid():  # a forked child must not close its parent's file
        del _SESSIONS[session.owner]
        session.connection.close()


def holds(claim: sqlite3.Row, session: Session) -> bool:
    """Return whether the owner of a claim is still working on it.

    A claim of this process that none of its open ledgers has is void: its release failed. The
    owner of a damaged claim is unknown.
    """
    with suppress(Damaged):
        claim_values(claim)
        return _held(claim, session)
    return _is_fresh(None, (str(claim["key"]), str(claim["owner"])), session)


def _held(claim: sqlite3.Row, session: Session) -> bool:
    key, owner = str(claim["key"]), str(claim["owner"])
    if owner.rpartition(" ")[0] == session.owner.rpartition(" ")[0]:
        own = _SESSIONS.get(owner)
        return own is not None and key in own.keys
    alive = lives(owner)
    return _is_fresh(claim["since"], (key, owner), session) if alive is None else alive


def _is_fresh(since: object, claim: tuple[str, str], session: Session) -> bool:
    """Return whether a claim is younger than its lease, or was not watched long enough."""
    first = session.seen.setdefault(claim, time.monotonic())
    if time.monotonic() - first < WATCHED:
        return True
    return isinstance(since, int | float) and abs(time.time() - since) < LEASE


def lives(owner: str) -> bool | None:
    """Return whether a process is alive; None if unknown."""
    host, pid, start = (*owner.rsplit(" ", 3), "", "")[:3]
    if host != platform.node() or not (pid.isascii() and pid.isdecimal() and len(pid) < _LONG):
        return None
    started = _started(int(pid))
    return None if started is None else started == start


def _started(pid: int) -> str | None:
    """Return the start time of a process, empty if it has ended, None if it is not visible."""
    import psutil  # noqa: PLC0415  (20 ms)

    if not psutil.pid_exists(pid):
        return ""
    try:
        process = psutil.Process(pid)
        ended = process.status() in (psutil.STATUS_ZOMBIE, psutil.STATUS_DEAD)
        # On Linux a change of the system clock shifts both values alike.
        since = psutil.boot_time() if psutil.LINUX else 0.0
        return "" if ended else f"{process.create_time() - since:.2f}"
    except psutil.Error:
        return None
