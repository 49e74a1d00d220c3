"""Define where a model is reached: address, key, provider."""

from __future__ import annotations

import os
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from guarantee_summarizer.errors import ConfigurationError, MissingKeyError
from guarantee_summarizer.places import (
    MASK,
    is_same_place,
    masked_settings,
    masked_url,
    secrets_in_client,
    secrets_in_environment,
    secrets_in_url,
)
from guarantee_summarizer.secrets import Secrets

__all__ = ["Endpoint", "Recorded", "confirmed", "recorded"]

_COMPATIBLE = {
    "openai": ("https://api.openai.com/v1", "OPENAI_API_KEY"),
    "deepseek": ("https://api.deepseek.com/v1", "DEEPSEEK_API_KEY"),
    "groq": ("https://api.groq.com/openai/v1", "GROQ_API_KEY"),
    "mistral": ("https://api.mistral.ai/v1", "MISTRAL_API_KEY"),
    "ollama": ("http://localhost:11434/v1", ""),  # needs no key
    "openrouter": ("https://openrouter.ai/api/v1", "OPENROUTER_API_KEY"),
    "together": ("https://api.together.xyz/v1", "TOGETHER_API_KEY"),
}
"""Providers with OpenAI's chat completions API: address, and variable of the key."""

_NATIVE = {
    "anthropic": ("ANTHROPIC_API_KEY",),
    "google": ("GOOGLE_API_KEY", "GEMINI_API_KEY"),
    "cohere": ("CO_API_KEY", "COHERE_API_KEY"),
    "bedrock": (),  # boto3 finds the credentials
}
"""Providers with their own packages, used through instructor: variables of the key."""

_CREDENTIALS = {
    "bedrock": ("AWS_SECRET_ACCESS_KEY", "AWS_SESSION_TOKEN", "AWS_BEARER_TOKEN_BEDROCK"),
    "openai": ("OPENAI_ADMIN_KEY", "OPENAI_WEBHOOK_SECRET"),  # openai's client reads them
}
_AROUND_KEYS = " \t\r\n\v\f\ufeff\u00a0\u200b\"'`“”‘’«»"  # which copying and `.env` files add


class Recorded(str):
    """A model or an address from a ledger: no key is sent there until the user names it."""

    __slots__ = ()


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
        ConfigurationError: `base_url` is not a URL, or the key has an invalid character.

    >>> Endpoint(model="ollama/llama3.3").url
    'http://localhost:11434/v1'
    """

    model: str
    base_url: str | None = None
    api_key: str | None = field(default=None, repr=False)
    client: Any = field(default=None, repr=False)
    _hidden: set[str] = field(default_factory=set, init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        """Refuse invalid settings before anything is sent."""
        if self.client is not None:
            return
        self._refuse_recorded()
        if self.base_url and MASK in self.base_url:
            object.__setattr__(self, "base_url", _with_login(self.base_url))
        if not self.url.startswith(("http://", "https://")):
            name = "OPENAI_BASE_URL" if self.base_url is None else "base_url"
            shown = masked_url(self.url)
            raise ConfigurationError(f"{name}={shown!r} has to begin with http:// or https://")
        if self.key and not (self.key.isascii() and self.key.isprintable() and " " not in self.key):
            source = "of api_key=" if self.api_key else f"in {self.key_name}"
            raise ConfigurationError(
                f"the key {source} has an invalid character, a blank or one that is "
                "not ASCII; copy it again"
            )
        if not self.key and self._needs_key:
            raise MissingKeyError(
                f"model {self.model!r} needs a key: set {self.key_name} or give api_key=; "
                "without a model the embedded extractor needs none"
            )

    def __repr__(self) -> str:
        """Return model and address, without login and key."""
        return f"Endpoint(model={str(self.model)!r}, base_url={self.shown_url!r})"

    def _refuse_recorded(self) -> None:
        """Raise if only a ledger names the address that the key would be sent to."""
        ours = self.base_url or os.environ.get("OPENAI_BASE_URL")
        if isinstance(self.base_url, Recorded) or (not ours and isinstance(self.model, Recorded)):
            raise ConfigurationError(
                f"{self.address} is named by a ledger alone, and no key is sent there until you name "
                "it, too: take the settings from RunRecord.settings_at(…)"
            )

    def __reduce__(self) -> tuple[Any, ...]:
        """Pickle only model and address: the new process reads the key from its environment.

        A login in the address is not pickled either: set `OPENAI_BASE_URL` in the new process.

        Raises:
            ConfigurationError: a custom client cannot be pickled.
        """
        if self.client is not None:
            raise ConfigurationError(
                "a summarizer with client= cannot be pickled; create it in the worker process"
            )
        return _at, (self.model, self.shown_url)

    def is_beside(self, other: Endpoint) -> bool:
        """Return whether both can use the same connection."""
        same = (self.url, self.key, self.provider) == (other.url, other.key, other.provider)
        return same and self.client is other.client

    def with_model(self, model: str) -> Endpoint:
        """Return the endpoint of another model: at the same provider unless it names one."""
        if _provider_in(model) is None:  # the same address
            model = f"{self.provider}/{model}" if self.provider else str(model)
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
        """Whether its client is not openai's but a custom one or the provider's."""
        return self.client is not None or self.provider in _NATIVE

    @property
    def key(self) -> str | None:
        """The key, from the argument or the environment, without blanks and quotes around it."""
        found = (os.environ.get(name) for name in self._key_names)
        key = (self.api_key or next(filter(None, found), "")).strip(_AROUND_KEYS)
        self._hidden.add(key)
        return key or None

    @property
    def secrets(self) -> Secrets:
        """All secrets: key, logins, keys in addresses, values that were ever used."""
        self.hide(filter(None, (self.key, self.api_key)))
        self.hide(secrets_in_url(self.base_url or os.environ.get("OPENAI_BASE_URL") or ""))
        self.hide(secrets_in_client(self.client) if self.client is not None else ())
        self.hide(secrets_in_environment(_CREDENTIALS.get(self.provider or "openai", ())))
        return Secrets.of(self._hidden)

    def hide(self, values: Iterable[str]) -> None:
        """Add values to the secrets."""
        self._hidden.update(values)

    @property
    def key_name(self) -> str:
        """The variable with the key, for messages."""
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
        """The address that requests are sent to; OpenAI's if the provider's package sets it."""
        known, _ = _COMPATIBLE.get(self.provider or "", ("", ""))
        given = self.base_url or known or os.environ.get("OPENAI_BASE_URL")
        return given or _COMPATIBLE["openai"][0]

    @property
    def shown_url(self) -> str | None:
        """`base_url` without login and keys; None if there is none."""
        return masked_url(self.base_url) if self.base_url else self.base_url

    @property
    def address(self) -> str:
        """The name of the endpoint in messages, without login and keys."""
        if self.client is not None:
            return f"the {type(self.client).__name__} client"
        if self.provider in _NATIVE:
            return f"the {self.provider} API"
        return "the OpenAI API" if self.url == _COMPATIBLE["openai"][0] else masked_url(self.url)


def _provider_in(model: str) -> str | None:
    prefix, _, name = model.partition("/")
    return prefix if name and prefix in _COMPATIBLE | _NATIVE else None


def _at(model: str, base_url: str | None) -> Endpoint:
    return Endpoint(model=model, base_url=base_url)


def _with_login(base_url: str) -> str:
    """Return the address in `OPENAI_BASE_URL` if it is `base_url` with its login."""
    known = os.environ.get("OPENAI_BASE_URL", "")
    if MASK not in known and masked_url(known) == base_url:
        return known
    raise ConfigurationError(
        f"base_url={base_url!r} was stored without its login or key ({MASK}); give it whole, as "
        "base_url= or in OPENAI_BASE_URL"
    )


def recorded(settings: Mapping[str, Any]) -> dict[str, Any]:
    """Mark the settings of a summarizer as read from a ledger: the user must confirm endpoints."""
    made = masked_settings(settings)
    review = made.get("review")
    for one in (made, review) if isinstance(review, dict) else (made,):
        for name in ("model", "base_url"):
            if isinstance(one.get(name), str):
                one[name] = Recorded(one[name])
    if isinstance(review, str):
        made["review"] = Recorded(review)
    return made


def confirmed(settings: Mapping[str, Any], named: Collection[str]) -> dict[str, Any]:
    """Return settings from a ledger if the user has named each endpoint in them.

    Args:
        settings: the result of `recorded`.
        named: the addresses that keys may be sent to, or models that name their provider.

    Raises:
        ConfigurationError: an endpoint is not among them.
    """
    made, review = dict(settings), settings.get("review")
    if made.get("model") is None:
        return made
    made |= _named(made["model"], made.get("base_url"), named)
    if isinstance(review, Mapping):
        made["review"] = _named(review["model"], review.get("base_url"), named)
    elif isinstance(review, str):
        elsewhere = not made.get("base_url") and _provider_in(review) is not None
        made["review"] = _named(review, None, named)["model"] if elsewhere else str(review)
    return made


def _named(model: str, base_url: str | None, named: Collection[str]) -> dict[str, str | None]:
    """Return model and address as the user wrote them."""
    model, base_url = str(model), base_url and str(base_url)
    if not base_url and (model in named or os.environ.get("OPENAI_BASE_URL")):
        return {"model": model, "base_url": None}
    known = _COMPATIBLE.get(_provider_in(model) or "openai", ("",))[0]
    place = base_url or ("" if _provider_in(model) in _NATIVE else known)
    for url in named:
        if place and is_same_place(url, place):
            return {"model": model, "base_url": url if base_url else None}
    words = f"--base-url {place}" if base_url else f"--model {model}"
    others = ", ".join(masked_url(url) for url in named)
    raise ConfigurationError(
        f"the run of the ledger asked {model!r} at {place or model.partition('/')[0]}"
        + (f", not {others}" if others else ", which nobody named in this one")
        + f"; if the articles and your key may go there, say so: {words}"
    )
