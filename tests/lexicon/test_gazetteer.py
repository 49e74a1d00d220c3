"""The traps that names set: places, persons, occasions, papers, longer names, odd typography."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from guarantee_summarizer.lexicon import default_lexicon
from guarantee_summarizer.text import fold

LEXICON = default_lexicon()


def found(text: str) -> list[tuple[str, str]]:
    return [(m.actor.name, m.via) for m in LEXICON.mentions(text)]


def names(text: str) -> list[str]:
    return [name for name, _ in found(text)]


@pytest.mark.parametrize(
    "text",
    [
        "Latin American, South American and North American leaders",
        "in Latin America and South America",
        "the Gulf of Oman, the Sea of Japan, Lake Chad and the Gulf of Guinea",
        "ships in the Taiwan Strait, the Norwegian Sea and the Turkish Straits",
        "New Mexico, New Guinea and American Samoa",
        "the Bank of England and the Church of England",
        "Northern Ireland voted",
        "the Berlin Wall",
        "the Vietnam War, the Iran-Contra affair",
        "French-speaking cantons and Russian-language schools",
        "ethnic Albanians and ethnic Russians",
        "Giorgia spoke of turkey and china",
        "give us more, and who will",
        "@NATO #Ukraine",
    ],
)
def test_words_that_only_hold_an_actors_name_are_no_mention(text):
    assert found(text) == []


@pytest.mark.parametrize(
    "text",
    [
        "the Washington Treaty and the Budapest Memorandum",
        "the Paris Declaration, the Geneva Conventions and the Camp David Accords",
        "the Minsk agreements, the Minsk peace process and the London summit",
        "the Doha ceasefire talks and the Moscow conference",
        "the Treaty of Rome, the Congress of Vienna, the siege of Sarajevo",
        "Dynamo Kyiv and Paris Saint-Germain drew.",
        "They met in Paris, Berlin and London.",
        "He flew to Washington and later returned from Moscow.",
        "at the White House and in the Kremlin",
        "the Cairo-based group",
        "in Washington, D.C.",
        "the mayor of London and the Kyiv mayor",
        "London, March 3 - Soldiers came.",
        "Kyiv (Reuters) - Soldiers came.",
        "strikes in East Jerusalem and West Berlin",
        "north of Kyiv",
        "George Washington crossed a river.",
    ],
)
def test_a_capital_that_is_a_place_or_an_occasion_is_not_its_government(text):
    assert "metonym" not in [via for _, via in found(text)]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Moscow rejects talks; Kyiv agreed.", ["Russia", "Ukraine"]),
        ("a safety net to be finalised with Washington", ["United States"]),
        ("weapons to Kyiv, pressure from Washington", ["Ukraine", "United States"]),
        ("between Kyiv and Moscow", ["Ukraine", "Russia"]),
        ("It is in Moscow's interest.", ["Russia"]),
        ("Officials told Beijing Monday that it had to stop.", ["China"]),
        ("White House Press Secretary Karoline Leavitt", ["United States"]),
        ("the Kremlin said and the Élysée Palace denied", ["Russia", "France"]),
        ("In Kyiv, Moscow is not trusted.", ["Russia"]),
        ("Doha, Cairo and Ankara guaranteed it.", ["Qatar", "Egypt", "Turkey"]),
    ],
)
def test_a_capital_that_acts_is_its_government(text, expected):
    assert names(text) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Jordan Bardella, Michael Jordan and Rep. Jim Jordan came.", []),
        ("Georgia O'Keeffe and Georgia Smith painted.", []),
        ("Defense Minister Israel Katz left Israel.", ["Israel"]),
        ("Jordan Foreign Minister Ayman Safadi", ["Jordan"]),
        ("Georgia Gov. Brian Kemp spoke in Atlanta, Georgia.", []),
        ("Georgia's Republican voters", []),
        ("Russia attacked Georgia in 2008.", ["Russia", "Georgia"]),
        ("Egypt, Jordan and Chad signed.", ["Egypt", "Jordan", "Chad"]),
        ("Like Jordan, it is a monarchy.", ["Jordan"]),
    ],
)
def test_persons_and_an_american_state_are_told_from_states(text, expected):
    assert names(text) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Niger, Nigeria", ["Niger", "Nigeria"]),
        (
            "Guinea, Guinea-Bissau, Equatorial Guinea, Papua New Guinea",
            ["Guinea", "Guinea-Bissau", "Equatorial Guinea", "Papua New Guinea"],
        ),
        ("Dominica and the Dominican Republic", ["Dominica", "Dominican Republic"]),
        ("Korea, North Korea, South Korea", ["North Korea", "South Korea"]),
        (
            "the DR Congo, the Republic of the Congo, Congo-Brazzaville",
            ["Democratic Republic of the Congo", *["Republic of the Congo"] * 2],
        ),
        ("Sudan and South Sudan", ["Sudan", "South Sudan"]),
        ("the Republic of China, the People's Republic of China", ["Taiwan", "China"]),
        ("South Korean and North Korean troops", ["South Korea", "North Korea"]),
        ("Bosnian Serb and Kosovo Serb leaders", ["Bosnia and Herzegovina", "Kosovo"]),
        ("the East German and the Soviet army", ["East Germany", "Soviet Union"]),
        ("the USA, the US, the U.S. and the U.S.S.R.", [*["United States"] * 3, "Soviet Union"]),
        ("the African Union, the European Union", ["African Union", "European Union"]),
        ("New York Times, Washington Post, Moscow Times, Kyiv Independent, Times of Israel",
         ["New York Times", "Washington Post", "Moscow Times", "Kyiv Independent",
          "Times of Israel"]),
        ("Russia's Security Council of Russia", ["Russia", "Security Council of Russia"]),
    ],
)  # fmt: skip
def test_the_longest_name_wins(text, expected):
    assert names(text) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Dawn broke, a trend began, Fox hunting is banned.", []),
        ("The Atlantic is wide. Guardian angels.", []),
        ("he told The Atlantic", ["The Atlantic"]),
        ("Dawn reported that", ["Dawn"]),
        ("the newspaper Welt and (Bild)", ["Die Welt", "Bild"]),
        ("according to the Telegraph", ["The Telegraph"]),
        ("The Australian prime minister", ["Australia"]),
        ("he told Geo News and Dawn", ["Geo News", "Dawn"]),
        ("Reuters Tuesday quoted CNN", ["Reuters", "CNN"]),
    ],
)
def test_a_paper_called_by_an_ordinary_word_counts_beside_a_word_of_reporting(text, expected):
    assert names(text) == expected


@pytest.mark.parametrize(
    ("text", "form"),
    [
        ("a coalition  of\nthe willing met", "coalition of the willing"),
        ("A COALITION OF THE WILLING", "COALITION OF THE WILLING"),
        ("the Quai d’Orsay said", "Quai d’Orsay"),
        ("the United\u00a0States", "United States"),
        ("Guinea\u2011Bissau", "Guinea\u2011Bissau"),
        ("Tu\u0308rkiye", "Tu\u0308rkiye"),
        ("the United\r\nNations", "United Nations"),
        ("Bri\u00adtain’s army", "Bri\u00adtain"),
    ],
)
def test_typography_does_not_hide_a_name(text, form):
    (mention,) = LEXICON.mentions(text)
    assert mention.form == form
    assert " ".join(text[mention.start : mention.end].split()) == form


def test_no_name_reaches_across_a_blank_line():
    assert names("the United\n\nNations") == []


def test_a_possessive_s_is_no_part_of_the_form():
    assert [m.form for m in LEXICON.mentions("Britain’s and Ukraine's")] == ["Britain", "Ukraine"]


_PIECES = [
    "US", "USA", "us", "U.S.", "Washington", "Kyiv’s", "New York Times", "in", "Paris", "and", ",",
    "coalition", "of", "the", "willing", "Georgia", "Jordan", "Smith", "UN", "Security Council",
    "South", "Korean", "Treaty", "–", "É", "\n", "\n\n", "  ", "\u00a0", "\u00ad", "\u200b",
    "e\u0301", "Tu\u0308rkiye", "𝔘", "Latin", "America", "to", "Dawn", "reported", "", "\u2029",
]  # fmt: skip


@given(st.lists(st.sampled_from(_PIECES)), st.sampled_from(["", " ", "\n"]))
def test_mentions_are_in_order_apart_and_slice_exactly(pieces, glue):
    text = glue.join(pieces)
    end = 0
    for mention in LEXICON.mentions(text):
        assert end <= mention.start < mention.end <= len(text)
        assert " ".join(text[mention.start : mention.end].split()) == mention.form
        forms = (
            mention.actor.name,
            *mention.actor.aliases,
            *mention.actor.demonyms,
            *mention.actor.metonyms,
        )
        assert fold(mention.form) in {fold(form) for form in forms}
        end = mention.end


@given(st.text())
def test_any_text_can_be_read(text):
    for mention in LEXICON.mentions(text):
        assert " ".join(text[mention.start : mention.end].split()) == mention.form
