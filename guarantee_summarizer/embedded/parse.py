"""Turn sentences into plain facts: entities, phrases, clauses with who does what, and how firmly.

Beside `pipeline` the only place that knows spaCy: nothing of it leaves this file. All offsets are
into the sentence's text.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any

__all__ = ["Clause", "Entity", "Facts", "Phrase", "Piece", "Word", "facts"]

_PIECE = 4_000  # characters of one sentence that are parsed at once; the time stays linear
_BATCH = 64
_DEEPEST = 5  # levels below a verb that a short wording may reach
_EVEN = str.maketrans("\u2018\u2019\u201c\u201d\u00a0\u202f\n\t*_#", "''\"\"       ")
_MARK = re.compile(
    r"\s*(?:(?:[-•▪–—]|\(?\d{1,2}[.)]|\([a-z]{1,3}\)|(?:\w+day, )?\d{1,2}[:.]\d\d(?: [A-Z]{3,4})?:|\w+day, \d\d:\d\d(?: [A-Z]{3,4})?:)\s+)+"
)  # bullets, numbers, times of day in front of a sentence
_DATELINE = re.compile(
    r"\s*(?:[A-Z][A-Z./ ]{2,30}(?:, \w+\.? \d{1,2})?|[A-Z][\w./ ]{2,30}, (?:\d{1,2} \w+|\w+\.? \d{1,2}))"
    r"(?: \([^)]+\))? (?:--|[-–—]) "
)
_SUBJECTS = ("nsubj", "nsubjpass", "csubj")
_OBJECTS = ("dobj", "attr", "oprd", "dative")
_BEFORE = (
    "det",
    "amod",
    "compound",
    "poss",
    "nummod",
    "nmod",
    "quantmod",
    "advmod",
    "predet",
    "neg",
    "npadvmod",
)
_VERB_GROUP = ("aux", "auxpass", "neg", "prt")
_MODALS = {"'ll": "will", "wo": "will", "ca": "can", "'d": "would"}
_CLAUSES = (
    "ccomp",
    "xcomp",
    "advcl",
    "relcl",
    "acl",
    "conj",
    "pcomp",
    "parataxis",
    "csubj",
    "ROOT",
)
_NONE = frozenset("no none nobody nothing neither never not n't without".split())


@dataclass(frozen=True, slots=True)
class Word:
    """A word with its lemma (small letters), part of speech and place."""

    lemma: str
    pos: str
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class Entity:
    """A name as the pipeline labels it: PERSON, ORG, GPE, NORP, DATE and others."""

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
    """A part of a clause that can be left out of a short wording; `rank` 0 cannot.

    `within` is the index of the piece that it hangs on.
    """

    start: int
    end: int
    rank: int
    within: int | None


@dataclass(frozen=True, slots=True)
class Clause:
    """Who (`subjects`) does what (`verb`, `objects`), to or with whom (`obliques`), how firmly.

    Attributes:
        verb: its lemma with its particle; `be ready` for a copula with an adjective.
        agents: who acts: the subjects, or of a passive those after `by`.
        objects: what it is done to; of a passive its subjects.
        obliques: the phrases after prepositions.
        modal: will, would, must …; `be to` and `have to`, too.
        negated: whether it, its subject or its object is denied.
        tense: past, present, or base for infinitives and participles.
        relation: how it hangs on its `parent`: ROOT, ccomp, xcomp, advcl, relcl, acl, conj …
        mark: the word that introduces it: that, if, whether, after.
        noun: the noun that it explains (`plan to send`).
        parent: the index of the clause that it hangs on.
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
    """What the parser says of one sentence."""

    words: tuple[Word, ...] = ()
    entities: tuple[Entity, ...] = ()
    phrases: tuple[Phrase, ...] = ()
    clauses: tuple[Clause, ...] = ()


def facts(nlp: Any, texts: Iterable[str]) -> Iterator[Facts]:
    """Yield the facts of each sentence.

    Args:
        nlp: a spaCy pipeline, as `pipeline.load` returns it.
        texts: the sentences, exactly as the article has them.
    """
    pieces = [list(_cut(_even(text))) for text in texts]
    limit = min(_PIECE, getattr(nlp, "max_length", _PIECE))
    flat = (piece[:limit] for parts in pieces for _, piece in parts)
    docs = nlp.pipe(flat, batch_size=_BATCH)
    for parts in pieces:
        yield _joined([_read(next(docs), shift) for shift, _ in parts])


def _even(text: str) -> str:
    """The text with plain quotes and without bullets, dateline and marks, in the same length."""
    even = text.translate(_EVEN)
    for pattern in (_MARK, _DATELINE):
        if match := pattern.match(even):
            even = " " * match.end() + even[match.end() :]
    return even


def _cut(text: str) -> Iterator[tuple[int, str]]:
    """The text in pieces that end between words, each with its offset."""
    start = 0
    while len(text) - start > _PIECE:
        space = text.rfind(" ", start + _PIECE // 2, start + _PIECE)
        end = space if space > 0 else start + _PIECE
        yield start, text[start:end]
        start = end
    yield start, text[start:]


def _joined(parts: list[Facts]) -> Facts:
    if len(parts) == 1:
        return parts[0]
    return Facts(
        tuple(x for p in parts for x in p.words),
        tuple(x for p in parts for x in p.entities),
        tuple(x for p in parts for x in p.phrases),
        (),  # clauses of a text in pieces are cut anywhere
    )


def _read(doc: Any, shift: int) -> Facts:
    reader = _Reader(doc, shift)
    return Facts(
        tuple(
            Word(t.lemma_.lower(), t.pos_, t.idx + shift, t.idx + len(t) + shift)
            for t in doc
            if not t.is_space
        ),
        tuple(Entity(e.label_, e.start_char + shift, e.end_char + shift) for e in doc.ents),
        tuple(
            reader.phrase(t) for t in doc if t.pos_ in ("NOUN", "PROPN") and t.dep_ != "compound"
        ),
        tuple(reader.clauses()),
    )


class _Reader:
    """Reads the clauses of one parsed sentence."""

    def __init__(self, doc: Any, shift: int) -> None:
        self._shift = shift
        self._heads = [t for t in doc if _heads_clause(t)]
        self._index = {t.i: n for n, t in enumerate(self._heads)}
        edges = _edges(doc)
        self._left, self._right = edges

    def clauses(self) -> Iterator[Clause]:
        """Yield the clauses in the order of their verbs."""
        return map(self._clause, self._heads)

    def phrase(self, head: Any) -> Phrase:
        """The noun phrase of a head."""
        left = [c for c in head.lefts if c.dep_ in _BEFORE]
        first = self._left[left[0].i] if left else head
        apposed = next((c for c in head.rights if c.dep_ == "appos"), None)
        return Phrase(
            head.lemma_.lower(),
            self._at(first),
            self._end(head),
            self._end(self._right[head.i]),
            (self._at(self._left[apposed.i]), self._end(self._right[apposed.i]))
            if apposed is not None
            else None,
            head.tag_ in ("NNS", "NNPS"),
            any(c.lower_ in _NONE for c in head.lefts) or head.lower_ in _NONE,
        )

    def _at(self, token: Any) -> int:
        return int(token.idx) + self._shift

    def _end(self, token: Any) -> int:
        return int(token.idx) + len(token) + self._shift

    def _listed(self, head: Any) -> Iterator[Phrase]:
        """The phrase of a head and of those that `and` joins to it."""
        yield self.phrase(head)
        apposed = [c for c in head.rights if c.dep_ == "appos" and _is_another(head, c)]
        for first in (head, *apposed):
            if first.i != head.i:
                yield self.phrase(first)
            for other in first.conjuncts:
                if other.i > first.i and other.pos_ in ("NOUN", "PROPN", "PRON", "NUM", "DET"):
                    yield self.phrase(other)

    def _subjects(self, verb: Any) -> list[Any]:
        """The subject of a verb, else that of the verb that it continues or completes."""
        for _ in range(6):
            own = [c for c in verb.children if c.dep_ in _SUBJECTS and c.pos_ != "VERB"]
            if own:
                return [self._antecedent(own[0], verb)]
            if verb.dep_ in ("acl", "relcl") and verb.tag_ in ("VBG", "VBN"):
                return [] if verb.tag_ == "VBN" else [verb.head]
            if verb.dep_ not in ("conj", "xcomp", "advcl", "pcomp") or verb.head.i == verb.i:
                return []
            made_to, verb = _told(verb), verb.head
            while verb.i not in self._index and verb.head.i != verb.i:
                verb = verb.head
            told = [c for c in verb.children if c.dep_ in ("dobj", "nsubjpass")] if made_to else []
            if told:
                return told[:1]
        return []

    def _antecedent(self, subject: Any, verb: Any) -> Any:
        relative = subject.tag_ in ("WDT", "WP") and verb.dep_ == "relcl"
        return verb.head if relative else subject

    def _clause(self, verb: Any) -> Clause:
        subjects = [p for s in self._subjects(verb) for p in self._listed(s)]
        passive = any(c.dep_ in ("auxpass", "nsubjpass") for c in verb.children) or (
            verb.tag_ == "VBN"
            and verb.dep_ in ("acl", "relcl")
            and not any(c.dep_ == "aux" for c in verb.children)
        )
        objects = [
            p
            for c in verb.children
            if c.dep_ in _OBJECTS
            for p in self._listed(self._antecedent(c, verb))
        ]
        by = [o for c in verb.children if c.dep_ == "agent" for o in c.children if o.dep_ == "pobj"]
        agents = [p for o in by for p in self._listed(o)] if passive else subjects
        if passive and verb.dep_ == "acl":
            objects = [self.phrase(verb.head), *objects]
        parent = self._parent(verb)
        left, right = self._left[verb.i], self._right[verb.i]
        return Clause(
            verb=_name(verb),
            at=self._at(verb),
            start=self._at(left),
            end=self._end(right),
            subjects=tuple(subjects),
            agents=tuple(agents),
            objects=tuple([*subjects, *objects] if passive else objects),
            obliques=tuple(self._obliques(verb)),
            modal=_modal(verb),
            negated=_negated(verb) or any(p.denied for p in (*subjects, *objects)),
            passive=passive,
            tense=_tense(verb),
            relation=verb.dep_,
            mark=_mark(verb),
            noun=verb.head.lemma_.lower() if verb.dep_ in ("acl", "relcl") else "",
            parent=parent,
            pieces=tuple(self._pieces(verb)),
        )

    def _parent(self, verb: Any) -> int | None:
        token = verb
        while token.head.i != token.i:
            token = token.head
            if token.i in self._index:
                return self._index[token.i]
        return None

    def _obliques(self, verb: Any) -> Iterator[tuple[str, Phrase]]:
        holders = [
            verb,
            *(
                c
                for c in verb.children
                if c.dep_ in ("acomp", "dobj", "attr", "prep", "nsubj", "nsubjpass")
            ),
        ]
        for holder in holders:
            yield from self._after(holder, deeper=1)

    def _after(self, holder: Any, *, deeper: int) -> Iterator[tuple[str, Phrase]]:
        """The phrases after the prepositions of a word, and after those of these phrases."""
        for prep in holder.children:
            for o in prep.children if prep.dep_ in ("prep", "dative", "agent") else ():
                if o.dep_ == "pobj":
                    for phrase in self._listed(o):
                        yield prep.lower_, phrase
                    if deeper:
                        yield from self._after(o, deeper=deeper - 1)

    def _pieces(self, verb: Any) -> Iterator[Piece]:
        """The parts of a clause: subject, verb group and object first, then what hangs on them."""
        made: list[tuple[Any, int, int | None]] = []
        group = [
            c
            for c in verb.children
            if c.dep_ in _VERB_GROUP or (c.dep_ == "advmod" and c.lower_ in _NONE)
        ]
        found: list[Piece] = [Piece(self._at(t), self._end(t), 0, None) for t in (*group, verb)]
        made.extend((c, 0, None) for c in verb.children if c not in group)
        while made:
            token, depth, within = made.pop(0)
            rank = _rank(token, depth)
            if rank is None or depth > _DEEPEST:
                continue
            start, end, rest = self._core(token)
            found.append(Piece(start, end, rank, within))
            made.extend((c, depth + 1, len(found) - 1) for c in rest)
        return iter(found)

    def _core(self, token: Any) -> tuple[int, int, list[Any]]:
        """The span that a dependent needs, and the dependents that may follow it."""
        head = token
        if token.dep_ in ("prep", "agent", "dative") and token.pos_ in ("ADP", "SCONJ"):
            inner = [c for c in token.rights if c.dep_ in ("pobj", "pcomp", "prep")]
            if not inner:
                return self._at(token), self._end(token), []
            _, end, rest = self._core(inner[0])
            return self._at(token), end, rest
        taken = [
            c for c in head.lefts if c.dep_ not in ("punct", "cc", "preconj") and not c.is_space
        ]
        last = head
        rest = [c for c in head.rights if c.dep_ not in ("punct", "cc") and not c.is_space]
        while rest and (
            rest[0].dep_ in (*_VERB_GROUP, "case", "acomp", "dobj")
            or (rest[0].i == last.i + 1 and rest[0].dep_ in ("nummod", "advmod"))
        ):
            taken_one = rest.pop(0)
            inner = [c for c in taken_one.rights if c.dep_ not in ("punct", "cc")]
            last = taken_one
            rest = [*inner, *rest]
        if (
            token.dep_ in ("acl", "relcl")
            and last.i == head.i
            and rest
            and rest[0].dep_ in ("prep", "agent")
        ):
            complement = self._core(rest.pop(0))
            return (
                self._at(self._left[taken[0].i] if taken else head),
                complement[1],
                [*complement[2], *rest],
            )
        first = self._left[taken[0].i] if taken else head
        if token.dep_ == "conj":
            joint = [c for c in token.head.rights if c.dep_ == "cc" and c.i < token.i]
            first = joint[-1] if joint else first
        return self._at(first), self._end(last), rest


def _told(verb: Any) -> bool:
    """Whether a verb is what somebody is told to do or kept from: `asked Trump to`, `from attacking`."""
    infinitive = verb.dep_ == "xcomp" and verb.tag_ == "VB" and verb.head.lemma_ != "promise"
    return bool(infinitive or (verb.dep_ == "pcomp" and verb.head.lower_ == "from"))


def _is_another(head: Any, apposed: Any) -> bool:
    """Whether an apposition is the next name of a list: `Macron, Prime Minister Keir Starmer and`."""
    names = head.pos_ == apposed.pos_ == "PROPN"
    same = head.ent_type_ in ("PERSON", "GPE") and apposed.ent_type_ == head.ent_type_
    return names and (same or (apposed.ent_type_ == "PERSON" and head.ent_type_ in ("GPE", "ORG")))


def _heads_clause(token: Any) -> bool:
    """Whether a verb is the head of a clause of its own."""
    return token.pos_ in ("VERB", "AUX") and token.dep_ in _CLAUSES


def _edges(doc: Any) -> tuple[list[Any], list[Any]]:
    """The first and the last word under each token; without marks at the end."""
    left, right = list(doc), list(doc)
    for token in doc:
        left[token.i], right[token.i] = doc[token.left_edge.i], doc[token.right_edge.i]
        while _is_loose(right[token.i]) and right[token.i].i > token.i:
            right[token.i] = doc[right[token.i].i - 1]
        while _is_loose(left[token.i]) and left[token.i].i < token.i:
            left[token.i] = doc[left[token.i].i + 1]
    return left, right


def _is_loose(token: Any) -> bool:
    return bool(token.is_punct or token.is_space)


def _name(verb: Any) -> str:
    lemma: str = verb.lemma_.lower()
    for child in verb.children:
        if child.dep_ == "prt":
            return f"{lemma} {child.lower_}"
        if child.dep_ == "acomp" and lemma in ("be", "remain", "stand", "become", "stay"):
            return f"be {child.lower_}"
    return lemma


def _modal(verb: Any) -> str:
    for child in verb.children:
        if child.dep_ == "aux" and child.tag_ == "MD":
            return _MODALS.get(child.lower_, str(child.lower_))
    head = verb.head
    if verb.dep_ == "conj" and head.pos_ in ("VERB", "AUX") and verb.tag_ in ("VB", head.tag_):
        own = any(c.dep_ in _SUBJECTS for c in verb.children)
        return "" if own else _modal(head)
    if verb.dep_ == "xcomp" and head.lemma_ in ("have", "need"):
        return "must"
    if verb.dep_ == "xcomp" and head.lemma_ == "be":
        return "be to"
    return ""


def _negated(verb: Any) -> bool:
    return any(c.dep_ == "neg" or (c.dep_ == "advmod" and c.lower_ in _NONE) for c in verb.children)


def _tense(verb: Any) -> str:
    finite = [verb, *(c for c in verb.children if c.dep_ in ("aux", "auxpass"))]
    tags = {t.tag_ for t in finite}
    if "VBD" in tags:
        return "past"
    if any(c.lemma_ == "have" and c.dep_ == "aux" and c.tag_ != "VBG" for c in verb.children):
        return "past"
    return "present" if tags & {"VBZ", "VBP", "MD"} else "base"


def _mark(verb: Any) -> str:
    for child in verb.lefts:
        if child.dep_ == "mark" or child.tag_ in ("WRB", "WP", "WDT"):
            return str(child.lower_)
    if verb.left_edge.tag_ in ("WDT", "WP", "WRB", "WP$"):
        return str(verb.left_edge.lower_)
    return str(verb.head.lower_) if verb.dep_ == "pcomp" else ""


def _rank(token: Any, depth: int) -> int | None:
    """How early a part belongs into a short wording; None for what never does."""
    dep = token.dep_
    if dep in ("punct", "cc", "mark", "intj", "meta", "preconj", "dep", "parataxis"):
        return None
    if dep in (*_SUBJECTS, "dobj", "attr", "oprd", "acomp", "prt", "dative", "expl", "case"):
        return 0 if depth == 0 else 1
    if dep in ("xcomp", "ccomp", "pcomp"):
        return 1
    if dep == "agent":
        return 1
    if dep == "prep":
        return 2 + (token.lower_ in ("on", "in", "at", "after", "during") and depth == 0)
    if dep == "conj":
        return 1 if token.pos_ in ("NOUN", "PROPN") else 3
    if dep == "acl":
        return 3
    if dep in ("advmod", "npadvmod"):
        return 4
    return 5
