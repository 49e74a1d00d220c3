"""Which sentences share words with a claim; rare words count more."""

from __future__ import annotations

import math
import re
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cached_property, lru_cache
from itertools import chain
from typing import Self

__all__ = ["ACTS", "Overlap", "Passage", "stems"]

_STEM = 5  # letters
_CANDIDATES = 400  # sentences among which the best is looked for
_WORD = re.compile(r"\d+|[^\W\d_][^\W_]+")
_STOPS = frozenset(
    "the and with that which who from are was were been has have had its their they she his her this these those "
    "will would could may might should not after before than then also into over under about between during "
    "until for but what whether how when where there any all more other such".split()
)


class Overlap:
    """How much of a claim stands in which sentences; rare words count more."""

    def __init__(self, sentences: Iterable[str]) -> None:
        self.stems = tuple(map(stems, sentences))
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
        """What the cited sentences hold of the `wanted` stems, as a share of what the best one holds.

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
        """The sentences that hold most of `words`, best first; none that holds nothing of them."""
        sums: dict[int, float] = defaultdict(float)
        for stem in stems(words) & self._weights.keys():
            for at in self._places[stem]:
                sums[at] += self._weights[stem]
        return sorted(sums, key=lambda at: (-sums[at], at))[:several]

    def closest(self, wanted: frozenset[str], cited: Sequence[int]) -> int:
        """Which of the cited sentences holds most of the `wanted` stems."""
        if len(cited) == 1:
            return cited[0]
        return max(
            cited,
            key=lambda i: sum(self._weights[stem] for stem in wanted & self.stems[i]),
            default=0,
        )


def stems(text: str) -> frozenset[str]:
    """The beginnings of the words that carry meaning; what inflection leaves alone."""
    return frozenset(chain.from_iterable(map(_stems, text.split())))


@lru_cache(maxsize=32_768)
def _stems(chunk: str) -> tuple[str, ...]:
    """The stems of what stands between two spaces; the same chunks return in every article."""
    return tuple(
        word[:_STEM]
        for word in _WORD.findall(chunk)
        if word not in _STOPS and (len(word) > 2 or word.isdigit())  # noqa: PLR2004
    )


_Stems = frozenset[str]
_NEGATION = re.compile(
    r"\b(?:not|no|never|none|neither|nor|without|cannot|\w+n't|reject\w*|refus\w*|rul(?:e|es|ed|ing) out|oppos\w*|"
    r"den(?:y|ies|ied)|declin\w*|exclud\w*|unacceptable|prohibit\w*|forbid\w*|bar(?:s|red)?|object\w*|dismiss\w*|"
    r"against|unable|fail\w*|lack\w*|stop\w*|end(?:s|ed)?|drop\w*|remov\w*|avoid\w*|less|halt\w*|prevent\w*|"
    r"instead|yet|only|scrapp\w*|cancel\w*|withdr\w*|contest\w*|disput\w*|doubt\w*|sceptic\w*|skeptic\w*|"
    r"unclear|unlike\w*|limit\w*|give up|gave up|leav\w*|red line|out of the question|illegitimate|no one|nobody|nothing)\b"
)
ACTS = {
    name: re.compile(rf"\b(?:{forms})")
    for name, forms in {
        "agreeing": r"agree\w*|accept\w*|approv\w*|adopt\w*|endors\w*|consent\w*|back(?:s|ed)\b|support\w*|settl\w*|deal\b|undert|commit|pledg",
        "promising": r"promis|pledg|commit|vow|undert[ao]|guarantee[sd]?\b|assur|oblig|bind|binding|offer|prepared|ready|shall|obliged",
        "signing": r"sign(?:s|ed|ing|at\w*)?\b|initial|ratif|conclud|seal",
        "ratifying": r"ratif|vote|senate|parliament",
        "rejecting": r"reject|refus|oppos|rul(?:es|ed|ing) out|declin|den(?:y|ies|ied)|not\b|no\b|never|accept no|against|unacceptable|contest|disput|object",
        "attending": r"attend|present\b|join(?:s|ed|ing)?\b|travel|host|took part|takes? part|take part|met\b|meet|came|chair|gather|particip|represent",
        "withdrawing": r"withdr|pull|leav|left\b|drop|gave up|give up|abandon|quit",
        "expiring": r"expir|laps|ran out|term\b",
        "sending": r"sen[dt]|deploy|station|dispatch|contribut|provid|troops|soldiers|contingent|force",
        "joining": r"join(?:s|ed|ing)?\b|member|access|enter",
        "demanding": r"demand|insist|requir|want|ask|must|call(?:s|ed)? (?:for|on)|urg|seek|sought|need|condition",
    }.items()
}
_TERM = re.compile(
    r"\b(?:rul(?:es|ed|ing) out|accept no|t(?:ook|akes?) part|g(?:ave|ive) up|ran out|call(?:s|ed)? (?:for|on))\w*|\w+"
)  # the words, and what ACTS has of several words, as one
_REFUSES = (
    r"without|cannot|reject\w*|refus\w*(?: to)?|rul(?:es|ed|ing) out|oppos\w*(?: to)?|den(?:y|ies|ied)|"
    r"declin\w* to|drop\w*|against|away from|short of|instead of|rather than"
)
_AFTER = r"(?P<after>(?:[ \"(]+[\w'-]+){1,4})"
_DENIES = re.compile(rf"\b(?:not|never|\w+n't|{_REFUSES}){_AFTER}")
_DENIES_OR_NO = re.compile(
    rf"\b(?:not|never|\w+n't|(?P<verb>[\w'-]+ )?no|{_REFUSES}){_AFTER}"
    r"|(?P<before>[\w'-]+ [\w'-]+) (?:none|nothing|nobody)\b"
)
_NO = re.compile(r"\bno(?:ne|thing|body)?\b")  # the long pattern is slow: only where it is needed
_UNSETTLED = re.compile(
    r"\b(?:would|could|may|might|should|must|can|whether|unless|if|until|before|once|not|no|never|"
    r"(?:ready|prepared|due|expected|yet|about|plans?|hopes?|wants?|asked|urged|have|has|is|are) to)\b(?: [\w'-]+){1,4}"
)
_YEAR = re.compile(r"\b(?:1[5-9]|20)\d\d\b")
_LONG_AGO = re.compile(
    r"\b(?:(?:\d+|two|three|four|five|six|seven|eight|nine|ten|\w+teen|twenty|thirty) (?:years|decades) (?:ago|earlier)|"
    r"decades ago|a (?:decade|century) ago|during the cold war|at the time|back then)\b"
)


@dataclass(frozen=True)
class Passage:
    """A folded text, with the beginnings of its words."""

    text: str
    stems: _Stems

    @classmethod
    def of(cls, text: str) -> Self:
        """A text that nobody has read."""
        return cls(text, stems(text))

    @cached_property
    def acts(self) -> frozenset[str]:
        """Which of `ACTS` it speaks of."""
        return frozenset[str]().union(*map(_acts, _TERM.findall(self.text)))

    @cached_property
    def denies(self) -> bool:
        """Whether there is a word of denial in it."""
        return _NEGATION.search(self.text) is not None

    @cached_property
    def signs(self) -> tuple[list[_Stems], _Stems]:
        """The stems that stand right beside each word of denial, and all others."""
        phrases: list[_Stems] = []

        def take(match: re.Match[str]) -> str:
            phrases.append(stems(" ".join(filter(None, match.groups()))))
            return " "

        rest = (_DENIES_OR_NO if _NO.search(self.text) else _DENIES).sub(take, self.text)
        return phrases, stems(rest).difference(*phrases) if phrases else self.stems

    @cached_property
    def settled(self) -> str:
        """What it says without what it only says may, would or is to happen."""
        return _UNSETTLED.sub(" ", self.text)

    @cached_property
    def years(self) -> list[int]:
        """The years that it names; 0 for another time long ago."""
        years = [int(year) for year in _YEAR.findall(self.text)]
        return years or ([0] if _LONG_AGO.search(self.text) else [])


@lru_cache(maxsize=16_384)
def _acts(term: str) -> frozenset[str]:
    return frozenset(act for act, pattern in ACTS.items() if pattern.search(term))
