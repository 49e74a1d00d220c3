"""The seed article through a recorded endpoint: `cassettes/README.md` says who answered.

Matched on method, path and body, so that a changed prompt or schema cannot be answered by an old
recording.
"""

from __future__ import annotations

import asyncio
import json
import os
from pathlib import Path

import pytest

import guarantee_summarizer as gs
from guarantee_summarizer.evaluation import unsupported
from guarantee_summarizer.llm.messages import Account, Completion
from guarantee_summarizer.prompts import PromptBook
from guarantee_summarizer.schema.json_schema import to_wire
from tests.conftest import CASSETTES

RECORDED = CASSETTES / "recorded.json"
BASE_URL = os.environ.get("RECORD_BASE_URL") or "http://127.0.0.1:8901/v1"
MODEL = os.environ.get("RECORD_MODEL") or "operator"
GOLD = Path(__file__).parents[1] / "gold"
EVALUATED = (
    "01-london-summit",
    "05-berlin-talks",
    "13-saudi-pakistan-pact",
    "16-lebanon-mechanism",
)
HOW = "record them again with: make record BASE_URL=… MODEL=…"


@pytest.fixture
def vcr_cassette_dir() -> str:
    return str(CASSETTES)


@pytest.fixture
def default_cassette_name(request: pytest.FixtureRequest) -> str:
    """Cassettes are named after what they hold, so that several tests may replay one."""
    marker = request.node.get_closest_marker("cassette")
    if marker:
        return str(marker.args[0])
    return f"gold-{request.node.callspec.params['name']}"


@pytest.fixture
def vcr_config() -> dict[str, object]:
    return {
        "match_on": ["method", "path", "body"],
        "filter_headers": [
            "authorization", "cookie", "openai-organization", "openai-project", "user-agent",
            "api-key", "x-api-key",
        ],
        "before_record_request": _without_noise,
        "before_record_response": _without_identity,
        "decode_compressed_response": True,
        "allow_playback_repeats": True,
    }  # fmt: skip


def _without_noise(request):
    """Only the body and its type travel: no host, no key, no client's fingerprints."""
    request.headers = {
        name: value for name, value in request.headers.items() if name.lower() == "content-type"
    }
    request.uri = f"http://endpoint{request.path}"
    return request


def _without_identity(response):
    kept = ("content-type", "retry-after")
    response["headers"] = {k: v for k, v in response["headers"].items() if k.lower() in kept}
    return response


@pytest.fixture(autouse=True)
def fresh(record_mode: str):
    """A recording made with other templates or another schema is refused, by name."""
    parts = PromptBook().parts
    if record_mode == "none":
        recorded = json.loads(RECORDED.read_text())["parts"]
        changed = [name for name, digest in recorded.items() if parts.get(name) != digest]
        if changed:
            pytest.fail(f"{', '.join(changed)} changed since the recording; {HOW}", pytrace=False)
    yield
    if record_mode == "rewrite":
        RECORDED.write_text(json.dumps({"model": MODEL, "parts": parts}, indent=1) + "\n")


@pytest.fixture
def summarizer():
    return asking(review=False)


@pytest.fixture
def reviewed():
    return asking(review=True)


def asking(**options):
    return gs.Summarizer(
        MODEL, base_url=BASE_URL, api_key="none", timeout=3600, seconds=3600, **options
    )


def check(summary: gs.Summary, seed: gs.Article) -> None:
    """What has to hold of any honest answer to the seed article."""
    assert summary.complete
    assert summary.relevant
    assert summary.provenance.model == summary.provenance.reviewer == MODEL
    assert summary.provenance.review == "done"
    assert summary.usage.input_tokens > 1000
    names = {p.name for p in summary.participants}
    assert {"Emmanuel Macron", "Volodymyr Zelenskyy", "Vladimir Putin", "Steve Witkoff"} <= names
    assert [layer.rank for layer in summary.structure.layers][:3] == [1, 2, 3]
    assert "backstop" in {layer.function for layer in summary.structure.layers}
    terms = {t.normalized for p in summary.proposals for t in p.terms}
    assert "P15Y" in terms
    for citation in summary.citations():
        assert seed.text[citation.start : citation.end] == citation.quote
    assert len(summary.withheld) <= 2
    assert gs.Summary.model_validate_json(summary.model_dump_json()) == summary


@pytest.mark.cassette("seed")
@pytest.mark.vcr
def test_the_seed_article_is_summarized_by_a_model(reviewed, seed):
    with reviewed:
        check(reviewed.summarize(seed), seed)


@pytest.mark.cassette("seed")
@pytest.mark.vcr
def test_the_seed_article_is_summarized_asynchronously_from_the_same_recording(reviewed, seed):
    async def run():
        async with reviewed:
            return await reviewed.asummarize(seed)

    check(asyncio.run(run()), seed)


@pytest.mark.cassette("seed_stream")
@pytest.mark.vcr
def test_the_seed_article_streams(reviewed, seed):
    with reviewed:
        *partials, last = list(reviewed.stream(seed))
    check(last, seed)
    assert len(partials) > 10
    assert not any(partial.complete for partial in partials)


@pytest.mark.cassette("seed_stream")
@pytest.mark.vcr
def test_the_seed_article_streams_asynchronously_from_the_same_recording(reviewed, seed):
    async def run():
        async with reviewed:
            return [partial async for partial in reviewed.astream(seed)]

    check(asyncio.run(run())[-1], seed)


@pytest.mark.parametrize("name", EVALUATED)
@pytest.mark.vcr
def test_gold_articles_answered_by_the_operator_hold_together(summarizer, name):
    article = gs.Article.from_file(GOLD / f"{name}.txt")
    with summarizer:
        summary = summarizer.summarize(article)
    assert summary.complete
    assert unsupported(summary, article) == ()


def damaged(article: gs.Article) -> str:
    """The right answer to gold 01 with five errors in it, each of another kind."""
    data = json.loads((GOLD / "01-london-summit.json").read_text())
    data.pop("traps")
    answer = to_wire(gs.Summary.ground(data, article))
    answer["headline"] = "Leaders at a London summit agreed to send 50,000 soldiers to Ukraine."
    answer["participants"][18]["name"] = "Georgina Meloni"
    answer["proposals"][8]["terms"][0]["value"] = "1.9 billion pounds"
    answer["structure"]["layers"][1]["rank"] = 0
    answer["disputes"][0]["positions"].append(
        {"party": "Angela Merkel", "stance": "She rejects any troops."}
    )
    return json.dumps(answer)


@pytest.mark.cassette("mend")
@pytest.mark.vcr
def test_a_reader_mends_in_one_short_re_ask_what_was_damaged_on_purpose(summarizer):
    request, draft, account = after(summarizer, "01-london-summit", damaged)
    assert len(request.answer.model_fields) >= 5
    assert account.usage.attempts == 1
    assert draft.summary.withheld == ()
    assert [f for f in draft.findings if f.severity == "error"] == []
    assert "Giorgia Meloni" in {p.name for p in draft.summary.participants}


SUBTLE = {  # what no check sees: giver and receiver, a denial, who said it
    "headline": "Thirty years on, the Budapest Memorandum carried a military duty, and whether it binds "
    "anyone is disputed; Kyiv now wants NATO membership.",
    "proposals[7].recipients": ["China", "France"],
    "proposals[7].proposed_by": ["Ukraine"],
    "disputes[0].positions[0].party": "Russia",
}


def subtly_damaged(article: gs.Article) -> str:
    """The right answer to gold 07 with three claims in it that say something else."""
    data = json.loads((GOLD / "07-budapest-memorandum.json").read_text())
    data.pop("traps")
    answer = to_wire(gs.Summary.ground(data, article))
    answer["headline"] = SUBTLE["headline"]
    answer["proposals"][7] |= {
        name: SUBTLE[f"proposals[7].{name}"] for name in ("recipients", "proposed_by")
    }
    answer["disputes"][0]["positions"][0]["party"] = SUBTLE["disputes[0].positions[0].party"]
    return json.dumps(answer)


@pytest.mark.cassette("review")
@pytest.mark.vcr
def test_a_second_reader_finds_what_no_check_sees_and_one_re_ask_mends_it(reviewed):
    _, draft, account = after(reviewed, "07-budapest-memorandum", subtly_damaged)
    assert account.usage.attempts == 2
    assert draft.review == "done"
    summary = draft.summary
    assert summary.headline != SUBTLE["headline"]
    assert "carried a military duty" not in summary.headline
    assert summary.proposals[7].proposed_by == ("China", "France")
    assert summary.disputes[0].positions[0].party == "American officials"
    assert [f for f in draft.findings if f.severity == "error"] == []


def after(summarizer, name, answer):
    """What follows an answer that no model gave: the next request, the draft, the account."""
    article, account = gs.Article.from_file(GOLD / f"{name}.txt"), Account(summarizer.options)
    conversation = summarizer._pipeline.conversation(article, account)
    next(conversation)
    request = conversation.send(Completion(answer(article)))
    return request, summarizer.model_client.run(resumed(conversation, request), account), account


def resumed(conversation, request):
    """A conversation in the middle, from its beginning for whoever drives it."""
    while True:
        completion = yield request
        try:
            request = conversation.send(completion)
        except StopIteration as ended:
            return ended.value


def test_no_cassette_holds_a_key_or_an_identity():
    for cassette in CASSETTES.glob("*.yaml"):
        text = cassette.read_text().lower()
        for word in (
            "authorization",
            "bearer",
            "sk-",
            "cookie",
            "openai-organization",
            "127.0.0.1",
        ):
            assert word not in text, f"{cassette.name}: {word}"
