"""What was stored under version 1 of the schema is read under version 2, and nothing is misread."""

from __future__ import annotations

import copy
import json

import pytest

import guarantee_summarizer as gs
from guarantee_summarizer.corpus.records import Entry
from guarantee_summarizer.evaluation import load_gold

QUOTE = "Ostmark and several allies would send troops."
CITED = [{"sentence": 1, "start": 0, "end": len(QUOTE), "quote": QUOTE}]
STORED = {
    "relevant": True,
    "headline": "Ostmark offers troops.",
    "participants": [{"name": "Ostmark", "kind": "state", "evidence": CITED}],
    "proposals": [
        {
            "title": "Troops", "measure": "troop_deployment", "status": "proposed",
            "proposed_by": ["Ostmark", "several allies"], "evidence": CITED,
        }
    ],
    "structure": {
        "layers": [
            {
                "order": 1, "name": "allied force", "providers": ["several allies"],
                "function": "reassurance", "status": "proposed", "evidence": CITED,
            }
        ]
    },
    "disputes": [
        {
            "issue": "Troops", "kind": "disagreement", "evidence": CITED,
            "positions": [{"party": "critics", "stance": "They object."}],
        }
    ],
    "provenance": {
        "backend": "llm", "schema_version": "1", "library_version": "0.1.0",
        "created": "2026-11-24T00:00:00Z",
    },
}  # fmt: skip


def test_the_order_of_layers_is_their_rank():
    summary = gs.Summary.model_validate(STORED)
    assert [layer.rank for layer in summary.structure.layers] == [1]


def test_every_group_that_a_claim_names_is_a_participant_with_the_claims_evidence():
    summary = gs.Summary.model_validate(STORED)
    assert [(p.name, p.kind) for p in summary.participants] == [
        ("Ostmark", "state"), ("several allies", "group"), ("critics", "group"),
    ]  # fmt: skip
    assert all(p.evidence[0].quote == QUOTE for p in summary.participants)


def test_the_schema_version_says_that_a_summary_was_migrated():
    summary = gs.Summary.model_validate_json(json.dumps(STORED))
    assert summary.provenance.schema_version == "2 (migrated from 1)"
    assert gs.Summary.model_validate_json(summary.model_dump_json()) == summary


def test_what_is_of_version_2_is_not_touched():
    new = {**STORED, "provenance": {**STORED["provenance"], "schema_version": "2"}}
    with pytest.raises(ValueError, match="order"):
        gs.Summary.model_validate(new)


def test_an_old_entry_of_a_ledger_is_read_and_not_reused(tmp_path):
    ledger = gs.Ledger(tmp_path / "run.sqlite")
    run = ledger.begin({})
    ledger.record(
        Entry(
            key="old", article="a", source="a.txt", status="done", run=run,
            summary=json.dumps(STORED),
        )
    )  # fmt: skip
    (entry,) = ledger.entries(status="done")
    assert gs.Summary.model_validate_json(entry.summary).structure.layers[0].rank == 1


def gold(tmp_path, **fields):
    (tmp_path / "a.txt").write_text(QUOTE)
    (tmp_path / "a.json").write_text(json.dumps({"relevant": True, "headline": "x", **fields}))
    return tmp_path


def test_gold_of_version_1_is_refused_with_the_file_the_field_and_the_remedy(tmp_path):
    layer = {"order": 1, "name": "force", "evidence": [QUOTE]}
    with pytest.raises(gs.SchemaError) as caught:
        load_gold(gold(tmp_path, structure={"layers": [layer]}))
    message = str(caught.value)
    assert "a.json: structure.layers[0].order: is a field of schema version 1" in message
    assert "call it rank" in message
    assert "\n" not in message


def test_gold_with_an_unknown_measure_names_the_file_the_field_and_what_there_is(tmp_path):
    proposal = {"title": "Troops", "measure": "soldiers", "evidence": [QUOTE]}
    with pytest.raises(gs.SchemaError) as caught:
        load_gold(gold(tmp_path, proposals=[proposal]))
    message = str(caught.value)
    assert "a.json: proposals[0].measure: " in message
    assert "'troop_deployment'" in message


def test_the_groups_of_events_and_layers_are_participants_too_and_aliases_are_known():
    stored = copy.deepcopy(STORED)
    del stored["disputes"], stored["proposals"]
    stored["participants"][0]["aliases"] = ["the Ostmark"]
    stored["events"] = [
        {
            "what": "Allies met.", "status": "held", "evidence": CITED,
            "participants": ["some envoys", "the Ostmark"],
        }
    ]  # fmt: skip
    summary = gs.Summary.model_validate_json(json.dumps(stored))
    assert [p.name for p in summary.participants] == ["Ostmark", "some envoys", "several allies"]
