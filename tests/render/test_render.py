"""What is shown: every claim with its sentence, the layers in order, nothing that steers."""

from __future__ import annotations

import re

import pytest

from guarantee_summarizer import Article, Finding, Summary, Withheld, to_markdown
from guarantee_summarizer.render import terminal_text
from guarantee_summarizer.render.outline import outline
from guarantee_summarizer.schema import ArticleRecord

TEXT = (
    "Norvia's army holds the border. Ostmark troops stand behind it. "
    "Velia <script>alert(1)</script> said *no* to [a](b) and \x1b[31mred\u202e. "
    "The pact covers 15 years."
)
ARTICLE = Article.from_text(TEXT, title="A pact", published="2026-01-06", outlet="Post")


def whole_terminal(summary: Summary) -> str:
    return terminal_text(summary, full=True)


def layer(order: int, name: str, sentence: int) -> dict[str, object]:
    return {
        "rank": order,
        "name": name,
        "function": "reassurance",
        "status": "proposed",
        "evidence": [sentence],
    }


@pytest.fixture
def summary() -> Summary:
    data = {
        "relevant": True,
        "headline": "Norvia gets a pact",
        "abstract": "It has two layers.",
        "participants": [{"name": "Velia", "kind": "state", "role": "adversary"}],
        "proposals": [
            {
                "title": "A pact",
                "measure": "mutual_defence",
                "status": "proposed",
                "terms": [{"what": "duration", "value": "15 years"}],
                "evidence": [4],
            }
        ],
        "structure": {
            "layers": [layer(1, "army", 1), layer(2, "Ostmark troops", 2)],
            "precondition": "a truce",
            "evidence": [1],
        },
        "disputes": [
            {
                "issue": "Velia",
                "kind": "disagreement",
                "positions": [{"party": "Velia", "stance": "It says no."}],
                "evidence": [3],
            }
        ],
        "events": [{"what": "They met.", "status": "held", "when": "today", "evidence": [1]}],
    }
    finding = Finding(code="x", severity="error", path="events[3]", message="is not in the text")
    withheld = Withheld(path="events[3]", claim={"what": "They danced."}, findings=(finding,))
    return Summary.ground(data, ARTICLE).replace(
        article=ArticleRecord.of(ARTICLE), withheld=(withheld,), incomplete=("it was cut off",)
    )


@pytest.mark.parametrize("write", [to_markdown, whole_terminal])
def test_every_claim_is_shown_with_its_sentence(write, summary):
    shown = " ".join(write(summary).replace("\\", "").split())
    for words in (
        "Norvia gets a pact",
        "It has two layers.",
        "A pact",
        "15 years",
        "a truce",
        "It says no.",
        "They met.",
        "They danced.",
        "is not in the text",
        "it was cut off",
        "2026-01-06",
    ):
        assert words in shown
    for number, start in [(1, "Norvia's army"), (2, "Ostmark troops"), (4, "The pact covers")]:
        assert re.search(rf"\[{number}\] “?{start}", shown)


@pytest.mark.parametrize("write", [to_markdown, whole_terminal])
def test_layers_are_shown_from_the_inside_out(write, summary):
    shown = write(summary).replace("\\", "")
    assert shown.index("1. army") < shown.index("2. Ostmark troops")


def test_a_layer_further_out_stands_further_out_in_the_terminal(summary):
    lines = terminal_text(summary, full=True).splitlines()
    first, second = (next(x for x in lines if f"{n}. " in x and "▐" in x) for n in (1, 2))
    assert first.index("▐") < second.index("▐")
    assert (first.count("▐"), second.count("▐")) == (1, 2)


@pytest.mark.parametrize("write", [to_markdown, whole_terminal])
def test_control_and_direction_characters_do_not_get_through(write, summary):
    assert "\x1b" not in write(summary)
    assert "\u202e" not in write(summary)


def test_article_text_cannot_mark_up_markdown(summary):
    shown = to_markdown(summary.replace(headline="*No* to [a](b)"))
    assert "<script>" not in shown
    assert "\\*No\\* to \\[a\\](b)" in shown


@pytest.mark.parametrize("write", [to_markdown, whole_terminal])
def test_quotes_are_shown_without_the_markdown_of_the_article(write, summary):
    assert "*no* to [a](b)" in " ".join(c.quote for p in summary.disputes for c in p.evidence)
    assert "no to a" in write(summary)
    assert "[a](b)" not in write(summary).replace("\\", "")


def test_an_outline_names_places_codes_and_the_sentences_of_all_parts(summary):
    warning = Finding(code="x", severity="warning", path="proposals[0].title", message="look")
    lost = Finding(code="x", severity="warning", path="abstract", message="here")
    shown = outline(summary.replace(findings=(warning, lost)))
    entries = {entry.code: entry for section in shown.sections for entry in section.entries}
    assert {code: entry.path for code, entry in entries.items()} == {
        "L1": "structure.layers[0]",
        "L2": "structure.layers[1]",
        "L3": "structure",
        "P1": "proposals[0]",
        "D1": "disputes[0]",
        "E1": "events[0]",
        "A1": "participants[0]",
        "W1": "withheld[0]",
    }
    assert entries["P1"].findings == (warning,)
    assert shown.findings == (lost,)
    assert [part.path for part in entries["P1"].facts[0].parts] == ["proposals[0].terms[0]"]
    assert entries["D1"].facts[0].path == "disputes[0].positions[0]"
    assert entries["D1"].sentences == (3,)


def test_an_empty_summary_is_shown_too():
    empty = Summary(relevant=False)
    assert "not about a security guarantee" in to_markdown(empty)
    assert "not about a security guarantee" in terminal_text(empty)


def test_narrow_terminals_wrap_and_lose_nothing(summary):
    narrow = "".join(terminal_text(summary, width=30, full=True).split())
    wide = "".join(terminal_text(summary, width=300, full=True).split())
    assert narrow == wide


@pytest.mark.parametrize("write", [whole_terminal, to_markdown])
def test_the_duration_of_a_guarantee_is_shown_without_layers_too(write):
    structure = {"duration": {"what": "duration", "value": "15 years"}}
    data = {"relevant": True, "headline": "H", "abstract": "A", "structure": structure}
    assert "15 years" in write(Summary.ground(data, ARTICLE)).split("H", 1)[1].split(TEXT)[0]


def test_the_short_form_has_a_line_for_each_layer_dispute_and_withheld_claim(summary):
    """Of the proposals five; what is left out is counted, and the way to it named."""
    many = summary.replace(
        proposals=summary.proposals * 7,
        withheld=(Withheld(path="events[3]", claim={"what": "War"}, findings=()),),
    )
    lines = terminal_text(many, width=200).splitlines()
    assert sum("A pact  [mutual defence" in line for line in lines) == 5
    assert "  and 2 more" in lines
    for text in (
        "army  [reassurance",
        "Ostmark troops  [",
        "Velia  [disagreement",
        "War  [events[3]]",
    ):
        assert sum(text in line for line in lines) == 1
    assert "--full" in lines[-1]
    assert not any("[1] Norvia's army" in line for line in lines)
    assert "PARTICIPANTS" in terminal_text(many, full=True)
