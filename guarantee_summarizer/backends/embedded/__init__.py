"""The embedded backend: rules and a lexicon, no key, no network."""

from guarantee_summarizer.backends.embedded.backend import EmbeddedBackend
from guarantee_summarizer.backends.embedded.extract import extract

__all__ = ["EmbeddedBackend", "extract"]
