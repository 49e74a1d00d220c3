"""The notebook for analysts runs from top to bottom, and answers what it promises to answer."""

from __future__ import annotations

import json
import re
from html import unescape
from pathlib import Path
from typing import Any

import nbclient
import nbformat
import pytest

from tests.conftest import ROOT

FILE = ROOT / "examples" / "analyst.ipynb"


@pytest.fixture(scope="module")
def shown(tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    """What each cell shows, by its first line; a cell that raises fails all tests."""
    folder = tmp_path_factory.mktemp("notebook")
    with pytest.MonkeyPatch.context() as patched:
        patched.setenv("TMPDIR", str(folder))
        patched.setenv("IPYTHONDIR", str(folder))
        patched.setenv("JUPYTER_RUNTIME_DIR", str(folder))
        notebook = nbformat.read(FILE, as_version=4)
        client = nbclient.NotebookClient(
            notebook,
            resources={"metadata": {"path": str(FILE.parent)}},
            timeout=100,
        )
        client.execute()
    cells = [cell for cell in notebook.cells if cell.cell_type == "code"]
    return {cell.source.partition("\n")[0]: text(cell.outputs) for cell in cells}


def text(outputs: list[Any]) -> str:
    """All that a cell shows, without marks."""
    parts = []
    for output in outputs:
        data = output.get("data", {})
        html = data.get("text/html", "").replace("</tr>", "\n\n")
        parts.append(output.get("text") or html or data.get("text/plain", ""))
    return unescape(re.sub(r"<style.*?</style>|<[^>]*>", "", " ".join(parts), flags=re.DOTALL))


@pytest.mark.slow  # a kernel starts, and loads the parser
class TestAnalyst:
    def test_nothing_fails_and_nothing_warns(self, shown):
        assert len(shown) == sum(one.cell_type == "code" for one in nbformat.read(FILE, 4).cells)
        assert "12 summaries, 0 failures" in shown[cell(shown, "outcomes")]
        assert "arning" not in " ".join(shown.values())

    def test_a_bar_tells_how_far_it_is(self, shown):
        assert "12 of 12: 12 done, 0 failed" in shown[cell(shown, "outcomes")]

    def test_a_summary_shows_itself_with_its_sentences(self, shown):
        words = shown["summaries[1]"]
        assert "Layers of the guarantee" in words
        assert "then multinational forces from a coalition" in words

    def test_who_offers_what_since_when(self, shown):
        words = shown[cell(shown, "offers")]
        row = next(row for row in re.split(r"\n\s*\n\s*\n", words) if "for 20 years" in row)
        assert "United States" in row
        assert "2026-01-06" in row
        assert "The Courier" in row

    def test_who_objects(self, shown):
        words = shown[cell(shown, "objections")]
        assert "Moscow would accept no troops from NATO countries" in words

    def test_what_the_reports_contradict_each_other_in_and_which_sentences_say_so(self, shown):
        words = shown[cell(shown, "contradictions")]
        for part in (
            "15 years",
            "20 years",
            "Northern Wire",
            "The Courier",
            "The United States has offered Ukraine security guarantees for 15 years",
            "would run for 20 years",
        ):
            assert part in words

    def test_what_is_handed_on(self, shown):
        words = next(text for name, text in shown.items() if name.startswith("out = "))
        assert "['claims.xlsx', 'dossier.html', 'dossier.json', 'summaries.html']" in words


def cell(shown: dict[str, str], name: str) -> str:
    return next(line for line in shown if line.startswith(name))


def test_it_is_stored_without_what_a_run_leaves_in_it():
    notebook = json.loads(FILE.read_text(encoding="utf-8"))
    assert set(notebook["metadata"]) == {"kernelspec", "language_info"}
    for one in notebook["cells"]:
        assert not one.get("outputs")
        assert one.get("execution_count") is None
        assert not one["metadata"]
    assert not re.search(r"/(home|root|Users|tmp|work)/", FILE.read_text(encoding="utf-8"))
    assert Path(FILE).stat().st_size < 20_000
