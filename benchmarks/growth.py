"""Measure how time grows with the length of hostile texts, for each kind of text and work.

    python benchmarks/growth.py [known random answers] [--count 100] [--seed 1] [--work NAME,NAME] [--sizes N,N]

Seconds are CPU seconds. Those of the parser and of lxml are left out of `embedded` and counted in
`files`, because they are not the package's. If a text is refused, the time until then counts.
"""

from __future__ import annotations

import argparse
import gc
import json
import signal
import sys
import tempfile
import time
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator
from contextlib import suppress
from dataclasses import replace
from functools import lru_cache
from html import escape
from itertools import pairwise
from pathlib import Path
from types import SimpleNamespace
from typing import Any

from hostile import Kind, kinds_of_patterns, known_kinds, patterns_of

ROOT = Path(__file__).parent.parent
SIZES = [25_000, 50_000, 100_000, 200_000]
LIMIT = 12.0  # CPU seconds after which a measurement is aborted
NOISE = 0.1  # seconds; ratios of shorter times are not reported
STEEP, SLOW = 2.6, 3.0


class _TooSlowError(Exception):
    pass


class _Parser:
    """Wrap spaCy's pipeline: count its time separately, and parse repeated texts once."""

    def __init__(self, nlp: Any) -> None:
        self._nlp, self.seconds = nlp, 0.0
        self._parsed = lru_cache(maxsize=4_000)(nlp)

    def __getattr__(self, name: str) -> Any:
        return getattr(self._nlp, name)

    def pipe(self, texts: Iterable[str], **_: Any) -> Iterator[Any]:
        for text in texts:
            began = time.process_time()
            doc = self._parsed(text)
            self.seconds += time.process_time() - began
            yield doc


class Works:
    """The kinds of work; each method takes a text and returns the seconds to leave out."""

    def __init__(self) -> None:
        import guarantee_summarizer as gs  # noqa: PLC0415  (after its patterns are recorded)
        from guarantee_summarizer.embedded.loading import load  # noqa: PLC0415

        self.gs, self.parser = gs, _Parser(load())
        self.reader = gs.Summarizer(relevance=False, pipeline=self.parser)
        self.seed = gs.Article.from_file(next((ROOT / "seeds").glob("*.txt")))
        self.folder = Path(tempfile.mkdtemp())
        self._read = lru_cache(maxsize=4)(gs.Article.from_text)

    def article(self, text: str) -> Any:
        """Return a new article of which only the sentences are cached."""
        read = self._read(text)
        article = replace(read)
        article.__dict__["sentences"] = read.sentences
        return article

    def reading(self, text: str) -> float:
        from guarantee_summarizer.plain import even_text  # noqa: PLC0415
        from guarantee_summarizer.sentences import without_marks  # noqa: PLC0415
        from guarantee_summarizer.text import hides_text, printable  # noqa: PLC0415

        article = self.gs.Article.from_text(text)
        _ = article.sentences, article.english, article.folded.words, article.folded_sentences
        _ = article.folded.find("no such words"), article.naming("Russia"), article.id
        _ = without_marks(text), even_text(text), hides_text(text), printable(text)
        with suppress(self.gs.ArticleError):
            self.gs.Article.from_dict({"text": text, "date": text, "title": text, "source": text})
        return 0.0

    def embedded(self, text: str) -> float:
        before = self.parser.seconds
        self.reader.summarize(self.article(text))
        return self.parser.seconds - before

    def enrichment(self, text: str) -> float:
        from guarantee_summarizer.enrich import enrich  # noqa: PLC0415
        from guarantee_summarizer.lexicon import default_lexicon  # noqa: PLC0415

        article = self.article(text)
        enrich(self.claims(article), article, default_lexicon())
        return 0.0

    def verification(self, text: str) -> float:
        from guarantee_summarizer.verify import verify, withhold  # noqa: PLC0415

        article = self.article(text)
        claims = self.claims(article)
        withhold(claims, verify(claims, article))
        return 0.0

    def streaming(self, text: str) -> float:
        """Read an answer made of the text, in pieces of 60 characters."""
        from guarantee_summarizer.llm.answers import ANSWER  # noqa: PLC0415
        from guarantee_summarizer.llm.messages import Pieces  # noqa: PLC0415

        article, pieces = self.article(text), Pieces(ANSWER)
        proposals = [
            {
                "title": text[at : at + 500],
                "proposed_by": ["France"],
                "evidence": [1, text[at : at + 60]],
            }
            for at in range(0, len(text), 500)
        ]
        answer = {
            "relevant": True,
            "headline": text[:500],
            "abstract": text,
            "proposals": proposals,
        }
        pipeline = self.reader._pipeline  # noqa: SLF001
        growing = pipeline.growing(article)
        for written in (json.dumps(answer, ensure_ascii=False), text):
            for at in range(0, len(written), 60):
                piece = written[at : at + 60]
                if (partial := pieces.add(_chunk(piece))) is not None:
                    growing.draft(partial)
        pipeline._read(pieces.completion(), article)  # noqa: SLF001
        return 0.0

    def page(self, text: str) -> float:
        from guarantee_summarizer.render.html.page import to_html  # noqa: PLC0415
        from guarantee_summarizer.render.markdown import to_markdown  # noqa: PLC0415

        article = self.article(text)
        from guarantee_summarizer.enrich import enrich  # noqa: PLC0415
        from guarantee_summarizer.lexicon import default_lexicon  # noqa: PLC0415

        summary = enrich(self.claims(article), article, default_lexicon())
        for write in (to_html, to_markdown):
            write(summary)
        return 0.0

    def files(self, text: str) -> float:
        """Read the text from files of every text format."""
        item = f"<item><title>A</title><description>{escape(text)}</description></item>"
        for name, content in {
            "a.txt": text,
            "a.html": f"<html><body><article><p>{text}</p></article></body></html>",
            "b.html": f"<html><body><article><p>{escape(text)}</p></article></body></html>",
            "a.jsonl": json.dumps({"text": text, "date": text}) + "\n" + text,
            "a.csv": 'text,date\n"' + text.replace('"', '""') + '",x\n' + text,
            "a.rtf": "{\\rtf1 " + text + "}",
            "a.rss": f'<rss version="2.0"><channel><title>A</title>{item}</channel></rss>',
        }.items():
            path = self.folder / name
            path.write_bytes(content.encode(errors="replace"))
            for _ in self.gs.read_articles(path):
                pass
        return 0.0

    def claims(self, article: Any) -> Any:
        """Return claims that cite the first sentences of an article and its longest one."""
        from guarantee_summarizer.schema import Citation, Participant, Summary  # noqa: PLC0415

        longest = max(article.sentences, key=lambda sentence: len(sentence.text))
        cited = dict.fromkeys([*article.sentences[:3], longest, *article.sentences[-40:]])
        evidence = tuple(map(Citation.of, cited))
        words = " ".join(longest.text[-2_000:].split())[-400:] or "France"
        term = {"what": "duration", "value": words[:40], "evidence": evidence}
        proposal = {
            "title": words[:200], "description": words, "proposed_by": ("France", "Anna Maria"),
            "recipients": ("Ukraine",), "condition": words[:90], "attribution": words[-90:],
            "terms": (term,), "evidence": evidence,
        }  # fmt: skip
        layer = {"rank": 1, "name": words[:200], "description": words, "evidence": evidence}
        position = {"party": "Russia", "stance": words, "evidence": evidence}
        event = {"what": words, "when": words[:60], "where": words[:60], "evidence": evidence}
        names = ("France", "Anna Maria", "Ukraine", "Russia", "J. D. Vance", words[:60])
        return Summary.model_validate({
            "relevant": True, "headline": words, "abstract": longest.text[:2_000],
            "participants": tuple(Participant(name=name) for name in names if name.strip()),
            "events": (event,), "proposals": (proposal,) * 3,
            "structure": {"layers": (layer,) * 2, "duration": term, "evidence": evidence},
            "disputes": ({"issue": words, "positions": (position,) * 2, "evidence": evidence},),
        })  # fmt: skip


def _chunk(piece: str) -> Any:
    delta = SimpleNamespace(content=piece, tool_calls=None, refusal=None)
    choice = SimpleNamespace(index=0, delta=delta, finish_reason=None)
    return SimpleNamespace(choices=[choice], model=None, usage=None)


WORKS = ("reading", "embedded", "enrichment", "verification", "streaming", "page", "files")


def measured(work: Callable[[str], float], text: str) -> float:
    """Return the CPU seconds of a work; `LIMIT` if it took longer."""
    gc.collect()
    began, apart = time.process_time(), 0.0
    signal.setitimer(signal.ITIMER_PROF, LIMIT * 3)
    try:
        apart = work(text)
    except _TooSlowError:
        return LIMIT
    except Exception as error:  # noqa: BLE001  (a refusal)
        if type(error).__name__ not in ("ArticleError", "InvalidAnswerError", "TruncatedError"):
            print(f"  {type(error).__name__}: {str(error)[:200]}", flush=True)
    finally:
        signal.setitimer(signal.ITIMER_PROF, 0)
    return time.process_time() - began - apart


def grown(work: Callable[[str], float], kind: Kind) -> list[float]:
    """Return the seconds at each size; implausible values are measured again."""
    seconds: list[float] = []
    for size in SIZES:
        took = measured(work, kind.text(size))
        before = seconds[-1] if seconds else took
        if (took > NOISE and took > STEEP * before) or took > SLOW:
            took = min(took, measured(work, kind.text(size)))
            if seconds:
                seconds[-1] = max(before, measured(work, kind.text(size // 2)))
        seconds.append(took)
        if took >= LIMIT:
            break
    return seconds


def worst_ratio(seconds: list[float]) -> float:
    ratios = [b / max(a, NOISE / STEEP) for a, b in pairwise(seconds) if b > NOISE]
    return max(ratios, default=0.0)


def table(works: Works, kinds: Iterable[Kind], names: Iterable[str]) -> None:
    """Print the kinds that are too slow or grow too steeply, and the worst of each work."""
    worst: dict[str, list[tuple[float, float, str]]] = defaultdict(list)
    counted = 0
    try:
        for kind in kinds:
            counted += 1
            for size in SIZES:  # split into sentences before the time is measured
                with suppress(works.gs.ArticleError):
                    _ = works._read(kind.text(size)).sentences  # noqa: SLF001
            for name in names:
                seconds = grown(getattr(works, name), kind)
                ratio = worst_ratio(seconds)
                worst[name].append((ratio, seconds[-1], kind.name))
                if ratio > STEEP or seconds[-1] > SLOW:
                    shown = " ".join(f"{took:6.2f}" for took in seconds)
                    print(f"! {name:12} {kind.name!r:50} {shown}   {kind.unit[:60]!r} {kind.head[:30]!r}", flush=True)  # fmt: skip
    except KeyboardInterrupt:
        print("stopped by Ctrl-C; what was measured until then:")
    print(f"\n{counted} kinds, {', '.join(f'{size:,}' for size in SIZES)} characters")
    print(f"{'work':13} worst ratio (kind)                        worst seconds at the last (kind)")
    for name, rows in worst.items():
        steep, slow = max(rows), max(rows, key=lambda row: row[1])
        print(f"{name:13} {steep[0]:5.2f} {steep[2]!r:40.40} {slow[1]:6.2f} {slow[2]!r:.50}")


def _slow(*_: Any) -> None:
    raise _TooSlowError


def _used() -> None:
    """Do everything once, to compile the patterns that are built at first use."""
    works, seed = Works(), (next((ROOT / "seeds").glob("*.txt"))).read_text()
    for name in WORKS:
        getattr(works, name)(seed)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("parts", nargs="*", default=["known", "random"])
    parser.add_argument("--count", type=int, default=100)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--work", default=",".join(WORKS))
    parser.add_argument("--sizes", default=",".join(map(str, SIZES)))
    options = parser.parse_args()
    SIZES[:] = map(int, options.sizes.split(","))
    patterns = patterns_of("guarantee_summarizer", _used)
    print(f"{len(patterns)} patterns, Python {sys.version.split()[0]}", flush=True)
    signal.signal(signal.SIGPROF, _slow)
    works, names = Works(), options.work.split(",")
    if "known" in options.parts:
        table(works, known_kinds(), names)
    if "random" in options.parts:
        table(works, kinds_of_patterns(patterns, options.count, options.seed), names)


if __name__ == "__main__":
    main()
