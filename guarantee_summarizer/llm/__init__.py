"""The language-model backend: the only room that knows instructor and openai."""

from __future__ import annotations

from guarantee_summarizer.llm.backend import LanguageModelBackend
from guarantee_summarizer.llm.client import Endpoint

__all__ = ["Endpoint", "LanguageModelBackend"]
