"""A run of several processes keeps every promise of a run of one."""

from __future__ import annotations

import asyncio
import gc
import io
import itertools
import json
import logging
import os
import pickle
import signal
import subprocess
import sys
import threading
import time

import psutil
import pytest

import guarantee_summarizer as gs
from guarantee_summarizer.corpus import crew
from guarantee_summarizer.corpus.ledger import Ledger
from guarantee_summarizer.corpus.process import Ended, _Server
from guarantee_summarizer.corpus.results import Failure
from guarantee_summarizer.llm.throttle import Throttle
from guarantee_summarizer.testing import Reply
from tests.llm.conftest import KEY

from .conftest import ANSWER, Endpoint, summarizer, text
from .test_faults import COMMAND, corpus, numbers, process
from .test_run import told

PROGRAM = "guarantee_summarizer.corpus.process"
SCRIPT = """
import json, sys
import guarantee_summarizer as gs
url, ledger, texts = sys.argv[1], sys.argv[2], json.load(open(sys.argv[3]))
works = gs.Summarizer("m", base_url=url, api_key="k", review=False)
for outcome in works.map(texts, concurrency=4, processes=2, ledger=ledger):
    print(outcome.article.id, flush=True)
"""


def others(of: int | None = None) -> list[psutil.Process]:
    """The further processes of a run, of this process or of another."""
    return [p for p in psutil.Process(of).children() if PROGRAM in " ".join(p.cmdline())]


def wait_until(true, seconds: float = 60.0) -> None:
    end = time.monotonic() + seconds
    while not true():
        assert time.monotonic() < end, "in vain"
        time.sleep(0.01)


class Shared(Endpoint):
    """Answers once a further process asks too: more requests are in flight than one may send."""

    def __init__(self, then=lambda: None, own: int = 2, **more):
        super().__init__(**more)
        self.then, self.own, self.in_flight = then, own, 0
        self.shared = threading.Event()

    def next_reply(self, request):
        reply = super().next_reply(request)
        with self._count:
            self.in_flight += 1
            first = self.in_flight > self.own and not self.shared.is_set()
            if first:
                self.shared.set()
        assert self.shared.wait(100)
        if first:
            self.then()
        time.sleep(0.05)
        with self._count:
            self.in_flight -= 1
        return reply


TEXTS = [text(n) for n in range(40)]


def by_article(outcomes) -> dict[str, str]:
    """What was found, without the time at which it was."""
    left_out = {"provenance": {"created"}, "usage": {"seconds"}}
    return {o.article.id: o.model_dump_json(exclude=left_out) for o in outcomes}


@pytest.mark.slow
def test_two_processes_find_what_one_finds(tmp_path):
    with gs.Summarizer() as works:
        texts = [text(n) for n in range(60)]
        one = list(works.map(texts, processes=1, ordered=True))
        two = list(works.map(texts, processes=2, ordered=True, ledger=tmp_path / "l"))
        assert told(two) == list(range(60))
        assert by_article(one) == by_article(two)
        assert by_article(works.map(texts, ledger=tmp_path / "l")) == by_article(one)
    assert not others()


@pytest.mark.slow
def test_a_model_is_asked_by_both_and_the_key_is_seen_nowhere(tmp_path, caplog):
    seen = []

    def look():
        seen.extend((p.cmdline(), p.environ()) for p in others())

    caplog.set_level(logging.INFO, "guarantee_summarizer")
    with Shared(look) as endpoint, summarizer(endpoint) as works:
        made = works.map(TEXTS, processes=2, concurrency=4, ledger=tmp_path / "l")
        assert sorted(told(made)) == list(range(40))
        assert endpoint.asked == dict.fromkeys(range(40), 1)
        thawed = pickle.loads(crew._pickled(works))  # noqa: S301
        assert thawed._configuration.endpoint.key == KEY
    assert seen
    assert KEY not in str(seen)
    lines = [r for r in caplog.records if ": done, " in r.getMessage()]
    assert len(lines) == 40, "what other processes log arrives here"
    with Ledger(tmp_path / "l") as ledger:
        assert ledger.runs()[0].usage.input_tokens == 4000
    assert not others()


@pytest.mark.slow
def test_results_come_in_order_also_in_a_running_event_loop_and_in_a_thread():
    async def in_a_loop():
        async with works:
            return [o async for o in works.amap(TEXTS, **options)]

    def in_a_thread():
        got.extend(works.map(TEXTS, **options))

    options, got = {"processes": 2, "concurrency": 4, "ordered": True}, []
    with Shared() as endpoint, summarizer(endpoint) as works:
        assert told(asyncio.run(in_a_loop())) == list(range(40))
        endpoint.shared.clear()
        thread = threading.Thread(target=in_a_thread)
        thread.start()
        thread.join()
    assert told(got) == list(range(40))
    assert not others()


@pytest.mark.slow
def test_a_failure_in_another_process_keeps_its_class_and_its_cost_and_may_end_the_run():
    refusing = lambda at, _: Reply(refusal="I cannot help.") if at % 2 else None  # noqa: E731
    options = {"processes": 2, "concurrency": 4}
    with Shared(other=refusing) as endpoint, summarizer(endpoint) as works:
        failures = [o for o in works.map(TEXTS, **options) if isinstance(o, Failure)]
        assert {type(f.error) for f in failures} == {gs.RefusalError}
        assert all(f.error.usage.input_tokens == 100 for f in failures)
        assert {f.article.text for f in failures} == {text(n) for n in range(1, 40, 2)}
        with pytest.raises(gs.RefusalError):
            list(works.map(map(text, itertools.count()), failures="raise", **options))
    assert not others()


@pytest.mark.slow
def test_a_budget_counts_what_every_process_spends(tmp_path):
    options = {"processes": 2, "concurrency": 4, "ledger": tmp_path / "l", "budget_tokens": 12_000}
    got = []
    with Shared() as endpoint, summarizer(endpoint) as works:
        with pytest.raises(gs.BudgetSpentError):
            got.extend(works.map(map(text, itertools.count()), **options))
        assert endpoint.shared.is_set()
    assert 80 <= len(got) <= 84
    assert set(endpoint.asked.values()) == {1}


@pytest.mark.slow
def test_what_a_killed_process_had_is_done_by_another(tmp_path):
    def kill():
        for other in others():
            other.kill()

    with Shared(kill) as endpoint, summarizer(endpoint) as works:
        made = works.map(TEXTS, processes=2, concurrency=4, ledger=tmp_path / "l")
        assert sorted(told(made)) == list(range(40))
        assert sum(endpoint.asked.values()) <= 40 + 2, "only what it had is asked again"


@pytest.mark.slow
def test_a_killed_process_of_the_embedded_extractor_is_replaced(tmp_path):
    killed, given = [], []

    def articles():
        while len(given) < (killed[0] + 10 if killed else 1_000):
            given.append("\n\n".join([text(len(given))] * 12))
            yield given[-1]
            if not killed and others() and others()[0].cpu_times().user > 1.5:  # it is at work
                killed.append(len(given))
                os.kill(others()[0].pid, signal.SIGKILL)

    with gs.Summarizer() as works:
        outcomes = list(works.map(articles(), processes=2, concurrency=2, ordered=True))
    assert killed
    assert len(told(outcomes)) == len(given)


class Fake:
    """A process that an article may end."""

    def __init__(self):
        self.alive, self.paused = True, []

    async def ask(self, article):
        await asyncio.sleep(0)
        if "poison" in article.text:
            self.alive = False
        if not self.alive:
            raise Ended
        return gs.Summary(relevant=True, headline="by another")

    def pause(self, throttle, seconds):
        self.paused.append((throttle, seconds))

    async def end(self):
        self.alive = False


def test_an_article_that_ends_every_process_is_a_failure_and_costs_no_other(monkeypatch):
    started = []

    async def start(*_):
        started.append(Fake())
        return started[-1]

    monkeypatch.setattr(crew.Process, "started", start)
    texts = [text(n) for n in range(12)]
    texts[1] += " This is poison."  # the second one does not go to the process that deals out
    with gs.Summarizer() as works:
        outcomes = list(works.map(texts, processes=2, ordered=True))
    assert [n for n, o in enumerate(outcomes) if isinstance(o, Failure)] == [1]
    assert "its processes were killed" in str(outcomes[1])
    assert len(started) == 1 + 3
    assert len(outcomes) == 12


class Awkward(gs.QuotaError):
    """Cannot be made again of its arguments, as errors of other packages."""

    def __init__(self, code, *, body):
        super().__init__(f"code {code}: {body}")


class Unpicklable(gs.Summary):
    def __reduce__(self):
        raise ValueError("holds a socket")


class Raises:
    """A worker that gives what cannot be pickled."""

    def __init__(self, made):
        self._made = made

    async def asummarize(self, article):
        if isinstance(self._made, Exception):
            raise self._made
        return self._made


def answered(made):
    pipe = io.BytesIO()
    server = _Server(pipe)
    server._worker = Raises(made)
    asyncio.run(server._answer(7, gs.Article.from_text(TEXTS[0], source="n.csv, line 2")))
    length = int.from_bytes(pipe.getvalue()[:8])
    assert len(pipe.getvalue()) == 8 + length, "one answer"
    number, error = pickle.loads(pipe.getvalue()[8:])  # noqa: S301
    assert number == 7
    return error


def test_an_error_that_cannot_be_pickled_says_what_it_was_keeps_its_cost_and_what_it_ends():
    error = Awkward(402, body="spent")
    error.usage = gs.Usage(input_tokens=9)
    told = answered(error)
    assert type(told) is gs.QuotaError
    assert "Awkward: code 402: spent" in str(told)
    assert told.usage.input_tokens == 9
    assert told.ends_run


def test_whatever_cannot_be_pickled_fails_one_article_and_never_leaves_it_without_an_answer():
    for made in (
        Unpicklable(relevant=True, headline="Talks."),
        KeyError(threading.Lock()),
        gs.GuaranteeSummarizerError(threading.Lock()),
    ):
        assert type(answered(made)) is gs.GuaranteeSummarizerError
    assert "holds a socket" in str(answered(Unpicklable(relevant=True, headline="Talks.")))


def test_another_process_collects_garbage_from_its_first_answer_on():
    gc.disable()
    try:
        answered(KeyError("name"))
        assert gc.isenabled()
        assert gc.get_freeze_count()
    finally:
        gc.unfreeze()
        gc.enable()


def test_the_settings_of_the_collector_are_the_users(endpoint):
    before, frozen = gc.get_threshold(), gc.get_freeze_count()
    with gs.Summarizer("m", base_url=endpoint.url, api_key="k", review=False) as works:
        assert len(told(works.map([text(n) for n in range(3)]))) == 3
    assert gc.isenabled()
    assert gc.get_threshold() == before
    assert gc.get_freeze_count() <= frozen


def test_a_run_goes_on_where_no_further_process_starts(monkeypatch, caplog):
    async def refuse(*_):
        raise OSError("no more processes")

    monkeypatch.setattr(crew.Process, "started", refuse)
    with gs.Summarizer() as works:
        assert told(works.map([text(n) for n in range(6)], processes=2, ordered=True)) == [
            *range(6)
        ]
    assert "did not start" in caplog.text


def test_a_short_run_starts_no_process(monkeypatch):
    async def never(*_):
        pytest.fail("started")

    monkeypatch.setattr(crew, "_cores", lambda: 4)
    monkeypatch.setattr(crew.Process, "started", never)
    with gs.Summarizer() as works:
        assert len(list(works.map(iter([text(n) for n in range(8)])))) == 8


def test_a_429_pauses_every_process_and_each_has_its_part_of_the_limits():
    now = [0.0]
    throttle = Throttle(requests_per_minute=120, clock=lambda: now[0])
    heard = []
    throttle.share(2, heard.append)
    while not throttle.reserve(0):
        pass
    assert throttle.reserve(0) == pytest.approx(1.0), "60 a minute are the half of 120"
    with Endpoint() as endpoint, summarizer(endpoint) as works:
        team = crew.Crew(works, gs.RunOptions(processes=3))
        one, two = Fake(), Fake()
        team._others = {one, two}
        team._pause(one, 0, 30.0)
        assert (one.paused, two.paused) == ([], [(0, 30.0)])
        assert works.throttles[0].reserve(0) > 29


@pytest.mark.slow
def test_a_429_in_one_process_is_heard_in_the_other(monkeypatch):
    """All get one while three are in flight, and no process sends more than two at once."""
    heard, told = [], []

    def busy(*_):
        if endpoint.shared.is_set():
            return None
        return Reply(status=429, body="{}", headers={"Retry-After": "1"})

    pause = crew.Process.pause
    monkeypatch.setattr(crew.Process, "pause", lambda p, *to: (told.append(to), pause(p, *to)))
    with Shared(other=busy) as endpoint, summarizer(endpoint) as works:
        own = works.throttles[0]
        monkeypatch.setattr(own, "pause", heard.append)  # only what another process says
        assert len(list(works.map(TEXTS, processes=2, concurrency=4))) == len(TEXTS)
    assert heard
    assert set(heard) == {1.0}
    assert set(told) == {(0, 1.0)}


@pytest.mark.slow
def test_a_killed_run_leaves_no_process_that_goes_on_asking(tmp_path):
    texts, ledger = tmp_path / "texts.json", tmp_path / "l"
    texts.write_text(json.dumps([text(n) for n in range(400)]))
    pids = []

    def kill():
        pids.extend(p.pid for p in others(running.pid))
        running.kill()

    with Shared(kill) as endpoint:
        # A program without a `__main__` guard.
        command = [sys.executable, "-c", SCRIPT, endpoint.url, str(ledger), str(texts)]
        with process(command, stdout=subprocess.PIPE) as running:
            running.stdout.read()
        assert len(pids) == 1
        wait_until(lambda: not psutil.pid_exists(pids[0]))
        held, asked = numbers(ledger), endpoint.asked.copy()
        assert sum(asked.values()) < 400
        with summarizer(endpoint) as works:
            assert len(list(works.map([text(n) for n in range(100)], ledger=ledger))) == 100
        assert all(endpoint.asked[n] == asked[n] for n in held), "recorded, so not asked again"


@pytest.mark.slow
@pytest.mark.parametrize("times", [1, 2])
def test_ctrl_c_finishes_what_every_process_has_under_way_and_twice_drops_it(tmp_path, times):
    news, out, ledger = corpus(tmp_path, 200), tmp_path / "out", tmp_path / "l.sqlite"

    def interrupt():
        if times == 2:
            endpoint.hang = True
        os.killpg(running.pid, signal.SIGINT)

    class Hanging(Shared):
        hang = False

        def next_reply(self, request):
            reply = super().next_reply(request)
            return Reply(answer=ANSWER, delay=60) if self.hang else reply

    with Hanging(interrupt) as endpoint:
        command = [*COMMAND, str(news), "--ledger", str(ledger), "--processes", "2"]
        command += ["--model", "m", "--base-url", endpoint.url, "--concurrency", "4"]
        command += ["--output", str(out)]
        with process(command, process_group=0, stderr=subprocess.PIPE) as running:
            assert "stopping; " in running.stderr.readline()
            left = others(running.pid)
            if times == 2:
                os.killpg(running.pid, signal.SIGINT)
            running.stderr.read()
        assert running.returncode == 130
        assert not [p for p in left if p.is_running() and p.status() != psutil.STATUS_ZOMBIE]
        asked = sum(endpoint.asked.values())
        assert asked < 200
        part = tmp_path / "out.part"
        lines = part.read_text().splitlines() if part.exists() else []
        assert len(lines) == asked if times == 1 else len(lines) < asked


def test_what_does_not_travel_stays_in_one_process_and_says_so_where_more_are_asked_for(endpoint):
    import instructor
    import openai

    from guarantee_summarizer.embedded.loading import load

    class Inner(gs.Summarizer):
        """Cannot be pickled."""

    with openai.OpenAI(base_url=endpoint.url, api_key="k") as raw:
        client = gs.Summarizer("m", client=instructor.from_openai(raw), review=False)
        for works, says in (
            (client, "custom client"),
            (gs.Summarizer(pipeline=load()), "loaded pipeline"),
            (gs.Summarizer("m", base_url=endpoint.url, tracing=True), "tracing"),
            (Inner(), "cannot be pickled"),
        ):
            with pytest.raises(gs.ConfigurationError, match=f"processes=2: .*{says}"):
                works.map([text(0)], processes=2).__next__()
            assert works.run([], processes=None)._crew._most == 1
        assert len(told(client.map([text(n) for n in range(20)]))) == 20
