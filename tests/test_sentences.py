"""Sentences, folding and finding fragments again."""

from __future__ import annotations

import nupunkt
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from guarantee_summarizer.sentences import segment, without_marks

WORDS = st.sampled_from(
    [
        "U.S.",
        "Mr.",
        "Gen.",
        "J.D.",
        "No.",
        "3.5",
        "$1.9bn.",
        "half",
        "The",
        "He",
        "said",
        "it.",
        "“We",
        "go.”",
        '"No."',
        "Київ",
        "т.",
        "Ніїнісьтьо.",
        "Niinistö",
        "Niinisto\u0308",
        "-",
        "•",
        "1.",
        "\n",
        "\n\n",
        "\u00a0",
        "\u200b",
        "\r\n",
        "\u2028",
        "...",
        "?!",
        "米国。",
        "",
        "**",
        "#",
        ">",
        "| a |",
        "---",
        "(a)",
        "12:10 GMT",
        "Sec. 2.",
        "\t",
    ]
)
TEXTS = st.one_of(st.text(), st.lists(WORDS).map(" ".join))


@given(TEXTS)
@example("S\u00a0.")
@example("A. B.\u2028C.")
def test_sentences_are_slices_in_order_and_lose_only_white_space(text: str) -> None:
    at = 0
    for number, sentence in enumerate(segment(text), 1):
        assert sentence.number == number
        assert text[sentence.start : sentence.end] == sentence.text
        assert not text[at : sentence.start].strip()
        assert sentence.text == sentence.text.strip() != ""
        at = sentence.end
    assert not text[at:].strip()


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("He met U.S. Secretary Rubio. Talks went on.", 2),
        ("They met in the U.S. The talks ended.", 2),
        ("Mr. Lee and Gen. Keith Kellogg met Lt. Col. J.D. Smith.", 1),
        ("President Donald J. Trump spoke. A. B. Clark listened.", 2),
        ("It cost $1.5 billion. It rose by 2.3 percent.", 2),
        ("“We will go. We will stay,” he said. Nobody moved.", 3),
        ("up to half a century. Current proposals envision less.", 2),
        ("В. О. Зеленський заявив про це. Ціна 5 млн. грн. за штуку.", 2),
        ("Guarantees\n\n- a force\n- a pact\n1. Money\n2. Arms. More arms.", 6),
        ("HEADLINE WITHOUT STOP\nThe text begins here.", 2),
        (
            "The leaders, who had met in the morning and again at noon,\nsigned it. Then they left.",
            2,
        ),
        ("See Art. 5 of the treaty. See No. 7.", 2),
        ('He said no. Did he? "Yes!" he cried.', 3),
    ],
)
def test_abbreviations_numbers_quotes_and_lists_end_sentences_where_a_reader_would(
    text: str, expected: int
) -> None:
    assert len(segment(text)) == expected


WRAPPED = """\
Norvia and Suvia signed a security pact on Friday in the presence of Gen.
Ana Keel, who had negotiated it for the better part of a year. The U.S.
Senate will vote on it in June, officials said. Under the pact, troops of
Norvia will guard the border."""


@pytest.mark.parametrize("line_end", ["\n", "\r\n"])
def test_lines_that_an_editor_wrapped_are_joined_even_after_an_abbreviation(line_end: str) -> None:
    sentences = segment(WRAPPED.replace("\n", line_end))
    assert [" ".join(s.text.split())[-12:] for s in sentences] == [
        "t of a year.",
        "icials said.",
        " the border.",
    ]


@pytest.mark.parametrize(
    "lines",
    [
        ["# What we know", "The talks go on.", "## What next", "Nobody knows."],
        ["What was promised to Suvia in the summer, and what was not", f"Norvia {'sent arms ' * 12}."],
        ["12:10 GMT", "Talks resume after a night in which nobody in the delegations slept", "12:45 GMT", "They end."],
        ["4.30 p.m.", "Talks resume.", "15:10 | WHO DOES WHAT", "They end."],
        ["| State | Soldiers |", "|---|---|", "| Norvia | 5,000 |", "| Suvia | 200 |", "That is all."],
        ["State\tSoldiers", "Norvia\t5,000"],
        ["The pact provides", "(a) a force,", "(b) arms; and", "(iv) money."],
        ["§ 12. Findings of the assembly", "(a) Norvia is at peace.", "Sec. 2. Commitment.", "(b) So is Suvia."],
        ["Members:", "- Ana Keel", "* Bo Lind", "• Cy Marr", "1. Di Nole"],
        ["---", "Talks go on.", "***", "They end."],
        ["> Norvia keeps its word.", "> Suvia doubts it."],
    ],
)  # fmt: skip
def test_headings_bullets_table_rows_and_time_stamps_are_sentences_of_their_own(
    lines: list[str],
) -> None:
    assert [s.text for s in segment("\n".join(lines))] == lines


@pytest.mark.parametrize(
    ("text", "sentences"),
    [
        ("•\nA force\n•\nA pact", ["•\nA force", "•\nA pact"]),
        ("KYIV, Feb. 5 (Agency) -\nTalks go on.", ["KYIV, Feb. 5 (Agency) -\nTalks go on."]),
        ("> The leaders of\n> both states met.", ["> The leaders of\n> both states met."]),
        ("**II. Purpose** The parties meet.", ["**II. Purpose**", "The parties meet."]),
        ("**Norvia** agrees. So be it.", ["**Norvia** agrees.", "So be it."]),
        ("**FACT:** The pact holds.", ["**FACT:** The pact holds."]),
        ("No. It will not.", ["No.", "It will not."]),
    ],
)
def test_marks_stay_with_the_words_they_stand_before(text: str, sentences: list[str]) -> None:
    assert [s.text for s in segment(text)] == sentences


@given(st.lists(TEXTS, max_size=5))
def test_no_character_is_looked_at_twice_for_boundaries(texts: list[str]) -> None:
    text = "\n\n".join(texts)
    given_to_nupunkt: list[str] = []
    with pytest.MonkeyPatch.context() as patch:
        original = nupunkt.sent_spans
        patch.setattr(
            nupunkt, "sent_spans", lambda block: given_to_nupunkt.append(block) or original(block)
        )
        segment(text)
    assert sum(map(len, given_to_nupunkt)) <= len(text)


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("- **Norvia** sends a force.", "Norvia sends a force."),
        ("• a force;", "a force;"),
        ("## What next", "What next"),
        ("> He said\n> no.", "He said no."),
        ("See [the pact](https://e.org/a_(b)) and ![map](m.png).", "See the pact and map."),
        ("It was signed. \\[1\\] [2]", "It was signed."),
        ("the [bilateral] meeting of [2026]", "the [bilateral] meeting of [2026]"),
        ("**Ana Keel****:** “The _whole_ pact", "Ana Keel: “The whole pact"),
        ("year.**”*", "year.”"),
        ("5 * 3 = 15, snake_case, -5 degrees", "5 * 3 = 15, snake_case, -5 degrees"),
        ("\\*not\\*", "*not*"),
        ("1. Money", "1. Money"),
    ],
)
def test_marks_of_lists_and_markdown_are_not_shown(text: str, shown: str) -> None:
    assert without_marks(text) == shown


@given(st.text(alphabet=st.characters(categories=("L", "Nd"), include_characters=" .,;:'\"")))
def test_words_without_marks_are_shown_as_they_are(text: str) -> None:
    assert without_marks(text) == " ".join(text.split())
