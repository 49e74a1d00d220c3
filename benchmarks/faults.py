"""Measure which faults runs survive: cause each fault, then count lost and repeated articles.

`requested twice` counts articles that were requested again although the ledger had them; `lost`
counts articles without an outcome at the end, or with an outcome that is not in the ledger.
"""

from __future__ import annotations

import argparse
import json
import random
import signal
import subprocess
import sys
import tempfile
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import rich.box
import rich.console
import rich.table
from loopback import Loopback, loopback
from run import machine

import guarantee_summarizer as gs
from guarantee_summarizer.corpus.ledger import Ledger
from guarantee_summarizer.corpus.loops import in_thread
from guarantee_summarizer.corpus.results import Failure

TEXT = """Norvian President Ana Lund said on Monday that her country needed protection for 20 years.

Ostmark is ready to station 3,000 soldiers in Norvia once a truce holds. Velia has rejected \
“any foreign troops”."""
ANSWER: dict[str, Any] = {
    "relevant": True,
    "headline": "Norvia asks for 20 years of protection; Ostmark offers 3,000 soldiers.",
    "abstract": "Ostmark is ready to send soldiers. Velia has rejected them.",
    "participants": [
        {"name": "Norvia", "kind": "state", "role": "beneficiary"},
        {"name": "Ostmark", "kind": "state", "role": "guarantor"},
        {"name": "Velia", "kind": "state", "role": "adversary"},
    ],
    "proposals": [
        {
            "title": "Soldiers in Norvia",
            "measure": "troop_deployment",
            "proposed_by": ["Ostmark"],
            "status": "proposed",
            "terms": [{"what": "force_size", "value": "3,000 soldiers"}],
            "evidence": [2],
        }
    ],
}
RUN = """
import asyncio, json, sys
import guarantee_summarizer as gs
from faults import texts
async def main(url, ledger, several):
    works = gs.Summarizer("m", base_url=url, api_key="k", review=False)
    print("begun", flush=True)
    try:
        run = works.run(texts(int(several)), concurrency=8, ledger=ledger)
        run.pauses = (0.01,)
        async for result in run.results():
            kind = type(result.failure.error).__name__ if result.failure else "done"
            where = result.failure.article.text if result.failure else json.loads(result.json)["article"]["sentences"][-1]["text"]
            number = where.split("report ")[1].split()[0]
            print(number, kind, "stored" if result.stored else "new", flush=True)
    except gs.LedgerError:
        print("ledger error", flush=True)
asyncio.run(main(*sys.argv[1:]))
"""
MAP = """
import sys
import guarantee_summarizer as gs
from faults import texts
url, ledger, several = sys.argv[1:]
works = gs.Summarizer("m", base_url=url, api_key="k", review=False)
for number, outcome in enumerate(works.map(texts(int(several)), concurrency=8, ledger=ledger)):
    print(number, type(outcome).__name__.replace("Summary", "done"), "yielded", flush=True)
"""
MIX = [("429", 0.10), ("500", 0.05), ("hang", 0.02), ("cut", 0.02), ("malformed", 0.02)]


@dataclass
class Row:
    """A row of the table; `expected` are failures that the fault has to cause."""

    fault: str
    articles: int
    outcomes: Counter[str]
    twice: int = 0
    lost: int = 0
    whole: bool = True
    note: str = ""
    expected: frozenset[str] = field(default_factory=frozenset)

    @property
    def survived(self) -> bool:
        """Whether each article has its outcome, and none was lost or paid for twice."""
        failed = self.outcomes.keys() - {"done"} - self.expected
        return self.whole and not (self.twice or self.lost or failed)


def texts(several: int) -> list[str]:
    return [f"{TEXT} This is report {number} of the Harbour Post." for number in range(several)]


def killed(quick: bool) -> Row:
    """Kill -9 at random moments, up to 0.4 s after the first new outcome; then finish the run."""
    times, several = (5, 300) if quick else (20, 1_500)
    chance, twice, lost, whole = random.Random(7), set[int](), set[int](), 0  # noqa: S311
    with _place(delay=0.05) as (endpoint, path):
        held, before = set[int](), Counter[int]()
        for _ in range(times):
            with _started(endpoint, path, several) as running:
                assert running.stdout is not None
                lines = []
                for line in running.stdout:
                    lines.append(line)
                    if line.endswith("new\n"):
                        break
                time.sleep(chance.uniform(0, 0.4))
                running.kill()
                lines += running.stdout
                yielded = {int(line.split()[0]) for line in lines if line.count(" ") == 2}
            asked = endpoint.counts()
            twice |= {n for n in held if asked[n] > before[n]}
            kept = _held(path)
            lost |= (held | yielded) - kept
            whole += len(kept) < several
            held, before = kept, asked
        with _started(endpoint, path, several) as running:
            outcomes = _outcomes(running)
        asked = endpoint.counts()
        twice |= {n for n in held if asked[n] > before[n]}
        lost |= {*range(several)} - _held(path)
    again = sum(asked.values()) - several
    note = f"{whole} of {times} kills during the run; {again} requests in flight repeated"
    return Row(f"kill -9, {times} times", several, outcomes, len(twice), len(lost), note=note)


def disk_full(quick: bool) -> Row:
    """Limit the files of the process to 400 kB; then remove the limit.

    The pauses between attempts to write a result are shortened.
    """
    several = 200
    limit = "import resource; resource.setrlimit(resource.RLIMIT_FSIZE, (400_000, 400_000))\n"
    with _place() as (endpoint, path):
        with _started(endpoint, path, several, before=limit) as running:
            assert running.stdout is not None
            lines = running.stdout.read().splitlines()
        before, held = endpoint.counts(), _held(path)
        yielded = [line.split() for line in lines if line.count(" ") == 2]
        paid = {n for n, times in endpoint.counts("answered").items() if times}
        got = {int(number) for number, *_ in yielded}
        with _started(endpoint, path, several) as running:
            outcomes = _outcomes(running)
        asked, kept = endpoint.counts(), _held(path)
    twice = {n for n in held if asked[n] > before[n]}
    lost = ({*range(several)} - kept) | (paid - got) | (held - kept)
    note = f"ended with {lines[-1]!r} after {len(got)} outcomes, {len(held)} of them recorded"
    ended = lines[-1] == "ledger error"
    return Row("disk full", several, outcomes, len(twice), len(lost), whole=ended, note=note)


def locked(quick: bool) -> Row:
    """Lock the ledger in another process for 5 seconds during the run."""
    several = 300
    code = (
        "import sqlite3, sys, time; c = sqlite3.connect(sys.argv[1], isolation_level=None)\n"
        "c.execute('BEGIN IMMEDIATE'); time.sleep(5); c.rollback()"
    )
    with _place(delay=0.05) as (endpoint, path), _works(endpoint) as works:
        start, others = time.monotonic(), []

        def lock() -> None:
            others.append(subprocess.Popen([sys.executable, "-c", code, str(path)]))

        threading.Timer(0.5, lock).start()
        row = _whole("ledger locked for 5 s", works, endpoint, path, several)
        row.note = f"took {time.monotonic() - start:.1f} s"
        row.whole = bool(others) and others[0].wait() == 0
    return row


def patience(quick: bool) -> Row:
    """Lock the ledger for longer than its patience; then continue in the same process.

    The pauses between attempts to write a result are shortened.
    """
    several = 100
    code = (
        "import sqlite3, sys, time; c = sqlite3.connect(sys.argv[1], isolation_level=None)\n"
        "c.execute('BEGIN IMMEDIATE'); time.sleep(600)"
    )
    yielded, ended, others = 0, "not at all", []
    with _place(delay=0.1) as (endpoint, path), _works(endpoint) as works:

        def lock() -> None:
            others.append(subprocess.Popen([sys.executable, "-c", code, str(path)]))

        run = works.run(texts(several), concurrency=8, ledger=Ledger(path, patience=0.3))
        run.pauses = (0.1,)
        try:
            for result in in_thread(run, works.aclose):
                yielded += result.failure is None
                if yielded == 20:
                    lock()
        except gs.LedgerError:
            ended = "LedgerError"
        paid = endpoint.counts("answered").total()
        for other in others:
            other.kill()
            other.wait()
        held, before = _held(path), endpoint.counts()
        outcomes = _counted(works.map(texts(several), concurrency=8, ledger=path))
        asked = endpoint.counts()
    twice = sum(asked[n] > before[n] for n in held)
    note = (
        f"ended with {ended} after {yielded} summaries, {len(held)} of them recorded, {paid} paid"
    )
    row = Row("ledger locked past its patience", several, outcomes, twice, note=note)
    row.lost = several - outcomes.total() + max(0, paid - yielded)
    row.whole = ended == "LedgerError"
    return row


def down(quick: bool) -> Row:
    """Refuse connections and close the open ones, one second after the start."""
    seconds, several = 10 if quick else 30, 400
    with _place(delay=0.1) as (endpoint, path), _works(endpoint) as works:
        start = time.monotonic()
        threading.Timer(1, endpoint.down, [seconds]).start()
        row = _whole(f"endpoint down for {seconds} s", works, endpoint, path, several)
        took = time.monotonic() - start
        row.note = f"took {took:.1f} s; requests that reached it {endpoint.counts().total()}"
        row.whole = took > seconds
    return row


def mix(quick: bool) -> Row:
    """Mix all kinds of faults."""
    several = 500 if quick else 5_000
    with (
        _place(delay=0.02, faults=MIX, refused=100) as (endpoint, path),
        _works(endpoint, timeout=2, attempts=8) as works,
    ):
        start = time.monotonic()
        row = _whole("all faults at once", works, endpoint, path, several, concurrency=32)
        total, right = endpoint.counts().total(), endpoint.counts("answered")
    row.twice = max(row.twice, sum(times > 1 for times in right.values()))
    refused = several // 100
    row.expected = frozenset({"RefusalError"})
    row.whole = row.outcomes["RefusalError"] == refused
    row.note = (
        f"{total:,} requests, took {time.monotonic() - start:.0f} s; refusals planned {refused}"
    )
    return row


def clock(quick: bool) -> Row:
    """Move the wall clock a day ahead and 400 days back, repeatedly."""
    real, state = time.time, {"n": 0}

    def jumping() -> float:
        state["n"] += 1
        return real() + (0, 86_400, -86_400 * 400)[state["n"] % 3]

    with _place(delay=0.01) as (endpoint, path), _works(endpoint) as works:
        time.time = jumping
        try:
            return _whole("clock jumps", works, endpoint, path, 200)
        finally:
            time.time = real


def unreadable(quick: bool) -> Row:
    """Make every tenth line unreadable, in five ways; the command reports each and exits with 2."""
    several = 200
    wrong = (b"{oops", b'{"title": "no text"}', b'{"text": " "}', b'{"text": "\xff\xfe."}', b"[1]")
    lines = [
        wrong[n // 10 % 5] if n % 10 == 3 else json.dumps({"text": text}).encode()
        for n, text in enumerate(texts(several))
    ]
    with _place() as (endpoint, path):
        news = path.with_name("news.jsonl")
        news.write_bytes(b"\n".join(lines))
        command = [*_command(endpoint, news), "--ledger", str(path)]
        runs = []
        for _ in range(2):
            runs.append(subprocess.run(command, capture_output=True, text=True, check=False))
            asked = endpoint.counts()
    bad = {n + 1 for n in range(several) if n % 10 == 3}
    reported = {n for n in bad if f"news.jsonl, line {n}:" in runs[0].stderr}
    done = len(runs[0].stdout.splitlines())
    outcomes = Counter({"done": done, "reported by line": len(reported)})
    twice = sum(times > 1 for times in asked.values())
    row = Row("unreadable lines", several, outcomes, twice, several - done - len(reported))
    row.whole = [run.returncode for run in runs] == [2, 2]
    row.expected = frozenset({"reported by line"})
    row.note = f"exit code {runs[0].returncode}"
    return row


def repeated(quick: bool) -> Row:
    """Read each article three times, with all three in flight together."""
    several = 100
    with _place(delay=0.1) as (endpoint, path), _works(endpoint) as works:
        articles = [text for text in texts(several) for _ in range(3)]
        outcomes = _counted(works.map(articles, concurrency=16, ledger=path))
        twice = sum(times > 1 for times in endpoint.counts().values())
    lost = 3 * several - outcomes.total()
    note = f"{several} different articles"
    return Row("each article three times", 3 * several, outcomes, twice, lost, note=note)


def ctrl_c(quick: bool) -> Row:
    """Send SIGINT to the command after 20 lines; then repeat the command."""
    several = 200
    with _place(delay=0.1) as (endpoint, path):
        news, out = path.with_name("news.jsonl"), path.with_name("out.jsonl")
        news.write_text("\n".join(json.dumps({"text": text}) for text in texts(several)))
        command = [*_command(endpoint, news), "--ledger", str(path), "--output", str(out)]
        command += ["--concurrency", "8"]
        part = path.with_name("out.jsonl.part")
        with subprocess.Popen(command, stderr=subprocess.DEVNULL) as running:
            while running.poll() is None and not (
                part.exists() and part.read_text().count("\n") >= 20
            ):
                time.sleep(0.02)
            running.send_signal(signal.SIGINT)
        paid, asked = endpoint.counts("answered"), endpoint.counts()
        written, held = len(part.read_text().splitlines()), _held(path)
        finished = subprocess.run(command, capture_output=True, check=False).returncode
        done = len(out.read_text().splitlines()) if out.exists() else 0
        twice = sum(endpoint.counts()[n] > asked[n] for n in held)
    lost = several - done + paid.total() - written
    note = (
        f"exit codes {running.returncode}, {finished}; {written} lines written, {paid.total()} paid"
    )
    row = Row("Ctrl-C", several, Counter(done=done), twice, lost, note=note)
    row.whole = (running.returncode, finished) == (130, 0)
    return row


def interrupted(quick: bool) -> Row:
    """Send SIGINT to a program during `map`, without a handler; then repeat the program."""
    several = 200
    with _place(delay=0.1) as (endpoint, path):
        with _started(endpoint, path, several, run=MAP) as running:
            assert running.stdout is not None
            for _ in range(20):
                running.stdout.readline()
            running.send_signal(signal.SIGINT)
            running.stdout.read()
        held, before = _held(path), endpoint.counts()
        with _started(endpoint, path, several, run=MAP) as again:
            outcomes = _outcomes(again)
        asked, kept = endpoint.counts(), _held(path)
    twice = sum(asked[n] > before[n] for n in held)
    lost = len({*range(several)} - kept)
    note = f"exit codes {running.returncode}, {again.returncode}; {len(held)} recorded, "
    note += f"{asked.total() - several} requests in flight repeated"
    row = Row("Ctrl-C in map", several, outcomes, twice, lost, note=note)
    row.whole = (running.returncode, again.returncode) == (-signal.SIGINT, 0)
    return row


def _whole(
    fault: str,
    works: gs.Summarizer,
    endpoint: Loopback,
    path: Path,
    several: int,
    *,
    concurrency: int = 16,
) -> Row:
    """Run with a fault, then without; the second run must request nothing that is done."""
    outcomes = _counted(works.map(texts(several), concurrency=concurrency, ledger=path))
    held, before = _held(path), endpoint.counts()
    again = works.map(texts(several), concurrency=concurrency, ledger=path, retry_failed=False)
    lost = several - min(outcomes.total(), _counted(again).total())
    lost += abs(outcomes["done"] - len(held))
    asked = endpoint.counts()
    twice = sum(asked[n] > before[n] for n in held)
    return Row(fault, several, outcomes, twice, lost)


def _counted(outcomes: Iterable[Any]) -> Counter[str]:
    return Counter(type(o.error).__name__ if isinstance(o, Failure) else "done" for o in outcomes)


def _works(endpoint: Loopback, **options: Any) -> gs.Summarizer:
    return gs.Summarizer("m", base_url=endpoint.url, api_key="k", review=False, **options)


@contextmanager
def _place(**settings: Any) -> Iterator[tuple[Loopback, Path]]:
    """Provide an endpoint, and the path of a ledger that does not exist."""
    with tempfile.TemporaryDirectory() as folder, loopback(ANSWER, **settings) as endpoint:
        yield endpoint, Path(folder) / "run.sqlite"


@contextmanager
def _started(
    endpoint: Loopback, path: Path, several: int, *, before: str = "", run: str = RUN
) -> Iterator[subprocess.Popen[str]]:
    """Start a run in another process, which prints one line for each outcome."""
    command = [sys.executable, "-c", before + run, endpoint.url, str(path), str(several)]
    with subprocess.Popen(
        command,
        cwd=Path(__file__).parent,  # so that it can import this file
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
    ) as running:
        try:
            yield running
        finally:
            if sys.exc_info()[0]:
                running.kill()


def _outcomes(running: subprocess.Popen[str]) -> Counter[str]:
    assert running.stdout is not None
    return Counter(line.split()[1] for line in running.stdout if line.count(" ") == 2)


def _command(endpoint: Loopback, news: Path) -> list[str]:
    command = [sys.executable, "-m", "guarantee_summarizer", "batch", "--no-review", str(news)]
    return [*command, "--model", "m", "--base-url", endpoint.url]


def _held(path: Path) -> set[int]:
    """Return the numbers of the articles that are done in a ledger."""
    with Ledger(path) as book:
        return {
            int(json.loads(e.summary or "")["article"]["sentences"][-1]["text"].split()[3])
            for e in book.entries(status="done")
        }


def main() -> None:
    faults: dict[str, Callable[[bool], Row]] = {
        "kill": killed,
        "disk": disk_full,
        "locked": locked,
        "patience": patience,
        "down": down,
        "mix": mix,
        "clock": clock,
        "unreadable": unreadable,
        "repeated": repeated,
        "ctrl-c": ctrl_c,
        "interrupt": interrupted,
    }
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("faults", nargs="*", metavar="fault", help=", ".join(faults))
    parser.add_argument(
        "--quick", action="store_true", help="run shorter versions of the slow faults"
    )
    options = parser.parse_args()
    if unknown := set(options.faults) - faults.keys():
        parser.error(f"unknown fault {min(unknown)}; choose from {', '.join(faults)}")
    machine()
    names = ("fault", "survived", "articles", "outcomes", "requested twice though recorded", "lost")
    table = rich.table.Table(*names, box=rich.box.ASCII2)
    rows = []
    for name in options.faults or faults:
        rows.append(row := faults[name](options.quick))
        outcomes = ", ".join(f"{number:,} {kind}" for kind, number in row.outcomes.most_common())
        table.add_row(row.fault, "yes" if row.survived else "NO", f"{row.articles:,}", outcomes,
                      str(row.twice), str(row.lost))  # fmt: skip
        print(
            f"  {row.fault}: {'yes' if row.survived else 'NO'}; {outcomes}; {row.note}", flush=True
        )
    rich.console.Console(width=120).print(table)
    sys.exit(not all(row.survived for row in rows))


if __name__ == "__main__":
    main()
