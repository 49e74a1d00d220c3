"""Inputs of two kinds: each file is told by what it holds, once, and no broken one is lost."""

from __future__ import annotations

import gzip

import pytest

import guarantee_summarizer as gs
from guarantee_summarizer.readers import sort_inputs

SUMMARY = gs.Summary(relevant=False, headline="Rain in May")
LINE = SUMMARY.model_dump_json(exclude_none=True) + "\n"
ARTICLE = '{"text": "France offers troops."}\n'


@pytest.mark.parametrize(
    ("name", "content", "stored"),
    [
        ("a.jsonl", LINE, True),
        ("a.jsonl", "\n\nbroken\n[1]\n" + LINE, True),
        ("a.jsonl", ARTICLE + LINE, False),
        ("a.json", SUMMARY.model_dump_json(indent=1), True),
        ("a.json", '{\n "text": "France offers troops."\n}', False),
        ("a.ndjson", "broken\n", True),
        ("a.json", f"[{ARTICLE}]", False),
        ("a.json", f"[\n {ARTICLE},\n {ARTICLE}]", False),
        ("a.json", f"[\n {LINE}]", True),
        ("a.json", '{"body": "France offers troops."}', False),
        ("a.jsonl", '{"Text": "France offers troops."}\n', False),
        ("a.json", '{"articles": [' + ARTICLE + "]}", False),
        ("a.json", '{"articles": [' + LINE + "]}", True),
        ("a.json", '{\n "text": "France offers troops."\n}\n' * 2, False),
        ("a.json", '{"summaries": [' + LINE + "]}", True),
        ("a.jsonl", "", True),
        ("a.jsonl", '{"other": 1}\n', True),
        ("a.txt", LINE, False),
        ("a.csv", "text\nFrance offers troops.\n", False),
        ("a", "France offers troops.", False),
        ("run.sqlite", "SQLite format 3\0", True),
    ],
)
def test_a_file_is_told_by_what_it_holds(tmp_path, name, content, stored):
    file = tmp_path / name
    file.write_text(content)
    told = sort_inputs([file])
    assert told.summaries == ((str(file),) if stored else ())
    assert told.articles == (() if stored else (str(file),))


def test_folders_are_looked_through_and_each_file_counts_once(tmp_path):
    (tmp_path / "deep").mkdir()
    (tmp_path / "deep" / "a.txt").write_text("France offers troops.")
    (tmp_path / "b.jsonl.gz").write_bytes(gzip.compress(LINE.encode()))
    (tmp_path / "c.gif").write_text("")
    told = sort_inputs([tmp_path, tmp_path / "deep" / "a.txt", "-", tmp_path / "b.jsonl.gz"])
    assert told.summaries == (str(tmp_path / "b.jsonl.gz"), "-")
    assert told.articles == (str(tmp_path / "deep" / "a.txt"),)


def test_a_packed_file_that_is_broken_is_reported_by_its_reader(tmp_path):
    file = tmp_path / "a.jsonl.gz"
    file.write_bytes(b"no gzip")
    (failure,) = gs.read_summaries(*sort_inputs([file]).summaries)
    assert "a.jsonl.gz: cannot be read" in str(failure)


@pytest.mark.parametrize("name", ["gone.jsonl", "https://example.org/a"])
def test_what_does_not_exist_is_named(name):
    with pytest.raises(gs.SchemaError, match=name):
        sort_inputs([name])
