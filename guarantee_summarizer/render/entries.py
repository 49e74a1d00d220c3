"""Make the entries of an outline: the description of each claim of a summary."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from guarantee_summarizer.schema import (
    Citation,
    ClaimPath,
    Event,
    Finding,
    GuaranteeStructure,
    Layer,
    Participant,
    Proposal,
    Summary,
    Term,
    Withheld,
)

__all__ = [
    "OutlineEntry",
    "OutlineFact",
    "claim_id",
    "disputes",
    "events",
    "layers",
    "participants",
    "proposals",
    "withheld",
]


def claim_id(path: str) -> str:
    """Return the stable id of a claim, or of a sub-item, for anchors.

    >>> claim_id("proposals[2].terms[0]")
    'claim-proposals-2-terms-0'
    """
    return "-".join(["claim", *re.findall(r"[A-Za-z0-9]+", path)])


@dataclass(frozen=True, slots=True)
class OutlineFact:
    """Describe one more fact about a claim, on one line.

    Attributes:
        name: its kind (`by`, `terms`), or the party of a position.
        value: its text; with `parts`, all of them on one line.
        path: the path of a term, a position or a time in the summary.
        normalized: ISO 8601, EDTF or a number with its unit, for a term or a time.
        citations: the sentences that it cites itself.
        parts: the parts of `value`: terms, a time with its date.
    """

    name: str
    value: str
    path: str = ""
    normalized: str = ""
    citations: tuple[Citation, ...] = ()
    parts: tuple[OutlineFact, ...] = ()


@dataclass(frozen=True, slots=True)
class OutlineEntry:
    """Describe one claim: text, labels, further facts, and its sentences.

    Attributes:
        text: its title.
        labels: its enumerated values.
        facts: its further facts.
        citations: the sentences to quote below it.
        depth: the rank of a layer, 0 for other claims.
        path: its path in the summary, `withheld[0]` for a withheld claim.
        code: a short readable name, such as `P3` for the third proposal.
        description: one sentence, if it adds something to `text`.
        date: the date of an event, EDTF.
        findings: warnings about it or a sub-item.
        given: a withheld claim as it was written, JSON.
    """

    text: str
    labels: tuple[str, ...] = ()
    facts: tuple[OutlineFact, ...] = ()
    citations: tuple[Citation, ...] = ()
    depth: int = 0
    path: str = ""
    code: str = ""
    description: str = ""
    date: str = ""
    findings: tuple[Finding, ...] = ()
    given: str = ""

    @property
    def sentences(self) -> tuple[int, ...]:
        """The numbers of all sentences that it cites, including those of its sub-items."""
        parts = [part for fact in self.facts for part in (fact, *fact.parts)]
        cited = (*self.citations, *(c for part in parts for c in part.citations))
        return tuple(sorted({citation.sentence for citation in cited}))


def _words(value: str) -> str:
    return value.replace("_", " ")


def _facts(**facts: str | None) -> tuple[OutlineFact, ...]:
    return tuple(OutlineFact(_words(name), value) for name, value in facts.items() if value)


def _names(names: Iterable[str]) -> str:
    return ", ".join(names)


def _terms(name: str, terms: Iterable[tuple[str, Term]]) -> tuple[OutlineFact, ...]:
    """Return one fact with all terms as its parts, from pairs of path and term; none without."""
    parts = tuple(
        OutlineFact(_words(t.what), t.value, path, t.normalized or "", t.evidence)
        for path, t in terms
    )
    value = "; ".join(map(_term, parts))
    return (OutlineFact(name, value, parts=parts),) if parts else ()


def _term(term: OutlineFact) -> str:
    normal = f" = {term.normalized}" if term.normalized else ""
    return f"{term.value} ({term.name}{normal})"


def layers(summary: Summary) -> Iterator[OutlineEntry]:
    """Describe the layers, then the guarantee as a whole."""
    structure = summary.structure
    for i, layer in enumerate(structure.layers):
        yield _layer(layer, f"structure.layers[{i}]")
    if facts := _whole(structure):
        yield OutlineEntry("All layers", (), facts, structure.evidence, path="structure")


def _whole(structure: GuaranteeStructure) -> tuple[OutlineFact, ...]:
    """Return the entry for all layers together."""
    form = None if structure.legal_form == "unclear" else _words(structure.legal_form)
    duration = [("structure.duration", structure.duration)] if structure.duration else []
    return (
        *_facts(legal_form=form),
        *_terms("duration", duration),
        *_facts(precondition=structure.precondition, attribution=structure.attribution),
    )


def _layer(layer: Layer, path: str) -> OutlineEntry:
    return OutlineEntry(
        layer.name,
        (_words(layer.function), _words(layer.status)),
        _facts(providers=_names(layer.providers), where=layer.location, triggered_by=layer.trigger),
        layer.evidence,
        depth=layer.rank or 0,
        path=path,
        description=layer.description,
    )


def proposals(summary: Summary) -> Iterator[OutlineEntry]:
    """Describe the proposals."""
    for i, proposal in enumerate(summary.proposals):
        yield _proposal(proposal, f"proposals[{i}]")


def _proposal(proposal: Proposal, path: str) -> OutlineEntry:
    return OutlineEntry(
        proposal.title,
        (_words(proposal.measure), _words(proposal.status)),
        (
            *_facts(
                by=_names(proposal.proposed_by),
                to=_names(proposal.recipients),
                on_condition=proposal.condition,
            ),
            *_terms("terms", ((f"{path}.terms[{j}]", t) for j, t in enumerate(proposal.terms))),
            *_facts(says=proposal.attribution),
        ),
        proposal.evidence,
        path=path,
        description=proposal.description,
    )


def disputes(summary: Summary) -> Iterator[OutlineEntry]:
    """Describe the disputes, each with its positions as facts."""
    for i, dispute in enumerate(summary.disputes):
        path = f"disputes[{i}]"
        positions = tuple(
            OutlineFact(p.party, p.stance, f"{path}.positions[{j}]", citations=p.evidence)
            for j, p in enumerate(dispute.positions)
        )
        labels = (_words(dispute.kind), dispute.status)
        yield OutlineEntry(dispute.issue, labels, positions, dispute.evidence, path=path)


def events(summary: Summary) -> Iterator[OutlineEntry]:
    """Describe the events."""
    for i, event in enumerate(summary.events):
        path = f"events[{i}]"
        yield OutlineEntry(
            event.what,
            (event.status,),
            (
                *_when(event, f"{path}.when"),
                *_facts(where=event.where, participants=_names(event.participants)),
            ),
            event.evidence,
            path=path,
            date=event.date or "",
        )


def _when(event: Event, path: str) -> tuple[OutlineFact, ...]:
    """Return the words for the time of an event, with the date as one part."""
    if not (event.when and event.date):
        return _facts(when=event.when)
    part = OutlineFact("", event.when, path, event.date)
    return (OutlineFact("when", f"{event.when} = {event.date}", parts=(part,)),)


def participants(summary: Summary) -> Iterator[OutlineEntry]:
    """Describe the participants."""
    for i, participant in enumerate(summary.participants):
        yield _participant(participant, f"participants[{i}]")


def _participant(participant: Participant, path: str) -> OutlineEntry:
    office = _names(filter(None, (participant.title, participant.affiliation)))
    numbers = ", ".join(str(c.sentence) for c in participant.evidence)
    facts = _facts(office=office, also=_names(participant.aliases), country=participant.country)
    if numbers:  # the sentences are named, not quoted: there are many
        facts += (OutlineFact("sentences", numbers, citations=participant.evidence),)
    return OutlineEntry(participant.name, (participant.kind, participant.role), facts, path=path)


def withheld(summary: Summary) -> Iterator[OutlineEntry]:
    """Describe the withheld claims, with the reasons."""
    for i, claim in enumerate(summary.withheld):
        reasons = tuple(OutlineFact("why", finding.message) for finding in claim.findings)
        given = json.dumps(claim.claim, ensure_ascii=False, indent=1, default=str)
        yield OutlineEntry(
            _title(claim), (claim.path,), reasons, path=f"withheld[{i}]", given=given
        )


def _title(withheld: Withheld) -> str:
    """Return a short text of a withheld claim, which may have any content."""
    path, claim = ClaimPath.parse(withheld.path), withheld.claim
    if isinstance(claim, dict) and path and path.kind and claim.get(path.kind.title):
        return str(claim[path.kind.title])
    return claim if isinstance(claim, str) else str(claim)[:120]
