"""Trust at a glance: how much of a summary survived verification, and what it leaves unread."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from guarantee_summarizer.schema.base import Model

if TYPE_CHECKING:
    from guarantee_summarizer.schema.summary import Summary

__all__ = ["CLAIM_PATH", "Support", "support"]

CLAIM_PATH = re.compile(
    r"(?:headline|abstract|structure\.duration|structure\.layers\[\d+\]"
    r"|\w+\[\d+\](?:\.(?:terms|positions)\[\d+\])?)"
)
"""The path of a claim, at the beginning of a finding's path."""


class Support(Model):
    """How a summary stands to its article.

    Attributes:
        claims: what it says as fact: headline, abstract, every item, term and position.
        warned: how many of them carry a warning.
        withheld: how many further claims were taken out as unsupported.
        uncited: numbers of the sentences that no claim cites; empty without an article's record.
        sentences: how many sentences the article has; 0 without its record.
    """

    claims: int
    warned: int
    withheld: int
    uncited: tuple[int, ...] = ()
    sentences: int = 0

    @property
    def verified(self) -> float:
        """Share of all claims made that stand without a warning, 0 to 1; 1 where there is none."""
        made = self.claims + self.withheld
        return (self.claims - self.warned) / made if made else 1.0

    def __str__(self) -> str:
        """One line for people."""
        line = (
            f"{self.claims - self.warned} of {self.claims + self.withheld} claims verified "
            f"({self.verified:.0%}), {self.warned} with warnings, {self.withheld} withheld"
        )
        if not self.sentences:
            return line
        return f"{line}; {len(self.uncited)} of {self.sentences} sentences cited by no claim"


def support(summary: Summary) -> Support:
    """Count what is claimed, doubted, withheld and left unread in a summary."""
    items = (
        *summary.participants, *summary.events, *summary.proposals, *summary.structure.layers,
        *summary.disputes,
    )  # fmt: skip
    parts = sum(len(p.terms) for p in summary.proposals)
    parts += sum(len(d.positions) for d in summary.disputes)
    texts = bool(summary.headline) + bool(summary.abstract) + bool(summary.structure.duration)
    warned = {
        match[0]
        for finding in summary.findings
        if finding.severity == "warning" and (match := CLAIM_PATH.match(finding.path))
    }
    cited = {citation.sentence for citation in summary.citations()}
    numbers = [s.number for s in summary.article.sentences] if summary.article else []
    return Support(
        claims=len(items) + parts + texts,
        warned=len(warned),
        withheld=len(summary.withheld),
        uncited=tuple(number for number in numbers if number not in cited),
        sentences=len(numbers),
    )
