"""Decode URLs, JSON, HTML, bytes and terminal codes in a text, and keep its letters and digits."""

from __future__ import annotations

import html
import re

__all__ = ["NOISE", "letters", "located_letters"]

_PASSES = 4  # of decoding: JSON in JSON in a URL
_ESCAPE = re.compile(
    r"[%\\&<\x1b](?:"  # a set first: the search is fast
    r"(?P<percent>(?<=%)(?:25)*(?:[89a-f][0-9a-f](?:%(?:25)*[89a-f][0-9a-f])*|[0-7][0-9a-f]))"
    r"|(?<=\\)\\*(?:u\{(?P<brace>[0-9a-f]{1,6})\}|u(?P<four>[0-9a-f]{4})"
    r"|(?P<byte>x[89a-f][0-9a-f](?:\\+x[89a-f][0-9a-f])*|x[0-7][0-9a-f])"
    r"|(?P<octal>[0-3][0-7]{2})|(?P<blank>[abfnrtv]))"
    r"|(?P<html>(?<=&)(?:\#[0-9]{1,7}|\#x[0-9a-f]{1,6}|[a-z]{2,8});)"
    r"|(?P<tag>(?<=<)/?[a-z]{1,10}\s*/?>|(?<=\x1b)\[[0-9;]*[a-z]))",
    re.IGNORECASE,
)
_PAIR = re.compile(r"[0-9a-f]{2}(?![0-9a-f])", re.IGNORECASE)
NOISE = re.compile(r"[\W_]+")
"""What is neither a letter nor a digit."""
_ASCII_NOISE = bytes(code for code in range(128) if not chr(code).isalnum())


def letters(text: str) -> str:
    """Return the letters and digits of a text after decoding."""
    for _ in range(_PASSES):
        decoded = _ESCAPE.sub(_meant, text)
        if decoded == text:
            break
        text = decoded
    if text.isascii():  # ten times as fast
        return text.encode().translate(None, _ASCII_NOISE).decode()
    return NOISE.sub("", text)


def located_letters(text: str) -> tuple[str, list[tuple[int, int]]]:
    """Return `letters` of a text, and the span of each of them in the text."""
    places = [(at, at + 1) for at in range(len(text))]
    for _ in range(_PASSES):
        pieces: list[str] = []
        spans: list[tuple[int, int]] = []
        at = 0
        for found in _ESCAPE.finditer(text):
            meant, (first, last) = _meant(found), found.span()
            pieces += [text[at:first], meant]
            spans += places[at:first] + [(places[first][0], places[last - 1][1])] * len(meant)
            at = last
        decoded = "".join((*pieces, text[at:]))
        if decoded == text:
            break
        text, places = decoded, spans + places[at:]
    kept = [at for at, c in enumerate(text) if not NOISE.match(c)]
    return "".join(text[at] for at in kept), [places[at] for at in kept]


def _meant(found: re.Match[str]) -> str:
    """Return the decoded form of an escape; nothing for line breaks and tags."""
    kind, text = found.lastgroup, found[0]
    if kind in ("percent", "byte"):
        data = bytes.fromhex("".join(_PAIR.findall(_last_pairs(text))))
        return data.decode(errors="replace")
    if kind in ("brace", "four", "octal"):
        code = int(found[kind], 8 if kind == "octal" else 16)
        return chr(code) if code < 0x110000 else ""  # noqa: PLR2004  (the last character)
    return html.unescape(text) if kind == "html" else ""


def _last_pairs(text: str) -> str:
    """Return the digit pairs of escaped bytes, separate, without double escapes: `%2541`."""
    return re.sub(r"%(?:25)*(?=[0-9a-f]{2})|\\+x", " ", text, flags=re.IGNORECASE)
