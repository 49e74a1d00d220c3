"""Inputs are never written over, and results can be joined to them: in files, ledgers, tables."""

from __future__ import annotations

import csv
import json
import os
import sqlite3
from pathlib import Path

import pandas as pd
import pytest
from typer.testing import CliRunner

from guarantee_summarizer import Ledger, Summarizer, Summary, read_articles, to_frames, to_records
from guarantee_summarizer.cli import app
from guarantee_summarizer.testing import Reply, ScriptedEndpoint

PROSE = "France will send troops to Ukraine to guarantee a ceasefire. Russia rejects them."
ROW = json.dumps({"text": PROSE, "id": 7, "desk": "desk-east"}) + "\n"
TWIN = json.dumps({"text": PROSE, "id": 8, "desk": "west"}) + "\n"


def run(*arguments: object):
    return CliRunner().invoke(app, [str(a) for a in arguments])


@pytest.fixture
def news(tmp_path: Path) -> Path:
    file = tmp_path / "news.jsonl"
    file.write_text(ROW + "{broken\n" + TWIN)
    return file


@pytest.mark.parametrize("command", ["summarize", "batch"])
@pytest.mark.parametrize("how", ["itself", "symbolic", "hard", "folder", "part"])
def test_an_input_is_never_written_over(tmp_path, news, command, how):
    given, output = news, news
    if how in ("symbolic", "hard"):
        output = tmp_path / "out.jsonl"
        (os.symlink if how == "symbolic" else os.link)(news, output)
    elif how == "folder":
        given = tmp_path
    elif how == "part":
        given, output = tmp_path / "out.jsonl.part", tmp_path / "out.jsonl"
        news.rename(given)
    before = {file: file.read_bytes() for file in tmp_path.iterdir()}
    result = run(command, given, "--output", output)
    assert result.exit_code == 2
    assert "is read, so it cannot be written" in result.stderr
    assert {file: file.read_bytes() for file in tmp_path.iterdir()} == before


def test_a_ledger_is_neither_input_nor_output(tmp_path, news):
    ledger = tmp_path / "run.sqlite"
    assert run("batch", news, "--ledger", news).exit_code == 2
    assert run("batch", news, "--ledger", ledger, "--output", ledger).exit_code == 2
    with Ledger(ledger) as opened:
        opened.runs()
    assert run("runs", "export", ledger, "--output", ledger).exit_code == 2
    assert sqlite3.connect(ledger).execute("SELECT count(*) FROM runs").fetchone() == (0,)


@pytest.mark.parametrize("name", ["out.csv", "out.parquet", "out.xlsx"])
def test_summaries_in_a_table_are_refused_with_the_command_that_makes_one(tmp_path, news, name):
    result = run("batch", news, "--output", tmp_path / name)
    assert result.exit_code == 2
    assert "guarantee-summarizer export FILE.jsonl --to" in result.stderr
    assert [file.name for file in tmp_path.iterdir()] == ["news.jsonl"]


def test_an_unreadable_row_stands_in_the_ledger_until_it_can_be_read(tmp_path, news):
    ledger, out = tmp_path / "run.sqlite", tmp_path / "out.jsonl"
    assert run("batch", news, "--output", out, "--ledger", ledger).exit_code == 2
    shown = run("runs", "show", ledger).output
    assert "1 articles done, 1 failed" in shown
    assert f"{news}, line 2: ArticleError: {news}, line 2: is not valid JSON" in shown
    exported = run("runs", "export", ledger, "--status", "failed").output
    assert json.loads(exported)["source"] == f"{news}, line 2"
    again = run("runs", "retry-failed", ledger)
    assert (again.exit_code, again.stderr.count("is not valid JSON")) == (2, 1)
    news.write_text(news.read_text().replace("{broken", json.dumps({"text": f"{PROSE} Yes."})))
    assert run("batch", news, "--output", out, "--ledger", ledger).exit_code == 0
    assert "2 articles done, 0 failed" in run("runs", "show", ledger).output


def test_every_result_has_the_fields_of_its_own_row_also_from_the_ledger(tmp_path, news):
    ledger, out = tmp_path / "run.sqlite", tmp_path / "out.jsonl"
    for _ in range(2):
        run("batch", news, "--output", out, "--ledger", ledger, "--ordered")
        first, twin = map(Summary.model_validate_json, out.read_text().splitlines())
        place = f"{news}, line 1"
        assert first.article.metadata == {"source": place, "id": 7, "desk": "desk-east"}
        assert twin.article.metadata == {"source": f"{news}, line 3", "id": 8, "desk": "west"}
        assert first.article.warnings == ()
        assert twin.article.warnings == (f"is the same article as {place}",)
        assert first.article.id == twin.article.id


def test_tables_have_a_column_for_each_field_of_the_records(tmp_path, news):
    out = tmp_path / "out.jsonl"
    run("summarize", news, "--format", "json", "--output", tmp_path / "one.jsonl")
    run("batch", news, "--output", out, "--ordered")
    assert run("export", out, "--to", tmp_path / "tables").exit_code == 0
    with (tmp_path / "tables/summaries.csv").open(encoding="utf-8-sig") as file:
        rows = list(csv.DictReader(file))
    assert [(row["metadata_id"], row["metadata_desk"]) for row in rows] == [
        ("7", "desk-east"),
        ("8", "west"),
    ]
    summaries = [Summary.model_validate_json(line) for line in out.read_text().splitlines()]
    frame = to_frames(summaries)["summaries"]
    rows = pd.DataFrame({"id": [8, 7], "editor": ["Roe", "Dam"]})
    joined = rows.merge(frame, left_on="id", right_on="metadata_id")
    assert joined["metadata_source"].tolist() == [f"{news}, line 3", f"{news}, line 1"]
    assert to_records(summaries)["summaries"][1]["warnings"] == [
        f"is the same article as {news}, line 1"
    ]
    assert run("export", out, "--to", tmp_path / "all.parquet").exit_code == 0
    stored = pd.read_parquet(tmp_path / "all.parquet")
    assert set(stored["metadata_id"].dropna()) == {"7", "8"}


def test_a_warning_is_shown_where_the_user_looks(tmp_path):
    file = tmp_path / "a.jsonl"
    file.write_text(json.dumps({"text": PROSE + " [...]", "date": "TBD"}) + "\n")
    for command in ("summarize", "batch"):
        result = run(command, file)
        assert result.exit_code == 0
        assert f"warning: {file}, line 1: published: 'TBD' is not a date" in result.stderr
        assert f"warning: {file}, line 1: the text was cut" in result.stderr
    assert "Of the input: the text was cut" in run("summarize", file, "--format", "markdown").stdout


def test_metadata_never_goes_to_a_model(news):
    article = next(read_articles(news))
    with Summarizer("m", api_key="k") as summarizer:
        request = json.dumps(summarizer.request(article))
    assert "desk-east" not in request
    assert "news.jsonl" not in request


def test_a_file_that_was_corrected_is_no_failure_any_more(tmp_path):
    news, ledger = tmp_path / "n, 1.csv", tmp_path / "run.sqlite"
    news.write_text(f'story,id\n"{PROSE}",7\n')
    assert run("batch", news, "--ledger", ledger).exit_code == 2
    assert "0 articles done, 1 failed" in run("runs", "show", ledger).output
    news.write_text(news.read_text().replace("story", "text"))
    assert run("batch", news, "--ledger", ledger).exit_code == 0
    assert "1 articles done, 0 failed" in run("runs", "show", ledger).output


def test_a_file_that_breaks_off_stays_a_failure_beside_its_articles(tmp_path):
    news, ledger = tmp_path / "n.json", tmp_path / "run.sqlite"
    news.write_text("[" + json.dumps({"text": PROSE}) + ",")
    for _ in range(2):
        assert run("batch", news, "--ledger", ledger).exit_code == 2
        assert "1 articles done, 1 failed" in run("runs", "show", ledger).output


def test_what_is_done_again_keeps_its_warnings(tmp_path, monkeypatch):
    monkeypatch.setenv("OPENAI_API_KEY", "k")
    news, ledger, out = (tmp_path / name for name in ("news.jsonl", "run.sqlite", "out.jsonl"))
    news.write_text(json.dumps({"text": PROSE + " [...]", "date": "TBD", "id": 7}) + "\n")
    answer = {"relevant": True, "headline": "H.", "abstract": "A."}
    with ScriptedEndpoint([Reply(status=400, body="{}"), Reply(answer=answer)]) as endpoint:
        place = ("--model", "m", "--base-url", endpoint.url, "--ledger", ledger)
        assert run("batch", news, *place).exit_code == 2
        again = ("--base-url", endpoint.url, "--output", out)
        assert run("runs", "retry-failed", ledger, *again).exit_code == 0
    about = Summary.model_validate_json(out.read_text()).article
    (read,) = read_articles(news)
    assert len(read.warnings) == 2
    assert about.warnings == read.warnings
    assert about.metadata == read.metadata


@pytest.mark.parametrize("command", ["summarize", "batch"])
@pytest.mark.parametrize("name", ["rows.csv", "rows.jsonl"])
def test_the_remedy_for_a_missing_column_is_one_that_the_command_has(tmp_path, command, name):
    rows = tmp_path / name
    row = f'story,id\n"{PROSE}",7\n' if name == "rows.csv" else json.dumps({"story": PROSE}) + "\n"
    rows.write_text(row)
    result = run(command, rows)
    assert result.exit_code == 2
    assert "--text-column of summarize and batch" in result.stderr
    assert run(command, rows, "--text-column", "story").exit_code == 0


def test_twins_are_named_where_single_articles_are_summarized_too(tmp_path, news):
    out = tmp_path / "out.jsonl"
    assert run("summarize", news, "--format", "json", "--output", out).exit_code == 2
    first, twin = map(Summary.model_validate_json, out.read_text().splitlines())
    assert first.article.warnings == ()
    assert twin.article.warnings == (f"is the same article as {news}, line 1",)


def test_exported_failures_are_read_as_the_articles_that_they_were(tmp_path, monkeypatch):
    monkeypatch.setenv("OPENAI_API_KEY", "k")
    news, ledger, again = (tmp_path / n for n in ("news.jsonl", "run.sqlite", "failed.jsonl"))
    news.write_text(ROW)
    with ScriptedEndpoint([Reply(status=400, body="{}")]) as endpoint:
        place = ("--model", "m", "--base-url", endpoint.url, "--ledger", ledger)
        assert run("batch", news, *place).exit_code == 2
    assert run("runs", "export", ledger, "--status", "failed", "--output", again).exit_code == 0
    (article,), (read,) = read_articles(news), read_articles(again)
    assert (read.id, read.metadata, read.warnings) == (article.id, article.metadata, ())


@pytest.mark.parametrize("content", ["", "\n", "[]"])
def test_a_file_without_articles_says_so(tmp_path, content):
    empty = tmp_path / "empty.jsonl"
    empty.write_text(content)
    result = run("summarize", empty)
    assert result.exit_code == 2
    assert f"{empty}: has no article" in result.stderr
    assert "0 done, 0 failed" in run("batch", empty).stderr
