"""Trust at a glance: the counts of a summary's support are those of its claims."""

from __future__ import annotations

import guarantee_summarizer as gs
from guarantee_summarizer.schema import Finding, Withheld


def test_an_empty_summary_claims_nothing_and_is_wholly_verified():
    support = gs.Summary(relevant=False).support
    assert (support.claims, support.verified, support.uncited) == (0, 1.0, ())


def test_every_item_term_and_position_is_one_claim(embedded):
    parts = sum(len(p.terms) for p in embedded.proposals)
    parts += sum(len(d.positions) for d in embedded.disputes)
    items = (
        embedded.participants, embedded.events, embedded.proposals, embedded.structure.layers,
        embedded.disputes,
    )  # fmt: skip
    texts = 2 + (embedded.structure.duration is not None) + bool(embedded.structure.said)
    assert embedded.support.claims == sum(map(len, items)) + parts + texts


def test_a_claim_with_two_warnings_is_warned_once_and_what_is_withheld_lowers_the_share(embedded):
    warning = Finding(code="x", severity="warning", path="proposals[0].proposed_by[0]", message="m")
    doubted = embedded.replace(
        findings=(warning, warning.replace(code="y")),
        withheld=(Withheld(path="proposals[9]", claim={}, findings=()),),
    )
    support = doubted.support
    assert (support.warned, support.withheld) == (1, 1)
    assert support.verified == (support.claims - 1) / (support.claims + 1)


def test_sentences_that_no_claim_cites_are_named(embedded, seed):
    uncited = set(embedded.support.uncited)
    cited = {citation.sentence for citation in embedded.citations()}
    assert uncited | cited == {sentence.number for sentence in seed.sentences}
    assert not uncited & cited


def test_terminal_and_markdown_show_it(embedded):
    line = str(embedded.support)
    assert "claims verified (100%)" in line
    assert "claims verified" in gs.to_markdown(embedded)
    from guarantee_summarizer.render.terminal import terminal_text

    assert "claims verified" in " ".join(terminal_text(embedded).split())
