"""Define the parse of one sentence as plain data; all offsets are into the sentence's text."""

from __future__ import annotations

from dataclasses import dataclass

__all__ = ["Clause", "Entity", "Facts", "Phrase", "Piece", "Word"]


@dataclass(frozen=True, slots=True)
class Word:
    """A word with its lemma (lower case), part of speech and offsets."""

    lemma: str
    pos: str
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class Entity:
    """A named entity with the pipeline's label: PERSON, ORG, GPE, NORP, DATE and so on."""

    label: str
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class Phrase:
    """A noun phrase: `start` to `end` without what follows its head, `whole` with it."""

    head: str
    start: int
    end: int
    whole: int
    apposition: tuple[int, int] | None = None
    plural: bool = False
    denied: bool = False


@dataclass(frozen=True, slots=True)
class Piece:
    """A part of a clause that a short wording may omit, unless its `rank` is 0.

    `within` is the index of the piece that it depends on; `joint` marks a further item of a list.
    """

    start: int
    end: int
    rank: int
    within: int | None
    joint: bool = False


@dataclass(frozen=True, slots=True)
class Clause:
    """Who (`subjects`) does what (`verb`, `objects`), to or with whom (`obliques`), how firmly.

    Attributes:
        verb: its lemma with its particle; `be ready` for a copula with an adjective.
        agents: who acts: the subjects, or in a passive the phrases after `by`.
        objects: the objects, or in a passive the subjects.
        obliques: the phrases after prepositions.
        modal: will, would, must …; `be to` and `have to`, too.
        negated: whether it, its subject or its object is denied.
        tense: past, present, or base for infinitives and participles.
        relation: its dependency on its `parent`: ROOT, ccomp, xcomp, advcl, relcl, acl, conj …
        mark: the word that introduces it: that, if, whether, after.
        noun: the noun that it explains (`plan to send`).
        parent: the index of the clause that it depends on.
        pieces: its parts, for short wordings.
    """

    verb: str
    at: int
    start: int
    end: int
    subjects: tuple[Phrase, ...]
    agents: tuple[Phrase, ...]
    objects: tuple[Phrase, ...]
    obliques: tuple[tuple[str, Phrase], ...]
    modal: str
    negated: bool
    passive: bool
    tense: str
    relation: str
    mark: str
    noun: str
    parent: int | None
    pieces: tuple[Piece, ...]


@dataclass(frozen=True, slots=True)
class Facts:
    """The parse of one sentence."""

    words: tuple[Word, ...] = ()
    entities: tuple[Entity, ...] = ()
    phrases: tuple[Phrase, ...] = ()
    clauses: tuple[Clause, ...] = ()
