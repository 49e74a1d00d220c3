"""What a page draws: time in order, layers around each other."""

from __future__ import annotations

from datetime import date
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from guarantee_summarizer.normalize.edtf import read_edtf
from guarantee_summarizer.render.html.ladder import ladder, parts_beside
from guarantee_summarizer.render.html.timeline import timeline
from guarantee_summarizer.render.outline import (
    Outline,
    OutlineEntry,
    OutlineFact,
    OutlineSection,
)


@pytest.mark.parametrize(
    ("edtf", "text", "first"),
    [
        ("2026-01-06", "6 January 2026", "2026-01-06"),
        ("2026-01-06T10:00:00Z", "6 January 2026", "2026-01-06"),
        ("2026-02", "February 2026", "2026-02-01"),
        ("2026", "2026", "2026-01-01"),
        ("2026-22", "summer 2026", "2026-06-01"),
        ("2026-24", "winter 2026", "2026-12-01"),
        ("202X", "2020s", "2020-01-01"),
        ("19XX", "1900 to 1999", "1900-01-01"),
        ("2026-XX", "2026", "2026-01-01"),
        ("2026-01-XX", "January 2026", "2026-01-01"),
        ("2026-03~", "about March 2026", "2026-03-01"),
        ("2026?", "2026 (uncertain)", "2026-01-01"),
        ("2026-03-01%", "about 1 March 2026 (uncertain)", "2026-03-01"),
        ("2026-01-03/2026-01-04", "3 January 2026 to 4 January 2026", "2026-01-03"),
        ("../2026-01-31", "by 31 January 2026", "2026-01-31"),
        ("/2026-01", "by January 2026", "2026-01-31"),
        ("2026-01-06/..", "from 6 January 2026", "2026-01-06"),
        ("2026-01-06/", "from 6 January 2026", "2026-01-06"),
    ],
)
def test_edtf_is_read_for_people(edtf, text, first):
    span = read_edtf(edtf)
    assert (span.text, span.first.isoformat()) == (text, first)


@pytest.mark.parametrize(
    "text",
    ["", "..", "/", "../..", "P15Y", "2026-13", "2026-02-30", "XXXX-01-06", "0000", "tomorrow",
     "2026-05/2026-01", "2026-24-01", "2026-01-06/P1D", "<b>", "2026\n"],
)  # fmt: skip
def test_what_is_no_date_is_none(text):
    assert read_edtf(text) is None


@given(text=st.text(alphabet="0123456789X-/.~?%TPZ", max_size=24) | st.text(max_size=24))
def test_any_text_is_read_or_is_none(text):
    span = read_edtf(text)
    assert span is None or span.first <= span.last


def _events(*dates: str) -> OutlineSection:
    entries = (OutlineEntry(f"of {d}", path=f"events[{i}]", date=d) for i, d in enumerate(dates))
    return OutlineSection("events", "Events", tuple(entries))


def _outline(*sections: OutlineSection) -> Outline:
    return Outline("", "", "", (), sections, "", "")


def test_time_runs_one_way_and_what_has_no_date_comes_after_it():
    part = OutlineFact("deadline", "by June", "proposals[0].terms[0]", "../2026-06-30")
    length = OutlineFact("duration", "2026", "proposals[0].terms[1]", "2026")
    pledge = OutlineEntry("pledge", (), (OutlineFact("terms", "", parts=(part, length)),), path="p")
    shown = timeline(
        _outline(
            OutlineSection("proposals", "Proposals", (pledge,)),
            _events("2026-09", "", "2025-12-24/2026-01-02", "some day"),
        ),
        date(2026, 1, 6),
    )
    assert [(m.kind, m.span.text) for m in shown.moments] == [
        ("event", "24 December 2025 to 2 January 2026"),
        ("published", "6 January 2026"),
        ("deadline", "by 30 June 2026"),
        ("event", "September 2026"),
    ]
    assert [entry.text for entry in shown.undated] == ["of ", "of some day"]


def test_a_day_of_publication_alone_is_no_timeline():
    assert timeline(_outline(_events("")), date(2026, 1, 6)).moments == ()


LAYERS = st.lists(st.tuples(st.integers(0, 60), st.text(min_size=1, max_size=300)), max_size=40)


@given(layers=LAYERS)
def test_each_ring_lies_within_the_next_and_every_label_in_its_ring(layers):
    entries = tuple(
        OutlineEntry(name, ("other",), depth=rank, path=f"structure.layers[{i}]")
        for i, (rank, name) in enumerate(layers)
    )
    section = OutlineSection("layers", "Layers", entries)
    ranked, beside = ladder(section), parts_beside(section)
    drawn = [label.entry for d in (ranked, beside) if d for r in d.rings for label in r.labels]
    assert sorted(e.path for e in drawn) == sorted(e.path for e in entries)
    rings = ranked.rings if ranked else ()
    depths = [ring.labels[0].entry.depth for ring in rings]
    assert depths == sorted(set(depths), reverse=True)
    for outer, inner in pairwise(rings):
        assert outer.x < inner.x
        assert outer.y < inner.y
        assert inner.x + inner.width < outer.x + outer.width
        assert inner.y + inner.height < outer.y + outer.height
    for drawing in filter(None, (ranked, beside)):
        for ring in drawing.rings:
            assert ring.width > 0
            assert ring.y + ring.height <= drawing.height + 0.1
            for _, _, y in (line for label in ring.labels for line in label.lines):
                assert ring.y < y < ring.y + ring.height


def test_the_whole_of_the_guarantee_is_no_ring():
    whole = OutlineSection("layers", "Layers", (OutlineEntry("All layers", path="structure"),))
    assert ladder(whole) is None
    assert parts_beside(whole) is None
