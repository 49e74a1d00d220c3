"""The schema: citations go out grounded, files read back without loss, bad input says where."""

from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from guarantee_summarizer import Article, Citation, SchemaError, Summary
from guarantee_summarizer.schema import ArticleRecord
from guarantee_summarizer.schema.json_schema import to_wire, wire_schema

TEXT = "France will send 500 troops. “Never,” says Russia. Talks go on. Talks go on in Paris."
ARTICLE = Article.from_text(TEXT, published="2026-01-06")


def summary(**fields: object) -> Summary:
    return Summary.ground({"relevant": True, **fields}, ARTICLE)


def proposal(evidence: object) -> dict[str, object]:
    return {
        "title": "Troops",
        "measure": "troop_deployment",
        "status": "proposed",
        "evidence": evidence,
    }


@pytest.mark.parametrize(
    ("pointer", "sentence", "quote"),
    [
        (1, 1, "France will send 500 troops."),
        ("1", 1, "France will send 500 troops."),
        ("send 500 troops", 1, "send 500 troops"),
        ('"never," SAYS russia', 2, "“Never,” says Russia"),
        (4, 4, "Talks go on in Paris."),
        ("Talks go on in", 4, "Talks go on in"),
    ],
)
def test_numbers_and_fragments_become_grounded_citations(
    pointer: object, sentence: int, quote: str
) -> None:
    (citation,) = summary(proposals=[proposal([pointer])]).proposals[0].evidence
    assert (citation.sentence, citation.quote) == (sentence, quote)
    assert TEXT[citation.start : citation.end] == quote


def test_a_fragment_across_sentences_cites_each_of_them() -> None:
    evidence = summary(proposals=[proposal("troops. “Never")]).proposals[0].evidence
    assert [(c.sentence, c.quote) for c in evidence] == [(1, "troops."), (2, "“Never")]


def test_grounded_citations_read_back_as_they_are_without_the_article() -> None:
    made = summary(proposals=[proposal([1])])
    assert Summary.model_validate_json(made.model_dump_json()) == made


def test_repeated_citations_count_once() -> None:
    assert len(summary(proposals=[proposal([1, "1", 1])]).proposals[0].evidence) == 1


@pytest.mark.parametrize(
    ("evidence", "says"),
    [
        ([99], "there is no sentence 99; the sentences are numbered 1 to 4"),
        ([0], "there is no sentence 0"),
        ([True], "there is no sentence True"),
        ([1.5], "there is no sentence 1.5"),
        (["send 600 troops"], "does not hold the words 'send 600 troops'"),
        (["end 500 troops"], "does not hold the words"),
        ([], "at least 1 item"),
    ],
)
def test_a_citation_that_the_article_does_not_have_is_refused_with_its_place(
    evidence: list[object], says: str
) -> None:
    with pytest.raises(SchemaError) as caught:
        summary(proposals=[proposal(evidence)])
    assert "proposals[0].evidence" in str(caught.value)
    assert says in str(caught.value)


def test_a_number_without_an_article_says_what_is_missing() -> None:
    with pytest.raises(ValueError, match="context="):
        Summary.model_validate({"relevant": True, "proposals": [proposal([1])]})


def test_unknown_fields_are_refused_in_what_users_hand_in() -> None:
    with pytest.raises(SchemaError, match=r"proposals\[0\]\.titel"):
        summary(proposals=[proposal([1]) | {"titel": "typo"}])


def test_null_means_absent_everywhere() -> None:
    made = summary(proposals=[proposal([1]) | {"terms": None, "attribution": None}], events=None)
    assert made.proposals[0].terms == ()
    assert made.events == ()


@pytest.mark.parametrize(
    ("given", "meant"),
    [("Under discussion", "under_discussion"), ("IN-FORCE", "in_force"), ("agreed", "agreed")],
)
def test_enumerations_forgive_case_hyphens_and_spaces(given: str, meant: str) -> None:
    assert summary(proposals=[proposal([1]) | {"status": given}]).proposals[0].status == meant


def test_an_irrelevant_text_has_no_claims() -> None:
    with pytest.raises(SchemaError, match="relevant is false"):
        summary(relevant=False, proposals=[proposal([1])])


def test_a_stored_citation_that_was_tampered_with_is_refused() -> None:
    stored = summary(proposals=[proposal([1])]).replace(article=ArticleRecord.of(ARTICLE))
    data = json.loads(stored.model_dump_json())
    data["proposals"][0]["evidence"][0]["quote"] = "France will send 900 troops."
    with pytest.raises(ValueError, match="is not in sentence 1"):
        Summary.model_validate(data)


def test_summaries_cannot_be_changed_in_place() -> None:
    with pytest.raises(ValueError, match="frozen"):
        summary().headline = "x"  # type: ignore[misc]


def test_the_wire_schema_asks_only_for_what_the_library_cannot_find() -> None:
    text = json.dumps(wire_schema())
    added = ("normalized", "country", "findings", "withheld", "provenance", "aliases", "quote")
    assert not [name for name in added if f'"{name}"' in text]
    assert "evidence" not in wire_schema()["$defs"]["Participant"]["properties"]
    assert '"default"' not in text
    assert '"null"' not in text


def test_nothing_is_required_on_the_wire_but_names_titles_words_and_evidence() -> None:
    required = {
        name: set(part.get("required", ())) for name, part in wire_schema()["$defs"].items()
    }
    assert wire_schema()["required"] == ["relevant", "headline", "abstract"]
    assert required == {
        "Participant": {"name"},
        "Event": {"what", "evidence"},
        "Proposal": {"title", "evidence"},
        "Term": {"value"},
        "GuaranteeStructure": set(),
        "Layer": {"name", "evidence"},
        "Dispute": {"issue", "evidence"},
        "Position": {"party", "stance"},
    }


def test_every_definition_on_the_wire_is_described_and_used() -> None:
    schema = wire_schema()
    text = json.dumps(schema)
    for name, part in schema["$defs"].items():
        assert part["description"]
        assert f'"#/$defs/{name}"' in text


def _nested(claims: st.SearchStrategy[list[int]]) -> st.SearchStrategy[Summary]:
    return claims.map(
        lambda numbers: summary(
            headline="H",
            proposals=[proposal([n]) for n in numbers],
            disputes=[
                {
                    "issue": f"I{n}",
                    "kind": "disagreement",
                    "evidence": [n, 1],
                    "positions": [{"party": "Russia", "stance": "No."}],
                }
                for n in numbers
            ],
            structure={
                "layers": [
                    {
                        "rank": n,
                        "name": "L",
                        "function": "other",
                        "status": "unclear",
                        "evidence": [n],
                    }
                    for n in numbers
                ]
            },
        )
    )


@given(_nested(st.lists(st.integers(1, 4))))
def test_the_wire_form_reads_back_without_loss(made: Summary) -> None:
    assert Summary.ground(to_wire(made), ARTICLE) == made


@given(_nested(st.lists(st.integers(1, 4))))
def test_json_reads_back_without_loss(made: Summary) -> None:
    stored = made.replace(article=ArticleRecord.of(ARTICLE, "en"))
    assert Summary.model_validate_json(stored.model_dump_json()) == stored
    assert Summary.model_validate_json(stored.model_dump_json(exclude_none=True)) == stored


def test_citations_are_listed_in_order_with_repetitions() -> None:
    made = summary(proposals=[proposal([2]), proposal([1])])
    assert [c.sentence for c in made.citations()] == [2, 1]
    assert all(isinstance(c, Citation) for c in made.citations())
