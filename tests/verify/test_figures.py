"""Figures in claims: the same in any spelling, another bound, scale, unit or name is found."""

from __future__ import annotations

import pytest

import guarantee_summarizer as gs
from guarantee_summarizer.enrich import enrich
from guarantee_summarizer.lexicon import default_lexicon
from guarantee_summarizer.verify import verify

TEXT = (
    "Kyiv has agreed to limit its army to no more than 800,000 servicemen. "
    "Germany asked for a guarantee of not less than 15 years, or 20 years at most. "
    "Norway will give F-16s, Leopard 2s and T-72s, with 155mm shells worth €90-100bn in 2026/27; 60pc of them are paid. "
    "It offered one and a half thousand drones for a decade and a half. "
    "France would send 15-30 thousand troops under Resolution 2803, and Britain 5,000 or fewer, within 12 months. "
    "The leaders met on January 10-12, 2026 and two-thirds of them signed Articles 4 and 5. "
    "The G-7 will spend $5bn over 10 years, about 40 miles from the front."
)
ARTICLE = gs.Article.from_text(TEXT, published="2026-01-15")


def codes(headline: str) -> list[str]:
    summary = gs.Summary.ground({"relevant": True, "headline": headline, "abstract": ""}, ARTICLE)
    found = verify(enrich(summary, ARTICLE, default_lexicon()), ARTICLE)
    return [f.code for f in found if "figure" in f.code or "bound" in f.code]


@pytest.mark.parametrize(
    "headline",
    [
        "An army of up to 800,000 men.",
        "An army of at most 800,000.",
        "An army capped at 800,000.",
        "An army not to exceed 800,000.",
        "A guarantee of at least 15 years.",
        "A guarantee of fifteen years or more.",
        "A guarantee of up to 20 years.",
        "F-16 jets from Norway.",
        "F-16s and T-72 tanks.",
        "Leopard 2 tanks from Norway.",
        "Shells of 155 mm from Norway.",
        "They are worth 90 to 100 billion euros.",
        "They are worth up to 100 billion euros.",
        "They are worth at least €90 billion.",
        "60% of them are paid.",
        "They come in 2026 and 2027.",
        "Norway offered 1,500 drones for 15 years.",
        "Between 15,000 and 30,000 French troops.",
        "15,000 to 30,000 French troops.",
        "Up to 30,000 French troops under Resolution 2803.",
        "Up to 5,000 British troops.",
        "British troops within a 1-year period.",
        "Leaders met from 10 to 12 January 2026.",
        "Leaders met on 10 January.",
        "Two thirds signed Article 5.",
        "The G7 will spend 5 billion dollars.",
        "The Group of Seven and the leaders.",
        "The G7 will spend $5bn over 10 years.",
        "It is about 40 miles from the front.",
    ],
)
def test_the_same_figure_in_other_words_is_no_error(headline: str) -> None:
    assert codes(headline) == []


@pytest.mark.parametrize(
    ("headline", "code"),
    [
        ("An army of more than 800,000.", "bound_not_in_evidence"),
        ("An army of at least 800,000.", "bound_not_in_evidence"),
        ("An army of 800,000.", "bound_not_in_evidence"),
        ("An army of not less than 800,000.", "bound_not_in_evidence"),
        ("An army of 800,000 or more.", "bound_not_in_evidence"),
        ("A guarantee of less than 15 years.", "bound_not_in_evidence"),
        ("A guarantee of up to 15 years.", "bound_not_in_evidence"),
        ("A guarantee of at least 20 years.", "bound_not_in_evidence"),
        ("5,000 or more British troops.", "bound_not_in_evidence"),
        ("More than 30,000 French troops.", "bound_not_in_evidence"),
        ("Up to 15,000 French troops.", "bound_not_in_evidence"),
        ("F-35 jets from Norway.", "figure_not_in_evidence"),
        ("Leopard 1 tanks from Norway.", "figure_not_in_evidence"),
        ("Leopard 1s from Norway.", "figure_not_in_evidence"),
        ("Shells of 105 mm.", "figure_not_in_evidence"),
        ("They are worth 90 million euros.", "figure_not_in_evidence"),
        ("They are worth $90 billion.", "figure_not_in_evidence"),
        ("90% of them are paid.", "figure_not_in_evidence"),
        ("15 to 30 French troops.", "figure_not_in_evidence"),
        ("Under Resolution 1701.", "figure_not_in_evidence"),
        ("A third of them signed Article 5.", "figure_not_in_evidence"),
        ("Two thirds signed Article 6.", "figure_not_in_evidence"),
        ("Leaders met on 13 January 2026.", "figure_not_in_evidence"),
        ("The G20 will spend 5 billion dollars.", "figure_not_in_evidence"),
    ],
)
def test_another_bound_scale_unit_or_name_is_found(headline: str, code: str) -> None:
    assert code in codes(headline)
