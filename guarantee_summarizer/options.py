"""How a language model is asked: one frozen object with every option."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal, TypedDict

from guarantee_summarizer.errors import ConfigurationError

__all__ = ["OptionFields", "Options"]

Mode = Literal["tools", "json_schema"]


class OptionFields(TypedDict, total=False):
    """The options as keyword arguments; `Options` says what they mean."""

    language: str
    strict: bool
    mode: Mode
    attempts: int
    seconds: float
    timeout: float
    tokens: int | None
    requests_per_minute: float | None
    tokens_per_minute: float | None
    coverage: bool
    tracing: bool


@dataclass(frozen=True, kw_only=True, slots=True)
class Options:
    """Options of a `Summarizer`.

    Args:
        language: English name of the language of the summary's own wording; evidence stays in the
            article's.
        strict: raise instead of returning a summary that is incomplete or holds withheld claims.
        mode: how the schema travels: `tools` (a forced tool call; what most compatible servers do
            well) or `json_schema` (`response_format`).
        attempts: requests for one article at most, transport retries and re-asks together; 1 to 20.
        seconds: for one article, all attempts and waits together.
        timeout: seconds that one request may take.
        tokens: for one article, in and out together; once they are spent no new attempt is begun.
        requests_per_minute: limit of the endpoint, over all articles of a summarizer.
        tokens_per_minute: the same, in and out together.
        coverage: have the embedded extractor read along with the model, and add a warning for each
            named party, layer and dispute that the summary passes over (English articles; about
            20 ms for an article of 400 words).
        tracing: write OpenTelemetry spans, one for each article and each request; needs the extra
            `tracing`.

    Raises:
        ConfigurationError: a value is out of range.
    """

    language: str = "English"
    strict: bool = False
    mode: Mode = "tools"
    attempts: int = 4
    seconds: float = 300.0
    timeout: float = 120.0
    tokens: int | None = None
    requests_per_minute: float | None = None
    tokens_per_minute: float | None = None
    coverage: bool = False
    tracing: bool = False

    def __post_init__(self) -> None:
        """Refuse values out of range."""
        if not 1 <= self.attempts <= 20:  # noqa: PLR2004
            raise ConfigurationError(f"attempts={self.attempts!r}: choose 1 to 20")
        for name in ("seconds", "timeout", "tokens", "requests_per_minute", "tokens_per_minute"):
            value = getattr(self, name)
            if value is not None and value <= 0:
                raise ConfigurationError(f"{name}={value!r} has to be above 0")
        if self.mode not in ("tools", "json_schema"):
            raise ConfigurationError(f"mode={self.mode!r}: choose 'tools' or 'json_schema'")
        if not self.language.strip():
            raise ConfigurationError("language is empty; name one, for instance 'Ukrainian'")
