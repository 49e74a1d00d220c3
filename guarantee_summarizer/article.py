"""Read articles from plain text with an optional header, or JSON; number their sentences."""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import date, datetime
from functools import cached_property
from pathlib import Path
from typing import Any, Self

from guarantee_summarizer.errors import ArticleError
from guarantee_summarizer.headers import read_day, read_header
from guarantee_summarizer.plain import is_readable, readable
from guarantee_summarizer.sentences import Sentence, segment, spans
from guarantee_summarizer.text import (
    FoldedText,
    fold,
    fold_words,
    holds,
    is_unspaced,
    looks_english,
)

__all__ = ["JSON_KEYS", "MAX_CHARACTERS", "Article", "ArticleLike", "decode"]

MAX_CHARACTERS = 2_000_000
"""Longest accepted text, in code points; about 300,000 words."""

JSON_KEYS = {
    "title": ("title", "headline"),
    "published": ("published", "date", "publication_date", "date_published"),
    "outlet": ("outlet", "source", "publisher"),
    "url": ("url", "link"),
}
"""The accepted names of an article's metadata in a record."""
_SENTENCE_END = re.compile(r"[.!?…。！？؟।][\"'”’»)\]]*$")
_PROSE_WORDS = 25  # a "sentence" without a full stop is prose, not a heading, from this length up
_ABBREVIATION = 4  # characters; up to this length case distinguishes US from us
_UNENDED = 40  # characters of a sentence in such a script that has no full stop
_UNSPACED = 8  # characters of a sentence in a script without spaces between words
_SURROGATE = re.compile(r"[\ud800-\udfff]")
_URL = re.compile(r"https?://\S+\s*$", re.IGNORECASE)


@dataclass(frozen=True, kw_only=True)
class Article:
    """An immutable article; create one with `from_text`, `from_file` or `from_dict`.

    `text` is never changed: every offset in a summary is into it (code points, 0-based,
    half-open). `body` is the offset where a header in front of the text ends. `source` is the
    article's name in messages.
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
        """Read a plain text and its header; arguments take precedence over the header.

        A header may have labelled lines (`title: …`, `date 2026-01-06`), a bare title above a date
        or a byline, an outlet, front matter between lines of dashes, or `date 2026-01-06` in front
        of the first sentence.

        Args:
            text: the article, at most `MAX_CHARACTERS` code points.
            title: headline.
            published: day of publication, a date or ISO 8601 (`2026-01-06`).
            outlet: its publisher.
            url: its address; never fetched.
            source: its name in messages, for instance the file name.

        Raises:
            ArticleError: the text is empty, too long, binary, or has no full sentence, or
                `published` is no date.

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
        """Read a record with `text` and optionally `title`, `date` or `published`, `outlet`, `url`.

        Raises:
            ArticleError: there is no text, a field has the wrong type, or as in `from_text`.

        >>> Article.from_dict({"text": "The US will help.", "date": "2026-01-06"}).published
        datetime.date(2026, 1, 6)
        """
        text = data.get("text")
        if not isinstance(text, str):
            keys = ", ".join(map(repr, list(data)[:8])) or "nothing"
            raise ArticleError(f'{source}: needs a field "text" with the article; it has {keys}')
        metadata: dict[str, Any] = {}
        for field, names in JSON_KEYS.items():
            value = next((data[name] for name in names if data.get(name)), None)
            if value is not None and not isinstance(value, str | date):
                kind = type(value).__name__
                raise ArticleError(f"{source}: field {field!r} must be a string, not {kind}")
            metadata[field] = value
        return cls.from_text(text, source=source, **metadata)

    @classmethod
    def from_file(cls, path: str | Path) -> Self:
        """Read a text file, or a `.json` file with one object as in `from_dict`.

        UTF-8, or UTF-16 with a byte order mark.

        Raises:
            ArticleError: the file does not exist, is a folder, a URL, binary, wrongly encoded or
                no JSON object, or as in `from_text`; the message names the file.
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
    def of(cls, article: ArticleLike) -> Article:
        """Return an article as it is, or read it from a text or a record as in `from_dict`.

        Raises:
            ArticleError: it is none of these, or cannot be read.
        """
        if isinstance(article, Article):
            return article
        if isinstance(article, str):
            return cls.from_text(article)
        if isinstance(article, Mapping):
            return cls.from_dict(article)
        kind = type(article).__name__
        raise ArticleError(f"give an Article, its text or a record with its text, not {kind}")

    @cached_property
    def id(self) -> str:
        """Hash of text and metadata: 16 hex digits of SHA-256, equal on every machine."""
        day = self.published.isoformat() if self.published else None
        parts = [self.text, self.title, day, self.outlet, self.url]
        return hashlib.sha256(json.dumps(parts).encode()).hexdigest()[:16]

    def to_dict(self) -> dict[str, Any]:
        """Return the record that `from_dict` reads, without unknown metadata.

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
    def readable(self) -> Article:
        """The article as a person reads it: the same sentences, with offsets into its own text.

        Invisible characters, runs of white space, line breaks inside sentences, footnote marks and
        Markdown inside a line are gone. The article itself if it has none of them.
        """
        if all(is_readable(s.text) for s in self.sentences):
            return self
        rewritten = [readable(s.text).text for s in self.sentences]
        pieces, sentences, at, end = list[str](), list[Sentence](), 0, self.body
        for sentence, text in zip(self.sentences, rewritten, strict=True):
            lines = self.text[end : sentence.start].count("\n") if pieces else 0
            gap = ("\n" * min(lines, 2) or " ") if pieces else ""
            start = at + len(gap)
            pieces += (gap, text)
            at, end = start + len(text), sentence.end
            sentences.append(Sentence(sentence.number, start, at, text))
        made = replace(self, text="".join(pieces), body=0)
        made.__dict__["sentences"] = tuple(sentences)  # as they were split, not split again
        return made

    def written(self, rewrite: Callable[[str], str]) -> Article:
        """Return the article with its text rewritten in the same length, the sentences the same."""
        text = rewrite(self.text)
        if text == self.text:
            return self
        made = replace(self, text=text)
        made.__dict__["sentences"] = tuple(
            Sentence(s.number, s.start, s.end, text[s.start : s.end]) for s in self.sentences
        )
        return made

    @cached_property
    def folded(self) -> FoldedText:
        """The text folded for comparison, with offsets into `text`."""
        return FoldedText(self.text)

    @cached_property
    def folded_sentences(self) -> tuple[str, ...]:
        """The folded words of every sentence, with single spaces."""
        return tuple(" ".join(fold(s.text).split()) for s in self.readable.sentences)

    def naming(self, name: str) -> tuple[Sentence, ...]:
        """Return the sentences with `name` as whole words, however it is spelled; cached.

        A short abbreviation (US, IT) has to be in capitals there too.
        """
        if name not in self._searched:
            self._searched[name] = self._search(name)
        return self._searched[name]

    @cached_property
    def _searched(self) -> dict[str, tuple[Sentence, ...]]:
        return {}

    def _search(self, name: str) -> tuple[Sentence, ...]:
        needle = fold_words(name)
        pairs = zip(self.sentences, self.folded_sentences, strict=True)
        matches = tuple(s for s, folded in pairs if holds(folded, needle))
        if name.isupper() and len(name) <= _ABBREVIATION:
            read = self.readable.sentences
            return tuple(s for s in matches if holds(read[s.number - 1].text, name))
        return matches

    def sentences_at(self, start: int, end: int) -> tuple[Sentence, ...]:
        """Return the sentences that overlap the slice from `start` to `end`."""
        return tuple(s for s in self.sentences if s.start < end and start < s.end)


ArticleLike = Article | str | Mapping[str, Any]
"""An article, its plain text, or a record with `text` and optionally `title`, `date` …"""


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
    """Raise if the article cannot be summarized."""
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
        raise ArticleError(f"{name}: contains a lone surrogate; decode the file as UTF-8")
    if "\0" in text:
        raise ArticleError(f"{name}: is binary, not text; give plain text or JSON")
    if not any(_is_prose(text[a:b]) for a, b in spans(text, article.body)):  # up to the first one
        raise ArticleError(
            f"{name}: has no full sentence, only headings or single words; "
            "give the whole text of an article"
        )


def _is_prose(sentence: str) -> bool:
    """Whether it ends like a sentence and is more than a word, or is too long for a heading."""
    words = len(sentence.split())
    if words >= _PROSE_WORDS or len(sentence) >= 8 * _PROSE_WORDS:
        return True
    unspaced = not sentence.isascii() and len(sentence) >= _UNSPACED
    if len(sentence) >= _UNENDED and 2 * sum(map(is_unspaced, sentence)) > len(sentence):
        return True  # Thai writes no full stops
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
    """Decode a file in UTF-8, or in UTF-16 with a byte order mark; `name` is for messages.

    Raises:
        ArticleError: it is binary, or in another encoding.
    """
    encoding = "utf-16" if data[:2] in (b"\xff\xfe", b"\xfe\xff") else "utf-8-sig"
    try:
        return data.decode(encoding)
    except UnicodeDecodeError as error:
        if b"\0" in data[:4096]:
            raise ArticleError(f"{name}: is binary, not text; give plain text or JSON") from error
        raise ArticleError(
            f"{name}: is not UTF-8 (byte {error.start}); convert it, for instance with "
            "'iconv -f CP1251 -t UTF-8'"
        ) from error
