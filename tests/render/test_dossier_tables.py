"""Tables of dossiers: stable columns, keys that fit together, every report with its sentences."""

from __future__ import annotations

from datetime import date

import openpyxl
import pytest

import guarantee_summarizer as gs
from guarantee_summarizer.render.columns import stacked
from guarantee_summarizer.render.tables import DOSSIER_COLUMNS
from tests.dossier.conftest import offer, report
from tests.dossier.labelled import right_summaries
from tests.render.test_dossier_page import hostile
from tests.render.test_page import Page

COLUMNS = {
    "articles": "article_id published outlet url title headline relevant incomplete",
    "actors": "actor kind country names principals mentions",
    "mentions": "actor name role title affiliation article_id published outlet source claim "
    "sentences quotes warnings",
    "threads": "thread title measure actors status first last statements sources conflicts changes",
    "statements": "thread title measure status proposed_by recipients condition attribution terms "
    "article_id published outlet source claim sentences quotes warnings",
    "values": "thread title what value words first sources articles claims",
    "conflicts": "conflict thread title what one one_words one_sources one_articles one_claims "
    "one_quotes other other_words other_sources other_articles other_claims other_quotes",
    "changes": "change thread title what day before before_words before_sources before_articles "
    "before_claims before_quotes after after_words after_sources after_articles after_claims "
    "after_quotes",
    "disputes": "dispute issue kind status threads articles",
    "stances": "dispute issue party stance article_id published outlet source claim sentences "
    "quotes warnings",
    "layers": "rank name function status providers location trigger description article_id "
    "published outlet source claim sentences quotes warnings",
    "moments": "date kind what where status actors thread articles claims quotes",
    "left_out": "what reason",
}


@pytest.fixture(scope="module")
def gold() -> gs.Dossier:
    return gs.Dossier.of(
        [*right_summaries().values(), gs.Failure("a.txt", gs.ArticleError("a.txt: is empty"))]
    )


@pytest.fixture(scope="module")
def tables(gold):
    return gs.to_records(gold)


def test_tables_and_columns_are_those_that_are_told():
    """A column that is renamed or moved breaks what people built on it."""
    assert {name: " ".join(kinds) for name, kinds in DOSSIER_COLUMNS.items()} == COLUMNS
    for name in COLUMNS:
        assert f"`{name}`" in (gs.to_records.__doc__ or "")
    union = stacked(DOSSIER_COLUMNS)
    assert next(iter(union)) == "table"
    assert set(union) == {"table", *" ".join(COLUMNS.values()).split()}


def test_every_row_has_all_columns_with_what_they_hold(tables):
    types = {
        "text": str, "day": date, "whole": int, "truth": bool, "texts": list, "wholes": list,
    }  # fmt: skip
    for name, rows in tables.items():
        assert rows, name
        for row in rows:
            assert list(row) == list(DOSSIER_COLUMNS[name])
            for column, kind in DOSSIER_COLUMNS[name].items():
                assert row[column] is None or type(row[column]) is types[kind], (name, column)
                assert row[column] != ""


def test_there_is_a_row_for_everything(gold, tables):
    assert len(tables["articles"]) == len(gold.summaries)
    assert len(tables["actors"]) == len(gold.actors)
    assert len(tables["mentions"]) == sum(len(actor.mentions) for actor in gold.actors)
    assert len(tables["threads"]) == len(gold.threads)
    assert len(tables["statements"]) == sum(len(thread.statements) for thread in gold.threads)
    assert len(tables["values"]) == sum(len(thread.values) for thread in gold.threads)
    assert len(tables["conflicts"]) == len(gold.conflicts())
    assert len(tables["changes"]) == len(gold.changes())
    assert len(tables["stances"]) == sum(len(dispute.stances) for dispute in gold.disputes)
    assert len(tables["layers"]) == len(gold.layers)
    assert len(tables["moments"]) == len(gold.timeline())
    assert tables["left_out"] == [{"what": "a.txt", "reason": "a.txt: is empty"}]


def test_keys_of_one_table_are_found_in_the_other(gold, tables):
    ids = {row["article_id"] for row in tables["articles"]}
    threads = {row["thread"] for row in tables["threads"]}
    assert len(ids) == len(tables["articles"])
    assert len(threads) == len(tables["threads"])
    for name in ("mentions", "statements", "stances", "layers"):
        assert {row["article_id"] for row in tables[name]} <= ids
        for row in tables[name]:
            assert row["quotes"]
            assert len(row["sentences"]) == len(row["quotes"])
    for name in ("statements", "values", "conflicts", "changes"):
        assert {row["thread"] for row in tables[name]} <= threads
    actors = {row["actor"] for row in tables["actors"]}
    assert {row["actor"] for row in tables["mentions"]} == actors
    disputes = {row["dispute"] for row in tables["disputes"]}
    assert {row["dispute"] for row in tables["stances"]} <= disputes


def test_the_status_of_a_thread_is_that_of_its_latest_dated_statement():
    signed = report(offer("The guarantee is signed", status="signed"))
    undated = report(offer("The guarantee is proposed"), day=None)
    dossier = gs.Dossier.of([signed, undated])
    assert [row["status"] for row in gs.to_records(dossier)["threads"]] == ["signed"]
    told = Page(dossier._repr_html_()).text
    assert "signed" in told
    assert "proposed" not in told


def test_both_sides_of_a_contradiction_have_their_articles_and_words(gold, tables):
    for conflict, row in zip(gold.conflicts(), tables["conflicts"], strict=True):
        for name, side in zip(("one", "other"), conflict.sides, strict=True):
            assert row[name] == side.value
            assert row[f"{name}_articles"] == [report.article for report in side.reports]
            assert len(row[f"{name}_quotes"]) == len(row[f"{name}_claims"]) == len(side.reports)


def test_frames_have_the_same_types_with_and_without_rows(gold):
    full, empty = gs.to_frames(gold), gs.to_frames(gs.Dossier())
    assert list(full) == list(empty) == list(COLUMNS)
    for name in COLUMNS:
        assert dict(full[name].dtypes) == dict(empty[name].dtypes)
        assert len(empty[name]) == 0


def test_files_hold_no_formulas(tmp_path):
    counts = gs.write_tables(hostile('=HYPERLINK("x")'), tmp_path / "d.xlsx")
    assert counts["conflicts"] == 1
    book = openpyxl.load_workbook(tmp_path / "d.xlsx")
    cells = [cell for sheet in book for row in sheet.iter_rows() for cell in row]
    assert not [cell for cell in cells if cell.data_type == "f"]
    assert [cell for cell in cells if str(cell.value).startswith("'=HYPERLINK")]
