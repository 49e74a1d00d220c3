"""Parse sentences to plain data: entities, phrases, and clauses with roles and modality.

Only this module, `loading` and `grammar` use spaCy; no spaCy object leaves this file.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from typing import Any

from guarantee_summarizer.embedded import grammar
from guarantee_summarizer.embedded.facts import Clause, Entity, Facts, Phrase, Piece, Word
from guarantee_summarizer.embedded.loading import one_thread

__all__ = ["facts"]

_PIECE = 4_000  # characters of one sentence that are parsed at once, for linear time
_BATCH = 64
_NEXT = 3  # words between two names of a list, including punctuation
_DEEPEST = 5  # levels below a verb in a short wording
_EVEN = str.maketrans("\u2018\u2019\u201c\u201d\u00a0\u202f\n\t*_#", "''\"\"       ")
_MARK = re.compile(
    r"\s*(?:(?:[-•▪–—]|\(?\d{1,2}[.)]|\([a-z]{1,3}\)|(?:\w+day, )?\d{1,2}[:.]\d\d(?: [A-Z]{3,4})?:|\w+day, \d\d:\d\d(?: [A-Z]{3,4})?:)\s+)+"
)  # bullets, numbers, times of day before a sentence
_DATELINE = re.compile(
    r"\s*(?:[A-Z][A-Z./ ]{2,30}(?:, \w+\.? \d{1,2})?|[A-Z][\w./ ]{2,30}, (?:\d{1,2} \w+|\w+\.? \d{1,2}))"
    r"(?: \([^)]+\))? (?:--|[-–—]) "
)


def facts(nlp: Any, texts: Iterable[str]) -> Iterator[Facts]:
    """Yield the facts of each sentence.

    Args:
        nlp: a spaCy pipeline, as `loading.load` returns it.
        texts: the sentences, exactly as the article has them.
    """
    pieces = [list(_cut(_even(text))) for text in texts]
    limit = min(_PIECE, getattr(nlp, "max_length", _PIECE))
    flat = (piece[:limit] for parts in pieces for piece, _ in parts)
    docs = nlp.pipe(flat, batch_size=_BATCH)
    with one_thread():
        for parts in pieces:
            yield _joined([_read(next(docs), piece[1]) for piece in parts])


def _even(text: str) -> str:
    """Return the text with plain quotes and blanked bullets, dateline and marks; same length."""
    even = text.translate(_EVEN)
    for pattern in (_MARK, _DATELINE):
        if match := pattern.match(even):
            even = " " * match.end() + even[match.end() :]
    return even


def _cut(text: str) -> Iterator[tuple[str, Sequence[int]]]:
    """Yield the text in pieces that end between words, each with the offsets of its characters.

    Several blanks become one: a parser would treat the rest as words.
    """
    places: Sequence[int] = range(len(text))
    if "  " in text:
        places = [at for at, c in enumerate(text) if c != " " or text[at - 1 : at] != " "]
        text = "".join(text[at] for at in places)
    start = 0
    while len(text) - start > _PIECE:
        space = text.rfind(" ", start + _PIECE // 2, start + _PIECE)
        end = space if space > 0 else start + _PIECE
        yield text[start:end], places[start:end]
        start = end
    yield text[start:], places[start:]


def _joined(parts: list[Facts]) -> Facts:
    if len(parts) == 1:
        return parts[0]
    return Facts(
        tuple(x for p in parts for x in p.words),
        tuple(x for p in parts for x in p.entities),
        tuple(x for p in parts for x in p.phrases),
        (),  # clauses of a split text may be cut anywhere
    )


def _read(doc: Any, places: Sequence[int]) -> Facts:
    reader = _Reader(doc, places)
    return Facts(
        tuple(Word(t.lemma_.lower(), t.pos_, *reader.span(t)) for t in doc if not t.is_space),
        tuple(Entity(e.label_, reader.span(e[0])[0], reader.span(e[-1])[1]) for e in doc.ents),
        tuple(
            reader.phrase(t) for t in doc if t.pos_ in ("NOUN", "PROPN") and t.dep_ != "compound"
        ),
        tuple(reader.clauses()),
    )


class _Reader:
    """Reads the clauses of one parsed sentence."""

    def __init__(self, doc: Any, places: Sequence[int]) -> None:
        self._places = places
        self._heads = [t for t in doc if grammar.heads_clause(t)]
        self._index = {t.i: n for n, t in enumerate(self._heads)}
        edges = grammar.edges(doc)
        self._left, self._right = edges

    def clauses(self) -> Iterator[Clause]:
        """Yield the clauses in the order of their verbs."""
        return map(self._clause, self._heads)

    def phrase(self, head: Any) -> Phrase:
        """Return the noun phrase of a head."""
        left = [c for c in head.lefts if c.dep_ in grammar.BEFORE]
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
            any(c.lower_ in grammar.NONE for c in head.lefts) or head.lower_ in grammar.NONE,
        )

    def span(self, token: Any) -> tuple[int, int]:
        """Return the offset of a word in the sentence."""
        return self._at(token), self._end(token)

    def _at(self, token: Any) -> int:
        return self._places[int(token.idx)]

    def _end(self, token: Any) -> int:
        return self._places[int(token.idx) + len(token) - 1] + 1

    def _listed(self, head: Any) -> Iterator[Phrase]:
        """Yield the phrases of a head and of the nouns coordinated with it."""
        yield self.phrase(head)
        apposed = [c for c in head.rights if c.dep_ == "appos" and grammar.is_another(head, c)]
        for first in (head, *apposed):
            if first.i != head.i:
                yield self.phrase(first)
            for other in first.conjuncts:
                if other.i > first.i and other.pos_ in ("NOUN", "PROPN", "PRON", "NUM", "DET"):
                    yield self.phrase(other)

    def _subjects(self, verb: Any) -> list[Any]:
        """Return the subject of a verb, else of the verb that it continues or completes."""
        for _ in range(6):
            own = [c for c in verb.children if c.dep_ in grammar.SUBJECTS and c.pos_ != "VERB"]
            if own:
                return [self._antecedent(own[0], verb)]
            if verb.dep_ in ("acl", "relcl") and verb.tag_ in ("VBG", "VBN"):
                return [] if verb.tag_ == "VBN" else [verb.head]
            if lost := grammar.lost_subject(verb):
                return [lost]
            if verb.dep_ not in ("conj", "xcomp", "advcl", "pcomp") or verb.head.i == verb.i:
                return []
            made_to, verb = grammar.is_told(verb), verb.head
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
            if c.dep_ in grammar.OBJECTS and c.tag_ != "IN"
            for p in self._listed(self._antecedent(c, verb))
        ]
        by = [o for c in verb.children if c.dep_ == "agent" for o in c.children if o.dep_ == "pobj"]
        agents = [p for o in by for p in self._listed(o)] if passive else subjects
        if passive and verb.dep_ == "acl":
            objects = [self.phrase(verb.head), *objects]
        parent = self._parent(verb)
        left, right = self._left[verb.i], self._right[verb.i]
        return Clause(
            verb=grammar.name(verb),
            at=self._at(verb),
            start=self._at(left),
            end=self._end(right),
            subjects=tuple(subjects),
            agents=tuple(agents),
            objects=tuple([*subjects, *objects] if passive else objects),
            obliques=tuple(self._obliques(verb)),
            modal=grammar.modal(verb),
            negated=grammar.negated(verb) or any(p.denied for p in (*subjects, *objects)),
            passive=passive,
            tense=grammar.tense(verb),
            relation=grammar.relation(verb),
            mark=grammar.mark(verb),
            noun=verb.head.lemma_.lower() if grammar.relation(verb) in ("acl", "relcl") else "",
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
        """Yield the phrases after the prepositions of a word, and nested ones."""
        for prep in holder.children:
            for o in prep.children if prep.dep_ in ("prep", "dative", "agent") else ():
                if o.dep_ == "pobj":
                    for phrase in self._listed(o):
                        yield prep.lower_, phrase
                    if deeper:
                        yield from self._after(o, deeper=deeper - 1)

    def _pieces(self, verb: Any) -> Iterator[Piece]:
        """Yield the parts of a clause: subject, verb group and object, then their dependents."""
        made: list[tuple[Any, int, int | None]] = []
        group = [
            c
            for c in verb.children
            if c.dep_ in grammar.VERB_GROUP or (c.dep_ == "advmod" and c.lower_ in grammar.NONE)
        ]
        found: list[Piece] = [Piece(self._at(t), self._end(t), 0, None) for t in (*group, verb)]
        if lost := grammar.lost_subject(verb):
            subject = self.phrase(lost)
            found.append(Piece(subject.start, subject.end, 0, None))
        made.extend((c, 0, None) for c in verb.children if c not in group)
        while made:
            token, depth, within = made.pop(0)
            rank = grammar.rank(token, depth)
            if rank is None or depth > _DEEPEST:
                continue
            first, last, rest = self._core(token)
            start, end = self._at(first), self._end(last)
            found.append(Piece(start, end, rank, within, joint=token.dep_ == "conj"))
            made.extend((c, depth + 1, len(found) - 1) for c in rest)
        return iter(found)

    def _core(self, token: Any) -> tuple[Any, Any, list[Any]]:
        """Return the first and last required word of a dependent, and its optional dependents."""
        if token.dep_ in ("prep", "agent", "dative") and token.pos_ in ("ADP", "SCONJ"):
            inner = [c for c in token.rights if c.dep_ in ("pobj", "pcomp", "prep")]
            if not inner:
                return token, token, []
            return token, *self._core(inner[0])[1:]
        taken = [
            c for c in token.lefts if c.dep_ not in ("punct", "cc", "preconj") and not c.is_space
        ]
        last = token
        rest = [c for c in token.rights if c.dep_ not in ("punct", "cc") and not c.is_space]
        while rest and (
            rest[0].dep_ in (*grammar.VERB_GROUP, "case", "acomp", "dobj")
            or (rest[0].i == last.i + 1 and rest[0].dep_ in ("nummod", "advmod"))
        ):
            last = rest.pop(0)
            rest = [*(c for c in last.rights if c.dep_ not in ("punct", "cc")), *rest]
        joined = token.dep_ in ("acl", "relcl") and last.i == token.i
        first = self._left[taken[0].i] if taken else token
        if rest and rest[0].dep_ in ("prep", "agent") and (joined or token.lemma_ == "be"):
            _, last, inner = self._core(rest.pop(0))  # "proposed by Paris", "to be in effect"
            rest = [*inner, *rest]
        while rest and self._is_next(rest[0], last):
            _, last, inner = self._core(rest.pop(0))
            rest = [*inner, *rest]
        if token.dep_ == "conj":
            joint = [c for c in token.head.rights if c.dep_ == "cc" and c.i < token.i]
            first = joint[-1] if joint else first
        return first, last, rest

    def _is_next(self, token: Any, last: Any) -> bool:
        """Whether a word continues a list and cannot be left out: `A and B`."""
        near = self._left[token.i].i - last.i <= _NEXT and token.i - last.i <= _NEXT + 1
        return near and token.dep_ == "conj" and token.pos_ in ("NOUN", "PROPN", "NUM")
