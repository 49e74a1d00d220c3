"""Nearly JSON is read as far as it has one meaning, and nothing is invented."""

from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from guarantee_summarizer.llm.json_text import read_json, read_object
from guarantee_summarizer.llm.near_json import Lenient

NAMES = st.text(max_size=8).filter(
    lambda name: not set(name) & set("\"'")
)  # strict JSON is read first
JSON = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats(allow_nan=False, allow_infinity=False)
    | NAMES,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(NAMES, inner, max_size=3),
    max_leaves=12,
)


@given(st.dictionaries(NAMES, JSON, max_size=4), st.booleans())
def test_json_is_read_as_json(given_object, ascii_only):
    reader = Lenient(json.dumps(given_object, ensure_ascii=ascii_only))
    assert reader.read() == given_object
    assert reader.broken is None


@given(st.dictionaries(NAMES, NAMES | st.integers(), max_size=5), st.data())
def test_of_what_is_cut_off_only_whole_members_count(given_object, data):
    text = json.dumps(given_object)
    reader = Lenient(text[: data.draw(st.integers(1, len(text)))])
    kept = reader.read()
    assert list(kept.items()) == list(given_object.items())[: len(kept)]


@given(st.text(alphabet="{}[]\"',:\\ a1/*#\n", max_size=60))
def test_no_text_leads_it_astray(text):
    reader = Lenient(text)
    reader.read()
    assert 0 <= reader.at <= len(text)


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ('{"a": "He said "yes", then left", "b": 1}', {"a": 'He said "yes", then left', "b": 1}),
        ("{'a': 'Norvia's own', 'b': \"it's\"}", {"a": "Norvia's own", "b": "it's"}),
        ('{a: True, "b": None, // c\n}', {"a": True, "b": None}),
        (r'{"a": "\x41\q\'\u00e9"}', {"a": "Aq'é"}),
        ('{"a": {"b": 1} "c": [1 ,, 2,]}', {"a": {"b": 1}, "c": [1, 2]}),
    ],
)
def test_what_has_one_meaning_is_read(text, value):
    reader = Lenient(text)
    assert (reader.read(), reader.broken) == (value, None)


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ('{"a": tru', {}),
        ('{"a": 20', {}),
        ('{"a": 1, "b": nonsense here, "c": 2}', {"a": 1}),
        ('{"a": 1, "b": "He said "yes", "no" or "x"}', {"a": 1}),
        ('{"a": 1, "b": "x", "c"": "y", "d": 2}', {"a": 1}),
        ('{"a": [1, 2}, "b": 3}', {"a": [1, 2]}),
    ],
)
def test_what_may_mean_two_things_ends_the_reading(text, value):
    reader = Lenient(text)
    assert reader.read() == value
    assert reader.broken is not None


@pytest.mark.timeout(20)  # each took minutes when it was read again from every place
@pytest.mark.parametrize(
    "text",
    [
        "{/*" * 300_000,
        '{"headline": "a", /*' * 50_000,
        '{"headline": "a",' + " " * 300_000 + "!",
        '{"headline": "a"' + " " * 300_000 + "," + " " * 300_000 + "!",
    ],
    ids=["comments", "fields", "blanks", "blanks around a comma"],
)
def test_what_never_closes_is_read_in_linear_time(text):
    assert read_object([text], {"headline": str}).data.get("headline") in (None, "a")


@pytest.mark.parametrize(
    "text", ['{/* a } */ "a": 1}', '{"a": /* */ /**/ 1 /* "b": 2 */}', '{"a": 1 // /*\n}']
)
def test_comments_are_passed_over_wherever_they_stand(text):
    assert read_json(text) == {"a": 1}


def test_a_comment_that_never_closes_hides_no_answer_behind_it():
    text = 'Globs like {/*.json and {/* come first: {"a": 1}'
    assert read_object([text], {"a": int}).data == {"a": 1}
