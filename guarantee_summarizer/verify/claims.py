"""List the claims of a summary, each with its words, its evidence and its path."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import cached_property
from typing import Any, TypeVar

from guarantee_summarizer.schema import Citation, Summary
from guarantee_summarizer.schema.paths import ClaimPath, placed_claims
from guarantee_summarizer.text import fold

__all__ = ["Claim", "about", "claims", "is_about"]


@dataclass(frozen=True)
class Claim:
    """Describe one claim of a summary.

    Attributes:
        place: the path of the claim in the summary.
        section: the name of the section in the schema's list (`proposals`, `terms`, `positions`
            …); `text` for headline and abstract, which cite the whole article.
        item: the object of the schema, or the text of headline or abstract.
        words: the wording of the claim, by field.
        references: the participants that the claim names, by field.
        located: words that must be in the cited sentences or near them, by field.
        verbatim: words that must be copied from the article, by field.
        evidence: the citations that must support the claim.
    """

    place: ClaimPath
    section: str
    item: Any
    words: dict[str, str]
    references: dict[str, str]
    located: dict[str, str]
    verbatim: dict[str, str]
    evidence: tuple[Citation, ...]

    @cached_property
    def path(self) -> str:
        """Return the path as findings carry it."""
        return str(self.place)

    @cached_property
    def folded(self) -> dict[str, str]:
        """Return the wording of the claim, folded, by field."""
        return {field: fold(text) for field, text in self.words.items()}


def claims(summary: Summary) -> Iterator[Claim]:
    """Yield the claims of a summary in the order of the schema, each item before its sub-items.

    The evidence of a sub-item (a term, a position) includes the citations of its item.
    """
    for path, item, whole in placed_claims(summary):
        section = path.kind
        if section is None:
            yield Claim(path, "text", item, {path.section: item}, {}, {}, {}, ())
            continue
        yield Claim(
            path,
            section.name,
            item,
            words=_texts(item, section.words),
            references=_texts(item, section.references),
            located=_texts(item, section.located),
            verbatim=_texts(item, section.verbatim),
            evidence=(*item.evidence, *whole.evidence) if whole else item.evidence,
        )


_Check = TypeVar("_Check", bound=Callable[..., Any])
_SECTIONS: dict[Any, tuple[str, ...]] = {}


def about(*sections: str) -> Callable[[_Check], _Check]:
    """Restrict a check to the claims of these sections."""

    def marked(check: _Check) -> _Check:
        _SECTIONS[check] = sections
        return check

    return marked


def is_about(check: Callable[..., Any], section: str) -> bool:
    """Return whether a check applies to the claims of a section.

    A check without `about` applies to all sections but participants, which have no wording.
    """
    sections = _SECTIONS.get(check)
    return section != "participants" if sections is None else section in sections


def _texts(item: Any, fields: tuple[str, ...]) -> dict[str, str]:
    """Return the texts in some fields of an item; each text of a list has its index in the key."""
    texts: dict[str, str] = {}
    for field in fields:
        value = getattr(item, field)
        if isinstance(value, tuple):
            texts |= {f"{field}[{i}]": text for i, text in enumerate(value)}
        elif value:
            texts[field] = value
    return texts
