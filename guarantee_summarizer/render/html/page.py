"""Write the page of one or several summaries: claims on the left, the article on the right."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING

from guarantee_summarizer.corpus.results import Failure
from guarantee_summarizer.errors import ConfigurationError
from guarantee_summarizer.render.dossiers import is_dossier
from guarantee_summarizer.render.html.environment import page, web_address
from guarantee_summarizer.render.html.ladder import Drawing, ladder, parts_beside
from guarantee_summarizer.render.html.timeline import Timeline, timeline
from guarantee_summarizer.render.outline import Outline, OutlineEntry, outline
from guarantee_summarizer.schema import ArticleRecord, Citation, Summary, Support
from guarantee_summarizer.sentences import Sentence, readable
from guarantee_summarizer.text import looks_english

if TYPE_CHECKING:
    from guarantee_summarizer.dossier import Dossier

__all__ = ["Passage", "View", "language_of", "sentences_of", "to_html", "view"]

_LANGUAGE = re.compile(r"[A-Za-z]{2,8}(?:-[A-Za-z0-9]{1,8})*")  # BCP 47


@dataclass(frozen=True, slots=True)
class Passage:
    """A sentence of the article on a page.

    Attributes:
        sentence: its number and words; only the cited words if the article is not stored.
        claims: the entries that cite it.
        uncited: whether no claim cites it.
        apart: whether a paragraph may begin with it.
    """

    sentence: Sentence
    claims: tuple[OutlineEntry, ...]
    uncited: bool
    apart: bool

    @property
    def words(self) -> str:
        """The sentence without list marks and Markdown, unless nothing remains."""
        return readable(self.sentence.text)


@dataclass(frozen=True, slots=True)
class View:
    """The content of a page for one summary.

    `prefix` begins every id, to keep the ids of several summaries distinct; `address` is the
    article's, if it is safe to link; `wording` is the tag of the summary's
    language, empty if it is not English.
    """

    prefix: str
    outline: Outline
    support: Support
    article: ArticleRecord | None
    address: str | None
    wording: str
    passages: tuple[Passage, ...]
    timeline: Timeline
    ladder: Drawing | None
    beside: Drawing | None

    @property
    def language(self) -> str:
        """The tag of the article's language; empty if it is unknown."""
        return language_of(self.article)


def language_of(article: ArticleRecord | None) -> str:
    """Return the tag of an article's language; empty if it is unknown."""
    tag = (article and article.language) or ""
    return tag if _LANGUAGE.fullmatch(tag) else ""


def to_html(
    summaries: Summary | Dossier | Iterable[Summary | Failure], *, since: date | str | None = None
) -> str:
    """Write one self-contained HTML page: each claim beside its sentences.

    The page of a dossier begins with contradictions and changes, both sides beside each other;
    then follow threads, the timeline, the matrix of actors and measures, layers, disputes and
    actors. It contains the cited sentences of the articles.

    The page loads nothing and works without script. Its Content-Security-Policy allows only its own
    script; text of the article or of a model cannot add markup. The same summaries produce the
    same page, byte for byte.

    Args:
        summaries: one summary, or several, one after another; a failure among them, as
            `Summarizer.map` yields it, becomes a line with the reason; or a dossier.
        since: for a dossier: begin with the changes from this day on, and mark what is new; a date,
            or ISO 8601 (`2026-01-06`).

    Raises:
        ConfigurationError: an item is none of these; `since` without a dossier.
        DossierError: `since` is not a day.

    >>> page = to_html(Summary(relevant=False, headline="Rain <b>in</b> May"))
    >>> "Rain &lt;b&gt;in&lt;/b&gt; May" in page
    True
    """
    if is_dossier(summaries):
        from guarantee_summarizer.render.html.dossier import dossier_page  # noqa: PLC0415

        return dossier_page(summaries, since)
    if since is not None:
        raise ConfigurationError("since is for dossiers; make one with Dossier(summaries)")
    if isinstance(summaries, Summary) or not isinstance(summaries, Iterable):
        summaries = [summaries]
    items = list(summaries)
    for item in items:
        if not isinstance(item, Summary | Failure):
            raise ConfigurationError(
                f"to_html takes a summary or several, failures, or a dossier; not {type(item).__name__}"
            )
    if len(items) == 1 and isinstance(items[0], Summary):
        return page("summary.html.jinja", view=view(items[0]))
    views = [
        view(item, f"n{n}-") if isinstance(item, Summary) else str(item)
        for n, item in enumerate(items, 1)
    ]
    return page("summaries.html.jinja", views=views)


def view(summary: Summary, prefix: str = "") -> View:
    """Prepare a summary for a page; `prefix` begins its ids."""
    shown, support, article = outline(summary), summary.support, summary.article
    layers = next((section for section in shown.sections if section.name == "layers"), None)
    return View(
        prefix=prefix,
        outline=shown,
        support=support,
        article=article,
        address=web_address(article.url) if article else None,
        wording="en" if looks_english(f"{shown.title} {shown.abstract}") else "",
        passages=_passages(sentences_of(summary), shown, support),
        timeline=timeline(shown, article.published if article else None),
        ladder=ladder(layers) if layers else None,
        beside=parts_beside(layers) if layers else None,
    )


def _passages(
    sentences: Sequence[Sentence], shown: Outline, support: Support
) -> tuple[Passage, ...]:
    resting = defaultdict[int, list[OutlineEntry]](list)
    for entry in (entry for section in shown.sections for entry in section.entries):
        for number in entry.sentences:
            resting[number].append(entry)
    uncited = frozenset(support.uncited)
    ends = [0, *(s.end for s in sentences)]
    return tuple(
        Passage(s, tuple(resting[s.number]), s.number in uncited, apart=s.start > end + 1)
        for s, end in zip(sentences, ends, strict=False)
    )


def sentences_of(summary: Summary) -> list[Sentence]:
    """Return the article's sentences; if they are not stored, the words that claims quote."""
    stored = summary.article.sentences if summary.article else ()
    by_number = {sentence.number: sentence for sentence in stored}
    quoted = defaultdict[int, set[Citation]](set)
    for citation in summary.citations():
        if citation.sentence not in by_number:
            quoted[citation.sentence].add(citation)
    for number, citations in quoted.items():
        inorder = sorted(citations, key=lambda citation: (citation.start, -citation.end))
        text = " … ".join(dict.fromkeys(citation.quote for citation in inorder))
        by_number[number] = Sentence(number, inorder[0].start, inorder[-1].end, text)
    return [by_number[number] for number in sorted(by_number)]
