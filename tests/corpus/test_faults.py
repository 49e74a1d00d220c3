"""What may go wrong in a run: nothing that was recorded is lost, and none of it is paid for twice."""

from __future__ import annotations

import contextlib
import json
import random
import signal
import sqlite3
import subprocess
import sys
import threading
import time
from pathlib import Path

import pytest

import guarantee_summarizer as gs
from guarantee_summarizer.corpus.ledger import Ledger
from guarantee_summarizer.corpus.loops import in_thread
from guarantee_summarizer.corpus.results import Failure
from guarantee_summarizer.testing import Reply

from .conftest import ANSWER, KEY, Endpoint, summarizer, text

RUN = """
import json, sys
import guarantee_summarizer as gs
from guarantee_summarizer.corpus.loops import in_thread
url, ledger, texts = sys.argv[1], sys.argv[2], json.load(open(sys.argv[3]))
works = gs.Summarizer("m", base_url=url, api_key="k", review=False)
run = works.run(texts, concurrency=8, ledger=ledger)
run.pauses = (0.01,)
try:
    for result in in_thread(run, works.aclose):
        outcome = result.outcome
        print(outcome.article.id if isinstance(outcome, gs.Summary) else outcome, flush=True)
except gs.LedgerError as error:
    print("ledger:", error, flush=True)
"""


@pytest.fixture
def texts(tmp_path):
    path = tmp_path / "texts.json"
    path.write_text(json.dumps([text(n) for n in range(60)]))
    return path


@contextlib.contextmanager
def process(command: list[str], **pipes):
    """A process that does not outlive its test."""
    with subprocess.Popen(command, text=True, **pipes) as running:
        try:
            yield running
        finally:
            if sys.exc_info()[0]:
                running.kill()


def started(endpoint, ledger: Path, texts: Path):
    command = [sys.executable, "-c", RUN, endpoint.url, str(ledger), str(texts)]
    return process(command, stdout=subprocess.PIPE)


def numbers(ledger: Path) -> set[int]:
    """The articles that a ledger holds as done."""
    with Ledger(ledger) as opened:
        return {
            int(json.loads(e.summary)["article"]["sentences"][-1]["text"].split()[3])
            for e in opened.entries(status="done")
        }


@pytest.mark.slow
def test_a_run_that_is_killed_goes_on_where_it_was(tmp_path, texts):
    ledger, chance = tmp_path / "run.sqlite", random.Random(7)
    with Endpoint(delay=0.05) as endpoint:
        for _ in range(3):
            with started(endpoint, ledger, texts) as running:
                for _ in range(chance.randrange(1, 14)):
                    running.stdout.readline()
                running.kill()
            held, before = numbers(ledger), endpoint.asked.copy()
        with started(endpoint, ledger, texts) as running:
            assert len(running.stdout.read().splitlines()) == 60
    assert numbers(ledger) == set(range(60))
    assert all(endpoint.asked[n] == before[n] for n in held), "recorded, so not asked for again"
    assert sum(endpoint.asked.values()) <= 60 + 3 * 8, "at most what was under way is lost"


@pytest.mark.slow
def test_two_processes_share_a_ledger_and_the_work(tmp_path, texts):
    ledger = tmp_path / "run.sqlite"
    with Endpoint(delay=0.02) as endpoint:
        with started(endpoint, ledger, texts) as one, started(endpoint, ledger, texts) as two:
            lines = one.stdout.read().splitlines(), two.stdout.read().splitlines()
        assert [len(told) for told in lines] == [60, 60]
        assert sorted(endpoint.asked.values()) == [1] * 60


def test_a_ledger_that_is_locked_for_a_while_holds_the_run_up_and_no_more(tmp_path):
    path = tmp_path / "run.sqlite"
    with Endpoint() as endpoint, summarizer(endpoint) as works:
        list(works.map([text(0)], ledger=path))
        other = sqlite3.connect(path, isolation_level=None, check_same_thread=False)

        def articles():
            for n in range(12):
                if n == 3:  # in the middle of the run
                    other.execute("BEGIN IMMEDIATE")
                    threading.Timer(0.3, other.rollback).start()
                yield text(n)

        assert len(list(works.map(articles(), ledger=path))) == 12
        other.close()
    assert numbers(path) == set(range(12))


@pytest.mark.slow
def test_where_the_disk_is_full_what_was_paid_for_is_handed_over_and_the_run_ends(tmp_path, texts):
    path = tmp_path / "run.sqlite"
    limit = "import resource; resource.setrlimit(resource.RLIMIT_FSIZE, (150_000, 150_000))\n"
    with Endpoint() as endpoint:
        command = [sys.executable, "-c", limit + RUN, endpoint.url, str(path), str(texts)]
        lines = subprocess.run(
            command, capture_output=True, text=True, check=True
        ).stdout.splitlines()
        assert lines[-1].startswith("ledger:")
        assert str(path) in lines[-1]
        handed_over = len([line for line in lines if len(line) == 16])
        assert 0 < handed_over < 60
        assert handed_over == sum(endpoint.asked.values())
        with started(endpoint, path, texts) as running:  # there is room again
            running.stdout.read()
    assert numbers(path) == set(range(60))


def failing(status: int, **headers: str) -> Reply:
    body = json.dumps({"error": {"message": "as told"}})
    return Reply(status=status, body=body, headers=headers)


@pytest.mark.slow
def test_an_endpoint_that_is_down_for_a_while_costs_no_article():
    asked: list[float] = []

    def down(*_):
        asked.append(time.monotonic())
        return failing(503) if asked[-1] < asked[0] + 2 else None

    with Endpoint(down) as endpoint, summarizer(endpoint) as works:
        outcomes = list(works.map([text(n) for n in range(40)], concurrency=20))
    assert not [o for o in outcomes if isinstance(o, Failure)]
    assert sum(endpoint.asked.values()) < 40 * 3


FAULTS = (
    (0.10, lambda: failing(429, **{"Retry-After": "0.05"})),
    (0.05, lambda: failing(500, **{"Retry-After": "0"})),
    (0.02, lambda: Reply(answer=ANSWER, delay=30)),
    (0.02, lambda: Reply(answer=json.dumps(ANSWER)[:700], finish="length")),
    (0.02, lambda: Reply(answer=json.dumps(ANSWER).replace(":", "", 9))),
    (0.02, lambda: Reply(drop=True)),
    (0.01, lambda: Reply(refusal="I cannot help.")),
)


@pytest.mark.slow
def test_all_faults_at_once_leave_every_article_with_one_outcome(tmp_path):
    chance, lock = random.Random(3), threading.Lock()

    def faulty(*_):
        with lock:
            drawn = chance.random()
        for share, made in FAULTS:
            if drawn < share:
                return made()
            drawn -= share
        return None

    path = tmp_path / "run.sqlite"
    with Endpoint(faulty) as endpoint, summarizer(endpoint, timeout=5.0, attempts=12) as works:
        outcomes = list(works.map([text(n) for n in range(150)], concurrency=16, ledger=path))
        failed = [o for o in outcomes if isinstance(o, Failure)]
        assert len(outcomes) == 150
        assert {type(f.error) for f in failed} <= {gs.RefusalError}
        with Ledger(path) as ledger:
            assert ledger.counts() == (150 - len(failed), len(failed))
        again = list(works.map([text(n) for n in range(150)], ledger=path))
        assert len(again) == 150
    assert max(endpoint.answered.values()) == 1, "no right answer is paid for twice"


def test_a_wall_clock_that_jumps_changes_nothing(tmp_path, monkeypatch):
    path, real = tmp_path / "run.sqlite", time.time
    with Endpoint(delay=0.01) as endpoint, summarizer(endpoint) as works:
        jumps = iter([0, 86_400, -86_400 * 400] * 100_000)
        monkeypatch.setattr(time, "time", lambda: real() + next(jumps))
        texts = [text(n) for n in range(20)]
        assert len(list(works.map(texts, ledger=path))) == 20
        assert len(list(works.map(texts, ledger=path))) == 20
        assert set(endpoint.asked.values()) == {1}


COMMAND = [sys.executable, "-m", "guarantee_summarizer", "batch", "--no-review"]


def corpus(folder: Path, several: int) -> Path:
    path = folder / "news.jsonl"
    records = [json.dumps({"text": text(n)}) for n in range(several)]
    path.write_text("\n".join(records) + "\n")
    return path


@pytest.mark.slow
def test_ctrl_c_finishes_what_is_under_way_and_says_how_to_go_on(tmp_path):
    news, out, ledger = corpus(tmp_path, 80), tmp_path / "out.jsonl", tmp_path / "l.sqlite"
    part = tmp_path / "out.jsonl.part"

    def interrupting(*_):
        if endpoint.asked.total() == 12:
            running.send_signal(signal.SIGINT)

    with Endpoint(interrupting, delay=0.1) as endpoint:
        command = [*COMMAND, str(news), "--output", str(out), "--ledger", str(ledger)]
        command += ["--model", "m", "--base-url", endpoint.url, "--concurrency", "4"]
        with process(command, stderr=subprocess.PIPE) as running:
            told = running.stderr.read()
        assert running.returncode == 130
        assert "the same command resumes" in told
        assert not out.exists()
        written = part.read_text().splitlines()
        assert {len(json.loads(line)["proposals"]) for line in written} == {2}
        assert len(written) == sum(endpoint.asked.values())
        finished = subprocess.run(command, capture_output=True, check=True)
        assert finished.returncode == 0
        assert len(out.read_text().splitlines()) == 80
        assert not part.exists()
        assert sorted(endpoint.asked.values()) == [1] * 80


@pytest.mark.slow
def test_unreadable_lines_among_good_ones_are_told_and_passed_over(tmp_path):
    news = corpus(tmp_path, 3)
    lines = news.read_text().splitlines()
    news.write_text("\n".join([lines[0], "{oops", lines[1], '{"title": "no text"}', lines[2]]))
    with Endpoint() as endpoint:
        command = [*COMMAND, str(news), "--model", "m", "--base-url", endpoint.url, "--ordered"]
        done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 2
    assert len(done.stdout.splitlines()) == 3
    assert "news.jsonl, line 2" in done.stderr
    assert "news.jsonl, line 4" in done.stderr
    assert KEY not in done.stderr


@pytest.mark.slow
def test_a_reader_that_waits_for_ever_does_not_hold_up_ctrl_c():
    with Endpoint() as endpoint:
        command = [*COMMAND, "-", "--model", "m", "--base-url", endpoint.url]
        pipes = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE, "stderr": subprocess.DEVNULL}
        with process(command, **pipes) as running:
            running.stdin.write(json.dumps({"text": text(1)}) + "\n")
            running.stdin.flush()
            assert json.loads(running.stdout.readline())["proposals"]
            running.send_signal(signal.SIGINT)
            assert running.wait() == 130


@pytest.mark.slow
def test_a_result_that_could_not_be_written_holds_up_no_later_run_of_the_same_process(tmp_path):
    path, texts = tmp_path / "run.sqlite", [text(n) for n in range(3)]

    def locking(*_):
        if endpoint.asked.total() == 3:  # everything is claimed, nothing is recorded
            other.execute("BEGIN IMMEDIATE")

    with Endpoint(locking, delay=0.1) as endpoint, summarizer(endpoint) as works:
        Ledger(path).counts()
        other = sqlite3.connect(path, isolation_level=None, check_same_thread=False)
        run = works.run(texts, ledger=Ledger(path, patience=0.2))
        run.pauses = (0.01,)
        with pytest.raises(gs.LedgerError, match="locked"):
            list(in_thread(run, works.aclose))
        other.close()
        assert len(list(works.map(texts, ledger=path))) == 3


def test_ctrl_c_in_a_program_ends_the_run_at_once_and_leaves_nothing_running(tmp_path):
    path, texts = tmp_path / "run.sqlite", [text(n) for n in range(20)]
    interrupted = threading.Event()

    def hanging(*_):
        """Five answers, then none until Ctrl-C came."""
        if interrupted.is_set() or endpoint.asked.total() <= 5:
            return None
        if endpoint.asked.total() == 9:  # every worker waits for an answer
            interrupted.set()
            signal.pthread_kill(threading.main_thread().ident, signal.SIGINT)
        return Reply(answer=ANSWER, delay=60)

    with Endpoint(hanging) as endpoint, summarizer(endpoint) as works:
        with pytest.raises(KeyboardInterrupt):
            list(works.map(texts, concurrency=4, ledger=path))
        assert endpoint.asked.total() == 9
        assert "run" not in {thread.name for thread in threading.enumerate()}
        assert len(list(works.map(texts, ledger=path))) == 20
        assert sorted(endpoint.asked.values()) == [1] * 16 + [2] * 4


def test_one_answer_that_asks_for_a_day_of_patience_costs_only_its_article(monkeypatch):
    monkeypatch.setattr("guarantee_summarizer.llm.throttle._LONGEST_PAUSE", 0.3)
    late = lambda at, _: failing(429, **{"Retry-After": "86400"}) if at == 3 else None  # noqa: E731
    with Endpoint(late) as endpoint, summarizer(endpoint, seconds=20) as works:
        outcomes = list(works.map([text(n) for n in range(12)], concurrency=4))
    (failure,) = (o for o in outcomes if isinstance(o, Failure))
    assert type(failure.error) is gs.RateLimitError
    assert failure.error.retry_after == 86400
