"""What every check looks into: article, summary and lexicon, each part read once."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from guarantee_summarizer.article import Article
from guarantee_summarizer.lexicon import Lexicon
from guarantee_summarizer.normalize import Quantity, quantities
from guarantee_summarizer.schema import Finding, Summary
from guarantee_summarizer.schema.claims import SECTIONS, Section
from guarantee_summarizer.text import fold, looks_english
from guarantee_summarizer.verify.agents import Clauses, Named
from guarantee_summarizer.verify.claims import Claim
from guarantee_summarizer.verify.passages import Overlap, Passage, stems

__all__ = ["Context", "error", "warning"]

_WORD = re.compile(r"\w+")
_ABBREVIATED = 4  # letters: US, UK, U.S. stand before a noun as Russian does


@dataclass(frozen=True)
class Context:
    """The article and the summary, with what several checks need read once.

    `lexicon` says by which names and adjectives the article may call a state; `examples` are the
    answers that the prompt showed.
    """

    article: Article
    summary: Summary
    lexicon: Lexicon
    examples: tuple[Mapping[str, Any], ...] = ()

    @cached_property
    def names(self) -> frozenset[str]:
        """Folded names and aliases of all participants."""
        return frozenset(
            fold(form) for p in self.summary.participants for form in (p.name, *p.aliases)
        )

    @cached_property
    def _by_number(self) -> dict[int, int]:
        return {s.number: i for i, s in enumerate(self.article.sentences)}

    @cached_property
    def _quantities(self) -> dict[int, list[Quantity]]:
        return {}

    @cached_property
    def english(self) -> bool:
        """Whether article and summary are both English, so that figures in words can be read."""
        own = f"{self.summary.headline} {self.summary.abstract}"
        return self.article.english and (not own.strip() or looks_english(own))

    @cached_property
    def year(self) -> int:
        """The year of publication, else the latest that the article names; 0 if none."""
        if self.article.published:
            return self.article.published.year
        years = re.findall(r"\b(?:19|20)\d\d\b", self.article.text)
        return max(map(int, years), default=0)

    @cached_property
    def overlap(self) -> Overlap:
        """Which sentences share words with a claim."""
        return Overlap(self.article.folded_sentences)

    @cached_property
    def _passages(self) -> tuple[Passage, ...]:
        return tuple(map(Passage, self.article.folded_sentences, self.overlap.stems))

    @cached_property
    def _forms(self) -> dict[str, tuple[str, ...]]:
        """Folded forms of every participant, under each of them."""
        found: dict[str, tuple[str, ...]] = {}
        for participant in self.summary.participants:
            names = (participant.name, *participant.aliases)
            if participant.kind == "person":
                names = (*names, participant.name.rsplit(maxsplit=1)[-1])
            known = self._known(participant.name) if participant.kind == "state" else ()
            forms = tuple(dict.fromkeys((*map(fold, names), *known)))
            found.update(dict.fromkeys(forms, forms))
        return found

    def forms(self, name: str) -> tuple[str, ...]:
        """The folded forms of the participant that has this name or alias; else the name itself."""
        if name not in self._looked_up:
            folded = fold(name)
            self._looked_up[name] = self._forms.get(folded, (folded,))
        return self._looked_up[name]

    @cached_property
    def _looked_up(self) -> dict[str, tuple[str, ...]]:
        return {}

    def stems(self, name: str) -> frozenset[str]:
        """The stems of all these forms."""
        if name not in self._stems:
            self._stems[name] = stems(" ".join(self.forms(name)))
        return self._stems[name]

    @cached_property
    def _stems(self) -> dict[str, frozenset[str]]:
        return {}

    def participant(self, name: str) -> str:
        """One form that stands for the participant of this name, whichever form is given."""
        return self.forms(name)[0]

    @cached_property
    def _states(self) -> dict[str, str]:
        """Whom the persons among the participants speak for."""
        people = [p for p in self.summary.participants if p.kind == "person" and p.affiliation]
        return {self.participant(p.name): self.participant(p.affiliation or "") for p in people}

    def known(self, name: str) -> bool:
        """Whether a participant has this name or alias."""
        return fold(name) in self._forms

    def represented(self, name: str) -> str:
        """The state or organization that a person speaks for; others speak for themselves."""
        known = self.participant(name)
        return self._states.get(known, known)

    def named(self, text: str) -> list[Named]:
        """The participants that a folded sentence names, and where; of two forms the longer."""
        if text not in self._named:
            places = [
                (at, -len(form), form)
                for word in self._by_word.keys() & _WORD.findall(text)
                for form in self._by_word[word]
                for at in _places(text, form)
            ]
            found: list[Named] = []
            for at, _, form in sorted(places):
                if not found or at >= found[-1].end:
                    adjective = form in self._adjectives
                    found.append(Named(self._forms[form][0], at, at + len(form), adjective))
            self._named[text] = found
        return self._named[text]

    @cached_property
    def _by_word(self) -> dict[str, list[str]]:
        """All forms of the participants, under the first word of each."""
        found: dict[str, list[str]] = defaultdict(list)
        for form in self._forms:
            for word in _WORD.findall(form)[:1]:
                found[word].append(form)
        return found

    @cached_property
    def clauses(self) -> Clauses:
        """Who acts and speaks in the article's sentences."""
        return Clauses(self.article.folded_sentences, self._acting, self.represented)

    def _acting(self, text: str) -> list[Named]:
        """Those named who may act: outlets only report."""
        return [named for named in self.named(text) if self.kind(named.name) != "media"]

    def kind(self, name: str) -> str | None:
        """What a participant is; None for groups without a name."""
        return self._kinds.get(self.participant(name))

    @cached_property
    def _kinds(self) -> dict[str, str]:
        return {self.participant(p.name): p.kind for p in self.summary.participants}

    @cached_property
    def _adjectives(self) -> frozenset[str]:
        """The folded adjectives of the states among the participants: Russian, US."""
        forms: list[str] = []
        for participant in self.summary.participants:
            actor = self.lexicon.actor(participant.name) if participant.kind == "state" else None
            if actor:
                short = (alias for alias in actor.aliases if len(alias) <= _ABBREVIATED)
                forms += (*actor.demonyms, *short)
        return frozenset(map(fold, forms))

    def _known(self, state: str) -> Iterator[str]:
        """Other names, adjectives and seats of power of a state, folded."""
        actor = self.lexicon.actor(state)
        if actor:
            yield from map(fold, (*actor.aliases, *actor.demonyms, *actor.metonyms, actor.name))

    def names_one(self, wanted: Iterable[str], text: str) -> bool:
        """Whether a folded sentence names any of the participants or groups in `wanted`."""
        there = {named.name for named in self.named(text)}
        names = map(self.participant, wanted)
        return any(name in there or name in text for name in names)

    @cached_property
    def _named(self) -> dict[str, list[Named]]:
        return {}

    @cached_property
    def first_said(self) -> dict[tuple[str, frozenset[int], str], str]:
        """The first claim of each section, evidence and gist; filled by the check that needs it."""
        return {}

    def sharing(self, claim: Claim) -> tuple[str, ...]:
        """The parties that take the very stance of a position: a joint text is all of theirs."""
        return self._sharing.get(claim.words.get("stance", ""), ())

    @cached_property
    def _sharing(self) -> dict[str, tuple[str, ...]]:
        found: dict[str, tuple[str, ...]] = {}
        for dispute in self.summary.disputes:
            for position in dispute.positions:
                found[position.stance] = (*found.get(position.stance, ()), position.party)
        return found

    def whole(self, claim: Claim) -> Any:
        """The dispute or proposal that a position or term stands in."""
        return claim.place.item.of(self.summary)

    def before(self, claim: Claim, sentences: int) -> list[Passage]:
        """The sentences right before those that a claim cites."""
        cited = self.sentences(claim)
        wanted = {i - back for i in cited for back in range(1, sentences + 1)}.difference(cited)
        return [self._passages[i] for i in sorted(wanted) if i >= 0]

    @cached_property
    def shown(self) -> tuple[frozenset[str], ...]:
        """The stems of each claim in the prompt's examples."""
        items = (item for answer in self.examples for item in _example_claims(answer))
        texts = ((text for text in item.values() if isinstance(text, str)) for item in items)
        return tuple(stems(fold(" ".join(words))) for words in texts)

    @property
    def _metadata(self) -> str:
        """Title and day of publication, which headline and abstract may tell."""
        article = self.article
        day = article.published.isoformat() if article.published else ""
        return f"{article.title or ''}\n{day}"

    def sentences(self, claim: Claim) -> list[int]:
        """Indexes of the sentences that a claim cites; all of them for headline and abstract."""
        if claim.path not in self._cited:
            everything = not claim.evidence and claim.section == "text"
            self._cited[claim.path] = (
                list(range(len(self.article.sentences)))
                if everything
                else sorted({self._by_number[c.sentence] for c in claim.evidence})
            )
        return self._cited[claim.path]

    @cached_property
    def _cited(self) -> dict[str, list[int]]:
        return {}

    def passage(self, at: int) -> Passage:
        """The sentence at an index."""
        return self._passages[at]

    def passages(self, claim: Claim) -> list[Passage]:
        """The sentences that a claim cites."""
        return [self._passages[i] for i in self.sentences(claim)]

    def closest(self, claim: Claim, words: Passage) -> int:
        """Which of the sentences that a claim cites shares most with `words`."""
        return self.overlap.closest(words.stems, self.sentences(claim))

    def quantities(self, claim: Claim) -> list[Quantity]:
        """The figures in the sentences that a claim cites; every sentence is read once."""
        found = quantities(self._metadata) if claim.section == "text" else []
        for i in self.sentences(claim):
            if i not in self._quantities:
                self._quantities[i] = quantities(self.article.sentences[i].text)
            found += self._quantities[i]
        return found


def _places(text: str, form: str) -> Iterator[int]:
    """Where a form stands as whole words."""
    at = text.find(form)
    while at >= 0:
        around = text[at - 1 : at] + text[at + len(form) : at + len(form) + 1]
        if not _WORD.search(around):
            yield at
        at = text.find(form, at + 1)


def _example_claims(answer: Mapping[str, Any]) -> Iterator[Mapping[str, Any]]:
    """The items of an example answer that have a wording of their own, and their parts."""
    for section in SECTIONS:
        if section.many and section.words:
            for item in _listed(answer, section):
                yield item
                if section.parts:
                    yield from _listed(item, section.parts)


def _listed(holder: Any, section: Section) -> list[Mapping[str, Any]]:
    """The items of a section in JSON that nobody has validated."""
    for name in section.path.split("."):
        holder = holder.get(name) if isinstance(holder, Mapping) else None
    return (
        [item for item in holder if isinstance(item, Mapping)] if isinstance(holder, list) else []
    )


def error(code: str, path: str, message: str) -> Finding:
    """A finding that moves the claim to `withheld`."""
    return Finding.model_construct(code=code, severity="error", path=path, message=message)


def warning(code: str, path: str, message: str) -> Finding:
    """A finding that stays beside the claim."""
    return Finding.model_construct(code=code, severity="warning", path=path, message=message)
