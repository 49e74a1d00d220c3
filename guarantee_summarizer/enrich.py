"""Fills what no model is asked for: mentions, normalized terms and dates, countries.

A pure function of a summary, its article and a lexicon. What a model or a person did give stays
as it is.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from functools import cached_property

from guarantee_summarizer.article import Article
from guarantee_summarizer.lexicon import Lexicon, Mention
from guarantee_summarizer.lexicon.persons import Person, find_people, surname
from guarantee_summarizer.normalize import normalize_term, resolve_date
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
from guarantee_summarizer.schema.paths import renamed
from guarantee_summarizer.text import fold, without_marks

__all__ = ["enrich"]

_Evidence = tuple[Citation, ...]
_KNOWN = ("title", "affiliation")
_TITLE_WORDS = 4  # of the longest titles in front of a name
_INITIAL = re.compile(r"(?:\w\.)+")
_BRACKETED = re.compile(r"\s*\([^)]{2,12}\)$")
_SPELLED_OUT = re.compile(
    r"((?:[A-Z][\w’'-]+ (?:(?:of|for|on|and|the) ){0,3}){1,8}[A-Z]?[\w’'-]*) ?\(([A-Z][A-Za-z]{1,7})\)"
)


def enrich(summary: Summary, article: Article, lexicon: Lexicon) -> Summary:
    """The summary with every field that the library can find by itself.

    Args:
        summary: claims whose evidence is grounded in `article`.
        article: where they come from.
        lexicon: the actors to know.
    """
    mentions = lexicon.mentions(article.text[article.body :])
    summary = _Identities(article, lexicon, mentions).merged(summary)
    readings = _Readings(article, lexicon, mentions, summary.participants)
    participants = tuple(map(readings.participant, summary.participants))
    structure = summary.structure
    return summary.replace(
        article=ArticleRecord.of(article, "en" if article.english else None),
        participants=participants,
        events=tuple(_event(e, article) for e in summary.events),
        proposals=tuple(_proposal(p, article) for p in summary.proposals),
        structure=structure.replace(
            layers=tuple(sorted(map(_layer, structure.layers), key=_innermost_first)),
            duration=structure.duration and _term(structure.duration, structure.evidence, article),
        ),
        disputes=tuple(_dispute(d, participants, article) for d in summary.disputes),
    )


class _Identities:
    """Tells which participants are one: by the tables, by surname, by an abbreviation in brackets."""

    def __init__(self, article: Article, lexicon: Lexicon, mentions: list[Mention]) -> None:
        self._article, self._lexicon, self._mentions = article, lexicon, mentions

    def merged(self, summary: Summary) -> Summary:
        """The summary with one participant for each actor, and every reference under its name."""
        participants = summary.participants
        groups: dict[str, list[Participant]] = {}
        for participant in participants:
            groups.setdefault(self._identity(participant, participants), []).append(participant)
        kept = tuple(self._one(group) for group in groups.values())
        names = {
            fold(old.name): new.name
            for new, group in zip(kept, groups.values(), strict=True)
            for old in group
            if old.name != new.name
        }
        summary = summary.replace(participants=kept)
        return renamed(summary, names) if names else summary

    def _identity(self, participant: Participant, others: tuple[Participant, ...]) -> str:
        """What all participants that are the same actor share."""
        name = self._bare(participant.name)
        if participant.kind in ("office", "group"):
            return fold(participant.name)
        actor = self._lexicon.actor(_BRACKETED.sub("", name))
        if actor is not None:
            return f"actor {actor.name}"
        if participant.kind == "person":
            full = self._full_names(name, others) if " " not in name else []
            return f"person {full[0] if len(full) == 1 else _initialled(name)}"
        return f"{participant.kind} {fold(self._abbreviated.get(name, _BRACKETED.sub('', name)))}"

    def _full_names(self, last: str, others: tuple[Participant, ...]) -> list[str]:
        """The different persons of one surname, by first name and surname."""
        people = (self._bare(p.name) for p in others if p.kind == "person")
        names = (*people, *(person.name for person in self._people))
        return list(dict.fromkeys(
            _initialled(name) for name in names if " " in name and fold(surname(name)) == fold(last)
        ))  # fmt: skip

    def _one(self, group: list[Participant]) -> Participant:
        """One participant of several entries for it: the fullest name, what any of them knows."""
        first = group[0]
        forms = [
            *dict.fromkeys(self._bare(p.name) if p.kind == "person" else p.name for p in group)
        ]
        if first.kind == "person" and len(forms) == 1 and " " not in forms[0]:
            forms += self._fuller(forms[0])
        there = [form for form in forms if self._article.naming(form)] or [first.name]
        name = max(there, key=len)
        aliases = [a for p in group for a in (p.name, *p.aliases) if a != name]
        known = {f: next((v for p in group if (v := getattr(p, f))), None) for f in _KNOWN}
        role = next((p.role for p in group if p.role != "other"), "other")
        evidence = tuple(dict.fromkeys(citation for p in group for citation in p.evidence))
        if len(group) == 1 and name == first.name:
            return first
        said = tuple(a for a in dict.fromkeys(aliases) if self._article.naming(a))
        given = first.replace(name=name, aliases=said, role=role, evidence=evidence)
        return given.replace(**{field: value for field, value in known.items() if value})

    def _fuller(self, last: str) -> list[str]:
        """The one full name that the text has for a surname."""
        full = {
            p.name for p in self._people if fold(surname(p.name)) == fold(last) and " " in p.name
        }
        return sorted(full) if len({_initialled(name) for name in full}) == 1 else []

    def _bare(self, name: str) -> str:
        """A person's name without the title in front."""
        words = name.split()
        for size in range(min(len(words) - 1, _TITLE_WORDS), 0, -1):
            if fold(" ".join(words[:size])).rstrip(".") in self._titles:
                return " ".join(words[size:])
        return name

    @cached_property
    def _titles(self) -> frozenset[str]:
        titles = (*self._lexicon.offices, *self._lexicon.honorifics, *self._lexicon.prefixes)
        return frozenset(fold(title).rstrip(".") for title in titles)

    @cached_property
    def _people(self) -> list[Person]:
        body = self._article.text[self._article.body :]
        return find_people(body, self._lexicon, self._mentions)

    @cached_property
    def _abbreviated(self) -> dict[str, str]:
        """The names that the text gives an abbreviation in brackets for, under the abbreviation."""
        matches = _SPELLED_OUT.finditer(self._article.text)
        return {match[2]: match[1].removeprefix("The ").strip() for match in matches}


def _initialled(name: str) -> str:
    """First name and surname, folded; initials and middle names go."""
    words = [word for word in name.split() if not _INITIAL.fullmatch(word)]
    return fold(f"{words[0]} {surname(name)}") if words else fold(name)


class _Readings:
    """What the lexicon reads in one article, looked up by participant."""

    def __init__(
        self,
        article: Article,
        lexicon: Lexicon,
        mentions: list[Mention],
        participants: Iterable[Participant],
    ) -> None:
        self._article, self._lexicon, self._mentions = article, lexicon, mentions
        self._surnames = [surname(p.name) for p in participants]
        self._people: dict[str, Person] | None = None

    def participant(self, given: Participant) -> Participant:
        found = given
        if "kind" not in given.model_fields_set:
            actor = self._lexicon.actor(given.name)
            found = found.replace(kind=actor.kind if actor else "person")
        if found.kind == "person" and not (found.title and found.affiliation):
            found = self._with_office(found)
        aliases = found.aliases or self._aliases(found)
        forms = (found.name, *aliases)
        named = {s.number: s for form in forms for s in self._article.naming(form)}
        evidence = tuple(Citation.of(named[number]) for number in sorted(named))
        place = found.name if found.kind == "state" else found.affiliation
        country = self._lexicon.country(place) if place else None
        return found.replace(aliases=aliases, evidence=found.evidence or evidence, country=country)

    def _with_office(self, given: Participant) -> Participant:
        if self._people is None:
            body = self._article.text[self._article.body :]
            people = find_people(body, self._lexicon, self._mentions)
            self._people = {}
            for person in people:
                first = self._people.setdefault(fold(person.name), person)
                if first.title is None and person.title:
                    self._people[fold(person.name)] = person
        known = self._people.get(fold(given.name))
        if known is None:
            return given
        return given.replace(
            title=given.title or known.title, affiliation=given.affiliation or known.affiliation
        )

    def _aliases(self, given: Participant) -> tuple[str, ...]:
        if given.kind == "person":
            return self._surname_alone(given.name)
        actor = self._lexicon.actor(given.name)
        forms = [m.form for m in self._mentions if m.actor == actor and m.via != "demonym"]
        return tuple(f for f in dict.fromkeys(forms) if fold(f) != fold(given.name))

    def _surname_alone(self, name: str) -> tuple[str, ...]:
        last = surname(name)
        if last == name or self._surnames.count(last) > 1:
            return ()
        words = self._article.folded.words
        alone = words.count(fold(last)) > words.count(fold(name))
        return (last,) if alone else ()


def _said(evidence: _Evidence) -> str:
    """The cited words, for a description that was left out because they say it."""
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
    """The order of layers: by rank, then those that the text does not rank, as they came."""
    return layer.rank is None, layer.rank or 0


def _layer(layer: Layer) -> Layer:
    return layer.replace(description=layer.description or _said(layer.evidence))


def _term(term: Term, evidence: _Evidence, article: Article) -> Term:
    own = tuple(c for c in evidence if fold(term.value) in fold(c.quote))
    return term.replace(
        evidence=term.evidence or own or evidence,
        normalized=normalize_term(term.what, term.value, article.published),
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
