"""Write the page of one summary, or of several below each other: claims left, the article right."""

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
    """A sentence of the article as a page shows it.

    Attributes:
        sentence: its number and words; the cited words alone where the article is not stored.
        claims: the entries that rest on it.
        uncited: whether no claim cites it.
        apart: whether a paragraph may begin with it.
    """

    sentence: Sentence
    claims: tuple[OutlineEntry, ...]
    uncited: bool
    apart: bool

    @property
    def words(self) -> str:
        """The sentence without list marks and Markdown, if there is more to it."""
        return readable(self.sentence.text)


@dataclass(frozen=True, slots=True)
class View:
    """All that a page shows of one summary.

    `prefix` begins every id, so that those of several summaries on a page differ; `address`
    is the article's, where it is safe to link; `wording` is the tag of the summary's own
    language, empty if that is not English.
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
    """Write one self-contained HTML page: each claim beside the sentences that say it.

    That of a dossier shows what contradicts and what changed first, both sides beside each other,
    then threads, the timeline, who takes part in what, layers, disputes and actors; it holds those
    sentences of the articles that are cited.

    The page loads nothing, works without script, and its Content-Security-Policy lets nothing run
    but its own script; text of the article or of a model cannot mark it up. The same summaries
    give the same page, byte for byte.

    Args:
        summaries: one summary, or several, which follow each other; a failure among them, as
            `Summarizer.map` yields it, is a line that gives the reason; or a dossier.
        since: of a dossier, the day since which changes come first and what is new is marked: a
            date, or ISO 8601 (`2026-01-06`).

    Raises:
        ConfigurationError: there is something else among them; `since` without a dossier.
        DossierError: `since` is no day.

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
    """Gather what a page shows of a summary; `prefix` is that of its ids."""
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
    """Return the article's sentences; of those not stored, what claims quote of them."""
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
