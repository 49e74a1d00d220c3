"""Write the rows of a dossier: every report, with its article, its path and its sentences."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from typing import Any

from guarantee_summarizer.dossier import Change, Conflict, Dossier, Report, Side
from guarantee_summarizer.dossier.reports import Given
from guarantee_summarizer.render.columns import Layout, Row, cell, columns

__all__ = ["DOSSIER_COLUMNS", "dossier_records"]

_REPORT = "article_id published:day outlet source claim"
_EVIDENCE = "sentences:wholes quotes:texts warnings:texts"


def _reports(key: str, fields: str) -> dict[str, Any]:
    """Return the columns of a table of reports: key, content, article and evidence."""
    return columns(f"{key} {fields} {_REPORT} {_EVIDENCE}")


_SIDE = "{0} {0}_words {0}_sources:texts {0}_articles:texts {0}_claims:texts {0}_quotes:texts"

DOSSIER_COLUMNS: Layout = {
    "articles": columns(
        "article_id published:day outlet url title headline relevant:truth incomplete:texts"
    ),
    "actors": columns("actor kind country names:texts principals:texts mentions:whole"),
    "mentions": _reports("actor", "name role title affiliation"),
    "threads": columns(
        "thread title measure actors:texts status first:day last:day statements:whole "
        "sources:texts conflicts:whole changes:whole"
    ),
    "statements": _reports(
        "thread",
        "title measure status proposed_by:texts recipients:texts condition attribution terms:texts",
    ),
    "values": columns(
        "thread title what value words first:day sources:texts articles:texts claims:texts"
    ),
    "conflicts": columns(
        f"conflict:whole thread title what {_SIDE.format('one')} {_SIDE.format('other')}"
    ),
    "changes": columns(
        f"change:whole thread title what day:day {_SIDE.format('before')} {_SIDE.format('after')}"
    ),
    "disputes": columns("dispute:whole issue kind status threads:texts articles:texts"),
    "stances": _reports("dispute:whole", "issue party stance"),
    "layers": _reports(
        "rank:whole", "name function status providers:texts location trigger description"
    ),
    "moments": columns(
        "date kind what where status actors:texts thread articles:texts claims:texts quotes:texts"
    ),
    "left_out": columns("what reason"),
}
"""The tables of a dossier, and the columns of each, in the order of the files."""


def dossier_records(dossier: Dossier) -> dict[str, list[Row]]:
    """Return the tables of a dossier; every row has all columns of its table, in order."""
    return {
        name: [{column: cell(row.get(column)) for column in kinds} for row in _ROWS[name](dossier)]
        for name, kinds in DOSSIER_COLUMNS.items()
    }


def _report(report: Report) -> Row:
    return {
        "article_id": report.article,
        "claim": report.path,
        "sentences": [citation.sentence for citation in report.evidence],
        "quotes": [citation.quote for citation in report.evidence],
        **{name: getattr(report, name) for name in ("published", "outlet", "source", "warnings")},
    }


def _places(reports: Iterable[Report]) -> Row:
    """Return articles, claims and quotes of reports, as lists with one item for each report."""
    some = tuple(reports)
    return {
        "articles": [report.article for report in some],
        "claims": [report.path for report in some],
        "quotes": [" … ".join(c.quote for c in report.evidence) for report in some],
    }


def _fields(item: Any) -> Row:
    """Return the fields of a model by name."""
    return {name: getattr(item, name) for name in type(item).model_fields}


def _articles(dossier: Dossier) -> Iterator[Row]:
    for given in map(Given, dossier.summaries):
        summary, article = given.summary, given.summary.article
        known = ("published", "outlet", "url", "title")
        yield {
            "article_id": given.id,
            **{name: getattr(article, name, None) for name in known},
            "headline": summary.headline,
            "relevant": summary.relevant,
            "incomplete": summary.incomplete,
        }


def _actors(dossier: Dossier) -> Iterator[Row]:
    for actor in dossier.actors:
        yield {**_fields(actor), "actor": actor.name, "mentions": len(actor.mentions)}


def _mentions(dossier: Dossier) -> Iterator[Row]:
    for actor in dossier.actors:
        for mention in actor.mentions:
            yield {**_fields(mention), **_report(mention), "actor": actor.name}


def _threads(dossier: Dossier) -> Iterator[Row]:
    for thread in dossier.threads:
        days = [s.published for s in thread.statements if s.published]
        yield {
            **_fields(thread),
            "thread": thread.id,
            "status": thread.latest.status,
            "first": days[0] if days else None,
            "last": days[-1] if days else None,
            "sources": thread.sources,
            **{n: len(getattr(thread, n)) for n in ("statements", "conflicts", "changes")},
        }


def _statements(dossier: Dossier) -> Iterator[Row]:
    for thread in dossier.threads:
        for statement in thread.statements:
            terms = [f"{term.what}: {term.normalized or term.value}" for term in statement.terms]
            row = {**_fields(statement), **_report(statement)}
            yield {**row, "thread": thread.id, "terms": terms}


def _values(dossier: Dossier) -> Iterator[Row]:
    for thread in dossier.threads:
        for value in thread.values:
            yield {
                **_fields(value),
                **_places(value.reports),
                "thread": thread.id,
                "title": thread.title,
                "first": value.reports[0].published,
                "sources": value.sources,
            }


def _conflicts(dossier: Dossier) -> Iterator[Row]:
    for number, one in enumerate(dossier.conflicts(), 1):
        yield {"conflict": number, **_opposed(one, one=one.one, other=one.other)}


def _changes(dossier: Dossier) -> Iterator[Row]:
    for number, one in enumerate(dossier.changes(), 1):
        yield {
            "change": number,
            "day": one.date,
            **_opposed(one, before=one.before, after=one.after),
        }


def _opposed(item: Conflict | Change, **sides: Side) -> Row:
    row = _fields(item)
    for name, side in sides.items():
        row |= {name: side.value, f"{name}_words": side.words, f"{name}_sources": side.sources}
        row |= {f"{name}_{what}": said for what, said in _places(side.reports).items()}
    return row


def _disputes(dossier: Dossier) -> Iterator[Row]:
    for number, one in enumerate(dossier.disputes, 1):
        articles = [report.article for report in one.reports]
        yield {**_fields(one), "dispute": number, "articles": articles}


def _stances(dossier: Dossier) -> Iterator[Row]:
    for number, one in enumerate(dossier.disputes, 1):
        for stance in one.stances:
            row = {**_fields(stance), **_report(stance)}
            yield {**row, "dispute": number, "issue": one.issue}


def _layers(dossier: Dossier) -> Iterator[Row]:
    for report in dossier.layers:
        yield {**_fields(report.layer), **_report(report), "providers": report.providers}


def _moments(dossier: Dossier) -> Iterator[Row]:
    for moment in dossier.timeline():
        yield {**_fields(moment), **_places(moment.reports)}


def _left_out(dossier: Dossier) -> Iterator[Row]:
    return map(_fields, dossier.left_out)


_ROWS: dict[str, Callable[[Dossier], Iterator[Row]]] = {
    "articles": _articles,
    "actors": _actors,
    "mentions": _mentions,
    "threads": _threads,
    "statements": _statements,
    "values": _values,
    "conflicts": _conflicts,
    "changes": _changes,
    "disputes": _disputes,
    "stances": _stances,
    "layers": _layers,
    "moments": _moments,
    "left_out": _left_out,
}
