"""A damaged row of a batch, of an article in it, or of a claim costs itself, and is told."""

from __future__ import annotations

import sqlite3
from contextlib import closing

import pytest

import guarantee_summarizer as gs
from guarantee_summarizer.batch import BatchJob
from guarantee_summarizer.corpus import sessions
from guarantee_summarizer.corpus.ledger import Ledger
from guarantee_summarizer.testing import Reply
from guarantee_summarizer.testing.batches import ScriptedBatches
from tests.corpus.conftest import text
from tests.llm.conftest import ANSWER

from .test_damaged_ledger import changed, run

TEXTS = [text(number) for number in range(4)]


@pytest.fixture
def path(tmp_path):
    return tmp_path / "l.sqlite"


@pytest.fixture
def start(path):
    """Make a job as a new process would."""
    with ScriptedBatches(lambda _: Reply(answer=ANSWER)) as server:
        opened: list = []

        def starting() -> BatchJob:
            works = gs.Summarizer("m", base_url=server.url, api_key="none", review=False)
            opened.extend([works, ledger := Ledger(path)])
            return BatchJob(works, ledger, sleep=lambda _: None, max_requests=2)

        yield starting
        for thing in opened:
            thing.close()


def split(outcomes) -> tuple[list[gs.Summary], list[gs.Failure]]:
    outcomes = [*outcomes]
    summaries = [o for o in outcomes if isinstance(o, gs.Summary)]
    return summaries, [o for o in outcomes if isinstance(o, gs.Failure)]


def first(path, table: str, column: str) -> str:
    with closing(sqlite3.connect(path)) as connection:
        return connection.execute(f"SELECT {column} FROM {table} ORDER BY rowid").fetchone()[0]  # noqa: S608


PARTS = {
    "batch_id": "UPDATE batches SET batch_id = 'batch_9' WHERE part = ?",
    "maker": "UPDATE batches SET maker = '' WHERE part = ?",
    "step": "UPDATE batches SET step = 'collected' WHERE part = ?",
    "run": "UPDATE batches SET run = 'x' WHERE part = ?",
    "notes": "UPDATE batches SET notes = '{' WHERE part = ?",
    "checksum": "UPDATE batches SET checksum = '' WHERE part = ?",
    "name": "UPDATE batches SET part = CAST(x'ff41' AS TEXT) WHERE part = ?",
}


@pytest.mark.parametrize("damage", PARTS)
def test_a_damaged_batch_is_one_failure_and_the_others_are_collected(path, start, damage):
    """It is told with its name, is not collected as another, and its articles can go again."""
    start().submit(TEXTS)
    name = first(path, "batches", "part")
    changed(path, PARTS[damage], name)
    job = start()
    assert job.refresh()[-1].state == "damaged"
    summaries, failures = split(job.results())
    assert len(summaries) == 2
    (failure,) = failures
    assert isinstance(failure.error, gs.LedgerError)
    assert "is damaged" in str(failure.error)
    assert damage == "name" or name in str(failure.error)
    again = start()
    assert again.submit(TEXTS).sent == 2
    assert len(split(again.results())[0]) == 2
    assert Ledger(path).counts() == (4, 0)


ITEMS = {
    "article": "UPDATE batch_items SET article = replace(article, 'soldiers', 'tanks') WHERE key = ?",
    "no JSON": "UPDATE batch_items SET article = '{' WHERE key = ?",
    "no article": "UPDATE batch_items SET article = '{}' WHERE key = ?",
    "answer": "UPDATE batch_items SET answer = '{}' WHERE key = ?",
    "number": "UPDATE batch_items SET number = 77 WHERE key = ?",
    "checksum": "UPDATE batch_items SET checksum = '' WHERE key = ?",
    "key": "UPDATE batch_items SET key = CAST(x'ff41' AS TEXT) WHERE key = ?",
}


@pytest.mark.parametrize("damage", ITEMS)
def test_a_damaged_article_of_a_batch_is_one_failure_and_goes_again(path, start, damage):
    """It has no summary made of other words, and the others of its batch have theirs."""
    start().submit(TEXTS)
    key = first(path, "batch_items", "key")
    changed(path, ITEMS[damage], key)
    summaries, failures = split(start().results())
    assert len(summaries) == 3
    (failure,) = failures
    assert isinstance(failure.error, gs.LedgerError)
    assert "is damaged" in str(failure.error)
    assert damage == "key" or key in str(failure.error)
    assert "is damaged" in run("runs", "export", path, "--status", "failed").output
    again = start()
    assert again.submit(TEXTS).sent == 1
    assert len(split(again.results())[0]) == 1


def test_a_damaged_article_is_not_sent(path, start, monkeypatch):
    """What is not as it was submitted does not go to the provider."""
    job = start()
    monkeypatch.setattr(job._api, "upload", lambda _: 1 / 0)
    with pytest.raises(ZeroDivisionError):
        job.submit(TEXTS[:2])
    changed(path, ITEMS["article"], first(path, "batch_items", "key"))
    summaries, failures = split(start().results())
    assert len(summaries) == len(failures) == 1


CLAIMS = {
    "a dead owner": "UPDATE claims SET owner = replace(owner, ' ', ' 9')",
    "nobody": "UPDATE claims SET owner = ''",
    "time": "UPDATE claims SET since = 'then'",
    "checksum": "UPDATE claims SET checksum = ''",
}


@pytest.mark.parametrize("damage", CLAIMS)
def test_a_damaged_claim_holds_until_it_was_watched_for_its_time(path, damage, monkeypatch):
    """Whoever has it may be at work: nothing is paid twice, and nothing waits for ever."""
    with Ledger(path) as holder, Ledger(path) as other:
        assert holder.claim("k") == "mine"
        changed(path, CLAIMS[damage])
        assert other.claim("k") == "taken"
        monkeypatch.setattr(sessions, "WATCHED", -1.0)
        assert other.claim("k") == "mine"


def test_a_ledger_of_version_3_keeps_its_batches(path, start):
    """Batches under way, and their articles, get their checksums and are collected."""
    job = start()
    job.submit(TEXTS)
    job._ledger.close()
    for table in ("batches", "batch_items", "claims"):
        changed(path, f"ALTER TABLE {table} DROP COLUMN checksum")
    changed(path, "UPDATE batches SET notes = '{' WHERE rowid = 1")
    changed(path, "PRAGMA user_version = 3")
    summaries, failures = split(start().results())
    assert (len(summaries), len(failures)) == (2, 1)
