"""A cheap endpoint for benchmarks in a separate process: it answers after a fixed time, or fails.

As a program it serves; `Loopback` starts it and asks for its counts. It identifies an article by
the words "report 17 of" in it. It uses only the standard library, so that any Python can run it.
"""

from __future__ import annotations

import asyncio
import json
import random
import re
import socket
import subprocess
import sys
import time
import urllib.request
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from pathlib import Path
from typing import Any

_NUMBER = re.compile(rb"report (\d+) of")
_TOOL = re.compile(rb'"function": ?\{"name": ?"(\w+)"')
_LENGTH = re.compile(rb"\r\ncontent-length: *(\d+)", re.IGNORECASE)
_HANG = 60.0  # seconds; longer than any timeout here
_REASONS = {200: "OK", 429: "Too Many Requests", 500: "Internal Server Error"}


class Loopback:
    """The client of the endpoint; created by `loopback`."""

    def __init__(self, url: str) -> None:
        self.url = url

    def set(self, **settings: Any) -> None:
        """Change `delay`, `faults` or `refused`, and reset the counts."""
        self._post("set", settings)

    def down(self, seconds: float) -> None:
        """Accept no connections for some seconds, and close the open ones."""
        self._post("down", {"seconds": seconds})

    @property
    def cpu(self) -> float:
        """CPU seconds that it has used."""
        return float(self._post("counts", {})["cpu"])

    def counts(self, name: str = "asked") -> Counter[int]:
        """Return how often each article was `asked` about, or `answered` correctly and completely."""
        return Counter({int(n): times for n, times in self._post("counts", {})[name].items()})

    def _post(self, path: str, data: dict[str, Any]) -> Any:
        request = urllib.request.Request(  # noqa: S310  (loopback)
            f"{self.url.removesuffix('/v1')}/{path}", json.dumps(data).encode(), method="POST"
        )
        with urllib.request.urlopen(request, timeout=60) as reply:  # noqa: S310
            return json.loads(reply.read())


@contextmanager
def loopback(answer: dict[str, Any], plain: str = "{}", **settings: Any) -> Iterator[Loopback]:
    """Start an endpoint.

    Args:
        answer: its answer if a tool is to be called.
        plain: its answer otherwise.
        **settings: `delay` in seconds; `faults` as a list of kinds and shares; `refused`: one of
            this many articles is always declined.
    """
    sent = {"answer": json.dumps(answer, ensure_ascii=False), "plain": plain, **settings}
    pipes: dict[str, Any] = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE, "text": True}
    with subprocess.Popen([sys.executable, str(Path(__file__))], **pipes) as server:
        assert server.stdin is not None
        assert server.stdout is not None
        server.stdin.write(json.dumps(sent) + "\n")
        server.stdin.flush()
        try:
            yield Loopback(server.stdout.readline().strip())
        finally:
            server.kill()


class _Endpoint:
    """The answers and counts of the server."""

    def __init__(self, answer: str, plain: str, **settings: Any) -> None:
        self.answer, self.plain = answer, plain
        self.open: set[asyncio.Transport] = set()
        self.set(**settings)

    def set(
        self, delay: float = 0.0, faults: list[tuple[str, float]] | None = None, refused: int = 0
    ) -> None:
        self.delay, self.faults, self.refused = delay, faults or [], refused
        self.asked: Counter[int] = Counter()
        self.answered: Counter[int] = Counter()

    async def serve(self) -> None:
        loop = asyncio.get_running_loop()
        listening = socket.create_server(("127.0.0.1", 0), backlog=1024)
        self.port = listening.getsockname()[1]
        self.server = await loop.create_server(lambda: _Connection(self), sock=listening)
        print(f"http://127.0.0.1:{self.port}/v1", flush=True)
        await loop.run_in_executor(None, sys.stdin.read)

    async def down(self, seconds: float) -> None:
        self.server.close()
        for transport in [*self.open]:
            transport.abort()
        await asyncio.sleep(seconds)
        loop = asyncio.get_running_loop()
        self.server = await loop.create_server(
            lambda: _Connection(self), "127.0.0.1", self.port, backlog=1024
        )

    def fault(self, number: int) -> str | None:
        """Return the fault of a request; the same in every run."""
        if self.refused and number % self.refused == self.refused // 2:
            return "refusal"
        drawn = random.Random(f"{number} {self.asked[number]}").random()  # noqa: S311
        for kind, share in self.faults:
            if drawn < share:
                return kind
            drawn -= share
        return None

    def controlled(self, path: str, data: dict[str, Any]) -> bytes:
        reply: dict[str, Any] = {}
        if path == "set":
            self.set(**data)
        elif path == "down":
            self.task = asyncio.get_running_loop().create_task(self.down(**data))
        else:
            counted = {"asked": self.asked, "answered": self.answered}
            reply = {"cpu": time.process_time(), **counted}
        return _http(200, json.dumps(reply).encode())

    @cache  # noqa: B019  (there is one)
    def reply(self, tool: str | None, fault: str | None) -> bytes:
        """Return the bytes of one kind of reply."""
        if fault in ("429", "500"):
            return _http(
                int(fault), b'{"error": {"message": "requested fault"}}', "Retry-After: 0.2\r\n"
            )
        text = self.answer if tool else self.plain
        if fault == "malformed":
            text = text.replace(":", "", 9)
        message: dict[str, Any] = {"role": "assistant", "content": None, "refusal": None}
        if fault == "refusal":
            message["refusal"] = "I cannot help with that."
        elif tool:
            called = {"name": tool, "arguments": text}
            message["tool_calls"] = [{"id": "call_1", "type": "function", "function": called}]
        else:
            message["content"] = text
        finish = "tool_calls" if message.get("tool_calls") else "stop"
        choice = {"index": 0, "message": message, "finish_reason": finish, "logprobs": None}
        usage = {"prompt_tokens": 100, "completion_tokens": 50, "total_tokens": 150}
        head = {"id": "loopback", "object": "chat.completion", "created": 0, "model": "m"}
        whole = _http(200, json.dumps(head | {"choices": [choice], "usage": usage}).encode())
        return whole[: len(whole) // 2] if fault == "cut" else whole


class _Connection(asyncio.Protocol):
    """The part of HTTP/1.1 that is needed here."""

    def __init__(self, endpoint: _Endpoint) -> None:
        self.endpoint, self.buffer = endpoint, b""

    def connection_made(self, transport: Any) -> None:
        self.transport = transport
        self.endpoint.open.add(transport)

    def connection_lost(self, exc: Exception | None) -> None:  # noqa: ARG002  (asyncio's own)
        self.endpoint.open.discard(self.transport)

    def data_received(self, data: bytes) -> None:
        self.buffer += data
        head, found, body = self.buffer.partition(b"\r\n\r\n")
        length = _LENGTH.search(head)
        if found and len(body) >= (size := int(length[1]) if length else 0):
            self.buffer = body[size:]
            self._asked(head.split(b" ", 2)[1].decode(), body[:size])

    def _asked(self, path: str, body: bytes) -> None:
        endpoint = self.endpoint
        if not path.startswith("/v1/"):
            self.transport.write(endpoint.controlled(path.strip("/"), json.loads(body)))
            return
        found, tool = _NUMBER.search(body), _TOOL.search(body)
        number = int(found[1]) if found else -1
        endpoint.asked[number] += 1
        fault = endpoint.fault(number)
        reply = endpoint.reply(tool and tool[1].decode(), fault)
        wait = _HANG if fault == "hang" else endpoint.delay
        asyncio.get_running_loop().call_later(wait, self._answer, number, reply, fault)

    def _answer(self, number: int, reply: bytes, fault: str | None) -> None:
        if self.transport.is_closing():
            return
        self.transport.write(reply)
        if fault is None:
            self.endpoint.answered[number] += 1
        elif fault == "cut":
            self.transport.close()


def _http(status: int, body: bytes, more: str = "") -> bytes:
    head = f"HTTP/1.1 {status} {_REASONS[status]}\r\nContent-Type: application/json\r\n"
    return f"{head}{more}Content-Length: {len(body)}\r\n\r\n".encode() + body


if __name__ == "__main__":
    asyncio.run(_Endpoint(**json.loads(sys.stdin.readline())).serve())
