"""What was done is remembered, whatever happens to the process, the disk or the file."""

from __future__ import annotations

import dataclasses
import json
import os
import pickle
import platform
import resource
import signal
import sqlite3
import subprocess
import sys
import threading
import time
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from itertools import islice
from pathlib import Path

import psutil
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import guarantee_summarizer as gs
from guarantee_summarizer.batch.store import BatchStore
from guarantee_summarizer.corpus import sessions as module
from guarantee_summarizer.corpus.database import APPLICATION, VERSION
from guarantee_summarizer.corpus.ledger import Ledger
from guarantee_summarizer.corpus.records import Counts, Entry

SPENT = gs.Usage(input_tokens=900, output_tokens=100, cached_tokens=20, attempts=2, seconds=1.5)
PREAMBLE = """
import os, signal, sys, time
import guarantee_summarizer as gs
from guarantee_summarizer.corpus.ledger import Ledger
from guarantee_summarizer.corpus.records import Entry
signal.alarm(20)
ledger = Ledger(sys.argv[1])
def done(key, run):
    return Entry(key=key, article="a", source="s", status="done", run=run, summary="{}" * 1000)
"""


def done(key: str, run: int, **more) -> Entry:
    more = {"summary": '{"relevant":false}', "usage": SPENT, **more}
    return Entry(key=key, article="a1", source="one.txt", status="done", run=run, **more)


def failed(key: str, run: int, **more) -> Entry:
    more = {"error": "RefusalError", "message": "no", "record": '{"text":"x"}', **more}
    more = {"usage": SPENT, **more}
    return Entry(key=key, article="a1", source="one.txt", status="failed", run=run, **more)


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "runs.ledger"


@pytest.fixture
def ledger(path: Path):
    with Ledger(path, patience=0.2) as opened:
        yield opened


@pytest.fixture
def start(path: Path):
    """Start a process that has a `ledger` of the same file and runs `code`; ended with the test."""
    started: list[subprocess.Popen] = []

    def starting(code: str) -> subprocess.Popen:
        command = [sys.executable, "-c", PREAMBLE + code, str(path)]
        process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
        started.append(process)
        return process

    yield starting
    for process in started:
        process.kill()
        process.wait()
        process.stdout.close()


def said(process: subprocess.Popen) -> str:
    """The next line that the process prints."""
    return process.stdout.readline().strip()


def test_what_was_recorded_is_there_in_order_of_writing(ledger):
    run = ledger.begin({"model": "m"})
    written = [done(f"k{i}", run) if i % 3 else failed(f"k{i}", run) for i in range(120)]
    for entry in written:
        ledger.record(entry)
    assert list(ledger.entries()) == written
    assert ledger.get("k7") == written[7]
    assert ledger.get("other") is None
    assert ledger.counts() == Counts(done=80, failed=40)
    assert list(ledger.entries(status="failed")) == written[::3]
    assert list(ledger.entries(run=run + 1)) == []


TEXTS = st.text(st.characters(exclude_categories=["Cs"]), max_size=20)
NUMBERS = st.integers(0, 2**50)
COSTS = st.builds(gs.Usage, input_tokens=NUMBERS, attempts=NUMBERS, seconds=st.floats(0, 1e9))
ENTRIES = st.builds(
    Entry,
    key=TEXTS,
    article=TEXTS,
    source=TEXTS,
    status=st.sampled_from(["done", "failed"]),
    run=st.just(1),
    summary=TEXTS,
    error=st.none() | TEXTS,
    message=st.none() | TEXTS,
    record=st.none() | TEXTS,
    usage=COSTS,
    updated=st.floats(0, 1e12),
)


@pytest.fixture(scope="module")
def large(tmp_path_factory: pytest.TempPathFactory):
    with Ledger(tmp_path_factory.mktemp("ledger") / "l") as opened:
        opened.begin({})
        yield opened


@settings(deadline=None, max_examples=60)
@given(ENTRIES)
def test_any_entry_comes_back_as_it_was_unless_it_was_done_before(large, entry):
    before = large.get(entry.key)
    large.record(entry)
    kept = before is not None and before.status == "done" and entry.status == "failed"
    assert large.get(entry.key) == (before if kept else entry)


def test_a_file_name_that_is_no_utf_8_is_kept_readable_and_json_keeps_its_meaning(ledger):
    text = json.dumps({"text": "\udce9é"}, ensure_ascii=False)
    run = ledger.begin({})
    ledger.record(dataclasses.replace(failed("k", run, record=text), source="caf\udce9.txt"))
    assert ledger.get("k").source == "caf\\udce9.txt"
    assert json.loads(ledger.get("k").record) == json.loads(text)


def test_a_failure_never_overwrites_what_is_done_and_is_paid_all_the_same(ledger):
    run = ledger.begin({})
    ledger.record(failed("k", run))
    ledger.record(done("k", run))
    ledger.record(failed("k", run))
    assert ledger.get("k").status == "done"
    assert ledger.counts() == Counts(done=1, failed=0)
    assert ledger.runs()[0].usage.input_tokens == 3 * SPENT.input_tokens


def test_what_fails_again_while_the_failed_are_read_is_not_read_again(ledger):
    run = ledger.begin({})
    for i in range(60):
        ledger.record(failed(f"k{i}", run))
    tried = []
    for entry in islice(ledger.entries(status="failed"), 200):
        ledger.record(dataclasses.replace(entry, message="again"))
        tried.append(entry.key)
    assert tried == [f"k{i}" for i in range(60)]


def test_failed_articles_are_forgotten_by_run_and_done_ones_never(ledger):
    first, second = ledger.begin({}), ledger.begin({})
    for entry in (failed("a", first), failed("b", second), done("c", first), failed("d", second)):
        ledger.record(entry)
    assert ledger.forget_failed(run=first) == 1
    assert ledger.forget_failed() == 2
    assert [entry.key for entry in ledger.entries()] == ["c"]


def test_a_run_keeps_its_settings_how_it_ended_and_what_it_cost(ledger):
    first = ledger.begin({"model": "m", "options": {"attempts": 2}})
    ledger.record(failed("a", first))
    ledger.end(first, "stopped")
    second = ledger.begin({})
    ledger.record(done("a", second))
    one, two = ledger.runs()
    assert (one.run, one.state, one.done, one.failed) == (first, "stopped", 0, 1)
    assert one.settings == {"model": "m", "options": {"attempts": 2}}
    assert one.usage == SPENT
    assert one.begun <= one.ended <= two.begun
    assert (two.state, two.ended, two.done, two.failed) == ("running", None, 1, 0)


def test_what_makes_no_sense_is_refused_and_leaves_nothing(ledger):
    run = ledger.begin({})
    for refused in (done("k", run + 1), done("k", run, summary=None)):
        with pytest.raises(gs.LedgerError):
            ledger.record(refused)
    with pytest.raises(gs.LedgerError, match="no run 7"):
        ledger.end(7, "finished")
    assert list(ledger.entries()) == []


def test_an_api_key_is_not_taken(ledger):
    with pytest.raises(gs.LedgerError, match="leave out api_key") as caught:
        ledger.begin({"api_key": "sk-made-up"})
    assert "sk-made-up" not in str(caught.value)


def test_a_claim_is_taken_until_it_is_released_or_recorded(ledger):
    run = ledger.begin({})
    assert ledger.claim("k") == "mine"
    assert ledger.claim("k") == "taken"
    ledger.release("k")
    assert ledger.claim("k") == "mine"
    ledger.record(failed("k", run))
    assert ledger.claim("k", retry=False) == "failed"
    assert ledger.claim("k") == "mine"
    ledger.record(done("k", run))
    assert ledger.claim("k") == "done"


def test_closing_releases_what_was_claimed_and_the_ledger_opens_again(ledger, path):
    with Ledger(path) as other:
        assert other.claim("k") == "mine"
    assert ledger.claim("k") == "mine"
    assert other.claim("k") == "taken"
    other.close()


def test_of_many_threads_one_gets_the_claim_and_all_may_write(ledger):
    run = ledger.begin({})

    def work(number: int) -> list[str]:
        won = [key for i in range(40) if ledger.claim(key := f"k{i}") == "mine"]
        for key in won:
            ledger.record(done(key, run))
        return won

    with ThreadPoolExecutor(8) as pool:
        won = Counter(key for keys in pool.map(work, range(8)) for key in keys)
    assert won == {f"k{i}": 1 for i in range(40)}
    assert ledger.counts().done == 40


@pytest.mark.slow
def test_of_many_processes_that_make_the_file_together_one_gets_each_claim(ledger, path, start):
    code = """
print("ready", flush=True)
while not os.path.exists(sys.argv[1] + ".go"):
    pass
print("won", *[k for i in range(300) if ledger.claim(k := str(i)) == "mine"], flush=True)
time.sleep(60)
"""
    processes = [start(code) for _ in range(3)]
    assert [said(process) for process in processes] == ["ready"] * 3
    path.with_name(path.name + ".go").touch()
    won = Counter(word for process in processes for word in said(process).split())
    assert won == {"won": 3, **{str(i): 1 for i in range(300)}}
    assert ledger.claim("0") == "taken"


def test_the_claim_and_the_run_of_a_killed_process_are_void_at_once(ledger, start):
    process = start("ledger.begin({}); print(ledger.claim('k'), flush=True); time.sleep(60)")
    assert said(process) == "mine"
    assert ledger.claim("k") == "taken"
    assert ledger.runs()[0].state == "running"
    process.kill()
    os.waitid(os.P_PID, process.pid, os.WEXITED | os.WNOWAIT)  # dead, but not yet reaped
    if sys.platform != "linux":
        process.wait()
    assert ledger.claim("k") == "mine"
    assert ledger.runs()[0].state == "killed"


def test_a_process_that_got_the_id_of_a_dead_one_does_not_hold_its_claim(
    ledger, start, monkeypatch
):
    process = start("print(ledger.claim('k'), flush=True); time.sleep(60)")
    assert said(process) == "mine"
    assert ledger.claim("k") == "taken"
    monkeypatch.setattr(psutil.Process, "create_time", lambda _: time.time())
    assert ledger.claim("k") == "mine"


def test_a_process_that_cannot_be_looked_at_holds_its_claim_for_the_lease(
    ledger, start, monkeypatch
):
    def hidden(_):
        raise psutil.AccessDenied

    process = start("print(ledger.claim('k'), flush=True); time.sleep(60)")
    assert said(process) == "mine"
    monkeypatch.setattr(psutil.Process, "status", hidden)
    assert ledger.claim("k") == "taken"
    _later(monkeypatch, module.LEASE + 1)
    monkeypatch.setattr(psutil.Process, "status", hidden)
    assert ledger.claim("k") == "mine"


def _later(monkeypatch, wall: float, steady: float = module.WATCHED) -> None:
    """Move the clocks on, from where they really are."""
    monkeypatch.undo()
    now, since = time.time(), time.monotonic()
    monkeypatch.setattr(module.time, "time", lambda: now + wall)
    monkeypatch.setattr(module.time, "monotonic", lambda: since + steady)


def test_a_claim_of_this_process_that_no_open_ledger_holds_is_void(ledger, path, monkeypatch):
    other = Ledger(path, patience=0.1)
    assert [other.claim("a"), other.claim("b")] == ["mine", "mine"]
    with closing(sqlite3.connect(path, isolation_level=None)) as locking:
        locking.execute("BEGIN IMMEDIATE")
        with pytest.raises(gs.LedgerError, match="locked"):
            other.release("a")
    assert [ledger.claim("a"), ledger.claim("b")] == ["mine", "taken"]
    del other  # and never closed
    assert ledger.claim("b") == "mine"


@pytest.mark.parametrize("shift", [-1e9, 1e9])
def test_the_clock_decides_nothing_on_one_machine(ledger, monkeypatch, shift):
    assert ledger.claim("k") == "mine"
    now = time.time()
    monkeypatch.setattr(module.time, "time", lambda: now + shift)
    assert ledger.claim("k") == "taken"


def test_a_claim_of_another_machine_is_void_only_after_the_lease(ledger, path, monkeypatch):
    with monkeypatch.context() as elsewhere, Ledger(path) as other:
        elsewhere.setattr(platform, "node", lambda: "elsewhere")
        other.begin({})
        assert other.claim("k") == "mine"
        elsewhere.undo()
        assert ledger.runs()[0].state == "unknown"
        assert ledger.claim("k") == "taken"
        _later(monkeypatch, 2 * module.LEASE, steady=1)  # a clock that is hours ahead
        assert ledger.claim("k") == "taken"
        _later(monkeypatch, module.LEASE / 2)
        assert ledger.claim("k") == "taken"
        _later(monkeypatch, module.LEASE + 1)
        assert ledger.claim("k") == "mine"


@pytest.mark.slow
def test_nothing_that_was_acknowledged_is_lost_when_writers_are_killed(ledger, path, start):
    code = """
run = ledger.begin({})
for i in range(10**6):
    assert ledger.claim(f"{os.getpid()}-{i}") == "mine"
    ledger.record(done(f"{os.getpid()}-{i}", run))
    print(f"{os.getpid()}-{i}", flush=True)
"""
    acknowledged = []
    for wait in (0, 0.013, 0.059, 0.11):
        writers = [start(code), start(code)]
        for writer in writers:
            acknowledged.append(said(writer))
            time.sleep(wait)
            writer.send_signal(signal.SIGKILL)
        for writer in writers:
            lines = writer.stdout.read().split("\n")
            acknowledged += [line for line in lines[:-1] if line]
    assert len(acknowledged) > 50
    assert {entry.key for entry in ledger.entries(status="done")} >= set(acknowledged)
    assert {run.state for run in ledger.runs()} == {"killed"}
    assert sum(run.done for run in ledger.runs()) == ledger.counts().done
    with closing(sqlite3.connect(path)) as connection:
        assert connection.execute("PRAGMA integrity_check").fetchall() == [("ok",)]


def _database(path: Path, *statements: str) -> None:
    with closing(sqlite3.connect(path)) as connection:
        for statement in statements:
            connection.execute(statement)
        connection.commit()


MAKERS = {
    "text": (lambda p: p.write_text("title: a text\n" * 400), "is not a ledger"),
    "a few bytes": (lambda p: p.write_bytes(b"\0"), "is not a ledger"),
    "half a header": (lambda p: p.write_bytes(b"SQLite format 3\0"), "is not a ledger"),
    "a database": (lambda p: _database(p, "CREATE TABLE entries (key)"), "is not a ledger"),
    "a log of its own": (
        lambda p: _database(p, "PRAGMA journal_mode = WAL", "CREATE TABLE runs (run)"),
        "is not a ledger",
    ),
    "another application": (
        lambda p: _database(p, "PRAGMA application_id = 7", "PRAGMA user_version = 1"),
        "is not a ledger",
    ),
    "a newer ledger": (
        lambda p: _database(
            p, f"PRAGMA application_id = {APPLICATION}", f"PRAGMA user_version = {VERSION + 1}"
        ),
        "newer release",
    ),
    "an older ledger": (
        lambda p: _database(p, f"PRAGMA application_id = {APPLICATION}"),
        "unknown version 0",
    ),
}


@pytest.mark.parametrize("name", MAKERS)
def test_a_file_that_is_none_of_ours_is_refused_and_not_touched(ledger, path, name):
    make, reason = MAKERS[name]
    make(path)
    before = path.read_bytes()
    for use in (ledger.counts, lambda: ledger.begin({}), lambda: ledger.claim("k")):
        with pytest.raises(gs.LedgerError, match=reason) as caught:
            use()
        assert str(path) in str(caught.value)
    assert path.read_bytes() == before
    assert list(path.parent.iterdir()) == [path]


def test_an_unfinished_transaction_of_somebody_else_is_not_rolled_back(ledger, path):
    """SQLite would do so to any database that it opens with a journal beside it."""
    _database(path, "CREATE TABLE t (x)")
    journal = path.with_name(path.name + "-journal")
    with closing(sqlite3.connect(path, isolation_level=None)) as connection:
        connection.execute("PRAGMA cache_size = 1")
        connection.execute("PRAGMA cache_spill = 1")
        connection.execute("BEGIN")
        connection.execute("INSERT INTO t SELECT zeroblob(50000)")
        hot = {file: file.read_bytes() for file in (path, journal)}
    for file, data in hot.items():
        file.write_bytes(data)
    with pytest.raises(gs.LedgerError, match="is not a ledger"):
        ledger.counts()
    assert {file: file.read_bytes() for file in hot} == hot


def test_an_empty_file_becomes_a_ledger(ledger, path):
    path.touch()
    assert ledger.begin({}) == 1


def test_a_missing_folder_and_a_folder_in_place_of_the_file_are_named(tmp_path):
    with pytest.raises(gs.LedgerError, match=r"no folder .*gone"):
        Ledger(tmp_path / "gone" / "l").counts()
    with pytest.raises(gs.LedgerError, match="is a folder"):
        Ledger(tmp_path).counts()


@pytest.mark.skipif(os.geteuid() == 0, reason="root may write everything")
def test_a_folder_that_may_not_be_written_is_named(ledger, path):
    path.parent.chmod(0o500)
    with pytest.raises(gs.LedgerError, match="allow"):
        ledger.counts()
    path.parent.chmod(0o700)


def test_a_damaged_ledger_is_refused(ledger, path):
    run = ledger.begin({})
    for i in range(50):
        ledger.record(done(f"k{i}", run, summary="{}" * 2000))
    ledger.close()
    data = bytearray(path.read_bytes())
    data[4096:] = b"\xff" * (len(data) - 4096)
    path.write_bytes(data)
    with pytest.raises(gs.LedgerError, match="is damaged"):
        list(ledger.entries())


def test_a_lock_is_waited_for_then_told_and_harmless_afterwards(ledger, path):
    run = ledger.begin({})
    with closing(sqlite3.connect(path, isolation_level=None, check_same_thread=False)) as other:
        other.execute("BEGIN IMMEDIATE")
        with pytest.raises(gs.LedgerError, match=r"another process has locked it for 0\.2 s"):
            ledger.record(done("k", run))
        assert ledger.counts() == Counts(0, 0)
        soon = threading.Timer(0.05, other.execute, ["COMMIT"])
        soon.start()
        ledger.record(done("k", run))
        soon.join()
    assert ledger.counts() == Counts(1, 0)


def test_a_full_database_keeps_what_it_has_and_goes_on_when_there_is_room(ledger):
    run = ledger.begin({})
    ledger.record(done("a", run))
    (pages,) = ledger.read("PRAGMA page_count")[0]
    ledger.read(f"PRAGMA max_page_count = {pages}")
    assert ledger.claim("b") == "mine"
    with pytest.raises(gs.LedgerError, match="disk is full"):
        ledger.record(done("b", run, summary="{}" * 10_000))
    assert ledger.claim("b") == "taken"
    assert [entry.key for entry in ledger.entries()] == ["a"]
    assert ledger.runs()[0].done == 1
    ledger.read("PRAGMA max_page_count = 1000000")
    ledger.record(done("b", run, summary="{}" * 10_000))
    assert ledger.counts().done == 2


@pytest.mark.slow
def test_a_disk_that_takes_no_more_bytes_is_survived(ledger, start):
    code = """
import resource
run = ledger.begin({})
ledger.record(done("a", run))
resource.setrlimit(resource.RLIMIT_FSIZE, (500_000, resource.RLIM_INFINITY))
kept = ["a"]
try:
    for i in range(10**6):
        ledger.record(done(str(i), run))
        kept.append(str(i))
except gs.LedgerError as error:
    assert "recorded results are kept" in str(error), error
assert [entry.key for entry in ledger.entries()] == kept
resource.setrlimit(resource.RLIMIT_FSIZE, (resource.RLIM_INFINITY, resource.RLIM_INFINITY))
ledger.record(done("last", run))
print(len(kept) + 1, flush=True)
"""
    assert resource.getrlimit(resource.RLIMIT_FSIZE)[1] == resource.RLIM_INFINITY
    kept = said(start(code))
    assert int(kept) > 10
    assert ledger.counts().done == int(kept)


def test_a_pickled_ledger_is_of_the_same_file_wherever_it_is_unpickled(ledger, path, monkeypatch):
    monkeypatch.chdir(path.parent)
    with Ledger(path.name, patience=0.01) as near:
        near.begin({})
        data = pickle.dumps(near)
    monkeypatch.chdir("/")
    with pickle.loads(data) as far:  # noqa: S301  (our own)
        assert len(far.runs()) == 1
        with closing(sqlite3.connect(far.path, isolation_level=None)) as other:
            other.execute("BEGIN IMMEDIATE")
            with pytest.raises(gs.LedgerError, match=r"locked it for 0\.01 s"):
                far.begin({})


@pytest.mark.slow
@pytest.mark.skipif(not hasattr(os, "fork"), reason="there is no fork")
def test_a_ledger_that_is_open_at_a_fork_is_refused_in_the_child_and_nothing_is_lost(ledger, start):
    code = """
run = ledger.begin({})
assert ledger.claim("k") == "mine"
child = os.fork()
if child == 0:
    signal.alarm(20)
    for refused in (ledger, Ledger(sys.argv[1])):
        for use in (refused.counts, lambda: refused.record(done("child", run))):
            try:
                use()
                os._exit(1)
            except gs.LedgerError as error:
                assert "close it before the fork" in str(error), error
        refused.close()
    ledger.close()
    del ledger, refused, use
    os._exit(0)
status = os.waitpid(child, 0)[1]
ledger.record(done("parent", run))
print(status, ledger.claim("k"), flush=True)
"""
    assert said(start(code)) == "0 taken"
    assert [entry.key for entry in ledger.entries()] == ["parent"]


@pytest.mark.skipif(not hasattr(os, "fork"), reason="there is no fork")
def test_a_ledger_that_is_closed_at_a_fork_serves_parent_and_child_and_nothing_is_lost(
    ledger, start
):
    code = """
run = ledger.begin({})
assert ledger.claim("k") == "mine"
ledger.close()
child = os.fork()
if child == 0:
    signal.alarm(20)
    assert ledger.claim("k") == "mine"
    ledger.record(done("first", run))
    while ledger.get("parent") is None:
        time.sleep(0.01)
    for i in range(20):
        ledger.record(done(f"c{i}", run))
    while ledger.get("seen") is None:
        time.sleep(0.01)
    ledger.close()
    os._exit(0)
while ledger.get("first") is None:
    time.sleep(0.01)
ledger.close()
taken = ledger.claim("k")
ledger.record(done("parent", run))
ledger.record(done("seen", run))
print(os.waitpid(child, 0)[1], taken, ledger.claim("k"), flush=True)
"""
    assert said(start(code)) == "0 taken mine"
    assert ledger.counts().done == 23


OLD = (  # what version 1 wrote
    f"PRAGMA application_id = {APPLICATION}",
    "PRAGMA user_version = 1",
    """CREATE TABLE runs (run INTEGER PRIMARY KEY AUTOINCREMENT, settings TEXT NOT NULL,
        owner TEXT NOT NULL, begun REAL NOT NULL, ended REAL,
        state TEXT CHECK (state IN ('finished', 'stopped', 'failed')),
        done INTEGER NOT NULL, failed INTEGER NOT NULL, usage TEXT NOT NULL)""",
    """CREATE TABLE entries (seq INTEGER PRIMARY KEY AUTOINCREMENT, key TEXT NOT NULL UNIQUE,
        status TEXT NOT NULL CHECK (status IN ('done', 'failed')),
        run INTEGER NOT NULL, updated REAL NOT NULL, article TEXT NOT NULL, source TEXT NOT NULL,
        usage TEXT NOT NULL, error TEXT, message TEXT, summary TEXT, record TEXT,
        CHECK (status = 'failed' OR summary IS NOT NULL))""",
    "CREATE INDEX entries_by_status ON entries (status)",
    "CREATE TABLE claims (key TEXT PRIMARY KEY, owner TEXT NOT NULL, since REAL NOT NULL)",
    """CREATE TABLE documents (kind TEXT NOT NULL, name TEXT NOT NULL, data TEXT NOT NULL,
        UNIQUE (kind, name))""",
)
PART = {
    "part": "p1",
    "maker": "m1",
    "run": 1,
    "total": 3,
    "sha256": "0a",
    "step": "collected",
    "file_id": "file-1",
    "batch_id": "batch_1",
    "state": "completed",
    "done": 2,
    "failed": 1,
    "notes": ["line 2 cannot be read"],
}


def _old_ledger(path: Path, **part) -> None:
    """Write a ledger of version 1 with one entry, one batch and a claim of a run that is gone."""
    _database(path, "PRAGMA journal_mode = WAL", *OLD)
    owner, usage = f"{platform.node()} {os.getpid()} b-1/77", SPENT.model_dump_json()
    run = (1, '{"model":"m"}', owner, 1.0, None, None, 1, 0, usage)
    summary = '{"relevant":false}'
    entry = (1, "k", "done", 1, 2.0, "a1", "one.txt", usage, None, None, summary, None)
    rows = {
        "runs": run,
        "entries": entry,
        "claims": ("c", owner, 3.0),
        "documents": ("batch", "p1", json.dumps(PART | part)),
    }
    with closing(sqlite3.connect(path)) as connection:
        for table, row in rows.items():
            marks = ", ".join("?" * len(row))
            connection.execute(f"INSERT INTO {table} VALUES ({marks})", row)  # noqa: S608
        connection.commit()


def test_a_ledger_of_version_1_is_brought_up_to_date_with_all_that_it_holds(ledger, path):
    _old_ledger(path)
    assert list(ledger.entries()) == [done("k", 1, updated=2.0)]
    (run,) = ledger.runs()
    assert (run.settings, run.state, run.done, run.usage) == ({"model": "m"}, "killed", 1, SPENT)
    assert ledger.claim("c") == "mine"  # whoever held it has gone
    (part,) = BatchStore(ledger).parts()
    assert dataclasses.asdict(part) | {"sha256": "0a", "notes": [*part.notes]} == PART
    ledger.close()
    with closing(sqlite3.connect(path)) as connection:
        assert connection.execute("PRAGMA user_version").fetchone() == (VERSION,)
        tables = "SELECT sql FROM sqlite_schema WHERE sql IS NOT NULL ORDER BY name"
        upgraded = connection.execute(tables).fetchall()
    with Ledger(path.with_name("new")) as new:
        assert [tuple(row) for row in new.read(tables)] == upgraded


def test_a_ledger_of_version_1_that_waits_for_batches_is_refused_and_kept(ledger, path):
    _old_ledger(path, step="created")
    for _ in range(2):
        with pytest.raises(gs.LedgerError, match="collect them with that release") as caught:
            ledger.counts()
        assert "\n" not in str(caught.value)
    with closing(sqlite3.connect(path)) as connection:
        assert connection.execute("PRAGMA user_version").fetchone() == (1,)
        assert connection.execute("SELECT count(*) FROM documents").fetchone() == (1,)
    _database(path, "UPDATE documents SET data = json_set(data, '$.step', 'collected')")
    assert ledger.counts() == Counts(1, 0)


def test_a_ledger_of_version_1_that_is_in_use_is_waited_for(ledger, path):
    _old_ledger(path)
    user = sqlite3.connect(path, isolation_level=None, check_same_thread=False)
    user.execute("SELECT count(*) FROM runs").fetchall()
    with pytest.raises(gs.LedgerError, match=r"another process has locked it for 0\.2 s"):
        ledger.counts()
    user.execute("INSERT OR REPLACE INTO claims VALUES ('c', 'x 1 y', 1.0)")
    threading.Timer(0.05, user.close).start()
    assert ledger.counts() == Counts(1, 0)


def test_of_many_processes_that_bring_a_ledger_up_to_date_together_each_may_use_it(
    ledger, path, start
):
    _old_ledger(path)
    processes = [start("print(ledger.counts().done, flush=True)") for _ in range(3)]
    assert [said(process) for process in processes] == ["1"] * 3
    assert ledger.counts().done == 1
