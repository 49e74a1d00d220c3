"""The command export, run as a user runs it: what it writes, and what it does with bad input."""

from __future__ import annotations

import csv
import gzip

import openpyxl
import pandas as pd
import pytest

from guarantee_summarizer import Summary, to_records
from guarantee_summarizer.corpus.ledger import Ledger
from tests.cli.test_cli import run
from tests.conftest import SEED
from tests.render.test_tables import SUMMARY

LINE = SUMMARY.model_dump_json(exclude_none=True) + "\n"


@pytest.fixture
def lines(tmp_path):
    file = tmp_path / "out.jsonl"
    file.write_text(LINE)
    return file


def rows_of(file):
    with file.open(encoding="utf-8-sig", newline="") as text:
        return list(csv.DictReader(text))


def test_what_summarize_writes_comes_out_as_tables(tmp_path):
    stored = run("summarize", SEED, "--format", "json").stdout
    for to in ("tables", "out.xlsx", "out.parquet"):
        result = run("export", "-", "--to", tmp_path / to, stdin=stored.encode())
        assert result.exit_code == 0
        assert result.stdout == ""
        assert "summaries 1, participants " in result.stderr
    tables = to_records(Summary.model_validate_json(stored))
    assert len(rows_of(tmp_path / "tables" / "layers.csv")) == len(tables["layers"]) > 2
    sheet = openpyxl.load_workbook(tmp_path / "out.xlsx")["layers"]
    assert sheet.max_row == len(tables["layers"]) + 1
    stack = pd.read_parquet(tmp_path / "out.parquet")
    assert stack["table"].value_counts()["layers"] == len(tables["layers"])


def test_a_bad_line_is_reported_and_costs_no_other(lines, tmp_path):
    more = tmp_path / "more.jsonl.gz"
    more.write_bytes(gzip.compress(f"{LINE}broken\n{LINE}".encode()))
    result = run("export", lines, more, "--to", tmp_path / "tables")
    assert result.exit_code == 2
    assert f"error: {more}, line 2: is not valid JSON" in result.stderr
    assert len(rows_of(tmp_path / "tables" / "summaries.csv")) == 3
    (failure,) = rows_of(tmp_path / "tables" / "failures.csv")
    assert failure["source"] == f"{more}, line 2"


def test_earlier_files_are_kept_when_nothing_can_be_read(lines, tmp_path):
    out = tmp_path / "out.xlsx"
    assert run("export", lines, "--to", out).exit_code == 0
    before = out.read_bytes()
    lines.write_text("broken\n")
    result = run("export", lines, "--to", out)
    assert result.exit_code == 2
    assert "nothing is written" in result.stderr
    assert out.read_bytes() == before
    assert sorted(file.name for file in tmp_path.iterdir()) == ["out.jsonl", "out.xlsx"]


def test_an_empty_file_gives_empty_tables(lines, tmp_path):
    lines.write_text("")
    result = run("export", lines, "--to", tmp_path / "tables")
    assert result.exit_code == 0
    assert "no rows" in result.stderr
    assert rows_of(tmp_path / "tables" / "terms.csv") == []


@pytest.mark.parametrize("name", ["in.xlsx", "in.xlsx.part", "tables/terms.csv", "link"])
def test_an_input_is_not_written_over(tmp_path, name):
    file = tmp_path / name
    file.parent.mkdir(exist_ok=True)
    to = file.parent if name.endswith(".csv") else tmp_path / "in.xlsx"
    if name == "link":
        to.write_text(LINE)
        file.symlink_to(to)
    else:
        file.write_text(LINE)
    result = run("export", file, "--to", to)
    assert result.exit_code == 2
    assert f"{file}: is read, so it cannot be written" in result.stderr
    assert file.read_text() == LINE


def test_a_suffix_that_is_not_known_is_told_with_those_that_are(lines, tmp_path):
    result = run("export", lines, "--to", lines)
    assert result.exit_code == 2
    assert "name an .xlsx file, a .parquet file, or a folder" in " ".join(result.stderr.split())
    assert lines.read_text() == LINE
    assert run("export", tmp_path / "gone.jsonl", "--to", tmp_path / "t").exit_code == 2
    assert not (tmp_path / "t").exists()


def test_a_ledger_is_told_with_the_command_that_helps(tmp_path):
    with Ledger(tmp_path / "run.sqlite") as ledger:
        assert ledger.counts().done == 0
    result = run("export", tmp_path / "run.sqlite", "--to", tmp_path / "tables")
    assert result.exit_code == 2
    assert "runs export" in result.stderr


def test_help_tells_what_each_form_holds():
    shown = " ".join(run("export", "--help").output.replace("│", " ").split())
    for words in ("a CSV file for each table", ".xlsx a sheet", "column 'table'", "apostrophe"):
        assert words in shown
