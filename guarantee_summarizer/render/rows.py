"""Write the rows of a summary: every claim, finding and withheld claim, in its table's columns."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping
from contextlib import suppress
from typing import Any

from pydantic import ValidationError

from guarantee_summarizer.article import Article
from guarantee_summarizer.corpus.results import Failure
from guarantee_summarizer.render.columns import Kind, Layout, Row, cell, columns
from guarantee_summarizer.schema import (
    ArticleRecord,
    Citation,
    ClaimPath,
    Finding,
    Summary,
    Withheld,
)
from guarantee_summarizer.schema.paths import claim_paths

__all__ = ["COLUMNS", "failure_row", "metadata_columns", "rows_of", "with_metadata"]

_ARTICLE = columns("article_id published:day outlet url")
_OF_SUMMARY = {**columns("summary:whole"), **_ARTICLE}
_CLAIM = columns("claim")
_EVIDENCE = columns("sentences:wholes quotes:texts")
_PART = columns("parent parent_title")
_FIELDS = {
    "participants": columns("name kind role title affiliation country aliases:texts"),
    "proposals": columns(
        "title measure status proposed_by:texts recipients:texts condition attribution description"
    ),
    "terms": columns("what value normalized bound low:number high:number unit"),
    "layers": columns(
        "rank:whole name function status providers:texts location trigger description"
    ),
    "structure": columns("legal_form precondition attribution"),
    "disputes": columns("issue kind status"),
    "positions": columns("party stance"),
    "events": columns("what status when date where participants:texts"),
}
"""The fields of the claims of each section, in the order of their columns."""
_PARTS = {"terms", "positions"}

COLUMNS: Layout = {
    "summaries": {
        **_OF_SUMMARY,
        **columns(
            "repeats:whole title language relevant:truth headline abstract claims:whole "
            "flagged:whole withheld:whole incomplete:texts backend model review reviewer "
            "schema_version library_version created input_tokens:whole output_tokens:whole "
            "cached_tokens:whole attempts:whole seconds:number warnings:texts metadata"
        ),
    },
    **{
        name: {**_OF_SUMMARY, **_CLAIM, **(_PART if name in _PARTS else {}), **fields, **_EVIDENCE}
        for name, fields in _FIELDS.items()
    },
    "findings": {**_OF_SUMMARY, **_CLAIM, **columns("field severity code message"), **_EVIDENCE},
    "withheld": {
        **_OF_SUMMARY,
        **_CLAIM,
        **columns("text codes:texts reasons:texts content"),
        **_EVIDENCE,
    },
    "failures": {**_ARTICLE, **columns("title source error message")},
}
"""The tables, and the columns of each with their types, in the order of the files."""


_METADATA = "metadata_"  # prefix of their columns' names, to keep them unique


def metadata_columns(rows: Iterable[Row]) -> dict[str, Kind]:
    """Return the metadata columns for rows of `summaries`, with the type of all their values."""
    kinds: dict[str, set[Kind]] = {}
    for row in rows:
        for name, value in json.loads(row["metadata"] or "{}").items():
            kinds.setdefault(f"{_METADATA}{name}", set()).add(_kind(value))
    return {name: one.pop() if len(one) == 1 else "text" for name, one in kinds.items()}


def _kind(value: Any) -> Kind:
    kinds: dict[type, Kind] = {bool: "truth", int: "whole", float: "number"}
    return kinds.get(type(value), "text")


def with_metadata(row: Row, wanted: Mapping[str, Kind]) -> Row:
    """Return a row of `summaries` with these columns; lists and objects are JSON."""
    known = json.loads(row["metadata"] or "{}")
    values = {name: known.get(name.removeprefix(_METADATA)) for name in wanted}
    return row | {
        name: value if value is None or wanted[name] != "text" else _as_text(value)
        for name, value in values.items()
    }


def _as_text(value: Any) -> str:
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)


def rows_of(summary: Summary, number: int, first: int | None) -> Iterator[tuple[str, Row]]:
    """Yield every row of a summary, with its table.

    Args:
        summary: the summary.
        number: the number of the summary among all, from 1.
        first: the number of an earlier summary of the same article, if there is one.
    """
    about = {"summary": number, **_article(summary.article)}
    yield "summaries", {**about, "repeats": first, **_summary(summary)}
    for path in claim_paths(summary):
        if path.kind:  # headline and abstract are in the row of the summary
            yield path.kind.name, {**about, **_claim(path, summary)}
    for finding in summary.findings:
        yield "findings", {**about, **_finding(finding, summary)}
    for withheld in summary.withheld:
        yield "withheld", {**about, **_withheld(withheld)}


def _article(article: ArticleRecord | Article | None) -> Row:
    return {
        "article_id": article and article.id,
        "published": article and article.published,
        "outlet": (article and article.outlet) or None,
        "url": (article and article.url) or None,
    }


def _summary(summary: Summary) -> Row:
    """Return the values of a whole summary, in the order of the columns."""
    article, made, usage, support = (
        summary.article,
        summary.provenance,
        summary.usage,
        summary.support,
    )
    known: Row = {
        "title": article and article.title,
        "language": article and article.language,
        "relevant": summary.relevant,
        "headline": summary.headline,
        "abstract": summary.abstract,
        "claims": support.claims,
        "flagged": support.flagged,
        "withheld": support.withheld,
        "incomplete": summary.incomplete,
    }
    for name in ("backend", "model", "review", "reviewer", "schema_version", "library_version"):
        known[name] = made and getattr(made, name)
    known["created"] = made and made.created.isoformat()
    for name in ("input_tokens", "output_tokens", "cached_tokens", "attempts", "seconds"):
        known[name] = usage and getattr(usage, name)
    known["warnings"] = article.warnings if article else ()
    known["metadata"] = article and json.dumps(article.metadata, ensure_ascii=False)
    return {name: cell(value) for name, value in known.items()}


def _claim(path: ClaimPath, summary: Summary) -> Row:
    """Return the row of a claim after the values of its summary, in the order of the columns."""
    claim, name = path.of(summary), path.kind.name if path.kind else ""
    row: Row = {"claim": str(path)}
    if name in _PARTS:
        row |= _parent(path, summary)
    row |= {field_name: cell(getattr(claim, field_name)) for field_name in _FIELDS[name]}
    return {**row, **_evidence(claim.evidence)}


def _parent(path: ClaimPath, summary: Summary) -> Row:
    """Return the item of a sub-item; for the duration of a guarantee, its structure."""
    item = path.item
    if path.part is None or item.kind is None:
        return {"parent": path.section.rpartition(".")[0], "parent_title": None}
    return {"parent": str(item), "parent_title": getattr(item.of(summary), item.kind.title)}


def _evidence(citations: Iterable[Citation]) -> Row:
    cited = tuple(citations)
    return {"sentences": [c.sentence for c in cited], "quotes": [c.quote for c in cited]}


def _finding(finding: Finding, summary: Summary) -> Row:
    """Return the row of a finding, with the evidence of its claim."""
    path = ClaimPath.parse(finding.path)
    claim: Any = None
    if path:
        with suppress(IndexError):
            claim = path.of(summary)
    return {
        "claim": str(path.claim) if path else finding.path,
        "field": (path and path.field) or None,
        "severity": finding.severity,
        "code": finding.code,
        "message": finding.message,
        **_evidence(getattr(claim, "evidence", ())),
    }


def _withheld(withheld: Withheld) -> Row:
    """Return the row of a withheld claim, which may have any content."""
    claim, path = withheld.claim, ClaimPath.parse(withheld.path)
    fields = claim if isinstance(claim, dict) else {}
    title = fields.get(path.kind.title) if path and path.kind else None
    text = claim if isinstance(claim, str) else title
    return {
        "claim": withheld.path,
        "text": text if isinstance(text, str) and text else None,
        "codes": [finding.code for finding in withheld.findings],
        "reasons": [finding.message for finding in withheld.findings],
        "content": json.dumps(claim, ensure_ascii=False, default=str),
        **_evidence(_cited(fields.get("evidence"))),
    }


def _cited(evidence: Any) -> Iterator[Citation]:
    """Yield the grounded evidence of a claim that may not fit the schema."""
    for item in evidence if isinstance(evidence, list | tuple) else ():
        with suppress(ValidationError):
            yield Citation.model_validate(item)


def failure_row(failure: Failure) -> Row:
    """Return the row of a failure."""
    article = failure.article
    return {
        **_article(article),
        "title": (article and article.title) or None,
        "source": failure.source,
        "error": type(failure.error).__name__,
        "message": str(failure.error),
    }
