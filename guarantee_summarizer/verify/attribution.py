"""Who says, wants and offers it: named where the claim points, and not the other party."""

from __future__ import annotations

import re
from collections.abc import Iterator

from guarantee_summarizer.schema import Finding
from guarantee_summarizer.text import fold
from guarantee_summarizer.verify.claims import Claim
from guarantee_summarizer.verify.context import Context, error, warning
from guarantee_summarizer.verify.passages import stems

__all__ = [
    "actors_act_there",
    "attribution_is_said",
    "evidence_speaks_of_it",
    "own_subject_is_named",
    "parties_take_one_side",
    "persons_are_named_there",
]

_DOES = re.compile(
    r"\b(?:is (?:also )?(?:prepared|ready|willing)|(?:would|will|could|can|may)(?: not| also)* (?:send|supply|provide|deploy|lead|"
    r"help|join|contribute|station|back|offer|accept|add|take part)|demands?|offer(?:s|ed)?|pledge[sd]?|rejects?|rejected|wants?|"
    r"ask(?:s|ed)|propose[sd]?|rule[sd]? out|insist(?:s|ed)?|accepts?|seeks?|sought|refuse[sd]?|oppose[sd]?)\b"
)
_OPENING = 12  # characters in which the subject of a claim begins
_CLOSE = 45  # characters between it and its verb
_JOINT = 3  # parties; more stand behind a text that is named elsewhere
_LISTED = 10  # sentences before the points of a list in which their author is named
_NEAR = 3  # sentences before the cited ones, for "he", "the group", "it"


def actors_act_there(claim: Claim, context: Context) -> Iterator[Finding]:
    """Who proposes or takes a stance is who acts, speaks or is spoken of as "he" where it is said.

    That somebody is named there is not enough: "Rutte said that it was not for Russia to decide".
    Nothing is said of groups without a name, nor where nobody acts: points of a list are their
    author's, who is looked for in the sentences before.
    """
    if claim.section not in ("positions", "proposals") or not context.english:
        return
    names = (*claim.references.values(), *context.sharing(claim))
    if not names or len(names) > _JOINT:
        return
    if not all(context.kind(name) in ("state", "person") for name in names):
        return
    cited = context.sentences(claim)
    if claim.section == "positions":
        cited = [context.closest(claim, claim.said)]
    behind = context.clauses.behind(cited, claim.said.stems)
    if behind and not behind & {context.represented(name) for name in names}:
        there = any(context.names_one(names, at.text) for at in context.passages(claim))
        code = "actors_crossed" if there else "name_not_in_evidence"
        message = f"{min(behind)!r} acts in the sentence that says so, not {names[0]!r}"
        yield warning(code, claim.path, message)


def parties_take_one_side(claim: Claim, context: Context) -> Iterator[Finding]:
    """No party stands on two sides of a dispute."""
    if claim.section != "positions":
        return
    dispute = context.whole(claim)
    party, stance = context.participant(claim.item.party), claim.item.stance
    others = [p for p in dispute.positions if p.stance != stance]
    if any(context.participant(p.party) == party for p in others):
        message = f"{claim.item.party!r} takes another stance in the same dispute"
        yield warning("party_on_two_sides", claim.path, message)


def attribution_is_said(claim: Claim, context: Context) -> Iterator[Finding]:
    """Who a proposal is attributed to speaks or acts in the cited sentences, or just before."""
    if claim.section != "proposals" or not context.english or not claim.item.attribution:
        return
    who = claim.item.attribution
    if not (named := {one.name for one in context.named(fold(who))}):
        return
    cited = context.sentences(claim)
    behind = context.clauses.behind(cited, claim.said.stems)
    listed = not any(context.clauses.agents(at) for at in cited)
    near = (*context.before(claim, _LISTED if listed else _NEAR), *context.passages(claim))
    outlets = all(context.kind(name) == "media" for name in named)
    acts = outlets or not behind or behind & set(map(context.represented, named))
    if not acts or not any(context.names_one(named, at.text) for at in near):
        message = f"the cited sentences do not let {who!r} say it"
        yield warning("attribution_not_in_evidence", claim.path, message)


def persons_are_named_there(claim: Claim, context: Context) -> Iterator[Finding]:
    """Whom a claim's own words name in person is named in the cited sentences, or just before."""
    if claim.section not in ("proposals", "positions", "events", "layers") or not claim.evidence:
        return
    named = {one.name for text in claim.folded.values() for one in context.named(text)}
    people = sorted(name for name in named if context.kind(name) == "person")
    near = (*context.before(claim, _NEAR), *context.passages(claim)) if people else ()
    for name in people:
        if not any(context.names_one((name,), at.text) for at in near):
            message = f"the cited sentences do not name {name!r}"
            yield warning("name_not_in_evidence", claim.path, message)


def own_subject_is_named(claim: Claim, context: Context) -> Iterator[Finding]:
    """Whom the claim's own words show offering or demanding is whom the claim names for it."""
    if claim.section not in ("positions", "proposals") or not 0 < len(claim.references) <= _JOINT:
        return
    prose = claim.folded.get("stance") or claim.folded.get("description") or ""
    opening = next(iter(context.named(prose)), None)
    verb = _DOES.search(prose)
    if (
        opening is None
        or verb is None
        or opening.start > _OPENING
        or not 0 < verb.start() - opening.start < _CLOSE
    ):
        return
    together = {
        context.represented(one) for one in (*claim.references.values(), *context.sharing(claim))
    }
    if context.represented(opening.name) not in together:
        name = next(iter(claim.references.values()))
        message = f"the claim's own words say it of {opening.name!r}, not of {name!r}"
        yield warning("actors_crossed", claim.path, message)


_UNRELATED = 0.25  # share of what the best sentence of the article supports
_DOUBTFUL = 0.45


def evidence_speaks_of_it(claim: Claim, context: Context) -> Iterator[Finding]:
    """The cited sentences share about as much with the claim as the best ones of the article do."""
    if claim.section in ("text", "participants", "terms") or not claim.evidence:
        return
    if not context.english:
        return
    parts = claim.item.positions if claim.section == "disputes" else ()
    words = claim.said.stems.union(
        *map(context.stems, claim.references.values()), *(stems(fold(p.stance)) for p in parts)
    )
    share = context.overlap.share(words, context.sentences(claim), enough=_DOUBTFUL)
    if share is None or share >= _DOUBTFUL:
        return
    made = error if share < _UNRELATED else warning
    yield made(
        "evidence_beside_the_point", claim.path, "the cited sentences speak of something else"
    )
