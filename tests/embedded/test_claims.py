"""What claims say: who acts, how firmly, in words that a person would write."""

from __future__ import annotations

from functools import cache
from pathlib import Path

import pytest

import guarantee_summarizer as gs
from guarantee_summarizer.evaluation.gold import load_gold

GOLD = Path(__file__).parents[1] / "gold"
OPENING = "The allies spoke of security guarantees for Ukraine and of a ceasefire. "
DANGLING = frozenset("a an the of to in on at by for with and or that which its their".split())


@cache
def summary(text: str) -> gs.Summary:
    return gs.summarize(gs.Article.from_text(OPENING + text, published="2025-12-05"))


@pytest.mark.parametrize(
    ("text", "measure", "status", "by"),
    [
        ("Indonesia offered to send 8,000 soldiers.", "troop_deployment", "proposed", ("Indonesia",)),
        ("Italy would not deploy troops in Ukraine.", "troop_deployment", "rejected", ("Italy",)),
        ("France promised weapons worth €3 billion.", "military_aid", "pledged", ("France",)),
        ("Britain and Ukraine signed a treaty.", "legal_instrument", "signed", ("Britain", "Ukraine")),
        ("Russia ruled out a truce.", "ceasefire", "rejected", ("Russia",)),
        ("Norway and Sweden agreed to train soldiers.", "training", "agreed", ("Norway", "Sweden")),
    ],
)  # fmt: skip
def test_a_proposal_has_its_measure_how_firm_it_is_and_who_makes_it(text, measure, status, by):
    found = summary(text).proposals[-1]
    assert (found.measure, found.status, found.proposed_by) == (measure, status, by)


def test_what_is_asked_of_somebody_has_its_recipient():
    found = summary("Ukraine asked Germany for air defence systems.").proposals[-1]
    assert found.proposed_by == ("Ukraine",)
    assert found.recipients == ("Germany",)


def test_what_must_come_first_is_the_condition():
    text = "France would send troops if the fighting stops."
    assert summary(text).proposals[-1].condition == "if the fighting stops"


@pytest.mark.parametrize(
    "text",
    [
        "Which countries would send soldiers?",
        "If Russia agreed to withdraw its troops, much would change.",
        "Rutte: “Europe will spend more on soldiers than ever.”",
    ],
)
def test_questions_conditions_and_quotations_of_praise_propose_nothing(text):
    assert not [p for p in summary(text).proposals if p.evidence[0].sentence > 1]


def test_a_dispute_has_both_sides():
    text = (
        "France offered to send troops to Ukraine. Russia rejected any foreign troops in Ukraine."
    )
    (dispute,) = summary(text).disputes
    assert {position.party for position in dispute.positions} == {"France", "Russia"}


def test_one_part_of_a_guarantee_is_no_layer():
    assert (
        summary("A multinational force would stand behind the front line.").structure.layers == ()
    )


def test_announced_layers_are_read_from_the_sentences_that_follow():
    text = (
        "It has three layers. The Ukrainian army would hold the border. A multinational brigade from "
        "Kenya would stand behind it. American aircraft would be held in reserve."
    )
    layers = summary(text).structure.layers
    assert [(la.rank, la.function) for la in layers] == [
        (1, "territorial_defence"),
        (2, "reassurance"),
        (3, "backstop"),
    ]


def test_an_event_has_its_own_date_and_not_that_of_who_told_of_it():
    text = "Macron met Starmer in Paris on Monday, an aide said on Friday."
    found = summary(text).events[-1]
    assert (found.when, found.where) == ("Monday", "Paris")


def test_nothing_that_the_extractor_says_of_gold_is_withheld_and_titles_end_well():
    for item in load_gold(GOLD)[:10]:
        found = gs.summarize(item.article)
        assert found.withheld == ()
        for proposal in found.proposals:
            words = proposal.title.split()
            assert len(words) <= 10
            assert words[-1].lower() not in DANGLING


def test_what_a_participle_describes_stands_in_the_title():
    (proposal,) = summary(
        "Leaders discussed the troops proposed by France for the border."
    ).proposals
    assert proposal.title == "Troops proposed by France for the border"
    assert proposal.proposed_by == ("France",)


def test_a_title_holds_quotation_marks_in_pairs():
    (proposal,) = summary("France has offered to send 'assurance forces,' he said.").proposals
    assert proposal.title.count("'") in (0, 2)
