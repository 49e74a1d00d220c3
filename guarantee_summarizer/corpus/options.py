"""How a run over many articles is done: one frozen object with every option."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Literal, TypedDict

from guarantee_summarizer.corpus.ledger import Ledger
from guarantee_summarizer.corpus.progress import Prices, Progress
from guarantee_summarizer.errors import ConfigurationError

__all__ = ["RunFields", "RunOptions"]


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
