"""What is not seen, or only set otherwise, changes no fact: invisible characters, blanks, marks."""

from __future__ import annotations

import re
import textwrap
from collections.abc import Callable
from functools import cache

import pytest

import guarantee_summarizer as gs
from guarantee_summarizer.lexicon import default_lexicon
from guarantee_summarizer.schema.claims import Term
from guarantee_summarizer.schema.paths import claim_paths
from guarantee_summarizer.text import fold_words
from guarantee_summarizer.verify import verify
from tests.conftest import ROOT

GOLD = ROOT / "tests" / "gold"

CHANGES: dict[str, Callable[[str], str]] = {
    "soft hyphens": lambda t: re.sub(r"\b([^\W\d_]{4})([^\W\d_]{4,})\b", "\\1\u00ad\\2", t),
    "zero-width spaces behind words": lambda t: re.sub(r"([^\W_])( )", "\\1\u200b\\2", t),
    "zero-width spaces behind sentences": lambda t: t.replace(". ", ".\u200b "),
    "no-break spaces": lambda t: t.replace(" ", "\u00a0"),
    "narrow no-break spaces": lambda t: re.sub(r"(\d) (?=\w)", "\\1\u202f", t),
    "two spaces": lambda t: t.replace(" ", "  "),
    "lines of 60 columns": lambda t: "\n".join(textwrap.fill(line, 60, break_on_hyphens=False) if len(line) > 200 else line for line in t.split("\n")),
    "carriage returns": lambda t: t.replace("\n", "\r\n"),
    "Markdown": lambda t: re.sub(r"\b(Ukraine|Russia|Britain|France|Macron)\b", r"**\1**", t),
    "footnotes": lambda t: re.sub(r"([a-z]{3}\.)(?= [A-Z])", "\\1\u00b9", t),
    "straight quotes": lambda t: t.translate(str.maketrans("“”‘’", "\"\"''")),
}  # fmt: skip


def _texts() -> dict[str, str]:
    found = sorted(path for path in GOLD.glob("*.txt"))
    return {path.stem: path.read_text() for path in found[::8]}


def _facts(summary: gs.Summary) -> dict[str, list[str]]:
    claims = [path.of(summary) for path in claim_paths(summary)]
    return {
        "participants": sorted(fold_words(p.name) for p in summary.participants),
        "proposals": sorted(fold_words(p.title) for p in summary.proposals),
        "terms": sorted(str(c.normalized) for c in claims if isinstance(c, Term)),
    }


def _read(text: str) -> gs.Summary:
    return gs.summarize(gs.Article.from_text(text, published="2026-01-06"))


@cache
def _plain(name: str) -> dict[str, list[str]]:
    return _facts(_read(_texts()[name]))


@pytest.mark.parametrize("change", CHANGES)
@pytest.mark.parametrize("name", _texts())
def test_facts_stay_and_offsets_are_exact(name: str, change: str) -> None:
    """Participants, titles and terms are those of the plain text; quotes are the given text's own."""
    text = CHANGES[change](_texts()[name])
    summary = _read(text)
    assert _facts(summary) == _plain(name)
    for path in claim_paths(summary):
        for citation in getattr(path.of(summary), "evidence", ()):
            assert text[citation.start : citation.end] == citation.quote


@pytest.mark.parametrize("change", CHANGES)
def test_an_answer_to_the_plain_text_holds_of_the_changed_one(change: str) -> None:
    """Verification sees through the change, too."""
    text = _texts()["01-london-summit"]
    answer = _read(text).model_dump(
        mode="json", include={"relevant", "headline", "participants", "proposals"}
    )
    for claim in (*answer["participants"], *answer["proposals"]):
        claim["evidence"] = [c["sentence"] for c in claim["evidence"]]
        for term in claim.get("terms", ()):
            term["evidence"] = []
    article = gs.Article.from_text(CHANGES[change](text), published="2026-01-06")
    found = verify(gs.Summary.ground(answer, article), article)
    assert [f.message for f in found if f.severity == "error"] == []


def test_an_article_in_capitals_has_the_names_that_the_tables_know() -> None:
    text = "French President Emmanuel Macron said France is ready to send 4,500 soldiers to Ukraine after a ceasefire as part of the security guarantees. Russia has rejected it."
    summary = _read(text.upper())
    assert _facts(summary) == _facts(_read(text))
    assert all(c.quote.isupper() for p in summary.proposals for c in p.evidence)


def test_capitals_become_print_in_the_same_length() -> None:
    lexicon = default_lexicon()
    text = "THE UNITED STATES, NATO AND GERMANY'S CHANCELLOR FRIEDRICH MERZ AGREED ON MONDAY."
    written = "The United States, NATO and Germany's chancellor Friedrich Merz agreed on Monday."
    assert lexicon.in_print(text) == written
    assert lexicon.in_print(written) == written
