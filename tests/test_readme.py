"""The README keeps its word: its code runs, its commands and links exist, and it is short."""

from __future__ import annotations

import ast
import doctest
import re

import pytest
from typer.testing import CliRunner

from guarantee_summarizer.cli import app
from tests.conftest import SEED

ROOT = SEED.parent.parent
README = (ROOT / "README.md").read_text(encoding="utf-8")
BLOCKS = re.findall(r"```python\n(.*?)```", README, re.DOTALL)
COMMANDS = re.findall(r"^    guarantee-summarizer (.*?)(?:  #.*)?$", README, re.MULTILINE)


def test_the_session_prints_what_the_readme_shows(monkeypatch):
    monkeypatch.chdir(ROOT)
    (session,) = [block for block in BLOCKS if block.startswith(">>>")]
    test = doctest.DocTestParser().get_doctest(session, {}, "README.md", "README.md", 0)
    assert doctest.DocTestRunner().run(test).failed == 0


@pytest.mark.parametrize("block", [block for block in BLOCKS if not block.startswith(">>>")])
def test_its_other_code_is_python(block):
    compile(block, "README.md", "exec", flags=ast.PyCF_ALLOW_TOP_LEVEL_AWAIT)


@pytest.mark.parametrize("command", COMMANDS)
def test_its_commands_and_their_options_exist(command):
    name, *arguments = command.split()
    shown = CliRunner().invoke(app, [name, "--help"], env={"COLUMNS": "200"}).output
    for option in (argument for argument in arguments if argument.startswith("--")):
        assert f"{option} " in shown


def test_its_links_and_pictures_exist():
    targets = re.findall(r"\]\(([^)#]+)", README)
    local = [target for target in targets if not target.startswith("https://")]
    assert len(local) > 10
    assert [target for target in local if not (ROOT / target).exists()] == []


def test_a_newcomer_reads_it_in_a_few_minutes():
    lines = README.splitlines()
    assert len(lines) <= 150
    assert max(map(len, lines)) <= 160
