"""The embedded extractor: an article in, the claims of its summary out."""

from __future__ import annotations

from guarantee_summarizer.article import Article
from guarantee_summarizer.backends.embedded.abstract import abstract, headline
from guarantee_summarizer.backends.embedded.disputes import disputes
from guarantee_summarizer.backends.embedded.events import events
from guarantee_summarizer.backends.embedded.layers import structure
from guarantee_summarizer.backends.embedded.participants import participants
from guarantee_summarizer.backends.embedded.proposals import proposals
from guarantee_summarizer.backends.embedded.reading import read
from guarantee_summarizer.backends.embedded.relevance import insist_on_english, is_relevant
from guarantee_summarizer.lexicon import Cues, Lexicon, default_cues, default_lexicon
from guarantee_summarizer.schema import Summary

__all__ = ["extract"]


def extract(
    article: Article, *, lexicon: Lexicon | None = None, cues: Cues | None = None
) -> Summary:
    """Read an English article with rules and a lexicon.

    Args:
        article: what to read.
        lexicon: the actors, offices and surnames to know; the bundled ones if None.
        cues: the phrases to go by; the bundled ones if None.

    Returns:
        claims in the article's own words, each with the sentences that say it; normalized terms
        and dates, countries and the article's record are added by `enrich`.

    Raises:
        ArticleError: the article is not in English.
    """
    insist_on_english(article)
    reading = read(article, lexicon or default_lexicon(), cues or default_cues())
    if not is_relevant(reading):
        return Summary(relevant=False, headline=headline(reading), abstract=abstract(reading))
    claims = Summary(
        relevant=True,
        headline=headline(reading),
        participants=participants(reading),
        events=events(reading),
        proposals=proposals(reading),
        structure=structure(reading),
        disputes=disputes(reading),
    )
    return claims.replace(abstract=abstract(reading, claims))
