"""Evaluate summaries against a folder of gold, and report the scores."""

from __future__ import annotations

import json
import random
import statistics
import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from guarantee_summarizer.article import Article
from guarantee_summarizer.encodings import decode
from guarantee_summarizer.errors import SchemaError
from guarantee_summarizer.evaluation.gold import GoldItem, load_gold
from guarantee_summarizer.evaluation.scoring import SECTIONS, Scores, score, total
from guarantee_summarizer.readers.summaries import stored_records
from guarantee_summarizer.schema import Summary

__all__ = [
    "Evaluation",
    "error_lines",
    "evaluate",
    "interval",
    "load_stored",
    "score_stored",
    "to_dict",
    "to_table",
]

if TYPE_CHECKING:
    from rich.table import Table


_ENOUGH = 8  # articles; with fewer an interval is meaningless
_RESAMPLES = 1000


@dataclass(frozen=True)
class Evaluation:
    """Store the scores of an evaluation.

    Attributes:
        by_article: the scores of each article, by its name.
        over_all: their sum.
        seconds: median seconds per summary; None if unknown.
    """

    by_article: dict[str, Scores]
    over_all: Scores
    seconds: float | None


def evaluate(items: Sequence[GoldItem], summarize: Callable[[Article], Summary]) -> Evaluation:
    """Summarize every gold article and score the summaries.

    Args:
        items: from `load_gold`.
        summarize: function that makes the summaries; for stored ones use `score_stored`.
    """
    by_article, seconds = {}, []
    for item in items:
        began = time.perf_counter()
        summary = summarize(item.article)
        seconds.append(time.perf_counter() - began)
        by_article[item.name] = score(summary, item)
    return Evaluation(by_article, total(by_article.values()), statistics.median(seconds or [0.0]))


def interval(
    scores: Iterable[Scores], section: str, *, seed: int = 0
) -> tuple[float, float] | None:
    """Return the 95 % percentile bootstrap interval of a section's F1, resampling articles.

    None below 8 articles, where it would be meaningless.
    """
    counts = [one.counts[section] for one in scores]
    if len(counts) < _ENOUGH:
        return None
    draw = random.Random(seed)  # noqa: S311  (statistics, not secrets)
    figures = []
    for _ in range(_RESAMPLES):
        sample = draw.choices(counts, k=len(counts))
        summed = sum(sample[1:], sample[0])
        figures.append(summed.f1 or 0.0)
    cuts = statistics.quantiles(figures, n=40)
    return cuts[0], cuts[-1]


def to_dict(evaluation: Evaluation) -> dict[str, Any]:
    """Return the evaluation as plain data, for JSON."""
    return {
        "articles": {name: _scores(one) for name, one in evaluation.by_article.items()},
        "over_all": _scores(evaluation.over_all),
        "f1_intervals": {
            section: interval(evaluation.by_article.values(), section) for section in SECTIONS
        },
        "seconds_median": None if evaluation.seconds is None else round(evaluation.seconds, 4),
    }


def _scores(scores: Scores) -> dict[str, Any]:
    sections = {
        name: {
            "precision": count.precision,
            "recall": count.recall,
            "f1": count.f1,
            "matched": count.matched,
            "predicted": count.predicted,
            "gold": count.gold,
        }
        for name, count in scores.counts.items()
    }
    return {
        **sections,
        "attributes": {name: list(pair) for name, pair in scores.attributes.items()},
        "relevance": list(scores.relevance),
        "unsupported": scores.unsupported,
    }


def to_table(evaluation: Evaluation) -> Table:
    """Return the scores over all articles as a rich table."""
    from rich.table import Table  # noqa: PLC0415

    scores = evaluation.over_all
    table = Table("section", "P", "R", "F1", "95 %", "matched/found/gold", "right over matched")
    for name in SECTIONS:
        count = scores.counts[name]
        span = interval(evaluation.by_article.values(), name)
        attributes = [
            f"{key.split('.')[1]} {good}/{of}"
            for key, (good, of) in scores.attributes.items()
            if key.startswith(f"{name}.")
        ]
        table.add_row(
            name,
            *map(_figure, (count.precision, count.recall, count.f1)),
            f"{span[0]:.2f}–{span[1]:.2f}" if span else "",
            f"{count.matched}/{count.predicted}/{count.gold}",
            ", ".join(attributes),
        )
    right, judged = scores.relevance
    table.caption = (
        f"{len(evaluation.by_article)} articles; relevance {right}/{judged}; unsupported claims "
        f"{scores.unsupported}"
    )
    if evaluation.seconds is not None:
        table.caption += f"; {evaluation.seconds * 1e3:.0f} ms an article (median)"
    return table


def _figure(value: float | None) -> str:
    return "" if value is None else f"{value:.2f}"


def error_lines(evaluation: Evaluation, items: Sequence[GoldItem]) -> list[str]:
    """List missed, spurious and wrong items, each with its sentences."""
    lines = []
    for item in items:
        lines.append(f"== {item.name}")
        texts = {s.number: s.text for s in item.article.sentences}
        for mismatch in evaluation.by_article[item.name].mismatches:
            lines.append(f"{mismatch.kind:8} {mismatch.section}: {mismatch.words}")
            lines += [f"    [{n}] {' '.join(texts[n].split())}" for n in mismatch.sentences[:3]]
    return lines


def score_stored(gold: str | Path | Sequence[GoldItem], summaries: str | Path) -> Evaluation:
    """Score stored summaries, each against the gold item of its article.

    Args:
        gold: folder as in `load_gold`, or items from it.
        summaries: folder of `ID.json` named like the gold items, or a JSONL file (what
            `summarize --format json` writes) whose lines are matched by `article.id`.

    Returns:
        scores; `seconds` is the median of the seconds in the summaries, None if they have none.

    Raises:
        SchemaError: as in `load_gold` and `load_stored`.
    """
    items = load_gold(gold) if isinstance(gold, str | Path) else gold
    stored = load_stored(summaries, items)
    by_id = {item.article.id: stored[item.name] for item in items}
    result = evaluate(items, lambda article: by_id[article.id])
    took = [summary.usage.seconds for summary in stored.values() if summary.usage]
    return replace(result, seconds=statistics.median(took) if took else None)


def load_stored(path: str | Path, items: Sequence[GoldItem]) -> dict[str, Summary]:
    """Read the stored summary of every item, by the item's name; other summaries are skipped.

    Raises:
        SchemaError: an item has no summary or two, a summary is not JSON, breaks the schema, is of
            another article, or cites other words; the message names file, line and reason.
    """
    place = Path(path)
    records = _from_folder(place, items) if place.is_dir() else _from_lines(place, items)
    stored: dict[str, Summary] = {}
    for where, item, data in records:
        if item.name in stored:
            raise SchemaError(f"{where}: is a second summary of {item.name}")
        stored[item.name] = _read(where, item, data)
    if missing := [item.name for item in items if item.name not in stored]:
        raise SchemaError(f"{place}: has no summary of {', '.join(missing)}")
    return stored


_Record = tuple[str, GoldItem, Any]


def _from_folder(folder: Path, items: Iterable[GoldItem]) -> Iterator[_Record]:
    for item in items:
        file = folder / f"{item.name}.json"
        if file.is_file():
            yield str(file), item, _parsed(str(file), _text(file))


def _from_lines(file: Path, items: Iterable[GoldItem]) -> Iterator[_Record]:
    by_id = {item.article.id: item for item in items}
    for where, text in _records(file):
        data = _parsed(where, text)
        article = data.get("article")
        if not isinstance(article, dict) or not isinstance(article.get("id"), str):
            raise SchemaError(f"{where}: has no article.id to match it with an article")
        if article["id"] in by_id:
            yield where, by_id[article["id"]], data


def _records(file: Path) -> Iterator[tuple[str, str]]:
    try:
        yield from stored_records(file)
    except (OSError, EOFError, UnicodeError) as error:
        reason = getattr(error, "strerror", None) or error
        raise SchemaError(f"{file}: cannot be read ({reason})") from error


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
            raise SchemaError(f"{where}: cites words that {item.name} does not have there")
    return summary
