"""Verify the claims of a summary against the sentences that they cite."""

from guarantee_summarizer.verify.checks import CHECKS, CHECKS_VERSION, Check, advice
from guarantee_summarizer.verify.claims import Claim, claims
from guarantee_summarizer.verify.context import Context
from guarantee_summarizer.verify.passages import Passages
from guarantee_summarizer.verify.verification import Verification, verify
from guarantee_summarizer.verify.withholding import withhold

__all__ = [
    "CHECKS",
    "CHECKS_VERSION",
    "Check",
    "Claim",
    "Context",
    "Passages",
    "Verification",
    "advice",
    "claims",
    "verify",
    "withhold",
]
