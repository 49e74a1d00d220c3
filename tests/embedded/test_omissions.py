"""Coverage: what a summary passes over is told, what it mentions is not."""

from __future__ import annotations

import pytest

import guarantee_summarizer as gs
from guarantee_summarizer.embedded.omissions import passed_over
from guarantee_summarizer.evaluation import load_gold
from guarantee_summarizer.testing import Reply, ScriptedEndpoint
from tests.conftest import ROOT

TEXT = (
    "Norway will send 2,000 troops to Ukraine once a ceasefire holds. Russia rejects any foreign "
    "troops. It remains unclear whether Poland will take part. President Donald Trump said on Monday "
    "that the first line of defence is Ukraine's own army. A multinational force would be the "
    "second line."
)


def codes(summary, article):
    return sorted({f.code for f in passed_over(summary, article)})


def test_a_second_reading_passes_over_nothing_of_the_first(seed, embedded):
    assert passed_over(embedded, seed) == ()


def test_parties_layers_and_disputes_that_are_missing_are_told_with_their_sentence():
    article = gs.Article.from_text(TEXT)
    bare = gs.Summary(relevant=True, headline="Norway offers troops.")
    assert codes(bare, article) == [
        "dispute_passed_over", "layer_passed_over", "party_passed_over",
    ]  # fmt: skip
    russia = next(f for f in passed_over(bare, article) if "Russia" in f.message)
    assert russia.severity == "warning"
    assert "sentence 2" in russia.message


def test_an_article_that_is_not_about_a_guarantee_has_nothing_to_pass_over():
    article = gs.Article.from_text(TEXT)
    assert passed_over(gs.Summary(relevant=False, headline="Rain."), article) == ()


@pytest.mark.slow
def test_right_summaries_are_hardly_accused():
    found = [
        passed_over(item.summary, item.article) for item in load_gold(ROOT / "tests" / "gold")[:10]
    ]
    assert sum(map(len, found)) <= len(found)


def test_a_model_that_leaves_out_a_party_is_told_on():
    answer = {
        "relevant": True,
        "headline": "Norway offers troops.",
        "abstract": "Norway will send troops to Ukraine.",
        "participants": [{"name": "Norway", "role": "guarantor"}],
    }
    article = gs.Article.from_text(TEXT)
    with ScriptedEndpoint([Reply(answer=answer)]) as endpoint:
        asked = gs.Summarizer("m", base_url=endpoint.url, api_key="k", coverage=True)
        summary = asked.summarize(article)
    assert {"Russia", "Poland"} <= {
        f.message.split(": ")[1].split(" (")[0]
        for f in summary.findings
        if f.code == "party_passed_over"
    }


def test_without_a_model_there_is_nothing_to_compare_with():
    with pytest.raises(gs.ConfigurationError, match="name a model"):
        gs.Summarizer(coverage=True)
