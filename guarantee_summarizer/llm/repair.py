"""The short re-ask: only the claims that do not hold, and the sentences that could bear them.

Neither the instructions nor the whole article nor the whole answer travel again. Every claim has a
number; the model writes it anew under that number, or leaves it out. A claim that it leaves out
stays as it was, to be withheld with its reason.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from pydantic import BaseModel

from guarantee_summarizer.article import Article
from guarantee_summarizer.llm.answers import claims_model, read_item
from guarantee_summarizer.schema import ClaimPath, Finding, Participant, Summary, Withheld
from guarantee_summarizer.schema.json_schema import part_schema, to_wire
from guarantee_summarizer.schema.paths import claim_paths
from guarantee_summarizer.text import Sentence, fold
from guarantee_summarizer.verify import advice
from guarantee_summarizer.verify.overlap import Overlap

__all__ = [
    "RejectedClaim",
    "read_repairs",
    "rejected_claims",
    "relevant_sentences",
    "repair_model",
    "repaired",
]

_NEAREST = 3  # sentences beside the cited ones that share most words with a claim


@dataclass(frozen=True, slots=True)
class RejectedClaim:
    """A claim that does not hold: where it stands, as it was written, why, what to do.

    `withheld` is the entry of an item that did not even fit the schema; it stands nowhere, and
    comes back at the end of its section.
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
        """The model of the schema; None for text."""
        kind = self.path.kind
        return kind.model if kind else None


def rejected_claims(summary: Summary, findings: Iterable[Finding]) -> tuple[RejectedClaim, ...]:
    """Return the claims that a model should repair, parts together with their wholes.

    Args:
        summary: as the backend made it, with what did not fit the schema as `withheld`.
        findings: of verification; only errors reject a claim.
    """
    reasons: dict[ClaimPath, list[str]] = {}
    for finding in findings:
        if finding.severity == "error" and (path := ClaimPath.parse(finding.path)):
            text = f"{finding.message}. {advice(finding.code)}"
            reasons.setdefault(path.item, []).append(text)
    rejected = [_rejected(summary, path, texts) for path, texts in reasons.items()]
    return (*rejected, *filter(None, map(_malformed, summary.withheld)))


def _rejected(summary: Summary, path: ClaimPath, reasons: Iterable[str]) -> RejectedClaim:
    claim = path.of(summary)
    written = claim if isinstance(claim, str) else to_wire(claim)
    evidence = getattr(claim, "evidence", ())
    if isinstance(written, dict) and written.get("description") == " ".join(
        c.quote for c in evidence
    ):
        del written["description"]  # the library put it there
    cited = tuple(dict.fromkeys(c.sentence for c in evidence))
    return RejectedClaim(path, _compact(written), tuple(dict.fromkeys(reasons)), cited)


def _malformed(entry: Withheld) -> RejectedClaim | None:
    path = ClaimPath.parse(entry.path)
    if path is None or path.index is None:
        return None
    reasons = tuple(
        f"{f.path.removeprefix(str(path.item)).lstrip('.') or 'it'}: {f.message}. {advice(f.code)}"
        for f in entry.findings[:3]
    )
    given = entry.claim.get("evidence") if isinstance(entry.claim, Mapping) else None
    cited = tuple(n for n in given if isinstance(n, int)) if isinstance(given, list) else ()
    end = ClaimPath(path.section)
    return RejectedClaim(end, _compact(entry.claim), reasons, cited, entry)


def relevant_sentences(claims: Iterable[RejectedClaim], article: Article) -> list[Sentence]:
    """Return the cited sentences, those beside them, and those that share most words with each."""
    overlap, wanted = Overlap(article.folded_sentences), set[int]()
    for claim in claims:
        wanted |= {n - 1 + step for n in claim.cited for step in (-1, 0, 1)}
        wanted.update(overlap.nearest(fold(claim.written), _NEAREST))
    return [s for i, s in enumerate(article.sentences) if i in wanted]


def repair_model(claims: Iterable[RejectedClaim]) -> type[BaseModel]:
    """Build the response model of the answer: one field for each claim, none of them required."""
    return _model(tuple(claim.model for claim in claims))


@lru_cache(maxsize=256)
def _model(models: tuple[type[Any] | None, ...]) -> type[BaseModel]:
    names = {f"claim_{n}": model.__name__ if model else None for n, model in enumerate(models, 1)}
    return claims_model(models, part_schema(names))


def read_repairs(
    parsed: BaseModel | None, text: str, claims: Iterable[RejectedClaim]
) -> BaseModel | None:
    """Read an answer to a re-ask; None where the model answered in full instead.

    Args:
        parsed: the answer as instructor read it, if it could.
        text: the answer as it was written.
        claims: what was asked for again.
    """
    model = repair_model(claims)
    answer = parsed if isinstance(parsed, model) else model.model_validate_json(text)
    return None if getattr(answer, "relevant", None) is not None else answer


def repaired(
    summary: Summary, claims: Iterable[RejectedClaim], answer: BaseModel, article: Article
) -> Summary:
    """Return the summary with what the answer repaired in its place; the rest stays as it was.

    A participant that comes back under another name is renamed wherever it was referred to.
    """
    names: dict[str, str] = {}
    for number, claim in enumerate(claims, 1):
        given = getattr(answer, f"claim_{number}", None)
        item = " ".join(given.split()) if isinstance(given, str) else read_item(given, article)
        if not item:
            continue
        if isinstance(item, Participant) and claim.path.index is not None:
            names[fold(claim.path.of(summary).name)] = item.name
        rest = tuple(entry for entry in summary.withheld if entry is not claim.withheld)
        summary = claim.path.replaced(summary, item).replace(withheld=rest)
    return _renamed(summary, names) if names else summary


def _renamed(summary: Summary, names: Mapping[str, str]) -> Summary:
    """The summary with other names of participants wherever a claim refers to them."""
    for path in claim_paths(summary):
        if path.kind and path.kind.references:
            claim = path.of(summary)
            changes = {
                field: _with_names(getattr(claim, field), names) for field in path.kind.references
            }
            summary = path.replaced(summary, claim.replace(**changes))
    return summary


def _with_names(value: Any, names: Mapping[str, str]) -> Any:
    if isinstance(value, tuple):
        return tuple(_with_names(name, names) for name in value)
    return names.get(fold(value), value)


def _compact(written: Any) -> str:
    if isinstance(written, str):
        return written
    return json.dumps(written, ensure_ascii=False, separators=(",", ":"))
