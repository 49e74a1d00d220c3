"""Whatever comes from outside is bounded: it costs its own line, never the run or the machine."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

import guarantee_summarizer as gs
from guarantee_summarizer.article import MAX_CHARACTERS
from guarantee_summarizer.encodings import open_file
from guarantee_summarizer.enrich import enrich
from guarantee_summarizer.lexicon import default_lexicon
from guarantee_summarizer.readers.parquet_pages import pages_of
from guarantee_summarizer.sizes import LARGEST, is_crowded, knotted
from guarantee_summarizer.text import FoldedText, holds
from tests.security.hostile_files import PROSE, REFUSED, json_ld

SMALL = {"text.gz": 9, "one cell": 20, "a row over many lines": 2, "cells": 20, "pages": 1,
         "attributes": 1, "deep tags": 1, "tags": 1, "a feed of tags": 3, "operators": 1,
         "many objects": 3, "a long text": 10, "a shared text": 2, "numbers": 6}  # fmt: skip


def made(folder: Path, name: str) -> Path:
    file, make = REFUSED[name]
    make(folder / file, SMALL.get(name, 2 if "JSON" in name else 3))
    return folder / file


@pytest.mark.parametrize("name", sorted(REFUSED.keys() - {"forms in forms"}))
def test_one_failure(name, tmp_path):
    """A hostile file is one failure with its name, and the file beside it is read."""
    path = made(tmp_path, name)
    (tmp_path / "zz.txt").write_text(PROSE)
    *failures, article = gs.read_articles(tmp_path)
    assert isinstance(article, gs.Article)
    assert 1 <= len(failures) <= {"a shared text": 64, "long texts": 64, "entities": 2}.get(name, 1)
    for failure in failures:
        assert failure.source.startswith(str(path))
        assert str(path) in str(failure.error)
        assert isinstance(failure.error, gs.ArticleError)


@pytest.mark.parametrize(
    "name", [name for name in REFUSED if REFUSED[name][0].endswith(("txt", "json"))]
)
def test_one_file(name, tmp_path):
    """`Article.from_file` refuses what folders refuse, by the file's name."""
    with pytest.raises(gs.ArticleError, match=str(tmp_path)):
        gs.Article.from_file(made(tmp_path, name))


def test_forms_in_forms(tmp_path):
    """A PDF whose forms draw each other billions of times comes to an end."""
    assert len([*gs.read_articles(made(tmp_path, "forms in forms"))]) == 1


def test_a_record_of_many_fields(tmp_path):
    """Of its fields a thousand travel with an article, and a warning tells of the others."""
    made = {"text": PROSE, "title": "Talks", **{f"k{n}": n for n in range(3_000)}, "outlet": "UNN"}
    (tmp_path / "a.json").write_text(json.dumps(made))
    for article in (*gs.read_articles(tmp_path), gs.Article.from_file(tmp_path / "a.json")):
        assert (article.title, article.outlet) == ("Talks", "UNN")
        assert len(article.metadata) <= 1_001
        assert any("2,000 of its 3,000 fields" in warning for warning in article.warnings)


def test_data_that_no_article_needs(tmp_path):
    """A page is read without structured data that are longer than any."""
    json_ld(tmp_path / "a.html", 2)
    [article] = gs.read_articles(tmp_path)
    assert "guarantee a ceasefire" in article.text


def test_folders_in_folders(tmp_path):
    """Folders 1,500 deep are one failure, and what stands beside them is read."""
    here = os.open(tmp_path, os.O_RDONLY)
    at = here
    for _ in range(1_500):
        os.mkdir("deeper", dir_fd=at)
        below = os.open("deeper", os.O_RDONLY, dir_fd=at)
        if at != here:
            os.close(at)
        at = below
    os.close(at)
    os.close(here)
    (tmp_path / "a.txt").write_text(PROSE)
    article, *failures = gs.read_articles(tmp_path)
    assert isinstance(article, gs.Article)
    assert len(failures) == 1
    subprocess.run(["/bin/rm", "-rf", str(tmp_path / "deeper")], check=True)


def test_columns_of_one_name(tmp_path):
    """Columns of one name are told apart, as in a CSV file; of two texts the first is the article."""
    import pyarrow as pa
    import pyarrow.parquet as pq

    text, numbers = pa.array([PROSE]), pa.array([1])
    pq.write_table(
        pa.Table.from_arrays([text, numbers, numbers], ["text", "n", "n"]), tmp_path / "a.parquet"
    )
    pq.write_table(pa.Table.from_arrays([text, text], ["text", "text"]), tmp_path / "b.parquet")
    one, other = gs.read_articles(tmp_path)
    assert (one.metadata["n"], one.metadata["n.1"]) == (1, 1)
    assert other.text == one.text


def test_pages_of_parquet(tmp_path):
    """The headers of pages tell what they unfold to, in every version of the format."""
    import pyarrow as pa
    import pyarrow.parquet as pq

    for version in ("1.0", "2.0"):
        path = tmp_path / f"{version}.parquet"
        pq.write_table(pa.table({"text": ["A" * 100_000] * 500}), path, data_page_version=version)
        with pq.ParquetFile(path) as file, path.open("rb") as raw:
            pages = [*pages_of(raw, file.metadata.row_group(0).column(0))]
        assert max(page.unfolded for page in pages) >= 100_000
        assert sum(page.values for page in pages) == 501  # one in the dictionary


def test_no_device_takes_the_place_of_a_file(tmp_path, monkeypatch):
    """A pipe that takes the place of a file between the look and the reading is refused too."""
    pipe = tmp_path / "a.txt"
    os.mkfifo(pipe)
    regular = (tmp_path / "b.txt").write_text(PROSE) and (tmp_path / "b.txt").stat()
    monkeypatch.setattr(Path, "stat", lambda self, **_: regular)
    with pytest.raises(gs.ArticleError, match="named pipe"):
        open_file(pipe)


def test_bounds_leave_news_alone():
    """Long articles, long lists and pages with pictures in them are within all bounds."""
    assert not is_crowded("[" + ",".join(['{"text": "a, b, c", "tags": [1, 2, 3]}'] * 50_000) + "]")
    picture = f'<img src="data:image/png;base64,{"iVBORw0KGgo" * 100_000}" alt="a b c">'
    drawing = f'<path d="{"M 1 2 L 3 4 " * 50_000}"/>'
    assert knotted(f"<html><body>{picture * 3}{drawing}{'<p class=a>b</p>' * 50_000}") is None
    assert LARGEST > 6 * MAX_CHARACTERS  # escaped JSON of the longest article


SOURCE_ERRORS = [ValueError(), MemoryError(), RuntimeError("disk"), SystemExit(3), KeyboardInterrupt(),
                 GeneratorExit(), RecursionError(), StopAsyncIteration()]  # fmt: skip


@pytest.mark.parametrize("error", SOURCE_ERRORS, ids=lambda error: type(error).__name__)
@pytest.mark.parametrize("read", [0, 1])
@pytest.mark.timeout(60)
def test_a_source_that_raises(error, read):
    """Whatever a source of articles raises, and when, ends the run with that error."""

    class Source:
        def __iter__(self):
            if not read:
                raise error
            return self.items()

        def items(self):
            yield PROSE
            raise error

    with pytest.raises((type(error), RuntimeError)) as raised:
        for _ in gs.Summarizer().map(Source(), processes=1):
            pass
    assert error in (raised.value, raised.value.__cause__)


def test_a_record_that_raises():
    """A record whose own methods raise is one failure, and the others go on."""

    class Record(dict):
        def get(self, *_):
            raise MemoryError

        __contains__ = get

    outcomes = [*gs.Summarizer().map([Record(), {"text": PROSE}], processes=1, ordered=True)]
    assert [isinstance(outcome, gs.Failure) for outcome in outcomes] == [True, False]


def test_words_inside_words():
    """Words are found as words, however often they stand inside others before."""
    text = "MMMM" * 50_000 + " MM here"
    assert holds(text, "MM")
    assert FoldedText(text).find("MM  here") == (200_001, 200_008)
    assert not holds("M" * 200_000, "MM")
    assert FoldedText("a " * 100_000).find("a " * 4_000 + "b") is None


def test_a_name_of_initials():
    """An answer may name somebody by initials alone, again and again."""
    article = gs.Article.from_text(f"France would send troops. {'U.S. ' * 100}")
    name = ("U.S. " * 12).strip()
    made = gs.Summary(relevant=True, participants=({"name": "France"}, {"name": name}))
    assert len(enrich(made, article, default_lexicon()).participants) == 2


@pytest.mark.slow
@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
@pytest.mark.parametrize("kind", ["an article", "a page", "a pipe"])
def test_signals(number, kind, tmp_path):
    """Ctrl-C and SIGTERM end a batch within 2 s, whatever it is reading; its run is stopped."""
    pipe = subprocess.PIPE if kind == "a pipe" else subprocess.DEVNULL
    long = f"{PROSE} " * 20_000
    (tmp_path / "a.txt").write_text(long)
    (tmp_path / "b.html").write_text(f"<html><body><article><p>{long}</p></article></body></html>")
    name = {"an article": "a.txt", "a page": "b.html", "a pipe": "-"}[kind]
    command = [sys.executable, "-m", "guarantee_summarizer", "batch", name, "--output", "out.jsonl"]
    command += ["--ledger", "run.sqlite"]
    where = os.pathsep.join(sys.path)
    how = {"cwd": tmp_path, "stdin": pipe, "stderr": subprocess.DEVNULL}
    with subprocess.Popen(command, **how, env={**os.environ, "PYTHONPATH": where}) as run:
        time.sleep(6)
        assert run.poll() is None
        began = time.monotonic()
        run.send_signal(number)
        run.wait(20)
    assert time.monotonic() - began < 2
    with gs.Ledger(tmp_path / "run.sqlite") as ledger:
        assert [run.state for run in ledger.runs()] == ["stopped"]
