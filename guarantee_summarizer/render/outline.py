"""The outline of a summary: what is shown, in order; terminal and Markdown render it."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from guarantee_summarizer.plain import is_invisible
from guarantee_summarizer.schema import (
    Citation,
    ClaimPath,
    Layer,
    Participant,
    Proposal,
    Summary,
    Term,
    Withheld,
)

__all__ = ["Outline", "OutlineEntry", "OutlineSection", "outline", "printable"]

_KEPT = "\n\t\u200c\u200d"  # line ends; joiners that some scripts are spelled with


def printable(text: str) -> str:
    r"""Return the text without control and direction characters (escape sequences, bidi overrides).

    >>> printable("a\x1b[31mb\u202ec")
    'a[31mbc'
    """
    if text.isascii() and text.isprintable():
        return text
    return "".join(
        c for c in text if c in _KEPT or not (is_invisible(c) or unicodedata.category(c) == "Cc")
    )


@dataclass(frozen=True, slots=True)
class OutlineEntry:
    """Describe one claim: what it says, labels, further facts, and the sentences that say it.

    `depth` is the rank of a layer, 0 for everything else.
    """

    text: str
    labels: tuple[str, ...] = ()
    facts: tuple[tuple[str, str], ...] = ()
    citations: tuple[Citation, ...] = ()
    depth: int = 0


@dataclass(frozen=True, slots=True)
class OutlineSection:
    """Group claims of one kind under their heading."""

    title: str
    entries: tuple[OutlineEntry, ...]


@dataclass(frozen=True, slots=True)
class Outline:
    """Describe a summary as it is shown: sections without claims are left out."""

    title: str
    subtitle: str
    abstract: str
    warnings: tuple[str, ...]
    sections: tuple[OutlineSection, ...]
    colophon: str


def outline(summary: Summary) -> Outline:
    """Describe a summary for the renderers."""
    sections = (
        OutlineSection("Layers of the guarantee", tuple(_layers(summary))),
        OutlineSection("Proposals", tuple(map(_proposal, summary.proposals))),
        OutlineSection("Disputes", tuple(_disputes(summary))),
        OutlineSection("Events", tuple(_events(summary))),
        OutlineSection("Participants", tuple(map(_participant, summary.participants))),
        OutlineSection("Withheld: not supported by the article", tuple(_withheld(summary))),
    )
    return Outline(
        title=summary.headline or "(no headline)",
        subtitle=_subtitle(summary),
        abstract=summary.abstract,
        warnings=tuple(_warnings(summary)),
        sections=tuple(s for s in sections if s.entries),
        colophon=_colophon(summary),
    )


def _subtitle(summary: Summary) -> str:
    article = summary.article
    if article is None:
        return ""
    day = article.published.isoformat() if article.published else None
    return " · ".join(filter(None, (article.title, article.outlet, day, article.url)))


def _warnings(summary: Summary) -> Iterator[str]:
    if not summary.relevant:
        yield "This text is not about a security guarantee."
    for lost in summary.incomplete:
        yield f"Incomplete: {lost}."
    for finding in summary.findings:
        if finding.severity == "warning":
            yield f"{finding.path}: {finding.message}."


def _words(value: str) -> str:
    return value.replace("_", " ")


def _facts(**facts: str | None) -> tuple[tuple[str, str], ...]:
    return tuple((name.replace("_", " "), value) for name, value in facts.items() if value)


def _names(names: Iterable[str]) -> str:
    return ", ".join(names)


def _term(term: Term) -> str:
    normal = f" = {term.normalized}" if term.normalized else ""
    return f"{term.value} ({_words(term.what)}{normal})"


def _layers(summary: Summary) -> Iterator[OutlineEntry]:
    for layer in summary.structure.layers:
        yield _layer(layer)
    structure = summary.structure
    facts = _facts(
        legal_form=None if structure.legal_form == "unclear" else _words(structure.legal_form),
        duration=_term(structure.duration) if structure.duration else None,
        precondition=structure.precondition,
        attribution=structure.attribution,
    )
    if facts:
        yield OutlineEntry("All layers", (), facts, structure.evidence)


def _layer(layer: Layer) -> OutlineEntry:
    return OutlineEntry(
        layer.name,
        (_words(layer.function), _words(layer.status)),
        _facts(providers=_names(layer.providers), where=layer.location, triggered_by=layer.trigger),
        layer.evidence,
        depth=layer.rank or 0,
    )


def _proposal(proposal: Proposal) -> OutlineEntry:
    return OutlineEntry(
        proposal.title,
        (_words(proposal.measure), _words(proposal.status)),
        _facts(
            by=_names(proposal.proposed_by),
            to=_names(proposal.recipients),
            on_condition=proposal.condition,
            terms="; ".join(map(_term, proposal.terms)),
            says=proposal.attribution,
        ),
        proposal.evidence,
    )


def _disputes(summary: Summary) -> Iterator[OutlineEntry]:
    for dispute in summary.disputes:
        positions = tuple((p.party, p.stance) for p in dispute.positions)
        labels = (_words(dispute.kind), dispute.status)
        yield OutlineEntry(dispute.issue, labels, positions, dispute.evidence)


def _events(summary: Summary) -> Iterator[OutlineEntry]:
    for event in summary.events:
        when = f"{event.when} = {event.date}" if event.when and event.date else event.when
        facts = _facts(when=when, where=event.where, participants=_names(event.participants))
        yield OutlineEntry(event.what, (event.status,), facts, event.evidence)


def _participant(participant: Participant) -> OutlineEntry:
    office = _names(filter(None, (participant.title, participant.affiliation)))
    numbers = ", ".join(str(c.sentence) for c in participant.evidence)
    facts = _facts(
        office=office,
        also=_names(participant.aliases),
        country=participant.country,
        sentences=numbers,
    )
    return OutlineEntry(participant.name, (participant.kind, participant.role), facts)


def _withheld(summary: Summary) -> Iterator[OutlineEntry]:
    for withheld in summary.withheld:
        reasons = tuple(("why", finding.message) for finding in withheld.findings)
        yield OutlineEntry(_title(withheld), (withheld.path,), reasons)


def _title(withheld: Withheld) -> str:
    """What a withheld claim says in short: people may have written anything there."""
    path, claim = ClaimPath.parse(withheld.path), withheld.claim
    if isinstance(claim, dict) and path and path.kind and claim.get(path.kind.title):
        return str(claim[path.kind.title])
    return claim if isinstance(claim, str) else str(claim)[:120]


def _colophon(summary: Summary) -> str:
    provenance, usage = summary.provenance, summary.usage
    if provenance is None:
        return str(summary.support)
    author = (
        "embedded extractor" if provenance.backend == "embedded" else f"model {provenance.model}"
    )
    cost = ""
    if usage and provenance.backend == "llm":
        cost = f", {usage.input_tokens:,} + {usage.output_tokens:,} tokens in {usage.attempts} attempts"
    return f"{summary.support} · {author}{cost}, guarantee-summarizer {provenance.library_version}, {provenance.created:%Y-%m-%d %H:%M} UTC"
