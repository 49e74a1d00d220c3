"""Many articles: each gets one outcome, is paid for once, and fails alone."""

from __future__ import annotations

import asyncio
import gc
import itertools
import json
import pickle
import threading
import time

import pytest

import guarantee_summarizer as gs
from guarantee_summarizer.corpus import twins
from guarantee_summarizer.corpus.ledger import Ledger
from guarantee_summarizer.corpus.loops import in_thread
from guarantee_summarizer.corpus.results import Failure, Prices, Status
from guarantee_summarizer.testing import Reply, ScriptedEndpoint

from .conftest import ANSWER, Endpoint, summarizer, text


def told(outcomes) -> list[int]:
    """The numbers of the articles that were summarized."""
    return [
        int(o.article.sentences[-1].text.split()[3])
        for o in outcomes
        if o.article and isinstance(o, gs.Summary)
    ]


def refused(*numbers: int):
    return lambda at, _: Reply(refusal="I cannot help.") if at in numbers else None


@pytest.mark.parametrize("given", [list, iter, tuple])
def test_every_article_has_one_outcome(endpoint, given):
    with summarizer(endpoint) as works:
        outcomes = list(works.map(given([text(n) for n in range(30)]), concurrency=8))
    assert sorted(told(outcomes)) == list(range(30))
    assert set(endpoint.asked.values()) == {1}


def test_texts_records_and_articles_may_be_mixed(endpoint):
    given = [text(0), {"text": text(1), "date": "2026-01-06"}, gs.Article.from_text(text(2))]
    with summarizer(endpoint) as works:
        outcomes = list(works.map(given, ordered=True))
    assert told(outcomes) == [0, 1, 2]
    assert outcomes[1].article.published.year == 2026


def test_results_can_be_had_in_the_order_of_the_articles():
    slow = lambda at, _: Reply(answer=ANSWER, delay=0.2) if at == 0 else None  # noqa: E731
    with Endpoint(slow) as endpoint, summarizer(endpoint) as works:
        texts = [text(n) for n in range(12)]
        assert told(works.map(texts, concurrency=4, ordered=True)) == list(range(12))
        assert told(works.map(texts, concurrency=4))[0] != 0


def test_a_failing_article_costs_only_itself(tmp_path):
    with Endpoint(refused(3)) as endpoint, summarizer(endpoint) as works:
        outcomes = list(works.map([text(n) for n in range(6)] + ["", 7], concurrency=3))
    failures = [o for o in outcomes if isinstance(o, Failure)]
    assert sorted(told(outcomes)) == [0, 1, 2, 4, 5]
    assert {type(f.error) for f in failures} == {gs.RefusalError, gs.ArticleError}
    (declined,) = (f for f in failures if f.article)
    assert declined.article.text == text(3)
    assert declined.error.usage.input_tokens == 100


def test_a_failure_can_end_the_run_instead():
    with Endpoint(refused(3)) as endpoint, summarizer(endpoint) as works:
        results = works.map((text(n) for n in itertools.count()), concurrency=2, failures="raise")
        with pytest.raises(gs.RefusalError):
            list(results)


def test_a_fault_of_the_program_costs_only_its_article(endpoint, monkeypatch):
    with summarizer(endpoint) as works:
        once = works.asummarize

        async def sometimes(article):
            if "report 1 of" in article.text:
                raise ZeroDivisionError("oops")
            return await once(article)

        monkeypatch.setattr(works, "asummarize", sometimes)
        outcomes = list(works.map([text(n) for n in range(3)], ordered=True))
    assert told(outcomes) == [0, 2]
    assert "unexpected ZeroDivisionError: oops" in str(outcomes[1])


def test_no_more_articles_are_under_way_than_asked_for():
    under_way, most, lock = 0, 0, threading.Lock()

    class Watched(Endpoint):
        def next_reply(self, request):
            nonlocal under_way, most
            with lock:
                under_way += 1
                most = max(most, under_way)
            time.sleep(0.02)
            with lock:
                under_way -= 1
            return super().next_reply(request)

    with Watched() as endpoint, summarizer(endpoint) as works:
        list(works.map([text(n) for n in range(40)], concurrency=5))
    assert 2 <= most <= 5


def test_articles_are_pulled_only_as_they_are_needed(endpoint):
    pulled = 0

    def endless():
        nonlocal pulled
        for pulled in itertools.count():
            yield text(pulled)

    with summarizer(endpoint) as works:
        results = works.map(endless(), concurrency=4)
        assert len(list(itertools.islice(results, 10))) == 10
        time.sleep(0.2)
        assert pulled <= 10 + 4 * 4 + 4
        results.close()
        before = pulled
        time.sleep(0.1)
        assert pulled == before


def test_a_run_works_inside_a_running_event_loop(endpoint):
    async def cell():
        return list(works.map([text(n) for n in range(4)]))

    with summarizer(endpoint) as works:
        assert len(asyncio.run(cell())) == 4


def test_articles_may_come_from_an_async_iterator(endpoint):
    async def feed():
        for n in range(5):
            await asyncio.sleep(0)
            yield text(n)

    async def run():
        async with summarizer(endpoint) as works:
            return [outcome async for outcome in works.amap(feed(), ordered=True)]

    assert told(asyncio.run(run())) == list(range(5))


def test_an_iterator_that_breaks_ends_the_run_after_what_it_gave(endpoint):
    def breaks():
        yield text(0)
        yield text(1)
        raise OSError("the disk is gone")

    got = []
    with summarizer(endpoint) as works, pytest.raises(OSError, match="the disk is gone"):
        got.extend(works.map(breaks()))
    assert sorted(told(got)) == [0, 1]


@pytest.mark.parametrize("feed", ["thread", "loop"])
def test_an_iterator_that_breaks_without_a_word_ends_the_run_too(endpoint, feed):
    def breaks():
        yield text(0)
        raise ValueError

    async def breaks_in_the_loop():
        yield text(0)
        raise ValueError

    articles = breaks() if feed == "thread" else breaks_in_the_loop()
    got = []
    with summarizer(endpoint) as works, pytest.raises(ValueError, match=r"^$"):
        got.extend(works.map(articles, concurrency=4))
    assert told(got) == [0]


@pytest.mark.parametrize("kind", [KeyboardInterrupt, SystemExit, GeneratorExit])
@pytest.mark.parametrize("feed", ["thread", "loop"])
def test_an_iterator_may_end_the_program(endpoint, feed, kind):
    """The event loop of the run is not what ends: the caller would wait for it for ever."""

    def ends():
        yield text(0)
        raise kind

    async def ends_in_the_loop():
        yield text(0)
        raise kind

    got = []
    with summarizer(endpoint) as works, pytest.raises(kind):
        got.extend(works.map(ends() if feed == "thread" else ends_in_the_loop()))
    assert told(got) == [0]


def test_a_run_that_is_stopped_without_a_reason_begins_no_further_article(endpoint):
    with summarizer(endpoint) as works:
        run = works.run((text(n) for n in itertools.count()), concurrency=2)
        results = in_thread(run, works.aclose)
        next(results)
        run.stop("")
        assert len(list(results)) < 20
    assert run.stopped == "stopped"


def test_what_the_ledger_holds_is_not_asked_again(endpoint, tmp_path):
    ledger = tmp_path / "run.sqlite"
    texts = [text(n) for n in range(10)]
    with summarizer(endpoint) as works:
        first = list(works.map(texts[:6], ledger=ledger, ordered=True))
        both = list(works.map(texts, ledger=ledger, ordered=True))
    assert both[:6] == first
    assert set(endpoint.asked.values()) == {1}
    with Ledger(ledger) as opened:
        assert [(run.done, run.state) for run in opened.runs()] == [
            (6, "finished"),
            (4, "finished"),
        ]


def test_the_same_article_twice_is_paid_for_once(tmp_path):
    with Endpoint(delay=0.05) as endpoint, summarizer(endpoint) as works:
        outcomes = list(works.map([text(1)] * 8, concurrency=8, ledger=tmp_path / "l"))
        assert len(outcomes) == 8
        assert endpoint.asked == {1: 1}


@pytest.mark.parametrize("options", [{"language": "Polish"}, {"strict": True}, {"coverage": True}])
def test_other_options_are_other_work(endpoint, options):
    article = gs.Article.from_text(text(1))
    with summarizer(endpoint) as works, summarizer(endpoint, **options) as other:
        assert works.key(article) != other.key(article)
        assert works.key(article) == pickle.loads(pickle.dumps(works)).key(article)  # noqa: S301


def test_what_failed_is_done_again_only_if_asked(tmp_path):
    ledger = tmp_path / "run.sqlite"
    once = lambda at, time: Reply(refusal="No.") if at == 2 and time == 1 else None  # noqa: E731
    with Endpoint(once) as endpoint, summarizer(endpoint) as works:
        texts = [text(n) for n in range(4)]
        list(works.map(texts, ledger=ledger))
        again = [o for o in works.map(texts, ledger=ledger) if isinstance(o, Failure)]
        assert type(again[0].error) is gs.RefusalError
        assert endpoint.asked[2] == 1
        assert len(told(works.map(texts, ledger=ledger, retry_failed=True))) == 4
        assert endpoint.asked == {0: 1, 1: 1, 2: 2, 3: 1}


def test_a_run_that_is_left_early_holds_nothing_back_in_the_ledger(tmp_path):
    ledger = tmp_path / "run.sqlite"
    with Endpoint(delay=0.02) as endpoint, summarizer(endpoint) as works:
        texts = [text(n) for n in range(40)]
        for _ in works.map(texts, concurrency=8, ledger=ledger):
            break
        assert len(list(works.map(texts, concurrency=8, ledger=ledger))) == 40
    with Ledger(ledger) as opened:
        assert opened.counts().done == 40
        assert [run.state for run in opened.runs()] == ["stopped", "finished"]


@pytest.mark.parametrize(
    "budget", [{"budget_tokens": 1500}, {"budget_cost": 1500.0, "prices": Prices(1e6, 1e6)}]
)
def test_a_budget_ends_the_run_cleanly_and_it_can_go_on(endpoint, tmp_path, budget):
    ledger, got = tmp_path / "run.sqlite", []
    texts = [text(n) for n in range(40)]
    with summarizer(endpoint) as works:
        with pytest.raises(gs.BudgetSpentError, match="the budget is spent"):
            got.extend(works.map(texts, concurrency=4, ledger=ledger, **budget))
        assert 10 <= len(got) <= 14
        assert len(list(works.map(texts, ledger=ledger))) == 40
    assert set(endpoint.asked.values()) == {1}


def test_what_would_fail_for_every_article_ends_the_run_and_is_no_failure_of_one(tmp_path):
    body = json.dumps({"error": {"message": "bad key"}})
    with (
        ScriptedEndpoint([Reply(status=401, body=body)]) as endpoint,
        summarizer(endpoint) as works,
    ):
        with pytest.raises(gs.AuthenticationError):
            list(works.map([text(n) for n in range(500)], ledger=tmp_path / "l", concurrency=4))
        assert len(endpoint.requests) < 50
    with Ledger(tmp_path / "l") as opened:
        assert opened.counts() == (0, 0)
        assert opened.runs()[0].state == "failed"


def test_progress_tells_counts_cost_and_time_left(tmp_path):
    seen: list[Status] = []
    with Endpoint(refused(1)) as endpoint, summarizer(endpoint) as works:
        list(works.map([text(0)], ledger=tmp_path / "l"))
        texts = [text(n) for n in range(5)]
        list(works.map(texts, ledger=tmp_path / "l", prices=Prices(2.0, 8.0), progress=seen.append))
    last = seen[-1]
    assert (last.done, last.failed, last.reused, last.total) == (3, 1, 1, 5)
    assert last.usage.input_tokens == 400
    assert last.cost == pytest.approx((400 * 2 + 200 * 8) / 1e6)
    assert last.left == 0
    assert "3 done, 1 failed, 1 reused" in str(last)


def test_a_bar_is_drawn_on_standard_error_alone(endpoint, capsys):
    with summarizer(endpoint) as works:
        list(works.map([text(n) for n in range(3)], progress=True))
    assert capsys.readouterr().out == ""


@pytest.mark.parametrize(
    ("options", "says"),
    [
        ({"concurrency": 0}, "choose 1 to 1000"),
        ({"failures": "ignore"}, "choose 'return' or 'raise'"),
        ({"budget_cost": 5.0}, "needs prices"),
    ],
)
def test_options_that_cannot_work_are_refused_at_once(endpoint, options, says):
    with pytest.raises(gs.ConfigurationError, match=says):
        summarizer(endpoint).run([], **options)


def test_a_summarizer_is_a_plain_callable_that_travels_without_its_key(endpoint, monkeypatch):
    with summarizer(endpoint) as works:
        frozen = pickle.dumps(works)
        assert b"sk-made-up" not in frozen
        monkeypatch.setenv("OPENAI_API_KEY", "k")
        with pickle.loads(frozen) as thawed:  # noqa: S301
            assert thawed({"text": text(4)}).proposals
            assert thawed.options == works.options


def test_a_client_of_ones_own_does_not_travel(endpoint):
    import instructor
    import openai

    with openai.OpenAI(base_url=endpoint.url, api_key="k") as raw:
        works = gs.Summarizer("m", client=instructor.from_openai(raw))
        outcomes = list(works.map([text(n) for n in range(20)], concurrency=20))
        assert len(told(outcomes)) == 20
        with pytest.raises(gs.ConfigurationError, match="cannot be pickled"):
            pickle.dumps(works)


def test_the_embedded_extractor_reads_corpora_too(tmp_path):
    with gs.Summarizer() as works:
        outcomes = list(works.map([text(n) for n in range(5)], ledger=tmp_path / "l"))
        assert len(told(outcomes)) == 5
        assert list(map(type, works.map([text(0)], ledger=tmp_path / "l"))) == [gs.Summary]


def test_a_progress_function_that_fails_ends_the_run_and_no_worker_goes_on(tmp_path):
    def fails(status: Status) -> None:
        raise RuntimeError(f"cannot show {status.seen}")

    texts = [text(n) for n in range(8)]
    with Endpoint(delay=0.1) as endpoint, summarizer(endpoint) as works:
        with pytest.raises(RuntimeError, match="cannot show 1"):
            list(works.map(texts, concurrency=4, ledger=tmp_path / "l", progress=fails))
        asked = sum(endpoint.asked.values())
        time.sleep(0.3)
        assert sum(endpoint.asked.values()) == asked
        assert len(list(works.map(texts, ledger=tmp_path / "l"))) == 8


def test_a_failure_that_only_has_a_number_is_told_and_not_recorded(endpoint, tmp_path):
    """In the next run another article has that number."""
    with summarizer(endpoint) as works:
        outcomes = list(works.map([text(0), ""], ledger=tmp_path / "l", ordered=True))
    assert isinstance(outcomes[1], Failure)
    assert outcomes[1].source == "article 2"
    with Ledger(tmp_path / "l") as ledger:
        assert ledger.counts() == (1, 0)


def test_places_of_articles_are_remembered_up_to_a_number_and_only_where_they_are_places(
    endpoint, monkeypatch
):
    monkeypatch.setattr(twins, "_REMEMBERED", 2)
    articles = [gs.Article.from_text(text(n), source=f"{n}.txt") for n in (0, 0, 1, 2, 2, 0)]
    with summarizer(endpoint) as works:
        running = works.run([*articles, text(1), text(1)], ordered=True, concurrency=1)
        results = list(in_thread(running, works.aclose))
    warnings = [result.summary.article.warnings for result in results]
    twin = "is the same article as {}.txt"
    assert warnings == [(), (twin.format(0),), (), (), (twin.format(2),), (), (), ()]
    assert len(running._twins) == 2


def test_a_run_leaves_the_garbage_collector_of_the_program_alone():
    """Only processes of our own freeze what they have loaded."""
    before = gc.isenabled(), gc.get_threshold(), gc.get_freeze_count()
    with gs.Summarizer() as works:
        assert all(isinstance(o, gs.Summary) for o in works.map(["France will help Ukraine."] * 2))
    assert (gc.isenabled(), gc.get_threshold(), gc.get_freeze_count()) == before
