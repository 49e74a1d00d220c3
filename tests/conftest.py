"""What all tests share: the seed article, and cassettes that replay and never record by accident."""

from __future__ import annotations

import os
import signal
import ssl
from pathlib import Path

import pytest
from hypothesis import settings
from opentelemetry import trace
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.export import SimpleSpanProcessor
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter

import guarantee_summarizer as gs

settings.register_profile("unhurried", deadline=None)  # a busy machine is no failure
settings.load_profile("unhurried")

if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:
    # as a shell's `&` leaves it; children would inherit it
    signal.signal(signal.SIGINT, signal.default_int_handler)

ROOT = Path(__file__).parent.parent
SEED = ROOT / "seeds" / "000_2fc7fc292f528f96.txt"
CASSETTES = ROOT / "cassettes"


@pytest.fixture(scope="session")
def seed() -> gs.Article:
    return gs.Article.from_file(SEED)


@pytest.fixture(scope="session")
def embedded(seed: gs.Article) -> gs.Summary:
    """The embedded extractor's summary of the seed article."""
    return gs.summarize(seed)


@pytest.fixture(scope="session")
def exporter() -> InMemorySpanExporter:
    """What holds the spans of this process; OpenTelemetry takes one provider, once."""
    exporter, provider = InMemorySpanExporter(), TracerProvider()
    provider.add_span_processor(SimpleSpanProcessor(exporter))
    trace.set_tracer_provider(provider)
    return exporter


@pytest.fixture(autouse=True, scope="session")
def _no_certificates():
    """Endpoints are on loopback; reading certificates for each client takes longer than a test."""
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(ssl.SSLContext, "load_verify_locations", lambda *_, **__: None)
        yield


@pytest.fixture(autouse=True)
def _no_key(monkeypatch: pytest.MonkeyPatch) -> None:
    """Tests never see a key, an endpoint or a proxy of the machine they run on."""
    for name in list(os.environ):
        if name.startswith("OPENAI_") or name.lower().endswith("_proxy"):
            monkeypatch.delenv(name)
