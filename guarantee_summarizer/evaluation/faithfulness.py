"""Find claims with a number, a name or a quotation that is not in the article.

Independent of `verify` on purpose: an evaluation must not share the library's leniency.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator

from guarantee_summarizer.article import Article
from guarantee_summarizer.normalize import quantities
from guarantee_summarizer.schema import Summary
from guarantee_summarizer.text import FoldedText, fold, holds
from guarantee_summarizer.verify import Claim, claims

__all__ = ["unsupported"]

_QUOTED = re.compile(r'"([^"]+)"')


def unsupported(summary: Summary, article: Article) -> tuple[str, ...]:
    """Return the paths of claims with content that is not in the article, each claim once.

    Figures are compared by their canonical value, and a date may be less exact than in the article
    (2014 for 5 March 2014); ordinals are skipped, as they are seldom figures. Names are those of
    participants and references; quotations are texts in double quotes. The article's title and
    date of publication count as part of it.
    """
    held = _held(article)
    missing = [
        form
        for participant in summary.participants
        for form in (participant.name, *participant.aliases)
        if not _named(form, article)
    ]
    found = (c.path for c in claims(summary) if not _stands(c, held, missing, article))
    return tuple(dict.fromkeys(found))


def _held(article: Article) -> frozenset[str]:
    day = article.published.isoformat() if article.published else ""
    texts = (article.text, article.title or "", day)
    return frozenset(figure.value for text in texts for figure in quantities(text))


def _stands(
    claim: Claim, held: Collection[str], missing: Collection[str], article: Article
) -> bool:
    """Whether every name, number and quotation of a claim is in the article."""
    return all(_named(name, article) for name in _names(claim)) and all(
        all(_holds(quoted, article) for quoted in _quotations(text))
        and all(_figure(value, held) for value in _figures(text))
        and not any(_mentions(text, name) for name in missing)
        for text in _texts(claim)
    )


def _names(claim: Claim) -> Iterator[str]:
    if claim.section == "participants":
        yield from (claim.item.name, *claim.item.aliases)
    yield from claim.references.values()


def _texts(claim: Claim) -> Iterator[str]:
    yield from claim.words.values()
    yield from claim.verbatim.values()


def _figures(text: str) -> Iterator[str]:
    return (
        figure.value
        for figure in quantities(text)
        if figure.kind != "ordinal" and text[figure.start : figure.end].lower() != "half"
    )


def _figure(value: str, held: Collection[str]) -> bool:
    """Whether a figure is in the article; a date may omit the day or the year."""
    return value in held or any(
        other.startswith(f"{value}-") or (value.startswith("--") and other.endswith(value[1:]))
        for other in held
    )


def _quotations(text: str) -> Iterator[str]:
    for match in _QUOTED.finditer(fold(text)):
        if quoted := match[1].strip(" ,.;:!?"):
            yield quoted


def _mentions(text: str, name: str) -> bool:
    """Whether a claim's words contain a name; a name in capitals must be in capitals there."""
    return holds(text, name) if name.isupper() else holds(fold(text), fold(name))


def _named(name: str, article: Article) -> bool:
    return bool(article.naming(name))


def _holds(words: str, article: Article) -> bool:
    return article.folded.holds(words) or FoldedText(article.title or "").holds(words)
