"""Fill the templates of pages: text is data, style and script are inlined, nothing is fetched.

A page extends `base.html.jinja` and names its style sheets, files beside the templates.
"""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Iterable, Sequence
from functools import cache
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import jinja2
from markupsafe import Markup

from guarantee_summarizer._version import __version__
from guarantee_summarizer.render.entries import claim_id
from guarantee_summarizer.text import printable

__all__ = ["fill", "page", "web_address"]

_FOLDER = Path(__file__).parent / "templates"


def page(
    template: str,
    *,
    styles: Sequence[str] = ("style.css",),
    **variables: Any,
) -> str:
    """Fill a template that extends `base.html.jinja`: one self-contained HTML document.

    Its Content-Security-Policy allows only the inlined style sheets and scripts, by their hashes;
    injected code could neither run nor be fetched.

    Args:
        template: the file name of a template.
        styles: the style sheets to inline, in order.
        variables: the template's values; every text is escaped, and printable.
    """
    css, js = [*map(_inlined, styles)], [_inlined("script.js")]
    policy = (
        f"default-src 'none'; style-src {_sources(css)}; script-src {_sources(js)}; "
        "base-uri 'none'; form-action 'none'"
    )
    return fill(template, styles=css, scripts=js, policy=policy, version=__version__, **variables)


def fill(template: str, **variables: Any) -> str:
    """Fill a template; every text in it is escaped, without characters that are not `printable`."""
    return _environment().get_template(template).render(**variables)


def web_address(url: str | None) -> str | None:
    """Return an address that is safe to link: http or https with a host; else None.

    >>> web_address("https://example.org/a"), web_address("javascript:alert(1)")
    ('https://example.org/a', None)
    """
    address = printable(url or "").strip()
    try:
        parts = urlsplit(address)
    except ValueError:
        return None
    return address if parts.scheme in ("http", "https") and parts.hostname else None


@cache
def _environment() -> jinja2.Environment:
    environment = jinja2.Environment(
        loader=jinja2.FileSystemLoader(_FOLDER),
        autoescape=True,
        undefined=jinja2.StrictUndefined,
        finalize=_shown,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters |= {"claim_id": claim_id, "css": _inlined, "shortened": _shortened}
    return environment


def _shown(value: Any) -> Any:
    """Return the output of a template for a value; all text passes through here."""
    is_text = isinstance(value, str) and not isinstance(value, Markup)
    return printable(value) if is_text else value


def _shortened(text: str, length: int) -> str:
    return text if len(text) <= length else f"{text[: length - 1]}…"


@cache
def _inlined(name: str) -> Markup:
    """Return a style sheet or a script as it is between its tags."""
    lines = (_FOLDER / name).read_text(encoding="utf-8").splitlines()
    return Markup("\n".join(filter(None, map(str.strip, lines))))  # noqa: S704  (our own file)


def _sources(blocks: Iterable[str]) -> str:
    """Return the source expressions that allow exactly these blocks."""
    digests = (hashlib.sha256(block.encode()).digest() for block in blocks)
    return " ".join(f"'sha256-{base64.b64encode(d).decode()}'" for d in digests) or "'none'"
