"""What every check works on: a claim with its words, its evidence and its place."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from guarantee_summarizer.article import Article
from guarantee_summarizer.normalize import Quantity, quantities
from guarantee_summarizer.schema import Citation, Finding, Summary
from guarantee_summarizer.text import fold, looks_english

__all__ = ["Check", "Claim", "Reading", "claims", "error", "warning"]

_WORDS = {
    "events": ("what",),
    "proposals": ("title", "description"),
    "layers": ("name", "description", "location", "trigger"),
    "disputes": ("issue",),
    "positions": ("stance",),
    "terms": ("value",),
}
_REFERENCES = {
    "events": ("participants",),
    "proposals": ("proposed_by",),
    "layers": ("providers",),
    "positions": ("party",),
}


@dataclass(frozen=True)
class Claim:
    """One thing that a summary says.

    `section` is the plural the schema uses (`proposals`, `terms`, `positions` …); `words` are its
    own wording by field; `references` name participants or groups; `cited` are the sentences that
    have to support it. Headline and abstract are claims that cite the whole article.
    """

    path: str
    section: str
    item: Any
    words: dict[str, str]
    references: dict[str, str]
    evidence: tuple[Citation, ...]


Check = Callable[[Claim, "Reading"], Iterable[Finding]]
"""A check looks at one claim and says what is wrong with it."""


@dataclass(frozen=True)
class Reading:
    """The article and the summary, with what several checks need read once."""

    article: Article
    summary: Summary

    @cached_property
    def names(self) -> frozenset[str]:
        """Folded names and aliases of all participants."""
        return frozenset(
            fold(form) for p in self.summary.participants for form in (p.name, *p.aliases)
        )

    @cached_property
    def _by_number(self) -> dict[int, int]:
        return {s.number: i for i, s in enumerate(self.article.sentences)}

    @cached_property
    def _quantities(self) -> dict[int, list[Quantity]]:
        return {}

    @cached_property
    def english(self) -> bool:
        """Whether article and summary are both English, so that figures in words can be read."""
        own = f"{self.summary.headline} {self.summary.abstract}"
        return self.article.english and (not own.strip() or looks_english(own))

    @property
    def _metadata(self) -> str:
        """Title and day of publication, which headline and abstract may tell."""
        article = self.article
        day = article.published.isoformat() if article.published else ""
        return f"{article.title or ''}\n{day}"

    def sentences(self, claim: Claim) -> list[int]:
        """Indexes of the sentences that a claim cites; all of them for headline and abstract."""
        if not claim.evidence and claim.section == "text":
            return list(range(len(self.article.sentences)))
        return sorted({self._by_number[c.sentence] for c in claim.evidence})

    def folded(self, claim: Claim) -> list[str]:
        """The folded sentences that a claim cites."""
        return [self.article.folded_sentences[i] for i in self.sentences(claim)]

    def quantities(self, claim: Claim) -> list[Quantity]:
        """The figures in the sentences that a claim cites; every sentence is read once."""
        found = quantities(self._metadata) if claim.section == "text" else []
        for i in self.sentences(claim):
            if i not in self._quantities:
                self._quantities[i] = quantities(self.article.sentences[i].text)
            found += self._quantities[i]
        return found


def error(code: str, path: str, message: str) -> Finding:
    """A finding that moves the claim to `withheld`."""
    return Finding.model_construct(code=code, severity="error", path=path, message=message)


def warning(code: str, path: str, message: str) -> Finding:
    """A finding that stays beside the claim."""
    return Finding.model_construct(code=code, severity="warning", path=path, message=message)


def claims(summary: Summary) -> Iterator[Claim]:
    """Everything that a summary says, in the order of the schema, parts right after wholes."""
    for name in ("headline", "abstract"):
        if text := getattr(summary, name):
            yield Claim(name, "text", text, {name: text}, {}, ())
    for i, participant in enumerate(summary.participants):
        path = f"participants[{i}]"
        yield Claim(path, "participants", participant, {}, {}, participant.evidence)
    yield from _with_parts("events", summary.events)
    yield from _with_parts("proposals", summary.proposals, "terms")
    for i, layer in enumerate(summary.structure.layers):
        yield _claim(f"structure.layers[{i}]", "layers", layer)
    if summary.structure.duration is not None:
        yield _claim("structure.duration", "terms", summary.structure.duration)
    yield from _with_parts("disputes", summary.disputes, "positions")


def _with_parts(section: str, items: Iterable[Any], parts: str | None = None) -> Iterator[Claim]:
    """The claims of a section; the parts of each also rest on what the whole cites."""
    for i, item in enumerate(items):
        yield _claim(f"{section}[{i}]", section, item)
        for j, part in enumerate(getattr(item, parts) if parts else ()):
            yield _claim(f"{section}[{i}].{parts}[{j}]", str(parts), part, item.evidence)


def _claim(path: str, section: str, item: Any, whole: tuple[Citation, ...] = ()) -> Claim:
    words = {name: getattr(item, name) for name in _WORDS[section] if getattr(item, name)}
    references = {}
    for name in _REFERENCES.get(section, ()):
        value = getattr(item, name)
        for i, one in enumerate(value if isinstance(value, tuple) else (value,)):
            references[f"{name}[{i}]" if isinstance(value, tuple) else name] = one
    return Claim(path, section, item, words, references, (*item.evidence, *whole))
