"""Log one line for each article, and write OpenTelemetry spans.

Spans follow OpenTelemetry's semantic conventions for generative AI; these are in development, so
their names are written out here. Neither logs nor spans contain prompts, answers or keys; of a
provider's messages spans contain only codes.
"""

from __future__ import annotations

import logging
import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any
from urllib.parse import urlsplit

from guarantee_summarizer._version import __version__
from guarantee_summarizer.article import Article
from guarantee_summarizer.errors import GuaranteeSummarizerError, load_extra
from guarantee_summarizer.lines import one_line
from guarantee_summarizer.schema import Summary, Usage
from guarantee_summarizer.secrets import scrub

__all__ = ["Telemetry"]

_LOG = logging.getLogger("guarantee_summarizer")
_LOG.addHandler(logging.NullHandler())
_CODE = re.compile(r"[\w.:/@-]{1,80}")  # of a response: its id, its model, how it ended


class Telemetry:
    """Observe articles and requests.

    Args:
        tracing: write spans through the OpenTelemetry API, as the program has configured it.

    Raises:
        ConfigurationError: `tracing` is set and the API is not installed.
    """

    def __init__(self, *, tracing: bool = False) -> None:
        self._tracer = _tracer() if tracing else None

    @contextmanager
    def article(self, article: Article) -> Iterator[Callable[[Summary], Summary]]:
        """Observe one article; yield a function that reports its summary and returns it.

        Logs one line to `guarantee_summarizer`: at INFO, or at WARNING if the article failed.
        """
        attributes = {"guarantee_summarizer.article.id": article.id}
        with self._span("summarize article", attributes) as set_attribute:

            def finished(summary: Summary) -> Summary:
                _LOG.info("%s: %s", one_line(article.source), _line(summary))
                set_attribute("guarantee_summarizer.withheld", len(summary.withheld))
                return summary

            try:
                yield finished
            except GuaranteeSummarizerError as error:
                cost = _cost(getattr(error, "usage", None))
                source, kind = one_line(article.source), type(error).__name__
                _LOG.warning("%s: failed (%s)%s", source, kind, cost)
                set_attribute("error.type", type(error).__name__)
                raise

    @contextmanager
    def attempt(self, model: str, address: str) -> Iterator[Callable[[Any], None]]:
        """Observe one request to a model; yield a function that reports its response."""
        place = urlsplit(address)
        attributes = {
            "gen_ai.operation.name": "chat",
            "gen_ai.provider.name": "openai",  # the API, not its provider
            "gen_ai.request.model": model,
            "gen_ai.output.type": "json",
            "server.address": place.hostname,
            "server.port": place.port,
        }
        with self._span(f"chat {model}", attributes, kind="CLIENT") as set_attribute:

            def answered(response: Any) -> None:
                usage = getattr(response, "usage", None)
                reasons = [c.finish_reason for c in getattr(response, "choices", None) or ()]
                set_attribute("gen_ai.response.id", _code(getattr(response, "id", None)))
                set_attribute("gen_ai.response.model", _code(getattr(response, "model", None)))
                set_attribute(
                    "gen_ai.response.finish_reasons", [*filter(None, map(_code, reasons))] or None
                )
                set_attribute("gen_ai.usage.input_tokens", getattr(usage, "prompt_tokens", None))
                set_attribute(
                    "gen_ai.usage.output_tokens", getattr(usage, "completion_tokens", None)
                )

            try:
                yield answered
            except Exception as error:
                set_attribute("error.type", _kind(error))
                raise

    @contextmanager
    def _span(
        self, name: str, attributes: dict[str, Any], *, kind: str = "INTERNAL"
    ) -> Iterator[Callable[[str, Any], None]]:
        if self._tracer is None:
            yield lambda *_: None
            return
        from opentelemetry.trace import SpanKind, StatusCode  # noqa: PLC0415  (an extra)

        attributes = {key: value for key, value in attributes.items() if value is not None}
        with self._tracer.start_as_current_span(
            name,
            kind=SpanKind[kind],
            attributes=attributes,
            record_exception=False,
            set_status_on_exception=False,  # it would quote the error
        ) as span:
            try:
                yield lambda key, value: None if value is None else span.set_attribute(key, value)
            except Exception as error:
                span.set_status(StatusCode.ERROR, _kind(error))
                raise


def _tracer() -> Any:
    trace = load_extra("opentelemetry.trace", extra="tracing")
    return trace.get_tracer("guarantee_summarizer", __version__)


def _code(value: Any) -> str | None:
    """Return a provider's identifier without secrets; None if it is prose instead of a code."""
    text = scrub(value) if isinstance(value, str) else ""
    return text if _CODE.fullmatch(text) else None


def _kind(error: BaseException) -> str:
    """Return the HTTP status of an error or one of its causes; else its class."""
    cause: BaseException | None = error
    while cause is not None:
        if isinstance(code := getattr(cause, "status_code", None), int):
            return str(code)
        cause = cause.__cause__
    return type(error).__name__


def _line(summary: Summary) -> str:
    counts = f"{len(summary.proposals)} proposals, {len(summary.withheld)} withheld"
    incomplete = "" if summary.complete else ", incomplete"
    review = summary.provenance.review if summary.provenance else "off"
    review = "" if review in ("off", "done") else f", review {review}"
    return f"done, {counts}{incomplete}{review}{_cost(summary.usage)}"


def _cost(usage: Usage | None) -> str:
    if usage is None:
        return ""
    tokens = f", {usage.input_tokens} + {usage.output_tokens} tokens" if usage.input_tokens else ""
    return f", {usage.attempts} attempts{tokens}, {usage.seconds:.2f} s"
