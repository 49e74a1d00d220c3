"""The table of cues: every alternative of every pattern is alive, which an example shows."""

from __future__ import annotations

import csv
import re
from collections import defaultdict
from collections.abc import Iterator
from pathlib import Path

import pytest

from guarantee_summarizer.lexicon import default_cues
from guarantee_summarizer.lexicon.tables import read_table

EXAMPLES: dict[tuple[str, str], list[str]] = defaultdict(list)
with Path(__file__).with_name("cues_examples.csv").open(encoding="utf-8", newline="") as lines:
    for line in csv.DictReader(lines):
        EXAMPLES[line["family"], line["value"]].append(line["example"])
ROWS = list(read_table("cues.csv", ("family", "value", "pattern")))
_TOKEN = re.compile(r"\\.|\[(?:\\.|[^\]\\])+\]|.")  # a character class is one token


def alternatives(pattern: str) -> Iterator[str]:
    """Split a pattern at each `|` outside brackets."""
    depth, alternative = 0, ""
    for token in _TOKEN.findall(pattern):
        depth += (token == "(") - (token == ")")
        if token == "|" and depth == 0:
            yield alternative
            alternative = ""
        else:
            alternative += token
    yield alternative


@pytest.mark.parametrize("row", ROWS, ids=lambda row: row.place)
def test_every_alternative_of_a_cue_is_matched_by_an_example(row):
    examples = EXAMPLES[row["family"], row["value"]]
    unmatched = [
        alternative
        for alternative in alternatives(row["pattern"])
        if not any(whole_words(alternative).search(example) for example in examples)
    ]
    assert unmatched == []


def whole_words(alternative: str) -> re.Pattern[str]:
    """Compile one alternative as `Cues` compiles them all; Norland is the actor of a role."""
    cue = alternative.replace("{}", "Norland")
    return re.compile(rf"(?<!\w)(?:{cue})(?!\w)", re.IGNORECASE)


def test_every_example_is_of_a_cue_that_exists():
    assert set(EXAMPLES) == {(row["family"], row["value"]) for row in ROWS}


@pytest.mark.parametrize("text", ["a non-aggression pact", "An attack on one is one on all."])
def test_cues_of_relevance_do_not_run_into_one_another(text):
    assert default_cues().first("relevant", text) == "strong"


def test_troops_in_a_place_are_a_deployment():
    assert default_cues().first("measure", "troops in Gaza") == "troop_deployment"
