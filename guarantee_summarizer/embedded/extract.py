"""Extract the claims of a summary from an article."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from guarantee_summarizer.article import Article
from guarantee_summarizer.embedded.disputes import disputes
from guarantee_summarizer.embedded.events import events
from guarantee_summarizer.embedded.layers import structure
from guarantee_summarizer.embedded.loading import load
from guarantee_summarizer.embedded.participants import participants
from guarantee_summarizer.embedded.phrasing import abstract, headline
from guarantee_summarizer.embedded.proposals import proposals
from guarantee_summarizer.embedded.reading import read
from guarantee_summarizer.embedded.relevance import relevance
from guarantee_summarizer.errors import ArticleError
from guarantee_summarizer.lexicon import Cues, Lexicon, default_cues, default_lexicon
from guarantee_summarizer.schema import Finding, Participant, Summary
from guarantee_summarizer.schema.evidence import cited_in
from guarantee_summarizer.schema.paths import claim_paths
from guarantee_summarizer.text import fold

__all__ = ["Reader", "extract", "insist_on_english"]


@dataclass(frozen=True)
class Reader:
    """The tables and the pipeline of the extractor.

    Args:
        lexicon: actors, offices and surnames; by default the bundled tables.
        cues: cue words; by default the bundled tables.
        pipeline: a spaCy pipeline or its name; by default the first that is installed.
    """

    lexicon: Lexicon = field(default_factory=default_lexicon)
    cues: Cues = field(default_factory=default_cues)
    pipeline: Any = None


def insist_on_english(article: Article) -> None:
    """Refuse a text in another language.

    Raises:
        ArticleError: it has too few English function words for English prose.
    """
    if article.english:
        return
    raise ArticleError(
        f"{article.source}: the embedded extractor reads English only, and this looks like another "
        "language; name a model (model=… or --model)"
    )


def extract(article: Article, reader: Reader | None = None, *, judge: bool = True) -> Summary:
    """Read an English article with a parser, a lexicon and rules.

    Args:
        article: the article to read.
        reader: the tables and the pipeline to use.
        judge: decide first whether the text is relevant, and extract nothing if it is not.

    Returns:
        claims in the article's words, each with its sentences as evidence; `enrich` adds
        normalized terms and dates, countries and the article's metadata.

    Raises:
        ArticleError: the article is not in English.
        PipelineError: there is no pipeline that can parse English.
    """
    insist_on_english(article)
    reader = reader or Reader()
    document = read(
        article.readable.written(reader.lexicon.in_print),
        reader.lexicon,
        reader.cues,
        load(reader.pipeline),
    )
    if judge and not (judged := relevance(document)).relevant:
        reason = Finding(
            code="not_relevant", severity="warning", path="relevant", message=judged.reason
        )
        return Summary(
            relevant=False,
            headline=headline(document),
            abstract=abstract(document),
            findings=(reason,),
        )
    offers = proposals(document)
    claims = Summary(
        relevant=True,
        headline=headline(document),
        participants=participants(document),
        events=events(document),
        proposals=offers,
        structure=structure(document),
        disputes=disputes(document, offers),
    )
    claims = claims.replace(participants=(*claims.participants, *_unlisted(claims, reader.lexicon)))
    cited: Summary = cited_in(claims.replace(abstract=abstract(document, claims)), article)
    return cited


def _unlisted(claims: Summary, lexicon: Lexicon) -> Iterator[Participant]:
    """Yield actors that claims refer to, mostly groups without a name, as participants."""
    known = {fold(form) for p in claims.participants for form in (p.name, *p.aliases)}
    for path in claim_paths(claims):
        claim = path.of(claims)
        for reference in path.kind.references if path.kind else ():
            value = getattr(claim, reference)
            for name in value if isinstance(value, tuple) else (value,):
                if fold(name) not in known:
                    known.add(fold(name))
                    actor = lexicon.actor(name)
                    kind = actor.kind if actor else "group"
                    yield Participant(name=name, kind=kind, evidence=claim.evidence)
