"""Refuse texts that are not an article, such as empty, binary or only a URL."""

from __future__ import annotations

import re

from guarantee_summarizer.errors import ArticleError
from guarantee_summarizer.sentences import spans
from guarantee_summarizer.text import is_unspaced

__all__ = ["MAX_CHARACTERS", "READ_FILE", "refuse"]

MAX_CHARACTERS = 2_000_000
"""Longest accepted text, in code points; about 300,000 words."""
READ_FILE = (
    "give Article.from_file(…) for plain text or JSON, read_articles(…) for everything else, for "
    "instance HTML, PDF, tables and folders"
)
"""The advice for a text that is the name of a file."""

_SENTENCE_END = re.compile(r"[.!?…。！？؟।][\"'”’»)\]]*$")
_BEGINNING = 4_000  # characters that contain a full sentence in nearly every text
_PROSE_WORDS = 25  # a "sentence" without a full stop is prose, not a heading, from this length up
_UNENDED = 40  # characters of a sentence in such a script that has no full stop
_UNSPACED = 8  # characters of a sentence in a script without spaces between words
_SURROGATE = re.compile(r"[\ud800-\udfff]")
_FILE_NAME = re.compile(  # `/tmp/news`, `C:\news\a.doc`, `talks 2.html`
    r"(?:~|\.{1,2}|[A-Za-z]:)?(?:[/\\][^/\\\n]+)+[/\\]?|[^/\\\n]+(?:[/\\][^/\\\n]+)*\.[a-z]\w{1,5}"
)
_URL = re.compile(r"https?://\S+\s*$", re.IGNORECASE)


def refuse(text: str, *, body: int, end: int | None, name: str) -> None:
    """Raise if a text cannot be summarized.

    Args:
        text: the whole text, with its header.
        body: the offset where the header ends.
        end: the offset of the note that the text is truncated, or None.
        name: the name of the text in messages.

    Raises:
        ArticleError: the text is empty, too long, binary, only a URL or the name of a file, or has
            no full sentence.
    """
    if len(text) > MAX_CHARACTERS:
        raise ArticleError(
            f"{name}: {len(text):,} characters, at most {MAX_CHARACTERS:,} are accepted; split it"
        )
    if _URL.match(text.strip()):
        raise ArticleError(f"{name}: is only a URL; nothing is fetched, give the page's text")
    if not text[body:end].strip():
        where = "is empty below its header" if body else "is empty"
        raise ArticleError(f"{name}: {where}; give the text of an article")
    if _SURROGATE.search(text):
        raise ArticleError(f"{name}: contains a lone surrogate; decode the file as UTF-8")
    if "\0" in text:
        raise ArticleError(f"{name}: is binary, not text; give plain text or JSON")
    if _FILE_NAME.fullmatch(text.strip()):
        raise ArticleError(f"{name}: is only the name of a file, {text.strip()!r}; {READ_FILE}")
    if not _has_prose(text, body):
        raise ArticleError(
            f"{name}: has no full sentence, only headings or single words; "
            "give the whole text of an article"
        )


def _has_prose(text: str, body: int) -> bool:
    """Return whether a text has a full sentence; search its beginning first, for speed."""
    return any(
        _is_prose(piece[a:b])
        for piece in (text[: body + _BEGINNING], text)
        for a, b in spans(piece, body)
    )


def _is_prose(sentence: str) -> bool:
    """Return whether a text has the end and words of a sentence, or is too long for a heading."""
    words = len(sentence.split())
    if words >= _PROSE_WORDS or len(sentence) >= 8 * _PROSE_WORDS:
        return True
    unspaced = not sentence.isascii() and len(sentence) >= _UNSPACED
    if len(sentence) >= _UNENDED and 2 * sum(map(is_unspaced, sentence)) > len(sentence):
        return True  # Thai writes no full stops
    return bool(_SENTENCE_END.search(sentence)) and (words > 1 or unspaced)
