"""The recipes for other frameworks, each run as it is printed."""

from __future__ import annotations

import asyncio
import re
import warnings
from typing import Any

import pytest

import guarantee_summarizer as gs
from tests.conftest import ROOT

RECIPES = (ROOT / "examples" / "recipes.md").read_text(encoding="utf-8")
BLOCKS = dict(re.findall(r"^## (.+?)\n.*?^```python\n(.*?)^```", RECIPES, re.DOTALL | re.MULTILINE))
ARTICLE = "France offered Ukraine security guarantees."


def run(name: str, library: str) -> dict[str, Any]:
    """The variables of a recipe after it ran; skipped where its library is not there."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # what others warn of while they are imported
        pytest.importorskip(library)
    found: dict[str, Any] = {"__name__": "recipe"}
    exec(compile(BLOCKS[name], f"recipes.md, {name}", "exec", dont_inherit=True), found)  # noqa: S102
    return found


def test_every_recipe_is_run():
    assert [*BLOCKS] == ["pandas", "polars", "LangChain", "Dagster"]
    assert RECIPES.count("```python") == len(BLOCKS)


def test_pandas():
    frame = run("pandas", "pandas")["frame"]
    assert frame["headline"][0]
    assert frame["error"].isna().tolist() == [True, False]
    assert frame["headline"].isna().tolist() == [False, True]


def test_polars():
    frame = run("polars", "polars")["frame"]
    assert gs.Summary.model_validate_json(frame["summary_json"][0]).headline
    assert frame["summary_json"].is_null().to_list() == [False, True]
    assert frame["error"].is_null().to_list() == [True, False]


def test_langchain():
    found = run("LangChain", "langchain_core")
    expected = gs.summarize(ARTICLE).headline
    assert found["headline"] == expected
    assert found["headlines"][0] == expected
    assert isinstance(found["headlines"][1], gs.ArticleError)
    assert asyncio.run(found["chain"].ainvoke(ARTICLE)) == expected


def test_dagster(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("DAGSTER_HOME", "")
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        found = run("Dagster", "dagster")
        dagster = found["dg"]
        with dagster.DagsterInstance.ephemeral(tempdir=str(tmp_path)) as instance:
            assets = [found["articles"], found["summaries"]]
            done = dagster.materialize(assets, instance=instance)
            rows = done.output_for_node("summaries")
    assert done.success
    assert rows[0]["headline"]
    assert "empty" in rows[1]["error"]
