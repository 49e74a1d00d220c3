"""What becomes of one article of a corpus: a summary, or a failure that says why."""

from __future__ import annotations

from dataclasses import dataclass

from guarantee_summarizer.article import Article
from guarantee_summarizer.errors import GuaranteeSummarizerError
from guarantee_summarizer.schema import Summary

__all__ = ["Failure", "Outcome"]


@dataclass(frozen=True, slots=True)
class Failure:
    """An article that could not be read or summarized; the others are done all the same.

    `source` names it for people ("news.jsonl, line 7"), `error` is what was raised, `article` is
    None where it could not even be read.
    """

    source: str
    error: GuaranteeSummarizerError
    article: Article | None = None

    def __str__(self) -> str:
        """One line; the error names the article itself where it concerns only that."""
        told = str(self.error)
        return told if told.startswith(self.source) else f"{self.source}: {told}"


Outcome = Summary | Failure
