"""A damaged ledger costs the rows that are damaged; nothing altered is used, nothing paid twice."""

import json
import os
import random
import signal
import sqlite3
import subprocess
import sys
from contextlib import closing
from pathlib import Path

import pytest
from typer.testing import CliRunner

import guarantee_summarizer as gs
from guarantee_summarizer.cli import app
from guarantee_summarizer.corpus.database import VERSION
from guarantee_summarizer.corpus.ledger import Ledger
from guarantee_summarizer.corpus.records import Entry
from tests.corpus.conftest import Endpoint, summarizer, text
from tests.corpus.test_faults import COMMAND, corpus

HELD = 40  # articles in the ledger, of which each tenth failed
SUMMARY = json.dumps({"relevant": False, "headline": "A long line of words. " * 60})


def run(*arguments: object):
    """The result of a command that ended without a traceback."""
    done = CliRunner().invoke(app, [*map(str, arguments)])
    assert done.exception is None or isinstance(done.exception, SystemExit), done.exception
    return done


def filled(path: Path, several: int = HELD) -> dict[str, str]:
    """Write a ledger; return the summaries by key."""
    with Ledger(path) as opened:
        number = opened.begin({"model": "m"})
        for at in range(several):
            known = {"key": f"key-{at:03}", "article": f"a{at}", "source": f"news, line {at}"}
            if at % 10:
                summary = SUMMARY.replace("A long", f"{at}. A long")
                entry = Entry(**known, run=number, status="done", summary=summary)
            else:
                failed = {"error": "RefusalError", "message": "no", "record": '{"text":"x"}'}
                entry = Entry(**known, run=number, status="failed", **failed)
            opened.record(entry)
        opened.end(number, "finished")
        return {e.key: e.summary for e in opened.entries(status="done")}


def changed(path: Path, statement: str, *values: object) -> None:
    with closing(sqlite3.connect(path)) as connection:
        connection.execute("PRAGMA ignore_check_constraints = ON")
        connection.execute(statement, values)
        connection.commit()


ROWS = {
    "summary": "UPDATE entries SET summary = replace(summary, 'words', 'sword') WHERE key = ?",
    "no JSON": "UPDATE entries SET summary = substr(summary, 1, 50) WHERE key = ?",
    "no UTF-8": "UPDATE entries SET summary = CAST(x'7bff7d' AS TEXT) WHERE key = ?",
    "blob": "UPDATE entries SET summary = x'00ff' WHERE key = ?",
    "usage": "UPDATE entries SET usage = '{' WHERE key = ?",
    "status": "UPDATE entries SET status = 'dead' WHERE key = ?",
    "failed": "UPDATE entries SET status = 'failed', error = 'RefusalError' WHERE key = ?",
    "time": "UPDATE entries SET updated = 'soon' WHERE key = ?",
    "checksum": "UPDATE entries SET checksum = '' WHERE key = ?",
    "swapped": "UPDATE entries SET summary = (SELECT summary FROM entries WHERE key = 'key-008'),"
    " checksum = (SELECT checksum FROM entries WHERE key = 'key-008') WHERE key = ?",
}


@pytest.mark.parametrize("damage", ROWS)
def test_a_damaged_row_is_one_failure_that_names_its_key_and_the_others_are_whole(tmp_path, damage):
    path = tmp_path / "l.sqlite"
    held = filled(path)
    changed(path, ROWS[damage], "key-007")
    shown = run("runs", "show", path).stdout
    assert "entry key-007: is damaged" in shown
    assert "35 articles done, 5 failed" in shown
    exported = run("runs", "export", path)
    failed = run("runs", "export", path, "--status", "failed")
    assert "entry key-007: is damaged" in exported.stderr + failed.stderr
    assert {*exported.stdout.splitlines()} == {*held.values()} - {held["key-007"]}
    with Ledger(path) as opened:
        entry = opened.get("key-007")
        assert (entry.status, entry.error, entry.summary) == ("failed", "LedgerError", None)
        assert opened.claim("key-007", retry=False) == "failed", "not paid again without a word"
        assert opened.claim("key-007") == "mine", "but on demand"
        number = opened.begin({})
        opened.record(Entry(key="key-007", article="a", source="s", status="done", run=number,
                            summary=held["key-007"]))  # fmt: skip
        assert opened.get("key-007").summary == held["key-007"]


RUNS = {
    "begun": "UPDATE runs SET begun = 1e300",
    "owner": "UPDATE runs SET owner = 'nobody'",
    "settings": "UPDATE runs SET settings = '{'",
    "usage": "UPDATE runs SET usage = ''",
    "state": "UPDATE runs SET state = 'well'",
    "done": "UPDATE runs SET done = -1",
}


@pytest.mark.parametrize("damage", RUNS)
def test_a_damaged_run_is_shown_as_such_and_its_settings_are_not_used(tmp_path, damage):
    path = tmp_path / "l.sqlite"
    filled(path)
    changed(path, RUNS[damage])
    assert "damaged" in run("runs", "show", path).stdout
    assert run("runs", "export", path).stdout.count("\n") == 36
    again = run("runs", "retry-failed", path)
    assert again.exit_code == 2
    assert "run 1 is damaged" in again.stderr


@pytest.mark.parametrize("owner", ["", "x", "a b c d", "h " + "9" * 30 + " 1 z", "\x1b[2J 1"])
def test_damaged_owners_and_claims_are_no_traceback(tmp_path, owner):
    path = tmp_path / "l.sqlite"
    filled(path)
    with Ledger(path) as opened:
        assert opened.claim("new") == "mine"
    changed(path, "INSERT INTO claims VALUES ('new', ?, 'then', '')", owner)
    with Ledger(path) as opened:
        assert opened.claim("new") == "taken"
        assert opened.claim("other") == "mine"


def test_the_name_of_an_error_in_somebody_elses_ledger_calls_nothing(tmp_path):
    from guarantee_summarizer.corpus.records import stored

    for name in ("load_extra", "import_module", "Any", "__name__", "AnswerError"):
        entry = Entry(key="k", article="a", source="s", status="failed", run=1, error=name,
                      message="this")  # fmt: skip
        failure = stored(entry, gs.Article(text="x")).failure
        assert isinstance(failure.error, gs.GuaranteeSummarizerError)


def test_a_summary_that_is_none_in_somebody_elses_ledger_is_one_failure(tmp_path):
    path = tmp_path / "l.sqlite"
    texts = [text(n) for n in range(3)]
    with Endpoint() as endpoint, summarizer(endpoint) as works:
        list(works.map(texts, ledger=path))
        with Ledger(path) as opened:
            bad = next(opened.entries())
            for summary in ("no JSON\n{}", "[]", '{"article": 3}', "{}"):
                opened.record(Entry(key=bad.key, article=bad.article, source=bad.source, run=1,
                                    status="done", summary=summary))  # fmt: skip
                outcomes = list(works.map(texts, ledger=opened))
                assert len(outcomes) == 3
                assert sum(isinstance(o, gs.Failure) for o in outcomes) <= 1
        assert endpoint.asked.total() == 3
    assert run("runs", "export", path).exit_code in (0, 2)


def _bytes(path: Path, at: random.Random) -> None:
    data = bytearray(path.read_bytes())
    for _ in range(at.choice([1, 4, 30])):
        data[at.randrange(100, len(data))] = at.randrange(256)
    path.write_bytes(data)


def _page(path: Path, at: random.Random) -> None:
    data = bytearray(path.read_bytes())
    page = at.randrange(1, len(data) // 4096) * 4096
    data[page : page + 4096] = at.randbytes(4096) if at.random() < 0.5 else bytes(4096)
    path.write_bytes(data)


def _rows(path: Path, at: random.Random) -> None:
    for _ in range(3):
        changed(path, ROWS[at.choice([*ROWS])], f"key-{at.randrange(HELD):03}")


def _truncated(path: Path, at: random.Random) -> None:
    os.truncate(path, at.randrange(1, path.stat().st_size))


def _swapped(path: Path, at: random.Random) -> None:
    data = path.read_bytes()
    pages = [data[n : n + 4096] for n in range(0, len(data), 4096)]
    one, other = at.sample(range(1, len(pages)), 2)
    pages[one], pages[other] = pages[other], pages[one]
    path.write_bytes(b"".join(pages))


@pytest.mark.parametrize("seed", range(30))
def test_of_a_ledger_damaged_at_random_nothing_altered_comes_out_and_nothing_is_paid_twice(
    tmp_path, seed
):
    path, at = tmp_path / "l.sqlite", random.Random(seed)
    held = filled(path)
    (_bytes, _page, _rows, _truncated, _swapped)[seed % 5](path, at)
    exported = run("runs", "export", path)
    lines = exported.stdout.splitlines()
    assert {*lines} <= {*held.values()}, "what comes out is what was put in"
    assert len(lines) == len(held) or exported.exit_code == 2 or "damaged" in exported.stderr
    for command in (["show"], ["export", "--status", "failed"], ["retry-failed"]):
        done = run("runs", command[0], path, *command[1:])
        assert "Traceback" not in done.output
    with Ledger(path) as opened:
        try:
            opened.begin({})
        except gs.LedgerError:
            return  # refused as a whole: nothing is asked
        paid = [key for key in held if opened.claim(key, retry=False) == "mine"]
    assert not paid


def test_a_damaged_index_alone_is_mended_and_finds_every_article(tmp_path):
    path = tmp_path / "l.sqlite"
    held = filled(path)
    with closing(sqlite3.connect(path)) as connection:
        (root,) = connection.execute(
            "SELECT rootpage FROM sqlite_schema WHERE name = 'sqlite_autoindex_entries_1'"
        ).fetchone()
    data = path.read_bytes()
    page = data[(root - 1) * 4096 : root * 4096]
    damaged = page.replace(b"key-007", b"key-907").replace(b"key-033", b"kez-033")
    assert damaged != page
    path.write_bytes(data.replace(page, damaged))
    with Ledger(path) as opened:
        opened.begin({})
        assert all(opened.claim(key, retry=False) == "done" for key in held)


READING = """
import os, sys
from guarantee_summarizer.cli import app, command
command("runs")  # while it may read the packages
import importlib.metadata, pydantic.plugin._loader
import rich.table, rich.console, guarantee_summarizer.corpus.sessions, psutil, email
if os.geteuid() == 0:
    os.setgroups([]); os.setgid(65534); os.setuid(65534)
app(sys.argv[1:])
"""


def _without_checksums(path: Path) -> None:
    """Make a ledger of version 2 of it."""
    for table in ("entries", "runs", "batches", "batch_items", "claims"):
        changed(path, f"ALTER TABLE {table} DROP COLUMN checksum")
    changed(path, "PRAGMA user_version = 2")


@pytest.mark.parametrize("version", [2, VERSION])
def test_a_ledger_that_may_not_be_written_is_shown_and_exported(tmp_path, version):
    folder = tmp_path / "read-only"
    folder.mkdir()
    path = folder / "l.sqlite"
    held = filled(path)
    if version == 2:
        _without_checksums(path)
    for above in (tmp_path, *tmp_path.parents[:-2]):
        above.chmod(above.stat().st_mode | 0o055)
    path.chmod(0o444)
    folder.chmod(0o555)
    before = path.read_bytes()
    for command in (["show"], ["export"], ["retry-failed"]):
        arguments = [sys.executable, "-c", READING, "runs", *command, str(path)]
        done = subprocess.run(
            arguments, capture_output=True, text=True, check=False, cwd=Path.cwd()
        )
        assert "Traceback" not in done.stderr, done.stderr
        if command == ["export"]:
            assert {*done.stdout.splitlines()} == {*held.values()}, done.stderr
        elif command == ["show"]:
            assert "36 articles done, 4 failed" in done.stdout
        else:
            assert (done.returncode, done.stderr.count("\n")) == (2, 1)
    assert path.read_bytes() == before
    assert [file.name for file in folder.iterdir()] == ["l.sqlite"]


def test_a_ledger_of_version_2_gets_its_checksums_and_keeps_what_it_has(tmp_path):
    path = tmp_path / "l.sqlite"
    held = filled(path)
    _without_checksums(path)
    changed(path, "UPDATE entries SET summary = 'no JSON' WHERE key = 'key-007'")
    with Ledger(path) as opened:
        opened.begin({})
        found = {e.key: e.summary for e in opened.entries(status="done") if not e.damaged}
        assert found == {key: held[key] for key in held if key != "key-007"}
        assert opened.get("key-007").damaged
        assert opened.runs()[0].done == 36


SIGNALS = [signal.SIGKILL] * 15 + [signal.SIGTERM] * 5 + [signal.SIGINT] * 5


@pytest.mark.slow
@pytest.mark.timeout(600)
@pytest.mark.parametrize(("at", "number"), [*enumerate(SIGNALS)])
def test_of_a_run_that_is_ended_nothing_is_lost_and_nothing_held_is_asked_twice(
    tmp_path, at, number
):
    news, out, ledger = corpus(tmp_path, 40), tmp_path / "out.jsonl", tmp_path / "l.sqlite"
    running: list[subprocess.Popen] = []

    def ending(*_):
        if endpoint.asked.total() == 5 + at:
            running[0].send_signal(number)

    with Endpoint(ending, delay=0.05) as endpoint:
        command = [*COMMAND, str(news), "--output", str(out), "--ledger", str(ledger)]
        command += ["--model", "m", "--base-url", endpoint.url, "--concurrency", "4"]
        environment = {**os.environ, "OPENAI_API_KEY": "k"}
        pipes = {"stderr": subprocess.PIPE, "text": True, "env": environment}
        running.append(subprocess.Popen(command, **pipes))
        told = running[0].communicate(timeout=240)[1]
        assert "Traceback" not in told
        status = {signal.SIGKILL: -9, signal.SIGTERM: 143, signal.SIGINT: 130}[number]
        assert running[0].returncode == status
        with Ledger(ledger) as opened:
            held = opened.counts().done
        asked = endpoint.asked.total()
        if number != signal.SIGKILL:
            assert held == asked, "what was under way is finished and held"
        done = subprocess.run(command, capture_output=True, text=True, check=True, env=environment)
        assert "Traceback" not in done.stderr
        assert len(out.read_text().splitlines()) == 40
        assert endpoint.asked.total() - 40 == asked - held, "only what was under way is asked again"
        assert len(endpoint.asked) == 40
