"""Remove keys, logins and tokens from everything that is shown, stored or passed on.

One scrubber serves messages, tracebacks, logs, spans and answers. It compares only letters and
digits, after decoding the common encodings, so that a secret is found in URLs, JSON, HTML, bytes,
base64 or hex, across line breaks, or cut off.

Two kinds of text are kept: a word such as `none`, `test` or `ollama`, which local servers accept as
a key, is never scrubbed, and text from an article is not a secret in its summary.
"""

from __future__ import annotations

import base64
import html
import json
import logging
import re
import traceback
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from functools import lru_cache
from itertools import pairwise
from typing import Any, NamedTuple
from urllib.parse import quote

from guarantee_summarizer.decoding import NOISE, letters, located_letters
from guarantee_summarizer.places import MASK, Password, masked_text

__all__ = ["Secrets", "scrub", "scrub_logs", "using"]

_GRAM = 4  # length of the character sequences by which a secret is searched
_STEP = 5  # a run of 8 characters contains a gram that begins at a multiple of 5
_RUN = 8  # the shortest part of a secret that is scrubbed: letters and digits
_RUNS = {"plain": _RUN, "base64": 10, "hex": 16}
_ENCODED = 24  # characters of hex or base64 that are not a word either
_CHANGES = 4  # of kind (small, capital, digit) that no word has
_SIGNS = 4
_LONG = 16  # letters that no word has
_PHRASE = 12  # letters in three parts: `sk-no-key-required`
_DEPTH = 50  # causes of an error that are searched

_ESCAPED = re.compile(r"(?:\\(?:[abfnrtv]|x[0-9a-f]{2}|u[0-9a-f]{4})|%[0-9a-f]{2})$", re.IGNORECASE)
_SMALL = str.maketrans("ABCDEFGHIJKLMNOPQRSTUVWXYZ", "abcdefghijklmnopqrstuvwxyz")


class _Needle(NamedTuple):
    """A secret in one form: its letters and digits, and the shortest part to scrub."""

    text: str
    cased: str
    least: int
    whole: bool = False  # it may be words: only the whole in one piece is secret
    encoded: bool = False

    def betrays(self, start: int, length: int) -> bool:
        """Whether a part of it reveals something."""
        if length < self.least:
            return False
        telling = _changes(self.cased[start : start + length]) >= _CHANGES - 1
        return self.whole or self.encoded or telling or 4 * length >= 3 * len(self.text)


class Secrets:
    """Scrub secrets from text.

    Args:
        values: the secrets as they are sent. Those that could be words are ignored: shorter than
            8 letters and digits, or fewer than 16 letters without a digit. A `Password` of 8 letters
            is scrubbed as a whole word.

    >>> Secrets(["sk-Zx81kQp04LmN"]).scrub("you sent sk-Zx81kQp04LmN, or sk%2DZx81kQp0…")
    'you sent ***, or ***…'
    >>> Secrets(["none"]).scrub("none of it is secret")
    'none of it is secret'
    """

    def __init__(self, values: Iterable[str] = ()) -> None:
        values = [*values]
        given = {value.strip() for value in values}
        words = {value.strip() for value in values if isinstance(value, Password)}
        needles = {needle.text: needle for value in given for needle in _needles(value)}
        needles |= {word.text: word for value in words for word in _whole_word(value, needles)}
        self._grams: dict[str, list[tuple[_Needle, int]]] = {}
        for needle in needles.values():
            for at in range(len(needle.text) - _GRAM + 1):
                self._grams.setdefault(needle.text[at : at + _GRAM], []).append((needle, at))
        literal = {form for value in given if _is_symbols(value) for form in _written(value)}
        self._literal = sorted(literal, key=len, reverse=True)

    @classmethod
    def of(cls, values: Iterable[str]) -> Secrets:
        """Return the scrubber of these values, cached."""
        return _made(frozenset((value, isinstance(value, Password)) for value in values if value))

    def __bool__(self) -> bool:
        return bool(self._grams or self._literal)

    def scrub(self, text: str) -> str:
        """Return a message without the secrets, and without logins and keys of any URL."""
        return masked_text(self.clean(text))

    def clean(self, text: str, *, said: str = "") -> str:
        """Return text without the secrets, otherwise unchanged.

        Args:
            text: an answer, for instance.
            said: text from the user (an article), which is not secret.
        """
        if not self:
            return text
        for form in self._literal:
            if form in text and form not in said:
                text = text.replace(form, MASK)
        plain = letters(text).translate(_SMALL)
        if next(self._runs(plain), None) is None:
            return text
        return self._masked(text, said)

    def cleaned(self, value: Any, *, said: str = "") -> Any:
        """Return JSON, or an object with a `__dict__`, with all text scrubbed."""
        if isinstance(value, str):
            return self.clean(value, said=said)
        if isinstance(value, list | tuple):
            return type(value)([self.cleaned(item, said=said) for item in value])
        if isinstance(value, Mapping):
            pairs = value.items()
            return {self.clean(str(k), said=said): self.cleaned(v, said=said) for k, v in pairs}
        if hasattr(value, "__dict__"):
            for name, inner in vars(value).items():
                setattr(value, name, self.cleaned(inner, said=said))
        return value

    def show_in(self, error: BaseException) -> bool:
        """Return whether an error or one of its causes contains a secret."""
        texts = (" ".join((str(one), repr(one), *_notes(one))) for one in _family(error))
        return any(self.scrub(words) != words for words in texts)

    def _masked(self, text: str, said: str) -> str:
        """Return the text with a mask in place of every part of a secret."""
        cased, places = located_letters(text)
        plain, spoken = cased.translate(_SMALL), letters(said).translate(_SMALL)
        spans: list[tuple[int, int]] = []
        for start, end, needle in self._runs(plain):
            span = places[start][0], places[end - 1][1]
            if plain[start:end] in spoken or (needle.whole and not _is_one_piece(text, *span)):
                continue
            spans.append(span)
        pieces, at = [], 0
        for start, end in sorted(spans):
            if start >= at:
                pieces += [text[at:start], MASK]
            at = max(at, end)
        return "".join((*pieces, text[at:])) if spans else text

    def _runs(self, plain: str) -> Iterator[tuple[int, int, _Needle]]:
        """Yield each run of characters that is part of a secret: start, end, secret."""
        seen = set[tuple[int, int, str]]()
        for at in range(0, len(plain) - _GRAM + 1, _STEP):
            for needle, place in self._grams.get(plain[at : at + _GRAM], ()):
                start, first = at, place
                while start and first and plain[start - 1] == needle.text[first - 1]:
                    start, first = start - 1, first - 1
                end, last = at + _GRAM, place + _GRAM
                while (
                    end < len(plain) and last < len(needle.text) and plain[end] == needle.text[last]
                ):
                    end, last = end + 1, last + 1
                run = (start, end, needle.text)
                if run not in seen and needle.betrays(first, end - start):
                    seen.add(run)
                    yield start, end, needle


@lru_cache(maxsize=64)
def _made(values: frozenset[tuple[str, bool]]) -> Secrets:
    return Secrets(Password(value) if password else value for value, password in values)


_NONE = Secrets()
_IN_USE: ContextVar[Secrets] = ContextVar("secrets", default=_NONE)
"""The secrets of the request in flight."""


@contextmanager
def using(secrets: Secrets) -> Iterator[None]:
    """Scrub these secrets from logs and quotations in the block."""
    token = _IN_USE.set(secrets)
    try:
        yield
    finally:
        _IN_USE.reset(token)


def in_use() -> Secrets:
    """Return the secrets of the request in flight."""
    return _IN_USE.get()


def scrub(text: str) -> str:
    """Return a message without the secrets in use, and without logins and keys of any URL."""
    return _IN_USE.get().scrub(text)


def scrub_logs(*names: str) -> None:
    """Scrub the lines of these loggers while secrets are in use."""
    for name in names:
        logging.getLogger(name).addFilter(_scrubbed)


def _scrubbed(record: logging.LogRecord) -> bool:
    if secrets := _IN_USE.get():
        record.msg, record.args = secrets.scrub(record.getMessage()), ()
        if record.exc_info and record.exc_info[1] is not None:
            record.exc_text = secrets.scrub("".join(traceback.format_exception(record.exc_info[1])))
            record.exc_info = None
    return True


def _needles(value: str) -> Iterator[_Needle]:
    for form, text in _forms(value):
        cased = letters(text)
        small, least = cased.translate(_SMALL), min(len(cased), _RUNS[form])
        if len(small) < _RUN:
            continue
        encoded = form != "plain"
        if _changes(cased) >= _CHANGES or (encoded and len(small) >= _ENCODED):
            yield _Needle(small, cased, least, encoded=encoded)
        elif form == "plain" and _is_no_word(value, cased):
            yield _Needle(small, cased, max(_RUN, -(-3 * len(small) // 4)), whole=True)


def _whole_word(password: str, known: Mapping[str, _Needle]) -> Iterator[_Needle]:
    """Yield a password that could be a word, if it is long enough and not known."""
    cased = letters(password)
    small = cased.translate(_SMALL)
    if len(small) >= _RUN and small not in known:
        yield _Needle(small, cased, len(small), whole=True)


def _forms(value: str) -> Iterator[tuple[str, str]]:
    """Yield a secret plain, in base64 at each of the three alignments, and in hex."""
    data = value.encode("utf-8", "surrogatepass")
    yield "plain", value
    yield "hex", data.hex()
    for before in range(3):
        whole = base64.b64encode(bytes(before) + data + bytes(-(before + len(data)) % 3)).decode()
        first, last = -(-8 * before // 6), 8 * (before + len(data)) // 6
        for part in (whole[first:last], whole[first:last].translate(str.maketrans("+/", "-_"))):
            yield "base64", part


def _is_no_word(value: str, cased: str) -> bool:
    """Whether a secret in one piece cannot be a word of a message."""
    if any(c.isdigit() for c in cased) and any(c.isalpha() for c in cased):
        return True
    parts = len(NOISE.split(value.strip("-_. ")))
    return len(cased) >= _LONG or (len(cased) >= _PHRASE and parts > 2)  # noqa: PLR2004


def _is_symbols(value: str) -> bool:
    """Whether a secret has few letters and digits, but signs that no word or figure has."""
    signs = sum(not c.isalnum() and not c.isspace() for c in value)
    return len(value) >= _RUN > len(letters(value)) and signs >= _SIGNS


def _written(value: str) -> set[str]:
    """Return a secret in the common forms of quoting."""
    quoted = quote(value, safe="")
    return {
        value,
        quoted,
        re.sub(r"%..", lambda code: code[0].lower(), quoted),
        json.dumps(value)[1:-1],
        html.escape(value),
        repr(value)[1:-1],
        repr(value.encode())[2:-1],
    }


def _changes(text: str) -> int:
    """Count the changes of the kind of character: digit, capital, other."""
    kinds = ["0" if c.isdigit() else "A" if c.isupper() else "a" for c in text]
    return sum(one != other for one, other in pairwise(kinds))


def _is_one_piece(text: str, start: int, end: int) -> bool:
    """Whether a part of a text has no blanks and, if it is short, is a separate word."""
    if any(c.isspace() for c in text[start:end]):
        return False
    if end - start >= _LONG:
        return True
    before = text[max(0, start - 8) : start]
    begins = not before[-1:].isalnum() or _ESCAPED.search(before) is not None
    ends = not text[end : end + 1].isalnum()
    return begins and ends


def _family(error: BaseException) -> list[BaseException]:
    """Return an error, its causes and contexts, and the members of groups."""
    found, waiting = list[BaseException](), [error]
    while waiting and len(found) < _DEPTH:
        one = waiting.pop()
        if any(one is other for other in found):
            continue
        found.append(one)
        inner = [one.__cause__, one.__context__, *getattr(one, "exceptions", ())]
        waiting += [other for other in inner if isinstance(other, BaseException)]
    return found


def _notes(error: BaseException) -> Iterator[str]:
    """Yield the other texts of an error: notes, and visible attributes."""
    yield from map(str, getattr(error, "__notes__", ()))
    yield repr(vars(error))
