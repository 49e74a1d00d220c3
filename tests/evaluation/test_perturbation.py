"""What is damaged on purpose is flagged, and damage is really damage."""

from __future__ import annotations

import pytest

from guarantee_summarizer.evaluation import detection, load_gold
from guarantee_summarizer.evaluation.perturbation import damage
from tests.conftest import ROOT

ITEMS = load_gold(ROOT / "tests" / "gold")[::3]
LEAST = {
    "name": 0.99,
    "number": 0.99,
    "duration": 0.99,
    "date": 0.99,
    "quotation": 0.99,
    "citation range": 0.99,
    "wrong sentence": 0.9,
    "layer order": 0.9,
    "duplicate": 0.99,
}  # fmt: skip  (of the other kinds a second reader is asked)


@pytest.mark.slow
@pytest.mark.parametrize("kind", LEAST)
def test_damage_of_every_kind_is_noticed_as_often_as_is_promised(kind):
    found = detection(ITEMS, kind)
    assert found.tried
    assert found.share >= LEAST[kind], found.missed


@pytest.mark.parametrize("kind", LEAST)
def test_every_damaged_summary_differs_and_the_same_seed_damages_alike(kind):
    first, again = (list(damage(ITEMS[0], kind, seed=3)) for _ in range(2))
    assert first == again
    assert all(damaged != ITEMS[0].summary for _, damaged in first)
