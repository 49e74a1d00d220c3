"""What stands in a cell: no formula in any program, nothing lost that could not be read back."""

from __future__ import annotations

import csv
import io
import re

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from guarantee_summarizer.render.cells import (
    cell_text,
    joined,
    plain,
    protected,
    split,
    unprotected,
)

HOSTILE = st.text(alphabet="=+-@＝﹢,;\t\r\n '\"“ab\u200b\ufeff\x00", max_size=10)
TEXTS = st.one_of(st.text(st.characters(codec="utf-8")), HOSTILE)
SIGNS = "=+-@＝＋－＠﹢﹣﹦﹫"


@pytest.mark.parametrize(
    "text",
    [
        "=1+1", "+1", "-1", "@SUM(A1)", "\t=1", "\r=1", "\n=1", " =1", '"=1', "'=1", "＝1", "－1",
        "\u200b=1", "\ufeff@x", "\x00=1", "\u00a0\u2003+1", "\tplain", "\rplain", "“=1”", "' =1",
    ],
)  # fmt: skip
def test_a_text_that_a_spreadsheet_might_run_gets_an_apostrophe(text):
    shown = protected(text)
    assert shown != text
    assert "'" in shown[: shown.index(next((c for c in text if c in SIGNS), "plain"))]


@pytest.mark.parametrize("parting", [",", ";", "\t", "\n", "\r\n"])
def test_so_does_what_begins_a_cell_where_another_character_parts_them(parting):
    assert protected(f"a{parting} =1") == f"a{parting} '=1"


@pytest.mark.parametrize("text", ["a-b", "1 + 1", "<=5000", "x@example.org", "'tis", "“Yes”", ""])
def test_other_texts_stay_as_they_are(text):
    assert protected(text) == text


@given(TEXTS)
def test_no_cell_begins_with_a_sign_wherever_a_program_parts_it(text):
    for part in re.split(r"[,;\t\r\n]", protected(text)):
        assert part.strip()[:1] not in tuple(SIGNS)
        assert not re.match(rf'[\s"“\u200b\ufeff\x00]*[{re.escape(SIGNS)}]', part)
    assert protected(text)[:1] not in ("\t", "\r", "\n")


@given(TEXTS)
@example("'=")
@example("''\t=")
@example(";\n=,-")
def test_the_protection_comes_off_without_a_trace(text):
    assert unprotected(protected(text)) == text


@given(st.lists(TEXTS))
@example([""])
@example(["a; b", ' "c" ', ";", "\n"])
def test_a_list_comes_out_of_a_cell_as_it_went_in(items):
    assert split(joined(items)) == items


def test_names_without_a_semicolon_read_like_a_list_of_names():
    assert joined(["France", "Bonn, Berlin"]) == "France; Bonn, Berlin"
    assert joined([3, 14]) == "3; 14"


def test_characters_that_no_cell_may_hold_show_as_escapes():
    assert plain("a\x00\x1b[31m\x9b\u202e\ud800\uffff") == (r"a\x00\x1b[31m\x9b\u202e\ud800\uffff")
    kept = "Гарантії\t\r\n\u200f\u00ad👍"
    assert plain(kept) == kept


@given(st.lists(TEXTS.map(plain), min_size=1))
def test_a_row_survives_the_csv_module(texts):
    file = io.StringIO(newline="")
    csv.writer(file).writerow([*map(cell_text, texts), "end"])
    (row,) = csv.reader(io.StringIO(file.getvalue(), newline=""))
    assert [unprotected(cell) for cell in row[:-1]] == texts


@pytest.mark.parametrize("text", ["\n" * 200_000, "'" * 200_000, "=\n" * 100_000, ";" * 200_000])
def test_a_long_hostile_text_is_protected_in_one_pass(text):
    assert unprotected(protected(text + "=")) == text + "="
