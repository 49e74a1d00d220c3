"""What is looked for in a long text costs as much as the text is long: steps are counted, not time."""

from __future__ import annotations

import guarantee_summarizer as gs
from guarantee_summarizer import plain, refusals, text

PROSE = "France said on Friday that it would send troops to Ukraine with a peace agreement. "


def test_a_long_article_is_not_split_to_see_that_it_is_one(monkeypatch):
    """An article whose beginning holds a sentence is taken without a look at the rest."""
    split: list[int] = []

    def spans(text: str, start: int):
        split.append(len(text))
        return real(text, start)

    real = refusals.spans
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
