"""Articles in, files of requests out: what of a corpus has to be sent, in parts of a bounded size."""

from __future__ import annotations

from collections import Counter
from collections.abc import Generator, Iterable, Iterator
from typing import Any, Protocol

from guarantee_summarizer.article import Article, ArticleLike
from guarantee_summarizer.corpus.batch_parts import Part, Parts, Writer, line_of
from guarantee_summarizer.corpus.ledger import Ledger
from guarantee_summarizer.corpus.outcomes import Failure
from guarantee_summarizer.errors import ArticleError

__all__ = ["Outbox", "Works"]


class Works(Protocol):
    """Whose requests they are: a `Summarizer`."""

    def key(self, article: Article) -> str:
        """What tells this piece of work from any other."""

    def request(self, article: ArticleLike) -> dict[str, Any]:
        """The body of its request."""

    @property
    def settings(self) -> dict[str, Any]:
        """What it takes to build it again, without the key."""


class Outbox:
    """Fills one part after the other, and counts what became of each article.

    Args:
        works: makes keys and requests.
        ledger: knows what is done.
        maker: the parts are marked with it.
        url: where the provider sends each request.
        most: requests in one part, and bytes.
    """

    def __init__(
        self, works: Works, ledger: Ledger, *, maker: str, url: str, most: tuple[int, int]
    ) -> None:
        self._works, self._ledger, self._parts = works, ledger, Parts(ledger)
        self._maker, self._url = maker, url
        self._requests, self._bytes = most
        self._run = 0
        self.counts: Counter[str] = Counter()
        self.failures: list[Failure] = []

    def parts(self, articles: Iterable[ArticleLike | Failure]) -> Generator[Part]:
        """The parts, each planned before it is handed out."""
        writer: Writer | None = None
        try:
            for key, line, article in self._lines(articles):
                if writer and self._full(writer, line):
                    self._close(writer)
                    filled, writer = writer, None  # whatever happens now, its files stay
                    yield self._planned(filled)
                writer = writer or self._parts.writer()
                writer.add(key, line, article)
            if writer:
                self._close(writer)
                filled, writer = writer, None
                yield self._planned(filled)
        finally:
            if writer:
                writer.discard()

    def _close(self, writer: Writer) -> None:
        writer.close()
        if not self._run:  # it has nothing more to do than to wait for its entries
            self._run = self._ledger.begin({**self._works.settings, "batch": True})
            self._ledger.end(self._run, "finished")

    def _planned(self, writer: Writer) -> Part:
        return self._parts.plan(writer, maker=self._maker, run=self._run)

    def _full(self, writer: Writer, line: bytes) -> bool:
        return len(writer.keys) >= self._requests or writer.size + len(line) > self._bytes

    def _lines(
        self, articles: Iterable[ArticleLike | Failure]
    ) -> Iterator[tuple[str, bytes, Article]]:
        """The key and the request of each article that has to be sent."""
        taken = self._parts.pending()
        for number, given in enumerate(articles):
            if isinstance(given, Failure):
                self.failures.append(given)
                continue
            try:
                article = Article.of(given)
                key = self._works.key(article)
                if why := self._why_not(key, taken):
                    self.counts[why] += 1
                    continue
                line = self._line(key, article)
            except ArticleError as error:
                source = given.source if isinstance(given, Article) else f"article {number + 1}"
                self.failures.append(Failure(source, error))
                continue
            taken.add(key)
            yield key, line, article

    def _why_not(self, key: str, taken: set[str]) -> str | None:
        if key in taken:
            return "pending"
        entry = self._ledger.get(key)
        return "done" if entry is not None and entry.status == "done" else None

    def _line(self, key: str, article: Article) -> bytes:
        body = self._works.request(article)
        line = line_of({"custom_id": key, "method": "POST", "url": self._url, "body": body})
        if len(line) > self._bytes:
            raise ArticleError(
                f"{article.source}: its request takes {len(line):,} bytes, a file at most "
                f"{self._bytes:,}; split it"
            )
        return line
