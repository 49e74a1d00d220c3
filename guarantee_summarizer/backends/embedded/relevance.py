"""Is the text about a security guarantee, and is it in English?"""

from __future__ import annotations

import re

from guarantee_summarizer.article import Article
from guarantee_summarizer.backends.embedded.reading import Reading
from guarantee_summarizer.errors import ArticleError

__all__ = ["insist_on_english", "is_relevant"]

_ENGLISH = frozenset(
    "the of and to in a is that for on with as by at from it was be are will would has have had "
    "this an not or which its their his he she they said but who were been after also more if "
    "could may no all one between into than".split()
)
_WORD = re.compile(r"[^\W\d_]+")
_SHARE = 0.18  # English prose has 35 to 50 % of these words; other languages below 10 %
_SHORT = 12  # words; below, only the script is looked at
_STRONG = 2
_WEAK = 4


def insist_on_english(article: Article) -> None:
    """Refuse a text in another language.

    Raises:
        ArticleError: fewer of its words are English function words than in any English prose.
    """
    words = [w.lower() for w in _WORD.findall(article.text[article.body :][:20_000])]
    latin = sum(w.isascii() for w in words)
    english = sum(w in _ENGLISH for w in words)
    short = len(words) < _SHORT
    if (short and latin * 2 > len(words)) or (not short and english >= _SHARE * len(words)):
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
