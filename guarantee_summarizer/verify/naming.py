"""Check that the article names the actors of a claim, with their offices, and near its evidence."""

from __future__ import annotations

import re
from collections.abc import Iterator

from guarantee_summarizer.lexicon.persons import surname
from guarantee_summarizer.schema import Finding, Participant
from guarantee_summarizer.text import fold
from guarantee_summarizer.verify.claims import Claim, about
from guarantee_summarizer.verify.context import Context, error, warning
from guarantee_summarizer.verify.words import content

__all__ = [
    "aliases_are_no_others",
    "names_occur",
    "offices_stand_with_their_holder",
    "participants_occur",
    "references_resolve",
    "references_stand_nearby",
]


@about("participants")
def participants_occur(claim: Claim, context: Context) -> Iterator[Finding]:
    """Check that the article contains the name of a participant and each of its aliases.

    Outside English a missing name is a warning, because the article may inflect it.
    """
    for form in (claim.item.name, *claim.item.aliases):
        if not context.article.naming(form):
            message = f"the article does not name {form!r}"
            finding = error if context.english else warning  # elsewhere names have case endings
            yield finding("name_not_in_article", claim.path, message)


@about("participants")
def aliases_are_no_others(claim: Claim, context: Context) -> Iterator[Finding]:
    """Check that no alias is another actor's name in the lexicon."""
    own = context.lexicon.actor(claim.item.name)
    for i, alias in enumerate(claim.item.aliases):
        other = context.lexicon.actor(alias)
        if own and other and other.name != own.name:
            message = f"{alias!r} is a name of {other.name}, not of {claim.item.name!r}"
            yield error("alias_of_another", f"{claim.path}.aliases[{i}]", message)


@about("participants")
def offices_stand_with_their_holder(claim: Claim, context: Context) -> Iterator[Finding]:
    """Check that the article supports the title and the affiliation of a person.

    The title must be in a sentence that names the person, or in one before or after it. The
    affiliation may be anywhere in the article, in any form that the lexicon has. A state must not
    contradict the lexicon's entry for the surname, or a title in the article.
    """
    if claim.item.kind != "person" or not context.english:
        return
    person: Participant = claim.item
    named = context.naming(person.name)
    around = {i + step for i in named for step in (-1, 0, 1)}
    near = [i for i in sorted(around) if 0 <= i < len(context.article.sentences)]
    missing = content(fold(person.title or "")).difference(
        *(context.read(content, sentence) for sentence in context.folded(near))
    )
    if missing:
        message = f"no sentence beside {person.name!r} holds the title {person.title!r}"
        yield error("office_not_with_name", f"{claim.path}.title", message)
    if person.affiliation and not _affiliated(person, context):
        message = f"the article does not give {person.name!r} to {person.affiliation!r}"
        yield error("office_not_with_name", f"{claim.path}.affiliation", message)


def _affiliated(person: Participant, context: Context) -> bool:
    affiliation = person.affiliation or ""
    actor = context.lexicon.actor(affiliation)
    known = context.lexicon.surnames.get(surname(person.name))
    if actor and actor.kind == "state":
        if known and context.lexicon.country(known) != actor.code:
            return False
        states = context.passages.states_of.get(fold(person.name))
        if states and actor.name not in states:
            return False
    named = actor is not None and bool(context.passages.mentioned(actor))
    return (
        named
        or {word for word in fold(affiliation).split() if len(word) > 1} <= context.passages.words
    )


def references_resolve(claim: Claim, context: Context) -> Iterator[Finding]:
    """Check that each reference is the name or an alias of a participant."""
    for field, name in claim.references.items():
        if context.participant(name) is None:
            yield error("reference_unknown", f"{claim.path}.{field}", f"{name!r} is no participant")


def references_stand_nearby(claim: Claim, context: Context) -> Iterator[Finding]:
    """Check that the cited sentences, or those before them, name each participant of a claim."""
    if claim.section == "text" or not context.english:
        return
    nearby: frozenset[int] | None = None
    for field, name in claim.references.items():
        if context.participant(name) is None:
            continue
        if nearby is None:
            nearby = context.reach(claim)
        if context.meaning(name).isdisjoint(nearby):
            message = f"{name!r} ({field}) is not named in the cited sentences or before them"
            yield error("name_not_in_evidence", f"{claim.path}.{field}", message)


@about("text")
def names_occur(claim: Claim, context: Context) -> Iterator[Finding]:
    """Check that the article contains every name in headline and abstract, in any form."""
    if not context.english:
        return
    for mention in context.lexicon.mentions(claim.item):
        if not context.passages.mentioned(mention.actor) and not context.article.naming(
            mention.form
        ):
            message = f"the article does not name {mention.form!r}"
            yield error("name_not_in_article", claim.path, message)
    for name in re.findall(r"(?<=[a-z,;] )[A-Z]\w+(?: [A-Z]\w+)*", claim.item):
        words = set(fold(name).split())
        if words - context.passages.words and context.lexicon.country(name) is None:
            yield error("name_not_in_article", claim.path, f"the article does not name {name!r}")
