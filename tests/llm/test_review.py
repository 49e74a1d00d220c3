"""A second reader names what does not hold; it costs nothing that the first answer had."""

from __future__ import annotations

import json
import logging
import pickle

import instructor
import openai
import pytest

import guarantee_summarizer as gs
from guarantee_summarizer.testing import Reply, ScriptedEndpoint

from .conftest import ANSWER

HOLDS = Reply(answer={"verdicts": []})
SOLDIERS = 8  # the number of the second proposal in the record


def verdict(claim, field, kind="wrong", reason="Velia said it, not Ostmark"):
    return {"claim": claim, "field": field, "verdict": kind, "reason": reason}


def record(request):
    """The numbered lines of the record in a request for a review."""
    text = request["messages"][-1]["content"]
    return [line for line in text.splitlines() if line.split(". ", 1)[0].isdecimal()]


def test_a_record_that_holds_is_reviewed_once_and_stays_as_it_is(ask, answer):
    asked = ask([Reply(answer=answer), HOLDS], review=True)
    assert len(asked.requests) == 2
    assert len(asked.summary.proposals) == 2
    assert asked.summary.findings == ()
    assert asked.summary.provenance.review == "done"
    assert asked.summary.provenance.reviewer == "m"
    assert asked.summary.usage.attempts == 2


def test_the_reader_gets_the_same_beginning_and_every_claim_with_its_number(ask, answer):
    first, second = ask([Reply(answer=answer), HOLDS], review=True).requests
    assert second["messages"][0] == first["messages"][0]
    assert second["messages"][1]["content"].startswith(first["messages"][1]["content"])
    lines = record(second)
    assert [int(line.split(".")[0]) for line in lines] == list(range(1, len(lines) + 1))
    assert '"title":"Soldiers in Norvia"' in lines[SOLDIERS - 1]
    assert set(second["tools"][0]["function"]["parameters"]["properties"]) == {"verdicts"}


def test_what_the_reader_finds_wrong_is_asked_for_again_and_mended(ask, answer):
    answer["proposals"][1]["proposed_by"] = ["Velia"]
    review = Reply(answer={"verdicts": [verdict(SOLDIERS, "proposed_by[0]")]})
    repair = Reply(answer={"claim_1": ANSWER["proposals"][1]})
    asked = ask([Reply(answer=answer), review, repair], review=True)
    told = asked.requests[2]["messages"][0]["content"]
    assert "Velia said it, not Ostmark" in told
    assert asked.summary.proposals[1].proposed_by == ("Ostmark",)
    assert asked.summary.withheld == ()


def test_what_stays_wrong_is_withheld_and_only_the_field_where_it_may_be_left_out(ask, answer):
    answer["proposals"][1]["proposed_by"] = ["Velia"]
    verdicts = [verdict(SOLDIERS, "proposed_by[0]"), verdict(SOLDIERS - 1, "title")]
    asked = ask(
        [Reply(answer=answer), Reply(answer={"verdicts": verdicts}), Reply(answer={})], review=True
    )
    (soldiers,) = asked.summary.proposals
    assert soldiers.title == "Soldiers in Norvia"
    assert soldiers.proposed_by == ()
    assert {w.path for w in asked.summary.withheld} == {
        "proposals[1].proposed_by[0]",
        "proposals[0]",
    }


def test_what_is_imprecise_stays_with_a_warning(ask, answer):
    review = Reply(answer={"verdicts": [verdict(SOLDIERS, "status", "imprecise")]})
    asked = ask([Reply(answer=answer), review], review=True)
    assert len(asked.requests) == 2
    (finding,) = asked.summary.findings
    assert (finding.code, finding.severity) == ("review_imprecise", "warning")
    assert finding.path == "proposals[1].status"


@pytest.mark.parametrize(
    "wrong",
    [
        verdict(99, "title"),
        verdict(SOLDIERS, "colour"),
        verdict(SOLDIERS, ""),
        verdict(SOLDIERS, "proposed_by[7]"),
        {"claim": SOLDIERS},
        "no",
    ],
)
def test_a_verdict_on_no_claim_or_no_field_is_dropped_and_counted(ask, answer, wrong):
    asked = ask([Reply(answer=answer), Reply(answer={"verdicts": [wrong]})], review=True)
    assert asked.summary.findings == ()
    assert asked.summary.provenance.review == "done, 1 verdicts on nothing dropped"


@pytest.mark.parametrize(
    "reply",
    [
        Reply(status=400, body="{}"),
        Reply(refusal="I would rather not"),
        Reply(answer="no JSON at all"),
        Reply(answer={"opinion": "fine"}),
    ],
)
def test_a_reader_that_fails_never_costs_the_first_answer(ask, answer, reply):
    summary = ask([Reply(answer=answer), reply], review=True).summary
    assert len(summary.proposals) == 2
    assert summary.complete
    assert summary.provenance.review.startswith("failed")


def test_another_model_may_be_the_reader(ask, answer):
    asked = ask([Reply(answer=answer), HOLDS], review="reader-9")
    assert [request["model"] for request in asked.requests] == ["m", "reader-9"]
    assert asked.summary.provenance.reviewer == "reader-9"
    assert asked.summary.provenance.model == "m"


def test_without_review_nobody_is_asked_and_the_summary_says_so(ask, answer):
    asked = ask([Reply(answer=answer)], review=False)
    assert len(asked.requests) == 1
    assert asked.summary.provenance.review == "off"


def test_an_irrelevant_text_is_not_reviewed(ask):
    answer = {"relevant": False, "headline": "Troops.", "abstract": "It is about troops."}
    assert len(ask([Reply(answer=answer)], review=True).requests) == 1


def test_a_headline_that_stays_wrong_is_replaced_by_one_made_of_the_claims_that_hold(ask, answer):
    verdicts = [verdict(1, "headline"), verdict(2, "abstract")]
    asked = ask(
        [Reply(answer=answer), Reply(answer={"verdicts": verdicts}), Reply(answer={})], review=True
    )
    assert asked.summary.headline == "Protection for Norvia; Soldiers in Norvia."
    assert asked.summary.abstract.startswith("Norvian President Ana Lund said")
    assert {w.path for w in asked.summary.withheld} == {"headline", "abstract"}


def test_a_review_is_part_of_the_key():
    place = {"model": "m", "base_url": "http://127.0.0.1:1/v1"}
    article = gs.Article.from_text("Norvia asks for guarantees.")
    keys = {gs.Summarizer(**place, review=r).key(article) for r in (True, False, "other")}
    assert len(keys) == 3


def test_a_finding_follows_its_layer_where_a_repair_changes_the_order(ask, answer):
    (brigades,) = answer["structure"]["layers"]
    force = {**brigades, "rank": 2, "name": "Ostmark force", "providers": ["Ostmark"]}
    answer["structure"]["layers"] = [brigades, force]
    verdicts = [verdict(SOLDIERS + 1, "rank"), verdict(SOLDIERS + 2, "status", "imprecise")]
    repair = Reply(answer={"claim_1": {**brigades, "rank": 3}})
    replies = [Reply(answer=answer), Reply(answer={"verdicts": verdicts}), repair, Reply(answer={})]
    summary = ask(replies, review=True).summary
    assert summary.structure.layers[0].name == "Ostmark force"
    (finding,) = (f for f in summary.findings if f.code == "review_imprecise")
    assert finding.path == "structure.layers[0].status"


def test_a_finding_follows_its_participant_where_a_repair_makes_two_of_them_one(ask, answer):
    answer["participants"].insert(1, {"name": "Anna Lunde", "role": "other"})
    replies = [
        Reply(answer=answer),
        Reply(answer={"verdicts": [verdict(7, "role", "imprecise")]}),
        Reply(answer={"claim_1": {"name": "Ana Lund"}}),
    ]
    summary = ask(replies, review=True).summary
    assert [p.name for p in summary.participants] == ["Ana Lund", "Norvia", "Ostmark", "Velia"]
    (finding,) = summary.findings
    assert finding.path == "participants[3].role"


def test_a_whole_record_in_place_of_a_repair_does_not_replace_what_was_reviewed(ask, answer):
    answer["proposals"][1]["proposed_by"] = ["Velia"]
    review = Reply(answer={"verdicts": [verdict(SOLDIERS, "proposed_by[0]")]})
    summary = ask([Reply(answer=answer), review, Reply(answer=ANSWER)], review=True).summary
    assert summary.proposals[1].proposed_by == ()
    assert [entry.path for entry in summary.withheld] == ["proposals[1].proposed_by[0]"]
    assert summary.provenance.review == "done"


@pytest.mark.parametrize("custom", [False, True])
def test_the_reader_may_be_at_another_endpoint_or_a_custom_client(ask, answer, custom):
    with ScriptedEndpoint([HOLDS]) as other:
        at = {"base_url": other.url, "api_key": "other-key"}
        where = {"client": instructor.from_openai(openai.OpenAI(**at))} if custom else at
        asked = ask([Reply(answer=answer)], review=gs.Endpoint(model="reader-9", **where))
        assert [request["model"] for request in asked.requests] == ["m"]
        assert [request["model"] for request in other.requests] == ["reader-9"]
        if custom:
            where["client"].client.close()
    assert asked.summary.provenance.review == "done"
    assert asked.summary.provenance.reviewer == "reader-9"


def test_a_reader_of_another_endpoint_is_in_the_settings_and_the_pickle_without_its_key():
    reader = gs.Endpoint(model="reader-9", base_url="http://127.0.0.1:1/v1", api_key="secret-2")
    works = gs.Summarizer("m", base_url="http://127.0.0.1:2/v1", api_key="secret-1", review=reader)
    assert works.settings["review"] == {"model": "reader-9", "base_url": reader.base_url}
    again = gs.Summarizer(**json.loads(json.dumps(works.settings)))
    assert again.settings == works.settings
    assert again.key(gs.Article.from_text("Norvia asks.")) == works.key(
        gs.Article.from_text("Norvia asks.")
    )
    frozen = pickle.dumps(works)
    assert b"secret" not in frozen
    assert pickle.loads(frozen).settings == works.settings  # noqa: S301  (our own)


@pytest.mark.parametrize("review", [3, "", object()])
def test_a_review_by_what_is_no_reader_is_refused(review):
    with pytest.raises(gs.ConfigurationError, match="review is"):
        gs.Options(review=review)


def test_an_unknown_reader_stands_in_the_summary_and_in_the_log(ask, answer, caplog):
    caplog.set_level(logging.INFO, "guarantee_summarizer")
    asked = ask([Reply(answer=answer), Reply(status=404, body="{}")], review="reader-9")
    assert asked.summary.provenance.review == "failed (NotFoundError)"
    (line,) = (r.getMessage() for r in caplog.records if r.name == "guarantee_summarizer")
    assert "review failed (NotFoundError)" in line


def test_a_review_that_is_cut_off_counts_as_far_as_it_goes(ask, answer):
    found = json.dumps({"verdicts": [verdict(SOLDIERS, "status", "imprecise")]})
    cut = Reply(answer=found[:-2] + ', {"claim": 3, "fie', finish="length")
    summary = ask([Reply(answer=answer), cut], review=True).summary
    assert [finding.path for finding in summary.findings] == ["proposals[1].status"]
    assert summary.provenance.review == "done in part (the review was cut off)"


def test_a_summary_that_could_not_be_reviewed_says_why(ask, answer):
    summary = ask([Reply(answer=answer)], review=True, attempts=1).summary
    assert summary.provenance.review == "skipped (the budget is spent)"
    cut = Reply(answer=json.dumps(answer)[:-40], finish="length")
    summary = ask([cut], review=True).summary
    assert summary.provenance.review == "skipped (the answer is incomplete)"


def test_a_headline_without_proposals_is_made_of_the_disputes(ask, answer):
    answer["proposals"] = []
    reviews = [Reply(answer={"verdicts": [verdict(1, "headline")]}), Reply(answer={})]
    summary = ask([Reply(answer=answer), *reviews], review=True).summary
    assert summary.headline == "Foreign troops in Norvia."


@pytest.mark.parametrize(
    "wrong",
    [
        verdict(0, "issue"),
        verdict(-1, "evidence"),
        verdict(SOLDIERS, "proposed_by[1]"),
        verdict(SOLDIERS, "title[0]"),
        verdict(1, "title"),
    ],
)
def test_a_verdict_one_place_beside_a_claim_or_an_element_is_dropped_and_counted(
    ask,
    answer,
    wrong,
):
    asked = ask([Reply(answer=answer), Reply(answer={"verdicts": [wrong]})], review=True)
    assert asked.summary.findings == ()
    assert asked.summary.provenance.review == "done, 1 verdicts on nothing dropped"
