"""Detect duplicate articles in bounded memory."""

from __future__ import annotations

from collections import OrderedDict
from dataclasses import replace

from guarantee_summarizer.article import DEFAULT_SOURCES, Article

__all__ = ["Twins"]

_REMEMBERED = 50_000  # articles; about 10 MB


class Twins:
    """Remember the sources of the last 50,000 articles, by id."""

    def __init__(self) -> None:
        self._places: OrderedDict[str, str] = OrderedDict()

    def __len__(self) -> int:
        return len(self._places)

    def named(self, article: Article) -> Article:
        """Return the article, with a warning if it duplicates one of the last 50,000."""
        if article.source in DEFAULT_SOURCES:  # such a source names no file
            return article
        if (first := self._places.get(article.id)) is not None:
            twin = f"is the same article as {first}"
            return replace(article, warnings=(*article.warnings, twin))
        self._places[article.id] = article.source
        if len(self._places) > _REMEMBERED:
            self._places.popitem(last=False)
        return article
