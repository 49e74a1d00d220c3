"""Collect an ended batch: read its answers, record the results, and select answers for a review."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from guarantee_summarizer.article import Article
from guarantee_summarizer.batch.store import MOST_NOTES, OPEN, BatchStore, Part
from guarantee_summarizer.corpus.ledger import Ledger
from guarantee_summarizer.corpus.records import Entry, entry_of, stored
from guarantee_summarizer.corpus.results import Outcome, Result, failed
from guarantee_summarizer.corpus.rows import Damaged
from guarantee_summarizer.errors import ModelError
from guarantee_summarizer.summarizer import Summarizer

if TYPE_CHECKING:  # loads openai, which only a batch needs
    from guarantee_summarizer.batch.provider import BatchApi, RemoteBatch

__all__ = ["Collection"]


class Collection:
    """Collect the answers of ended batches.

    A collection that was interrupted can be repeated: it records and counts nothing twice.

    Args:
        summarizer: turns answers into summaries, and decides which answers are reviewed.
        ledger: receives the results; its file also holds the articles that wait.
        api: downloads and reads the files of answers.
    """

    def __init__(self, summarizer: Summarizer, ledger: Ledger, api: BatchApi) -> None:
        self._summarizer, self._ledger, self._api = summarizer, ledger, api
        self._store = BatchStore(ledger)

    def outcomes(self, part: Part, remote: RemoteBatch | None) -> Iterator[Outcome]:
        """Yield the outcome of each article that needs no review; then mark the part as collected.

        Answers to be reviewed are moved to another part, which is planned at the end.

        Args:
            part: the articles of the batch.
            remote: the ended batch; None if it was cancelled before it was created.
        """
        counts, notes = Counter[bool](), list[str]()
        for key, answer in self._answers(part, remote, notes):
            if self._moved(part, key, answer):
                continue
            result = self._recorded(part, key, answer)
            counts[result.failure is None] += 1
            yield result.outcome
        if moved := len(self._store.numbers(part.reviewed_by)):
            notes.append(f"{moved} answers were sent to the reviewer")
            self._plan(part.reviewed_by, moved)
        state = remote.state if remote else "cancelled"
        ended = replace(part, step="collected", state=state, notes=tuple(notes[:MOST_NOTES]))
        self._store.put(replace(ended, done=counts[True], failed=counts[False]))

    def _plan(self, review: Part, total: int) -> None:
        """Plan the part for the reviewer, unless an interrupted collection did."""
        if not any(p.part == review.part and p.step in OPEN for p in self._store.parts()):
            self._store.put(replace(review, total=total, step="planned"))

    def _answers(
        self, part: Part, remote: RemoteBatch | None, notes: list[str]
    ) -> Iterator[tuple[str, Any]]:
        """Yield each key once with its completion or error, in the order of the files."""
        waiting = self._store.numbers(part)
        moved = self._store.numbers(part.reviewed_by)  # by an interrupted collection
        for file_id in remote.files if remote else ():
            for key, answer in self._downloaded(file_id, notes):
                if waiting.pop(key, None) is not None:
                    yield key, answer
                elif key not in moved:
                    notes.append(f"custom_id {key[:64]!r} was never sent, or is answered twice")
        for key, number in waiting.items():
            yield key, self._api.unanswered(remote, number)

    def _downloaded(self, file_id: str, notes: list[str]) -> Iterator[tuple[str, Any]]:
        """Yield the key of each line of a file, with its completion or error."""
        with self._store.file() as file:
            if not self._api.download(file_id, file):
                notes.append(f"file {file_id} is gone; the provider deletes files after some time")
                return
            file.seek(0)
            for number, line in enumerate(file, 1):
                if (answer := self._api.read(line, self._text)) is not None:
                    yield answer
                elif line.strip():
                    notes.append(f"line {number} of file {file_id} cannot be read")

    def _text(self, key: str) -> str:
        """Return the text of an article; "" if no article waits under the key."""
        with suppress(Damaged):
            return self._store.article(key).text
        return ""

    def _moved(self, part: Part, key: str, answer: Any) -> bool:
        """Return whether an answer needs a review; if so, move it to the part for reviews."""
        if part.review or isinstance(answer, ModelError):
            return False
        try:
            if self._summarizer.review_request(self._store.article(key), answer) is None:
                return False
        except Damaged:  # reported with its result
            return False
        if not self._store.numbers(part.reviewed_by):
            self._store.put(part.reviewed_by)
        self._store.move(key, part.reviewed_by, answer.model_dump_json())
        return True

    def _recorded(self, part: Part, key: str, answer: Any) -> Result:
        """Return the result of one article, and record it unless it was recorded."""
        try:
            article, first = self._store.article(key), self._store.answer(key)
        except Damaged as reason:
            return self._lost(key, part, reason)
        entry = self._ledger.get(key)
        if entry is not None and entry.run == part.run:  # by an interrupted collection
            return stored(entry, article)
        if first is None:
            result = self._read(article, answer)
        else:
            result = self._read(article, self._api.completion(first), review=answer)
        self._ledger.record(entry_of(key, article, result, part.run))
        return result

    def _lost(self, key: str, part: Part, reason: Damaged) -> Result:
        """Return the result of an article whose row is damaged, and record it."""
        failure = self._store.lost(key, reason)
        known: dict[str, Any] = {"key": key, "article": "", "source": failure.source}
        known |= {"error": type(failure.error).__name__, "message": str(failure.error)}
        entry = self._ledger.get(key)
        if entry is None or entry.run != part.run:  # else by an interrupted collection
            self._ledger.record(Entry(**known, status="failed", run=part.run))
        return Result(failure.source, failure=failure)

    def _read(self, article: Article, answer: Any, *, review: Any = None) -> Result:
        if isinstance(answer, ModelError):
            return failed(article, answer)
        try:
            summary = self._summarizer.read(article, answer, review=review)
            return Result(article.source, summary)
        except Exception as error:  # noqa: BLE001  (one bad answer must not end the collection)
            return failed(article, error)
