"""Measure dossiers: scores on the labelled articles, seconds and memory by size; see README.md here."""

from __future__ import annotations

import itertools
import json
import resource
import subprocess
import sys
import time
from collections.abc import Callable, Iterable, Iterator, Mapping
from datetime import date, timedelta
from pathlib import Path
from typing import Any

from run import machine

import guarantee_summarizer as gs
from guarantee_summarizer.evaluation import Count, assign
from guarantee_summarizer.evaluation.dossiers import score_dossier

sys.path.insert(0, str(Path(__file__).parent.parent))
from tests.dossier.labelled import HELD_OUT, articles, labels, names, right_summaries

SIZES = (100, 1_000, 10_000)
OUTLETS, DAYS = 40, 300
YEARS = (10, 15, 20, 25, 30)


def benchmark_scores() -> None:
    """Print scores on correct summaries, and on those of the embedded extractor."""
    right = right_summaries()
    known = {name: summary for name, summary in right.items() if name not in HELD_OUT}
    _score("right summaries, the labels that the rules were made with", known, names(), ("gold",))
    _score("correct summaries, items that involve the two held-out articles", right, names(), ("gold", "held_out"), HELD_OUT)  # fmt: skip
    embedded = {name: gs.summarize(article) for name, article in articles().items()}
    _score("embedded extractor, all labels", embedded, _matched(embedded), ("gold", "held_out"))


def _score(
    title: str,
    summaries: Mapping[str, gs.Summary],
    called: Mapping[tuple[str, str], str],
    files: tuple[str, ...],
    touching: Iterable[str] = (),
) -> None:
    dossier = gs.Dossier.of(summaries.values())
    print(f"\n{title}: {len(summaries)} articles, {len(dossier.threads)} threads")
    for kind, count in score_dossier(dossier, labels(*files), called, touching=touching).items():
        print(f"  {kind:10} {_shown(count)}")


def _shown(count: Count) -> str:
    shares = (count.precision, count.recall, count.f1)
    shown = (f"{name} {share:.2f}" if share is not None else f"{name} -" for name, share in zip(("precision", "recall", "F1"), shares, strict=True))  # fmt: skip
    return (
        f"{', '.join(shown)}; {count.matched} of {count.predicted} reported, {count.gold} labelled"
    )


def _matched(summaries: Mapping[str, gs.Summary]) -> dict[tuple[str, str], str]:
    """Return the label of each proposal that cites the same sentences as a correct one."""
    found = {}
    for name, summary in summaries.items():
        for i, j in assign(summary.proposals, right_summaries()[name].proposals):
            found[_id(summary), f"proposals[{i}]"] = f"{name}:{j}"
    return found


def _id(summary: gs.Summary) -> str:
    assert summary.article is not None
    return summary.article.id


def benchmark_sizes() -> None:
    """Print CPU seconds and peak memory of 100, 1,000 and 10,000 summaries, each in a process."""
    for size in SIZES:
        subprocess.run([sys.executable, __file__, "size", str(size)], check=True)


def _size(size: int) -> None:
    before = _megabytes()
    summaries = list(_varied(size + 1))
    last = summaries.pop()
    print(f"\n{size:,} summaries, {_megabytes() - before:.0f} MB of them")
    made, dossier = _timed(lambda: gs.Dossier.of(iter(summaries)))
    read_all, _ = _timed(lambda: _all_of(dossier))
    _show("build, all results", made + read_all, f"{_megabytes():.0f} MB peak")
    print(f"  {len(dossier.actors)} actors, {len(dossier.threads)} threads, {len(dossier.conflicts())} conflicts, {len(dossier.changes())} changes", flush=True)  # fmt: skip
    added, more = _timed(lambda: _all_of(dossier.add(last)))
    _show("add one, all results", added)
    assert len(more.summaries) == size + 1
    written, text = _timed(dossier.model_dump_json)
    _show("to JSON", written, f"{len(text) / 1e6:.0f} MB of JSON")
    read, again = _timed(lambda: gs.Dossier.from_json(text))
    _show("from JSON", read, f"{_megabytes():.0f} MB peak")
    assert again == dossier


def _show(what: str, seconds: float, more: str = "") -> None:
    print(f"  {what:24} {seconds:8.2f} s  {more}", flush=True)


def _all_of(dossier: gs.Dossier) -> gs.Dossier:
    assert len(dossier.layers) + len(dossier.disputes) + len(dossier.timeline())
    return dossier


def _varied(several: int) -> Iterator[gs.Summary]:
    """Yield correct summaries with varied dates, outlets, ids and durations, read from JSON."""
    texts = [summary.model_dump_json() for summary in right_summaries().values()]
    first = date(2025, 1, 1)
    for number, text in zip(range(several), itertools.cycle(texts)):
        data = json.loads(text)
        data["article"] |= {
            "id": f"{number:016x}",
            "published": (first + timedelta(days=number * 7 % DAYS)).isoformat(),
            "outlet": f"Outlet {number % OUTLETS}",
        }
        for proposal in data["proposals"]:
            for term in proposal["terms"]:
                if term["what"] == "duration":
                    years = YEARS[number // len(texts) % len(YEARS)]
                    term |= {"value": f"{years} years", "normalized": f"P{years}Y"}
        yield gs.Summary.model_validate(data)


def _timed(call: Callable[[], Any]) -> tuple[float, Any]:
    start = time.process_time()
    result = call()
    return time.process_time() - start, result


def _megabytes() -> float:
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


def main() -> None:
    if sys.argv[1:2] == ["size"]:
        _size(int(sys.argv[2]))
        return
    machine()
    parts = {"scores": benchmark_scores, "sizes": benchmark_sizes}
    for name in sys.argv[1:] or parts:
        parts[name]()


if __name__ == "__main__":
    main()
