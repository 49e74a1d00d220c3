"""Fill the fields that no model is asked for: mentions, normalized terms and dates, countries.

A pure function of a summary, its article and a lexicon. Fields that a model or a person has
filled are not changed.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import asdict, fields
from functools import cached_property
from operator import is_
from typing import Any, TypeVar

from guarantee_summarizer.actors_in_text import ActorsInText
from guarantee_summarizer.article import Article
from guarantee_summarizer.identities import Identities
from guarantee_summarizer.lexicon import Lexicon
from guarantee_summarizer.lexicon.persons import Person, surname
from guarantee_summarizer.normalize import TermValue, read_term, resolve_date
from guarantee_summarizer.schema import (
    ArticleRecord,
    Citation,
    Dispute,
    Event,
    Participant,
    Proposal,
    Summary,
    Term,
)
from guarantee_summarizer.schema.claims import Layer
from guarantee_summarizer.schema.evidence import cited
from guarantee_summarizer.sentences import without_marks
from guarantee_summarizer.text import fold, fold_words

__all__ = ["Enrichment", "enrich"]

_UNREAD = dict.fromkeys(field.name for field in fields(TermValue))
_Evidence = tuple[Citation, ...]
_Item = TypeVar("_Item")


def enrich(summary: Summary, article: Article, lexicon: Lexicon) -> Summary:
    """Return the summary with every field that the library can compute.

    Args:
        summary: claims whose evidence is grounded in `article`.
        article: the source of the claims.
        lexicon: the known actors.
    """
    return Enrichment(article, lexicon).of(summary)


class Enrichment:
    """Enrich successive summaries of one article, such as the growing summaries of a stream.

    The result for an item is cached and reused while the same object is at the same index.

    Args:
        article: the source of the claims.
        lexicon: the known actors.
    """

    def __init__(self, article: Article, lexicon: Lexicon) -> None:
        self._article, self._reading = article, ActorsInText(article, lexicon)
        self._identities = Identities(self._reading, ())
        self._participants: tuple[Participant, ...] = ()
        self._made: dict[tuple[str, int], tuple[Any, Any]] = {}

    def of(self, summary: Summary) -> Summary:
        """Return the summary with every field that the library can compute."""
        self._look_at(summary.participants)
        summary, article = self._identities.merged(summary), self._article
        structure, participants = summary.structure, self._participants
        layers = self._each("layers", structure.layers, _layer)
        return summary.replace(
            article=ArticleRecord.of(article, "en" if article.english else None),
            participants=participants,
            events=self._each("events", summary.events, lambda e: _event(e, article)),
            proposals=self._each("proposals", summary.proposals, lambda p: _proposal(p, article)),
            structure=structure.replace(
                layers=tuple(sorted(layers, key=_innermost_first)),
                duration=structure.duration
                and _term(structure.duration, structure.evidence, article),
            ),
            disputes=self._each(
                "disputes", summary.disputes, lambda d: _dispute(d, participants, article)
            ),
        )

    def _look_at(self, given: tuple[Participant, ...]) -> None:
        """Enrich the participants, unless the previous summary has the same ones."""
        known = self._identities.given
        if len(given) == len(known) and all(map(is_, given, known)):
            return
        self._identities = Identities(self._reading, given)
        readings = _Readings(self._reading, self._identities.kept)
        self._participants = tuple(map(readings.participant, self._identities.kept))
        self._made = {}

    def _each(
        self, name: str, items: tuple[_Item, ...], make: Callable[[_Item], _Item]
    ) -> tuple[_Item, ...]:
        made: list[_Item] = []
        for at, item in enumerate(items):
            known = self._made.get((name, at))
            if known is None or known[0] is not item:
                known = self._made[name, at] = item, make(item)
            made.append(known[1])
        return tuple(made)


class _Readings:
    """Look up the lexicon's matches in one article by participant."""

    def __init__(self, reading: ActorsInText, participants: Iterable[Participant]) -> None:
        self._reading, self._article, self._lexicon = reading, reading.article, reading.lexicon
        participants = tuple(participants)
        self._surnames = [surname(p.name) for p in participants]
        self._names = {fold(p.name) for p in participants}

    def participant(self, given: Participant) -> Participant:
        found = given.replace(kind=self._kind(given))
        if found.kind == "person" and not (found.title and found.affiliation):
            found = self._with_office(found)
        aliases = found.aliases or self._aliases(found)
        forms = (found.name, *aliases)
        named = {s.number for form in forms for s in self._article.naming(form)}
        evidence = tuple(cited(self._article, number) for number in sorted(named))
        place = found.name if found.kind == "state" else found.affiliation
        country = self._lexicon.country(place) if place else None
        return found.replace(aliases=aliases, evidence=found.evidence or evidence, country=country)

    def _kind(self, given: Participant) -> str:
        """Return the kind; if tables and answer disagree on a state or a person, from the tables.

        Not for a capital or a palace: the answer may refer to the office.
        """
        actor = self._lexicon.actor(given.name)
        if "kind" not in given.model_fields_set:
            return actor.kind if actor else "person"
        named = actor and fold(given.name) in map(fold, (actor.name, *actor.aliases))
        if actor and named and {"state", "person"} & {actor.kind, given.kind}:
            return actor.kind
        return given.kind

    def _with_office(self, given: Participant) -> Participant:
        known = self._people.get(fold(given.name))
        if known is None:
            return given
        return given.replace(
            title=given.title or known.title, affiliation=given.affiliation or known.affiliation
        )

    @cached_property
    def _people(self) -> dict[str, Person]:
        """Return the first mention of each person, if possible with a title."""
        people: dict[str, Person] = {}
        for person in self._reading.people:
            first = people.setdefault(fold(person.name), person)
            if first.title is None and person.title:
                people[fold(person.name)] = person
        return people

    def _aliases(self, given: Participant) -> tuple[str, ...]:
        if given.kind != "person":
            actor = self._lexicon.actor(given.name)
            if actor and fold(given.name) in map(fold, actor.metonyms):  # a palace, not the state
                return ()
            forms = self._reading.forms(actor)
            return tuple(form for form in forms if fold(form) not in self._names)
        shared = self._surnames.count(surname(given.name)) > 1
        return () if shared else tuple(self._reading.surname_alone(given.name))


def _said(evidence: _Evidence) -> str:
    """Return the cited words for a description that was omitted as redundant."""
    return " ".join(without_marks(c.quote) for c in evidence)


def _event(event: Event, article: Article) -> Event:
    past = {"held": True, "cancelled": None}.get(event.status, False)
    day = resolve_date(event.when, article.published, past=past) if event.when else None
    later = day and article.published and day > article.published.isoformat()
    if later and "status" not in event.model_fields_set:
        return event.replace(date=day, status="planned")
    return event.replace(date=day)


def _proposal(proposal: Proposal, article: Article) -> Proposal:
    terms = tuple(_term(t, proposal.evidence, article) for t in proposal.terms)
    description = proposal.description or _said(proposal.evidence)
    return proposal.replace(terms=terms, description=description)


def _innermost_first(layer: Layer) -> tuple[bool, int]:
    """Return a sort key that orders layers by rank, with layers without a rank last."""
    return layer.rank is None, layer.rank or 0


def _layer(layer: Layer) -> Layer:
    return layer.replace(description=layer.description or _said(layer.evidence))


def _term(term: Term, evidence: _Evidence, article: Article) -> Term:
    words = fold_words(term.value)
    own = tuple(c for c in evidence if words in fold_words(c.quote))
    read = read_term(term.what, term.value, article.published)
    return term.replace(
        evidence=term.evidence or own or evidence, **(asdict(read) if read else _UNREAD)
    )


def _dispute(dispute: Dispute, participants: tuple[Participant, ...], article: Article) -> Dispute:
    forms = {fold(p.name): (p.name, *p.aliases) for p in participants}
    positions = []
    for position in dispute.positions:
        named = {
            s.number
            for form in forms.get(fold(position.party), (position.party,))
            for s in article.naming(form)
        }
        own = tuple(c for c in dispute.evidence if c.sentence in named)
        evidence = position.evidence or own or dispute.evidence
        positions.append(position.replace(evidence=evidence))
    return dispute.replace(positions=tuple(positions))
