"""Optional fields in the forms in which exports have them: read, or a warning, never an error."""

from __future__ import annotations

import json
from datetime import UTC, date, datetime

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from guarantee_summarizer import Article
from guarantee_summarizer.fields import FIELDS, Metadata, day_of, told_apart

PROSE = "France will send troops. Russia rejects them."
DAY = date(2026, 1, 6)


@pytest.mark.parametrize(
    "value",
    [
        1767657600,
        1767657600000,
        1767657600000000,
        "1767657600",
        1767657600.5,
        20260106,
        "20260106",
        "20260106T101500Z",
        "Tue, 06 Jan 2026 10:00:00 GMT",
        "January 6, 2026 12:09 AM",
        "6 January 2026",
        "2026-01-06 10:00:00 UTC",
        " 2026-01-06T10:00:00+0100 ",
        DAY,
        datetime(2026, 1, 6, 10, tzinfo=UTC),
        pd.Timestamp("2026-01-06"),
        {"$date": "2026-01-06"},
    ],
)
def test_a_day_is_read_in_every_form_in_which_exports_have_it(value):
    assert day_of(value) == DAY


@pytest.mark.parametrize("value", ["TBD", "2026-01", "03/04/2026", -5, 10**30, True, 1e400])
def test_what_names_no_day_is_none(value):
    assert day_of(value) is None


@pytest.mark.parametrize(
    "value",
    [
        None,
        "",
        "  ",
        "nan",
        "NaN",
        "NaT",
        "None",
        "null",
        "N/A",
        "<NA>",
        float("nan"),
        np.nan,
        pd.NaT,
        pd.NA,
        [],
        {},
        {"id": None, "name": None},
    ],
)
@pytest.mark.parametrize("name", ["title", "date", "source", "url"])
def test_placeholders_are_missing_and_no_reason_to_warn(name, value):
    article = Article.from_dict({"text": PROSE, name: value})
    assert (article.title, article.published, article.outlet, article.url) == (None,) * 4
    assert article.warnings == ()


def test_texts_are_taken_out_of_objects_lists_and_numbers():
    record = {"text": PROSE, "title": 1984, "source": {"id": None, "name": "Wire"}, "URL": ["u"]}
    article = Article.from_dict(record)
    assert (article.title, article.outlet, article.url) == ("1984", "Wire", "u")


def test_the_first_field_that_can_be_read_counts():
    article = Article.from_dict({"text": PROSE, "published": "TBD", "date": "2026-01-06"})
    assert (article.published, article.warnings) == (DAY, ())
    assert article.metadata == {"published": "TBD"}


_json = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(st.characters()),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
    max_leaves=6,
)


@given(st.dictionaries(st.sampled_from(sorted(FIELDS)) | st.text(), _json, max_size=6))
def test_no_optional_field_whatever_it_holds_costs_the_article(others):
    article = Article.from_dict({**others, "text": PROSE})
    written = json.dumps(article.metadata, allow_nan=False)
    written.encode()
    assert Metadata(json.loads(written)) == article.metadata
    turned = Article.from_dict({"text": PROSE, **dict(reversed(others.items()))})
    if turned == article:
        assert hash(turned) == hash(article)
    other_order = Metadata(reversed(article.metadata.items()))
    assert other_order == article.metadata
    assert hash(other_order) == hash(article.metadata)


def test_equal_metadata_in_two_orders_have_one_hash():
    one, two = (
        Metadata({"a": 1, "b": {"c": 2, "d": [3]}}),
        Metadata({"b": {"d": [3], "c": 2}, "a": 1}),
    )
    assert one == two
    assert hash(one) == hash(two)
    made = [Article.from_dict({"text": PROSE, "metadata": m}) for m in (one, two)]
    assert hash(made[0]) == hash(made[1])


def test_names_that_come_twice_or_are_our_own_are_kept_apart():
    record = {"text": PROSE, "id": 7, "record_source": 1, "source": {"url": "x"}, 3: "a", "3": "b"}
    record["metadata"] = {"id": 8, "source": "old.jsonl, line 2"}
    article = Article.from_dict(record, source="news.jsonl, line 1")
    assert article.metadata == {
        "source": "old.jsonl, line 2",
        "id": 7,
        "id.1": 8,
        "record_source": 1,
        "record_source.1": {"url": "x"},
        "3": "a",
        "3.1": "b",
    }
    again = Article.from_dict(article.to_dict(), source=article.source)
    assert again.metadata == article.metadata


@given(st.lists(st.sampled_from(["a", "a.1", "a.2", "b"]), max_size=12))
def test_names_that_are_told_apart_are_all_different_and_stay_what_they_can(names):
    apart = told_apart(names)
    assert len(set(apart)) == len(names)
    assert all(
        own == name or own.startswith(f"{name}.") for own, name in zip(apart, names, strict=True)
    )
    assert set(names) <= set(apart)


def test_what_text_and_record_both_have_wrong_is_told_once():
    article = Article.from_dict({"text": f"date: TBD\n\n{PROSE}", "date": "TBD"})
    assert article.warnings == ("published: 'TBD' is not a date; the article is read without it",)


def _deep(levels: int) -> object:
    return {"a": _deep(levels - 1)} if levels else 1


@pytest.mark.parametrize(
    "value",
    [_deep(300), [[_deep(300)]], 10**5000, {"a": [10**5000]}],
    ids=["deep", "deep in lists", "long", "long inside"],
)
@pytest.mark.parametrize("name", ["n", "title", "date", "source", "metadata"])
def test_a_value_that_cannot_be_written_is_left_out_with_a_warning(name, value):
    article = Article.from_dict({"text": PROSE, name: value, "id": 7})
    assert article.metadata == {"id": 7}
    assert len(article.warnings) == 1
    assert "left out" in article.warnings[0]


def test_beside_a_value_that_cannot_be_written_the_rest_of_the_metadata_is_kept():
    article = Article.from_dict({"text": PROSE, "metadata": {"id": 7, "n": _deep(300)}})
    assert article.metadata == {"id": 7}
    assert article.warnings == ("n: is nested too deep or too long a number, left out",)


@pytest.mark.parametrize("value", [10**400, -(10**400)], ids=["long", "below 0"])
def test_a_number_of_hundreds_of_digits_names_no_day(value):
    article = Article.from_dict({"text": PROSE, "date": value})
    assert article.published is None
    assert "is not a date" in article.warnings[0]


def test_a_value_that_is_too_long_for_metadata_is_told():
    article = Article.from_dict({"text": PROSE, "html": "x" * 30_000})
    assert article.metadata == {}
    assert article.warnings == ("html: 30,004 characters, left out of the metadata",)
