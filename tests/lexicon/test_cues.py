"""The tables of cues and verbs: every value is one that the schema knows."""

from __future__ import annotations

from typing import get_args

import pytest

from guarantee_summarizer.lexicon import default_cues
from guarantee_summarizer.lexicon.tables import read_table
from guarantee_summarizer.schema.vocabulary import LayerFunction, Measure, Role, Status

CUES = default_cues()
CUE_ROWS = list(read_table("cues.csv", ("family", "value", "weight", "phrases")))
VERB_ROWS = list(read_table("verbs.csv", ("verb", "sense", "status", "negated", "modal")))
SENSES = set("say ask offer pledge agree sign order reject doubt discuss do meet state".split())


def values(word: object) -> set[str]:
    """The values of an annotated literal of the schema."""
    return set(get_args(get_args(word)[0]))


@pytest.mark.parametrize(
    ("family", "known"),
    [
        ("measure", Measure),
        ("layer", LayerFunction),
        ("before", Role),
        ("after", Role),
        ("apposed", Role),
    ],
)
def test_cues_speak_for_what_the_schema_knows(family, known):
    assert {row["value"] for row in CUE_ROWS if row["family"] == family} <= values(known)


def test_verbs_give_statuses_and_roles_of_the_schema():
    statuses = {row[column] for row in VERB_ROWS for column in ("status", "negated", "modal")}
    roles = {row[column] for row in VERB_ROWS for column in ("agent", "object")}
    assert statuses <= values(Status) | {""}
    assert roles <= values(Role) | {""}
    assert {row["sense"] for row in VERB_ROWS} == SENSES


def test_no_phrase_stands_twice_in_a_family_but_for_words_of_two_meanings():
    for family in ("relevant", "measure", "layer", "structure"):
        phrases = [p for row in CUE_ROWS if row["family"] == family for p in row.many("phrases")]
        assert [p for p in phrases if phrases.count(p) > 1] == []


def test_no_verb_stands_twice():
    verbs = [row["verb"] for row in VERB_ROWS]
    assert [verb for verb in verbs if verbs.count(verb) > 1] == []


def test_the_longest_phrase_is_found_at_each_place():
    found = [
        (c.value, c.start, c.end) for c in CUES.find("layer", "the first line of defence".split())
    ]
    assert found == [("territorial_defence", 1, 5)]
