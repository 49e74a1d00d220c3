"""What people made wrong in right summaries is noticed, and right claims are hardly ever flagged."""

from __future__ import annotations

import json

import pytest

from guarantee_summarizer.errors import SchemaError
from guarantee_summarizer.evaluation import load_damage, load_gold, load_reviews, noticed, reviewed
from guarantee_summarizer.evaluation.damage import Damage, ReviewedRecord, damaged
from tests.conftest import ROOT

ITEMS = {item.name: item for item in load_gold(ROOT / "tests" / "gold")}
FOLDER = ROOT / "tests" / "damage"
DAMAGES = load_damage(FOLDER / "claims.jsonl")
ARTICLE = "07-budapest-memorandum"


def test_every_damage_fits_the_schema_and_changes_the_summary():
    for damage in DAMAGES:
        summary = ITEMS[damage.article].summary
        assert damaged(summary, [damage]) != summary, damage


def test_there_is_enough_damage_of_every_kind_by_others():
    kinds = [damage.kind for damage in DAMAGES]
    assert len(DAMAGES) >= 300
    assert min(map(kinds.count, set(kinds))) >= 4


@pytest.mark.slow
def test_exact_checks_notice_what_is_copied_wrongly():
    counts = noticed(ITEMS, DAMAGES)
    for kind in ("place", "time", "title", "unit", "precondition", "invented_cause"):
        assert counts[kind].checks >= 0.6 * counts[kind].tried, kind


def test_the_second_reader_notices_nearly_all_and_hardly_flags_what_is_right():
    counts, alarms = reviewed(ITEMS, load_reviews(FOLDER / "reviews.jsonl", DAMAGES))
    tried = sum(count.tried for count in counts.values())
    assert sum(count.either for count in counts.values()) >= 0.9 * tried
    assert alarms.checks <= 0.01 * alarms.tried
    assert alarms.reader <= 0.05 * alarms.tried


def test_a_verdict_counts_for_the_claim_that_it_is_on():
    damages = [
        Damage(ARTICLE, "role", (("participants[1].role", "mediator"),)),
        Damage(ARTICLE, "place", (("events[2].where", "Vienna"),)),
    ]
    verdicts = [
        {"claim": 4, "field": "role", "verdict": "wrong", "reason": "it is the adversary"},
        {"claim": 1, "field": "headline", "verdict": "imprecise", "reason": "none"},
    ]
    review = ReviewedRecord(ARTICLE, tuple(damages), json.dumps({"verdicts": verdicts}))
    counts, alarms = reviewed(ITEMS, [review])
    role, place = counts["role"], counts["place"]
    assert (role.checks, role.reader, role.either) == (0, 1, 1)
    assert (place.checks, place.reader, place.either) == (1, 0, 1)
    assert (alarms.checks, alarms.reader) == (0, 1)


def test_a_change_that_the_tables_undo_is_noticed():
    wrong = Damage(ARTICLE, "kind", (("participants[0].kind", "organization"),))
    assert noticed(ITEMS, [wrong])["kind"].checks == 1


def test_a_line_that_is_no_damage_is_refused_by_file_and_line(tmp_path):
    file = tmp_path / "claims.jsonl"
    file.write_text('{"article": "x", "kind": "role"}\n')
    with pytest.raises(SchemaError, match=r"claims\.jsonl, line 1: needs article, kind and edits"):
        load_damage(file)


def test_a_path_that_leads_nowhere_is_refused():
    wrong = Damage(ARTICLE, "role", (("participants[99].role", "host"),))
    with pytest.raises(SchemaError, match=r"participants\[99\]\.role does not exist"):
        damaged(ITEMS[ARTICLE].summary, [wrong])
