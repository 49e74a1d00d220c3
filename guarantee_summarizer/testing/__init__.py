"""Serve scripted replies to your tests, as an OpenAI-compatible endpoint on loopback."""

from __future__ import annotations

import json
import threading
import time
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import partial
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from types import TracebackType
from typing import Any, Self

__all__ = ["Handler", "OnLoopback", "Reply", "ScriptedEndpoint", "completion"]

_PIECE = 60  # characters of an answer in one streamed chunk


@dataclass(frozen=True, kw_only=True)
class Reply:
    """Script one reply of an OpenAI-compatible endpoint.

    Args:
        answer: the model's answer: an object (sent as JSON), or text.
        calls: tool calls instead, each with name and arguments; in a stream their pieces
            alternate.
        finish: the finish reason; `length` for an answer that was cut off.
        refusal: the model's words when it declines.
        plain: send `answer` as content even if a tool call was requested.
        status: HTTP status; from 400 up `body` is sent instead of an answer.
        body: the raw body instead of a completion.
        headers: further response headers, e.g. `{"Retry-After": "1"}`.
        delay: seconds to wait before replying.
        drop: close the connection instead of replying; a stream breaks after half of its pieces.
        tokens: prompt and completion tokens to report.
    """

    answer: Mapping[str, Any] | str = ""
    calls: Sequence[tuple[str, str]] = ()
    finish: str | None = None
    refusal: str | None = None
    plain: bool = False
    status: int = 200
    body: str | None = None
    headers: Mapping[str, str] = field(default_factory=dict)
    delay: float = 0.0
    drop: bool = False
    tokens: tuple[int, int] = (100, 50)

    @property
    def text(self) -> str:
        """The answer as it is sent."""
        if isinstance(self.answer, str):
            return self.answer
        return json.dumps(self.answer, ensure_ascii=False, separators=(",", ":"))


class _Server(ThreadingHTTPServer):
    daemon_threads = True
    request_queue_size = 128

    def handle_error(self, *_: Any) -> None:
        """Ignore a client that hangs up; that is part of the script."""


class Handler(BaseHTTPRequestHandler):
    """Serve one connection of a test double."""

    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True

    def __init__(self, double: Any, *connection: Any) -> None:
        self.double = double
        super().__init__(*connection)

    def log_message(self, *_: Any) -> None:
        """Write nothing to standard error."""

    def do_GET(self) -> None:
        """Answer a request without a body."""
        self.answer(b"")

    def do_POST(self) -> None:
        """Answer a request with its body."""
        self.answer(self.rfile.read(int(self.headers.get("Content-Length", 0))))

    def answer(self, body: bytes) -> None:
        """Answer one request."""
        raise NotImplementedError

    def send_reply(self, reply: Reply, body: bytes) -> None:
        """Send a complete response; with `drop` its Content-Length is 100 too high."""
        self.send_response(reply.status)
        for name, value in ({"Content-Type": "application/json"} | dict(reply.headers)).items():
            self.send_header(name, value)
        self.send_header("Content-Length", str(len(body) + 100 * reply.drop))
        self.end_headers()
        self.wfile.write(body)
        self.close_connection = self.close_connection or reply.drop


class OnLoopback:
    """Run a server on loopback while a `with` block lasts."""

    def __init__(self, handler: type[Handler]) -> None:
        self._server = _Server(("127.0.0.1", 0), partial(handler, self))
        self._thread = threading.Thread(
            target=self._server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True
        )

    @property
    def url(self) -> str:
        """The `base_url` for a summarizer."""
        return f"http://127.0.0.1:{self._server.server_address[1]}/v1"

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()


class _EndpointHandler(Handler):
    def answer(self, body: bytes) -> None:
        request = json.loads(body)
        reply = self.double.next_reply(request)
        time.sleep(reply.delay)
        if reply.drop and not request.get("stream"):
            self.close_connection = True
        elif reply.body is None and reply.status < 400 and request.get("stream"):  # noqa: PLR2004
            self._stream(reply, request)
        else:
            text = json.dumps(completion(reply, request)) if reply.body is None else reply.body
            self.send_reply(reply, text.encode())

    def _stream(self, reply: Reply, request: dict[str, Any]) -> None:
        self.send_response(reply.status)
        self.send_header("Content-Type", "text/event-stream")
        self.send_header("Connection", "close")
        self.end_headers()
        chunks = list(_chunks(reply, request))
        for chunk in chunks[: len(chunks) // 2 if reply.drop else None]:
            self.wfile.write(b"data: " + json.dumps(chunk).encode() + b"\n\n")
            self.wfile.flush()
        if not reply.drop:
            self.wfile.write(b"data: [DONE]\n\n")
        self.close_connection = True


class ScriptedEndpoint(OnLoopback):
    """Serve scripted replies on loopback in order, then repeat the last one.

    Use it as a context manager; `url` is the `base_url`, `requests` are the received bodies.

    >>> with ScriptedEndpoint([Reply(status=500, body="{}")]) as endpoint:
    ...     endpoint.url.startswith("http://127.0.0.1:")
    True
    """

    def __init__(self, replies: Iterable[Reply]) -> None:
        self.replies = list(replies)
        self.requests: list[dict[str, Any]] = []
        self._lock = threading.Lock()
        super().__init__(_EndpointHandler)

    def next_reply(self, request: dict[str, Any]) -> Reply:
        """Record a request and return its reply."""
        with self._lock:
            self.requests.append(request)
            return self.replies[min(len(self.requests), len(self.replies)) - 1]


def _usage(reply: Reply) -> dict[str, int]:
    sent, received = reply.tokens
    return {"prompt_tokens": sent, "completion_tokens": received, "total_tokens": sent + received}


def _tool(request: dict[str, Any], reply: Reply) -> str | None:
    """Return the tool that must be called, or None for an answer as content."""
    if not request.get("tools") or reply.plain or reply.refusal is not None:
        return None
    return str(request["tools"][0]["function"]["name"])


def _calls(request: dict[str, Any], reply: Reply) -> list[tuple[str, str]]:
    """Return name and arguments of the tool calls in an answer."""
    tool = _tool(request, reply)
    return [*reply.calls] or ([(tool, reply.text)] if tool else [])


def _call(number: int, tool: str, arguments: str) -> dict[str, Any]:
    function = {"name": tool, "arguments": arguments}
    return {"id": f"call_{number + 1}", "type": "function", "function": function}


def _head(request: dict[str, Any], kind: str) -> dict[str, Any]:
    return {"id": "scripted", "object": kind, "created": 0, "model": request["model"]}


def completion(reply: Reply, request: dict[str, Any]) -> dict[str, Any]:
    """Return the chat completion that answers a request with a reply."""
    calls = _calls(request, reply)
    message: dict[str, Any] = {"role": "assistant", "content": None, "refusal": reply.refusal}
    if calls:
        message["tool_calls"] = [_call(number, *call) for number, call in enumerate(calls)]
    elif reply.refusal is None:
        message["content"] = reply.text
    finish = reply.finish or ("tool_calls" if calls else "stop")
    choice = {"index": 0, "message": message, "finish_reason": finish, "logprobs": None}
    return _head(request, "chat.completion") | {"choices": [choice], "usage": _usage(reply)}


def _chunks(reply: Reply, request: dict[str, Any]) -> Iterator[dict[str, Any]]:
    head, calls = _head(request, "chat.completion.chunk"), _calls(request, reply)
    if reply.refusal is not None:
        yield head | {"choices": [_delta({"refusal": reply.refusal})]}
    texts = [arguments for _, arguments in calls] or [reply.text if reply.refusal is None else ""]
    for at in range(0, max(map(len, texts)), _PIECE):
        for number, text in enumerate(texts):
            piece = text[at : at + _PIECE]
            if not piece and at:
                continue
            call: dict[str, Any] = {"index": number, "function": {"arguments": piece}}
            if calls and at == 0:
                call |= _call(number, calls[number][0], piece)
            yield head | {
                "choices": [_delta({"tool_calls": [call]} if calls else {"content": piece})]
            }
    finish = reply.finish or ("tool_calls" if calls else "stop")
    yield head | {"choices": [_delta({}, finish)]}
    yield head | {"choices": [], "usage": _usage(reply)}


def _delta(delta: dict[str, Any], finish: str | None = None) -> dict[str, Any]:
    return {"index": 0, "delta": delta, "finish_reason": finish}
