"""What a text is about is weighed over all of it, and what is not relevant says why."""

from __future__ import annotations

import pytest

import guarantee_summarizer as gs

TRADE = """The two governments announced a trade agreement on Monday. Tariffs on cars will fall, exports of \
rice will rise, and the companies will invest $5 billion in new factories. The allies praised the deal."""
TALKS = """Delegations of both states met in Riyadh on Tuesday. They agreed to ban strikes against energy \
facilities, to exchange prisoners of war and to go on working for a lasting peace."""


def test_a_text_on_something_else_says_so_with_the_reason():
    summary = gs.summarize(TRADE)
    assert not summary.relevant
    (finding,) = summary.findings
    assert finding.code == "not_relevant"
    assert finding.message.startswith("not about a guarantee")


def test_talks_in_which_a_guarantee_could_be_settled_are_relevant():
    assert gs.summarize(TALKS).relevant


def test_without_judgement_the_same_text_is_extracted():
    text = f"{TRADE} Norway will send 200 soldiers."
    assert not gs.summarize(text).relevant
    summary = gs.Summarizer(relevance=False).summarize(text)
    assert summary.relevant
    assert [proposal.measure for proposal in summary.proposals] == ["troop_deployment"]


@pytest.mark.parametrize("size", [1, 4])
def test_one_mention_does_not_make_a_long_text_relevant(size):
    text = TRADE + " The minister of defence was there, too." * 3 + " " + TRADE * size
    assert not gs.summarize(text).relevant
