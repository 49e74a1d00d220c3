"""llama.cpp's own server, with a model that the test makes: all ways of asking, cut, killed, restarted."""

from __future__ import annotations

import asyncio
import copy
import json
import signal
import socket
import subprocess
import sys
import threading
import time
import urllib.request
from contextlib import contextmanager

import pytest

import guarantee_summarizer as gs
from guarantee_summarizer.llm.answers import wire_schema
from tests.llm.conftest import ANSWER, TEXT, WAYS, _asked

from .tiny_model import write_model

pytest.importorskip("xllamacpp")
pytest.importorskip("gguf")

pytestmark = [pytest.mark.slow, pytest.mark.timeout(600)]

SERVE = """
import sys, time, xllamacpp
params = xllamacpp.CommonParams()
params.model.path, params.port, params.n_ctx = sys.argv[1], int(sys.argv[2]), 65536
params.cpuparams.n_threads = params.cpuparams_batch.n_threads = params.n_parallel = 1
params.fit_params = params.warmup = False
params.sampling.temp = 0.0
server = xllamacpp.Server(params)
print("listening", flush=True)
time.sleep(1e6)
"""


class Server:
    """The server in a process of its own, on one port, so that it can come back there."""

    def __init__(self, model) -> None:
        with socket.create_server(("127.0.0.1", 0)) as free:
            self.port = free.getsockname()[1]
        self.url, self._model = f"http://127.0.0.1:{self.port}/v1", model

    def start(self) -> None:
        command = [sys.executable, "-c", SERVE, str(self._model), str(self.port)]
        self._process = subprocess.Popen(
            command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True
        )
        while "listening" not in (line := self._process.stdout.readline()):
            assert line, "the server did not start"

    def kill(self) -> None:
        self._process.send_signal(signal.SIGKILL)
        self._process.wait()
        self._process.stdout.close()

    def busy(self) -> bool:
        """Whether a request is being worked on."""
        with urllib.request.urlopen(f"{self.url[:-3]}/slots", timeout=60) as reply:  # noqa: S310
            return any(slot["is_processing"] for slot in json.load(reply))


@contextmanager
def serving(folder, answer):
    """A server whose model says this answer."""
    text = json.dumps(ordered(answer, wire_schema()), ensure_ascii=False, separators=(",", ":"))
    write_model(folder / "tiny.gguf", text)
    server = Server(folder / "tiny.gguf")
    server.start()
    try:
        yield server
    finally:
        server.kill()


def ordered(data, schema):
    """The answer with its fields as llama.cpp's grammar wants them: what is required first."""
    while "$ref" in schema:
        schema = wire_schema()["$defs"][schema["$ref"].rpartition("/")[2]]
    if isinstance(data, list):
        return [ordered(item, schema["items"]) for item in data]
    if not isinstance(data, dict):
        return data
    fields, required = schema["properties"], schema.get("required", [])
    names = sorted(fields, key=lambda name: name not in required)
    return {name: ordered(data[name], fields[name]) for name in names if name in data}


def long_answer():
    """An answer that takes a while to write."""
    answer = copy.deepcopy(ANSWER)
    more = [{"name": f"State number {n}", "kind": "state"} for n in range(200)]
    return answer | {"participants": [*answer["participants"], *more]}


@pytest.fixture(scope="module")
def server(tmp_path_factory):
    with serving(tmp_path_factory.mktemp("model"), ANSWER) as running:
        yield running


@pytest.fixture
def article():
    return gs.Article.from_text(TEXT, published="2026-01-06", source="norvia.txt")


@pytest.mark.parametrize("mode", ["tools", "json_schema"])
@pytest.mark.parametrize("way", WAYS)
def test_one_article_is_summarized(server, article, way, mode):
    summarizer = gs.Summarizer("m", base_url=server.url, mode=mode, review=False)
    summary = asyncio.run(_asked(summarizer, way, article))[-1]
    assert summary.complete
    assert len(summary.proposals) == 2
    assert summary.withheld == ()
    assert summary.usage.attempts == 1
    assert summary.usage.output_tokens > 100
    assert summary.usage.estimated_tokens == 0


@pytest.mark.parametrize("mode", ["tools", "json_schema"])
def test_several_articles_are_summarized(server, mode, caplog):
    texts = [f"{TEXT}\n\nNote {n} was added." for n in range(4)]
    summarizer = gs.Summarizer("m", base_url=server.url, mode=mode, review=False)
    summaries = list(summarizer.map(texts, concurrency=2))
    assert all(len(summary.proposals) == 2 and summary.complete for summary in summaries)
    notes = [r.getMessage() for r in caplog.records if r.name.endswith(".endpoint")]
    assert len(notes) <= 1


def test_a_server_that_ignores_the_tool_gets_the_schema_from_the_second_request_on(server, article):
    """llama.cpp takes `tool_choice` as text alone: the object form means `auto` there."""
    with gs.Summarizer("m", base_url=server.url, review=False) as summarizer:
        assert summarizer.summarize(article).complete
        learned = summarizer.model_client._first._bodies._models["m"]
        assert learned.form == "json_schema"
        assert summarizer.summarize(article).complete
        assert learned.form == "json_schema"


@pytest.mark.parametrize("mode", ["tools", "json_schema"])
@pytest.mark.parametrize("way", WAYS)
def test_an_answer_that_meets_its_limit_is_cut_and_says_so(server, article, way, mode):
    summarizer = gs.Summarizer("m", base_url=server.url, mode=mode, review=False, max_tokens=90)
    summary = asyncio.run(_asked(summarizer, way, article))[-1]
    assert summary.usage.output_tokens == 90
    assert "output limit" in " ".join(summary.incomplete)
    assert summary.participants


@pytest.mark.parametrize("way", WAYS)
def test_a_server_that_is_killed_while_it_reads_is_asked_again_when_it_is_back(
    tmp_path, article, way
):
    with serving(tmp_path, ANSWER) as server:
        summarizer = gs.Summarizer("m", base_url=server.url, review=False)
        summaries = []
        asking = threading.Thread(
            target=lambda: summaries.extend(asyncio.run(_asked(summarizer, way, article)))
        )
        asking.start()
        while not server.busy():
            time.sleep(0.05)
        server.kill()
        time.sleep(3.0)  # longer than a few quick attempts
        server.start()
        asking.join()
    assert summaries[-1].complete
    assert summaries[-1].usage.attempts >= 2


@pytest.mark.parametrize("way", WAYS[2:])
def test_a_server_that_is_killed_while_it_writes_leaves_what_was_whole(tmp_path, article, way):
    with serving(tmp_path, long_answer()) as server:
        summarizer = gs.Summarizer("m", base_url=server.url, review=False)
        summaries = asyncio.run(killed(summarizer, way, article, server))
        server.start()
    assert len(summaries) > 1
    assert summaries[-1].participants
    assert "the stream broke off" in " ".join(summaries[-1].incomplete)


async def killed(summarizer, way, article, server):
    """The summaries of a stream whose server dies after the first participant."""
    summaries, dead = [], False
    async with summarizer:
        stream = summarizer.astream(article) if way == "astream" else summarizer.stream(article)
        async for summary in stream if way == "astream" else _async(stream):
            summaries.append(summary)
            if summary.participants and not dead:
                server.kill()
                dead = True
    return summaries


async def _async(items):
    for item in items:
        yield item
