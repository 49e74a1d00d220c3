"""Right summaries damaged on purpose, to see which damage verification notices.

Every kind takes one claim of a right summary and makes it say something that the article does not
say; what cannot be damaged in that way is passed over. The same seed gives the same damage.
"""

from __future__ import annotations

import random
import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from guarantee_summarizer.article import Article
from guarantee_summarizer.evaluation.gold import GoldItem
from guarantee_summarizer.normalize.quantities import MONTH_NAMES, WEEKDAY_NAMES
from guarantee_summarizer.schema import Citation, Finding, Position, Proposal, Summary
from guarantee_summarizer.text import Sentence, fold
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


def _at(summary: Summary, section: str, index: int, item: Any) -> Summary:
    """The summary with one item of a section, or one layer, replaced."""
    if section == "layers":
        layers = summary.structure.layers
        changed = (*layers[:index], item, *layers[index + 1 :])
        return summary.replace(structure=summary.structure.replace(layers=changed))
    items = getattr(summary, section)
    return summary.replace(**{section: (*items[:index], item, *items[index + 1 :])})


def _path(section: str, index: int) -> str:
    return f"structure.layers[{index}]" if section == "layers" else f"{section}[{index}]"


def _items(summary: Summary, *sections: str) -> Iterator[tuple[str, int, Any]]:
    for section in sections:
        items = summary.structure.layers if section == "layers" else getattr(summary, section)
        for index, item in enumerate(items):
            yield section, index, item


def _reworded(summary: Summary, change: Callable[[str], str | None]) -> Iterator[_Damaged]:
    """Every prose field of events, proposals and stances that `change` can change."""
    for section, i, item in _items(summary, "events", "proposals"):
        field = "what" if section == "events" else "description"
        if (new := change(getattr(item, field))) is not None:
            yield _path(section, i), _at(summary, section, i, item.replace(**{field: new}))
    for _, i, dispute in _items(summary, "disputes"):
        for j, position in enumerate(dispute.positions):
            if (new := change(position.stance)) is not None:
                yield _position(summary, i, j, position.replace(stance=new))


def _position(summary: Summary, i: int, j: int, position: Position) -> _Damaged:
    dispute = summary.disputes[i]
    changed = (*dispute.positions[:j], position, *dispute.positions[j + 1 :])
    damaged = _at(summary, "disputes", i, dispute.replace(positions=changed))
    return f"disputes[{i}].positions[{j}]", damaged


# One function for each kind; all take the same three things, whether they need them or not.
# ruff: noqa: ARG001


def _names(summary: Summary, article: Article, chance: random.Random) -> Iterator[_Damaged]:
    for section, field in (
        ("proposals", "proposed_by"),
        ("layers", "providers"),
        ("events", "participants"),
    ):
        for _, i, item in _items(summary, section):
            if getattr(item, field):
                stranger = chance.choice(_STRANGERS)
                yield (
                    _path(section, i),
                    _at(summary, section, i, item.replace(**{field: (stranger,)})),
                )
    for i, participant in enumerate(summary.participants):
        changed = participant.replace(name=chance.choice(_STRANGERS), aliases=())
        yield f"participants[{i}]", _at(summary, "participants", i, changed)


def _numbers(summary: Summary, article: Article, chance: random.Random) -> Iterator[_Damaged]:
    held = set(_DIGITS.findall(article.text))

    def other(text: str) -> str | None:
        match = _DIGITS.search(_DATES.sub(lambda m: "x" * len(m[0]), text))
        if match is None:
            return None
        new = next(n for n in map(str, range(41, 10_000, 7)) if n not in held)
        return text[: match.start()] + new + text[match.end() :]

    yield from _reworded(summary, other)
    for _, i, proposal in _items(summary, "proposals"):
        for j, term in enumerate(proposal.terms):
            if (value := other(term.value)) is not None:
                terms = (*proposal.terms[:j], term.replace(value=value), *proposal.terms[j + 1 :])
                yield (
                    f"proposals[{i}].terms[{j}]",
                    _at(summary, "proposals", i, proposal.replace(terms=terms)),
                )


def _durations(summary: Summary, article: Article, chance: random.Random) -> Iterator[_Damaged]:
    def other(text: str) -> str | None:
        match = _YEARS.search(text)
        if match is None:
            return None
        return f"{text[: match.start()]}{int(match[1]) + 23}{match[2]}{text[match.end() :]}"

    yield from _reworded(summary, other)
    for _, i, proposal in _items(summary, "proposals"):
        added = proposal.description.rstrip(".") + ", for 47 years."
        yield f"proposals[{i}]", _at(summary, "proposals", i, proposal.replace(description=added))


def _dates(summary: Summary, article: Article, chance: random.Random) -> Iterator[_Damaged]:
    for _, i, event in _items(summary, "events"):
        added = event.what.rstrip(".") + ", on 17 November 2031."
        yield f"events[{i}]", _at(summary, "events", i, event.replace(what=added))
        if event.when:
            yield f"events[{i}]", _at(summary, "events", i, event.replace(when="17 November 2031"))


def _quotations(summary: Summary, article: Article, chance: random.Random) -> Iterator[_Damaged]:
    words = "a promise carved in granite"
    for section, i, item in _items(summary, "events", "proposals"):
        field = "what" if section == "events" else "description"
        new = f'{getattr(item, field).rstrip(".")}, "{words}".'
        yield _path(section, i), _at(summary, section, i, item.replace(**{field: new}))


def _ranges(summary: Summary, article: Article, chance: random.Random) -> Iterator[_Damaged]:
    for section, i, item in _items(summary, "events", "proposals", "layers", "disputes"):
        beyond = len(article.text) + 10
        forged = Citation(
            sentence=len(article.sentences), start=beyond, end=beyond + 6, quote="forged"
        )
        yield _path(section, i), _at(summary, section, i, item.replace(evidence=(forged,)))


def _sentences(summary: Summary, article: Article, chance: random.Random) -> Iterator[_Damaged]:
    for section, i, item in _items(summary, "events", "proposals", "layers", "disputes"):
        cited = {c.sentence for c in item.evidence}
        near = {n + step for n in cited for step in (-1, 0, 1)}
        far = [s for s in article.sentences if s.number not in near]
        if far:
            evidence = tuple(map(Citation.of, chance.sample(far, min(len(cited), len(far)))))
            yield _path(section, i), _at(summary, section, i, item.replace(evidence=evidence))


def _statuses(summary: Summary, article: Article, chance: random.Random) -> Iterator[_Damaged]:
    for section, i, item in _items(summary, "proposals", "layers"):
        if item.status in ("proposed", "under_discussion", "rejected", "unclear"):
            stronger = chance.choice(("agreed", "signed"))
            yield _path(section, i), _at(summary, section, i, item.replace(status=stronger))


def _polarity(summary: Summary, article: Article, chance: random.Random) -> Iterator[_Damaged]:
    def turned(text: str) -> str | None:
        found = next((old for old in _VERBS if old in text), None)
        return text.replace(found, _VERBS[found], 1) if found else None

    yield from _reworded(summary, turned)


def _crossed(summary: Summary, article: Article, chance: random.Random) -> Iterator[_Damaged]:
    for _, i, dispute in _items(summary, "disputes"):
        parties = list(dict.fromkeys(p.party for p in dispute.positions))
        for j, position in enumerate(dispute.positions):
            others = [party for party in parties if party != position.party]
            if others:
                yield _position(summary, i, j, position.replace(party=others[0]))
    for _, i, proposal in _items(summary, "proposals"):
        others = [
            p.name for p in summary.participants
            if p.name not in proposal.proposed_by and p.kind in ("state", "person")
            and p.role != next((q.role for q in summary.participants if q.name in proposal.proposed_by), None)
        ]  # fmt: skip
        if len(proposal.proposed_by) == 1 and others:
            crossed = proposal.replace(proposed_by=(chance.choice(others),))
            yield _path("proposals", i), _at(summary, "proposals", i, crossed)


def _swapped(summary: Summary, article: Article, chance: random.Random) -> Iterator[_Damaged]:
    states = {p.name: p.affiliation or p.name for p in summary.participants}
    for _, i, dispute in _items(summary, "disputes"):
        for j, one in enumerate(dispute.positions):
            for k, two in enumerate(dispute.positions[j + 1 :], j + 1):
                if states.get(one.party) == states.get(two.party) or one.stance == two.stance:
                    continue
                path, half = _position(summary, i, j, one.replace(party=two.party))
                yield path, _position(half, i, k, two.replace(party=one.party))[1]


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
    path = f"proposals[{len(summary.proposals)}]"
    return path, summary.replace(proposals=(*summary.proposals, made))


def _orders(summary: Summary, article: Article, chance: random.Random) -> Iterator[_Damaged]:
    layers = summary.structure.layers
    for i, layer in enumerate(layers):
        if len(layers) > 1:
            wrong = layer.order % len(layers) + 1
            yield _path("layers", i), _at(summary, "layers", i, layer.replace(order=wrong))


def _attributions(summary: Summary, article: Article, chance: random.Random) -> Iterator[_Damaged]:
    people = [p.name for p in summary.participants if p.kind == "person"]
    for _, i, proposal in _items(summary, "proposals"):
        others = [n for n in people if fold(n.split()[-1]) not in fold(proposal.attribution or "")]
        if proposal.attribution and others:
            wrong = proposal.replace(attribution=chance.choice(others))
            yield _path("proposals", i), _at(summary, "proposals", i, wrong)


def _duplicates(summary: Summary, article: Article, chance: random.Random) -> Iterator[_Damaged]:
    for section, _, item in _items(summary, "events", "proposals", "disputes"):
        items = getattr(summary, section)
        yield f"{section}[{len(items)}]", summary.replace(**{section: (*items, item)})


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
    flagged = tried = 0
    missed: list[str] = []
    for item in items:
        known = {(f.code, f.path, f.message) for f in verify(item.summary, item.article)}
        for path, damaged in damage(item, kind, seed=seed):
            tried += 1
            found = verify(damaged, item.article)
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
