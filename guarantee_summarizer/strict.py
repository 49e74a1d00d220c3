"""Strict mode: an error instead of a summary with something missing."""

from __future__ import annotations

from guarantee_summarizer.errors import TruncatedError, UnsupportedError
from guarantee_summarizer.schema import Summary

__all__ = ["insist"]


def insist(summary: Summary, source: str) -> None:
    """Let a summary pass only if it is whole and nothing of it was withheld.

    Raises:
        TruncatedError: it is incomplete.
        UnsupportedError: something was withheld; both carry the summary.
    """
    attempts = summary.usage.attempts if summary.usage else 0
    if summary.incomplete:
        message = f"{source}: the answer is incomplete: {summary.incomplete[0]}"
        raise TruncatedError(message, attempts=attempts, summary=summary)
    if summary.withheld:
        first = summary.withheld[0]
        message = (
            f"{source}: {len(summary.withheld)} claims are not supported, "
            f"the first: {first.path}: {first.findings[0].message}"
        )
        raise UnsupportedError(message, attempts=attempts, summary=summary)
