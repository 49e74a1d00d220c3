"""The list of checks, and what becomes of a summary when they have spoken."""

from __future__ import annotations

import re
from collections import defaultdict
from typing import Any

from guarantee_summarizer.article import Article
from guarantee_summarizer.schema import Finding, Summary, Withheld
from guarantee_summarizer.schema.support import CLAIM_PATH
from guarantee_summarizer.verify.actors import (
    actors_act_there,
    attribution_is_said,
    own_subject_is_named,
    parties_take_one_side,
    persons_are_named_there,
)
from guarantee_summarizer.verify.background import (
    claims_are_not_the_examples,
    history_is_told_as_history,
)
from guarantee_summarizer.verify.base import Check, Reading
from guarantee_summarizer.verify.citations import citations_exist
from guarantee_summarizer.verify.claims import claims
from guarantee_summarizer.verify.figures import (
    designations_occur,
    figures_occur,
    quotations_occur,
    wordings_occur,
)
from guarantee_summarizer.verify.hostile import evidence_is_no_instruction
from guarantee_summarizer.verify.names import participants_occur, references_resolve
from guarantee_summarizer.verify.order import (
    claims_are_said_once,
    events_fit_their_date,
    layers_keep_their_order,
)
from guarantee_summarizer.verify.support import evidence_speaks_of_it
from guarantee_summarizer.verify.wording import (
    acts_are_said,
    certainty_is_said,
    polarity_agrees,
    status_is_said,
)

__all__ = ["CHECKS", "claim_at", "verify", "withhold"]

CHECKS: tuple[Check, ...] = (
    citations_exist,
    participants_occur,
    references_resolve,
    figures_occur,
    designations_occur,
    quotations_occur,
    wordings_occur,
    evidence_is_no_instruction,
    evidence_speaks_of_it,
    actors_act_there,
    parties_take_one_side,
    persons_are_named_there,
    own_subject_is_named,
    attribution_is_said,
    status_is_said,
    polarity_agrees,
    acts_are_said,
    certainty_is_said,
    history_is_told_as_history,
    claims_are_not_the_examples,
    layers_keep_their_order,
    events_fit_their_date,
    claims_are_said_once,
)
_STEP = re.compile(r"(\w+)(?:\[(\d+)\])?")


def verify(summary: Summary, article: Article) -> tuple[Finding, ...]:
    """What the article says against the claims of `summary`; empty if it supports them all.

    Names and words are compared after folding, figures by their exact value. Cost is linear in
    the summary and in the article.
    """
    reading = Reading(article, summary)
    found: list[Finding] = []
    for claim in claims(summary):
        for check in CHECKS:
            found.extend(check(claim, reading))
    return tuple(dict.fromkeys(found))


def withhold(summary: Summary, findings: tuple[Finding, ...]) -> Summary:
    """Move every claim with an error to `withheld`, whole; warnings stay as findings.

    Errors inside a part (a term, a position) take the part out, others the whole claim.
    """
    by_claim: dict[str, list[Finding]] = defaultdict(list)
    for finding in findings:
        if finding.severity == "error" and (match := CLAIM_PATH.match(finding.path)):
            by_claim[match[0]].append(finding)
    withheld = tuple(
        Withheld(path=path, claim=_dump(claim_at(summary, path)), findings=tuple(found))
        for path, found in by_claim.items()
    )
    kept: Summary = _without(summary, "", by_claim.keys())
    return kept.replace(
        findings=(*summary.findings, *findings), withheld=(*summary.withheld, *withheld)
    )


def claim_at(node: Any, path: str) -> Any:
    """What stands at a path such as `proposals[2].terms[0]`."""
    for name, index in _STEP.findall(path):
        node = getattr(node, name)
        node = node[int(index)] if index else node
    return node


def _dump(claim: Any) -> Any:
    return claim if isinstance(claim, str) else claim.model_dump(mode="json")


def _without(node: Any, at: str, paths: Any) -> Any:
    """A copy of `node` without the parts at `paths`; text becomes empty, a single part None."""
    changes: dict[str, Any] = {}
    for path in paths:
        if not path.startswith(at):
            continue
        step = _STEP.match(path, len(at))
        if step is None or step[1] in changes:
            continue
        value = getattr(node, step[1])
        if step[2] is not None:
            inner = f"{at}{step[1]}"
            changes[step[1]] = tuple(
                _without(item, f"{inner}[{i}].", paths)
                for i, item in enumerate(value)
                if f"{inner}[{i}]" not in paths
            )
        elif path == f"{at}{step[1]}":
            changes[step[1]] = "" if isinstance(value, str) else None
        else:
            changes[step[1]] = _without(value, f"{at}{step[1]}.", paths)
    return node.replace(**changes) if changes else node
