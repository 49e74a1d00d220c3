"""Sections stand in one list, and a path of a claim is read, written and followed in one place."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

import guarantee_summarizer as gs
from guarantee_summarizer.schema import ClaimPath, Term
from guarantee_summarizer.schema.base import Model
from guarantee_summarizer.schema.claims import SECTIONS, TEXTS
from guarantee_summarizer.schema.json_schema import to_wire, wire_schema
from guarantee_summarizer.schema.paths import claim_paths, moved, without

ARTICLE = gs.Article.from_text("France will send 500 troops for 15 years. Russia rejects it.")


def _summary() -> gs.Summary:
    proposals = [
        {
            "title": f"T{n}", "measure": "other", "status": "proposed", "evidence": [1],
            "terms": [{"what": "count", "value": f"{n}{m}"} for m in range(2)],
        }
        for n in range(3)
    ]  # fmt: skip
    positions = [{"party": party, "stance": "No."} for party in ("Russia", "France")]
    layers = [
        {"rank": n, "name": f"L{n}", "function": "other", "status": "unclear", "evidence": [1]}
        for n in (1, 2)
    ]
    data = {
        "relevant": True,
        "headline": "H",
        "abstract": "A",
        "participants": [{"name": "France"}, {"name": "Russia"}],
        "events": [{"what": "E", "status": "held", "evidence": [1]}],
        "proposals": proposals,
        "structure": {"layers": layers, "duration": {"what": "duration", "value": "15 years"}},
        "disputes": [
            {"issue": "I", "kind": "disagreement", "positions": positions, "evidence": [2]}
        ],
    }
    return gs.Summary.ground(data, ARTICLE)


SUMMARY = _summary()
PATHS = list(claim_paths(SUMMARY))


def test_every_list_that_a_model_is_asked_for_is_a_section_and_every_text_a_claim():
    parts = wire_schema()
    properties = {**parts["properties"], "structure": parts["$defs"]["GuaranteeStructure"]}
    lists = {
        f"structure.{name}" if name in properties["structure"]["properties"] else name
        for name, field in {**properties, **properties["structure"]["properties"]}.items()
        if "$ref" in field.get("items", {}) or field.get("$ref", "").endswith("/Term")
    }
    assert {*lists, "structure"} == {section.path for section in SECTIONS}
    assert set(TEXTS) == {n for n, f in properties.items() if f.get("type") == "string"}


def test_every_field_that_a_section_names_is_one_of_its_model():
    for section in (*SECTIONS, *(s.parts for s in SECTIONS if s.parts)):
        named = {section.title, *section.words, *section.references, *section.located}
        named |= {*section.verbatim}
        assert named <= section.model.model_fields.keys()
        assert section.parts is None or section.parts.path in section.model.model_fields
        assert issubclass(section.model, Model)


def test_paths_read_as_findings_carry_them():
    assert [str(path) for path in PATHS] == [
        "headline", "abstract", "participants[0]", "participants[1]", "events[0]",
        "proposals[0]", "proposals[0].terms[0]", "proposals[0].terms[1]",
        "proposals[1]", "proposals[1].terms[0]", "proposals[1].terms[1]",
        "proposals[2]", "proposals[2].terms[0]", "proposals[2].terms[1]",
        "structure.layers[0]", "structure.layers[1]", "structure.duration",
        "disputes[0]", "disputes[0].positions[0]", "disputes[0].positions[1]",
    ]  # fmt: skip


@pytest.mark.parametrize("path", PATHS, ids=str)
@pytest.mark.parametrize("field", ["", "evidence", "proposed_by[0]", "terms", "what\n.x[1]"])
def test_a_path_that_is_written_reads_back_and_knows_its_claim(path: ClaimPath, field: str):
    deeper = replace(path, field=field)
    assert ClaimPath.parse(str(deeper)) == deeper
    assert deeper.claim == path


@pytest.mark.parametrize(
    "text",
    ["", "participants", "structure.layers", "structure[0]", "headline[0]",
     "structure.duration[0]", "proposals.terms[0]", "gone[0]", "proposals[x]", "headlines"],
)  # fmt: skip
def test_what_points_into_no_claim_is_no_path_of_one(text: str):
    assert ClaimPath.parse(text) is None


def test_a_path_leads_to_its_claim_and_to_the_section_that_describes_it():
    path = ClaimPath.parse("proposals[2].terms[1].value")
    assert path.of(SUMMARY).value == "21"
    assert path.kind.model is Term
    assert path.item.of(SUMMARY).title == "T2"
    assert ClaimPath("headline").kind is None
    with pytest.raises(IndexError):
        ClaimPath("proposals", 3).of(SUMMARY)


@pytest.mark.parametrize("path", PATHS, ids=str)
def test_a_claim_that_is_replaced_stands_in_its_place_and_nothing_else_changes(path: ClaimPath):
    other = "other" if path.kind is None else path.of(SUMMARY).replace(evidence=())
    changed = path.replaced(SUMMARY, other)
    assert path.of(changed) == other
    assert path.replaced(changed, path.of(SUMMARY)) == SUMMARY


def test_a_claim_without_an_index_is_put_at_the_end_of_its_section():
    layer = SUMMARY.structure.layers[0].replace(order=3)
    grown = ClaimPath("structure.layers").replaced(SUMMARY, layer)
    assert grown.structure.layers == (*SUMMARY.structure.layers, layer)


@given(st.sets(st.sampled_from(PATHS)))
def test_what_is_taken_out_is_gone_and_all_else_stays_as_it_was(paths: set[ClaimPath]):
    left = without(SUMMARY, paths)
    kept = [path for path in PATHS if path not in paths and path.item not in paths]
    assert [p.kind for p in claim_paths(left)] == [p.kind for p in kept]
    for path, now in zip(kept, claim_paths(left), strict=True):
        before, after = path.of(SUMMARY), now.of(left)
        parts = path.kind and path.kind.parts and path.kind.parts.path
        same = {parts: ()} if parts and path.part is None else {}
        assert (
            before == after
            if path.kind is None
            else before.replace(**same) == after.replace(**same)
        )
    assert left.headline in ("", "H")


@given(st.sets(st.sampled_from(PATHS)))
def test_a_claim_that_is_left_is_found_where_it_moved(removed):
    left = without(SUMMARY, removed)
    inside = {p for p in PATHS for gone in removed if gone in (p, p.item)}
    for path in PATHS:
        now = moved(path, removed)
        if path in inside:
            assert now is None or path.kind is None
        elif path.kind is not None and path.kind.many:
            assert now is not None
            names = ("name", "title", "what", "issue", "party", "value")
            before, after = path.of(SUMMARY), now.of(left)
            assert [getattr(before, n, None) for n in names] == [
                getattr(after, n, None) for n in names
            ]


def test_a_reference_moves_up_where_one_before_it_is_taken_out():
    first, second = (ClaimPath.parse(f"events[0].participants[{n}]") for n in (0, 1))
    assert str(moved(second, [first])) == "events[0].participants[0]"
    assert moved(first, [first]) is None
    assert moved(second, [ClaimPath.parse("events[0].participants")]) is None
    assert moved(second, [ClaimPath.parse("events[0]")]) is None
    assert str(moved(second, [ClaimPath.parse("events[0].where")])) == str(second)


def test_a_field_that_is_taken_out_has_its_default_and_an_element_goes_alone():
    offer = {
        "title": "T", "evidence": [1], "status": "agreed", "proposed_by": ["France", "Russia"],
    }  # fmt: skip
    summary = gs.Summary.ground({"relevant": True, "proposals": [offer]}, ARTICLE)
    status, second = map(ClaimPath.parse, ("proposals[0].status", "proposals[0].proposed_by[1]"))
    assert (status.value(summary), second.value(summary)) == ("agreed", "Russia")
    (left,) = without(summary, [status, second]).proposals
    assert (left.status, left.proposed_by) == ("unclear", ("France",))
    assert gs.Summary.ground(to_wire(without(summary, [status])), ARTICLE)


@pytest.mark.parametrize(
    ("paths", "left"),
    [
        (("proposals[0]", "proposals[0].status", "proposals[0].proposed_by[0]"), [("B", 2)]),
        (("proposals[0].proposed_by[0]", "proposals[0].proposed_by[1]"), [("A", 0), ("B", 2)]),
    ],
)
def test_a_claim_and_its_fields_go_together_and_no_other_claim_is_touched(paths, left):
    offers = [
        {"title": t, "evidence": [1], "status": "agreed", "proposed_by": ["France", "Russia"]}
        for t in "AB"
    ]
    summary = gs.Summary.ground({"relevant": True, "proposals": offers}, ARTICLE)
    kept = without(summary, map(ClaimPath.parse, paths)).proposals
    assert [(p.title, len(p.proposed_by)) for p in kept] == left
    assert {p.status for p in kept} == {"agreed"}
