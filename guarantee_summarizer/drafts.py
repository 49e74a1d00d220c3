"""Hold a summary while it is made, and draft it again as a streamed answer grows."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

from guarantee_summarizer.article import Article
from guarantee_summarizer.enrich import Enrichment
from guarantee_summarizer.lexicon import Lexicon
from guarantee_summarizer.llm.answers import Answer, Known, Problem, read_answer
from guarantee_summarizer.schema import Finding, Summary
from guarantee_summarizer.verify import Verification, advice

__all__ = ["Draft", "Growing"]


@dataclass(frozen=True, slots=True)
class Draft:
    """The claims of a summary, enriched and verified, before any is withheld.

    `problems` concern the whole answer; `readable` is False if no part of it could be read,
    `partial` True while it is still streamed.
    """

    summary: Summary
    findings: tuple[Finding, ...] = ()
    problems: tuple[Problem, ...] = ()
    model: str | None = None
    readable: bool = True
    partial: bool = False
    over: bool = False
    review: str = "off"
    reviewer: str | None = None

    @property
    def flaws(self) -> float:
        """Number of problems, invalid items and findings; infinite if nothing could be read."""
        found = sum(bool(advice(finding.code)) for finding in self.findings)
        flaws = len(self.problems) + len(self.summary.withheld) + found
        return flaws if self.readable else math.inf

    def ending(self, loss: str = "") -> Draft:
        """Return a copy after which nothing more is requested; `loss` and all problems are noted."""
        problems = (f"{p.path} {p.message}" for p in self.problems if p.path)  # the rest is noted
        losses = (*self.summary.incomplete, *problems, *filter(None, [loss]))
        return replace(self, summary=self.summary.replace(incomplete=losses), over=True)


class Growing:
    """Draft a summary again and again, from the complete part of an answer that is streamed.

    What came before is not read and verified again. Each draft is the one that the same part of the
    answer gives by itself.

    Args:
        article: what the answer summarizes.
        lexicon: the known actors.
        examples: the answers that the prompt showed.
    """

    def __init__(
        self, article: Article, lexicon: Lexicon, examples: tuple[Mapping[str, Any], ...]
    ) -> None:
        self._article, self._known = article, Known()
        self._enrichment = Enrichment(article, lexicon)
        self._verification = Verification(article, lexicon, examples)

    def draft(self, answer: Answer) -> Draft:
        """Return the draft of what has come so far."""
        claims = read_answer(answer, self._article, self._known).summary
        claims = claims.replace(incomplete=(*claims.incomplete, "the answer is still coming in"))
        summary = self._enrichment.of(claims)
        return Draft(summary, self._verification.of(summary), partial=True)
