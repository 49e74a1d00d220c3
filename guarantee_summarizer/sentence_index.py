"""Find the sentences of an article that contain given words."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Sequence
from itertools import accumulate

from guarantee_summarizer.sentences import Sentence
from guarantee_summarizer.text import fold_words, holds, places

__all__ = ["SentenceIndex"]

_ABBREVIATION = 4  # characters; up to this length case distinguishes US from us


class SentenceIndex:
    """Find sentences by their folded words, in one search over the whole article.

    Args:
        sentences: the sentences to return, in the order of the article.
        read: the same sentences as a person reads them.
        folded: the folded words of each sentence, with single spaces.
    """

    def __init__(
        self, sentences: Sequence[Sentence], read: Sequence[Sentence], folded: Sequence[str]
    ) -> None:
        self._sentences, self._read = sentences, read
        lengths = (len(sentence) + 1 for sentence in folded)
        self._lines, self._starts = "\n".join(folded), [0, *accumulate(lengths)]
        self._searched: dict[str, tuple[Sentence, ...]] = {}

    def naming(self, name: str) -> tuple[Sentence, ...]:
        """Return the sentences with `name` as whole words, in any spelling; cached.

        A short abbreviation in capitals (US, IT) must also be in capitals in the sentence.
        """
        if name not in self._searched:
            self._searched[name] = self._search(name)
        return self._searched[name]

    def holding(self, words: str) -> list[int]:
        """Return the indexes of the sentences that contain folded words, as whole words."""
        found = (bisect_right(self._starts, at) - 1 for at in places(self._lines, words))
        return [*dict.fromkeys(found)]

    def _search(self, name: str) -> tuple[Sentence, ...]:
        matches = tuple(self._sentences[i] for i in self.holding(fold_words(name)))
        if name.isupper() and len(name) <= _ABBREVIATION:
            return tuple(s for s in matches if holds(self._read[s.number - 1].text, name))
        return matches
