"""What becomes of an answer."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable, Iterator
from dataclasses import dataclass, field
from typing import Literal, Protocol

from guarantee_summarizer.article import Article
from guarantee_summarizer.errors import TruncatedError, UnsupportedError
from guarantee_summarizer.schema import Finding, Summary, Usage

__all__ = ["Backend", "Draft", "Examine", "insist"]

Examine = Callable[[Summary, Article], tuple[Summary, tuple[Finding, ...]]]
"""Completes the claims of a backend and says what the article does not support of them."""


@dataclass(frozen=True, slots=True)
class Draft:
    """What a backend made of an article, examined, before unsupported claims are taken out."""

    summary: Summary
    findings: tuple[Finding, ...] = ()
    usage: Usage = field(default_factory=Usage)
    model: str | None = None
    partial: bool = False


class Backend(Protocol):
    """The two backends, `embedded` and `llm`, seen from above."""

    @property
    def name(self) -> Literal["embedded", "llm"]:
        """Which of the two."""

    @property
    def fingerprint(self) -> str | None:
        """Of templates and schema, where there are any."""

    def draft(self, article: Article) -> Draft:
        """The draft of one article."""

    async def adraft(self, article: Article) -> Draft:
        """The same, without blocking the event loop on the network."""

    def stream(self, article: Article) -> Iterator[Draft]:
        """The draft as it grows; the last one is what `draft` would have returned."""

    def astream(self, article: Article) -> AsyncIterator[Draft]:
        """The same, asynchronously."""

    def close(self) -> None:
        """Give connections back."""

    async def aclose(self) -> None:
        """Give connections of the running loop back."""


def insist(summary: Summary, source: str) -> None:
    """Let a summary pass only if it is whole and nothing of it was withheld.

    Raises:
        TruncatedError: it is incomplete.
        UnsupportedError: something was withheld; both carry the summary.
    """
    attempts = summary.usage.attempts if summary.usage else 0
    if summary.incomplete:
        message = f"{source}: the answer is incomplete: {summary.incomplete[0]}"
        raise TruncatedError(message, attempts=attempts, summary=summary)
    if summary.withheld:
        first = summary.withheld[0]
        message = (
            f"{source}: {len(summary.withheld)} claims are not supported, "
            f"the first: {first.path}: {first.findings[0].message}"
        )
        raise UnsupportedError(message, attempts=attempts, summary=summary)
