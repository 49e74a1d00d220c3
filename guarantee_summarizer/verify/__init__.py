"""Verification: what a summary says, held against the sentences that it cites."""

from guarantee_summarizer.verify.checks import CHECKS, advice, claim_at, verify, withhold
from guarantee_summarizer.verify.claims import Claim, claims
from guarantee_summarizer.verify.context import Check, Reading

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
