"""Trust at a glance: the counts of a summary's support are those of its claims."""

from __future__ import annotations

import pytest

import guarantee_summarizer as gs
from guarantee_summarizer.schema import Finding, Withheld


def test_an_empty_summary_claims_nothing_and_is_wholly_verified():
    support = gs.Summary(relevant=False).support
    assert (support.claims, support.reviewed, support.uncited) == (0, False, ())


def test_every_item_term_and_position_is_one_claim(embedded):
    parts = sum(len(p.terms) for p in embedded.proposals)
    parts += sum(len(d.positions) for d in embedded.disputes)
    items = (
        embedded.participants, embedded.events, embedded.proposals, embedded.structure.layers,
        embedded.disputes,
    )  # fmt: skip
    texts = 2 + (embedded.structure.duration is not None) + bool(embedded.structure.said)
    assert embedded.support.claims == sum(map(len, items)) + parts + texts


def test_a_claim_with_two_warnings_is_flagged_once_and_what_is_withheld_is_counted_beside_it(
    embedded,
):
    warning = Finding(code="x", severity="warning", path="proposals[0].proposed_by[0]", message="m")
    doubted = embedded.replace(
        findings=(warning, warning.replace(code="y")),
        withheld=(Withheld(path="proposals[9]", claim={}, findings=()),),
    )
    support = doubted.support
    assert (support.flagged, support.withheld) == (1, 1)
    assert "1 flagged, 1 taken out" in str(support)


def test_sentences_that_no_claim_cites_are_named(embedded, seed):
    uncited = set(embedded.support.uncited)
    cited = {citation.sentence for citation in embedded.citations()}
    assert uncited | cited == {sentence.number for sentence in seed.sentences}
    assert not uncited & cited


def test_terminal_and_markdown_show_it(embedded):
    line = str(embedded.support)
    assert "claims, grounded and checked, not reviewed: 0 flagged, 0 taken out" in line
    assert "grounded and checked" in gs.to_markdown(embedded)
    from guarantee_summarizer.render.terminal import terminal_text

    assert "grounded and checked" in " ".join(terminal_text(embedded).split())


@pytest.mark.parametrize(
    ("review", "reviewer", "words"),
    [
        ("done", "m-9", "reviewed by m-9: "),
        ("done in part (the review was cut off)", "m-9", "reviewed by m-9 [done in part"),
        ("failed (RateLimitError)", None, "not reviewed [failed (RateLimitError)]: "),
    ],
)
def test_whether_and_by_whom_it_was_reviewed_is_said(embedded, review, reviewer, words):
    provenance = embedded.provenance.replace(review=review, reviewer=reviewer)
    support = embedded.replace(provenance=provenance).support
    assert support.reviewed == (reviewer is not None)
    assert words in str(support)
