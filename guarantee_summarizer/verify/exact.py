"""Check exactly, after folding, that the article contains what a claim copies from it.

The checks look for figures with their bounds, quotations and wordings in the cited sentences. They
use no grammar, no similarity and no thresholds.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from typing import Literal

from guarantee_summarizer.normalize import Figure, Quantity, designations, figures
from guarantee_summarizer.normalize.bounds import Bound
from guarantee_summarizer.schema import Finding
from guarantee_summarizer.text import fold, fold_words, holds
from guarantee_summarizer.verify.claims import Claim, about
from guarantee_summarizer.verify.context import Context, error, warning

__all__ = [
    "citations_exist",
    "claims_are_said_once",
    "designations_occur",
    "events_fit_their_date",
    "figures_occur",
    "layers_keep_their_order",
    "quotations_occur",
    "wordings_occur",
]

_QUOTED = re.compile(r'"([^"]+)"|(?<!\w)\'([^\']{3,})\'(?!\w)')
_DIGIT = re.compile(r"\d")
_NAME = re.compile(r"[^\W\d_]+[ -]$")
_NEAR = 80  # characters before a number that may contain its name
_ENDS = re.compile(r"(?:'?s)?(?!\w)")


def citations_exist(claim: Claim, context: Context) -> Iterator[Finding]:
    """Check that a claim cites a sentence, and that each citation is a slice of the article."""
    if claim.section in ("text", "structure"):
        return
    if not claim.evidence:
        yield error("citation_missing", claim.path, "cites no sentence")
    for citation in claim.evidence:
        if context.article.text[citation.start : citation.end] != citation.quote:
            message = f"cites words that the article does not hold: {citation.quote[:60]!r}"
            yield error("citation_quote", claim.path, message)


def figures_occur(claim: Claim, context: Context) -> Iterator[Finding]:
    """Check that the cited sentences contain every figure of a claim with the same bound.

    Figures are numbers, sums, dates and durations. Spelling may differ (15-year, fifteen years; up
    to, at most); amount, unit and bound may not: "more than 5,000" is neither 5,000 nor up to
    5,000, "about 5,000" is not 5,000. If the article or the summary is not English, only digits
    are compared, and a missing figure is a warning.
    """
    for field, text in (claim.words | claim.located).items():
        for figure in context.read(figures, text):
            wrong = None if _is_said_loosely(figure, text) else _wrong(figure, text, claim, context)
            if wrong is None:
                continue
            path = f"{claim.path}.{field}" if field in claim.located else claim.path
            words = text[figure.quantity.start : figure.quantity.end]
            message = f"{words!r} ({field}) does not stand in the cited sentences"
            if wrong == "bound":
                message = f"{words!r} ({field}) has another bound in the cited sentences"
                yield error("bound_not_in_evidence", path, message)
            elif wrong == "figure":
                yield error("figure_not_in_evidence", path, message)
            else:
                yield warning("figure_not_checked", path, f"{message}, as far as can be read")


def _is_said_loosely(figure: Figure, text: str) -> bool:
    """Return whether a figure is used loosely: `the two sides`, `about half` for 53 percent."""
    words = text[figure.quantity.start : figure.quantity.end].lower()
    loose = words == "two" or (words == "half" and figure.bound == "~")
    return loose or figure.quantity.kind == "ordinal"


def _wrong(
    figure: Figure, text: str, claim: Claim, context: Context
) -> Literal["bound", "figure", "unread"] | None:
    """Return how a figure of a claim differs from the cited sentences, or None."""
    quantity = figure.quantity
    if equal := context.equal_figures(quantity, claim):
        return None if any(_fits(figure, *other) for other in equal) else "bound"
    if _is_named_so(text, quantity, context.cited_text(claim)):
        return None
    if quantity.kind == "name" and quantity.value in context.passages.designations:
        return None  # "the Group of Seven" for "the G7"
    if context.english:
        return "figure"
    words, cited = text[quantity.start : quantity.end], context.folded(context.cited(claim))
    return None if _in_digits(words, cited, context) else "unread"


def _fits(figure: Figure, bound: Bound, place: str) -> bool:
    """Return whether a bound matches the cited one; "about" may be added, but not left out.

    The ends of a range are bounds, too: "15,000 to 30,000" supports "up to 30,000".
    """
    if figure.bound in (bound, f"~{bound}") or figure.bound.strip("~") == bound:
        return True
    return not bound and (place, figure.bound) in (("high", "<="), ("low", ">="))


def _is_named_so(text: str, quantity: Quantity, cited: str) -> bool:
    """Return whether a number is part of a name in the sentences: `Leopard 2` of `Leopard 2s`."""
    name = _NAME.search(text[max(0, quantity.start - _NEAR) : quantity.start])
    if quantity.kind not in ("count", "name") or name is None or not name[0][0].isupper():
        return False
    words, number = fold(name[0][:-1]), fold(text[quantity.start : quantity.end])
    return any(_stands_in(cited, f"{words}{joint}{number}") for joint in ("", " ", "-"))


def _stands_in(text: str, name: str) -> bool:
    """Return whether a text contains a name as a whole word, also with a plural or possessive s."""
    at = text.find(name)
    while at >= 0:
        before = at and (text[at - 1].isalnum() or text[at - 1] == "_")
        if not before and _ENDS.match(text, at + len(name)):
            return True
        at = text.find(name, at + 1)
    return False


def designations_occur(claim: Claim, context: Context) -> Iterator[Finding]:
    """Check that the article contains each name with digits (G7, F-16s, Su-57, Leopard 2s)."""
    for field, text in claim.words.items():
        for form, name in designations(text) if _DIGIT.search(text) else ():
            if name not in context.passages.designations and not context.article.naming(name):
                message = f"{form!r} ({field}) does not stand in the article"
                yield error("figure_not_in_evidence", claim.path, message)


def _in_digits(words: str, texts: Iterable[str], context: Context) -> bool:
    """Return whether a figure is written in digits, and the texts contain all of them."""
    missing = _digits(words)
    wanted = bool(missing)
    for text in texts:
        missing = missing - context.read(_digits, text)
    return wanted and not missing


def _digits(text: str) -> frozenset[str]:
    """Return the numbers written in digits, which are comparable across languages."""
    runs = re.findall(r"\d[\d.,]*\d|\d", text)
    return frozenset(run.replace(",", "").replace(".", "") for run in runs)


def quotations_occur(claim: Claim, context: Context) -> Iterator[Finding]:
    """Check that the cited sentences contain quoted words, letter for letter after folding."""
    for field, text in claim.folded.items():
        for match in _QUOTED.finditer(text) if "'" in text or '"' in text else ():
            quoted = " ".join((match[1] or match[2]).split()).strip(" ,.;:!?")
            if quoted and not holds(context.cited_text(claim), quoted):
                message = f"{quoted!r} ({field}) is not quoted from the cited sentences"
                finding = error if context.english else warning  # a quotation may be translated
                yield finding("quotation_not_in_evidence", claim.path, message)


def wordings_occur(claim: Claim, context: Context) -> Iterator[Finding]:
    """Check that `value` of a term and `when` of an event are copied from the evidence or near it.

    A time may be up to ten sentences before: a live blog names the day once.
    """
    for field, text in claim.verbatim.items():
        path = claim.path if claim.section == "terms" else f"{claim.path}.{field}"
        words = fold_words(text)
        if not context.article.folded.holds(text):
            inflected = not context.english and _in_digits(
                words, [context.article.folded.words], context
            )
            finding = warning if inflected else error
            yield finding(
                "wording_not_in_article", path, f"{text!r} ({field}) is not in the article"
            )
            continue
        near = context.reach(claim) if field == "when" else context.nearby(claim)
        if words not in " ".join(context.folded(near)):
            if holds(fold(context.passages.metadata), words):
                continue
            message = f"{text!r} ({field}) does not stand in the cited sentences or nearby"
            yield error("words_not_in_evidence", path, message)


_ORDINALS = {
    "first": 1, "innermost": 1, "second": 2, "third": 3, "fourth": 4, "fifth": 5, "sixth": 6,
}  # fmt: skip
_DAY = re.compile(r"\d{4}(?:-\d\d){0,2}")
_RANKED = re.compile(
    rf"\b({'|'.join(_ORDINALS)})(?:,| (?:line|layer|level|tier|ring|echelon|guarantee|stage|pillar|element)\b)"
)


@about("events", "proposals", "layers", "disputes")
def claims_are_said_once(claim: Claim, context: Context) -> Iterator[Finding]:
    """Check that no earlier claim of the section has the same wording and the same evidence."""
    gist = next(iter(claim.folded.values()), "")
    key = (claim.section, frozenset(c.sentence for c in claim.evidence), gist)
    first = context.first_said.setdefault(key, claim.path)
    if first != claim.path:
        yield warning("said_twice", claim.path, f"says the same as {first}")


@about("layers")
def layers_keep_their_order(claim: Claim, context: Context) -> Iterator[Finding]:
    """Check that a layer has the `rank` that its sentence gives it (second line, third level)."""
    if not context.english or claim.item.rank is None:
        return
    rank = claim.item.rank
    if context.layers_by_rank[rank] > 1:
        yield warning("layer_order", claim.path, f"another layer has rank {rank}, too")
    if any(context.layers_by_sentence[c.sentence] > 1 for c in claim.evidence):
        return  # the sentence may rank several layers
    sentences = context.folded(context.cited(claim))
    ranks = {_ORDINALS[word] for sentence in sentences for word in _RANKED.findall(sentence)}
    if len(ranks) == 1 and rank not in ranks:
        message = f"rank is {rank}, the cited sentence ranks it {ranks.pop()}"
        yield error("layer_order", f"{claim.path}.rank", message)


@about("events")
def events_fit_their_date(claim: Claim, context: Context) -> Iterator[Finding]:
    """Check that no held event is dated after publication, and no planned event before it."""
    published = context.article.published
    if published is None:
        return
    date: str = claim.item.date or ""
    if not _DAY.fullmatch(date):
        return
    day = published.isoformat()[: len(date)]
    if claim.item.status == "held" and date > day:
        yield error("event_not_yet", claim.path, f"was held, but {date} lies after publication")
    elif claim.item.status in ("planned", "expected") and date < day:
        message = f"is planned, but {date} lies before publication"
        yield warning("event_in_the_past", claim.path, message)
