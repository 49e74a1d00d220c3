"""Read an article once: parse its sentences, and find the actors that each names."""

from __future__ import annotations

import re
from bisect import bisect_right
from collections import Counter, defaultdict
from collections.abc import Sequence
from typing import Any

from guarantee_summarizer.article import Article
from guarantee_summarizer.embedded.document import Document
from guarantee_summarizer.embedded.facts import Facts
from guarantee_summarizer.embedded.line import EntityMention, Line
from guarantee_summarizer.embedded.names import Names, persons
from guarantee_summarizer.embedded.parse import facts
from guarantee_summarizer.lexicon import Cues, Lexicon, Mention

__all__ = ["read"]

_REACH = 60  # characters from the end within which a quotation ends
_LABEL = re.compile(r"\W*[A-Z](?:[^:“\"(]|\([^)]*\)){3,120}:\W{0,6}[“\"]")


def read(article: Article, lexicon: Lexicon, cues: Cues, nlp: Any) -> Document:
    """Read an article, in time linear in its length."""
    sentences = article.sentences
    parsed = facts(nlp, [sentence.text for sentence in sentences])
    lines = [Line(s, f, cues) for s, f in zip(sentences, parsed, strict=True)]
    mentions = lexicon.mentions(article.text[article.body :])
    forms = _forms(mentions)
    names = Names(_lines_of(lines), lexicon, cues, _mentions_by_line(lines, mentions, article.body))
    document = Document(article, lexicon, cues, lines, names, forms)
    starts = [line.sentence.start for line in lines]
    for mention in mentions:
        actor = mention.actor
        found = EntityMention(
            document.name(actor.name),
            actor.kind,
            mention.form,
            mention.start,
            mention.end,
            mention.via,
        )
        _place(lines, starts, article.body, found)
    for line in lines:
        own = [EntityMention(*found) for found in persons(line.sentence.text, names)]
        line.named = _without_overlap([*line.named, *own])
    _mark_quoted(lines)
    document.resolve()
    return document


def _mark_quoted(lines: list[Line]) -> None:
    """Mark the quotations after a name with a colon, without quotation marks."""
    inside = False
    for line in lines:
        text = line.sentence.text
        label = _LABEL.match(text)
        if label or inside:
            line.quoted = label.end() if label else 0
        inside = (inside or label is not None) and not re.search(r"[”\"]\W*$", text[-_REACH:])


def _lines_of(lines: Sequence[Line]) -> list[tuple[str, Facts]]:
    """Return text and facts of each line."""
    return [(line.sentence.text, line.facts) for line in lines]


def _mentions_by_line(
    lines: Sequence[Line], mentions: Sequence[Mention], body: int
) -> list[list[tuple[int, int]]]:
    """Return the lexicon's mentions of actors in each line, as offsets into its text."""
    starts = [line.sentence.start for line in lines]
    found: list[list[tuple[int, int]]] = [[] for _ in lines]
    for mention in mentions:
        at = bisect_right(starts, mention.start + body) - 1
        if at >= 0:
            shift = starts[at] - body
            found[at].append((mention.start - shift, mention.end - shift))
    return found


def _forms(mentions: Sequence[Mention]) -> dict[str, Counter[str]]:
    """Return each actor's name in the text; a capital is used for a state not named otherwise."""
    forms: dict[str, Counter[str]] = defaultdict(Counter)
    for mention in mentions:
        if mention.via in ("name", "alias"):
            forms[mention.actor.name][mention.form] += 1
    for mention in mentions:
        if mention.via == "metonym" and mention.actor.name not in forms:
            forms[mention.actor.name][mention.form] += 1
    return forms


def _place(lines: list[Line], starts: list[int], body: int, named: EntityMention) -> None:
    at = bisect_right(starts, named.start + body) - 1
    if at < 0:
        return
    shift = lines[at].sentence.start - body
    moved = EntityMention(
        named.name, named.kind, named.form, named.start - shift, named.end - shift, named.via
    )
    if moved.end <= len(lines[at].text):
        lines[at].named.append(moved)


def _without_overlap(named: list[EntityMention]) -> list[EntityMention]:
    """Resolve overlaps: persons before actors inside them, longer names before shorter."""
    ordered = sorted(named, key=lambda n: (n.start, -(n.end - n.start)))
    kept: list[EntityMention] = []
    for one in ordered:
        if not kept or one.start >= kept[-1].end:
            kept.append(one)
    return kept
