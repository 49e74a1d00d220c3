"""Each check speaks where the claim goes beyond the sentences it cites, and only there."""

from __future__ import annotations

import ast
import json
from collections.abc import Iterator
from pathlib import Path

import pytest

import guarantee_summarizer as gs
from guarantee_summarizer import verify as package
from guarantee_summarizer.enrich import enrich
from guarantee_summarizer.lexicon import Actor, Lexicon, default_lexicon
from guarantee_summarizer.prompts import PromptBook
from guarantee_summarizer.testing import Reply, ScriptedEndpoint
from guarantee_summarizer.verify import CHECKS, CHECKS_VERSION, advice, verify

TEXT = (
    "Norway could send 2,000 soldiers to Ukraine once a ceasefire holds. "
    "Russia rejects any presence of foreign troops in Ukraine. "
    "Poland and Ukraine signed a treaty on military aid in Warsaw on 3 May 2026. "
    "Prime Minister Donald Tusk said that Poland would not deploy troops. "
    "The second line of defence would be a multinational force. "
    "Leaders will meet in Oslo in December 2026. "
    "Farmers in the north of the country have meanwhile sown their wheat later than usual. "
    "In 1994 Sweden offered to join the alliance."
)
ARTICLE = gs.Article.from_text(TEXT, published="2026-06-01")
PARTICIPANTS = [{"name": n, "kind": "state"} for n in ("Norway", "Russia", "Poland", "Ukraine")]
PARTICIPANTS.append({"name": "Donald Tusk", "kind": "person", "affiliation": "Poland"})
EXAMPLES = PromptBook().examples


def codes(**fields: object) -> set[str]:
    data = {"relevant": True, "participants": PARTICIPANTS, **fields}
    summary = enrich(gs.Summary.ground(data, ARTICLE), ARTICLE, default_lexicon())
    return {finding.code for finding in verify(summary, ARTICLE, examples=EXAMPLES)}


def proposal(description: str, evidence: int, **more: object) -> list[dict[str, object]]:
    made = {"title": description, "description": description, "measure": "other",
            "status": "proposed", "evidence": [evidence], **more}  # fmt: skip
    return [made]


def position(party: str, stance: str, evidence: int) -> list[dict[str, object]]:
    one = {"party": party, "stance": stance}
    return [{"issue": stance, "kind": "disagreement", "positions": [one], "evidence": [evidence]}]


def person(**more: object) -> list[dict[str, object]]:
    return [*PARTICIPANTS[:4], {"name": "Donald Tusk", "kind": "person", **more}]


def layer(order: int) -> dict[str, object]:
    one = {"rank": order, "name": "multinational force", "function": "reassurance",
           "status": "proposed", "evidence": [5]}  # fmt: skip
    return {"layers": [one]}


def event(what: str, status: str, evidence: int, when: str) -> list[dict[str, object]]:
    return [{"what": what, "status": status, "when": when, "evidence": [evidence]}]


@pytest.mark.parametrize(
    "fields",
    [
        {"proposals": proposal("Norway could send 2,000 soldiers.", 1, proposed_by=["Norway"])},
        {"proposals": proposal("A treaty on military aid.", 3, status="signed")},
        {"proposals": proposal("In 1994 Sweden offered to join.", 8)},
        {"disputes": position("Russia", "Russia rejects any foreign troops.", 2)},
        {"disputes": position("Poland", "It would not deploy troops.", 4)},
        {"structure": layer(2)},
        {"proposals": proposal("Soldiers.", 1, condition="after a ceasefire")},
        {"proposals": proposal("No troops.", 4, attribution="Prime Minister Tusk")},
        {"participants": person(title="Prime Minister", affiliation="Poland")},
        {"headline": "Norway could send about 2,000 soldiers to Ukraine; Russia rejects them"},
        {
            "events": [
                {**event("A treaty was signed.", "held", 3, "3 May 2026")[0], "where": "Warsaw"}
            ]
        },
        {"events": event("Leaders will meet in Oslo.", "planned", 6, "December 2026")},
        {"events": event("Leaders are going to meet; it will be in Oslo.", "planned", 6, "2026")},
        {"disputes": position("Russia", "Any presence of foreign troops is rejected.", 2)},
        {"proposals": proposal("No troops.", 4, proposed_by=["Norway", "Donald Tusk"])},
        {"structure": {"legal_form": "treaty", "evidence": [3]}},
    ],
)
def test_what_the_sentence_says_passes(fields):
    assert codes(**fields) == set()


@pytest.mark.parametrize(
    ("code", "fields"),
    [
        ("alias_of_another", {"participants": [{"name": "Norway", "kind": "state", "aliases": ["Russia"]}]}),
        ("office_not_with_name", {"participants": person(title="Foreign Minister")}),
        ("office_not_with_name", {"participants": person(affiliation="Finland")}),
        ("reference_unknown", {"proposals": proposal("Troops.", 1, recipients=["Finland"])}),
        ("words_not_in_evidence", {"proposals": proposal("Soldiers.", 1, condition="once elections are held")}),
        ("words_not_in_evidence", {"proposals": proposal("Soldiers.", 1, attribution="Angela Merkel")}),
        ("words_not_in_evidence", {"events": [{**event("A treaty was signed.", "held", 3, "3 May 2026")[0], "where": "Oslo"}]}),
        ("words_not_in_evidence", {"events": event("A treaty was signed.", "held", 3, "December 2026")}),
        ("bound_not_in_evidence", {"proposals": proposal("Norway could send up to 2,000 soldiers.", 1)}),
        ("name_not_in_article", {"headline": "Talks with Emmanuel Macron"}),
        ("name_not_in_article", {"abstract": "It concerns Finland."}),
        ("name_not_in_evidence", {"proposals": proposal("Sweden offered to join.", 1, proposed_by=["Poland"])}),
        ("name_not_in_evidence", {"disputes": position("Donald Tusk", "Rejects foreign troops.", 2)}),
        ("words_not_in_evidence", {"structure": {"legal_form": "treaty", "evidence": [1]}}),
        ("words_not_in_evidence", {"structure": {"legal_form": "un_resolution", "evidence": [3]}}),
        ("firmer_than_evidence", {"proposals": proposal("Norway will send 2,000 soldiers.", 1)}),
        ("firmer_than_evidence", {"proposals": proposal("All of Norway could send soldiers.", 1)}),
        ("firmer_than_evidence", {"proposals": proposal("Military aid because of a treaty.", 3)}),
        ("firmer_than_evidence", {"disputes": position("Poland", "It would deploy none.", 4)}),
        ("evidence_beside_the_point", {"proposals": proposal("Norway could send 2,000 soldiers.", 7)}),
        ("figure_not_in_evidence", {"proposals": proposal("Norway could send F-16 jets.", 1)}),
        ("copied_from_example", {"proposals": proposal("It is ready to station soldiers once a truce holds.", 7)}),
        ("layer_order", {"structure": layer(1)}),
        ("event_not_yet", {"events": event("Leaders met in Oslo.", "held", 6, "December 2026")}),
        ("event_in_the_past", {"events": event("A treaty will be signed.", "planned", 3, "3 May 2026")}),
        ("said_twice", {"proposals": proposal("Norway could send 2,000 soldiers.", 1) * 2}),
    ],
)  # fmt: skip
def test_what_goes_beyond_the_sentence_is_told(code, fields):
    assert code in codes(**fields)


LIVE = """Monday, 12:10 GMT
The coalition of the willing met in Paris.
Its members agreed on these points:
- A force of 3,000.
- A base in Odesa.
- A fund.
- A headquarters.
- A school.
- A port.
- A fleet.
- An air wing.
- A depot.
- A bridge.
- A road.
"""


def test_an_item_of_a_list_is_said_by_whoever_leads_in_to_it():
    article = gs.Article.from_text(LIVE)
    road = len(article.sentences)
    data = {
        "relevant": True,
        "participants": [
            {"name": "coalition of the willing", "kind": "coalition"},
            {"name": "Paris"},
        ],
        "proposals": proposal("A road.", road, proposed_by=["coalition of the willing"]),
    }
    assert verify(gs.Summary.ground(data, article), article) == ()


def test_a_group_may_be_called_by_its_head_noun_and_by_no_other():
    text = "Leaders of ten countries met. " + "It rained. " * 12 + "The leaders offered a force."
    article = gs.Article.from_text(text)
    names = ("Leaders of ten countries", "ten countries")
    data = {
        "relevant": True,
        "participants": [{"name": name, "kind": "group"} for name in names],
        "proposals": proposal("A force.", len(article.sentences), proposed_by=names),
    }
    findings = verify(gs.Summary.ground(data, article), article)
    assert [f.path for f in findings] == ["proposals[0].proposed_by[1]"]


# --- the table of checks

SCHEMA_CODES = {
    "malformed", "citation_article", "citation_range", "review_wrong", "review_imprecise",
}  # fmt: skip
EMITTERS = {"error": ("error",), "warning": ("warning",)}  # any other name stands for both


def emitted() -> Iterator[tuple[str, str, tuple[str, ...]]]:
    """Every function of verify that makes a finding, with the code and what it may be."""
    for source in sorted(Path(package.__file__).parent.glob("*.py")):
        for function in ast.parse(source.read_text()).body:
            if isinstance(function, ast.FunctionDef):
                yield from _emitted(function)


def _emitted(function: ast.FunctionDef) -> Iterator[tuple[str, str, tuple[str, ...]]]:
    for call in ast.walk(function):
        if not (
            isinstance(call, ast.Call) and isinstance(call.func, ast.Name) and len(call.args) == 3
        ):
            continue
        if call.func.id not in ("error", "warning", "made", "finding"):
            continue
        codes = _codes(call.args[0], function)
        assert codes, f"{function.name}: a code that this test cannot read"
        for code in codes:
            yield function.name, code, EMITTERS.get(call.func.id, ("error", "warning"))


def _codes(argument: ast.expr, function: ast.FunctionDef) -> set[str]:
    if isinstance(argument, ast.Constant):
        return {argument.value}
    assert isinstance(argument, ast.Name)
    assigned = [
        node.value
        for node in ast.walk(function)
        if isinstance(node, ast.Assign) and ast.unparse(node.targets[0]) == argument.id
    ]
    assert all(isinstance(value, ast.IfExp) for value in assigned)
    return {branch.value for value in assigned for branch in (value.body, value.orelse)}


def test_the_table_has_each_code_once():
    assert len({check.code for check in CHECKS}) == len(CHECKS)


def test_every_code_that_verification_can_emit_is_in_the_table_with_the_function_that_does():
    listed = {(function.__name__, check.code) for check in CHECKS for function in check.functions}
    assert {(name, code) for name, code, _ in emitted()} == listed


def test_the_table_says_of_every_code_whether_it_is_an_error_or_a_warning():
    severities: dict[str, set[str]] = {}
    for _, code, made in emitted():
        severities.setdefault(code, set()).update(made)
    for check in CHECKS:
        if check.functions:
            assert set(check.severity.split(" or ")) == severities[check.code], check.code


def test_codes_without_a_function_are_those_of_the_schema():
    assert {check.code for check in CHECKS if not check.functions} == SCHEMA_CODES


def test_checks_say_in_their_docstring_what_must_be_true():
    assert all(function.__doc__ for check in CHECKS for function in check.functions)


def test_what_a_model_is_told_is_in_the_table_and_unknown_codes_have_to_fit_the_schema():
    assert advice("said_twice") == "Say it once"
    assert advice("string_type") == advice("malformed")


def test_the_version_of_the_checks_is_a_number():
    assert isinstance(CHECKS_VERSION, int)


# --- the user's own lexicon and prompts

RIVALS = "Norvia rejects any foreign troops on its soil. Ostmark listens to it."
ALIASED = [{"name": "Ostmark", "kind": "state", "aliases": ["Norvia"]}]


def test_verification_knows_the_actors_of_the_lexicon_that_it_is_given():
    article = gs.Article.from_text(RIVALS)
    summary = gs.Summary.model_validate({"relevant": True, "participants": ALIASED})
    rivals = [Actor(name, "state") for name in ("Norvia", "Ostmark")]
    lexicon = Lexicon([*default_lexicon().actors, *rivals], {})
    assert verify(summary, article) == ()
    assert [f.code for f in verify(summary, article, lexicon=lexicon)] == ["alias_of_another"]


def test_a_lexicon_folder_reaches_verification(tmp_path):
    header = "name,code,aliases,demonyms,metonyms\n"
    (tmp_path / "states.csv").write_text(f"{header}Norvia,,,,\nOstmark,,,,\n")
    answer = {
        "relevant": True, "headline": "Norvia rejects troops.", "abstract": "It rejects them.",
        "participants": ALIASED,
    }  # fmt: skip
    codes = []
    for folder in (None, tmp_path):
        with ScriptedEndpoint([Reply(answer=answer)]) as endpoint:
            asked = gs.Summarizer("m", base_url=endpoint.url, api_key="k", lexicon=folder)
            summary = asked.summarize(RIVALS)
        codes.append({finding.code for finding in summary.findings})
    assert "alias_of_another" in codes[1] - codes[0]


STORY = "The dwarf king lends seven golden ships to the river people until winter ends."


def test_a_claim_that_is_copied_from_an_example_of_the_users_own_prompts_is_found(tmp_path):
    claim = proposal(STORY, 1)
    shown = {"relevant": True, "proposals": claim}
    (tmp_path / "example.md.jinja").write_text(f"[1] {STORY}\n\nAnswer:\n{json.dumps(shown)}\n")
    answer = {"relevant": True, "headline": "H", "abstract": "A", "proposals": proposal(STORY, 2)}
    found = []
    for folder in (None, tmp_path):
        with ScriptedEndpoint([Reply(answer=answer)]) as endpoint:
            asked = gs.Summarizer(
                "m", base_url=endpoint.url, api_key="k", prompts=folder, attempts=1
            )
            summary = asked.summarize(ARTICLE)
        found.append({f.code for entry in summary.withheld for f in entry.findings})
    assert "copied_from_example" not in found[0]
    assert "copied_from_example" in found[1]


@pytest.mark.parametrize(
    "example",
    [{}, {"proposals": None}, {"proposals": ["text", 3]}, {"structure": []}, {"disputes": {"a": 1}},
     {"structure": {"layers": "none"}}, {"disputes": [{"positions": 5, "issue": ["x"]}]}],
)  # fmt: skip
def test_an_example_of_any_shape_is_read_without_an_error(example):
    data = {"relevant": True, "proposals": proposal("Norway could send 2,000 soldiers.", 1)}
    summary = gs.Summary.ground(data, ARTICLE)
    assert verify(summary, ARTICLE, examples=(example,)) == verify(summary, ARTICLE)


@pytest.mark.parametrize(
    ("title", "evidence", "found"),
    [
        ("In 1994 Sweden offered to join.", 8, set()),
        ("In May 1994 Sweden offered to join.", 8, {"figure_not_in_evidence"}),
        ("A treaty on military aid of 2026.", 3, set()),
        ("A treaty on military aid of May 2026.", 3, set()),
        ("A treaty on military aid of 2025.", 3, {"figure_not_in_evidence"}),
    ],
)
def test_a_date_may_say_less_than_the_sentence_and_never_more(title, evidence, found):
    assert codes(proposals=proposal(title, evidence)) == found


def test_a_figure_in_a_condition_is_held_to_the_sentence_and_costs_only_the_condition():
    data = {
        "relevant": True,
        "proposals": proposal("Soldiers.", 1, condition="once 5,000 soldiers"),
    }
    summary = gs.Summary.ground(data, ARTICLE)
    findings = [(f.code, f.path) for f in verify(summary, ARTICLE)]
    assert findings == [("figure_not_in_evidence", "proposals[0].condition")]


@pytest.mark.parametrize("affiliation", ["Norway", "Ukraine"])
def test_an_office_holder_whom_the_tables_know_is_given_to_no_other_state(affiliation):
    assert codes(participants=person(affiliation="Poland")) == set()
    assert codes(participants=person(affiliation=affiliation)) == {"office_not_with_name"}


@pytest.mark.parametrize("status", ["planned", "expected", "held"])
def test_a_month_that_holds_the_day_of_publication_is_neither_past_nor_future(status):
    around = gs.Article.from_text(
        "The leaders of Norway meet in June 2026.", published="2026-06-15"
    )
    events = event("The leaders of Norway meet.", status, 1, "June 2026")
    summary = enrich(
        gs.Summary.ground({"relevant": True, "events": events}, around), around, default_lexicon()
    )
    assert verify(summary, around) == ()


def test_the_end_of_the_article_is_not_near_its_first_sentence():
    condition = "once Sweden joins"
    assert codes(proposals=proposal("Soldiers.", 1, condition=condition)) == {
        "words_not_in_evidence"
    }


# --- where a finding points, and how grave it is


def found(**fields: object) -> set[tuple[str, str, str]]:
    data = {"relevant": True, "participants": PARTICIPANTS, **fields}
    summary = enrich(gs.Summary.ground(data, ARTICLE), ARTICLE, default_lexicon())
    return {(f.code, f.severity, f.path) for f in verify(summary, ARTICLE, examples=EXAMPLES)}


LAYERS = [
    {"rank": 2, "name": name, "providers": ["Norway"], "evidence": [sentence]}
    for name, sentence in (("multinational force", 5), ("soldiers", 1))
]


@pytest.mark.parametrize(
    ("fields", "code", "severity", "path"),
    [
        ({"participants": [*PARTICIPANTS[1:], {"name": "Norway", "kind": "state", "aliases": ["Russia"]}]},
         "alias_of_another", "error", "participants[4].aliases[0]"),
        ({"proposals": proposal("Soldiers.", 1, condition="once elections are held")},
         "words_not_in_evidence", "error", "proposals[0].condition"),
        ({"proposals": proposal("It is 'a step forward'.", 1)}, "quotation_not_in_evidence", "error", "proposals[0]"),
        ({"proposals": proposal("Norway could send F-16 jets.", 1)}, "figure_not_in_evidence", "error", "proposals[0]"),
        ({"events": [{**event("A treaty was signed.", "held", 3, "3 May 2026")[0], "when": "a Friday"}]},
         "wording_not_in_article", "error", "events[0].when"),
        ({"events": event("Leaders will meet.", "expected", 3, "3 May 2026")}, "event_in_the_past", "warning", "events[0]"),
        ({"structure": {"layers": LAYERS}}, "layer_order", "warning", "structure.layers[0]"),
        ({"structure": layer(1)}, "layer_order", "error", "structure.layers[0].rank"),
        ({"events": event("A treaty was signed.", "held", 3, "3 May 2026") * 2}, "said_twice", "warning", "events[1]"),
        ({"disputes": position("Russia", "It rejects foreign troops.", 2) * 2}, "said_twice", "warning", "disputes[1]"),
        ({"proposals": [{**proposal("Soldiers in Ukraine.", 1)[0], "description": "All may come."}]},
         "firmer_than_evidence", "error", "proposals[0].description"),
        ({"structure": {"legal_form": "treaty", "evidence": [1]}}, "words_not_in_evidence", "error", "structure.legal_form"),
    ],
)  # fmt: skip
def test_a_finding_says_where_and_how_grave(fields, code, severity, path):
    assert (code, severity, path) in found(**fields)


def test_the_same_words_on_other_sentences_are_no_repetition():
    twice = proposal("Troops in Ukraine.", 1) + proposal("Troops in Ukraine.", 2)
    assert "said_twice" not in codes(proposals=twice)


def test_what_one_sentence_ranks_may_be_several_layers():
    one = [
        {**LAYERS[0], "rank": rank, "name": name}
        for rank, name in ((1, "own army"), (2, "a force"))
    ]
    assert "layer_order" not in codes(structure={"layers": one})


def test_a_quotation_in_a_summary_of_another_language_is_only_a_warning():
    data = {
        "relevant": True, "headline": "Норвегія надішле війська до України після перемир'я.",
        "abstract": "Норвегія може надіслати солдатів до України, коли настане перемир'я, повідомляють там.",
        "proposals": proposal("Війська “крок уперед”", 1),
    }  # fmt: skip
    findings = verify(gs.Summary.ground(data, ARTICLE), ARTICLE)
    severities = {f.severity for f in findings if f.code == "quotation_not_in_evidence"}
    assert severities == {"warning"}


@pytest.mark.parametrize(
    ("text", "right", "wrong"),
    [
        ("Norwegian President Ana Lund met Finnish ministers in Oslo.", "Norway", "Finland"),
        (
            "U.S. Special Envoy for Ukraine Ana Lund met ministers in Oslo.",
            "United States",
            "Ukraine",
        ),
        ("Ukraine's ambassador to Norway Ana Lund met ministers.", "Ukraine", "Norway"),
    ],
)
def test_a_person_whose_title_names_a_state_is_given_to_no_other(text, right, wrong):
    article = gs.Article.from_text(f"{text} They will send troops to guarantee a ceasefire.")
    for affiliation, found in ((right, []), (wrong, ["office_not_with_name"])):
        person = {"name": "Ana Lund", "kind": "person", "affiliation": affiliation}
        data = {"relevant": True, "participants": [person]}
        assert [f.code for f in verify(gs.Summary.ground(data, article), article)] == found
