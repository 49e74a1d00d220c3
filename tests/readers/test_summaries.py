"""Stored summaries read back: each that is whole, and in the place of each other one the reason."""

from __future__ import annotations

import gzip
import io
import json
import sys
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import guarantee_summarizer as gs
from guarantee_summarizer.corpus.ledger import Ledger
from tests.readers.test_readers import written

SUMMARY = gs.Summary(relevant=True, headline="Гарантії; or not")
LINE = SUMMARY.model_dump_json(exclude_none=True)
PRETTY = SUMMARY.model_dump_json(indent=2)
OLD = json.dumps(
    {
        "relevant": True,
        "provenance": {
            "backend": "embedded",
            "schema_version": "1",
            "library_version": "0",
            "created": "2026-01-06T00:00:00Z",
        },
    }
)


def test_what_the_library_writes_reads_back_equal(tmp_path, embedded):
    lines = embedded.model_dump_json(exclude_none=True) + "\n\n" + LINE + "\n"
    file = written(tmp_path, "out.jsonl", lines)
    assert list(gs.read_summaries(file)) == [embedded, SUMMARY]


@pytest.mark.parametrize(
    ("name", "content", "count"),
    [
        ("a.jsonl", f"{LINE}\n{LINE}", 2),
        ("a.jsonl.part", f"{LINE}\n", 1),
        ("a.jsonl.gz", gzip.compress(f"{LINE}\n{LINE}\n".encode()), 2),
        ("a.ndjson", "\ufeff" + LINE, 1),
        ("a.json", PRETTY, 1),
        ("a.json", f"{LINE}\r\n{LINE}\r\n", 2),
        ("a.jsonl", "", 0),
    ],
)
def test_every_form_in_which_summaries_are_stored_is_read(tmp_path, name, content, count):
    assert list(gs.read_summaries(written(tmp_path, name, content))) == [SUMMARY] * count


def test_a_folder_is_read_by_name_and_only_where_files_may_hold_summaries(tmp_path):
    written(tmp_path, "b/two.json", PRETTY.replace("or not", "two"))
    written(tmp_path, "a.jsonl", LINE)
    written(tmp_path, "run.sqlite", "x")
    written(tmp_path, "c.csv", "x")
    heads = [summary.headline[-3:] for summary in gs.read_summaries(tmp_path)]
    assert heads == ["not", "two"]


def test_a_summary_of_version_1_is_migrated(tmp_path):
    (summary,) = gs.read_summaries(written(tmp_path, "old.jsonl", OLD))
    assert summary.provenance.schema_version == "2 (migrated from 1)"


BAD = [
    (b'{"relevant": tru', "is not valid JSON"),
    (b"[]", "needs one JSON object"),
    (b'{"relevant": true, "headlin": "x"}', "headlin: Extra inputs"),
    (b'{"headline": "x"}', "relevant: Field required"),
    (b'{"relevant": true, "headline": "\xef\xf0"}', "is not valid UTF-8"),
    (b'{"relevant": true, "headline": "\\ud800"}', "Invalid JSON"),
    (b"[" * 100_000, "is not valid JSON"),
    (b'{"text": "France will help."}', "is an article, not a summary"),
    (b'{"text": "x.", "error": "E", "message": "m"}', "is an article that failed (m)"),
    (OLD.replace("{", '{"structure": [1], ', 1).encode(), "is of version 1 of the schema"),
    (OLD.replace("{", '{"participants": ["x"], ', 1).encode(), "is of version 1 of the schema"),
    (OLD.replace("{", '{"disputes": 7, ', 1).encode(), "is of version 1 of the schema"),
]


@pytest.mark.parametrize(("line", "reason"), BAD)
def test_a_bad_line_is_named_and_costs_no_other(tmp_path, line, reason):
    file = written(tmp_path, "out.jsonl", LINE.encode() + b"\n" + line + b"\n" + LINE.encode())
    first, failure, last = gs.read_summaries(file)
    assert first == last == SUMMARY
    assert isinstance(failure, gs.Failure)
    assert isinstance(failure.error, gs.SchemaError)
    assert failure.source == f"{file}, line 2"
    assert str(failure).startswith(f"{file}, line 2: ")
    assert reason in str(failure)


def test_a_broken_json_file_is_one_failure_and_no_hundred(tmp_path):
    file = written(tmp_path, "a.json", PRETTY[:-1])
    (failure,) = gs.read_summaries(file)
    assert str(failure).startswith(f"{file}: is not valid JSON")


def test_a_file_that_breaks_off_gives_what_came_before(tmp_path):
    packed = gzip.compress("\n".join([LINE] * 20_000).encode())
    file = written(tmp_path, "a.jsonl.gz", packed[: len(packed) // 2])
    *whole, failure = gs.read_summaries(file)
    assert set(map(type, whole)) == {gs.Summary}
    assert "cannot be read" in str(failure)


def test_a_ledger_is_told_apart_with_the_command_that_helps(tmp_path):
    path = tmp_path / "run.sqlite"
    with Ledger(path) as ledger:
        assert ledger.counts().done == 0
    (failure,) = gs.read_summaries(path)
    assert f"runs export {path} --output" in str(failure)


@pytest.mark.parametrize(
    ("name", "reason"),
    [("gone.jsonl", "there is no such file"), ("https://example.org/out.jsonl", "is a URL")],
)
def test_an_input_that_does_not_exist_is_refused_before_anything_is_read(tmp_path, name, reason):
    file = written(tmp_path, "out.jsonl", LINE)
    with pytest.raises(gs.SchemaError, match=reason):
        gs.read_summaries(file, name)


def test_a_folder_without_summaries_is_refused(tmp_path):
    with pytest.raises(gs.SchemaError, match="has no files"):
        gs.read_summaries(tmp_path)


def test_standard_input_is_read_by_lines(monkeypatch):
    given = io.BytesIO(f"{{\n{LINE}\n".encode())
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(given))
    failure, summary = gs.read_summaries("-")
    assert str(failure).startswith("standard input, line 1: is not valid JSON")
    assert summary == SUMMARY


@settings(max_examples=60)
@given(lines=st.lists(st.binary(max_size=60).filter(lambda b: b"\n" not in b), max_size=5))
def test_any_bytes_give_an_outcome_for_each_line_and_no_other_error(tmp_path_factory, lines):
    folder: Path = tmp_path_factory.mktemp("any")
    file = written(folder, "out.jsonl", b"\n".join([LINE.encode(), *lines, LINE.encode()]))
    outcomes = list(gs.read_summaries(file))
    assert outcomes.count(SUMMARY) >= 2
    assert {type(outcome) for outcome in outcomes} <= {gs.Summary, gs.Failure}
