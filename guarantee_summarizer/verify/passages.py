"""Index an article for the checks, independently of any summary; compute each index once."""

from __future__ import annotations

import re
from bisect import bisect_right
from collections import defaultdict
from dataclasses import dataclass
from functools import cached_property, partial
from string import ascii_lowercase

from guarantee_summarizer.article import Article
from guarantee_summarizer.lexicon import Actor, Lexicon
from guarantee_summarizer.lexicon.persons import find_people
from guarantee_summarizer.normalize import Figure, designations, figures
from guarantee_summarizer.text import fold
from guarantee_summarizer.verify.held import HeldFigures
from guarantee_summarizer.verify.overlap import Overlap, stems

__all__ = ["Passages"]

_METADATA = -1  # the index of title, outlet and day among the sentences
_ITEM = re.compile(r"\s*(?:[-*•▪◦‣–—]|\(?\d{1,2}[.)]|\([a-z]\)|[a-z]\))\s")


@dataclass(frozen=True)
class Passages:
    """Index the sentences of an article for the checks of all its summaries.

    Attributes:
        article: the article.
        lexicon: the names, capitals and adjectives of actors.
    """

    article: Article
    lexicon: Lexicon

    def mentioned(self, actor: Actor) -> set[int]:
        """Return the indexes of the sentences that name an actor, also by adjective or capital."""
        return self._mentioned.get(actor.name, set())

    @cached_property
    def _mentioned(self) -> dict[str, set[int]]:
        """Return the indexes of the sentences that name each actor, by the actor's name."""
        article = self.article.readable
        body, starts = article.body, [s.start for s in article.sentences]
        found: dict[str, set[int]] = defaultdict(set)
        for mention in self.lexicon.mentions(article.text[body:]):
            found[mention.actor.name].add(bisect_right(starts, mention.start + body) - 1)
        return found

    @cached_property
    def states_of(self) -> dict[str, set[str]]:
        """Return the states in each person's titles (`French President`), by folded name."""
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
        """Return all folded words of the article and its metadata."""
        return frozenset(re.findall(r"\w+", f"{self.article.folded.text} {fold(self.metadata)}"))

    @cached_property
    def overlap(self) -> Overlap:
        """Return the index of the words in the sentences."""
        return Overlap(self.article.cached(stems, s) for s in self.article.folded_sentences)

    @cached_property
    def lead_ins(self) -> list[int]:
        """Return for each sentence its index; for a list item, the index of the list's lead-in."""
        leads: list[int] = []
        inside = False
        for i, sentence in enumerate(self.article.sentences):
            item = _ITEM.match(sentence.text) is not None
            leads.append(leads[-1] if item and inside else max(0, i - 1) if item else i)
            inside = item
        return leads

    @cached_property
    def headings(self) -> list[frozenset[int]]:
        """Return for each sentence the index of its heading, if it has one.

        A heading is the last text before the sentence that does not end like a sentence.
        """
        over: list[frozenset[int]] = []
        last: frozenset[int] = frozenset()
        for i, sentence in enumerate(self.article.sentences):
            over.append(last)
            if not sentence.text.rstrip("\"'”’»)]*_").endswith((".", "!", "?", "…", ";", ",")):
                last = frozenset({i})
        return over

    @cached_property
    def designations(self) -> frozenset[str]:
        """Return the names with digits in the article and its metadata, normalized."""
        text = f"{self.article.readable.text}\n{self.metadata}"
        names = {name for _, name in designations(text)}
        article = self.article
        read = (article.cached(figures, s.text) for s in article.readable.sentences)
        named = (figure.quantity for found in read for figure in found)
        names |= {q.value for q in named if q.kind == "name"}  # the Group of Seven is the G7
        return frozenset(names | {name.rstrip(ascii_lowercase) for name in names})  # F-35 of F-35A

    @property
    def metadata(self) -> str:
        """Return title, outlet and day of publication, each on a line."""
        article = self.article
        day = article.published.isoformat() if article.published else ""
        return f"{article.title or ''}\n{article.outlet or ''}\n{day}"

    @cached_property
    def everything(self) -> frozenset[int]:
        """Return the indexes of all sentences and of the metadata."""
        return frozenset(range(_METADATA, len(self.article.sentences)))

    @cached_property
    def held(self) -> HeldFigures:
        """Return the index of the figures in the sentences and the metadata."""
        return HeldFigures(partial(_figures_of, self.article, self.metadata))


def _figures_of(article: Article, metadata: str, i: int) -> list[Figure]:
    """Return the figures of a sentence; no method, so that no cycle keeps the article in memory."""
    return article.cached(
        figures, metadata if i == _METADATA else article.readable.sentences[i].text
    )
