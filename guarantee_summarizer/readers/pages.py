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
_DECLARATION = re.compile(r"^\s*<\?xml[^>]*\?>")  # lxml refuses text that declares an encoding
_JSON_LD = "application/ld+json"
_CHANGED = re.compile(r"modif|updat", re.IGNORECASE)
_OTHER_DAY = re.compile(r'("(?!datePublished")[\w:@]+"\s*:\s*)"\d{4}-\d\d-\d\d[^"]*"')
_NEWS = re.compile(r"Article|Posting|Report")
_SPECIFIC = re.compile(r"NewsArticle|Posting|Report")
_INSIDE = ("@graph", "mainEntity", "mainEntityOfPage")  # keys of the page's article in JSON-LD
_DEEPEST = 8
_LONGEST_DATA = 500_000  # characters of JSON-LD that are read; news pages have less than a tenth


def article_from_html(html: str, *, url: str | None = None, source: str = "the page") -> Article:
    """Extract the article of a web page, without menus, notices, related links and comments.

    Title, outlet, URL and date of publication are read from the page. A page that gives only
    the date of its last change has no date of publication. Nothing is fetched.

    Args:
        html: the page.
        url: its address; by default the canonical URL that the page names.
        source: the page's name in messages, for instance its file name.

    Raises:
        ArticleError: the page has no article, or as in `Article.from_text`.
        ConfigurationError: trafilatura is not installed.
    """
    trafilatura = load_extra("trafilatura", extra="html")
    try:
        page, day = _extracted(trafilatura, html, url)
    except Exception as error:  # no content of a page may end a long run
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
    """Return trafilatura's result for the page, and the date in its structured data."""
    if too_much := knotted(html):
        raise ValueError(f"it has {too_much}")
    html = _DECLARATION.sub("", html.lstrip("\ufeff"))
    tree = trafilatura.load_html(html.encode(errors="replace").decode())
    if tree is None:
        return None, None
    day = _published(tree)
    # Searching the text for dates, too, would find the year of a copyright line.
    dates = {"original_date": True, "extensive_search": False}
    page = trafilatura.bare_extraction(
        tree, url=url, include_comments=False, with_metadata=True, date_extraction_params=dates
    )
    return page, day


def decode_markup(data: bytes, name: str) -> str:
    """Decode HTML or XML, first as UTF-8: the declared encoding is often out of date.

    Raises:
        ArticleError: it is not UTF-8 and declares no encoding that fits.
    """
    try:
        return decode(data, name)
    except ArticleError:
        claim = _CHARSET.search(data[:4096])
        if claim is None:
            raise
        with suppress(LookupError):
            label = codecs.lookup((claim[1] or claim[2]).decode()).name
            # Browsers and authors use the superset (Windows-1252) under the name Latin-1.
            return data.decode("cp1252" if label == "iso8859-1" else label, errors="replace")
        raise


def _published(tree: Any) -> date | None:
    """Return the date in the structured data, and remove elements with other dates."""
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
    """Yield the dates of publication in JSON-LD; those of news articles are last when sorted."""
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
    """Yield the JSON-LD objects of the page and its article, without related articles."""
    for node in data if isinstance(data, list) else [data]:
        if isinstance(node, dict) and depth < _DEEPEST:
            yield node
            for name in _INSIDE:
                yield from _nodes(node.get(name), depth + 1)
