"""Find the clauses of a sentence that propose something, with their measure and status."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from guarantee_summarizer.embedded.facts import Clause
from guarantee_summarizer.embedded.line import Line, is_item
from guarantee_summarizer.embedded.terms import terms
from guarantee_summarizer.lexicon import Cue

__all__ = ["FIRM", "SETS_OFF", "Act", "Heading", "acts", "measure", "status"]

FIRM = ("ask", "offer", "pledge", "agree", "sign", "order", "reject")
_BY_MODAL = {
    "will": "pledged", "shall": "in_force", "would": "proposed", "could": "proposed", "may": "under_discussion",
    "might": "under_discussion", "must": "proposed", "should": "proposed", "be to": "proposed", "can": "proposed",
}  # fmt: skip
_FIRM_MODALS = ("must", "be to", "shall", "will")
_WEAK = ("would", "could", "may", "might", "should")
_CONDITIONS = frozenset(
    "what which who where how why if once unless provided should when until whether because although while as before since".split()
)
SETS_OFF = frozenset("if once unless provided should when until".split())
_TELLING = {"force_size": "troop_deployment", "money": "finance", "duration": "security_guarantee"}

Heading = tuple[str, tuple[str, ...]] | None
"""Status and authors in the opening sentence of a list, which apply to its items."""


@dataclass(frozen=True, slots=True)
class Act:
    """A clause that proposes: its measure, its status and its weight."""

    clause: Clause
    measure: str
    status: str
    weight: int


def acts(line: Line, heading: Heading = None) -> Iterator[Act]:
    """Yield the clauses that offer, ask, agree, order or rule out a measure."""
    for clause in line.clauses:
        narrated = clause.mark == "where" and clause.relation == "relcl" and clause.tense == "past"
        if not narrated and (clause.mark in _CONDITIONS or _under_condition(line, clause)):
            continue
        if _is_no_offer(line, clause):
            continue
        found = status(line, clause)
        if not found and is_item(line) and clause.relation == "ROOT":
            found = heading[0] if heading else "proposed"
        verb = line.verb(clause)
        firm = verb is not None and verb.sense in FIRM
        what = measure(line, clause) or (_unmeasured(line, clause) if verb else None)
        if (
            not found
            or what is None
            or (verb and verb.sense in ("agree", "pledge") and _is_praise(line, clause))
        ):
            continue
        asks = firm and verb is not None and verb.sense != "pledge"
        if what.value == "diplomacy" and not (asks or clause.modal == "must"):
            continue
        weight = (
            what.weight + 3 * firm + bool(clause.modal) + (clause.relation in ("ROOT", "ccomp"))
        )
        yield Act(clause, what.value, found, weight)


def _is_no_offer(line: Line, clause: Clause) -> bool:
    """Whether a clause describes (`countries forming the coalition`), inquires, or foretells an attack."""
    asks = clause.verb == "ask" and any(prep == "about" for prep, _ in clause.obliques)
    describes = clause.relation == "acl" and not clause.passive and not _is_infinitive(line, clause)
    inner = (c for c in line.clauses if c.relation == "xcomp" and line.parent(c) is clause)
    verbs = [v for c in (clause, *inner) if (v := line.verb(c)) is not None]
    attacks = any(v.sense == "state" and v.agent == "adversary" for v in verbs)
    unsaid = clause.negated and any(  # "gave no number of soldiers"
        cue.value == "open_question"
        for cue, _, _ in line.found("dispute", clause.start, clause.end)
    )
    return asks or describes or attacks or unsaid


def _is_infinitive(line: Line, clause: Clause) -> bool:
    """Whether an act is only intended: `to sign`, `to discuss and sign`."""
    if clause.tense != "base" or clause.modal:
        return False
    parent = line.parent(clause)
    if clause.relation == "conj" and parent is not None and parent is not clause:
        return _is_infinitive(line, parent)
    return re.search(r"\b[Tt]o\b", line.sentence.text[clause.start : clause.at]) is not None


def _is_praise(line: Line, clause: Clause) -> bool:
    """Whether only a description is agreed or affirmed: `that the talks were productive`."""
    contents = [c for c in line.clauses if c.relation == "ccomp" and line.parent(c) is clause]
    return any(
        (c.verb.startswith("be ") or c.verb in ("view", "show", "remain"))
        and not c.modal
        and not line.verb(c)
        for c in contents
    )


def _under_condition(line: Line, clause: Clause) -> bool:
    """Whether a clause is only a condition or a recollection: `if … agreed to send`."""
    if clause.relation in ("relcl", "advcl") and clause.tense != "base":
        of_its_own = (
            clause.mark == "that" and clause.subjects and clause.subjects[0].start > clause.start
        )
        return not (of_its_own or (clause.relation == "relcl" and clause.modal in _FIRM_MODALS))
    parent = line.parent(clause)
    joined = parent is not None and parent is not clause and clause.relation in ("conj", "xcomp")
    return bool(joined and parent and parent.mark in _CONDITIONS)


def status(line: Line, clause: Clause) -> str:
    """Return the status of a clause, from its verb, modal and negation; "" for none."""
    verb = line.verb(clause)
    by_modal = _BY_MODAL.get(clause.modal, "")
    if verb is None:
        is_so = clause.verb == "be" or re.fullmatch(r"be \w+(?<!ed|en)", clause.verb)
        if is_so and clause.modal not in (*_FIRM_MODALS, "should"):
            return ""
        wont = clause.negated and clause.modal in ("will", "would", "can", "could")
        return "rejected" if wont else by_modal
    if verb.sense in ("say", "meet", "state"):
        counts = verb.status and clause.objects and terms(line)
        return (by_modal or verb.status) if counts or (verb.sense != "say" and by_modal) else ""
    if clause.negated:
        return verb.negated
    if verb.sense == "do" and clause.tense == "base" and not clause.modal:
        noun = next(iter(line.cues.values("noun", clause.noun)), "")
        proposing = line.cues.verb(noun)
        return proposing.status if proposing and clause.relation == "acl" else ""
    if clause.modal in _WEAK:
        return verb.modal
    if verb.sense in ("agree", "sign") and _is_infinitive(line, clause):
        return verb.modal
    said = verb.sense in ("reject", "ask", "discuss") and clause.modal != "shall"
    return by_modal if by_modal and not said and verb.sense != "reject" else verb.status


def measure(line: Line, clause: Clause) -> Cue | None:
    """Return the measure of a clause: the one with the highest weight, of equals the first."""
    start = min([clause.start, *(phrase.start for phrase in clause.subjects)])
    others = (
        c.start for c in line.facts.clauses if c.relation == "conj" and line.parent(c) is clause
    )
    end = min((at for at in others if at > clause.at), default=clause.end)
    ifs = [
        c
        for c in line.facts.clauses
        if c.mark in SETS_OFF
        and c.relation != "conj"
        and c is not clause
        and not c.start <= clause.at < c.end
    ]
    hits = [
        cue
        for cue, first, last in line.found("measure", start, end)
        if not any(c.start <= first < c.end for c in ifs) and not _is_title(line, first, last)
    ]
    return max(hits, key=lambda cue: cue.weight, default=None)


def _is_title(line: Line, first: int, last: int) -> bool:
    """Whether words are part of a person's title: `Army Secretary Dan Driscoll`."""
    return any(
        p.start <= first
        and last <= p.end
        and any(n.kind == "person" for n in line.within(p.start, p.end))
        for p in line.facts.phrases
    )


def _unmeasured(line: Line, clause: Clause) -> Cue | None:
    """Return the measure that figures alone indicate (soldiers, money, a term), else any offer."""
    kinds = {term.what for term in terms(line)}
    value = next((what for kind, what in _TELLING.items() if kind in kinds), None)
    verb = line.verb(clause)
    if value is None and verb and verb.sense in ("offer", "pledge") and clause.objects and kinds:
        value = "other"
    return Cue(value, 1, 0, 0) if value else None
