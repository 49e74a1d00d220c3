"""What a model answers: all that is whole and holds is kept, the rest is told."""

from __future__ import annotations

import json

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import guarantee_summarizer as gs
from guarantee_summarizer.llm.answers import ANSWER as ANSWER_MODEL
from guarantee_summarizer.llm.answers import read_answer
from guarantee_summarizer.testing import Reply

from .conftest import ANSWER, KEY, TEXT


def test_a_right_answer_becomes_a_grounded_summary(ask, answer, article):
    asked = ask([Reply(answer=answer)])
    summary = asked.summary
    assert len(asked.requests) == 1
    assert summary.complete
    assert not summary.withheld
    assert summary.provenance.backend == "llm"
    assert summary.provenance.prompt
    assert (summary.usage.attempts, summary.usage.input_tokens) == (1, 100)
    for citation in summary.citations():
        assert article.text[citation.start : citation.end] == citation.quote
    assert gs.Summary.model_validate_json(summary.model_dump_json()) == summary


def test_what_the_model_left_out_is_filled_by_the_library(ask, answer):
    summary = ask([Reply(answer=answer)]).summary
    person, state = summary.participants[0], summary.participants[1]
    assert person.kind == "person"
    assert [c.sentence for c in state.evidence] == [2, 4]
    first, second = summary.proposals
    assert first.description == first.evidence[0].quote
    assert first.terms[0].normalized == "P20Y"
    assert first.terms[0].evidence == first.evidence
    assert second.terms[0].normalized == "3000"
    assert summary.disputes[0].positions[0].evidence == summary.disputes[0].evidence


def test_a_stream_shows_only_whole_claims_and_ends_with_the_result(ask_stream, answer):
    asked = ask_stream([Reply(answer=answer)])
    *partials, last = asked.summaries
    assert len(partials) > 3
    counts = [len(p.participants) + len(p.proposals) + len(p.disputes) for p in partials]
    assert counts == sorted(counts)
    for partial in partials:
        assert not partial.complete
        assert partial.participants == last.participants[: len(partial.participants)]
    assert last.complete


@pytest.mark.parametrize(
    ("damage", "code"),
    [
        (lambda a: a["proposals"][0].update(evidence=[99]), "citation_range"),
        (lambda a: a["proposals"][0].update(evidence=[]), "malformed"),
        (lambda a: a["proposals"][0].update(status="maybe"), "malformed"),
        (lambda a: a["proposals"][0].pop("title"), "malformed"),
        (lambda a: a["proposals"].insert(0, "not an object"), "malformed"),
        (lambda a: a["participants"].append({"name": "Angela Merkel"}), "name_not_in_article"),
        (lambda a: a["proposals"][0].update(proposed_by=["Merkel"]), "reference_unknown"),
        (lambda a: a["proposals"][0].update(title="Ten more years"), "figure_not_in_evidence"),
        (lambda a: a["proposals"][1].update(title="4,000 soldiers"), "figure_not_in_evidence"),
        (lambda a: a["disputes"][0].update(issue="The “red line”"), "quotation_not_in_evidence"),
    ],
)
def test_a_bad_item_is_re_asked_once_and_only_it_is_withheld(ask, answer, damage, code):
    right = json.loads(json.dumps(answer))
    damage(answer)
    mended = ask([Reply(answer=answer), Reply(answer=right)])
    assert len(mended.requests) == 2
    assert not mended.summary.withheld
    assert mended.summary.usage.attempts == 2
    assert mended.summary.usage.output_tokens == 100

    kept = ask([Reply(answer=answer)], attempts=2).summary
    (withheld,) = kept.withheld
    assert withheld.findings[0].code == code
    assert withheld.claim
    assert len(kept.disputes) + len(kept.proposals) + len(kept.participants) >= 6


def test_the_best_answer_counts_not_the_last(ask, answer):
    worse = {**answer, "participants": [{"name": "Nobody"}, {"name": "Noone"}]}
    answer["proposals"][0]["evidence"] = [99]
    summary = ask([Reply(answer=answer), Reply(answer=worse)], attempts=2).summary
    assert len(summary.withheld) == 1


def test_strict_mode_raises_instead_of_withholding(ask, answer):
    answer["proposals"][0]["evidence"] = [99]
    asked = ask([Reply(answer=answer)], attempts=1, strict=True)
    assert isinstance(asked.error, gs.UnsupportedError)
    assert "norvia.txt" in str(asked.error)
    assert len(asked.error.summary.proposals) == 1


@pytest.mark.parametrize("share", [0.3, 0.6, 0.9])
def test_a_truncated_answer_keeps_what_was_whole_and_says_what_was_lost(ask, answer, share):
    text = json.dumps(answer)
    cut = Reply(answer=text[: int(len(text) * share)], finish="length")
    summary = ask([cut]).summary
    assert not summary.complete
    assert "breaks off" in summary.incomplete[0]
    assert "output limit" in summary.incomplete[-1]
    assert summary.participants
    error = ask([cut], strict=True).error
    assert isinstance(error, gs.TruncatedError)
    assert error.summary.participants == summary.participants


def test_an_answer_cut_off_before_anything_is_whole_is_an_error(ask):
    error = ask([Reply(answer='{"relevant": tr', finish="length")]).error
    assert isinstance(error, gs.TruncatedError)


def test_malformed_json_is_re_asked_and_its_whole_part_kept(ask, answer):
    broken = json.dumps(answer).replace('"disputes"', '"disputes')
    assert ask([Reply(answer=broken), Reply(answer=answer)]).summary.complete
    summary = ask([Reply(answer=broken)], attempts=2).summary
    assert not summary.complete
    assert len(summary.proposals) == 2


@pytest.mark.parametrize("text", ["I would say so.", "", "[1, 2]", '"text"', "{", "<html></html>"])
def test_an_answer_that_never_fits_is_an_error_that_carries_it(ask, text):
    error = ask([Reply(answer=text)], attempts=2).error
    assert isinstance(error, gs.InvalidAnswerError)
    assert error.answer == text
    assert "2 attempts" in str(error)


def test_an_answer_in_the_content_instead_of_the_tool_call_is_read(ask, answer):
    assert ask([Reply(answer=answer, plain=True)], attempts=1).summary.proposals


@pytest.mark.parametrize("fence", ["```json\n{}\n```", "Here it is:\n{}\nAnything else?"])
def test_text_around_the_json_is_passed_over(ask, answer, fence):
    wrapped = fence.replace("{}", json.dumps(answer))
    assert len(ask([Reply(answer=wrapped)]).requests) == 1


def test_fields_that_only_the_library_may_fill_are_not_taken_from_a_model(ask, answer):
    answer["findings"] = [{"code": "x", "severity": "error", "path": "y", "message": "z"}]
    answer["proposals"][0]["terms"][0]["normalized"] = "P99Y"
    answer["proposals"][0]["confidence"] = 0.9
    summary = ask([Reply(answer=answer)]).summary
    assert summary.findings == ()
    assert summary.proposals[0].terms[0].normalized == "P20Y"


def test_claims_about_an_irrelevant_text_are_re_asked(ask, answer):
    wrong = {**answer, "relevant": False}
    asked = ask([Reply(answer=wrong), Reply(answer=answer)])
    assert asked.summary.relevant
    assert len(asked.requests) == 2


def test_an_irrelevant_text_is_a_whole_answer(ask):
    empty = {"relevant": False, "headline": "Rain.", "abstract": "It rains."}
    asked = ask([Reply(answer=empty)])
    assert not asked.summary.relevant
    assert asked.summary.complete
    assert len(asked.requests) == 1


def test_the_json_schema_mode_asks_for_the_same(ask, answer):
    asked = ask([Reply(answer=answer)], mode="json_schema")
    assert asked.summary.proposals
    assert "tools" not in asked.requests[0]
    assert asked.requests[0]["response_format"]["type"] == "json_schema"


def test_streamed_and_whole_requests_carry_the_same_schema(article):
    def schema(request):
        return request["tools"], request["tool_choice"], request["messages"]

    from guarantee_summarizer.testing import ScriptedEndpoint

    with ScriptedEndpoint([Reply(answer=ANSWER)]) as endpoint:
        with gs.Summarizer("m", base_url=endpoint.url, api_key=KEY, review=False) as summarizer:
            summarizer.summarize(article)
            list(summarizer.stream(article))
        whole, streamed = endpoint.requests
    assert schema(whole) == schema(streamed)


ENCODED = json.dumps(ANSWER, ensure_ascii=False)


@given(st.integers(0, len(ENCODED)))
@settings(max_examples=300)
def test_any_beginning_of_an_answer_gives_only_items_of_the_whole_one(cut):
    article = gs.Article.from_text(TEXT)
    whole = read_answer(ANSWER_MODEL.model_validate_json(ENCODED), article).summary
    part = read_answer(ANSWER_MODEL.model_validate_json(ENCODED[:cut]), article)
    for name in ("participants", "proposals", "disputes"):
        items = getattr(part.summary, name)
        assert items == getattr(whole, name)[: len(items)]
    assert part.problems or cut == len(ENCODED)
