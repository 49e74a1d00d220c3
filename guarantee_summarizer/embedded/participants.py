"""Who takes part: persons with their offices, states that act, organizations, media; with roles."""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from functools import lru_cache

from guarantee_summarizer.embedded.document import Document, Line
from guarantee_summarizer.lexicon.cues import Cues
from guarantee_summarizer.lexicon.persons import surname
from guarantee_summarizer.schema import Citation, Participant

__all__ = ["participants"]

_VERB = re.compile(
    r"(?:,[^,]{0,60},)?(?: (?:also|has|have|had|itself|now|again|still|already|alone|\w+ly))* "
    r"(?:would|will|has|have|had|is|are|was|were|can|could|may|might|must|should|did|does|do|"
    r"shall|said|says|sent|gave|held|holds|took|put|meets?|met|sought|kept|went|led|leads|made|"
    r"wants?|seeks?|rejects?|insists?|demands?|hopes?|plans?|needs?|offers?|treats?|agrees?|"
    r"refuses?|supports?|backs?|opposes?|[a-z]{3,}ed)\b"
)
_JOINED = re.compile(r"(?:,| and|, and| or) (?:the )?(?:[A-Z]\w+ ){0,3}$")
_PARTNER = re.compile(
    r"\b(?:by|with|between|against|from|to|for|for the|of|on|asked|urged|told|accused|joined by|deter|attack|"
    r"attacked|invade|invaded|protect|defend|including|include)(?: the| a)? $",
    re.IGNORECASE,
)
_COUNTERPART = re.compile(
    r"\b(?:by|with|between|against|from|asked|urged|disarm\w*|fight\w*|defeat\w*|attack\w*)(?: the)? $",
    re.IGNORECASE,
)
_MODIFIES = re.compile(r"(?:-\w+)? (?:[a-z]+ ){0,2}?(?:countries|members?|states|allies|officials?|leaders?|"
    r"soldiers|troops|forces|diplomats?|ministers?|capitals|headquarters|nations|ambassadors?|"
    r"chief|secretary|summit|membership|envoys?|military|parliament|commander|spokes\w+)\b")  # fmt: skip
_ACTOR = "(?:the )?\u2039\u203a"
_NEGOTIATES = re.compile(
    r"\b(?:envoys?|negotiators?|special representative|mediator)\b", re.IGNORECASE
)
_INFORMS = re.compile(
    r"\b(?:spokes\w+|officials?|analyst|expert|diplomat|historian|professor|researcher|fellow|"
    r"press secretary|correspondent|scholar|economist|editor)\b",
    re.IGNORECASE,
)
_WATCHES = re.compile(r"\b(?:mission|observers?|monitor\w*|verification)\b", re.IGNORECASE)
_NATIONAL = re.compile(
    r"\b(?:armed forces|army|navy|guards?|brigades?|militia|movement)\b", re.IGNORECASE
)
_SIDES = {"beneficiary": ("adversary", "guarantor"), "adversary": ("beneficiary",)}
_PRECEDENCE = ("guarantor", "mediator", "host", "monitor", "adversary", "beneficiary")
_SEVERAL = 2  # contexts


def participants(document: Document) -> tuple[Participant, ...]:
    """The participants in the order of their first mention, with the role that verbs give them."""
    lines: dict[str, list[Line]] = defaultdict(list)
    kinds: dict[str, str] = {}
    for line in document.lines:
        for named in line.named:
            if named.via == "demonym":
                continue
            if not lines[named.name] or lines[named.name][-1] is not line:
                lines[named.name].append(line)
            kinds.setdefault(named.name, named.kind)
    roles = _roles(document)
    made = []
    for name, kind in kinds.items():
        if _takes_part(name, kind, lines[name]):
            made.append(_participant(document, name, kind, lines[name], roles))
    return tuple(made)


def _takes_part(name: str, kind: str, lines: list[Line]) -> bool:
    """Persons, coalitions, forces and media always; states and organizations where they act."""
    if kind in ("person", "coalition", "force", "media"):
        return True
    acts = meant = 0
    for line in lines:
        for i, named in enumerate(line.named):
            if named.name == name and named.via != "demonym":
                acts += _acts(line, i)
                plain = named.via != "metonym"
                meant += plain and not _MODIFIES.match(line.text, named.end)
    return acts > 0 or (kind == "state" and meant >= 2)  # noqa: PLR2004


def _acts(line: Line, at: int) -> bool:
    """Whether the actor is the subject of a verb, or somebody's partner, target or source."""
    named = line.named[at]
    if _MODIFIES.match(line.text, named.end):
        return False
    first, last = _joined(line, at)
    if _VERB.match(line.text, line.named[last].end):
        return True
    partner = _PARTNER if named.kind == "state" and named.via != "metonym" else _COUNTERPART
    return bool(partner.search(line.text[: line.named[first].start]))


def _participant(
    document: Document, name: str, kind: str, lines: list[Line], roles: dict[str, str]
) -> Participant:
    evidence = tuple(Citation.of(line.sentence) for line in lines)
    if kind == "media":
        return Participant(name=name, kind="media", role="source", evidence=evidence)
    person = document.people.get(name) if kind == "person" else None
    if person is None:
        role = roles.get(name) or (_duty(name) if kind in ("coalition", "force") else "other")
        return Participant.model_validate(
            {"name": name, "kind": kind, "role": role, "evidence": evidence}
        )
    affiliation = document.name(person.affiliation) if person.affiliation else None
    represented = _represented(document, name)
    role = _person_role(person.title or "", roles.get(name), roles.get(represented or ""))
    return Participant.model_validate(
        {
            "name": name,
            "kind": "person",
            "title": person.title,
            "affiliation": affiliation,
            "role": role,
            "evidence": evidence,
        }
    )


def _duty(name: str) -> str:
    """What a force or a coalition is there for, where no context says more."""
    if _NATIONAL.search(name):
        return "other"
    return "monitor" if _WATCHES.search(name) else "guarantor"


def _person_role(title: str, own: str | None, represented: str | None) -> str:
    """What a person's own verbs say, else the office, else the role of whom he or she speaks for."""
    if own in ("host", "mediator"):
        return own
    if _NEGOTIATES.search(title):
        return "negotiator"
    if _INFORMS.search(title):
        return "source"
    if represented in ("beneficiary", "adversary", "guarantor"):
        return represented
    return "other"


def _represented(document: Document, name: str) -> str | None:
    """Whom a person speaks for: as the text says, else as the lexicon knows the surname."""
    person = document.people.get(name)
    affiliation = person.affiliation if person else None
    known = affiliation or document.lexicon.surnames.get(surname(name))
    return document.name(known) if known else None


def _roles(document: Document) -> dict[str, str]:
    """The role of every actor: the one with the most contexts that speak for it.

    What a person says counts for whom he or she represents, too. The one that gains most by the
    guarantee is its beneficiary, the one most spoken against its adversary; a second one of either
    needs several contexts.
    """
    scores: dict[str, Counter[str]] = defaultdict(Counter)
    for line in document.lines:
        for at, named in enumerate(line.named):
            found = _matching(document.cues, _context(line, at))
            scores[named.name].update(found)
            if named.kind == "person" and (state := _represented(document, named.name)):
                scores[state].update(role for role in found if role in _SIDES)
    roles: dict[str, str] = {}
    for side, others in _SIDES.items():
        weighed = {
            name: count[side] - sum(count[other] for other in others)
            for name, count in scores.items()
            if name not in roles and name not in document.people
        }
        best = max(weighed, key=lambda name: weighed[name], default=None)
        if best is not None and scores[best][side] > scores[best][others[0]]:
            roles[best] = side
    for name, count in scores.items():
        ordered = sorted(count, key=lambda role: (-count[role], _PRECEDENCE.index(role)))
        likely = [role for role in ordered if role not in _SIDES or count[role] >= _SEVERAL]
        if likely:
            roles.setdefault(name, likely[0])
    return roles


def _context(line: Line, at: int) -> str:
    """The sentence around an actor, written {}; of `A and B would` both come before `would`."""
    first, last = (at, at) if line.named[at].via == "demonym" else _joined(line, at)
    start, end = line.named[first].start, line.named[last].end
    return f"{line.text[max(0, start - 60) : start]}\u2039\u203a{line.text[end : end + 70]}"


def _joined(line: Line, at: int) -> tuple[int, int]:
    """The first and the last of the actors that stand in one list with the one at `at`."""
    first = last = at
    while (
        last + 1 < len(line.named)
        and line.named[last + 1].via != "demonym"
        and _JOINED.fullmatch(line.text[line.named[last].end : line.named[last + 1].start])
    ):
        last += 1
    while (
        first
        and line.named[first - 1].via != "demonym"
        and _JOINED.fullmatch(line.text[line.named[first - 1].end : line.named[first].start])
    ):
        first -= 1
    return first, last


def _matching(cues: Cues, context: str) -> list[str]:
    return [role for role, pattern in _role_patterns(cues).items() if pattern.search(context)]


@lru_cache(maxsize=4)
def _role_patterns_of(sources: tuple[tuple[str, str], ...]) -> dict[str, re.Pattern[str]]:
    return {
        role: re.compile(rf"(?<!\w)(?:{source.replace('{}', _ACTOR)})", re.IGNORECASE)
        for role, source in sources
    }


def _role_patterns(cues: Cues) -> dict[str, re.Pattern[str]]:
    return _role_patterns_of(tuple(cues.sources["role"].items()))
