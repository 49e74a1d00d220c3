"""Article: a text exactly as it was given, what is known about it, and its sentences.

Readers for plain text, for the headers that news exports glue in front of it, and for JSON.
"""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from datetime import date, datetime
from functools import cached_property
from pathlib import Path
from typing import Any, Self

from guarantee_summarizer.errors import ArticleError
from guarantee_summarizer.headers import read_day, read_header
from guarantee_summarizer.text import (
    FoldedText,
    Sentence,
    fold,
    holds,
    looks_english,
    segment,
    spans,
)

__all__ = ["JSON_KEYS", "MAX_CHARACTERS", "Article", "ArticleLike", "decode"]

MAX_CHARACTERS = 2_000_000
"""Longest text that is taken, in code points; about 300,000 words."""

JSON_KEYS = {
    "title": ("title", "headline"),
    "published": ("published", "date", "publication_date", "date_published"),
    "outlet": ("outlet", "source", "publisher"),
    "url": ("url", "link"),
}
"""What a record may call what is known about an article."""
_SENTENCE_END = re.compile(r"[.!?…。！？؟।][\"'”’»)\]]*$")
_PROSE_WORDS = 25  # a "sentence" without a full stop is prose, not a heading, from this length on
_ABBREVIATION = 4  # up to this length, capitals tell a name from a word
_UNSPACED = 8  # characters of a sentence in a script that is written without spaces
_SURROGATE = re.compile(r"[\ud800-\udfff]")
_URL = re.compile(r"https?://\S+\s*$", re.IGNORECASE)


@dataclass(frozen=True, kw_only=True)
class Article:
    """An immutable article; make one with `from_text`, `from_file` or `from_dict`.

    `text` is never changed: every offset in a summary is into it (code points, 0-based,
    half-open). `body` is the offset where a header in front of the text ends. `source` names
    where the article came from, for messages.
    """

    text: str
    title: str | None = None
    published: date | None = None
    outlet: str | None = None
    url: str | None = None
    body: int = 0
    source: str = "the text"

    @classmethod
    def from_text(
        cls,
        text: str,
        *,
        title: str | None = None,
        published: date | str | None = None,
        outlet: str | None = None,
        url: str | None = None,
        source: str = "the text",
    ) -> Self:
        """Read a plain text; a header in front of it is read too, arguments win over it.

        A header is what people paste along: labelled lines (`title: …`, `date 2026-01-06`), a
        bare title above a date or a byline, an outlet, front matter between lines of dashes, or
        `date 2026-01-06` glued in front of the first sentence.

        Args:
            text: the article, at most `MAX_CHARACTERS` code points.
            title: headline.
            published: day of publication, a date or ISO 8601 (`2026-01-06`).
            outlet: who published it.
            url: where it stands; kept, never fetched.
            source: what messages call the article, for instance its file name.

        Raises:
            ArticleError: the text is empty, too long, binary, or holds no full sentence, or
                a date is none.

        >>> Article.from_text(" date 2026-01-06 The US will help.").published
        datetime.date(2026, 1, 6)
        """
        if not isinstance(text, str):
            raise ArticleError(f"{source}: the text is {type(text).__name__}, not str")
        header, body = read_header(text)
        day = published if published is not None else header.get("published")
        article = cls(
            text=text,
            title=title or header.get("title"),
            published=_day(day, source),
            outlet=outlet or header.get("outlet"),
            url=url or header.get("url"),
            body=body,
            source=source,
        )
        _check(article)
        return article

    @classmethod
    def from_dict(cls, data: Mapping[str, Any], *, source: str = "the record") -> Self:
        """Read a record with `text` and, if known, `title`, `date` or `published`, `outlet`, `url`.

        Raises:
            ArticleError: there is no text, a field has the wrong type, or as in `from_text`.

        >>> Article.from_dict({"text": "The US will help.", "date": "2026-01-06"}).published
        datetime.date(2026, 1, 6)
        """
        text = data.get("text")
        if not isinstance(text, str):
            keys = ", ".join(map(repr, list(data)[:8])) or "nothing"
            raise ArticleError(f'{source}: needs a field "text" with the article; it has {keys}')
        found: dict[str, Any] = {}
        for field, names in JSON_KEYS.items():
            value = next((data[name] for name in names if data.get(name)), None)
            if value is not None and not isinstance(value, str | date):
                kind = type(value).__name__
                raise ArticleError(f"{source}: field {field!r} must be a string, not {kind}")
            found[field] = value
        return cls.from_text(text, source=source, **found)

    @classmethod
    def from_file(cls, path: str | Path) -> Self:
        """Read a text file, or a `.json` file with one object as in `from_dict`.

        UTF-8, or UTF-16 with a byte order mark.

        Raises:
            ArticleError: no such file, a folder, a URL, binary or wrongly encoded, no JSON
                object, or as in `from_text`; the message names the file.
        """
        name = str(path)
        if re.match(r"https?://", name, re.IGNORECASE):
            raise ArticleError(f"{name}: is a URL; nothing is fetched, save the page's text first")
        text = decode(_read_bytes(Path(path)), name)
        if Path(path).suffix.lower() != ".json":
            return cls.from_text(text, source=name)
        try:
            data = json.loads(text)
        except ValueError as error:
            raise ArticleError(f"{name}: is not valid JSON ({error})") from error
        if not isinstance(data, dict):
            raise ArticleError(f'{name}: needs one JSON object with a field "text"')
        return cls.from_dict(data, source=name)

    @classmethod
    def of(cls, given: ArticleLike) -> Article:
        """The article that is meant: itself, a plain text, or a record as in `from_dict`.

        Raises:
            ArticleError: it is none of these, or cannot be read.
        """
        if isinstance(given, Article):
            return given
        if isinstance(given, str):
            return cls.from_text(given)
        if isinstance(given, Mapping):
            return cls.from_dict(given)
        kind = type(given).__name__
        raise ArticleError(f"give an Article, its text or a record with its text, not {kind}")

    @cached_property
    def id(self) -> str:
        """Hash of what the article says and when: 16 hex digits of SHA-256, equal on any machine."""
        day = self.published.isoformat() if self.published else None
        parts = [self.text, self.title, day, self.outlet, self.url]
        return hashlib.sha256(json.dumps(parts).encode()).hexdigest()[:16]

    def to_dict(self) -> dict[str, Any]:
        """The record that `from_dict` reads back; what is not known is left out.

        >>> Article.from_text("The US will help.", outlet="UNN").to_dict()
        {'text': 'The US will help.', 'outlet': 'UNN'}
        """
        day = self.published.isoformat() if self.published else None
        known = {"title": self.title, "published": day, "outlet": self.outlet, "url": self.url}
        return {"text": self.text, **{name: value for name, value in known.items() if value}}

    @cached_property
    def english(self) -> bool:
        """Whether the text looks English, by its function words."""
        return looks_english(self.text[self.body :])

    @cached_property
    def sentences(self) -> tuple[Sentence, ...]:
        """The numbered sentences after the header, with offsets into `text`."""
        return tuple(segment(self.text, self.body))

    @cached_property
    def folded(self) -> FoldedText:
        """The text folded for comparison, with the way back to offsets in `text`."""
        return FoldedText(self.text)

    @cached_property
    def folded_sentences(self) -> tuple[str, ...]:
        """The words of every sentence folded, white space runs as one space."""
        return tuple(" ".join(fold(s.text).split()) for s in self.sentences)

    def naming(self, name: str) -> tuple[Sentence, ...]:
        """The sentences that hold `name` as whole words, however it is spelled.

        An abbreviation in capitals (US, IT) has to stand in capitals. Each name is looked for once.
        """
        if name not in self._named:
            self._named[name] = self._search(name)
        return self._named[name]

    @cached_property
    def _named(self) -> dict[str, tuple[Sentence, ...]]:
        return {}

    def _search(self, name: str) -> tuple[Sentence, ...]:
        needle = " ".join(fold(name).split())
        pairs = zip(self.sentences, self.folded_sentences, strict=True)
        found = tuple(s for s, folded in pairs if holds(folded, needle))
        if name.isupper() and len(name) <= _ABBREVIATION:
            return tuple(s for s in found if holds(s.text, name))
        return found

    def sentences_at(self, start: int, end: int) -> tuple[Sentence, ...]:
        """The sentences that the slice from `start` to `end` touches."""
        return tuple(s for s in self.sentences if s.start < end and start < s.end)


ArticleLike = Article | str | Mapping[str, Any]
"""An article, its plain text, or a record with `text` and, if known, `title`, `date` …"""


def _day(value: date | str | None, source: str) -> date | None:
    if isinstance(value, datetime):
        return value.date()
    if value is None or isinstance(value, date):
        return value
    with suppress(ValueError):
        return datetime.fromisoformat(value.strip()).date()
    with suppress(ValueError):
        if day := read_day(value):
            return day
    raise ArticleError(
        f"{source}: published: {value!r} is no date; write it as ISO 8601, for instance 2026-01-06"
    )


def _check(article: Article) -> None:
    """Refuse what nobody can summarize, with one line that says why."""
    name, text = article.source, article.text
    if len(text) > MAX_CHARACTERS:
        raise ArticleError(
            f"{name}: {len(text):,} characters, at most {MAX_CHARACTERS:,} are taken; split it"
        )
    if _URL.match(text.strip()):
        raise ArticleError(f"{name}: is only a URL; nothing is fetched, give the page's text")
    if not text[article.body :].strip():
        where = "is empty below its header" if article.body else "is empty"
        raise ArticleError(f"{name}: {where}; give the text of an article")
    if _SURROGATE.search(text):
        raise ArticleError(f"{name}: holds half a character (a lone surrogate); decode it anew")
    if "\0" in text:
        raise ArticleError(f"{name}: is binary, not text; give plain text or JSON")
    if not any(_is_prose(text[a:b]) for a, b in spans(text, article.body)):  # up to the first one
        raise ArticleError(
            f"{name}: holds no full sentence, only headings or single words; "
            "give the whole text of an article"
        )


def _is_prose(sentence: str) -> bool:
    """Whether it ends like a sentence and is more than a word, or is too long for a heading."""
    words = len(sentence.split())
    if words >= _PROSE_WORDS or len(sentence) >= 8 * _PROSE_WORDS:
        return True
    unspaced = not sentence.isascii() and len(sentence) >= _UNSPACED
    return bool(_SENTENCE_END.search(sentence)) and (words > 1 or unspaced)


def _read_bytes(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except FileNotFoundError as error:
        raise ArticleError(f"{path}: there is no such file") from error
    except IsADirectoryError as error:
        raise ArticleError(f"{path}: is a folder; name the files in it") from error
    except (OSError, ValueError) as error:
        reason = getattr(error, "strerror", None) or error
        raise ArticleError(f"{path}: cannot be read ({reason})") from error


def decode(data: bytes, name: str) -> str:
    """The text of a file in UTF-8, or in UTF-16 with a byte order mark; `name` is for messages.

    Raises:
        ArticleError: it is binary, or in another encoding.
    """
    encoding = "utf-16" if data[:2] in (b"\xff\xfe", b"\xfe\xff") else "utf-8-sig"
    try:
        text = data.decode(encoding)
    except UnicodeDecodeError as error:
        if b"\0" in data[:4096]:
            raise ArticleError(f"{name}: is binary, not text; give plain text or JSON") from error
        raise ArticleError(
            f"{name}: is not UTF-8 (byte {error.start}); convert it, for instance with "
            "'iconv -f CP1251 -t UTF-8'"
        ) from error
    return text
