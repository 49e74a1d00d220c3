"""Find what is offered, requested, planned, agreed or ruled out: one proposal per sentence."""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import chain
from typing import Any

from guarantee_summarizer.embedded.acts import FIRM, SETS_OFF, Act, Heading, acts
from guarantee_summarizer.embedded.document import Document
from guarantee_summarizer.embedded.facts import Clause
from guarantee_summarizer.embedded.line import Line, is_item
from guarantee_summarizer.embedded.phrasing import (
    attribution,
    bare,
    brief,
    clean,
    phrase_text,
    sentence,
    title,
)
from guarantee_summarizer.embedded.terms import terms
from guarantee_summarizer.schema import Proposal
from guarantee_summarizer.text import fold

__all__ = ["condition", "proposals"]

_TITLE_WORDS, _LEAST_WORDS = 10, 3
_AFTER = frozenset(
    "ceasefire truce deal agreement settlement peace withdrawal end attack war fighting fire".split()
)
_PRONOUN = re.compile(r"(?:It|Each|They|This|These|Both|The)\b")


def proposals(document: Document) -> tuple[Proposal, ...]:
    """Return the proposals in the order of the text; a sentence that continues one joins it."""
    made: list[dict[str, Any]] = []
    last: Line | None = None
    heading: Heading = None
    for line in document.lines:
        heading = _heading(document, line, heading)
        found = _best(document, line, heading)
        if not found and last is not None and _adds(line, last):
            made[-1]["evidence"] += (line.citation,)
            made[-1]["terms"] = (*made[-1]["terms"], *terms(line))
            last = line
        for one, start, end in found:
            fields = _fields(document, line, one, heading)
            if len(found) > 1:
                fields["terms"] = terms(line, start, end)
            if last is not None and _continues(made[-1], fields, last, line):
                made[-1]["evidence"] += fields["evidence"]
                made[-1]["terms"] = tuple(dict.fromkeys((*made[-1]["terms"], *fields["terms"])))
            else:
                made.append(fields)
        last = line if found else last
    return tuple(Proposal.model_validate(_public(fields)) for fields in _once(made))


def _adds(line: Line, last: Line) -> bool:
    """Whether the next sentence has a figure of the proposal, as in `It runs for …`."""
    follows = line.sentence.number == last.sentence.number + 1
    return follows and _PRONOUN.match(line.text) is not None and bool(terms(line))


def _once(made: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Merge proposals with the same content or the same figures into the first."""
    kept: dict[Any, list[dict[str, Any]]] = {}
    for fields in made:
        same = tuple(term.value for term in fields["terms"]) or fold(fields["title"])
        kept.setdefault((fields["measure"], fields["status"] == "rejected", same), []).append(
            fields
        )
    for first, *others in kept.values():
        cited = (fields["evidence"] for fields in (first, *others))
        first["evidence"] = tuple(dict.fromkeys(chain.from_iterable(cited)))
    return [first for first, *_ in kept.values()]


def _public(fields: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in fields.items() if not name.startswith("_")}


def _heading(document: Document, line: Line, known: Heading) -> Heading:
    """Return status and authors of a list from its opening sentence, until another speaker."""
    if is_item(line) or (known and line.is_question):
        return known
    for clause in line.clauses:
        verb = line.verb(clause)
        if verb and verb.sense in ("sign", "agree", "order", "pledge") and not clause.negated:
            return verb.status, document.who(line, *clause.agents)
    if any(w.lemma in ("policy", "law") for w in line.facts.words):
        return "in_force", document.who(line, *(p for c in line.clauses for _, p in c.obliques))
    return None


def _best(document: Document, line: Line, heading: Heading) -> list[tuple[Act, int, int]]:
    """Return the best candidate, and other actors' main clauses: `A asks …, but B offers …`."""
    if line.is_question or not line.text:
        return []
    best: dict[int, Act] = {}
    for candidate in acts(line, heading):
        start = _main(line, candidate.clause).start
        if start not in best or candidate.weight > best[start].weight:
            best[start] = candidate
    top = max(best.values(), key=lambda c: c.weight, default=None)
    for start, one in list(best.items()):
        if top is not None and one is not top and not _is_apart(document, line, one, top):
            del best[start]
    starts = sorted(best)
    ends = [*starts[1:], len(line.text)][: len(starts)]
    return [
        (best[start], start if at else 0, end)
        for at, (start, end) in enumerate(zip(starts, ends, strict=True))
    ]


def _is_apart(document: Document, line: Line, one: Act, top: Act) -> bool:
    """Whether another actor does something else."""
    who, others = document.who(line, *one.clause.agents), document.who(line, *top.clause.agents)
    differs = (one.measure, one.status) != (top.measure, top.status) or bool(
        terms(line, one.clause.start, one.clause.end)
    )
    return differs and bool(who and others) and who != others and one.measure != "other"


def _main(line: Line, clause: Clause) -> Clause:
    """Return the coordinated clause with a separate subject that contains a clause."""
    while (above := line.parent(clause)) is not None:
        own = clause.subjects and clause.start <= clause.subjects[0].start < clause.at
        if clause.relation == "conj" and own and clause.tense != "base":
            return clause
        clause = above
    return clause


def _fields(document: Document, line: Line, found: Act, heading: Heading) -> dict[str, Any]:
    clause = found.clause
    by = _authors(document, line, clause, found.status)
    if is_item(line) and heading and not by:
        by = heading[1]
    to = tuple(n for n in dict.fromkeys(_recipients(document, line, clause)) if n not in by)
    return {
        "title": _titled(document, line, clause),
        "description": sentence(line, clause),
        "measure": found.measure,
        "proposed_by": by[:6],
        "recipients": to[:6],
        "condition": condition(line, clause),
        "status": found.status,
        "terms": terms(line),
        "attribution": attribution(document, line, clause),
        "evidence": (line.citation,),
        "_item": is_item(line),
        "_refers": _refers(line, clause),
    }


def _refers(line: Line, clause: Clause) -> bool:
    """Whether a clause refers back: its subject is a pronoun, or definite."""
    first = clause.subjects[:1]
    if any(line.within(p.start, p.end) for p in first):
        return False  # "the Security Council" is a name
    words = [line.sentence.text[p.start : p.end].lower() for p in first]
    return (
        not words
        or re.match(r"(?:it|they|he|she|the|this|these|its|their)\b", words[0]) is not None
    )


def _titled(document: Document, line: Line, clause: Clause) -> str:
    """Return a title of the clause; if it is too vague, the whole clause or the measure."""
    text = line.sentence.text
    noun = _described(line, clause)
    words = title(line, clause, _TITLE_WORDS - len(noun.split()))
    if noun:  # "capabilities proposed by Washington"
        return bare(f"{noun[:1].upper()}{noun[1:]} {words[:1].lower()}{words[1:]}")
    subject = clause.subjects[0] if clause.subjects else None
    if subject and text[subject.start : subject.end].lower() in ("he", "she"):
        whole, names = brief(line, clause, _TITLE_WORDS, bare=False), document.who(line, subject)
        if names and whole.split()[0].lower() == text[subject.start : subject.end].lower():
            named = f"{names[0]} {whole.partition(' ')[2]}"
            words = named if len(named.split()) <= _TITLE_WORDS else words
    if len(words.split()) >= _LEAST_WORDS:
        return words
    rest = clean(text[clause.at : clause.end])
    if len(words.split()) < len(rest.split()) <= _TITLE_WORDS:
        return rest.rstrip(".")
    whole = bare(brief(line, clause, _TITLE_WORDS))
    return whole if len(whole.split()) >= _LEAST_WORDS else bare(_measured(line, clause) or words)


def _described(line: Line, clause: Clause) -> str:
    """Return the noun phrase that a participle without a subject describes."""
    if clause.relation != "acl" or clause.subjects or not clause.passive:
        return ""
    before = [p for p in line.facts.phrases if p.end <= clause.at < p.whole]
    return phrase_text(line, before[-1], _TITLE_WORDS // 2) if before else ""


def _measured(line: Line, clause: Clause) -> str:
    """Return the phrase that names the measure of a clause."""
    start = min([clause.start, *(phrase.start for phrase in clause.subjects)])
    for _, first, last in line.found("measure", start, clause.end):
        for phrase in line.facts.phrases:
            if phrase.start < last and first < phrase.end:
                named = phrase_text(line, phrase, _TITLE_WORDS)
                return named[:1].upper() + named[1:]
    return ""


def _authors(document: Document, line: Line, clause: Clause, found: str) -> tuple[str, ...]:
    """Return who acts; for an announcement of future acts, who announces."""
    names = document.who(line, *clause.agents)
    if names or found in ("agreed", "signed", "in_force", "ended"):
        return names
    for above in line.speakers(clause):
        verb = line.verb(above)
        tells = any(p.head in ("source", "report", "publication") for p in above.agents)
        if verb and verb.sense in ("say", *FIRM) and not tells:
            of_paper = [p for p in above.agents if line.cues.values("measure", p.head)]
            inside = [
                n for p in of_paper for n in line.within(p.end, p.whole) if n.via != "demonym"
            ]
            return document.who(line, *above.agents) or tuple(n.name for n in inside)
    return ()


def _recipients(document: Document, line: Line, clause: Clause) -> Iterator[str]:
    """Yield the recipients: who is asked, ordered, or receives something."""
    to = [
        phrase
        for prep, phrase in clause.obliques
        if prep in ("to", "for", "with", "from", "on")
        and not line.sentence.text[: phrase.start].lower().endswith("according to ")
    ]
    yield from document.who(line, *(() if clause.passive else clause.objects), *to)
    verb = line.verb(clause)
    if verb and verb.sense == "ask":
        for other in line.clauses:
            if other.relation in ("ccomp", "xcomp") and line.parent(other) is clause:
                yield from document.who(line, *other.agents, *other.objects)


def condition(line: Line, clause: Clause) -> str | None:
    """Return the condition in the text's words: `if …`, `once …`, `after a ceasefire`."""
    text = line.sentence.text
    for other in line.facts.clauses:
        if other.mark in SETS_OFF and other.relation == "advcl":
            return " ".join(text[other.start : other.end].split())
    for prep, phrase in clause.obliques:
        if prep in ("after", "following", "before", "in") and (
            phrase.head in _AFTER or (prep == "in" and phrase.head in ("event", "case"))
        ):
            words = text[phrase.start : phrase.whole].strip(' ,.;:"”')
            return f"{prep} {words}" if prep == "in" else words
    return None


def _continues(one: dict[str, Any], other: dict[str, Any], before: Line, line: Line) -> bool:
    """Whether the next sentence only adds to the same measure."""
    return (
        line.sentence.number == before.sentence.number + 1
        and one["measure"] == other["measure"]
        and not other["_item"]
        and other["_refers"]
        and (not other["proposed_by"] or other["proposed_by"] == one["proposed_by"])
        and "rejected" not in (one["status"], other["status"])
        and not (one["terms"] and other["terms"])
    )
