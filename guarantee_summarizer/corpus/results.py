"""The result of one article on its way between a summarizer, a ledger and whoever asked."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Any

from guarantee_summarizer import errors
from guarantee_summarizer.article import Article
from guarantee_summarizer.corpus.ledger import Entry
from guarantee_summarizer.corpus.outcomes import Failure, Outcome
from guarantee_summarizer.schema import Summary, Usage

__all__ = ["Result", "entry_of", "stored", "usage_of"]


@dataclass(frozen=True, slots=True)
class Result:
    """What became of one article; a summary from the ledger is its JSON until it is asked for."""

    source: str
    summary: Summary | None = None
    stored: str | None = None
    failure: Failure | None = None

    @property
    def outcome(self) -> Outcome:
        """The summary, or the failure."""
        if self.failure is not None:
            return self.failure
        return self.summary or Summary.model_validate_json(self.stored or "")

    @property
    def json(self) -> str:
        """The summary as one line of JSON.

        Raises:
            GuaranteeSummarizerError: the article failed.
        """
        if self.failure is not None:
            raise self.failure.error
        return self.stored or _json(self.summary)


def _json(summary: Summary | None) -> str:
    return summary.model_dump_json(exclude_none=True) if summary else ""


def usage_of(result: Result) -> Usage:
    """What a result cost, failures too, as far as is known."""
    if result.failure is not None:
        return getattr(result.failure.error, "usage", None) or Usage()
    return (result.summary and result.summary.usage) or Usage()


def entry_of(key: str, article: Article, result: Result, run: int) -> Entry:
    """The entry that a ledger keeps of a result."""
    made: dict[str, Any] = {"key": key, "article": article.id, "source": article.source, "run": run}
    made |= {"usage": usage_of(result)}
    if result.failure is None:
        return Entry(**made, status="done", summary=_json(result.summary))
    error = result.failure.error
    record = json.dumps(article.to_dict(), ensure_ascii=False)
    named = type(error).__name__
    return Entry(**made, status="failed", error=named, message=str(error), record=record)


def stored(entry: Entry | None, article: Article) -> Result:
    """The result that a ledger holds."""
    if entry is not None and entry.summary is not None:
        return Result(article.source, stored=entry.summary)
    return Result(article.source, failure=_failure(entry, article))


def _failure(entry: Entry | None, article: Article) -> Failure:
    """The failure that a ledger holds, its error of the class that it was."""
    kind = getattr(errors, (entry and entry.error) or "", errors.GuaranteeSummarizerError)
    told = (entry and entry.message) or f"{article.source}: failed in an earlier run"
    return Failure(article.source, kind(told), article)
