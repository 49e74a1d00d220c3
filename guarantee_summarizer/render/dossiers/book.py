"""Number the articles of a dossier, and find the sentences that its reports cite."""

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
    """A sentence of an article: `label` for readers (`3.14`), `id` for links."""

    article: int
    sentence: int

    @property
    def label(self) -> str:
        """Article and sentence."""
        return f"{self.article}.{self.sentence}"

    @property
    def id(self) -> str:
        """Its anchor on a page."""
        return f"s{self.article}-{self.sentence}"


@dataclass(frozen=True, slots=True)
class Line:
    """One report of something: its source, its day, its sentences.

    Attributes:
        report: the report in the dossier.
        who: its source, and the outlet that quotes it, if they differ.
        when: its day, or `undated`.
        cites: its sentences.
        quotes: their words; complete sentences if the article is stored.
        new: whether it is from the requested day (`since`) or later.
    """

    report: Any
    who: str
    when: str
    cites: tuple[Cite, ...]
    quotes: tuple[str, ...]
    new: bool


@dataclass(frozen=True, slots=True)
class Entry:
    """One item of a dossier, with its reports.

    Attributes:
        code: a short readable name, such as `T3` for the third thread.
        item: the item in the dossier.
        lines: its reports.
        new: whether it is from the requested day (`since`) or later.
        more: further data of this kind of entry: sides, values, threads.
    """

    code: str
    item: Any
    lines: tuple[Line, ...] = ()
    new: bool = False
    more: Any = None

    @property
    def id(self) -> str:
        """Its anchor on a page."""
        return self.code.lower()

    @property
    def cites(self) -> tuple[Cite, ...]:
        """Sentences of all its reports, each once."""
        return tuple(dict.fromkeys(cite for line in self.lines for cite in line.cites))

    @property
    def warnings(self) -> tuple[str, ...]:
        """Warnings of verification about the item's reports that none of its lines shows."""
        shown = {warning for line in self.lines for warning in line.report.warnings}
        said = (w for report in getattr(self.item, "reports", ()) for w in report.warnings)
        return tuple(dict.fromkeys(warning for warning in said if warning not in shown))


class Book:
    """The articles of a dossier by number, and the entries that cite each of their sentences."""

    def __init__(self, dossier: Dossier, since: date | None) -> None:
        self.summaries: dict[str, Summary] = {Given(s).id: s for s in dossier.summaries}
        self.resting: dict[Cite, dict[str, None]] = defaultdict(dict)
        self._numbers = {name: n for n, name in enumerate(self.summaries, 1)}
        self._since = since
        self._words: dict[str, dict[int, str]] = {}

    def line(self, report: Report, evidence: Iterable[Citation] | None = None) -> Line:
        """Return a report as a line; `evidence` may be a narrower choice of its sentences."""
        cited = tuple(report.evidence if evidence is None else evidence)
        number = self._numbers[report.article]
        cites = dict.fromkeys(Cite(number, citation.sentence) for citation in cited)
        for cite in cites:
            self.resting[cite]  # cited, whether or not by an entry
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
        """Return an entry, and record that it cites the sentences of its lines."""
        entry = Entry(code, item, tuple(lines), new, more)
        for cite in entry.cites:
            self.resting[cite][code] = None
        return entry

    def is_new(self, day: date | None) -> bool:
        """Return whether a day is the requested day (`since`) or later."""
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
