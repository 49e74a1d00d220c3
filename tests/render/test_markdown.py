"""Markdown shows every text as it is, in any renderer of CommonMark."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from markdown_it import MarkdownIt
from markdown_it.token import Token

import guarantee_summarizer as gs
from guarantee_summarizer.render import markdown
from guarantee_summarizer.render.outline import Outline, OutlineEntry, OutlineFact, OutlineSection
from guarantee_summarizer.text import printable

SIGNS = st.sampled_from(
    [*"#*_-+=~`<>[]()!&;\\|:.)$/'\"0123456789aA \t\n", "1. ", "- ", "&amp;", "---"]
)
TEXTS = st.lists(SIGNS | st.characters(), min_size=1, max_size=12).map("".join)
NUMBERED = ("1. First", "1) x", "12.", "-", "- x", "+", "---", "- - -", "2026. A year", "1.5 km",
            "a 1. b", "1\\. x", "*a*", "# a", "> a", "=", "1234567890. x", "&#49;. x")  # fmt: skip


def plain(text: str) -> str:
    return " ".join(printable(text).split())


def visible(tokens: list[Token]) -> list[str]:
    """The text of each block that has one, as a reader sees it; what marks up is left out."""
    assert all(t.type not in ("code_block", "fence", "html_block") for t in tokens)
    blocks = [token.children or [] for token in tokens if token.type == "inline"]
    allowed = {"text", "text_special", "em_open", "em_close", "strong_open", "strong_close"}
    assert {child.type for block in blocks for child in block} <= allowed
    return ["".join(child.content for child in block) for block in blocks]


def outlined(text: str) -> tuple[Outline, list[str]]:
    """An outline with a text in each of its places, and what a reader has to see."""
    entry = OutlineEntry(text, labels=(text, "x"), facts=(OutlineFact(text, text),), depth=1)
    section = OutlineSection("layers", "Layers", (entry, OutlineEntry(text, depth=2)))
    whole = Outline(text, text, text, (text,), (section,), text, "y")
    line = plain(text)
    shown = [line, line, line, f"Note: {line}", "Layers", f"1. {line} → 2. {line}",
             f"1. {line} ({line} · x)", f"{line}: {line}", f"2. {line}", f"{line} · y"]  # fmt: skip
    return whole, shown


def check(text: str, monkeypatch: pytest.MonkeyPatch) -> None:
    made, expected = outlined(text)
    monkeypatch.setattr(markdown, "outline", lambda *_, **__: made)
    written = gs.to_markdown(gs.Summary(relevant=False))
    found = visible(MarkdownIt("commonmark").parse(written))
    assert [plain(line) for line in found] == [plain(line) for line in expected], written


@pytest.mark.parametrize("text", NUMBERED)
def test_what_looks_like_markdown_is_shown_as_it_is(text, monkeypatch):
    """Numbers, dashes and signs are shown as they stand in the article, without a backslash."""
    check(text, monkeypatch)


@given(TEXTS.filter(plain))
def test_every_text_is_shown_as_it_is(text):
    """Whatever the text, wherever it stands, a renderer shows it and nothing else."""
    with pytest.MonkeyPatch.context() as patch:
        check(text, patch)


def test_only_what_begins_a_block_is_escaped_there(monkeypatch):
    """Who reads the Markdown itself meets no backslash that CommonMark does not need."""
    made, _ = outlined("3. It - was 5) so")
    monkeypatch.setattr(markdown, "outline", lambda *_, **__: made)
    lines = gs.to_markdown(gs.Summary(relevant=False)).splitlines()
    assert lines[0] == "# 3. It - was 5) so"
    assert [line for line in lines if "\\" in line] == [
        r"3\. It - was 5) so",
        r"1\. 3. It - was 5) so → 2. 3. It - was 5) so",
        r"- 1\. **3. It - was 5) so** (3. It - was 5) so · x)",
        r"  - 3\. It - was 5) so: 3. It - was 5) so",
        r"- 2\. **3. It - was 5) so**",
        r"3\. It - was 5) so · y",
    ]
