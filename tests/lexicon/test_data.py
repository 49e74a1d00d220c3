"""The data files: complete, without clashes, and a user's files over them."""

from __future__ import annotations

import re
from collections import Counter, defaultdict

import pycountry
import pytest

from guarantee_summarizer.errors import LexiconError
from guarantee_summarizer.lexicon import Lexicon, default_lexicon

LEXICON = default_lexicon()
# Neither member nor observer of the United Nations, but with a code and a government of its own.
OTHERS = {"TWN", "XKX", "GRL", "FRO", "HKG", "ESH"}
# ISO calls the Republic of the Congo just Congo, which in the news is its larger neighbour.
ISO_ONLY = {"Congo", "Holy See (Vatican City State)"}
STATES = "states.csv"
HEADER = "name,code,aliases,demonyms,metonyms\n"


def of_kind(kind: str) -> list[str]:
    return [actor.name for actor in LEXICON.actors if actor.kind == kind]


def test_the_codes_are_those_of_195_members_and_observers_and_of_few_others():
    codes = {a.code for a in LEXICON.actors if a.code}
    known = {c.alpha_3 for c in pycountry.countries} | {"XKX"}
    assert codes <= known
    assert len(codes - OTHERS) == 193 + 2
    assert codes >= OTHERS


def test_every_state_is_found_under_the_name_that_iso_3166_gives_it():
    absent = [
        (country.alpha_3, name)
        for country in pycountry.countries
        if country.alpha_3 in {a.code for a in LEXICON.actors}
        for name in {country.name, getattr(country, "common_name", country.name)}
        if "," not in name and name not in ISO_ONLY and LEXICON.country(name) != country.alpha_3
    ]
    assert absent == []


def test_only_states_have_codes_demonyms_and_metonyms():
    assert not [
        a.name for a in LEXICON.actors if a.kind != "state" and (a.code or a.demonyms or a.metonyms)
    ]


def test_no_form_is_claimed_by_two_actors_whatever_its_sense():
    owners: dict[str, set[str]] = defaultdict(set)
    for actor in LEXICON.actors:
        for form in (actor.name, *actor.aliases, *actor.demonyms, *actor.metonyms):
            owners[form].add(actor.name)
    assert {form: who for form, who in owners.items() if len(who) > 1} == {}


def test_no_form_is_listed_twice_for_one_actor():
    twice = [
        (actor.name, form)
        for actor in LEXICON.actors
        for form, n in Counter(
            (actor.name, *actor.aliases, *actor.demonyms, *actor.metonyms)
        ).items()
        if n > 1
    ]
    assert twice == []


def test_the_lexicon_is_broad():
    assert len(of_kind("state")) >= 197
    assert len(of_kind("media")) >= 500
    assert len(of_kind("organization")) >= 300
    assert len(of_kind("coalition")) >= 50
    assert len(of_kind("force")) >= 100


@pytest.mark.parametrize(
    ("form", "name", "kind"),
    [
        ("Ramstein group", "Ukraine Defense Contact Group", "coalition"),
        ("multinational force Ukraine", "Multinational Force Ukraine", "force"),
        ("ISF", "International Stabilization Force", "force"),
        ("MFO", "Multinational Force and Observers", "force"),
        ("AMISOM", "AMISOM", "force"),
        ("M23", "M23", "organization"),
        ("Gulf Cooperation Council", "Gulf Cooperation Council", "organization"),
        ("Verkhovna Rada", "Verkhovna Rada", "organization"),
        ("SEATO", "SEATO", "organization"),
        ("EUMA", "EUMA", "organization"),
        ("AUKUS", "AUKUS", "coalition"),
        ("Yonhap", "Yonhap", "media"),
        ("Agence France-Presse", "Agence France-Presse", "media"),
        ("Palestinian Authority", "Palestinian Authority", "organization"),
        ("Quai d’Orsay", "France", "state"),
        ("the soviet union", "Soviet Union", "state"),
    ],
)
def test_actors_of_every_region_and_time_are_known(form, name, kind):
    actor = LEXICON.actor(form)
    assert actor is not None
    assert (actor.name, actor.kind) == (name, kind)


@pytest.mark.parametrize("form", ["us", "Us", "un", "icc", "who", "Korea", "", " ", "the"])
def test_ordinary_words_name_nobody(form):
    assert LEXICON.actor(form) is None


def test_offices_honorifics_and_prefixes_are_kept_apart():
    assert {"President", "Crown Prince", "spokesperson", "Lt. Gen."} <= set(LEXICON.offices)
    assert {"Mr.", "Sir", "Lord"} <= set(LEXICON.honorifics)
    assert {"former", "acting", "deputy"} <= set(LEXICON.prefixes)
    kinds = [*LEXICON.offices, *LEXICON.honorifics, *LEXICON.prefixes]
    assert len(kinds) == len(set(kinds))


def test_a_form_that_a_user_gives_to_another_actor_is_that_actors(tmp_path):
    (tmp_path / STATES).write_text(HEADER + "Republic of the Congo,COG,Congo,Congolese,\n")
    own = Lexicon.load(tmp_path)
    assert own.country("Congo") == own.country("Congolese") == "COG"
    assert [m.actor.code for m in own.mentions("Congo signed.")] == ["COG"]


def test_a_users_row_replaces_the_ordinary_word_that_a_name_was(tmp_path):
    (tmp_path / "actors.csv").write_text("name,kind,aliases\nDawn,force,\n")
    assert len(Lexicon.load(tmp_path).mentions("Dawn came.")) == 1
    assert default_lexicon().mentions("Dawn came.") == []


def test_a_users_lookalike_is_read_over(tmp_path):
    (tmp_path / "lookalikes.csv").write_text("name,what\nFrance Prešeren,person\n")
    assert LEXICON.mentions("France Prešeren wrote.") != []
    assert Lexicon.load(tmp_path).mentions("France Prešeren wrote.") == []


def test_a_table_saved_by_a_spreadsheet_is_read(tmp_path):
    (tmp_path / STATES).write_text('\ufeffname,code,aliases,demonyms,metonyms\r\n"A, B",,,,\r\n')
    assert Lexicon.load(tmp_path).actor("A, B") is not None


@pytest.mark.parametrize(
    ("content", "says"),
    [
        (b"name,code\n", "line 1: lacks column 'aliases'; it needs name, code"),
        (HEADER.encode() + b"X,ukr,,,\n", "line 2, column code: 'ukr' is not an ISO 3166-1"),
        (HEADER.encode() + b"# note\n,UKR,,,\n", "line 3, column name: is empty; fill it"),
        (HEADER.encode() + b"X,UKR\n", "line 2: has 2 cells; it needs 5"),
        (HEADER.encode() + b'"X,UKR,,,\n', "line 2: unexpected end of data; close its quotes"),
        (HEADER.encode() + b"\xff,UKR,,,\n", "is not UTF-8 at byte 36; save it as UTF-8"),
    ],
)
def test_a_broken_table_is_named_with_its_place_and_the_remedy(tmp_path, content, says):
    (tmp_path / STATES).write_bytes(content)
    with pytest.raises(LexiconError) as caught:
        Lexicon.load(tmp_path)
    assert str(tmp_path / STATES) in str(caught.value)
    assert says in str(caught.value)


@pytest.mark.parametrize("title", ["-", "...", "2"])
def test_a_title_without_letters_is_refused(tmp_path, title):
    (tmp_path / "offices.csv").write_text(f"title,kind\nFirst Speaker,office\n{title},office\n")
    with pytest.raises(LexiconError) as caught:
        Lexicon.load(tmp_path)
    says = f"offices.csv, line 3, column title: {title!r} has no letter; write a title"
    assert says in str(caught.value)
    with pytest.raises(LexiconError, match=f"office: {re.escape(repr(title))} has no letter"):
        Lexicon([], {"office": [title]})
