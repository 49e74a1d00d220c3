"""Find disputes and open questions, and the position of each party."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from guarantee_summarizer.embedded.document import Document
from guarantee_summarizer.embedded.facts import Clause
from guarantee_summarizer.embedded.line import Line, is_item, numbered
from guarantee_summarizer.embedded.phrasing import brief, clean, title
from guarantee_summarizer.normalize import normalize_term
from guarantee_summarizer.schema import Dispute, Position, Proposal, Term

__all__ = ["disputes"]

_ISSUE_WORDS, _STANCE_WORDS = 15, 20
_FAR = 4  # sentences between two about one issue
_ASKS = frozenset("whether what which who where how when if".split())
_AGAINST = ("while", "whereas", "although", "though")
_APART = {"duration": "Length of the term", "force_size": "Size of the forces"}
_TOPICS = {"withdrawal": "territorial", "neutrality": "membership", "training": "troop_deployment"}
_STANDS = ("ask", "offer", "pledge", "agree", "reject", "doubt", "do")
_LOOSE = ("advcl", "relcl", "conj")
_LASTING = ("territorial",)
_LEAST = 4  # words of a stance
_SHORT = 5  # words of a sentence that states a dispute without its content
_SIZED = ("force_limits", "security_guarantee", "legal_instrument", "mutual_defence")
_VAGUE = frozenset("other diplomacy legal_instrument security_guarantee".split())


@dataclass
class _Issue:
    """Sentences about one issue."""

    kind: str
    about: str
    lines: list[Line]


def disputes(document: Document, proposals: tuple[Proposal, ...] = ()) -> tuple[Dispute, ...]:
    """Return the disputes in the order of the text, with the positions of both sides if stated."""
    issues: list[_Issue] = []
    for line in document.lines:
        kind = _kind(line)
        if kind is None:
            continue
        about = _about(line)
        joined = next((i for i in reversed(issues) if _goes_on(i, line, kind, about)), None)
        if joined is not None:
            joined.lines.append(line)
        else:
            issues.append(_Issue(kind, about, [line]))
    for issue in issues:
        _gather(document, issue)
    made = [_dispute(document, issue, proposals) for issue in issues]
    return (*made, *_terms_apart(proposals))


def _kind(line: Line) -> str | None:
    """Return disagreement or open_question if the sentence states one on a relevant topic."""
    if line.is_question or not line.clauses or is_item(line):
        return None
    found = {cue.value for cue, _, _ in line.found("dispute")}
    if "resolved" in found:
        return None
    concerns = bool(line.found("measure")) or bool(line.named)
    if (concerns or len(line.text.split()) <= _SHORT) and (
        "disagreement" in found or any(_refuses(line, c) for c in line.clauses)
    ):
        return "disagreement"
    if _contrasts(line):
        return "disagreement"
    asks = line.clauses[0].mark in _ASKS and line.clauses[0].relation == "ROOT"
    undone = any(_not_agreed(line, clause) for clause in line.clauses)
    return "open_question" if "open_question" in found or asks or undone else None


def _refuses(line: Line, clause: Clause) -> bool:
    """Whether somebody refuses, doubts or threatens: by the verb, or a negated future."""
    verb = line.verb(clause)
    if (
        verb
        and (verb.sense in ("reject", "doubt") or clause.verb == "threaten")
        and not clause.passive
    ):
        return not clause.negated and clause.modal not in ("would", "could")
    wont = clause.negated and clause.modal in ("will", "would", "can", "could")
    heads = (line.cues.values("head", phrase.head) for phrase in clause.agents)
    bodies = any(kinds & {"organization", "group"} for kinds in heads)
    about = line.found("measure", clause.start, clause.end)
    acts = not clause.passive or line.verb(clause) is not None
    return bool(wont and acts and about and (line.named or bodies) and not numbered(line))


def _contrasts(line: Line) -> bool:
    """Whether two parties want different things in one sentence: `A demands …, but B insists …`."""
    wants = [c for c in line.clauses if (v := line.verb(c)) and v.sense in ("ask", "reject")]
    who = {line.text[p.start : p.end].lower() for c in wants for p in c.agents[:1]}
    return len(who) > 1 and re.search(r"\b(?:but|while|whereas|however)\b", line.text) is not None


def _not_agreed(line: Line, clause: Clause) -> bool:
    verb = line.verb(clause)
    return bool(verb and verb.sense in ("agree", "sign") and clause.negated and not clause.modal)


def _about(line: Line) -> str:
    """Return the topic of a sentence's dispute."""
    hits = [cue for cue, _, _ in line.found("measure")]
    weighty = max(hits, key=lambda cue: cue.weight, default=None)
    return _TOPICS.get(weighty.value, weighty.value) if weighty else ""


def _goes_on(issue: _Issue, line: Line, kind: str, about: str) -> bool:
    """Whether a sentence is about the same topic; for territory, at any distance."""
    near = line.sentence.number - issue.lines[-1].sentence.number
    if numbered(line) or (kind == "open_question" and near > 1):
        return False
    if near == 1 and len(issue.lines[-1].text.split()) <= _SHORT:
        return True
    if kind != issue.kind:
        return near == 1 and about == issue.about and about not in _VAGUE and bool(line.named)
    return about == issue.about and about not in _VAGUE and (near <= 2 * _FAR or about in _LASTING)


def _gather(document: Document, issue: _Issue) -> None:
    """Add neighbouring sentences that state a party's position on the issue."""
    if issue.kind != "disagreement" or issue.about in _VAGUE:
        return
    there = {line.sentence.number for line in issue.lines}
    for line in list(issue.lines):
        at = line.sentence.number - 1
        for other in document.lines[max(0, at - 1) : at + 2]:
            apart = other.sentence.number not in there and _about(other) == issue.about
            takes = any(
                ((v := other.verb(c)) and v.sense in _STANDS) or c.negated for c in other.clauses
            )
            if apart and takes and not other.is_question and any(_positions(document, other)):
                issue.lines.append(other)
                there.add(other.sentence.number)
    issue.lines.sort(key=lambda line: line.sentence.number)


def _dispute(document: Document, issue: _Issue, proposals: tuple[Proposal, ...]) -> Dispute:
    positions: dict[str, Position] = {}
    for line in issue.lines:
        for position in _positions(document, line):
            positions.setdefault(position.party, position)
    lines = list(issue.lines)
    if issue.kind == "disagreement" and issue.about not in _VAGUE:
        for line, position in _other_side(document, issue, proposals):
            if position.party not in positions:
                positions[position.party] = position
                lines += [line] if line not in lines else []
    return Dispute(
        issue=_wording(issue),
        kind=issue.kind,
        positions=tuple(positions.values()),
        evidence=tuple(line.citation for line in sorted(lines, key=lambda x: x.sentence.number)),
    )


def _other_side(
    document: Document, issue: _Issue, proposals: tuple[Proposal, ...]
) -> Iterator[tuple[Line, Position]]:
    """Yield who proposes, in a nearby sentence, what the issue's parties refuse."""
    first = issue.lines[0].sentence.number
    for proposal in proposals:
        number = proposal.evidence[0].sentence
        if (
            proposal.measure == issue.about
            and proposal.status != "rejected"
            and abs(number - first) <= 2 * _FAR
        ):
            line = document.lines[number - 1]
            for party in proposal.proposed_by[:1]:
                yield (
                    line,
                    Position(party=party, stance=f"{proposal.title}.", evidence=(line.citation,)),
                )


def _wording(issue: _Issue) -> str:
    """Return the issue in words: the open question, the refused measure, else the clause."""
    line = issue.lines[0]
    short = _short(line)
    if len(short.split()) >= _LEAST:
        return short
    whole = brief(line, _main(line), _ISSUE_WORDS, bare=False)
    return max(short, whole, clean(line.text).rstrip("."), key=_tells)


def _tells(words: str) -> tuple[bool, int]:
    """Return a sort key: wordings of a suitable length for an issue are greatest."""
    size = len(words.split())
    return _LEAST <= size <= _ISSUE_WORDS, -size


def _short(line: Line) -> str:
    asked = [
        c for c in line.clauses if c.mark in _ASKS and c.relation not in ("advcl", "relcl", "conj")
    ]
    if asked:
        words = brief(line, asked[0], _ISSUE_WORDS - 1)
        if words.lower().startswith(asked[0].mark):
            return words
        named = words.split()[0] in line.sentence.text
        return f"{asked[0].mark.capitalize()} {words if named else words[:1].lower() + words[1:]}"
    for clause in line.clauses:
        verb = line.verb(clause)
        if verb and verb.sense in ("reject", "doubt", "ask"):
            return title(line, clause, _ISSUE_WORDS, content=True)
    return brief(line, _main(line), _ISSUE_WORDS)


def _main(line: Line) -> Clause:
    """Return the clause with the content: the reported clause, else the main one."""
    contents = [c for c in line.clauses if c.relation in ("ccomp", "ROOT") and c.subjects]
    said = [c for c in contents if not ((v := line.verb(c)) and v.sense == "say")]
    return next(iter(said or contents), line.clauses[0])


def _positions(document: Document, line: Line) -> Iterator[Position]:
    """Yield each participant with a stance in the sentence, and its clause; refusals first."""
    for clause in sorted(line.clauses, key=lambda c: not _takes_a_stand(line, c)):
        verb = line.verb(clause)
        asked = any(
            c.mark in _ASKS and c.relation != "relcl" for c in (clause, *_above(line, clause))
        )
        contrasted = clause.relation == "advcl" and clause.mark in _AGAINST
        if any(a.relation == "advcl" for a in _above(line, clause)):
            continue
        if asked or (clause.relation in ("xcomp", "acl", "advcl", "pcomp") and not contrasted):
            continue
        if clause.relation == "relcl" and not _takes_a_stand(line, clause):
            continue
        if (verb and verb.sense in ("say", "meet")) or _is_demanded(line, clause):
            continue
        for party in (*document.who(line, *clause.agents), *_sayers(document, line, clause)):
            if not _is_source(line, party):
                stance = brief(line, clause, _STANCE_WORDS, bare=False)
                if clause.relation == "relcl" and any(
                    p.end <= clause.start for p in clause.objects
                ):
                    stance += " it"
                if len(stance.split()) >= _LEAST:
                    yield Position(party=party, stance=f"{stance}.", evidence=(line.citation,))
                break


def _takes_a_stand(line: Line, clause: Clause) -> bool:
    verb = line.verb(clause)
    return verb is not None and verb.sense in ("reject", "ask")


def _is_demanded(line: Line, clause: Clause) -> bool:
    """Whether a clause is the content of a demand: `Russia demands that Ukraine withdraw`."""
    above = line.parent(clause)
    verb = line.verb(above) if above is not None else None
    return verb is not None and verb.sense == "ask" and clause.relation == "ccomp"


def _above(line: Line, clause: Clause) -> Iterator[Clause]:
    """Yield the clauses that a clause is coordinated with."""
    while clause.relation in ("conj", "xcomp") and (above := line.parent(clause)) is not None:
        clause = above
        yield clause


def _sayers(document: Document, line: Line, clause: Clause) -> tuple[str, ...]:
    names = (document.who(line, *above.agents) for above in line.speakers(clause))
    return next((found for found in names if found), ())


def _is_source(line: Line, party: str) -> bool:
    return any(n.name == party and n.kind == "media" for n in line.named)


def _terms_apart(proposals: tuple[Proposal, ...]) -> Iterator[Dispute]:
    """Yield proposals of one measure that differ in size or duration."""
    seen: dict[tuple[str, str], tuple[str, tuple[Proposal, Term]]] = {}
    for proposal in proposals:
        for term in proposal.terms:
            value = normalize_term(term.what, term.value)
            key = (proposal.measure, term.what)
            if term.what not in _APART or value is None or proposal.measure not in _SIZED:
                continue
            known, first = seen.setdefault(key, (value, (proposal, term)))
            if known != value and first[0] is not proposal:
                yield Dispute(
                    issue=_APART[term.what],
                    positions=tuple(
                        Position(party=party, stance=_with_value(one, term), evidence=one.evidence)
                        for one, term in (first, (proposal, term))
                        for party in one.proposed_by[:1]
                    ),
                    evidence=tuple(dict.fromkeys((*first[0].evidence, *proposal.evidence))),
                )
                return


def _with_value(proposal: Proposal, term: Term) -> str:
    """Return the title of a proposal, with the value that differs."""
    value = "" if term.value in proposal.title else f": {term.value}"
    return f"{proposal.title}{value}."
