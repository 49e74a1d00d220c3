"""The embedded backend: the extractor behind the protocol that both backends share."""

from __future__ import annotations

import time
from collections.abc import AsyncIterator, Iterator
from typing import Literal

from guarantee_summarizer.article import Article
from guarantee_summarizer.backends.base import Draft, Examine
from guarantee_summarizer.backends.embedded.extract import extract
from guarantee_summarizer.lexicon import Cues, Lexicon
from guarantee_summarizer.schema import Usage

__all__ = ["EmbeddedBackend"]


class EmbeddedBackend:
    """Reads English with rules and a lexicon: no key, no network, some milliseconds.

    Args:
        examine: completes and verifies the claims, the same as for a language model.
        lexicon: the actors, offices and surnames to know.
        cues: the phrases to go by.
    """

    name: Literal["embedded"] = "embedded"
    fingerprint: str | None = None

    def __init__(self, examine: Examine, lexicon: Lexicon, cues: Cues) -> None:
        self._examine, self._lexicon, self._cues = examine, lexicon, cues

    def draft(self, article: Article) -> Draft:
        """The draft of one article.

        Raises:
            ArticleError: the article is not in English.
        """
        began = time.monotonic()
        claims = extract(article, lexicon=self._lexicon, cues=self._cues)
        summary, findings = self._examine(claims, article)
        seconds = round(time.monotonic() - began, 3)
        return Draft(summary, findings, Usage(attempts=1, seconds=seconds))

    async def adraft(self, article: Article) -> Draft:
        """The same; it does not wait for anything."""
        return self.draft(article)

    def stream(self, article: Article) -> Iterator[Draft]:
        """The draft, in one piece."""
        yield self.draft(article)

    async def astream(self, article: Article) -> AsyncIterator[Draft]:
        """The draft, in one piece."""
        yield self.draft(article)

    def close(self) -> None:
        """Nothing is held open."""

    async def aclose(self) -> None:
        """Nothing is held open."""
