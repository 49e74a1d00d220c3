"""Hold what every check reads: article, summary and lexicon, each part prepared once."""

from __future__ import annotations

import re
from bisect import bisect_right
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from functools import cached_property
from string import ascii_lowercase
from typing import Any, TypeVar, cast

from guarantee_summarizer.article import Article
from guarantee_summarizer.lexicon import Actor, Lexicon
from guarantee_summarizer.lexicon.persons import surname
from guarantee_summarizer.normalize import Figure, Quantity, designations, figures
from guarantee_summarizer.normalize.bounds import Bound
from guarantee_summarizer.schema import Finding, Participant, Summary
from guarantee_summarizer.text import fold, looks_english
from guarantee_summarizer.verify.claims import Claim
from guarantee_summarizer.verify.held import HeldFigures
from guarantee_summarizer.verify.overlap import Overlap, stems

__all__ = ["Context", "error", "warning"]

_METADATA = -1  # stands for title, outlet and day among the sentences
_BEFORE = 2  # sentences before the cited ones in which the words of a field may be
_REACH = 10  # sentences before them in which "he", "the group" may find their names
_ITEM = re.compile(r"\s*(?:[-*•▪◦‣–—]|\(?\d{1,2}[.)]|\([a-z]\)|[a-z]\))\s")
_DESCRIBED = ("group", "coalition", "force", "office", "organization")
_HEAD = re.compile(r" (?:of|for|on|in|from|to|with|familiar|close) ")  # ends the head of a name

_T = TypeVar("_T")


@dataclass(frozen=True)
class Context:
    """Hold the article and the summary, and prepare once what several checks need.

    Attributes:
        article: the article.
        summary: the summary that is checked.
        lexicon: by which names, capitals and adjectives the article may call an actor.
        examples: the answers that the prompt showed, which no claim may repeat.
    """

    article: Article
    summary: Summary
    lexicon: Lexicon
    examples: tuple[Mapping[str, Any], ...] = ()

    def read(self, function: Callable[[str], _T], text: str) -> _T:
        """Return what a function says of a text; it is asked once for each text of an article.

        Claims repeat sentences, and those of a stream or after a re-ask come in again.
        """
        known = self.article.known[function]
        if text not in known:
            known[text] = function(text)
        return cast("_T", known[text])

    @cached_property
    def english(self) -> bool:
        """Whether article and summary are both English, so that figures in words can be read."""
        own = f"{self.summary.headline} {self.summary.abstract}"
        return self.article.english and (not own.strip() or looks_english(own))

    def participant(self, name: str) -> Participant | None:
        """Return the participant that has this name or alias; an article in front does not count."""
        if name not in self._by_name:
            folded = fold(name)
            found = self._by_form.get(folded) or self._by_form.get(folded.removeprefix("the "))
            self._by_name[name] = found
        return self._by_name[name]

    @cached_property
    def _by_name(self) -> dict[str, Participant | None]:
        return {}

    @cached_property
    def _by_form(self) -> dict[str, Participant]:
        forms: dict[str, Participant] = {}
        for participant in reversed(self.summary.participants):
            for form in (participant.name, *participant.aliases):
                forms[fold(form)] = forms[fold(form).removeprefix("the ")] = participant
        return forms

    def naming(self, name: str) -> frozenset[int]:
        """Return the sentences that name a participant, in whichever form: indexes from 0.

        Its name and aliases; a person also by the surname; an actor of the lexicon also by its
        other names, capitals and adjectives, and by the persons who act for it.
        """
        if name not in self._naming:
            participant = self.participant(name)
            self._naming[name] = self._sentences(participant) if participant else frozenset()
        return self._naming[name]

    @cached_property
    def _naming(self) -> dict[str, frozenset[int]]:
        return {}

    def _sentences(self, participant: Participant) -> frozenset[int]:
        forms = [participant.name, *participant.aliases]
        if participant.kind == "person":
            forms.append(surname(participant.name))
        else:
            forms += [surname(name) for name in self._speakers[fold(participant.name)]]
        there = {s.number - 1 for form in forms for s in self.article.naming(form)}
        actor = self.lexicon.actor(participant.name)
        return frozenset(there | (self.mentioned(actor) if actor else set()))

    def meaning(self, name: str) -> frozenset[int]:
        """Return the sentences that name a participant, or call it by its head noun alone.

        "The council" may be the Security Council, "the leaders" those of ten countries.
        """
        if name not in self._meaning:
            participant = self.participant(name)
            heads: frozenset[int] = frozenset()
            if participant and participant.kind in _DESCRIBED and " " in participant.name:
                head = _HEAD.split(fold(participant.name))[0].split()[-1]
                heads = frozenset(self.article.holding(head))
            self._meaning[name] = self.naming(name) | heads
        return self._meaning[name]

    @cached_property
    def _meaning(self) -> dict[str, frozenset[int]]:
        return {}

    def mentioned(self, actor: Actor) -> set[int]:
        """Return the sentences that name an actor of the lexicon, by adjectives and capitals too."""
        return self._mentioned.get(actor.name, set())

    @cached_property
    def words(self) -> frozenset[str]:
        """All folded words of the article and of what is known about it."""
        return frozenset(re.findall(r"\w+", f"{self.article.folded.text} {fold(self.metadata)}"))

    def stems_of(self, name: str) -> frozenset[str]:
        """Return the stems of the words of all forms of a participant, or of the name itself."""
        if name not in self._stems:
            participant = self.participant(name)
            forms = self._forms(participant) if participant else [fold(name)]
            self._stems[name] = stems(" ".join(forms))
        return self._stems[name]

    @cached_property
    def _stems(self) -> dict[str, frozenset[str]]:
        return {}

    @cached_property
    def overlap(self) -> Overlap:
        """Which sentences share words with a claim."""
        return Overlap(self.read(stems, s) for s in self.article.folded_sentences)

    def _forms(self, participant: Participant) -> list[str]:
        forms = [participant.name, *participant.aliases]
        if participant.kind == "person":
            forms.append(surname(participant.name))
        actor = self.lexicon.actor(participant.name)
        if actor:
            forms += [actor.name, *actor.aliases, *actor.demonyms, *actor.metonyms]
        return [fold(form) for form in forms]

    @cached_property
    def _speakers(self) -> dict[str, list[str]]:
        """The persons that act for a participant, by its folded name."""
        speakers: dict[str, list[str]] = defaultdict(list)
        for person in self.summary.participants:
            if person.kind == "person" and person.affiliation:
                represented = self.participant(person.affiliation)
                name = represented.name if represented else person.affiliation
                speakers[fold(name)].append(person.name)
        return speakers

    @cached_property
    def _mentioned(self) -> dict[str, set[int]]:
        """The sentences in which the lexicon finds each actor, adjectives and capitals included."""
        article = self.article.readable
        body, starts = article.body, [s.start for s in article.sentences]
        found: dict[str, set[int]] = defaultdict(set)
        for mention in self.lexicon.mentions(article.text[body:]):
            found[mention.actor.name].add(bisect_right(starts, mention.start + body) - 1)
        return found

    def cited(self, claim: Claim) -> list[int]:
        """Return the sentences that a claim cites, as indexes; all for headline and abstract."""
        if claim.section == "text":
            return list(range(len(self.article.sentences)))
        return sorted({citation.sentence - 1 for citation in claim.evidence})

    def nearby(self, claim: Claim) -> list[int]:
        """Return the cited sentences, the two before each, and the headings over them."""
        cited = self.cited(claim)
        near = {i - back for i in cited for back in range(_BEFORE + 1) if i >= back}
        return sorted(near.union(*(self._headings[i] for i in cited)))

    def reach(self, claim: Claim) -> frozenset[int]:
        """Return the cited sentences, the headings over them, and the ten before each.

        For an item of a list also what leads in to the list, with the ten before that.
        """
        cited = self.cited(claim)
        starts = {start for i in cited for start in (i, self._lead_ins[i])}
        before = {i - back for i in starts for back in range(_REACH + 1) if i >= back}
        return frozenset(before.union(*(self._headings[i] for i in cited)))

    @cached_property
    def _lead_ins(self) -> list[int]:
        """For each item of a list the sentence before the list; for any other sentence itself."""
        leads: list[int] = []
        inside = False
        for i, sentence in enumerate(self.article.sentences):
            item = _ITEM.match(sentence.text) is not None
            leads.append(leads[-1] if item and inside else max(0, i - 1) if item else i)
            inside = item
        return leads

    @cached_property
    def _headings(self) -> list[frozenset[int]]:
        """For each sentence the heading over it: the nearest one before that ends no sentence."""
        over: list[frozenset[int]] = []
        last: frozenset[int] = frozenset()
        for i, sentence in enumerate(self.article.sentences):
            over.append(last)
            if not sentence.text.rstrip("\"'”’»)]*_").endswith((".", "!", "?", "…", ";", ",")):
                last = frozenset({i})
        return over

    def folded(self, indexes: Iterable[int]) -> list[str]:
        """Return the folded text of some sentences."""
        return [self.article.folded_sentences[i] for i in indexes]

    def cited_text(self, claim: Claim) -> str:
        """Return the folded text of what a claim cites, each sentence on a line."""
        key = "" if claim.section == "text" else claim.path
        if key not in self._cited_text:
            self._cited_text.clear()  # claims come one after the other
            self._cited_text[key] = "\n".join(self.folded(self.cited(claim)))
        return self._cited_text[key]

    @cached_property
    def _cited_text(self) -> dict[str, str]:
        return {}

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

    def equal_figures(self, stated: Quantity, claim: Claim) -> set[tuple[Bound, str]]:
        """Return bound and place of the figures that a claim cites and that are equal to one.

        Headline and abstract may tell the metadata, too.
        """
        passages = self._everything if claim.section == "text" else frozenset(self.cited(claim))
        return self._held.equal(stated, passages)

    @cached_property
    def _everything(self) -> frozenset[int]:
        return frozenset(range(_METADATA, len(self.article.sentences)))

    @cached_property
    def _held(self) -> HeldFigures:
        return HeldFigures(self._figures_of)

    def _figures_of(self, i: int) -> list[Figure]:
        told = self.metadata if i == _METADATA else self.article.readable.sentences[i].text
        return self.read(figures, told)

    @cached_property
    def layers_by_rank(self) -> Counter[int | None]:
        """How many layers have each rank."""
        return Counter(layer.rank for layer in self.summary.structure.layers)

    @cached_property
    def layers_by_sentence(self) -> Counter[int]:
        """How many layers cite each sentence, by its number."""
        layers = self.summary.structure.layers
        return Counter(n for layer in layers for n in {c.sentence for c in layer.evidence})

    @cached_property
    def first_said(self) -> dict[tuple[str, frozenset[int], str], str]:
        """The first claim of each section, evidence and gist; filled by the check that needs it."""
        return {}

    @cached_property
    def example_texts(self) -> frozenset[str]:
        """The folded wordings of the prompt's examples."""
        return frozenset(_texts(self.examples))


def _texts(node: Any) -> Iterable[str]:
    if isinstance(node, str):
        yield fold(node)
    elif isinstance(node, Mapping):
        for value in node.values():
            yield from _texts(value)
    elif isinstance(node, list | tuple):
        for value in node:
            yield from _texts(value)


def error(code: str, path: object, message: str) -> Finding:
    """Build a finding that takes what its path points at out of the facts."""
    return Finding.model_construct(code=code, severity="error", path=str(path), message=message)


def warning(code: str, path: object, message: str) -> Finding:
    """Build a finding that stays beside the claim."""
    return Finding.model_construct(code=code, severity="warning", path=str(path), message=message)
