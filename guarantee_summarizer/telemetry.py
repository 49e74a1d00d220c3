"""What an operator sees of the work: one log line for each article, and OpenTelemetry spans.

Spans follow the semantic conventions of OpenTelemetry for generative AI (status: development, so
that the names are written out here, once). Neither logs nor spans hold a prompt, an answer or a key.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any
from urllib.parse import urlsplit

from guarantee_summarizer._version import __version__
from guarantee_summarizer.article import Article
from guarantee_summarizer.errors import GuaranteeSummarizerError, load_extra
from guarantee_summarizer.schema import Summary, Usage

__all__ = ["Telemetry"]

_LOG = logging.getLogger("guarantee_summarizer")
_LOG.addHandler(logging.NullHandler())


class Telemetry:
    """Notes articles and attempts; it is told, and changes nothing.

    Args:
        tracing: write spans through the OpenTelemetry API to whatever the program set up.

    Raises:
        ConfigurationError: spans are wanted and the API is not installed.
    """

    def __init__(self, *, tracing: bool = False) -> None:
        self._tracer = _tracer() if tracing else None

    @contextmanager
    def article(self, article: Article) -> Iterator[Callable[[Summary], Summary]]:
        """One article from the text to the summary; yields what to hand the summary through.

        At INFO one line in the log `guarantee_summarizer`, at WARNING if the article failed.
        """
        with self._span(
            "summarize article", {"guarantee_summarizer.article.id": article.id}
        ) as set_:

            def finished(summary: Summary) -> Summary:
                _LOG.info("%s: %s", article.source, _told(summary))
                set_("guarantee_summarizer.withheld", len(summary.withheld))
                return summary

            try:
                yield finished
            except GuaranteeSummarizerError as error:
                cost = _cost(getattr(error, "usage", None))
                _LOG.warning("%s: failed (%s)%s", article.source, type(error).__name__, cost)
                set_("error.type", type(error).__name__)
                raise

    @contextmanager
    def attempt(self, model: str, address: str) -> Iterator[Callable[[Any], None]]:
        """One request to a model; yields what to tell the response."""
        place = urlsplit(address)
        known = {
            "gen_ai.operation.name": "chat",
            "gen_ai.provider.name": "openai",  # whose interface is spoken
            "gen_ai.request.model": model,
            "gen_ai.output.type": "json",
            "server.address": place.hostname,
            "server.port": place.port,
        }
        with self._span(f"chat {model}", known, kind="CLIENT") as set_:

            def answered(response: Any) -> None:
                usage = getattr(response, "usage", None)
                reasons = [c.finish_reason for c in getattr(response, "choices", None) or ()]
                set_("gen_ai.response.id", getattr(response, "id", None))
                set_("gen_ai.response.model", getattr(response, "model", None))
                set_("gen_ai.response.finish_reasons", reasons or None)
                set_("gen_ai.usage.input_tokens", getattr(usage, "prompt_tokens", None))
                set_("gen_ai.usage.output_tokens", getattr(usage, "completion_tokens", None))

            try:
                yield answered
            except Exception as error:
                set_("error.type", _kind(error))
                raise

    @contextmanager
    def _span(
        self, name: str, known: dict[str, Any], *, kind: str = "INTERNAL"
    ) -> Iterator[Callable[[str, Any], None]]:
        if self._tracer is None:
            yield lambda *_: None
            return
        from opentelemetry.trace import SpanKind  # noqa: PLC0415  (an extra)

        attributes = {key: value for key, value in known.items() if value is not None}
        with self._tracer.start_as_current_span(
            name, kind=SpanKind[kind], attributes=attributes, record_exception=False
        ) as span:
            yield lambda key, value: None if value is None else span.set_attribute(key, value)


def _tracer() -> Any:
    trace = load_extra("opentelemetry.trace", extra="tracing")
    return trace.get_tracer("guarantee_summarizer", __version__)


def _kind(error: BaseException) -> str:
    """The HTTP status that an error, or what caused it, carries; else its class."""
    cause: BaseException | None = error
    while cause is not None:
        if isinstance(code := getattr(cause, "status_code", None), int):
            return str(code)
        cause = cause.__cause__
    return type(error).__name__


def _told(summary: Summary) -> str:
    counts = f"{len(summary.proposals)} proposals, {len(summary.withheld)} withheld"
    whole = "" if summary.complete else ", incomplete"
    return f"done, {counts}{whole}{_cost(summary.usage)}"


def _cost(usage: Usage | None) -> str:
    if usage is None:
        return ""
    tokens = f", {usage.input_tokens} + {usage.output_tokens} tokens" if usage.input_tokens else ""
    return f", {usage.attempts} attempts{tokens}, {usage.seconds:.2f} s"
