"""Figures and quotations of a claim stand in the sentences that it cites; never loosely."""

from __future__ import annotations

import re
from collections.abc import Iterator

from guarantee_summarizer.normalize import Quantity, quantities
from guarantee_summarizer.schema import Finding
from guarantee_summarizer.text import holds
from guarantee_summarizer.verify.base import Reading, error, warning
from guarantee_summarizer.verify.claims import Claim

__all__ = ["designations_occur", "figures_occur", "quotations_occur", "wordings_occur"]

_QUOTED = re.compile(r'"([^"]+)"|(?<!\w)\'([^\']{3,})\'(?!\w)')
_DESIGNATION = re.compile(r"(?<![\w-])[^\W\d_]{1,4}-?\d+(?!\w|-)")
_DIGIT = re.compile(r"\d")
_VERBATIM = {"terms": "value", "events": "when"}


def figures_occur(claim: Claim, reading: Reading) -> Iterator[Finding]:
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
            cited = reading.quantities(claim) if cited is None else cited
            if any(_same(figure, other) for other in cited):
                continue
            words = text[figure.start : figure.end]
            message = f"{words!r} ({field}) does not stand in the cited sentences"
            if reading.english:
                yield error("figure_not_in_evidence", claim.path, message)
            elif not _in_digits(words, " ".join(at.text for at in reading.passages(claim))):
                yield warning("figure_not_checked", claim.path, f"{message}, as far as can be read")


def designations_occur(claim: Claim, reading: Reading) -> Iterator[Finding]:
    """Names with digits in them (G7, F-16, Su-57) stand in the article."""
    for field, text in claim.folded.items():
        for match in _DESIGNATION.finditer(text) if _DIGIT.search(text) else ():
            if not reading.article.naming(match[0]):
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


def quotations_occur(claim: Claim, reading: Reading) -> Iterator[Finding]:
    """Words in quotation marks stand in the cited sentences, letter for letter after folding."""
    for field, text in claim.folded.items():
        for match in _QUOTED.finditer(text) if "'" in text or '"' in text else ():
            quoted = " ".join((match[1] or match[2]).split()).strip(" ,.;:!?")
            if quoted and not any(holds(at.text, quoted) for at in reading.passages(claim)):
                message = f"{quoted!r} ({field}) is not quoted from the cited sentences"
                finding = error if reading.english else warning  # a quotation may be translated
                yield finding("quotation_not_in_evidence", claim.path, message)


def wordings_occur(claim: Claim, reading: Reading) -> Iterator[Finding]:
    """`value` of a term and `when` of an event are the article's own words."""
    field = _VERBATIM.get(claim.section)
    text = getattr(claim.item, field) if field else None
    if text and not reading.article.folded.holds(text):
        message = f"{text!r} ({field}) is not in the article's words"
        yield error("wording_not_in_article", claim.path, message)
