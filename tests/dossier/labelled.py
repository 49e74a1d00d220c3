"""The articles with labels: right summaries, what the labels call them, and the labels."""

from __future__ import annotations

import json
from functools import cache
from pathlib import Path
from typing import Any

import yaml

import guarantee_summarizer as gs
from guarantee_summarizer.enrich import enrich
from guarantee_summarizer.evaluation import load_gold
from guarantee_summarizer.lexicon import default_lexicon

HERE = Path(__file__).parent
ROOT = HERE.parents[1]
SEED = ROOT / "seeds" / "000_2fc7fc292f528f96.txt"
SHARED = ("01", "02", "03", "04", "05", "06", "08", "09", "10")
HELD_OUT = ("28", "29")


@cache
def right_summaries() -> dict[str, gs.Summary]:
    """The right summaries of all articles, under what the labels call them."""
    items = [*load_gold(ROOT / "tests" / "gold"), *load_gold(HERE / "gold")]
    found = {item.name[:2]: item.summary for item in items}
    right = {name: found[name] for name in found if name in SHARED or name >= "21"}
    return {**right, "seed": _recorded()}


def _recorded() -> gs.Summary:
    """The recorded answer to the seed article."""
    tape = yaml.safe_load((ROOT / "cassettes" / "seed.yaml").read_text(encoding="utf-8"))
    message = json.loads(tape["interactions"][0]["response"]["body"]["string"])["choices"][0]
    answer = json.loads(message["message"]["tool_calls"][0]["function"]["arguments"])
    article = gs.Article.from_file(SEED)
    return enrich(gs.Summary.ground(answer, article), article, default_lexicon())


def articles() -> dict[str, gs.Article]:
    """The articles themselves, under what the labels call them."""
    items = [*load_gold(ROOT / "tests" / "gold"), *load_gold(HERE / "gold")]
    found = {item.name[:2]: item.article for item in items}
    return {n: found[n] for n in right_summaries() if n != "seed"} | {
        "seed": gs.Article.from_file(SEED)
    }


def names() -> dict[tuple[str, str], str]:
    """What the labels call each proposal, by article id and path."""
    return {
        (summary.article.id, f"proposals[{i}]"): f"{name}:{i}"
        for name, summary in right_summaries().items()
        for i in range(len(summary.proposals))
    }


def labels(*files: str) -> dict[str, Any]:
    """The labels of `gold` or `held_out`, or both together."""
    together: dict[str, Any] = {"threads": {}, "conflicts": [], "seeming": [], "changes": []}
    for name in files:
        told = json.loads((HERE / f"{name}.json").read_text(encoding="utf-8"))
        for thread, members in told["threads"].items():
            together["threads"].setdefault(thread, []).extend(members)
        for kind in ("conflicts", "seeming", "changes"):
            together[kind] += told[kind]
    return together
