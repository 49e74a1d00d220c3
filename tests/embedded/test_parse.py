"""What the room that knows spaCy says of sentences: plain facts with offsets into them."""

from __future__ import annotations

import pytest

from guarantee_summarizer.embedded.facts import Clause, Facts
from guarantee_summarizer.embedded.loading import load
from guarantee_summarizer.embedded.parse import facts


def parse(text: str) -> Facts:
    return next(iter(facts(load(), [text])))


def clause(text: str, verb: str) -> Clause:
    return next(c for c in parse(text).clauses if c.verb == verb)


def words(text: str, phrases: object) -> list[str]:
    return [text[p.start : p.end] for p in phrases]


def test_a_clause_has_all_its_subjects_its_object_and_what_follows_prepositions():
    text = "Britain and Ukraine signed a loan agreement with France on Monday."
    found = clause(text, "sign")
    assert words(text, found.agents) == ["Britain", "Ukraine"]
    assert words(text, found.objects) == ["a loan agreement"]
    assert {prep for prep, _ in found.obliques} == {"with", "on"}
    assert (found.tense, found.modal, found.negated) == ("past", "", False)


def test_of_a_passive_the_agent_acts_and_the_subject_is_the_object():
    text = "The meeting was chaired by Macron."
    found = clause(text, "chair")
    assert words(text, found.agents) == ["Macron"]
    assert words(text, found.objects) == ["The meeting"]


@pytest.mark.parametrize(
    ("text", "verb", "modal", "negated"),
    [
        ("Italy would not deploy troops.", "deploy", "would", True),
        ("Poland will send no soldiers.", "send", "will", True),
        ("The parties shall consult.", "consult", "shall", False),
        ("The force is to leave.", "leave", "be to", False),
        ("Russia ruled out a withdrawal.", "rule out", "", False),
    ],
)
def test_modals_and_denials_are_read(text, verb, modal, negated):
    found = clause(text, verb)
    assert (found.modal, found.negated) == (modal, negated)


def test_what_is_said_hangs_on_who_says_it():
    text = "Meloni said that Italy would help."
    parsed = parse(text)
    content = next(c for c in parsed.clauses if c.verb == "help")
    above = parsed.clauses[content.parent]
    assert above.verb == "say"
    assert words(text, above.agents) == ["Meloni"]


def test_who_is_asked_to_do_something_does_it_and_who_is_kept_from_it_would_have():
    text = "Ukraine asked Germany to send tanks."
    assert words(text, clause(text, "send").agents) == ["Germany"]
    text = "They want to prevent Russia from attacking Ukraine."
    assert words(text, clause(text, "attack").agents) == ["Russia"]


def test_an_apposition_stands_with_its_phrase():
    text = "Merz, the host, spoke."
    (phrase,) = clause(text, "speak").agents
    assert text[slice(*phrase.apposition)] == "the host"


def test_bullets_and_datelines_are_no_words_and_offsets_stay_those_of_the_sentence():
    text = "LONDON, March 3 - Britain will help."
    found = clause(text, "help")
    assert words(text, found.agents) == ["Britain"]


def test_a_text_beyond_the_limit_of_a_pipeline_is_parsed_in_pieces_with_right_offsets():
    text = "The alliance met and " * 600 + "Keir Starmer left."
    names = [text[e.start : e.end] for e in parse(text).entities if e.label == "PERSON"]
    assert "Keir Starmer" in names
