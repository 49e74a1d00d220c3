"""Score a summary against its gold summary, and sum scores over many.

Participants are matched by name or alias, all other items by the sentences that they cite. Citation
precision and recall follow ALCE (Gao et al. 2023): over the matched items, the share of cited
sentences that gold cites, too, and the share of gold's sentences that were cited.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any, Literal

from guarantee_summarizer.errors import load_extra
from guarantee_summarizer.evaluation.faithfulness import unsupported
from guarantee_summarizer.evaluation.gold import GoldItem
from guarantee_summarizer.normalize import normalize_term
from guarantee_summarizer.schema import Participant, Summary, Term
from guarantee_summarizer.schema.claims import SECTIONS as CLAIM_SECTIONS
from guarantee_summarizer.schema.paths import claim_paths
from guarantee_summarizer.text import fold

__all__ = [
    "SECTIONS",
    "Count",
    "Mismatch",
    "Scores",
    "assign",
    "best_pairs",
    "overlap",
    "score",
    "sentences",
    "total",
]

FROM = 0.3
"""Smallest overlap of evidence with which two items can match."""


def sentences(item: Any) -> frozenset[int]:
    """Return the numbers of the sentences that an item cites."""
    return frozenset(citation.sentence for citation in item.evidence)


def overlap(one: frozenset[int], other: frozenset[int]) -> float:
    """Return the Jaccard overlap of two sets of sentences; 0 if both are empty."""
    union = one | other
    return len(one & other) / len(union) if union else 0.0


def assign(predicted: Sequence[Any], gold: Sequence[Any]) -> list[tuple[int, int]]:
    """Match items one to one so that the summed overlap of their evidence is greatest.

    Args:
        predicted: items of a summary.
        gold: items of the gold summary.

    Returns:
        index pairs, in the order of `predicted`; only pairs that overlap by 0.3 or more.

    Raises:
        ConfigurationError: SciPy is not installed.

    Source: linear sum assignment (Kuhn 1955, Munkres 1957), as in SciPy.
    """
    rows, columns = [sentences(p) for p in predicted], [sentences(g) for g in gold]
    return best_pairs([[_counted(overlap(row, column)) for column in columns] for row in rows])


def best_pairs(gain: Sequence[Sequence[float]]) -> list[tuple[int, int]]:
    """Return the one-to-one pairs of rows and columns with the greatest summed gain.

    Args:
        gain: the gain of each pair, a row for each predicted item; 0 if the two cannot match.

    Returns:
        index pairs in the order of the rows, without pairs of no gain.

    Raises:
        ConfigurationError: SciPy is not installed.
    """
    if not any(map(any, gain)):
        return []
    optimize = load_extra("scipy.optimize", extra="evaluation")  # 0.2 s
    chosen = zip(*optimize.linear_sum_assignment(gain, maximize=True), strict=True)
    return [(int(i), int(j)) for i, j in chosen if gain[i][j] > 0]


def _counted(share: float) -> float:
    return share if share >= FROM else 0.0


_LISTS = tuple(section for section in CLAIM_SECTIONS if section.many)
SECTIONS = (*(section.name for section in _LISTS), "terms", "citations")
_ATTRIBUTES = {
    "participants": ("kind", "role"),
    "events": ("status",),
    "proposals": ("measure", "status"),
    "layers": ("function", "status"),
    "disputes": ("kind", "status"),
}
_SAME_NAME = 1e-4  # breaks ties between pairs, never prevents a pair

_Items = dict[str, tuple[Sequence[Any], Sequence[Any]]]
_Pairs = dict[str, list[tuple[int, int]]]


@dataclass(frozen=True, slots=True)
class Count:
    """Count items that were matched, were predicted, and are in gold.

    For citations the two sides are counted separately: the matched predicted sentences, and the
    matched sentences of gold.

    Attributes:
        matched: items of the summary that match one of gold.
        predicted: items of the summary.
        gold: items of gold.
    """

    matched: int = 0
    predicted: int = 0
    gold: int = 0

    def __add__(self, other: Count) -> Count:
        return Count(
            self.matched + other.matched,
            self.predicted + other.predicted,
            self.gold + other.gold,
        )

    @property
    def precision(self) -> float | None:
        """Share of predicted items that are correct; None if there are none."""
        return self.matched / self.predicted if self.predicted else None

    @property
    def recall(self) -> float | None:
        """Share of gold items that were found; None if there are none."""
        return self.matched / self.gold if self.gold else None

    @property
    def f1(self) -> float | None:
        """Harmonic mean of precision and recall; None if there are no items on either side."""
        both = self.predicted + self.gold
        return 2 * self.matched / both if both else None


@dataclass(frozen=True, slots=True)
class Mismatch:
    """Describe one error of a summary.

    Attributes:
        section: its section: `proposals`, `layers` and so on.
        kind: `missed` (only in gold), `spurious` (only in the summary) or `wrong` (matched, with a
            wrong attribute).
        words: a readable description of the item.
        sentences: the numbers of the sentences that the item cites.
    """

    section: str
    kind: Literal["missed", "spurious", "wrong"]
    words: str
    sentences: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Scores:
    """Store the scores of one summary, or the sum of many.

    Attributes:
        counts: matched, predicted and gold items by section.
        attributes: for each attribute of matched items, the number of correct and of all values.
        relevance: the number of correct judgements of relevance, and of all.
        unsupported: claims with a number, a name or a quotation that is not in the article.
        mismatches: every error, with a readable description.
    """

    counts: dict[str, Count] = field(default_factory=dict)
    attributes: dict[str, tuple[int, int]] = field(default_factory=dict)
    relevance: tuple[int, int] = (0, 0)
    unsupported: int = 0
    mismatches: tuple[Mismatch, ...] = ()


def score(summary: Summary, gold: GoldItem) -> Scores:
    """Score one summary against its gold summary."""
    right = gold.summary
    items: _Items = {s.name: (s.items(summary), s.items(right)) for s in _LISTS}
    pairs = {
        name: _by_name(*both) if name == "participants" else assign(*both)
        for name, both in items.items()
    }
    counts = {
        name: Count(len(pairs[name]), len(mine), len(theirs))
        for name, (mine, theirs) in items.items()
    }
    counts["terms"] = _terms(summary, right, gold.article.published)
    counts["citations"] = _citations(items, pairs)
    return Scores(
        counts=counts,
        attributes=_attributes(items, pairs),
        relevance=(int(summary.relevant == right.relevant), 1),
        unsupported=len(unsupported(summary, gold.article)),
        mismatches=tuple(_mismatches(items, pairs)),
    )


def total(scores: Iterable[Scores]) -> Scores:
    """Sum the scores of several articles (micro average)."""
    counts: dict[str, Count] = {name: Count() for name in SECTIONS}
    attributes: dict[str, tuple[int, int]] = {}
    right = of = loose = 0
    for one in scores:
        for name, count in one.counts.items():
            counts[name] += count
        for name, (good, among) in one.attributes.items():
            before = attributes.get(name, (0, 0))
            attributes[name] = (before[0] + good, before[1] + among)
        right, of = right + one.relevance[0], of + one.relevance[1]
        loose += one.unsupported
    return Scores(counts, attributes, (right, of), loose)


def _by_name(mine: Sequence[Participant], gold: Sequence[Participant]) -> list[tuple[int, int]]:
    """Match as many one-to-one pairs as possible by name or alias; equal names before aliases."""
    rows, columns = [_forms(one) for one in mine], [_forms(one) for one in gold]
    return best_pairs([[_alike(row, column) for column in columns] for row in rows])


def _alike(one: Sequence[str], other: Sequence[str]) -> float:
    if not set(one) & set(other):
        return 0.0
    return 1 + _SAME_NAME if one[0] == other[0] else 1.0


def _forms(participant: Participant) -> Sequence[str]:
    """Return the name and aliases, folded, without punctuation and space unless nothing remains."""
    return [
        "".join(char for char in fold(form) if char.isalnum()) or form
        for form in (participant.name, *participant.aliases)
    ]


def _terms(mine: Summary, gold: Summary, published: date | None) -> Count:
    one, other = _values(mine, published), _values(gold, published)
    return Count((one & other).total(), one.total(), other.total())


def _values(summary: Summary, published: date | None) -> Counter[str]:
    claims = (path.of(summary) for path in claim_paths(summary))
    terms = [claim for claim in claims if isinstance(claim, Term)]
    return Counter(
        term.normalized or normalize_term(term.what, term.value, published) or fold(term.value)
        for term in terms
    )


def _citations(items: _Items, pairs: _Pairs) -> Count:
    count = Count()
    for name, matched in pairs.items():
        if name == "participants":
            continue  # their evidence is every mention
        for i, j in matched:
            one, other = sentences(items[name][0][i]), sentences(items[name][1][j])
            count += Count(len(one & other), len(one), len(other))
    return count


def _attributes(items: _Items, pairs: _Pairs) -> dict[str, tuple[int, int]]:
    found = {}
    for name, (mine, gold) in items.items():
        for attribute in _ATTRIBUTES.get(name, ()):
            right = sum(
                getattr(mine[i], attribute) == getattr(gold[j], attribute) for i, j in pairs[name]
            )
            found[f"{name}.{attribute}"] = (right, len(pairs[name]))
    return found


_TITLES = {section.model: section.title for section in _LISTS}


def _mismatches(items: _Items, pairs: _Pairs) -> Iterator[Mismatch]:
    for name, (mine, gold) in items.items():
        found, matched = {i for i, _ in pairs[name]}, {j for _, j in pairs[name]}
        for j, item in enumerate(gold):
            if j not in matched:
                yield _mismatch(name, "missed", item, _words(item))
        for i, item in enumerate(mine):
            if i not in found:
                yield _mismatch(name, "spurious", item, _words(item))
        for i, j in pairs[name]:
            for attribute in _ATTRIBUTES.get(name, ()):
                one, other = getattr(mine[i], attribute), getattr(gold[j], attribute)
                if one != other:
                    words = f"{_words(gold[j])}: {attribute} is {one}, not {other}"
                    yield _mismatch(name, "wrong", gold[j], words)


def _mismatch(
    section: str, kind: Literal["missed", "spurious", "wrong"], item: Any, words: str
) -> Mismatch:
    return Mismatch(section, kind, words, tuple(sorted(sentences(item))))


def _words(item: Any) -> str:
    return str(getattr(item, _TITLES[type(item)]))
