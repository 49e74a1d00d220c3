"""Tokens in paths and passwords of letters are secrets; endpoints, models and articles are not."""

from __future__ import annotations

import json

import pytest

import guarantee_summarizer as gs
from guarantee_summarizer.places import masked_url, secrets_in_url
from guarantee_summarizer.secrets import Secrets
from guarantee_summarizer.testing import Reply, ScriptedEndpoint

TOKENS = (
    "made1up2made3up4made5", "tk-made1up2made3up4made5", "".join(f"{n}ade" for n in range(8)),
    "key_made1up2made3up4made5up6", "made1Up2made3Up4made5.made6Up7", "mA3-dE6_uP9-mA2_dE5-uP8_mA1",
)  # fmt: skip
PATHS = (
    "v1/chat/completions", "openai/deployments/gpt-4o-mini-2024-07-18/chat/completions",
    "openai/deployments/my-gpt4o-deployment-2024-08-06", "v1beta/openai/",
    "accounts/fireworks/models/llama-v3p1-70b-instruct", "inference/v1/accounts/fireworks/models",
    "v1/projects/my-project-123456/locations/us-central1/endpoints/openapi",
    "models/meta-llama/Meta-Llama-3.1-70B-Instruct-Turbo/v1", "model/Qwen2.5-Coder-32B-Instruct-AWQ",
    "model/anthropic.claude-3-5-sonnet-20241022-v2:0/invoke", "news/2024-05-01T12:00:00Z/items",
    "workspaces/550e8400-e29b-41d4-a716-446655440000/v1", "internationalization/guarantees",
    "v1/projects/12345678901234567890",
)  # fmt: skip
TEXT = (
    "France would send 20,000 troops under Article 5 by 2026-03-01, UN resolution S/RES/2202 (2015) "
    "says; see https://www.example.org/en/2025/11/28/coalition-of-the-willing-meets-in-paris-2025."
)


@pytest.mark.parametrize("token", TOKENS)
def test_a_token_in_a_path_shows_nowhere(token, tmp_path):
    """Messages, settings, reprs and ledgers hold a mask in place of a token in `base_url`."""
    url = f"http://127.0.0.1:9/v1/{token}/openai"
    assert masked_url(url) == "http://127.0.0.1:9/v1/***/openai"
    ledger = tmp_path / "run.sqlite"
    with gs.Summarizer("m", base_url=url, api_key="none", attempts=1, review=False) as works:
        shown = [repr(works), json.dumps(works.settings), repr(works._configuration.endpoint)]
        shown += map(str, works.map([TEXT], ledger=ledger))
        with pytest.raises(gs.ConfigurationError, match="give it whole"):
            gs.Summarizer(**works.settings)
    shown.append(ledger.read_bytes().decode("latin-1"))
    assert not [text for text in shown if token in text]
    assert token not in Secrets(secrets_in_url(url)).scrub(f"404: no path /v1/{token}/openai here")


@pytest.mark.parametrize("path", PATHS)
def test_paths_of_endpoints_stay(path):
    """No part of an ordinary path is a secret."""
    url = f"https://host.example/{path}"
    assert masked_url(url) == url
    assert not [*secrets_in_url(url)]


def test_a_password_of_letters_is_scrubbed_as_a_word():
    """A password of eight letters is masked where it is a whole word, and nowhere else."""
    scrubber = Secrets.of(secrets_in_url("https://ann:correcthorse@host/v1"))
    assert (
        scrubber.scrub("login correcthorse failed, CorrectHorse too") == "login *** failed, *** too"
    )
    assert scrubber.scrub("correcthorses are no login") == "correcthorses are no login"
    assert (
        Secrets.of(["correcthorse"]).scrub("a correcthorse") == "a correcthorse"
    )  # a key may be a word
    assert scrubber.scrub(TEXT) == TEXT
    short = Secrets.of(secrets_in_url("https://ann:horse@host/v1"))
    assert short.scrub("a horse of ann") == "a horse of ann"


def test_an_article_stays_beside_such_secrets():
    """A summary is the same with a token in the path and a password that the article has as a word."""
    answer = {"relevant": True, "abstract": "France would send 20,000 troops under Article 5."}
    made = []
    for login in ("", "ann:resolution@"):
        with ScriptedEndpoint([Reply(answer=answer)]) as endpoint:
            url = endpoint.url.replace("://", f"://{login}")
            with gs.Summarizer("m", base_url=url, api_key="none", review=False) as works:
                made.append(works.summarize(TEXT).model_dump(exclude={"usage", "provenance"}))
    assert made[0] == made[1]
