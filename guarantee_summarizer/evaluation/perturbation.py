"""Right summaries damaged on purpose, to see which damage verification notices.

Every kind takes one claim of a right summary and makes it say something that the article does not
say; what cannot be damaged in that way is passed over. The same seed gives the same damage.
"""

from __future__ import annotations

import random
import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import combinations
from typing import Any

from guarantee_summarizer.article import Article
from guarantee_summarizer.evaluation.gold import GoldItem
from guarantee_summarizer.normalize.quantities import MONTH_NAMES, WEEKDAY_NAMES
from guarantee_summarizer.prompts import PromptBook
from guarantee_summarizer.schema import Citation, ClaimPath, Finding, Proposal, Summary
from guarantee_summarizer.schema.claims import SECTIONS
from guarantee_summarizer.schema.paths import claim_paths
from guarantee_summarizer.sentences import Sentence
from guarantee_summarizer.text import fold
from guarantee_summarizer.verify import verify

__all__ = ["KINDS", "Detection", "Trap", "damage", "detection", "trapped"]

_STRANGERS = ("Anders Holm", "Kingdom of Tovaria", "Mirela Costin", "Northern Compact")
_DIGITS = re.compile(r"\d[\d,.]*\d|\d")
_YEARS = re.compile(r"\b(\d{1,3})([- ](?:year|month|day|week)s?)\b", re.IGNORECASE)
_DATES = re.compile(
    rf"\b(?:\d{{1,2}} )?(?:{'|'.join(MONTH_NAMES)})\b(?: \d{{1,2}})?|\b(?:{'|'.join(WEEKDAY_NAMES)})\b"
)
_VERBS = {
    " rejects ": " accepts ", " reject ": " accept ", " rejected ": " accepted ", " opposes ": " supports ",
    " opposed ": " supported ", " refuses to ": " agrees to ", " refused to ": " agreed to ",
    " ruled out ": " agreed to ", " rules out ": " agrees to ", " would not ": " would ", " will not ": " will ",
    " does not ": " does ", " did not ": " did ", " cannot ": " can ", " is not ": " is ", " no ": " ", " without ": " with ",
    " supports ": " opposes ", " wants ": " rejects ", " would ": " would not ", " will ": " will not ",
    " should ": " should not ", " is ": " is not ", " are ": " are not ", " could ": " could not ", " must ": " must not ",
}  # fmt: skip


_Damaged = tuple[str, Summary]
_Kind = Callable[[Summary, Article, random.Random], Iterator[_Damaged]]


def _items(summary: Summary, *sections: str) -> Iterator[tuple[ClaimPath, Any]]:
    """Every item of some sections, by their names, with its path."""
    by_name = {section.name: section for section in SECTIONS if section.many}
    for section in map(by_name.__getitem__, sections):
        for index, item in enumerate(section.items(summary)):
            yield ClaimPath(section.path, index), item


def _parts(summary: Summary, name: str) -> Iterator[tuple[ClaimPath, Any]]:
    """Every term or position, with its path."""
    return ((path, path.of(summary)) for path in claim_paths(summary) if path.part == name)


def _changed(summary: Summary, path: ClaimPath, claim: Any, **fields: Any) -> _Damaged:
    """The path of a claim, and the summary in which some of its fields are others."""
    return str(path), path.replaced(summary, claim.replace(**fields))


def _reworded(summary: Summary, change: Callable[[str], str | None]) -> Iterator[_Damaged]:
    """Every prose field of events, proposals and stances that `change` can change."""
    for path, item, field in _prose(summary):
        if (new := change(getattr(item, field))) is not None:
            yield _changed(summary, path, item, **{field: new})


def _prose(summary: Summary) -> Iterator[tuple[ClaimPath, Any, str]]:
    for path, event in _items(summary, "events"):
        yield path, event, "what"
    for path, proposal in _items(summary, "proposals"):
        yield path, proposal, "description"
    for path, position in _parts(summary, "positions"):
        yield path, position, "stance"


# One function for each kind; all take the same three things, whether they need them or not.
# ruff: noqa: ARG001


def _names(summary: Summary, article: Article, chance: random.Random) -> Iterator[_Damaged]:
    for section, field in (
        ("proposals", "proposed_by"),
        ("layers", "providers"),
        ("events", "participants"),
    ):
        for path, item in _items(summary, section):
            if getattr(item, field):
                yield _changed(summary, path, item, **{field: (chance.choice(_STRANGERS),)})
    for path, participant in _items(summary, "participants"):
        stranger = chance.choice(_STRANGERS)
        yield _changed(summary, path, participant, name=stranger, aliases=())


def _numbers(summary: Summary, article: Article, chance: random.Random) -> Iterator[_Damaged]:
    held = set(_DIGITS.findall(article.text))

    def other(text: str) -> str | None:
        match = _DIGITS.search(_DATES.sub(lambda m: "x" * len(m[0]), text))
        if match is None:
            return None
        new = next(n for n in map(str, range(41, 10_000, 7)) if n not in held)
        return text[: match.start()] + new + text[match.end() :]

    yield from _reworded(summary, other)
    for path, term in _parts(summary, "terms"):
        if (value := other(term.value)) is not None:
            yield _changed(summary, path, term, value=value)


def _durations(summary: Summary, article: Article, chance: random.Random) -> Iterator[_Damaged]:
    def other(text: str) -> str | None:
        match = _YEARS.search(text)
        if match is None:
            return None
        return f"{text[: match.start()]}{int(match[1]) + 23}{match[2]}{text[match.end() :]}"

    yield from _reworded(summary, other)
    for path, proposal in _items(summary, "proposals"):
        added = proposal.description.rstrip(".") + ", for 47 years."
        yield _changed(summary, path, proposal, description=added)


def _dates(summary: Summary, article: Article, chance: random.Random) -> Iterator[_Damaged]:
    for path, event in _items(summary, "events"):
        added = event.what.rstrip(".") + ", on 17 November 2031."
        yield _changed(summary, path, event, what=added)
        if event.when:
            yield _changed(summary, path, event, when="17 November 2031")


def _quotations(summary: Summary, article: Article, chance: random.Random) -> Iterator[_Damaged]:
    words = "a promise carved in granite"
    for path, item, field in _prose(summary):
        if field != "stance":
            new = f'{getattr(item, field).rstrip(".")}, "{words}".'
            yield _changed(summary, path, item, **{field: new})


def _ranges(summary: Summary, article: Article, chance: random.Random) -> Iterator[_Damaged]:
    for path, item in _items(summary, "events", "proposals", "layers", "disputes"):
        beyond = len(article.text) + 10
        forged = Citation(
            sentence=len(article.sentences), start=beyond, end=beyond + 6, quote="forged"
        )
        yield _changed(summary, path, item, evidence=(forged,))


def _sentences(summary: Summary, article: Article, chance: random.Random) -> Iterator[_Damaged]:
    for path, item in _items(summary, "events", "proposals", "layers", "disputes"):
        cited = {c.sentence for c in item.evidence}
        near = {n + step for n in cited for step in (-1, 0, 1)}
        far = [s for s in article.sentences if s.number not in near]
        if far:
            evidence = tuple(map(Citation.of, chance.sample(far, min(len(cited), len(far)))))
            yield _changed(summary, path, item, evidence=evidence)


def _statuses(summary: Summary, article: Article, chance: random.Random) -> Iterator[_Damaged]:
    for path, item in _items(summary, "proposals", "layers"):
        if item.status in ("proposed", "under_discussion", "rejected", "unclear"):
            stronger = chance.choice(("agreed", "signed"))
            yield _changed(summary, path, item, status=stronger)


def _polarity(summary: Summary, article: Article, chance: random.Random) -> Iterator[_Damaged]:
    def turned(text: str) -> str | None:
        found = next((old for old in _VERBS if old in text), None)
        return text.replace(found, _VERBS[found], 1) if found else None

    yield from _reworded(summary, turned)


def _crossed(summary: Summary, article: Article, chance: random.Random) -> Iterator[_Damaged]:
    for path, position in _parts(summary, "positions"):
        parties = dict.fromkeys(p.party for p in path.item.of(summary).positions)
        others = [party for party in parties if party != position.party]
        if others:
            yield _changed(summary, path, position, party=others[0])
    for path, proposal in _items(summary, "proposals"):
        others = [
            p.name for p in summary.participants
            if p.name not in proposal.proposed_by and p.kind in ("state", "person")
            and p.role != next((q.role for q in summary.participants if q.name in proposal.proposed_by), None)
        ]  # fmt: skip
        if len(proposal.proposed_by) == 1 and others:
            yield _changed(summary, path, proposal, proposed_by=(chance.choice(others),))


def _swapped(summary: Summary, article: Article, chance: random.Random) -> Iterator[_Damaged]:
    states = {p.name: p.affiliation or p.name for p in summary.participants}
    positions = list(_parts(summary, "positions"))
    for (path, one), (other, two) in combinations(positions, 2):
        if path.item != other.item or one.stance == two.stance:
            continue
        if states.get(one.party) != states.get(two.party):
            _, half = _changed(summary, other, two, party=one.party)
            yield _changed(half, path, one, party=two.party)


def _histories(summary: Summary, article: Article, chance: random.Random) -> Iterator[_Damaged]:
    day = article.published
    for sentence in article.sentences:
        years = [int(year) for year in re.findall(r"\b(?:19|20)\d\d\b", sentence.text)]
        if not years or day is None or max(years) >= day.year - 1:
            continue
        told = re.sub(r"\b(?:[Ii]n |since )?(?:19|20)\d\d\b", "", sentence.text)
        yield _added(summary, told, sentence)


def _examples(summary: Summary, article: Article, chance: random.Random) -> Iterator[_Damaged]:
    for told in (
        "Foreign troops",
        "soldiers in its ports once a truce holds",
        "brigades on the border",
    ):
        stance = f"It is ready to station soldiers; {told}: it rejects any foreign troops."
        yield _added(summary, stance, chance.choice(article.sentences))


def _added(summary: Summary, told: str, sentence: Sentence) -> _Damaged:
    words = " ".join(told.split())
    made = Proposal(
        title=" ".join(words.split()[:6]), description=words, measure="other", status="proposed",
        evidence=(Citation.of(sentence),),
    )  # fmt: skip
    path = ClaimPath("proposals", len(summary.proposals))
    return str(path), path.replaced(summary, made)


def _orders(summary: Summary, article: Article, chance: random.Random) -> Iterator[_Damaged]:
    layers = list(_items(summary, "layers"))
    for path, layer in layers:
        if len(layers) > 1:
            yield _changed(summary, path, layer, rank=(layer.rank or 0) % len(layers) + 1)


def _attributions(summary: Summary, article: Article, chance: random.Random) -> Iterator[_Damaged]:
    people = [p.name for p in summary.participants if p.kind == "person"]
    for path, proposal in _items(summary, "proposals"):
        others = [n for n in people if fold(n.split()[-1]) not in fold(proposal.attribution or "")]
        if proposal.attribution and others:
            yield _changed(summary, path, proposal, attribution=chance.choice(others))


def _duplicates(summary: Summary, article: Article, chance: random.Random) -> Iterator[_Damaged]:
    for name in ("events", "proposals", "disputes"):
        items = list(_items(summary, name))
        for path, item in items:
            yield _changed(summary, replace(path, index=len(items)), item)


KINDS: dict[str, _Kind] = {
    "name": _names,
    "number": _numbers,
    "duration": _durations,
    "date": _dates,
    "quotation": _quotations,
    "citation range": _ranges,
    "wrong sentence": _sentences,
    "status": _statuses,
    "polarity": _polarity,
    "crossed actors": _crossed,
    "swapped parties": _swapped,
    "history": _histories,
    "example": _examples,
    "layer order": _orders,
    "attribution": _attributions,
    "duplicate": _duplicates,
}


def damage(item: GoldItem, kind: str, *, seed: int = 0) -> Iterator[tuple[str, Summary]]:
    """Every way to damage a right summary of that kind: the damaged claim's path, and the summary."""
    chance = random.Random(f"{seed}/{item.name}/{kind}")  # noqa: S311  (no secret)
    yield from KINDS[kind](item.summary, item.article, chance)


@dataclass(frozen=True, slots=True)
class Detection:
    """How many damaged claims of a kind were flagged, of how many tried; `missed` shows some."""

    kind: str
    flagged: int = 0
    tried: int = 0
    missed: tuple[str, ...] = ()

    @property
    def share(self) -> float:
        """Flagged over tried; 1 where nothing could be tried."""
        return self.flagged / self.tried if self.tried else 1.0


@dataclass(frozen=True, slots=True)
class Trap:
    """A plausible statement that the article does not support, and what verification said of it."""

    article: str
    statement: str
    findings: tuple[Finding, ...]


def detection(items: Sequence[GoldItem], kind: str, *, seed: int = 0) -> Detection:
    """How much of one kind of damage verification flags, at the damaged claim or its parts.

    What was already said of the undamaged claim does not count.
    """
    examples = PromptBook().examples
    flagged = tried = 0
    missed: list[str] = []
    for item in items:
        known = {
            (f.code, f.path, f.message)
            for f in verify(item.summary, item.article, examples=examples)
        }
        for path, damaged in damage(item, kind, seed=seed):
            tried += 1
            found = verify(damaged, item.article, examples=examples)
            if any(
                f.path.startswith(path) and (f.code, f.path, f.message) not in known for f in found
            ):
                flagged += 1
            else:
                missed.append(f"{item.name} {path}")
    return Detection(kind, flagged, tried, tuple(missed))


def trapped(items: Sequence[GoldItem]) -> list[Trap]:
    """Put every trap as a proposal on the sentence nearest to it, and verify it."""
    return [
        Trap(item.name, statement, _verified(statement, item))
        for item in items
        for statement in item.traps
    ]


def _verified(statement: str, item: GoldItem) -> tuple[Finding, ...]:
    words = set(re.findall(r"\w{3,}", fold(statement)))
    sentences = item.article.sentences
    nearest = max(sentences, key=lambda s: len(words & set(re.findall(r"\w{3,}", fold(s.text)))))
    claim = Proposal(
        title=statement, description=statement, measure="other", status="proposed",
        evidence=(Citation.of(nearest),),
    )  # fmt: skip
    summary = item.summary.replace(proposals=(claim,), events=(), disputes=())
    return tuple(f for f in verify(summary, item.article) if f.path.startswith("proposals"))
