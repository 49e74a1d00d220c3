"""Measure runs over many articles: throughput, memory and the ledger; see README.md here."""

from __future__ import annotations

import argparse
import asyncio
import itertools
import json
import multiprocessing
import resource
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import aclosing
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

from loopback import Loopback, loopback
from run import _gold, _naive, machine

import guarantee_summarizer as gs
from guarantee_summarizer.corpus.ledger import Ledger
from guarantee_summarizer.corpus.records import Entry
from guarantee_summarizer.corpus.results import Result
from guarantee_summarizer.prompts import PromptBook
from guarantee_summarizer.readers.records import article_or_failure

GOLD = Path(__file__).parent.parent / "tests" / "gold"
LATENCY = 0.2
RUNS = 3
SHARED = """
import sys, time
import guarantee_summarizer as gs
from corpus import distinct
url, ledger, first, several, concurrency = sys.argv[1], sys.argv[2], *map(int, sys.argv[3:])
with gs.Summarizer("m", base_url=url, api_key="k", review=False) as works:
    list(works.map(distinct(first + several, 8), concurrency=8))  # load everything first
    print("ready", flush=True)
    sys.stdin.readline()
    start, cpu = time.monotonic(), time.process_time()
    articles = list(distinct(first, several))
    got = list(works.map(articles, concurrency=concurrency, ledger=ledger))
    assert all(isinstance(outcome, gs.Summary) for outcome in got)
    print(time.monotonic() - start, time.process_time() - cpu, flush=True)
"""
SEVERAL = """
import resource, sys, time
import guarantee_summarizer as gs
from corpus import distinct, varied
url, several, processes = sys.argv[1], int(sys.argv[2]), int(sys.argv[3])
start = time.monotonic()
if url:
    works = gs.Summarizer("m", base_url=url, api_key="k", review=False)
    outcomes = works.map(distinct(0, several), concurrency=64, processes=processes)
else:
    outcomes = gs.Summarizer().map(varied(several), processes=processes)
assert sum(isinstance(outcome, gs.Summary) for outcome in outcomes) == several
own, others = map(resource.getrusage, (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN))
print(time.monotonic() - start, own.ru_utime + own.ru_stime, others.ru_utime + others.ru_stime)
"""
LANGEXTRACT = """
import sys, time
import langextract as lx
from langextract.providers.openai import OpenAILanguageModel
url, several, workers = sys.argv[1], int(sys.argv[2]), int(sys.argv[3])
text = sys.stdin.read()
model = OpenAILanguageModel(model_id="m", api_key="k", base_url=url, max_workers=workers)
example = lx.data.ExampleData(text="The US will help.", extractions=[
    lx.data.Extraction(extraction_class="participant", extraction_text="US")])
def run(first, several):
    documents = [lx.data.Document(text=f"{text} This is report {n} of the Harbour Post.",
                 document_id=str(n)) for n in range(first, first + several)]
    return list(lx.extract(text_or_documents=documents, prompt_description="Extract participants.",
        examples=[example], model=model, max_workers=workers, batch_length=workers,
        max_char_buffer=100_000, show_progress=False, fetch_urls=False))
run(10_000, 8)
start, cpu = time.monotonic(), time.process_time()
assert len(run(0, several)) == several
print(time.monotonic() - start, time.process_time() - cpu)
"""


@dataclass(frozen=True, slots=True)
class Took:
    """The duration and CPU of a run, in seconds."""

    articles: int
    wall: float
    cpu: float
    server: float = 0.0

    def line(self, name: str, ideal: float | None = None) -> str:
        """Return a line of the report; `ideal` is in articles per second."""
        rate, each = self.articles / self.wall, self.cpu / self.articles
        of_ideal = f"{rate / ideal:6.0%} of {ideal:3.0f}/s" if ideal else " " * 15
        return (
            f"  {name:32} {rate:6.1f} articles/s {of_ideal}  {each * 1e3:6.2f} ms CPU"
            f"  {rate * each:5.0%} of the {1 / each:4.0f}/s that one core allows"
            f", server {self.server / self.articles * 1e3:.2f} ms"
        )


def distinct(first: int, several: int) -> Iterator[str]:
    """Yield the text of gold 01 with a different last sentence each time."""
    text = _gold()[0].text
    for number in range(first, first + several):
        yield f"{text} This is report {number} of the Harbour Post."


def varied(several: int) -> Iterator[str]:
    """Yield the gold texts in turn, with a different first line each time."""
    texts = [path.read_text(encoding="utf-8") for path in sorted(GOLD.glob("*.txt"))]
    for number in range(several):
        yield f"Report {number} of the Harbour Post\n\n{texts[number % len(texts)]}"


def processes(options: argparse.Namespace) -> None:
    """Print articles per second with one process and with two, in turn, including loading."""
    print(
        f"\nprocesses: whole runs with loading, 1 and 2 processes in turn, medians of {RUNS} pairs"
    )
    for several in [options.articles] if options.articles else (100, 1_000):
        print(f" embedded extractor, {several:,} gold texts, each with a different first line")
        _pairs("", several)
    with loopback(_gold()[1], delay=LATENCY) as endpoint:
        several = options.articles or 640
        print(f" model, {LATENCY * 1e3:.0f} ms an answer, concurrency 64, {several} articles")
        _pairs(endpoint.url, several)


def _pairs(url: str, several: int) -> None:
    took: list[list[list[float]]] = [[], []]
    for _ in range(RUNS):
        for number, lines in enumerate(took, 1):
            command = [sys.executable, "-c", SEVERAL, url, str(several), str(number)]
            done = subprocess.run(command, cwd=Path(__file__).parent, capture_output=True,
                                  text=True, check=True)  # fmt: skip
            lines.append([*map(float, done.stdout.split())])
    for number, lines in enumerate(took, 1):
        wall, own, others = map(statistics.median, zip(*lines, strict=True))
        print(f"  {number} process{'es' if number > 1 else ''}: {several / wall:6.1f} articles/s, "
              f"{wall:.1f} s; CPU {own:.1f} s + {others:.1f} s of the other", flush=True)  # fmt: skip
    walls, busiest = zip(*((one[0] / two[0], one[1] / max(two[1:]))
                           for one, two in zip(*took, strict=True)), strict=True)  # fmt: skip
    print(f"  two are {statistics.median(walls):.2f} times as fast as one "
          f"({', '.join(f'{ratio:.2f}' for ratio in walls)}); one has "
          f"{statistics.median(busiest):.2f} times the CPU of the busier of two", flush=True)  # fmt: skip


def throughput(options: argparse.Namespace) -> None:
    """Print articles per second if every answer takes 200 ms, and the CPU of each article."""
    several = options.articles or 320
    _, answer = _gold()
    print(f"\nthroughput: gold 01, {LATENCY * 1e3:.0f} ms an answer, {several} articles, "
          f"median of {RUNS}; ideal is concurrency / latency")  # fmt: skip
    with loopback(answer, delay=LATENCY) as endpoint:
        for concurrency in options.concurrency:
            ideal = concurrency / LATENCY
            print(f" concurrency {concurrency}")
            ours = _median(lambda c=concurrency: _mapped(endpoint, several, c))  # type: ignore[misc]
            print(ours.line("map", ideal))
            kept = _median(lambda c=concurrency: _mapped(endpoint, several, c, ledger=True))  # type: ignore[misc]
            print(kept.line("map with a ledger", ideal))
            two = _median(lambda c=concurrency: _mapped(endpoint, several, c, processes=2))  # type: ignore[misc]
            print(two.line("map, processes=2, with their start", ideal), flush=True)
            bare = _median(lambda c=concurrency: asyncio.run(_bare(endpoint, several, c)))  # type: ignore[misc]
            print(bare.line("bare instructor in a gather", ideal))
            each = (ours.cpu / ours.articles) / (bare.cpu / bare.articles)
            print(f"  CPU of map / CPU of bare instructor: {each:.1f}")
            if options.langextract_python:
                theirs = _median(
                    lambda c=concurrency: _langextract(options.langextract_python, several, c)  # type: ignore[misc]
                )
                print(theirs.line("langextract", ideal))
                rates = [theirs.wall / one.wall for one in (ours, two)]
                print(
                    "  map is {:.1f} times as fast, with two processes {:.1f} times".format(*rates)
                )
        if not options.langextract_python:
            print(" langextract is not measured: --langextract-python is not set")
        took, twice = zip(*(_shared(endpoint, several, 32) for _ in range(RUNS)), strict=True)
        middle = statistics.median_low([one.wall for one in took])
        median = next(one for one in took if one.wall == middle)
        print(" two processes, one ledger, the same input, concurrency 32 each")
        print(median.line("together", 2 * 32 / LATENCY))
        print(f"  requested twice: {max(twice)} articles")


def memory(options: argparse.Namespace) -> None:
    """Print the RSS of a run over a generator of JSON lines, with a ledger and without.

    `Summarizer.asummarize` is replaced by a function that returns a prepared summary, to count the
    memory of the run, its reader, its ledger and the articles, but not of a client's connections.
    """
    several = options.articles or 100_000
    print(f"\nmemory: RSS while map goes over {several:,} JSON lines of a generator; "
          "asummarize returns a prepared summary")  # fmt: skip
    for kept in (True, False):
        print(" with a ledger" if kept else " without a ledger")
        _in_a_process(_memory, several, kept)


def _memory(several: int, kept: bool) -> None:
    article, answer = _gold()
    ready = gs.Summary.ground(answer, article)

    async def asummarize(_: Any) -> gs.Summary:
        return ready

    lines = (json.dumps({"text": text}) for text in distinct(0, several))
    step, sizes = max(1, several // 10), list[float]()
    with tempfile.TemporaryDirectory() as folder, gs.Summarizer() as works:
        works.asummarize = asummarize  # type: ignore[method-assign]
        path, start = Path(folder) / "run.sqlite", time.monotonic()
        print(f"  {0:9,} articles {_rss():6.1f} MB", flush=True)
        articles = (article_or_failure("generated", "text", partial(json.loads, x)) for x in lines)
        outcomes = works.map(articles, concurrency=16, ledger=path if kept else None)
        for number, outcome in enumerate(outcomes, 1):
            assert isinstance(outcome, gs.Summary)
            if number % step == 0:
                sizes.append(_rss())
                rate = number / (time.monotonic() - start)
                print(f"  {number:9,} articles {sizes[-1]:6.1f} MB  {rate:5.0f}/s", flush=True)
        slope = statistics.linear_regression(range(len(sizes)), sizes).slope * 10_000 / step
        print(f"  {slope:+.2f} MB per 10,000 additional articles (least squares)")
        if kept:
            print(f"  ledger {_size(path) / 1e6:,.0f} MB")


def ledger(options: argparse.Namespace) -> None:
    """Print the cost of a small and a large ledger, and of resuming from it."""
    several = options.articles or 100_000
    article, answer = _gold()
    made = gs.Summary.ground(answer, article).model_dump_json(exclude_none=True)
    length = len(made.encode())
    print(f"\nledger: {several:,} rows, summaries of {length:,} bytes")
    with tempfile.TemporaryDirectory() as folder, gs.Summarizer() as works:
        path = Path(folder) / "run.sqlite"
        rates = _filled(path, works, several, made)
        shown = {"all": rates, "first tenth": rates[: len(rates) // 10 or 1],
                 "last tenth": rates[-(len(rates) // 10 or 1) :]}  # fmt: skip
        for name, some in shown.items():
            print(f"  claim and record, {name:11} {statistics.median(some):8,.0f} a second")
        size = _size(path) / several
        print(f"  file {_size(path) / 1e6:,.0f} MB, {size:,.0f} bytes an article, "
              f"{size / length:.2f} of its JSON")  # fmt: skip
        opened = [_time(lambda: Ledger(path).get("none")) for _ in range(7)]
        counted = [_time(lambda: Ledger(path).counts()) for _ in range(7)]
        print(f"  open and look up one key {statistics.median(opened) * 1e3:.2f} ms, open and count "
              f"{statistics.median(counted) * 1e3:.2f} ms (medians of 7)")  # fmt: skip
        calls: dict[str, Callable[[], int]] = {
            "reading the articles alone": lambda: _read(several),
            "Result.json, not parsed": lambda: asyncio.run(_resumed(works, several, path)),
            "map, summaries parsed": lambda: sum(
                isinstance(outcome, gs.Summary)
                for outcome in works.map(distinct(0, several), ledger=path)
            ),
        }
        for name, call in calls.items():
            start = time.process_time()
            took = _time(lambda call=call: _all(call, several))  # type: ignore[misc]
            cpu = time.process_time() - start
            print(f"  resume, {name:26} {took:6.1f} s, {several / took:6,.0f} articles/s, "
                  f"{cpu / several * 1e3:.2f} ms CPU each", flush=True)  # fmt: skip


def _filled(path: Path, works: gs.Summarizer, several: int, made: str) -> list[float]:
    """Claim and record every article; return entries per second, for each thousand of them."""
    rates, texts = [], distinct(0, several)
    with Ledger(path) as book:
        run = book.begin({})
        while some := [*itertools.islice(texts, 1_000)]:
            articles = [gs.Article.from_text(text) for text in some]
            entries = [
                Entry(key=works.key(a), article=a.id, source=a.source, status="done", run=run,
                      summary=made)
                for a in articles
            ]  # fmt: skip
            start = time.perf_counter()
            for entry in entries:
                assert book.claim(entry.key) == "mine"
                book.record(entry)
            rates.append(len(entries) / (time.perf_counter() - start))
        book.end(run, "finished")
    return rates


def _read(several: int) -> int:
    return sum(bool(gs.Article.from_text(text).id) for text in distinct(0, several))


def _all(call: Callable[[], int], several: int) -> None:
    assert call() == several


async def _resumed(works: gs.Summarizer, several: int, path: Path) -> int:
    found = 0
    async with aclosing(works.run(distinct(0, several), ledger=path).results()) as results:
        async for result in results:
            assert isinstance(result, Result)
            assert result.stored
            found += bool(result.json)
    return found


def _mapped(
    endpoint: Loopback, several: int, concurrency: int, *, ledger: bool = False, processes: int = 1
) -> Took:
    with (
        tempfile.TemporaryDirectory() as folder,
        gs.Summarizer("m", base_url=endpoint.url, api_key="k", review=False) as works,
    ):
        list(works.map(distinct(several, 16), concurrency=16))  # load everything first
        articles = list(distinct(0, several))
        path = Path(folder) / "run.sqlite" if ledger else None
        start, cpu, server = time.monotonic(), _cpu(), endpoint.cpu
        for outcome in works.map(
            articles, concurrency=concurrency, ledger=path, processes=processes
        ):
            assert isinstance(outcome, gs.Summary)
        took = time.monotonic() - start, _cpu() - cpu
        return Took(several, *took, endpoint.cpu - server)


def _cpu() -> float:
    """Return the CPU seconds of this process and of its child processes that have ended."""
    usages = map(resource.getrusage, (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN))
    return sum(one.ru_utime + one.ru_stime for one in usages)


async def _bare(endpoint: Loopback, several: int, concurrency: int) -> Took:
    """Use instructor directly: no checks, no offsets, no ledger."""
    import instructor  # noqa: PLC0415
    import openai  # noqa: PLC0415

    raw = openai.AsyncOpenAI(base_url=endpoint.url, api_key="k", max_retries=0)
    client, free, book = instructor.from_openai(raw), asyncio.Semaphore(concurrency), PromptBook()

    async def one(text: str) -> None:
        async with free:
            messages = book.prompt(gs.Article.from_text(text)).messages
            await client.create(
                model="m", messages=messages, response_model=_naive(), max_retries=0
            )

    async with raw:
        await asyncio.gather(*map(one, distinct(several, 16)))
        articles = list(distinct(0, several))
        start, cpu, server = time.monotonic(), time.process_time(), endpoint.cpu
        await asyncio.gather(*map(one, articles))
        took = time.monotonic() - start, time.process_time() - cpu
        return Took(several, *took, endpoint.cpu - server)


def _shared(endpoint: Loopback, several: int, concurrency: int) -> tuple[Took, int]:
    """Run two processes over one ledger; return their cost and the articles requested twice."""
    endpoint.set(delay=LATENCY)
    pipes: dict[str, Any] = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE, "text": True}
    with tempfile.TemporaryDirectory() as folder:
        numbers = map(str, (0, several, concurrency))
        command = [sys.executable, "-c", SHARED, endpoint.url, f"{folder}/run.sqlite", *numbers]
        both = [subprocess.Popen(command, cwd=Path(__file__).parent, **pipes) for _ in range(2)]
        for process in both:
            assert process.stdout is not None
            assert process.stdout.readline() == "ready\n"
        server = endpoint.cpu
        for process in both:
            assert process.stdin is not None
            process.stdin.write("\n")
            process.stdin.flush()
        lines = [process.communicate()[0].split() for process in both]
    server, asked = endpoint.cpu - server, endpoint.counts()
    assert all(asked[number] for number in range(several))
    twice = sum(asked[number] > 1 for number in range(several))
    walls, cpus = zip(*(map(float, line) for line in lines), strict=True)
    return Took(several, max(walls), sum(cpus), server), twice


def _langextract(python: str, several: int, concurrency: int) -> Took:
    """Run langextract over the same articles, with one request each and the facts of gold 01.

    The facts are in the order of the text and no passage is repeated, as langextract requires:
    otherwise it falls back to fuzzy alignment, which takes ten times as long.
    """
    article, answer = _gold()
    found = dict(_extractions(gs.Summary.ground(answer, article)))
    ordered = sorted(found, key=article.text.find)
    plain = json.dumps({"extractions": [found[text] for text in ordered]})
    with loopback({}, plain=plain, delay=LATENCY) as its:
        server = its.cpu
        command = [python, "-c", LANGEXTRACT, its.url, str(several), str(concurrency)]
        done = subprocess.run(
            command, input=article.text, capture_output=True, text=True, check=True
        )
        server = its.cpu - server
    wall, cpu = map(float, done.stdout.split()[-2:])
    return Took(several, wall, cpu, server)


def _extractions(summary: gs.Summary) -> Iterator[tuple[str, dict[str, Any]]]:
    """Yield a passage for each claim, and the extraction with all other fields as attributes."""
    sections = {"participant": summary.participants, "event": summary.events,
                "proposal": summary.proposals, "layer": summary.structure.layers,
                "dispute": summary.disputes}  # fmt: skip
    for kind, claims in sections.items():
        for claim in claims:
            filled = claim.model_dump(mode="json", exclude={"evidence", "description"})
            attributes = {name: json.dumps(value) for name, value in filled.items() if value}
            quoted = claim.evidence[0].quote if claim.evidence else ""
            text = claim.name if kind == "participant" else quoted
            yield text, {kind: text, f"{kind}_attributes": attributes}


def _median(call: Callable[[], Took]) -> Took:
    runs = [call() for _ in range(RUNS)]
    middle = statistics.median
    wall, cpu = middle(t.wall for t in runs), middle(t.cpu for t in runs)
    return Took(runs[0].articles, wall, cpu, middle(t.server for t in runs))


def _in_a_process(target: Callable[..., None], *values: Any) -> None:
    process = multiprocessing.get_context("spawn").Process(target=target, args=values)
    process.start()
    process.join()
    assert process.exitcode == 0


def _rss() -> float:
    """Return the resident memory of this process in MB."""
    status = Path("/proc/self/status").read_text()
    return int(status.split("VmRSS:")[1].split()[0]) / 1024


def _size(path: Path) -> int:
    return sum(file.stat().st_size for file in path.parent.glob(f"{path.name}*"))


def _time(call: Callable[[], Any]) -> float:
    start = time.perf_counter()
    call()
    return time.perf_counter() - start


def main(arguments: Iterable[str] | None = None) -> None:
    parts = {"throughput": throughput, "processes": processes, "memory": memory, "ledger": ledger}
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("parts", nargs="*", metavar="part", help=", ".join(parts))
    parser.add_argument(
        "--articles", type=int, help="number of articles, instead of each part's default"
    )
    parser.add_argument("--concurrency", type=int, nargs="+", default=[16, 64])
    parser.add_argument(
        "--langextract-python", help="a Python interpreter with langextract installed"
    )
    options = parser.parse_args(None if arguments is None else [*arguments])
    if unknown := set(options.parts) - parts.keys():
        parser.error(f"unknown part {min(unknown)}; choose from {', '.join(parts)}")
    machine()
    for name in options.parts or parts:
        parts[name](options)


if __name__ == "__main__":
    main()
