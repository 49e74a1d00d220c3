"""Convert articles, runs and results to the records of a ledger and back."""

from __future__ import annotations

import hashlib
import json
import sqlite3
import time
from dataclasses import dataclass, field, fields, replace
from typing import Any, Literal, NamedTuple

from guarantee_summarizer import errors
from guarantee_summarizer.article import Article
from guarantee_summarizer.corpus.results import Failure, Result, usage_of
from guarantee_summarizer.corpus.rows import Damaged, object_in, run_values
from guarantee_summarizer.corpus.sessions import lives
from guarantee_summarizer.endpoints import confirmed, recorded
from guarantee_summarizer.errors import LedgerError
from guarantee_summarizer.schema import Usage

__all__ = [
    "Counts",
    "Entry",
    "EntryStatus",
    "RunRecord",
    "article_in",
    "entry_of",
    "run_record",
    "storable",
    "stored",
    "unreadable_entry",
    "unreadable_key",
]

EntryStatus = Literal["done", "failed"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """The recorded result of one article, without secrets.

    `key` is the cache key, `article` the article's id, `source` its name for messages, `run` the
    run that wrote it. `summary` is JSON, set when `done`. When `failed`, `error` is the name of the
    error's class, `message` its one line, and `record` JSON that `article_in` reads, to retry
    without the input; for unreadable input, `record` is None and `article` is empty. `usage` is
    the cost, also of a failure; `updated` is in seconds since 1970, for information only.
    """

    key: str
    article: str
    source: str
    status: EntryStatus
    run: int
    summary: str | None = None
    error: str | None = None
    message: str | None = None
    record: str | None = None
    usage: Usage = field(default_factory=Usage)
    updated: float = field(default_factory=time.time)

    @property
    def damaged(self) -> bool:
        """Whether it replaces a damaged row."""
        return self.status == "failed" and self.error == LedgerError.__name__


@dataclass(frozen=True, slots=True, kw_only=True)
class RunRecord:
    """A run: its settings, its end, its results and its cost (later runs do not change them).

    `state` is the state passed to `end`; before that `running`, `killed`, or `unknown` for a run
    on another machine; `damaged` if its row is, and then all other values are unknown. `begun` and
    `ended` are in seconds since 1970.
    """

    run: int
    settings: dict[str, Any]
    state: Literal["finished", "stopped", "failed", "running", "killed", "unknown", "damaged"]
    begun: float
    ended: float | None
    done: int
    failed: int
    usage: Usage

    def settings_at(self, *named: str) -> dict[str, Any]:
        """Return the settings to rebuild its summarizer, if you name every endpoint in them.

        A foreign file must not decide where API keys are sent: `Summarizer(**record.settings)` is
        refused if a key would be sent.

        Args:
            *named: the `base_url` of each endpoint in the settings, with its login if it has one;
                without a `base_url` the model, `groq/llama-3.3-70b`.

        Raises:
            ConfigurationError: the settings name another endpoint.
        """
        return confirmed(self.settings, named)


class Counts(NamedTuple):
    """Numbers of articles that are done, and that failed and were not completed since."""

    done: int
    failed: int


def run_record(row: sqlite3.Row) -> RunRecord:
    """Return the run of a row, with the state `damaged` if the row is."""
    names = {None: "unknown", True: "running", False: "killed"}
    try:
        values = run_values(row)
    except Damaged:
        number = row["run"] if isinstance(row["run"], int) else 0
        known: dict[str, Any] = {"settings": {}, "begun": 0.0, "ended": None, "usage": Usage()}
        return RunRecord(run=number, state="damaged", done=0, failed=0, **known)
    values["settings"] = recorded(values["settings"])
    values["state"] = values["state"] or names[lives(values.pop("owner"))]
    return RunRecord(**{f.name: values[f.name] for f in fields(RunRecord)})


def storable(text: str) -> str:
    """Return the text with lone surrogates, which SQLite refuses, escaped as in JSON."""
    return text.encode("utf-8", "backslashreplace").decode()


def entry_of(key: str, article: Article, result: Result, run: int) -> Entry:
    """Return the ledger entry of a result."""
    known: dict[str, Any] = {"key": key, "article": article.id, "source": article.source}
    known |= {"run": run, "usage": usage_of(result)}
    if result.failure is None:
        return Entry(**known, status="done", summary=result.json)
    error = result.failure.error
    warned = {"warnings": article.warnings} if article.warnings else {}
    record = json.dumps(article.to_dict() | warned, ensure_ascii=False)
    name = type(error).__name__
    return Entry(**known, status="failed", error=name, message=str(error), record=record)


def article_in(entry: Entry) -> Article | None:
    """Return the article of a failed entry, with its warnings; None if it could not be read."""
    if entry.record is None:
        return None
    try:
        record = object_in(entry.record)
    except Damaged as reason:
        raise LedgerError(f"{entry.source}: its entry is damaged ({reason})") from reason
    warned = record.pop("warnings", ())
    warned = [w for w in warned if isinstance(w, str)] if isinstance(warned, list) else []
    article = Article.from_dict(record, source=entry.source)
    return replace(article, warnings=tuple(dict.fromkeys((*article.warnings, *warned))))


def unreadable_entry(failure: Failure, run: int) -> Entry:
    """Return the ledger entry of unreadable input, identified by its file and row."""
    source, error = failure.source, failure.error
    return Entry(
        key=unreadable_key(source),
        article="",
        source=source,
        status="failed",
        run=run,
        error=type(error).__name__,
        message=str(error),
    )


def unreadable_key(source: str) -> str:
    """Return the key of unreadable input at a place (file and row)."""
    return f"unreadable {hashlib.sha256(storable(source).encode()).hexdigest()[:32]}"


def stored(entry: Entry | None, article: Article) -> Result:
    """Return the result of an entry; a failure has an error of its original class.

    A summary gets the metadata and warnings of `article`, which may be another row with the same
    text.
    """
    if entry is not None and entry.summary is not None:
        try:
            return Result(article.source, stored=_rejoined(entry.summary, article))
        except Damaged as reason:
            error = LedgerError(f"{article.source}: its entry {entry.key} is damaged ({reason})")
            return Result(article.source, failure=Failure(article.source, error, article))
    kind = getattr(errors, (entry and entry.error) or "", None)
    if not isinstance(kind, type) or not issubclass(kind, errors.GuaranteeSummarizerError):
        kind = errors.GuaranteeSummarizerError  # a name in a foreign ledger must not call code
    message = (entry and entry.message) or f"{article.source}: failed in an earlier run"
    return Result(article.source, failure=Failure(article.source, kind(message), article))


def _rejoined(summary: str, article: Article) -> str:
    data = object_in(summary)
    about = data.get("article")
    about = about if isinstance(about, dict) else {}
    now = {"metadata": article.metadata, "warnings": article.warnings}
    now = json.loads(json.dumps(now))
    if not about or about | now == about:
        return summary
    data["article"] = about | now
    return json.dumps(data, ensure_ascii=False, separators=(",", ":"))
