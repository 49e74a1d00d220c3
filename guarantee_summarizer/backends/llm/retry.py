"""One policy for requests that did not get through: what is sent again, when, how often.

They wait as long as the server asks, else exponentially and at random. An answer that came and does
not hold is no business of this room: `call` asks again, within the same budget.
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

__all__ = ["is_answer_problem", "is_transport", "policy", "retry_after", "root", "status_code"]

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


def root(error: BaseException) -> BaseException:
    """The provider's own error inside instructor's and tenacity's."""
    wrapped = type(error).__name__ in ("InstructorRetryException", "RetryError")
    return root(error.__cause__) if wrapped and error.__cause__ is not None else error


def _worth_another(raised: BaseException) -> bool:
    error = root(raised)
    if getattr(error, "code", None) == "insufficient_quota":
        return False
    return status_code(error) in _BUSY or is_transport(error)


def is_answer_problem(error: BaseException) -> bool:
    """Whether an answer came, but none that holds."""
    return isinstance(error, (*_BAD_ANSWER, IncompleteOutputException))


def is_transport(error: BaseException) -> bool:
    """Whether no answer came at all: a lost connection, or a timeout."""
    lost = type(error).__name__ in ("APIConnectionError", "APITimeoutError")
    return lost or isinstance(error, TimeoutError)


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
    asked = retry_after(root(error)) if error else None
    return asked if asked is not None else _BACK_OFF(state)
