"""The throttle: limits are kept, a 429 slows everybody, an endpoint that is down is left alone."""

from __future__ import annotations

import contextlib
import threading

import pytest

import guarantee_summarizer as gs
from guarantee_summarizer.llm.throttle import Throttle
from guarantee_summarizer.testing import Reply, ScriptedEndpoint

from .conftest import ANSWER, KEY


class Clock:
    """A clock that is set by hand."""

    def __init__(self) -> None:
        self.now = 1000.0

    def __call__(self) -> float:
        return self.now


class Answered(Exception):  # noqa: N818  (stands for a provider's error)
    def __init__(self, status: int, wait: str | None = None) -> None:
        self.status_code = status
        self.response = type("R", (), {"headers": {"retry-after": wait} if wait else {}})()


@pytest.fixture
def clock():
    return Clock()


def sent(throttle: Throttle, clock: Clock, seconds: float, tokens: int = 0) -> int:
    """How many requests get through in that time, each answered at once."""
    count, end = 0, clock.now + seconds
    while clock.now < end:
        wait = throttle.reserve(tokens)
        if wait > 0:
            clock.now += max(wait, 0.001)
            continue
        count += 1
        with throttle.watching():
            pass
    return count


def ends(throttle: Throttle, error: Exception | None = None) -> None:
    with contextlib.suppress(Answered), throttle.watching():
        if error:
            raise error


@pytest.mark.parametrize("limit", [6, 60, 600, 6000])
def test_no_more_requests_go_out_than_a_minute_allows(clock, limit):
    throttle = Throttle(requests_per_minute=limit, clock=clock)
    assert limit * 0.95 <= sent(throttle, clock, 60) <= limit * 1.1 + 2
    assert limit * 0.95 <= sent(throttle, clock, 60) <= limit * 1.02 + 1


@pytest.mark.parametrize("tokens", [10, 500, 4000])
def test_no_more_tokens_go_out_than_a_minute_allows(clock, tokens):
    throttle = Throttle(tokens_per_minute=60_000, clock=clock)
    sent(throttle, clock, 60, tokens)
    assert 54_000 <= sent(throttle, clock, 60, tokens) * tokens <= 66_000


def test_tokens_that_were_estimated_too_low_are_paid_back(clock):
    throttle = Throttle(tokens_per_minute=6000, clock=clock)
    assert throttle.reserve(100) == 0
    ends(throttle)
    throttle.settle(100, 1100)
    assert throttle.reserve(100) == pytest.approx(6, abs=0.1)


def test_one_429_stops_everybody_for_as_long_as_it_asks(clock):
    throttle = Throttle(clock=clock)
    assert [throttle.reserve(0) for _ in range(10)] == [0.0] * 10
    ends(throttle, Answered(429, "7"))
    assert throttle.reserve(0) == pytest.approx(7)
    clock.now += 6.9
    assert throttle.reserve(0) > 0
    clock.now += 0.2
    for _ in range(9):
        ends(throttle)
    assert throttle.reserve(0) == 0


def test_after_a_429_fewer_requests_are_under_way_and_answers_bring_them_back(clock):
    throttle = Throttle(clock=clock)
    for _ in range(10):
        throttle.reserve(0)
    for _ in range(10):  # ten at once are one sign, not ten
        ends(throttle, Answered(429, "0.1"))
    assert 6 < throttle.most < 8
    clock.now += 1
    assert [throttle.reserve(0) == 0 for _ in range(9)].count(True) == 7
    for _ in range(7):
        ends(throttle)
    assert throttle.most > 7.5


def test_a_429_without_a_time_waits_longer_each_time(clock):
    throttle, waits = Throttle(clock=clock), []
    for _ in range(8):
        while wait := throttle.reserve(0):
            clock.now += wait
        ends(throttle, Answered(429))
        waits.append(throttle.reserve(0))
    assert waits == sorted(waits)
    assert waits[0] == pytest.approx(0.5)
    assert waits[-1] == pytest.approx(15)


def test_an_endpoint_that_is_down_is_tried_by_one_at_a_time_until_it_is_up(clock):
    throttle = Throttle(clock=clock)
    for _ in range(8):
        assert throttle.reserve(0) == 0
        ends(throttle, Answered(500))
    assert throttle.reserve(0) > 0
    clock.now += 1
    assert throttle.reserve(0) == 0
    assert throttle.reserve(0) > 0, "the second has to wait for what comes of the first"
    ends(throttle, Answered(502))
    assert throttle.reserve(0) > 0
    clock.now += 2
    assert throttle.reserve(0) == 0
    ends(throttle)
    assert [throttle.reserve(0) for _ in range(20)] == [0.0] * 20


def test_answers_that_are_refused_for_their_content_say_that_the_endpoint_is_up(clock):
    throttle = Throttle(clock=clock)
    for _ in range(50):
        assert throttle.reserve(0) == 0
        ends(throttle, Answered(400))


def test_a_used_up_quota_slows_nobody(clock):
    throttle = Throttle(clock=clock)
    error = Answered(429, "60")
    error.code = "insufficient_quota"
    throttle.reserve(0)
    ends(throttle, error)
    assert throttle.reserve(0) == 0


@pytest.mark.slow
def test_threads_of_one_summarizer_share_its_limits(article):
    with ScriptedEndpoint([Reply(answer=ANSWER)]) as endpoint:
        summarizer = gs.Summarizer(
            "m", base_url=endpoint.url, api_key=KEY, requests_per_minute=1, seconds=2.0
        )
        summarizer.summarize(article)
        outcomes = []

        def run():
            try:
                summarizer.summarize(article)
            except gs.RateLimitError:
                outcomes.append("late")

        threads = [threading.Thread(target=run) for _ in range(12)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        summarizer.close()
    assert outcomes == ["late"] * 12
    assert len(endpoint.requests) == 1


def test_each_request_charges_the_limits_with_its_own_tokens_only(article, answer, monkeypatch):
    charged = []
    monkeypatch.setattr(Throttle, "settle", lambda _, __, used: charged.append(used))
    answer["proposals"][1]["title"] = "4,000 soldiers in Norvia"
    replies = [Reply(answer=answer, tokens=(4000, 400)), Reply(answer={}, tokens=(150, 50))]
    with ScriptedEndpoint(replies) as endpoint:
        summarizer = gs.Summarizer("m", base_url=endpoint.url, tokens_per_minute=1e6, attempts=2)
        usage = summarizer.summarize(article).usage
    assert charged == [4400, 200]
    assert sum(charged) == usage.tokens
