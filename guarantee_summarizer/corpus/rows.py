"""Detect damaged rows of a ledger: a wrong checksum, or values that cannot be read."""

from __future__ import annotations

import hashlib
import json
import math
import sqlite3
from collections.abc import Iterable
from typing import Any

from guarantee_summarizer.schema import Usage

__all__ = [
    "BATCH",
    "ENTRY",
    "ITEM",
    "RUN",
    "Damaged",
    "batch_values",
    "checksum",
    "claim_values",
    "entry_values",
    "item_values",
    "object_in",
    "run_values",
    "text_of",
]

ENTRY = tuple("key status run updated article source usage error message summary record".split())
RUN = tuple("run settings owner begun ended state done failed usage".split())
BATCH = tuple("part maker run total step file_id batch_id state done failed notes".split())
ITEM = tuple("key part number article answer".split())
_CLAIM = ("key", "owner", "since")

_END_OF_TIME = 253_402_300_800  # the year 10,000 in seconds since 1970


class Damaged(Exception):  # noqa: N818  (never raised to a user)
    """The row was changed after it was written, or has impossible values."""


def checksum(values: Iterable[str | float | None]) -> str:
    """Return the checksum of a row: 128 bits, over the values in the order of their columns.

    It detects damage, not deliberate changes.
    """
    texts = [None if value is None else str(value) for value in values]
    lengths = ",".join("" if text is None else str(len(text)) for text in texts)
    whole = "".join([lengths, *(text or "" for text in texts)])
    return hashlib.blake2b(whole.encode("utf-8", "surrogateescape"), digest_size=16).hexdigest()


def text_of(data: bytes) -> str:
    """Decode a text of SQLite; invalid UTF-8 is kept, so that the checksum detects it."""
    return data.decode("utf-8", "surrogateescape")


def entry_values(row: sqlite3.Row) -> dict[str, Any]:
    """Return the values of an entry by column, with its usage parsed.

    Raises:
        Damaged: the reason says how.
    """
    values = _checked(row, ENTRY)
    done = values["status"] == "done"
    texts = ("key", "article", "source", *(["summary"] if done else []))
    others = ("error", "message", "summary", "record")
    if not done and values["status"] != "failed":
        raise Damaged("its status is invalid")
    known = [values[name] for name in others if values[name] is not None]
    if not all(map(_is_text, [*known, *(values[name] for name in texts)])):
        raise Damaged("a text is invalid")
    if not isinstance(values["run"], int) or not isinstance(values["updated"], int | float):
        raise Damaged("a number is invalid")
    if not _has_checksum(row):
        object_in(values["summary"] if done else values["record"] or "{}")
    return {**values, "usage": _usage_in(values["usage"])}


def run_values(row: sqlite3.Row) -> dict[str, Any]:
    """Return the values of a run by column, with its settings and usage parsed.

    Raises:
        Damaged: the reason says how.
    """
    values = _checked(row, RUN)
    if not _is_text(values["owner"]) or not isinstance(values["settings"], str):
        raise Damaged("a text is invalid")
    times = [values["begun"], *([] if values["ended"] is None else [values["ended"]])]
    counts = [values[name] for name in ("run", "done", "failed")]
    if not all(map(_is_time, times)) or not all(isinstance(n, int) and n >= 0 for n in counts):
        raise Damaged("a number is invalid")
    if values["state"] not in (None, "finished", "stopped", "failed"):
        raise Damaged("its state is invalid")
    settings = object_in(values["settings"])
    return {**values, "settings": settings, "usage": _usage_in(values["usage"])}


def batch_values(row: sqlite3.Row) -> dict[str, Any]:
    """Return the values of a part of a batch, by column, with its notes parsed.

    Raises:
        Damaged: the reason says how.
    """
    values = _checked(row, BATCH)
    ids = [values[name] for name in ("file_id", "batch_id") if values[name] is not None]
    if not all(map(_is_text, [*ids, *(values[n] for n in ("part", "maker", "step", "state"))])):
        raise Damaged("a text is invalid")
    if not all(isinstance(values[n], int) for n in ("run", "total", "done", "failed")):
        raise Damaged("a number is invalid")
    notes = object_in(f'{{"notes": {values["notes"]}}}')["notes"]
    if not isinstance(notes, list) or not all(map(_is_text, notes)):
        raise Damaged("its notes are invalid")
    return {**values, "notes": tuple(notes)}


def item_values(row: sqlite3.Row) -> dict[str, Any]:
    """Return the values of an article that waits in a batch, by column, with its record parsed.

    Raises:
        Damaged: the reason says how.
    """
    values = _checked(row, ITEM)
    if values["answer"] is not None and not _is_text(values["answer"]):
        raise Damaged("its answer is invalid")
    return {**values, "article": object_in(values["article"])}


def claim_values(row: sqlite3.Row) -> dict[str, Any]:
    """Return the values of a claim, by column.

    Raises:
        Damaged: the reason says how.
    """
    return _checked(row, _CLAIM)


def _checked(row: sqlite3.Row, names: tuple[str, ...]) -> dict[str, Any]:
    values = {name: row[name] for name in names}
    if _has_checksum(row) and row["checksum"] != checksum(values.values()):
        raise Damaged("its checksum does not match")
    return values


def _has_checksum(row: sqlite3.Row) -> bool:
    """Whether the row has a checksum; a read-only ledger of an earlier version has none."""
    return "checksum" in row.keys()  # noqa: SIM118


def object_in(text: Any) -> dict[str, Any]:
    """Return the object in a line of JSON.

    Raises:
        Damaged: the line is not a JSON object.
    """
    try:
        value = json.loads(text)
    except (ValueError, TypeError, RecursionError) as error:
        raise Damaged("it is not valid JSON") from error
    if not isinstance(value, dict) or "\n" in text or "\r" in text:
        raise Damaged("it is not a JSON object on one line")
    return value


def _usage_in(text: Any) -> Usage:
    try:
        return Usage.model_validate_json(text)
    except (ValueError, TypeError) as error:
        raise Damaged("its usage cannot be read") from error


def _is_text(value: Any) -> bool:
    try:
        return isinstance(value, str) and (value.isascii() or bool(value.encode()))
    except UnicodeEncodeError:  # it was not UTF-8
        return False


def _is_time(value: Any) -> bool:
    return isinstance(value, int | float) and math.isfinite(value) and abs(value) < _END_OF_TIME
