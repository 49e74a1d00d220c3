"""One actor is one participant, however often and however short the text names it."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

import guarantee_summarizer as gs
from guarantee_summarizer.enrich import enrich
from guarantee_summarizer.lexicon import default_lexicon

TEXT = (
    "Secretary of State Marco Rubio met Prime Minister Ana Lund in Geneva. Rubio said that the "
    "United States would help. Washington will send Donald J. Trump's envoy, and Trump agreed. "
    "Mark Kelly and Ruth Kelly voted; Kelly spoke last. The Norvian Defence Party (NDP) objects, "
    "and the NDP will not yield. Georgia waits, as does Giorgia Meloni. European leaders and "
    "leaders of the coalition listened to NATO."
)
ARTICLE = gs.Article.from_text(TEXT)
PERSON = {"kind": "person"}


def merged(participants, **claims):
    data = {"relevant": True, "participants": participants, **claims}
    return enrich(gs.Summary.ground(data, ARTICLE), ARTICLE, default_lexicon())


def names(*forms, **more):
    return [p.name for p in merged([{"name": form, **more} for form in forms]).participants]


@pytest.mark.parametrize(
    ("forms", "kind", "one"),
    [
        (("Rubio", "Secretary of State Marco Rubio", "Marco Rubio"), "person", "Marco Rubio"),
        (("Trump", "Donald J. Trump"), "person", "Donald J. Trump"),
        (("Washington", "United States"), "state", "United States"),
        (("NDP", "Norvian Defence Party"), "organization", "Norvian Defence Party"),
        (("Norvian Defence Party (NDP)", "NDP"), "organization", "Norvian Defence Party (NDP)"),
    ],
)
def test_several_names_of_one_actor_are_one_participant_under_the_fullest(forms, kind, one):
    for order in (forms, forms[::-1]):
        assert names(*order, kind=kind) == [one]


def test_a_surname_alone_becomes_the_full_name_that_the_text_has():
    assert names("Rubio", **PERSON) == ["Marco Rubio"]


def test_two_persons_of_one_surname_stay_two_and_the_surname_alone_stays_as_it_is():
    assert names("Mark Kelly", "Ruth Kelly", "Kelly", **PERSON) == [
        "Mark Kelly", "Ruth Kelly", "Kelly",
    ]  # fmt: skip


def test_a_state_and_a_person_of_nearly_its_name_are_two():
    both = [{"name": "Georgia", "kind": "state"}, {"name": "Giorgia Meloni", **PERSON}]
    assert [p.name for p in merged(both).participants] == ["Georgia", "Giorgia Meloni"]


def test_groups_are_one_only_if_they_are_called_the_same():
    assert names("European leaders", "leaders of the coalition", kind="group") == [
        "European leaders", "leaders of the coalition",
    ]  # fmt: skip


def test_references_follow_and_name_nobody_twice():
    offer = {
        "title": "Help", "evidence": [2], "proposed_by": ["Washington", "United States"],
        "recipients": ["Rubio"],
    }  # fmt: skip
    states = [{"name": n, "kind": "state"} for n in ("Washington", "United States")]
    summary = merged([*states, {"name": "Rubio", **PERSON}], proposals=[offer])
    assert summary.proposals[0].proposed_by == ("United States",)
    assert summary.proposals[0].recipients == ("Marco Rubio",)


def test_what_any_of_the_entries_knows_is_kept():
    summary = merged(
        [
            {"name": "Rubio", **PERSON, "role": "negotiator"},
            {"name": "Marco Rubio", **PERSON, "title": "Secretary of State"},
        ]
    )
    (rubio,) = summary.participants
    assert (rubio.role, rubio.title) == ("negotiator", "Secretary of State")
    assert "Rubio" in rubio.aliases


FORMS = ("Rubio", "Marco Rubio", "Trump", "Donald J. Trump", "Mark Kelly", "Kelly", "Ana Lund")


@given(st.lists(st.sampled_from(FORMS), min_size=1, max_size=6, unique=True))
def test_merging_twice_is_merging_once_and_no_reference_is_lost(forms):
    offer = {"title": "Help", "evidence": [2], "proposed_by": forms}
    once = merged([{"name": form, **PERSON} for form in forms], proposals=[offer])
    twice = enrich(once, ARTICLE, default_lexicon())
    assert [p.name for p in twice.participants] == [p.name for p in once.participants]
    listed = {p.name for p in once.participants}
    assert set(once.proposals[0].proposed_by) == listed
