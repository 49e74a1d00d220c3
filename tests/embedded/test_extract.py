"""The embedded extractor: what it must find in the seed, and how it behaves on other texts."""

from __future__ import annotations

import random

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

import guarantee_summarizer as gs
from guarantee_summarizer.embedded import extract
from guarantee_summarizer.embedded.line import Line

GAZA = """JERUSALEM (Reuters) - Indonesia is ready to send 8,000 soldiers to an International \
Stabilization Force in Gaza, Indonesian Defence Minister Sjafrie Sjamsoeddin said on Monday.

The force would secure border crossings and train a Palestinian police force under the plan of U.S. \
President Donald Trump. Israel has ruled out a role for Turkey in the force. It remains unclear who \
would disarm Hamas.

Egypt and Qatar would help to monitor a ceasefire, officials said. The UN Security Council adopted a \
resolution on the force in November.

(Reporting by Jane Doe; Editing by John Roe)
"""
GULF = """WASHINGTON, Oct 1 - The United States will regard any armed attack on Qatar as a threat to \
its own security, President Donald Trump said in an executive order signed on Monday.

The order commits the United States to respond, including militarily if necessary. Senator Lindsey \
Graham questioned whether the commitment binds later presidents. Qatar hosts about 10,000 American \
troops at Al Udeid.
"""
CAUCASUS = """Armenian Prime Minister Nikol Pashinyan and Azerbaijani President Ilham Aliyev \
initialled a peace agreement in Washington on 8 August 2025. The text rules out third-party forces \
along the border. Azerbaijan insists that Armenia amend its constitution first. Russia was not \
invited. The EU mission of 200 observers would remain on the Armenian side, Pashinyan said."""
STATUTE = """Mutual Defence Treaty between Norland and Southmark.

Article 1. The Parties undertake to refrain from the threat or use of force.

Article 2. An armed attack on either Party shall be regarded as an attack on both, and each Party \
shall come to the assistance of the other within 72 hours.

Article 3. This Treaty shall remain in force for twenty years."""
TRANSFER = """The striker scored twice as the club won 3-1 on Saturday. The coach praised the defence \
and said that the team would fight for the title. The transfer fee was 50 million euros, and the player \
signed a four-year contract. Ukraine international defenders joined the squad in August."""
WEATHER = "Heavy rain fell on the coast on Monday. Forecasters expect more storms by the weekend."


def test_all_named_participants_of_the_seed_are_found_with_kind_and_role(embedded):
    found = {p.name: (p.kind, p.role) for p in embedded.participants}
    assert found["Ukraine"] == ("state", "beneficiary")
    assert found["US"] == ("state", "guarantor")
    assert found["Russia"] == ("state", "adversary")
    assert found["Emmanuel Macron"] == ("person", "host")
    assert found["Steve Witkoff"] == found["Jared Kushner"] == ("person", "negotiator")
    assert found["Bloomberg"] == found["UNN"] == ("media", "source")
    assert found["coalition of the willing"][0] == "coalition"
    persons = {n for n, (kind, _) in found.items() if kind == "person"}
    assert persons == {
        "Emmanuel Macron", "Donald Trump", "Steve Witkoff", "Jared Kushner", "Keir Starmer",
        "Mark Rutte", "Alexus Grinkevich", "Vladimir Putin", "Volodymyr Zelenskyy",
    }  # fmt: skip


def test_titles_and_affiliations_of_the_seed_are_read(embedded):
    offices = {p.name: (p.title, p.affiliation) for p in embedded.participants if p.title}
    assert offices["Keir Starmer"] == ("Prime Minister", "United Kingdom")
    assert offices["Mark Rutte"] == ("Secretary General", "NATO")
    assert offices["Volodymyr Zelenskyy"] == ("President", "Ukraine")
    assert offices["Donald Trump"] == ("President", "US")
    assert offices["Vladimir Putin"] == ("Kremlin head", "Russia")
    assert len(offices) == 9


def test_the_three_layers_of_the_seed_stand_in_order_with_their_providers(embedded):
    layers = [(la.rank, la.function, la.providers) for la in embedded.structure.layers]
    assert layers == [
        (1, "territorial_defence", ("Ukraine",)),
        (2, "reassurance", ("coalition of participating countries",)),
        (3, "backstop", ("US",)),
    ]
    assert all(la.evidence[0].sentence == 24 for la in embedded.structure.layers)


@pytest.mark.parametrize(
    ("sentence", "measure"),
    [
        (2, None),  # capabilities proposed by Washington
        (7, "troop_deployment"),  # assurance forces
        (8, "legal_instrument"),  # the declaration
        (9, "ceasefire_monitoring"),  # intelligence
        (10, "ceasefire_monitoring"),  # drones and satellites
        (20, None),  # half a century
        (21, None),  # 15 years
    ],
)
def test_the_proposals_of_the_seed_are_found(embedded, sentence, measure):
    found = [p for p in embedded.proposals if sentence in {c.sentence for c in p.evidence}]
    assert found
    assert measure is None or measure in {p.measure for p in found}


def test_the_terms_of_the_seed_are_normalized(embedded):
    terms = {t.normalized for p in embedded.proposals for t in p.terms}
    assert {"P15Y", "<=P50Y"} <= terms


def test_the_duration_of_the_seeds_guarantee_is_the_proposed_term_not_the_one_asked_for(embedded):
    duration = embedded.structure.duration
    assert (duration.value, duration.normalized) == ("15-year term", "P15Y")
    assert [citation.sentence for citation in duration.evidence] == [21]


def test_a_term_that_was_only_asked_for_is_better_than_none():
    text = (
        "Ukraine asked its allies for a security guarantee with a term of 50 years. France agreed."
    )
    assert gs.summarize(text).structure.duration.normalized == "P50Y"


@pytest.mark.parametrize(
    ("says", "form"),
    [
        ("Norway and Ukraine signed a treaty on mutual defence, which both ratified.", "treaty"),
        ("The defence treaty with Ukraine was ratified in May.", "treaty"),
        ("They signed a treaty; it is legally binding.", "treaty"),
        ("This Treaty shall remain in force for twenty years.", "treaty"),
        ("No state has signed a treaty.", "unclear"),
        ("Allies want to wait until a peace treaty is signed.", "unclear"),
        ("In 1948 Finland signed a treaty with the Soviet Union.", "unclear"),
        ("A guarantee modelled on the NATO treaty would follow.", "unclear"),
        ("The allies gave a legally binding guarantee.", "legally_binding"),
        ("The pact would not be legally binding.", "political"),
        ("It is a political commitment.", "political"),
    ],
)
def test_the_legal_form_is_what_the_article_calls_it(says, form):
    text = f"France and Britain would give Ukraine a security guarantee with troops. {says}"
    assert gs.summarize(text).structure.legal_form == form


@pytest.mark.parametrize("sentence", [6, 15, 17, 21])
def test_the_disputes_of_the_seed_are_found(embedded, sentence):
    assert [d for d in embedded.disputes if sentence in {c.sentence for c in d.evidence}]


def test_the_meetings_of_the_seed_are_found_with_time_and_place(embedded):
    events = {(e.date, e.where): e for e in embedded.events}
    paris = events["2026-01-06", "Paris"]
    assert {"Emmanuel Macron", "Keir Starmer", "Steve Witkoff"} <= set(paris.participants)
    assert any(e.date == "../2026-01-31" for e in embedded.events)


@pytest.mark.parametrize(
    "text", [GAZA, GULF, CAUCASUS, STATUTE], ids="gaza gulf caucasus statute".split()
)
def test_other_settings_give_claims_and_none_that_is_unsupported(text):
    summary = gs.summarize(gs.Article.from_text(text, published="2025-11-20"))
    assert summary.relevant
    assert summary.participants or "Norland" in text
    assert summary.proposals
    assert summary.withheld == ()


def test_a_gaza_force_is_read_like_any_other():
    summary = gs.summarize(gs.Article.from_text(GAZA, published="2025-11-20"))
    kinds = {p.name: p.kind for p in summary.participants}
    assert kinds["International Stabilization Force"] == "force"
    assert kinds["Hamas"] == "organization"
    assert kinds["Sjafrie Sjamsoeddin"] == "person"
    assert any(t.normalized == "8000" for p in summary.proposals for t in p.terms)
    assert any(d.kind == "open_question" for d in summary.disputes)
    assert not any("Reporting by" in p.description for p in summary.proposals)


def test_a_statute_gives_its_term_and_its_obligation():
    summary = gs.summarize(STATUTE)
    measures = {p.measure for p in summary.proposals}
    assert "mutual_defence" in measures
    assert any(t.normalized in {"P20Y", "PT72H"} for p in summary.proposals for t in p.terms)


@pytest.mark.parametrize("text", [TRANSFER, WEATHER], ids=["football", "weather"])
def test_off_topic_text_is_irrelevant_and_has_no_claims(text):
    summary = gs.summarize(text)
    assert not summary.relevant
    assert not list(summary.citations())
    assert summary.headline


@pytest.mark.parametrize(
    "text",
    [
        "Президент України Володимир Зеленський заявив, що гарантії безпеки мають бути чіткими.",
        (
            "Le président français a déclaré que la coalition des volontaires enverrait des troupes en "
            "Ukraine après un cessez-le-feu et que les garanties de sécurité seraient contraignantes."
        ),
        (
            "Der Bundeskanzler sagte, dass Deutschland nach einem Waffenstillstand über Soldaten für die "
            "Ukraine entscheiden werde, sobald die Bedingungen klar seien."
        ),
        "米国はウクライナに安全の保証を与える。",
    ],
)
def test_other_languages_get_a_clear_error_that_says_what_to_do(text):
    with pytest.raises(gs.ArticleError, match="name a model"):
        gs.summarize(text)


def test_wordings_are_short_and_have_no_loose_quotes(embedded):
    for proposal in embedded.proposals:
        assert len(proposal.title.split()) <= 10
        assert proposal.description.count('"') % 2 == 0
    assert all(len(d.issue.split()) <= 15 for d in embedded.disputes)
    assert len(embedded.headline.split()) <= 25


def test_the_same_text_gives_the_same_summary(seed):
    assert extract(seed) == extract(seed)


WORDS = GAZA.split() + CAUCASUS.split() + ["\n\n", "\u200b", "- ", "1.", "“", "”", "U.S.", "{{x}}"]


@pytest.mark.slow
@given(st.randoms(use_true_random=False), st.integers(5, 200))
@settings(max_examples=60, suppress_health_check=[HealthCheck.too_slow], deadline=None)
def test_no_shuffled_text_raises_or_gives_an_ungrounded_claim(shuffler: random.Random, length: int):
    text = "The talks go on and the troops would be sent to it. " + " ".join(
        shuffler.choice(WORDS) for _ in range(length)
    )
    try:
        summary = gs.summarize(text)
    except gs.ArticleError:
        return
    for citation in summary.citations():
        assert text[citation.start : citation.end] == citation.quote


def test_a_users_lexicon_is_used_by_the_summarizer(tmp_path):
    (tmp_path / "states.csv").write_text(
        "name,code,aliases,demonyms,metonyms\nNorland,,,Norlandic,\n"
    )
    (tmp_path / "cues.csv").write_text(
        "family,value,weight,phrases\nrelevant,force,4,shield wall\n"
    )
    text = (
        "Norland would hold the shield wall with its troops. It stands, and Norland agreed to it."
    )
    assert not gs.summarize(text).relevant
    summary = gs.Summarizer(lexicon=tmp_path).summarize(text)
    assert summary.relevant
    assert [(p.name, p.kind) for p in summary.participants] == [("Norland", "state")]


def test_a_broken_lexicon_is_refused_when_the_summarizer_is_made(tmp_path):
    with pytest.raises(gs.LexiconError, match="is not a folder"):
        gs.Summarizer(lexicon=tmp_path / "gone")


def test_sentences_and_names_are_looked_up_and_not_compared_with_all_others(monkeypatch):
    """A long text of short sentences takes as long as its parts."""
    compared: list[str] = []

    def equal(one: Line, other: object) -> bool:
        compared.append(one.text)
        return one is other

    monkeypatch.setattr(Line, "__eq__", equal)
    summary = gs.Summarizer(relevance=False).summarize("Russia rejects troops in Ukraine. " * 60)
    assert len(summary.disputes) == 1
    assert len(summary.disputes[0].evidence) == 60
    assert len(compared) < 3 * 60
