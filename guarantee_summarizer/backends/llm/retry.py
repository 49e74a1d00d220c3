"""One policy for everything that is worth another attempt, in one budget.

Transport failures wait (as long as the server asks, else exponentially and at random); an answer
that does not hold is re-asked at once. Both count as attempts.
"""

from __future__ import annotations

import email.utils
import json
import time
from typing import Any

import tenacity
from instructor.core.exceptions import (
    AsyncValidationError,
    IncompleteOutputException,
    ResponseParsingError,
)
from pydantic import ValidationError

__all__ = ["is_answer_problem", "is_transport", "policy", "retry_after", "status_code"]

_BAD_ANSWER = (ResponseParsingError, ValidationError, AsyncValidationError, json.JSONDecodeError)
_BUSY = frozenset({408, 409, 425, 429, 500, 502, 503, 504, 529})
_BACK_OFF = tenacity.wait_random_exponential(multiplier=0.5, max=20)


def policy(attempts: int, seconds: float) -> dict[str, Any]:
    """Arguments for tenacity's `Retrying` and `AsyncRetrying`, for what is left of a budget."""
    return {
        "stop": tenacity.stop_after_attempt(attempts) | tenacity.stop_before_delay(seconds),
        "wait": _wait,
        "retry": tenacity.retry_if_exception(_worth_another),
        "reraise": True,
    }


def _worth_another(error: BaseException) -> bool:
    if isinstance(error, _BAD_ANSWER):
        return True
    if getattr(error, "code", None) == "insufficient_quota":
        return False
    return status_code(error) in _BUSY or is_transport(error)


def is_answer_problem(error: BaseException) -> bool:
    """Whether an answer came, but none that holds."""
    return isinstance(error, (*_BAD_ANSWER, IncompleteOutputException))


def is_transport(error: BaseException) -> bool:
    """Whether no answer came at all: a lost connection, or a timeout."""
    return type(error).__name__ in ("APIConnectionError", "APITimeoutError")


def status_code(error: BaseException) -> int | None:
    """The HTTP status that a provider's error carries; all the common clients call it so."""
    code = getattr(error, "status_code", None)
    return code if isinstance(code, int) else None


def retry_after(error: BaseException) -> float | None:
    """Seconds that the server asked to wait, from `Retry-After` (RFC 9110: seconds or a date)."""
    headers = getattr(getattr(error, "response", None), "headers", None)
    value = headers.get("retry-after") if headers is not None else None
    if not value:
        return None
    try:
        return max(0.0, float(value))
    except ValueError:
        pass
    try:
        return max(0.0, email.utils.parsedate_to_datetime(value).timestamp() - time.time())
    except (TypeError, ValueError):
        return None


def _wait(state: tenacity.RetryCallState) -> float:
    error = state.outcome.exception() if state.outcome else None
    if error is None or isinstance(error, _BAD_ANSWER):
        return 0.0
    asked = retry_after(error)
    return asked if asked is not None else _BACK_OFF(state)
