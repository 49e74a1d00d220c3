"""Normalize terms and dates to ISO 8601 and EDTF, and figures to one value for all spellings."""

from guarantee_summarizer.normalize.dates import resolve_date
from guarantee_summarizer.normalize.quantities import Quantity, quantities
from guarantee_summarizer.normalize.terms import Figure, figures, normalize_term

__all__ = ["Figure", "Quantity", "figures", "normalize_term", "quantities", "resolve_date"]
