"""One article in one call."""

from __future__ import annotations

from typing import Any

from guarantee_summarizer.article import ArticleLike
from guarantee_summarizer.schema import Summary
from guarantee_summarizer.summarizer import Summarizer

__all__ = ["asummarize", "summarize"]


def summarize(article: ArticleLike, model: str | None = None, **settings: Any) -> Summary:
    """Summarize one article; a shortcut for `Summarizer(model, **settings).summarize(article)`.

    >>> summarize("France would send troops to Ukraine to guarantee a ceasefire.").relevant
    True
    """
    with Summarizer(model, **settings) as summarizer:
        return summarizer.summarize(article)


async def asummarize(article: ArticleLike, model: str | None = None, **settings: Any) -> Summary:
    """Summarize one article without blocking the event loop."""
    async with Summarizer(model, **settings) as summarizer:
        return await summarizer.asummarize(article)
