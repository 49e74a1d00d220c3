"""Verification: what a summary says, held against the sentences that it cites."""

from guarantee_summarizer.verify.base import Check, Claim, Reading, claims
from guarantee_summarizer.verify.catalogue import CHECKS, label, verify, withhold

__all__ = ["CHECKS", "Check", "Claim", "Reading", "claims", "label", "verify", "withhold"]
