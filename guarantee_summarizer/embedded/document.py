"""One article read once: for every sentence its actors, persons, figures and cues."""

from __future__ import annotations

import re
from bisect import bisect_right
from collections import Counter, defaultdict
from dataclasses import dataclass, field
from functools import cached_property

from guarantee_summarizer.article import Article
from guarantee_summarizer.lexicon import Lexicon, Mention
from guarantee_summarizer.lexicon.cues import Cues
from guarantee_summarizer.lexicon.persons import Person, find_people, surname, variant
from guarantee_summarizer.normalize import Quantity, quantities
from guarantee_summarizer.sentences import Sentence

__all__ = ["Document", "EntityMention", "Line", "read"]

_FURNITURE = re.compile(
    r"\W*(?:(?:Additional |Writing |Further )?Reporting by|Edit(?:ing|ed) by|Compiled by|Read (?:more|also|next)\b|"
    r"Related(?:\s+(?:stories|articles|links|topics))?:|See also:|Sign up|Subscribe|Follow us|Click here|"
    r"(?:File )?Photo(?:graph)?(?::| by)|Image:|Caption:|FILE PHOTO|Our Standards|All rights reserved|©|"
    r"Copyright|Advertisement|Share this|Most read|This article (?:was|is)|By [A-Z]\w+ [A-Z]\w+$)",
    re.IGNORECASE,
)  # bylines, credits, links: never claims


@dataclass(frozen=True, slots=True)
class EntityMention:
    """A participant named in a sentence; offsets are into the sentence's text."""

    name: str
    kind: str
    form: str
    start: int
    end: int
    via: str


@dataclass
class Line:
    """One sentence with what stands in it; `named` are participants, demonyms included."""

    sentence: Sentence
    named: list[EntityMention] = field(default_factory=list)

    @cached_property
    def text(self) -> str:
        """The words of the sentence; nothing where they are the outlet's own furniture."""
        return "" if _FURNITURE.match(self.sentence.text) else self.sentence.text

    @cached_property
    def figures(self) -> list[Quantity]:
        """The figures in the sentence."""
        return quantities(self.text)

    def actors(self, *, adjectives: bool = False) -> list[EntityMention]:
        """Who is named, adjectives ("British") only on request."""
        return [n for n in self.named if adjectives or n.via != "demonym"]


@dataclass
class Document:
    """The article as the extractor sees it."""

    article: Article
    lexicon: Lexicon
    cues: Cues
    lines: list[Line]
    people: dict[str, Person]
    forms: dict[str, Counter[str]]

    def name(self, canonical: str) -> str:
        """The form that the article uses for an actor of the lexicon, the fullest but no code."""
        forms = list(self.forms.get(canonical, ()))
        if not forms or canonical in forms:
            return canonical
        return max(forms, key=lambda form: (not form.isupper(), len(form)))


def read(article: Article, lexicon: Lexicon, cues: Cues) -> Document:
    """Read an article; linear in its length."""
    lines = [Line(s) for s in article.sentences if not s.text.isupper()]  # no headings in capitals
    starts = [line.sentence.start for line in lines]
    mentions = lexicon.mentions(article.text[article.body :])
    forms: dict[str, Counter[str]] = defaultdict(Counter)
    for mention in mentions:
        if mention.via in ("name", "alias"):
            forms[mention.actor.name][mention.form] += 1
    for mention in mentions:  # a capital stands for a state that is not named otherwise
        if mention.via == "metonym" and mention.actor.name not in forms:
            forms[mention.actor.name][mention.form] += 1
    people = find_people(article.text[article.body :], lexicon, mentions)
    document = Document(article, lexicon, cues, lines, _merged(people), forms)
    for mention in mentions:
        _place(lines, starts, article.body, _actor(document, mention))
    for named in _persons(article.text[article.body :], document.people, people):
        _place(lines, starts, article.body, named)
    for line in lines:
        line.named = _without_overlap(line.named)
    return document


def _actor(document: Document, mention: Mention) -> EntityMention:
    actor = mention.actor
    name = document.name(actor.name)
    return EntityMention(name, actor.kind, mention.form, mention.start, mention.end, mention.via)


def _merged(people: list[Person]) -> dict[str, Person]:
    """One entry for each person: the fullest name, the first title and affiliation."""
    merged: dict[str, Person] = {}
    for person in sorted(people, key=lambda p: (-len(p.name.split()), p.start)):
        key = variant(person.name)
        known = merged.get(key)
        if known is None or not _same(known.name, person.name):
            merged[key if known is None else person.name] = person
            continue
        merged[key] = Person(
            known.name,
            known.title or person.title,
            known.affiliation or person.affiliation,
            min(known.start, person.start),
            known.end,
        )
    ordered = sorted(merged.values(), key=lambda p: p.start)
    return {person.name: person for person in ordered}


def _same(full: str, other: str) -> bool:
    """Whether two names with one surname are one person: equal first names, or none."""
    return " " not in other or full.split(maxsplit=1)[0][0] == other.split(maxsplit=1)[0][0]


def _persons(text: str, people: dict[str, Person], found: list[Person]) -> list[EntityMention]:
    """Every place that names a person, by full name or by surname, in any transliteration."""
    forms: dict[str, str] = {}
    by_variant = {variant(name): name for name in people}
    for name in (*people, *(person.name for person in found)):
        full = name if name in people else by_variant.get(variant(name), name)
        forms.setdefault(surname(name), full)
        forms[name] = full
    if not forms:
        return []
    choices = "|".join(re.escape(form) for form in sorted(forms, key=len, reverse=True))
    pattern = re.compile(rf"(?<![\w-])(?:{choices})(?!\w)")
    return [
        EntityMention(forms[m[0]], "person", m[0], m.start(), m.end(), "name")
        for m in pattern.finditer(text)
    ]


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
    """Persons win over actors inside them, longer names over shorter."""
    ordered = sorted(named, key=lambda n: (n.start, -(n.end - n.start)))
    kept: list[EntityMention] = []
    for one in ordered:
        if not kept or one.start >= kept[-1].end:
            kept.append(one)
    return kept
