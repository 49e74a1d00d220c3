"""The language-model backend: the only room that knows instructor and openai."""

from guarantee_summarizer.backends.llm.backend import LanguageModelBackend
from guarantee_summarizer.backends.llm.client import Endpoint

__all__ = ["Endpoint", "LanguageModelBackend"]
