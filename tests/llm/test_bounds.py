"""Requests end in time and answers have a size, whatever the server does; the key stays."""

from __future__ import annotations

import asyncio
import gzip
import json
import socket
import threading
import time
import zlib
from collections.abc import Iterator
from contextlib import contextmanager

import httpx2
import instructor
import openai
import pytest

import guarantee_summarizer as gs
from guarantee_summarizer.llm import received, responses, transport
from guarantee_summarizer.testing import Reply, ScriptedEndpoint, completion

from .conftest import ANSWER, KEY, WAYS, _asked

HEAD = b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\n"
STREAM = b"HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\n"
LONG = b"Content-Length: 100000\r\n\r\n"
PIECE = b'data: {"choices": [{"index": 0, "delta": {"content": "{"}}]}\n\n'
WHOLE = json.dumps(completion(Reply(answer=ANSWER), {"model": "m"})).encode()


def dripping(begin: bytes, drop: bytes = b" ") -> Iterator[bytes]:
    """A beginning, then a byte now and then, for ever."""
    yield begin
    while True:
        time.sleep(0.05)
        yield drop


def endless(begin: bytes, piece: bytes) -> Iterator[bytes]:
    yield begin
    while True:
        yield piece


class Served:
    """A server that says the same bytes to every request, and counts what went out."""

    def __init__(self, pieces) -> None:
        self.pieces, self.sent, self.requests = pieces, 0, []
        self.listening = socket.create_server(("127.0.0.1", 0), backlog=16)
        self.url = f"http://127.0.0.1:{self.listening.getsockname()[1]}/v1"
        threading.Thread(target=self._accept, daemon=True).start()

    def _accept(self) -> None:
        while True:
            try:
                connection, _ = self.listening.accept()
            except OSError:
                return
            threading.Thread(target=self._answer, args=(connection,), daemon=True).start()

    def _answer(self, connection: socket.socket) -> None:
        with connection:
            self.requests.append(connection.recv(1 << 20))
            try:
                for piece in self.pieces():
                    connection.sendall(piece)
                    self.sent += len(piece)
            except OSError:
                return


@contextmanager
def served(pieces) -> Iterator[Served]:
    server = Served(pieces)
    try:
        yield server
    finally:
        server.listening.close()


def failure(way, article, url, **options) -> Exception:
    """How asking there ends; it has to end."""
    summarizer = gs.Summarizer("m", base_url=url, api_key=KEY, review=False, **options)
    with pytest.raises(gs.GuaranteeSummarizerError) as raised:
        asyncio.run(_asked(summarizer, way, article))
    return raised.value


@pytest.mark.parametrize("way", WAYS)
@pytest.mark.parametrize(
    "begin", [b"", b"HTTP/1.1 200 OK\r\nX: ", HEAD + LONG, HEAD + LONG + WHOLE[:200]], ids=repr
)
def test_a_reply_that_drips_ends_with_the_seconds(way, article, begin):
    with served(lambda: dripping(begin, b"a")) as server:
        error = failure(way, article, server.url, seconds=1.0, attempts=2)
    assert isinstance(error, gs.ModelTimeoutError)
    assert "raise timeout= or seconds=" in str(error)


@pytest.mark.parametrize("way", WAYS)
def test_a_reply_that_goes_on_to_say_continue_ends_with_the_seconds(way, article):
    """Interim responses that never stop end with the deadline, however fast they come."""
    more = b"HTTP/1.1 100 Continue\r\n\r\n"
    with served(lambda: endless(b"", more * 1_000)) as server:
        error = failure(way, article, server.url, seconds=1.0, attempts=1)
    assert isinstance(error, gs.ModelTimeoutError)


@pytest.mark.parametrize("way", WAYS[2:])
def test_a_stream_that_drips_ends_with_the_seconds_and_keeps_what_came(way, article):
    text = json.dumps(ANSWER)[:1500]
    chunk = {"choices": [{"index": 0, "delta": {"content": text}}]}
    begin = STREAM + b"\r\ndata: " + json.dumps(chunk).encode() + b"\n\n"
    for drop in (b":", b'data: {"choices": []}\n\n'):
        with served(lambda drop=drop: dripping(begin, drop)) as server:
            summarizer = gs.Summarizer("m", base_url=server.url, review=False, seconds=1.0)
            summary = asyncio.run(_asked(summarizer, way, article))[-1]
        assert summary.proposals
        assert "the time for it is over" in " ".join(summary.incomplete)


@pytest.mark.parametrize("way", WAYS)
@pytest.mark.parametrize(
    ("begin", "piece"),
    [
        (HEAD + b"\r\n{", b" " * 65536),
        (HEAD + b"Content-Encoding: gzip\r\n\r\n", None),
        (b"HTTP/1.1 500 No\r\nContent-Type: application/json\r\n\r\n{", b" " * 65536),
    ],
    ids=["endless", "a gzip bomb", "an endless error"],
)
def test_a_body_that_never_ends_is_given_up(way, article, begin, piece, monkeypatch):
    monkeypatch.setattr(received, "LARGEST", 1 << 20)
    pieces = (lambda: endless(begin, piece)) if piece else (lambda: iter([begin, bomb(64 << 20)]))
    with served(pieces) as server:
        error = failure(way, article, server.url, seconds=20.0, attempts=2)
        assert server.sent < 16 << 20
    assert type(error) is gs.InvalidAnswerError
    assert "MiB, which is no answer" in str(error)


def bomb(size: int) -> bytes:
    packer = zlib.compressobj(9, wbits=31)
    block = b" " * (1 << 20)
    return b"".join(packer.compress(block) for _ in range(size >> 20)) + packer.flush()


@pytest.mark.parametrize("way", WAYS[2:])
def test_a_stream_of_endless_text_is_given_up(way, article, monkeypatch):
    monkeypatch.setattr("guarantee_summarizer.llm.messages.LARGEST", 1 << 18)
    long = json.dumps({"choices": [{"index": 0, "delta": {"content": "x" * 4096}}]}).encode()
    begin = STREAM + b"\r\n" + PIECE
    with served(lambda: endless(begin, b"data: " + long + b"\n\n")) as server:
        summarizer = gs.Summarizer("m", base_url=server.url, review=False, seconds=20.0)
        with pytest.raises(gs.TransportError, match="MiB, which is no answer"):
            asyncio.run(_asked(summarizer, way, article))
        assert server.sent < 8 << 20


@pytest.mark.parametrize("way", WAYS[2:])
def test_a_stream_whose_line_never_ends_is_given_up(way, article, monkeypatch):
    monkeypatch.setattr(received, "LARGEST", 1 << 18)
    with served(lambda: endless(STREAM + b"\r\ndata: ", b"x" * 65536)) as server:
        error = failure(way, article, server.url, seconds=20.0)
        assert server.sent < 8 << 20
    assert "MiB, which is no answer" in str(error)


def test_an_answer_that_is_compressed_all_the_same_is_read(ask_whole, article):
    for coding, packed in (("gzip", gzip.compress(WHOLE)), ("deflate", zlib.compress(WHOLE))):
        head = (
            HEAD + f"Content-Encoding: {coding}\r\nContent-Length: {len(packed)}\r\n\r\n".encode()
        )
        with served(lambda head=head, packed=packed: iter([head, packed])) as server:
            summarizer = gs.Summarizer("m", base_url=server.url, review=False)
            assert asyncio.run(_asked(summarizer, "summarize", article))[-1].complete
            assert b"ccept-encoding: identity" in server.requests[0].lower()


@pytest.mark.parametrize("coding", ["br", "gzip, gzip"])
def test_a_compression_that_nobody_asked_for_is_named(way, article, coding):
    head = HEAD + f"Content-Encoding: {coding}\r\nContent-Length: 4\r\n\r\n1234".encode()
    with served(lambda: iter([head])) as server:
        assert coding in str(failure(way, article, server.url))


@pytest.fixture(params=WAYS)
def way(request):
    return request.param


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
def test_a_redirect_to_another_host_is_refused_and_carries_no_key(way, article, status):
    with ScriptedEndpoint([Reply(answer=ANSWER)]) as other:
        there = other.url.replace("127.0.0.1", "localhost") + "/chat/completions"
        reply = Reply(status=status, body="", headers={"Location": there})
        with ScriptedEndpoint([reply]) as endpoint:
            error = failure(way, article, endpoint.url)
        assert other.requests == []
    assert there in str(error)
    assert KEY not in str(error)


@pytest.mark.parametrize("status", [307, 308])
def test_a_redirect_to_another_port_is_refused_and_carries_nothing(
    way, article, status, monkeypatch
):
    """What listens at another port of a machine may be somebody else's."""
    monkeypatch.setenv("OPENAI_CUSTOM_HEADERS", f"X-Gateway-Token: {KEY}")
    with ScriptedEndpoint([Reply(answer=ANSWER)]) as other:
        reply = Reply(status=status, body="", headers={"Location": f"{other.url}/x"})
        with ScriptedEndpoint([reply]) as endpoint:
            error = failure(way, article, endpoint.url)
        assert other.requests == []
    assert f"redirects ({status}) to {other.url}/x, which is not followed" in str(error)


@pytest.mark.parametrize(
    ("here", "there", "same"),
    [
        ("http://a/v1", "http://a:80/x", True),
        ("http://a/v1", "https://a/x", True),
        ("https://a:8443/v1", "https://a:8443/x", True),
        ("http://a:8000/v1", "https://a:8443/x", False),
        ("http://a:8000/v1", "https://a/x", False),
        ("https://a/v1", "http://a/x", False),
        ("https://a/v1", "https://b/x", False),
    ],
)
def test_a_server_is_host_and_port_and_may_begin_to_encrypt(here, there, same):
    assert transport._is_same_server(httpx2.URL(here), httpx2.URL(there)) is same


def test_a_redirect_on_the_same_host_keeps_the_request(way, article):
    replies = [
        Reply(status=307, body="", headers={"Location": "/v2/chat/completions"}),
        Reply(answer=ANSWER),
    ]
    with ScriptedEndpoint(replies) as endpoint:
        summarizer = gs.Summarizer("m", base_url=endpoint.url, review=False)
        assert asyncio.run(_asked(summarizer, way, article))[-1].complete
        assert endpoint.requests[0] == endpoint.requests[1]


def test_a_custom_client_that_waits_for_ever_is_given_up(article):
    """Its requests run without bounds of this library, so nobody waits for them any longer."""
    with served(lambda: dripping(HEAD + LONG, b"a")) as server:
        raw = openai.OpenAI(base_url=server.url, api_key=KEY, max_retries=0)
        client = instructor.from_openai(raw)
        for way in ("summarize", "asummarize"):
            summarizer = gs.Summarizer("m", client=client, seconds=1.0, review=False)
            with pytest.raises(gs.ModelTimeoutError):
                asyncio.run(_asked(summarizer, way, article))
        raw.close()


@pytest.mark.parametrize("url", ["https://api.example.org/v1", "http://localhost:8000/v1"])
def test_the_deadline_reaches_every_step_of_a_sync_connection(url):
    """httpx hands no deadline on, so its pool gets a backend that does: this may not be lost."""
    with transport.HttpClient(url) as client:
        pool = client._transport._pool
        assert isinstance(pool._network_backend, transport._Backend)
    assert responses.LARGEST == 8 << 20


@pytest.mark.parametrize("begin", [b"{", bomb(64 << 20)], ids=["endless", "a gzip bomb"])
def test_the_body_of_a_redirect_is_bounded_too(way, article, begin, monkeypatch):
    monkeypatch.setattr(received, "LARGEST", 1 << 20)
    head = b"HTTP/1.1 307 There\r\nLocation: /v2/chat/completions\r\n"
    packed = b"Content-Encoding: gzip\r\n" if begin != b"{" else b""
    whole = head + packed + b"\r\n" + begin
    with served(lambda: endless(whole, b" " * 65536)) as server:
        error = failure(way, article, server.url, seconds=20.0, attempts=2)
        assert server.sent < 16 << 20
    assert "no answer" in str(error) or "compresses" in str(error)


ENDLESS_EVENTS = {
    "long lines": b"data: " + b"a" * 1000 + b"\n",
    "short lines": b"a\n" * 500,
    "short lines without line feeds": b"a\r" * 500,
    "almost an end": b"a\r\r\n" * 250,
}


@pytest.mark.parametrize("piece", ENDLESS_EVENTS.values(), ids=ENDLESS_EVENTS)
@pytest.mark.parametrize("way", ["stream", "astream"])
def test_an_event_of_a_stream_has_a_size_however_many_lines_it_has(way, article, piece):
    """openai copies an event for each of its lines: seconds would not hold, nor memory."""
    with served(lambda: endless(STREAM + b"\r\n", piece * 60)) as server:
        error = failure(way, article, server.url, seconds=60.0, attempts=1)
        assert server.sent < 16 << 20
    assert "more than 8 MiB" in str(error)


@pytest.mark.parametrize("way", ["stream", "astream"])
def test_a_stream_of_comments_alone_ends_with_the_seconds(way, article):
    """Its events are short and its bytes are always there, so that no wait ever times out."""
    with served(lambda: endless(STREAM + b"\r\n", b": hm\n\n" * 5_000)) as server:
        failure(way, article, server.url, seconds=2.0, attempts=1)


@pytest.mark.parametrize("end", [b"\n\n", b"\r\n\r\n"])
@pytest.mark.parametrize("size", [1, 2, 3, 7, 900])
def test_a_stream_may_be_long_if_its_events_are_short(end, size, monkeypatch):
    """Each event is measured alone, wherever the pieces of the network break."""
    monkeypatch.setattr(received, "LARGEST", 1000)
    said = end.join([b"data: " + b"a" * 400] * 20) + end
    body = received.Body(httpx2.Response(200), streamed=True)
    read = b"".join(body.piece(said[at : at + size]) for at in range(0, len(said), size))
    assert read == said
    with pytest.raises(responses.BadReplyError):
        body.piece(b"a" * 1001)


def failed_stream(url):
    """A sync client after a streamed reply that it could not read."""
    client = transport.HttpClient(url)
    with transport.bounded(time.monotonic() + 20):
        response = client.send(client.build_request("POST", url), stream=True)
        with pytest.raises(responses.BadReplyError):
            response.read()
    return client


async def afailed_stream(url):
    client = transport.AsyncHttpClient(url)
    with transport.bounded(time.monotonic() + 20):
        response = await client.send(client.build_request("POST", url), stream=True)
        with pytest.raises(responses.BadReplyError):
            await response.aread()
    return client


@pytest.mark.parametrize("status", [b"200 OK", b"500 No"])
@pytest.mark.parametrize("failed", [failed_stream, afailed_stream])
def test_a_streamed_reply_that_cannot_be_read_gives_its_connection_back(
    failed, status, monkeypatch
):
    monkeypatch.setattr(received, "LARGEST", 1 << 18)

    async def connections(url):
        client = failed(url)
        client = await client if asyncio.iscoroutine(client) else client
        left = len(client._transport._pool.connections)
        await client.aclose() if hasattr(client, "aclose") else client.close()
        return left

    with served(lambda: endless(b"HTTP/1.1 " + status + b"\r\n\r\n{", b"x" * 65536)) as server:
        assert asyncio.run(connections(server.url)) == 0
