"""What is looked for in a long text costs as much as the text is long: steps are counted, not time."""

from __future__ import annotations

import json

import guarantee_summarizer as gs
from guarantee_summarizer import plain, refusals, text
from guarantee_summarizer.llm.json_text import read_object
from guarantee_summarizer.llm.shapes import _pointers
from guarantee_summarizer.normalize import figures
from guarantee_summarizer.normalize.quantities import _MOST
from guarantee_summarizer.readers.feeds import _FOOTER, _without_footer
from guarantee_summarizer.verify.held import HeldFigures

PROSE = "France said on Friday that it would send troops to Ukraine with a peace agreement. "


def test_a_long_article_is_not_split_to_see_that_it_is_one(monkeypatch):
    """An article whose beginning holds a sentence is taken without a look at the rest."""
    split: list[int] = []

    def spans(text: str, start: int):
        split.append(len(text))
        return whole(text, start)

    whole = refusals.spans
    monkeypatch.setattr(refusals, "spans", spans)
    gs.Article.from_text(PROSE + "U.S. " * 20_000)
    assert sum(split) < 5_000
    late = "Norvia " + "\nNorvia" * 2_000 + "\n\n" + PROSE
    assert gs.Article.from_text(late).text == late


def test_fragments_are_found_in_one_rewritten_text(monkeypatch):
    """However many fragments are looked for, the text is rewritten once as a person reads it."""
    read: list[str] = []

    def readable(original: str):
        read.append(original)
        return plain.readable(original)

    monkeypatch.setattr(text, "readable", readable)
    long = text.FoldedText(f"the **United** States {'a_b ' * 1_000}")
    assert [long.find(f"no words {n}") for n in range(50)] == [None] * 50
    assert long.find("the United States") == (0, 21)
    assert sum(len(one) > 1_000 for one in read) == 2  # and once to see that it stays as it is


def test_sentences_of_a_slice_are_looked_up():
    """The sentences that overlap a slice, also at its edges, and where there is none."""
    made = gs.Article.from_text(PROSE * 5)
    for start in range(0, len(made.text), 7):
        for end in range(start, len(made.text), 11):
            there = [s for s in made.sentences if s.start < end and start < s.end]
            assert [*made.sentences_at(start, end)] == there


def test_numbers_in_words_are_read_in_one_way():
    """A number in words that goes on and on, and is none in the end, is given up at once."""
    endless = "twenty hundred and " * 5_000
    for tail in ("", "tw", "twenty", "years, it said"):
        assert len(figures(endless + tail)) < 10_000
    (whole,) = figures("nine hundred and ninety-nine trillion two hundred and six billion "
                       "one hundred and fifty million six hundred thousand and seven")  # fmt: skip
    assert whole.quantity.value == "999206150600007"


def test_figures_without_end_are_one_that_is_unclear():
    """Of more figures than a text has the last ones are not read, and equal only where all are."""
    many = figures("1-" * 50_000)
    assert len(many) <= _MOST + 1
    assert many[-1].quantity.kind == "unclear"
    other = figures("1-" * 40_000 + "2" + "-1" * 10_000)
    assert many[0].quantity.value == other[0].quantity.value
    assert many[-1].quantity.value != other[-1].quantity.value
    assert figures("1-" * 50_000) == many


def test_long_fragments_inside_words_are_given_up_sooner(monkeypatch):
    """A fragment that stands inside other words again and again is looked for a few times only."""
    looked: list[int] = []

    def looks(found: str, start: int, end: int) -> bool:
        looked.append(start)
        return False

    monkeypatch.setattr(text, "_on_boundary", looks)
    assert not text.holds("France and " * 20_000, "ance and France and Fr" * 3)
    assert len(looked) < 1_000
    assert not text.holds("France and " * 20_000, "an")
    assert len(looked) > 10_000


def test_signs_that_can_be_seen_are_passed_over(monkeypatch):
    """Bullets and other signs cost no look at each of them: nothing in a text is rewritten for them."""
    looked: list[str] = []
    replaced = plain._replacement

    def replacement(match):
        looked.append(match[0])
        return replaced(match)

    monkeypatch.setattr(plain, "_replacement", replacement)
    signs = "▪▪▪, ½ °" * 1_000
    assert plain.as_read(signs) == plain.readable(signs).text == signs
    assert plain.as_read(f"{signs}\u00ad{signs}") == signs * 2
    assert looked == ["\u00ad"]


def test_what_is_printed_is_looked_at_once(monkeypatch):
    """Of a long text each different character is looked at, not each place."""
    looked: list[str] = []

    def is_invisible(char: str) -> bool:
        looked.append(char)
        return plain.is_invisible(char)

    monkeypatch.setattr(text, "is_invisible", is_invisible)
    assert text.printable("▪a\u202e\x1b\n\u200d" * 1_000) == "▪a\n\u200d" * 1_000
    assert len(looked) == 4


def test_a_figure_stated_again_is_not_looked_up_again():
    """A figure that a claim states a thousand times is held against its passages once."""
    asked: list[object] = []

    class Passages(frozenset):
        def __contains__(self, at: object) -> bool:
            asked.append(at)
            return super().__contains__(at)

    held = HeldFigures(lambda at: figures(f"They sent {at % 2 + 5} brigades."))
    (stated,) = figures("They sent 5 brigades.")
    passages = Passages(range(500))
    found = [held.equal(stated.quantity, passages) for _ in range(1_000)]
    assert len(asked) <= 500
    assert found == [{("", "")}] * 1_000 == [held.equal(stated.quantity, {*passages})] * 1_000


def test_braces_that_begin_no_json_are_not_decoded_as_such(monkeypatch):
    """The decoder, whose errors count the lines of the whole text, reads only what may be JSON."""
    decoded: list[int] = []
    raw_decode = json.JSONDecoder.raw_decode

    def counted(self, text: str, start: int = 0):
        decoded.append(start)
        return raw_decode(self, text, start)

    monkeypatch.setattr(json.JSONDecoder, "raw_decode", counted)
    braces = "{0}\n" * 500
    found = read_object([f'{braces}{{ "headline": "A" }}'], {"headline": str})
    assert (found.data, decoded) == ({"headline": "A"}, [len(braces)])


def test_a_footer_is_not_looked_for_in_white_space():
    """A search for a feed's footer begins at its words; the white space before them goes with it."""
    tabs = "\t" * 100_000
    footer = "The post Talks appeared first on Paper. \n"
    assert _FOOTER.match(f"\t{footer}") is None
    assert _without_footer(f"They met.{tabs}{footer}") == "They met."
    going_on = f"{tabs}{footer}\nMore."
    assert _without_footer(going_on) == going_on


def test_digits_are_split_in_one_way():
    """Digits that are no sentence numbers in the end are given up, not split in all other ways."""
    digits = "1" * 2_000
    assert [*_pointers(f"{digits}-")] == [f"{digits}-"]
    assert [*_pointers(f"{'1 ' * 2_000}x")] == [f"{'1 ' * 2_000}x"]
    assert [*_pointers("1234567, S2-4 and [9]")] == [123456, 7, 2, 3, 4, 9]
    assert [*_pointers("23-23-456")] == [23, 456]
