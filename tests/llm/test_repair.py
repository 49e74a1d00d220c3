"""The re-ask is short, mends what it can, and loses nothing that it cannot mend."""

from __future__ import annotations

import json

import pytest

import guarantee_summarizer as gs
from guarantee_summarizer.testing import Reply
from guarantee_summarizer.verify.checks import ADVICE

from .conftest import ANSWER

LONG = "Soldiers in Norvia"


def size(request: dict) -> int:
    """Bytes of everything that a model reads."""
    return len(json.dumps([request["messages"], request["tools"]], ensure_ascii=False).encode())


def asked_for(request: dict) -> dict:
    return request["tools"][0]["function"]["parameters"]["properties"]


@pytest.fixture
def wrong(answer):
    """An answer with one figure that the article does not hold."""
    answer["proposals"][1]["title"] = "4,000 soldiers in Norvia"
    return answer


def test_only_the_claim_its_reasons_and_its_sentences_travel_again(ask, wrong):
    mended = {"claim_1": ANSWER["proposals"][1]}
    asked = ask([Reply(answer=wrong), Reply(answer=mended)])
    first, second = asked.requests
    (message,) = second["messages"]
    told = message["content"]
    assert 'claim_1 (proposals): {"title":"4,000 soldiers in Norvia"' in told
    assert "'4,000' (title) does not stand in the cited sentences" in told
    assert ADVICE["figure_not_in_evidence"] in told
    assert "[2] Ostmark is ready to station 3,000 soldiers" in told
    assert "pydantic.dev" not in told
    assert set(asked_for(second)) == {"claim_1"}
    assert size(second) < size(first) / 3


def test_a_mended_claim_takes_the_place_of_the_wrong_one(ask, wrong):
    asked = ask([Reply(answer=wrong), Reply(answer={"claim_1": ANSWER["proposals"][1]})])
    assert [p.title for p in asked.summary.proposals] == ["Protection for Norvia", LONG]
    assert asked.summary.withheld == ()
    assert asked.summary.complete
    assert asked.summary.usage.attempts == 2


@pytest.mark.parametrize(
    "mended",
    [{}, {"claim_1": None}, {"claim_1": {"title": "no more"}}, {"claim_2": {}}, "what?", "[]",
     {"claim_1": {**ANSWER["proposals"][1], "title": "5,000 soldiers in Norvia"}}],
)  # fmt: skip
def test_a_claim_that_is_not_mended_is_withheld_and_all_else_stays(ask, wrong, mended):
    summary = ask([Reply(answer=wrong), Reply(answer=mended)], attempts=2).summary
    (withheld,) = summary.withheld
    assert withheld.claim["title"] in ("4,000 soldiers in Norvia", "5,000 soldiers in Norvia")
    assert len(summary.participants) == 4
    assert len(summary.disputes) == 1
    assert summary.complete


def test_an_item_that_did_not_fit_the_schema_comes_back_mended(ask, answer):
    answer["proposals"][1]["status"] = "maybe"
    asked = ask([Reply(answer=answer), Reply(answer={"claim_1": ANSWER["proposals"][1]})])
    told = asked.requests[1]["messages"][0]["content"]
    assert "status: Input should be 'proposed'" in told
    assert [p.title for p in asked.summary.proposals] == ["Protection for Norvia", LONG]
    assert asked.summary.withheld == ()


def test_claims_of_every_section_can_be_mended_in_one_re_ask(ask, answer):
    right = json.loads(json.dumps(answer))
    answer["headline"] = "Norvia asks for 77 years."
    answer["participants"].append({"name": "Angela Merkel"})
    answer["proposals"][0]["terms"][0]["value"] = "21 years"
    answer["structure"]["layers"][0]["name"] = "Norvia's 9 brigades"
    answer["disputes"][0]["positions"][0]["stance"] = "It has rejected 12 foreign troops."
    mended = {
        "claim_1": right["headline"],
        "claim_3": right["proposals"][0],
        "claim_4": right["structure"]["layers"][0],
        "claim_5": right["disputes"][0],
    }
    asked = ask([Reply(answer=answer), Reply(answer=mended)], attempts=2)
    assert len(asked_for(asked.requests[1])) == 5
    assert [w.claim["name"] for w in asked.summary.withheld] == ["Angela Merkel"]
    assert asked.summary.headline == right["headline"]
    assert asked.summary.structure.layers[0].name == "Norvia's own brigades"
    assert asked.summary.proposals[0].terms[0].normalized == "P20Y"


def test_a_participant_that_is_renamed_is_renamed_wherever_it_is_referred_to(ask, answer):
    answer["participants"][2]["name"] = "Ostmarkia"
    answer["proposals"][1]["proposed_by"] = ["Ostmarkia"]
    asked = ask([Reply(answer=answer), Reply(answer={"claim_1": ANSWER["participants"][2]})])
    assert asked.summary.proposals[1].proposed_by == ("Ostmark",)
    assert asked.summary.withheld == ()


def test_a_model_that_answers_in_full_is_heard_too(ask, wrong):
    summary = ask([Reply(answer=wrong), Reply(answer=ANSWER)]).summary
    assert [p.title for p in summary.proposals] == ["Protection for Norvia", LONG]
    assert summary.withheld == ()


def test_a_re_ask_that_is_cut_off_leaves_the_answer_whole(ask, wrong):
    summary = ask([Reply(answer=wrong), Reply(answer='{"claim_1": {"tit', finish="length")]).summary
    assert summary.complete
    assert len(summary.withheld) == 1


@pytest.mark.parametrize(("tokens", "requests"), [(150, 1), (151, 2)])
def test_no_attempt_is_begun_once_the_tokens_are_spent(ask, wrong, tokens, requests):
    asked = ask([Reply(answer=wrong)], tokens=tokens, attempts=3)
    assert len(asked.requests) == requests
    assert len(asked.summary.withheld) == 1


def test_a_re_ask_that_mends_nothing_is_not_repeated(ask, wrong):
    asked = ask([Reply(answer=wrong), Reply(answer={})], attempts=8)
    assert len(asked.requests) == 2
    assert len(asked.summary.withheld) == 1


def test_a_warning_of_a_check_is_asked_for_again_like_an_error(ask, answer):
    answer["proposals"].append(answer["proposals"][1])
    repair = {"claim_1": {**ANSWER["proposals"][1], "title": "Ostmark soldiers"}}
    asked = ask([Reply(answer=answer), Reply(answer=repair)])
    assert "says the same as proposals[1]" in asked.requests[1]["messages"][0]["content"]
    assert asked.summary.findings == ()
    assert len(asked.summary.proposals) == 3


def test_a_section_in_another_shape_that_nobody_can_mend_is_told(ask, answer):
    answer["events"] = "none to speak of"
    summary = ask([Reply(answer=answer)], attempts=1).summary
    assert summary.incomplete == ("events has to be a list",)
    assert len(summary.proposals) == 2


def test_an_unusable_answer_is_asked_for_again_with_the_same_beginning(ask, answer):
    asked = ask([Reply(answer="I would say so."), Reply(answer=answer)])
    first, second = (r["messages"] for r in asked.requests)
    assert second[0] == first[0]
    assert second[1]["content"].startswith(first[1]["content"])
    assert "the answer has no JSON object" in second[1]["content"]
    assert asked.summary.complete
    assert isinstance(asked.summary, gs.Summary)


def test_a_participant_that_did_not_fit_the_schema_comes_back_mended(ask, answer):
    answer["participants"][3]["kind"] = "planet"
    mended = {f"claim_{n}": ANSWER["participants"][3] for n in (2,)}
    mended["claim_1"] = ANSWER["disputes"][0]
    asked = ask([Reply(answer=answer), Reply(answer=mended)])
    assert "kind: Input should be 'person'" in asked.requests[1]["messages"][0]["content"]
    assert [p.name for p in asked.summary.participants] == [
        "Ana Lund",
        "Norvia",
        "Ostmark",
        "Velia",
    ]
    assert asked.summary.withheld == ()
