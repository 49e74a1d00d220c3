"""Figures are looked up by what they say: the same that a comparison of all with all finds."""

from __future__ import annotations

from itertools import product

import pytest

import guarantee_summarizer as gs
from guarantee_summarizer.lexicon import default_lexicon
from guarantee_summarizer.normalize import Quantity, figures
from guarantee_summarizer.verify import claims, withhold
from guarantee_summarizer.verify.context import Context, error, warning
from guarantee_summarizer.verify.exact import figures_occur, quotations_occur
from guarantee_summarizer.verify.held import HeldFigures
from guarantee_summarizer.verify.passages import Passages

PASSAGES = [
    "5 March 2014, March 2014 and 2014; 5 March; in March; on Tuesday",
    "a year, 12 months, 3 days, 72 hours, 3 minutes, two weeks, a decade and a half",
    "$5 and 5 percent, 5 km, 5 tonnes and 5 soldiers; €5 million, 5,000,000 men",
    "up to 30,000 or 15,000 to 30,000; article 5, resolution 2202; the second of three",
    "about 1.500 and half of 90-100bn euros; 1982; the 1990s; fifteen years or more",
]
MONTHS, HOURS = {"Y": 12, "M": 1}, {"W": 168, "D": 24, "H": 1}


def same(stated: Quantity, cited: Quantity) -> bool:
    """Whether a figure says what the cited one says, by a look at the two."""
    days = {stated.kind, cited.kind} <= {"date", "year"}
    if days and cited.value.startswith(f"{stated.value}-"):
        return True
    if days and stated.value.startswith("--") and cited.value.endswith(stated.value[1:]):
        return True
    if stated.kind == "count" and cited.kind in ("money", "percent", "distance", "measure"):
        return stated.number is not None and stated.number == cited.number
    if stated.kind != cited.kind:
        return False
    return stated.value == cited.value or (stated.kind == "duration" and as_long(stated, cited))


def as_long(stated: Quantity, cited: Quantity) -> bool:
    """Whether two stretches of time are equally long."""
    if any(q.number is None or (q.unit == "M" and "T" in q.value) for q in (stated, cited)):
        return False
    return any(
        stated.unit in units
        and cited.unit in units
        and stated.number * units[stated.unit] == cited.number * units[cited.unit]
        for units in (MONTHS, HOURS)
    )


@pytest.mark.parametrize("passages", [{0}, {1, 2}, {0, 1, 2, 3, 4}, set()], ids=str)
def test_a_lookup_finds_what_a_comparison_of_all_with_all_finds(passages):
    """Whatever is stated, the bounds of the equal figures of the passages are found, no others."""
    held = HeldFigures(lambda at: figures(PASSAGES[at]))
    for stated in (figure.quantity for text in PASSAGES for figure in figures(text)):
        cited = [figure for at in passages for figure in figures(PASSAGES[at])]
        equal = {(f.bound, f.place) for f in cited if same(stated, f.quantity)}
        assert held.equal(stated, frozenset(passages)) == equal, stated


def test_figures_that_say_the_same_are_held_once():
    """A sum that stands there ten thousand times is one, and every passage is read once."""
    read: list[int] = []

    def sums(at: int):
        read.append(at)
        return figures("$1 " * 1_000)

    held = HeldFigures(sums)
    (stated,) = figures("$1")
    for _, several in product(range(3), (range(1), range(10))):
        assert held.equal(stated.quantity, frozenset(several)) == {("", "")}
    assert read == [*range(10)]
    assert sum(len(at) for at in held._held.values()) == 20  # by its value, and by its number


def test_names_and_quotations_are_looked_for_in_the_cited_text_alone():
    """A number of a name and a quotation count where the cited sentences hold them as words."""
    article = gs.Article.from_text(
        'France said it would send Centauro 2s to Ukraine. It said "no way back" on Friday. '
        "Italy would send none of its Ariete1 tanks to Ukraine."
    )
    codes = {}
    for title, number in (
        ("Centauro 2 for Ukraine", 1), ("Centauro 2 for Ukraine", 2), ("Centauro 20 for Ukraine", 1),
        ("Ariete-1 for Ukraine", 3), ('It is "no way back"', 2), ('It is "no way"', 1),
        ('It is "way bac"', 2),
    ):  # fmt: skip
        proposal = {"title": title, "proposed_by": ["France"], "evidence": [number]}
        made = gs.Summary.model_validate(
            {"relevant": True, "proposals": [proposal]}, context={"article": article}
        )
        (claim,) = claims(made)
        context = Context(Passages(article, default_lexicon()), made)
        found = [*figures_occur(claim, context), *quotations_occur(claim, context)]
        codes[title, number] = [finding.code for finding in found]
    assert [bool(found) for found in codes.values()] == [
        False,
        True,
        True,
        False,
        False,
        True,
        True,
    ]


def test_warnings_follow_their_claims():
    """A warning has the path that its claim has after others were withheld, however many."""
    sentence = "France would send troops to Ukraine."
    article = gs.Article.from_text(f"{sentence} It is near.")
    proposals = [
        {
            "title": f"troops {n}",
            "proposed_by": ["France"],
            "recipients": ["Ukraine"],
            "evidence": [1],
        }
        for n in range(40)
    ]
    made = gs.Summary.model_validate(
        {"relevant": True, "proposals": proposals}, context={"article": article}
    )
    gone = [0, 7, 8, 21, 39]
    found = [
        *(error("x", f"proposals[{n}]", "") for n in gone),
        *(error("x", f"proposals[{n}].recipients[0]", "") for n in (3, 30)),
        *(warning("y", f"proposals[{n}]", str(n)) for n in range(40)),
        *(warning("y", f"proposals[{n}].recipients[0]", str(n)) for n in (3, 31)),
    ]
    kept = withhold(made, tuple(found))
    told = [f for f in kept.findings if f.code == "y"]
    assert len(told) == 40 - len(gone) + 1  # that on a reference which was withheld went with it
    for finding in told:
        title = kept.proposals[int(finding.path.split("[")[1].split("]")[0])].title
        assert title == f"troops {finding.message}"
