"""Many articles through the provider's Batch API: half the price, within a day.

The same ledger and the same verification as live calls; only the way is another one. Every step is
kept before the next one is taken, so that a process may die at any of them:

    planned     the articles are in the ledger's file, and taken
    uploaded    the provider has the file; if that was not kept, a second upload costs nothing
    created     there is a batch; if that was not kept, it is found again by its metadata
    collected   every article has its entry in the ledger
"""

from __future__ import annotations

import hashlib
import time
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from guarantee_summarizer.article import Article, ArticleLike
from guarantee_summarizer.batch.store import BatchStore, Outbox, Part
from guarantee_summarizer.corpus.ledger import Ledger, entry_of, stored
from guarantee_summarizer.corpus.results import Failure, Outcome, Result, failed
from guarantee_summarizer.errors import ConfigurationError, ModelError, TransportError
from guarantee_summarizer.summarizer import Summarizer

__all__ = ["Batch", "BatchJob", "Submission"]

if TYPE_CHECKING:  # loads openai, which only a batch needs
    from guarantee_summarizer.batch.provider import RemoteBatch


_MOST_REQUESTS = 50_000
_MOST_BYTES = 190_000_000  # the provider takes 200 MB and does not say which
_LONGEST = 600.0  # seconds between two looks
_SILENT = 10  # looks in a row that may fail before `wait` gives up
_NOTES = 20  # of one batch
_AT_REST = frozenset({"planned", "elsewhere", "completed", "failed", "expired", "cancelled"})
_PROBE = Article(text="")  # its key tells one summarizer's work from another's


@dataclass(frozen=True, slots=True, kw_only=True)
class Batch:
    """One batch at the provider, of at most 50,000 articles.

    Args:
        part: its name in the ledger.
        id: the provider's; None as long as there is none.
        state: the provider's word (`validating`, `in_progress`, `finalizing`, `completed`,
            `failed`, `expired`, `cancelling`, `cancelled`); `planned` before it is there, which
            `submit` goes on with; `elsewhere` if other settings made it.
        total: articles in it.
        done: of these, those answered; once it is collected, those with a summary.
        failed: the rest of those that are finished.
        collected: whether every article has its entry in the ledger.
        notes: what is odd about it, in sentences.
    """

    part: str
    id: str | None
    state: str
    total: int
    done: int = 0
    failed: int = 0
    collected: bool = False
    notes: tuple[str, ...] = ()

    @property
    def under_way(self) -> bool:
        """Whether the provider is still at work on it."""
        return not self.collected and self.state not in _AT_REST


@dataclass(frozen=True, slots=True, kw_only=True)
class Submission:
    """What became of articles that were submitted: each is counted once.

    `batches` are those created now, `sent` the articles newly in them; `done` are in the ledger
    already, `pending` wait in a batch (or came twice), `failures` could not be read or sent.
    """

    batches: tuple[Batch, ...]
    sent: int
    done: int
    pending: int
    failures: tuple[Failure, ...]


class BatchJob:
    """Summarizes articles through OpenAI's Batch API, with a ledger that outlives the process.

    Args:
        summarizer: model, prompt and options; its endpoint has to offer files and batches. Nothing
            is asked again in a batch: what does not hold is withheld.
        ledger: the ledger or its file. Articles wait in it until they are collected.
        max_requests: in one batch; the provider takes 50,000.
        max_bytes: in one file of requests; the provider takes 200 MB.
        sleep: waits, between two looks and between two attempts.

    Raises:
        ConfigurationError: the summarizer has no model, or a client of your own.
        TransportError: by every method that asks the provider, and other subclasses of
            `ModelError`; call it again, what was done is kept.
        LedgerError: by every method: the ledger cannot be used, or somebody else is submitting or
            collecting just now.
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
        made = f"{summarizer.key(_PROBE)} {self._api.address}"
        self._maker = hashlib.sha256(made.encode()).hexdigest()[:16]

    def submit(self, articles: Iterable[ArticleLike | Failure] = ()) -> Submission:
        """Send what is neither done nor waiting for an answer; first, what was broken off earlier.

        The articles are pulled one by one into the ledger's file; they are not kept in memory.

        Args:
            articles: what `Summarizer.summarize` takes, or failures of a reader, which are handed
                back. What failed earlier is sent again.

        Returns:
            what became of them.
        """
        outbox = Outbox(
            self._summarizer, self._ledger, maker=self._maker, url=self._api.url, most=self._most
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
        """Every batch of the ledger, the oldest first; the provider is asked how far each one is."""
        return [self._batch(part, self._remote(part)) for part in self._store.parts()]

    def wait(self, *, poll: float = 30.0) -> list[Batch]:
        """Wait until the provider is at work on none of them; then `collect`.

        Args:
            poll: seconds before the second look; then longer and longer, up to ten minutes.

        Raises:
            TransportError: the provider could not be asked ten times in a row.
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
                if not any(batch.under_way for batch in batches):
                    return batches
            self._sleep(poll)
            poll = min(1.5 * poll, max(poll, _LONGEST))

    def collect(self) -> Iterator[Outcome]:
        """The outcome of every article whose batch has ended and was not collected.

        Also what expired and cancelled batches left. Each outcome is in the ledger before it is
        handed out. A batch whose collection is broken off is handed out anew by the next one; what
        the ledger holds by then is neither written nor counted again.

        Yields:
            a summary, or a `Failure` with the article and the error: one for each article.
        """
        with self._store.alone("collect"):
            for part in self._mine("created", "unsent"):
                remote = self._remote(part)
                if remote is None or remote.ended:
                    yield from self._collected(part, remote)

    def cancel(self) -> list[Batch]:
        """Cancel what is under way; what is answered by then is paid, and can be collected.

        It takes the provider some minutes: `wait`, then `collect`, which also says which articles
        were left undone.
        """
        with self._store.alone("submit"):
            return [self._cancelled(part) for part in self._mine("planned", "uploaded", "created")]

    def _mine(self, *steps: str) -> list[Part]:
        """The parts at these steps that this summarizer made."""
        return [p for p in self._store.parts() if p.maker == self._maker and p.step in steps]

    def _send(self, part: Part, outbox: Outbox) -> Batch:
        """Take a part from where it stands to its batch."""
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
        made: dict[str, Any] = {"part": part.part, "id": part.batch_id, "total": part.total}
        if part.step == "collected":
            ours = {name: getattr(part, name) for name in ("state", "done", "failed", "notes")}
            return Batch(**made, **ours, collected=True)
        if part.maker != self._maker:
            told = (
                f"belongs to run {part.run} of the ledger, made with another model, prompt, "
                "endpoint or option; collect it with those, or by the release that made it"
            )
            return Batch(**made, state="elsewhere", notes=(told,))
        if remote is None:
            state = "cancelled" if part.step == "unsent" else "planned"
            return Batch(**made, state=state)
        notes = tuple(str(error) for _, error in remote.errors[:_NOTES])
        done, failed = remote.done, remote.failed
        return Batch(**made, state=remote.state, done=done, failed=failed, notes=notes)

    def _collected(self, part: Part, remote: RemoteBatch | None) -> Iterator[Outcome]:
        """One outcome for each article of a part; then the part is done with."""
        counts, notes = Counter[bool](), list[str]()
        for key, answer in self._answers(part, remote, notes):
            result = self._settled(part, key, answer)
            counts[result.failure is None] += 1
            yield result.outcome
        state = remote.state if remote else "cancelled"
        ended = replace(part, step="collected", state=state, notes=tuple(notes[:_NOTES]))
        self._store.put(replace(ended, done=counts[True], failed=counts[False]))

    def _answers(
        self, part: Part, remote: RemoteBatch | None, notes: list[str]
    ) -> Iterator[tuple[str, Any]]:
        """Each key once with its completion or error, as the provider's files have them."""
        waiting = self._store.numbers(part)
        for file_id in remote.files if remote else ():
            for key, answer in self._downloaded(file_id, notes):
                if waiting.pop(key, None) is not None:
                    yield key, answer
                else:
                    notes.append(f"custom_id {key[:64]!r} was never sent, or is answered twice")
        for key, number in waiting.items():
            yield key, self._api.unanswered(remote, number)

    def _downloaded(self, file_id: str, notes: list[str]) -> Iterator[tuple[str, Any]]:
        with self._store.file() as file:
            if not self._api.download(file_id, file):
                notes.append(f"file {file_id} is gone; the provider keeps files for a time only")
                return
            file.seek(0)
            for number, line in enumerate(file, 1):
                if (answer := self._api.read(line)) is not None:
                    yield answer
                elif line.strip():
                    notes.append(f"line {number} of file {file_id} cannot be read")

    def _settled(self, part: Part, key: str, answer: Any) -> Result:
        """The result of one article, in the ledger once."""
        article, entry = self._store.article(key), self._ledger.get(key)
        if entry is not None and entry.run == part.run:  # an earlier collection came so far
            return stored(entry, article)
        result = self._read(article, answer)
        self._ledger.record(entry_of(key, article, result, part.run))
        return result

    def _read(self, article: Article, answer: Any) -> Result:
        if isinstance(answer, ModelError):
            return failed(article, answer)
        try:
            return Result(article.source, summary=self._summarizer.read(article, answer))
        except Exception as error:  # noqa: BLE001  (one answer must not cost the others)
            return failed(article, error)
