"""What a backend is: an article in, a draft out, sync and async alike."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable, Iterator
from dataclasses import dataclass, field
from typing import Literal, Protocol

from guarantee_summarizer.article import Article
from guarantee_summarizer.schema import Finding, Summary, Usage

__all__ = ["Backend", "Draft", "Examine"]

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
