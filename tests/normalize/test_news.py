"""Figures and times as news writes them have the right value, or none."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from guarantee_summarizer.normalize import (
    amounts,
    designations,
    normalize_term,
    quantities,
    read_term,
    resolve_date,
)
from tests.normalize.cases import FIGURES, TIMES

PUBLISHED = date(2026, 1, 15)  # a Thursday


@pytest.mark.parametrize(
    ("what", "value", "expected"),
    [case for cases in FIGURES.values() for case in cases],
    ids=lambda part: str(part)[:40],
)
def test_a_term_has_its_value_or_none(what: str, value: str, expected: str | None) -> None:
    assert normalize_term(what, value, PUBLISHED) == expected


@pytest.mark.parametrize(("phrase", "past", "expected"), TIMES)
def test_a_time_has_its_value_or_none(phrase: str, past: bool | None, expected: str | None) -> None:
    assert resolve_date(phrase, PUBLISHED, past=past) == expected


@pytest.mark.parametrize(
    ("what", "value", "parts"),
    [
        ("money", "up to €90-100bn", ("<=", 90 * 10**9, 100 * 10**9, "EUR")),
        ("duration", "not less than 15 years", (">=", 15, 15, "year")),
        ("duration", "30 minutes", (None, 30, 30, "minute")),
        ("force_size", "about 5,000", ("~", 5000, 5000, None)),
        ("share", "3.5%", (None, 3.5, 3.5, "%")),
        ("deadline", "by the end of January", (None, None, None, None)),
        ("count", "9" * 60, (None, None, None, None)),
    ],
)
def test_a_value_comes_in_parts_too(what: str, value: str, parts: tuple[object, ...]) -> None:
    """Bound, both ends and unit; ends that no table could hold are left out."""
    read = read_term(what, value, PUBLISHED)
    assert read is not None
    assert (read.bound, read.low, read.high, read.unit) == parts


ONES = (
    "zero one two three four five six seven eight nine ten eleven twelve thirteen fourteen "
    "fifteen sixteen seventeen eighteen nineteen"
).split()
TENS = "- - twenty thirty forty fifty sixty seventy eighty ninety".split()


def _below_1000(number: int, joint: str) -> str:
    if number >= 100:
        rest = number % 100
        return f"{ONES[number // 100]} hundred" + (
            f"{joint}{_below_1000(rest, joint)}" if rest else ""
        )
    if number < 20:
        return ONES[number]
    return TENS[number // 10] + (f"-{ONES[number % 10]}" if number % 10 else "")


def _spelled(number: int, joint: str) -> str:
    parts = []
    for scale, name in ((10**9, "billion"), (10**6, "million"), (1000, "thousand"), (1, "")):
        part, number = divmod(number, scale)
        if part:
            parts.append(f"{_below_1000(part, joint)} {name}".strip())
    return " ".join(parts)


@given(st.integers(2, 999_999), st.sampled_from([" and ", " "]))
def test_a_number_in_words_is_the_number(number: int, joint: str) -> None:
    (found,) = quantities(f"{_spelled(number, joint)} brigades")
    assert found.number == number


@given(st.integers(2, 999_999_999), st.sampled_from([",", "\u00a0", "\u202f", " ", "’"]))
def test_a_number_in_digits_is_the_number_whatever_parts_its_thousands(
    number: int, mark: str
) -> None:
    (found,) = quantities(f"{number:,} brigades".replace(",", mark))
    assert found.number == number


SCALES = [
    ("k", 1000), (" thousand", 1000), ("m", 10**6), (" mln", 10**6), ("bn", 10**9),
    (" billion", 10**9), (" bln", 10**9), (" trillion", 10**12), (" trn", 10**12),
]  # fmt: skip


@given(st.decimals("0.1", "900", places=1), st.sampled_from(SCALES))
def test_a_sum_has_one_value_in_every_spelling(number: Decimal, scale: tuple[str, int]) -> None:
    word, times = scale
    spellings = [
        f"${number}{word}",
        f"US${number}{word}",
        f"USD {number}{word}",
        f"{number}{word} dollars",
    ]
    assert {q.value for text in spellings for q in quantities(text)} == {
        quantities(f"${format((number * times).normalize(), 'f')}")[0].value
    }


RANGES = ["{a}-{b}", "{a}–{b}", "{a} to {b}", "between {a} and {b}", "from {a} to {b}"]


@given(
    st.integers(1, 400),
    st.integers(1, 400),
    st.sampled_from(RANGES),
    st.sampled_from([" thousand", " million", "bn", " years", "%", " km", " billion euros"]),
)
def test_the_low_end_of_a_range_is_below_its_high_end(
    low: int, more: int, form: str, unit: str
) -> None:
    text = form.format(a=low, b=f"{low + more}{unit}")
    found = [a for a in amounts(text) if a.low is not a.high]
    if f"{low}" not in ("19", "20"):  # "19-20 ..." may be the beginning of a year
        assert len(found) == 1
    for amount in found:
        assert amount.low.number < amount.high.number
        assert amount.low.kind == amount.high.kind
        assert amount.low.unit == amount.high.unit


@given(
    st.text(max_size=80), st.sampled_from(["money", "count", "duration", "date", "other", "share"])
)
def test_no_text_raises(text: str, what: str) -> None:
    read_term(what, text, PUBLISHED)
    amounts(text)
    list(designations(text))


WORDS = st.sampled_from(
    "no more than not less at least up to about or fewer 5 15,000 1.5 bn million years $ € - – to and "
    "between half a third quarter of one two hundred January 10 2026 / F-16s Article 5 % pc mm".split()
)


@given(st.lists(WORDS, max_size=14).map(" ".join))
def test_figures_lie_inside_the_text_in_order(text: str) -> None:
    end = 0
    for amount in amounts(text):
        assert end <= amount.low.start < amount.high.end <= len(text)
        assert 0 <= amount.start <= amount.low.start
        assert amount.high.end <= amount.end <= len(text) or amount.end == amount.high.end
        end = amount.high.end
    resolve_date(text, PUBLISHED)
    normalize_term("money", text, PUBLISHED)


@pytest.mark.parametrize(
    "unit",
    [
        "not more than ",
        "between 5 and ",
        "10-",
        "$1-",
        "a half ",
        "one hundred and ",
        "5 or ",
        "January 10-",
        "F-16 ",
        "two ",
        "up to 5 million ",
        "Article 5, ",
        "1.5.",
        "*_[",
        "\u200b5 ",
        "on 3 to 5 March ",
    ],
)
def test_what_repeats_is_read_to_the_end(unit: str) -> None:
    """No pattern runs wild over 40 kB of one beginning."""
    text = unit * (40_000 // len(unit))
    amounts(text)
    list(designations(text))
    resolve_date(text[:10_000], PUBLISHED)
