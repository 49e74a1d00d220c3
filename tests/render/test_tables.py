"""Tables of summaries: every claim once, columns that do not change, nothing that gets lost."""

from __future__ import annotations

import datetime as dt
import json
from collections import Counter

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

import guarantee_summarizer as gs
from guarantee_summarizer.render.columns import columns, stacked
from guarantee_summarizer.render.tables import COLUMNS
from guarantee_summarizer.schema.base import Model
from guarantee_summarizer.schema.claims import SECTIONS
from guarantee_summarizer.schema.paths import claim_paths

TEXT = (
    "Norvia's army holds the border. Ostmark; Velia and others stand behind it. "
    "Velia said no. The pact covers 15 years. They met on 6 January."
)
ARTICLE = gs.Article.from_text(TEXT, title="A pact", published="2026-01-06", outlet="Post", url="u")
DATA = {
    "relevant": True,
    "headline": "Norvia gets a pact",
    "participants": [{"name": "Velia", "kind": "state", "aliases": ["V"], "evidence": [2, 3]}],
    "proposals": [
        {
            "title": "A pact",
            "measure": "mutual_defence",
            "proposed_by": ["Ostmark; Velia", "Norvia"],
            "terms": [{"what": "duration", "value": "15 years", "evidence": [4]}],
            "evidence": [4],
        }
    ],
    "structure": {
        "layers": [
            {"rank": 1, "name": "army", "providers": ["Norvia"], "evidence": [1]},
            {"name": "others", "evidence": [2]},
        ],
        "duration": {"what": "duration", "value": "15 years", "evidence": [4]},
        "precondition": "a truce",
        "evidence": [1],
    },
    "disputes": [
        {
            "issue": "The pact",
            "positions": [{"party": "Velia", "stance": "It says no.", "evidence": [3]}],
            "evidence": [3],
        }
    ],
    "events": [{"what": "They met.", "when": "6 January", "evidence": [5]}],
}
WARNING = gs.Finding(code="c", severity="warning", path="proposals[0].title", message="look")
GONE = gs.Withheld(
    path="events[1]",
    claim={
        "what": "They danced.",
        "evidence": [{"sentence": 5, "start": 0, "end": 1, "quote": "T"}],
    },
    findings=(gs.Finding(code="x", severity="error", path="events[1]", message="is not there"),),
)
SUMMARY = gs.Summary.ground(DATA, ARTICLE).replace(
    article=gs.ArticleRecord.of(ARTICLE), findings=(WARNING,), withheld=(GONE,)
)
FAILURE = gs.Failure("news.jsonl, line 7", gs.ArticleError("news.jsonl, line 7: is empty"))


def claims_of(tables) -> Counter[str]:
    reports = ("summaries", "findings", "withheld", "failures")
    return Counter(
        row["claim"] for name, rows in tables.items() if name not in reports for row in rows
    )


def test_every_claim_of_a_summary_stands_in_exactly_one_row(embedded):
    for summary in (SUMMARY, embedded):
        paths = Counter(str(path) for path in claim_paths(summary) if path.kind)
        assert claims_of(gs.to_records(summary)) == paths
        assert set(paths.values()) == {1}


def test_every_row_has_the_columns_of_its_table_in_their_order(embedded):
    for name, rows in gs.to_records([SUMMARY, embedded, FAILURE]).items():
        assert rows
        for row in rows:
            more = ["metadata_source"] if name == "summaries" else []
            assert list(row) == [*COLUMNS[name], *more]


def test_no_field_of_a_claim_is_without_a_column():
    for section in SECTIONS:
        for kind in filter(None, (section, section.parts)):
            fields = {
                name
                for name, value in kind.model.model_fields.items()
                if name not in ("evidence", "layers", "duration", "terms", "positions")
            }
            assert fields <= COLUMNS[kind.name].keys()
            assert issubclass(kind.model, Model)


def test_the_columns_are_those_that_are_published():
    about = "summary article_id published outlet url claim"
    assert " ".join(COLUMNS["proposals"]) == (
        f"{about} title measure status proposed_by recipients condition attribution description "
        "sentences quotes"
    )
    assert " ".join(COLUMNS["terms"]) == (
        f"{about} parent parent_title what value normalized bound low high unit sentences quotes"
    )
    assert (
        list(COLUMNS)
        == (
            "summaries participants proposals terms layers structure disputes positions events "
            "findings withheld failures"
        ).split()
    )


def test_a_row_tells_article_claim_and_sentences():
    (row,) = gs.to_records(SUMMARY)["proposals"]
    assert row["article_id"] == ARTICLE.id
    assert (row["published"], row["outlet"], row["url"]) == (dt.date(2026, 1, 6), "Post", "u")
    assert (row["summary"], row["claim"]) == (1, "proposals[0]")
    assert row["proposed_by"] == ["Ostmark; Velia", "Norvia"]
    assert (row["sentences"], row["quotes"]) == ([4], ["The pact covers 15 years."])
    assert row["description"] is None


def test_parts_name_their_whole():
    tables = gs.to_records(SUMMARY)
    of = [(row["claim"], row["parent"], row["parent_title"]) for row in tables["terms"]]
    assert of == [
        ("proposals[0].terms[0]", "proposals[0]", "A pact"),
        ("structure.duration", "structure", None),
    ]
    (position,) = tables["positions"]
    assert (position["parent"], position["parent_title"]) == ("disputes[0]", "The pact")


def test_findings_and_what_is_withheld_keep_their_words_and_evidence():
    tables = gs.to_records(SUMMARY)
    (finding,) = tables["findings"]
    assert (finding["claim"], finding["field"]) == ("proposals[0]", "title")
    assert finding["sentences"] == [4]
    (gone,) = tables["withheld"]
    assert (gone["text"], gone["codes"], gone["reasons"]) == (
        "They danced.",
        ["x"],
        ["is not there"],
    )
    assert (gone["sentences"], gone["quotes"]) == ([5], ["T"])
    assert '"sentence": 5' in gone["content"]


@pytest.mark.parametrize("claim", ["words", 7, None, [1], {"evidence": [3, "x", {}]}, {"what": 1}])
def test_a_withheld_claim_of_any_form_is_kept_whole(claim):
    odd = GONE.replace(claim=claim, path="anything")
    (row,) = gs.to_records(SUMMARY.replace(withheld=(odd,)))["withheld"]
    assert json.loads(row["content"]) == claim
    assert row["sentences"] == []


def test_a_finding_that_points_nowhere_is_kept():
    lost = WARNING.replace(path="proposals[9]"), WARNING.replace(path="relevant")
    rows = gs.to_records(SUMMARY.replace(findings=lost))["findings"]
    assert [row["claim"] for row in rows] == ["proposals[9]", "relevant"]


def test_failures_stand_in_a_table_and_take_no_number():
    tables = gs.to_records(iter([FAILURE, SUMMARY]))
    (row,) = tables["failures"]
    assert (row["source"], row["error"]) == ("news.jsonl, line 7", "ArticleError")
    assert row["message"] == "news.jsonl, line 7: is empty"
    assert tables["summaries"][0]["summary"] == 1
    known = gs.to_records(gs.Failure("a", gs.ModelError("m"), ARTICLE))["failures"][0]
    assert (known["article_id"], known["title"]) == (ARTICLE.id, "A pact")


def test_a_summary_given_twice_stands_there_twice_and_says_so():
    bare = SUMMARY.replace(article=None)
    tables = gs.to_records([SUMMARY, bare, SUMMARY, bare])
    assert [row["repeats"] for row in tables["summaries"]] == [None, None, 1, None]
    assert [row["summary"] for row in tables["proposals"]] == [1, 2, 3, 4]
    assert tables["proposals"][1]["article_id"] is None


def test_nothing_given_gives_all_tables_without_rows():
    assert gs.to_records([]) == {name: [] for name in COLUMNS}
    frames = gs.to_frames([])
    assert {name: list(frame.columns) for name, frame in frames.items()} == {
        name: list(its) for name, its in COLUMNS.items()
    }


@pytest.mark.parametrize("given", ["out.jsonl", {"relevant": True}, 7, None, [SUMMARY, "x"]])
def test_what_is_no_summary_is_refused_with_a_hint(given):
    with pytest.raises(gs.SchemaError, match="read stored summaries with read_summaries"):
        gs.to_records(given)


def test_types_are_the_same_with_rows_and_without():
    empty, full = gs.to_frames([]), gs.to_frames([SUMMARY, FAILURE])
    for name, frame in full.items():
        assert dict(frame.dtypes) == dict(empty[name].dtypes)
    layers, terms = full["layers"], full["terms"]
    assert layers["rank"].tolist() == [1, pd.NA]
    assert terms["parent_title"].isna().tolist() == [False, True]
    assert terms["parent_title"][1] is pd.NA
    assert full["proposals"]["published"].dtype == "datetime64[s]"
    assert full["proposals"]["proposed_by"][0] == ["Ostmark; Velia", "Norvia"]
    assert full["failures"]["published"].isna().all()


def test_a_frame_holds_what_pandas_cannot():
    odd = SUMMARY.replace(headline="a\ud800", usage=gs.Usage(input_tokens=10**30))
    frame = gs.to_frames(odd)["summaries"]
    assert frame["headline"][0] == "a\\ud800"
    assert frame["input_tokens"][0] is pd.NA


def test_frames_join_on_the_number_of_the_summary():
    frames = gs.to_frames([SUMMARY, SUMMARY])
    joined = frames["terms"].merge(frames["summaries"][["summary", "title"]], on="summary")
    assert joined["title"].tolist() == ["A pact"] * 4


def test_columns_of_one_name_hold_the_same_in_every_table():
    union = stacked(COLUMNS)
    assert next(iter(union)) == "table"
    with pytest.raises(ValueError, match=r"b\.x is whole"):
        stacked({"a": columns("x"), "b": columns("x:whole")})


@given(st.lists(st.sampled_from([SUMMARY, SUMMARY.replace(article=None), FAILURE]), max_size=5))
def test_rows_are_as_many_as_claims(outcomes):
    summaries = [one for one in outcomes if isinstance(one, gs.Summary)]
    tables = gs.to_records(outcomes)
    claims = sum(bool(path.kind) for one in summaries for path in claim_paths(one))
    assert claims_of(tables).total() == claims
    assert len(tables["summaries"]) == len(summaries)
    assert len(tables["failures"]) == len(outcomes) - len(summaries)
