"""The short re-ask: only the claims that do not hold, and the sentences that could bear them.

Neither the instructions nor the whole article nor the whole answer travel again. Every claim has a
number; the model writes it anew under that number, or leaves it out. A claim that it leaves out
stays as it was, to be withheld with its reason.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from guarantee_summarizer.article import Article
from guarantee_summarizer.llm.answers import read_item
from guarantee_summarizer.pipeline import Draft
from guarantee_summarizer.schema import (
    Dispute,
    Event,
    Layer,
    Participant,
    Proposal,
    Summary,
    Term,
    Withheld,
)
from guarantee_summarizer.schema.json_schema import part_schema, to_wire
from guarantee_summarizer.text import Sentence, fold
from guarantee_summarizer.verify import advice, claim_at
from guarantee_summarizer.verify.passages import Overlap

__all__ = ["Doubt", "doubts", "mend", "mended_schema", "sentences"]

_KINDS: dict[str, type[Any] | None] = {
    "headline": None, "abstract": None, "participants": Participant, "events": Event,
    "proposals": Proposal, "structure.layers": Layer, "structure.duration": Term,
    "disputes": Dispute,
}  # fmt: skip
_WHOLE = re.compile(rf"({'|'.join(map(re.escape, _KINDS))})(?:\[(\d+)\])?")
_NEAREST = 3  # sentences beside the cited ones that share most words with a claim


@dataclass(frozen=True, slots=True)
class Doubt:
    """A claim that does not hold: where it stands, as it was written, why, what to do.

    `withheld` is the entry of an item that did not even fit the schema; it stands nowhere.
    """

    section: str
    index: int | None
    written: str
    reasons: tuple[str, ...]
    cited: tuple[int, ...] = ()
    withheld: Withheld | None = None

    @property
    def kind(self) -> type[Any] | None:
        """The model of the schema; None for text."""
        return _KINDS[self.section]


def doubts(draft: Draft) -> tuple[Doubt, ...]:
    """The claims of a draft that a model should mend, parts together with their wholes."""
    reasons: dict[str, list[str]] = {}
    for finding in draft.findings:
        if finding.severity == "error" and (match := _WHOLE.match(finding.path)):
            text = f"{finding.message}. {advice(finding.code)}"
            reasons.setdefault(match[0], []).append(text)
    found = [_doubt(draft.summary, path, told) for path, told in reasons.items()]
    return (*found, *filter(None, map(_unread, draft.summary.withheld)))


def _doubt(summary: Summary, path: str, reasons: Iterable[str]) -> Doubt:
    match = _WHOLE.match(path)
    assert match is not None  # noqa: S101  (`doubts` matched it)
    claim = claim_at(summary, path)
    written = claim if isinstance(claim, str) else to_wire(claim)
    evidence = getattr(claim, "evidence", ())
    if isinstance(written, dict) and written.get("description") == " ".join(
        c.quote for c in evidence
    ):
        del written["description"]  # the library put it there
    cited = tuple(dict.fromkeys(c.sentence for c in evidence))
    index = int(match[2]) if match[2] else None
    return Doubt(match[1], index, _compact(written), tuple(dict.fromkeys(reasons)), cited)


def _unread(entry: Withheld) -> Doubt | None:
    match = _WHOLE.match(entry.path)
    if match is None or match[2] is None:
        return None
    told = tuple(
        f"{f.path.removeprefix(match[0]).lstrip('.') or 'it'}: {f.message}. {advice(f.code)}"
        for f in entry.findings[:3]
    )
    given = entry.claim.get("evidence") if isinstance(entry.claim, Mapping) else None
    cited = tuple(n for n in given if isinstance(n, int)) if isinstance(given, list) else ()
    return Doubt(match[1], None, _compact(entry.claim), told, cited, entry)


def sentences(doubted: Iterable[Doubt], article: Article) -> list[Sentence]:
    """The cited sentences, those beside them, and those that share most words with each claim."""
    overlap, wanted = Overlap(article.folded_sentences), set[int]()
    for doubt in doubted:
        wanted |= {n - 1 + step for n in doubt.cited for step in (-1, 0, 1)}
        wanted.update(overlap.nearest(fold(doubt.written), _NEAREST))
    return [s for i, s in enumerate(article.sentences) if i in wanted]


def mended_schema(doubted: Iterable[Doubt]) -> str:
    """The JSON schema of the answer: one field for each claim, none of them required."""
    return _schema(tuple(doubt.kind.__name__ if doubt.kind else None for doubt in doubted))


@lru_cache(maxsize=256)
def _schema(kinds: tuple[str | None, ...]) -> str:
    return json.dumps(part_schema({f"claim_{n}": kind for n, kind in enumerate(kinds, 1)}))


def mend(
    summary: Summary, doubted: Iterable[Doubt], answer: Mapping[str, Any], article: Article
) -> Summary:
    """The summary with what the answer mended in its place; the rest stays as it was.

    A participant that comes back under another name is renamed wherever it was referred to.
    """
    names: dict[str, str] = {}
    for number, doubt in enumerate(doubted, 1):
        given = answer.get(f"claim_{number}")
        if not given:
            continue
        item = _read(doubt, given, article)
        if item is None:
            continue
        if isinstance(item, Participant) and doubt.index is not None:
            names[fold(summary.participants[doubt.index].name)] = item.name
        summary = _placed(summary, doubt, item)
    return _renamed(summary, names) if names else summary


def _read(doubt: Doubt, given: Any, article: Article) -> Any | None:
    if doubt.kind is None:
        return " ".join(given.split()) if isinstance(given, str) else None
    return read_item(doubt.kind, given, article)


def _placed(summary: Summary, doubt: Doubt, item: Any) -> Summary:
    if doubt.withheld is not None:
        rest = tuple(entry for entry in summary.withheld if entry is not doubt.withheld)
        summary = summary.replace(withheld=rest)
    section, _, part = doubt.section.partition(".")
    if part:
        inner = _set(summary.structure, part, doubt.index, item)
        return summary.replace(structure=inner)
    changed: Summary = _set(summary, section, doubt.index, item)
    return changed


def _set(node: Any, field: str, index: int | None, item: Any) -> Any:
    value = getattr(node, field)
    if not isinstance(value, tuple):
        return node.replace(**{field: item})
    at = len(value) if index is None else index
    return node.replace(**{field: (*value[:at], item, *value[at + 1 :])})


def _renamed(summary: Summary, names: Mapping[str, str]) -> Summary:
    def renamed(references: tuple[str, ...]) -> tuple[str, ...]:
        return tuple(names.get(fold(name), name) for name in references)

    layers = tuple(
        layer.replace(providers=renamed(layer.providers)) for layer in summary.structure.layers
    )
    return summary.replace(
        events=tuple(e.replace(participants=renamed(e.participants)) for e in summary.events),
        proposals=tuple(p.replace(proposed_by=renamed(p.proposed_by)) for p in summary.proposals),
        structure=summary.structure.replace(layers=layers),
        disputes=tuple(
            d.replace(positions=tuple(p.replace(party=renamed((p.party,))[0]) for p in d.positions))
            for d in summary.disputes
        ),
    )


def _compact(written: Any) -> str:
    if isinstance(written, str):
        return written
    return json.dumps(written, ensure_ascii=False, separators=(",", ":"))
