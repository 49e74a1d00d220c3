"""The class that Ray's actors run, without Ray: a batch in, the same batch and two columns out."""

from __future__ import annotations

import asyncio
import json
import subprocess
import sys
import threading

import pytest

import guarantee_summarizer as gs
from guarantee_summarizer.integrations.ray import RaySummarizer, summarize_dataset
from guarantee_summarizer.testing import Reply
from tests.corpus.conftest import Endpoint, summarizer, text
from tests.llm.conftest import KEY


def settings(endpoint: Endpoint) -> dict:
    return summarizer(endpoint).settings


@pytest.fixture(autouse=True)
def _key(_no_key, monkeypatch):
    monkeypatch.setenv("OPENAI_API_KEY", KEY)


async def outputs(actor: RaySummarizer, *batches):
    async def one(batch):
        return [out async for out in actor(batch)]

    return [out for outs in await asyncio.gather(*map(one, batches)) for out in outs]


def done(*batches, **options):
    actor = RaySummarizer(**options)
    try:
        return asyncio.run(outputs(actor, *batches))
    finally:
        actor.close()


def test_rows_keep_their_order_and_their_columns(endpoint):
    endpoint.other = lambda at, _: Reply(status=400, body="no") if at == 1 else None
    batch = {"id": [7, 8, 9, 10], "text": [text(0), text(1), "", text(2)]}
    [out] = done(batch, settings=settings(endpoint))
    assert list(out) == ["id", "text", "summary_json", "error"]
    assert out["id"] == batch["id"]
    assert [summary is not None for summary in out["summary_json"]] == [True, False, False, True]
    kinds = [(error or "").partition(":")[0] for error in out["error"]]
    assert kinds == ["", "BadRequestError", "ArticleError", ""]
    assert gs.Summary.model_validate_json(out["summary_json"][0]).proposals


class Crowd(Endpoint):
    """Answers nobody until four are waiting, and notes how many there are."""

    def __init__(self) -> None:
        super().__init__()
        self.four, self.waiting, self.most = threading.Barrier(4), 0, 0

    def next_reply(self, request):
        reply = super().next_reply(request)
        with self._lock:
            self.waiting += 1
            self.most = max(self.most, self.waiting)
        self.four.wait()
        with self._lock:
            self.waiting -= 1
        return reply


def test_articles_overlap_but_no_more_than_allowed_over_all_batches():
    with Crowd() as endpoint:
        batches = [{"text": [text(number)]} for number in range(8)]
        done(*batches, settings=settings(endpoint), concurrency=4)
    assert endpoint.most == 4


def test_the_actors_of_a_node_share_a_ledger(endpoint, tmp_path):
    batch = {"text": [text(0), text(1)]}
    folder = tmp_path / "new" / "ledger"
    first = done(batch, settings=settings(endpoint), ledger=str(folder))
    second = done(batch, settings=settings(endpoint), ledger=str(folder))
    assert first == second
    assert endpoint.asked == {0: 1, 1: 1}
    assert len([*folder.glob("node-*.sqlite")]) == 1


def test_a_refused_key_is_asked_about_no_more():
    with Endpoint(lambda *_: Reply(status=401, body="no")) as endpoint:
        batch = {"text": [text(number) for number in range(20)]}
        actor = RaySummarizer(settings(endpoint), concurrency=2)
        outs = [asyncio.run(outputs(actor, batch)) for _ in range(2)]
        actor.close()
    assert endpoint.asked.total() <= 4
    for [out] in outs:
        assert all(error.startswith("AuthenticationError") for error in out["error"])


def test_a_ledger_that_cannot_be_used_is_an_error_in_every_row(endpoint, tmp_path):
    (tmp_path / "file").write_text("no folder")
    batch = {"text": [text(0), text(1)]}
    [out] = done(batch, settings=settings(endpoint), ledger=str(tmp_path / "file"))
    assert all(error.startswith("LedgerError") for error in out["error"])
    assert not endpoint.asked


def test_numpy_and_pyarrow_batches(endpoint):
    numpy = pytest.importorskip("numpy")
    day = numpy.array(["2026-01-15"], "datetime64[ns]")
    texts = numpy.array([text(0)], object)
    [out] = done({"text": texts, "date": day}, settings=settings(endpoint))
    assert out["date"] is day
    assert json.loads(out["summary_json"][0])
    pyarrow = pytest.importorskip("pyarrow")
    table = pyarrow.table({"number": pyarrow.array([None], pyarrow.int64()), "text": [text(1)]})
    [out] = done(table, settings=settings(endpoint))
    assert out.select(["number", "text"]) == table
    assert out.schema.field("error").type == pyarrow.string()


def test_what_cannot_work_is_refused_before_ray_is_asked():
    with pytest.raises(gs.ConfigurationError, match="actors=0"):
        summarize_dataset(None, gs.Summarizer(), actors=0)
    with pytest.raises(gs.ConfigurationError, match="concurrency=0"):
        summarize_dataset(None, gs.Summarizer(), concurrency=0)


@pytest.mark.slow
def test_a_process_that_ends_without_closing_its_actor_does_end(endpoint):
    code = f"""
import asyncio
from guarantee_summarizer.integrations.ray import RaySummarizer
actor = RaySummarizer({settings(endpoint)!r})
async def first():
    return [out async for out in actor({{"text": [{text(0)!r}]}})]
asyncio.run(first())
"""
    subprocess.run([sys.executable, "-c", code], check=True)
