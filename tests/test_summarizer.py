"""One piece of work has one key; what makes a difference to the summary makes one to the key."""

from __future__ import annotations

import pickle

import pytest

import guarantee_summarizer as gs
from guarantee_summarizer import configuration as module

ARTICLE = gs.Article.from_text("Norvia asks for guarantees.")
PLACE = {"model": "m", "base_url": "http://127.0.0.1:1/v1"}


@pytest.fixture
def norvian(tmp_path):
    (tmp_path / "actors.csv").write_text("name,kind,aliases\nNorvian League,organization,NL\n")
    return tmp_path


@pytest.mark.parametrize("place", [{}, PLACE])
def test_another_lexicon_is_another_key(norvian, place):
    plain, own = gs.Summarizer(**place), gs.Summarizer(**place, lexicon=norvian)
    assert plain.key(ARTICLE) != own.key(ARTICLE)


@pytest.mark.parametrize("place", [{}, PLACE])
def test_other_checks_are_another_key(monkeypatch, place):
    before = gs.Summarizer(**place).key(ARTICLE)
    monkeypatch.setattr(module, "CHECKS_VERSION", module.CHECKS_VERSION + 1)
    assert gs.Summarizer(**place).key(ARTICLE) != before


def test_the_key_does_not_change_on_the_way_to_another_process(norvian):
    summarizer = gs.Summarizer(**PLACE, lexicon=norvian, api_key="sk-made-up")
    state = pickle.dumps(summarizer)
    assert b"sk-made-up" not in state
    assert pickle.loads(state).key(ARTICLE) == summarizer.key(ARTICLE)  # noqa: S301
