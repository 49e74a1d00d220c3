"""Take the pictures of the README: `python -m tests.browser.screenshots FOLDER`."""

from __future__ import annotations

import base64
import io
import sys
import tempfile
from pathlib import Path
from typing import Any

from rich.console import Console
from rich.terminal_theme import MONOKAI

import guarantee_summarizer as gs
from tests.browser.chromium import launched, opened
from tests.conftest import SEED
from tests.dossier.labelled import right_summaries

# by name: what is shown, the claim that is chosen, if any, and the context
PICTURES: dict[str, tuple[str, str, dict[str, Any]]] = {
    "page": ("summary", "", {}),
    "page-dark": ("summary", "#claim-structure-layers-2", {"color_scheme": "dark"}),
    "page-phone": (
        "summary",
        "",
        {"viewport": {"width": 390, "height": 844}, "device_scale_factor": 2},
    ),
    "dossier": ("dossier", "", {}),
    "terminal": ("terminal", "", {"viewport": {"width": 960, "height": 690}}),
}


def in_terminal(summary: gs.Summary) -> str:
    """The page that a terminal of 96 columns would be."""
    console = Console(
        record=True, width=96, file=io.StringIO(), force_terminal=True, highlight=False
    )
    console.print("[bold]$ guarantee-summarizer summarize seeds/000_2fc7fc292f528f96.txt[/bold]")
    gs.print_summary(summary, console)
    return console.export_html(theme=MONOKAI, inline_styles=True)


def main(folder: str) -> None:
    """Write one picture for each name into the folder."""
    summary = gs.summarize(gs.Article.from_file(SEED))
    shown = {
        "summary": gs.to_html(summary),
        "terminal": in_terminal(summary),
        "dossier": gs.to_html(gs.Dossier(right_summaries().values())),
    }
    with launched() as browser, tempfile.TemporaryDirectory() as pages:
        for name, (what, claim, options) in PICTURES.items():
            with opened(browser, Path(pages), **options) as tab:
                page = tab.open(shown[what], claim)
                session = page.context.new_cdp_session(page)  # playwright itself writes no WebP
                shot = session.send("Page.captureScreenshot", {"format": "webp", "quality": 80})
                (Path(folder) / f"{name}.webp").write_bytes(base64.b64decode(shot["data"]))
                tab.check()


if __name__ == "__main__":
    main(*sys.argv[1:])
