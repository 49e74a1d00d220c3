"""Threads, contradictions and changes of the labelled articles."""

from __future__ import annotations

from types import SimpleNamespace

import pytest

from guarantee_summarizer import Dossier
from guarantee_summarizer.evaluation.dossiers import score_dossier
from guarantee_summarizer.evaluation.scoring import Count
from tests.dossier.conftest import years
from tests.dossier.labelled import HELD_OUT, labels, names, right_summaries


@pytest.fixture(scope="module")
def scores(request):
    known = [s for name, s in right_summaries().items() if name not in HELD_OUT]
    return score_dossier(Dossier.of(known), labels("gold"), names())


def test_pairs_of_one_thread_are_found_and_few_others(scores):
    assert scores["threads"].f1 >= 0.89


def test_contradictions_are_found_and_hardly_any_other_is_told(scores):
    assert scores["conflicts"].precision == scores["conflicts"].recall == 1.0


def test_most_changes_are_found_and_most_that_are_told_are_right(scores):
    assert scores["changes"].f1 >= 0.85


def test_what_articles_that_were_held_out_add_is_right(right):
    touching = [f"{name}:" for name in HELD_OUT]
    told = score_dossier(right(), labels("gold", "held_out"), names(), touching=touching)
    assert told["threads"].f1 >= 0.95
    assert told["conflicts"].precision == told["conflicts"].recall == 1.0
    assert told["changes"].f1 == 1.0


def test_one_label_makes_one_change_right():
    story = [years("15 years"), years("20 years", day="2026-01-20", outlet="Post")]
    dossier = Dossier.of(story)
    places = {(s.article.id, "proposals[0]"): str(n) for n, s in enumerate(story)}
    told_twice = SimpleNamespace(
        threads=dossier.threads, conflicts=tuple, changes=lambda: dossier.changes() * 2
    )
    right = {"threads": {}, "conflicts": [], "changes": [["0", "1", "duration"]]}
    assert score_dossier(dossier, right, places)["changes"] == Count(1, 1, 1)
    assert score_dossier(told_twice, right, places)["changes"] == Count(1, 2, 1)


@pytest.mark.parametrize(("one", "other", "why"), labels("gold", "held_out")["seeming"], ids=str)
def test_what_only_seems_a_contradiction_is_told_as_none(right, one, other, why):
    def name(statement):
        return names()[statement.article, statement.path]

    for conflict in right().conflicts():
        sides = [{name(statement) for statement in side.reports} for side in conflict.sides]
        assert not (one in sides[0] and other in sides[1]), why
        assert not (one in sides[1] and other in sides[0]), why


def test_actors_are_joined_over_spellings_and_capitals_and_told_by_date(right):
    dossier = right()
    for spelling in ("Zelensky", "Volodymyr Zelenskyi", "Володимир Зеленський", "Selenskyj"):
        assert dossier.actor(spelling).name == "Volodymyr Zelenskyy"
    days = [mention.published for mention in dossier.actor("Washington").mentions]
    assert dossier.actor("Washington").name == "United States"
    assert days == sorted(days)


def test_every_report_leads_back_to_sentences_that_its_article_has(right):
    summaries = {s.article.id: s for s in right_summaries().values()}
    dossier = right()
    reports = [
        *(m for actor in dossier.actors for m in actor.mentions),
        *(s for thread in dossier.threads for s in thread.statements),
        *(s for dispute in dossier.disputes for s in dispute.stances),
        *(r for moment in dossier.timeline() for r in moment.reports),
        *dossier.layers,
    ]
    assert len(reports) > 500
    for report in reports:
        article = summaries[report.article].article
        sentences = {sentence.number: sentence.text for sentence in article.sentences}
        assert report.evidence
        assert report.published == article.published
        for citation in report.evidence:
            assert citation.quote in sentences[citation.sentence]
