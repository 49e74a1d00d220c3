"""The reviewer (second reader): a request that asks for unsupported claims, and its answer.

It follows the article in the same messages as the first request, so that the provider's cache hits.
"""

from __future__ import annotations

import json
import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Annotated, Any, Literal

from pydantic import BaseModel, Field

from guarantee_summarizer.llm.json_text import Found, known, read_object
from guarantee_summarizer.llm.messages import Completion
from guarantee_summarizer.llm.shapes import as_items, as_meant
from guarantee_summarizer.schema import ClaimPath, Finding, Summary
from guarantee_summarizer.schema.base import Word
from guarantee_summarizer.schema.claims import SECTIONS, TEXTS
from guarantee_summarizer.schema.json_schema import as_written

__all__ = ["RecordedClaim", "Review", "read_review", "recorded_claims"]

_SEVERITIES: dict[str, Literal["error", "warning"]] = {"wrong": "error", "imprecise": "warning"}
_FIELDS = {"verdicts": list}
_WORDS = 20  # words of a reason that a finding repeats; the prompt asks for twelve
_FIELD = re.compile(r"(\w+)(?:\[(\d+)\])?(?:\.\w+)?")


class _Verdict(BaseModel):
    claim: int
    field: str
    verdict: Annotated[Literal["wrong", "imprecise"], Word]
    reason: Annotated[str, Field(description="At most twelve words.")] = ""


class Review(BaseModel):
    """The fields of the record that do not hold."""

    verdicts: list[_Verdict] = Field(default_factory=list)


@dataclass(frozen=True, slots=True)
class RecordedClaim:
    """A claim as the reviewer gets it: its path and its content in compact form."""

    path: ClaimPath
    written: str

    @property
    def section(self) -> str:
        """The path of its section, or the name of the text."""
        return self.path.section

    def length(self, field: str) -> int:
        """Return the number of elements in a list field of the claim; 0 for other fields."""
        elements = json.loads(self.written).get(field)
        return len(elements) if isinstance(elements, list) else 0


def recorded_claims(summary: Summary) -> list[RecordedClaim]:
    """Return every claim of a summary in the form that a model writes, sub-items inside items."""
    claims = [RecordedClaim(ClaimPath(name), getattr(summary, name)) for name in TEXTS]
    for section in SECTIONS:
        for i, item in enumerate(section.items(summary)):
            path = ClaimPath(section.path, i if section.many else None)
            claims.append(RecordedClaim(path, as_written(item)))
    return [claim for claim in claims if claim.written]


def read_review(
    completion: Completion, claims: Sequence[RecordedClaim]
) -> tuple[list[Finding], str]:
    """Read the verdicts of the reviewer.

    Args:
        completion: its answer.
        claims: the claims that it was sent, in order.

    Returns:
        a finding for each unsupported field, and the state of the review: `done`, or with a note
        of losses (a part that was cut off, verdicts without an existing claim or field).

    Raises:
        ValueError: the answer is not a review.
    """
    verdicts, lost = _verdicts(completion)
    findings = [_finding(verdict, claims) for verdict in verdicts]
    held = [finding for finding in findings if finding is not None]
    went = "done in part (the review was cut off)" if lost else "done"
    dropped = len(findings) - len(held)
    return held, went + (f", {dropped} verdicts on nothing dropped" if dropped else "")


def _verdicts(completion: Completion) -> tuple[list[Any], bool]:
    """Return the verdicts as they were written, and whether some were lost."""
    found = [read_object(texts, _FIELDS) for texts in completion.texts(Review.__name__)]
    answer = next((one for one in found if one.fit), Found())
    written = next((v for key, v in answer.data.items() if known(key, _FIELDS)), None)
    verdicts = as_items(written, _Verdict)
    if verdicts is None or not answer.fit:
        raise ValueError("the answer is not a list of verdicts")
    return verdicts, bool(answer.losses or answer.cuts)


def _finding(verdict: Any, claims: Sequence[RecordedClaim]) -> Finding | None:
    try:
        meant = as_meant(verdict, _Verdict, [])
        read = _Verdict.model_validate({"field": "", **meant} if isinstance(meant, dict) else meant)
    except ValueError:
        return None
    if not 1 <= read.claim <= len(claims):
        return None
    path = claims[read.claim - 1].path
    place = str(path)
    if path.kind is not None:
        match = _FIELD.fullmatch(read.field.strip())
        if match is None or match[1] not in path.kind.model.model_fields:
            return None
        if match[2] and int(match[2]) >= claims[read.claim - 1].length(match[1]):
            return None
        place += f".{match[1]}" + (f"[{match[2]}]" if match[2] else "")
    elif read.field.strip() not in ("", path.section):
        return None
    reason = " ".join(read.reason.split()[:_WORDS]) or "does not hold"
    return Finding(
        code=f"review_{read.verdict}", severity=_SEVERITIES[read.verdict], path=place,
        message=f"a second reader: {reason}",
    )  # fmt: skip
