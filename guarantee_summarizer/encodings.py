"""Read files as text: UTF-8, or UTF-16 and UTF-32 with a mark; encodings are never guessed."""

from __future__ import annotations

import codecs
import io
import os
import re
import stat
from pathlib import Path

from guarantee_summarizer.errors import ArticleError
from guarantee_summarizer.sizes import LARGEST

__all__ = ["bom_of", "decode", "encoding_hint", "open_file", "read_bytes", "refuse_device"]

_MARKS = (  # the longer ones first: UTF-32 begins like UTF-16
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
_CONTROL = re.compile(rb"[\x01-\x03\x06-\x08\x0e-\x1f]")  # 4 and 5 begin Cyrillic letters
_LETTERS = re.compile(rb"[\xc0-\xff]+")
_CYRILLIC = 4  # consecutive letters above ASCII: words in another alphabet
_KOI8 = 0.7  # its small letters have the codes of capitals in other encodings


def bom_of(data: bytes) -> str | None:
    """Return the encoding of the byte order mark at the beginning."""
    return next((name for mark, name in _MARKS if data.startswith(mark)), None)


def decode(data: bytes, name: str) -> str:
    """Decode a file in UTF-8, or in UTF-16 or UTF-32 with a byte order mark.

    Args:
        data: the whole file.
        name: the file's name in messages.

    Raises:
        ArticleError: it is binary, or in another encoding; the message names likely ones.
    """
    mark = bom_of(data)
    if mark is None and (wide := _unmarked(data[:4096])):
        raise ArticleError(
            f"{name}: looks like {wide} without its mark; convert it, for instance with "
            f"'iconv -f {wide} -t UTF-8'"
        )
    try:
        return data.decode(mark or "utf-8")
    except UnicodeDecodeError as error:
        place = error.start
    if b"\0" in data[:4096]:
        raise ArticleError(f"{name}: is binary, not text; give plain text or JSON")
    raise ArticleError(f"{name}: is not UTF-8 (byte {place}); {encoding_hint(data)}")


def _unmarked(head: bytes) -> str | None:
    """Return the UTF-16 encoding of Latin text, where most letters have a zero byte on one side."""
    even, odd = head[::2].count(0), head[1::2].count(0)
    if min(even, odd) or max(even, odd) <= len(head) // 4 or _CONTROL.search(head):
        return None
    return "UTF-16LE" if odd > even else "UTF-16BE"


def encoding_hint(data: bytes) -> str:
    r"""Return what to do with bytes that are not UTF-8: likely encodings, and the command.

    >>> encoding_hint("Переговори тривають".encode("cp1251"))
    "it may be CP1251 or KOI8-U; convert it, for instance with 'iconv -f CP1251 -t UTF-8'"
    """
    runs = _LETTERS.findall(data[:65_536])
    letters = b"".join(runs)
    if not any(len(run) >= _CYRILLIC for run in runs):
        likely = ["CP1252", "CP1250"]
    elif sum(letter < 0xE0 for letter in letters) > _KOI8 * len(letters):  # noqa: PLR2004
        likely = ["KOI8-U", "CP1251"]
    else:
        likely = ["CP1251", "KOI8-U"]
    command = f"'iconv -f {likely[0]} -t UTF-8'"
    return f"it may be {' or '.join(likely)}; convert it, for instance with {command}"


def refuse_device(path: Path, mode: int | None = None) -> None:
    """Raise if the path is neither a file nor a folder: reading it might never end.

    Args:
        path: the path to check.
        mode: its mode from `stat`, if known.

    Raises:
        ArticleError: it is a named pipe, a socket or a device.
        OSError: it does not exist, or is not accessible.
    """
    mode = path.stat().st_mode if mode is None else mode
    if not stat.S_ISREG(mode) and not stat.S_ISDIR(mode):
        kind = "a named pipe" if stat.S_ISFIFO(mode) else "a device or a socket"
        raise ArticleError(f"{path}: is {kind}, not a file; send it to standard input, named -")


def open_file(path: Path) -> io.BufferedReader:
    """Open a regular file; refuse pipes and devices, which could block.

    Raises:
        ArticleError: it is a named pipe, a socket or a device.
        OSError: it does not exist, or is not readable.
    """
    refuse_device(path)
    file = open(path, "rb", opener=_open_at_once)  # noqa: SIM115  (a path has no opener)
    try:
        refuse_device(path, os.fstat(file.fileno()).st_mode)  # the file may have been replaced
    except BaseException:
        file.close()
        raise
    return file


def _open_at_once(path: str, flags: int) -> int:
    return os.open(path, flags | getattr(os, "O_NONBLOCK", 0))


def read_bytes(path: Path) -> bytes:
    """Return the content of a file.

    Raises:
        ArticleError: there is no such file, it is a folder or a device, it cannot be read, or it
            is larger than `LARGEST`.
    """
    try:
        with open_file(path) as file:
            data = file.read(LARGEST + 1)
        if len(data) > LARGEST:
            raise ArticleError(f"{path}: is larger than {LARGEST:,} bytes; split it")
        return data
    except FileNotFoundError as error:
        raise ArticleError(f"{path}: there is no such file") from error
    except IsADirectoryError as error:
        raise ArticleError(f"{path}: is a folder; name the files in it") from error
    except (OSError, ValueError) as error:
        reason = getattr(error, "strerror", None) or error
        raise ArticleError(f"{path}: cannot be read ({reason})") from error
