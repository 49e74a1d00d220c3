"""Right answers to articles in other languages keep all their claims."""

from __future__ import annotations

import pytest

import guarantee_summarizer as gs
from guarantee_summarizer.enrich import enrich
from guarantee_summarizer.lexicon import default_lexicon
from guarantee_summarizer.verify import verify
from tests.verify.languages import ARTICLES


def _findings(text: str, answer: dict[str, object]) -> list[gs.Finding]:
    article = gs.Article.from_text(text, published="2026-01-06")
    summary = enrich(gs.Summary.ground(answer, article), article, default_lexicon())
    return list(verify(summary, article))


@pytest.mark.parametrize("language", ARTICLES)
def test_a_right_answer_loses_nothing(language: str) -> None:
    """Word boundaries and case endings of another language are no error."""
    findings = _findings(*ARTICLES[language])
    assert [f.message for f in findings if f.severity == "error"] == []


@pytest.mark.parametrize("language", ["Chinese", "Japanese", "Korean", "Thai", "Arabic"])
def test_words_without_spaces_between_them_are_found(language: str) -> None:
    """Where no ending changes a name, there is nothing to warn of either."""
    assert _findings(*ARTICLES[language]) == []


@pytest.mark.parametrize("language", ARTICLES)
def test_another_figure_is_still_seen(language: str) -> None:
    """A term whose figure the article does not hold is withheld in any language."""
    text, answer = ARTICLES[language]
    (offer,) = answer["proposals"]
    (term,) = offer["terms"]
    value = term["value"].translate(str.maketrans("4", "7"))
    wrong = {**answer, "proposals": [{**offer, "terms": [{**term, "value": value}]}]}
    codes = [f.code for f in _findings(text, wrong) if f.severity == "error"]
    assert "wording_not_in_article" in codes
