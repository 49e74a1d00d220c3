"""Extract a summary without a model: a parser, a lexicon and rules; no key, no network."""

from guarantee_summarizer.embedded.extract import Reader, extract

__all__ = ["Reader", "extract"]
