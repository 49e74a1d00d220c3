"""Define where a model is reached: address, key, provider."""

from __future__ import annotations

import os
from dataclasses import dataclass, field, replace
from typing import Any

from guarantee_summarizer.errors import ConfigurationError, MissingKeyError

__all__ = ["Endpoint"]

_COMPATIBLE = {
    "openai": ("https://api.openai.com/v1", "OPENAI_API_KEY"),
    "deepseek": ("https://api.deepseek.com/v1", "DEEPSEEK_API_KEY"),
    "groq": ("https://api.groq.com/openai/v1", "GROQ_API_KEY"),
    "mistral": ("https://api.mistral.ai/v1", "MISTRAL_API_KEY"),
    "ollama": ("http://localhost:11434/v1", ""),  # needs no key
    "openrouter": ("https://openrouter.ai/api/v1", "OPENROUTER_API_KEY"),
    "together": ("https://api.together.xyz/v1", "TOGETHER_API_KEY"),
}
"""Providers that speak OpenAI's chat completions: address, and variable of the key."""

_NATIVE = {
    "anthropic": ("ANTHROPIC_API_KEY",),
    "google": ("GOOGLE_API_KEY", "GEMINI_API_KEY"),
    "cohere": ("CO_API_KEY", "COHERE_API_KEY"),
    "bedrock": (),  # boto3 finds the credentials
}
"""Providers that their own packages reach, through instructor: variables of the key."""

_AROUND_KEYS = " \t\r\n\v\f\ufeff\u00a0\u200b\"'`“”‘’«»"  # as copying and `.env` files leave them


@dataclass(frozen=True, kw_only=True)
class Endpoint:
    """A model and its endpoint.

    Args:
        model: its name at the endpoint; or provider and name, `anthropic/claude-sonnet-4-0`: one of
            anthropic, bedrock, cohere, deepseek, google, groq, mistral, ollama, openai, openrouter
            and together. With `base_url` (or `OPENAI_BASE_URL`) a slash belongs to the name.
        base_url: an OpenAI-compatible endpoint, ending in `/v1`; the provider's, OpenAI's or that of
            `OPENAI_BASE_URL` if None.
        api_key: read from the provider's variable (`OPENAI_API_KEY`, `ANTHROPIC_API_KEY` …) if None;
            never shown.
        client: a custom instructor client, for any provider; it has its own address and key.

    Raises:
        MissingKeyError: the provider needs a key and there is none.
        ConfigurationError: `base_url` is no URL, or the key holds what no key holds.

    >>> Endpoint(model="ollama/llama3.3").url
    'http://localhost:11434/v1'
    """

    model: str
    base_url: str | None = None
    api_key: str | None = field(default=None, repr=False)
    client: Any = field(default=None, repr=False)

    def __post_init__(self) -> None:
        """Refuse what cannot work before anything is sent."""
        if self.client is not None:
            return
        if not self.url.startswith(("http://", "https://")):
            name = "OPENAI_BASE_URL" if self.base_url is None else "base_url"
            raise ConfigurationError(f"{name}={self.url!r} has to begin with http:// or https://")
        if self.key and not (self.key.isascii() and self.key.isprintable() and " " not in self.key):
            source = "of api_key=" if self.api_key else f"in {self.key_name}"
            raise ConfigurationError(
                f"the key {source} holds a character that no key has, a blank or one that is "
                "not ASCII; copy it again"
            )
        if not self.key and self._needs_key:
            raise MissingKeyError(
                f"model {self.model!r} needs a key: set {self.key_name} or give api_key=; "
                "without a model the embedded extractor needs none"
            )

    def __reduce__(self) -> tuple[Any, ...]:
        """Pickle model and address alone: the new process reads the key from its environment.

        Raises:
            ConfigurationError: a custom client cannot be pickled.
        """
        if self.client is not None:
            raise ConfigurationError(
                "a summarizer with client= cannot be pickled; create it in the worker process"
            )
        return _at, (self.model, self.base_url)

    def is_beside(self, other: Endpoint) -> bool:
        """Return whether both are reached in the same way, so that one connection serves both."""
        same = (self.url, self.key, self.provider) == (other.url, other.key, other.provider)
        return same and self.client is other.client

    def with_model(self, model: str) -> Endpoint:
        """Return the endpoint of another model: at the same provider unless it names one."""
        if self.provider is not None and _provider_in(model) is None:
            model = f"{self.provider}/{model}"
        return replace(self, model=model)

    @property
    def provider(self) -> str | None:
        """The provider that `model` names; None if an address or a client is given."""
        if self.client is not None or self.base_url or os.environ.get("OPENAI_BASE_URL"):
            return None
        return _provider_in(self.model)

    @property
    def name(self) -> str:
        """The model's name without its provider."""
        return self.model.partition("/")[2] if self.provider else self.model

    @property
    def native(self) -> bool:
        """Whether a client that is not openai's reaches it: a custom one, or the provider's."""
        return self.client is not None or self.provider in _NATIVE

    @property
    def key(self) -> str | None:
        """The key, from the argument or the environment, without blanks and quotes around it."""
        found = (os.environ.get(name) for name in self._key_names)
        key = self.api_key or next(filter(None, found), "")
        return key.strip(_AROUND_KEYS) or None

    @property
    def key_name(self) -> str:
        """The variable that holds the key, for messages."""
        return next(iter(self._key_names), "OPENAI_API_KEY")

    @property
    def _key_names(self) -> tuple[str, ...]:
        if self.provider in _NATIVE:
            return _NATIVE[self.provider]
        name = _COMPATIBLE[self.provider or "openai"][1]
        return (name,) if name else ()

    @property
    def _needs_key(self) -> bool:
        given = self.base_url or os.environ.get("OPENAI_BASE_URL")
        return bool(self._key_names) and not given

    @property
    def url(self) -> str:
        """The address that requests go to; that of OpenAI if the provider's package knows it."""
        known, _ = _COMPATIBLE.get(self.provider or "", ("", ""))
        given = self.base_url or known or os.environ.get("OPENAI_BASE_URL")
        return given or _COMPATIBLE["openai"][0]

    @property
    def address(self) -> str:
        """The name of the endpoint in messages."""
        if self.client is not None:
            return f"the {type(self.client).__name__} client"
        if self.provider in _NATIVE:
            return f"the {self.provider} API"
        return "the OpenAI API" if self.url == _COMPATIBLE["openai"][0] else self.url


def _provider_in(model: str) -> str | None:
    prefix, _, name = model.partition("/")
    return prefix if name and prefix in _COMPATIBLE | _NATIVE else None


def _at(model: str, base_url: str | None) -> Endpoint:
    return Endpoint(model=model, base_url=base_url)
