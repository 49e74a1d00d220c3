"""A server that echoes in every place that it has, and all that a user can see of a request."""

from __future__ import annotations

import io
import json
import logging
import pickle
import traceback
from collections.abc import Callable
from contextlib import contextmanager
from typing import Any

from opentelemetry import trace
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter

import guarantee_summarizer as gs
from guarantee_summarizer.testing import Handler, OnLoopback, Reply, completion
from tests.llm.conftest import ANSWER

Build = Callable[[str, bool], bytes]


def http(
    body: str, *, status: str = "200 OK", kind: str = "application/json", more: str = ""
) -> bytes:
    data = body.encode("utf-8", "replace")
    head = f"HTTP/1.1 {status}\r\nContent-Type: {kind}\r\nContent-Length: {len(data)}\r\n{more}"
    return head.encode("utf-8", "replace") + b"Connection: close\r\n\r\n" + data


def failing(status: str) -> Build:
    return lambda echo, _: http(
        json.dumps({"error": {"message": f"bad: {echo} was sent", "code": echo, "param": echo}}),
        status=status, more="Retry-After: 0\r\n",
    )  # fmt: skip


def message(change: Callable[[str], dict[str, Any]]) -> Build:
    """A completion with a changed message; in a stream its fields come in pieces of a delta."""

    def build(echo: str, streamed: bool) -> bytes:
        whole = completion(Reply(answer=ANSWER), {"model": "m"})
        changed = change(echo)
        whole |= changed.pop("top", {})
        whole["choices"][0]["message"] |= changed
        whole["choices"][0]["finish_reason"] = changed.pop("finish_reason", "stop")
        if not streamed:
            return http(json.dumps(whole))
        told = whole["choices"][0]["message"]
        pieces: list[dict[str, Any]] = []
        for name in ("content", "refusal"):
            text = told.get(name) or ""
            pieces += [{name: text[at : at + 7]} for at in range(0, len(text), 7)]
        if calls := told.get("tool_calls"):
            pieces.append({"tool_calls": [{"index": 0, **calls[0]}]})
        head = {name: whole[name] for name in ("id", "model")} | {"object": "chat.completion.chunk"}
        ends = [None] * len(pieces) + [whole["choices"][0]["finish_reason"]]
        lines = [
            json.dumps(head | {"choices": [{"index": 0, "delta": d, "finish_reason": e}]})
            for d, e in zip([*pieces, {}], ends, strict=True)
        ]
        return http("".join(f"data: {line}\n\n" for line in lines), kind="text/event-stream")

    return build


def answered(echo: str) -> dict[str, Any]:
    party = {"name": f"Ostmark {echo}", "kind": "state", "role": "guarantor"}
    told = ANSWER | {"headline": f"H {echo}", "abstract": f"Your key is {echo}.", echo[:40]: echo}
    return {"content": json.dumps(told | {"participants": [*ANSWER["participants"], party]})}


def line(echo: str) -> str:
    """What fits into a line of a head."""
    return "".join(c if c.isprintable() and c.isascii() else " " for c in echo)


PLACES: dict[str, Build] = {
    "error 400": failing("400 Bad Request"),
    "error 401": failing("401 Unauthorized"),
    "error 403": failing("403 Forbidden"),
    "error 404": failing("404 Not Found"),
    "error 429": failing("429 Too Many Requests"),
    "error 500": failing("500 Internal Server Error"),
    "error as text": lambda e, _: http(f"no: {e}", status="400 Bad Request", kind="text/plain"),
    "error as page": lambda e, _: http(f"<html><title>{e}</title>", status="502 Bad Gateway"),
    "error in details": lambda e, _: http(
        json.dumps({"detail": [{"loc": ["body", e], "msg": e, "input": e}]}), status="422 No"
    ),
    "error with status 200": lambda e, _: http(json.dumps({"error": {"message": e, "code": e}})),
    "vLLM's error": lambda e, _: http(json.dumps({"object": "error", "message": e, "code": 400})),
    "page": lambda e, _: http(f"<html><head><title>{e}</title></head>", kind="text/html"),
    "long page": lambda e, _: http("<title>" + "x" * 70 + e + "</title>", kind="text/html"),
    "no JSON": lambda e, _: http(f"Hello {e}"),
    "no JSON, long": lambda e, _: http("H" * 72 + e),
    "far back in an error": lambda e, _: http(
        json.dumps({"error": {"message": "x" * 190 + e}}), status="400 Bad Request"
    ),
    "broken JSON": lambda e, _: http('{"id": "' + e),
    "reason": lambda e, _: http("{}", status=f"400 {line(e)}"),
    "reason of success": lambda e, _: http("{}", status=f"200 {line(e)}"),
    "header": lambda e, _: http("{}", status="500 No", more=f"X-Echo: {line(e)}\r\n"),
    "retry-after": lambda e, _: http("{}", status="400 No", more=f"Retry-After: {line(e)}\r\n"),
    "coding": lambda e, _: http("{}", more=f"Content-Encoding: {line(e)}\r\n"),
    "request id": lambda e, _: http("{}", status="400 No", more=f"x-request-id: {line(e)}\r\n"),
    "illegal status": lambda e, _: f"HTTP/1.1 {line(e)}\r\n\r\n".encode(),
    "illegal header": lambda e, _: f"HTTP/1.1 200 OK\r\n{line(e)} x\r\n\r\n".encode(),
    "redirect": lambda e, _: http(
        "{}", status="302 Found", more=f"Location: http://elsewhere.invalid/{line(e)}?k={line(e)}\r\n"
    ),
    "redirect with a login": lambda e, _: http(
        "{}", status="307 No", more=f"Location: http://u:{line(e)}@elsewhere.invalid/v1\r\n"
    ),
    "refusal": message(lambda e: {"content": None, "tool_calls": None, "refusal": f"No, {e}."}),
    "answer": message(lambda e: answered(e) | {"tool_calls": None}),
    "answer as text": message(lambda e: {"content": f"I see {e}, hm.", "tool_calls": None}),
    "answer as a call": message(
        lambda e: {"tool_calls": [{"id": e, "type": "function", "function": {
            "name": "Summary", "arguments": answered(e)["content"]}}]}
    ),
    "another call": message(
        lambda e: {"tool_calls": [{"id": e, "type": "function", "function": {
            "name": e, "arguments": e}}]}
    ),
    "model and id": message(lambda e: {"top": {"model": e, "id": e, "system_fingerprint": e}}),
    "finish": message(lambda e: {"finish_reason": e}),
    "events": lambda e, _: http(
        f'data: {json.dumps({"error": {"message": e, "type": e}})}\n\n', kind="text/event-stream"
    ),
    "events that are none": lambda e, _: http(f"data: {e}\n\n", kind="text/event-stream"),
}  # fmt: skip


class _EchoHandler(Handler):
    def answer(self, body: bytes) -> None:
        self.wfile.write(self.double.reply(b'"stream":true' in body.replace(b" ", b"")))
        self.close_connection = True


class Echo(OnLoopback):
    """Echoes `text` in `place`."""

    def __init__(self) -> None:
        self.place, self.text = "error 400", ""
        super().__init__(_EchoHandler)

    def reply(self, streamed: bool) -> bytes:
        return PLACES[self.place](self.text, streamed)


@contextmanager
def watched(exporter: InMemorySpanExporter, lowest: int = logging.DEBUG):
    """Collect the lines of all loggers, and the spans."""
    lines, root = io.StringIO(), logging.getLogger()
    handler, level = logging.StreamHandler(lines), root.level
    handler.setFormatter(logging.Formatter("%(name)s %(levelname)s %(message)s"))
    root.addHandler(handler)
    root.setLevel(lowest)
    exporter.clear()
    seen: list[str] = []
    try:
        yield seen
    finally:
        root.removeHandler(handler)
        root.setLevel(level)
    assert trace.get_tracer_provider() is not None
    seen += [lines.getvalue(), *(span.to_json() for span in exporter.get_finished_spans())]


def told(error: BaseException | None) -> list[str]:
    """All that an error shows: itself, its traceback, its causes and contexts, its pickle."""
    if error is None:
        return []
    texts, seen, waiting = ["".join(traceback.format_exception(error))], [], [error]
    while waiting:
        one = waiting.pop()
        if one is None or any(one is other for other in seen):
            continue
        seen.append(one)
        texts += [str(one), repr(one), repr(vars(one)), *getattr(one, "__notes__", ())]
        waiting += [one.__cause__, one.__context__]
    if isinstance(error, gs.GuaranteeSummarizerError):
        texts.append(pickle.dumps(error).decode("latin-1"))
    return texts
