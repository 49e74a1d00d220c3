"""Judge whether a text is about guarantees, by weighing evidence from all of it."""

from __future__ import annotations

import math
from collections import Counter

from guarantee_summarizer.embedded.document import Document

__all__ = ["Relevance", "relevance"]

_ENOUGH = 3.5
_FEW, _FULL = 50, 150  # words of texts that need a third, and all, of this score
_AT_MOST = 5.0  # negative weight of words of trade and industry, which relevant texts have, too
_OFTEN = 3  # further repetitions of a phrase have no weight


class Relevance:
    """The evidence for and against the relevance of a text.

    Attributes:
        score: the sum of the weights.
        needed: the required score; lower for a text of a few sentences.
        found: the phrases with most weight, and their weight.
    """

    def __init__(self, score: float, needed: float, found: dict[str, float]) -> None:
        self.score, self.needed, self.found = score, needed, found

    @property
    def relevant(self) -> bool:
        """Whether the score is high enough."""
        return self.score >= self.needed

    @property
    def reason(self) -> str:
        """One sentence on the evidence found, or missing."""
        said = ", ".join(repr(phrase) for phrase in list(self.found)[:4])
        found = f"only {said} speak of it" if said else "no word speaks of it"
        return f"not about a guarantee, an alliance, a peace force or talks on them: {found}"


def relevance(document: Document) -> Relevance:
    """Weigh the words of a text; each phrase counts up to three times, with decreasing weight."""
    counted: Counter[tuple[str, int]] = Counter()
    for line in document.lines:
        for cue, start, end in line.found("relevant"):
            counted[line.sentence.text[start:end].lower(), cue.weight] += 1
    title = document.article.title or ""
    weights = {
        phrase: weight * math.sqrt(min(count, _OFTEN))
        for (phrase, weight), count in counted.items()
    }
    for phrase, weight in counted:
        if phrase in title.lower():
            weights[phrase] += weight
    ordered = sorted(weights.items(), key=lambda item: -item[1])
    words = sum(len(line.facts.words) for line in document.lines)
    needed = _ENOUGH * min(1.0, max(words, _FEW) / _FULL)
    economy = sum(weights[phrase] for phrase, weight in counted if weight == -1)
    score = sum(weights.values()) - min(0.0, economy + _AT_MOST)
    return Relevance(score, needed, {p: w for p, w in ordered if w > 0})
