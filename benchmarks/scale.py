"""Measure 1 and 2 processes over few and many, short and long articles; see README.md here.

`grid` uses the loopback endpoint with 200 ms; `deal` skips the work on articles, to measure the main
process alone: it reads and distributes articles, receives summaries, and writes the ledger. (It
also returns every second summary itself.)
"""

from __future__ import annotations

import argparse
import statistics
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from loopback import loopback
from run import _gold, machine

import guarantee_summarizer as gs

LATENCY, CONCURRENCY, RUNS = 0.2, 64, 3
GOLD = Path(__file__).parent.parent / "tests" / "gold"
RUN = """
import resource, sys, time
import guarantee_summarizer as gs
from scale import Ready, sized
kind, url, ledger = sys.argv[1:4]
size, several, processes = map(int, sys.argv[4:])
works = (Ready if kind == "deal" else gs.Summarizer)("m", base_url=url, api_key="k", review=False)
works.warm_up()
begun, cpu = time.monotonic(), time.process_time()
first = 0.0
for outcome in works.map(sized(several, size), concurrency=64, processes=processes,
                         ledger=ledger or None):
    assert isinstance(outcome, gs.Summary), outcome
    first = first or time.monotonic() - begun
wall, cpu = time.monotonic() - begun, time.process_time() - cpu
others = resource.getrusage(resource.RUSAGE_CHILDREN)
print(wall, first, cpu, others.ru_utime + others.ru_stime)
"""


class Ready(gs.Summarizer):
    """Return a prepared summary for every article."""

    async def asummarize(self, article: Any) -> gs.Summary:  # noqa: ARG002  (as it is called)
        """Return the summary of gold 01, with its article."""
        if "ready" not in self.__dict__:
            self.ready = gs.Summary.ground(_gold()[1], _gold()[0])
        return self.ready


def sized(several: int, size: int) -> Iterator[str]:
    """Yield different texts of `size` bytes: gold 01, cut, or followed by the other gold texts."""
    others = [path.read_text(encoding="utf-8") for path in sorted(GOLD.glob("*.txt"))]
    whole = "\n\n".join([_gold()[0].text, *others * (1 + size // sum(map(len, others)))])
    text = whole[: whole.rfind(". ", 0, size - 40) + 1]
    for number in range(several):
        yield f"{text} This is report {number} of the Harbour Post."


def _answer(size: int) -> dict[str, Any]:
    """Return the answer for gold 01; for a shorter text only participants and abstract."""
    article, answer = gs.Article.of(next(sized(1, size))), _gold()[1]
    if size > len(_gold()[0].text):
        return answer
    said = " ".join(sentence.text for sentence in article.sentences[:2])
    named = [one for one in answer["participants"] if one["name"] in article.text][:5]
    empty = {"events": [], "proposals": [], "disputes": [], "structure": {"layers": []}}
    return answer | empty | {"headline": "London summit.", "abstract": said, "participants": named}


def grid(options: argparse.Namespace) -> None:
    """Print articles per second and CPU, for each size and number."""
    print(f"\ngrid: {LATENCY * 1e3:.0f} ms an answer, concurrency {CONCURRENCY}; 1 and 2 processes "
          f"in turn, medians of {options.runs}; loading of the second process is included")  # fmt: skip
    for size in options.bytes:
        with loopback(_answer(size), delay=LATENCY) as endpoint:
            for several in options.articles:
                before = endpoint.cpu
                _compare(options.runs, f"{size / 1e3:3.0f} kB", "grid", endpoint.url, size, several)
                asked = sum(endpoint.counts().values()) / (2 * options.runs * several)
                server = (endpoint.cpu - before) / (2 * options.runs * several)
                endpoint.set(delay=LATENCY)
                print(f"         the server: {server * 1e3:.2f} ms CPU an article, "
                      f"{asked:.2f} requests each")  # fmt: skip


def deal(options: argparse.Namespace) -> None:
    """Print the cost of an article in the main process, and the rate that this allows."""
    print(f"\ndeal: the work on articles is skipped; 2 processes, medians of {options.runs}")
    for ledger in (False, True):
        print(" with a ledger" if ledger else " without a ledger")
        for size in options.bytes:
            for several in options.articles:
                took = [_run("deal", "http://127.0.0.1:9/v1", size, several, 2, ledger=ledger)
                        for _ in range(options.runs)]  # fmt: skip
                wall, _, own, _ = map(statistics.median, zip(*took, strict=True))
                print(f"  {size / 1e3:3.0f} kB {several:6,} articles: {several / wall:5.0f}/s, "
                      f"{own / several * 1e3:.2f} ms CPU each in the main process: "
                      f"{several / own:5.0f}/s on a core", flush=True)  # fmt: skip


def _compare(runs: int, name: str, kind: str, url: str, size: int, several: int) -> None:
    took: list[list[list[float]]] = [[], []]
    for _ in range(runs):
        for number, lines in enumerate(took, 1):
            lines.append(_run(kind, url, size, several, number))
    for number, lines in enumerate(took, 1):
        wall, first, own, others = map(statistics.median, zip(*lines, strict=True))
        each = f"CPU an article {own / several * 1e3:6.2f} + {others / several * 1e3:6.2f} ms"
        print(f"  {name} {several:6,} articles, {number} process{'es' if number > 1 else '  '}: "
              f"{several / wall:6.1f}/s, the first after {first:.1f} s; {each}", flush=True)  # fmt: skip
    pairs = [*zip(*took, strict=True)]
    wall = statistics.median(one[0] / two[0] for one, two in pairs)
    busier = statistics.median(one[2] / max(two[2:]) for one, two in pairs)
    print(f"         two are {wall:.2f} times as fast; one has {busier:.2f} times the CPU of the "
          "busier of two", flush=True)  # fmt: skip


def _run(
    kind: str, url: str, size: int, several: int, processes: int, *, ledger: bool = False
) -> list[float]:
    with tempfile.TemporaryDirectory() as folder:
        path = f"{folder}/run.sqlite" if ledger else ""
        numbers = map(str, (size, several, processes))
        done = subprocess.run([sys.executable, "-c", RUN, kind, url, path, *numbers], text=True,
                              cwd=Path(__file__).parent, stdout=subprocess.PIPE, check=True)  # fmt: skip
    return [*map(float, done.stdout.split())]


def main() -> None:
    """Run the chosen parts."""
    parts = {"grid": grid, "deal": deal}
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("parts", nargs="*", choices=[[], *parts], metavar="part")
    parser.add_argument("--articles", type=int, nargs="+", default=[100, 1_000, 10_000])
    parser.add_argument("--bytes", type=int, nargs="+", default=[1_000, 10_000, 100_000])
    parser.add_argument("--runs", type=int, default=RUNS)
    options = parser.parse_args()
    machine()
    for name in options.parts or parts:
        parts[name](options)


if __name__ == "__main__":
    main()
