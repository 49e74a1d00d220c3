"""Read documents of one article: saved web pages and PDFs."""

from __future__ import annotations

import codecs
import json
import logging
import re
import unicodedata
from collections import Counter
from collections.abc import Iterator
from contextlib import suppress
from datetime import date
from itertools import pairwise
from pathlib import Path
from typing import Any

from guarantee_summarizer.article import Article, decode
from guarantee_summarizer.errors import ArticleError, load_extra
from guarantee_summarizer.readers.records import LONGEST, reason_of

__all__ = ["article_from_html", "article_from_pdf", "read_html"]

_CHARSET = re.compile(rb"<meta[^>]{,200}?charset\s*=\s*[\"']?\s*([\w-]+)", re.IGNORECASE)
_JSON_LD = "application/ld+json"
_CHANGED = re.compile(r"modif|updat", re.IGNORECASE)
_OTHER_DAY = re.compile(r'("(?!datePublished")[\w:@]+"\s*:\s*)"\d{4}-\d\d-\d\d[^"]*"')
_NEWS = re.compile(r"Article|Posting|Report")


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
    """Read a saved page as `article_from_html` does; the page may name its own encoding."""
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
    """The day in the page's structured data; whatever gives other days is removed from the tree."""
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


# pypdf logs every flaw that it repaired; without a handler that goes to standard error.
logging.getLogger("pypdf").addHandler(logging.NullHandler())

_FILE_NAME = re.compile(r"\.\w{2,4}$|^(microsoft \w+ - |untitled)", re.IGNORECASE)
_PAGE_NUMBER = re.compile(r"\W*(page\s*)?\d{1,3}(\s*(/|of)\s*\d{1,3})?\W*", re.IGNORECASE)
_LIGATURES = {code: unicodedata.normalize("NFKC", chr(code)) for code in range(0xFB00, 0xFB07)}
_HEAD_PAGES = 3  # a first or last line on so many pages is no part of the text
_SHORT = 0.75  # of the usual width: what ends there was not broken for want of room
_BROKEN_WORD = re.compile(r"(\w+)([-‐\u00ad])\n(\w+)")


def article_from_pdf(path: str | Path) -> Article:
    """Read a PDF as prose: lines and broken words joined, running heads left out.

    The title is the file's own, unless it is a file name. The day of publication stays unknown:
    a PDF says only when it was made. Columns are read in the order in which the file has them.

    Raises:
        ArticleError: no such file, no PDF, encrypted, or without text, as scans are.
        ConfigurationError: pypdf is not installed.
    """
    pypdf = load_extra("pypdf", extra="pdf")
    try:
        title, pages = _contents(pypdf, Path(path))
    except FileNotFoundError as error:
        raise ArticleError(f"{path}: there is no such file") from error
    except OSError as error:
        raise ArticleError(f"{path}: cannot be read ({error.strerror or error})") from error
    except (pypdf.errors.FileNotDecryptedError, pypdf.errors.DependencyError) as error:
        raise ArticleError(f"{path}: is encrypted; save a copy without a password") from error
    except Exception as error:  # a broken file makes pypdf raise nearly anything
        raise ArticleError(f"{path}: is not a readable PDF ({reason_of(error)})") from error
    text = _prose(_lines(pages))
    if not text:
        raise ArticleError(
            f"{path}: holds no text, as scans do; recognize it first, for instance with 'ocrmypdf'"
        )
    return Article.from_text(text, title=title, source=str(path))


def _contents(pypdf: Any, path: Path) -> tuple[str | None, list[list[str]]]:
    """The title, if it is one, and the lines of each page."""
    with path.open("rb") as file:
        reader = pypdf.PdfReader(file)
        pages = [_clean(page.extract_text()).splitlines() for page in reader.pages]
        title = _clean(str((reader.metadata and reader.metadata.title) or "")).strip()
    return (None if _FILE_NAME.search(title) else title or None), pages


def _clean(text: str) -> str:
    """Without ligatures, and without what fonts leave of characters that they do not name."""
    return text.translate(_LIGATURES).replace("\0", "").encode(errors="ignore").decode()


def _lines(pages: list[list[str]]) -> list[str]:
    """The lines of all pages, without page numbers and running heads."""
    kept = [[line.strip() for line in page if line.strip()] for page in pages]
    heads = Counter(head for page in kept if page for head in {_head(page[0]), _head(page[-1])})
    for page in kept:
        for end in (0, -1):
            if page and (
                heads[_head(page[end])] >= _HEAD_PAGES or _PAGE_NUMBER.fullmatch(page[end])
            ):
                del page[end]
    return [line for page in kept for line in page]


def _head(line: str) -> str:
    return re.sub(r"\d+", "#", line)


def _prose(lines: list[str]) -> str:
    """Wrapped lines joined; a short line before a capital ends a heading or a paragraph."""
    if not lines:
        return ""
    width = sorted(map(len, lines))[len(lines) * 9 // 10]
    parts = [lines[0]]
    for before, line in pairwise(lines):
        wrapped = len(before) >= _SHORT * width or line[0].islower() or before.endswith("-")
        parts += ["\n" if wrapped else "\n\n", line]
    text = "".join(parts)
    joined = _BROKEN_WORD.sub(lambda match: _joined_word(match, text), text)
    return re.sub(r"(?<!\n)\n(?!\n)", " ", joined)


def _joined_word(match: re.Match[str], text: str) -> str:
    """A broken word joined; its hyphen stays in names and where the text has it elsewhere."""
    left, hyphen, right = match.groups()
    if hyphen == "\u00ad":
        return left + right
    named = not (left[-1].islower() and right[0].islower())
    return f"{left}-{right}" if named or f"{left}-{right}" in text else left + right
