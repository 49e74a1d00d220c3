"""How a language model is asked: one frozen object with every option."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Literal, TypedDict

from guarantee_summarizer.errors import ConfigurationError

if TYPE_CHECKING:  # annotations only: a run's parts load sqlite3
    from guarantee_summarizer.corpus.ledger import Ledger
    from guarantee_summarizer.corpus.results import Prices, Progress

__all__ = ["OptionFields", "Options", "RunFields", "RunOptions"]

Mode = Literal["tools", "json_schema"]


class OptionFields(TypedDict, total=False):
    """The options as keyword arguments; `Options` says what they mean."""

    language: str
    strict: bool
    mode: Mode
    attempts: int
    seconds: float
    timeout: float
    tokens: int | None
    requests_per_minute: float | None
    tokens_per_minute: float | None
    coverage: bool
    tracing: bool


@dataclass(frozen=True, kw_only=True, slots=True)
class Options:
    """Options of a `Summarizer`.

    Args:
        language: English name of the language of the summary's own wording; evidence stays in the
            article's.
        strict: raise instead of returning a summary that is incomplete or holds withheld claims.
        mode: how the schema travels: `tools` (a forced tool call; what most compatible servers do
            well) or `json_schema` (`response_format`).
        attempts: requests for one article at most, transport retries and re-asks together; 1 to 20.
        seconds: for one article, all attempts and waits together.
        timeout: seconds that one request may take.
        tokens: for one article, in and out together; once they are spent no new attempt is begun.
        requests_per_minute: limit of the endpoint, over all articles of a summarizer.
        tokens_per_minute: the same, in and out together.
        coverage: have the embedded extractor read along with the model, and add a warning for each
            named party, layer and dispute that the summary passes over (English articles; about
            20 ms for an article of 400 words).
        tracing: write OpenTelemetry spans, one for each article and each request; needs the extra
            `tracing`.

    Raises:
        ConfigurationError: a value is out of range.
    """

    language: str = "English"
    strict: bool = False
    mode: Mode = "tools"
    attempts: int = 4
    seconds: float = 300.0
    timeout: float = 120.0
    tokens: int | None = None
    requests_per_minute: float | None = None
    tokens_per_minute: float | None = None
    coverage: bool = False
    tracing: bool = False

    def __post_init__(self) -> None:
        """Refuse values out of range."""
        if not 1 <= self.attempts <= 20:  # noqa: PLR2004
            raise ConfigurationError(f"attempts={self.attempts!r}: choose 1 to 20")
        for name in ("seconds", "timeout", "tokens", "requests_per_minute", "tokens_per_minute"):
            value = getattr(self, name)
            if value is not None and value <= 0:
                raise ConfigurationError(f"{name}={value!r} has to be above 0")
        if self.mode not in ("tools", "json_schema"):
            raise ConfigurationError(f"mode={self.mode!r}: choose 'tools' or 'json_schema'")
        if not self.language.strip():
            raise ConfigurationError("language is empty; name one, for instance 'Ukrainian'")


class RunFields(TypedDict, total=False):
    """The options of a run as keyword arguments; `RunOptions` says what they mean."""

    concurrency: int
    ordered: bool
    failures: Literal["return", "raise"]
    ledger: Ledger | str | Path | None
    retry_failed: bool
    budget_tokens: int | None
    budget_cost: float | None
    prices: Prices | None
    progress: Progress


@dataclass(frozen=True, kw_only=True, slots=True)
class RunOptions:
    """Options of a run.

    Args:
        concurrency: articles under way at once, 1 to 1,000.
        ordered: results in the order of the articles instead of as they finish.
        failures: `return` yields a `Failure` in place of the summary; `raise` ends the run with it.
        ledger: a `Ledger` or its file: what it holds is not done again, a killed run goes on.
        retry_failed: do again what failed in an earlier run.
        budget_tokens: in and out, for the whole run; no article is begun once they are spent.
        budget_cost: the same in money; needs `prices`.
        prices: what tokens cost.
        progress: True for a bar, or a function that is told a `Status` after every article.

    Raises:
        ConfigurationError: a value is out of range.
    """

    concurrency: int = 16
    ordered: bool = False
    failures: Literal["return", "raise"] = "return"
    ledger: Ledger | str | Path | None = None
    retry_failed: bool = False
    budget_tokens: int | None = None
    budget_cost: float | None = None
    prices: Prices | None = None
    progress: Progress = False

    def __post_init__(self) -> None:
        """Refuse values out of range."""
        if not 1 <= self.concurrency <= 1000:  # noqa: PLR2004
            raise ConfigurationError(f"concurrency={self.concurrency!r}: choose 1 to 1000")
        if self.failures not in ("return", "raise"):
            message = f"failures={self.failures!r}: choose 'return' or 'raise'"
            raise ConfigurationError(message)
        if self.budget_cost is not None and self.prices is None:
            raise ConfigurationError("budget_cost needs prices=Prices(input, output)")
