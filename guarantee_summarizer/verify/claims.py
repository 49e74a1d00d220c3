"""List what a summary claims: each claim with its words, its evidence and its place."""

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
    """One thing that a summary says.

    Attributes:
        place: its path in the summary.
        section: the name that the schema's list of sections gives it (`proposals`, `terms`,
            `positions` …); `text` for headline and abstract, which cite the whole article.
        item: the claim itself.
        words: by field, its own wording.
        references: by field, the participants that it names.
        located: by field, words that have to be in the cited sentences or near them.
        verbatim: by field, words that have to be the article's own.
        evidence: the citations that have to support it.
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
        """Its place as findings carry it."""
        return str(self.place)

    @cached_property
    def folded(self) -> dict[str, str]:
        """Its words folded."""
        return {field: fold(text) for field, text in self.words.items()}


def claims(summary: Summary) -> Iterator[Claim]:
    """Yield everything that a summary says, in the order of the schema, parts right after wholes.

    The parts of a claim also rest on what the whole cites.
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
    """Mark a check that looks at the claims of these sections only."""

    def marked(check: _Check) -> _Check:
        _SECTIONS[check] = sections
        return check

    return marked


def is_about(check: Callable[..., Any], section: str) -> bool:
    """Tell whether a check looks at the claims of a section.

    One that is not marked looks at all but participants, which have no wording of their own.
    """
    sections = _SECTIONS.get(check)
    return section != "participants" if sections is None else section in sections


def _texts(item: Any, fields: tuple[str, ...]) -> dict[str, str]:
    """The texts in some fields of an item; those of a list each under its own index."""
    texts: dict[str, str] = {}
    for field in fields:
        value = getattr(item, field)
        if isinstance(value, tuple):
            texts |= {f"{field}[{i}]": text for i, text in enumerate(value)}
        elif value:
            texts[field] = value
    return texts
