"""Check that the cited sentences contain single words of a claim."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from functools import lru_cache

import snowballstemmer

from guarantee_summarizer.schema import Finding
from guarantee_summarizer.text import fold, holds
from guarantee_summarizer.verify.claims import Claim, about
from guarantee_summarizer.verify.context import Context, error

__all__ = [
    "content",
    "legal_form_is_said",
    "words_are_no_firmer",
    "words_stand_nearby",
]

_WORD = re.compile(r"[^\W\d_]+(?:['-][^\W\d_]+)*")
_PART = re.compile(r"[^\W\d_]+")  # of a word with a hyphen or an apostrophe, too
_FUNCTION_WORDS = frozenset(
    "a an the this that these those of in on at by to for from with without and or but nor if when while once "
    "after before until unless as than then so such only also not no into onto over under upon about between "
    "within is are was were be been being has have had do does did will would shall should can could may might "
    "must its it their they them his her he she who whom which whose what there here any all each every both "
    "some other first until during through per via against case event s".split()
)
_STEMMER = snowballstemmer.stemmer("english")


@lru_cache(maxsize=32_768)
def _stem(word: str) -> str:
    return str(_STEMMER.stemWord(word))


def content(text: str) -> frozenset[str]:
    """Return the stems of the content words of a folded text."""
    return frozenset(_stem(word) for word in _PART.findall(text) if word not in _FUNCTION_WORDS)


def words_stand_nearby(claim: Claim, context: Context) -> Iterator[Finding]:
    """Check that the words of a place, condition or attribution are in the evidence or near it.

    The words of an attribution may be up to ten sentences before, as names may.
    """
    if not claim.located or not context.english:
        return
    for field, text in claim.located.items():
        near = context.reach(claim) if field == "attribution" else context.nearby(claim)
        speaker = context.participant(text) if field == "attribution" else None
        if speaker and not context.meaning(speaker.name).isdisjoint(near):
            continue
        wanted = content(fold(text)) - context.read(content, fold(context.passages.metadata))
        missing = wanted.difference(*(context.read(content, s) for s in context.folded(near)))
        if not missing:
            continue
        words = (word for word in _WORD.findall(fold(text)) if content(word) & missing)
        for word in (word for word in words if not _named_nearby(word, near, context)):
            message = f"{word!r} ({field}) does not stand in the cited sentences or nearby"
            yield error("words_not_in_evidence", f"{claim.path}.{field}", message)
            break


def _named_nearby(word: str, near: Iterable[int], context: Context) -> bool:
    """Return whether a word names an actor that the sentences name in another form."""
    actor = context.lexicon.actor(word.title()) or context.lexicon.actor(word.upper())
    if actor is None or word in map(fold, actor.metonyms):
        return False
    return not context.passages.mentioned(actor).isdisjoint(near)


_FUTURE = re.compile(r"\bwill\b|\bshall\b|'ll\b|\bgoing to\b")
_WIDER = re.compile(
    r"\b(?:all|every|most|many|few|several|any|none|nobody|no one"
    r"|because|due to|owing to|thanks to|therefore|as a result|on account of|so that|in order to)\b"
)


def words_are_no_firmer(claim: Claim, context: Context) -> Iterator[Finding]:
    """Check that the cited sentences contain each "will", "all", "any", "because" of a claim.

    These classes of words are closed; each word makes a claim firmer or wider, or adds a cause.
    """
    if not context.english:
        return
    for field, text in claim.folded.items():
        if field == "issue":  # "whether they will"
            continue
        stated = set(_WIDER.findall(text))
        future = _FUTURE.search(text) if "ll" in text or "going" in text else None
        if not stated and not future:
            continue
        cited = "\n".join(context.folded(context.cited(claim)))
        firmer = sorted(word for word in stated if not holds(cited, word))
        if future and not _FUTURE.search(cited):
            firmer.append(future[0])
        if firmer:
            path = f"{claim.path}.{field}" if field == "description" else claim.path
            message = f"{firmer[0]!r} ({field}) does not stand in the cited sentences"
            yield error("firmer_than_evidence", path, message)


_FORMS = {
    "treaty": r"treat(?:y|ies)|pacts?|conventions?|accords?|agreements?|charter|memorand(?:um|a)",
    "legally_binding": r"binding|binds?|bound|legal(?:ly)?|law|oblig\w+",
    "domestic_law": r"acts?|laws?|statut\w+|codes?|orders?|legislat\w+|congress|parliament|senate|constitution",
    "un_resolution": r"resolutions?|security council",
}
"""Words by legal form; a sentence that supports the form contains one of them."""


@about("structure")
def legal_form_is_said(claim: Claim, context: Context) -> Iterator[Finding]:
    """Check that the cited sentences contain a word for the legal form."""
    if not claim.evidence or not context.english:
        return
    words = _FORMS.get(claim.item.legal_form)
    cited = "\n".join(context.folded(context.cited(claim)))
    if words and not re.search(rf"\b(?:{words})\b", cited):
        message = f"no cited sentence holds a word for {claim.item.legal_form!r}"
        yield error("words_not_in_evidence", f"{claim.path}.legal_form", message)
