"""Each check speaks where the claim goes beyond the sentences it cites, and only there."""

from __future__ import annotations

import pytest

import guarantee_summarizer as gs
from guarantee_summarizer.enrich import enrich
from guarantee_summarizer.lexicon import default_lexicon
from guarantee_summarizer.verify import verify

TEXT = (
    "Norway could send 2,000 soldiers to Ukraine once a ceasefire holds. "
    "Russia rejects any presence of foreign troops in Ukraine. "
    "Poland and Ukraine signed a treaty on military aid in Warsaw on 3 May 2026. "
    "Prime Minister Donald Tusk said that Poland would not deploy troops. "
    "The second line of defence would be a multinational force. "
    "Leaders will meet in Oslo in December 2026. "
    "Farmers in the north of the country have meanwhile sown their wheat later than usual. "
    "In 1994 Sweden offered to join the alliance."
)
ARTICLE = gs.Article.from_text(TEXT, published="2026-06-01")
PARTICIPANTS = [{"name": n, "kind": "state"} for n in ("Norway", "Russia", "Poland", "Ukraine")]
PARTICIPANTS.append({"name": "Donald Tusk", "kind": "person", "affiliation": "Poland"})


def codes(**fields: object) -> set[str]:
    data = {"relevant": True, "participants": PARTICIPANTS, **fields}
    summary = enrich(gs.Summary.ground(data, ARTICLE), ARTICLE, default_lexicon())
    return {finding.code for finding in verify(summary, ARTICLE)}


def proposal(description: str, evidence: int, **more: object) -> list[dict[str, object]]:
    made = {"title": description, "description": description, "measure": "other",
            "status": "proposed", "evidence": [evidence], **more}  # fmt: skip
    return [made]


def position(party: str, stance: str, evidence: int) -> list[dict[str, object]]:
    one = {"party": party, "stance": stance}
    return [{"issue": stance, "kind": "disagreement", "positions": [one], "evidence": [evidence]}]


def on_two_sides() -> list[dict[str, object]]:
    (dispute,) = position("Russia", "Russia rejects any foreign troops.", 2)
    (other,) = position("Russia", "Norway could send 2,000 soldiers.", 1)
    return [
        {**dispute, "positions": [*dispute["positions"], *other["positions"]], "evidence": [1, 2]}
    ]


def layer(order: int) -> dict[str, object]:
    one = {"order": order, "name": "multinational force", "function": "reassurance",
           "status": "proposed", "evidence": [5]}  # fmt: skip
    return {"layers": [one]}


def event(what: str, status: str, evidence: int, when: str) -> list[dict[str, object]]:
    return [{"what": what, "status": status, "when": when, "evidence": [evidence]}]


@pytest.mark.parametrize(
    "fields",
    [
        {"proposals": proposal("Norway could send 2,000 soldiers.", 1, proposed_by=["Norway"])},
        {"proposals": proposal("A treaty on military aid.", 3, status="signed")},
        {"proposals": proposal("In 1994 Sweden offered to join.", 8)},
        {"disputes": position("Russia", "Russia rejects any foreign troops.", 2)},
        {"disputes": position("Poland", "It would not deploy troops.", 4)},
        {"structure": layer(2)},
        {"events": event("Leaders will meet in Oslo.", "planned", 6, "December 2026")},
    ],
)
def test_what_the_sentence_says_passes(fields):
    assert codes(**fields) == set()


@pytest.mark.parametrize(
    ("code", "fields"),
    [
        ("evidence_beside_the_point", {"proposals": proposal("Norway could send 2,000 soldiers.", 7)}),
        ("status_not_in_evidence", {"proposals": proposal("Norway sends soldiers.", 1, status="signed")}),
        ("status_not_in_evidence", {"proposals": proposal("Norway sends soldiers.", 1, status="agreed")}),
        ("certainty_stronger_than_text", {"proposals": proposal("Norway will send soldiers.", 1)}),
        ("act_not_in_evidence", {"proposals": proposal("Norway promised to send soldiers.", 1)}),
        ("polarity_turned", {"disputes": position("Russia", "Russia accepts any presence of troops.", 2)}),
        ("polarity_turned", {"proposals": proposal("Norway refuses to send soldiers.", 1)}),
        ("name_not_in_evidence", {"disputes": position("Norway", "It rejects any foreign troops.", 2)}),
        ("actors_crossed", {"disputes": position("Ukraine", "It rejects any foreign troops.", 2)}),
        ("party_on_two_sides", {"disputes": on_two_sides()}),
        ("polarity_turned", {"proposals": proposal("Poland would deploy troops.", 4)}),
        ("polarity_turned", {"proposals": proposal("Norway won't send soldiers.", 1)}),
        ("name_not_in_evidence", {"proposals": proposal("Donald Tusk could send soldiers.", 1)}),
        ("figure_not_in_evidence", {"proposals": proposal("Norway could send F-16 jets.", 1)}),
        ("history_as_present", {"proposals": proposal("Sweden offered to join the alliance.", 8)}),
        ("copied_from_example", {"proposals": proposal("It is ready to station soldiers once a truce holds.", 7)}),
        ("actors_crossed", {"proposals": proposal("Norway could send soldiers.", 1, proposed_by=["Russia"])}),
        ("attribution_not_in_evidence", {"proposals": proposal("Soldiers to Ukraine.", 1, attribution="Donald Tusk")}),
        ("layer_order", {"structure": layer(1)}),
        ("event_not_yet", {"events": event("Leaders met in Oslo.", "held", 6, "December 2026")}),
        ("event_in_the_past", {"events": event("A treaty will be signed.", "planned", 3, "3 May 2026")}),
        ("said_twice", {"proposals": proposal("Norway could send 2,000 soldiers.", 1) * 2}),
    ],
)  # fmt: skip
def test_what_goes_beyond_the_sentence_is_told(code, fields):
    assert code in codes(**fields)
