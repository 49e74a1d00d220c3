"""Serve scripted replies to your tests, as OpenAI's files and batches on loopback."""

from __future__ import annotations

import json
import random
import threading
from collections import Counter
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from typing import Any, Literal
from urllib.parse import parse_qs, urlsplit

from guarantee_summarizer.testing import Handler, OnLoopback, Reply, completion

__all__ = ["Fault", "ScriptedBatches"]

_STATES = ("validating", "in_progress", "finalizing")
_ENDED = ("completed", "failed", "expired", "cancelled")


@dataclass(frozen=True, kw_only=True)
class Fault:
    """Make one request fail, once.

    Args:
        route: its route, e.g. `POST /files`, `GET /batches`, `GET /batches/`, `GET /content`.
        reply: sent instead; with `drop` the connection is closed halfway through a file.
        done: the server carries out the request before it sends `reply`.
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
    status: str = _STATES[0]
    output: str | None = None
    errors: str | None = None
    problems: list[dict[str, Any]] = field(default_factory=list)


class _BatchesHandler(Handler):
    def answer(self, body: bytes) -> None:
        kind = self.headers.get("Content-Type", "")
        answer = self.double.handle(self.command, self.path, body, kind)
        if isinstance(answer, bytes):
            self.send_reply(Reply(headers={"Content-Type": "application/octet-stream"}), answer)
            return
        reply = answer or Reply(status=404, body='{"error": {"message": "no such thing"}}')
        self.send_reply(reply, (reply.body or "").encode())


class ScriptedBatches(OnLoopback):
    """Serve OpenAI's files and batches on loopback; each poll of a batch advances it one state.

    Use it as a context manager; `url` is the `base_url`. `paid` counts the lines of all created
    batches by custom_id; `routes` are the received requests.

    Args:
        answer: returns the reply to a line of the input file. A `Reply` with an error status goes
            to the error file, `body` is the raw line, `drop` leaves the line out.
        ends: the final state of batches.
        finished: lines answered before a batch expires or is cancelled.
        problem: for `ends="failed"`: an entry of the batch's `errors`.
        faults: requests that fail, each once, in this order for each route.

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
        super().__init__(_BatchesHandler)

    def handle(self, method: str, path: str, body: bytes, kind: str) -> Reply | bytes | None:
        """Answer a request with a reply, the bytes of a file, or None for an unknown address."""
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
            answer: Reply | bytes | None = self._carry_out(route, steps, parts.query, body, kind)
            return fault.reply if fault else answer

    def _carry_out(self, route: str, steps: list[str], query: str, body: bytes, kind: str) -> Any:
        if route == "POST /files":
            return _json_reply(
                {"object": "file", "purpose": "batch", "id": self._store(_part(body, kind))}
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
        return self._reply_of(name)

    def _store(self, content: bytes) -> str:
        name = f"file-{len(self.files)}"
        self.files[name] = content
        return name

    def _create(self, request: dict[str, Any]) -> Reply | None:
        file = request["input_file_id"]
        if file not in self.files:
            return None
        lines = [json.loads(line) for line in self.files[file].decode().splitlines()]
        number = len(self.batches)
        batch = _Batch(number, file, request.get("metadata") or {}, lines)
        self.batches[f"batch_{number}"] = batch
        self.paid.update(line["custom_id"] for line in lines)
        return self._reply_of(f"batch_{number}")

    def _page(self, query: dict[str, str]) -> Reply:
        """Return a page of two batches, the newest first."""
        names = [*self.batches][::-1]
        start = names.index(query["after"]) + 1 if "after" in query else 0
        page = [json.loads(self._reply_of(name).body or "") for name in names[start : start + 2]]
        return _json_reply({"object": "list", "data": page, "has_more": start + 2 < len(names)})

    def _cancel(self, name: str) -> Reply:
        batch = self.batches[name]
        if batch.status in _ENDED:
            error = {"error": {"message": f"Cannot cancel a batch with status {batch.status}"}}
            return Reply(status=409, body=json.dumps(error), headers={"Retry-After": "0"})
        batch.status = "cancelling"
        return self._reply_of(name)

    def _advance(self, batch: _Batch) -> None:
        if batch.status in _ENDED:
            return
        if batch.status == "cancelling":
            self._end(batch, "cancelled")
        elif batch.status == "validating" and self.ends == "failed":
            batch.status, batch.problems = "failed", [self.problem]
        elif batch.status == _STATES[-1]:
            self._end(batch, self.ends)
        else:
            batch.status = _STATES[_STATES.index(batch.status) + 1]

    def _end(self, batch: _Batch, status: str) -> None:
        """Write the output and the error file, with their lines shuffled."""
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
        batch.output = self._store("\n".join(output).encode()) if output else None
        batch.errors = self._store("\n".join(errors).encode()) if errors else None

    def _reply_of(self, name: str) -> Reply:
        batch = self.batches[name]
        ended = batch.status in _ENDED
        counts = {"total": len(batch.lines), "completed": len(batch.lines) * ended, "failed": 0}
        return _json_reply(
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


def _json_reply(data: dict[str, Any]) -> Reply:
    return Reply(body=json.dumps(data))


def _line(line: dict[str, Any], reply: Reply) -> str:
    """Return one line of an output or error file; on success `reply.body` is the raw line."""
    good = reply.status < 400  # noqa: PLR2004
    if good and reply.body is not None:
        return reply.body
    body = completion(reply, line["body"]) if good else json.loads(reply.body or "{}")
    response = {"status_code": reply.status, "request_id": "r", "body": body}
    row = {"id": "x", "custom_id": line["custom_id"], "response": response, "error": None}
    return json.dumps(row)


def _part(body: bytes, kind: str) -> bytes:
    """Return the file in a multipart body (RFC 7578)."""
    boundary = b"--" + kind.partition("boundary=")[2].strip('"').encode()
    for piece in body.split(boundary):
        head, _, content = piece.partition(b"\r\n\r\n")
        if b'name="file"' in head:
            return content.removesuffix(b"\r\n")
    raise ValueError("the upload has no file")
