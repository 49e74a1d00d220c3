"""Detect the kind of a file from its first bytes, or from its suffix if they are ambiguous."""

from __future__ import annotations

import re
from pathlib import Path

from guarantee_summarizer.encodings import bom_of
from guarantee_summarizer.errors import ArticleError

__all__ = ["COMPRESSED", "EXTRAS", "KINDS", "delimiter_of", "kind_of", "kind_of_content"]

KINDS = {
    **dict.fromkeys((".htm", ".html", ".xhtml"), "page"),
    **dict.fromkeys((".json", ".jsonl", ".ndjson"), "json"),
    **dict.fromkeys((".csv", ".tsv"), "table"),
    **dict.fromkeys((".atom", ".rss", ".xml"), "feed"),
    ".parquet": "parquet",
    ".pdf": "pdf",
    ".rtf": "rtf",
    ".txt": "text",
}
"""The kind for each suffix; files with other suffixes are skipped in folders."""
COMPRESSED = KINDS.keys() - {".parquet", ".pdf"}
"""The suffixes that are also read compressed, as in `.txt.gz`."""
EXTRAS = {
    "feed": ("feedparser", "feeds"),
    "page": ("trafilatura", "html"),
    "parquet": ("pyarrow.parquet", "parquet"),
    "pdf": ("pypdf", "pdf"),
    "rtf": ("striprtf.striprtf", "rtf"),
}

_MAGIC = ((b"%PDF", "pdf"), (b"PAR1", "parquet"), (b"{\\rtf", "rtf"))
_OFFICE = "save it as text, HTML or PDF, or a sheet as CSV"
_PICTURE = "is an image; recognize its text first, for instance with 'tesseract', or give a PDF"
_REFUSED = (
    (b"PK\3\4", f"is a .zip, or a Word, Excel or OpenOffice file; unpack it, or {_OFFICE}"),
    (b"\xd0\xcf\x11\xe0", f"is an old Word or Excel file; {_OFFICE}"),
    *((mark, _PICTURE) for mark in (b"\x89PNG", b"\xff\xd8\xff", b"GIF8", b"II*\0", b"MM\0*")),
    (
        b"SQLite format 3\0",
        "is an SQLite database or a ledger; export its rows as JSON Lines first",
    ),
    (b"BZh", "is compressed; unpack it first with 'bunzip2', or pack it as .gz"),
    (b"\xfd7zXZ", "is compressed; unpack it first with 'unxz', or pack it as .gz"),
    (b"\x28\xb5\x2f\xfd", "is compressed; unpack it first with 'unzstd', or pack it as .gz"),
    (b"7z\xbc\xaf\x27\x1c", "is an archive; unpack it first with '7z x'"),
    (b"Rar!\x1a\x07", "is an archive; unpack it first with 'unrar x'"),
    (b"ID3", "is a recording; give a transcript"),
    (b"\x1f\x8b", "is packed twice; unpack it first with 'gunzip'"),
)
_WEB_ARCHIVE = re.compile(r"(?:[\w-]+: .*\n(?:[ \t].*\n)*)*?MIME-Version:", re.IGNORECASE)
_PROLOG = re.compile(
    r"(?:\s|\ufeff|<\?.*?\?>|<!--.*?-->|<!doctype[^>\[]*(?:\[.*?\])?\s*>)*",
    re.IGNORECASE | re.DOTALL,
)
_ROOT = re.compile(r"<(?:[\w-]+:)?([A-Za-z][\w.-]*)")
_FEEDS = {"rss", "feed", "rdf"}
_HTML = frozenset(
    "html head body article main section div p h1 h2 h3 ul ol table header meta title".split()
)
_JSON = re.compile(r"[\s\ufeff\x1e]*(?:\{\s*[\"}]|\[\s*(?:[\[{\]]))")
_DELIMITERS = ",;\t|"


def kind_of(path: Path) -> str:
    """Return the suffix in lower case; for a `.gz` file that is read, the one before `.gz`."""
    inner = Path(path.stem).suffix.lower()
    suffix = path.suffix.lower()
    return inner if suffix == ".gz" and inner in COMPRESSED else suffix


def kind_of_content(head: bytes, suffix: str, name: str, text_column: str = "text") -> str:
    """Return the kind of a file, one of the values of `KINDS`.

    Args:
        head: its first bytes, decompressed; 4,096 are enough.
        suffix: as `kind_of` returns it; empty for standard input.
        name: the file's name in messages.
        text_column: the column with the article in tables.

    Raises:
        ArticleError: its kind is not supported; the message says what to do.
    """
    kind = next((kind for mark, kind in _MAGIC if head.startswith(mark)), None)
    if kind or b"%PDF-" in head[:1024].lstrip()[:16]:
        return kind or "pdf"
    for mark, reason in _REFUSED:
        if head.startswith(mark):
            raise ArticleError(f"{name}: {reason}")
    if head[:4] == b"RIFF" and head[8:12] == b"WEBP":
        raise ArticleError(f"{name}: {_PICTURE}")
    known = KINDS.get(suffix)
    if known in ("pdf", "parquet"):
        return known
    text = head.decode(bom_of(head) or "utf-8", errors="replace").lstrip("\ufeff")
    if _WEB_ARCHIVE.match(text):
        raise ArticleError(
            f"{name}: is an email or a web archive; save the page as HTML, or its text"
        )
    return _kind_of_markup(text, known, name) or _kind_of_text(text, known, text_column)


def _kind_of_markup(text: str, known: str | None, name: str) -> str | None:
    prolog = _PROLOG.match(text)
    at = prolog.end() if prolog else 0
    root = _ROOT.match(text, at)
    if root is None:
        declared = re.search(r"<!doctype\s+html", text[:at], re.IGNORECASE)
        return "page" if declared else None
    tag = root[1].lower()
    if tag in _FEEDS:
        return "feed"
    if tag in _HTML or known == "page":
        return "page"
    if text.lstrip().startswith("<?xml") or known == "feed":
        raise ArticleError(
            f"{name}: is unsupported XML (<{tag}>; RSS, Atom and XHTML are read); "
            "save its text, or its records as JSON Lines"
        )
    return None


def _kind_of_text(text: str, known: str | None, text_column: str) -> str:
    if _JSON.match(text):
        return "json"
    if known not in (None, "rtf", "text"):
        return str(known)
    first = text.strip().partition("\n")[0]
    cells = [cell.strip("\"' \r").lower() for cell in first.split(delimiter_of(first))]
    return "table" if len(cells) > 1 and text_column.lower() in cells else "text"


def delimiter_of(header: str) -> str:
    """Return the separator of a table: the most frequent of comma, semicolon, tab, bar."""
    return max(_DELIMITERS, key=header.count)
