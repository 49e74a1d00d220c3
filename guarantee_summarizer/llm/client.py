"""Where the model is, and the instructor clients that reach it."""

from __future__ import annotations

import os
from dataclasses import dataclass, field
from typing import Any

import instructor
import openai

from guarantee_summarizer.errors import ConfigurationError, MissingKeyError
from guarantee_summarizer.options import Options

__all__ = ["MODES", "Endpoint"]

MODES = {"tools": instructor.Mode.TOOLS, "json_schema": instructor.Mode.JSON_SCHEMA}


@dataclass(frozen=True, kw_only=True)
class Endpoint:
    """A model and how to reach it.

    Args:
        model: its name at the endpoint.
        base_url: an OpenAI-compatible endpoint, ending in `/v1`; OpenAI's (or that of
            `OPENAI_BASE_URL`) if None.
        api_key: read from `OPENAI_API_KEY` if None; never shown.
        client: an instructor client of your own, for any provider; the rest is then its business.

    Raises:
        MissingKeyError: OpenAI itself is meant and there is no key.
        ConfigurationError: `base_url` is no URL, or `client` is none of instructor's.
    """

    model: str
    base_url: str | None = None
    api_key: str | None = field(default=None, repr=False)
    client: Any = field(default=None, repr=False)

    def __post_init__(self) -> None:
        """Refuse what cannot work before anything is sent."""
        if self.client is not None:
            if not isinstance(self.client, instructor.Instructor | instructor.AsyncInstructor):
                kind = type(self.client).__name__
                raise ConfigurationError(
                    f"client is {kind}; give an instructor client, e.g. instructor.from_openai(…)"
                )
            return
        if self.base_url is not None and not self.base_url.startswith(("http://", "https://")):
            raise ConfigurationError(
                f"base_url={self.base_url!r} has to begin with http:// or https://"
            )
        if not (self.key or self.base_url or os.environ.get("OPENAI_BASE_URL")):
            raise MissingKeyError(
                f"model {self.model!r} needs a key: set OPENAI_API_KEY or give api_key=; "
                "without a model the embedded extractor needs none"
            )

    @property
    def key(self) -> str | None:
        """The key, from the argument or the environment."""
        return self.api_key or os.environ.get("OPENAI_API_KEY") or None

    @property
    def address(self) -> str:
        """What messages call the endpoint."""
        if self.client is not None:
            return f"the {type(self.client).__name__} client"
        return self.base_url or os.environ.get("OPENAI_BASE_URL") or "the OpenAI API"

    def open(self, options: Options) -> instructor.Instructor:
        """A sync client; its own retries are off, so that one policy counts."""
        if self.client is None:
            raw = openai.OpenAI(**self._arguments(options))
            return instructor.from_openai(raw, mode=MODES[options.mode])
        if isinstance(self.client, instructor.AsyncInstructor):
            raise ConfigurationError("client is async; use asummarize, or give a sync client")
        client: instructor.Instructor = self.client
        return client

    def aopen(self, options: Options) -> instructor.AsyncInstructor | None:
        """An async client, or None where the user's own client is a sync one.

        openai's own default would try to close itself on whatever event loop runs when it is
        collected; a client of ours is closed by whoever opened it.
        """
        if self.client is None:
            http = openai.DefaultAsyncHttpx2Client()
            raw = openai.AsyncOpenAI(**self._arguments(options), http_client=http)
            return instructor.from_openai(raw, mode=MODES[options.mode])
        return self.client if isinstance(self.client, instructor.AsyncInstructor) else None

    def _arguments(self, options: Options) -> dict[str, Any]:
        return {
            "api_key": self.key or "none",  # local servers need none, but the client wants one
            "base_url": self.base_url,
            "timeout": min(options.timeout, options.seconds),
            "max_retries": 0,
        }
