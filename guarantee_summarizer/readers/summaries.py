"""Read stored summaries, one at a time, in bounded memory."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from itertools import chain, starmap
from pathlib import Path
from typing import Any

from pydantic import ValidationError

from guarantee_summarizer.corpus.results import Failure, Outcome
from guarantee_summarizer.errors import SchemaError
from guarantee_summarizer.readers.inputs import (
    STANDARD_INPUT,
    check,
    files_of,
    lines_of,
    open_text,
    standard_input,
    with_failure,
)
from guarantee_summarizer.readers.json_values import LONGEST
from guarantee_summarizer.readers.kinds import kind_of
from guarantee_summarizer.schema import Summary, describe
from guarantee_summarizer.sizes import is_crowded

__all__ = ["KINDS", "read_summaries", "stored_records"]

KINDS = {".json", ".jsonl", ".ndjson"}
_SQLITE = "SQLite format 3\0"


def read_summaries(*inputs: str | Path) -> Iterator[Outcome]:
    """Read stored summaries; an unreadable line becomes a `Failure`.

    Each input is one of:

    - JSON Lines, one summary per line, as `batch`, `runs export` and `summarize --format json`
      write them; plain, or compressed as `.gz`;
    - a `.json` file with one summary, on any number of lines;
    - a folder: all `.json`, `.jsonl` and `.ndjson` files in it and its subfolders, by name;
    - `-`: JSON Lines from standard input.

    All inputs are looked up at once; they are read as the summaries are requested, line by line.
    Summaries of schema version 1 are migrated. Evidence must be grounded, as the library
    writes it.

    Args:
        inputs: files and folders.

    Returns:
        Summaries in the order of the inputs; for each that cannot be read a `Failure`, whose
        `source` names file and line, and whose `error` is a `SchemaError`.

    Raises:
        SchemaError: an input does not exist, or is a folder without such files.
    """
    for name in inputs:
        check(name, KINDS, SchemaError)
    return chain.from_iterable(map(_read, inputs))


def _read(name: str | Path) -> Iterator[Outcome]:
    if str(name) == "-":
        yield from with_failure(_standard_input(), STANDARD_INPUT, SchemaError)
        return
    for path in files_of(Path(name), KINDS):
        outcomes = starmap(_outcome, stored_records(path))
        yield from with_failure(outcomes, str(path), SchemaError)


def _standard_input() -> Iterator[Outcome]:
    with standard_input() as file:
        yield from starmap(_outcome, _numbered(lines_of(file, STANDARD_INPUT)[1], STANDARD_INPUT))


def stored_records(path: Path) -> Iterator[tuple[str, str]]:
    """Yield each JSON text of a file with its position, "out.jsonl, line 7".

    Blank lines are skipped. A `.json` file is one text unless its first line is complete JSON.

    Raises:
        SchemaError: the file is a ledger.
    """
    with open_text(path) as file:
        first, lines = lines_of(file, str(path))
        if first.startswith(_SQLITE):
            raise SchemaError(
                f"{path}: is a ledger; write its summaries to a file first, with "
                f"'guarantee-summarizer runs export {path} --output FILE.jsonl'"
            )
        if kind_of(path) == ".json" and not _is_json(first):
            yield str(path), _joined(lines)
        else:
            yield from _numbered(lines, str(path))


def _joined(lines: Iterator[str]) -> str:
    """Join the lines to one text, cut off above the limit of length."""
    held, size = list[str](), 0
    for line in lines:
        held.append(line)
        size += len(line)
        if size >= LONGEST:
            break
    return "".join(held)


def _numbered(lines: Iterable[str], name: str) -> Iterator[tuple[str, str]]:
    return ((f"{name}, line {n}", line) for n, line in enumerate(lines, 1) if line.strip())


def _is_json(text: str) -> bool:
    if is_crowded(text):
        return True  # alone, to be refused
    try:
        json.loads(text)
    except (ValueError, RecursionError):
        return False
    return True


def _outcome(place: str, text: str) -> Outcome:
    try:
        return _summary(place, text)
    except SchemaError as error:
        return Failure(place, error)


def _summary(place: str, text: str) -> Summary:
    if is_crowded(text):
        raise SchemaError(f"{place}: has more values than any summary")
    if len(text) >= LONGEST:
        raise SchemaError(f"{place}: is longer than {LONGEST:,} characters; no summary is")
    try:
        return Summary.model_validate_json(text.encode())
    except UnicodeEncodeError as error:
        raise SchemaError(f"{place}: is not valid UTF-8") from error
    except ValidationError as error:
        raise SchemaError(f"{place}: {_reason(text, error)}") from error


def _reason(text: str, error: ValidationError) -> str:
    """Describe a text that is not a summary."""
    try:
        data: Any = json.loads(text)
    except (ValueError, RecursionError) as broken:
        return f"is not valid JSON ({broken})"
    if not isinstance(data, dict):
        return "needs one JSON object"
    if "text" in data and "relevant" not in data:
        if "error" in data:
            return f"is an article that failed ({data.get('message')}), not a summary; retry it"
        return "is an article, not a summary; summarize it first"
    if "summaries" in data and "relevant" not in data:
        return "is a dossier, not a summary; give the summaries that it was made from"
    return describe(error)
