"""What a summary claims: each claim with its words, its evidence and its place."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from guarantee_summarizer.schema import Citation, Summary
from guarantee_summarizer.text import fold
from guarantee_summarizer.verify.passages import Passage

__all__ = ["Claim", "claims"]

_WORDS = {
    "events": ("what",),
    "proposals": ("title", "description"),
    "layers": ("name", "description", "location", "trigger"),
    "disputes": ("issue",),
    "positions": ("stance",),
    "terms": ("value",),
}
_TITLES = ("title", "name")
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

    @cached_property
    def folded(self) -> dict[str, str]:
        """Its words folded."""
        return {field: fold(text) for field, text in self.words.items()}

    @cached_property
    def said(self) -> Passage:
        """All its words."""
        return Passage.of(" ".join(self.folded.values()))

    @cached_property
    def prose(self) -> Passage:
        """Its words without titles and names, if there are others."""
        words = " ".join(text for field, text in self.folded.items() if field not in _TITLES)
        return Passage.of(words) if words and words != self.said.text else self.said


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
    words = {name: text for name in _WORDS[section] if (text := getattr(item, name))}
    references = {}
    for name in _REFERENCES.get(section, ()):
        value = getattr(item, name)
        for i, one in enumerate(value if isinstance(value, tuple) else (value,)):
            references[f"{name}[{i}]" if isinstance(value, tuple) else name] = one
    return Claim(path, section, item, words, references, (*item.evidence, *whole))
