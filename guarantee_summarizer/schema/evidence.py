"""Define citations: the references of a claim to the sentences that support it.

The input is a sentence number (from a language model), a verbatim fragment (from a person) or a
grounded object; the output is always grounded. Numbers and fragments need the article: validate
with `context={"article": article}`.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Annotated, Any

from pydantic import BeforeValidator, Field
from pydantic_core import PydanticCustomError
from pydantic_core.core_schema import ValidationInfo

from guarantee_summarizer.article import Article
from guarantee_summarizer.schema.base import Model
from guarantee_summarizer.sentences import Sentence

__all__ = ["Citation", "Evidence", "cite", "cited", "cited_in"]


class Citation(Model):
    """The exact words that support a claim, with offsets: `article.text[start:end] == quote`.

    Attributes:
        sentence: the number of the sentence in the article, from 1.
        start: where the words begin in the article's text, in code points from 0.
        end: the offset of the first code point after them.
        quote: the words, exactly as in the article.
    """

    sentence: int = Field(ge=1)
    start: int = Field(ge=0)
    end: int = Field(ge=0)
    quote: str = Field(min_length=1)

    @classmethod
    def of(cls, sentence: Sentence) -> Citation:
        """Return the citation of a whole sentence."""
        return cls.model_construct(
            sentence=sentence.number, start=sentence.start, end=sentence.end, quote=sentence.text
        )


def cited(article: Article, number: int) -> Citation:
    """Return the citation of the whole sentence of that number, the same one each time."""
    known = article.known[cited]
    if number not in known:
        known[number] = Citation.of(article.sentences[number - 1])
    made: Citation = known[number]
    return made


def cite(pointer: Any, article: Article | None) -> Iterator[Citation]:
    """Ground one pointer; a fragment across sentences becomes one citation for each sentence.

    Raises:
        PydanticCustomError: `citation_range` for a number without a sentence, `citation_quote` for
            a fragment that is not in the article, `citation_article` if the article is missing.
    """
    if isinstance(pointer, Citation):
        yield pointer
    elif isinstance(pointer, dict):
        yield Citation.model_validate(pointer)
    elif article is None:
        raise PydanticCustomError(
            "citation_article",
            "sentence numbers and fragments are grounded with context={{'article': article}}",
        )
    elif isinstance(pointer, str) and not pointer.strip().isdecimal():
        yield from _cite_fragment(pointer, article)
    else:
        yield _cite_number(pointer, article)


def _cite_number(pointer: Any, article: Article) -> Citation:
    whole = isinstance(pointer, int | str) and not isinstance(pointer, bool)
    number = int(pointer) if whole else 0
    if not 1 <= number <= len(article.sentences):
        raise PydanticCustomError(
            "citation_range",
            "there is no sentence {number}; the sentences are numbered 1 to {last}",
            {"number": str(pointer), "last": len(article.sentences)},
        )
    return cited(article, number)


def _cite_fragment(fragment: str, article: Article) -> Iterator[Citation]:
    span = article.folded.find(fragment, article.body)
    if span is None:
        raise PydanticCustomError(
            "citation_quote",
            "the article does not hold the words {fragment}",
            {"fragment": repr(fragment[:120])},
        )
    for sentence in article.sentences_at(*span):
        start, end = max(span[0], sentence.start), min(span[1], sentence.end)
        yield Citation(
            sentence=sentence.number, start=start, end=end, quote=article.text[start:end]
        )


def cited_in(node: Any, article: Article) -> Any:
    """Return a model of the schema with each citation as the whole sentence of that number."""
    if isinstance(node, Citation):
        return cited(article, node.sentence)
    if isinstance(node, tuple):
        return tuple(cited_in(item, article) for item in node)
    if isinstance(node, Model):
        parts = {name: v for name, v in node if isinstance(v, tuple | Model) and v != ()}
        return node.replace(**{name: cited_in(v, article) for name, v in parts.items()})
    return node


def _ground(value: Any, info: ValidationInfo) -> tuple[Citation, ...]:
    article = (info.context or {}).get("article")
    pointers = value if isinstance(value, list | tuple) else [value]
    return tuple(dict.fromkeys(c for pointer in pointers for c in cite(pointer, article)))


Evidence = Annotated[
    tuple[Citation, ...],
    BeforeValidator(_ground, json_schema_input_type=list[int | str | Citation]),
]
"""Return grounded citations without repetition, in the given order."""
