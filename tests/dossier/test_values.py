"""Values that can both be true, and values that cannot."""

from __future__ import annotations

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from guarantee_summarizer.dossier.values import contradict, start_of

BOUND = st.sampled_from(["", "<", ">", "<=", ">=", "~"])
VALUE = st.one_of(
    st.builds("P{}Y".format, st.integers(1, 60)),
    st.builds("P{}{}".format, st.integers(1, 400), st.sampled_from("YMWDH")),
    st.builds("P{}D/P{}M".format, st.integers(1, 400), st.integers(1, 20)),
    st.builds("{} USD".format, st.integers(0, 10**12)),
    st.builds("{}-{:02}-{:02}".format, st.integers(2020, 2030), st.integers(1, 12), st.integers(1, 31)),
    st.text(max_size=8),
)  # fmt: skip
KIND = st.sampled_from(["duration", "money", "date", "deadline", "count"])


@given(KIND, BOUND, VALUE, BOUND, VALUE)
def test_contradiction_is_mutual_and_nothing_contradicts_itself(what, b1, v1, b2, v2):
    one, other = b1 + v1, b2 + v2
    assert contradict(what, one, other) == contradict(what, other, one)
    assert not contradict(what, one, one)


@pytest.mark.parametrize(
    ("what", "one", "other", "expected"),
    [
        ("duration", "P15Y", "P180M", False),
        ("duration", "P2W", "P14D", False),
        ("duration", "PT24H", "P1D", False),
        ("duration", "P90D", "P3M", False),
        ("duration", "P60D", "P2M", False),
        ("duration", "P6M", "P26W", False),
        ("duration", "P1Y", "P52W", False),
        ("duration", "P365D", "P12M", False),
        ("duration", "<=P90D", "<=P3M", False),
        ("duration", "P90D/P6M", "P120D", False),
        ("duration", "P90D/P6M", "P9M", True),
        ("duration", "<=P3M", "P120D", True),
        ("duration", "P60D", "P3M", True),
        ("duration", "P100Y", "P101Y", True),
        ("duration", "P1Y", "P11M", True),
        ("duration", "P1.2.3Y", "P1Y", False),
        ("money", "10/5", "10/5", False),
        ("duration", "PT30M", "P30M", True),
        ("force_size", "<30000", "15000", False),
        ("force_size", "<30000", "30000", True),
        ("force_size", "<=30000", "30000", False),
        ("force_size", ">5000", "4000", True),
        ("force_size", "10000/15000", "12000", False),
        ("force_size", "10000/15000", "16000", True),
        ("force_size", "~10000", "<=15000", False),
        ("force_size", "<=600000", "<=800000", True),
        ("money", "2260000000 GBP", "2300000000 GBP", False),
        ("money", "2260000000 GBP", "2270000000 GBP", True),
        ("money", "5 USD", "6 EUR", False),
        ("deadline", "../2026-01-31", "../2026-02-28", True),
        ("deadline", "../2026-01-31", "2026-01-20", False),
        ("deadline", "2026-01", "2026-01-15", False),
        ("date", "2026-02", "2026-01-15", True),
        ("date", "2026-21", "2026-04", False),
        ("date", "2026-03-01/..", "2026-02-01", True),
        ("date", "2026-03~", "2026-05", True),
        ("date", "202X", "2031-01-15", True),
        ("date", "2026-01-06T10:00:00Z", "2026-01-06", False),
        ("date", "XXXX-01-06", "2026-01-07", False),
        ("count", "5", "6", False),
        ("duration", None, "P1Y", False),
    ],
)
def test_bounds_units_and_rounding(what, one, other, expected):
    assert contradict(what, one, other) is expected


def test_the_first_day_of_an_open_interval_is_the_day_that_it_names():
    assert start_of("../2026-01-31") == date(2026, 1, 31)
    assert start_of("2026-03~") == date(2026, 3, 1)
    assert start_of("2026-13-01") is start_of(None) is None
