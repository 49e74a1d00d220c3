"""Write a file to `X.part` beside its place, then rename it.

An existing file is never lost: only a regular file is replaced, by a finished one with the same
mode and owner; links, devices, pipes, folders and databases are refused.
"""

from __future__ import annotations

import os
import sqlite3
import stat
import sys
from collections.abc import Iterator
from contextlib import closing, contextmanager, suppress
from pathlib import Path
from typing import IO

from guarantee_summarizer.errors import ConfigurationError

__all__ = ["family", "part_of", "replacing"]

_SIDECARS = ("-wal", "-shm", "-journal")  # suffixes of SQLite's files beside a database
_NEW = 0o666  # as for `open`, before the umask


def part_of(path: Path) -> Path:
    """Return the temporary file beside an output."""
    return path.with_name(f"{path.name}.part")


def family(database: Path) -> list[Path]:
    """Return a database and SQLite's files beside it."""
    return [database, *(database.with_name(database.name + end) for end in _SIDECARS)]


@contextmanager
def replacing(path: Path, *, keep: bool = True) -> Iterator[IO[bytes]]:
    """Open `X.part` beside `X`; it replaces `X` if the block succeeds.

    Args:
        path: the file; an existing file is not changed until then.
        keep: keep `X.part`, unless it is empty, if the block raises.

    Yields:
        The open file, for bytes.

    Raises:
        ConfigurationError: the path cannot be a file, another process writes there, or the disk
            cannot store it.
    """
    with _errors_told(path):
        before = _replaceable(path)
        file = _part(path)
    try:
        yield file
        with _errors_told(path):
            _finish(file, before, path)
    finally:
        _let_go(file, part_of(path), keep=keep)


def _finish(file: IO[bytes], before: os.stat_result | None, path: Path) -> None:
    """Rename the file to its final name, once it is on disk."""
    file.flush()
    _take_after(file, before)
    os.fsync(file.fileno())
    _replaceable(path)
    if sys.platform == "win32":
        file.close()  # or it cannot be renamed
    part_of(path).replace(path)


@contextmanager
def _errors_told(path: Path) -> Iterator[None]:
    try:
        yield
    except OSError as error:
        reason = error.strerror or error
        raise ConfigurationError(f"{path}: cannot be written ({reason})") from error


def _replaceable(path: Path) -> os.stat_result | None:
    """Return the status of an existing file; raise if it must not be replaced."""
    if not path.absolute().parent.is_dir() or not path.name:
        raise ConfigurationError(f"{path}: cannot be written; name a file in an existing folder")
    try:
        before = path.lstat()
    except FileNotFoundError:
        before = None
    if before is not None and (reason := _why_not(path, before)):
        raise ConfigurationError(f"{path}: {reason}")
    for end in _SIDECARS:
        if path.name.endswith(end) and _is_database(path.with_name(path.name.removesuffix(end))):
            raise ConfigurationError(f"{path}: belongs to a database; name another file")
    return before


def _why_not(path: Path, before: os.stat_result) -> str | None:
    if stat.S_ISDIR(before.st_mode):
        return "cannot be written; name a file in an existing folder"
    if stat.S_ISLNK(before.st_mode):
        return "is a link, which is not replaced; name its target, or another file"
    if not stat.S_ISREG(before.st_mode):
        return "is a device or a pipe, not a regular file; leave the output out, and redirect it"
    if not os.access(path, os.W_OK):
        return "is not writable; name another file, or allow writing"
    if sys.platform != "win32" and before.st_uid != os.geteuid() != 0:
        return "belongs to another user; name another file"
    if _is_database(path):
        return "is a database, perhaps a ledger, which is not replaced; name another file"
    return None


def _is_database(path: Path) -> bool:
    """Whether a file belongs to SQLite; only SQLite may open it (see `corpus.database`)."""
    if not path.is_file() or not path.stat().st_size:
        return False
    try:
        with closing(
            sqlite3.connect(f"{path.absolute().as_uri()}?mode=ro&immutable=1", uri=True)
        ) as file:
            file.execute("PRAGMA schema_version").fetchone()
    except sqlite3.Error as error:
        return getattr(error, "sqlite_errorcode", 0) & 0xFF == sqlite3.SQLITE_CORRUPT
    return True


def _part(path: Path) -> IO[bytes]:
    """Open the empty `.part` for this process only; follow no link to it."""
    part = part_of(path)
    flags = os.O_RDWR | os.O_CREAT | getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_NONBLOCK", 0)
    while True:
        if part.is_symlink() or (part.exists() and not part.is_file()):
            raise ConfigurationError(_in_the_way(path, "is not a regular file"))
        file = os.fdopen(os.open(part, flags | getattr(os, "O_BINARY", 0), _NEW), "r+b")
        try:
            _lock(file, path)
            with suppress(FileNotFoundError):
                if os.path.samestat(os.fstat(file.fileno()), part.lstat()):
                    file.truncate(0)
                    return file  # else another process has just finished
        except BaseException:
            file.close()
            raise
        file.close()


def _in_the_way(path: Path, reason: str) -> str:
    return (
        f"{path}: cannot be written; {part_of(path)} is in the way, and it {reason}; move it away"
    )


def _lock(file: IO[bytes], path: Path) -> None:
    """Lock the file until it is closed, however this process ends."""
    found = os.fstat(file.fileno())
    if not stat.S_ISREG(found.st_mode) or found.st_nlink > 1:
        raise ConfigurationError(_in_the_way(path, "has two names"))
    if sys.platform == "win32":
        return  # an open file cannot be renamed there
    import fcntl  # noqa: PLC0415  (not on Windows)

    try:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError as error:
        message = f"{path}: another run is writing it; wait for its end, or name another file"
        raise ConfigurationError(message) from error


def _take_after(file: IO[bytes], before: os.stat_result | None) -> None:
    """Set mode and owner of the new file to those of the file that it replaces."""
    if before is None or sys.platform == "win32":
        return
    mode = stat.S_IMODE(before.st_mode)
    try:
        os.fchown(file.fileno(), before.st_uid, before.st_gid)
    except PermissionError:  # this user is not in the group
        mode &= ~stat.S_IRWXG
    os.fchmod(file.fileno(), mode)


def _let_go(file: IO[bytes], part: Path, *, keep: bool) -> None:
    """Close the file; remove it if it was not renamed and is empty or not to be kept."""
    with suppress(OSError, ValueError):  # the disk is full, or the file closed
        file.flush()
    with suppress(OSError, ValueError):
        mine = os.fstat(file.fileno())
        if not (keep and mine.st_size) and os.path.samestat(mine, part.lstat()):
            part.unlink()
    with suppress(OSError):
        file.close()
