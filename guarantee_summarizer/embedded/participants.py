"""Find participants (persons, states that act, organizations, groups, media) and their roles."""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator

from guarantee_summarizer.embedded.acts import measure
from guarantee_summarizer.embedded.document import Document
from guarantee_summarizer.embedded.facts import Clause
from guarantee_summarizer.embedded.line import EntityMention, Line
from guarantee_summarizer.lexicon.cues import Verb
from guarantee_summarizer.schema import Citation, Participant

__all__ = ["participants"]

_TO_WHOM = re.compile(r"\b(?:by|with|between|against|from|to|for|on|including) $", re.IGNORECASE)
_OF = re.compile(r"\bof $")
_JOINED = re.compile(r",? (?:and |or )?(?:the )?|, ")
_OFFERS = ("offer", "pledge", "do")
_NEGOTIATES = re.compile(
    r"\b(?:envoys?|negotiators?|special representative|mediator|adviser|advisor)\b", re.IGNORECASE
)
_INFORMS = re.compile(
    r"\b(?:spokes\w+|officials?|analyst|expert|diplomat|historian|professor|researcher|fellow|"
    r"press secretary|correspondent|scholar|economist|editor|aide)\b",
    re.IGNORECASE,
)
_WATCHES = re.compile(r"\b(?:mission|observers?|monitor\w*|verification)\b", re.IGNORECASE)
_NATIONAL = re.compile(
    r"\b(?:armed forces|army|navy|guards?|brigades?|militia|movement)\b", re.IGNORECASE
)
_GROUP_ROLES = {
    "negotiator envoy delegation mediator": "negotiator",
    "official source diplomat": "source",
}
_SIDES = {"beneficiary": ("adversary", "guarantor"), "adversary": ("beneficiary",)}
_PRECEDENCE = (
    "guarantor",
    "mediator",
    "host",
    "monitor",
    "party",
    "negotiator",
    "adversary",
    "beneficiary",
    "source",
)
_ASKER = dict.fromkeys(
    ("security_guarantee", "military_aid", "mutual_defence", "membership", "finance"), "beneficiary"
)
_ASKER |= dict.fromkeys(
    ("territorial", "withdrawal", "neutrality"), "adversary"
)  # by the measure that is requested
_SEVERAL = 4  # points that a second beneficiary or adversary needs
_NEAR = 16  # characters before an actor, for a preposition and an article
_REACH = 5  # words before and after an actor that show its role


def participants(document: Document) -> tuple[Participant, ...]:
    """Return the participants in the order of their first mention, with roles from verbs."""
    lines: dict[str, list[Line]] = defaultdict(list)
    kinds: dict[str, str] = {}
    acting: Counter[str] = Counter()
    for line in document.lines:
        parts = dict(_parts(line))
        for at, named in enumerate(line.named):
            if named.via != "demonym" and line.text:
                if line not in lines[named.name][-1:]:
                    lines[named.name].append(line)
                kinds.setdefault(named.name, named.kind)
                acting[named.name] += parts.get(at, 0)
    roles = _Roles(document).roles()
    bodies = {name for name, _ in document.names.organs.values()}  # outside the tables
    made = [
        _participant(document, name, kind, lines[name], roles)
        for name, kind in kinds.items()
        if _takes_part(kind, acting[name]) or (name in bodies and len(lines[name]) > 1)
    ]
    return (*made, *_groups(document, roles))


def _takes_part(kind: str, acting: int) -> bool:
    """Whether it is a person, coalition, force or medium, or a state or organization that acts."""
    return kind in ("person", "coalition", "force", "media") or acting > 0


def _parts(line: Line) -> Iterator[tuple[int, int]]:
    """Yield each actor that is a party in a sentence: 2 if it acts or is acted on, else 1."""
    bound = -1  # the last actor after `by`, `with`, `from`, and the actors listed with it
    for at, named in enumerate(line.named):
        if named.via == "demonym":
            continue
        before = line.sentence.text[max(0, named.start - _NEAR) : named.start]
        before = before[:-4] if before.lower().endswith("the ") else before
        listed = bound >= 0 and _JOINED.fullmatch(
            line.sentence.text[line.named[bound].end : named.start]
        )
        whole = named.end in line.ends
        if whole and named.via != "metonym" and (_TO_WHOM.search(before) or listed):
            bound = at
        weight = max((_weight(clause, named) for clause in line.clauses), default=0)
        owned = line.sentence.text[named.end : named.end + 2] in ("'s", "’s")
        yield at, 2 if bound == at else max(weight, int(bool(owned or _OF.search(before))))


def _weight(clause: Clause, named: EntityMention) -> int:
    """Return 2 for actors that act or are acted on, also inside `the leaders of …`."""
    own = (*clause.agents, *clause.objects)
    if any(named.start < phrase.end <= named.end for phrase in own):
        return 2
    if named.via != "metonym" and any(
        p.plural and p.end < named.start < p.whole for p in clause.agents
    ):
        return 2
    return int(
        any(prep == "of" and named.start < p.end <= named.end for prep, p in clause.obliques)
    )


def _groups(document: Document, roles: dict[str, str]) -> Iterator[Participant]:
    """Yield groups without a name that offer, ask, refuse, or are quoted."""
    for name, kind in dict.fromkeys(document.groups.values()):
        aliases = [
            core for core, (full, _) in document.groups.items() if full == name and core != name
        ]
        evidence = tuple(Citation.of(s) for s in document.article.naming(name))
        if evidence:
            yield Participant.model_validate(
                {
                    "name": name,
                    "kind": kind,
                    "aliases": [a for a in aliases if document.article.naming(a)],
                    "role": roles.get(name, "other"),
                    "evidence": evidence,
                }
            )


def _participant(
    document: Document, name: str, kind: str, lines: list[Line], roles: dict[str, str]
) -> Participant:
    fields = {"name": name, "kind": kind, "evidence": tuple(line.citation for line in lines)}
    if kind == "media":
        return Participant.model_validate(fields | {"role": "source"})
    if kind != "person":
        own = _duty(name) if kind in ("coalition", "force") else "other"
        return Participant.model_validate(fields | {"role": roles.get(name) or own})
    person = document.people.get(name)
    title = person.title if person else None
    state = document.represented(name)
    role = _person_role(title or "", roles.get(name), roles.get(state or ""))
    affiliation = state if state and document.article.naming(state) else None
    return Participant.model_validate(
        fields | {"title": title, "affiliation": affiliation, "role": role}
    )


def _duty(name: str) -> str:
    """Return the default role of a force or a coalition."""
    if _NATIONAL.search(name):
        return "other"
    return "monitor" if _WATCHES.search(name) else "guarantor"


def _person_role(title: str, own: str | None, represented: str | None) -> str:
    """Return a person's role: from verbs, else the office, else the role of the principal."""
    if own in ("host", "mediator"):
        return own
    if _NEGOTIATES.search(title):
        return "negotiator"
    if represented in ("beneficiary", "adversary") or (represented == own == "guarantor"):
        return represented
    if _INFORMS.search(title):
        return "source"
    return own if own in ("guarantor", "negotiator", "party") else "other"


class _Roles:
    """Counts points for each role of each actor over the whole text."""

    def __init__(self, document: Document) -> None:
        self._document = document
        self._scores: dict[str, Counter[str]] = defaultdict(Counter)
        self._last: tuple[int, list[tuple[str, int]]] = 0, []  # roles by the end offset of an actor

    def roles(self) -> dict[str, str]:
        """Return each actor's role with most points; one beneficiary and adversary come first."""
        for line in self._document.lines:
            for clause in line.clauses:
                self._by_phrase(line, clause)
                self._by_verb(line, clause)
            self._last = 0, []
            for named in line.named:
                self._by_context(line, named)
        found = dict(self._sides())
        self._settle_parties({side: name for name, side in found.items()})
        for name, count in self._scores.items():
            ordered = sorted(count, key=lambda role: (-count[role], _PRECEDENCE.index(role)))
            likely = [r for r in ordered if r not in _SIDES or count[r] >= _SEVERAL]
            if likely and count[likely[0]] > 0:
                found.setdefault(name, likely[0])
        return found

    def _settle_parties(self, sides: dict[str, str]) -> None:
        """Count as guarantor who signs with a beneficiary that is not an equal party."""
        gains = self._scores.get(sides.get("beneficiary", ""), Counter())
        if not gains or gains["party"] > gains["beneficiary"]:
            return
        for count in self._scores.values():
            count["guarantor"] += count.pop("party", 0)

    def _by_phrase(self, line: Line, clause: Clause) -> None:
        """Count the role in a group's head or an apposition: `negotiators`, `Merz, the host`."""
        document = self._document
        groups = {name for name, _ in document.groups.values()}
        for head, role in _GROUP_ROLES.items():
            named = document.who(line, *(p for p in clause.agents if p.head in head.split()))
            self._give([n for n in named if n in groups], role, 1)
        for phrase in (*clause.agents, *clause.objects):
            if phrase.apposition:
                for cue, _, _ in line.found("apposed", *phrase.apposition):
                    self._give(document.who(line, phrase), cue.value, cue.weight)

    def _by_verb(self, line: Line, clause: Clause) -> None:
        verb, document = line.verb(clause), self._document
        if verb is None:
            return
        agents = document.who(line, *clause.agents)
        self._give(agents, self._agent_role(line, clause, verb, len(agents)), 2)
        self._give(document.who(line, *clause.objects), verb.object, 2)
        if verb.sense in _OFFERS and verb.agent == "guarantor" and not clause.negated:
            to = [phrase for prep, phrase in clause.obliques if prep in ("to", "for")]
            self._give(document.who(line, *to), "beneficiary", 2)
        threatens = clause.relation == "ROOT" and line.found("threat")
        if threatens or (clause.negated and clause.verb == "accept"):
            self._give(agents, "adversary", 2)

    def _agent_role(self, line: Line, clause: Clause, verb: Verb, agents: int) -> str:
        """Return the role of who acts; for a request, from its content; nobody signs alone."""
        if verb.sense == "ask":
            about = measure(line, clause)
            return _ASKER.get(about.value, "") if about else ""
        alone = verb.agent == "party" and agents == 1 and not clause.obliques
        return "" if alone or (clause.negated and verb.agent == "guarantor") else verb.agent

    def _give(self, names: Iterable[str], role: str, weight: int) -> None:
        for name in names if role else ():
            self._scores[name][role] += weight
            state = (
                self._document.represented(name) if role in ("beneficiary", "adversary") else None
            )
            if state:
                self._scores[state][role] += weight

    def _by_context(self, line: Line, named: EntityMention) -> None:
        before, after = line.around(named.start, named.end, _REACH)
        listed = self._last[1] and _JOINED.fullmatch(
            line.sentence.text[self._last[0] : named.start]
        )
        for role, weight in self._last[1] if listed else ():  # `between A and B`
            self._give([named.name], role, weight)
        given = list(self._last[1]) if listed else []
        while before and before[-1] in ("the", "a", "an", "any", "new"):
            before.pop()
        for cue in line.cues.find("before", before):
            if cue.end == len(before):
                self._give([named.name], cue.value, cue.weight)
                given.append((cue.value, cue.weight))
        self._last = named.end, given
        for cue in line.cues.find("after", after):
            if cue.start == 0:
                self._give([named.name], cue.value, cue.weight)

    def _sides(self) -> Iterator[tuple[str, str]]:
        """Yield the actor that benefits most from the guarantee, and the main adversary."""
        taken: set[str] = set()
        for side, others in _SIDES.items():
            weighed = {
                name: count[side] - sum(count[other] for other in others)
                for name, count in self._scores.items()
                if name not in taken and name not in self._document.people
            }
            best = max(weighed, key=lambda name: weighed[name], default=None)
            if best is not None and self._scores[best][side] > self._scores[best][others[0]]:
                taken.add(best)
                yield best, side
