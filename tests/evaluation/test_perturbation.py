"""What is damaged on purpose is flagged, and damage is really damage."""

from __future__ import annotations

import pytest

from guarantee_summarizer.evaluation import KINDS, detection, load_gold, trapped
from guarantee_summarizer.evaluation.perturbation import damage
from tests.conftest import ROOT

ITEMS = load_gold(ROOT / "tests" / "gold")[::3]
LEAST = {
    "name": 0.99, "number": 0.99, "duration": 0.99, "date": 0.99, "quotation": 0.99,
    "citation range": 0.99, "wrong sentence": 0.9, "status": 0.85, "polarity": 0.8,
    "crossed actors": 0.7, "swapped parties": 0.7, "history": 0.7, "example": 0.8,
    "layer order": 0.9, "attribution": 0.8, "duplicate": 0.99,
}  # fmt: skip


@pytest.mark.slow
@pytest.mark.parametrize("kind", KINDS)
def test_damage_of_every_kind_is_noticed_as_often_as_is_promised(kind):
    found = detection(ITEMS, kind)
    assert found.tried
    assert found.share >= LEAST[kind], found.missed


@pytest.mark.parametrize("kind", KINDS)
def test_every_damaged_summary_differs_and_the_same_seed_damages_alike(kind):
    first, again = (list(damage(ITEMS[0], kind, seed=3)) for _ in range(2))
    assert first == again
    assert all(damaged != ITEMS[0].summary for _, damaged in first)


def test_most_statements_that_the_article_does_not_support_are_flagged():
    traps = trapped(ITEMS)
    assert sum(bool(trap.findings) for trap in traps) >= 0.7 * len(traps)
