"""Build the site: `make docs`, or `python -m sphinx -W -E docs build/docs`. Nothing is fetched."""

from __future__ import annotations

import re
import sys
from pathlib import Path
from typing import Any

sys.path[:0] = [str(Path(__file__).parent), str(Path(__file__).parent.parent)]

import explain

from guarantee_summarizer import __version__

project = "guarantee-summarizer"
author = "the authors of guarantee-summarizer"
project_copyright = "Apache-2.0"
release = version = __version__

extensions = ["myst_parser", "sphinx.ext.autodoc", "sphinx.ext.napoleon"]
exclude_patterns = ["_build"]
html_theme = "furo"
html_title = f"{project} {__version__}"
html_static_path = ["_static"]
html_css_files = ["wide.css"]
html_show_sphinx = False
html_copy_source = False

myst_heading_anchors = 3
default_role = "code"  # docstrings write code in single backticks
autodoc_typehints = "none"  # the docstrings say it in words
autodoc_member_order = "bysource"
napoleon_use_rtype = False
napoleon_use_ivar = True

_GENERATED = re.compile(r"^<!-- generated: (\w+)((?: \w+)*) -->$", re.MULTILINE)


def generate(_app: Any, _page: str, source: list[str]) -> None:
    """Put what a page asks for in its place, before the page is read."""
    source[0] = _GENERATED.sub(
        lambda asked: explain.GENERATORS[asked[1]](*asked[2].split()), source[0]
    )


def setup(app: Any) -> None:
    """Connect the generator."""
    app.connect("source-read", generate)
