"""The scorer, proved on cases counted by hand."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from typer.testing import CliRunner

import guarantee_summarizer as gs
from guarantee_summarizer.cli import app
from guarantee_summarizer.enrich import enrich
from guarantee_summarizer.evaluation import (
    Count,
    GoldItem,
    assign,
    error_lines,
    evaluate,
    interval,
    load_gold,
    score,
    to_dict,
    total,
)
from guarantee_summarizer.evaluation.scoring import SECTIONS
from guarantee_summarizer.lexicon import default_lexicon

GOLD = Path(__file__).parent.parent / "gold"
ARTICLE = gs.Article.from_text(
    "The United States offers 500 troops for 10 years. Russia rejects them. Talks go on. "
    "France met Poland. Nobody signed it. A sixth sentence stands here.",
    published="2026-01-06",
)


def proposal(title: str, *evidence: int, **more: object) -> dict[str, object]:
    return {
        "title": title,
        "measure": "troop_deployment",
        "status": "proposed",
        "evidence": list(evidence),
        **more,
    }


def summary(**fields: object) -> gs.Summary:
    made = gs.Summary.ground({"relevant": True, **fields}, ARTICLE)
    return enrich(made, ARTICLE, default_lexicon())


def against(mine: gs.Summary, right: gs.Summary):
    return score(mine, GoldItem("g", ARTICLE, right))


TERM = {"what": "duration", "value": "10 years"}
RIGHT = summary(
    participants=[{"name": "United States"}, {"name": "Russia", "role": "adversary"}],
    proposals=[proposal("Alpha", 1, terms=[TERM]), proposal("Beta", 2, 3)],
    disputes=[{"issue": "D", "kind": "disagreement", "evidence": [2]}],
)


def test_a_right_answer_scores_one_everywhere():
    scores = against(RIGHT, RIGHT)
    assert {n: c.f1 for n, c in scores.counts.items() if c.gold} == dict.fromkeys(
        ("participants", "proposals", "disputes", "terms", "citations"), 1.0
    )
    assert scores.unsupported == 0
    assert scores.mismatches == ()
    assert all(good == of for good, of in scores.attributes.values())


def test_an_empty_summary_finds_nothing_and_says_nothing_wrong():
    scores = against(summary(), RIGHT)
    assert scores.counts["proposals"] == Count(0, 0, 2)
    assert scores.counts["proposals"].precision is None
    assert scores.counts["proposals"].recall == 0.0
    assert {m.kind for m in scores.mismatches} == {"missed"}


def test_an_item_given_twice_is_right_once():
    doubled = RIGHT.replace(proposals=(*RIGHT.proposals, RIGHT.proposals[0]))
    assert against(doubled, RIGHT).counts["proposals"] == Count(2, 3, 2)


def test_the_order_of_items_does_not_matter():
    swapped = RIGHT.replace(proposals=RIGHT.proposals[::-1])
    assert against(swapped, RIGHT).counts == against(RIGHT, RIGHT).counts


def test_an_item_off_by_one_sentence_is_missed_and_spurious():
    off = summary(proposals=[proposal("Alpha", 4)])
    scores = against(off, summary(proposals=[proposal("Alpha", 5)]))
    assert scores.counts["proposals"] == Count(0, 1, 1)
    assert sorted(m.kind for m in scores.mismatches) == ["missed", "spurious"]


@pytest.mark.parametrize(
    ("mine", "gold", "matched"),
    [((1, 2), (1, 2, 3, 4, 5, 6), 1), ((1,), (1, 2, 3), 1), ((1,), (1, 2, 3, 4), 0), ((1, 2, 3, 4), (4, 5, 6), 0)],
)  # fmt: skip
def test_a_pair_counts_from_an_overlap_of_three_tenths(mine, gold, matched):
    one, other = (
        summary(proposals=[proposal("P", *mine)]),
        summary(proposals=[proposal("P", *gold)]),
    )
    assert against(one, other).counts["proposals"].matched == matched


def test_items_are_assigned_so_that_the_sum_is_greatest_not_greedily():
    mine = summary(proposals=[proposal("A", 1, 2), proposal("B", 1)]).proposals
    gold = summary(proposals=[proposal("X", 1), proposal("Y", 2)]).proposals
    assert assign(mine, gold) == [(0, 1), (1, 0)]


def test_participants_are_matched_by_alias_on_either_side():
    mine = summary(
        participants=[{"name": "the U.S.", "kind": "state", "aliases": ["United States"]}]
    )
    assert against(mine, RIGHT).counts["participants"] == Count(1, 1, 2)


def test_wrong_attributes_are_counted_over_the_matched():
    wrong = RIGHT.replace(
        participants=(RIGHT.participants[0], RIGHT.participants[1].replace(role="host"))
    )
    scores = against(wrong, RIGHT)
    assert scores.attributes["participants.role"] == (1, 2)
    assert any("role is host, not adversary" in m.words for m in scores.mismatches)


def test_terms_are_a_multiset_of_normalized_values():
    twice = summary(proposals=[proposal("Alpha", 1, terms=[TERM, TERM | {"value": "500 troops", "what": "force_size"}])])  # fmt: skip
    assert against(twice, RIGHT).counts["terms"] == Count(1, 2, 1)


def test_citations_are_counted_over_matched_items_as_in_alce():
    mine = summary(proposals=[proposal("Beta", 2, 3, 4)])
    right = summary(proposals=[proposal("Beta", 2, 3)])
    count = against(mine, right).counts["citations"]
    assert (count.precision, count.recall) == (2 / 3, 1.0)


@pytest.mark.parametrize(
    "fields",
    [
        {"participants": [{"name": "Germany"}]},
        {"proposals": [proposal("900 troops", 1)]},
        {"proposals": [proposal('A "red line"', 1)]},
        {"headline": "For 99 years"},
    ],
)
def test_what_the_article_does_not_hold_is_unsupported(fields):
    assert against(summary(**fields), RIGHT).unsupported == 1


def test_a_text_that_is_irrelevant_on_both_sides_counts_for_relevance_only():
    none = gs.Summary(relevant=False)
    scores = against(none, none)
    assert scores.relevance == (1, 1)
    assert all(count == Count() for count in scores.counts.values())
    assert against(none, RIGHT).relevance == (0, 1)


def test_totals_add_counts_up():
    summed = total([against(RIGHT, RIGHT), against(summary(), RIGHT)])
    assert summed.counts["proposals"] == Count(2, 2, 4)
    assert summed.relevance == (2, 2)


def test_an_interval_needs_enough_articles_and_holds_the_figure():
    some = [against(RIGHT, RIGHT), against(summary(), RIGHT)]
    assert interval(some, "proposals") is None
    low, high = interval(some * 5, "proposals")
    assert 0 <= low < 2 / 3 < high <= 1
    assert interval(some * 5, "proposals") == (low, high)


def test_every_gold_answer_scores_one_against_itself():
    items = load_gold(GOLD)
    assert len(items) == 16
    assert all(item.traps for item in items if item.summary.relevant)
    answers = {item.article.id: item.summary for item in items}
    result = evaluate(items, lambda article: answers[article.id])
    assert {result.over_all.counts[name].f1 for name in SECTIONS} == {1.0}
    assert result.over_all.unsupported <= 1


def test_the_embedded_extractor_says_nothing_unsupported_on_gold():
    result = evaluate(load_gold(GOLD)[:10], gs.summarize)  # those that it was made for
    assert result.over_all.unsupported == 0
    assert result.over_all.relevance == (10, 10)


def _folder(tmp_path: Path, data: object, text: str | None = None) -> Path:
    (tmp_path / "a.json").write_text(data if isinstance(data, str) else json.dumps(data))
    if text is not None:
        (tmp_path / "a.txt").write_text(text)
    return tmp_path


@pytest.mark.parametrize(
    ("data", "text", "says"),
    [
        ({"relevant": True}, None, "its article a.txt is missing"),
        ("{", ARTICLE.text, "is not valid JSON"),
        ([], ARTICLE.text, "one JSON object"),
        ({"relevant": True, "headlin": "x"}, ARTICLE.text, "headlin: Extra inputs"),
        ({"relevant": True, "traps": "x"}, ARTICLE.text, "traps has to be a list"),
        ({"relevant": True, "proposals": [proposal("P") | {"evidence": ["not there"]}]}, ARTICLE.text,
         "proposals[0].evidence: the article does not hold"),
    ],
)  # fmt: skip
def test_broken_gold_is_refused_with_file_field_and_reason(tmp_path, data, text, says):
    with pytest.raises(gs.SchemaError) as caught:
        load_gold(_folder(tmp_path, data, text))
    assert str(tmp_path / "a.json") in str(caught.value)
    assert says in str(caught.value)


def test_a_folder_without_gold_or_with_a_lonely_article_is_refused(tmp_path):
    with pytest.raises(gs.SchemaError, match="has no gold"):
        load_gold(tmp_path)
    (tmp_path / "b.txt").write_text(ARTICLE.text)
    with pytest.raises(gs.SchemaError, match=r"b\.txt has no b\.json"):
        load_gold(_folder(tmp_path, {"relevant": True}, ARTICLE.text))


def test_the_command_prints_a_table_json_and_the_errors_with_their_sentences():
    run = CliRunner().invoke
    table = run(app, ["evaluate", str(GOLD), "--only", "0[13]*"])
    assert table.exit_code == 0
    assert "participants" in table.output
    assert "2 articles" in table.output
    data = json.loads(run(app, ["evaluate", str(GOLD), "--only", "01*", "--format", "json"]).output)
    assert data["over_all"]["participants"]["gold"] == 22
    listed = run(app, ["evaluate", str(GOLD), "--only", "01*", "--show-errors"]).output
    assert "spurious proposals" in listed
    assert "[25] In an interview" in listed


def test_errors_are_listed_under_their_article():
    items = load_gold(GOLD)[:1]
    lines = error_lines(evaluate(items, lambda _: gs.Summary(relevant=True)), items)
    assert lines[0] == "== 01-london-summit"
    assert any(line.startswith("missed   layers: Ukraine's own army") for line in lines)


def test_the_result_is_plain_data(tmp_path):
    result = evaluate(load_gold(GOLD)[:1], gs.summarize)
    assert json.loads(json.dumps(to_dict(result)))["articles"].keys() == {"01-london-summit"}
