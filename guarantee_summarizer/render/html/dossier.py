"""Write the page of a dossier: its content on the left, the cited sentences on the right."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from itertools import groupby

from guarantee_summarizer.dossier import Dossier
from guarantee_summarizer.normalize.edtf import read_edtf
from guarantee_summarizer.render.dossiers.book import Cite
from guarantee_summarizer.render.dossiers.view import DossierView, dossier_view
from guarantee_summarizer.render.html.environment import fill, page, web_address
from guarantee_summarizer.render.html.page import language_of, sentences_of
from guarantee_summarizer.schema import ArticleRecord, Summary
from guarantee_summarizer.sentences import Sentence, readable
from guarantee_summarizer.text import looks_english

__all__ = ["CitedArticle", "dossier_cell", "dossier_page"]


@dataclass(frozen=True, slots=True)
class CitedSentence:
    """A sentence that entries on the page cite, and the codes of these entries."""

    cite: Cite
    sentence: Sentence
    codes: tuple[str, ...]

    @property
    def words(self) -> str:
        """The sentence without list marks and Markdown, unless nothing remains."""
        return readable(self.sentence.text)


@dataclass(frozen=True, slots=True)
class CitedArticle:
    """An article of a dossier, with its cited sentences; `address` is safe to link."""

    number: int
    summary: Summary
    sentences: tuple[CitedSentence, ...]
    new: bool

    @property
    def article(self) -> ArticleRecord | None:
        """Its metadata."""
        return self.summary.article

    @property
    def title(self) -> str:
        """Its own title, else the summary's headline."""
        title = self.article.title if self.article else None
        return title or self.summary.headline or "Without a title"

    @property
    def dated(self) -> bool:
        """Whether its date is known."""
        return bool(self.article and self.article.published)

    @property
    def address(self) -> str | None:
        """Its address, if it is safe to link."""
        return web_address(self.article.url) if self.article else None

    @property
    def language(self) -> str:
        """The tag of its language; empty if it is unknown."""
        return language_of(self.article)


def dossier_page(dossier: Dossier, since: date | str | None = None) -> str:
    """Write a dossier as one self-contained HTML page; see `to_html`.

    Raises:
        DossierError: `since` is not a day.
    """
    view = dossier_view(dossier, since)
    said = " ".join(summary.headline for summary in dossier.summaries[:20])
    return page(
        "dossier.html.jinja",
        styles=("style.css", "dossier.css"),
        view=view,
        articles=_articles(view),
        pictures=[list(some) for _, some in groupby(view.layers, lambda e: e.item.article)],
        spans={moment.date: _span(moment.date) for moment in dossier.timeline()},
        wording="en" if looks_english(said) else "",
    )


def dossier_cell(dossier: Dossier) -> str:
    """Write a dossier for the cell of a notebook: compact, without script and ids."""
    return fill("dossier_notebook.html.jinja", view=dossier_view(dossier))


def _span(edtf: str | None) -> str:
    """Return a readable time; if it cannot be parsed, the same text."""
    read = read_edtf(edtf) if edtf else None
    return read.text if read else edtf or "without a date"


def _articles(view: DossierView) -> tuple[CitedArticle, ...]:
    cited: dict[int, dict[int, tuple[str, ...]]] = {}
    for cite, codes in view.book.resting.items():
        cited.setdefault(cite.article, {})[cite.sentence] = tuple(codes)
    return tuple(
        CitedArticle(
            number,
            summary,
            tuple(_sentences(number, summary, cited.get(number, {}))),
            view.book.is_new(summary.article.published if summary.article else None),
        )
        for number, summary in enumerate(view.book.summaries.values(), 1)
    )


def _sentences(
    number: int, summary: Summary, cited: dict[int, tuple[str, ...]]
) -> Iterator[CitedSentence]:
    for sentence in sentences_of(summary):
        if sentence.number in cited:
            yield CitedSentence(Cite(number, sentence.number), sentence, cited[sentence.number])
