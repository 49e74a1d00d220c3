"""Decide which provider errors are retried, and translate them into this library's errors.

Every message is one line that names the endpoint and the remedy, and none holds a key.
"""

from __future__ import annotations

import email.utils
import time
from typing import Any

import tenacity

from guarantee_summarizer.errors import (
    AuthenticationError,
    BadRequestError,
    GuaranteeSummarizerError,
    InvalidAnswerError,
    ModelError,
    ModelTimeoutError,
    RateLimitError,
    TransportError,
    UnknownModelError,
    UnreachableError,
)
from guarantee_summarizer.options import Endpoint

__all__ = [
    "fault",
    "is_transport",
    "policy",
    "retry_after",
    "root",
    "scrubbed",
    "status_code",
]

_BUSY = frozenset({408, 409, 425, 429, 500, 502, 503, 504, 529})
_BACK_OFF = tenacity.wait_random_exponential(multiplier=0.5, max=20)


def policy(attempts: int, seconds: float) -> dict[str, Any]:
    """Return arguments for tenacity's `Retrying` and `AsyncRetrying` within a budget."""
    return {
        "stop": tenacity.stop_after_attempt(attempts) | tenacity.stop_before_delay(seconds),
        "wait": _wait,
        "retry": tenacity.retry_if_exception(_is_temporary),
        "reraise": True,
    }


def root(error: BaseException) -> BaseException:
    """Return the provider's own error inside instructor's and tenacity's."""
    wrapped = type(error).__name__ in ("InstructorRetryException", "RetryError")
    return root(error.__cause__) if wrapped and error.__cause__ is not None else error


def _is_temporary(raised: BaseException) -> bool:
    error = root(raised)
    if getattr(error, "code", None) == "insufficient_quota":
        return False
    return status_code(error) in _BUSY or is_transport(error)


def is_transport(error: BaseException) -> bool:
    """Return whether no response came at all: a lost connection, or a timeout."""
    lost = type(error).__name__ in ("APIConnectionError", "APITimeoutError")
    return lost or isinstance(error, TimeoutError)


def status_code(error: BaseException) -> int | None:
    """Return the HTTP status of a provider's error, by the name that all common clients use."""
    code = getattr(error, "status_code", None)
    return code if isinstance(code, int) else None


def retry_after(error: BaseException) -> float | None:
    """Return the seconds of `Retry-After` (RFC 9110: a number or a date); None without it."""
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
    wait = retry_after(root(error)) if error else None
    return wait if wait is not None else _BACK_OFF(state)


_DETAIL = 200  # characters of the server's own words that a message quotes


def fault(error: Exception, endpoint: Endpoint, attempts: int) -> GuaranteeSummarizerError:
    """Translate an error into this library's; one that shows the key is not kept as its cause."""
    cause = root(error)
    if isinstance(cause, GuaranteeSummarizerError):
        return cause
    translated = _fault(cause, endpoint, attempts)
    leaks = endpoint.key is not None and endpoint.key in f"{cause} {cause.__cause__}"
    translated.__cause__ = None if leaks else cause
    translated.__suppress_context__ = True
    return translated


def _fault(error: BaseException, endpoint: Endpoint, attempts: int) -> ModelError:
    code, where = status_code(error), endpoint.address
    detail = scrubbed(error, endpoint)
    if code in (401, 403):
        hint = "check OPENAI_API_KEY or api_key="
        return AuthenticationError(f"{where}: the key was refused ({code}); {hint}", attempts=1)
    if code == 404 or getattr(error, "code", None) == "model_not_found":  # noqa: PLR2004
        hint = "check the model's name, and that base_url ends as the server wants it (often /v1)"
        message = f"{where}: does not know model {endpoint.model!r} ({code}); {hint}"
        return UnknownModelError(message, attempts=attempts)
    if code == 429:  # noqa: PLR2004
        wait = retry_after(error)
        pause = f"; it asks to wait {wait:g} s" if wait is not None else ""
        message = f"{where}: too many requests, after {attempts} attempts{pause} ({detail})"
        return RateLimitError(message, attempts=attempts, retry_after=wait)
    if code is not None and code < 500:  # noqa: PLR2004
        message = f"{where}: refused the request ({code}): {detail}"
        return BadRequestError(message, attempts=attempts)
    return _unanswered(error, endpoint, attempts, detail)


def _unanswered(error: BaseException, endpoint: Endpoint, attempts: int, detail: str) -> ModelError:
    """The error for a server that failed, did not answer, or answered nonsense."""
    where, code = endpoint.address, status_code(error)
    if code is not None:
        message = f"{where}: server error {code} after {attempts} attempts: {detail}"
        return TransportError(message, attempts=attempts)
    if "Timeout" in type(error).__name__:
        message = (
            f"{where}: no answer in time, after {attempts} attempts; raise timeout= or seconds="
        )
        return ModelTimeoutError(message, attempts=attempts)
    if is_transport(error):
        message = f"{where}: nobody answers there, after {attempts} attempts; check base_url"
        return UnreachableError(message, attempts=attempts)
    message = f"{where}: the answer cannot be used ({type(error).__name__}: {detail})"
    return InvalidAnswerError(message, attempts=attempts)


def scrubbed(error: BaseException, endpoint: Endpoint) -> str:
    """Return the server's own words on one line, shortened, without the key."""
    body = getattr(error, "body", None)
    text = body.get("message") if isinstance(body, dict) else None
    line = " ".join(str(text or getattr(error, "message", None) or error).split())
    if endpoint.key:
        line = line.replace(endpoint.key, "***")
    return line[:_DETAIL] + ("…" if len(line) > _DETAIL else "")
