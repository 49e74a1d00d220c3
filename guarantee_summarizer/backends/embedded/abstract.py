"""Headline and abstract out of the text's own sentences."""

from __future__ import annotations

from guarantee_summarizer.backends.embedded.reading import Reading
from guarantee_summarizer.backends.embedded.wording import clean, clip
from guarantee_summarizer.schema import Summary

__all__ = ["abstract", "headline"]

_HEADLINE_WORDS = 25
_PROSE_WORDS = 8


def headline(reading: Reading) -> str:
    """The article's title, else its first full sentence, cut to 25 words."""
    title = reading.article.title
    lead = title or next((t for t in _prose(reading)), reading.lines[0].text)
    return clip(lead, _HEADLINE_WORDS).rstrip(".") + "."


def abstract(reading: Reading, claims: Summary | None = None) -> str:
    """The lead, and the sentences that carry the layers and the first dispute; at most four."""
    prose = _prose(reading)
    chosen = prose[:1] if claims and claims.relevant else prose[:2]
    if claims is not None:
        layers = [layer.evidence[0] for layer in claims.structure.layers]
        open_issues = [dispute.evidence[0] for dispute in claims.disputes]
        for citation in (*layers[:3], *open_issues[:1]):
            sentence = reading.lines[citation.sentence - 1].text
            text = clean(sentence)
            if text and text not in chosen:
                chosen.append(text)
    return " ".join(text.rstrip(".") + "." for text in chosen[:4])


def _prose(reading: Reading) -> list[str]:
    """The sentences that are more than a heading, cleaned."""
    return [clean(x.text) for x in reading.lines if len(x.text.split()) >= _PROSE_WORDS] or [
        line.text for line in reading.lines[:1]
    ]
