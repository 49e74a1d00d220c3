"""Turn HTML inside a record or a feed into plain text; `pages` reads complete pages."""

from __future__ import annotations

import re
from html.parser import HTMLParser

__all__ = ["plain_text"]

_TAGS = re.compile(
    r"</(?:p|div|a|em|strong|b|i|h[1-6]|ul|ol|li|span|figure|blockquote|section|article|table)\s*>"
    r"|<br\s*/?>|<p>|<img\s",
    re.IGNORECASE,
)
_BLOCKS = frozenset(
    "p div h1 h2 h3 h4 h5 h6 ul ol li blockquote section article table tr figure header footer hr"
    " pre dl dt dd".split()
)
_SKIPPED = frozenset("script style template noscript iframe svg figcaption button form".split())


def plain_text(text: str) -> str:
    r"""Return the text of HTML as paragraphs, or a text without tags unchanged.

    >>> plain_text("<p>Talks &amp; troops.</p><p>No <b>date</b>.</p>"), plain_text("a < b")
    ('Talks & troops.\n\nNo date.', 'a < b')
    """
    if not _TAGS.search(text):
        return text
    parser = _Text()
    parser.feed(text)
    parser.close()
    paragraphs = (" ".join(part.split()) for part in "".join(parser.parts).split("\n\n"))
    return "\n\n".join(filter(None, paragraphs))


class _Text(HTMLParser):
    """Collects text; block elements separate paragraphs."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.parts: list[str] = []
        self._skipping: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:  # noqa: ARG002
        if tag in _SKIPPED:
            self._skipping.append(tag)
        elif tag in _BLOCKS:
            self.parts.append("\n\n")
        elif tag == "br":
            self.parts.append("\n")

    def handle_endtag(self, tag: str) -> None:
        if tag in _SKIPPED and tag in self._skipping:
            del self._skipping[self._skipping.index(tag) :]
        elif tag in _BLOCKS:
            self.parts.append("\n\n")

    def handle_data(self, data: str) -> None:
        if not self._skipping:
            self.parts.append(re.sub(r"\s*\n\s*", " ", data))
