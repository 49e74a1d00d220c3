"""Define the options of a summarizer and of a run, each as one frozen object.

A `TypedDict` repeats the names to type keyword arguments; no type checker derives it from a
dataclass. Ranges are checked by hand because pydantic would need the types of a run, which load
sqlite3, whenever the library is imported.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, fields
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal, TypedDict, get_args

from guarantee_summarizer.endpoints import Endpoint
from guarantee_summarizer.errors import ConfigurationError
from guarantee_summarizer.places import MASK, masked_value, secrets_in_value

if TYPE_CHECKING:  # annotations only: a run's parts load sqlite3
    from guarantee_summarizer.corpus.ledger import Ledger
    from guarantee_summarizer.corpus.results import Prices, Progress

__all__ = ["Endpoint", "OptionFields", "Options", "RunFields", "RunOptions"]

Mode = Literal["tools", "json_schema"]
Failures = Literal["return", "raise"]


class OptionFields(TypedDict, total=False):
    """Type the options as keyword arguments; `Options` says what they mean."""

    language: str
    strict: bool
    mode: Mode
    max_tokens: int | None
    request: Mapping[str, Any]
    attempts: int
    seconds: float
    timeout: float
    tokens: int | None
    requests_per_minute: float | None
    tokens_per_minute: float | None
    coverage: bool
    relevance: bool
    pipeline: Any
    review: bool | str | Endpoint
    tracing: bool


@dataclass(frozen=True, kw_only=True, slots=True)
class Options:
    """Set the options of a `Summarizer`.

    Args:
        language: English name of the language of the summary; evidence stays in the article's.
        strict: raise instead of returning a summary that is incomplete or has withheld claims.
        mode: how the schema is sent first: `tools` (a forced tool call, which most compatible
            servers support) or `json_schema` (`response_format`). If an endpoint refuses or ignores
            it, the other mode is used; that is logged once.
        max_tokens: most tokens of one answer; if None the endpoint's own limit.
        request: further settings of each request, as the endpoint names them:
            `{"temperature": 0, "seed": 7}`. They are not sent to a reviewer at another endpoint.
        attempts: most requests for one article, transport retries and re-asks together; 1 to 20.
            Requests that are refused for their form do not count, nor do refused connections,
            which are retried for 15 seconds, or for `seconds` if the server has answered before.
            With 1 a refused connection is an error at once.
        seconds: deadline for one article, with all attempts and waits, also for streams.
        timeout: seconds that one request may take.
        tokens: budget for one article, input and output; once it is used up no new attempt starts.
        requests_per_minute: limit of the endpoint, over all articles of a summarizer.
        tokens_per_minute: the same for tokens, input and output.
        review: find unsupported claims with a second request; False to switch it off, the name of
            another model at the same endpoint, or an `Endpoint` (with `client=` for a custom
            instructor client). It costs about 45 % of the first request if the provider caches
            their common prefix, else 85 %.
        coverage: also run the embedded extractor, and warn about each named party, layer and
            dispute missing from the summary (English articles; about 150 ms for 400 words; needs
            the extra `embedded`).
        relevance: let the embedded extractor judge first whether a text is about a guarantee, and
            extract nothing if it is not; False to extract in any case.
        pipeline: the spaCy pipeline of the embedded extractor: its name, its folder, or a loaded
            one; any English one with a parser and entities. If None the first installed of
            `en_core_web_sm`, `_md`, `_lg`, `_trf` and the copy that the extra installs.
        tracing: write an OpenTelemetry span for each article and each request; needs the extra
            `tracing`.

    Raises:
        ConfigurationError: a value is out of range.
    """

    language: str = "English"
    strict: bool = False
    mode: Mode = "tools"
    max_tokens: int | None = None
    request: Mapping[str, Any] = field(default_factory=dict)
    attempts: int = 4
    seconds: float = 300.0
    timeout: float = 120.0
    tokens: int | None = None
    requests_per_minute: float | None = None
    tokens_per_minute: float | None = None
    coverage: bool = False
    relevance: bool = True
    pipeline: Any = None
    review: bool | str | Endpoint = True
    tracing: bool = False

    def __post_init__(self) -> None:
        """Refuse values out of range."""
        _check_range("attempts", self.attempts, 20)
        for name in _POSITIVE:
            value = getattr(self, name)
            if value is not None and value <= 0:
                raise ConfigurationError(f"{name}={value!r} has to be above 0")
        _check_choice("mode", self.mode, Mode)
        _check_request(self.request)
        object.__setattr__(self, "request", dict(self.request))
        if not self.language.strip():
            raise ConfigurationError("language is empty; name one, for instance 'Ukrainian'")
        if isinstance(self.review, dict):  # as in `Summarizer.settings`
            object.__setattr__(self, "review", Endpoint(**self.review))
        if not isinstance(self.review, bool | str | Endpoint) or self.review == "":
            raise ConfigurationError(
                f"review is {type(self.review).__name__}; give True, False, the name of a model, or "
                "Endpoint(model=…, base_url=… or client=…)"
            )

    def __repr__(self) -> str:
        """Return the options without keys among the settings of a request."""
        values = {one.name: getattr(self, one.name) for one in fields(self)}
        values["request"] = masked_value(self.request)
        return f"Options({', '.join(f'{name}={value!r}' for name, value in values.items())})"

    def __reduce__(self) -> tuple[Any, ...]:
        """Pickle the options, unless a key is among them.

        Raises:
            ConfigurationError: `request` contains one.
        """
        if any(secrets_in_value(self.request)):
            raise ConfigurationError(
                "a summarizer with a key in request= cannot be pickled; create it in the worker "
                "process"
            )
        return _options, ({one.name: getattr(self, one.name) for one in fields(self)},)

    def reviewer(self, endpoint: Endpoint) -> Endpoint | None:
        """Return the endpoint of the reviewer of the model at `endpoint`; None without review."""
        if isinstance(self.review, Endpoint):
            return self.review
        if isinstance(self.review, str):
            return endpoint.with_model(self.review)
        return endpoint if self.review else None


_POSITIVE = (
    "max_tokens", "seconds", "timeout", "tokens", "requests_per_minute", "tokens_per_minute",
)  # fmt: skip
_RESERVED = {
    **dict.fromkeys(("max_tokens", "max_completion_tokens"), "give max_tokens="),
    **dict.fromkeys(("model", "timeout"), "it is a separate argument"),
    **dict.fromkeys(("tools", "tool_choice", "response_format"), "mode= sets it"),
    **dict.fromkeys(
        ("messages", "stream", "stream_options", "functions", "function_call", "n",
         "response_model", "max_retries", "hooks", "context", "strict", "extra_body",
         "extra_headers", "extra_query"),
        "the library sets it",
    ),
}  # fmt: skip
"""Settings of a request that the user cannot set, and why."""


def _check_request(request: Any) -> None:
    if not isinstance(request, Mapping) or not all(isinstance(name, str) for name in request):
        raise ConfigurationError("request has to map names of settings to values")
    for name in request:
        if name in _RESERVED:
            raise ConfigurationError(f"request: {name!r} cannot be set here; {_RESERVED[name]}")
    if MASK in _texts(request):
        raise ConfigurationError(
            f"request was stored without its keys ({MASK}); give them again: request= (--set)"
        )
    try:
        json.dumps(request, allow_nan=False)
    except (TypeError, ValueError) as error:
        raise ConfigurationError(f"request cannot be sent as JSON: {error}") from None


def _texts(value: Any) -> Iterator[str]:
    if isinstance(value, Mapping):
        value = [*value.values()]
    for inner in value if isinstance(value, list | tuple) else ():
        yield from _texts(inner)
    if isinstance(value, str):
        yield value


def _options(values: dict[str, Any]) -> Options:
    return Options(**values)


def _check_range(name: str, value: int, high: int) -> None:
    if not 1 <= value <= high:
        raise ConfigurationError(f"{name}={value!r}: choose 1 to {high}")


def _check_choice(name: str, value: str, choices: Any) -> None:
    if value not in get_args(choices):
        known = " or ".join(map(repr, get_args(choices)))
        raise ConfigurationError(f"{name}={value!r}: choose {known}")


class RunFields(TypedDict, total=False):
    """Type the options of a run as keyword arguments; `RunOptions` says what they mean."""

    concurrency: int
    processes: int | None
    ordered: bool
    failures: Failures
    ledger: Ledger | str | Path | None
    retry_failed: bool
    budget_tokens: int | None
    budget_cost: float | None
    prices: Prices | None
    progress: Progress


@dataclass(frozen=True, kw_only=True, slots=True)
class RunOptions:
    """Set the options of a run.

    Args:
        concurrency: articles in flight at once, 1 to 1,000; shared among the processes.
        processes: number of processes, including this one; 1 to 256, at most `concurrency`. If
            None, 1 for a model, and for the embedded extractor all cores: further processes start
            once more than eight articles wait (2 s and 200 MB each). Each has an equal share of the
            endpoint's limits, and a 429 pauses all. A run with `client=`, a loaded `pipeline=` or
            `tracing` stays in this process.
        ordered: results in the order of the articles instead of as they finish.
        failures: `return` yields a `Failure` in place of the summary; `raise` ends the run with it.
        ledger: a `Ledger` or its file: finished articles are not requested again, runs resume.
        retry_failed: retry articles that failed in an earlier run.
        budget_tokens: input and output of the run; no article starts once they are used up.
        budget_cost: the same in money; needs `prices`.
        prices: prices of tokens.
        progress: True for a bar, or a function that gets a `Status` after every article.

    Raises:
        ConfigurationError: a value is out of range.
    """

    concurrency: int = 16
    processes: int | None = None
    ordered: bool = False
    failures: Failures = "return"
    ledger: Ledger | str | Path | None = None
    retry_failed: bool = False
    budget_tokens: int | None = None
    budget_cost: float | None = None
    prices: Prices | None = None
    progress: Progress = False

    def __post_init__(self) -> None:
        """Refuse values out of range."""
        _check_range("concurrency", self.concurrency, 1000)
        if self.processes is not None:
            _check_range("processes", self.processes, 256)
        _check_choice("failures", self.failures, Failures)
        if self.budget_cost is not None and self.prices is None:
            raise ConfigurationError("budget_cost needs prices=Prices(input, output)")
