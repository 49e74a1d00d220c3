"""Transport faults, refusals and bad configuration: one policy, one budget, one clear line."""

from __future__ import annotations

import asyncio
import json
import logging
import traceback

import instructor
import openai
import pytest

import guarantee_summarizer as gs
from guarantee_summarizer.llm.faults import retry_after
from guarantee_summarizer.testing import Reply, ScriptedEndpoint

from .conftest import ANSWER, KEY


def failing(status: int, message: str = "as told", **headers: str) -> Reply:
    body = json.dumps({"error": {"message": message, "code": headers.pop("code", None)}})
    return Reply(
        status=status, body=body, headers={k.replace("_", "-"): v for k, v in headers.items()}
    )


@pytest.mark.parametrize("status", [408, 429, 500, 502, 503, 529])
def test_busy_servers_are_asked_again_within_the_budget(ask, status):
    asked = ask([failing(status, Retry_After="0"), Reply(answer=ANSWER)])
    assert asked.summary.complete
    assert asked.summary.usage.attempts == 2


def test_a_dropped_connection_is_tried_again(ask_whole):
    assert ask_whole([Reply(drop=True), Reply(answer=ANSWER)]).summary.complete


def test_a_stream_that_breaks_keeps_what_was_whole(ask_stream):
    summary = ask_stream([Reply(answer=ANSWER, drop=True)]).summary
    assert not summary.complete
    assert summary.participants


def test_transport_retries_and_re_asks_share_one_budget(ask):
    bad = {**ANSWER, "participants": [{"name": "Nobody"}]}
    replies = [failing(503, Retry_After="0"), Reply(answer=bad)]
    asked = ask(replies, attempts=3)
    assert len(asked.requests) == 3
    assert asked.summary.usage.attempts == 3


def test_a_re_ask_that_fails_leaves_the_answer_before_it(ask):
    bad = {**ANSWER, "participants": [*ANSWER["participants"], {"name": "Nobody"}]}
    summary = ask([Reply(answer=bad), failing(400)]).summary
    assert len(summary.proposals) == 2
    assert [w.claim["name"] for w in summary.withheld] == ["Nobody"]
    assert "re-ask failed" in summary.incomplete[0]


@pytest.mark.parametrize(
    ("reply", "kind", "says"),
    [
        (failing(401), gs.AuthenticationError, "the key was refused (401)"),
        (failing(403), gs.AuthenticationError, "the key was refused (403)"),
        (failing(404), gs.UnknownModelError, "does not know model 'm'"),
        (failing(400, code="model_not_found"), gs.UnknownModelError, "does not know model"),
        (failing(400, "context too long"), gs.BadRequestError, "context too long"),
        (failing(422, "odd"), gs.BadRequestError, "odd"),
        (failing(500, Retry_After="0"), gs.TransportError, "server error 500 after 2 attempts"),
        (failing(429, Retry_After="0"), gs.RateLimitError, "too many requests"),
        (failing(429, code="insufficient_quota"), gs.QuotaError, "is spent (429)"),
        (Reply(refusal="I cannot help."), gs.RefusalError, "I cannot help."),
        (Reply(answer=ANSWER, finish="content_filter"), gs.RefusalError, "content filter"),
        (Reply(body="<html>"), gs.InvalidAnswerError, "answers with an HTML page"),
        (Reply(body='{"id":'), gs.InvalidAnswerError, "cannot be used | no JSON object"),
        (
            Reply(body='{"choices": []}'),
            gs.InvalidAnswerError,
            "answers without choices | ends its stream",
        ),
    ],
)
def test_each_failure_has_its_own_error_with_endpoint_and_remedy(ask, reply, kind, says):
    error = ask([reply], attempts=2).error
    assert type(error) is kind or (kind is gs.ModelError and isinstance(error, kind))
    assert any(words in str(error) for words in says.split(" | "))  # whole, or as a stream
    assert "http://127.0.0.1" in str(error)
    assert "\n" not in str(error)


def test_a_wait_beyond_the_budget_is_not_waited(ask):
    error = ask([failing(429, Retry_After="500")], seconds=5.0).error
    assert isinstance(error, gs.RateLimitError)
    assert error.retry_after == 500
    assert error.attempts == 1


def test_a_slow_server_is_a_timeout(ask):
    error = ask([Reply(answer=ANSWER, delay=0.5)], attempts=1, timeout=0.1).error
    assert isinstance(error, gs.ModelTimeoutError)


@pytest.mark.parametrize("how", ["sync", "async"])
def test_an_address_where_nobody_listens_is_unreachable(article, how):
    summarizer = gs.Summarizer("m", base_url="http://127.0.0.1:9/v1", attempts=1)
    with pytest.raises(gs.UnreachableError, match=r"nobody answers there.*check base_url"):
        asyncio.run(_closed(summarizer, article, how))


async def _closed(summarizer, article, how):
    async with summarizer:
        if how == "sync":
            return summarizer.summarize(article)
        return await summarizer.asummarize(article)


@pytest.mark.parametrize("status", [400, 401, 429, 500])
def test_the_key_never_shows(ask, status, caplog):
    caplog.set_level(logging.DEBUG)
    echo = f"you sent {KEY}"
    asked = ask([failing(status, echo, Retry_After="0")], attempts=2)
    shown = "".join(traceback.format_exception(asked.error)) + repr(asked.error.__dict__)
    assert KEY not in shown
    ours = [r for r in caplog.records if r.name.startswith(("guarantee", "instructor"))]
    assert not [r for r in ours if KEY in r.getMessage()]
    assert KEY not in repr(gs.Summarizer("m", base_url="http://127.0.0.1:9/v1", api_key=KEY))


@pytest.mark.parametrize(
    ("value", "seconds"), [("2", 2.0), ("0.5", 0.5), ("-1", 0.0), ("soon", None), ("", None)]
)
def test_retry_after_is_read_as_seconds(value, seconds):
    error = Exception()
    error.response = type("R", (), {"headers": {"retry-after": value}})()
    assert retry_after(error) == seconds


def test_retry_after_may_be_a_date():
    error = Exception()
    headers = {"retry-after": "Wed, 21 Oct 2015 07:28:00 GMT"}
    error.response = type("R", (), {"headers": headers})()
    assert retry_after(error) == 0.0


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        ({"model": "m"}, "needs a key"),
        ({"model": "m", "base_url": "localhost:1234"}, "has to begin with http"),
        ({"model": "m", "client": object()}, "give an instructor client"),
        ({"model": "m", "api_key": "k", "attempts": 0}, "choose 1 to 20"),
        ({"model": "m", "api_key": "k", "mode": "yaml"}, "choose 'tools' or 'json_schema'"),
        ({"model": "m", "api_key": "k", "timeout": 0}, "above 0"),
        ({"model": "m", "api_key": "k", "language": " "}, "language is empty"),
        ({"model": "m", "api_key": "k", "colour": "red"}, "unknown option 'colour'"),
        ({"base_url": "http://127.0.0.1:9/v1"}, "name the model"),
        ({"language": "Ukrainian"}, "writes English only"),
    ],
)
def test_options_that_cannot_work_are_refused_at_once(arguments, says):
    with pytest.raises(gs.ConfigurationError, match=says):
        gs.Summarizer(**arguments)


def test_a_client_of_the_users_own_is_used_as_it_is(article):
    with ScriptedEndpoint([Reply(answer=ANSWER)]) as endpoint:
        raw = openai.OpenAI(base_url=endpoint.url, api_key=KEY, max_retries=0)
        client = instructor.from_openai(raw, mode=instructor.Mode.JSON_SCHEMA)
        summarizer = gs.Summarizer("m", client=client)
        assert summarizer.summarize(article).proposals
        assert asyncio.run(summarizer.asummarize(article)).proposals
        assert list(summarizer.stream(article))[-1].proposals
        assert "response_format" in endpoint.requests[0]
        raw.close()


def test_an_async_client_of_the_users_own_serves_async_calls_only(article):
    async def run(url):
        async with openai.AsyncOpenAI(base_url=url, api_key=KEY, max_retries=0) as raw:
            summarizer = gs.Summarizer("m", client=instructor.from_openai(raw))
            with pytest.raises(gs.ConfigurationError, match="use asummarize"):
                summarizer.summarize(article)
            return await summarizer.asummarize(article)

    with ScriptedEndpoint([Reply(answer=ANSWER)]) as endpoint:
        assert asyncio.run(run(endpoint.url)).proposals


def test_one_summarizer_serves_several_event_loops_and_threads(article):
    with ScriptedEndpoint([Reply(answer=ANSWER)]) as endpoint:
        summarizer = gs.Summarizer("m", base_url=endpoint.url, api_key=KEY, review=False)

        async def both():
            async with summarizer:
                return await asyncio.gather(*(summarizer.asummarize(article) for _ in range(8)))

        for _ in range(2):
            assert all(s.proposals for s in asyncio.run(both()))
        assert len(endpoint.requests) == 16


def test_another_language_is_asked_for_outside_of_the_static_part(ask):
    english = ask([Reply(answer=ANSWER)])
    other = ask([Reply(answer=ANSWER)], language="Ukrainian")
    first, second = (a.requests[0]["messages"] for a in (english, other))
    assert first[0] == second[0]
    assert "in Ukrainian" in second[1]["content"]
