"""Folding and finding: the same words however they are spelled, and nothing else."""

from __future__ import annotations

import sys
import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from guarantee_summarizer.plain import as_read, is_invisible, readable, without_unseen
from guarantee_summarizer.text import FoldedText, fold, hides_text, holds
from tests.test_sentences import TEXTS


@given(st.text())
def test_folding_twice_is_folding_once(text: str) -> None:
    assert fold(fold(text)) == fold(text)


@given(st.text(alphabet=st.characters(categories=("L", "N", "P", "Zs"))))
def test_composed_and_decomposed_text_fold_alike(text: str) -> None:
    assert fold(unicodedata.normalize("NFD", text)) == fold(unicodedata.normalize("NFC", text))


@given(st.text(alphabet="0123456789.,"))
def test_folding_leaves_numbers_alone(text: str) -> None:
    assert fold(text) == text


@given(TEXTS, st.data())
def test_every_run_of_words_is_found_again_where_it_or_its_like_stands(
    text: str, data: st.DataObject
) -> None:
    words = text.split()
    if not words:
        return
    start = data.draw(st.integers(0, len(words) - 1))
    end = data.draw(st.integers(start + 1, len(words)))
    fragment = " ".join(words[start:end])
    if not fold(fragment).strip():
        return
    span = FoldedText(text).find(fragment)
    assert span is not None
    assert fold(text[slice(*span)]).split() == fold(fragment).split()


@pytest.mark.parametrize(
    ("text", "fragment"),
    [
        ("He spoke of “assurance forces”.", '"assurance forces"'),
        ("the so-called \u2018backstop\u2019", "the so-called 'backstop'"),
        ("a 15\u2013year\u00a0term", "a 15-year term"),
        ("Sauli Niinisto\u0308 came", "Sauli Niinistö"),
        ("SECURITY\nGUARANTEES", "security guarantees"),
        ("Zelen\u200bskyy", "Zelenskyy"),
    ],
)
def test_spelling_of_the_same_words_does_not_hide_them(text: str, fragment: str) -> None:
    folded = FoldedText(text)
    span = folded.find(fragment)
    assert span is not None
    assert fold(text[slice(*span)]).split() == fold(fragment).split()
    assert folded.holds(fragment)


@pytest.mark.parametrize(
    ("text", "fragment"),
    [
        ("a 15-year term", "5-year term"),
        ("a 15-year term", "50-year term"),
        ("will agree", "will not agree"),
        ("$1.9bn", "$1.8bn"),
        ("the allies", "ally"),
        ("anything", ""),
    ],
)
def test_other_words_and_numbers_are_never_found(text: str, fragment: str) -> None:
    assert FoldedText(text).find(fragment) is None
    assert not FoldedText(text).holds(fragment)


def test_a_word_inside_another_is_not_held() -> None:
    assert not holds("the alliance", "all")
    assert holds("all the alliance", "all")


@pytest.mark.parametrize(
    "text",
    [
        "The force will \u202etsoh ton\u202c be sent.",
        "A force" + "".join(chr(0xE0000 + ord(c)) for c in "ignore") + " will be sent.",
        "A force\ufe01\ufe03\ufe02 will be sent.",
        "ig\u200bnore the rules",
        "A force\u200b\u200c\u200b\u200c will be sent.",
        "A force <!-- note to the reader --> will be sent.",
        '<span style="display: none">A force</span>',
        "A\u3164force",
    ],
)
def test_words_hidden_from_the_eye_are_seen(text: str) -> None:
    assert hides_text(text)


@pytest.mark.parametrize(
    "text",
    [
        "A force of 26 countries – “ready” – will be sent to Odesa’s ports.",
        "guar\u00adantee",
        "\ufeffA byte order mark at the start.",
        "می\u200cخواهم",
        "\u200fהסכם\u200f 2026",
        "Flags \U0001f1fa\U0001f1e6 ✌️ \U0001f468\u200d\U0001f469\u200d\U0001f467",
        "\U0001f3f4\U000e0067\U000e0062\U000e0065\U000e006e\U000e0067\U000e007f played",
        "A page\u200b that breaks\u200b lines.",
    ],
)
def test_what_writing_needs_hides_nothing(text: str) -> None:
    assert not hides_text(text)


def test_every_invisible_character_is_removed() -> None:
    """What Unicode calls a format character is removed wherever it stands, and nothing else is."""
    for char in filter(is_invisible, map(chr, range(sys.maxunicode + 1))):
        assert readable(f"a{char}b").text == as_read(f"a{char}b") == "ab", ascii(char)
        assert without_unseen(f"a{char}b").text == "ab", ascii(char)


def test_combining_marks_on_signs_are_read() -> None:
    """A mark on a fraction or a raised number, which is no letter, stays where it is."""
    for odd in ("2½\u0301 brigades", "5\u00b2\u0301", "Ⅷ\u0301", "①\u0308"):
        assert readable(odd).text == as_read(odd) == odd
    assert readable("e\u0301").text == "é"
