"""Who is one actor across articles, and who stays two."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

import guarantee_summarizer as gs


def article(*participants, day="2026-01-06"):
    text = f"Written on {day}. " + " ".join(f"{p['name']} spoke." for p in participants)
    source = gs.Article.from_text(text, published=day)
    told = [{**p, "evidence": [f"{p['name']} spoke"]} for p in participants]
    summary = gs.Summary.ground({"relevant": True, "participants": told}, source)
    return summary.replace(article=gs.ArticleRecord.of(source))


def person(name, country=None, **more):
    return {"name": name, "kind": "person", "country": country, **more}


def actors(*participants):
    """The actors of a dossier with an article for each participant."""
    dossier = gs.Dossier.of(
        article(p, day=f"2026-01-{n:02}") for n, p in enumerate(participants, 1)
    )
    return {actor.name: len(actor.mentions) for actor in dossier.actors}


@pytest.mark.parametrize(
    "names",
    [
        ("Volodymyr Zelensky", "Zelenskyy", "Volodymyr Zelenskiy", "Володимир Зеленський", "Владимир Зеленский", "Wolodymyr Selenskyj"),
        ("Andriy Yermak", "Andrii Ermak", "Андрій Єрмак", "Андрей Ермак", "Yermak"),
        ("Keir Starmer", "Starmer", "UK Prime Minister Keir Starmer", "K. Starmer"),
        ("Ursula von der Leyen", "von der Leyen", "European Commission President Ursula von der Leyen"),
        ("Donald J. Trump", "Trump", "President Donald Trump"),
    ],
)  # fmt: skip
def test_spellings_titles_and_surnames_alone_are_one_person(names):
    assert list(actors(*map(person, names)).values()) == [len(names)]


@pytest.mark.parametrize(
    "people",
    [
        [person("Mark Kelly"), person("Ruth Kelly")],
        [person("John Smith", "GBR"), person("John Smith", "AUS")],
        [person("George W. Bush"), person("George H. W. Bush")],
        [person("Boris Johnson", "GBR"), person("Johnson", "USA")],
        [person("Vladimir Putin"), person("Volodymyr Zelensky")],
        [person("Georgia Smith"), {"name": "Georgia", "kind": "state"}],
    ],
)
def test_two_persons_stay_two(people):
    assert len(actors(*people)) == 2


def test_a_surname_that_may_be_two_persons_is_neither():
    assert len(actors(person("Mark Kelly"), person("Ruth Kelly"), person("Kelly"))) == 3


def test_a_surname_with_a_country_is_the_only_person_of_that_country():
    people = [person("Mark Kelly", "USA"), person("Ruth Kelly", "GBR"), person("Kelly", "GBR")]
    assert actors(*people) == {"Mark Kelly": 1, "Ruth Kelly": 2}


def test_a_hundred_persons_of_one_surname_stay_a_hundred():
    first = [f"{a}{b}na" for a in "ABDEFGKLMN" for b in "aeioubdglm"]
    people = [person(f"{name.capitalize()} Kovalenko") for name in first]
    dossier = gs.Dossier.of(
        [article(*people), article(*people, person("Kovalenko"), day="2026-01-07")]
    )
    assert len(dossier.actors) == 101
    assert sorted(len(actor.mentions) for actor in dossier.actors) == [1, *[2] * 100]


def test_states_are_one_over_names_capitals_and_codes():
    def states(*names):
        return [{"name": name, "kind": "state"} for name in names]

    assert actors(*states("Britain", "the United Kingdom", "UK", "London")) == {"United Kingdom": 4}
    assert actors({"name": "Україна", "kind": "state", "country": "UKR"}, *states("Ukraine")) == {
        "Ukraine": 2
    }


@pytest.mark.parametrize(
    ("name", "kinds"),
    [
        ("European Commission", ("organization", "office")),
        ("Coalition of the Willing", ("coalition", "group")),
        ("the European Commission", ("group", "organization")),
    ],
)
def test_a_body_that_the_tables_have_is_one_whatever_kind_an_article_gives_it(name, kinds):
    assert list(actors(*({"name": name, "kind": kind} for kind in kinds)).values()) == [2]


def test_a_name_without_anything_to_read_is_an_actor_and_no_error():
    assert len(actors(person("\u200b"), person("Mark Kelly"))) == 2


def test_who_speaks_for_nobody_else_acts_in_its_own_name():
    people = [{"name": "Norvia Times", "kind": "media"}, person("Mark Kelly"), {"name": "Norway", "kind": "state"}]  # fmt: skip
    dossier = gs.Dossier.of([article(*people)])
    assert dossier.actor("Norway").principals == ("Norway",)
    assert dossier.actor("Norvia Times").principals == ("Norvia Times",)
    assert dossier.actor("Mark Kelly").principals == ("Mark Kelly",)


def test_an_abbreviation_that_one_article_spells_out_is_the_same_body_in_another():
    full = {"name": "Norvian Defence Party", "kind": "organization", "aliases": ["NDP"]}
    short = {"name": "NDP", "kind": "organization"}
    assert actors(full, short) == {"Norvian Defence Party": 2}
    other = {"name": "New Dawn Party", "kind": "organization", "aliases": ["NDP"]}
    assert len(actors(full, other, short)) == 3


def test_unnamed_sources_of_two_articles_may_be_two():
    source = {"name": "one official", "kind": "group", "role": "source"}
    assert len(actors(source, source)) == 2


def test_officials_speak_for_their_state_and_allies_for_nobody_in_particular():
    groups = ("American officials", "Ukraine's allies", "European leaders", "Kremlin officials")
    dossier = gs.Dossier.of([article(*({"name": g, "kind": "group"} for g in groups))])
    assert [dossier.actor(g).principals for g in groups] == [
        ("United States",),
        (),
        (),
        ("Russia",),
    ]


def test_an_office_speaks_for_the_state_that_it_belongs_to():
    office = {"name": "the President", "kind": "office", "country": "FRA"}
    (actor,) = gs.Dossier.of([article(office)]).actors
    assert actor.principals == ("France",)


def test_an_unknown_or_ambiguous_name_is_an_error_that_names_who_may_be_meant():
    dossier = gs.Dossier.of([article(person("Mark Kelly"), person("Ruth Kelly"))])
    with pytest.raises(gs.DossierError, match="Mark Kelly, Ruth Kelly"):
        dossier.actor("Kelly")
    with pytest.raises(gs.DossierError, match="did you mean Mark Kelly"):
        dossier.actor("Marc Kelley")


@given(
    st.lists(
        st.tuples(
            st.sampled_from(["", "Ada ", "Adam ", "A. ", "Bo ", "Ada B. "]),
            st.sampled_from([None, "GBR", "USA"]),
        ),
        min_size=1,
        max_size=7,
    ),
    st.randoms(use_true_random=False),
)
def test_who_is_one_does_not_depend_on_the_order_of_articles(people, chance):
    summaries = [
        article(person(f"{first}Lund", country), day=f"2026-01-{day:02}")
        for day, (first, country) in enumerate(people, 1)
    ]
    expected = gs.Dossier.of(summaries).actors
    chance.shuffle(summaries)
    assert gs.Dossier.of(summaries).actors == expected
    mentions = sum(len(actor.mentions) for actor in expected)
    assert mentions == len(people)
    firsts = {frozenset(n.split()[0] for n in a.names if n[1] not in ".u") for a in expected}
    assert all(len(names) <= 1 for names in firsts)
