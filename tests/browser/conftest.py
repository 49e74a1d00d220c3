"""One browser for each file of tests, and pages opened in it; skipped where there is no Chromium."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path
from typing import Any

import pytest


@pytest.fixture(scope="module")
def browser() -> Iterator[Any]:
    """Not for the whole session: the event loop under it must not meet tests that run their own."""
    pytest.importorskip("playwright", reason="pages are not looked at: playwright is not installed")
    from tests.browser.chromium import CHROMIUM, launched

    if CHROMIUM is None:
        pytest.skip("pages are not looked at: there is no Chromium (Debian's package: chromium)")
    with launched() as browser:
        yield browser


@pytest.fixture
def show(browser: Any, tmp_path: Path) -> Callable[..., AbstractContextManager[Any]]:
    """Open a page in a window of its own; `opened` says how, and what it must not do."""
    from tests.browser.chromium import opened

    @contextmanager
    def show(html: str, fragment: str = "", **options: Any) -> Iterator[Any]:
        with opened(browser, tmp_path, **options) as tab:
            yield tab.open(html, fragment)

    return show
