"""Summaries as tables: one row for each claim, with its article, its path and its sentences."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING, Any

from pydantic import ValidationError

from guarantee_summarizer.article import Article
from guarantee_summarizer.corpus.results import Failure, Outcome
from guarantee_summarizer.errors import SchemaError
from guarantee_summarizer.render.columns import Layout, Row, columns, frames_of
from guarantee_summarizer.render.table_files import open_tables
from guarantee_summarizer.schema import (
    ArticleRecord,
    Citation,
    ClaimPath,
    Finding,
    Summary,
    Withheld,
)
from guarantee_summarizer.schema.paths import claim_paths

if TYPE_CHECKING:
    import pandas as pd

__all__ = ["COLUMNS", "to_frames", "to_records", "write_tables"]

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
    "terms": columns("what value normalized"),
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
            "cached_tokens:whole attempts:whole seconds:number"
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
"""The tables, and the columns of each with what they hold; the order is that of the files."""

_AT_ONCE = 200  # summaries whose rows are held while files are written


def to_records(summaries: Outcome | Iterable[Outcome]) -> dict[str, list[dict[str, Any]]]:
    """Return summaries as tables of plain dicts: one row for each claim.

    Every table is there, and every row has all columns of its table (`COLUMNS`), in this order:

    - `summaries`: one row each, with headline, abstract, how many claims it has, who made it;
    - `participants`, `proposals`, `terms`, `layers`, `structure`, `disputes`, `positions`, `events`:
      the claims. A term or a position names the claim that it is a part of (`parent`,
      `parent_title`); `structure` is what is said of a guarantee as a whole;
    - `findings`: what verification said of claims that stand; `withheld`: claims that are taken
      out and no facts, with the reasons, and in `content` the whole claim as JSON;
    - `failures`: what could not be read or summarized, with the error.

    Each row begins with `summary` (which of those given, from 1; the key of `summaries`), the
    article's `article_id`, `published`, `outlet` and `url`, and `claim`, the path in the summary
    (`proposals[2].terms[0]`). It ends with the evidence: `sentences` (numbers, from 1) and
    `quotes`, one for each.

    A summary that is given twice has its rows twice; in `summaries`, `repeats` is the number of the
    first of the same article, and None for that itself.

    Args:
        summaries: a summary, or any iterable of them, with failures among them as `map` and
            `read_summaries` give them. All rows are held, about 60 kB for a summary of 45 claims;
            `write_tables` holds few.

    Returns:
        Tables by name. Texts are `str` or None, never empty; lists are `list`; whole numbers `int`;
        `published` is a `datetime.date`; dates of events stay EDTF text, times ISO 8601 text (UTC).

    Raises:
        SchemaError: something given is neither a summary nor a failure.

    >>> tables = to_records(Summary(relevant=True, headline="Paris offers troops"))
    >>> tables["summaries"][0]["headline"], tables["proposals"]
    ('Paris offers troops', [])
    """
    return _Recorder().records(_each(summaries))


def to_frames(summaries: Outcome | Iterable[Outcome]) -> dict[str, pd.DataFrame]:
    """Return summaries as pandas data frames; tables, rows and columns are those of `to_records`.

    Types are the same whether or not a table has rows: texts `string`, whole numbers `Int64`,
    `relevant` `boolean`, `seconds` `Float64`, `published` `datetime64[s]`; what is missing is
    `pandas.NA` (`NaT` for a day). Lists are Python lists in columns of objects, empty where there
    is nothing. A whole number of more than 64 bits is missing, and a lone surrogate stands as its
    escape: pandas holds neither.

    To write files, use `write_tables`: pandas would write a text that begins with `=` as a formula.

    Args:
        summaries: as in `to_records`.

    Raises:
        SchemaError: as in `to_records`.
        ConfigurationError: pandas is not installed (extra `tables`).
    """
    return frames_of(to_records(summaries), COLUMNS)


def write_tables(summaries: Outcome | Iterable[Outcome], path: str | Path) -> dict[str, int]:
    r"""Write summaries as tables: CSV files in a folder, one Excel file, or one Parquet file.

    The tables are those of `to_records`; all are written, those without rows with their columns.
    Summaries are written as they come; of those written only the ids of the articles are kept. The
    files take their names when all is written; what stood there before is whole until then.

    - A folder (a name without suffix, or with a slash at its end) gets `proposals.csv` and so on:
      comma-separated UTF-8 with a byte order mark, without which Excel garbles Cyrillic. Read it
      with `pandas.read_csv(file, keep_default_na=False, na_values=[""])`, or with `csv` and
      `encoding="utf-8-sig"`. Excel guesses types when it opens CSV (`2026-01` becomes a day), and
      parts cells at semicolons in some countries; to look at tables in Excel, write `.xlsx`.
    - `.xlsx` gets a sheet for each table, all texts as texts. A text that is too long for a cell (32,767 characters)
      is cut, and says so; a table with more rows than a sheet may have goes on in `terms 2`.
    - `.parquet` gets one table, because a Parquet file holds one: all rows below each other, the
      table's name in the first column, `table`; of the other columns a row fills those of its own.
      Lists stay lists. For a file for each table use `to_frames(…)["terms"].to_parquet(…)`.

    In CSV and Excel, lists stand in one cell between semicolons, an item with a semicolon in
    quotation marks (`csv` reads them). No cell is or becomes a formula: an apostrophe stands before
    each = + - @ that begins a cell, a line in it, or what follows a comma, a semicolon or a tab in
    it. Control characters, and those that turn the direction of writing, stand as their escapes
    (`\x1b`, `\u202e`). Parquet holds all texts as they are.

    Args:
        summaries: as in `to_records`.
        path: where to, as above.

    Returns:
        How many rows each table has.

    Raises:
        SchemaError: something given is neither a summary nor a failure; nothing is written.
        ConfigurationError: the suffix is unknown, the place cannot be written, or an extra is
            missing (`tables` for Excel, `parquet`).
    """
    outcomes, recorder = _each(summaries), _Recorder()
    counts = dict.fromkeys(COLUMNS, 0)
    with open_tables(path, COLUMNS) as write:
        while some := list(islice(outcomes, _AT_ONCE)):
            tables = recorder.records(some)
            write(tables)
            for name, rows in tables.items():
                counts[name] += len(rows)
    return counts


def _each(summaries: Outcome | Iterable[Outcome]) -> Iterator[Outcome]:
    if isinstance(summaries, Summary | Failure):
        return iter((summaries,))
    if isinstance(summaries, str | bytes | Path | Mapping) or not isinstance(summaries, Iterable):
        raise _refused(summaries)
    return iter(summaries)


def _refused(given: object) -> SchemaError:
    return SchemaError(
        f"tables are made of summaries and failures, not of {type(given).__name__}; "
        "read stored summaries with read_summaries first"
    )


@dataclass
class _Recorder:
    """Numbers summaries and turns them into rows."""

    number: int = 0
    of_article: dict[str, int] = field(default_factory=dict)

    def records(self, outcomes: Iterable[Outcome]) -> dict[str, list[Row]]:
        tables: dict[str, list[Row]] = {name: [] for name in COLUMNS}
        for outcome in outcomes:
            if isinstance(outcome, Failure):
                tables["failures"].append(_failure(outcome))
            elif isinstance(outcome, Summary):
                self.number += 1
                first = self._first(outcome)
                for name, row in _rows(outcome, self.number, first):
                    tables[name].append(row)
            else:
                raise _refused(outcome)
        return tables

    def _first(self, summary: Summary) -> int | None:
        """The number of the first summary of the article; None if it is this one, or unknown."""
        if summary.article is None:
            return None
        first = self.of_article.setdefault(summary.article.id, self.number)
        return None if first == self.number else first


def _rows(summary: Summary, number: int, first: int | None) -> Iterator[tuple[str, Row]]:
    """Every row of a summary, with its table."""
    about = {"summary": number, **_article(summary.article)}
    yield "summaries", {**about, "repeats": first, **_summary(summary)}
    for path in claim_paths(summary):
        if path.kind:  # headline and abstract stand in the row of the summary
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
    """What is known of a summary as a whole, in the order of the columns."""
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
    return {name: _value(value) for name, value in known.items()}


def _claim(path: ClaimPath, summary: Summary) -> Row:
    """The row of a claim behind what is known of its summary, in the order of the columns."""
    claim, name = path.of(summary), path.kind.name if path.kind else ""
    row: Row = {"claim": str(path)}
    if name in _PARTS:
        row |= _parent(path, summary)
    row |= {field_name: _value(getattr(claim, field_name)) for field_name in _FIELDS[name]}
    return {**row, **_evidence(claim.evidence)}


def _parent(path: ClaimPath, summary: Summary) -> Row:
    """What a part is a part of; of the duration of a guarantee, its structure."""
    item = path.item
    if path.part is None or item.kind is None:
        return {"parent": path.section.rpartition(".")[0], "parent_title": None}
    return {"parent": str(item), "parent_title": getattr(item.of(summary), item.kind.title)}


def _evidence(citations: Iterable[Citation]) -> Row:
    cited = tuple(citations)
    return {"sentences": [c.sentence for c in cited], "quotes": [c.quote for c in cited]}


def _finding(finding: Finding, summary: Summary) -> Row:
    """The row of a finding, with the evidence of the claim that it speaks of."""
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
    """The row of what was taken out; people and models may have written anything there."""
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
    """What is grounded of the evidence of a claim that may not fit the schema."""
    for item in evidence if isinstance(evidence, list | tuple) else ():
        with suppress(ValidationError):
            yield Citation.model_validate(item)


def _failure(failure: Failure) -> Row:
    article = failure.article
    return {
        **_article(article),
        "title": (article and article.title) or None,
        "source": failure.source,
        "error": type(failure.error).__name__,
        "message": str(failure.error),
    }


def _value(value: Any) -> Any:
    """A list for a tuple, and None for a text without words."""
    return list(value) if isinstance(value, tuple) else None if value == "" else value
