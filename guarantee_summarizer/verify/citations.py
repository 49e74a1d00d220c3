"""Citations: do they exist, and are they the article's own words?"""

from __future__ import annotations

from collections.abc import Iterator

from guarantee_summarizer.schema import Finding
from guarantee_summarizer.verify.base import Reading, error
from guarantee_summarizer.verify.claims import Claim

__all__ = ["citations_exist"]


def citations_exist(claim: Claim, reading: Reading) -> Iterator[Finding]:
    """Every claim cites at least one sentence, and every citation is a slice of the article."""
    if claim.section in ("text", "participants"):
        return
    if not claim.evidence:
        yield error("citation_missing", claim.path, "cites no sentence")
    for citation in claim.evidence:
        if reading.article.text[citation.start : citation.end] != citation.quote:
            message = f"cites words that the article does not hold: {citation.quote[:60]!r}"
            yield error("citation_quote", claim.path, message)
