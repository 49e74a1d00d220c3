"""Persons by title and apposition; with office and affiliation."""

from __future__ import annotations

import pytest

from guarantee_summarizer.lexicon import default_lexicon
from guarantee_summarizer.lexicon.names import name_parts
from guarantee_summarizer.lexicon.persons import find_people, surname, variant

LEXICON = default_lexicon()


def people(text: str) -> list[tuple[str, str | None, str | None]]:
    found = find_people(text, LEXICON)
    return [(p.name, p.title, p.affiliation) for p in found]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("British Prime Minister Keir Starmer came.", [("Keir Starmer", "Prime Minister", "United Kingdom")]),
        ("NATO Secretary General Mark Rutte came.", [("Mark Rutte", "Secretary General", "NATO")]),
        ("President of Ukraine Volodymyr Zelenskyy spoke.", [("Volodymyr Zelenskyy", "President", "Ukraine")]),
        ("U.S. President Donald J. Trump left.", [("Donald J. Trump", "President", "United States")]),
        ("Saudi Crown Prince Mohammed bin Salman signed.", [("Mohammed bin Salman", "Crown Prince", "Saudi Arabia")]),
        ("Kremlin head Vladimir Putin waits.", [("Vladimir Putin", "Kremlin head", "Russia")]),
        ("Azerbaijan's President Ilham Aliyev agreed.", [("Ilham Aliyev", "President", "Azerbaijan")]),
    ],
)  # fmt: skip
def test_a_title_beside_a_name_gives_office_and_affiliation(text, expected):
    assert people(text) == expected


def test_a_plural_title_covers_all_names_after_it():
    text = "The US will be represented by President Donald Trump's envoys Steve Witkoff and Jared Kushner."
    assert people(text) == [
        ("Donald Trump", "President", "United States"),
        ("Steve Witkoff", "envoy", "United States"),
        ("Jared Kushner", "envoy", "United States"),
    ]


def test_apposition_gives_the_office_on_either_side():
    assert people("Steven Pifer, a former American diplomat who took part, agreed.") == [
        ("Steven Pifer", "diplomat", "United States")
    ]
    found = people(
        "a high-ranking NATO military official, Alexus Grinkevich, who also heads forces"
    )
    assert found == [("Alexus Grinkevich", "military official", "NATO")]


@pytest.mark.parametrize(
    "text",
    [
        "The Budapest Memorandum said nothing. Lancaster House said no.",
        "Article Five said it. The Black Sea Fleet said more.",
        "European Council officials said so on Monday Morning.",
        "The New York Times said that Paris Saint-Germain said yes.",
        "The White House said that the Security Council met.",
    ],
)
def test_capitals_alone_make_no_person(text):
    assert people(text) == []


def test_an_ambassador_to_a_state_does_not_speak_for_it():
    assert people("Former U.S. Ambassador to Russia Michael McFaul agreed.") == [
        ("Michael McFaul", "Ambassador", "United States")
    ]


def test_surnames_keep_their_particles_and_transliterations_meet():
    assert surname("Mohammed bin Salman") == "bin Salman"
    assert len({variant(n) for n in ("Zelensky", "Zelenskyy", "Zelenskiy", "V. Zelenskyi")}) == 1
    assert variant("Macron") != variant("Merz")


@pytest.mark.parametrize("name", ["", " ", "\u200b"])
def test_a_name_without_anything_to_read_has_no_parts(name):
    assert name_parts(name) == ("", "", "")
