"""Measure how many words sentences share with a claim, and find those that share most."""

from __future__ import annotations

import math
import re
from collections import defaultdict
from collections.abc import Iterable
from functools import lru_cache
from itertools import chain

__all__ = ["Overlap", "stems"]

_STEM = 5  # letters
_CANDIDATES = 400  # sentences that are compared to find the best one
_WORD = re.compile(r"\d+|[^\W\d_][^\W_]+")
_STOPS = frozenset(
    "the and with that which who from are was were been has have had its their they she his her this these those "
    "will would could may might should not after before than then also into over under about between during "
    "until for but what whether how when where there any all more other such".split()
)


class Overlap:
    """Measure the overlap of claims and sentences, with a higher weight for rare words."""

    def __init__(self, sentences: Iterable[frozenset[str]]) -> None:
        """Index the stems of each sentence."""
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
        """Return the overlap of the cited sentences with a claim, relative to the best sentence.

        Args:
            wanted: the stems of a claim.
            cited: the indexes of the cited sentences.
            enough: skip the search for the best sentence, and return the share of the weight of
                all stems, if that share is at least `enough`.

        Returns:
            A share from 0 that may exceed 1; None if the article contains fewer than two of the
            stems. The search starts from the rarest stems, so its cost does not grow with the
            article.
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
        """Return the indexes of the `several` sentences that share most words with `words`.

        The best comes first; sentences without a common word are left out.
        """
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
    """Return the stems of a chunk between two spaces; cached, as chunks recur in every article."""
    return tuple(
        word[:_STEM]
        for word in _WORD.findall(chunk)
        if word not in _STOPS and (len(word) > 2 or word.isdigit())  # noqa: PLR2004
    )
