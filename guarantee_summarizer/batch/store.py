"""Store the articles that wait in batches in the ledger's file.

A part becomes one batch. Its articles are written one by one, then the row of the part; from then
on they are reserved.
"""

from __future__ import annotations

import json
import sqlite3
import uuid
from collections import Counter
from collections.abc import Iterable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import asdict, dataclass, replace
from datetime import date
from tempfile import TemporaryFile
from typing import IO, TYPE_CHECKING, Any, Literal

from guarantee_summarizer.article import Article, ArticleLike
from guarantee_summarizer.corpus.ledger import Ledger
from guarantee_summarizer.corpus.records import storable
from guarantee_summarizer.corpus.results import Failure
from guarantee_summarizer.corpus.rows import (
    BATCH,
    ITEM,
    Damaged,
    batch_values,
    checksum,
    item_values,
)
from guarantee_summarizer.errors import ArticleError, LedgerError
from guarantee_summarizer.summarizer import Summarizer

if TYPE_CHECKING:  # loads openai, which only a batch needs
    from guarantee_summarizer.batch.provider import BatchApi

__all__ = ["MOST_NOTES", "OPEN", "BatchStore", "Outbox", "Part"]

Step = Literal["gathering", "planned", "uploaded", "created", "unsent", "collected"]
OPEN: tuple[Step, ...] = ("planned", "uploaded", "created", "unsent")
"""The steps of a part that has all its articles and is not collected."""

MOST_NOTES = 20
"""The number of notes that are kept about one batch."""

_REVIEW = "-review"  # suffix of the names of parts for the reviewer


@dataclass(frozen=True, slots=True, kw_only=True)
class Part:
    """The articles of one batch and the last step taken.

    `maker` is a hash of the configuration, `run` the run of the ledger. A part for the reviewer is
    `gathering` while answers are collected; `unsent` means cancelled before there was a batch.
    `state`, `done`, `failed` and `notes` are set when it is `collected`.
    """

    part: str
    maker: str
    run: int
    total: int
    step: Step = "planned"
    file_id: str | None = None
    batch_id: str | None = None
    state: str = ""
    done: int = 0
    failed: int = 0
    notes: tuple[str, ...] = ()

    @property
    def review(self) -> bool:
        """Whether its articles have answers that are sent to the reviewer."""
        return self.part.endswith(_REVIEW)

    @property
    def reviewed_by(self) -> Part:
        """The part that sends its answers to the reviewer."""
        return replace(self, part=self.part + _REVIEW, total=0, step="gathering")

    @property
    def marks(self) -> dict[str, str]:
        """The metadata that identifies its batch at the provider."""
        return {"job": "guarantee-summarizer", "part": self.part}


_PUT = """INSERT INTO batches VALUES (:part, :maker, :run, :total, :step, :file_id, :batch_id,
        :state, :done, :failed, :notes, :checksum)
    ON CONFLICT (part) DO UPDATE SET maker = excluded.maker, run = excluded.run,
        total = excluded.total, step = excluded.step, file_id = excluded.file_id,
        batch_id = excluded.batch_id, state = excluded.state, done = excluded.done,
        failed = excluded.failed, notes = excluded.notes, checksum = excluded.checksum"""
_PUT_ITEM = """INSERT OR REPLACE INTO batch_items
    VALUES (:key, :part, :number, :article, :answer, :checksum)"""
_LAST = "SELECT coalesce(max(number), 0) FROM batch_items WHERE part = ?"


class BatchStore:
    """Store the parts of all batch jobs of a ledger.

    A damaged row is reported with its key; the others are not affected.

    Raises:
        LedgerError: from every method: the ledger cannot be used.
    """

    def __init__(self, ledger: Ledger) -> None:
        self._ledger = ledger

    @contextmanager
    def alone(self, work: str) -> Iterator[None]:
        """Lock `work` against other threads and live processes while a `with` block lasts."""
        if self._ledger.claim(f"batch {work}") != "mine":
            path = self._ledger.path
            raise LedgerError(
                f"{path}: another thread or process runs {work}; wait until it has ended"
            )
        try:
            yield
        finally:
            self._ledger.release(f"batch {work}")

    def parts(self) -> list[Part]:
        """Return every intact part, collected ones too, the oldest first."""
        return [part for _, part in self._parts() if isinstance(part, Part)]

    def damaged(self) -> dict[int, Failure]:
        """Return a failure for each damaged part, by the number of its row."""
        return {row: part for row, part in self._parts() if isinstance(part, Failure)}

    def _parts(self) -> Iterator[tuple[int, Part | Failure]]:
        for row in self._ledger.read("SELECT rowid AS row, * FROM batches ORDER BY rowid"):
            try:
                yield row["row"], Part(**batch_values(row))
            except Damaged as reason:
                remedy = "submit its articles again; the provider has it with this name as 'part'"
                yield row["row"], self._failure(f"batch {row['part']}", reason, remedy)

    def lost(self, key: str, reason: Damaged) -> Failure:
        """Return the failure of a damaged article."""
        return self._failure(f"batch item {key}", reason, "submit its article again")

    def _failure(self, what: str, reason: Damaged, remedy: str) -> Failure:
        source = f"{self._ledger.path.name}, {storable(what)}"
        return Failure(source, LedgerError(f"{source}: is damaged ({reason}); {remedy}"))

    def put(self, part: Part) -> Part:
        """Write the state of a part; if it is collected, delete its articles."""
        values = {**asdict(part), "notes": json.dumps(part.notes)}
        values["checksum"] = checksum(values[name] for name in BATCH)
        with self._ledger.transaction() as connection:
            connection.execute(_PUT, values)
            if part.step == "collected":
                connection.execute("DELETE FROM batch_items WHERE part = ?", (part.part,))
        return part

    def drop(self, row: int) -> None:
        """Delete the part of a row with its articles."""
        items = "DELETE FROM batch_items WHERE part = (SELECT part FROM batches WHERE rowid = ?)"
        with self._ledger.transaction() as connection:
            connection.execute(items, (row,))
            connection.execute("DELETE FROM batches WHERE rowid = ?", (row,))

    def waits(self, key: str) -> bool:
        """Return whether an article is waiting for an answer."""
        return bool(self._ledger.read("SELECT 1 FROM batch_items WHERE key = :key", key=key))

    def add(self, part: str, number: int, key: str, article: Article) -> None:
        """Write an article of a future part, with the number of its request."""
        day = article.published.isoformat() if article.published else None
        record = json.dumps(asdict(article) | {"published": day}, ensure_ascii=False)
        values = {"key": key, "part": part, "number": number, "article": storable(record)}
        with self._ledger.transaction() as connection:
            _put_item(connection, values | {"answer": None})

    def move(self, key: str, part: Part, answer: str) -> None:
        """Write an article's answer and move it to the part for the reviewer."""
        row = dict(self._row(key))
        with self._ledger.transaction() as connection:
            number = connection.execute(_LAST, (part.part,)).fetchone()[0] + 1
            moved = {"part": part.part, "number": number, "answer": storable(answer)}
            _put_item(connection, row | moved)

    def answer(self, key: str) -> str | None:
        """Return the stored answer of an article that is to be reviewed; None if it does not wait.

        Raises:
            Damaged: its row was changed after it was written.
        """
        return self._values(key)["answer"] if self.waits(key) else None

    def clear(self) -> None:
        """Delete the articles of parts that were never finished."""
        statement = "DELETE FROM batch_items WHERE part NOT IN (SELECT part FROM batches)"
        with self._ledger.transaction() as connection:
            connection.execute(statement)

    def numbers(self, part: Part) -> dict[str, int]:
        """Return the number of each key's request, from 1; about 150 bytes of memory each."""
        statement = "SELECT key, number FROM batch_items WHERE part = :part ORDER BY number"
        rows = self._ledger.read(statement, part=part.part)
        return {storable(str(row["key"])): row["number"] for row in rows}

    def article(self, key: str) -> Article:
        """Return an article exactly as it was submitted.

        Raises:
            Damaged: its row was changed after it was written, or is missing.
        """
        values = self._values(key)["article"]
        try:
            day = values["published"]
            return Article(**{**values, "published": date.fromisoformat(day) if day else None})
        except (KeyError, TypeError, ValueError) as error:
            raise Damaged("it holds no article") from error

    def _values(self, key: str) -> dict[str, Any]:
        return item_values(self._row(key))

    def _row(self, key: str) -> sqlite3.Row:
        for row in self._ledger.read("SELECT * FROM batch_items WHERE key = :key", key=key):
            return row
        raise Damaged("its row is gone")

    @contextmanager
    def file(self) -> Iterator[IO[bytes]]:
        """Open a temporary file beside the ledger."""
        folder = self._ledger.path.parent
        try:
            with TemporaryFile(dir=folder) as file:
                yield file
        except OSError as error:
            message = f"{folder}: cannot be written ({error.strerror}); recorded results are kept"
            raise LedgerError(message) from error


def _put_item(connection: sqlite3.Connection, values: dict[str, Any]) -> None:
    values["checksum"] = checksum(values[name] for name in ITEM)
    connection.execute(_PUT_ITEM, values)


class Outbox:
    """Divide articles into parts, and count those sent, done, pending and failed.

    Args:
        summarizer: creates keys and requests.
        ledger: says which articles are done.
        maker: the hash of the configuration, written to each part.
        api: the provider's API, for the URL of each request and the format of answers.
        most: requests and bytes in one part; half as many with a review, whose requests also
            contain the summary.
    """

    def __init__(
        self,
        summarizer: Summarizer,
        ledger: Ledger,
        *,
        maker: str,
        api: BatchApi,
        most: tuple[int, int],
    ) -> None:
        self._summarizer, self._ledger, self._store = summarizer, ledger, BatchStore(ledger)
        self._maker, self._api = maker, api
        self._most_requests, self._most_bytes = most
        self._full = self._most_bytes // 2 if summarizer.options.review else self._most_bytes
        self._run = 0
        self.counts: Counter[str] = Counter()
        self.failures: list[Failure] = []

    def parts(self, articles: Iterable[ArticleLike | Failure]) -> Iterator[Part]:
        """Record each part as planned, then yield it."""
        self._store.clear()  # of an interrupted submission
        name, total, size = uuid.uuid4().hex, 0, 0
        for key, article, length in self._admitted(articles):
            if total == self._most_requests or (total and size + length > self._full):
                yield self._planned(name, total)
                name, total, size = uuid.uuid4().hex, 0, 0
            total, size = total + 1, size + length
            self._store.add(name, total, key, article)
        if total:
            yield self._planned(name, total)

    def write(self, part: Part, file: IO[bytes]) -> None:
        """Write the requests of a part as lines."""
        for key in self._store.numbers(part):
            with suppress(Damaged):  # reported when the answers are collected
                file.write(self._line(key, self._store.article(key)))

    def _planned(self, name: str, total: int) -> Part:
        if not self._run:  # ended at once: later calls of `collect` write the entries
            self._run = self._ledger.begin(self._summarizer.settings)
            self._ledger.end(self._run, "finished")
        return self._store.put(Part(part=name, maker=self._maker, run=self._run, total=total))

    def _admitted(
        self, articles: Iterable[ArticleLike | Failure]
    ) -> Iterator[tuple[str, Article, int]]:
        """Yield each article to send, with its key and the size of its request in bytes."""
        for number, item in enumerate(articles, 1):
            if isinstance(item, Failure):
                self.failures.append(item)
                continue
            try:
                article = Article.of(item)
                key = self._summarizer.key(article)
                if reason := self._why_not(key):
                    self.counts[reason] += 1
                    continue
                length = self._length(key, article)
            except ArticleError as error:
                source = item.source if isinstance(item, Article) else f"article {number}"
                self.failures.append(Failure(source, error))
                continue
            yield key, article, length

    def _why_not(self, key: str) -> str | None:
        if self._store.waits(key):
            return "pending"
        entry = self._ledger.get(key)
        return "done" if entry is not None and entry.status == "done" else None

    def _length(self, key: str, article: Article) -> int:
        length = len(self._line(key, article))
        if length > self._most_bytes:
            raise ArticleError(
                f"{article.source}: its request takes {length:,} bytes, a file at most "
                f"{self._most_bytes:,}; split it"
            )
        return length

    def _line(self, key: str, article: Article) -> bytes:
        answer = self._store.answer(key)
        if answer is None:
            body = self._summarizer.request(article)
        else:
            body = self._summarizer.review_request(article, self._api.completion(answer)) or {}
        line = {"custom_id": key, "method": "POST", "url": self._api.url, "body": body}
        text = json.dumps(line, ensure_ascii=False, separators=(",", ":")) + "\n"
        return text.encode("utf-8", "backslashreplace")  # lone surrogates as escapes
