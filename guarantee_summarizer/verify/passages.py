"""Hold what checks read in an article, each thing looked for once, whatever is claimed of it."""

from __future__ import annotations

import re
from bisect import bisect_right
from collections import defaultdict
from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property
from string import ascii_lowercase
from typing import TypeVar, cast

from guarantee_summarizer.article import Article
from guarantee_summarizer.lexicon import Actor, Lexicon
from guarantee_summarizer.lexicon.persons import find_people
from guarantee_summarizer.normalize import Figure, designations, figures
from guarantee_summarizer.text import fold
from guarantee_summarizer.verify.held import HeldFigures
from guarantee_summarizer.verify.overlap import Overlap, stems

__all__ = ["Passages"]

_METADATA = -1  # stands for title, outlet and day among the sentences
_ITEM = re.compile(r"\s*(?:[-*•▪◦‣–—]|\(?\d{1,2}[.)]|\([a-z]\)|[a-z]\))\s")

_T = TypeVar("_T")


@dataclass(frozen=True)
class Passages:
    """The sentences of an article as checks need them; of use for all its summaries.

    Attributes:
        article: the article.
        lexicon: by which names, capitals and adjectives the article may call an actor.
    """

    article: Article
    lexicon: Lexicon

    def read(self, function: Callable[[str], _T], text: str) -> _T:
        """Return what a function says of a text; it is asked once for each text of an article.

        Claims repeat sentences, and those of a stream or after a re-ask come in again.
        """
        known = self.article.known[function]
        if text not in known:
            known[text] = function(text)
        return cast("_T", known[text])

    def mentioned(self, actor: Actor) -> set[int]:
        """Return the sentences that name an actor of the lexicon, by adjectives and capitals too."""
        return self._mentioned.get(actor.name, set())

    @cached_property
    def _mentioned(self) -> dict[str, set[int]]:
        """The sentences in which the lexicon finds each actor, adjectives and capitals included."""
        article = self.article.readable
        body, starts = article.body, [s.start for s in article.sentences]
        found: dict[str, set[int]] = defaultdict(set)
        for mention in self.lexicon.mentions(article.text[body:]):
            found[mention.actor.name].add(bisect_right(starts, mention.start + body) - 1)
        return found

    @cached_property
    def states_of(self) -> dict[str, set[str]]:
        """The states that titles give a person, by the folded name: `French President Emmanuel Macron`."""
        body = self.article.readable.text[self.article.readable.body :]
        states: dict[str, set[str]] = defaultdict(set)
        for person in find_people(body, self.lexicon):
            actor = self.lexicon.actor(person.affiliation) if person.affiliation else None
            past = re.match(r"(?:former|ex)\b", person.title or "", re.IGNORECASE)
            if actor and actor.kind == "state" and not past:
                states[fold(person.name)].add(actor.name)
        return states

    @cached_property
    def words(self) -> frozenset[str]:
        """All folded words of the article and of what is known about it."""
        return frozenset(re.findall(r"\w+", f"{self.article.folded.text} {fold(self.metadata)}"))

    @cached_property
    def overlap(self) -> Overlap:
        """Which sentences share words with a claim."""
        return Overlap(self.read(stems, s) for s in self.article.folded_sentences)

    @cached_property
    def lead_ins(self) -> list[int]:
        """For each item of a list the sentence before the list; for any other sentence itself."""
        leads: list[int] = []
        inside = False
        for i, sentence in enumerate(self.article.sentences):
            item = _ITEM.match(sentence.text) is not None
            leads.append(leads[-1] if item and inside else max(0, i - 1) if item else i)
            inside = item
        return leads

    @cached_property
    def headings(self) -> list[frozenset[int]]:
        """For each sentence the heading over it: the nearest one before that ends no sentence."""
        over: list[frozenset[int]] = []
        last: frozenset[int] = frozenset()
        for i, sentence in enumerate(self.article.sentences):
            over.append(last)
            if not sentence.text.rstrip("\"'”’»)]*_").endswith((".", "!", "?", "…", ";", ",")):
                last = frozenset({i})
        return over

    @cached_property
    def designations(self) -> frozenset[str]:
        """Names with digits in them, in the article and in what is known about it."""
        told = f"{self.article.readable.text}\n{self.metadata}"
        names = {name for _, name in designations(told)}
        read = (self._figures_of(i) for i in range(len(self.article.sentences)))
        named = (figure.quantity for found in read for figure in found)
        names |= {q.value for q in named if q.kind == "name"}  # the Group of Seven is the G7
        return frozenset(names | {name.rstrip(ascii_lowercase) for name in names})  # F-35 of F-35A

    @property
    def metadata(self) -> str:
        """Title, outlet and day of publication, which a claim may tell."""
        article = self.article
        day = article.published.isoformat() if article.published else ""
        return f"{article.title or ''}\n{article.outlet or ''}\n{day}"

    @cached_property
    def everything(self) -> frozenset[int]:
        """All passages of the article, and what is known about it."""
        return frozenset(range(_METADATA, len(self.article.sentences)))

    @cached_property
    def held(self) -> HeldFigures:
        """The figures of the passages, each read when it is needed."""
        return HeldFigures(self._figures_of)

    def _figures_of(self, i: int) -> list[Figure]:
        told = self.metadata if i == _METADATA else self.article.readable.sentences[i].text
        return self.read(figures, told)
