"""The parts of a batch job: what the ledger knows of each, and its files next to the ledger.

A part is one file of requests. The ledger holds how far it has come and the keys of its articles;
the articles themselves are many times larger, and wait in `LEDGER.batches` until their answers are
collected. A file is complete on the disk before the ledger knows of its part.
"""

from __future__ import annotations

import hashlib
import json
import os
import uuid
from collections import Counter
from collections.abc import Generator, Iterable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import asdict, dataclass, field
from datetime import date
from pathlib import Path
from typing import IO, Any, Literal, Protocol

from guarantee_summarizer.article import Article, ArticleLike
from guarantee_summarizer.corpus.ledger import Ledger
from guarantee_summarizer.corpus.results import Failure
from guarantee_summarizer.errors import ArticleError, LedgerError

__all__ = ["Outbox", "Part", "Parts", "Rows", "Works", "Writer"]

_BATCH, _KEYS = "batch", "batch-keys"
Step = Literal["planned", "uploaded", "created", "unsent", "collected"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Part:
    """One file of requests, and how far it has come.

    `maker` tells whose answers they are, `run` is the ledger's, `sha256` is of the file. `unsent`
    was cancelled before there was a batch. `state`, `done`, `failed` and `notes` are filled when it
    is `collected`.
    """

    part: str
    maker: str
    run: int
    total: int
    sha256: str
    step: Step = "planned"
    file_id: str | None = None
    batch_id: str | None = None
    state: str = ""
    done: int = 0
    failed: int = 0
    notes: tuple[str, ...] = ()

    @property
    def marks(self) -> dict[str, str]:
        """The metadata by which its batch is found again."""
        return {"job": "guarantee-summarizer", "part": self.part, "sha256": self.sha256}


class Parts:
    """The parts of all batch jobs of a ledger.

    Raises:
        LedgerError: by every method: the ledger or the files next to it cannot be used.
    """

    def __init__(self, ledger: Ledger) -> None:
        self._ledger = ledger
        path = ledger.path
        self._folder = path.with_name(path.name + ".batches")

    @contextmanager
    def alone(self, work: str) -> Iterator[None]:
        """Do `work` in no other thread or process at the same time; a dead one does not count."""
        if self._ledger.claim(f"batch {work}") != "mine":
            raise LedgerError(
                f"{self._folder}: somebody else is at work ({work}); wait until that has ended"
            )
        try:
            yield
        finally:
            self._ledger.release(f"batch {work}")

    def all(self) -> list[Part]:
        """Every part, the oldest first, the collected ones too."""
        found = self._ledger.documents(_BATCH)
        return [Part(**{**data, "notes": tuple(data["notes"])}) for data in found.values()]

    def put(self, part: Part) -> Part:
        """Keep how far a part has come."""
        self._ledger.put_document(_BATCH, part.part, asdict(part))
        return part

    def pending(self) -> set[str]:
        """The keys that wait for an answer; about 150 bytes of memory each.

        What a killed process left behind half-made is cleared away.
        """
        waiting = {part.part for part in self.all() if part.step != "collected"}
        keys = set[str]()
        for name, data in self._ledger.documents(_KEYS).items():
            if name in waiting:
                keys.update(data["keys"])
            elif data["keys"]:
                self._ledger.put_document(_KEYS, name, {"keys": []})
        with _disk(self._folder):
            for path in [*self._folder.glob("*.jsonl")] if self._folder.is_dir() else ():
                if path.name.partition(".")[0] not in waiting:
                    path.unlink(missing_ok=True)
        return keys

    def writer(self) -> Writer:
        """A new part, to be filled."""
        name = uuid.uuid4().hex
        with _disk(self._folder):
            self._folder.mkdir(exist_ok=True)
            return Writer(name, self._path(name, "requests"), self._path(name, "articles"))

    def plan(self, writer: Writer, *, maker: str, run: int) -> Part:
        """Keep a filled and closed part; from now on its articles are taken."""
        total, digest = len(writer.keys), writer.digest.hexdigest()
        self._ledger.put_document(_KEYS, writer.part, {"keys": writer.keys})
        return self.put(
            Part(part=writer.part, maker=maker, run=run, total=total, sha256=digest),
        )

    def requests(self, part: Part) -> Path:
        """The file to upload."""
        return self._there(part, "requests")

    def answers(self, part: Part) -> Path:
        """Where to download answers to."""
        return self._path(part.part, "answers")

    @contextmanager
    def rows(self, part: Part) -> Iterator[Rows]:
        """The articles of a part, in the order of its requests."""
        path = self._there(part, "articles")
        with _disk(path), path.open("rb") as file:
            yield Rows(file)

    def sent(self, part: Part) -> Part:
        """Keep that a part has its batch; its requests are not needed any more."""
        self.put(part)
        with _disk(self._folder):
            self._path(part.part, "requests").unlink(missing_ok=True)
        return part

    def finish(self, part: Part) -> None:
        """Keep that a part is collected, then clear away its files; its articles are free again."""
        self.put(part)
        self._ledger.put_document(_KEYS, part.part, {"keys": []})
        with _disk(self._folder):
            for kind in ("requests", "articles", "answers"):
                self._path(part.part, kind).unlink(missing_ok=True)
        with suppress(OSError):  # others wait in it
            self._folder.rmdir()

    def _path(self, name: str, kind: str) -> Path:
        return self._folder / f"{name}.{kind}.jsonl"

    def _there(self, part: Part, kind: str) -> Path:
        path = self._path(part.part, kind)
        if not path.is_file():
            raise LedgerError(
                f"{path}: is missing; put it back, it belongs to the ledger beside it"
            )
        return path


@dataclass
class Writer:
    """Fills the two files of a new part."""

    part: str
    requests: Path
    articles: Path
    size: int = 0
    keys: list[str] = field(default_factory=list)
    digest: Any = field(default_factory=hashlib.sha256)

    def __post_init__(self) -> None:
        """Open the files."""
        self._files = [path.open("wb") for path in (self.requests, self.articles)]

    def add(self, key: str, request: bytes, article: Article) -> None:
        """Write one request as a line, and what is needed to read its answer."""
        day = article.published.isoformat() if article.published else None
        row = {"key": key, "article": asdict(article) | {"published": day}}
        with _disk(self.requests):
            self._files[0].write(request)
            self._files[1].write(line_of(row))
        self.digest.update(request)
        self.size += len(request)
        self.keys.append(key)

    def close(self) -> None:
        """See to it that both files are on the disk."""
        with _disk(self.requests):
            for file in self._files:
                with file:
                    file.flush()
                    os.fsync(file.fileno())

    def discard(self) -> None:
        """Give up: neither file stays."""
        for file in self._files:
            with suppress(OSError):
                file.close()
        for path in (self.requests, self.articles):
            path.unlink(missing_ok=True)


class Rows:
    """Articles on the disk by their keys; only where each one begins is in memory."""

    def __init__(self, file: IO[bytes]) -> None:
        self._file, self._starts = file, dict[str, int]()
        start = 0
        for line in file:
            self._starts[json.loads(line)["key"]] = start
            start += len(line)

    def numbers(self) -> dict[str, int]:
        """The number of each key's line, from 1."""
        return {key: number for number, key in enumerate(self._starts, 1)}

    def article(self, key: str) -> Article:
        """The article exactly as it was submitted."""
        self._file.seek(self._starts[key])
        fields = json.loads(self._file.readline())["article"]
        day = fields["published"]
        return Article(**{**fields, "published": date.fromisoformat(day) if day else None})


def line_of(data: Any) -> bytes:
    """One line of JSON; lone surrogates, which UTF-8 does not take, as their escapes."""
    text = json.dumps(data, ensure_ascii=False, separators=(",", ":")) + "\n"
    return text.encode("utf-8", "backslashreplace")


@contextmanager
def _disk(path: Path) -> Iterator[None]:
    """Trouble with a file as the library's error."""
    try:
        yield
    except OSError as error:
        raise LedgerError(
            f"{path}: cannot be used ({error.strerror}); what was recorded is kept"
        ) from error


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
