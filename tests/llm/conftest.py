"""One article, a right answer to it, and four ways of asking that have to agree."""

from __future__ import annotations

import asyncio
import copy
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from typing import Any

import pytest

import guarantee_summarizer as gs
from guarantee_summarizer.testing import Reply, ScriptedEndpoint

KEY = "sk-made-up-key-that-must-not-show-1234567890"

TEXT = """Norvian President Ana Lund said on Monday that her country needed protection for 20 years.

Ostmark is ready to station 3,000 soldiers in Norvia once a truce holds. Velia has rejected \
“any foreign troops”. Norvia's own brigades would hold the border, with the Ostmark force behind \
them."""

ANSWER: dict[str, Any] = {
    "relevant": True,
    "headline": "Norvia asks for 20 years of protection; Ostmark offers 3,000 soldiers.",
    "abstract": "Ostmark is ready to send soldiers. Velia has rejected them.",
    "participants": [
        {"name": "Ana Lund", "title": "President", "affiliation": "Norvia", "role": "negotiator"},
        {"name": "Norvia", "kind": "state", "role": "beneficiary"},
        {"name": "Ostmark", "kind": "state", "role": "guarantor"},
        {"name": "Velia", "kind": "state", "role": "adversary"},
    ],
    "events": [],
    "proposals": [
        {
            "title": "Protection for Norvia",
            "measure": "mutual_defence",
            "proposed_by": ["Norvia"],
            "status": "proposed",
            "terms": [{"what": "duration", "value": "20 years"}],
            "evidence": [1],
        },
        {
            "title": "Soldiers in Norvia",
            "measure": "troop_deployment",
            "proposed_by": ["Ostmark"],
            "status": "proposed",
            "terms": [{"what": "force_size", "value": "3,000 soldiers"}],
            "evidence": [2],
        },
    ],
    "structure": {
        "layers": [
            {
                "rank": 1,
                "name": "Norvia's own brigades",
                "providers": ["Norvia"],
                "function": "territorial_defence",
                "status": "proposed",
                "evidence": [4],
            }
        ]
    },
    "disputes": [
        {
            "issue": "Foreign troops in Norvia",
            "kind": "disagreement",
            "positions": [{"party": "Velia", "stance": "It has rejected any foreign troops."}],
            "evidence": [3],
        }
    ],
}

WAYS = ("summarize", "asummarize", "stream", "astream")


@pytest.fixture
def answer() -> dict[str, Any]:
    """A right answer to `article`, free to be damaged."""
    return copy.deepcopy(ANSWER)


@pytest.fixture
def article() -> gs.Article:
    return gs.Article.from_text(TEXT, published="2026-01-06", source="norvia.txt")


@dataclass
class Asked:
    """What came of asking, and what the endpoint saw."""

    summaries: list[gs.Summary] = field(default_factory=list)
    requests: list[dict[str, Any]] = field(default_factory=list)
    error: Exception | None = None

    @property
    def summary(self) -> gs.Summary:
        if self.error is not None:
            raise self.error
        return self.summaries[-1]


Ask = Callable[..., Asked]


@pytest.fixture(params=WAYS)
def ask(request: pytest.FixtureRequest, article: gs.Article) -> Ask:
    """Ask a scripted endpoint in one of the four ways; all of them have to behave alike."""
    return _asking(request.param, article)


@pytest.fixture(params=WAYS[:2])
def ask_whole(request: pytest.FixtureRequest, article: gs.Article) -> Ask:
    """The same for answers that come in one piece."""
    return _asking(request.param, article)


@pytest.fixture(params=WAYS[2:])
def ask_stream(request: pytest.FixtureRequest, article: gs.Article) -> Ask:
    """The same for answers that come piece by piece."""
    return _asking(request.param, article)


def _asking(way: str, article: gs.Article) -> Ask:
    def asking(replies: Iterable[Reply], given: gs.Article = article, **options: Any) -> Asked:
        asked = Asked()
        with ScriptedEndpoint(replies) as endpoint:
            summarizer = gs.Summarizer(
                "m", base_url=endpoint.url, api_key=KEY, **{"review": False, **options}
            )
            try:
                asked.summaries = asyncio.run(_asked(summarizer, way, given))
            except gs.GuaranteeSummarizerError as error:
                asked.error = error
            asked.requests = endpoint.requests
        return asked

    return asking


async def _asked(summarizer: gs.Summarizer, way: str, article: gs.Article) -> list[gs.Summary]:
    async with summarizer:
        if way == "summarize":
            return [summarizer.summarize(article)]
        if way == "asummarize":
            return [await summarizer.asummarize(article)]
        if way == "stream":
            return list(summarizer.stream(article))
        return [partial async for partial in summarizer.astream(article)]
