"""History told as if it were news, and claims that come from the prompt's example."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from functools import cache
from typing import Any

from guarantee_summarizer.resources import prompts_folder
from guarantee_summarizer.schema import Finding
from guarantee_summarizer.text import fold
from guarantee_summarizer.verify.base import Reading, error, warning
from guarantee_summarizer.verify.claims import Claim
from guarantee_summarizer.verify.overlap import stems
from guarantee_summarizer.verify.passage import Passage

__all__ = ["claims_are_not_the_examples", "history_is_told_as_history"]

_NEWS = re.compile(
    r"\b(?:now|today|still|again|this (?:week|month|year)|will|would|could|wants?|demands?|on \w+day|yesterday|tomorrow)\b"
)
_PENDING = frozenset({"proposed", "under_discussion", "planned", "expected", "open"})
_RECENT = 1  # years before publication that still are news
_COPIED = 0.8  # share of a claim's words that stand in one claim of the example
_TELLING = 4  # words that a claim must have to be recognized


def history_is_told_as_history(claim: Claim, reading: Reading) -> Iterator[Finding]:
    """What the cited sentences tell of long ago is not proposed, planned or under discussion now.

    Long ago is a year before the last one, with the day of publication or else the latest year of
    the article for today.
    """
    if claim.section not in ("proposals", "layers", "events") or not reading.english:
        return
    cited = reading.passages(claim)
    if claim.item.status not in _PENDING or not cited:
        return
    if all(_is_past(at, reading.year) for at in cited) and not claim.said.years:
        message = "the cited sentences tell it of the past, the claim as something pending"
        yield warning("history_as_present", claim.path, message)


def _is_past(passage: Passage, today: int) -> bool:
    years = passage.years
    return bool(years) and max(years) < today - _RECENT and not _NEWS.search(passage.text)


def claims_are_not_the_examples(claim: Claim, reading: Reading) -> Iterator[Finding]:
    """No claim repeats the prompt's worked example unless the article says the same."""
    if claim.section in ("text", "participants", "terms") or not claim.evidence:
        return
    words = claim.said.stems
    if len(words) < _TELLING or not any(
        len(words & told) >= _COPIED * len(words) for told in _examples()
    ):
        return
    there = frozenset[str]().union(*(at.stems for at in reading.passages(claim)))
    if len(words & there) < len(words) / 2:
        yield error("copied_from_example", claim.path, "repeats the prompt's worked example")


@cache
def _examples() -> tuple[frozenset[str], ...]:
    """The words of each claim of the bundled example."""
    source = (prompts_folder() / "example.md.jinja").read_text(encoding="utf-8")
    answer = json.loads(source.split("Answer:", 1)[1])
    items = [*answer["proposals"], *answer["structure"]["layers"], *answer["disputes"]]
    items += [position for dispute in answer["disputes"] for position in dispute["positions"]]
    return tuple(stems(fold(" ".join(_texts(item)))) for item in items)


def _texts(item: dict[str, Any]) -> Iterator[str]:
    for value in item.values():
        if isinstance(value, str):
            yield value
