"""What becomes of an answer, driven with plain values: no server, no client, no wait."""

from __future__ import annotations

import json

import pytest

import guarantee_summarizer as gs
from guarantee_summarizer.llm.messages import Account, Completion
from guarantee_summarizer.schema import Usage
from tests.llm.conftest import ANSWER, TEXT

ARTICLE = gs.Article.from_text(TEXT, published="2026-01-06", source="norvia.txt")
WRONG = {
    **ANSWER,
    "proposals": [{**ANSWER["proposals"][1], "title": "4,000 soldiers in Norvia"}],
}
REPAIR = {"claim_1": ANSWER["proposals"][1]}


def written(answer, finish="tool_calls"):
    text = answer if isinstance(answer, str) else json.dumps(answer)
    return Completion(text, finish=finish, usage=Usage(input_tokens=100, output_tokens=50))


class Talk:
    """A conversation whose other side is the test."""

    def __init__(self, **options):
        options = {"review": False, **options}
        summarizer = gs.Summarizer("m", base_url="http://127.0.0.1:1/v1", **options)
        self.account = Account(summarizer.options)
        self.conversation = summarizer._pipeline.conversation(ARTICLE, self.account)
        self.requests = [next(self.conversation)]
        self.draft = None

    def _advance(self, step, given):
        self.account.attempt()
        try:
            self.requests.append(step(given))
        except StopIteration as ended:
            self.draft = ended.value
        return self

    def send(self, completion):
        return self._advance(self.conversation.send, completion)

    def throw(self, error):
        return self._advance(self.conversation.throw, error)


def test_an_answer_that_holds_ends_the_conversation_at_once():
    talk = Talk().send(written(ANSWER))
    assert len(talk.draft.summary.proposals) == 2
    assert talk.draft.flaws == 0


def test_after_a_wrong_claim_only_that_claim_is_asked_for():
    talk = Talk().send(written(WRONG))
    first, second = talk.requests
    assert set(second.answer.model_json_schema()["properties"]) == {"claim_1"}
    assert second.tokens < first.tokens / 2
    talk.send(written(REPAIR))
    assert [p.title for p in talk.draft.summary.proposals] == ["Soldiers in Norvia"]


def test_a_model_that_answers_a_re_ask_in_full_is_taken_at_its_word():
    talk = Talk().send(written(WRONG)).send(written(ANSWER))
    assert len(talk.draft.summary.proposals) == 2


@pytest.mark.parametrize(
    "reply",
    [
        Completion("", refusal="I would rather not"),
        Completion("", refusal="stopped by the provider's content filter", finish="content_filter"),
    ],
)
def test_a_refused_or_filtered_re_ask_costs_nothing_of_the_answer_before_it(reply):
    talk = Talk().send(written(WRONG)).send(reply)
    assert [p.title for p in talk.draft.summary.proposals] == ["4,000 soldiers in Norvia"]
    assert "declined a re-ask" in talk.draft.summary.incomplete[-1]


def test_a_refused_article_is_an_error():
    with pytest.raises(gs.RefusalError, match="rather not"):
        Talk().send(Completion("", refusal="I would rather not"))


def test_an_error_after_the_first_answer_leaves_that_answer():
    talk = Talk().send(written(WRONG)).throw(gs.TransportError("down"))
    assert talk.draft.summary.proposals
    assert "TransportError" in talk.draft.summary.incomplete[-1]


def test_an_error_before_any_answer_is_raised():
    with pytest.raises(gs.TransportError, match="down"):
        Talk().throw(gs.TransportError("down"))


def test_a_spent_budget_asks_nothing_more():
    assert len(Talk(attempts=1).send(written(WRONG)).requests) == 1


def test_an_answer_without_any_field_is_asked_for_again_and_never_nothing_found():
    talk = Talk().send(written({}))
    assert "is missing" in talk.requests[1].messages[-1]["content"]
    with pytest.raises(gs.InvalidAnswerError):
        Talk(attempts=1).send(written({}))


def test_a_worse_second_answer_does_not_take_the_place_of_the_first():
    talk = Talk().send(written({**ANSWER, "abstract": None}))
    assert "abstract" in talk.requests[1].messages[-1]["content"]
    talk.send(written("{}")).send(written("{}")).send(written("{}"))
    assert len(talk.draft.summary.proposals) == 2


PARTLY = {**ANSWER, "abstract": None}  # asks for the whole answer again


def test_an_error_in_place_of_a_whole_second_answer_leaves_the_first():
    talk = Talk().send(written(PARTLY)).throw(gs.TransportError("down"))
    assert len(talk.draft.summary.proposals) == 2
    assert "TransportError" in talk.draft.summary.incomplete[-1]


def test_a_refusal_in_place_of_a_whole_second_answer_leaves_the_first():
    talk = Talk().send(written(PARTLY)).send(Completion("", refusal="I would rather not"))
    assert len(talk.draft.summary.proposals) == 2
    assert "declined a re-ask" in talk.draft.summary.incomplete[-1]


@pytest.mark.parametrize("finish", ["tool_calls", "length"])
def test_what_ends_the_first_answer_ends_the_review_too(finish):
    attempts = 1 if finish == "tool_calls" else 3
    talk = Talk(review=True, attempts=attempts).send(written(ANSWER, finish=finish))
    assert len(talk.requests) == 1
    assert talk.draft.review.startswith("skipped")
