"""Processes told apart from all others that ever were, so that a dead one's claims are void."""

from __future__ import annotations

import functools
import os
import platform
from contextlib import suppress
from pathlib import Path

__all__ = ["lives", "owner"]


def owner(pid: int) -> str:
    """`host pid start`: a process that never comes again; the start is empty if it is hidden."""
    start = ""
    with suppress(OSError):
        stat = Path(f"/proc/{pid}/stat").read_bytes().rpartition(b")")[2].split()
        # proc(5): field 3 is the state, field 22 the clock tick of the start since this boot.
        start = f"{_boot()}/{int(stat[19])}" if stat[0] not in b"ZX" else "ended"
    return f"{platform.node()} {pid} {start}"


@functools.cache
def _boot() -> str:
    return Path("/proc/sys/kernel/random/boot_id").read_text().strip()


def lives(name: str) -> bool | None:
    """Whether the process is alive; None if that cannot be seen from here."""
    host, pid, _ = name.rsplit(" ", 2)
    if host != platform.node() or os.name == "nt":  # signal 0 would interrupt it on Windows
        return None
    try:
        os.kill(int(pid), 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        pass  # somebody else's, and alive
    return owner(int(pid)) in (name, f"{host} {pid} ")
