"""Names: participants stand in the article, references name participants."""

from __future__ import annotations

from collections.abc import Iterator

from guarantee_summarizer.schema import Finding
from guarantee_summarizer.text import fold
from guarantee_summarizer.verify.base import Reading, error
from guarantee_summarizer.verify.claims import Claim

__all__ = ["participants_occur", "references_resolve"]


def participants_occur(claim: Claim, reading: Reading) -> Iterator[Finding]:
    """The name of a participant, and each of its aliases, stands in the article."""
    if claim.section != "participants":
        return
    for form in (claim.item.name, *claim.item.aliases):
        if not reading.article.naming(form):
            message = f"the article does not name {form!r}"
            yield error("name_not_in_article", claim.path, message)


def references_resolve(claim: Claim, reading: Reading) -> Iterator[Finding]:
    """A reference is the name of a participant, or words of the article for an unnamed group."""
    for field, name in claim.references.items():
        if fold(name) not in reading.names and not reading.article.naming(name):
            message = f"{name!r} is neither a participant nor in the article's words"
            yield error("reference_unknown", f"{claim.path}.{field}", message)
