"""The command dossier, run as a user runs it: forms, articles, and what it does with bad input."""

from __future__ import annotations

import csv
import json

import openpyxl
import pytest

import guarantee_summarizer as gs
from guarantee_summarizer.corpus.ledger import Ledger
from guarantee_summarizer.testing import Reply, ScriptedEndpoint
from tests.cli.test_cli import PROSE, run
from tests.dossier.conftest import years

FIRST, OTHER = years("15 years", outlet="Wire"), years("20 years", outlet="Courier")
LATER = years("30 years", outlet="Post", day="2026-02-20")


def line(summary: gs.Summary) -> str:
    return summary.model_dump_json(exclude_none=True) + "\n"


@pytest.fixture
def lines(tmp_path):
    file = tmp_path / "out.jsonl"
    file.write_text(line(FIRST) + line(OTHER) + line(LATER))
    return file


def test_without_an_output_it_is_told_in_the_terminal(lines):
    result = run("dossier", lines)
    assert result.exit_code == 0
    assert "Dossier of 3 articles, 2026-01-12 to 2026-02-20" in result.stdout
    assert "CONTRADICTIONS" in result.stdout
    assert "20 years (P20Y): Courier, 2026-01-12" in result.stdout
    assert "Dossier(3 articles" in result.stderr


@pytest.mark.parametrize(
    ("name", "begins"),
    [
        ("d.html", "<!doctype html>"),
        ("d.HTM", "<!doctype html>"),
        ("d.md", "# Dossier of 3"),
        ("d.txt", "Dossier of 3"),
        ("d.json", '{"version":"1"'),
    ],
)
def test_the_suffix_says_the_form(lines, tmp_path, name, begins):
    result = run("dossier", lines, "--output", tmp_path / name)
    assert result.exit_code == 0
    assert result.stdout == ""
    assert (tmp_path / name).read_text(encoding="utf-8").startswith(begins)


def test_what_is_written_as_json_is_read_again_as_the_same_dossier(lines, tmp_path):
    assert run("dossier", lines, "--output", tmp_path / "d.json").exit_code == 0
    again = gs.Dossier.from_json((tmp_path / "d.json").read_bytes())
    assert again == gs.Dossier.of([FIRST, OTHER, LATER])
    refused = run("dossier", tmp_path / "d.json")
    assert refused.exit_code == 2
    assert "is a dossier, not a summary" in refused.stderr


def test_tables_are_files_in_a_folder_or_sheets(lines, tmp_path):
    for name in ("tables", "d.xlsx", "d.parquet"):
        assert run("dossier", lines, "--output", tmp_path / name).exit_code == 0
        assert (tmp_path / name).exists()
    with (tmp_path / "tables" / "conflicts.csv").open(encoding="utf-8-sig", newline="") as file:
        (conflict,) = csv.DictReader(file)
    assert (conflict["one"], conflict["other"]) == ("P20Y", "P15Y")
    sheet = openpyxl.load_workbook(tmp_path / "d.xlsx")["conflicts"]
    assert sheet.max_row == 2


def test_a_form_that_the_suffix_does_not_tell_is_asked_for(lines, tmp_path):
    result = run("dossier", lines, "--output", tmp_path / "d.out")
    assert result.exit_code == 2
    assert "the suffix does not say what to write" in result.stderr
    assert not (tmp_path / "d.out").exists()
    assert run("dossier", lines, "--output", tmp_path / "d.out", "--format", "html").exit_code == 0
    assert (tmp_path / "d.out").read_text().startswith("<!doctype")
    assert run("dossier", lines, "--format", "markdown").stdout.startswith("# Dossier")
    assert "tables need a place" in run("dossier", lines, "--format", "tables").stderr


@pytest.mark.parametrize("name", ["d.json", "d.xlsx", "tables/"])
def test_since_is_refused_where_nothing_is_marked(lines, tmp_path, name):
    output = f"{tmp_path}/{name}"
    refused = run("dossier", lines, "--output", output, "--since", "2026-02-01")
    assert refused.exit_code == 2
    assert "--since" in refused.stderr
    assert "leave it out" in refused.stderr
    assert [path.name for path in tmp_path.iterdir()] == ["out.jsonl"]


def test_since_leads_with_what_changed(lines):
    told = run("dossier", lines, "--format", "markdown", "--since", "2026-02-01").stdout
    assert told.index("## Changed since 2026-02-01") < told.index("## Contradictions")
    refused = run("dossier", lines, "--since", "soon")
    assert refused.exit_code == 2
    assert "'soon' is not a day; write it as 2026-01-06" in refused.stderr


def test_a_bad_line_is_named_and_costs_no_other(lines, tmp_path):
    lines.write_text(line(FIRST) + "broken\n" + '{"text": "An article."}\n' + line(OTHER))
    result = run("dossier", lines, "--output", tmp_path / "d.md")
    assert result.exit_code == 2
    assert f"error: {lines}, line 2: is not valid JSON" in result.stderr
    assert f"error: {lines}, line 3: is an article, not a summary; summarize it" in result.stderr
    text = (tmp_path / "d.md").read_text()
    assert "Dossier of 2 articles" in text
    assert f"{lines}, line 2" in text.replace("\\", "")


@pytest.mark.parametrize("content", ["", "broken\n", "\n\n"])
def test_where_there_are_no_summaries_nothing_is_written(lines, tmp_path, content):
    lines.write_text(content)
    (tmp_path / "d.html").write_text("as it was")
    result = run("dossier", lines, "--output", tmp_path / "d.html")
    assert result.exit_code == 2
    assert f"{lines}: no summary could be read, so nothing is written" in result.stderr
    assert (tmp_path / "d.html").read_text() == "as it was"


def test_a_file_that_is_missing_is_named(tmp_path):
    result = run("dossier", tmp_path / "gone.jsonl")
    assert result.exit_code == 2
    assert "gone.jsonl: there is no such file" in result.stderr


def test_one_summary_and_the_same_twice_are_one_article(lines):
    lines.write_text(line(FIRST) * 2)
    result = run("dossier", lines, lines)
    assert result.exit_code == 0
    assert "Dossier of 1 article," in result.stdout
    assert "0 left out" in result.stderr


def test_version_1_and_2_are_joined(lines, tmp_path):
    old = json.loads(line(OTHER))
    old["structure"]["layers"] = [
        {"order": 1, "name": "first line", "evidence": old["proposals"][0]["evidence"]}
    ]
    old["provenance"] = {
        "backend": "embedded",
        "schema_version": "1",
        "library_version": "1.0",
        "created": "2026-01-12T00:00:00Z",
    }
    lines.write_text(line(FIRST) + json.dumps(old) + "\n")
    result = run("dossier", lines)
    assert result.exit_code == 0
    assert "Dossier of 2 articles" in result.stdout
    assert "1. first line" in result.stdout


def test_summaries_without_article_or_date_take_part(lines):
    bare = OTHER.replace(article=None)
    undated = years("30 years", day=None, outlet="Post")
    lines.write_text(line(FIRST) + line(bare) + line(undated))
    result = run("dossier", lines)
    assert result.exit_code == 0
    assert "Dossier of 3 articles, 2026-01-12" in result.stdout
    assert "Without a date" in result.stdout


def test_articles_are_summarized_first_and_joined_with_summaries(lines, tmp_path):
    folder = tmp_path / "articles"
    folder.mkdir()
    (folder / "one.txt").write_text(PROSE)
    (folder / "two.jsonl").write_text(json.dumps({"text": PROSE + "It was Monday.", "id": 2}))
    (folder / "three.html").write_text(f"<html><body><article><p>{PROSE}</p><p>On Tuesday Poland offered bases to Ukraine.</p></article></body></html>")  # fmt: skip
    (folder / "four.json").write_text(json.dumps(json.loads(line(OTHER)), indent=1))
    (folder / "five.txt").write_text("")
    result = run("dossier", folder, lines, "--format", "markdown")
    assert result.exit_code == 2
    assert f"error: {folder / 'five.txt'}: " in result.stderr
    assert "Dossier of 6 articles" in result.stdout
    assert "France" in result.stdout


def test_a_model_summarizes_articles_as_batch_has_it(tmp_path, monkeypatch):
    monkeypatch.setenv("OPENAI_API_KEY", "test")
    (tmp_path / "a.txt").write_text(PROSE)
    answer = {
        "relevant": True,
        "headline": "France offers troops",
        "participants": [{"name": "France", "kind": "state"}],
    }
    with ScriptedEndpoint([Reply(answer=answer)]) as endpoint:
        result = run(
            "dossier", tmp_path / "a.txt", "--model", "any", "--base-url", endpoint.url, "--no-review"
        )  # fmt: skip
    assert result.exit_code == 0, result.output
    assert "France offers troops" in result.stdout


def test_standard_input_holds_summaries(lines):
    result = run("dossier", "-", stdin=lines.read_bytes())
    assert result.exit_code == 0
    assert "Dossier of 3 articles" in result.stdout


@pytest.mark.parametrize("name", ["in.json", "in.json.part", "tables/moments.csv"])
def test_an_input_is_not_written_over(tmp_path, name):
    file = tmp_path / name
    file.parent.mkdir(exist_ok=True)
    file.write_text(line(FIRST))
    to = file.parent if name.endswith(".csv") else tmp_path / "in.json"
    result = run("dossier", file, "--output", to)
    assert result.exit_code == 2
    assert f"{file}: is read, so it cannot be written" in result.stderr
    assert file.read_text() == line(FIRST)


def test_an_output_among_the_inputs_of_the_next_run_is_refused(lines, tmp_path):
    result = run("dossier", tmp_path, "--output", tmp_path / "d.html")
    assert result.exit_code == 2
    assert "would be read next time" in result.stderr
    assert run("dossier", tmp_path, "--output", tmp_path / "d.md").exit_code == 0


def test_a_ledger_is_told_with_the_command_that_helps(tmp_path):
    with Ledger(tmp_path / "run.sqlite") as ledger:
        assert ledger.counts().done == 0
    result = run("dossier", tmp_path / "run.sqlite")
    assert result.exit_code == 2
    assert "runs export" in result.stderr


def test_a_place_that_cannot_be_written_is_told(lines, tmp_path):
    result = run("dossier", lines, "--output", tmp_path / "gone" / "d.html")
    assert result.exit_code == 2
    assert "cannot be written" in result.stderr


def test_help_tells_forms_and_exit_status():
    shown = " ".join(run("dossier", "--help").output.replace("│", " ").split())
    for words in ("Exit status", "--since", ".xlsx", "standard input"):
        assert words in shown
