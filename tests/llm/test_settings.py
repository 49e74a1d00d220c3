"""Settings that users give: what is sent, what is refused, and what of it makes another key."""

from __future__ import annotations

import asyncio
import json

import httpx2
import instructor
import openai
import pytest

import guarantee_summarizer as gs
from guarantee_summarizer.llm.proxies import proxy_of
from guarantee_summarizer.llm.transport import AsyncHttpClient, HttpClient
from guarantee_summarizer.testing import Reply, ScriptedEndpoint

from .conftest import ANSWER, KEY, TEXT, WAYS, _asked

PLACE = {"model": "m", "base_url": "http://127.0.0.1:9/v1"}


def test_settings_are_sent_as_they_are_in_every_request(ask):
    settings = {"temperature": 0, "top_k": 5, "reasoning_effort": "low", "guided": {"a": [1]}}
    asked = ask([Reply(answer=ANSWER)], request=settings, max_tokens=700, review=True)
    assert len(asked.requests) == 2
    for request in asked.requests:
        assert request | settings | {"max_tokens": 700} == request


def test_without_settings_a_request_is_what_it_always_was(ask_whole):
    (request,) = ask_whole([Reply(answer=ANSWER)]).requests
    assert request.keys() == {"model", "messages", "tools", "tool_choice"}


@pytest.mark.parametrize("way", ["summarize", "stream"])
def test_openais_client_of_ones_own_takes_every_setting_too(article, way):
    """Its methods know OpenAI's settings alone; a server behind it may take others."""
    with ScriptedEndpoint([Reply(answer=ANSWER)]) as endpoint:
        with openai.OpenAI(base_url=endpoint.url, api_key=KEY) as raw:
            client = instructor.from_openai(raw, extra_body={"mine": 1})
            settings = {"top_k": 5, "temperature": 0}
            summarizer = gs.Summarizer(
                "m", client=client, request=settings, max_tokens=700, review=False
            )
            assert asyncio.run(_asked(summarizer, way, article))[-1].complete
        (request,) = endpoint.requests
    assert request | settings | {"max_tokens": 700, "mine": 1} == request


def test_openais_client_of_ones_own_learns_the_name_of_the_limit(article):
    told = "Unsupported parameter: 'max_tokens'. Use 'max_completion_tokens' instead."
    refusal = Reply(status=400, body=json.dumps({"error": {"message": told}}))
    with ScriptedEndpoint([refusal, Reply(answer=ANSWER)]) as endpoint:
        with openai.OpenAI(base_url=endpoint.url, api_key=KEY, max_retries=0) as raw:
            client = instructor.from_openai(raw)
            gs.summarize(article, "m", client=client, max_tokens=700, review=False)
        assert endpoint.requests[0]["max_tokens"] == 700
        assert endpoint.requests[1]["max_completion_tokens"] == 700


def test_a_reviewer_elsewhere_gets_no_settings_that_are_not_meant_for_it(article):
    with ScriptedEndpoint([Reply(answer={"verdicts": []})]) as other:
        reader = gs.Endpoint(model="r", base_url=other.url)
        with ScriptedEndpoint([Reply(answer=ANSWER)]) as endpoint:
            gs.summarize(article, "m", base_url=endpoint.url, request={"top_k": 5}, review=reader)
        assert "top_k" in endpoint.requests[0]
        assert "top_k" not in other.requests[0]


def test_a_body_for_a_batch_has_the_settings_too(article):
    summarizer = gs.Summarizer(**PLACE, request={"seed": 7}, max_tokens=900)
    body = summarizer.request(article)
    assert (body["seed"], body["max_tokens"]) == (7, 900)


def test_openai_itself_gets_the_name_that_its_newer_models_take(article):
    body = gs.Summarizer("m", api_key=KEY, max_tokens=900).request(article)
    assert body["max_completion_tokens"] == 900
    assert "max_tokens" not in body


@pytest.mark.parametrize("options", [{"request": {"seed": 7}}, {"max_tokens": 900}])
def test_a_setting_is_another_key_and_none_is_the_key_of_before(article, options):
    plain = gs.Summarizer(**PLACE)
    assert gs.Summarizer(**PLACE, **options).key(article) != plain.key(article)
    assert gs.Summarizer(**PLACE, request={}, max_tokens=None).key(article) == plain.key(article)


def test_settings_come_back_from_a_ledger():
    summarizer = gs.Summarizer(**PLACE, request={"seed": 7}, max_tokens=900)
    again = gs.Summarizer(**json.loads(json.dumps(summarizer.settings)))
    assert again.options == summarizer.options


@pytest.mark.parametrize(
    ("options", "says"),
    [
        *(
            ({"request": {name: 1}}, f"{name!r} cannot be set here")
            for name in ("messages", "model", "tools", "tool_choice", "response_format", "stream",
                         "stream_options", "n", "timeout", "extra_body", "extra_headers")
        ),
        ({"request": {"max_tokens": 1}}, "give max_tokens="),
        ({"request": ["seed"]}, "has to map names"),
        ({"request": {1: 2}}, "has to map names"),
        ({"request": {"seed": object()}}, "cannot be sent as JSON"),
        ({"request": {"temperature": float("nan")}}, "cannot be sent as JSON"),
        ({"max_tokens": 0}, "above 0"),
    ],
)  # fmt: skip
def test_settings_that_cannot_work_are_refused_at_once(options, says):
    with pytest.raises(gs.ConfigurationError, match=says):
        gs.Summarizer(**PLACE, **options)


def test_the_embedded_extractor_takes_no_settings_of_requests():
    with pytest.raises(gs.ConfigurationError, match="name a model"):
        gs.Summarizer(request={"seed": 7})


@pytest.mark.parametrize(
    "around", [f"{KEY}\n", f"  {KEY}\t", f"“{KEY}”", f"'{KEY}'", f'"{KEY}"\r\n', f"\ufeff{KEY}"]
)
def test_what_stands_around_a_key_is_taken_off(article, monkeypatch, around):
    assert gs.Endpoint(model="m", api_key=around).key == KEY
    monkeypatch.setenv("OPENAI_API_KEY", around)
    assert gs.Endpoint(model="m").key == KEY


@pytest.mark.parametrize("inside", ["\n", " ", "“", "é", "\u200b", "\x00"])
@pytest.mark.parametrize("source", ["api_key=", "OPENAI_API_KEY"])
def test_a_key_with_a_character_that_no_key_has_is_named_and_not_shown(monkeypatch, inside, source):
    key = f"{KEY[:20]}{inside}{KEY[20:]}"
    given = {"api_key": key} if source == "api_key=" else {}
    if not given and inside != "\x00":  # no environment holds a NUL
        monkeypatch.setenv("OPENAI_API_KEY", key)
    elif not given:
        pytest.skip("no environment holds a NUL")
    with pytest.raises(gs.ConfigurationError, match=source) as raised:
        gs.Summarizer(**PLACE, **given)
    assert KEY[:8] not in str(raised.value)
    assert KEY[-8:] not in str(raised.value)


def test_an_address_from_the_environment_is_checked_too(monkeypatch):
    monkeypatch.setenv("OPENAI_BASE_URL", "localhost:11434/v1")
    with pytest.raises(gs.ConfigurationError, match="OPENAI_BASE_URL='localhost"):
        gs.Summarizer("m")


@pytest.mark.parametrize(
    ("name", "value", "kind", "says"),
    [
        ("ALL_PROXY", "socks5://me:secret@127.0.0.1:9", gs.ConfigurationError,
         r"127\.0\.0\.1:9 needs a package \(socksio\): pip install 'httpx2\[socks\]'"),
        ("ALL_PROXY", "gopher://127.0.0.1:9", gs.ConfigurationError, "check base_url, HTTP_PROXY"),
        ("HTTP_PROXY", "http://me:secret@127.0.0.1:9", gs.UnreachableError,
         r"through the proxy 127\.0\.0\.1:9, .*check the proxy, NO_PROXY and base_url"),
        ("SSL_CERT_FILE", "/nonexistent/ca.pem", gs.ConfigurationError,
         "SSL_CERT_FILE=/nonexistent/ca.pem: cannot be read"),
    ],
)  # fmt: skip
def test_the_environment_that_keeps_a_request_back_is_named(monkeypatch, name, value, kind, says):
    monkeypatch.delenv("SSL_CERT_FILE", raising=False)
    monkeypatch.delenv("SSL_CERT_DIR", raising=False)
    if name == "SSL_CERT_FILE":
        monkeypatch.setattr("ssl.SSLContext.load_verify_locations", _missing)
    monkeypatch.setenv(name, value)
    with pytest.raises(kind, match=says) as raised:
        gs.Summarizer("m", base_url="http://model.invalid/v1", attempts=1).summarize(TEXT)
    error = raised.value
    assert type(error) is kind
    assert "secret" not in str(error)


LOCAL = ("127.0.0.1", "localhost", "127.1", "LOCALHOST.", "[::1]", "[::ffff:127.0.0.1]", "[::]")


@pytest.mark.parametrize("host", LOCAL)
@pytest.mark.parametrize("name", ["HTTP_PROXY", "http_proxy", "HTTPS_PROXY", "ALL_PROXY"])
@pytest.mark.parametrize("secure", ["", "s"])
def test_no_proxy_stands_before_this_machine(monkeypatch, host, name, secure):
    """An address of this machine has no proxy, whatever the environment says; others have."""
    monkeypatch.setenv(name, "http://127.0.0.1:9")
    url = f"http{secure}://{host}:8000/v1"
    assert proxy_of(url) is None
    for client in (HttpClient(url), AsyncHttpClient(url)):
        assert client._transport_for_url(httpx2.URL(url)) is client._transport
        assert client._transport._pool.__class__.__name__.endswith("ConnectionPool")
    if name.lower().removesuffix("_proxy") in (f"http{secure}", "all"):
        other = f"http{secure}://model.invalid/v1"
        assert proxy_of(other) == "http://127.0.0.1:9"
        client = HttpClient(other)
        assert client._transport_for_url(httpx2.URL(other)) is not client._transport


@pytest.mark.parametrize("way", WAYS)
@pytest.mark.parametrize("name", ["HTTP_PROXY", "ALL_PROXY"])
def test_a_local_model_gets_the_article_past_the_proxy(monkeypatch, way, name):
    """The text goes to the server on this machine alone, in every way to ask."""
    with ScriptedEndpoint([Reply(answer=ANSWER)]) as thief:
        monkeypatch.setenv(name, thief.url.removesuffix("/v1"))
        with ScriptedEndpoint([Reply(answer=ANSWER)]) as local:
            asyncio.run(_asked(gs.Summarizer("m", base_url=local.url, review=False), way, TEXT))
    assert (len(thief.requests), len(local.requests)) == (0, 1)


def test_a_proxy_that_needs_a_package_keeps_no_local_model_back(monkeypatch):
    """A SOCKS proxy without its package is no matter of a server on this machine."""
    monkeypatch.setenv("ALL_PROXY", "socks5://127.0.0.1:9")
    with ScriptedEndpoint([Reply(answer=ANSWER)]) as local:
        assert gs.Summarizer("m", base_url=local.url, review=False).summarize(TEXT).relevant


def _missing(*_: object, **__: object) -> None:
    raise FileNotFoundError(2, "No such file or directory")
