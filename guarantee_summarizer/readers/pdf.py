"""Read PDF files as prose."""

from __future__ import annotations

import logging
import re
import unicodedata
from collections import Counter
from collections.abc import Callable
from itertools import pairwise
from pathlib import Path
from typing import Any

from guarantee_summarizer.article import MAX_CHARACTERS, Article
from guarantee_summarizer.encodings import open_file
from guarantee_summarizer.errors import ArticleError, load_extra
from guarantee_summarizer.readers.records import reason_of

__all__ = ["article_from_pdf"]

# pypdf logs every flaw that it repairs; without a handler, to standard error.
logging.getLogger("pypdf").addHandler(logging.NullHandler())

_LARGEST = 200_000_000  # bytes of a file, pictures included
_PAGES = 2_000
_LIMITS = {  # of pypdf, whose defaults are ten times as large
    "zlib_maximum_output_length": 10_000_000,
    "lzw_maximum_output_length": 10_000_000,
    "run_length_maximum_output_length": 10_000_000,
    "maximum_declared_stream_length": 50_000_000,
    "array_based_stream_maximum_output_length": 10_000_000,
    "stream_parsing_work_maximum_count": 200_000,
    "page_tree_maximum_entries": _PAGES + 500,
    "xform_maximum_invocations_per_extraction": 200,
}
_TABLE = {"zlib_maximum_output_length": 3_000_000}  # the table of a file's objects: 500,000
_FORMS = 30_000_000  # bytes of all drawn forms of a file, each as often as it is drawn
_FILE_NAME = re.compile(r"\.\w{2,4}$|^(microsoft \w+ - |untitled)", re.IGNORECASE)
_PAGE_NUMBER = re.compile(r"\W*(page\s*)?\d{1,3}(\s*(/|of)\s*\d{1,3})?\W*", re.IGNORECASE)
_LIGATURES = {code: unicodedata.normalize("NFKC", chr(code)) for code in range(0xFB00, 0xFB07)}
_HEAD_PAGES = 3  # a first or last line repeated on so many pages is a running head
_SHORT = 0.75  # of the usual width: a line that is shorter was not wrapped
_NUMBERED = re.compile(r"\d{1,2}[.)]\s+[^\W\d_a-z]")
_BULLETS = ("•", "▪", "◦", "‣", "⁃", "●", "■", "□", "○")
_ITEM = re.compile(r"(?:[•▪◦‣⁃●■□○–—*-]|\(?(?:\d{1,2}|[a-z]|[ivx]{1,4})[.)])\s+(?=\S)")
_HYPHENED = re.compile(r"(?<!\w)(\w{1,60})-(?=(\w{1,60}))")
_BROKEN_WORD = re.compile(r"(?<!\w)(\w{1,60})([-‐\u00ad])\n(\w{1,60})")


def article_from_pdf(path: str | Path) -> Article:
    """Read a PDF as prose: lines and broken words joined, running heads left out.

    The title comes from the file's metadata, unless it is a file name. The date of publication
    is unknown: a PDF has only its date of creation. Columns are read in the order of the file.

    Raises:
        ArticleError: the file is missing, not a PDF, encrypted, or has no text, as a scan.
        ConfigurationError: pypdf is not installed.
    """
    pypdf = load_extra("pypdf", extra="pdf")
    try:
        title, pages = _contents(pypdf, Path(path))
    except ArticleError:
        raise
    except FileNotFoundError as error:
        raise ArticleError(f"{path}: there is no such file") from error
    except OSError as error:
        raise ArticleError(f"{path}: cannot be read ({error.strerror or error})") from error
    except (pypdf.errors.FileNotDecryptedError, pypdf.errors.DependencyError) as error:
        raise ArticleError(f"{path}: is encrypted; save a copy without a password") from error
    except Exception as error:  # on a broken file pypdf can raise almost any error
        raise ArticleError(f"{path}: is not a readable PDF ({reason_of(error)})") from error
    text = _prose(_lines(pages))
    if not text:
        raise ArticleError(
            f"{path}: has no text, like a scan; recognize it first, for instance with 'ocrmypdf'"
        )
    return Article.from_text(text, title=title, source=str(path))


def _contents(pypdf: Any, path: Path) -> tuple[str | None, list[list[str]]]:
    """Return the title, unless it is a file name, and the lines of each page."""
    with open_file(path) as file, pypdf.apply_configuration(**_LIMITS):
        if path.stat().st_size > _LARGEST:
            raise ArticleError(f"{path}: is larger than {_LARGEST:,} bytes; split it")
        with pypdf.apply_configuration(**{**_LIMITS, **_TABLE}):
            reader = pypdf.PdfReader(file)
        pages, size, forms = list[list[str]](), 0, _Forms()
        for page in reader.pages:
            page.extract_xform_text = forms.bounded(page.extract_xform_text)
            text = _clean(page.extract_text())
            if forms.left < 0:
                raise ArticleError(f"{path}: draws more than {_FORMS:,} bytes of forms; split it")
            size += len(text)
            if len(pages) == _PAGES or size > MAX_CHARACTERS:
                limits = f"{_PAGES:,} pages and {MAX_CHARACTERS:,} characters"
                raise ArticleError(f"{path}: has more than {limits}; split it")
            pages.append(text.splitlines())
        title = _clean(str((reader.metadata and reader.metadata.title) or "")).strip()
    return (None if _FILE_NAME.search(title) else title or None), pages


class _Forms:
    """Count what the forms of a file unfold to: pypdf bounds one, and their number on a page."""

    def __init__(self) -> None:
        self.left = _FORMS

    def bounded(self, extract: Callable[..., str]) -> Callable[..., str]:
        """Return the reader of a form that reads nothing once there were too many bytes."""

        def extracted(form: Any, *args: Any, **options: Any) -> str:
            if self.left >= 0:
                self.left -= len(form.get_data())
            return extract(form, *args, **options) if self.left >= 0 else ""

        return extracted


def _clean(text: str) -> str:
    """Expand ligatures, and remove characters that a font could not map to Unicode."""
    return text.translate(_LIGATURES).replace("\0", "").encode(errors="ignore").decode()


def _lines(pages: list[list[str]]) -> list[str]:
    """Return the lines of all pages, without page numbers and running heads."""
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
    """Join wrapped lines; a short line before a capital ends a paragraph, an item begins one."""
    if not lines:
        return ""
    width = sorted(map(len, lines))[len(lines) * 9 // 10]
    parts = [lines[0]]
    for before, line in pairwise(lines):
        wrapped = len(before) >= _SHORT * width or line[0].islower() or before.endswith("-")
        if _ITEM.match(line):
            wrapped = _is_mark_in_sentence(before, line)
        parts += ["\n" if wrapped else "\n\n", line]
    text = "".join(parts)
    hyphened = {f"{left}-{right}" for left, right in _HYPHENED.findall(text)}
    joined = _BROKEN_WORD.sub(lambda match: _joined_word(match, hyphened), text)
    return re.sub(r"(?<!\n)\n(?!\n)", " ", joined)


def _is_mark_in_sentence(before: str, line: str) -> bool:
    """Whether a dash or a number at the start of a line continues the sentence before it."""
    item = line.startswith(_BULLETS) or _NUMBERED.match(line) or _ITEM.match(before)
    return not item and not before.endswith((".", ":", ";", "!", "?"))


def _joined_word(match: re.Match[str], hyphened: set[str]) -> str:
    """Join a broken word; keep its hyphen in names and if the text has it elsewhere."""
    left, hyphen, right = match.groups()
    if hyphen == "\u00ad":
        return left + right
    named = not (left[-1].islower() and right[0].islower())
    return f"{left}-{right}" if named or f"{left}-{right}" in hyphened else left + right
