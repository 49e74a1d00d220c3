"""Summarize many articles through the provider's Batch API: half the price, within a day.

Ledger and verification are the same as in live calls. Every step is recorded before the next one,
so that a process may end during any of them:

    planned     the articles are in the ledger's file, and reserved
    uploaded    the provider has the file; if not recorded, a second upload is free
    created     there is a batch; if not recorded, it is found again by its metadata
    collected   every article has its entry in the ledger, or its answer is to be reviewed

A review is a second batch, built from the answers of the first while they are collected.
"""

from __future__ import annotations

import hashlib
import time
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from guarantee_summarizer.article import Article, ArticleLike
from guarantee_summarizer.batch.collection import Collection
from guarantee_summarizer.batch.store import MOST_NOTES, OPEN, BatchStore, Outbox, Part
from guarantee_summarizer.corpus.ledger import Ledger
from guarantee_summarizer.corpus.results import Failure, Outcome
from guarantee_summarizer.errors import ConfigurationError, TransportError
from guarantee_summarizer.summarizer import Summarizer

__all__ = ["Batch", "BatchJob", "Submission"]

if TYPE_CHECKING:  # loads openai, which only a batch needs
    from guarantee_summarizer.batch.provider import RemoteBatch


_MOST_REQUESTS = 50_000
_MOST_BYTES = 190_000_000  # the provider accepts 200 MB, without saying whether MB or MiB
_LONGEST = 600.0  # seconds between two polls
_SILENT = 10  # polls in a row that may fail before `wait` gives up
_IDLE = frozenset("planned gathering elsewhere completed failed expired cancelled damaged".split())
_PROBE = Article(text="")  # its key identifies the configuration of a summarizer


@dataclass(frozen=True, slots=True, kw_only=True)
class Batch:
    """One batch at the provider, of at most 50,000 articles.

    Args:
        part: its name in the ledger.
        id: the provider's id; None until the batch is created.
        state: the provider's state (`validating`, `in_progress`, `finalizing`, `completed`,
            `failed`, `expired`, `cancelling`, `cancelled`); `planned` until the next `submit`
            creates it; `gathering` while the answers for a review are collected; `elsewhere` if
            other settings created it.
        review: whether it sends answers to the reviewer.
        total: articles in it.
        done: articles answered; once it is collected, articles with a summary.
        failed: articles that are finished without an answer or summary.
        collected: whether every article has its entry in the ledger or is in the review's batch.
        notes: warnings about it, as sentences.
    """

    part: str
    id: str | None
    state: str
    total: int
    done: int = 0
    failed: int = 0
    review: bool = False
    collected: bool = False
    notes: tuple[str, ...] = ()

    @property
    def running(self) -> bool:
        """Whether the provider is still processing it."""
        return not self.collected and self.state not in _IDLE


@dataclass(frozen=True, slots=True, kw_only=True)
class Submission:
    """The counts of submitted articles, each counted once.

    Attributes:
        batches: the batches created by this call.
        sent: articles in them.
        done: articles that are already in the ledger.
        pending: articles in an earlier batch, and duplicates.
        failures: articles that could not be read or sent.
    """

    batches: tuple[Batch, ...]
    sent: int
    done: int
    pending: int
    failures: tuple[Failure, ...]


class BatchJob:
    """Summarize articles through OpenAI's Batch API, with a ledger that persists between processes.

    Args:
        summarizer: model, prompt and options; its endpoint must offer files and batches. There
            are no re-asks in a batch: unsupported claims are withheld. With `review`, answers are
            sent to the reviewer in a second batch.
        ledger: the ledger or its file. It stores the articles until they are collected.
        max_requests: requests in one batch; the provider accepts 50,000.
        max_bytes: bytes in one file of requests; the provider accepts 200 MB.
        sleep: function that waits some seconds, between polls and between attempts.

    Raises:
        ConfigurationError: the summarizer has no model, or a custom client.
        TransportError: or another `ModelError`, from every method that calls the provider; call it
            again, finished steps are recorded.
        LedgerError: from every method: the ledger cannot be used, or another process is submitting
            or collecting.
    """

    def __init__(
        self,
        summarizer: Summarizer,
        ledger: Ledger | str | Path,
        *,
        max_requests: int = _MOST_REQUESTS,
        max_bytes: int = _MOST_BYTES,
        sleep: Callable[[float], None] = time.sleep,
    ) -> None:
        from guarantee_summarizer.batch.provider import BatchApi  # noqa: PLC0415

        if max_requests < 1 or max_bytes < 1:
            raise ConfigurationError("max_requests and max_bytes have to be above 0")
        self._summarizer, self._sleep = summarizer, sleep
        self._ledger = ledger if isinstance(ledger, Ledger) else Ledger(ledger)
        self._store = BatchStore(self._ledger)
        self._api = BatchApi(summarizer.model_client, sleep)
        self._most = (max_requests, max_bytes)
        settings = f"{summarizer.key(_PROBE)} {self._api.address}"
        self._maker = hashlib.sha256(settings.encode()).hexdigest()[:16]

    def submit(self, articles: Iterable[ArticleLike | Failure] = ()) -> Submission:
        """Send the articles that are neither done nor pending, after any unfinished submission.

        The articles are written one by one to the ledger's file, not kept in memory.

        Args:
            articles: inputs of `Summarizer.summarize`, or failures of a reader, which are
                returned. Articles that failed before are sent again.

        Returns:
            the new batches and the counts of the articles.
        """
        outbox = Outbox(
            self._summarizer, self._ledger, maker=self._maker, api=self._api, most=self._most
        )
        with self._store.alone("submit"):
            batches = [self._send(part, outbox) for part in self._mine("planned", "uploaded")]
            sent = 0
            for part in outbox.parts(articles):
                batches.append(self._send(part, outbox))
                sent += part.total
        return Submission(
            batches=tuple(batches),
            sent=sent,
            done=outbox.counts["done"],
            pending=outbox.counts["pending"],
            failures=tuple(outbox.failures),
        )

    def refresh(self) -> list[Batch]:
        """Return every batch of the ledger, the oldest first, with its state at the provider.

        Batches whose row in the ledger is damaged come last, in the state `damaged`.
        """
        intact = [self._batch(part, self._remote(part)) for part in self._store.parts()]
        known: dict[str, Any] = {"id": None, "state": "damaged", "total": 0}
        damaged = self._store.damaged().values()
        return intact + [Batch(part=f.source, **known, notes=(str(f.error),)) for f in damaged]

    def wait(self, *, poll: float = 30.0) -> list[Batch]:
        """Wait until no batch is running; then `collect`.

        Args:
            poll: seconds before the second poll; the interval grows up to ten minutes.

        Raises:
            TransportError: ten polls in a row failed.
        """
        silent = 0
        while True:
            try:
                batches = self.refresh()
            except TransportError:
                silent += 1
                if silent >= _SILENT:
                    raise
            else:
                silent = 0
                if not any(batch.running for batch in batches):
                    return batches
            self._sleep(poll)
            poll = min(1.5 * poll, max(poll, _LONGEST))

    def collect(self) -> Iterator[Outcome]:
        """Yield the outcome of every article of ended, uncollected batches.

        Expired and cancelled batches count too. Each outcome is in the ledger before it is yielded.
        A batch whose collection was interrupted is yielded again from its start; outcomes already
        in the ledger are neither written nor counted again. Answers to be reviewed are sent in new
        batches at the end, and yielded when those are collected: see `results`. A batch whose row
        in the ledger is damaged is one failure; then its articles can be submitted again.

        Yields:
            a summary, or a `Failure` with the article and the error: one for each article.
        """
        collection = Collection(self._summarizer, self._ledger, self._api)
        with self._store.alone("collect"):
            for part in self._mine("created", "unsent"):
                remote = self._remote(part)
                if remote is None or remote.ended:
                    yield from collection.outcomes(part, remote)
            for row, failure in self._store.damaged().items():
                yield failure
                self._store.drop(row)
        if any(part.review for part in self._mine("planned", "uploaded")):
            self.submit()

    def results(self, *, poll: float = 30.0) -> Iterator[Outcome]:
        """Submit the unsent articles, wait and collect, until every article has an outcome.

        Args:
            poll: as for `wait`.

        Yields:
            the same as `collect`.
        """
        while self._mine(*OPEN) or self._store.damaged():
            self.submit()
            self.wait(poll=poll)
            yield from self.collect()

    def cancel(self) -> list[Batch]:
        """Cancel the running batches; answers received by then are paid for and can be collected.

        The provider needs some minutes: `wait`, then `collect`, which also yields a failure for
        each article without an answer.
        """
        with self._store.alone("submit"):
            return [self._cancelled(part) for part in self._mine("planned", "uploaded", "created")]

    def _mine(self, *steps: str) -> list[Part]:
        """Return the parts of this configuration at these steps."""
        return [p for p in self._store.parts() if p.maker == self._maker and p.step in steps]

    def _send(self, part: Part, outbox: Outbox) -> Batch:
        """Take a part from its current step to a created batch."""
        new = part.step == "planned"
        if new:
            with self._store.file() as file:
                outbox.write(part, file)
                file_id = self._api.upload(file)
            part = self._store.put(replace(part, step="uploaded", file_id=file_id))
        remote = self._api.create(part.file_id or "", part.marks, fresh=new)
        part = self._store.put(replace(part, step="created", batch_id=remote.id))
        return self._batch(part, remote)

    def _cancelled(self, part: Part) -> Batch:
        if part.step == "planned":
            remote = None
        elif part.step == "uploaded":
            remote = self._api.find(part.marks)
        else:
            remote = self._api.retrieve(part.batch_id or "")
        if remote is None:
            return self._batch(self._store.put(replace(part, step="unsent")), None)
        if part.step == "uploaded":
            part = self._store.put(replace(part, step="created", batch_id=remote.id))
        return self._batch(part, self._api.cancel(remote.id))

    def _remote(self, part: Part) -> RemoteBatch | None:
        if part.maker != self._maker or part.step != "created":
            return None
        return self._api.retrieve(part.batch_id or "")

    def _batch(self, part: Part, remote: RemoteBatch | None) -> Batch:
        known: dict[str, Any] = {
            "part": part.part,
            "id": part.batch_id,
            "total": part.total,
            "review": part.review,
        }
        if part.step == "collected":
            final = {name: getattr(part, name) for name in ("state", "done", "failed", "notes")}
            return Batch(**known, **final, collected=True)
        if part.maker != self._maker:
            note = (
                f"belongs to run {part.run} of the ledger, created with another model, prompt, "
                "endpoint or option; collect it with those, or with the release that created it"
            )
            return Batch(**known, state="elsewhere", notes=(note,))
        if remote is None:
            state = {"unsent": "cancelled", "gathering": "gathering"}.get(part.step, "planned")
            return Batch(**known, state=state)
        notes = tuple(str(error) for _, error in remote.errors[:MOST_NOTES])
        done, failed = remote.done, remote.failed
        return Batch(**known, state=remote.state, done=done, failed=failed, notes=notes)
