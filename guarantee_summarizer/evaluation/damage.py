"""Count what checks and second reader notice of right summaries that were made wrong on purpose.

A file of damage has one JSON object a line: `article` (the name of a gold item), `kind`, `edits` (pairs
of a field's path and its new value) and `why` it is wrong. A review is what a second reader answered
to a record in which some of them were put together.
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
    """Describe one change that makes a right summary wrong.

    Attributes:
        article: the name of the gold article.
        kind: the kind of change, for instance `proposal_status`.
        edits: paths of fields with the new values.
        why: what is wrong with it, for people.
    """

    article: str
    kind: str
    edits: tuple[tuple[str, Any], ...]
    why: str = ""

    @property
    def items(self) -> set[str]:
        """The paths of the claims that it changes."""
        return {_item(path) for path, _ in self.edits}


@dataclass(frozen=True, slots=True)
class ReviewedRecord:
    """Hold a second reader's answer to a record with several damages at once.

    Attributes:
        article: the name of the gold article.
        damages: the changes that were made in the record.
        answer: what the second reader wrote, as JSON.
    """

    article: str
    damages: tuple[Damage, ...]
    answer: str


@dataclass(slots=True)
class Noticed:
    """Count wrong claims, and those that were noticed.

    Attributes:
        tried: wrong claims.
        checks: how many of them the checks notice.
        reader: how many the second reader names.
        either: how many at least one of both notices; without a review, as `checks`.
    """

    tried: int = 0
    checks: int = 0
    reader: int = 0
    either: int = 0


def load_damage(file: str | Path) -> list[Damage]:
    """Read a file of damage.

    Raises:
        SchemaError: a line is no such object; the message names file and line.
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
    """Read reviews: one JSON object a line, with `article`, `damages` (line numbers) and `answer`."""
    reviews = []
    for line in Path(file).read_text(encoding="utf-8").splitlines():
        data = json.loads(line)
        chosen = tuple(damages[number - 1] for number in data["damages"])
        reviews.append(ReviewedRecord(data["article"], chosen, json.dumps(data["answer"])))
    return reviews


def damaged(summary: Summary, damages: Iterable[Damage]) -> Summary:
    """Return the summary with all the changes made.

    Raises:
        SchemaError: a path leads nowhere, or a value does not fit.
    """
    data = summary.model_dump(mode="json")
    for damage in damages:
        for path, value in damage.edits:
            try:
                _put(data, path, value)
            except (KeyError, IndexError, TypeError) as error:
                raise SchemaError(f"{damage.article}: {path} leads nowhere") from error
    return Summary.model_validate(data)


def noticed(items: Mapping[str, GoldItem], damages: Iterable[Damage]) -> dict[str, Noticed]:
    """Count, for each kind, what the exact checks notice of single damages.

    A change that enriching undoes, as the tables know better, counts as noticed.
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
    """Count what checks and reader notice of damages among right claims.

    Returns:
        the counts for each kind; and those of the right claims that they flag all the same.
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
    """What verification says of the damaged summary and did not say of the right one."""
    known = _known(item)
    found = verify(summary, item.article)
    return [finding for finding in found if (finding.code, finding.path) not in known]


@lru_cache(maxsize=64)
def _known(item: GoldItem) -> frozenset[tuple[str, str]]:
    """What verification says of a right summary."""
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
