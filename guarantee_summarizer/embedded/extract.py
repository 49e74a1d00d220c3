"""The embedded extractor: an article in, the claims of its summary out."""

from __future__ import annotations

from collections.abc import Iterator

from guarantee_summarizer.article import Article
from guarantee_summarizer.embedded.disputes import disputes
from guarantee_summarizer.embedded.document import Document, read
from guarantee_summarizer.embedded.events import events
from guarantee_summarizer.embedded.layers import structure
from guarantee_summarizer.embedded.participants import participants
from guarantee_summarizer.embedded.phrasing import abstract, headline
from guarantee_summarizer.embedded.proposals import proposals
from guarantee_summarizer.errors import ArticleError
from guarantee_summarizer.lexicon import Cues, Lexicon, default_cues, default_lexicon
from guarantee_summarizer.schema import Participant, Summary
from guarantee_summarizer.schema.paths import claim_paths
from guarantee_summarizer.text import fold

__all__ = ["extract", "insist_on_english", "is_relevant"]

_STRONG = 2
_WEAK = 4


def insist_on_english(article: Article) -> None:
    """Refuse a text in another language.

    Raises:
        ArticleError: fewer of its words are English function words than in any English prose.
    """
    if article.english:
        return
    raise ArticleError(
        f"{article.source}: the embedded extractor reads English only, and this looks like another "
        "language; name a model (model=… or --model)"
    )


def is_relevant(document: Document) -> bool:
    """Whether the text speaks of guarantees, alliances, peace forces or their monitoring."""
    text = document.article.text[document.article.body :]
    if document.article.title:
        text = f"{document.article.title}\n{text}"
    strong = document.cues.count("relevant", "strong", text)
    weak = document.cues.count("relevant", "weak", text)
    actors = any(n.kind != "person" for line in document.lines for n in line.named)
    if strong >= _STRONG:
        return True
    return actors and ((strong >= 1 and weak >= 1) or weak >= _WEAK)


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
    lexicon = lexicon or default_lexicon()
    document = read(article, lexicon, cues or default_cues())
    if not is_relevant(document):
        return Summary(relevant=False, headline=headline(document), abstract=abstract(document))
    claims = Summary(
        relevant=True,
        headline=headline(document),
        participants=participants(document),
        events=events(document),
        proposals=proposals(document),
        structure=structure(document),
        disputes=disputes(document),
    )
    claims = claims.replace(participants=(*claims.participants, *_unlisted(claims, lexicon)))
    return claims.replace(abstract=abstract(document, claims))


def _unlisted(claims: Summary, lexicon: Lexicon) -> Iterator[Participant]:
    """Whom claims refer to, mostly groups without a name, as participants."""
    known = {fold(form) for p in claims.participants for form in (p.name, *p.aliases)}
    for path in claim_paths(claims):
        claim = path.of(claims)
        for field in path.kind.references if path.kind else ():
            value = getattr(claim, field)
            for name in value if isinstance(value, tuple) else (value,):
                if fold(name) not in known:
                    known.add(fold(name))
                    actor = lexicon.actor(name)
                    kind = actor.kind if actor else "group"
                    yield Participant(name=name, kind=kind, evidence=claim.evidence)
