"""Is the text about a security guarantee, and is it in English?"""

from __future__ import annotations

from guarantee_summarizer.article import Article
from guarantee_summarizer.backends.embedded.reading import Reading
from guarantee_summarizer.errors import ArticleError

__all__ = ["insist_on_english", "is_relevant"]

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


def is_relevant(reading: Reading) -> bool:
    """Whether the text speaks of guarantees, alliances, peace forces or their monitoring."""
    text = reading.article.text[reading.article.body :]
    if reading.article.title:
        text = f"{reading.article.title}\n{text}"
    strong = reading.cues.count("relevant", "strong", text)
    weak = reading.cues.count("relevant", "weak", text)
    actors = any(n.kind != "person" for line in reading.lines for n in line.named)
    if strong >= _STRONG:
        return True
    return actors and ((strong >= 1 and weak >= 1) or weak >= _WEAK)
