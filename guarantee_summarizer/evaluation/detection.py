"""How much of what an article does not support verification notices."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from guarantee_summarizer.evaluation.corruption import damage
from guarantee_summarizer.evaluation.gold import GoldItem
from guarantee_summarizer.schema import Citation, Finding, Proposal
from guarantee_summarizer.text import fold
from guarantee_summarizer.verify import verify

__all__ = ["Detection", "Trap", "detection", "trapped"]


@dataclass(frozen=True, slots=True)
class Detection:
    """How many damaged claims of a kind were flagged, of how many tried; `missed` shows some."""

    kind: str
    flagged: int = 0
    tried: int = 0
    missed: tuple[str, ...] = ()

    @property
    def share(self) -> float:
        """Flagged over tried; 1 where nothing could be tried."""
        return self.flagged / self.tried if self.tried else 1.0


@dataclass(frozen=True, slots=True)
class Trap:
    """A plausible statement that the article does not support, and what verification said of it."""

    article: str
    statement: str
    findings: tuple[Finding, ...]


def detection(items: Sequence[GoldItem], kind: str, *, seed: int = 0) -> Detection:
    """How much of one kind of damage verification flags, at the damaged claim or its parts.

    What was already said of the undamaged claim does not count.
    """
    flagged = tried = 0
    missed: list[str] = []
    for item in items:
        known = {(f.code, f.path, f.message) for f in verify(item.summary, item.article)}
        for path, damaged in damage(item, kind, seed=seed):
            tried += 1
            found = verify(damaged, item.article)
            if any(
                f.path.startswith(path) and (f.code, f.path, f.message) not in known for f in found
            ):
                flagged += 1
            else:
                missed.append(f"{item.name} {path}")
    return Detection(kind, flagged, tried, tuple(missed))


def trapped(items: Sequence[GoldItem]) -> list[Trap]:
    """Put every trap as a proposal on the sentence nearest to it, and verify it."""
    return [
        Trap(item.name, statement, _verified(statement, item))
        for item in items
        for statement in item.traps
    ]


def _verified(statement: str, item: GoldItem) -> tuple[Finding, ...]:
    words = set(re.findall(r"\w{3,}", fold(statement)))
    sentences = item.article.sentences
    nearest = max(sentences, key=lambda s: len(words & set(re.findall(r"\w{3,}", fold(s.text)))))
    claim = Proposal(
        title=statement, description=statement, measure="other", status="proposed",
        evidence=(Citation.of(nearest),),
    )  # fmt: skip
    summary = item.summary.replace(proposals=(claim,), events=(), disputes=())
    return tuple(f for f in verify(summary, item.article) if f.path.startswith("proposals"))
