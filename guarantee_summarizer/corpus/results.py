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
    """An article that could not be read or summarized; the others are not affected.

    Attributes:
        source: its name for people: "news.jsonl, line 7".
        error: what was raised; its message names the cause and what to do.
        article: the article; None where it could not even be read.
    """

    source: str
    error: GuaranteeSummarizerError
    article: Article | None = None

    def __str__(self) -> str:
        """Return one line that names the article once."""
        message, source = one_line(self.error), one_line(self.source)
        return message if message.startswith(source) else f"{source}: {message}"

    def _repr_html_(self) -> str:
        """How notebooks show it: one line."""
        line = f"<strong>failed</strong> <bdi>{escape(str(self))}</bdi>"
        return f'<div style="overflow-wrap: anywhere">{line}</div>'


Outcome = Summary | Failure


@dataclass(frozen=True)
class Packed:
    """A summary as another process of the run sent it; unpacked once somebody looks at it.

    Whoever writes lines or a ledger takes `json` (None where there is no ledger) as it came.
    """

    pickled: bytes
    json: str | None
    usage: Usage | None

    @classmethod
    def of(cls, summary: Summary, *, line: bool) -> Self:
        """Pack a summary, as a line of JSON too if that is asked for."""
        json = summary.model_dump_json(exclude_none=True) if line else None
        return cls(pickle.dumps(summary), json, summary.usage)

    @cached_property
    def summary(self) -> Summary:
        """The summary itself."""
        summary: Summary = pickle.loads(self.pickled)  # noqa: S301  (of a process of this run)
        return summary


@dataclass(frozen=True, slots=True)
class Result:
    """The summary or failure of one article; `stored` is the JSON of one from the ledger."""

    source: str
    made: Summary | Packed | None = None
    stored: str | None = None
    failure: Failure | None = None

    @property
    def summary(self) -> Summary | None:
        """The summary, if it was made in this run."""
        return self.made.summary if isinstance(self.made, Packed) else self.made

    @property
    def outcome(self) -> Outcome:
        """The summary, or the failure."""
        if self.failure is not None:
            return self.failure
        if self.summary is not None:
            return self.summary
        try:
            return Summary.model_validate_json(self.stored or "")
        except ValueError:  # of a ledger that somebody else wrote, or another release
            message = f"{self.source}: the ledger holds no summary of it that can be read"
            return Failure(self.source, LedgerError(message))

    @property
    def json(self) -> str:
        """The summary as one line of JSON.

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
    """Return the result of an article that failed; an error of any other kind is wrapped."""
    if not isinstance(error, GuaranteeSummarizerError):
        message = f"{article.source}: unexpected {type(error).__name__}: {error}"
        cause, error = error, GuaranteeSummarizerError(message)
        error.__cause__ = cause
    return Result(article.source, failure=Failure(article.source, error, article))


def usage_of(result: Result) -> Usage:
    """Return what a result cost, as far as is known; failures cost too."""
    if result.failure is not None:
        return getattr(result.failure.error, "usage", None) or Usage()
    return (result.made and result.made.usage) or Usage()


@dataclass(frozen=True, slots=True)
class Prices:
    """Prices of a million tokens, in any one currency.

    Attributes:
        input: price of a million tokens sent.
        output: price of a million tokens received.
        cached: price of a million tokens sent that the endpoint took from its cache; that of
            `input` if None.
    """

    input: float
    output: float
    cached: float | None = None

    def of(self, usage: Usage) -> float:
        """Return what `usage` cost.

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
        reused: articles that the ledger already held.
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
        """Articles that are finished: done, failed or reused."""
        return self.done + self.failed + self.reused

    @property
    def rate(self) -> float:
        """Articles a minute, without those that the ledger already held."""
        return 60 * (self.done + self.failed) / self.seconds if self.seconds else 0.0

    @property
    def left(self) -> float | None:
        """Seconds to the end at this rate; None if `total` or the rate is unknown."""
        if self.total is None or not self.rate:
            return None
        return 60 * (self.total - self.seen) / self.rate

    def __str__(self) -> str:
        """Return one line for people."""
        parts = [f"{self.done:,} done", f"{self.failed:,} failed"]
        if self.reused:
            parts.append(f"{self.reused:,} already there")
        parts.append(f"{self.rate:,.0f} a minute")
        tokens = self.usage.tokens
        if tokens:
            parts.append(f"{tokens:,} tokens")
        if self.cost is not None:
            parts.append(f"cost {self.cost:,.4g}")
        return ", ".join(parts)


Progress = bool | Callable[[Status], None]
"""True for a bar, or a function called after every article."""
