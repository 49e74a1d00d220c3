"""Calls that wait for the ledger are committed at once, and one that fails costs no other."""

from __future__ import annotations

import asyncio
import threading

import pytest

from guarantee_summarizer.corpus import integrity
from guarantee_summarizer.corpus.ledger import Ledger
from guarantee_summarizer.corpus.records import Entry
from guarantee_summarizer.corpus.writer import Writer
from guarantee_summarizer.errors import LedgerError


@pytest.fixture
def ledger(tmp_path):
    with Ledger(tmp_path / "l") as opened:
        yield opened


def entry(ledger, run, number):
    return lambda: ledger.record(
        Entry(key=str(number), article="a", source="s", status="done", run=run, summary="{}")
    )


async def written(ledger, calls):
    """Make the calls while the thread is busy, so that all of them wait; what each returned."""
    with Writer() as writer:
        go = threading.Event()
        first = asyncio.create_task(writer.call(go.wait))
        await asyncio.sleep(0)
        tasks = [asyncio.create_task(writer.soon(call, ledger)) for call in calls]
        await asyncio.sleep(0)
        go.set()
        await first
        return await asyncio.gather(*tasks, return_exceptions=True)


def test_what_waits_at_once_is_one_transaction(ledger):
    commits = []
    ledger.begin({})
    with ledger.transaction() as connection:
        connection.set_trace_callback(lambda said: said == "COMMIT" and commits.append(said))
    commits.clear()
    assert asyncio.run(written(ledger, [entry(ledger, 1, n) for n in range(9)])) == [None] * 9
    assert len(commits) == 1
    assert ledger.counts().done == ledger.runs()[0].done == 9


def test_one_that_fails_is_told_and_the_others_are_written(ledger):
    ledger.begin({})
    calls = [entry(ledger, 1, 1), entry(ledger, 7, 2), entry(ledger, 1, 3)]
    one, two, three = asyncio.run(written(ledger, calls))
    assert (one, three) == (None, None)
    assert isinstance(two, LedgerError)
    assert "has no run 7" in str(two)
    assert [e.key for e in ledger.entries()] == ["1", "3"]
    assert ledger.runs()[0].done == 2, "what was rolled back is not counted twice"


def test_what_was_rolled_back_is_still_claimed(ledger):
    """Or another task would pay for it again while the first one tries to write it once more."""
    ledger.begin({})
    assert ledger.claim("1") == "mine"

    def both():
        with ledger.together():
            entry(ledger, 1, 1)()
            entry(ledger, 7, 1)()

    with pytest.raises(LedgerError, match="no run 7"):
        both()
    assert ledger.get("1") is None
    assert ledger.claim("1") == "taken"


def test_a_block_inside_a_block_is_committed_with_it(ledger):
    """The inner one commits nothing by itself, and both count."""
    ledger.begin({})

    def all_of_them():
        with ledger.together():
            with ledger.together():
                entry(ledger, 1, 1)()
            entry(ledger, 1, 2)()
            raise LedgerError("stopped")

    with pytest.raises(LedgerError, match="stopped"):
        all_of_them()
    assert ledger.runs()[0].done == 0
    with ledger.together():
        with ledger.together():
            entry(ledger, 1, 1)()
        entry(ledger, 1, 2)()
    assert ledger.runs()[0].done == 2
    assert ledger.counts().done == 2


def test_calls_on_their_own_are_made_in_order_and_one_that_nobody_awaits_is_left_out(ledger):
    async def made():
        told = []
        with Writer() as writer:
            go = threading.Event()
            first = asyncio.create_task(writer.soon(go.wait))
            await asyncio.sleep(0.01)
            tasks = [asyncio.create_task(writer.soon(lambda n=n: told.append(n))) for n in range(4)]
            await asyncio.sleep(0)
            tasks[2].cancel()
            go.set()
            await asyncio.gather(first, *tasks, return_exceptions=True)
        return told

    assert asyncio.run(made()) == [0, 1, 3]


def test_a_file_is_checked_once_while_it_is_open(ledger, monkeypatch):
    """A pipeline begins a run for each of its batches; a check reads the whole file."""
    checks = []
    monkeypatch.setattr(integrity, "troubles", lambda _: checks.append(1) or [])
    for _ in range(3):
        ledger.begin({})
    assert len(checks) == 1
    ledger.close()
    ledger.begin({})
    assert len(checks) == 2
