"""Find omissions in a summary: named parties, and sentences on layers and disputes."""

from __future__ import annotations

from collections.abc import Iterator

from guarantee_summarizer.article import Article
from guarantee_summarizer.embedded import Reader, extract
from guarantee_summarizer.schema import Citation, Finding, Summary
from guarantee_summarizer.text import fold

__all__ = ["passed_over"]

_MINOR = {("other", "person"), ("other", "organization")}  # mentioned, but not involved
_QUOTED = 80  # characters of a sentence in a message


def passed_over(
    summary: Summary, article: Article, reader: Reader | None = None
) -> tuple[Finding, ...]:
    """Return what the embedded extractor finds in the article and the summary does not mention.

    Use it on summaries from a language model. It reports possible omissions, never errors.

    Args:
        summary: the grounded summary of `article`.
        article: an English article.
        reader: as in `extract`.

    Returns:
        warnings with the codes `party_passed_over`, `layer_passed_over` and `dispute_passed_over`;
        none if the summary says that the article is not about a guarantee.

    Raises:
        ArticleError: the article is not in English.
        PipelineError: there is no pipeline that can parse English.
    """
    if not summary.relevant:
        return ()
    return tuple(_found(summary, extract(article, reader, judge=False)))


def _found(summary: Summary, second: Summary) -> Iterator[Finding]:
    known = {fold(form) for p in summary.participants for form in (p.name, *p.aliases)}
    for participant in second.participants:
        plays = participant.kind != "group" and (participant.role, participant.kind) not in _MINOR
        if plays and not known & {fold(form) for form in (participant.name, *participant.aliases)}:
            words = f"{participant.name} ({participant.kind}) is named in the article and missing from the summary"
            yield _finding("party", "participants", words, participant.evidence)
    citations: list[Citation] = []
    for item in (*summary.structure.layers, *summary.proposals, *summary.disputes):
        citations += item.evidence  # type: ignore[attr-defined]
    cited = {citation.sentence for citation in citations}
    for layer in second.structure.layers:
        if cited.isdisjoint(c.sentence for c in layer.evidence):
            words = f"{layer.name!r} reads like a layer of the guarantee and is cited nowhere"
            yield _finding("layer", "structure.layers", words, layer.evidence)
    for dispute in second.disputes:
        if cited.isdisjoint(c.sentence for c in dispute.evidence):
            words = "reads like something contested or open and is cited nowhere"
            yield _finding("dispute", "disputes", words, dispute.evidence)


def _finding(what: str, path: str, words: str, evidence: tuple[Citation, ...]) -> Finding:
    quote = " ".join(evidence[0].quote.split())
    shown = quote if len(quote) <= _QUOTED else f"{quote[:_QUOTED].rstrip()}…"
    message = f"sentence {evidence[0].sentence}: {words}: {shown}"
    return Finding(code=f"{what}_passed_over", severity="warning", path=path, message=message)
