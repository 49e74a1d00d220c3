"""What counts as unsupported, and how names and terms are matched."""

from __future__ import annotations

import sys

import pytest

import guarantee_summarizer as gs
from guarantee_summarizer.enrich import enrich
from guarantee_summarizer.evaluation import Count, GoldItem, load_gold, score, unsupported
from guarantee_summarizer.lexicon import default_lexicon
from tests.evaluation.test_scoring import ARTICLE, GOLD, RIGHT, TERM, against, proposal


def bare(**fields):
    """A summary to which the library has added nothing."""
    return gs.Summary.ground({"relevant": True, **fields}, ARTICLE)


def people(*participants):
    return bare(participants=[{"name": name, "aliases": more} for name, *more in participants])


EVENT = {"what": "Talks go on", "status": "held", "evidence": [3]}
DISPUTE = {"issue": "D", "kind": "disagreement", "evidence": [2]}


@pytest.mark.parametrize(
    ("fields", "path"),
    [
        ({"proposals": [proposal("Troops in 2031", 1)]}, "proposals[0]"),
        ({"proposals": [proposal("Troops by 5 March", 1)]}, "proposals[0]"),
        ({"proposals": [proposal("P", 1, proposed_by=["Germany"])]}, "proposals[0]"),
        ({"proposals": [proposal("P", 1, terms=[TERM | {"value": "11 years"}])]}, "proposals[0].terms[0]"),
        ({"events": [EVENT | {"when": "in 2031"}]}, "events[0]"),
        ({"events": [EVENT | {"participants": ["Germany"]}]}, "events[0]"),
        ({"disputes": [DISPUTE | {"positions": [{"party": "Germany", "stance": "No"}]}]}, "disputes[0].positions[0]"),
    ],
)  # fmt: skip
def test_an_invented_year_date_deadline_provider_party_or_term_is_unsupported(fields, path):
    assert unsupported(bare(**fields), ARTICLE) == (path,)


def test_a_claim_that_speaks_of_a_participant_the_article_lacks_is_unsupported_too():
    made = bare(participants=[{"name": "Germany"}], proposals=[proposal("Germany sends troops", 1)])
    assert unsupported(made, ARTICLE) == ("participants[0]", "proposals[0]")


@pytest.mark.parametrize(
    "title",
    ["ten-year offer of 500 troops", "Talks of January 2026", "Talks of 2026", "A first step"],
)
def test_other_spellings_less_exact_dates_and_ordinals_are_supported(title):
    assert unsupported(bare(proposals=[proposal(title, 1)]), ARTICLE) == ()


def test_an_abbreviation_is_not_held_by_the_pronoun_of_the_same_letters():
    article = gs.Article.from_text("They told us that the talks would go on.")
    made = gs.Summary.ground({"relevant": True, "participants": [{"name": "US"}]}, article)
    assert unsupported(made, article) == ("participants[0]",)


def test_every_gold_answer_is_supported_by_its_own_article():
    assert {i.name: unsupported(i.summary, i.article) for i in load_gold(GOLD)} == {
        i.name: () for i in load_gold(GOLD)
    }


def test_as_many_participants_as_possible_are_matched_whatever_their_order():
    gold = people(["X"], ["Y"])
    mine = people(["X", "Y"], ["Z", "X"])
    turned = mine.replace(participants=mine.participants[::-1])
    for one in (mine, turned):
        assert against(one, gold).counts["participants"] == Count(2, 2, 2)


def test_of_two_candidates_the_one_of_the_same_name_is_taken():
    gold = bare(participants=[{"name": "Acme", "role": "host"}])
    mine = bare(
        participants=[
            {"name": "Other", "aliases": ["ACME"], "role": "monitor"},
            {"name": "Acmé", "role": "host"},
        ]
    )
    assert against(mine, gold).attributes["participants.role"] == (1, 1)


def test_names_are_compared_without_case_accents_and_punctuation_but_need_a_letter():
    assert against(people(["U.S."]), people(["us"])).counts["participants"].matched == 1
    assert against(people(["Niinistö"]), people(["NIINISTO"])).counts["participants"].matched == 1
    assert against(people(["..."]), people(["---"])).counts["participants"].matched == 0


def test_terms_without_a_normalized_value_are_normalized_before_they_are_compared():
    made = bare(proposals=[proposal("Alpha", 1, terms=[TERM | {"value": "ten-year"}])])
    assert against(made, RIGHT).counts["terms"] == Count(1, 1, 1)


def test_terms_that_cannot_be_normalized_are_compared_folded():
    word = {"what": "other", "value": "A Wide Berth"}
    one = bare(proposals=[proposal("A", 1, terms=[word])])
    other = bare(proposals=[proposal("A", 1, terms=[word | {"value": "a wide berth"}])])
    assert against(one, other).counts["terms"] == Count(1, 1, 1)


def test_the_same_term_twice_is_matched_only_as_often_as_gold_has_it():
    made = enrich(
        bare(proposals=[proposal("Alpha", 1, terms=[TERM, TERM])]), ARTICLE, default_lexicon()
    )
    assert against(made, RIGHT).counts["terms"] == Count(1, 2, 1)


def test_without_scipy_the_error_names_the_command_that_installs_it(monkeypatch):
    monkeypatch.setitem(sys.modules, "scipy.optimize", None)
    with pytest.raises(gs.ConfigurationError, match=r"pip install 'guarantee-summarizer\[eval"):
        score(RIGHT, GoldItem("g", ARTICLE, RIGHT))
