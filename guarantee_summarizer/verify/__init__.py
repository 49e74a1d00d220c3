"""Verification: what a summary says, held against the sentences that it cites."""

from guarantee_summarizer.verify.advice import advice
from guarantee_summarizer.verify.base import Check, Claim, Reading, claims
from guarantee_summarizer.verify.catalogue import CHECKS, claim_at, verify, withhold

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
