"""Compare what a claim copies from the text with the text: exactly, after folding.

No grammar, no similarity, no thresholds: figures with their bounds, quotations and wordings either
are where the claim points, or they are not.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from typing import Literal

from guarantee_summarizer.normalize import Figure, Quantity, designations, figures
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


def citations_exist(claim: Claim, context: Context) -> Iterator[Finding]:
    """Every claim cites at least one sentence, and every citation is a slice of the article."""
    if claim.section in ("text", "structure"):
        return
    if not claim.evidence:
        yield error("citation_missing", claim.path, "cites no sentence")
    for citation in claim.evidence:
        if context.article.text[citation.start : citation.end] != citation.quote:
            message = f"cites words that the article does not hold: {citation.quote[:60]!r}"
            yield error("citation_quote", claim.path, message)


def figures_occur(claim: Claim, context: Context) -> Iterator[Finding]:
    """Every number, sum, date and duration of a claim is in what it cites, with its bound.

    Spelling may differ (15-year, fifteen years; up to, at most); amount, unit and bound may not:
    "more than 5,000" is neither 5,000 nor up to 5,000, "about 5,000" is not 5,000. Where the article or the summary is not
    English only digits can be compared, and what is not found is a warning.
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
    """Whether a figure is a way of speaking: `the two sides`, `about half` for 53 percent."""
    words = text[figure.quantity.start : figure.quantity.end].lower()
    loose = words == "two" or (words == "half" and figure.bound == "~")
    return loose or figure.quantity.kind == "ordinal"


def _wrong(
    figure: Figure, text: str, claim: Claim, context: Context
) -> Literal["bound", "figure", "unread"] | None:
    """What is wrong with a figure of a claim, held against what the claim cites."""
    quantity = figure.quantity
    equal = [other for other in context.figures_of(claim) if _same(quantity, other.quantity)]
    if equal:
        return None if any(_fits(figure, other) for other in equal) else "bound"
    cited = context.folded(context.cited(claim))
    if _is_named_so(text, quantity, cited):
        return None
    if quantity.kind == "name" and quantity.value in context.designations:
        return None  # the Group of Seven for the G7
    if context.english:
        return "figure"
    return None if _in_digits(text[quantity.start : quantity.end], cited) else "unread"


def _fits(stated: Figure, cited: Figure) -> bool:
    """Whether a bound is the cited one; "about" may be added, and not left out.

    The ends of a range are its bounds: of 15,000 to 30,000 one may say up to 30,000.
    """
    if stated.bound in (cited.bound, f"~{cited.bound}") or stated.bound.strip("~") == cited.bound:
        return True
    return not cited.bound and (cited.place, stated.bound) in (("high", "<="), ("low", ">="))


def _is_named_so(text: str, quantity: Quantity, cited: Iterable[str]) -> bool:
    """Whether a number belongs to a name that the sentences hold: `Leopard 2` of `Leopard 2s`."""
    name = re.search(r"[^\W\d_]+[ -]$", text[: quantity.start])
    if quantity.kind not in ("count", "name") or name is None or not name[0][0].isupper():
        return False
    words = re.escape(fold(name[0][:-1])), re.escape(fold(text[quantity.start : quantity.end]))
    named = re.compile(rf"(?<!\w){words[0]}[ -]?{words[1]}(?:'?s)?(?!\w)")
    return any(named.search(sentence) for sentence in cited)


def designations_occur(claim: Claim, context: Context) -> Iterator[Finding]:
    """Names with digits in them (G7, F-16s, Su-57, Leopard 2s) are in the article."""
    for field, text in claim.words.items():
        for form, name in designations(text) if _DIGIT.search(text) else ():
            if name not in context.designations and not context.article.naming(name):
                message = f"{form!r} ({field}) does not stand in the article"
                yield error("figure_not_in_evidence", claim.path, message)


def _in_digits(words: str, cited: Iterable[str]) -> bool:
    """Whether a figure is written in digits that are in the cited sentences."""
    return bool(_digits(words)) and _digits(words) <= _digits(" ".join(cited))


def _digits(text: str) -> set[str]:
    """The numbers written in digits; what figures in two languages can be compared by."""
    return {run.replace(",", "").replace(".", "") for run in re.findall(r"\d[\d.,]*\d|\d", text)}


def _same(stated: Quantity, cited: Quantity) -> bool:
    if stated.kind == cited.kind:
        return stated.value == cited.value or _within(stated, cited) or _as_long(stated, cited)
    if stated.kind == "year" or cited.kind == "year":
        return _within(stated, cited)
    bare = stated.kind == "count" and cited.kind in ("money", "percent", "distance", "measure")
    return bare and stated.number is not None and stated.number == cited.number


_MONTHS, _HOURS = {"Y": 12, "M": 1}, {"W": 168, "D": 24, "H": 1}


def _as_long(stated: Quantity, cited: Quantity) -> bool:
    """Whether two stretches of time are equally long: a year, 12 months; three days, 72 hours."""
    if stated.kind != "duration" or "unclear" in (stated.kind, cited.kind):
        return False
    for units in (_MONTHS, _HOURS):
        lengths = [
            q.number * units[q.unit]
            for q in (stated, cited)
            if q.number is not None and q.unit in units and not _is_minutes(q)
        ]
        if len(lengths) == 2:  # noqa: PLR2004
            return lengths[0] == lengths[1]
    return False


def _is_minutes(quantity: Quantity) -> bool:
    return quantity.unit == "M" and quantity.value.startswith("PT")


def _within(stated: Quantity, cited: Quantity) -> bool:
    """Whether a date says no more than the cited one: 2014 of 2014-03-05, --03-05 of the same."""
    if stated.kind not in ("date", "year") or cited.kind not in ("date", "year"):
        return False
    return cited.value.startswith(f"{stated.value}-") or (
        stated.value.startswith("--") and cited.value.endswith(stated.value[1:])
    )


def quotations_occur(claim: Claim, context: Context) -> Iterator[Finding]:
    """Words in quotation marks are in the cited sentences, letter for letter after folding."""
    for field, text in claim.folded.items():
        for match in _QUOTED.finditer(text) if "'" in text or '"' in text else ():
            quoted = " ".join((match[1] or match[2]).split()).strip(" ,.;:!?")
            cited = context.folded(context.cited(claim))
            if quoted and not any(holds(sentence, quoted) for sentence in cited):
                message = f"{quoted!r} ({field}) is not quoted from the cited sentences"
                finding = error if context.english else warning  # a quotation may be translated
                yield finding("quotation_not_in_evidence", claim.path, message)


def wordings_occur(claim: Claim, context: Context) -> Iterator[Finding]:
    """`value` of a term and `when` of an event are the article's own words, there or nearby.

    A time may be further up: in a live blog the day is named once.
    """
    for field, text in claim.verbatim.items():
        path = claim.path if claim.section == "terms" else f"{claim.path}.{field}"
        words = fold_words(text)
        if not context.article.folded.holds(text):
            inflected = not context.english and _in_digits(words, [context.article.folded.words])
            finding = warning if inflected else error
            yield finding(
                "wording_not_in_article", path, f"{text!r} ({field}) is not in the article"
            )
            continue
        near = context.reach(claim) if field == "when" else context.nearby(claim)
        if words not in " ".join(context.folded(near)):
            if holds(fold(context.metadata), words):
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
    """No two claims of a section say the same of the same sentences."""
    gist = next(iter(claim.folded.values()), "")
    key = (claim.section, frozenset(c.sentence for c in claim.evidence), gist)
    first = context.first_said.setdefault(key, claim.path)
    if first != claim.path:
        yield warning("said_twice", claim.path, f"says the same as {first}")


@about("layers")
def layers_keep_their_order(claim: Claim, context: Context) -> Iterator[Finding]:
    """A layer's `rank` is the one that its sentence gives it (second line, third level)."""
    if not context.english or claim.item.rank is None:
        return
    rank = claim.item.rank
    others = [layer for layer in context.summary.structure.layers if layer is not claim.item]
    if any(layer.rank == rank for layer in others):
        yield warning("layer_order", claim.path, f"another layer has rank {rank}, too")
    cited = {c.sentence for c in claim.evidence}
    if any(cited & {c.sentence for c in layer.evidence} for layer in others):
        return  # one sentence that ranks several
    sentences = context.folded(context.cited(claim))
    ranks = {_ORDINALS[word] for sentence in sentences for word in _RANKED.findall(sentence)}
    if len(ranks) == 1 and rank not in ranks:
        message = f"rank is {rank}, the cited sentence ranks it {ranks.pop()}"
        yield error("layer_order", f"{claim.path}.rank", message)


@about("events")
def events_fit_their_date(claim: Claim, context: Context) -> Iterator[Finding]:
    """What was held lies in the past at publication, what is planned does not lie before it."""
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
