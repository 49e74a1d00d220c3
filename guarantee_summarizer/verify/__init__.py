"""Verify what a summary says against the sentences that it cites."""

from guarantee_summarizer.verify.checks import (
    CHECKS,
    CHECKS_VERSION,
    Check,
    advice,
    verify,
    withhold,
)
from guarantee_summarizer.verify.claims import Claim, claims
from guarantee_summarizer.verify.context import Context

__all__ = [
    "CHECKS",
    "CHECKS_VERSION",
    "Check",
    "Claim",
    "Context",
    "advice",
    "claims",
    "verify",
    "withhold",
]
