"""Find sentences that share words with a claim: for a re-ask, and to see whether evidence is beside it."""

from __future__ import annotations

import math
import re
from collections import defaultdict
from collections.abc import Iterable
from functools import lru_cache
from itertools import chain

__all__ = ["Overlap", "stems"]

_STEM = 5  # letters
_CANDIDATES = 400  # sentences among which the best is looked for
_WORD = re.compile(r"\d+|[^\W\d_][^\W_]+")
_STOPS = frozenset(
    "the and with that which who from are was were been has have had its their they she his her this these those "
    "will would could may might should not after before than then also into over under about between during "
    "until for but what whether how when where there any all more other such".split()
)


class Overlap:
    """How much of a claim is in which sentences; rare words count more."""

    def __init__(self, sentences: Iterable[frozenset[str]]) -> None:
        """Take the stems of each sentence."""
        self.stems = tuple(sentences)
        self._places: dict[str, list[int]] = defaultdict(list)
        for at, held in enumerate(self.stems):
            for stem in held:
                self._places[stem].append(at)
        several = len(self.stems) + 1
        self._weights = {
            stem: math.log(several / (len(places) + 0.5)) for stem, places in self._places.items()
        }

    def share(
        self, wanted: frozenset[str], cited: Iterable[int], enough: float = 1
    ) -> float | None:
        """Return how many of the `wanted` stems the cited sentences hold, as a share of what the best one holds.

        No sentence holds more than there is: a share of all of it that is `enough` is handed back
        as it is, without a look for the best. That one is looked for where the rarest of the words
        stand, so that the cost does not grow with the article. None where the article holds too
        little of the words to say anything.
        """
        weights = {stem: self._weights[stem] for stem in wanted if stem in self._weights}
        if len(weights) < 2:  # noqa: PLR2004
            return None
        shared = weights.keys() & frozenset[str]().union(*(self.stems[i] for i in cited))
        held, most = sum(weights[stem] for stem in shared), sum(weights.values())
        if held < enough * most:
            most = self._best(weights)
        return held / most

    def _best(self, weights: dict[str, float]) -> float:
        sums: dict[int, float] = defaultdict(float)
        for stem in sorted(weights, key=lambda stem: (-weights[stem], stem)):
            places = self._places[stem]
            if len(sums) + len(places) > _CANDIDATES and sums:
                places = [at for at in sums if stem in self.stems[at]]
            for at in places[:_CANDIDATES]:
                sums[at] += weights[stem]
        return max(sums.values())

    def nearest(self, words: str, several: int) -> list[int]:
        """Return the sentences that hold most of `words`, best first; none that holds nothing of them."""
        sums: dict[int, float] = defaultdict(float)
        for stem in stems(words) & self._weights.keys():
            for at in self._places[stem]:
                sums[at] += self._weights[stem]
        return sorted(sums, key=lambda at: (-sums[at], at))[:several]


def stems(text: str) -> frozenset[str]:
    """Return truncated stems of the content words."""
    return frozenset(chain.from_iterable(map(_stems, text.split())))


@lru_cache(maxsize=32_768)
def _stems(chunk: str) -> tuple[str, ...]:
    """The stems of what is between two spaces; the same chunks return in every article."""
    return tuple(
        word[:_STEM]
        for word in _WORD.findall(chunk)
        if word not in _STOPS and (len(word) > 2 or word.isdigit())  # noqa: PLR2004
    )
