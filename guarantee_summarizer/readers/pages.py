"""Read saved web pages."""

from __future__ import annotations

import codecs
import json
import re
from collections.abc import Iterator
from contextlib import suppress
from datetime import date
from typing import Any

from guarantee_summarizer.article import Article
from guarantee_summarizer.encodings import decode
from guarantee_summarizer.errors import ArticleError, load_extra
from guarantee_summarizer.fields import day_of
from guarantee_summarizer.readers.records import reason_of
from guarantee_summarizer.sizes import knotted

__all__ = ["article_from_html", "decode_markup"]

_CHARSET = re.compile(
    rb"<meta[^>]{,200}?charset\s*=\s*[\"']?\s*([\w-]+)"
    rb"|<\?xml[^>]{,200}?encoding\s*=\s*[\"']([\w-]+)",
    re.IGNORECASE,
)
_DECLARATION = re.compile(r"^\s*<\?xml[^>]*\?>")  # lxml takes no text that names an encoding
_JSON_LD = "application/ld+json"
_CHANGED = re.compile(r"modif|updat", re.IGNORECASE)
_OTHER_DAY = re.compile(r'("(?!datePublished")[\w:@]+"\s*:\s*)"\d{4}-\d\d-\d\d[^"]*"')
_NEWS = re.compile(r"Article|Posting|Report")
_SPECIFIC = re.compile(r"NewsArticle|Posting|Report")
_INSIDE = ("@graph", "mainEntity", "mainEntityOfPage")  # where JSON-LD has the article of a page
_DEEPEST = 8
_LONGEST_DATA = 500_000  # characters of JSON-LD that are read; no news has a tenth of it


def article_from_html(html: str, *, url: str | None = None, source: str = "the page") -> Article:
    """Extract the article of a web page, without menus, notices, related links and comments.

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
    trafilatura = load_extra("trafilatura", extra="html")
    try:
        page, day = _extracted(trafilatura, html, url)
    except Exception as error:  # what anybody wrote into a page must not end a long run
        raise ArticleError(f"{source}: is not a readable page ({reason_of(error)})") from error
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
    if too_much := knotted(html):
        raise ValueError(f"it has {too_much}")
    html = _DECLARATION.sub("", html.lstrip("\ufeff"))
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


def decode_markup(data: bytes, name: str) -> str:
    """Decode HTML or XML: UTF-8 before what it claims, for many a claim outlived a conversion.

    Raises:
        ArticleError: it is neither UTF-8 nor says what it is.
    """
    try:
        return decode(data, name)
    except ArticleError:
        claim = _CHARSET.search(data[:4096])
        if claim is None:
            raise
        with suppress(LookupError):
            label = codecs.lookup((claim[1] or claim[2]).decode()).name
            # Browsers read Latin-1 as its superset, and so do those who write it.
            return data.decode("cp1252" if label == "iso8859-1" else label, errors="replace")
        raise


def _published(tree: Any) -> date | None:
    """The day in the page's structured data; whatever gives other days is removed from the tree."""
    found: list[tuple[bool, date]] = []
    for script in tree.xpath("//script"):
        if (script.get("type") or "").partition(";")[0].strip().lower() != _JSON_LD:
            script.drop_tree()
            continue
        text = script.text or ""
        if len(text) > _LONGEST_DATA:
            script.drop_tree()
            continue
        found += _days(text)
        script.text = _OTHER_DAY.sub(r'\1""', text)
    for meta in tree.xpath("//meta"):
        names = " ".join(
            meta.get(key, "") for key in ("property", "name", "itemprop", "http-equiv")
        )
        if _CHANGED.search(names):
            meta.drop_tree()
    return max(found)[1] if found else None


def _days(text: str) -> Iterator[tuple[bool, date]]:
    """The days on which articles in JSON-LD were published; those of news come last when sorted."""
    try:
        data = json.loads(text)
    except (ValueError, RecursionError):
        return
    for node in _nodes(data):
        kind = str(node.get("@type"))
        if _NEWS.search(kind) and (day := _day(node.get("datePublished"))):
            yield bool(_SPECIFIC.search(kind)), day


def _day(value: Any) -> date | None:
    return day_of(value.strip()[:10]) or day_of(value) if isinstance(value, str) else None


def _nodes(data: Any, depth: int = 0) -> Iterator[dict[str, Any]]:
    """The descriptions of the page and of its article; not those of related ones."""
    for node in data if isinstance(data, list) else [data]:
        if isinstance(node, dict) and depth < _DEEPEST:
            yield node
            for name in _INSIDE:
                yield from _nodes(node.get(name), depth + 1)
