"""The embedded extractor: rules and a lexicon, no key, no network."""

from guarantee_summarizer.embedded.extract import extract

__all__ = ["extract"]
