"""Open pages in Chromium as it is installed, cut off from the network, with an eye on all they do."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from playwright.sync_api import Browser, Page, Route, sync_playwright

__all__ = ["CHROMIUM", "Tab", "launched", "opened"]

CHROMIUM = next(filter(None, map(shutil.which, ("chromium", "chromium-browser"))), None)
_ARGUMENTS = (
    "--no-sandbox --disable-gpu --disable-quic --no-first-run --disable-background-networking "
    "--disable-component-update --disable-sync --force-color-profile=srgb --font-render-hinting=none"
)


@contextmanager
def launched() -> Iterator[Browser]:
    """Start Chromium without a window; end it afterwards."""
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=CHROMIUM, headless=True, args=_ARGUMENTS.split()
        )
        yield browser
        browser.close()


@dataclass
class Tab:
    """One tab, and what its page did that no page of ours does, in words.

    Its pages stand in one file, one after the other, and may fetch nothing but that.
    """

    page: Page
    file: Path
    deeds: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        page = self.page
        page.context.route("**/*", self._route)
        page.on("dialog", self._dialog)
        page.on("console", lambda message: self._note("console", message.text))
        page.on("pageerror", lambda error: self._note("error", error))
        page.on("popup", lambda popup: self._note("window", popup.url))
        page.on("download", lambda download: self._note("download", download.url))
        page.on("frameattached", lambda frame: self._note("frame", frame.url))
        page.on("request", lambda request: self._address("request", request.url))
        page.on("framenavigated", lambda frame: self._address("navigation", frame.url))

    def open(self, html: str, fragment: str = "") -> Page:
        """Open a page, at the fragment of its address if there is one."""
        self.file.write_text(html, encoding="utf-8", newline="")
        self.page.goto(self.file.as_uri() + fragment)
        return self.page

    def check(self) -> None:
        """Fail if a page spoke on the console, asked for something, opened or went anywhere."""
        deeds, self.deeds = self.deeds, []
        assert not deeds, deeds

    def _note(self, kind: str, what: Any) -> None:
        self.deeds.append(f"{kind}: {what}")

    def _address(self, kind: str, url: str) -> None:
        if not self._own(url):
            self._note(kind, url)

    def _own(self, url: str) -> bool:
        return url.partition("#")[0] == self.file.as_uri()

    def _dialog(self, dialog: Any) -> None:
        self._note("dialog", dialog.message)
        dialog.dismiss()

    def _route(self, route: Route) -> None:
        if self._own(route.request.url):
            route.continue_()
        else:
            route.abort()  # and noted as a request


@contextmanager
def opened(browser: Browser, folder: Path, **options: Any) -> Iterator[Tab]:
    """Open a tab in a window of its own; what its pages did beyond being read fails at the end.

    Args:
        browser: where.
        folder: where the pages are written.
        options: of the context: `viewport`, `color_scheme`, `java_script_enabled`, …
    """
    usual = {"viewport": {"width": 1280, "height": 800}, "reduced_motion": "reduce"}
    context = browser.new_context(**{**usual, **options})
    try:
        tab = Tab(context.new_page(), folder / "page.html")
        tab.page.set_default_timeout(20_000)
        yield tab
    finally:
        context.close()
    tab.check()
