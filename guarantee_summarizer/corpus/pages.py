"""Saved web pages: the article without its surroundings, and what the page says about it."""

from __future__ import annotations

import codecs
import json
import re
from collections.abc import Iterator
from contextlib import suppress
from datetime import date
from pathlib import Path
from typing import Any

from guarantee_summarizer.article import Article, decode
from guarantee_summarizer.corpus.extras import load
from guarantee_summarizer.corpus.streams import LONGEST
from guarantee_summarizer.errors import ArticleError

__all__ = ["article_from_html", "read_html"]

_CHARSET = re.compile(rb"<meta[^>]{,200}?charset\s*=\s*[\"']?\s*([\w-]+)", re.IGNORECASE)
_JSON_LD = "application/ld+json"
_CHANGED = re.compile(r"modif|updat", re.IGNORECASE)
_OTHER_DAY = re.compile(r'("(?!datePublished")[\w:@]+"\s*:\s*)"\d{4}-\d\d-\d\d[^"]*"')
_NEWS = re.compile(r"Article|Posting|Report")


def article_from_html(html: str, *, url: str | None = None, source: str = "the page") -> Article:
    """The article of a web page: its paragraphs without menus, notices, related links and comments.

    Title, outlet, address and day of publication are the page's own. A page that names only
    the day of its last change has no day of publication. Nothing is fetched.

    Args:
        html: the page.
        url: where it stands; the page's own canonical address if left out.
        source: what messages call the page, for instance its file name.

    Raises:
        ArticleError: the page holds no article, or as in `Article.from_text`.
        ConfigurationError: trafilatura is not installed.
    """
    trafilatura = load("html")
    try:
        page, day = _extracted(trafilatura, html, url)
    except Exception as error:  # what anybody wrote into a page must not end a long run
        reason = " ".join(str(error).split()) or type(error).__name__
        raise ArticleError(f"{source}: is not a readable page ({reason})") from error
    if page is None or not page.text:
        raise ArticleError(f"{source}: no article was found on the page; give its text")
    return Article.from_text(
        page.text.removeprefix(f"{page.title}\n"),
        title=page.title,
        published=day or page.date,
        outlet=page.sitename,
        url=url or page.url,
        source=source,
    )


def _extracted(trafilatura: Any, html: str, url: str | None) -> tuple[Any, date | None]:
    """What trafilatura makes of the page, and the day that its structured data give."""
    tree = trafilatura.load_html(html.encode(errors="replace").decode())
    if tree is None:
        return None, None
    day = _published(tree)
    # Searching the text for dates as well would take the year of a copyright line for one.
    dates = {"original_date": True, "extensive_search": False}
    page = trafilatura.bare_extraction(
        tree, url=url, include_comments=False, with_metadata=True, date_extraction_params=dates
    )
    return page, day


def read_html(path: Path) -> Article:
    """The article of a saved page, see `article_from_html`; the page may name its own encoding."""
    with path.open("rb") as file:
        data = file.read(LONGEST + 1)
    if len(data) > LONGEST:
        raise ArticleError(f"{path}: is larger than {LONGEST:,} bytes; no page of one article is")
    return article_from_html(_decode_page(data, str(path)), source=str(path))


def _decode_page(data: bytes, name: str) -> str:
    """UTF-8 before what the page claims: many a claim outlived the page's conversion."""
    try:
        return decode(data, name)
    except ArticleError:
        claim = _CHARSET.search(data[:4096])
        if claim is None:
            raise
        with suppress(LookupError):
            label = codecs.lookup(claim[1].decode()).name
            # Browsers read Latin-1 as its superset, and so do those who write it.
            return data.decode("cp1252" if label == "iso8859-1" else label, errors="replace")
        raise


def _published(tree: Any) -> date | None:
    """The day that the page's structured data give; all that tells of other days is taken out."""
    day: date | None = None
    for script in tree.xpath("//script"):
        if script.get("type") != _JSON_LD:
            script.drop_tree()
            continue
        text = script.text or ""
        day = day or next(_days(text), None)
        script.text = _OTHER_DAY.sub(r'\1""', text)
    for meta in tree.xpath("//meta"):
        names = " ".join(
            meta.get(key, "") for key in ("property", "name", "itemprop", "http-equiv")
        )
        if _CHANGED.search(names):
            meta.drop_tree()
    return day


def _days(text: str) -> Iterator[date]:
    """The days on which the articles described in JSON-LD were published."""
    try:
        data = json.loads(text)
    except (ValueError, RecursionError):
        return
    for node in _nodes(data):
        value = node.get("datePublished")
        if isinstance(value, str) and _NEWS.search(str(node.get("@type"))):
            with suppress(ValueError):
                yield date.fromisoformat(value.strip()[:10])


def _nodes(data: Any) -> Iterator[dict[str, Any]]:
    for node in data if isinstance(data, list) else [data]:
        if isinstance(node, dict):
            yield node
            graph = node.get("@graph")
            yield from (
                n for n in (graph if isinstance(graph, list) else []) if isinstance(n, dict)
            )
