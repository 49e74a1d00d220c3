"""Results, failures, prices and the status of a run over many articles."""

from __future__ import annotations

import pickle
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import cached_property
from html import escape
from typing import Self

from guarantee_summarizer.article import Article
from guarantee_summarizer.errors import GuaranteeSummarizerError, LedgerError
from guarantee_summarizer.lines import one_line
from guarantee_summarizer.schema import Summary, Usage

__all__ = [
    "Failure",
    "Outcome",
    "Packed",
    "Prices",
    "Progress",
    "Result",
    "Status",
    "failed",
    "usage_of",
]


@dataclass(frozen=True, slots=True)
class Failure:
    """An article that could not be read or summarized; the run continues.

    Attributes:
        source: its readable name: "news.jsonl, line 7".
        error: the exception; its message names the cause and the fix.
        article: the article; None if it could not be read.
    """

    source: str
    error: GuaranteeSummarizerError
    article: Article | None = None

    def __str__(self) -> str:
        """Return one line that names the article once."""
        message, source = one_line(self.error), one_line(self.source)
        return message if message.startswith(source) else f"{source}: {message}"

    def _repr_html_(self) -> str:
        """Return one line of HTML for notebooks."""
        line = f"<strong>failed</strong> <bdi>{escape(str(self))}</bdi>"
        return f'<div style="overflow-wrap: anywhere">{line}</div>'


Outcome = Summary | Failure


@dataclass(frozen=True)
class Packed:
    """A pickled summary from another process of the run; unpickled at first use.

    `json` is the summary as one line of JSON, to be written unchanged; None without a ledger.
    """

    pickled: bytes
    json: str | None
    usage: Usage | None

    @classmethod
    def of(cls, summary: Summary, *, line: bool) -> Self:
        """Pickle a summary; with `line`, also convert it to JSON."""
        json = summary.model_dump_json(exclude_none=True) if line else None
        return cls(pickle.dumps(summary), json, summary.usage)

    @cached_property
    def summary(self) -> Summary:
        """The unpickled summary."""
        summary: Summary = pickle.loads(self.pickled)  # noqa: S301  (of a process of this run)
        return summary


@dataclass(frozen=True, slots=True)
class Result:
    """The summary or failure of one article; `stored` is the JSON of a summary in the ledger."""

    source: str
    made: Summary | Packed | None = None
    stored: str | None = None
    failure: Failure | None = None

    @property
    def summary(self) -> Summary | None:
        """The summary, if it was made in this run; else None."""
        return self.made.summary if isinstance(self.made, Packed) else self.made

    @property
    def outcome(self) -> Outcome:
        """Return the summary or the failure."""
        if self.failure is not None:
            return self.failure
        if self.summary is not None:
            return self.summary
        try:
            return Summary.model_validate_json(self.stored or "")
        except ValueError:  # of a foreign ledger or another release
            message = f"{self.source}: its summary in the ledger cannot be read"
            return Failure(self.source, LedgerError(message))

    @property
    def json(self) -> str:
        """Return the summary as one line of JSON.

        Raises:
            GuaranteeSummarizerError: the article failed.
        """
        if self.failure is not None:
            raise self.failure.error
        if isinstance(self.made, Packed) and self.made.json is not None:
            return self.made.json
        made = self.summary
        return self.stored or (made.model_dump_json(exclude_none=True) if made else "")


def failed(article: Article, error: Exception) -> Result:
    """Return the result of an article that failed; an error outside `errors` is wrapped."""
    if not isinstance(error, GuaranteeSummarizerError):
        message = f"{article.source}: unexpected {type(error).__name__}: {error}"
        cause, error = error, GuaranteeSummarizerError(message)
        error.__cause__ = cause
    return Result(article.source, failure=Failure(article.source, error, article))


def usage_of(result: Result) -> Usage:
    """Return the known cost of a result; a failure may have one, too."""
    if result.failure is not None:
        return getattr(result.failure.error, "usage", None) or Usage()
    return (result.made and result.made.usage) or Usage()


@dataclass(frozen=True, slots=True)
class Prices:
    """Prices per million tokens, in any one currency.

    Attributes:
        input: price per million tokens sent.
        output: price per million tokens received.
        cached: price per million tokens sent that the endpoint read from its cache; `input` if
            None.
    """

    input: float
    output: float
    cached: float | None = None

    def of(self, usage: Usage) -> float:
        """Return the cost of `usage`.

        >>> Prices(2, 8).of(Usage(input_tokens=500_000, output_tokens=250_000))
        3.0
        """
        cached = self.input if self.cached is None else self.cached
        fresh = usage.input_tokens - usage.cached_tokens
        parts = (
            fresh * self.input + usage.cached_tokens * cached + usage.output_tokens * self.output
        )
        return parts / 1e6


@dataclass(frozen=True, slots=True, kw_only=True)
class Status:
    """The progress of a run at one moment.

    Attributes:
        done: articles summarized in this run.
        failed: articles that failed in it, or could not be read.
        reused: articles that were already in the ledger.
        total: all articles; None if unknown before the end.
        usage: tokens, attempts and seconds of waiting for models, of this run alone.
        cost: in the currency of the prices; None without prices.
        seconds: since the run began.
    """

    done: int = 0
    failed: int = 0
    reused: int = 0
    total: int | None = None
    usage: Usage = field(default_factory=Usage)
    cost: float | None = None
    seconds: float = 0.0

    @property
    def seen(self) -> int:
        """Number of finished articles: done, failed or reused."""
        return self.done + self.failed + self.reused

    @property
    def rate(self) -> float:
        """Articles per minute, without the reused ones."""
        return 60 * (self.done + self.failed) / self.seconds if self.seconds else 0.0

    @property
    def left(self) -> float | None:
        """Estimated seconds to the end; None if `total` or the rate is unknown."""
        if self.total is None or not self.rate:
            return None
        return 60 * (self.total - self.seen) / self.rate

    def __str__(self) -> str:
        """Return one readable line."""
        parts = [f"{self.done:,} done", f"{self.failed:,} failed"]
        if self.reused:
            parts.append(f"{self.reused:,} reused")
        parts.append(f"{self.rate:,.0f} a minute")
        tokens = self.usage.tokens
        if tokens:
            parts.append(f"{tokens:,} tokens")
        if self.cost is not None:
            parts.append(f"cost {self.cost:,.4g}")
        return ", ".join(parts)


Progress = bool | Callable[[Status], None]
"""True for a bar, or a function called after every article."""
