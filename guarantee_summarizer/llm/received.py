"""Decompress the bodies of responses as they arrive, and measure them, so that memory stays limited.

A complete answer that a server sends in place of a stream is passed on as a stream of one event.
"""

from __future__ import annotations

import json
import re
import zlib

import httpx2
import openai

from guarantee_summarizer.llm.responses import LARGEST, TOO_LARGE, BadReplyError, is_json_object
from guarantee_summarizer.secrets import in_use, using

__all__ = ["Body", "UnusableError"]

_EVENT_ENDS = re.compile(rb"\r\n\r\n|\n\n")
_WORK = 2**30  # bytes of one event, times its lines


class UnusableError(BadReplyError, openai.OpenAIError):
    """openai passes its own errors on, and treats all other errors as lost connections."""


class Body:
    """Take the pieces of one response's body, within the limits.

    Args:
        response: its headers; the coding is removed from them, as the pieces are decompressed.
        streamed: whether the body is read event by event.

    Raises:
        UnusableError: it is compressed in another way than gzip or deflate.
    """

    def __init__(self, response: httpx2.Response, *, streamed: bool) -> None:
        self._secrets = in_use()
        self._events = streamed and response.is_success  # read line by line
        self._size, self._first, self._whole = 0, True, bytearray()
        self._lines, self._tail = 0, b""  # of the event that has begun
        coding = response.headers.pop("content-encoding", "identity").strip().lower()
        if coding not in ("identity", "gzip", "deflate"):
            raise UnusableError(f"compresses its answers ({coding}), which was not requested")
        self._unpack = None if coding == "identity" else zlib.decompressobj(47)  # gzip or zlib

    def piece(self, piece: bytes) -> bytes:
        """Return a piece to pass on; if the response is not a stream, keep it until the end.

        Raises:
            UnusableError: it cannot be decompressed, or the body is too large.
        """
        if self._unpack is not None:
            try:
                piece = self._unpack.decompress(piece, LARGEST + 1)
            except zlib.error:
                raise UnusableError("sends answers that cannot be decompressed") from None
        self._measure(piece)
        if self._events and self._first and piece.strip():
            self._first = False
            self._whole += piece if piece.lstrip()[:1] in (b"{", b"<", b"[") else b""
            return b"" if self._whole else piece
        if self._whole:
            self._whole += piece
            return b""
        return piece

    def rest(self) -> bytes:
        """Return a complete answer, sent in place of a stream, as a stream of one event.

        Raises:
            UnusableError: what was sent is no answer.
        """
        if not self._whole:
            return b""
        try:
            if is_json_object(self._whole):
                return b"data: " + json.dumps(json.loads(self._whole)).encode() + b"\n\n"
        except (ValueError, RecursionError):
            pass
        with using(self._secrets):
            raise UnusableError.of(self._whole)

    def _measure(self, piece: bytes) -> None:
        """Count the bytes received: all, or those of a stream since its last event ended.

        openai joins the lines of an event again for each line, so that the lines count, too.
        """
        if not self._events or self._whole or len(piece) > LARGEST:
            self._count(piece)
            return
        self._size -= len(self._tail)  # counted before; an event may end across two pieces
        self._lines -= _lines(self._tail)
        first, *others = _EVENT_ENDS.split(self._tail + piece)
        self._count(first)
        for event in others:
            self._size = self._lines = 0
            self._count(event)
        self._tail = (others or [first])[-1][-3:]

    def _count(self, piece: bytes) -> None:
        self._size += len(piece)
        self._lines += _lines(piece) if self._events else 0
        if self._size > LARGEST or self._size * self._lines > _WORK:
            raise UnusableError(TOO_LARGE)


def _lines(piece: bytes) -> int:
    return piece.count(b"\n") + piece.count(b"\r")
