"""An operator sees one line and one span for each article, a span for each request, and no secret."""

from __future__ import annotations

import logging
import sys

import pytest
from opentelemetry import trace

import guarantee_summarizer as gs
from guarantee_summarizer.testing import Reply, ScriptedEndpoint
from tests.llm.conftest import ANSWER, KEY, TEXT


@pytest.fixture
def spans(exporter):
    exporter.clear()
    return exporter.get_finished_spans


WRONG = {**ANSWER, "participants": [*ANSWER["participants"], {"name": "Nobody"}]}


def asked(replies, article=TEXT, **options):
    with (
        ScriptedEndpoint(replies) as endpoint,
        gs.Summarizer(
            "m", base_url=endpoint.url, api_key=KEY, **{"review": False, **options}
        ) as works,
    ):
        return works.summarize(article)


def test_every_article_has_one_line_in_the_log(caplog):
    caplog.set_level(logging.INFO, "guarantee_summarizer")
    asked([Reply(answer=ANSWER)], gs.Article.from_text(TEXT, source="norvia.txt"))
    (line,) = (r.getMessage() for r in caplog.records if r.name == "guarantee_summarizer")
    assert line.startswith("norvia.txt: done, 2 proposals, 0 withheld, 1 attempts, 100 + 50 tokens")


def test_a_streamed_article_has_its_line_and_its_span_too(caplog, spans):
    caplog.set_level(logging.INFO, "guarantee_summarizer")
    with (
        ScriptedEndpoint([Reply(answer=ANSWER)]) as endpoint,
        gs.Summarizer("m", base_url=endpoint.url, api_key=KEY, review=False, tracing=True) as works,
    ):
        *_, last = works.stream(gs.Article.from_text(TEXT, source="norvia.txt"))
    (line,) = (r.getMessage() for r in caplog.records if r.name == "guarantee_summarizer")
    assert line.startswith(f"norvia.txt: done, {len(last.proposals)} proposals")
    request, whole = spans()
    assert whole.name == "summarize article"
    assert request.parent.span_id == whole.context.span_id


def test_a_failure_is_a_warning_without_the_answer(caplog):
    with pytest.raises(gs.RefusalError):
        asked([Reply(refusal=f"I cannot, {KEY}")])
    (record,) = (r for r in caplog.records if r.name == "guarantee_summarizer")
    assert record.levelname == "WARNING"
    assert record.getMessage().startswith("the text: failed (RefusalError), 1 attempts")
    assert KEY not in record.getMessage()


def test_a_span_for_the_article_holds_one_for_each_request(spans):
    asked([Reply(answer=WRONG), Reply(answer={})], tracing=True, attempts=2)
    first, second, whole = spans()
    assert whole.name == "summarize article"
    assert whole.attributes["guarantee_summarizer.withheld"] == 1
    for span in (first, second):
        assert span.name == "chat m"
        assert span.kind is trace.SpanKind.CLIENT
        assert span.parent.span_id == whole.context.span_id
        assert span.attributes["gen_ai.operation.name"] == "chat"
        assert span.attributes["gen_ai.request.model"] == "m"
        assert span.attributes["gen_ai.usage.input_tokens"] == 100
        assert span.attributes["gen_ai.response.finish_reasons"] == ("tool_calls",)
        assert span.attributes["server.address"] == "127.0.0.1"


def test_spans_hold_neither_key_nor_text_and_failures_their_kind(spans):
    with pytest.raises(gs.BadRequestError):
        asked([Reply(status=400, body='{"error": {"message": "no"}}')], tracing=True)
    attempt, whole = spans()
    assert attempt.attributes["error.type"] == "400"
    assert whole.attributes["error.type"] == "BadRequestError"
    shown = "".join(span.to_json() for span in spans())
    assert KEY not in shown
    assert "Ostmark" not in shown


def test_without_the_option_there_are_no_spans(spans):
    asked([Reply(answer=ANSWER)])
    assert spans() == ()


def test_a_missing_extra_is_named_with_its_command(monkeypatch):
    monkeypatch.setitem(sys.modules, "opentelemetry.trace", None)
    with pytest.raises(
        gs.ConfigurationError, match=r"pip install 'guarantee-summarizer\[tracing\]'"
    ):
        gs.Summarizer(tracing=True)
