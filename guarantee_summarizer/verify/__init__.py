"""Verification: what a summary says, held against the sentences that it cites."""

from guarantee_summarizer.verify.advice import advice
from guarantee_summarizer.verify.base import Check, Reading
from guarantee_summarizer.verify.catalogue import CHECKS, claim_at, verify, withhold
from guarantee_summarizer.verify.claims import Claim, claims

__all__ = [
    "CHECKS",
    "Check",
    "Claim",
    "Reading",
    "advice",
    "claim_at",
    "claims",
    "verify",
    "withhold",
]
