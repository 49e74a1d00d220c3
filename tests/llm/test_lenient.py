"""What can be read without guessing is read, alike in all ways of asking; the rest is said."""

from __future__ import annotations

import copy
import json

import pytest

import guarantee_summarizer as gs
from guarantee_summarizer.llm.messages import Completion
from guarantee_summarizer.llm.review import read_review, recorded_claims
from guarantee_summarizer.schema.json_schema import to_wire
from guarantee_summarizer.testing import Reply

from .conftest import ANSWER
from .test_mangled import summarized

WRITTEN = json.dumps(ANSWER, ensure_ascii=False)
DRAFT = '{"relevant": false, "headline": "Not about guarantees", "abstract": "x"}'
MODES = pytest.mark.parametrize("mode", ["tools", "json_schema"])


def right():
    return summarized(Completion(WRITTEN))


def same(summary):
    """Whether a summary says what the right answer says, and nothing of it is withheld or lost."""
    return (to_wire(summary), summary.withheld, summary.incomplete) == (to_wire(right()), (), ())


AROUND = {
    "a draft in reasoning": f"<think>Draft: {DRAFT} - no.</think>\n{WRITTEN}",
    "a full draft in reasoning": f"<think>{WRITTEN}</think>{WRITTEN}".replace("20 y", "90 y", 1),
    "braces in reasoning": f"<think>JSON like {{relevant: true, ...}}.</think>{WRITTEN}",
    "a quote in reasoning": f'<think>Like {{"a… </think>{WRITTEN}',
    "reasoning without its first mark": f"So {{relevant: true}}? {DRAFT}</think>{WRITTEN}",
    "reasoning after it": f"{WRITTEN}<think>Or {DRAFT}?</think>",
    "another mark of reasoning": f"[THINK]{DRAFT}[/THINK]{WRITTEN}",
    "a final channel": f"<|channel|>analysis<|message|>{DRAFT}<|channel|>final<|message|>{WRITTEN}",
    "a draft in prose": f"First {DRAFT}, then:\n{WRITTEN}",
    "an empty object in prose": f"I filled the template {{}}: {WRITTEN}",
    "a fence": f"Here:\n```json\n{WRITTEN}\n```\nAnything else?",
    "a wrapper": json.dumps({"Summary": ANSWER}),
    "parameters": json.dumps({"parameters": ANSWER}),
    "name and arguments": json.dumps({"name": "Summary", "arguments": ANSWER}),
    "arguments as text": json.dumps([{"name": "Summary", "arguments": WRITTEN}]),
    "JSON of JSON": json.dumps(WRITTEN),
    "escaped": json.dumps(WRITTEN)[1:-1],
}
NEARLY = {
    "a line break in a text": WRITTEN.replace("ready to send", "ready\nto send"),
    "a trailing comma in a list": WRITTEN.replace('"adversary"}]', '"adversary"},]'),
    "a trailing comma at the end": WRITTEN[:-1] + ",}",
    "a comment": WRITTEN.replace('"participants"', '// who takes part\n"participants"'),
    "another comment": WRITTEN.replace('"disputes"', '/* "disputes": [] */ "disputes"'),
    "an escape that JSON lacks": WRITTEN.replace("Norvia's", "Norvia\\'s"),
    "Python": repr(ANSWER),
    "single quotes": WRITTEN.replace("Norvia's", "Norvia\\'s").replace('"', "'"),
    "a bare apostrophe": WRITTEN.replace('"', "'"),
    "bare keys": WRITTEN.replace('"relevant"', "relevant").replace('"structure"', "structure"),
    "no comma after a list": WRITTEN.replace('], "structure"', '] "structure"'),
}


@MODES
@pytest.mark.parametrize("name", [*AROUND, *NEARLY])
def test_text_around_an_answer_and_loose_json_cost_nothing(ask, name, mode):
    text = (AROUND | NEARLY)[name]
    asked = ask([Reply(answer=text, plain=True)], mode=mode)
    assert same(asked.summary)
    assert len(asked.requests) == 1


def changed(**fields):
    return {**copy.deepcopy(ANSWER), **fields}


def beside():
    answer = copy.deepcopy(ANSWER)
    answer["layers"] = answer.pop("structure")["layers"]
    return answer


def item(section, number, **fields):
    answer = copy.deepcopy(ANSWER)
    answer[section][number].update(fields)
    return answer


def layer(**fields):
    answer = copy.deepcopy(ANSWER)
    answer["structure"]["layers"][0].update(fields)
    return answer


SHAPES = {
    "JSON in a text": changed(participants=json.dumps(ANSWER["participants"])),
    "JSON in every text": {
        k: json.dumps(v) if isinstance(v, list | dict) else v for k, v in ANSWER.items()
    },
    "one object": changed(disputes=ANSWER["disputes"][0]),
    "an object by name": changed(participants={p["name"]: p for p in ANSWER["participants"]}),
    "names as keys": changed(
        participants={
            p["name"]: {k: v for k, v in p.items() if k != "name"} for p in ANSWER["participants"]
        }
    ),
    "numbers as keys": changed(proposals={str(n): p for n, p in enumerate(ANSWER["proposals"])}),
    "a list in a list": changed(participants=[ANSWER["participants"]]),
    "a wrapped list": changed(participants={"items": ANSWER["participants"]}),
    "a list of layers": changed(structure=ANSWER["structure"]["layers"]),
    "layers beside the structure": beside(),
    "null for nothing": changed(events=None),
    "a word for nothing": changed(events="none"),
    "sections one level down": {"relevant": True, "rest": {**ANSWER, "relevant": True}},
    "other spellings of names": {
        {"proposals": "Proposals", "disputes": "dispute"}.get(k, k): v for k, v in ANSWER.items()
    },
    "a flag as a word": changed(relevant="yes"),
    "sentences of an abstract": changed(abstract=ANSWER["abstract"].split(" ", 6)),
    "empty optional fields": item("participants", 1, title="", affiliation=""),
    "placeholders": item("participants", 1, title="N/A", affiliation="None"),
    "empty fields of a layer": layer(trigger="", location="null"),
    "a name for a list of names": item("proposals", 0, proposed_by="Norvia"),
    "a name as an object": item("proposals", 0, proposed_by=[{"name": "Norvia"}]),
    "nobody": item("proposals", 0, recipients=["none", ""]),
    "a text in a list": item("participants", 0, title=["President"]),
    "stances by party": item(
        "disputes", 0, positions={"Velia": "It has rejected any foreign troops."}
    ),
    "rank under its old name": changed(
        structure={
            "layers": [
                {
                    "order" if k == "rank" else k: v
                    for k, v in ANSWER["structure"]["layers"][0].items()
                }
            ]
        }
    ),
}


@pytest.mark.parametrize("name", SHAPES)
def test_a_section_or_a_field_in_another_shape_is_read(ask, name):
    asked = ask([Reply(answer=SHAPES[name])], strict=True)
    assert same(asked.summary)
    assert len(asked.requests) == 1


@pytest.mark.parametrize(
    ("written", "numbers"),
    [(2.0, [2]), ("2", [2]), ("[2]", [2]), ("S2", [2]), ("sentence 2", [2]), ("2-4", [2, 3, 4]),
     ("2, 4", [2, 4]), ("1 and S3", [1, 3]), (["1-2", 4], [1, 2, 4]), ([[2]], [2]),
     ([None, 2, ""], [2]), ({"sentence": 2, "quote": "x"}, [2]), (["S1", "[2]"], [1, 2])],
)  # fmt: skip
def test_sentence_numbers_are_read_in_other_spellings(written, numbers):
    answer = item("proposals", 1, evidence=written)
    proposal = summarized(Completion(json.dumps(answer))).proposals[1]
    assert [citation.sentence for citation in proposal.evidence] == numbers


@pytest.mark.parametrize("written", ["", "N/A", [], None, [0], "9", "4-2", True, [2.5], "9" * 5000])
def test_a_claim_that_cites_nothing_is_withheld(written):
    answer = item("proposals", 1, evidence=written)
    (withheld,) = summarized(Completion(json.dumps(answer))).withheld
    assert withheld.path == "proposals[1]"


def test_words_for_terms_are_their_values():
    answer = item("proposals", 1, terms=["3,000 soldiers"])
    (term,) = summarized(Completion(json.dumps(answer))).proposals[1].terms
    assert (term.value, term.normalized) == ("3,000 soldiers", "3000")


SAID = {
    "structure as words": (changed(structure="multi-layered"), "structure has to be an object"),
    "a section as words": (changed(events="a few"), "events has to be a list"),
    "a list under a name of its own": (
        {**{k: v for k, v in ANSWER.items() if k != "disputes"}, "quarrels": ANSWER["disputes"]},
        "unknown fields: 'quarrels'",
    ),
    "a field that the schema lacks": (
        item("proposals", 0, figures=["20 years"]),
        "proposals[0].figures is not a field",
    ),
    "a headline of brackets": (changed(headline="]}"), "headline is missing"),
    "a headline of JSON": (changed(headline='", "abstract": "x"'), "headline is missing"),
    "nothing but brackets": ({"relevant": False, "headline": "]}", "abstract": "No."}, "headline"),
    "relevance without claims": (
        {k: ANSWER[k] for k in ("relevant", "headline", "abstract")},
        "relevant is true, yet there are no claims",
    ),
    "two values of one field": (
        WRITTEN[:-1] + ', "headline": "Norvia asks for protection."}',
        "'headline' is there twice",
    ),
    "the object ends too early": (
        WRITTEN.replace('], "structure"', ']}, "structure"'),
        "structure",
    ),
    "a section in an object before": (
        json.dumps({"relevant": True, "disputes": ANSWER["disputes"]})
        + json.dumps({k: v for k, v in ANSWER.items() if k != "disputes"}),
        "has 'disputes'",
    ),
}


@pytest.mark.parametrize("name", SAID)
def test_what_cannot_be_read_is_said_asked_for_again_and_refused_where_strict(ask, name):
    answer, words = SAID[name]
    asked = ask([Reply(answer=answer)], attempts=2)
    assert words in " ".join(asked.summary.incomplete)
    asked_again = len(asked.requests) == 2
    assert asked_again or name == "a field that the schema lacks"
    error = ask([Reply(answer=answer)], attempts=2, strict=True).error
    assert isinstance(error, gs.TruncatedError)


@pytest.mark.parametrize("text", ["{}", '{"Summary": {}}', "null", "[]", '"{}"', '{"a": {}}', "{{"])
def test_an_answer_without_any_field_is_never_nothing_found(ask, text):
    asked = ask([Reply(answer=text)], attempts=2)
    assert isinstance(asked.error, gs.InvalidAnswerError)
    assert len(asked.requests) == 2


FIRST, REST = (
    json.dumps({k: v for k, v in ANSWER.items() if (k in ("structure", "disputes")) is rest})
    for rest in (False, True)
)


@pytest.mark.parametrize(
    "calls",
    [
        [("Summary", FIRST), ("Summary", REST)],
        [("think", '{"thought": "{"}'), ("Summary", WRITTEN)],
        [("Summary", WRITTEN), ("Summary", WRITTEN)],
        [("Summary", WRITTEN), ("Summary", "{}")],
        [("search", "{}"), ("Summary", FIRST), ("Summary", REST)],
        [("functions.Summary", WRITTEN)],
    ],
)
def test_calls_that_do_not_contradict_each_other_are_one_answer(ask, calls):
    asked = ask([Reply(calls=calls)], strict=True)
    assert same(asked.summary)
    assert len(asked.requests) == 1


def test_calls_that_contradict_each_other_are_said_and_asked_for_again(ask):
    other = json.dumps(changed(headline="Velia rejects foreign troops."))
    asked = ask([Reply(calls=[("Summary", WRITTEN), ("Summary", other)])], attempts=2)
    assert "two answers, which differ in headline" in asked.summary.incomplete[0]
    assert asked.summary.headline == "Velia rejects foreign troops."
    assert len(asked.requests) == 2


@pytest.mark.parametrize("written", ["\\ud83d", "\ud83d", "\\u0000", "\\ufffe", "\\udcd0"])
def test_what_cannot_be_written_costs_no_more_than_its_place(ask, written):
    text = WRITTEN.replace("ready to send", f"ready {written} to send")
    summary = ask([Reply(answer=text)]).summary
    assert summary.abstract.startswith("Ostmark is ready \ufffd to send")
    assert summary.complete
    assert gs.Summary.model_validate_json(summary.model_dump_json()) == summary
    assert gs.to_markdown(summary).encode()


def test_a_character_in_two_surrogates_is_whole_again(ask):
    text = WRITTEN.replace("ready to send", "ready \\ud83d\\ude00 to send")
    assert "ready \U0001f600 to send" in ask([Reply(answer=text)]).summary.abstract


def test_a_surrogate_in_a_re_ask_fails_nothing(ask):
    text = WRITTEN.replace("Soldiers in Norvia", "4,000 \\udcd0 soldiers")
    asked = ask([Reply(answer=text), Reply(answer={"claim_1": ANSWER["proposals"][1]})])
    assert same(asked.summary)


REPAIR = ANSWER["proposals"][1]


@pytest.mark.parametrize(
    "repair",
    [
        json.dumps({"claim_1": json.dumps(REPAIR)}),
        json.dumps({"claim_1": [REPAIR]}),
        json.dumps({"Mended": {"claim_1": REPAIR}}),
        json.dumps({"Claim 1": {**REPAIR, "evidence": "[2]", "proposed_by": "Ostmark"}}),
        f"<think>{{}}</think>{json.dumps({'claim_1': REPAIR})[:-1]},}}",
        repr({"claim_1": REPAIR, "claim_2": None}),
    ],
)
def test_the_answer_to_a_re_ask_is_read_as_leniently(ask, repair):
    wrong = item("proposals", 1, title="4,000 soldiers in Norvia")
    assert same(ask([Reply(answer=wrong), Reply(answer=repair)]).summary)


def test_a_repair_that_is_cut_off_in_the_middle_is_no_repair(ask):
    wrong = item("proposals", 1, title="4,000 soldiers in Norvia")
    cut = json.dumps({"claim_1": {"title": "Soldiers", "evidence": [2], "status": "proposed"}})[
        :-20
    ]
    summary = ask([Reply(answer=wrong), Reply(answer=cut)], attempts=2).summary
    assert [w.claim["title"] for w in summary.withheld] == ["4,000 soldiers in Norvia"]


VERDICT = {"claim": 1, "field": "headline", "verdict": "wrong", "reason": "no"}


@pytest.mark.parametrize(
    "text",
    [
        json.dumps({"verdicts": json.dumps([VERDICT])}),
        json.dumps({"verdicts": VERDICT}),
        json.dumps({"Review": {"verdicts": [{**VERDICT, "verdict": "Wrong", "claim": "1"}]}}),
        f'<think>{{"verdicts": []}}</think>{json.dumps({"verdicts": [VERDICT]})[:-1]},}}',
        repr({"verdicts": [VERDICT]}),
    ],
)
def test_a_review_is_read_as_leniently(text):
    findings, went = read_review(Completion(text), recorded_claims(right()))
    assert [(f.code, f.path) for f in findings] == [("review_wrong", "headline")]
    assert went == "done"


@pytest.mark.parametrize("text", ["{}", "", "null", '{"verdicts": "fine"}', '{"opinion": []}'])
def test_an_answer_without_verdicts_is_no_review(text):
    with pytest.raises(ValueError, match="not a list of verdicts"):
        read_review(Completion(text), recorded_claims(right()))


MANY = [{"name": f"Lund {n}"} for n in range(60_000)]


@pytest.mark.parametrize(
    ("answer", "words"),
    [
        (changed(participants=MANY[:3000]), "2000 of 3000 items were not read"),
        (changed(participants=MANY), "characters were not read|characters; "),
        (item("proposals", 0, title="x" * 20_000), "10000 of 20000 characters were not read"),
        (WRITTEN[:-1] + ', "x": ' + "[" * 10_000 + "]" * 10_000 + "}", "breaks off"),
        (WRITTEN[:-1] + ', "x": ' + "[" * 50 + "1" + "]" * 50 + "}", "deeper than 12"),
    ],
)
def test_what_exceeds_the_bounds_is_cut_and_said(answer, words):
    text = answer if isinstance(answer, str) else json.dumps(answer)
    summary = summarized(Completion(text))
    assert any(word in " ".join(summary.incomplete) for word in words.split("|"))
    assert len(summary.participants) + len(summary.withheld) <= 2000
    assert summary.model_dump_json()


@pytest.mark.parametrize(
    "text", ["[" * 10_000, '{"a":' * 10_000, "{" * 100_000, '{"relevant": ' * 999]
)
def test_brackets_without_an_end_are_an_error_of_the_library(ask, text):
    assert isinstance(ask([Reply(answer=text)], attempts=1).error, gs.InvalidAnswerError)


def test_a_field_in_two_spellings_is_read_once_and_the_other_is_said():
    proposal = ANSWER["proposals"][1]
    answer = copy.deepcopy(ANSWER)
    answer["proposals"][1] = {"Title": "Another", **proposal, "Terms": proposal["terms"]}
    summary = summarized(Completion(json.dumps(answer)))
    assert summary.proposals[1].title == "Another"
    said = "proposals[1].title is there twice, in two spellings; the second was not read"
    assert summary.incomplete == (said,)
