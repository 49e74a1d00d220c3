"""The embedded backend: rules and a lexicon, no key, no network."""

from __future__ import annotations

from guarantee_summarizer.embedded.extract import EmbeddedBackend, extract

__all__ = ["EmbeddedBackend", "extract"]
