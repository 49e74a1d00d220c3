"""Move claims with errors out of the facts of a summary, and keep them with their findings."""

from __future__ import annotations

from bisect import bisect_left
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import replace
from typing import Any

from guarantee_summarizer.schema import Finding, Summary, Withheld
from guarantee_summarizer.schema.base import Model
from guarantee_summarizer.schema.paths import ClaimPath, moved, without

__all__ = ["withhold"]


def withhold(summary: Summary, findings: tuple[Finding, ...]) -> Summary:
    """Return the summary with its erroneous claims in `withheld`, and with the findings.

    An error in an optional field, or in one reference, removes only that from the claim; an error
    in a sub-item (a term, a position) removes the sub-item; any other error removes the claim.
    Warnings remove nothing; the warnings of a removed claim are dropped.

    Paths of errors and of withheld claims point into `summary`, paths of warnings into the result.
    """
    errors: dict[ClaimPath, list[Finding]] = defaultdict(list)
    for finding in findings:
        if finding.severity == "error" and (path := ClaimPath.parse(finding.path)):
            errors[path if path.optional else path.claim].append(finding)
    withheld = tuple(
        Withheld(path=str(path), claim=_dump(path.value(summary)), findings=tuple(reasons))
        for path, reasons in errors.items()
    )
    kept = map(_Followed(errors), findings)
    return without(summary, errors).replace(
        findings=(*summary.findings, *filter(None, kept)), withheld=(*summary.withheld, *withheld)
    )


class _Followed:
    """Update the paths of warnings after the removal; return None if the claim is withheld."""

    def __init__(self, removed: Iterable[ClaimPath]) -> None:
        self._inside: dict[ClaimPath, list[ClaimPath]] = defaultdict(list)
        self._whole: dict[str, list[int]] = defaultdict(list)
        for path in removed:
            self._inside[path.item].append(path)
            if path == path.item and path.index is not None:
                self._whole[path.section].append(path.index)
        for indexes in self._whole.values():
            indexes.sort()

    def __call__(self, finding: Finding) -> Finding | None:
        path = ClaimPath.parse(finding.path)
        if finding.severity == "error" or path is None:
            return finding
        now = moved(path, self._inside.get(path.item, ()))
        if now and path.index is not None:  # items before it may be removed
            before = bisect_left(self._whole.get(path.section, ()), path.index)
            now = replace(now, index=path.index - before)
        return finding.replace(path=str(now)) if now else None


def _dump(claim: Any) -> Any:
    return claim.model_dump(mode="json") if isinstance(claim, Model) else claim
