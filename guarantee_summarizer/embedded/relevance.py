"""Judge whether a text is about guarantees: evidence weighed over all of it."""

from __future__ import annotations

import math
from collections import Counter

from guarantee_summarizer.embedded.document import Document

__all__ = ["Relevance", "relevance"]

_ENOUGH = 3.5
_FEW, _FULL = 50, 150  # words of a text that needs a third, and all, of it
_AT_MOST = 5.0  # that words of trade and industry, which such texts have too, weigh against it
_OFTEN = 3  # times from which on a phrase weighs no more


class Relevance:
    """What speaks for a text and against it.

    Attributes:
        score: the sum of the weights.
        needed: what the score has to reach; less for a text of a few sentences.
        found: the phrases that weigh most, with their weight.
    """

    def __init__(self, score: float, needed: float, found: dict[str, float]) -> None:
        self.score, self.needed, self.found = score, needed, found

    @property
    def relevant(self) -> bool:
        """Whether there is enough."""
        return self.score >= self.needed

    @property
    def reason(self) -> str:
        """One sentence on what was found, or missed."""
        said = ", ".join(repr(phrase) for phrase in list(self.found)[:4])
        found = f"only {said} speak of it" if said else "no word speaks of it"
        return f"not about a guarantee, an alliance, a peace force or talks on them: {found}"


def relevance(document: Document) -> Relevance:
    """Weigh the words of a text; each phrase counts up to three times, ever less."""
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
