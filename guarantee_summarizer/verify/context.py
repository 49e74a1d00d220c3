"""Prepare the article, the summary and the lexicon for the checks, each part once."""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any, TypeVar

from guarantee_summarizer.article import Article
from guarantee_summarizer.lexicon import Lexicon
from guarantee_summarizer.lexicon.persons import surname
from guarantee_summarizer.normalize import Quantity
from guarantee_summarizer.normalize.bounds import Bound
from guarantee_summarizer.schema import Finding, Participant, Summary
from guarantee_summarizer.text import fold, looks_english
from guarantee_summarizer.verify.claims import Claim
from guarantee_summarizer.verify.overlap import stems
from guarantee_summarizer.verify.passages import Passages

__all__ = ["Context", "error", "warning"]

_BEFORE = 2  # sentences before the cited ones that may contain the words of a field
_REACH = 10  # sentences before them that may contain the name for "he" or "the group"
_DESCRIBED = ("group", "coalition", "force", "office", "organization")
_HEAD = re.compile(r" (?:of|for|on|in|from|to|with|familiar|close) ")  # ends the head of a name

_T = TypeVar("_T")


@dataclass(frozen=True)
class Context:
    """Give checks access to the article and the summary, and compute shared values once.

    Attributes:
        passages: the indexed article.
        summary: the summary to check.
        examples: the example answers of the prompt, which no claim may repeat.
    """

    passages: Passages
    summary: Summary
    examples: tuple[Mapping[str, Any], ...] = ()

    @property
    def article(self) -> Article:
        """Return the article."""
        return self.passages.article

    @property
    def lexicon(self) -> Lexicon:
        """Return the lexicon with the names, capitals and adjectives of actors."""
        return self.passages.lexicon

    def read(self, function: Callable[[str], _T], text: str) -> _T:
        """Return the cached result of a function for a text, as `Article.cached` does."""
        return self.article.cached(function, text)

    @cached_property
    def english(self) -> bool:
        """Return whether article and summary are English, so that figures in words can be read."""
        own = f"{self.summary.headline} {self.summary.abstract}"
        return self.article.english and (not own.strip() or looks_english(own))

    def participant(self, name: str) -> Participant | None:
        """Return the participant with this name or alias, or None; a leading "the" is ignored."""
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
        """Return the indexes from 0 of the sentences that name a participant in any form.

        The forms are its name and its aliases; for a person, also the surname; for others, also
        the surnames of affiliated persons, and all names, capitals and adjectives in the lexicon.
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
        return frozenset(there | (self.passages.mentioned(actor) if actor else set()))

    def meaning(self, name: str) -> frozenset[int]:
        """Return the sentences that name a participant or contain its head noun alone.

        "The council" may refer to the Security Council, "the leaders" to those of ten countries.
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

    def stems_of(self, name: str) -> frozenset[str]:
        """Return the stems of all forms of a participant; of an unknown name, its own stems."""
        if name not in self._stems:
            participant = self.participant(name)
            forms = self._forms(participant) if participant else [fold(name)]
            self._stems[name] = stems(" ".join(forms))
        return self._stems[name]

    @cached_property
    def _stems(self) -> dict[str, frozenset[str]]:
        return {}

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
        """Return the persons affiliated with each participant, by its folded name."""
        speakers: dict[str, list[str]] = defaultdict(list)
        for person in self.summary.participants:
            if person.kind == "person" and person.affiliation:
                represented = self.participant(person.affiliation)
                name = represented.name if represented else person.affiliation
                speakers[fold(name)].append(person.name)
        return speakers

    def cited(self, claim: Claim) -> list[int]:
        """Return the indexes of the sentences that a claim cites; all for headline and abstract."""
        if claim.section == "text":
            return list(range(len(self.article.sentences)))
        return sorted({citation.sentence - 1 for citation in claim.evidence})

    def nearby(self, claim: Claim) -> list[int]:
        """Return the indexes of the cited sentences, the two before each, and their headings."""
        cited = self.cited(claim)
        near = {i - back for i in cited for back in range(_BEFORE + 1) if i >= back}
        return sorted(near.union(*(self.passages.headings[i] for i in cited)))

    def reach(self, claim: Claim) -> frozenset[int]:
        """Return the indexes of the cited sentences, the ten before each, and their headings.

        For an item of a list, include the sentence before the list and the ten before that one.
        """
        cited = self.cited(claim)
        starts = {start for i in cited for start in (i, self.passages.lead_ins[i])}
        before = {i - back for i in starts for back in range(_REACH + 1) if i >= back}
        return frozenset(before.union(*(self.passages.headings[i] for i in cited)))

    def folded(self, indexes: Iterable[int]) -> list[str]:
        """Return the folded texts of sentences, given their indexes."""
        return [self.article.folded_sentences[i] for i in indexes]

    def cited_text(self, claim: Claim) -> str:
        """Return the folded text of the cited sentences, one sentence on each line."""
        key = "" if claim.section == "text" else claim.path
        if key not in self._cited_text:
            self._cited_text.clear()  # claims come one after the other
            self._cited_text[key] = "\n".join(self.folded(self.cited(claim)))
        return self._cited_text[key]

    @cached_property
    def _cited_text(self) -> dict[str, str]:
        return {}

    def equal_figures(self, stated: Quantity, claim: Claim) -> set[tuple[Bound, str]]:
        """Return bound and place of each figure in the cited sentences that equals `stated`.

        Headline and abstract may also state figures of the metadata.
        """
        passages = (
            self.passages.everything if claim.section == "text" else frozenset(self.cited(claim))
        )
        return self.passages.held.equal(stated, passages)

    @cached_property
    def layers_by_rank(self) -> Counter[int | None]:
        """Count the layers of each rank."""
        return Counter(layer.rank for layer in self.summary.structure.layers)

    @cached_property
    def layers_by_sentence(self) -> Counter[int]:
        """Count the layers that cite each sentence, by its number."""
        layers = self.summary.structure.layers
        return Counter(n for layer in layers for n in {c.sentence for c in layer.evidence})

    @cached_property
    def first_said(self) -> dict[tuple[str, frozenset[int], str], str]:
        """Return the first claim by section, evidence and wording; filled by a check."""
        return {}

    @cached_property
    def example_texts(self) -> frozenset[str]:
        """Return the folded texts of the prompt's examples."""
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
    """Return a finding for which the claim or field at its path is withheld."""
    return Finding.model_construct(code=code, severity="error", path=str(path), message=message)


def warning(code: str, path: object, message: str) -> Finding:
    """Return a finding that leaves the claim in the summary."""
    return Finding.model_construct(code=code, severity="warning", path=str(path), message=message)
