"""The clients of providers, from their own packages, against a double that speaks each one's form."""

from __future__ import annotations

import asyncio
import gc
import json
import logging
from contextlib import asynccontextmanager

import instructor
import pytest

import guarantee_summarizer as gs
from guarantee_summarizer import endpoints
from guarantee_summarizer.llm.clients import Clients, _closable
from guarantee_summarizer.llm.messages import Completion
from guarantee_summarizer.llm.responses import regular
from guarantee_summarizer.testing import Handler, OnLoopback, Reply
from tests.llm.conftest import ANSWER, TEXT, _asked

KEY = "made-up-key-1234567890"


class _Handler(Handler):
    def answer(self, body: bytes) -> None:
        request = json.loads(body or b"{}")
        self.double.requests.append((self.path, request))
        reply = self.double.failures.pop() if self.double.failures else Reply()
        text = reply.body or json.dumps(self.double.form(request))
        self.send_reply(reply, text.encode())


class Double(OnLoopback):
    """An endpoint that answers each request in the form of one provider."""

    def __init__(self, form, failures=()) -> None:
        self.form, self.requests, self.failures = form, [], list(failures)
        super().__init__(_Handler)

    @property
    def root(self) -> str:
        return self.url.removesuffix("/v1")


def said(request) -> dict:
    """The answer, or the review if that is what was asked for."""
    return {"verdicts": []} if "verdicts" in json.dumps(request.get("tools", request)) else ANSWER


def anthropic_form(request) -> dict:
    tool = request["tools"][0]["name"]
    call = {"type": "tool_use", "id": "t1", "name": tool, "input": said(request)}
    usage = {"input_tokens": 8, "output_tokens": 7, "cache_read_input_tokens": 3}
    return {
        "id": "m", "type": "message", "role": "assistant", "model": "told", "content": [call],
        "stop_reason": "tool_use", "usage": usage,
    }  # fmt: skip


def openai_form(request) -> dict:
    name = request["tools"][0]["function"]["name"]
    function = {"name": name, "arguments": json.dumps(said(request))}
    call = {"id": "c", "type": "function", "function": function}
    message = {"role": "assistant", "content": None, "tool_calls": [call]}
    choice = {"index": 0, "finish_reason": "tool_calls", "message": message}
    usage = {
        "prompt_tokens": 11, "completion_tokens": 7, "total_tokens": 18,
        "prompt_tokens_details": {"cached_tokens": 3},
    }  # fmt: skip
    return {
        "id": "x", "object": "chat.completion", "created": 0, "model": "told",
        "choices": [choice], "usage": usage,
    }  # fmt: skip


def google_form(request) -> dict:
    name = request["tools"][0]["functionDeclarations"][0]["name"]
    call = {"functionCall": {"name": name, "args": said(request)}}
    thought = {"text": "{ let me see", "thought": True}
    candidate = {"content": {"role": "model", "parts": [thought, call]}, "finishReason": "STOP"}
    usage = {
        "promptTokenCount": 11, "candidatesTokenCount": 5, "thoughtsTokenCount": 2,
        "totalTokenCount": 18, "cachedContentTokenCount": 3,
    }  # fmt: skip
    return {"candidates": [candidate], "usageMetadata": usage, "modelVersion": "told"}


def cohere_form(request) -> dict:
    content = [{"type": "text", "text": json.dumps(said(request))}]
    usage = {"tokens": {"input_tokens": 11, "output_tokens": 7}}
    message = {"role": "assistant", "content": content}
    return {"id": "x", "finish_reason": "COMPLETE", "message": message, "usage": usage}


def _bedrock_tool(request) -> str:
    """The tool that Converse is told of; `Summary` of another request."""
    tools = request.get("toolConfig", {}).get("tools", [{"toolSpec": {"name": "Summary"}}])
    return tools[0]["toolSpec"]["name"]


def bedrock_form(request) -> dict:
    call = {"toolUse": {"toolUseId": "t", "name": _bedrock_tool(request), "input": said(request)}}
    return {
        "output": {"message": {"role": "assistant", "content": [call]}},
        "stopReason": "tool_use",
        "usage": {"inputTokens": 11, "outputTokens": 7, "totalTokens": 18},
    }


def of_anthropic(root, *, use_async):
    anthropic = pytest.importorskip("anthropic")
    kind = anthropic.AsyncAnthropic if use_async else anthropic.Anthropic
    return instructor.from_anthropic(kind(api_key=KEY, base_url=root, max_retries=0))


def of_groq(root, *, use_async):
    groq = pytest.importorskip("groq")
    kind = groq.AsyncGroq if use_async else groq.Groq
    return instructor.from_groq(kind(api_key=KEY, base_url=root, max_retries=0))


def of_mistral(root, *, use_async):
    mistral = pytest.importorskip("mistralai.client")
    client = mistral.Mistral(api_key=KEY, server_url=root)
    return instructor.from_mistral(client, use_async=use_async)


def of_google(root, *, use_async):
    genai = pytest.importorskip("google.genai")
    pytest.importorskip("jsonref")
    client = genai.Client(api_key=KEY, http_options={"base_url": root})
    return instructor.from_genai(client, use_async=use_async)


def of_cohere(root, *, use_async):
    cohere = pytest.importorskip("cohere")
    kind = cohere.AsyncClientV2 if use_async else cohere.ClientV2
    return instructor.from_cohere(kind(api_key=KEY, base_url=root))


PROVIDERS = {
    "anthropic": (of_anthropic, anthropic_form, 3),
    "groq": (of_groq, openai_form, 3),
    "mistral": (of_mistral, openai_form, 3),
    "google": (of_google, google_form, 3),
    "cohere": (of_cohere, cohere_form, 0),
}
WAYS = ("summarize", "asummarize", "stream", "astream")

pytestmark = [
    pytest.mark.filterwarnings("ignore::DeprecationWarning"),  # of the packages themselves
    pytest.mark.filterwarnings("ignore::ResourceWarning"),  # mistral's client; loops that end
    pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning"),
]


@pytest.fixture(autouse=True)
def _collected():
    """What the packages leave open is collected here, where it is ignored, and not in another test."""
    yield
    gc.collect()


@pytest.fixture(params=PROVIDERS)
def provider(request):
    return request.param


@pytest.fixture
def article():
    return gs.Article.from_text(TEXT, published="2026-01-06", source="norvia.txt")


async def asked(make, article, way):
    """What a summarizer says in one way; `make` builds it from whether its client is async."""
    async with make(use_async=way.startswith("a")) as summarizer, closing(summarizer):
        return (await _asked(summarizer, way, article))[-1]


@asynccontextmanager
async def closing(summarizer):
    """Close a client of one's own after the summarizer, which leaves it open."""
    try:
        yield
    finally:
        for client in _closable(summarizer._configuration.endpoint.client):
            close = getattr(client, "aclose", None) or getattr(client, "close", None)
            if close and asyncio.iscoroutine(done := close()):
                await done


def summarizer_of(provider, double, **options):
    make = PROVIDERS[provider][0]
    return lambda *, use_async: gs.Summarizer(
        "m", client=make(double.root, use_async=use_async), **options
    )


@pytest.mark.parametrize("way", WAYS)
def test_a_custom_client_works_in_all_ways_and_its_usage_is_read(provider, article, way):
    _, form, cached = PROVIDERS[provider]
    with Double(form) as double:
        summary = asyncio.run(asked(summarizer_of(provider, double), article, way))
    assert summary.complete
    assert len(summary.proposals) == 2
    assert summary.provenance.review == "done"
    usage = summary.usage
    assert (usage.input_tokens, usage.output_tokens, usage.attempts) == (22, 14, 2)
    assert usage.cached_tokens == 2 * cached
    assert usage.estimated_tokens == 0


@pytest.mark.parametrize("way", WAYS[:2])
@pytest.mark.parametrize(
    ("status", "kind", "requests"),
    [(401, gs.AuthenticationError, 1), (402, gs.QuotaError, 1), (404, gs.UnknownModelError, 1),
     (400, gs.BadRequestError, 1), (503, gs.TransportError, 2)],
)  # fmt: skip
def test_a_failure_has_its_own_error_whoever_the_provider_is(
    provider, article, way, status, kind, requests
):
    body = json.dumps({"error": {"message": "as told", "code": status}, "message": "as told"})
    failures = [Reply(status=status, body=body)] * 20
    with Double(PROVIDERS[provider][1], failures) as double:
        make = summarizer_of(provider, double, attempts=2)
        with pytest.raises(kind) as raised:
            asyncio.run(asked(make, article, way))
    assert type(raised.value) is kind
    assert KEY not in str(raised.value)
    assert len(double.requests) == requests or provider == "cohere"  # it retries by itself


def test_a_limit_and_settings_reach_the_provider(provider, article):
    with Double(PROVIDERS[provider][1]) as double:
        make = summarizer_of(provider, double, max_tokens=900, request={"temperature": 0.5})
        if provider == "anthropic":  # whose newer clients take none
            with pytest.raises(gs.ConfigurationError, match="takes no temperature; leave it out"):
                asyncio.run(asked(make, article, "summarize"))
            return
        asyncio.run(asked(make, article, "summarize"))
    for _, request in double.requests:
        sent = request.get("generationConfig", request)
        assert 900 in (sent.get("max_tokens"), sent.get("maxOutputTokens"))
        assert sent["temperature"] == 0.5


def test_anthropic_gets_the_limit_that_it_insists_on(article):
    with Double(anthropic_form) as double:
        asyncio.run(asked(summarizer_of("anthropic", double), article, "summarize"))
    assert double.requests[0][1]["max_tokens"] == 8192


@pytest.mark.parametrize("way", WAYS)
def test_anthropic_is_named_by_the_model_alone(monkeypatch, article, way):
    pytest.importorskip("anthropic")
    with Double(anthropic_form) as double:
        monkeypatch.setenv("ANTHROPIC_BASE_URL", double.root)
        monkeypatch.setenv("ANTHROPIC_API_KEY", KEY)
        make = lambda **_: gs.Summarizer("anthropic/claude-x")  # noqa: E731
        summary = asyncio.run(asked(make, article, way))
    assert summary.complete
    path, request = double.requests[0]
    assert path == "/v1/messages"
    assert request["model"] == "claude-x"
    assert request["max_tokens"] == 8192
    assert summary.provenance.model == "told"


@pytest.mark.parametrize("way", WAYS)
def test_google_is_named_by_the_model_alone(monkeypatch, article, way):
    genai = pytest.importorskip("google.genai")
    pytest.importorskip("jsonref")
    with Double(google_form) as double:
        kind, options = genai.Client, {"base_url": double.root}
        monkeypatch.setattr(genai, "Client", lambda **given: kind(**given, http_options=options))
        monkeypatch.setenv("GEMINI_API_KEY", KEY)
        make = lambda **_: gs.Summarizer("google/gemini-x")  # noqa: E731
        summary = asyncio.run(asked(make, article, way))
    assert summary.complete
    assert double.requests[0][0].startswith("/v1beta/models/gemini-x:generateContent")


def at(kind, root):
    """The constructor of a client, at another address."""
    return lambda self, **given: kind.__init__(self, **given, base_url=root)


@pytest.mark.parametrize("way", WAYS)
def test_cohere_is_named_by_the_model_alone(monkeypatch, article, way):
    cohere = pytest.importorskip("cohere")
    with Double(cohere_form) as double:
        for name in ("ClientV2", "AsyncClientV2"):
            kind = getattr(cohere, name)
            monkeypatch.setattr(
                cohere, name, type(name, (kind,), {"__init__": at(kind, double.root)})
            )
        monkeypatch.setenv("CO_API_KEY", KEY)
        make = lambda **_: gs.Summarizer("cohere/command-x")  # noqa: E731
        summary = asyncio.run(asked(make, article, way))
    assert summary.complete
    assert double.requests[0][1]["model"] == "command-x"


@pytest.mark.parametrize("model", ["google/gemini-x", "cohere/command-x", "anthropic/claude-x"])
def test_clients_that_we_open_are_closed_whether_their_package_can_or_not(model):
    for package in ("google.genai", "jsonref", "cohere", "anthropic"):
        pytest.importorskip(package)

    async def opened_and_closed():
        clients = Clients(gs.Endpoint(model=model, api_key=KEY), gs.Options())
        opened = [*_closable(clients.client), *_closable(clients.aclient)]
        clients.close()
        await clients.aclose()
        return opened

    known = [c for c in asyncio.run(opened_and_closed()) if hasattr(c, "is_closed")]
    closed = [c.is_closed() if callable(c.is_closed) else c.is_closed for c in known]
    assert sum(closed) >= 2


@pytest.mark.parametrize("way", WAYS)
def test_bedrock_is_named_by_the_model_alone(monkeypatch, article, way):
    pytest.importorskip("boto3")
    with Double(bedrock_form) as double:
        for name, value in {
            "AWS_ENDPOINT_URL": double.root,
            "AWS_DEFAULT_REGION": "eu-west-1",
            "AWS_ACCESS_KEY_ID": "made-up",
            "AWS_SECRET_ACCESS_KEY": KEY,
        }.items():
            monkeypatch.setenv(name, value)
        make = lambda **_: gs.Summarizer("bedrock/vendor.model-x", max_tokens=900)  # noqa: E731
        summary = asyncio.run(asked(make, article, way))
    assert summary.complete
    path, request = double.requests[0]
    assert path == "/model/vendor.model-x/converse"
    assert request["inferenceConfig"]["maxTokens"] == 900
    assert (summary.usage.input_tokens, summary.usage.output_tokens) == (22, 14)


@pytest.mark.parametrize(
    "name", ["groq", "mistral", "deepseek", "openrouter", "together", "ollama"]
)
@pytest.mark.parametrize("way", WAYS[:2])
def test_compatible_providers_need_no_package(monkeypatch, article, name, way):
    key_name = endpoints._COMPATIBLE[name][1]
    with Double(openai_form) as double:
        monkeypatch.setitem(endpoints._COMPATIBLE, name, (double.url, key_name))
        if key_name:
            monkeypatch.setenv(key_name, KEY)
        monkeypatch.setenv("OPENAI_API_KEY", "another")
        make = lambda **_: gs.Summarizer(f"{name}/vendor/model-x")  # noqa: E731
        summary = asyncio.run(asked(make, article, way))
    assert summary.complete
    assert double.requests[0][1]["model"] == "vendor/model-x"
    assert summary.usage.input_tokens == 22


def test_a_slash_in_the_name_of_a_local_model_is_part_of_the_name(monkeypatch, article):
    with Double(openai_form) as double:
        gs.summarize(article, "google/gemma-3", base_url=double.url)
        monkeypatch.setenv("OPENAI_BASE_URL", double.url)
        gs.summarize(article, "anthropic/claude-x")
    names = [request["model"] for _, request in double.requests]
    assert names == ["google/gemma-3"] * 2 + ["anthropic/claude-x"] * 2


def test_a_prefix_that_is_no_provider_is_part_of_the_name():
    assert gs.Endpoint(model="meta-llama/llama-3", api_key=KEY).name == "meta-llama/llama-3"
    assert gs.Endpoint(model="openai/gpt-4.1", api_key=KEY).name == "gpt-4.1"
    assert gs.Endpoint(model="ft:gpt/", api_key=KEY).provider is None


@pytest.mark.parametrize("provider", ["anthropic", "google", "cohere", "groq", "mistral"])
def test_a_key_that_is_missing_is_named(monkeypatch, provider):
    for name in ("ANTHROPIC", "GOOGLE", "GEMINI", "CO", "COHERE", "GROQ", "MISTRAL"):
        monkeypatch.delenv(f"{name}_API_KEY", raising=False)
    monkeypatch.setenv("OPENAI_API_KEY", "of another provider")
    with pytest.raises(gs.MissingKeyError, match=r"set \w+_API_KEY") as raised:
        gs.Summarizer(f"{provider}/x")
    assert "set OPENAI_API_KEY" not in str(raised.value)


@pytest.mark.parametrize("provider", ["anthropic", "google", "cohere", "bedrock"])
def test_a_package_that_is_missing_is_named_with_its_command(monkeypatch, provider):
    monkeypatch.setattr("importlib.util.find_spec", lambda _: None)
    monkeypatch.setattr(logging, "raiseExceptions", True)
    says = rf"pip install 'guarantee-summarizer\[{provider}\]'"
    with pytest.raises(gs.ConfigurationError, match=says):
        gs.Summarizer(f"{provider}/x", api_key=KEY)


def test_a_reviewer_without_a_provider_is_at_the_same_one(monkeypatch):
    monkeypatch.setenv("GROQ_API_KEY", KEY)
    monkeypatch.setenv("DEEPSEEK_API_KEY", KEY)
    options, here = gs.Options(review="small"), gs.Endpoint(model="groq/large")
    assert options.reviewer(here).model == "groq/small"
    assert options.reviewer(here).is_beside(here)
    other = gs.Options(review="deepseek/chat").reviewer(here)
    assert not other.is_beside(here)


@pytest.mark.parametrize(
    ("form", "cut"),
    [
        (anthropic_form, {"stop_reason": "max_tokens"}),
        (cohere_form, {"finish_reason": "MAX_TOKENS"}),
        (bedrock_form, {"stopReason": "max_tokens"}),
    ],
)
def test_a_response_is_read_without_its_package_too(form, cut):
    request = {"tools": [{"name": "Summary"}]}
    read = Completion.of(regular(form(request)))
    assert json.loads(read.text) == ANSWER
    assert (read.usage.input_tokens, read.usage.output_tokens) == (11, 7)
    assert Completion.of(regular(form(request) | cut)).finish == "length"
