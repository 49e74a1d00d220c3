"""Define the table of checks: what each finding means, what the model is asked to do, who looks for it."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from functools import cache
from typing import Literal

from guarantee_summarizer.schema import Finding
from guarantee_summarizer.verify.claims import Claim, is_about
from guarantee_summarizer.verify.context import Context
from guarantee_summarizer.verify.evidence import evidence_speaks_of_it
from guarantee_summarizer.verify.exact import (
    citations_exist,
    claims_are_said_once,
    designations_occur,
    events_fit_their_date,
    figures_occur,
    layers_keep_their_order,
    quotations_occur,
    wordings_occur,
)
from guarantee_summarizer.verify.injection import (
    claims_are_not_the_examples,
    evidence_hides_nothing,
    evidence_is_in_the_articles_script,
    evidence_is_no_instruction,
)
from guarantee_summarizer.verify.naming import (
    aliases_are_no_others,
    names_occur,
    offices_stand_with_their_holder,
    participants_occur,
    references_resolve,
    references_stand_nearby,
)
from guarantee_summarizer.verify.words import (
    legal_form_is_said,
    words_are_no_firmer,
    words_stand_nearby,
)

__all__ = [
    "ADVICE",
    "CHECKS",
    "CHECKS_VERSION",
    "Check",
    "CheckFunction",
    "advice",
    "functions_for",
]

CHECKS_VERSION = 6
"""Part of the key of stored summaries.

Raise it with every change after which an old summary could get other findings: a new check, one
that goes, or another severity. Not for messages and advice.
"""

CheckFunction = Callable[[Claim, Context], Iterable[Finding]]
"""Looks at one claim and says what is wrong with it."""


@dataclass(frozen=True, slots=True)
class Check:
    """What a code means.

    Attributes:
        code: stable; what findings carry.
        severity: an error takes the claim out of the facts, a warning stays beside it.
        summary: what the claim does, for people: "the claim …".
        advice: what the re-ask tells the model; empty if it is not asked.
        functions: what finds it; none where the schema does, when it reads an answer.
    """

    code: str
    severity: Literal["error", "warning", "error or warning"]
    summary: str
    advice: str
    functions: tuple[CheckFunction, ...] = ()


_FIT = "Write it as the schema wants it"
_LEAVE = "leave it out if no sentence does"
_FIGURE = (
    "Use the figure of the sentences as it stands there, cite the sentence that holds it, or "
    "leave the figure out"
)

CHECKS: tuple[Check, ...] = (
    Check(
        "malformed",
        "error",
        "does not fit the schema",
        _FIT,
    ),
    Check(
        "citation_article",
        "error",
        "cites by number where no article is given",
        _FIT,
    ),
    Check(
        "citation_range",
        "error",
        "cites a sentence that the article does not have",
        "Cite only numbers that the sentences have",
    ),
    Check(
        "citation_missing",
        "error",
        "cites no sentence",
        f"Cite the numbers of the sentences that say it, or {_LEAVE}",
        (citations_exist,),
    ),
    Check(
        "citation_quote",
        "error",
        "cites words that the article does not hold",
        "Cite sentence numbers, not words",
        (citations_exist,),
    ),
    Check(
        "name_not_in_article",
        "error or warning",
        "names somebody whom the article does not name; a warning outside English, where names have "
        "endings",
        "Write the name as the sentences do; leave out whom they do not name",
        (participants_occur, names_occur),
    ),
    Check(
        "reference_unknown",
        "error",
        "refers to somebody who is no participant",
        "Use the `name` of a participant of the record",
        (references_resolve,),
    ),
    Check(
        "name_not_in_evidence",
        "error",
        "refers to somebody whom neither the cited sentences nor those before them name",
        f"Cite the sentence that names it, too; {_LEAVE}",
        (references_stand_nearby,),
    ),
    Check(
        "alias_of_another",
        "error",
        "gives a participant the name of another",
        "Leave the alias out",
        (aliases_are_no_others,),
    ),
    Check(
        "office_not_with_name",
        "error",
        "gives a person a title or an affiliation that no sentence beside the name holds",
        "Use the office that the sentences give the person, or none",
        (offices_stand_with_their_holder,),
    ),
    Check(
        "words_not_in_evidence",
        "error",
        "gives a place, a time, a condition or an attribution in words that do not stand there",
        "Use the words of the sentences, or leave the field out",
        (words_stand_nearby, wordings_occur, legal_form_is_said),
    ),
    Check(
        "firmer_than_evidence",
        "error",
        "says will, all, any or because where the cited sentences do not",
        "Say it no firmer and no wider than the sentences, and give no cause that they do not give",
        (words_are_no_firmer,),
    ),
    Check(
        "bound_not_in_evidence",
        "error",
        "states a figure with another bound than the cited sentences",
        "Keep the bound of the sentences: up to, at least, more than, fewer than",
        (figures_occur,),
    ),
    Check(
        "figure_not_in_evidence",
        "error",
        "states a figure, date or duration that the cited sentences do not hold",
        _FIGURE,
        (figures_occur, designations_occur),
    ),
    Check(
        "figure_not_checked",
        "warning",
        "states a figure that could not be compared: article or summary is not English",
        "",  # it may well be right
        (figures_occur,),
    ),
    Check(
        "quotation_not_in_evidence",
        "error or warning",
        "quotes what the cited sentences do not say; a warning where it may be translated",
        "Quote letter for letter, or without quotation marks",
        (quotations_occur,),
    ),
    Check(
        "wording_not_in_article",
        "error or warning",
        "gives as the article's words for a term or a time what the article does not hold; a warning "
        "outside English where its figures stand there",
        "Copy the words of the sentences",
        (wordings_occur,),
    ),
    Check(
        "evidence_is_instruction",
        "error",
        "rests on words that address the reader of the article",
        "Words that address the reader are no news: leave it out",
        (evidence_is_no_instruction,),
    ),
    Check(
        "evidence_hides_text",
        "warning",
        "rests on a sentence that holds text which a person does not see",
        "",  # no other answer changes the sentence
        (evidence_hides_nothing,),
    ),
    Check(
        "evidence_in_another_script",
        "warning",
        "rests on a sentence in another alphabet than the rest of the article",
        "",  # it may be a quotation
        (evidence_is_in_the_articles_script,),
    ),
    Check(
        "copied_from_example",
        "error",
        "repeats a worked example of the prompt",
        "Record what this article says, nothing of the worked example",
        (claims_are_not_the_examples,),
    ),
    Check(
        "evidence_beside_the_point",
        "error or warning",
        "cites sentences that speak of something else",
        f"Cite the sentences that say it, or {_LEAVE}",
        (evidence_speaks_of_it,),
    ),
    Check(
        "review_wrong",
        "error",
        "says, as a second reader finds, something else than its sentences",
        "Say what the sentences say, or leave it out",
    ),
    Check(
        "review_imprecise",
        "warning",
        "is, as a second reader finds, firmer, wider or narrower than its sentences",
        "",  # for a person to look at
    ),
    Check(
        "layer_order",
        "error or warning",
        "ranks a layer otherwise than its sentence (error), or two layers alike (warning)",
        "Give the layer the rank that its sentence gives it",
        (layers_keep_their_order,),
    ),
    Check(
        "event_not_yet",
        "error",
        "was held on a day after publication",
        "It lies after publication: say planned or expected",
        (events_fit_their_date,),
    ),
    Check(
        "event_in_the_past",
        "warning",
        "is planned for a day before publication",
        "Compare its date with the day of publication",
        (events_fit_their_date,),
    ),
    Check(
        "said_twice",
        "warning",
        "says the same of the same sentences as another claim",
        "Say it once",
        (claims_are_said_once,),
    ),
)
"""Every code of a finding about a claim; the functions look at a claim in this order."""

ADVICE: dict[str, str] = {check.code: check.advice for check in CHECKS}
_ALL = tuple(dict.fromkeys(function for check in CHECKS for function in check.functions))


@cache
def functions_for(section: str) -> tuple[CheckFunction, ...]:
    """Return the functions that look at the claims of a section, in order."""
    return tuple(function for function in _ALL if is_about(function, section))


def advice(code: str) -> str:
    """Return what the re-ask tells the model; for pydantic's codes, to fit the schema."""
    return ADVICE.get(code, _FIT)
