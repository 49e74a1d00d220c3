"""Read articles from plain text with an optional header, or JSON; number their sentences."""

from __future__ import annotations

import hashlib
import json
import re
from bisect import bisect_left, bisect_right
from collections import defaultdict
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from datetime import date
from functools import cached_property
from pathlib import Path
from typing import Any, Self, TypeVar, cast

from guarantee_summarizer.encodings import decode, read_bytes
from guarantee_summarizer.errors import ArticleError
from guarantee_summarizer.fields import Metadata, day_of, is_missing, read_fields
from guarantee_summarizer.headers import read_header
from guarantee_summarizer.plain import is_readable, readable
from guarantee_summarizer.refusals import MAX_CHARACTERS, READ_FILE, refuse
from guarantee_summarizer.sentence_index import SentenceIndex
from guarantee_summarizer.sentences import Sentence, segment
from guarantee_summarizer.sizes import is_crowded
from guarantee_summarizer.text import FoldedText, fold, looks_english
from guarantee_summarizer.truncation import end_of

__all__ = ["DEFAULT_SOURCES", "MAX_CHARACTERS", "Article", "ArticleLike"]

DEFAULT_SOURCES = ("the text", "the record", "the row")
"""Default values of `source`."""

_T = TypeVar("_T")


@dataclass(frozen=True, kw_only=True)
class Article:
    """An immutable article; create one with `from_text`, `from_file` or `from_dict`.

    Attributes:
        text: the article, never changed: every offset in a summary is into it (code points,
            0-based, half-open).
        title: its headline, if known.
        published: the day of publication, if known; dates in the text are counted from it.
        outlet: who published it, if known.
        url: its address, if known; never fetched.
        body: the offset where a header before the text ends.
        source: the article's name in messages, for instance its file.
        end: the offset of the mark of an aggregator that cut the text (`[+4321 chars]`); None if
            there is no such mark.
        metadata: the unknown fields of its record, as plain JSON values, and under `source` the
            file and row where it was first read: the record's `source` becomes `record_source`,
            a repeated name `id.1`. They are returned with the summary, to join results to inputs;
            no model sees them, and the article's id does not depend on them.
        warnings: notes on input that could not be used, each a sentence without full stop.
    """

    text: str
    title: str | None = None
    published: date | None = None
    outlet: str | None = None
    url: str | None = None
    body: int = 0
    source: str = "the text"
    end: int | None = None
    metadata: Mapping[str, Any] = field(default_factory=Metadata)
    warnings: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        if not isinstance(self.metadata, Metadata):
            object.__setattr__(self, "metadata", Metadata(self.metadata))
        object.__setattr__(self, "warnings", tuple(self.warnings))

    def __repr__(self) -> str:
        """Name the article, its day and its title in one line."""
        about = [self.id, str(self.published or ""), repr(self.title) if self.title else ""]
        return f"<Article {' '.join(filter(None, about))}: {len(self.text):,} characters>"

    @classmethod
    def from_text(  # noqa: PLR0913  (all but the text by name)
        cls,
        text: str,
        *,
        title: str | None = None,
        published: date | str | float | None = None,
        outlet: str | None = None,
        url: str | None = None,
        source: str = "the text",
        metadata: Mapping[str, Any] | None = None,
    ) -> Self:
        """Read a plain text and its header; arguments take precedence over the header.

        A header may have labelled lines (`title: …`, `date 2026-01-06`), a bare title above a date
        or a byline, an outlet, front matter between lines of dashes, or `date 2026-01-06` in front
        of the first sentence.

        Args:
            text: the article, at most `MAX_CHARACTERS` code points.
            title: headline.
            published: day of publication: a date, ISO 8601 (`2026-01-06`), words, or seconds since
                1970. A value that is not a day becomes a warning.
            outlet: its publisher.
            url: its address; never fetched.
            source: its name in messages, for instance the file name.
            metadata: any other values to return with the summary.

        Raises:
            ArticleError: the text is empty, too long, binary, or has no full sentence.

        >>> Article.from_text(" date 2026-01-06 The US will help.").published
        datetime.date(2026, 1, 6)
        """
        if not isinstance(text, str):
            raise ArticleError(f"{source}: the text is {type(text).__name__}, not str")
        header, body = read_header(text)
        given = header.get("published") if is_missing(published) else published
        place = {} if source in DEFAULT_SOURCES else {"source": source}
        end, warnings = end_of(text, body)
        if (day := day_of(given)) is None and not is_missing(given):
            warnings += (f"published: {given!r} is not a date; the article is read without it",)
        article = cls(
            text=text,
            title=title or header.get("title"),
            published=day,
            outlet=outlet or header.get("outlet"),
            url=url or header.get("url"),
            body=body,
            source=source,
            end=end,
            metadata=Metadata({**place, **(metadata or {})}),
            warnings=warnings,
        )
        refuse(text, body=body, end=end, name=source)
        return article

    @classmethod
    def from_dict(cls, data: Mapping[str, Any], *, source: str = "the record") -> Self:
        """Read a record with `text` and optionally `title`, `date` or `published`, `outlet`, `url`.

        Common other names and forms are accepted (`source` as an object, `publishedAt`, seconds
        since 1970); a value that cannot be read becomes a warning. All other fields are `metadata`.

        Raises:
            ArticleError: there is no text, or as in `from_text`.

        >>> Article.from_dict({"text": "The US will help.", "date": "2026-01-06"}).published
        datetime.date(2026, 1, 6)
        """
        text = data.get("text")
        if "text" in data and is_missing(text):
            raise ArticleError(f'{source}: field "text" is empty; give the text of an article')
        if not isinstance(text, str):
            keys = ", ".join(map(repr, list(data)[:8])) or "nothing"
            raise ArticleError(f'{source}: needs a field "text" with the article; it has {keys}')
        fields, metadata, warnings = read_fields(data, "text")
        article = cls.from_text(text, source=source, metadata=metadata, **fields)
        return replace(article, warnings=tuple(dict.fromkeys((*article.warnings, *warnings))))

    @classmethod
    def from_file(cls, path: str | Path) -> Self:
        """Read a text file, or a `.json` file with one object as in `from_dict`.

        UTF-8, or UTF-16 or UTF-32 with a byte order mark. For pages, tables and so on use
        `read_articles`.

        Raises:
            ArticleError: the file does not exist, is a folder, a URL, binary, wrongly encoded or
                not a JSON object, or as in `from_text`; the message names the file.
        """
        name = str(path)
        if re.match(r"https?://", name, re.IGNORECASE):
            raise ArticleError(f"{name}: is a URL; nothing is fetched, save the page's text first")
        text = decode(read_bytes(Path(path)), name)
        if Path(path).suffix.lower() != ".json":
            return cls.from_text(text, source=name)
        if is_crowded(text):
            raise ArticleError(f"{name}: has too many values for one article")
        try:
            data = json.loads(text)
        except (ValueError, RecursionError) as error:
            raise ArticleError(f"{name}: is not valid JSON ({error})") from error
        if not isinstance(data, dict):
            raise ArticleError(f'{name}: needs one JSON object with a field "text"')
        return cls.from_dict(data, source=name)

    @classmethod
    def of(cls, article: ArticleLike) -> Article:
        """Return an article unchanged, or read it from a text or a record as in `from_dict`.

        Raises:
            ArticleError: `given` is none of these, or cannot be read.
        """
        if isinstance(article, Article):
            return article
        if isinstance(article, str):
            return cls.from_text(article)
        if isinstance(article, Mapping):
            return cls.from_dict(article)
        if isinstance(article, Path):
            raise ArticleError(f"{article}: {READ_FILE}")
        kind = type(article).__name__
        raise ArticleError(f"give an Article, its text or a record with its text, not {kind}")

    @cached_property
    def id(self) -> str:
        """Hash of text and metadata: 16 hex digits of SHA-256, equal on every machine."""
        day = self.published.isoformat() if self.published else None
        parts = [self.text, self.title, day, self.outlet, self.url]
        return hashlib.sha256(json.dumps(parts).encode()).hexdigest()[:16]

    def to_dict(self) -> dict[str, Any]:
        """Return the record that `from_dict` reads, without unknown values.

        >>> Article.from_text("The US will help.", outlet="UNN").to_dict()
        {'text': 'The US will help.', 'outlet': 'UNN'}
        """
        day = self.published.isoformat() if self.published else None
        known = {"title": self.title, "published": day, "outlet": self.outlet, "url": self.url}
        record = {"text": self.text, **known, "metadata": dict(self.metadata)}
        return {name: value for name, value in record.items() if value}

    @cached_property
    def english(self) -> bool:
        """Whether the text looks English, by its function words."""
        return looks_english(self.text[self.body : self.end])

    @cached_property
    def sentences(self) -> tuple[Sentence, ...]:
        """The numbered sentences after the header, with offsets into `text`."""
        return tuple(segment(self.text[: self.end], self.body))

    @property
    def readable(self) -> Article:
        """The article as a person reads it: the same sentences, with offsets into the new text.

        Invisible characters, runs of white space, line breaks inside sentences, footnote marks and
        Markdown inside a line are removed. An article without them is returned itself.
        """
        return self._rewritten or self  # one that kept itself would wait for the garbage collector

    @cached_property
    def _rewritten(self) -> Article | None:
        """The readable article; None if this one is."""
        if all(is_readable(s.text) for s in self.sentences):
            return None
        rewritten = [readable(s.text).text for s in self.sentences]
        pieces, sentences, at, end = list[str](), list[Sentence](), 0, self.body
        for sentence, text in zip(self.sentences, rewritten, strict=True):
            lines = self.text[end : sentence.start].count("\n") if pieces else 0
            gap = ("\n" * min(lines, 2) or " ") if pieces else ""
            start = at + len(gap)
            pieces += (gap, text)
            at, end = start + len(text), sentence.end
            sentences.append(Sentence(sentence.number, start, at, text))
        made = replace(self, text="".join(pieces), body=0, end=None)
        made.__dict__["sentences"] = tuple(sentences)  # from the original split, not split again
        return made

    def written(self, rewrite: Callable[[str], str]) -> Article:
        """Return the article with a rewritten text of the same length and the same sentences."""
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

    @cached_property
    def known(self) -> dict[Callable[..., Any], dict[Any, Any]]:
        """Cache of functions' results for texts and sentences of the article and its summary."""
        return defaultdict(dict)

    def cached(self, function: Callable[[str], _T], text: str) -> _T:
        """Return the result of a function for a text of the article or its summary; cached.

        Several claims cite one sentence, and claims recur in a stream and after a re-ask.
        """
        results = self.known[function]
        if text not in results:
            results[text] = function(text)
        return cast("_T", results[text])

    def naming(self, name: str) -> tuple[Sentence, ...]:
        """Return the sentences with `name` as whole words, in any spelling; cached.

        A short abbreviation (US, IT) must be in capitals there, too.
        """
        return self._index.naming(name)

    def holding(self, words: str) -> list[int]:
        """Return the indexes of the sentences that contain folded words, as whole words."""
        return self._index.holding(words)

    @cached_property
    def _index(self) -> SentenceIndex:
        return SentenceIndex(self.sentences, self.readable.sentences, self.folded_sentences)

    def sentences_at(self, start: int, end: int) -> tuple[Sentence, ...]:
        """Return the sentences that overlap the slice from `start` to `end`."""
        first = bisect_right(self.sentences, start, key=lambda s: s.end)
        last = bisect_left(self.sentences, end, key=lambda s: s.start)
        return self.sentences[first:last]


ArticleLike = Article | str | Mapping[str, Any]
"""An article, its plain text, or a record with `text` and optionally `title`, `date` …"""
