"""Figures in text: one value for all spellings, never a figure that is none."""

from __future__ import annotations

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from guarantee_summarizer.normalize import quantities
from guarantee_summarizer.normalize.numbers import canonical, read_number

SAME = [
    ("15-year term", "fifteen years", "15 years", "a 15 year term"),
    ("half a century", "50 years", "fifty years", "five decades"),
    ("a quarter of a century", "25 years"),
    ("72 hours", "seventy-two hours", "72-hour"),
    ("one month", "a one-month truce", "1 month"),
    ("$1.9bn", "1.9 billion dollars", "US$1.9 billion", "USD 1.9 billion"),
    ("£1.6 billion", "1.6 billion pounds", "1.6bn pounds"),
    ("26 percent", "26 per cent", "26%", "twenty-six percent"),
    ("3,000 soldiers", "3 thousand soldiers", "three thousand soldiers", "3\u202f000 soldiers"),
    ("26 countries", "twenty-six countries"),
    ("6 January 2026", "January 6, 2026", "2026-01-06", "Jan. 6, 2026", "6th of January 2026"),
    ("March 5", "5 March"),
    ("on Tuesday", "Tuesday's talks"),
    ("1,340 kilometres", "1340 km", "1,340 kilometers"),
    ("a dozen ships", "12 ships"),
]


@pytest.mark.parametrize("spellings", SAME, ids=lambda s: s[0])
def test_spellings_of_one_figure_have_one_value(spellings):
    read = [[(q.kind, q.value) for q in quantities(text)] for text in spellings]
    assert all(len(one) == 1 for one in read), read
    assert len({one[0] for one in read}) == 1, read


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("15 years", "50 years"),
        ("15 years", "15 months"),
        ("$1.9bn", "$1.8bn"),
        ("$1.9bn", "€1.9bn"),
        ("3,000", "30,000"),
        ("26 percent", "26 countries"),
        ("5 March 2014", "5 March 2015"),
        ("Tuesday", "Thursday"),
    ],
)
def test_different_figures_have_different_values(one, other):
    (first,), (second,) = quantities(one), quantities(other)
    assert (first.kind, first.value) != (second.kind, second.value)


@pytest.mark.parametrize(
    "text",
    [
        "the G7 and the F-16, a T-72, a Su-57",
        "one of them said that no one would",
        "they may march to the sea",
        "COVID-19",
        "the Sun sat there",
        "",
    ],
)
def test_what_only_looks_like_a_figure_is_none(text):
    assert quantities(text) == []


@given(st.integers(0, 10**12))
def test_a_number_written_with_separators_reads_back(number):
    assert read_number(f"{number:,}") == number
    assert canonical(Decimal(number)) == str(number)


@given(st.integers(2, 99))
def test_a_number_spelled_out_reads_back(number):
    ones = (
        "zero one two three four five six seven eight nine ten eleven twelve thirteen fourteen "
        "fifteen sixteen seventeen eighteen nineteen"
    ).split()
    tens = "- - twenty thirty forty fifty sixty seventy eighty ninety".split()
    word = ones[number] if number < 20 else tens[number // 10]
    if number >= 20 and number % 10:
        word += f"-{ones[number % 10]}"
    (found,) = quantities(f"{word} brigades")
    assert found.number == number


@given(st.text(alphabet=" 0123456789,.-$%€abdhlnorty/\n", max_size=300))
def test_figures_come_in_order_and_do_not_overlap(text):
    end = 0
    for found in quantities(text):
        assert end <= found.start < found.end <= len(text)
        assert found.value
        end = found.end


@pytest.mark.parametrize("text", ["9" * 50_000, "1," * 25_000, "twenty " * 8_000, "1 000 " * 8_000])
def test_hostile_runs_of_digits_and_words_are_read_to_the_end(text):
    assert quantities(text) is not None


@pytest.mark.parametrize("text", ["5 km2", "5 km²", "5 square kilometres", "5 sq km"])
def test_an_area_is_one_measure_in_every_spelling(text):
    assert [(q.kind, q.value) for q in quantities(f"They hold {text} of it.")] == [
        ("measure", "5 km2")
    ]
