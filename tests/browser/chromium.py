"""Open pages in Chromium as it is installed, cut off from the network, with an eye on all they do."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from playwright.sync_api import Browser, Page, Route, sync_playwright

__all__ = ["CHROMIUM", "Seen", "launched", "opened"]

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
class Seen:
    """What a page did that no page of ours does, in words; `file` is all that it may fetch."""

    file: str
    deeds: list[str] = field(default_factory=list)

    def watch(self, page: Page) -> None:
        """Listen to a page from before it opens its file."""
        page.context.route("**/*", self._route)
        page.on("dialog", self._dialog)
        page.on("console", lambda message: self._note("console", message.text))
        page.on("pageerror", lambda error: self._note("error", error))
        page.on("popup", lambda popup: self._note("window", popup.url))
        page.on("download", lambda download: self._note("download", download.url))
        page.on("frameattached", lambda frame: self._note("frame", frame.url))
        page.on("request", lambda request: self._address("request", request.url))
        page.on("framenavigated", lambda frame: self._address("navigation", frame.url))

    def _note(self, kind: str, what: Any) -> None:
        self.deeds.append(f"{kind}: {what}")

    def _address(self, kind: str, url: str) -> None:
        if url.partition("#")[0] != self.file:
            self._note(kind, url)

    def _dialog(self, dialog: Any) -> None:
        self._note("dialog", dialog.message)
        dialog.dismiss()

    def _route(self, route: Route) -> None:
        if route.request.url.partition("#")[0] == self.file:
            route.continue_()
        else:
            self._note("request", route.request.url)
            route.abort()


@contextmanager
def opened(browser: Browser, file: Path, fragment: str = "", **options: Any) -> Iterator[Page]:
    """Open a file in a tab of its own; whatever it does beyond that is an error at the end.

    Args:
        browser: where.
        file: the page; the only thing that it may fetch.
        fragment: of the address.
        options: of the context: `viewport`, `color_scheme`, `java_script_enabled`, …

    Raises:
        AssertionError: the page spoke on the console, asked for something, opened or went anywhere.
    """
    seen = Seen(file.as_uri())
    usual = {"viewport": {"width": 1280, "height": 800}, "reduced_motion": "reduce"}
    context = browser.new_context(**{**usual, **options})
    try:
        page = context.new_page()
        page.set_default_timeout(10_000)
        seen.watch(page)
        page.goto(file.as_uri() + fragment)
        yield page
    finally:
        context.close()
    assert not seen.deeds, seen.deeds
