"""Count the tokens of the same facts in three formats: here, langextract's, instructor's.

The facts are the right answers to four gold articles, and the recorded answer to the seed article.
Every format carries all of them: headline, abstract, participants, events, proposals with terms,
structure with layers, disputes with positions, and for each the evidence. o200k_base counts the
texts of the messages, the schema (compact JSON, as it is sent), and the answer; what providers add
around messages is not counted.

here
    The real request (system message, schema, numbered sentences) and the answer in wire form, as
    the prompt asks for it: evidence is sentence numbers; fields that the library restores are left
    out (aliases; kind, title and affiliation where it restores exactly the facts; descriptions,
    which become the cited sentences). The answer is read back and compared with the facts before
    it is counted. "with descriptions" keeps the descriptions of the facts.
langextract
    Its own prompt classes, model factory, strict schema from examples and format handler, as
    `lx.extract` puts them together for OpenAI: indented JSON without fences, one extraction per
    claim, the verbatim quote as text, all other fields as attributes, absent ones null, because its
    strict schema requires them all; further quotes as an attribute. "compact" is the same without
    white space. There is one short description, and the example of the prompt here with an
    additional event, since a class without an example could not be written. One request is counted;
    the input also with the defaults, which repeat the prompt for each 1,000 characters.
instructor
    The schema's Pydantic fields with quotes for evidence, two lines of prompt, mode TOOLS; the
    answer is `model_dump_json()` (compact), and the same with `exclude_none`.
lean
    The shortest form of the facts in either format: compact JSON, without defaults, aliases and
    descriptions (the quotes contain them, as here); participants are found by name, and terms and
    positions use the quotes of their claim. For langextract there is also no schema, and terms and
    positions are lines in an attribute. The remaining difference from here is the quotes.

Quotes are those of the gold files, which are often shorter than the sentence with that number. For
participants of the seed article only the first mention is quoted.
"""

from __future__ import annotations

import copy
import importlib.metadata
import importlib.util
import json
import re
import statistics
import sys
from collections import Counter
from collections.abc import Callable, Iterator
from functools import cache
from pathlib import Path
from types import UnionType
from typing import Any, Union, get_args, get_origin

from instructor import Mode
from instructor.v2.core.response import handle_response_model
from pydantic import BaseModel, create_model
from rich.console import Console
from rich.table import Table

import guarantee_summarizer as gs
from guarantee_summarizer.enrich import enrich
from guarantee_summarizer.lexicon import default_lexicon
from guarantee_summarizer.llm.answers import ANSWER, read_answer
from guarantee_summarizer.prompts import PromptBook, prompts_folder
from guarantee_summarizer.schema.base import Model, is_added
from guarantee_summarizer.schema.evidence import Citation
from guarantee_summarizer.schema.json_schema import to_wire

sys.path.insert(0, str(Path(__file__).parent))

import run

tokenizer, recorded_answer = run._tokenizer, run._recorded_answer  # noqa: SLF001  (our own)

GOLD = ("01-london-summit", "03-paris-26-countries", "05-berlin-talks", "07-budapest-memorandum")
RESTORED = ("kind", "title", "affiliation")
ASK = "Extract what the article says about international security guarantees."
QUOTE = "Support every claim with verbatim quotes from the article."

Count = Callable[[str], int]


# The facts


def gold_facts(path: Path) -> tuple[gs.Article, gs.Summary]:
    """Return a gold article and its correct answer."""
    article = gs.Article.from_file(path.with_suffix(".txt"))
    data = json.loads(path.with_suffix(".json").read_text())
    data.pop("traps", None)
    return article, gs.Summary.ground(data, article)


def seed_facts() -> tuple[gs.Article, gs.Summary]:
    """Return the seed article and its recorded answer, without needless library-filled fields."""
    article = gs.Article.from_file(run.SEED)
    raw = recorded_answer(run.CASSETTES / "seed.yaml")
    written = read_answer(ANSWER.model_validate_json(raw), article).summary
    full = enrich(written, article, default_lexicon())
    own = [proposal.description for proposal in written.proposals]
    return article, full.replace(
        participants=tuple(p.replace(evidence=p.evidence[:1]) for p in full.participants),
        proposals=tuple(
            p.replace(description=said) for p, said in zip(full.proposals, own, strict=True)
        ),
        structure=full.structure.replace(layers=written.structure.layers),
    )


def record(node: Any) -> Any:
    """Return all fields of a summary that a model could fill, with quotes as evidence."""
    if isinstance(node, Citation):
        return node.quote
    if isinstance(node, tuple):
        return [*map(record, node)]
    if not isinstance(node, Model):
        return node
    fields = type(node).model_fields.items()
    return {name: record(getattr(node, name)) for name, field in fields if not is_added(field)}


def lean(facts: dict[str, Any]) -> dict[str, Any]:
    """Return the facts without redundant values and without defaults."""
    less = copy.deepcopy(facts)
    for participant in less["participants"]:
        _drop(participant, "aliases", "evidence")
    for item in (*less["proposals"], *less["structure"]["layers"]):
        _drop(item, "description")
    for item in (*less["proposals"], *less["disputes"]):
        for part in item.get("terms") or item.get("positions") or ():
            _drop(part, "evidence")
    if less["structure"]["duration"]:
        _drop(less["structure"]["duration"], "evidence")
    filled = naive(gs.Summary).model_validate(less)
    return filled.model_dump(exclude_defaults=True, mode="json")


def _drop(item: dict[str, Any], *names: str) -> None:
    for name in names:
        item.pop(name, None)


# Here


def wire_form(article: gs.Article, right: gs.Summary) -> dict[str, Any]:
    """Return the correct answer in the form that a model is asked for.

    Descriptions are left out, because the cited sentences contain them; kind, title and affiliation
    of a participant only where the library restores exactly the facts. An alias that the library
    does not find, or a sentence that a participant, term or position cites ("he said"), is written,
    although no model is asked for it.

    Raises:
        AssertionError: the answer that is read back differs from `right`.
    """
    wire: dict[str, Any] = _without_descriptions(to_wire(right))
    bare = copy.deepcopy(wire)
    for participant in bare["participants"]:
        _drop(participant, *RESTORED)
    found = _read_back(article, bare)
    for written, (meant, have) in zip(wire["participants"], _pairs(right, found), strict=False):
        _drop(written, *(n for n in RESTORED if getattr(meant, n) == getattr(have, n)))
    parts = [*wire["participants"]]
    parts += [p for item in wire["proposals"] for p in item.get("terms", ())]
    parts += [p for item in wire["disputes"] for p in item.get("positions", ())]
    for written, (meant, have) in zip(parts, _pairs(right, found), strict=True):
        for name in _lost(meant, have):
            written[name] = to_wire(getattr(meant, name))
    again = _read_back(article, wire)
    if _without_descriptions(to_wire(again)) != _without_descriptions(to_wire(right)):
        raise AssertionError(f"{article.source}: a fact is lost in wire form")
    if any(_lost(meant, have) for meant, have in _pairs(right, again)):
        raise AssertionError(f"{article.source}: an alias or a citation is lost in wire form")
    return wire


def _pairs(right: gs.Summary, found: gs.Summary) -> Iterator[tuple[Any, Any]]:
    """Return the library's own citations, expected and found: participants, terms, positions."""

    def parts(summary: gs.Summary) -> Iterator[Any]:
        yield from summary.participants
        for proposal in summary.proposals:
            yield from proposal.terms
        for dispute in summary.disputes:
            yield from dispute.positions

    return zip(parts(right), parts(found), strict=True)


def _lost(meant: Any, have: Any) -> list[str]:
    """Return which of aliases and evidence lack an expected value."""
    lost = []
    if set(getattr(meant, "aliases", ())) - set(getattr(have, "aliases", ())):
        lost.append("aliases")
    if {c.sentence for c in meant.evidence} - {c.sentence for c in have.evidence}:
        lost.append("evidence")
    return lost


def _read_back(article: gs.Article, wire: dict[str, Any]) -> gs.Summary:
    return enrich(gs.Summary.ground(wire, article), article, default_lexicon())


def _without_descriptions(wire: dict[str, Any]) -> dict[str, Any]:
    for item in (*wire.get("proposals", ()), *wire.get("structure", {}).get("layers", ())):
        _drop(item, "description")
    return wire


def _with_descriptions(wire: dict[str, Any], right: gs.Summary) -> dict[str, Any]:
    described = copy.deepcopy(wire)
    pairs = (
        *zip(described["proposals"], right.proposals, strict=True),
        *zip(described["structure"].get("layers", ()), right.structure.layers, strict=True),
    )
    for written, meant in pairs:
        if meant.description:
            written["description"] = meant.description
    return described


def _tool(messages: list[dict[str, str]], model: Any) -> str:
    """Return the schema as instructor sends it in mode TOOLS."""
    _, request = handle_response_model(model, mode=Mode.TOOLS, messages=messages, model="m")
    if [m["content"] for m in request["messages"]] != [m["content"] for m in messages]:
        raise AssertionError("instructor changed the messages")
    return _compact(request["tools"])


def _compact(data: Any) -> str:
    return json.dumps(data, separators=(",", ":"), ensure_ascii=False)


# instructor alone


@cache
def naive(model: type[BaseModel]) -> type[BaseModel]:
    """Return the same fields as plain Pydantic, with quotes as evidence."""
    fields: dict[str, Any] = {}
    for name, field in model.model_fields.items():
        if not is_added(field):
            plain = copy.copy(field)
            plain.json_schema_extra = None
            kind = _retyped(field.annotation)
            if field.default_factory:
                plain.default_factory = naive(gs.schema.GuaranteeStructure)
            elif field.default == ():
                plain.default = []
            plain.metadata = []
            fields[name] = (kind, plain)
    about, _, _ = str(model.__doc__).partition("\n\n")  # the rest is for people
    return create_model(model.__name__, __doc__=about, **fields)


def _retyped(annotation: Any) -> Any:
    if get_origin(annotation) is tuple:
        return list[_retyped(get_args(annotation)[0])]  # type: ignore[misc]
    if get_origin(annotation) in (UnionType, Union):
        return Union[*map(_retyped, get_args(annotation))]
    if annotation is Citation:
        return str
    if isinstance(annotation, type) and issubclass(annotation, Model):
        return naive(annotation)
    return annotation


def instructor_rows(article: gs.Article, facts: dict[str, Any], count: Count) -> dict[str, Any]:
    """Count input tokens, and output tokens of three ways of writing the facts."""
    model = naive(gs.Summary)
    messages = [
        {"role": "system", "content": f"{ASK}\n{QUOTE}"},
        {"role": "user", "content": article.text},
    ]
    given = count(_tool(messages, model)) + sum(count(m["content"]) for m in messages)
    filled = model.model_validate(facts)
    return {
        "instructor": (given, count(filled.model_dump_json())),
        "instructor exclude_none": (given, count(filled.model_dump_json(exclude_none=True))),
        "instructor lean": (given, count(_compact(lean(facts)))),
    }


# langextract


def langextract_rows(article: gs.Article, facts: dict[str, Any], count: Count) -> dict[str, Any]:
    """Count input tokens in one request, and output tokens of two ways of writing the facts."""
    full, short = Langextract(lean=False), Langextract(lean=True)
    written, brief = full.answer(facts), short.answer(lean(facts))
    compact = _compact(json.loads(written))
    return {
        "langextract": (full.tokens(article.text, count), count(written)),
        "langextract compact": (full.tokens(article.text, count), count(compact)),
        "langextract lean": (
            short.tokens(article.text, count),
            count(_compact(json.loads(brief))),
        ),
    }


class Langextract:
    """Build langextract's request and answer from its own parts, as `lx.extract` does."""

    def __init__(self, *, lean: bool) -> None:
        from langextract import data, factory, prompting  # noqa: PLC0415
        from langextract.core.format_handler import FormatHandler  # noqa: PLC0415

        self._extraction, self._lean = data.Extraction, lean
        text, facts = _example(lean=lean)
        examples = [data.ExampleData(text=text, extractions=[*self._claims(facts)])]
        self._model = factory.create_model(
            config=factory.ModelConfig(model_id="gpt-4o", provider_kwargs={"api_key": "none"}),
            examples=examples,
            use_schema_constraints=not lean,
        )
        self._handler, _ = FormatHandler.from_resolver_params(
            resolver_params=None,
            base_format_type=data.FormatType.JSON,
            base_use_fences=self._model.requires_fence_output,
        )
        self._generator = prompting.QAPromptGenerator(
            template=prompting.PromptTemplateStructured(_description(), examples),
            format_handler=self._handler,
        )

    def tokens(self, text: str, count: Count) -> int:
        """Count input tokens of one request, which only langextract's own method can build."""
        prompt = self._generator.render(text)
        request = self._model._build_chat_completions_params(prompt, {})  # noqa: SLF001
        schema = request["response_format"].get("json_schema")
        said = sum(count(message["content"]) for message in request["messages"])
        return said + (count(_compact(schema)) if schema else 0)

    def chunked(self, text: str, count: Count) -> int:
        """Count input tokens with the default `max_char_buffer`, which sends several requests."""
        from langextract.chunking import ChunkIterator  # noqa: PLC0415
        from langextract.core.tokenizer import RegexTokenizer  # noqa: PLC0415

        chunks = ChunkIterator(text, max_char_buffer=1000, tokenizer_impl=RegexTokenizer())
        return sum(self.tokens(chunk.chunk_text, count) for chunk in chunks)

    def answer(self, facts: dict[str, Any]) -> str:
        """Write the facts with langextract's own format handler, read them back, and count."""
        claims = [*self._claims(facts)]
        text: str = self._handler.format_extraction_example(claims)
        if len(self._handler.parse_output(text)) != len(claims):
            raise AssertionError("langextract does not read its own answer")
        return text

    def _claims(self, facts: dict[str, Any]) -> Iterator[Any]:
        names = [p["name"] for p in facts["participants"]]
        texts = {name: facts[name] for name in ("relevant", "headline", "abstract")}
        yield self._extraction("summary", names[0], attributes=texts)
        for participant in facts["participants"]:
            yield from self._claim("participant", participant)
        for event in facts.get("events", ()):
            yield from self._claim("event", event)
        for proposal in facts.get("proposals", ()):
            yield from self._claim("proposal", proposal, "terms", "term")
        structure = dict(facts.get("structure", {}))
        for layer in structure.pop("layers", ()):
            yield from self._claim("layer", layer)
        if any(structure.get(k) for k in ("duration", "precondition", "evidence")):
            duration = structure.pop("duration", None)
            structure["duration"] = [duration] if duration else []
            yield from self._claim("structure", structure, "duration", "term")
        for dispute in facts.get("disputes", ()):
            yield from self._claim("dispute", dispute, "positions", "position")

    def _claim(
        self, kind: str, item: dict[str, Any], parts: str = "", part: str = ""
    ) -> Iterator[Any]:
        """Yield an extraction, and one for each part of it; with `lean`, parts are lines of text."""
        rest = dict(item)
        inside = rest.pop(parts, None) or []
        quotes = rest.pop("evidence", None) or [rest.pop("name", None) or item["precondition"]]
        if self._lean and inside:
            rest[parts] = [": ".join(one.values()) for one in inside]
        if quotes[1:] or not self._lean:
            rest["evidence"] = quotes[1:]
        yield self._extraction(kind, quotes[0], attributes=rest)
        for one in () if self._lean else inside:
            yield from self._claim(part, one)


def _example(*, lean: bool) -> tuple[str, dict[str, Any]]:
    """Return the example of the prompt with one more event, which langextract needs."""
    source = (prompts_folder() / "example.md.jinja").read_text()
    lines, answer = source.split("Answer:")
    text = " ".join(re.findall(r"^\[\d+\] (.+)$", lines, re.MULTILINE))
    said = json.loads(answer)
    what = "Ana Lund spoke of protection."
    said["events"] = [
        {"what": what, "when": "Monday", "participants": ["Ana Lund"], "status": "held", "evidence": [1]}
    ]  # fmt: skip
    article = gs.Article.from_text(text)
    if len(article.sentences) != len(lines.strip().splitlines()) - 1:
        raise AssertionError("the example's sentences are cut otherwise")
    facts = record(enrich(gs.Summary.ground(said, article), article, default_lexicon()))
    return text, globals()["lean"](facts) if lean else facts


def _description() -> str:
    """Return the instructions for a model: the task, and the values of the fields."""
    definitions = naive(gs.Summary).model_json_schema()["$defs"]
    lines = [ASK, QUOTE]
    for name, part in definitions.items():
        closed = [
            f"{field}: {'|'.join(spec['enum'])}"
            for field, spec in part["properties"].items()
            if "enum" in spec
        ]
        if closed:
            kind = name.removeprefix("Guarantee").lower()
            lines.append(f"{kind} - {'; '.join(closed)}")
    return "\n".join(lines)


# The tables


def measure(article: gs.Article, right: gs.Summary, count: Count) -> dict[str, Any]:
    """Return all counts for one article."""
    facts = record(right)
    prompt = PromptBook().prompt(article)
    system, schema = count(prompt.system), count(_tool(prompt.messages, ANSWER))
    wire = wire_form(article, right)
    given = system + schema + count(prompt.user)
    described = count(_compact(_with_descriptions(wire, right)))
    rows = {"here": (given, count(_compact(wire))), "here with descriptions": (given, described)}
    chunked = None
    if importlib.util.find_spec("langextract"):
        rows |= langextract_rows(article, facts, count)
        chunked = Langextract(lean=False).chunked(article.text, count)
    rows |= instructor_rows(article, facts, count)
    return {
        "article": count(article.text), "system": system, "schema": schema, "rows": rows,
        "chunked": chunked, "fields": _field_costs(wire, count),
    }  # fmt: skip


def _field_costs(wire: dict[str, Any], count: Count) -> Counter[str]:
    """Return the tokens that each field adds to the answer, with names and brackets."""
    whole, costs = count(_compact(wire)), Counter[str]()
    for path in sorted(set(_paths(wire))):
        costs[path] = whole - count(_compact(_left(wire, path.split("."))))
    return costs


def _paths(node: Any, prefix: str = "") -> Iterator[str]:
    for item in node if isinstance(node, list) else [node]:
        for name, value in item.items() if isinstance(item, dict) else ():
            yield f"{prefix}{name}"
            yield from _paths(value, f"{prefix}{name}.")


def _left(node: Any, path: list[str]) -> Any:
    if isinstance(node, list):
        return [_left(item, path) for item in node]
    if not isinstance(node, dict):
        return node
    if len(path) == 1:
        return {name: value for name, value in node.items() if name != path[0]}
    return {n: _left(v, path[1:]) if n == path[0] else v for n, v in node.items()}


def output_table(found: dict[str, Any]) -> Table:
    """Show output tokens of each format, and the share that is needed here."""
    formats = _formats(found)
    table = _table("output tokens, and here as a share of them", "", *formats)
    outs = {f: [one["rows"][f][1] for one in found.values()] for f in formats}
    for name, one in found.items():
        here = one["rows"]["here"][1]
        table.add_row(name, *(_shared(here, row[1]) for row in one["rows"].values()))
    table.add_section()
    table.add_row("total", *(_shared(sum(outs["here"]), sum(column)) for column in outs.values()))
    medians = (statistics.median(column) for column in outs.values())
    table.add_row("median", *(f"{median:,.0f}" for median in medians))
    shares = (statistics.median(_shares(outs["here"], column)) for column in outs.values())
    table.add_row("median share", *(f"{share:.0%}" for share in shares))
    return table


def input_table(found: dict[str, Any]) -> Table:
    """Show input tokens of each format; instructor's do not depend on the form of the answer."""
    formats = [f for f in ("here", "langextract", "langextract lean", "instructor") if f in _formats(found)]  # fmt: skip
    columns = {"article": [one["article"] for one in found.values()]}
    columns |= {f: [one["rows"][f][0] for one in found.values()] for f in formats}
    if "langextract" in formats:
        columns["langextract in chunks"] = [one["chunked"] for one in found.values()]
    table = _table("input tokens", "", *columns)
    for name, *row in zip(found, *columns.values(), strict=True):
        table.add_row(name, *(f"{n:,}" for n in row))
    table.add_section()
    table.add_row("total", *(f"{sum(column):,}" for column in columns.values()))
    table.add_row("median", *(f"{statistics.median(column):,.0f}" for column in columns.values()))
    return table


def static_table(found: dict[str, Any]) -> Table:
    """Show how much of the request is a prefix with the same bytes for every article."""
    title = "input here without the article's own text"
    table = _table(title, "", "system", "schema", "around the article", "static share")
    shares = []
    for name, one in found.items():
        static = one["system"] + one["schema"]
        rest = one["rows"]["here"][0] - static - one["article"]
        shares.append(static / (static + rest))
        row = (f"{n:,}" for n in (one["system"], one["schema"], rest))
        table.add_row(name, *row, f"{shares[-1]:.1%}")
    table.add_section()
    table.add_row("median", "", "", "", f"{statistics.median(shares):.1%}")
    return table


def field_table(found: dict[str, Any]) -> Table:
    """Show the tokens of the fields in wire form, the most expensive first."""
    costs = sum((one["fields"] for one in found.values()), Counter[str]())
    total = sum(one["rows"]["here"][1] for one in found.values())
    table = _table("output here by field, parts counted in wholes", "", "tokens", "share")
    for path, tokens in costs.most_common(30):
        table.add_row(path, f"{tokens:,}", f"{tokens / total:.1%}")
    return table


def verdict(found: dict[str, Any]) -> Iterator[str]:
    """Yield whether at most half of each format's tokens are needed here, in total."""
    outs = {f: sum(one["rows"][f][1] for one in found.values()) for f in _formats(found)}
    for name, tokens in outs.items():
        if not name.startswith("here"):
            shares = (outs[form] / tokens for form in ("here", "here with descriptions"))
            bare, described = (f"{share:.0%} ({_met(share)})" for share in shares)
            yield f"  of {name:24} {bare:13} with descriptions {described}"


def _met(share: float) -> str:
    return "met" if share <= 0.5 else "missed"


def _table(title: str, *columns: str) -> Table:
    table = Table(title=title, title_justify="left")
    for name in columns:
        table.add_column(name.replace(" ", "\n"), justify="right" if name else "left")
    return table


def _shares(here: list[int], other: list[int]) -> list[float]:
    return [h / o for h, o in zip(here, other, strict=True)]


def _formats(found: dict[str, Any]) -> list[str]:
    return [*next(iter(found.values()))["rows"]]


def _shared(here: int, other: int) -> str:
    return f"{other:,}" if here == other else f"{other:,} {here / other:4.0%}"


def _versions() -> None:
    run.machine()
    for name in ("langextract", "tiktoken", "litellm"):
        try:
            print(name, importlib.metadata.version(name), end=" ")
        except importlib.metadata.PackageNotFoundError:
            print(f"{name} is not installed", end=" ")
    print("\n")


def main() -> None:
    count = tokenizer()
    _versions()
    if count is None:
        sys.exit(
            "no tokenizer: pip install tiktoken && pip install --no-deps --target /tmp/litellm "
            "litellm, and put /tmp/litellm on PYTHONPATH"
        )
    if importlib.util.find_spec("langextract") is None:
        print("without langextract: pip install 'langextract[openai]==1.7.1'\n")
    facts = {"seed": seed_facts()} | {
        name[:2]: gold_facts(run.ROOT / "tests" / "gold" / name) for name in GOLD
    }
    found = {name: measure(*pair, count) for name, pair in facts.items()}
    console = Console(width=132)
    for table in (output_table, input_table, static_table, field_table):
        console.print(table(found), "")
    print("target: output here at most half of theirs, all articles")
    print(*verdict(found), sep="\n")
    recorded = recorded_answer(run.CASSETTES / "seed.yaml")
    print(f"the recorded answer to the seed article, as the model wrote it: {count(recorded):,}")


if __name__ == "__main__":
    main()
