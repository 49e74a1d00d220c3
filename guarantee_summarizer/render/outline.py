"""Outline a summary: the sections that terminal, Markdown and pages render, in order."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import date
from typing import TYPE_CHECKING

from guarantee_summarizer.errors import ConfigurationError
from guarantee_summarizer.render.dossiers import is_dossier
from guarantee_summarizer.render.entries import (
    OutlineEntry,
    OutlineFact,
    disputes,
    events,
    layers,
    participants,
    proposals,
    withheld,
)
from guarantee_summarizer.schema import ClaimPath, Finding, Summary
from guarantee_summarizer.text import printable

if TYPE_CHECKING:
    from guarantee_summarizer.dossier import Dossier

__all__ = [
    "Outline",
    "OutlineEntry",
    "OutlineFact",
    "OutlineSection",
    "outline",
]


@dataclass(frozen=True, slots=True)
class OutlineSection:
    """Group claims of one kind under their heading; `name` is the kind: `layers`, `withheld`."""

    name: str
    title: str
    entries: tuple[OutlineEntry, ...]


@dataclass(frozen=True, slots=True)
class Outline:
    """Describe a summary for rendering; sections without claims are left out.

    `warnings` are `notes` (on the whole summary) and the warnings of checks; `findings` are those
    without an entry: on the headline, the abstract, or no claim at all.
    """

    title: str
    subtitle: str
    abstract: str
    warnings: tuple[str, ...]
    sections: tuple[OutlineSection, ...]
    support: str
    origin: str
    notes: tuple[str, ...] = ()
    findings: tuple[Finding, ...] = ()

    @property
    def colophon(self) -> str:
        """Support and origin of the summary, on one line."""
        return " · ".join(filter(None, (self.support, self.origin)))


def outline(given: Summary | Dossier, *, since: date | str | None = None) -> Outline:
    """Describe a summary or a dossier for the renderers; `since` is for dossiers.

    Raises:
        ConfigurationError: it is neither; `since` with a summary.
        DossierError: `since` is not a day.
    """
    if is_dossier(given):
        from guarantee_summarizer.render.dossiers.outline import dossier_outline  # noqa: PLC0415

        return dossier_outline(given, since)
    if since is not None:
        raise ConfigurationError("since is for dossiers; make one with Dossier(summaries)")
    if not isinstance(given, Summary):
        raise ConfigurationError(f"this shows a summary or a dossier, not {type(given).__name__}")
    return _summary_outline(given)


def _summary_outline(summary: Summary) -> Outline:
    sections = (
        OutlineSection("layers", "Layers of the guarantee", tuple(layers(summary))),
        OutlineSection("proposals", "Proposals", tuple(proposals(summary))),
        OutlineSection("disputes", "Disputes", tuple(disputes(summary))),
        OutlineSection("events", "Events", tuple(events(summary))),
        OutlineSection("participants", "Participants", tuple(participants(summary))),
        OutlineSection(
            "withheld", "Withheld: not supported by the article", tuple(withheld(summary))
        ),
    )
    found, rest = _by_claim(summary, {e.path for section in sections for e in section.entries})
    return Outline(
        title=summary.headline if printable(summary.headline).strip() else "(no headline)",
        subtitle=_subtitle(summary),
        abstract=summary.abstract,
        warnings=tuple(_warnings(summary)),
        sections=tuple(_finished(section, found) for section in sections if section.entries),
        support=str(summary.support),
        origin=_origin(summary),
        notes=tuple(_notes(summary)),
        findings=rest,
    )


def _by_claim(
    summary: Summary, paths: set[str]
) -> tuple[dict[str, tuple[Finding, ...]], tuple[Finding, ...]]:
    """Return the warnings of each entry, and the rest; withheld claims have their reasons."""
    shown = {finding for claim in summary.withheld for finding in claim.findings}
    found: dict[str, tuple[Finding, ...]] = defaultdict(tuple)
    rest: list[Finding] = []
    for finding in dict.fromkeys(summary.findings):
        path = ClaimPath.parse(finding.path)
        place = str(path.item).removesuffix(".duration") if path else ""
        if place in paths and finding.severity == "warning":
            found[place] += (finding,)
        elif finding not in shown:
            rest.append(finding)
    return found, tuple(rest)


def _finished(section: OutlineSection, found: dict[str, tuple[Finding, ...]]) -> OutlineSection:
    """Return the section with the codes of its entries and the warnings about them."""
    letter = _LETTERS[section.name]
    entries = (
        replace(entry, code=f"{letter}{n}", findings=found.get(entry.path, ()))
        for n, entry in enumerate(section.entries, 1)
    )
    return replace(section, entries=tuple(entries))


_LETTERS = {
    "layers": "L",
    "proposals": "P",
    "disputes": "D",
    "events": "E",
    "participants": "A",  # actors
    "withheld": "W",
}


def _subtitle(summary: Summary) -> str:
    article = summary.article
    if article is None:
        return ""
    day = article.published.isoformat() if article.published else None
    return " · ".join(filter(None, (article.title, article.outlet, day, article.url)))


def _notes(summary: Summary) -> Iterator[str]:
    if not summary.relevant:
        yield "This text is not about a security guarantee."
    for lost in summary.incomplete:
        yield f"Incomplete: {lost}."
    for warning in summary.article.warnings if summary.article else ():
        yield f"Of the input: {warning}."


def _warnings(summary: Summary) -> Iterator[str]:
    yield from _notes(summary)
    for finding in summary.findings:
        if finding.severity == "warning":
            yield f"{finding.path}: {finding.message}."


def _origin(summary: Summary) -> str:
    """Return model, cost, version and time of the summary on one line."""
    provenance, usage = summary.provenance, summary.usage
    if provenance is None:
        return ""
    author = (
        "embedded extractor" if provenance.backend == "embedded" else f"model {provenance.model}"
    )
    cost = ""
    if usage and provenance.backend == "llm":
        cost = f", {usage.input_tokens:,} + {usage.output_tokens:,} tokens in {usage.attempts} attempts"
    return f"{author}{cost}, guarantee-summarizer {provenance.library_version}, {provenance.created:%Y-%m-%d %H:%M} UTC"
