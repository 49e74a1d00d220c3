"""Normalize terms and dates to ISO 8601 and EDTF, and figures to one value for all spellings."""

from guarantee_summarizer.normalize.dates import resolve_date
from guarantee_summarizer.normalize.designations import designations
from guarantee_summarizer.normalize.quantities import Quantity, quantities
from guarantee_summarizer.normalize.terms import (
    Amount,
    Figure,
    TermValue,
    amounts,
    figures,
    normalize_term,
    read_term,
)

__all__ = [
    "Amount",
    "Figure",
    "Quantity",
    "TermValue",
    "amounts",
    "designations",
    "figures",
    "normalize_term",
    "quantities",
    "read_term",
    "resolve_date",
]
