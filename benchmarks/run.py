"""Measure import, embedded extraction, the language-model path and sizes; see README.md here."""

from __future__ import annotations

import copy
import importlib.metadata
import importlib.util
import json
import os
import platform
import resource
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from itertools import count
from pathlib import Path
from typing import Any

import rich

import guarantee_summarizer as gs
from guarantee_summarizer.embedded.phrasing import clean
from guarantee_summarizer.enrich import enrich
from guarantee_summarizer.evaluation import (
    Noticed,
    evaluate,
    load_damage,
    load_gold,
    load_reviews,
    noticed,
    reviewed,
    to_table,
)
from guarantee_summarizer.lexicon import default_lexicon
from guarantee_summarizer.prompts import PromptBook
from guarantee_summarizer.schema.json_schema import to_wire, wire_schema
from guarantee_summarizer.testing import Reply, ScriptedEndpoint
from guarantee_summarizer.verify import claims, verify

ROOT = Path(__file__).parent.parent
SEED = ROOT / "seeds" / "000_2fc7fc292f528f96.txt"
CASSETTES = ROOT / "cassettes"
GOLD = ROOT / "tests" / "gold" / "01-london-summit"
CALLS = 100


def machine() -> None:
    versions = " ".join(
        f"{name} {importlib.metadata.version(name)}"
        for name in ("openai", "instructor", "pydantic", "jinja2", "nupunkt")
    )
    print(f"{platform.machine()}, {os.cpu_count()} cores, Python {platform.python_version()}")
    print(f"guarantee-summarizer {gs.__version__}, {versions}")


def benchmark_import() -> None:
    """Print seconds and peak memory of importing the package, beside those of a bare Python."""
    print("\nimport (median of 7 processes)")
    for name, line in [("python alone", ""), ("guarantee_summarizer", "import guarantee_summarizer"),
                       ("openai", "import openai"), ("instructor", "import instructor; instructor.from_openai")]:  # fmt: skip
        code = (
            f"import time; t = time.perf_counter()\n{line}\n"
            "s = time.perf_counter() - t; status = open('/proc/self/status').read(); "
            "print(s, int(status.split('VmHWM:')[1].split()[0]) / 1024)"
        )
        runs = [
            tuple(map(float, subprocess.check_output([sys.executable, "-c", code]).split()))
            for _ in range(7)
        ]
        seconds, megabytes = (statistics.median(column) for column in zip(*runs, strict=True))
        print(f"  {name:22} {seconds:6.3f} s {megabytes:6.1f} MB")


def benchmark_embedded() -> None:
    """Print milliseconds for the seed article, the first time and later."""
    article = SEED.read_text()
    first = _seconds(lambda: gs.summarize(article), times=1)
    later = _seconds(lambda: _forgetful(article), times=CALLS)
    print(
        f"\nembedded, seed article: {later * 1e3:.1f} ms (median of {CALLS}); the first {first * 1e3:.0f} ms"
    )
    for size in (1_000, 10_000, 100_000, 1_000_000):
        text = _of_size(size)
        seconds = _seconds(lambda text=text: _forgetful(text), times=max(1, 30_000 // size))  # type: ignore[misc]
        print(
            f"  {size:9,} characters: {seconds * 1e3:7.1f} ms, {seconds * 1e9 / size:5.1f} ns each"
        )
    for name, unit in _ONE_SENTENCE.items():
        short, long = (_of_one_sentence(unit, size) for size in (10_000, 100_000))
        print(
            f"  one sentence of {name:9}: 100 kB take {long:5.1f} s, {long / short:4.1f} times 10 kB"
        )
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    print(f"  peak memory of this process, 1 MB of text included: {peak:.0f} MB")


def _of_size(size: int) -> str:
    """Return the development articles one after the other, repeated and cut to a size."""
    articles = "\n\n".join(path.read_text() for path in sorted(GOLD.parent.glob("*[13579]-*.txt")))
    return (articles * (size // len(articles) + 1))[:size]


_ONE_SENTENCE = {
    "clauses": "France and Germany would send troops and ",
    "digits": "123 456 7890 ",
    "initials": "U. S. the J. D. and ",
    "capitals": "the Council of Europe and ",
}


def _of_one_sentence(unit: str, size: int) -> float:
    """Return the CPU seconds for an article that ends in one sentence of that size."""
    opening = "France would send troops to Ukraine to guarantee a ceasefire and a peace agreement. "
    reader = gs.Summarizer(relevance=False)
    text = opening * 30 + unit * (size // len(unit)) + "."
    start = time.process_time()
    reader.summarize(text)
    return time.process_time() - start


def _forgetful(article: str) -> gs.Summary:
    """Summarize without cached results of the same sentences."""
    clean.cache_clear()
    return gs.summarize(article)


def benchmark_page() -> None:
    """Print the bytes of a page, and the milliseconds to build it and to paint it in a browser."""
    texts = {"seed article": SEED.read_text(), "10 kB": _of_size(10_000)}
    summaries = {name: gs.summarize(text) for name, text in texts.items()}
    start = time.process_time()
    gs.to_html(summaries["seed article"])
    first = time.process_time() - start
    print(f"\npage, CPU (median of {CALLS}; the first one of a process {first * 1e3:.0f} ms)")
    for name, summary in summaries.items():
        build = _cpu(lambda: gs.to_html(summary))  # noqa: B023  (called at once)
        html, cell = gs.to_html(summary), summary._repr_html_()
        paint = _first_paint(html)
        shown = f"first paint {paint:.0f} ms" if paint else "no browser"
        print(
            f"  {name:13} {len(html.encode()):7,} bytes, {build * 1e3:5.1f} ms, {shown}; "
            f"in a notebook {len(cell.encode()):,} bytes"
        )


def _first_paint(html: str) -> float | None:
    """Return milliseconds until the first paint, median of 15; None without Chromium."""
    browser, driver = shutil.which("chromium"), importlib.util.find_spec("playwright")
    if browser is None or driver is None:
        return None
    from playwright.sync_api import sync_playwright  # noqa: PLC0415

    read = """new Promise(done => new PerformanceObserver(list => done(list.getEntries()[0].startTime))
              .observe({type: "paint", buffered: true}))"""
    flags = ["--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run",
             "--disable-background-networking", "--disable-component-update", "--disable-sync"]  # fmt: skip
    with tempfile.TemporaryDirectory() as folder, sync_playwright() as play:
        file = Path(folder) / "page.html"
        file.write_text(html, encoding="utf-8")
        chromium = play.chromium.launch(executable_path=browser, args=flags)
        runs = []
        for _ in range(16):
            tab = chromium.new_page()
            tab.goto(file.as_uri())
            runs.append(float(tab.evaluate(read)))
            tab.close()
        chromium.close()
    return statistics.median(runs[1:])  # the first includes the start of the browser


def benchmark_model() -> None:
    """Print the CPU of one article on the language-model path, beside that of bare clients."""
    import instructor  # noqa: PLC0415
    import openai  # noqa: PLC0415

    article, answer = _gold()
    prompt = PromptBook().prompt(article)
    numbers = count()

    def summarize(works: gs.Summarizer) -> gs.Summary:
        return works.summarize(f"{article.text} This is report {next(numbers)}.")  # new each time

    with _endpoint(answer) as url, _endpoint(answer, {"verdicts": []}) as reviewing:
        raw = openai.OpenAI(base_url=url, api_key="none", max_retries=0)
        bare = instructor.from_openai(raw)
        alone = gs.Summarizer("m", base_url=url, api_key="none", review=False)
        reviewed = gs.Summarizer("m", base_url=reviewing, api_key="none")
        tool = {"type": "function", "function": {"name": "Summary", "parameters": wire_schema()}}
        whole: dict[str, Any] = {"model": "m", "messages": prompt.messages}
        rivals: dict[str, Callable[[], Any]] = {
            "bare openai, nothing read": lambda: raw.chat.completions.create(**whole, tools=[tool]),
            "bare instructor, loosely typed": lambda: bare.create(
                **whole, response_model=_naive(), max_retries=0
            ),
            "here, located and verified": lambda: summarize(alone),
            "here, reviewed, too": lambda: summarize(reviewed),
        }
        print(f"\nCPU per article, gold 01, immediate answer (median of {CALLS})")
        figures = {name: _cpu(call) for name, call in rivals.items()}
        for name, seconds in figures.items():
            ratio = seconds / figures["bare openai, nothing read"]
            print(f"  {name:38} {seconds * 1e3:5.1f} ms  {ratio:4.1f} x bare openai")
        summary = summarize(reviewed)
        print(f"  citations {len(list(summary.citations()))}, withheld {len(summary.withheld)}, "
              f"review {summary.provenance and summary.provenance.review}")  # fmt: skip


def benchmark_sizes() -> None:
    """Print bytes and tokens of the request for the seed article and of answers in wire form."""
    count = _tokenizer()
    prompt = PromptBook().prompt(gs.Article.from_file(SEED))
    schema = json.dumps(prompt.schema, separators=(",", ":"), ensure_ascii=False)
    _, answer = _gold()
    print("\nsizes, seed article" + ("" if count else " (no tokenizer: bytes only)"))
    rows = {"static part": prompt.system, "schema": schema, "article": prompt.user,
            "gold 01 in wire form": json.dumps(answer, separators=(",", ":"), ensure_ascii=False),
            "gold 01 with quotes": json.dumps(_gold_json(), separators=(",", ":"), ensure_ascii=False)}  # fmt: skip
    recorded = ROOT / "cassettes" / "seed.yaml"
    if recorded.exists():
        rows["recorded answer, seed"] = _recorded_answer(recorded)
    for name, text in rows.items():
        tokens = f"{count(text):6,} tokens" if count else ""
        print(f"  {name:24} {len(text.encode()):7,} bytes {tokens}")


def benchmark_recorded() -> None:
    """Print scores of recorded answers to gold articles, and of the embedded extractor on them."""
    import vcr  # noqa: PLC0415

    tapes = {path.stem.removeprefix("gold-"): path for path in CASSETTES.glob("gold-*.yaml")}
    items = [item for item in load_gold(GOLD.parent) if item.name in tapes]
    paths = {item.article.id: str(tapes[item.name]) for item in items}
    model = json.loads((CASSETTES / "recorded.json").read_text())["model"]

    def replayed(article: gs.Article) -> gs.Summary:
        tape = vcr.use_cassette(
            paths[article.id], record_mode="none", match_on=("method", "path", "body")
        )
        with (
            tape,
            gs.Summarizer(
                model, base_url="http://endpoint/v1", api_key="none", review=False
            ) as summarizer,
        ):
            return summarizer.summarize(article)

    print(f"\nrecorded answers ({model}) to {', '.join(item.name for item in items)}")
    for name, summarize in (("recorded", replayed), ("embedded", gs.summarize)):
        print(name)
        rich.print(to_table(evaluate(items, summarize)))


def benchmark_verify() -> None:
    """Print which wrong claims the checks and the reviewer notice, their false alarms and cost."""
    items = load_gold(GOLD.parent)
    by_name = {item.name: item for item in items}
    folder = ROOT / "tests" / "damage"
    damages = load_damage(folder / "claims.jsonl")
    single = noticed(by_name, damages)
    several, alarms = reviewed(by_name, load_reviews(folder / "reviews.jsonl", damages))
    print("\nwrong claims noticed: by the checks alone | with a reviewer, among correct claims")
    print(f"  {'kind':28} tried checks | tried checks reader either neither")
    for kind in [*sorted(single), "all"]:
        alone = _summed(single) if kind == "all" else single[kind]
        both = _summed(several) if kind == "all" else several.get(kind, Noticed())
        left = both.tried - both.either
        print(
            f"  {kind:28} {alone.tried:5} {alone.checks:6} | {both.tried:5} {both.checks:6} "
            f"{both.reader:6} {both.either:6} {left:7}"
        )
    print(
        f"  correct claims flagged: checks {alarms.checks}, reader {alarms.reader}, "
        f"either {alarms.either} of {alarms.tried}"
    )
    found = [f.severity for item in items for f in verify(item.summary, item.article)]
    total = sum(1 for item in items for _ in claims(item.summary))
    errors, warnings = found.count("error"), found.count("warning")
    print(f"  untouched gold: {errors} errors, {warnings} warnings in {total} claims")
    took = [_cpu(lambda item=item: verify(item.summary, item.article)) for item in items]  # type: ignore[misc]
    print(f"  CPU {statistics.median(took) * 1e3:.1f} ms an article (median of {len(items)})")


def _summed(counts: dict[str, Noticed]) -> Noticed:
    fields = ("tried", "checks", "reader", "either")
    return Noticed(*(sum(getattr(c, field) for c in counts.values()) for field in fields))


def benchmark_reask() -> None:
    """Print the tokens of a re-ask, beside instructor's on the same failures, with answers."""
    count = _tokenizer() or (lambda text: len(text.encode()))
    unit = "tokens" if _tokenizer() else "bytes"
    article, right = _gold()
    print(f"\nre-ask on gold 01, {unit} in + out of each attempt, by the number of wrong claims")
    for several in (1, 3, 5):
        wrong = _wrong(right, several)
        repaired = {f"claim_{n}": p for n, p in enumerate(right["proposals"][:several], 1)}
        ours = _requests([wrong, repaired], lambda url: _ask_here(url, article))
        theirs = _requests([wrong, right], lambda url: _ask_instructor(url, article))
        answers = {"here": (wrong, repaired), "instructor": (wrong, right)}
        for name, requests in (("here", ours), ("instructor", theirs)):
            sizes = [(count(_sent(r)), count(_compact(a))) for r, a in zip(requests, answers[name], strict=True)]  # fmt: skip
            first, second = (sum(size) for size in sizes)
            shown = " then ".join(f"{sent:6,} + {got:5,}" for sent, got in sizes)
            print(f"  {several} wrong, {name:10} {shown}   second / first {second / first:4.2f}")


def _wrong(right: dict[str, Any], several: int) -> dict[str, Any]:
    """Return the correct answer with an unsupported figure in each of the first proposals."""
    wrong = copy.deepcopy(right)
    for proposal in wrong["proposals"][:several]:
        proposal["title"] += " for 77 years"
    return wrong


def _sent(request: dict[str, Any]) -> str:
    return _compact([request["messages"], request["tools"]])


def _compact(data: Any) -> str:
    return json.dumps(data, ensure_ascii=False, separators=(",", ":"))


def _requests(answers: list[Any], ask: Callable[[str], Any]) -> list[dict[str, Any]]:
    with ScriptedEndpoint([Reply(answer=answer) for answer in answers]) as endpoint:
        ask(endpoint.url)
    assert len(endpoint.requests) == len(answers)
    return endpoint.requests


def _ask_here(url: str, article: gs.Article) -> None:
    with gs.Summarizer("m", base_url=url, api_key="none", review=False) as summarizer:
        assert not summarizer.summarize(article).withheld


def _ask_instructor(url: str, article: gs.Article) -> None:
    """Re-ask as instructor does by default: the whole history, and the same error messages."""
    import instructor  # noqa: PLC0415
    import openai  # noqa: PLC0415
    from pydantic import model_validator  # noqa: PLC0415

    class Summary(_naive()):  # type: ignore[misc]
        @model_validator(mode="after")
        def _holds(self) -> Any:
            errors = [
                f"'77 years' of {p.title!r} does not stand in the cited sentences"
                for p in self.proposals
                if "77" in p.title
            ]
            if errors:
                raise ValueError("; ".join(errors))
            return self

        @classmethod
        def model_json_schema(cls, *_: Any, **__: Any) -> dict[str, Any]:
            return wire_schema()

    with openai.OpenAI(base_url=url, api_key="none", max_retries=0) as raw:
        client = instructor.from_openai(raw)
        messages = PromptBook().prompt(article).messages
        client.create(model="m", messages=messages, response_model=Summary, max_retries=1)


def _gold_json() -> dict[str, Any]:
    data: dict[str, Any] = json.loads(GOLD.with_suffix(".json").read_text())
    data.pop("traps")
    return data


def _gold() -> tuple[gs.Article, dict[str, Any]]:
    """Return gold 01 and its correct answer in the form that a model is asked for.

    Descriptions are left out, because title and cited sentences contain them; kind, title and
    affiliation of a participant only where the library restores exactly the gold values.
    """
    article = gs.Article.from_file(GOLD.with_suffix(".txt"))
    right = gs.Summary.ground(_gold_json(), article)
    wire: dict[str, Any] = to_wire(right)
    for item in (*wire["proposals"], *wire["structure"]["layers"]):
        item.pop("description", None)
    bare = copy.deepcopy(wire)
    for participant in bare["participants"]:
        for field in ("kind", "title", "affiliation"):
            participant.pop(field, None)
    restored = enrich(gs.Summary.ground(bare, article), article, default_lexicon())
    rows = zip(wire["participants"], right.participants, restored.participants, strict=True)
    for written, meant, found in rows:
        for field in ("kind", "title", "affiliation"):
            if getattr(meant, field) == getattr(found, field):
                written.pop(field, None)
    return article, wire


def _naive() -> Any:
    """Return a minimal schema: the sections, without the fields of their items."""
    from pydantic import BaseModel  # noqa: PLC0415

    global _NAIVE  # noqa: PLW0603
    if _NAIVE is None:

        class Item(BaseModel):
            model_config = {"extra": "allow"}

        class Answer(BaseModel):
            relevant: bool
            headline: str
            abstract: str
            participants: list[Item]
            events: list[Item]
            proposals: list[Item]
            disputes: list[Item]

        _NAIVE = Answer
    return _NAIVE


_NAIVE: Any = None
_O200K = "fb374d419588a4632f3f557e76b4b70aebbca790"  # what tiktoken calls its file of o200k_base


def _seconds(call: Callable[[], Any], *, times: int) -> float:
    runs = []
    for _ in range(times):
        start = time.perf_counter()
        call()
        runs.append(time.perf_counter() - start)
    return statistics.median(runs)


def _cpu(call: Callable[[], Any]) -> float:
    for _ in range(5):
        call()
    runs = []
    for _ in range(CALLS):
        start = time.process_time()
        call()
        runs.append(time.process_time() - start)
    return statistics.median(runs)


@contextmanager
def _endpoint(*answers: dict[str, Any]) -> Iterator[str]:
    """Start a scripted endpoint in another process; it gives the answers in turn."""
    code = (
        "import json, sys, time; from guarantee_summarizer.testing import Reply, ScriptedEndpoint\n"
        "answers = json.loads(sys.stdin.readline())\n"
        f"with ScriptedEndpoint([Reply(answer=a) for a in answers] * {3 * CALLS}) as e:\n"
        "    print(e.url, flush=True); sys.stdin.read()"
    )
    command = [sys.executable, "-c", code]
    with subprocess.Popen(
        command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as server:
        assert server.stdin is not None
        assert server.stdout is not None
        server.stdin.write(json.dumps(answers) + "\n")
        server.stdin.flush()
        yield server.stdout.readline().strip()
        server.stdin.close()


def _tokenizer() -> Callable[[str], int] | None:
    """Return the counter of o200k_base, from the file in litellm's wheel; None if it is missing."""
    found = importlib.util.find_spec("litellm")
    if found is None or found.origin is None or importlib.util.find_spec("tiktoken") is None:
        return None
    source = next(Path(found.origin).parent.rglob(_O200K), None)
    if source is None:
        return None
    folder = tempfile.mkdtemp()
    shutil.copy(source, folder)
    os.environ["TIKTOKEN_CACHE_DIR"] = folder
    import tiktoken  # noqa: PLC0415

    encoding = tiktoken.get_encoding("o200k_base")
    return lambda text: len(encoding.encode(text, disallowed_special=()))


def _recorded_answer(cassette: Path) -> str:
    import yaml  # noqa: PLC0415

    body = yaml.safe_load(cassette.read_text())["interactions"][0]["response"]["body"]["string"]
    message = json.loads(body)["choices"][0]["message"]
    return str(message["tool_calls"][0]["function"]["arguments"])


def main() -> None:
    parts = {
        "import": benchmark_import,
        "embedded": benchmark_embedded,
        "page": benchmark_page,
        "model": benchmark_model,
        "sizes": benchmark_sizes,
        "recorded": benchmark_recorded,
        "verify": benchmark_verify,
        "reask": benchmark_reask,
    }
    machine()
    for name in sys.argv[1:] or parts:
        parts[name]()


if __name__ == "__main__":
    main()
