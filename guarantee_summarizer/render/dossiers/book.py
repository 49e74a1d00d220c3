"""Number the articles of a dossier, and find the sentences that its reports rest on."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from typing import Any

from guarantee_summarizer.dossier import Dossier, Report
from guarantee_summarizer.dossier.reports import Given
from guarantee_summarizer.schema import Citation, Summary
from guarantee_summarizer.sentences import readable

__all__ = ["Book", "Cite", "Entry", "Line"]


@dataclass(frozen=True, slots=True)
class Cite:
    """A sentence of an article: `label` for people (`3.14`), `id` for links."""

    article: int
    sentence: int

    @property
    def label(self) -> str:
        """Article and sentence."""
        return f"{self.article}.{self.sentence}"

    @property
    def id(self) -> str:
        """Where it is on a page."""
        return f"s{self.article}-{self.sentence}"


@dataclass(frozen=True, slots=True)
class Line:
    """One report of something: who says so, when, in which sentences.

    Attributes:
        report: it, in the dossier.
        who: its source; with the outlet that quotes it, if that is another one.
        when: its day, or `undated`.
        cites: its sentences.
        quotes: their words: the whole sentences where the article is stored.
        new: whether it is from the day on since which changes are asked for.
    """

    report: Any
    who: str
    when: str
    cites: tuple[Cite, ...]
    quotes: tuple[str, ...]
    new: bool


@dataclass(frozen=True, slots=True)
class Entry:
    """One item of a dossier, with the reports that say it.

    Attributes:
        code: a short name for people, such as `T3` for the third thread.
        item: it, in the dossier.
        lines: its reports.
        new: whether it is from the day on since which changes are asked for.
        more: what the kind of entry needs besides: sides, values, threads.
    """

    code: str
    item: Any
    lines: tuple[Line, ...] = ()
    new: bool = False
    more: Any = None

    @property
    def id(self) -> str:
        """Where it is on a page."""
        return self.code.lower()

    @property
    def cites(self) -> tuple[Cite, ...]:
        """The sentences of all its reports, each once."""
        return tuple(dict.fromkeys(cite for line in self.lines for cite in line.cites))

    @property
    def warnings(self) -> tuple[str, ...]:
        """What verification said of the reports of the item that none of its lines shows."""
        told = {warning for line in self.lines for warning in line.report.warnings}
        said = (w for report in getattr(self.item, "reports", ()) for w in report.warnings)
        return tuple(dict.fromkeys(warning for warning in said if warning not in told))


class Book:
    """The articles of a dossier by number, and what rests on each of their sentences."""

    def __init__(self, dossier: Dossier, since: date | None) -> None:
        self.summaries: dict[str, Summary] = {Given(s).id: s for s in dossier.summaries}
        self.resting: dict[Cite, dict[str, None]] = defaultdict(dict)
        self._numbers = {name: n for n, name in enumerate(self.summaries, 1)}
        self._since = since
        self._words: dict[str, dict[int, str]] = {}

    def line(self, report: Report, evidence: Iterable[Citation] | None = None) -> Line:
        """Return a report as a line; `evidence` is narrower than its own, where that is known."""
        cited = tuple(report.evidence if evidence is None else evidence)
        number = self._numbers[report.article]
        cites = dict.fromkeys(Cite(number, citation.sentence) for citation in cited)
        for cite in cites:
            self.resting[cite]  # is cited, whether or not an entry rests on it
        return Line(
            report=report,
            who=self._who(report),
            when=str(report.published or "undated"),
            cites=tuple(cites),
            quotes=tuple(dict.fromkeys(self._sentence(report.article, c) for c in cited)),
            new=self.is_new(report.published),
        )

    def entry(
        self, code: str, item: Any, lines: Iterable[Line], more: Any = None, *, new: bool = False
    ) -> Entry:
        """Return an entry, and note that it rests on the sentences of its lines."""
        entry = Entry(code, item, tuple(lines), new, more)
        for cite in entry.cites:
            self.resting[cite][code] = None
        return entry

    def is_new(self, day: date | None) -> bool:
        """Tell whether a day is one since which changes are asked for."""
        return bool(self._since and day and day >= self._since)

    def _sentence(self, name: str, citation: Citation) -> str:
        if name not in self._words:
            article = self.summaries[name].article
            stored = article.sentences if article else ()
            self._words[name] = {sentence.number: sentence.text for sentence in stored}
        text = self._words[name].get(citation.sentence, citation.quote)
        return readable(text)

    def _who(self, report: Report) -> str:
        if report.source and report.source != report.outlet:
            return f"{report.source}, quoted by {report.outlet or 'an outlet without a name'}"
        return report.outlet or f"article {self._numbers[report.article]}"
