"""Read gold items: articles with gold summaries, in a folder of `ID.txt` and `ID.json`."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from guarantee_summarizer.article import Article
from guarantee_summarizer.enrich import enrich
from guarantee_summarizer.errors import SchemaError
from guarantee_summarizer.lexicon import default_lexicon
from guarantee_summarizer.schema import Summary

__all__ = ["GoldItem", "load_gold"]


@dataclass(frozen=True)
class GoldItem:
    """Pair an article with its gold summary.

    Attributes:
        name: the name of its files without suffix.
        article: the article.
        summary: the gold summary.
        traps: plausible statements that the text does not support.
    """

    name: str
    article: Article
    summary: Summary
    traps: tuple[str, ...] = ()


def load_gold(folder: str | Path) -> list[GoldItem]:
    """Read all gold items of a folder, in the order of their names.

    Raises:
        SchemaError: there are none, a file has no counterpart, is not JSON, breaks the schema, or
            cites words that are not in its article; the message names file, field and reason.
        ArticleError: an article cannot be read.
    """
    files = sorted(Path(folder).glob("*.json"))
    if not files:
        raise SchemaError(f"{folder}: has no gold articles (ID.txt with ID.json)")
    lonely = {f.stem for f in Path(folder).glob("*.txt")} - {f.stem for f in files}
    if lonely:
        raise SchemaError(f"{folder}: {min(lonely)}.txt has no {min(lonely)}.json")
    return [_item(file) for file in files]


def _item(file: Path) -> GoldItem:
    text = file.with_suffix(".txt")
    if not text.is_file():
        raise SchemaError(f"{file}: its article {text.name} is missing")
    try:
        data: Any = json.loads(file.read_text(encoding="utf-8"))
    except ValueError as error:
        raise SchemaError(f"{file}: is not valid JSON ({error})") from error
    if not isinstance(data, dict):
        raise SchemaError(f"{file}: needs one JSON object")
    traps = data.pop("traps", [])
    if not isinstance(traps, list) or not all(isinstance(trap, str) for trap in traps):
        raise SchemaError(f"{file}: traps has to be a list of strings")
    article = Article.from_file(text)
    try:
        summary = Summary.ground(data, article)
    except SchemaError as error:
        raise SchemaError(f"{file}: {str(error).removeprefix(f'{article.source}: ')}") from error
    return GoldItem(file.stem, article, enrich(summary, article, default_lexicon()), tuple(traps))
