"""An evaluation over a folder of gold, and how it is shown."""

from __future__ import annotations

import random
import statistics
import time
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from guarantee_summarizer.article import Article
from guarantee_summarizer.evaluation.gold import GoldItem
from guarantee_summarizer.evaluation.scoring import SECTIONS, Scores, score, total
from guarantee_summarizer.schema import Summary

if TYPE_CHECKING:
    from rich.table import Table

__all__ = ["Evaluation", "error_lines", "evaluate", "interval", "to_dict", "to_table"]

_ENOUGH = 8  # articles, below which an interval means nothing
_RESAMPLES = 1000


@dataclass(frozen=True)
class Evaluation:
    """Scores by article and over all, with the median seconds that a summary took, if known."""

    by_article: dict[str, Scores]
    over_all: Scores
    seconds: float | None


def evaluate(items: Sequence[GoldItem], summarize: Callable[[Article], Summary]) -> Evaluation:
    """Summarize every gold article and score the summaries.

    Args:
        items: from `load_gold`.
        summarize: what is judged; stored summaries are judged with `score_stored`.
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
    """95 % percentile bootstrap interval of a section's F1, resampling articles.

    None below 8 articles, where it would mean nothing.
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
    """The evaluation as plain data, for JSON."""
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
    """The evaluation over all articles as a rich table."""
    from rich.table import Table  # noqa: PLC0415

    scores = evaluation.over_all
    table = Table("section", "P", "R", "F1", "95 %", "matched/found/gold", "right over matched")
    for name in SECTIONS:
        count = scores.counts[name]
        span = interval(evaluation.by_article.values(), name)
        right = [
            f"{key.split('.')[1]} {good}/{of}"
            for key, (good, of) in scores.attributes.items()
            if key.startswith(f"{name}.")
        ]
        table.add_row(
            name,
            *map(_shown, (count.precision, count.recall, count.f1)),
            f"{span[0]:.2f}–{span[1]:.2f}" if span else "",
            f"{count.matched}/{count.predicted}/{count.gold}",
            ", ".join(right),
        )
    told, of = scores.relevance
    table.caption = (
        f"{len(evaluation.by_article)} articles; relevance {told}/{of}; unsupported claims "
        f"{scores.unsupported}"
    )
    if evaluation.seconds is not None:
        table.caption += f"; {evaluation.seconds * 1e3:.0f} ms an article (median)"
    return table


def _shown(value: float | None) -> str:
    return "" if value is None else f"{value:.2f}"


def error_lines(evaluation: Evaluation, items: Sequence[GoldItem]) -> list[str]:
    """What was missed, spurious or wrong, with the sentences, so that a person can see why."""
    lines = []
    for item in items:
        lines.append(f"== {item.name}")
        texts = {s.number: s.text for s in item.article.sentences}
        for mismatch in evaluation.by_article[item.name].mismatches:
            lines.append(f"{mismatch.kind:8} {mismatch.section}: {mismatch.words}")
            lines += [f"    [{n}] {' '.join(texts[n].split())}" for n in mismatch.sentences[:3]]
    return lines
