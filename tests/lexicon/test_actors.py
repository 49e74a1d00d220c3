"""The lexicon: right codes, whole words, longest form, and the traps that names set."""

from __future__ import annotations

import re
from collections import Counter

import pycountry
import pytest
from hypothesis import given
from hypothesis import strategies as st

from guarantee_summarizer import LexiconError
from guarantee_summarizer.lexicon import Lexicon, default_lexicon
from guarantee_summarizer.lexicon.cues import Cues

LEXICON = default_lexicon()


def names(text: str, *, adjectives: bool = False) -> list[str]:
    found = LEXICON.mentions(text)
    return [m.actor.name for m in found if adjectives or m.via != "demonym"]


def test_every_code_is_one_of_iso_3166_and_none_is_used_twice():
    codes = [a.code for a in LEXICON.actors if a.kind == "state" and a.code]
    unknown = {c for c in codes if pycountry.countries.get(alpha_3=c) is None}
    assert unknown == {"XKX"}  # Kosovo has none; this is the one in use
    assert [c for c, n in Counter(codes).items() if n > 1] == []


def test_all_members_of_the_united_nations_are_there():
    codes = {a.code for a in LEXICON.actors}
    absent = {c.alpha_3 for c in pycountry.countries} - codes
    sovereign = {"USA", "CHN", "FRA", "RUS", "GBR", "UKR", "QAT", "ARM", "AZE", "ISR", "TUR", "PRK"}
    assert not sovereign & absent
    assert len(codes) > 190


def test_no_form_belongs_to_two_actors():
    owners: dict[str, set[str]] = {}
    for actor in LEXICON.actors:
        for form in (actor.name, *actor.aliases, *actor.metonyms):
            owners.setdefault(form, set()).add(actor.name)
    assert {form: who for form, who in owners.items() if len(who) > 1} == {}


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("They told us that the US will help.", ["United States"]),
        ("The USA, the U.S. and America", ["United States"] * 3),
        ("Britain’s offer and the UK’s army", ["United Kingdom"] * 2),
        ("Latin American and South American states", []),
        ("Niger is not Nigeria", ["Niger", "Nigeria"]),
        ("the African Union and the European Union", ["African Union", "European Union"]),
        ("The New York Times and The Washington Post", ["New York Times", "Washington Post"]),
        ("the Budapest Memorandum and the Washington Treaty", []),
        ("the London summit, the Geneva Conventions and Berlin talks", []),
        ("They met in Paris; Washington has made no commitment.", ["United States"]),
        ("the Kremlin said", ["Russia"]),
        ("Jordan Bardella spoke; Jordan did not.", ["Jordan"]),
        ("the Coalition of the Willing", ["coalition of the willing"]),
        ("a “coalition of\u00a0the willing”", ["coalition of the willing"]),
        ("the UN Security Council", ["UN Security Council"]),
        ("a US-led force", ["United States"]),
        ("Türkiye and Turkey", ["Turkey", "Turkey"]),
        ("The National Interest", []),
    ],
)
def test_names_are_found_as_a_reader_would(text, expected):
    assert names(text) == expected


def test_adjectives_name_their_state_by_demonym():
    (mention,) = LEXICON.mentions("the Finnish president")
    assert (mention.actor.name, mention.via) == ("Finland", "demonym")
    assert names("South Korean troops", adjectives=True) == ["South Korea"]


@pytest.mark.parametrize(
    ("form", "code"),
    [("Britain", "GBR"), ("Finnish", "FIN"), ("the United States", "USA"), ("Kyiv", "UKR"),
     ("US", "USA"), ("us", None), ("NATO", None), ("Nowhere", None), ("Soviet Union", None)],
)  # fmt: skip
def test_countries_are_looked_up_by_any_of_their_names(form, code):
    assert LEXICON.country(form) == code


@given(st.lists(st.sampled_from(["the", "US", "U.S.", "Washington", "Kyiv’s", "New York Times",
    "coalition of the willing", "Georgia", "UN", "\n", "Russia,", "–", "É", "NATO-led"])))  # fmt: skip
def test_mentions_are_slices_in_order_without_overlap(words):
    text = " ".join(words)
    end = 0
    for mention in LEXICON.mentions(text):
        assert end <= mention.start < mention.end
        assert text[mention.start : mention.end] == mention.form
        end = mention.end


def test_a_users_rows_win_over_the_bundled_ones(tmp_path):
    (tmp_path / "actors.csv").write_text(
        "name,kind,aliases\nHarbour Watch,force,HW\nHamas,media,\n"
    )
    own = Lexicon.load(tmp_path)
    (mention,) = own.mentions("The Harbour Watch sailed.")
    assert mention.actor.kind == "force"
    assert own.actor("Hamas").kind == "media"
    assert own.country("Ukraine") == "UKR"


@pytest.mark.parametrize(
    ("name", "content", "says"),
    [
        ("states.csv", "name,code\nX,XXX\n", "lacks column 'aliases'"),
        ("states.csv", "name,code,aliases,demonyms,metonyms\nX,xx,,,\n", "line 2, column code"),
        ("actors.csv", "name,kind,aliases\n# note\nX,club,\n", "line 3, column kind: 'club'"),
        ("actors.csv", "name,kind,aliases\nX,force\n", "line 2: has 2 cells; it needs 3"),
        ("offices.csv", "title,kind\nKing,crown\n", "column kind: 'crown'"),
    ],
)
def test_a_broken_row_is_named_with_file_line_and_column(tmp_path, name, content, says):
    (tmp_path / name).write_text(content)
    with pytest.raises(LexiconError) as caught:
        Lexicon.load(tmp_path)
    assert str(tmp_path / name) in str(caught.value)
    assert says in str(caught.value)


def test_a_folder_that_is_none_is_refused(tmp_path):
    with pytest.raises(LexiconError, match="is not a folder"):
        Lexicon.load(tmp_path / "gone")


def test_a_broken_cue_is_named_with_its_line(tmp_path):
    (tmp_path / "cues.csv").write_text("family,value,weight,phrases\nlayer,backstop,much,net\n")
    with pytest.raises(LexiconError, match=r"cues\.csv, line 2, column weight"):
        Cues.load(tmp_path)


def test_a_users_cue_adds_to_the_bundled_ones(tmp_path):
    (tmp_path / "cues.csv").write_text(
        "family,value,weight,phrases\nlayer,backstop,3,tripwire line\n"
    )
    own = Cues.load(tmp_path)
    for words in ("a tripwire line of ships", "a safety net"):
        assert [cue.value for cue in own.find("layer", words.split())] == ["backstop"]


def test_the_fingerprint_of_a_lexicon_is_that_of_what_it_knows(tmp_path):
    assert Lexicon.load().fingerprint == LEXICON.fingerprint
    assert re.fullmatch("[0-9a-f]{12}", LEXICON.fingerprint)
    changes = {
        "states.csv": "name,code,aliases,demonyms,metonyms\nNorvia,,,Norvian,\n",
        "actors.csv": "name,kind,aliases\nHarbour Post?,media,\n",
        "offices.csv": "title,kind\nGrand Vizier,office\n",
        "persons.csv": "surname,affiliation\nLund,Norvia\n",
        "lookalikes.csv": "name,what\nNorvia Street,street\n",
    }
    seen = {LEXICON.fingerprint}
    for name, text in changes.items():
        (tmp_path / name).write_text(text)
        seen.add(Lexicon.load(tmp_path).fingerprint)
    assert len(seen) == 1 + len(changes)


def test_the_fingerprint_of_the_cues_is_that_of_their_phrases(tmp_path):
    bundled = Cues.load().fingerprint
    assert bundled == Cues.load(tmp_path).fingerprint
    (tmp_path / "cues.csv").write_text(
        "family,value,weight,phrases\nmeasure,military_aid,3,zeppelin\n"
    )
    assert Cues.load(tmp_path).fingerprint != bundled


def test_of_two_spellings_of_one_length_the_first_wins_whatever_the_order_of_hashes():
    from guarantee_summarizer.lexicon.capitals import SentenceCase

    for first, second in (("UNIFIL", "Unifil"), ("Unifil", "UNIFIL")):
        assert SentenceCase([first, second], [])("NOW UNIFIL LEAVES.") == f"Now {first} leaves."


def test_a_folder_in_the_place_of_a_table_is_refused(tmp_path):
    (tmp_path / "states.csv").mkdir()
    with pytest.raises(LexiconError, match=r"states\.csv: is not a file"):
        Lexicon.load(tmp_path)
