"""The Ray example as it is run: a Parquet file in, a folder of them out."""

from __future__ import annotations

import os
import subprocess
import sys

import pytest

from tests.conftest import ROOT
from tests.corpus.conftest import text
from tests.llm.conftest import KEY

pytest.importorskip("ray")
parquet = pytest.importorskip("pyarrow.parquet")
pyarrow = pytest.importorskip("pyarrow")


def example(*arguments: str) -> None:
    environment = os.environ | {
        "OPENAI_API_KEY": KEY,
        "PYTHONPATH": str(ROOT),
        "RAY_USAGE_STATS_ENABLED": "0",
    }
    command = [sys.executable, str(ROOT / "examples" / "ray_parquet.py"), *arguments]
    ran = subprocess.run(command, env=environment, capture_output=True, text=True, check=False)
    assert ran.returncode == 0, ran.stderr[-4000:]


@pytest.mark.slow
@pytest.mark.timeout(600)  # two clusters have to start
def test_the_second_run_asks_nothing(endpoint, tmp_path):
    texts = [text(number) for number in range(20)]
    texts[5] = ""
    numbers = [None, *range(1, 20)]
    table = pyarrow.table({"id": range(20), "text": texts, "number": numbers})
    parquet.write_table(table, tmp_path / "in.parquet")
    options = ["--model", "m", "--base-url", endpoint.url, "--actors", "2", "--concurrency", "4"]
    options += ["--ledger", str(tmp_path / "ledger")]
    rows = []
    for name in ("first", "second"):
        example(str(tmp_path / "in.parquet"), str(tmp_path / name), *options)
        assert endpoint.asked == dict.fromkeys(set(range(20)) - {5}, 1)
        out = parquet.read_table(tmp_path / name).sort_by("id")
        assert out.select(["id", "text", "number"]) == table
        rows.append(out.to_pylist())
    assert rows[0] == rows[1]
    for row in rows[0]:
        assert (row["summary_json"] is None) == (row["id"] == 5)
        assert (row["error"] is None) == (row["id"] != 5)
    assert "empty" in rows[0][5]["error"]
