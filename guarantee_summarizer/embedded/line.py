"""Join one sentence with its parse and the actors that it names."""

from __future__ import annotations

import re
from bisect import bisect_left, bisect_right
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cached_property

from guarantee_summarizer.embedded.facts import Clause, Facts
from guarantee_summarizer.lexicon import Cue, Cues
from guarantee_summarizer.lexicon.cues import Verb
from guarantee_summarizer.normalize import Amount, amounts
from guarantee_summarizer.schema import Citation
from guarantee_summarizer.sentences import Sentence

__all__ = ["EntityMention", "Line", "is_item", "numbered"]

_FURNITURE = re.compile(
    r"\W*(?:(?:Additional |Writing |Further )?Reporting by|Edit(?:ing|ed) by|Compiled by|Read (?:more|also|next)\b|"
    r"Related(?:\s+(?:stories|articles|links|topics))?:|See also:|Sign up|Subscribe|Follow us|Click here|"
    r"(?:File )?Photo(?:graph)?(?::| by)|Image:|Caption:|FILE PHOTO|Our Standards|All rights reserved|©|"
    r"Copyright|Advertisement|Share this|Most read|This article (?:was|is)|By [A-Z]\w+ [A-Z]\w+$)",
    re.IGNORECASE,
)  # bylines, credits, links: never claims
_UNSEEN = frozenset(("-", '"', "'", "''", "``", "“", "”", "–", "—"))


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
    """One sentence with its content; `named` are participants, including demonyms."""

    sentence: Sentence
    facts: Facts
    cues: Cues
    named: list[EntityMention] = field(default_factory=list)
    quoted: int | None = None  # where a quotation begins that a label opens: `Rutte: “…”`

    @cached_property
    def text(self) -> str:
        """The words of the sentence; none if it is boilerplate of the outlet."""
        return "" if _FURNITURE.match(self.sentence.text) else self.sentence.text

    @cached_property
    def clauses(self) -> tuple[Clause, ...]:
        """The clauses of the sentence; none for headings, boilerplate and pure quotations."""
        if not self.text or self.text.isupper():
            return ()
        if self.quoted is None:
            return self.facts.clauses
        return tuple(clause for clause in self.facts.clauses if clause.at < self.quoted)

    @cached_property
    def is_question(self) -> bool:
        """Whether it is a question of the author."""
        return self.text.rstrip("\"'”’ ").endswith("?")

    @cached_property
    def amounts(self) -> list[Amount]:
        """The figures and ranges in the sentence, with their bounds."""
        return amounts(self.text)

    @cached_property
    def citation(self) -> Citation:
        """The sentence, cited."""
        return Citation.of(self.sentence)

    def found(
        self, family: str, start: int = 0, end: int | None = None
    ) -> list[tuple[Cue, int, int]]:
        """Return the cues of a family between two offsets, each with its own offsets."""
        first = bisect_left(self._starts, start)
        last = None if end is None else bisect_right(self._ends, end)
        words = self.words[first:last]
        cues = self.cues.find(family, self._lemmas[first:last])
        return [(cue, words[cue.start][1], words[cue.end - 1][2]) for cue in cues]

    def verb(self, clause: Clause) -> Verb | None:
        """Return the table's entry for the clause's verb, with or without its particle."""
        return self.cues.verb(clause.verb) or self.cues.verb(clause.verb.partition(" ")[0])

    def parent(self, clause: Clause) -> Clause | None:
        """Return the clause that a clause depends on; None for a main clause."""
        above = self.facts.clauses[clause.parent] if clause.parent is not None else None
        return None if above is clause else above

    def speakers(self, clause: Clause) -> Iterator[Clause]:
        """Yield the clauses of saying, asking, offering … whose content the clause is."""
        seen = clause
        while seen.relation != "ROOT" and (above := self.parent(seen)) is not None:
            if seen.relation in ("ccomp", "xcomp", "pcomp", "acl", "parataxis", "csubj"):
                yield above
            elif seen.relation not in ("conj", "advcl", "relcl"):
                return
            seen = above

    @cached_property
    def words(self) -> list[tuple[str, int, int]]:
        """Return the lemmas, without hyphens and quotes."""
        return [(w.lemma, w.start, w.end) for w in self.facts.words if w.lemma not in _UNSEEN]

    def around(self, start: int, end: int, reach: int) -> tuple[list[str], list[str]]:
        """Return the lemmas right before and right after a stretch, at most `reach` each."""
        first = bisect_left(self._starts, start)
        last = bisect_left(self._starts, end)
        before, after = self.words[max(0, first - reach) : first], self.words[last : last + reach]
        return [w[0] for w in before], [w[0] for w in after]

    @cached_property
    def _lemmas(self) -> list[str]:
        return [word[0] for word in self.words]

    @cached_property
    def _starts(self) -> list[int]:
        return [word[1] for word in self.words]

    @cached_property
    def _ends(self) -> list[int]:
        return [word[2] for word in self.words]

    @cached_property
    def ends(self) -> frozenset[int]:
        """Return the end offsets of the heads of phrases."""
        return frozenset(phrase.end for phrase in self.facts.phrases)

    def within(self, start: int, end: int) -> list[EntityMention]:
        """Return the actors named between two offsets of the sentence."""
        return [n for n in self.named if start <= n.start and n.end <= end]


def is_item(line: Line) -> bool:
    """Return whether a line is an item of a list: `(5) to provide …`, `2. Not to attack …`."""
    root = next((c for c in line.clauses if c.relation == "ROOT" and c.verb.isalpha()), None)
    text = line.sentence.text
    opens = re.match(r"\W*(?:\w{1,2}[.)]\W+)?(?:[Nn]ot )?[Tt]o [a-z]", text) is not None
    return bool(root and opens and not root.subjects)


def numbered(line: Line) -> bool:
    """Return whether a line begins with a number or a bullet."""
    return re.match(r"\s*(?:[-•▪*]|\(?\w{1,2}[.)])\s", line.sentence.text) is not None
