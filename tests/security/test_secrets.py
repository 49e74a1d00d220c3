"""No key, login or token shows in what a user, an operator or a file gets to see."""

from __future__ import annotations

import asyncio
import itertools
import json
import logging
import os
import pickle
import random
import sqlite3
from dataclasses import dataclass, field

import instructor
import openai
import pytest
from typer.testing import CliRunner

import guarantee_summarizer as gs
from guarantee_summarizer.batch import BatchJob
from guarantee_summarizer.cli import app
from guarantee_summarizer.corpus.rows import RUN, checksum
from guarantee_summarizer.secrets import Secrets
from guarantee_summarizer.testing import Reply, ScriptedEndpoint
from guarantee_summarizer.testing.batches import ScriptedBatches
from tests.llm.conftest import ANSWER, TEXT, WAYS

from . import made_up
from .echo import PLACES, Echo, told, watched

MADE_UP = "made-up-Jq81kQp04LmNzz81"
CARRIERS = ("key", "password", "parameter", "request", "client", "reader")
BATCHES = ("error", "refusal", "answer", "no completion", "custom id", "file", "line")


@dataclass
class Asked:
    works: gs.Summarizer
    shown: list[str] = field(default_factory=list)


def summarizer(carrier: str, secret: str, url: str, attempts: int) -> gs.Summarizer:
    """A summarizer that sends a secret in one of the ways that there are."""
    made = {"review": False, "attempts": attempts, "seconds": 5.0, "tracing": True}
    quoted = made_up.quote(secret, safe="")
    match carrier:
        case "key":
            return gs.Summarizer("m", base_url=url, api_key=secret, **made)
        case "password":
            with_login = url.replace("://", f"://ann:{quoted}@")
            return gs.Summarizer("m", base_url=with_login, api_key="none", **made)
        case "parameter":
            return gs.Summarizer("m", base_url=f"{url}?api-key={quoted}", **made)
        case "request":
            request = {"metadata": {"api_key": secret}}
            return gs.Summarizer("m", base_url=url, api_key="none", request=request, **made)
        case "client":
            raw = openai.OpenAI(
                base_url=url, api_key="none", max_retries=0,
                default_headers={"X-Api-Key": secret},
            )  # fmt: skip
            return gs.Summarizer("m", client=instructor.from_openai(raw), **made)
        case _:
            reader = gs.Endpoint(model="r", base_url=url, api_key=secret)
            return gs.Summarizer("m", base_url=url, api_key=secret, **made | {"review": reader})


def ask(works: gs.Summarizer, way: str, ledger) -> list[str]:
    """Ask in one way; return what came of it."""
    try:
        if way == "map":
            outcomes = [*works.map([gs.Article.from_text(TEXT)], ledger=ledger)]
        else:
            outcomes = asyncio.run(_asked(works, way))
    except gs.GuaranteeSummarizerError as error:
        return told(error)
    shown = []
    for outcome in outcomes:
        if isinstance(outcome, gs.Failure):
            shown += [str(outcome), repr(outcome.source), *told(outcome.error)]
        else:
            shown += [outcome.model_dump_json(), gs.to_markdown(outcome)]
    return shown


async def _asked(works, way):
    async with works:
        if way == "summarize":
            return [works.summarize(TEXT)]
        if way == "asummarize":
            return [await works.asummarize(TEXT)]
        if way == "stream":
            return [*works.stream(TEXT)]
        return [partial async for partial in works.astream(TEXT)]


def standing(works: gs.Summarizer) -> list[str]:
    """What a summarizer shows of itself."""
    shown = [
        repr(works),
        json.dumps(works.settings),
        repr(works.options),
        repr(works._configuration.endpoint),
    ]
    try:
        shown.append(pickle.dumps(works).decode("latin-1"))
    except gs.ConfigurationError as error:
        shown += told(error)
    return shown


def tried(count: int, seed: int, tmp_path, exporter) -> list[str]:
    """Send so many secrets to a server that echoes them; return what leaked."""
    leaked, ways = [], itertools.cycle((*WAYS, "map"))
    pairs = [*itertools.product(PLACES, CARRIERS)]
    random.Random(seed).shuffle(pairs)  # 222 of them, so that 510 trials hold each twice
    pairs = itertools.cycle(pairs)
    with Echo() as server:
        trials = zip(made_up.secrets(count, seed), pairs, ways, strict=False)
        for number, (secret, (place, carrier), way) in enumerate(trials):
            if carrier == "client" and way in ("asummarize", "astream", "stream"):
                way = "summarize"
            server.place, server.text = place, secret.echo
            ledger = tmp_path / f"{number % 50}.sqlite"
            ledger.unlink(missing_ok=True)
            level = logging.INFO if number % 6 else logging.DEBUG
            with watched(exporter, level) as seen:
                works = summarizer(carrier, secret.value, server.url, 1 + (number % 3 == 0))
                shown = ask(works, way, ledger) + standing(works)
                works.close()
                if carrier == "client":
                    works._configuration.endpoint.client.client.close()
            shown += seen
            if ledger.exists():
                shown.append(ledger.read_bytes().decode("latin-1"))
            if any(made_up.shows(secret, text) for text in shown):
                leaked.append(f"{number}: {secret}, {place}, {carrier}, {way}")
    return leaked


def test_no_secret_that_a_server_echoes_shows_anywhere(tmp_path, exporter):
    """A few of the many: each place and each carrier."""
    assert tried(len(PLACES), 7, tmp_path, exporter) == []


@pytest.mark.slow
@pytest.mark.timeout(1800)
@pytest.mark.parametrize("seed", range(1, 1 + int(os.environ.get("SECRET_SEEDS", "1"))))
def test_none_of_many_secrets_shows_anywhere(seed, tmp_path, exporter):
    """Each place with each carrier, twice, each secret in a form of its own; four seeds try 2,040."""
    assert tried(510, seed, tmp_path, exporter) == []


def batch_reply(place: str, echo: str):
    def answer(line):
        row = {"id": "x", "custom_id": line["custom_id"], "error": None}
        match place:
            case "error":
                body = json.dumps({"error": {"message": echo, "code": echo}})
                return Reply(status=400, body=body)
            case "refusal":
                return Reply(refusal=echo)
            case "answer":
                return Reply(answer=ANSWER | {"headline": echo, "abstract": f"It is {echo}."})
            case "no completion":
                row["response"] = {"status_code": 200, "body": {"answer": echo}}
            case "custom id":
                row["custom_id"] = echo
            case "line":
                return Reply(body=f"{echo} is no JSON".replace("\n", " ").replace("\r", " "))
        return Reply(body=json.dumps(row))

    return answer


def tried_in_batches(count: int, seed: int, tmp_path) -> list[str]:
    leaked = []
    for number, secret in enumerate(made_up.secrets(count, seed)):
        place = BATCHES[number % len(BATCHES)]
        ends = "failed" if place == "file" else "completed"
        problem = {"code": secret.echo, "line": 1, "message": secret.echo}
        reply, ledger = batch_reply(place, secret.echo), tmp_path / f"{number}.sqlite"
        with ScriptedBatches(reply, ends=ends, problem=problem) as server:
            works = gs.Summarizer("m", base_url=server.url, api_key=secret.value, review=False)
            job = BatchJob(works, ledger, sleep=lambda _: None)
            job.submit([TEXT])
            shown = [repr(job.wait()), *map(repr, job.refresh())]
            for outcome in job.collect():
                failed = isinstance(outcome, gs.Failure)
                shown += told(outcome.error) if failed else [outcome.model_dump_json()]
            shown.append(repr(job.refresh()))
            works.close()
        for file in tmp_path.glob(f"{number}.sqlite*"):
            shown.append(file.read_bytes().decode("latin-1"))
        for command in (["show"], ["export"], ["export", "--status", "failed"]):
            name, *more = command
            shown.append(CliRunner().invoke(app, ["runs", name, str(ledger), *more]).output)
        if any(made_up.shows(secret, text) for text in shown):
            leaked.append(f"{number}: {secret}, {place}")
    return leaked


def test_no_secret_in_the_files_of_a_batch_shows_anywhere(tmp_path):
    assert tried_in_batches(len(BATCHES), 3, tmp_path) == []


@pytest.mark.slow
@pytest.mark.timeout(1800)
def test_none_of_two_hundred_secrets_in_the_files_of_batches_shows(tmp_path):
    assert tried_in_batches(210, 5, tmp_path) == []


def scrubbed(count: int, seed: int) -> list[str]:
    found = []
    for secret in made_up.secrets(count, seed):
        text = Secrets([secret.value]).scrub(f"The server says: {secret.echo} (code 7)")
        kept = text.startswith("The server sa") and text.endswith("7)")
        if made_up.shows(secret, text) or not kept:
            found.append(f"{secret}: {text}")
    return found


def test_every_form_of_every_kind_of_secret_is_found():
    assert scrubbed(200, 11) == []


@pytest.mark.slow
@pytest.mark.timeout(1800)
def test_every_form_of_four_thousand_secrets_is_found():
    assert scrubbed(4000, 12) == []


@pytest.mark.parametrize("before", ["\\n", "\\r\\n", "\\x0a", "%0A", "\n", "'", "=", "H"])
def test_what_could_be_a_word_is_found_after_a_line_break_in_any_spelling(before):
    assert (
        Secrets(["wwzjgfwxslnffprsrqczwnbf"])
        .scrub(f"x{before}wwzjgfwxslnffprsrqczwnbf")
        .endswith("***")
    )


WEAK = ("none", "test", "ollama", "EMPTY", "lm-studio", "not-needed", "dummy", "sk-1234", "key",
        "password", "Ukraine", "guarantee", "20 years", "3,000", "Norvia", "2026")  # fmt: skip


@pytest.mark.parametrize("key", [*WEAK, "Ostmark-is-ready-to-station", "President-Ana-Lund"])
def test_a_key_that_is_a_word_changes_no_fact(key):
    """Servers that need no key get `none` or `ollama`; articles hold such words, and figures."""
    summaries = []
    for given in (key.replace(" ", "-"), MADE_UP):
        with (
            ScriptedEndpoint([Reply(answer=ANSWER)]) as endpoint,
            gs.Summarizer("m", base_url=endpoint.url, api_key=given, review=False) as works,
        ):
            summaries.append(works.summarize(TEXT))
    left = {"usage", "provenance"}
    assert summaries[0].model_dump(exclude=left) == summaries[1].model_dump(exclude=left)
    assert summaries[0].proposals


@pytest.mark.parametrize("key", WEAK)
def test_a_key_that_is_a_word_leaves_messages_as_they_are(key):
    words = f"model 'llama3' not found, try pulling it first; none of {key} was a test for ollama"
    assert Secrets([key]).scrub(words) == words


def test_what_stands_in_the_article_is_no_secret_in_its_summary():
    """A code name in an article stays, even where it is the password of somebody's server."""
    name = "Harbour7Lock22Shield9"
    text = TEXT.replace("Ostmark is", f"Under plan {name} Ostmark is")
    answer = ANSWER | {"abstract": f"Ostmark is ready under plan {name}."}
    with (
        ScriptedEndpoint([Reply(answer=answer)]) as endpoint,
        gs.Summarizer("m", base_url=endpoint.url, api_key=name, review=False) as works,
    ):
        assert name in works.summarize(text).model_dump_json()


LOGINS = (
    "ann:pw@127.0.0.1:9/v1", "http://ann:pw@127.0.0.1:9/v1", "http://ann:pw@127.0.0.1:9/v1?key=pw",
    "http://ann:p%40w@127.0.0.1:9/v1?api-version=2&api-key=pw#pw", "http://ann@127.0.0.1:9/v1",
)  # fmt: skip


@pytest.mark.parametrize("url", LOGINS)
@pytest.mark.parametrize("way", ["base_url", "environment"])
def test_a_login_in_an_address_shows_nowhere_however_short_it_is(url, way, monkeypatch, tmp_path):
    """Words of a login are not scrubbed from text, but no address is shown with its login."""
    given = {"base_url": url} if way == "base_url" else {}
    if not given:
        monkeypatch.setenv("OPENAI_BASE_URL", url)
    shown = []
    try:
        works = gs.Summarizer("m", attempts=1, review=gs.Endpoint(model="r", **given), **given)
    except gs.ConfigurationError as error:
        shown += told(error)
    else:
        shown += standing(works) + ask(works, "summarize", None)
        shown += ask(works, "map", tmp_path / "run.sqlite")
        shown.append((tmp_path / "run.sqlite").read_bytes().decode("latin-1"))
        shown.append(CliRunner().invoke(app, ["runs", "show", str(tmp_path / "run.sqlite")]).output)
    assert shown
    assert not [text for text in shown if any(word in text for word in ("ann", "pw@", "=pw", "#pw", "p%40w"))
                and not all(part not in text for part in ("ann:", "ann@", "pw@", "=pw", "#pw"))]  # fmt: skip


def test_a_login_of_a_proxy_shows_nowhere(monkeypatch, exporter):
    for secret in made_up.secrets(6, 13):
        quoted = made_up.quote(secret.value, safe="")
        with Echo() as proxy:
            place = proxy.url.removesuffix("/v1").replace("://", f"://ann:{quoted}@")
            monkeypatch.setenv("HTTP_PROXY", place)
            proxy.text, proxy.place = secret.echo, "error 500"
            with watched(exporter, logging.INFO) as seen:
                works = gs.Summarizer("m", base_url="http://model.invalid/v1", attempts=1)
                shown = ask(works, "summarize", None)
                works.close()
        assert "500" in shown[0]
        assert not [text for text in shown + seen if made_up.shows(secret, text)], secret


def test_settings_without_their_login_are_refused_with_the_remedy(monkeypatch):
    url = "http://ann:pw@127.0.0.1:9/v1?api-key=k-1"
    works = gs.Summarizer("m", base_url=url)
    with pytest.raises(gs.ConfigurationError, match="was stored without its login"):
        gs.Summarizer(**works.settings)
    frozen = pickle.dumps(works)
    monkeypatch.setenv("OPENAI_BASE_URL", url)
    assert pickle.loads(frozen)._configuration.endpoint.url == url  # noqa: S301  (our own)
    kept = gs.Summarizer("m", base_url=url, request={"metadata": {"api_key": "k-1"}}).settings
    with pytest.raises(gs.ConfigurationError, match="request was stored without its keys"):
        gs.Summarizer(**kept)


def run_of(tmp_path, **settings):
    """A ledger with one failed article, as somebody else may have made it."""
    path = tmp_path / "run.sqlite"
    with ScriptedEndpoint([Reply(status=400, body="{}")]) as endpoint:
        works = gs.Summarizer("m", base_url=endpoint.url, api_key="none", review=False)
        list(works.map([gs.Article.from_text(TEXT)], ledger=path))
    with sqlite3.connect(path) as connection:
        connection.row_factory = sqlite3.Row
        row = dict(connection.execute("SELECT * FROM runs").fetchone())
        row["settings"] = json.dumps(json.loads(row["settings"]) | settings)
        seal = checksum(row[name] for name in RUN)  # whoever writes a ledger can write that, too
        changed = (row["settings"], seal)
        connection.execute("UPDATE runs SET settings = ?, checksum = ?", changed)
    connection.close()
    return path


def retry(path, *more):
    return CliRunner().invoke(app, ["runs", "retry-failed", str(path), *map(str, more)])


def test_a_key_goes_only_to_the_endpoint_that_the_user_names(tmp_path, monkeypatch):
    monkeypatch.setenv("OPENAI_API_KEY", MADE_UP)
    with ScriptedEndpoint([Reply(answer=ANSWER)]) as thief, ScriptedEndpoint([]) as mine:
        path = run_of(tmp_path, base_url=thief.url)
        for more in ((), ("--base-url", mine.url), ("--model", "m"), ("--base-url", "x")):
            result = retry(path, *more)
            assert result.exit_code == 2, result.output
            assert f"--base-url {thief.url}" in " ".join(result.output.split())
        assert thief.requests == mine.requests == []
        assert retry(path, "--base-url", thief.url + "/").exit_code == 0
        assert len(thief.requests) == 1


def test_a_reader_elsewhere_needs_a_word_of_its_own(tmp_path, monkeypatch):
    monkeypatch.setenv("OPENAI_API_KEY", MADE_UP)
    answer = Reply(answer=ANSWER)
    with ScriptedEndpoint([answer]) as mine, ScriptedEndpoint([Reply(answer={})]) as thief:
        reader = {"model": "r", "base_url": thief.url}
        path = run_of(tmp_path, base_url=mine.url, review=reader)
        assert retry(path, "--base-url", mine.url).exit_code == 2
        assert mine.requests == thief.requests == []
        assert retry(path, "--base-url", mine.url, "--base-url", thief.url).exit_code == 0
        assert thief.requests


@pytest.mark.parametrize(
    ("settings", "word"),
    [
        ({"model": "groq/x", "base_url": None}, "groq/x"),
        ({"model": "anthropic/x", "base_url": None}, "anthropic/x"),
        ({"model": "gpt-9", "base_url": None}, "gpt-9"),
        ({"model": "gpt-9", "base_url": None, "review": "groq/x"}, "gpt-9"),
        ({"base_url": "http://127.0.0.1:9/v1"}, "http://127.0.0.1:9/v1"),
    ],
)
def test_a_ledger_chooses_no_endpoint_in_python_either(settings, word, tmp_path, monkeypatch):
    for name in ("OPENAI", "GROQ", "ANTHROPIC"):
        monkeypatch.setenv(f"{name}_API_KEY", MADE_UP)
    (record,) = gs.Ledger(run_of(tmp_path, **settings)).runs()
    for more in ({}, {"api_key": MADE_UP}):
        with pytest.raises(gs.ConfigurationError, match="named by a ledger alone"):
            gs.Summarizer(**record.settings, **more)
    with pytest.raises(gs.ConfigurationError, match="if the articles and your key may go there"):
        record.settings_at("http://127.0.0.1:8/v1")
    named = (word, "groq/x") if settings.get("review") else (word,)
    given = record.settings_at(*named)
    there = {name: given[name] for name in ("model", "base_url")}
    assert gs.Endpoint(**there).model == settings.get("model", "m")
    if settings.get("review"):
        with pytest.raises(gs.ConfigurationError, match="groq"):
            record.settings_at(word)


def test_a_provider_by_name_gets_no_headers_that_are_for_openai(monkeypatch):
    for name in ("GROQ_API_KEY", "OPENAI_ORG_ID", "OPENAI_PROJECT_ID"):
        monkeypatch.setenv(name, "value-1")
    monkeypatch.setenv("OPENAI_CUSTOM_HEADERS", "X-Gateway-Token: value-1")
    with gs.Summarizer("groq/x") as works:
        headers = works.model_client.client.client.default_headers
    assert "value-1" not in map(str, headers.values())


def test_spans_carry_codes_and_no_words_of_a_provider(exporter):
    with Echo() as server:
        for place in PLACES:
            server.place, server.text = place, "Ostmark will send 3,000 soldiers, they say"
            with watched(exporter) as seen:
                works = gs.Summarizer(
                    "m", base_url=server.url, attempts=1, tracing=True, review=False
                )
                ask(works, "summarize", None)
                works.close()
            spans = "".join(seen[1:])
            assert "summarize article" in spans
            assert "Ostmark" not in spans, place
