"""The code on the pages runs, in the order of its page, and prints what the page says it prints.

Blocks of `python` run in one namespace a page, blocks of `pycon` as doctests in it, and in blocks of
`console` the commands of this library. A block below a comment `not run: …` has only to compile.
Models are an endpoint on loopback that gives one recorded answer.
"""

from __future__ import annotations

import ast
import asyncio
import doctest
import json
import re
import shlex
from pathlib import Path
from typing import Any

import pytest
import yaml
from typer.testing import CliRunner

from guarantee_summarizer.cli import app
from guarantee_summarizer.testing import Reply, ScriptedEndpoint
from tests.conftest import CASSETTES, ROOT, SEED

PAGES = [*sorted((ROOT / "docs").rglob("*.md")), ROOT / "CONTRIBUTING.md", ROOT / "SECURITY.md"]
BLOCK = re.compile(
    r"^(?:<!-- not run: (?P<why>.+) -->\n)?```(?P<kind>\w+)\n(?P<code>.*?)^```$",
    re.DOTALL | re.MULTILINE,
)
LOCAL = "http://localhost:11434/v1"
REPORTS = ("01-london-summit", "02-white-house-article-5-like", "03-paris-26-countries")
FLAGS = doctest.ELLIPSIS | doctest.NORMALIZE_WHITESPACE


class Recorded(ScriptedEndpoint):
    """Answers with the recorded answer to the seed article, and finds nothing wrong in a review."""

    def next_reply(self, request: dict[str, Any]) -> Reply:
        super().next_reply(request)
        wanted = request["tools"][0]["function"]["parameters"]["properties"]
        return Reply(answer={"verdicts": []} if "verdicts" in wanted else self.replies[0].answer)


def recorded_answer() -> dict[str, Any]:
    first = yaml.safe_load((CASSETTES / "seed.yaml").read_text())["interactions"][0]
    message = json.loads(first["response"]["body"]["string"])["choices"][0]["message"]
    return json.loads(message["tool_calls"][0]["function"]["arguments"])


@pytest.fixture
def place(tmp_path, monkeypatch):
    """A folder with the files that the pages name; models are on loopback."""
    (tmp_path / "article.txt").write_text(SEED.read_text())
    (tmp_path / "gold").symlink_to(ROOT / "tests" / "gold")
    (tmp_path / "reports").mkdir()
    for name in REPORTS:
        (tmp_path / "reports" / f"{name}.txt").write_text(
            (tmp_path / f"gold/{name}.txt").read_text()
        )
    record = json.dumps({"text": "France offered Ukraine security guarantees.", "id": 1})
    (tmp_path / "news.jsonl").write_text(f'{record}\n{{"text": \n')
    (tmp_path / "summaries.jsonl").write_text("")
    monkeypatch.chdir(tmp_path)
    with Recorded([Reply(answer=recorded_answer())]) as endpoint:
        monkeypatch.setenv("OPENAI_API_KEY", "made-up")
        monkeypatch.setenv("OPENAI_BASE_URL", endpoint.url)
        yield endpoint


def run_python(code: str, page: str, names: dict[str, Any]) -> None:
    """Run a block, which may await at its top level."""
    compiled = compile(code, page, "exec", flags=ast.PyCF_ALLOW_TOP_LEVEL_AWAIT)
    result = eval(compiled, names)  # noqa: S307  (the code of the pages)
    if asyncio.iscoroutine(result):
        asyncio.run(result)


def run_doctest(code: str, page: str, names: dict[str, Any]) -> None:
    test = doctest.DocTestParser().get_doctest(code, names, page, page, 0)
    said: list[str] = []
    doctest.DocTestRunner(optionflags=FLAGS).run(test, out=said.append, clear_globs=False)
    names |= test.globs
    assert not said, "".join(said)


def run_console(code: str) -> None:
    """Run the commands of this library; make, pip and others are not run."""
    for line in code.splitlines():
        words = shlex.split(line.removeprefix("$ "), comments=True)
        if words and words[0] == "guarantee-summarizer":
            result = CliRunner().invoke(app, words[1:])
            assert result.exit_code == 0, f"{line}\n{result.output}"


def shown(path: Path) -> str:
    return path.relative_to(ROOT).as_posix()


@pytest.mark.parametrize("page", [one for one in PAGES if BLOCK.search(one.read_text())], ids=shown)
def test_the_code_of_a_page_runs_and_prints_what_the_page_says(page, place, monkeypatch):
    names: dict[str, Any] = {"Path": Path, "__name__": "page"}
    for block in BLOCK.finditer(page.read_text()):
        code = (
            block["code"].replace(LOCAL, place.url) if block["kind"] == "python" else block["code"]
        )
        if block["why"]:
            compile(code, str(page), "exec")
        elif block["kind"] == "python":
            run_python(code, str(page), names)
        elif block["kind"] == "pycon":
            if LOCAL in code:
                monkeypatch.delenv("OPENAI_BASE_URL")
            run_doctest(code, str(page), names)
        elif block["kind"] == "console":
            run_console(code)


def test_links_of_pages_lead_to_files():
    for page in PAGES:
        for target in re.findall(r"\]\((?!https?:|#)([^)#]+)(?:#[^)]*)?\)", page.read_text()):
            assert (page.parent / target).exists(), f"{shown(page)}: {target}"


def test_pages_load_nothing_from_elsewhere():
    for page in (ROOT / "docs").rglob("*.*"):
        if page.suffix in (".md", ".css", ".svg", ".py"):
            addresses = re.findall(r"https?://[\w.-]+", page.read_text())
            allowed = ("http://localhost", "http://www.w3.org", "http://", "https://")
            assert [one for one in addresses if not one.startswith(allowed[:2])] == [], shown(page)
