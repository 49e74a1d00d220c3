"""Read the entries of RSS and Atom feeds as articles."""

from __future__ import annotations

import html
import io
import re
from collections.abc import Iterator
from functools import partial
from typing import Any

from guarantee_summarizer.errors import ArticleError, load_extra
from guarantee_summarizer.readers.markup import plain_text
from guarantee_summarizer.readers.pages import decode_markup
from guarantee_summarizer.readers.records import Read, article_or_failure, reason_of
from guarantee_summarizer.sizes import knotted

__all__ = ["feed_entries"]

_FOOTER = re.compile(  # begins with a word, not with white space, which may be long
    r"The post [^\n]{1,300} (?:appeared first on|first appeared on) (?:[^\n]{0,199}\S|[^\n])\s*$"
)
_CLAIM = re.compile(r"(<\?xml[^>]{0,200}?)\s{1,20}encoding\s*=\s*[\"'][\w-]+[\"']")


def feed_entries(data: bytes, name: str) -> Iterator[Read]:
    """Read each entry as an article: its content, or its description if it has no content.

    Title, date and URL come from the entry, the outlet from the entry's source or the feed. Id,
    authors, tags and the time of the last update become metadata. Nothing is fetched.

    Raises:
        ArticleError: the file is not a feed, or it has no entries.
        ConfigurationError: feedparser is not installed.
    """
    feedparser = load_extra("feedparser", extra="feeds")
    # XML allows no byte order mark or blank line before the declaration.
    text = _CLAIM.sub(r"\1", decode_markup(data, name).lstrip("\ufeff \t\r\n"), count=1)
    if too_much := knotted(text):
        raise ArticleError(f"{name}: is not a readable feed (it has {too_much})")
    try:
        feed = feedparser.parse(io.BytesIO(text.encode(errors="replace")), sanitize_html=False)
    except Exception as error:  # no content of a feed may end a long run
        raise ArticleError(f"{name}: is not a readable feed ({reason_of(error)})") from error
    if not feed.entries:
        reason = f" ({reason_of(feed.bozo_exception)})" if feed.get("bozo_exception") else ""
        raise ArticleError(f"{name}: has no RSS or Atom entries{reason}; save the feed again")
    outlet = feed.feed.get("title")
    dated = str(feed.get("version")).startswith("rss")  # may have no date but `dc:date`
    for number, entry in enumerate(feed.entries, 1):
        place = f"{name}, entry {number}"
        yield article_or_failure(place, "text", partial(_record, entry, outlet, dated))
    if feed.bozo and isinstance(feed.bozo_exception, _broken()):
        raise ArticleError(
            f"{name}: is broken after entry {len(feed.entries)} ({reason_of(feed.bozo_exception)})"
        )


def _broken() -> type[Exception]:
    from xml.sax import SAXParseException  # noqa: PLC0415

    return SAXParseException


def _record(entry: dict[str, Any], outlet: str | None, dated: bool) -> dict[str, Any]:
    """Return an entry as a record with the field names of `Article.from_dict`.

    `dated`: the feed has one date for each entry, its date of publication.
    """
    contents = [part.get("value") or "" for part in entry.get("content") or ()]
    text = max([*contents, entry.get("summary") or ""], key=len)
    title = html.unescape(plain_text(entry.get("title") or "")).strip()
    source = entry.get("source") or {}
    # Not entry.get: it returns the date of an update if there is no date of publication.
    published, updated = dict.get(entry, "published"), dict.get(entry, "updated")
    if dated:
        published, updated = published or updated, None
    record = {
        "text": _without_footer(
            html.unescape(plain_text(text)) if "<" not in text else plain_text(text)
        ),
        "title": title,
        "published": published,
        "outlet": source.get("title") or outlet,
        "url": entry.get("link"),
        "id": entry.get("id"),
        "updated": updated,
        "authors": [a["name"] for a in entry.get("authors") or () if a.get("name")],
        "tags": [tag["term"] for tag in entry.get("tags") or () if tag.get("term")],
    }
    return {name: value for name, value in record.items() if value}


def _without_footer(text: str) -> str:
    """Return a text without the line with which a blog's feed ends each entry."""
    found = _FOOTER.search(text)
    return text[: found.start()].rstrip() if found else text
