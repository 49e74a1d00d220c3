"""Copied from the text: citations, names, figures, quotations, dates, order."""

from __future__ import annotations

import re
from collections.abc import Iterator

from guarantee_summarizer.normalize import Quantity, quantities
from guarantee_summarizer.schema import Finding
from guarantee_summarizer.text import holds
from guarantee_summarizer.verify.claims import Claim
from guarantee_summarizer.verify.context import Context, error, warning

__all__ = [
    "citations_exist",
    "claims_are_said_once",
    "designations_occur",
    "events_fit_their_date",
    "figures_occur",
    "layers_keep_their_order",
    "participants_occur",
    "quotations_occur",
    "references_resolve",
    "wordings_occur",
]


def citations_exist(claim: Claim, context: Context) -> Iterator[Finding]:
    """Every claim cites at least one sentence, and every citation is a slice of the article."""
    if claim.section in ("text", "participants"):
        return
    if not claim.evidence:
        yield error("citation_missing", claim.path, "cites no sentence")
    for citation in claim.evidence:
        if context.article.text[citation.start : citation.end] != citation.quote:
            message = f"cites words that the article does not hold: {citation.quote[:60]!r}"
            yield error("citation_quote", claim.path, message)


def participants_occur(claim: Claim, context: Context) -> Iterator[Finding]:
    """The name of a participant, and each of its aliases, stands in the article."""
    if claim.section != "participants":
        return
    for form in (claim.item.name, *claim.item.aliases):
        if not context.article.naming(form):
            message = f"the article does not name {form!r}"
            yield error("name_not_in_article", claim.path, message)


def references_resolve(claim: Claim, context: Context) -> Iterator[Finding]:
    """A reference is the name, or another form, of a participant."""
    for field, name in claim.references.items():
        if not context.known(name):
            message = f"{name!r} is no participant"
            yield error("reference_unknown", f"{claim.path}.{field}", message)


_QUOTED = re.compile(r'"([^"]+)"|(?<!\w)\'([^\']{3,})\'(?!\w)')
_DESIGNATION = re.compile(r"(?<![\w-])[^\W\d_]{1,4}-?\d+(?!\w|-)")
_DIGIT = re.compile(r"\d")


def figures_occur(claim: Claim, context: Context) -> Iterator[Finding]:
    """Every number, sum, date and duration that a claim states stands in what it cites.

    Spelling may differ (15-year, fifteen years); the amount and what it counts may not. Where the
    article or the summary is not English only digits can be compared, and what is not found is a
    warning.
    """
    cited: list[Quantity] | None = None
    for field, text in claim.words.items():
        for figure in quantities(text):
            if figure.kind == "ordinal":
                continue
            cited = context.quantities(claim) if cited is None else cited
            if any(_same(figure, other) for other in cited):
                continue
            words = text[figure.start : figure.end]
            message = f"{words!r} ({field}) does not stand in the cited sentences"
            if context.english:
                yield error("figure_not_in_evidence", claim.path, message)
            elif not _in_digits(words, " ".join(at.text for at in context.passages(claim))):
                yield warning("figure_not_checked", claim.path, f"{message}, as far as can be read")


def designations_occur(claim: Claim, context: Context) -> Iterator[Finding]:
    """Names with digits in them (G7, F-16, Su-57) stand in the article."""
    for field, text in claim.folded.items():
        for match in _DESIGNATION.finditer(text) if _DIGIT.search(text) else ():
            if not context.article.naming(match[0]):
                message = f"{match[0]!r} ({field}) does not stand in the article"
                yield error("figure_not_in_evidence", claim.path, message)


def _in_digits(words: str, cited: str) -> bool:
    """Whether a figure is written in digits that stand in the cited sentences."""
    return bool(_digits(words)) and _digits(words) <= _digits(cited)


def _digits(text: str) -> set[str]:
    """The numbers written in digits; what figures in two languages can be compared by."""
    return {run.replace(",", "").replace(".", "") for run in re.findall(r"\d[\d.,]*\d|\d", text)}


def _same(stated: Quantity, cited: Quantity) -> bool:
    if stated.kind == cited.kind:
        return stated.value == cited.value or _within(stated, cited)
    if stated.kind == "year" or cited.kind == "year":
        return _within(stated, cited)
    bare = stated.kind == "count" and cited.kind in ("money", "percent", "distance")
    return bare and stated.number is not None and stated.number == cited.number


def _within(stated: Quantity, cited: Quantity) -> bool:
    """Whether a date says no more than the cited one: 2014 of 2014-03-05, --03-05 of the same."""
    if stated.kind not in ("date", "year") or cited.kind not in ("date", "year"):
        return False
    return cited.value.startswith(f"{stated.value}-") or (
        stated.value.startswith("--") and cited.value.endswith(stated.value[1:])
    )


def quotations_occur(claim: Claim, context: Context) -> Iterator[Finding]:
    """Words in quotation marks stand in the cited sentences, letter for letter after folding."""
    for field, text in claim.folded.items():
        for match in _QUOTED.finditer(text) if "'" in text or '"' in text else ():
            quoted = " ".join((match[1] or match[2]).split()).strip(" ,.;:!?")
            if quoted and not any(holds(at.text, quoted) for at in context.passages(claim)):
                message = f"{quoted!r} ({field}) is not quoted from the cited sentences"
                finding = error if context.english else warning  # a quotation may be translated
                yield finding("quotation_not_in_evidence", claim.path, message)


def wordings_occur(claim: Claim, context: Context) -> Iterator[Finding]:
    """`value` of a term and `when` of an event are the article's own words."""
    for field, text in claim.verbatim.items():
        if not context.article.folded.holds(text):
            message = f"{text!r} ({field}) is not in the article's words"
            yield error("wording_not_in_article", claim.path, message)


_ORDINALS = {
    "first": 1, "innermost": 1, "second": 2, "third": 3, "fourth": 4, "fifth": 5, "sixth": 6,
}  # fmt: skip
_DAY = re.compile(r"\d{4}(?:-\d\d){0,2}")
_RANKED = re.compile(
    rf"\b({'|'.join(_ORDINALS)})(?:,| (?:line|layer|level|tier|ring|echelon|guarantee|stage|pillar|element)\b)"
)


def claims_are_said_once(claim: Claim, context: Context) -> Iterator[Finding]:
    """No two claims of a section say the same of the same sentences."""
    if claim.section not in ("events", "proposals", "layers", "disputes"):
        return
    first = context.first_said.setdefault(
        (claim.section, frozenset(c.sentence for c in claim.evidence), _gist(claim)),
        claim.path,
    )
    if first != claim.path:
        yield warning("said_twice", claim.path, f"says the same as {first}")


def _gist(claim: Claim) -> str:
    return next(iter(claim.folded.values()), "")


def layers_keep_their_order(claim: Claim, context: Context) -> Iterator[Finding]:
    """A layer's `rank` is the one that its sentence gives it (second line, third level)."""
    if claim.section != "layers" or not context.english:
        return
    others = [layer for layer in context.summary.structure.layers if layer is not claim.item]
    rank = claim.item.rank
    if rank is None:
        return
    if any(layer.rank == rank for layer in others):
        yield warning("layer_order", claim.path, f"another layer has rank {rank}, too")
    cited = {c.sentence for c in claim.evidence}
    if any(cited & {c.sentence for c in layer.evidence} for layer in others):
        return  # one sentence that ranks several
    ranks = {_ORDINALS[word] for at in context.passages(claim) for word in _RANKED.findall(at.text)}
    if len(ranks) == 1 and rank not in ranks:
        message = f"rank is {rank}, the cited sentence ranks it {ranks.pop()}"
        yield error("layer_order", claim.path, message)


def events_fit_their_date(claim: Claim, context: Context) -> Iterator[Finding]:
    """What was held lies in the past at publication, what is planned does not lie before it."""
    published = context.article.published
    if claim.section != "events" or published is None:
        return
    date: str = claim.item.date or ""
    if not _DAY.fullmatch(date):
        return
    day = published.isoformat()[: len(date)]
    if claim.item.status == "held" and date > day:
        yield error("event_not_yet", claim.path, f"was held, but {date} lies after publication")
    elif claim.item.status in ("planned", "expected") and date < day:
        yield warning(
            "event_in_the_past", claim.path, f"is planned, but {date} lies before publication"
        )
