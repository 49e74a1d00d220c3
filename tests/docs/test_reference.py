"""Everything public is explained: names, fields, values, findings, commands; models are sent none of it."""

from __future__ import annotations

import importlib.util
import inspect
import json
import re
from pathlib import Path
from typing import Any

import pytest

import guarantee_summarizer as gs
from guarantee_summarizer.schema.json_schema import wire_schema
from guarantee_summarizer.verify import CHECKS

DOCS = Path(__file__).parents[2] / "docs"


def load(name: str) -> Any:
    spec = importlib.util.spec_from_file_location(name, DOCS / f"{name}.py")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


explain = load("explain")
PUBLIC = explain.public()
CLASSES = {name: thing for name, thing in PUBLIC.items() if inspect.isclass(thing)}
PAGES = {page.relative_to(DOCS).as_posix(): page.read_text() for page in DOCS.rglob("*.md")}
ASKED = [line.split()[2:-1] for text in PAGES.values() for line in text.splitlines()
         if line.startswith("<!-- generated: ")]  # fmt: skip


@pytest.mark.parametrize("name", [n for n, one in PUBLIC.items() if callable(one)])
def test_every_public_name_has_a_docstring_of_its_own(name):
    thing = PUBLIC[name]
    assert (vars(thing) if inspect.isclass(thing) else {"__doc__": thing.__doc__}).get("__doc__")


@pytest.mark.parametrize("name", CLASSES)
def test_every_field_is_explained_and_nothing_that_is_no_field(name):
    kind = CLASSES[name]
    explained = explain.explanations(kind)
    if fields := explain.fields(kind):
        assert explained.keys() == fields.keys()
        assert all(len(text.split()) > 1 for text in explained.values())


@pytest.mark.parametrize("name", CLASSES)
def test_every_public_method_and_property_has_a_docstring(name):
    for member, value in explain.members(CLASSES[name]):
        assert inspect.getdoc(value), member


@pytest.mark.parametrize("name", explain.vocabularies())
def test_every_value_of_every_vocabulary_is_explained(name):
    values, meanings = explain.vocabularies()[name]
    assert tuple(meanings) == values
    assert all(meaning.endswith(".") for meaning in meanings.values())


@pytest.mark.parametrize("name", CLASSES)
def test_values_of_a_field_without_a_vocabulary_are_named_in_its_explanation(name):
    kind = CLASSES[name]
    closed = {values for values, _ in explain.vocabularies().values()}
    for field, annotation in explain.fields(kind).items():
        values = tuple(explain.named_values(annotation))
        if values not in closed and len(values) > 1:
            assert all(f"`{value}`" in explain.explanations(kind)[field] for value in values), field


def test_help_shows_fields_and_values():
    shown = inspect.getdoc(gs.Proposal)
    assert "status: how far it has come" in shown
    assert "    rejected: ruled out, or refused by a party whose consent it needs." in shown
    assert "withheld: complete claims and fields" in inspect.getdoc(gs.Summary)


def test_no_explanation_for_people_is_sent_to_a_model():
    sent = json.dumps(wire_schema())
    assert "Attributes" not in sent
    assert "Values of" not in sent
    assert "withheld" not in sent


def test_pages_ask_only_for_what_can_be_generated():
    assert {function for function, *_ in ASKED} == set(explain.GENERATORS)


def test_every_public_class_and_function_has_its_place_in_the_reference():
    placed = {name for _, *names in ASKED for name in names}
    tree = explain.error_tree()
    missing = {name for name, thing in PUBLIC.items() if callable(thing)} - placed
    assert {name for name in missing if f"errors.{name}\n" not in f"{tree}\n"} == set()


def test_the_table_of_findings_has_every_code():
    table = explain.finding_table()
    assert all(f"| `{check.code}` | {check.severity} |" in table for check in CHECKS)


def test_every_command_and_every_option_of_the_shell_is_explained():
    pages = explain.command_pages()
    for command in ("summarize", "prompt", "prompts eject", "batch", "runs show", "runs retry-failed",
                    "runs export", "export", "dossier", "evaluate"):  # fmt: skip
        assert f"## {command}\n" in pages
    empty = re.findall(r"^\| (.*) \| \. *\|$", pages, re.MULTILINE)
    assert set(empty) <= {"`--help`"}


def test_a_field_without_an_explanation_is_noticed():
    class Bare(gs.Term):
        """A term."""

        extra: str = ""

    assert explain.fields(Bare).keys() - explain.explanations(Bare).keys() == {"extra"}
