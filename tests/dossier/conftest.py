"""Small summaries, made of one sentence a proposal."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

import guarantee_summarizer as gs
from guarantee_summarizer.enrich import enrich
from guarantee_summarizer.lexicon import default_lexicon

STATES = {
    "United States": "guarantor",
    "Britain": "guarantor",
    "Ukraine": "beneficiary",
    "Russia": "adversary",
}


def state(name: str, role: str = "guarantor") -> dict[str, Any]:
    return {"name": name, "kind": "state", "role": role}


def offer(words: str, **more: Any) -> dict[str, Any]:
    """A guarantee that the United States offers Ukraine, in words that the article will have."""
    terms = more.pop("terms", ())
    return {
        "words": words,
        "title": "American guarantee",
        "measure": "security_guarantee",
        "proposed_by": ["United States"],
        "recipients": ["Ukraine"],
        "status": "proposed",
        "terms": [{"what": what, "value": value} for what, value in terms],
        **more,
    }


def report(
    *proposals: dict[str, Any],
    day: str | None = "2026-01-12",
    outlet: str | None = "Wire",
    **more: Any,
) -> gs.Summary:
    """The summary of an article that says these proposals, a sentence each."""
    participants = more.pop("participants", [state(n, r) for n, r in STATES.items()])
    named = " ".join(f"{p['name']} is here." for p in participants)
    body = " ".join(f"{p['words']}." for p in proposals)
    article = gs.Article.from_text(
        f"{body or 'Nothing was said.'} {named}", published=day, outlet=outlet
    )
    claims = [
        {**{key: value for key, value in p.items() if key != "words"}, "evidence": [p["words"]]}
        for p in proposals
    ]
    data = {"relevant": True, "participants": participants, "proposals": claims, **more}
    return enrich(gs.Summary.ground(data, article), article, default_lexicon())


def years(value: str, **more: Any) -> gs.Summary:
    """A report of the American offer for that long, in words of its own."""
    said = more.pop("said", f"The offer to {more.get('outlet', 'Wire')} runs for {value}")
    claim = {
        k: more.pop(k) for k in ("status", "proposed_by", "recipients", "attribution") if k in more
    }
    return report(offer(said, terms=[("duration", value)], **claim), **more)


@pytest.fixture
def right() -> Callable[..., gs.Dossier]:
    from tests.dossier.labelled import right_summaries

    def dossier(*without: str) -> gs.Dossier:
        return gs.Dossier.of(s for name, s in right_summaries().items() if name not in without)

    return dossier
