"""A test double of OpenAI's files and batches, on loopback, that does as it is told."""

from __future__ import annotations

import json
import random
import threading
from collections import Counter
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler
from typing import Any, Literal
from urllib.parse import parse_qs, urlsplit

from guarantee_summarizer.testing import OnLoopback, Reply, completion

__all__ = ["Fault", "ScriptedBatches"]

_WAY = ("validating", "in_progress", "finalizing")
_ENDED = ("completed", "failed", "expired", "cancelled")


@dataclass(frozen=True, kw_only=True)
class Fault:
    """A request that goes wrong, once.

    Args:
        route: which, e.g. `POST /files`, `GET /batches`, `GET /batches/`, `GET /content`.
        reply: sent instead; with `drop` the connection is closed, half-way through a file.
        done: the server does what was asked all the same.
    """

    route: str
    reply: Reply
    done: bool = False


@dataclass
class _Batch:
    number: int
    file: str
    metadata: dict[str, str]
    lines: list[dict[str, Any]]
    status: str = _WAY[0]
    output: str | None = None
    errors: str | None = None
    problems: list[dict[str, Any]] = field(default_factory=list)


class ScriptedBatches(OnLoopback):
    """OpenAI's files and batches on loopback; every look at a batch takes it one state further.

    Use it as a context manager; `url` is the `base_url`. `paid` counts the lines that batches were
    created with, by custom_id; `routes` are the requests that came.

    Args:
        answer: the reply to a line of the input file. A `Reply` with an error status goes to the
            error file, `body` stands for the raw line, `drop` leaves the line out.
        ends: how batches end.
        finished: lines that are answered before a batch expires or is cancelled.
        problem: for `ends="failed"`: an entry of the batch's `errors`.
        faults: requests that go wrong, each once, in this order for each route.

    >>> with ScriptedBatches(lambda line: Reply(answer={})) as server:
    ...     server.url.endswith("/v1")
    True
    """

    def __init__(
        self,
        answer: Callable[[dict[str, Any]], Reply],
        *,
        ends: Literal["completed", "failed", "expired", "cancelled"] = "completed",
        finished: int = 0,
        problem: dict[str, Any] | None = None,
        faults: Iterable[Fault] = (),
    ) -> None:
        self.answer, self.ends, self.finished = answer, ends, finished
        self.problem = problem or {"code": "invalid", "line": None, "message": "as told"}
        self.faults = list(faults)
        self.files: dict[str, bytes] = {}
        self.batches: dict[str, _Batch] = {}
        self.paid: Counter[str] = Counter()
        self.routes: list[str] = []
        self._lock = threading.Lock()
        super().__init__(_handler(self))

    def handle(self, method: str, path: str, body: bytes, kind: str) -> Reply | bytes | None:
        """What to answer; bytes are a file, None an unknown address."""
        with self._lock:
            parts = urlsplit(path)
            steps = parts.path.removeprefix("/v1/").split("/")
            route = f"{method} /{steps[0]}{'/' if steps[1:] else ''}"
            route = {"content": "GET /content", "cancel": "POST /cancel"}.get(steps[-1], route)
            self.routes.append(route)
            fault = next((fault for fault in self.faults if fault.route == route), None)
            if fault:
                self.faults.remove(fault)
            if fault and not fault.done:
                return fault.reply
            answer: Reply | bytes | None = self._done(route, steps, parts.query, body, kind)
            return fault.reply if fault else answer

    def _done(self, route: str, steps: list[str], query: str, body: bytes, kind: str) -> Any:
        if route == "POST /files":
            return _sent(
                {"object": "file", "purpose": "batch", "id": self._kept(_part(body, kind))}
            )
        if route == "GET /content":
            return self.files.get(steps[1])
        if route == "POST /batches":
            return self._create(json.loads(body))
        if route == "GET /batches":
            return self._page({name: values[0] for name, values in parse_qs(query).items()})
        name = steps[1] if steps[1:] else ""
        if name not in self.batches:
            return None
        if route == "POST /cancel":
            return self._cancel(name)
        self._advance(self.batches[name])
        return self._shown(name)

    def _kept(self, content: bytes) -> str:
        name = f"file-{len(self.files)}"
        self.files[name] = content
        return name

    def _create(self, given: dict[str, Any]) -> Reply | None:
        if given["input_file_id"] not in self.files:
            return None
        text = self.files[given["input_file_id"]].decode()
        lines = [json.loads(line) for line in text.splitlines()]
        number = len(self.batches)
        batch = _Batch(number, given["input_file_id"], given.get("metadata") or {}, lines)
        self.batches[f"batch_{number}"] = batch
        self.paid.update(line["custom_id"] for line in lines)
        return self._shown(f"batch_{number}")

    def _page(self, query: dict[str, str]) -> Reply:
        """Two batches a page, the newest first."""
        names = [*self.batches][::-1]
        start = names.index(query["after"]) + 1 if "after" in query else 0
        page = [json.loads(self._shown(name).body or "") for name in names[start : start + 2]]
        return _sent({"object": "list", "data": page, "has_more": start + 2 < len(names)})

    def _cancel(self, name: str) -> Reply:
        batch = self.batches[name]
        if batch.status in _ENDED:
            told = {"error": {"message": f"Cannot cancel a batch with status {batch.status}"}}
            return Reply(status=409, body=json.dumps(told), headers={"Retry-After": "0"})
        batch.status = "cancelling"
        return self._shown(name)

    def _advance(self, batch: _Batch) -> None:
        if batch.status in _ENDED:
            return
        if batch.status == "cancelling":
            self._end(batch, "cancelled")
        elif batch.status == "validating" and self.ends == "failed":
            batch.status, batch.problems = "failed", [self.problem]
        elif batch.status == _WAY[-1]:
            self._end(batch, self.ends)
        else:
            batch.status = _WAY[_WAY.index(batch.status) + 1]

    def _end(self, batch: _Batch, status: str) -> None:
        """Write the output and the error file, in no order."""
        batch.status = status
        partial = self.finished if status in ("expired", "cancelled") else len(batch.lines)
        output, errors = list[str](), list[str]()
        for line in batch.lines[:partial]:
            reply = self.answer(line)
            if not reply.drop:
                bad = reply.status >= 400  # noqa: PLR2004
                (errors if bad else output).append(_line(line, reply))
        for line in batch.lines[partial:]:
            error = {"code": f"batch_{status}", "message": "not executed in time"}
            row = {"custom_id": line["custom_id"], "response": None, "error": error}
            errors.append(json.dumps(row))
        shuffle = random.Random(batch.number).shuffle  # noqa: S311  (the same in every run)
        for lines in (output, errors):
            shuffle(lines)
        batch.output = self._kept("\n".join(output).encode()) if output else None
        batch.errors = self._kept("\n".join(errors).encode()) if errors else None

    def _shown(self, name: str) -> Reply:
        batch = self.batches[name]
        ended = batch.status in _ENDED
        counts = {"total": len(batch.lines), "completed": len(batch.lines) * ended, "failed": 0}
        return _sent(
            {
                "id": name,
                "object": "batch",
                "endpoint": "/v1/chat/completions",
                "completion_window": "24h",
                "created_at": batch.number,
                "input_file_id": batch.file,
                "metadata": batch.metadata,
                "status": batch.status,
                "output_file_id": batch.output,
                "error_file_id": batch.errors,
                "errors": {"object": "list", "data": batch.problems},
                "request_counts": counts,
            }
        )


def _sent(data: dict[str, Any]) -> Reply:
    return Reply(body=json.dumps(data))


def _line(line: dict[str, Any], reply: Reply) -> str:
    """One line of an output or error file; `reply.body` is the raw line if all went well."""
    good = reply.status < 400  # noqa: PLR2004
    if good and reply.body is not None:
        return reply.body
    body = completion(reply, line["body"]) if good else json.loads(reply.body or "{}")
    response = {"status_code": reply.status, "request_id": "r", "body": body}
    row = {"id": "x", "custom_id": line["custom_id"], "response": response, "error": None}
    return json.dumps(row)


def _part(body: bytes, kind: str) -> bytes:
    """The file in a multipart body (RFC 7578)."""
    boundary = b"--" + kind.partition("boundary=")[2].strip('"').encode()
    for piece in body.split(boundary):
        head, _, content = piece.partition(b"\r\n\r\n")
        if b'name="file"' in head:
            return content.removesuffix(b"\r\n")
    raise ValueError("the upload holds no file")


def _handler(server: ScriptedBatches) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"
        disable_nagle_algorithm = True

        def log_message(self, *_: Any) -> None:
            pass

        def do_GET(self) -> None:
            self._answer(b"")

        def do_POST(self) -> None:
            self._answer(self.rfile.read(int(self.headers.get("Content-Length", 0))))

        def _answer(self, body: bytes) -> None:
            kind = self.headers.get("Content-Type", "")
            told = server.handle(self.command, self.path, body, kind)
            if told is None:
                told = Reply(status=404, body='{"error": {"message": "no such thing"}}')
            if isinstance(told, bytes):
                self._send(Reply(headers={"Content-Type": "application/octet-stream"}), told)
            else:
                self._send(told, (told.body or "").encode())

        def _send(self, reply: Reply, body: bytes) -> None:
            self.send_response(reply.status)
            for name, value in ({"Content-Type": "application/json"} | dict(reply.headers)).items():
                self.send_header(name, value)
            self.send_header("Content-Length", str(len(body) + 100 * reply.drop))
            self.end_headers()
            self.wfile.write(body)
            self.close_connection = reply.drop

    return Handler
