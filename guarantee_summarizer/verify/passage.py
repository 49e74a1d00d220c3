"""A sentence of the article, or a claim's words, with what the checks read in it, read once."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cached_property, lru_cache
from typing import Self

from guarantee_summarizer.verify.overlap import stems

__all__ = ["ACTS", "Passage"]

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
