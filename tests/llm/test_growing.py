"""A stream gives at each place what the same part of the answer gives by itself, and at less cost."""

from __future__ import annotations

import json
import random
from collections import Counter
from pathlib import Path

import pytest
import yaml

import guarantee_summarizer as gs
from guarantee_summarizer.evaluation import load_gold
from guarantee_summarizer.llm.answers import ANSWER
from guarantee_summarizer.schema import Usage
from guarantee_summarizer.verify import checks
from tests.llm.conftest import ANSWER as WRITTEN
from tests.llm.conftest import TEXT

ROOT = Path(__file__).parents[2]
PIPELINE = gs.Summarizer("m", base_url="http://127.0.0.1:1/v1", api_key="none")._pipeline


def recorded(path: Path) -> list[str]:
    """The answers in a cassette."""
    answers = []
    for interaction in yaml.safe_load(path.read_text())["interactions"]:
        body = interaction["response"]["body"]["string"]
        if body.startswith("data:"):
            chunks = (line[6:] for line in body.splitlines() if line.startswith("data: {"))
            deltas = [c["delta"] for line in chunks for c in json.loads(line)["choices"]]
            calls = [call for d in deltas for call in d.get("tool_calls") or ()]
            text = "".join(c["function"].get("arguments") or "" for c in calls)
            answers.append(text or "".join(d.get("content") or "" for d in deltas))
        else:
            message = json.loads(body)["choices"][0]["message"]
            calls = message.get("tool_calls")
            answers.append(calls[0]["function"]["arguments"] if calls else message["content"])
    return answers


def odd_answer() -> dict:
    """Participants late, twice and under two names; claims twice; items that do not fit."""
    proposals = WRITTEN["proposals"]
    return {
        **{name: WRITTEN[name] for name in ("relevant", "headline", "abstract")},
        "proposals": [*proposals, *proposals, {"title": "x"}, {**proposals[0], "more": [1]}],
        "disputes": WRITTEN["disputes"] * 2,
        "structure": {"layers": [{"rank": 1, "name": "troops", "evidence": [1]}] * 2},
        "participants": [*WRITTEN["participants"], *WRITTEN["participants"], {"name": "Kyiv"}],
    }


def equal_to_fresh(written: str, article: gs.Article, chance: random.Random) -> int:
    """Compare the drafts at random places; return how many held claims."""
    growing, held = PIPELINE.growing(article), 0
    for end in sorted(chance.sample(range(len(written) + 1), min(30, len(written)))):
        answer = ANSWER.read([written[:end]])
        draft, fresh = growing.draft(answer), PIPELINE.partial(answer, article)
        assert draft == fresh, end
        shown = [PIPELINE.finish(one, article, Usage()) for one in (draft, fresh)]
        plain, other = (one.model_dump_json(exclude={"provenance"}) for one in shown)
        assert plain == other, end
        held += bool(draft.summary.proposals)
    return held


@pytest.mark.parametrize("path", sorted((ROOT / "cassettes").glob("*.yaml")), ids=lambda p: p.stem)
def test_recorded_answers_grow_as_they_are(path):
    """Of each recorded answer, cut at random places, every part gives what it gives alone."""
    gold = {item.name: item.article for item in load_gold(ROOT / "tests/gold")}
    seed = gs.Article.from_file(next((ROOT / "seeds").glob("000_*.txt")))
    article = gold.get(path.stem.removeprefix("gold-"), seed)
    for number, written in enumerate(recorded(path)):
        equal_to_fresh(written, article, random.Random(f"{path.stem} {number}"))


@pytest.mark.parametrize("seed", range(4))
def test_odd_answers_grow_as_they_are(seed):
    """The same with items in another order, that come twice, or that do not fit."""
    chance, fields = random.Random(seed), [*odd_answer().items()]
    chance.shuffle(fields)
    written = json.dumps(dict(fields))
    assert equal_to_fresh(written, gs.Article.from_text(TEXT), chance) > 5


def test_an_answer_that_begins_again_is_read_again():
    """An item in the place of another is not taken for it, though Python calls them equal."""
    article, growing = gs.Article.from_text(TEXT), PIPELINE.growing(gs.Article.from_text(TEXT))
    for rank in (1, True, 1.0, 2, "1"):
        layer = {"rank": rank, "name": "troops", "evidence": [1]}
        answer = ANSWER.read([json.dumps({"relevant": True, "structure": {"layers": [layer]}})])
        assert growing.draft(answer) == PIPELINE.partial(answer, article)


def test_a_claim_is_verified_once(monkeypatch):
    """A claim that comes again with the next piece is neither read nor verified again."""
    asked: Counter[str] = Counter()
    counted = next(f for f in checks._ALL if f.__name__ == "figures_occur")

    def counting(claim, context):
        asked[claim.path] += 1
        return counted(claim, context)

    functions = tuple(counting if f is counted else f for f in checks._ALL)
    monkeypatch.setattr(checks, "_ALL", functions)
    checks.functions_for.cache_clear()
    written = json.dumps({**WRITTEN, "proposals": WRITTEN["proposals"] * 10})
    growing = PIPELINE.growing(gs.Article.from_text(TEXT))
    for end in range(0, len(written), 100):
        growing.draft(ANSWER.read([written[:end]]))
    checks.functions_for.cache_clear()
    assert asked["proposals[19]"] == asked["proposals[0]"] == 1
