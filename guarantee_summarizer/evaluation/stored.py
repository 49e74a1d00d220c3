"""Summaries that were stored earlier, scored against gold now."""

from __future__ import annotations

import json
import statistics
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

from guarantee_summarizer.article import decode
from guarantee_summarizer.errors import SchemaError
from guarantee_summarizer.evaluation.gold import GoldItem, load_gold
from guarantee_summarizer.evaluation.report import Evaluation, evaluate
from guarantee_summarizer.schema import Summary

__all__ = ["load_stored", "score_stored"]


def score_stored(gold: str | Path | Sequence[GoldItem], summaries: str | Path) -> Evaluation:
    """Score summaries that were stored, each against the gold item that it is of.

    Args:
        gold: folder as in `load_gold`, or items from it.
        summaries: folder of `ID.json` named like the gold items, or a JSONL file (what
            `summarize --format json` writes) whose lines are told apart by `article.id`.

    Returns:
        scores; `seconds` is the median of what the summaries say they took, None if they do not.

    Raises:
        SchemaError: as in `load_gold` and `load_stored`.
    """
    items = load_gold(gold) if isinstance(gold, str | Path) else gold
    found = load_stored(summaries, items)
    by_id = {item.article.id: found[item.name] for item in items}
    result = evaluate(items, lambda article: by_id[article.id])
    took = [summary.usage.seconds for summary in found.values() if summary.usage]
    return replace(result, seconds=statistics.median(took) if took else None)


def load_stored(path: str | Path, items: Sequence[GoldItem]) -> dict[str, Summary]:
    """Read the stored summary of every item, by the item's name; others are passed over.

    Raises:
        SchemaError: an item has no summary or two, a summary is no JSON, breaks the schema, is of
            another article, or cites other words; the message names file, line and reason.
    """
    place = Path(path)
    records = _from_folder(place, items) if place.is_dir() else _from_lines(place, items)
    found: dict[str, Summary] = {}
    for where, item, data in records:
        if item.name in found:
            raise SchemaError(f"{where}: is a second summary of {item.name}")
        found[item.name] = _read(where, item, data)
    if missing := [item.name for item in items if item.name not in found]:
        raise SchemaError(f"{place}: has no summary of {', '.join(missing)}")
    return found


_Record = tuple[str, GoldItem, Any]


def _from_folder(folder: Path, items: Iterable[GoldItem]) -> Iterator[_Record]:
    for item in items:
        file = folder / f"{item.name}.json"
        if file.is_file():
            yield str(file), item, _parsed(str(file), _text(file))


def _from_lines(file: Path, items: Iterable[GoldItem]) -> Iterator[_Record]:
    by_id = {item.article.id: item for item in items}
    for number, line in enumerate(_text(file).split("\n"), 1):
        if not line.strip():
            continue
        where = f"{file}, line {number}"
        data = _parsed(where, line)
        article = data.get("article")
        if not isinstance(article, dict) or not isinstance(article.get("id"), str):
            raise SchemaError(f"{where}: has no article.id to tell whose summary it is")
        if article["id"] in by_id:
            yield where, by_id[article["id"]], data


def _text(file: Path) -> str:
    try:
        data = file.read_bytes()
    except OSError as error:
        raise SchemaError(f"{file}: cannot be read ({error.strerror})") from error
    return decode(data, str(file))


def _parsed(where: str, text: str) -> dict[str, Any]:
    try:
        data = json.loads(text)
    except ValueError as error:
        raise SchemaError(f"{where}: is not valid JSON ({error})") from error
    if not isinstance(data, dict):
        raise SchemaError(f"{where}: needs one JSON object")
    return data


def _read(where: str, item: GoldItem, data: Any) -> Summary:
    try:
        summary = Summary.ground(data, item.article)
    except SchemaError as error:
        reason = str(error).removeprefix(f"{item.article.source}: ")
        raise SchemaError(f"{where}: {reason}") from error
    if summary.article is not None and summary.article.id != item.article.id:
        raise SchemaError(f"{where}: is a summary of another article than {item.name}")
    spans = {s.number: s for s in item.article.sentences}
    for cited in summary.citations():
        inside = cited.sentence in spans and spans[cited.sentence].start <= cited.start
        if not inside or item.article.text[cited.start : cited.end] != cited.quote:
            raise SchemaError(f"{where}: cites words that {item.name} does not hold there")
    return summary
