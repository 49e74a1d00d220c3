"""Count how many deliberate errors in gold summaries the checks and the reviewer detect.

A file of damage has one JSON object per line: `article` (the name of a gold item), `kind`, `edits`
(pairs of a field's path and its new value) and `why` it is wrong. A review is the reviewer's answer
to a summary with several of these errors.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

from guarantee_summarizer.enrich import enrich
from guarantee_summarizer.errors import SchemaError
from guarantee_summarizer.evaluation.gold import GoldItem
from guarantee_summarizer.lexicon import default_lexicon
from guarantee_summarizer.llm.messages import Completion
from guarantee_summarizer.llm.review import read_review, recorded_claims
from guarantee_summarizer.schema import ClaimPath, Finding, Summary
from guarantee_summarizer.verify import verify

__all__ = [
    "Damage",
    "Noticed",
    "ReviewedRecord",
    "load_damage",
    "load_reviews",
    "noticed",
    "reviewed",
]

_STEP = re.compile(r"\w+|\[(\d+)\]")


@dataclass(frozen=True, slots=True)
class Damage:
    """Describe one change that introduces an error into a gold summary.

    Attributes:
        article: the name of the gold article.
        kind: the kind of change, for instance `proposal_status`.
        edits: paths of fields with the new values.
        why: an explanation of the error.
    """

    article: str
    kind: str
    edits: tuple[tuple[str, Any], ...]
    why: str = ""

    @property
    def items(self) -> set[str]:
        """Paths of the claims that it changes."""
        return {_item(path) for path, _ in self.edits}


@dataclass(frozen=True, slots=True)
class ReviewedRecord:
    """Store the reviewer's answer to a summary with several damages.

    Attributes:
        article: the name of the gold article.
        damages: the changes in the summary.
        answer: the reviewer's answer, as JSON.
    """

    article: str
    damages: tuple[Damage, ...]
    answer: str


@dataclass(slots=True)
class Noticed:
    """Count wrong claims, and detected ones.

    Attributes:
        tried: wrong claims.
        checks: how many the checks detect.
        reader: how many the reviewer names.
        either: how many at least one of both detects; without a review, the same as `checks`.
    """

    tried: int = 0
    checks: int = 0
    reader: int = 0
    either: int = 0


def load_damage(file: str | Path) -> list[Damage]:
    """Read a file of damage.

    Raises:
        SchemaError: a line is not such an object; the message names file and line.
    """
    damages = []
    for number, line in enumerate(Path(file).read_text(encoding="utf-8").splitlines(), 1):
        try:
            data = json.loads(line)
            edits = tuple((path, value) for path, value in data["edits"])
            damages.append(Damage(data["article"], data["kind"], edits, data.get("why", "")))
        except (ValueError, KeyError, TypeError) as error:
            message = f"{file}, line {number}: needs article, kind and edits ({error!r})"
            raise SchemaError(message) from error
    return damages


def load_reviews(file: str | Path, damages: Sequence[Damage]) -> list[ReviewedRecord]:
    """Read reviews: a JSON object per line, with `article`, `damages` (line numbers), `answer`."""
    reviews = []
    for line in Path(file).read_text(encoding="utf-8").splitlines():
        data = json.loads(line)
        chosen = tuple(damages[number - 1] for number in data["damages"])
        reviews.append(ReviewedRecord(data["article"], chosen, json.dumps(data["answer"])))
    return reviews


def damaged(summary: Summary, damages: Iterable[Damage]) -> Summary:
    """Return the summary with all changes applied.

    Raises:
        SchemaError: a path does not exist, or a value is invalid.
    """
    data = summary.model_dump(mode="json")
    for damage in damages:
        for path, value in damage.edits:
            try:
                _put(data, path, value)
            except (KeyError, IndexError, TypeError) as error:
                raise SchemaError(f"{damage.article}: {path} does not exist") from error
    return Summary.model_validate(data)


def noticed(items: Mapping[str, GoldItem], damages: Iterable[Damage]) -> dict[str, Noticed]:
    """Count, for each kind, how many single damages the exact checks detect.

    A change that enriching reverts, because the tables override it, counts as detected.
    """
    counts: dict[str, Noticed] = {}
    for damage in damages:
        item = items[damage.article]
        whole = enrich(damaged(item.summary, [damage]), item.article, default_lexicon())
        seen = _undone(whole, item) or bool(_new_findings(whole, item))
        count = counts.setdefault(damage.kind, Noticed())
        count.tried += 1
        count.checks += seen
        count.either += seen
    return counts


def reviewed(
    items: Mapping[str, GoldItem], reviews: Iterable[ReviewedRecord]
) -> tuple[dict[str, Noticed], Noticed]:
    """Count how many damages among correct claims the checks and the reviewer detect.

    Returns:
        the counts for each kind; and the counts of correct claims that they flag by mistake.
    """
    counts: dict[str, Noticed] = {}
    alarms = Noticed()
    for review in reviews:
        item = items[review.article]
        summary = damaged(item.summary, review.damages)
        checks = {_item(finding.path) for finding in _new_findings(summary, item)}
        claims = recorded_claims(summary)
        findings, _ = read_review(Completion(review.answer), claims)
        reader = {_item(finding.path) for finding in findings}
        for damage in review.damages:
            _count(counts.setdefault(damage.kind, Noticed()), damage.items, checks, reader)
        wrong = set[str]().union(*(damage.items for damage in review.damages))
        for claim in claims:
            if (place := _item(str(claim.path))) not in wrong:
                _count(alarms, {place}, checks, reader)
    return counts, alarms


def _count(counts: Noticed, places: set[str], checks: set[str], reader: set[str]) -> None:
    counts.tried += 1
    counts.checks += bool(places & checks)
    counts.reader += bool(places & reader)
    counts.either += bool(places & (checks | reader))


def _new_findings(summary: Summary, item: GoldItem) -> list[Finding]:
    """Return the findings on the damaged summary that the gold summary does not have."""
    known = _known(item)
    found = verify(summary, item.article)
    return [finding for finding in found if (finding.code, finding.path) not in known]


@lru_cache(maxsize=64)
def _known(item: GoldItem) -> frozenset[tuple[str, str]]:
    """Return the findings on a gold summary."""
    return frozenset((f.code, f.path) for f in verify(item.summary, item.article))


def _undone(whole: Summary, item: GoldItem) -> bool:
    return _claims(whole) == _right(item)


@lru_cache(maxsize=64)
def _right(item: GoldItem) -> dict[str, Any]:
    return _claims(enrich(item.summary, item.article, default_lexicon()))


def _claims(summary: Summary) -> dict[str, Any]:
    return summary.model_dump(exclude={"article", "findings", "withheld"})


def _item(path: str) -> str:
    place = ClaimPath.parse(path)
    return str(place.item) if place else path


def _put(data: Any, path: str, value: Any) -> None:
    """Set the value at a path such as `proposals[2].terms[0].value`."""
    *steps, last = (int(match[1]) if match[1] else match[0] for match in _STEP.finditer(path))
    for step in steps:
        data = data[step]
    data[last] = value
