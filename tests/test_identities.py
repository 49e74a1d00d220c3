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


def summarized(text, *entries, **claims):
    """The enriched summary of a text, with participants as name and kind."""
    article = gs.Article.from_text(text)
    listed = [{"name": name, "kind": kind, **dict(more)} for name, kind, *more in entries]
    data = {"relevant": True, "participants": [*listed], **claims}
    return enrich(gs.Summary.ground(data, article), article, default_lexicon())


def called(text, kind, *forms):
    return [p.name for p in summarized(text, *((form, kind) for form in forms)).participants]


@pytest.mark.parametrize(
    ("text", "forms", "one"),
    [
        (
            "President Ursula von der Leyen spoke. Later von der Leyen said more.",
            ("von der Leyen", "Ursula von der Leyen"),
            "Ursula von der Leyen",
        ),
        ("Marine Le Pen spoke and Le Pen left.", ("Le Pen", "Marine Le Pen"), "Marine Le Pen"),
        (
            "Vice President J.D. Vance came; JD Vance spoke. Vance said no.",
            ("J.D. Vance", "JD Vance", "Vance"),
            "J.D. Vance",
        ),
        (
            "U.S. Secretary of State Marco Rubio met Sen. Lindsey Graham. Rubio said no.",
            ("U.S. Secretary of State Marco Rubio", "Secretary Rubio"),
            "Marco Rubio",
        ),
        (
            "Sen. Lindsey Graham voted. Graham said no.",
            ("Graham", "Sen. Lindsey Graham"),
            "Lindsey Graham",
        ),
        (
            "Prime Minister Sir Keir Starmer agreed. Starmer said yes.",
            ("Prime Minister Sir Keir Starmer", "Starmer"),
            "Keir Starmer",
        ),
    ],
)
def test_titles_initials_and_particles_do_not_make_another_person(text, forms, one):
    for order in (forms, forms[::-1]):
        assert called(text, "person", *order) == [one]


def test_a_surname_that_the_text_gives_two_persons_stays_as_it_is():
    text = "Sen. Mark Kelly spoke to Judge Ruth Kelly. Sen. Ruth Kelly left; Kelly voted."
    assert called(text, "person", "Mark Kelly", "Kelly") == ["Mark Kelly", "Kelly"]


def test_middle_initials_that_differ_make_two_persons():
    both = ["George W. Bush", "George H. W. Bush"]
    text = "George W. Bush met George H. W. Bush. Both of them said little."
    assert called(text, "person", *both, "George Bush") == [*both, "George Bush"]


def test_a_father_whose_name_the_son_bears_is_another_person():
    text = "Crown Prince Mohammed bin Salman hosted. King Salman said that bin Salman was right."
    names = called(text, "person", "Mohammed bin Salman", "Salman", "bin Salman")
    assert names == ["Mohammed bin Salman", "Salman"]


def test_persons_whose_titles_have_no_word_in_common_are_two():
    text = "President Trump said that First Lady Melania Trump wrote a letter."
    assert called(text, "person", "Trump") == ["Trump"]
    assert called(text, "person", "Trump", "Melania Trump") == ["Trump", "Melania Trump"]


def test_a_word_that_begins_a_sentence_is_no_first_name():
    text = (
        "All agreed on it. Tellingly Zelenskyy said that the talks went well, and Zelenskyy left."
    )
    assert called(text, "person", "Zelenskyy") == ["Zelenskyy"]


def test_a_description_of_an_unnamed_person_is_kept_whole():
    text = "A diplomat in Jerusalem said that the force would come."
    assert called(text, "person", "diplomat in Jerusalem") == ["diplomat in Jerusalem"]


def test_a_state_and_a_person_of_one_name_are_two_and_references_to_both_stay():
    text = "Rep. Jim Jordan said that Jordan would host the troops. Jordan said no."
    offer = {"title": "Hosting", "evidence": [1], "proposed_by": ["Jordan"]}
    summary = summarized(text, ("Jordan", "state"), ("Jordan", "person"), proposals=[offer])
    assert [(p.name, p.kind) for p in summary.participants] == [
        ("Jordan", "state"), ("Jim Jordan", "person"),
    ]  # fmt: skip
    assert summary.proposals[0].proposed_by == ("Jordan",)


def test_a_capital_never_names_what_has_a_name_of_its_own():
    assert called("The US will help. Washington said so.", "state", "Washington", "US") == ["US"]


def test_the_people_of_a_state_are_not_the_state():
    text = "Ukraine waits. Ukrainians wait, too."
    summary = summarized(text, ("Ukraine", "state"), ("Ukrainians", "group"))
    assert [p.name for p in summary.participants] == ["Ukraine", "Ukrainians"]


def test_a_merged_actor_keeps_every_form_that_the_text_has():
    text = "The United States waits. Washington said that the U.S. will help."
    (merged_state,) = summarized(text, ("United States", "state"), ("U.S.", "state")).participants
    assert set(merged_state.aliases) == {"Washington", "U.S."}
    assert {c.sentence for c in merged_state.evidence} == {1, 2}


def test_an_abbreviation_in_brackets_may_stand_in_the_entry_or_in_the_text():
    full, plain = "Constitutional Democratic Party of Japan (CDP)", "The CDP will vote no."
    text = f"The {full} objects. {plain}"
    assert called(text, "organization", "CDP", full.removesuffix(" (CDP)")) == [full[:-6]]
    text = f"The {full.removesuffix(' (CDP)')} objects. {plain}"
    assert called(text, "organization", full, "CDP") == [full[:-6]]


def test_one_abbreviation_of_two_organizations_is_neither():
    text = "The Norvian Party (NPX) and the Northern Party (NPX) met. The NPX left."
    names = ["Norvian Party", "Northern Party", "NPX"]
    assert called(text, "organization", *names) == names


@pytest.mark.parametrize(
    "names",
    [
        ("Ministry of Defence (UK)", "Ministry of Defence (France)", "UK"),
        ("Executive Board", "Gaza Executive Board"),
        ("Executive Board", "GEB"),
        ("Norvian Party", "Norvian Party of Women"),
    ],
)
def test_an_organization_whose_name_contains_another_name_is_not_that(names):
    text = (
        "The Ministry of Defence (UK) and the Ministry of Defence (France) met. The UK said no. "
        "The Executive Board and the Gaza Executive Board (GEB) sat. The GEB left. "
        "The Norvian Party and the Norvian Party of Women voted."
    )
    assert called(text, "organization", *names) == [*names]


def test_groups_that_differ_in_a_capital_are_one_and_references_bear_its_name():
    text = "The Norvian delegation came. It said that the Norvian delegation agreed."
    forms = ("The Norvian delegation", "the Norvian delegation")
    offer = {"title": "Help", "evidence": [2], "proposed_by": forms}
    summary = summarized(text, *((form, "group") for form in forms), proposals=[offer])
    (delegation,) = summary.participants
    assert summary.proposals[0].proposed_by == (delegation.name,)


ACTORS = {
    "Rubio": "Marco Rubio",
    "Marco Rubio": "Marco Rubio",
    "Trump": "Donald J. Trump",
    "Donald J. Trump": "Donald J. Trump",
    "Mark Kelly": "Mark Kelly",
    "Kelly": "Kelly",
    "Ana Lund": "Ana Lund",
}
FORMS = tuple(ACTORS)


@given(st.lists(st.sampled_from(FORMS), min_size=1, max_size=7, unique=True))
def test_merging_twice_is_merging_once_and_no_reference_is_lost(forms):
    offer = {"title": "Help", "evidence": [2], "proposed_by": forms}
    once = merged([{"name": form, **PERSON} for form in forms], proposals=[offer])
    assert enrich(once, ARTICLE, default_lexicon()) == once
    listed = [p.name for p in once.participants]
    assert list(once.proposals[0].proposed_by) == listed


@given(st.permutations(FORMS))
def test_participants_keep_the_order_of_their_first_entries(forms):
    order = list(dict.fromkeys(ACTORS[form] for form in forms))
    assert names(*forms, **PERSON) == order


@pytest.mark.parametrize(
    ("name", "told", "kind"),
    [
        ("European Union", "state", "organization"),
        ("Poland", "organization", "state"),
        ("Élysée", "office", "office"),
        ("G7", "organization", "organization"),
    ],
)
def test_whether_an_actor_is_a_state_is_known_from_the_tables(name, told, kind):
    article = gs.Article.from_text(
        f"Officials of Poland, the G7, the European Union and {name} met."
    )
    data = {"relevant": True, "participants": [{"name": name, "kind": told}]}
    (participant,) = enrich(
        gs.Summary.ground(data, article), article, default_lexicon()
    ).participants
    assert participant.kind == kind


@pytest.mark.parametrize("turned", [False, True])
def test_whichever_entry_knows_role_title_and_affiliation_the_merged_one_has_them(turned):
    short = ("Lund", "person")
    full = (
        "Ana Lund", "person",
        ("role", "negotiator"), ("title", "Chancellor"), ("affiliation", "Norvia"),
    )  # fmt: skip
    entries = [full, short] if turned else [short, full]
    (lund,) = summarized("Ana Lund came. Lund said no.", *entries).participants
    assert (lund.role, lund.title, lund.affiliation) == ("negotiator", "Chancellor", "Norvia")


@pytest.mark.parametrize("kind", ["office", "group"])
def test_an_office_or_a_group_is_never_the_state_that_the_tables_know_by_its_name(kind):
    text = "The White House agreed. The United States waits."
    summary = summarized(text, ("United States", "state"), ("White House", kind))
    assert [(p.name, p.kind) for p in summary.participants] == [
        ("United States", "state"), ("White House", kind),
    ]  # fmt: skip


def test_a_palace_that_takes_part_itself_is_no_other_name_of_the_state():
    text = "The White House agreed. Washington waits, and the United States pays."
    summary = summarized(text, ("United States", "state"), ("White House", "office"))
    state, palace = summary.participants
    assert (state.aliases, palace.aliases) == (("Washington",), ())
    assert [c.sentence for c in palace.evidence] == [1]
