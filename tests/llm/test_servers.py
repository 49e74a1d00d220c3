"""Model servers as they are: errors with status 200, odd shapes, refused settings, lost streams."""

from __future__ import annotations

import asyncio
import json
import logging
import threading
import time

import pytest

import guarantee_summarizer as gs
from guarantee_summarizer.testing import Reply, ScriptedEndpoint, completion

from .conftest import ANSWER, KEY, TEXT

WRITTEN = json.dumps(ANSWER, ensure_ascii=False)
ENDPOINT_LOG = "guarantee_summarizer.endpoint"


def raw(body: str, kind: str = "application/json", **more) -> Reply:
    return Reply(body=body, headers={"Content-Type": kind}, **more)


def answered(message: object, finish: object = "stop", **changed: object) -> Reply:
    """A whole completion with exactly this message; `changed` replaces what stands beside it."""
    whole = completion(Reply(answer=ANSWER), {"model": "m"})
    whole["choices"] = [{"index": 0, "message": message, "finish_reason": finish}]
    return raw(json.dumps(whole | changed))


def said(content: object) -> dict[str, object]:
    return {"role": "assistant", "content": content}


def called(arguments: object) -> dict[str, object]:
    function = {"name": "Summary", "arguments": arguments}
    return said(None) | {"tool_calls": [{"id": "c", "type": "function", "function": function}]}


def chunk(delta: object, finish: object = None) -> dict[str, object]:
    choice = {"index": 0, "delta": delta, "finish_reason": finish}
    return {"id": "x", "object": "chat.completion.chunk", "model": "m", "choices": [choice]}


def streamed(*chunks: object) -> Reply:
    lines = (c if isinstance(c, str) else json.dumps(c) for c in chunks)
    return raw("".join(f"data: {line}\n\n" for line in lines), "text/event-stream")


def refusing(status: int, body: object) -> Reply:
    return raw(json.dumps(body), status=status)


def error(message: str, **more: object) -> dict[str, object]:
    return {"error": {"message": message, **more}}


PARTS = [{"type": "thinking", "thinking": "{"}, {"type": "text", "text": WRITTEN}]

READABLE = {
    "content in parts": answered(said(PARTS)),
    "content as an object": answered(said(ANSWER)),
    "arguments as an object": answered(called(ANSWER), "tool_calls"),
    "a call of the first kind": answered(
        said(None) | {"function_call": {"name": "Summary", "arguments": WRITTEN}}, "function_call"
    ),
    "an odd finish": answered(said(WRITTEN), "eos_token"),
    "a finish that is a number": answered(said(WRITTEN), 5),
    "no finish": answered(said(WRITTEN), None),
    "a model that is a number": answered(said(WRITTEN), model=5),
    "usage as text": answered(said(WRITTEN), usage="many"),
    "no usage": answered(said(WRITTEN), usage=None),
    "negative usage": answered(said(WRITTEN), usage={"prompt_tokens": -5, "completion_tokens": -1}),
    "endless usage": answered(
        said(WRITTEN), usage={"prompt_tokens": 1e30, "completion_tokens": 1e30}
    ),
    "calls that are none": answered(said(WRITTEN) | {"tool_calls": [None]}),
    "calls that are no list": answered(said(WRITTEN) | {"tool_calls": {"a": 1}}),
}

STREAMS = {
    "no delta": streamed({"choices": [{"index": 0}]}, chunk(said(WRITTEN)), chunk({}, "stop")),
    "delta null": streamed(chunk(None), chunk(said(WRITTEN)), chunk({}, "stop")),
    "choices null": streamed({"choices": None}, chunk(said(WRITTEN)), chunk({}, "stop")),
    "choice null": streamed({"choices": [None]}, chunk(said(WRITTEN)), chunk({}, "stop")),
    "chunks that are none": streamed("null", "5", "[]", chunk(said(WRITTEN)), chunk({}, "stop")),
    "arguments as an object": streamed(chunk(called(ANSWER)), chunk({}, "tool_calls")),
    "content in parts": streamed(chunk(said(PARTS)), chunk({}, "stop")),
    "no finish": streamed(chunk(said(WRITTEN))),
    "an odd finish": streamed(chunk(said(WRITTEN)), chunk({}, "eos")),
    "a whole body": answered(said(WRITTEN)),
    "a whole body on lines": raw(json.dumps(json.loads(READABLE["no finish"].body), indent=1)),
    "only comments first": raw(": busy\n\n" + streamed(chunk(said(WRITTEN))).body, "text/plain"),
}

UNREADABLE = {
    "an error with its status": (
        raw(json.dumps(error("upstream is down", code=502))),
        gs.TransportError,
        "server error 502 after 2 attempts: upstream is down",
    ),
    "an error as text": (raw('{"error": "loading"}'), gs.TransportError, "loading"),
    "a spent balance": (
        raw(json.dumps(error("no credits", code=402))), gs.QuotaError, "no credits; top it up",
    ),
    "vLLM's error": (
        raw(json.dumps({"object": "error", "message": "bad", "code": 400})),
        gs.BadRequestError,
        "bad",
    ),
    "an error in the choice": (
        answered({"content": ""}, "error", choices=[{"error": {"message": "hm", "code": 502}, "message": {"content": ""}}]),
        gs.TransportError,
        "hm",
    ),
    "an empty body": (raw(""), gs.InvalidAnswerError, "answers with an empty body | ends its stream"),
    "a page": (
        raw("<html><title>Welcome</title></html>", "text/html"),
        gs.InvalidAnswerError,
        "HTML page ('Welcome'); check the end of base_url",
    ),
    "a page that is called JSON": (raw("<html>"), gs.InvalidAnswerError, "HTML page"),
    "broken JSON": (raw('{"choices": [{'), gs.InvalidAnswerError, "cannot be used | no JSON object"),
    "a deep body": (raw('{"a":' * 100_000), gs.InvalidAnswerError, "cannot be used | no JSON object"),
    "no choices": (answered({}, choices=None), gs.InvalidAnswerError, "answers without choices | ends its stream"),
    "choices of nothing": (answered({}, choices=[None]), gs.InvalidAnswerError, "answers without choices | ends its stream"),
    "no message": (answered(None), gs.InvalidAnswerError, "answers without choices | ends its stream"),
    "no content": (answered(said(5)), gs.InvalidAnswerError, "no answer fitted the schema"),
    "another host": (
        Reply(status=307, body="", headers={"Location": "http://elsewhere.example/v1?k=1"}),
        gs.InvalidAnswerError,
        "redirects (307) to http://elsewhere.example/v1, which is not followed",
    ),
    "a circle": (
        Reply(status=308, body="", headers={"Location": "/v1/chat/completions"}),
        gs.InvalidAnswerError,
        "redirects in a circle",
    ),
}  # fmt: skip


@pytest.fixture(autouse=True)
def _no_waits(monkeypatch):
    """Retries wait for nobody here."""
    monkeypatch.setattr("guarantee_summarizer.llm.faults._BACK_OFF", lambda _: 0.0)


@pytest.mark.parametrize("reply", READABLE.values(), ids=READABLE)
def test_an_odd_answer_is_read(ask, reply):
    summary = ask([reply]).summary
    assert summary.complete
    assert len(summary.proposals) == 2
    assert 0 < summary.usage.tokens < 10_000
    assert isinstance(summary.provenance.model, str)


@pytest.mark.parametrize("reply", STREAMS.values(), ids=STREAMS)
def test_an_odd_stream_is_read(ask_stream, reply):
    summary = ask_stream([reply]).summary
    assert summary.complete
    assert len(summary.proposals) == 2


@pytest.mark.parametrize(("reply", "kind", "says"), UNREADABLE.values(), ids=UNREADABLE)
def test_what_is_no_answer_is_an_error_that_names_the_endpoint(ask, reply, kind, says):
    failure = ask([reply], attempts=2).error
    assert type(failure) is kind
    assert any(words in str(failure) for words in says.split(" | "))  # whole, or as a stream
    assert "http://127.0.0.1" in str(failure)
    assert "\n" not in str(failure)


def test_a_body_that_is_empty_once_is_asked_for_again(ask):
    asked = ask([raw(""), raw("", "text/event-stream"), Reply(answer=ANSWER)])
    assert asked.summary.usage.attempts == 3


def test_a_cut_in_another_servers_words_is_a_cut(ask_whole):
    reply = answered(said(WRITTEN[:900]), "MAX_TOKENS")
    asked = ask_whole([reply])
    assert len(asked.requests) == 1
    assert "output limit" in " ".join(asked.summary.incomplete)


@pytest.mark.parametrize(
    "bad", ['{"id":', error("overloaded", code=503), {"error": "upstream"}], ids=str
)
def test_a_stream_that_fails_later_keeps_what_came_and_says_why(ask_stream, bad):
    asked = ask_stream([streamed(chunk(said(WRITTEN[:1200])), bad)])
    assert asked.summary.proposals
    assert "the stream broke off" in " ".join(asked.summary.incomplete)
    assert len(asked.requests) == 1


def test_a_stream_that_dies_before_its_first_piece_is_asked_for_again(ask_stream):
    asked = ask_stream([streamed(error("busy", code=503)), Reply(answer=ANSWER)])
    assert asked.summary.complete
    assert asked.summary.usage.attempts == 2


def test_a_stream_that_dies_before_anything_is_whole_is_an_error(ask_stream):
    failure = ask_stream([streamed(chunk(said('{"relev')), error("busy", code=503))]).error
    assert isinstance(failure, gs.TransportError)
    assert "busy" in str(failure)


def test_tokens_that_nobody_counted_are_estimated_and_said_to_be(ask, caplog):
    caplog.set_level(logging.WARNING, ENDPOINT_LOG)
    usage = ask([answered(called(WRITTEN), "tool_calls", usage=None)]).summary.usage
    assert usage.estimated_tokens == usage.tokens > 2000
    assert [r.getMessage() for r in caplog.records if "estimates" in r.getMessage()]
    assert ask([Reply(answer=ANSWER)]).summary.usage.estimated_tokens == 0


NO_NAMED = error("Thinking mode does not support this tool_choice")
NO_OBJECT = error(
    "Invalid tool_choice type: 'object'. Supported string values: none, auto, required"
)
NO_TOOLS = error("registry.ollama.ai/library/gemma:2b does not support tools")
NO_FORMAT = error("This response_format type is unavailable now: not supported")
NO_CHAT_FORMAT = {
    "detail": [{"loc": ["body", "type"], "msg": "Input should be 'text' or 'json_object'"}]
}
NO_STREAM_OPTIONS = {"object": "error", "message": {"detail": [{"type": "extra_forbidden", "loc": ["body", "stream_options"], "msg": "Extra inputs are not permitted"}]}}  # fmt: skip


def form(request) -> str:
    """How the schema travelled in a request."""
    if "tools" not in request:
        return request["response_format"]["type"]
    choice = request.get("tool_choice", "free")
    return choice if isinstance(choice, str) else "named"


@pytest.mark.parametrize(
    ("refusals", "mode", "forms"),
    [
        ([(400, NO_OBJECT)], "tools", ["named", "required"]),
        ([(400, NO_NAMED), (400, NO_NAMED)], "tools", ["named", "required", "free"]),
        ([(400, NO_TOOLS)], "tools", ["named", "json_schema"]),
        ([(404, error("No endpoints found that support tool use"))], "tools", ["named", "json_schema"]),
        ([(400, NO_FORMAT)], "json_schema", ["json_schema", "named"]),
        ([(500, NO_CHAT_FORMAT)], "json_schema", ["json_schema", "named"]),
        ([(400, NO_FORMAT), (400, NO_NAMED)], "json_schema", ["json_schema", "named", "required"]),
    ],
)  # fmt: skip
def test_a_refused_form_is_replaced_once_and_remembered(
    ask, refusals, mode, forms, caplog, article
):
    caplog.set_level(logging.WARNING, ENDPOINT_LOG)
    replies = [*(refusing(*refusal) for refusal in refusals), Reply(answer=ANSWER)]
    asked = ask(replies, mode=mode, attempts=1, review=True)
    assert asked.summary.complete
    assert [form(request) for request in asked.requests] == forms
    notes = [r.getMessage() for r in caplog.records if "from now on" in r.getMessage()]
    assert len(notes) == len(refusals)


def test_what_was_learned_is_used_for_the_next_article(article):
    with ScriptedEndpoint([refusing(400, NO_TOOLS), Reply(answer=ANSWER)]) as endpoint:
        with gs.Summarizer("m", base_url=endpoint.url, review=False) as summarizer:
            for _ in range(3):
                assert summarizer.summarize(article).complete
        forms = [form(request) for request in endpoint.requests]
    assert forms == ["named", "json_schema", "json_schema", "json_schema"]


def test_stream_options_that_are_refused_are_left_out(ask_stream):
    asked = ask_stream([refusing(422, NO_STREAM_OPTIONS), Reply(answer=ANSWER)])
    assert asked.summary.complete
    assert ["stream_options" in request for request in asked.requests] == [True, False]


@pytest.mark.parametrize(
    "refusal",
    [
        error("Unsupported parameter: 'max_tokens' is not supported with this model. Use "
              "'max_completion_tokens' instead.", param="max_tokens"),
        {"detail": [{"type": "extra_forbidden", "loc": ["body", "max_tokens"]}]},
    ],
)  # fmt: skip
def test_the_limit_has_the_name_that_the_server_takes(ask, refusal):
    asked = ask([refusing(400, refusal), Reply(answer=ANSWER)], max_tokens=900)
    first, second = asked.requests
    assert first["max_tokens"] == second["max_completion_tokens"] == 900
    assert "max_tokens" not in second


def test_a_limit_that_is_too_large_is_no_matter_of_its_name(ask):
    asked = ask([refusing(400, error("max_tokens is too large: unsupported"))], max_tokens=10**6)
    assert isinstance(asked.error, gs.BadRequestError)
    assert len(asked.requests) == 1


def test_parallel_tool_calls_that_are_refused_are_left_out(ask):
    refusal = refusing(400, error("parallel_tool_calls: unknown field"))
    asked = ask([refusal, Reply(answer=ANSWER)], request={"parallel_tool_calls": False})
    assert ["parallel_tool_calls" in request for request in asked.requests] == [True, False]


def test_a_refused_setting_of_the_users_own_is_named(ask):
    refusal = refusing(400, error("Unsupported value: 'temperature' does not support 0"))
    asked = ask([refusal], request={"temperature": 0})
    assert "leave temperature out of request= (--set)" in str(asked.error)
    assert asked.error.ends_run
    assert len(asked.requests) == 1


def test_a_server_that_refuses_every_form_ends_a_run(ask):
    asked = ask([refusing(400, NO_NAMED)])
    assert isinstance(asked.error, gs.BadRequestError)
    assert "takes the schema in no form" in str(asked.error)
    assert asked.error.ends_run
    assert [form(request) for request in asked.requests] == [
        "named", "required", "free", "json_schema",
    ]  # fmt: skip


def test_a_server_that_ignores_the_tool_is_asked_in_a_form_that_it_may_enforce(ask):
    prose = Reply(answer="I see.", plain=True)
    asked = ask([prose, prose, Reply(answer=ANSWER)])
    assert asked.summary.complete
    assert [form(request) for request in asked.requests] == ["named", "json_schema", "json_schema"]


def test_each_form_is_left_once_so_that_nothing_goes_in_circles(article):
    prose = Reply(answer=ANSWER, plain=True)
    replies = [prose, prose, refusing(400, NO_FORMAT), prose, prose, prose]
    with ScriptedEndpoint(replies) as endpoint:
        with gs.Summarizer("m", base_url=endpoint.url, review=False) as summarizer:
            for _ in range(5):
                assert summarizer.summarize(article).complete
        forms = [form(request) for request in endpoint.requests]
    assert forms == ["named", "json_schema", "json_schema", "required", "required", "required"]


def texts(number: int) -> list[str]:
    return [f"{TEXT}\n\nNote {n} was added by the editor." for n in range(number)]


def outcomes(reply: Reply, number: int = 20, **options) -> tuple[list, int, Exception | None]:
    """What a run over so many articles yields, how often it asked, and how it ended."""
    results, ended = [], None
    with ScriptedEndpoint([reply]) as endpoint:
        summarizer = gs.Summarizer("m", base_url=endpoint.url, api_key=KEY, **options)
        try:
            results.extend(summarizer.map(texts(number), concurrency=1))
        except gs.GuaranteeSummarizerError as failure:
            ended = failure
        return results, len(endpoint.requests), ended


@pytest.mark.parametrize(
    ("reply", "kind", "asked"),
    [
        (refusing(429, error("You exceeded it", code="insufficient_quota")), gs.QuotaError, 1),
        (refusing(402, error("Insufficient Balance")), gs.QuotaError, 1),
        (refusing(400, error("Your credit balance is too low")), gs.QuotaError, 1),
        (refusing(401, error("no")), gs.AuthenticationError, 1),
        (refusing(400, error("API key not valid. Please pass a valid API key.")),
         gs.AuthenticationError, 1),
        (refusing(400, error("Invalid model name passed in model=m")), gs.UnknownModelError, 1),
        (refusing(400, error("The model `m` does not exist")), gs.UnknownModelError, 1),
        (refusing(400, error("Server is pinned to another")), gs.BadRequestError, 5),
        (raw("<html>"), gs.InvalidAnswerError, 5),
    ],
)  # fmt: skip
def test_what_every_article_would_meet_ends_a_run(reply, kind, asked):
    results, requests, ended = outcomes(reply)
    assert type(ended) is kind
    assert requests == asked == len(results)


def test_refusals_that_differ_cost_each_article_alone(article):
    differs = [refusing(400, error(f"{n} tokens are too many")) for n in range(6)]
    with ScriptedEndpoint([*differs, Reply(answer=ANSWER)]) as endpoint:
        summarizer = gs.Summarizer("m", base_url=endpoint.url, review=False)
        results = list(summarizer.map(texts(8), concurrency=1, ordered=True))
    assert [isinstance(r, gs.Summary) for r in results] == [False] * 6 + [True] * 2


TOO_LONG = error(
    "This endpoint's maximum context length is 8192 tokens. However, you requested about 9000 "
    "tokens (8200 of text input, 800 of tool input). Use a shorter text instead.",
    type="invalid_request_error",
)


@pytest.mark.parametrize(
    ("refusal", "options"),
    [
        (error("Failed to call a function. See 'failed_generation' for more details; invalid call.",
               type="invalid_request_error", code="tool_use_failed"), {}),
        (error("Two tools called", type="invalid_request_error", code="invalid_request_error"), {}),
        (TOO_LONG, {}),
        (error("the user message is not well-formed: invalid sign"), {"request": {"user": "desk"}}),
        (error("Invalid max_tokens value, the valid range of max_tokens is [1, 8192]",
               type="invalid_request_error"), {"max_tokens": 9000}),
    ],
    ids=["one failed call", "a type that every refusal has", "too long", "a word", "a range"],
)  # fmt: skip
def test_what_is_no_matter_of_the_form_costs_one_article_and_changes_no_form(
    article, refusal, options
):
    with ScriptedEndpoint([refusing(400, refusal), Reply(answer=ANSWER)]) as endpoint:
        with gs.Summarizer("m", base_url=endpoint.url, review=False, **options) as summarizer:
            with pytest.raises(gs.BadRequestError) as raised:
                summarizer.summarize(article)
            assert summarizer.summarize(article).complete
        first, second = endpoint.requests
    assert not raised.value.ends_run
    assert "leave" not in str(raised.value)
    assert first == second


@pytest.mark.parametrize(
    "body",
    [
        error("Unsupported value", param="top_k"),
        {"detail": [{"type": "extra_forbidden", "loc": ["body", "top_k"], "input": 5}]},
        error("`top_k`: unknown field"),
    ],
)
def test_a_refused_setting_is_known_by_its_quotes_its_param_or_its_place(ask, body):
    asked = ask([refusing(400, body)], request={"top_k": 5})
    assert "leave top_k out of request= (--set)" in str(asked.error)
    assert asked.error.ends_run


def test_a_refusal_after_an_answer_ends_no_run(article):
    refusal = refusing(400, error("Unsupported value: 'temperature' does not support 0"))
    replies = [Reply(answer=ANSWER), refusal, Reply(answer=ANSWER)]
    with ScriptedEndpoint(replies) as endpoint:
        summarizer = gs.Summarizer(
            "m", base_url=endpoint.url, review=False, request={"temperature": 0}
        )
        results = list(summarizer.map(texts(3), concurrency=1, ordered=True))
    assert [isinstance(result, gs.Summary) for result in results] == [True, False, True]


def test_texts_that_are_too_long_never_end_a_run():
    results, requests, ended = outcomes(refusing(400, TOO_LONG), 8)
    assert ended is None
    assert requests == len(results) == 8


@pytest.mark.parametrize(
    "refusal",
    [
        refusing(403, error("Your input was flagged by moderation")),
        refusing(400, error("The response was filtered due to the prompt triggering Azure OpenAI's "
                            "content management policy", code="content_filter")),
    ],
)  # fmt: skip
def test_a_text_that_moderation_stops_costs_that_article_alone(refusal):
    results, requests, ended = outcomes(refusal, 8)
    assert ended is None
    assert requests == 8
    assert all(isinstance(result.error, gs.RefusalError) for result in results)


def test_a_text_that_is_too_long_says_nothing_of_the_form(ask):
    too_long = error(
        "This model's maximum context length is 8192 tokens. Please reduce the length of the "
        "messages or tools instead.", type="invalid_request_error",
    )  # fmt: skip
    asked = ask([refusing(400, too_long)])
    assert isinstance(asked.error, gs.BadRequestError)
    assert "split the article" in str(asked.error)
    assert len(asked.requests) == 1


def test_a_word_that_is_also_a_setting_is_not_blamed(ask):
    refusal = refusing(400, error("invalid message: the user has no turn"))
    asked = ask([refusal], request={"user": "desk"})
    assert "leave user out" not in str(asked.error)
    assert not asked.error.ends_run


def test_a_lasting_server_error_is_told_as_what_it_is_and_ends_a_run(monkeypatch):
    monkeypatch.setattr("guarantee_summarizer.llm.health._PATIENCE", 0.0)
    results, requests, ended = outcomes(refusing(500, error("Input is wrong")), seconds=10.0)
    assert "server error 500" in str(ended)
    assert "Input is wrong" in str(ended)
    assert len(results) < 4
    assert requests < 12


def test_a_refused_form_is_learned_of_the_model_that_refuses_it_alone(article):
    """A reviewer at the same endpoint may take what the first model does not take."""

    class Gateway(ScriptedEndpoint):
        def next_reply(self, request):
            super().next_reply(request)
            if request["model"] == "small":
                choice = request.get("tool_choice")
                answer = {"verdicts": []}
                return refusing(400, NO_NAMED) if isinstance(choice, dict) else Reply(answer=answer)
            return Reply(answer=ANSWER)

    with Gateway([Reply()]) as endpoint:
        with gs.Summarizer("large", base_url=endpoint.url, review="small") as summarizer:
            for _ in range(2):
                assert summarizer.summarize(article).provenance.review == "done"
        asked = [(r["model"], isinstance(r.get("tool_choice"), dict)) for r in endpoint.requests]
    assert asked.count(("large", True)) == 2
    assert asked.count(("small", True)) == 1
    assert ("large", False) not in asked


def test_an_address_where_nobody_ever_answered_is_given_up_soon(article, monkeypatch, caplog):
    """It is mistyped, more likely than not; `seconds` are for a server that is known to be there."""
    monkeypatch.setattr("guarantee_summarizer.llm.health.STARTING", 1.0)
    began = time.monotonic()
    with gs.Summarizer("m", base_url="http://127.0.0.1:9/v1", seconds=110.0) as summarizer:
        with pytest.raises(gs.UnreachableError, match=r"nobody answers there.*check base_url"):
            summarizer.summarize(article)
        with pytest.raises(gs.UnreachableError, match="nobody answers there"):
            list(summarizer.map([article, "Another text of the same kind."]))
    assert time.monotonic() - began < 100.0


def test_a_server_that_has_answered_is_waited_for_as_long_as_there_is_time(article, monkeypatch):
    monkeypatch.setattr("guarantee_summarizer.llm.health.STARTING", 0.0)
    endpoint = ScriptedEndpoint([Reply(answer=ANSWER, headers={"Connection": "close"})])
    address = endpoint._server.server_address
    summarizer = gs.Summarizer("m", base_url=endpoint.url, review=False, attempts=2)
    with endpoint:
        assert summarizer.summarize(article).complete
    again = ScriptedEndpoint([Reply(answer=ANSWER)])
    again._server.server_close()
    restarting = threading.Timer(
        1.0, lambda: (again._server.__init__(address, again._server.RequestHandlerClass),
                      again._thread.start()),
    )  # fmt: skip
    restarting.start()
    assert summarizer.summarize(article).usage.attempts > 1
    restarting.join()
    summarizer.close()
    again._server.shutdown()
    again._server.server_close()


def test_a_server_that_starts_late_is_waited_for(article):
    """A connection that is refused is tried again for a while, whatever `attempts` says."""
    endpoint = ScriptedEndpoint([Reply(answer=ANSWER)])
    address = endpoint._server.server_address
    endpoint._server.server_close()

    async def late():
        await asyncio.sleep(3.0)
        again = ScriptedEndpoint([Reply(answer=ANSWER)])
        again._server.server_close()
        again._server.__init__(address, again._server.RequestHandlerClass)
        return again

    async def both():
        url = f"http://127.0.0.1:{address[1]}/v1"
        async with gs.Summarizer("m", base_url=url, attempts=2, review=False) as summarizer:
            asking = asyncio.create_task(summarizer.asummarize(article))
            with await late():
                return await asking

    summary = asyncio.run(both())
    assert summary.complete
    assert summary.usage.attempts > 2
