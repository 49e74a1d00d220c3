"""One browser for each file of tests, and pages opened in it; skipped where there is no Chromium."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
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
    """Open the text of a page in a tab; `opened` says how, and what it must not do."""
    from tests.browser.chromium import opened

    def show(html: str, fragment: str = "", **options: Any) -> AbstractContextManager[Any]:
        file = tmp_path / "page.html"
        file.write_text(html, encoding="utf-8", newline="")
        return opened(browser, file, fragment, **options)

    return show
