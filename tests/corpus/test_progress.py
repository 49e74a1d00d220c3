"""How far a run is, where there is no terminal: below a notebook's cell."""

from __future__ import annotations

from contextlib import suppress

import pytest

from guarantee_summarizer.corpus import progress
from guarantee_summarizer.corpus.results import Status


@pytest.fixture
def drawn(monkeypatch) -> list[dict[str, str]]:
    """What a notebook was told to show, one after the other in one place."""
    shown: list[dict[str, str]] = []

    class Handle:
        def update(self, data, *, raw):
            assert raw
            shown.append(data)

    def display(data, *, raw, display_id):
        assert raw
        assert display_id
        shown.append(data)
        return Handle()

    monkeypatch.setattr("IPython.display.display", display)
    monkeypatch.setattr("rich.console._is_jupyter", lambda: True)
    return shown


def test_a_notebook_shows_a_bar_that_ends_with_the_last_count(drawn):
    with progress.shown(True) as show:
        for done in range(1, 4):
            show(Status(done=done, total=3, seconds=done * 0.01))
    assert drawn[-1]["text/html"].startswith(
        '<progress value="3" max="3"></progress> 3 of 3: 3 done'
    )
    assert drawn[-1]["text/plain"].startswith("3 of 3: 3 done, 0 failed")
    assert len(drawn) == 2  # not one for each of what takes a hundredth of a second


def test_a_bar_without_an_end_says_how_many_are_done(drawn):
    with progress.shown(True) as show:
        show(Status(done=1_200, seconds=60))
    assert "<progress></progress> 1,200: 1,200 done" in drawn[-1]["text/html"]


def test_a_run_that_breaks_off_leaves_its_last_count(drawn):
    with suppress(KeyboardInterrupt), progress.shown(True) as show:
        show(Status(done=1, total=9, seconds=0.2))
        show(Status(done=2, total=9, seconds=0.21))
        raise KeyboardInterrupt
    assert "2 of 9" in drawn[-1]["text/html"]
    assert "s left" in drawn[-1]["text/plain"]
