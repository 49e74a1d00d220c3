"""Ask a model to repair rejected claims: only those, their reasons and the relevant sentences.

Neither the instructions nor the whole article nor the whole answer are sent again. Every claim has
a number; the model rewrites it under that number, or leaves it out. A claim that it leaves out
is not changed, and is withheld with its reason.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from functools import lru_cache
from operator import attrgetter
from typing import Any

from guarantee_summarizer.article import Article
from guarantee_summarizer.llm.answers import ANSWER, Answer, claims_model, read_item
from guarantee_summarizer.llm.json_text import known
from guarantee_summarizer.llm.messages import Completion
from guarantee_summarizer.schema import ClaimPath, Finding, Participant, Summary, Withheld
from guarantee_summarizer.schema.json_schema import as_written, compact, part_schema
from guarantee_summarizer.schema.paths import renamed
from guarantee_summarizer.sentences import Sentence
from guarantee_summarizer.text import fold
from guarantee_summarizer.verify import advice
from guarantee_summarizer.verify.overlap import Overlap, stems

__all__ = [
    "RejectedClaim",
    "read_repairs",
    "rejected_claims",
    "relevant_sentences",
    "repair_model",
    "repaired",
    "unrepaired",
]

_REORDERED = ("participants", "structure.layers")  # by `enrich`
_NEAREST = 3  # number of sentences that share most words with a claim


@dataclass(frozen=True, slots=True)
class RejectedClaim:
    """A claim that failed a check: its path, its text as written, the reasons with advice.

    `withheld` is the entry of an item that did not fit the schema; the item is not in the summary,
    and its repair is appended to its section.
    """

    path: ClaimPath
    written: str
    reasons: tuple[str, ...]
    cited: tuple[int, ...] = ()
    withheld: Withheld | None = None

    @property
    def section(self) -> str:
        """The path of its section, or the name of the text."""
        return self.path.section

    @property
    def model(self) -> type[Any] | None:
        """Its model in the schema; None for text."""
        kind = self.path.kind
        return kind.model if kind else None


def rejected_claims(summary: Summary, findings: Iterable[Finding]) -> tuple[RejectedClaim, ...]:
    """Return the claims that a model should repair; a sub-item counts with its item.

    Args:
        summary: the draft, with the items that did not fit the schema as `withheld`.
        findings: from verification and review; a finding without advice rejects no claim.
    """
    reasons: dict[ClaimPath, list[str]] = {}
    for finding in findings:
        path = ClaimPath.parse(finding.path)
        if path and path.section != "structure" and (remedy := advice(finding.code)):
            text = f"{finding.message}. {remedy}"
            reasons.setdefault(path.item, []).append(text)
    rejected = [_rejected(summary, path, texts) for path, texts in reasons.items()]
    return (*rejected, *filter(None, map(_malformed, summary.withheld)))


def _rejected(summary: Summary, path: ClaimPath, reasons: Iterable[str]) -> RejectedClaim:
    claim = path.of(summary)
    cited = tuple(dict.fromkeys(c.sentence for c in getattr(claim, "evidence", ())))
    return RejectedClaim(path, as_written(claim), tuple(dict.fromkeys(reasons)), cited)


def _malformed(entry: Withheld) -> RejectedClaim | None:
    path = ClaimPath.parse(entry.path)
    if path is None or path.index is None:
        return None
    reasons = tuple(
        f"{f.path.removeprefix(str(path.item)).lstrip('.') or 'it'}: {f.message}. {advice(f.code)}"
        for f in entry.findings[:3]
    )
    evidence = entry.claim.get("evidence") if isinstance(entry.claim, Mapping) else None
    cited = tuple(n for n in evidence if isinstance(n, int)) if isinstance(evidence, list) else ()
    end = ClaimPath(path.section)
    return RejectedClaim(end, compact(entry.claim), reasons, cited, entry)


def relevant_sentences(claims: Iterable[RejectedClaim], article: Article) -> list[Sentence]:
    """Return the cited sentences, their neighbours, and the 3 nearest to each claim by words."""
    overlap, indexes = Overlap(map(stems, article.folded_sentences)), set[int]()
    for claim in claims:
        indexes |= {n - 1 + step for n in claim.cited for step in (-1, 0, 1)}
        indexes.update(overlap.nearest(fold(claim.written), _NEAREST))
    return [s for i, s in enumerate(article.sentences) if i in indexes]


def repair_model(claims: Iterable[RejectedClaim]) -> type[Answer]:
    """Build the response model of the re-ask: one optional field for each claim."""
    return _model(tuple(claim.model for claim in claims))


@lru_cache(maxsize=256)
def _model(models: tuple[type[Any] | None, ...]) -> type[Answer]:
    names = {f"claim_{n}": model.__name__ if model else None for n, model in enumerate(models, 1)}
    return claims_model(len(models), part_schema(names))


def read_repairs(completion: Completion, claims: Iterable[RejectedClaim]) -> Answer | None:
    """Read an answer to a re-ask; return None if the model answered in full instead."""
    answer = completion.read(repair_model(claims))
    full = any(known(key, ANSWER.fields) for key in answer.found.data)
    return None if full else answer


def repaired(
    summary: Summary, claims: Iterable[RejectedClaim], answer: Answer, article: Article
) -> Summary:
    """Return the summary with the repaired claims in place; all other claims are unchanged.

    A participant whose name changes is renamed in all claims that refer to it.
    """
    names: dict[str, str] = {}
    for number, claim in enumerate(claims, 1):
        item = read_item(answer, number, claim.path.kind, article)
        if not item:
            continue
        if isinstance(item, Participant) and claim.path.index is not None:
            names[fold(claim.path.of(summary).name)] = item.name
        rest = tuple(entry for entry in summary.withheld if entry is not claim.withheld)
        summary = claim.path.replaced(summary, item).replace(withheld=rest)
    return renamed(summary, names) if names else summary


def unrepaired(
    findings: Iterable[Finding],
    claims: Iterable[RejectedClaim],
    *,
    before: Summary,
    after: Summary,
) -> tuple[Finding, ...]:
    """Return the reviewer's findings on claims that the repair did not change.

    Checks are repeated after a repair, a review is not. Paths are updated: enriching merges
    duplicate participants and orders layers by rank.

    Args:
        findings: findings on the draft before the repair.
        claims: the claims of the re-ask.
        before: the summary that the findings refer to.
        after: the repaired summary, enriched.
    """
    asked_for = {claim.path for claim in claims if claim.withheld is None}
    kept = []
    for finding in findings:
        path = ClaimPath.parse(finding.path)
        if path is None or not finding.code.startswith("review_"):
            continue
        now = replace(path, index=_index_after(path, before, after))
        if (now.index is None) != (path.index is None):
            continue
        if path.item not in asked_for or now.item.of(after) == path.item.of(before):
            kept.append(finding.replace(path=str(now)))
    return tuple(kept)


def _index_after(path: ClaimPath, before: Summary, after: Summary) -> int | None:
    """Return the position of a claim's item after enriching; None if no item has its name."""
    section = path.kind and path.section
    if section not in _REORDERED:
        return path.index
    claim, items = path.item.of(before), attrgetter(section)(after)
    alike = [i for i, item in enumerate(items) if _known_as(item, claim.name)]
    same = [i for i in alike if items[i].evidence == claim.evidence]
    return next(iter([*same, *alike]), None)


def _known_as(item: Any, name: str) -> bool:
    return fold(name) in map(fold, (item.name, *getattr(item, "aliases", ())))
