"""Find cues for measures, layers, disputes and roles, and the meaning of verbs in proposals."""

from __future__ import annotations

import hashlib
import json
from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cache, cached_property
from pathlib import Path

from guarantee_summarizer.errors import LexiconError
from guarantee_summarizer.lexicon.tables import read_table

__all__ = ["Cue", "Cues", "Verb", "default_cues"]

_CUE_COLUMNS = ("family", "value", "weight", "phrases")
_VERB_COLUMNS = ("verb", "sense", "status", "negated", "modal", "agent", "object")


@dataclass(frozen=True, slots=True)
class Cue:
    """Describe a phrase found in a sequence of lemmas, with its value, weight and position."""

    value: str
    weight: int
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class Verb:
    """Describe the meaning of a verb by the columns of `verbs.csv`; "" is no value."""

    sense: str
    status: str = ""
    negated: str = ""
    modal: str = ""
    agent: str = ""
    object: str = ""


_Phrases = dict[str, list[tuple[tuple[str, ...], str, int]]]


@dataclass(frozen=True, eq=False)
class Cues:
    """Look up phrases of lemmas by family, and verbs by lemma."""

    families: dict[str, _Phrases]
    verbs: dict[str, Verb]

    @classmethod
    def load(cls, extra: Path | None = None) -> Cues:
        """Read `cues.csv` and `verbs.csv`, and add those of the folder `extra`.

        Raises:
            LexiconError: a weight is not a number, or a table is invalid as in `Lexicon.load`; the
                message names file and line.
        """
        families: dict[str, _Phrases] = defaultdict(lambda: defaultdict(list))
        for row in read_table("cues.csv", _CUE_COLUMNS, extra):
            try:
                weight = int(row["weight"])
            except ValueError as error:
                raise LexiconError(
                    f"{row.place}, column weight: {row['weight']!r} is not a whole number"
                ) from error
            for phrase in row.many("phrases"):
                words = tuple(phrase.lower().split())
                families[row["family"]][words[0]].append((words, row["value"], weight))
        for phrases in families.values():
            for choices in phrases.values():
                choices.sort(key=lambda choice: -len(choice[0]))
        verbs = {
            row["verb"]: Verb(*(row[column] for column in _VERB_COLUMNS[1:]))
            for row in read_table("verbs.csv", _VERB_COLUMNS, extra)
        }
        return cls({name: dict(phrases) for name, phrases in families.items()}, verbs)

    @cached_property
    def fingerprint(self) -> str:
        """Return 12 hex digits of SHA-256 over all rows."""
        verbs = {
            lemma: [getattr(verb, name) for name in Verb.__slots__]
            for lemma, verb in self.verbs.items()
        }
        return hashlib.sha256(json.dumps([self.families, verbs]).encode()).hexdigest()[:12]

    def find(self, family: str, lemmas: Sequence[str]) -> Iterator[Cue]:
        """Yield the phrases of a family in a sequence of lemmas, in order, longest first."""
        phrases, end = self.families.get(family, {}), 0
        if phrases.keys().isdisjoint(lemmas):  # as a rule
            return
        for start, lemma in enumerate(lemmas):
            if start < end:
                continue
            for words, value, weight in phrases.get(lemma, ()):
                if tuple(lemmas[start : start + len(words)]) == words:
                    end = start + len(words)
                    yield Cue(value, weight, start, end)
                    break

    def values(self, family: str, word: str) -> frozenset[str]:
        """Return the values of a word in a family."""
        phrases = self.families.get(family, {}).get(word, ())
        return frozenset(value for words, value, _ in phrases if words == (word,))

    def verb(self, lemma: str) -> Verb | None:
        """Return the meaning of a verb, if it is in the table."""
        return self.verbs.get(lemma)


@cache
def default_cues() -> Cues:
    """Return the bundled cues, read once."""
    return Cues.load()
