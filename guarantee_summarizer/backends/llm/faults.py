"""Turns what openai, instructor and tenacity raise into this library's errors.

Every message is one line that names the endpoint and the remedy, and none holds a key.
"""

from __future__ import annotations

from typing import NoReturn

from guarantee_summarizer.backends.llm.client import Endpoint
from guarantee_summarizer.backends.llm.retry import is_transport, retry_after, root, status_code
from guarantee_summarizer.errors import (
    AuthenticationError,
    BadRequestError,
    InvalidAnswerError,
    ModelError,
    ModelTimeoutError,
    RateLimitError,
    TransportError,
    UnknownModelError,
    UnreachableError,
)

__all__ = ["raise_fault", "scrubbed"]

_DETAIL = 200  # characters of the server's own words that a message quotes


def raise_fault(error: BaseException, endpoint: Endpoint, attempts: int) -> NoReturn:
    """Raise the library's error for `error`; the chain is cut where it would show a key."""
    cause = root(error)
    fault = _fault(cause, endpoint, attempts)
    leaks = endpoint.key is not None and endpoint.key in f"{cause} {cause.__cause__}"
    raise fault from (None if leaks else cause)


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
        asked = f"; it asks to wait {wait:g} s" if wait is not None else ""
        message = f"{where}: too many requests, after {attempts} attempts{asked} ({detail})"
        return RateLimitError(message, attempts=attempts, retry_after=wait)
    if code is not None and code < 500:  # noqa: PLR2004
        message = f"{where}: refused the request ({code}): {detail}"
        return BadRequestError(message, attempts=attempts)
    return _silence(error, endpoint, attempts, detail)


def _silence(error: BaseException, endpoint: Endpoint, attempts: int, detail: str) -> ModelError:
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
    """The server's own words on one line, shortened, without the key."""
    body = getattr(error, "body", None)
    text = body.get("message") if isinstance(body, dict) else None
    line = " ".join(str(text or getattr(error, "message", None) or error).split())
    if endpoint.key:
        line = line.replace(endpoint.key, "***")
    return line[:_DETAIL] + ("…" if len(line) > _DETAIL else "")
