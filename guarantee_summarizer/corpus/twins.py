"""Name the article that another one is the same as, in bounded memory."""

from __future__ import annotations

from collections import OrderedDict
from dataclasses import replace

from guarantee_summarizer.article import DEFAULT_SOURCES, Article

__all__ = ["Twins"]

_REMEMBERED = 50_000  # places of articles; about 10 MB


class Twins:
    """Remembers the places of the last articles, by what they say."""

    def __init__(self) -> None:
        self._places: OrderedDict[str, str] = OrderedDict()

    def __len__(self) -> int:
        return len(self._places)

    def named(self, article: Article) -> Article:
        """Return the article, with a warning if it is the same as one of the last thousands."""
        if article.source in DEFAULT_SOURCES:  # which names no place
            return article
        if (first := self._places.get(article.id)) is not None:
            twin = f"is the same article as {first}"
            return replace(article, warnings=(*article.warnings, twin))
        self._places[article.id] = article.source
        if len(self._places) > _REMEMBERED:
            self._places.popitem(last=False)
        return article
