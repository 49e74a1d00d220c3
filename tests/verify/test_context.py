"""Shortcuts of verification find what the slow way finds: cue by cue, name by name."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

import guarantee_summarizer as gs
from guarantee_summarizer.lexicon import default_lexicon
from guarantee_summarizer.normalize import quantities
from guarantee_summarizer.verify.context import Context
from guarantee_summarizer.verify.passages import _DENIES, _DENIES_OR_NO, ACTS, Overlap, Passage

CUES = (
    "rules out|ruled outright|called on|calls once|call for|accept nothing|accept no|took part|takes partial|give up|gave "
    "up|ran out|no|none|nothing|nobody|not|no troops|never|reject|refused to|without any|instead of|pledged|sign|signed|"
    "undertook|left|term|terms|force|a plan|in Kyiv|don't|re-join|back_ed|(no one)|,|.|\"|-"
).split("|")
SENTENCES = (
    "the kremlin rejects troops from france",
    "poland offers logistics to ukraine and france",
    "ukraine wants 50 years of troops",
)


def _texts(fragments: list[str]) -> st.SearchStrategy[str]:
    return st.lists(st.sampled_from(fragments) | st.text(max_size=4), max_size=9).map(" ".join)


@given(_texts(CUES))
def test_acts_found_word_by_word_are_those_found_in_the_whole_text(text):
    assert Passage.of(text).acts == {act for act, cue in ACTS.items() if cue.search(text)}


@given(_texts(CUES))
def test_the_short_pattern_of_denial_is_used_only_where_it_finds_as_much(text):
    if not re.search(r"\bno(?:ne|thing|body)?\b", text):
        short, long = ([m.span() for m in p.finditer(text)] for p in (_DENIES, _DENIES_OR_NO))
        assert short == long


@pytest.fixture(scope="module")
def context() -> Context:
    article = gs.Article.from_text("France and the United States met Emmanuel Macron. It was long.")
    people = [
        {"name": "France", "kind": "state"},
        {"name": "United States", "kind": "state", "aliases": ["US", "U.S."]},
        {"name": "Emmanuel Macron", "kind": "person"},
    ]
    summary = gs.Summary.model_validate({"relevant": True, "participants": people})
    return Context(article, summary, default_lexicon())


@given(
    text=_texts(
        "french|france|us|u.s.|united|states|emmanuel|macron|of|americans|france's".split("|")
    )
)
def test_names_are_found_from_the_left_and_the_longest_first(text, context):
    longest = sorted(context._forms, key=len, reverse=True)
    pattern = re.compile(rf"(?<!\w)(?:{'|'.join(map(re.escape, longest))})(?!\w)")
    assert [(n.start, n.end) for n in context.named(text)] == [
        match.span() for match in pattern.finditer(text)
    ]


@pytest.mark.parametrize("enough", [0, 0.25, 0.45, 1])
@given(words=st.lists(st.sampled_from(" ".join(SENTENCES).split())), at=st.integers(0, 2))
def test_a_share_that_is_not_enough_is_the_same_as_without_a_shortcut(words, at, enough):
    overlap = Overlap(SENTENCES)
    wanted = Passage.of(" ".join(words)).stems
    exact, quick = overlap.share(wanted, [at]), overlap.share(wanted, [at], enough=enough)
    if exact is None or exact < enough:
        assert quick == exact
    else:
        assert enough <= quick <= exact


@pytest.mark.parametrize(
    ("text", "number"), [("٣ soldiers", 3), ("१२ ships", 12), ("３,０００ men", 3000)]
)
def test_digits_of_all_scripts_are_read(text, number):
    assert [int(figure.number) for figure in quantities(text)] == [number]
