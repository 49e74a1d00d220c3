"""JSON without an end, of many short lines or of no records takes bounded time and few failures."""

from __future__ import annotations

import io
import itertools
import json
from pathlib import Path

import pytest

import guarantee_summarizer as gs
from guarantee_summarizer.readers import json_values

GOOD = json.dumps({"text": "France would send troops to Ukraine to guarantee a ceasefire."})


class Endless(io.TextIOBase):
    """Begin with a text, and repeat another for ever."""

    def __init__(self, begin: str, piece: str) -> None:
        self._held, self._piece, self.given = begin, piece, 0

    def _take(self, size: int) -> str:
        taken, self._held = self._held[:size], self._held[size:]
        self.given += len(taken)
        return taken

    def read(self, size: int = -1) -> str:
        self._held += self._piece * (1 + size // len(self._piece))
        return self._take(size)

    def readline(self, size: int = -1) -> str:
        if "\n" not in self._held:
            self._held += self._piece * (1 if "\n" in self._piece else 1 + size // len(self._piece))
        return self._take(min(size, self._held.find("\n") + 1 or size))


@pytest.mark.parametrize(
    ("begin", "piece"),
    [
        ('{"text": [\n', "1,\n"),
        ('{"text": [\n', " 1,\n"),
        ('{"text": [', "1,"),
        ('{"text": "', "a"),
        ('[{"text": [1 2},\n', "1,\n"),
        ('[{"text": [1 2},\n', "}\n"),
        ("", "[\n"),
        ("", "[1,\n"),
        ("", '{"a":\n'),
        ("", '{"a":'),
        ("", "\n"),
        ("[", "\n"),
        (GOOD + "\n", ","),
    ],
)
def test_json_without_an_end_is_given_up(monkeypatch, begin, piece):
    """Of endless JSON a bounded part is read, and a last failure says that the rest is not."""
    monkeypatch.setattr(json_values, "LONGEST", 200_000)
    monkeypatch.setattr(json_values, "_SKIPPED", 2_000_000)
    file = Endless(begin, piece)
    *_, (place, error) = itertools.islice(json_values.json_values(file, "a.json"), 1_000)
    if (begin, piece) != ("", '{"a":\n'):  # a failure of each line, which the next test bounds
        assert place == "a.json"
        assert str(error) == (
            "a.json: more than 2,000,000 characters without a value; the rest is not read"
        )
    assert file.given < 4_000_000


@pytest.mark.parametrize(
    "text",
    [
        "[\n" + "1,\n" * 20_000 + "1]",
        "[" + "1," * 20_000 + "1]",
        "[" + "{}," * 20_000 + "{}]",
        "1\n" * 20_000,
        f"[[{'1,' * 20_000}1]]",
        '{"a":\n' * 20_000,
    ],
)
def test_values_that_are_no_records_are_told_a_thousand_times(tmp_path: Path, text):
    """After 1,000 values in a row that are no records the file is given up, and the next read."""
    (tmp_path / "a.json").write_text(text)
    (tmp_path / "b.json").write_text(GOOD)
    *failures, last, article = gs.read_articles(tmp_path)
    assert len(failures) <= 1_000
    assert all(isinstance(failure, gs.Failure) for failure in failures)
    assert "1,000 values in a row are no JSON objects with fields" in str(last.error)
    assert isinstance(article, gs.Article)


def test_few_values_that_are_no_records_cost_nothing_else(tmp_path: Path):
    """Records between and behind fewer such values are all read."""
    (tmp_path / "a.json").write_text(f"[{('1,' * 999 + GOOD + ',') * 3}{GOOD}]")
    outcomes = [*gs.read_articles(tmp_path)]
    assert sum(isinstance(outcome, gs.Article) for outcome in outcomes) == 4
    assert len(outcomes) == 3 * 999 + 4


@pytest.mark.parametrize("between", ["\n", ""])
@pytest.mark.parametrize("ended", ["]", ""])
def test_values_behind_a_long_one_are_read(tmp_path: Path, between, ended):
    """Many short records behind a long one, broken or not, in lines and in one line, are read."""
    numbers = f"1,{between}" * 100_000
    long = f'{{"text": "Talks went on.", "m": [{numbers}1{ended}}}'
    items = f",{between}".join([long, *[GOOD] * 3_000])
    (tmp_path / "a.json").write_text(f"[{items}]")
    outcomes = [*gs.read_articles(tmp_path)]
    assert len(outcomes) == 3_001
    assert [o for o in outcomes if isinstance(o, gs.Failure)] == outcomes[: not ended]


def test_lines_of_values_behind_a_long_one_keep_their_numbers(tmp_path: Path):
    """The place of a record counts all lines before it."""
    long = '{"text": "Talks went on.", "m": [\n' + "1,\n" * 100_000 + "1]}"
    (tmp_path / "a.jsonl").write_text("\n".join([long, *[GOOD] * 3_000]))
    outcomes = [*gs.read_articles(tmp_path)]
    assert [o.source for o in outcomes[1:]] == [
        f"{tmp_path / 'a.jsonl'}, line {100_003 + n}" for n in range(3_000)
    ]
