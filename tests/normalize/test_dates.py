"""Phrases for a time become EDTF against the publication date, or None, never a wrong date."""

from __future__ import annotations

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from guarantee_summarizer.normalize import normalize_term, resolve_date

PUBLISHED = date(2026, 1, 15)  # a Thursday


@pytest.mark.parametrize(
    ("phrase", "past", "expected"),
    [
        ("6 January 2026", None, "2026-01-06"),
        ("January 6, 2026", None, "2026-01-06"),
        ("Jan. 14", None, "2026-01-14"),
        ("on 5 December 1994", None, "1994-12-05"),
        ("2014", None, "2014"),
        ("in March 2014", None, "2014-03"),
        ("March 2014", None, "2014-03"),
        ("Tuesday", None, "2026-01-13"),
        ("on Tuesday", True, "2026-01-13"),
        ("on Tuesday", False, "2026-01-20"),
        ("Thursday", True, "2026-01-15"),
        ("next Tuesday", None, "2026-01-20"),
        ("last Thursday", None, "2026-01-08"),
        ("yesterday", None, "2026-01-14"),
        ("today", None, "2026-01-15"),
        ("tomorrow", None, "2026-01-16"),
        ("three days ago", None, "2026-01-12"),
        ("thirty years ago", None, "1996"),
        ("last week", None, "2026-01-05/2026-01-11"),
        ("this week", None, "2026-01-12/2026-01-18"),
        ("over the weekend", True, "2026-01-10/2026-01-11"),
        ("at the weekend", False, "2026-01-17/2026-01-18"),
        ("by the end of January", False, "../2026-01-31"),
        ("by the end of the year", False, "../2026-12-31"),
        ("in early February", False, "2026-02-01/2026-02-10"),
        ("late December", True, "2025-12-21/2025-12-31"),
        ("the first quarter of 2026", None, "2026-01/2026-03"),
        ("in the coming weeks", False, "2026-01-15/2026-02-12"),
        ("within 72 hours", False, "2026-01-15/2026-01-18"),
        ("later this month", False, "2026-01"),
        ("last month", None, "2025-12"),
        ("next year", None, "2027"),
        ("since 2014", None, "2014/.."),
        ("spring 2026", None, "2026-21"),
        ("before 10 October", False, "../2026-10-10"),
        ("10 October", True, "2025-10-10"),
    ],
)
def test_news_phrases_are_resolved(phrase, past, expected):
    assert resolve_date(phrase, PUBLISHED, past=past) == expected


@pytest.mark.parametrize(
    "phrase",
    ["soon", "we may", "march to the sea", "five days later", "у п'ятницю", "am Freitag", ""],
)
def test_what_is_not_certain_stays_none(phrase):
    assert resolve_date(phrase, PUBLISHED) is None


@pytest.mark.parametrize("phrase", ["Tuesday", "last week", "by the end of January", "yesterday"])
def test_relative_phrases_need_a_publication_date(phrase):
    assert resolve_date(phrase, None) is None


def test_absolute_phrases_need_none():
    assert resolve_date("5 December 1994", None) == "1994-12-05"
    assert resolve_date("6 January", None) == "XXXX-01-06"


@given(st.dates(date(1900, 1, 1), date(2099, 12, 31)), st.dates(date(1950, 1, 1)))
def test_a_written_date_resolves_to_itself_whenever_it_is_read(day, published):
    written = f"{day.day} {day:%B} {day.year:04d}"
    assert resolve_date(written, published) == day.isoformat()


@given(st.text(max_size=40), st.dates(date(1, 1, 1), date(9999, 1, 1)))
def test_no_phrase_raises(phrase, published):
    resolve_date(phrase, published)
    normalize_term("deadline", phrase, published)


@pytest.mark.parametrize(
    ("what", "value", "expected"),
    [
        ("duration", "15-year term", "P15Y"),
        ("duration", "up to half a century", "<=P50Y"),
        ("duration", "20 to 30 years", "P20Y/P30Y"),
        ("duration", "20-30 years", "P20Y/P30Y"),
        ("duration", "18 months", "P18M"),
        ("duration", "one-month truce", "P1M"),
        ("force_size", "fewer than 30,000", "<30000"),
        ("force_size", "10,000 to 15,000 troops", "10000/15000"),
        ("force_size", "at least 800,000 soldiers", ">=800000"),
        ("count", "more than 5,000 air defence missiles", ">5000"),
        ("count", "about 1,900 warheads", "~1900"),
        ("money", "1.6 billion pounds", "1600000000 GBP"),
        ("share", "76 percent", "76 %"),
        ("distance", "20 km", "20 km"),
        ("deadline", "by the end of January", "../2026-01-31"),
        ("deadline", "72 hours", "PT72H"),
        ("date", "5 March 2014", "2014-03-05"),
        ("duration", "as long as it takes", None),
    ],
)
def test_terms_are_normalized_with_their_comparator(what, value, expected):
    assert normalize_term(what, value, PUBLISHED) == expected
