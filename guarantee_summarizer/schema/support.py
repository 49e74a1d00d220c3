"""Count how well a summary is supported by its article."""

from __future__ import annotations

from typing import TYPE_CHECKING

from guarantee_summarizer.schema.base import Model
from guarantee_summarizer.schema.paths import ClaimPath, claim_paths

if TYPE_CHECKING:
    from guarantee_summarizer.schema.summary import Summary

__all__ = ["Support", "support"]


class Support(Model):
    """The support of a summary by its article.

    Grounded: the sentences that a claim cites exist. Checked: code compared the words that it
    copies from them. Reviewed: a second model compared it with them.

    Attributes:
        claims: number of claims: headline, abstract, every item, term and position; all are
            grounded and checked.
        flagged: number of them with a warning from a check or the reviewer.
        withheld: number of further claims, or parts of claims, that were removed.
        review: the state of the review, as in `Provenance`.
        reviewer: the model that reviewed.
        uncited: numbers of the sentences that no claim cites; empty without article metadata.
        sentences: number of sentences in the article; 0 without article metadata.
    """

    claims: int
    flagged: int
    withheld: int
    review: str = "off"
    reviewer: str | None = None
    uncited: tuple[int, ...] = ()
    sentences: int = 0

    @property
    def reviewed(self) -> bool:
        """Whether a reviewer read the claims, or those before its answer was cut off."""
        return self.review.startswith("done")

    def __str__(self) -> str:
        """One readable line."""
        review = f"reviewed by {self.reviewer or 'a model'}" if self.reviewed else "not reviewed"
        if self.review not in ("off", "done"):
            review += f" [{self.review}]"
        line = (
            f"{self.claims} {'claim' if self.claims == 1 else 'claims'}, grounded and checked, {review}: {self.flagged} flagged, "
            f"{self.withheld} taken out"
        )
        if not self.sentences:
            return line
        return f"{line}; {len(self.uncited)} of {self.sentences} sentences cited by no claim"


def support(summary: Summary) -> Support:
    """Count claims, flagged and withheld claims, and uncited sentences of a summary."""
    flagged = {
        path.claim
        for finding in summary.findings
        if finding.severity == "warning" and (path := ClaimPath.parse(finding.path))
    }
    cited = {citation.sentence for citation in summary.citations()}
    numbers = [s.number for s in summary.article.sentences] if summary.article else []
    return Support(
        claims=sum(1 for _ in claim_paths(summary)),
        flagged=len(flagged),
        withheld=len(summary.withheld),
        review=summary.provenance.review if summary.provenance else "off",
        reviewer=summary.provenance and summary.provenance.reviewer,
        uncited=tuple(number for number in numbers if number not in cited),
        sentences=len(numbers),
    )
