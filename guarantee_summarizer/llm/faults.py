"""Decide which provider errors are retried, and translate them into this library's errors.

Every message is one line that names the endpoint and the remedy; no message contains a key.
"""

from __future__ import annotations

import email.utils
import re
import socket
import ssl
import time
from collections.abc import Iterator
from typing import Any

import tenacity
from instructor.core.exceptions import ConfigurationError as InstructorConfigurationError

from guarantee_summarizer.errors import (
    AuthenticationError,
    BadRequestError,
    ConfigurationError,
    GuaranteeSummarizerError,
    InvalidAnswerError,
    ModelError,
    ModelTimeoutError,
    QuotaError,
    RateLimitError,
    RefusalError,
    TransportError,
    UnknownModelError,
    UnreachableError,
)
from guarantee_summarizer.llm.foreign import field
from guarantee_summarizer.llm.proxies import proxy_of
from guarantee_summarizer.llm.responses import BadReplyError, said
from guarantee_summarizer.options import Endpoint

__all__ = [
    "fault",
    "is_about_text",
    "is_refused_connection",
    "is_transport",
    "policy",
    "retry_after",
    "root",
    "scrubbed",
    "status_code",
]

_BUSY = frozenset({408, 409, 425, 429, 500, 502, 503, 504, 529})
_BACK_OFF = tenacity.wait_random_exponential(multiplier=0.5, max=20)
_KNOCK = tenacity.wait_random_exponential(multiplier=0.2, max=5)  # until a server is back
_WRAPPERS = ("InstructorRetryException", "RetryError", "AdaptedError")
_QUOTA = re.compile(
    r"insufficient[_ ](?:quota|balance|credit|fund)|credit balance is too low|out of credits"
    r"|payment required|spending limit"
)
_KEY = re.compile(
    r"(?:invalid|incorrect|wrong|missing|expired|no)\W+(?:\w+\W+){0,3}?api[ _-]?key"
    r"|api[ _-]?key\W+(?:\w+\W+){0,3}?(?:invalid|not valid|missing|expired|required|not found)"
    r"|authentication[_ ]error|invalid[_ ]authentication|unauthori[sz]ed|no connected db"
)
_MODEL = re.compile(
    r"model_not_found|(?:unknown|invalid|no such) model\b"
    r"|\bmodel\b.{0,80}?(?:does not exist|not exist|not found|is not a valid|decommissioned)"
)
_FLAGGED = re.compile(r"moderation|flagged|content[_ ](?:policy|filter)")
_UNKNOWN_SETTING = re.compile(r"unexpected keyword argument '(\w+)'")
_TOO_LONG = re.compile(
    r"context[ _](?:length|window|size)|too long|maximum .{0,20}tokens|too many tokens"
    r"|reduce the length",
    re.IGNORECASE,
)


def policy() -> dict[str, Any]:
    """Return arguments for tenacity's `Retrying` and `AsyncRetrying`: what to retry, and when.

    The caller adds `stop` for its budget.
    """
    return {
        "wait": _wait,
        "retry": tenacity.retry_if_exception(_is_temporary),
        "reraise": True,
    }


def root(error: BaseException) -> BaseException:
    """Return the provider's own error inside instructor's, tenacity's and this library's."""
    wrapped = type(error).__name__ in _WRAPPERS
    return root(error.__cause__) if wrapped and error.__cause__ is not None else error


def _is_temporary(raised: BaseException) -> bool:
    if type(raised).__name__ == "AdaptedError":
        return True
    error = root(raised)
    if _kind(error) is not None:
        return False
    return _is_hiccup(error) or status_code(error) in _BUSY or is_transport(error)


def _is_hiccup(error: BaseException) -> bool:
    """Whether a reply without a status is worth a retry."""
    if isinstance(error, BadReplyError):
        return error.temporary
    return type(error).__name__ == "APIError"  # openai's, for an error in a stream


def is_transport(error: BaseException) -> bool:
    """Return whether there was no response: a lost connection, or a timeout."""
    chain = [*_chain(error)]
    if any(isinstance(cause, ssl.SSLCertVerificationError) for cause in chain):
        return False
    lost = type(error).__name__ in ("APIConnectionError", "APITimeoutError")
    return isinstance(error, OSError) or _is_http(error) or (
        lost and (len(chain) == 1 or any(map(_is_http, chain[1:])))
    )  # fmt: skip


def is_refused_connection(error: BaseException) -> bool:
    """Return whether an existing host refuses connections: its server may be starting."""
    chain = [*_chain(error)]
    if any(isinstance(cause, socket.gaierror | ssl.SSLError) for cause in chain):
        return False
    return any(type(cause).__name__ == "ConnectError" for cause in chain)


def _chain(error: BaseException | None) -> Iterator[BaseException]:
    """Yield an error and its causes."""
    while error is not None:
        yield error
        error = error.__cause__ or error.__context__


def _is_http(error: BaseException) -> bool:
    """Whether an HTTP client (httpx, httpx2) lost the connection or timed out."""
    return isinstance(error, TimeoutError) or any(
        kind.__name__ == "TransportError" and kind.__module__.startswith("httpx")
        for kind in type(error).__mro__
    )


def status_code(error: BaseException) -> int | None:
    """Return the HTTP status of a provider's error, from the attributes of common clients."""
    code = getattr(error, "status_code", None)
    others = (
        field(error, "body", "code"),  # of an error in a stream
        field(error, "code"),  # Google's
        field(error, "response", "ResponseMetadata", "HTTPStatusCode"),  # Bedrock's
    )
    for other in others if code is None else ():
        if isinstance(other, int) and 400 <= other < 600:  # noqa: PLR2004
            return other
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
    raised = state.outcome.exception() if state.outcome else None
    if raised is None or type(raised).__name__ == "AdaptedError":
        return 0.0
    wait = retry_after(root(raised))
    if wait is not None:
        return wait
    return _KNOCK(state) if is_refused_connection(root(raised)) else _BACK_OFF(state)


_DETAIL = 200  # characters of the server's message that are quoted
_READ = 20_000  # characters of it that are searched


def fault(error: Exception, endpoint: Endpoint, attempts: int) -> GuaranteeSummarizerError:
    """Translate an error into this library's; an error that shows a secret is dropped as cause."""
    cause = root(error)
    if isinstance(cause, GuaranteeSummarizerError):
        cause.__context__ = None  # the provider's message
        return cause
    if isinstance(cause, InstructorConfigurationError):
        return ConfigurationError(f"{endpoint.address}: {scrubbed(cause, endpoint)}")
    if isinstance(cause, TypeError) and (unknown := _UNKNOWN_SETTING.search(str(cause))):
        return ConfigurationError(
            f"{endpoint.address}: takes no {unknown[1]}; leave it out of request= (--set)"
        )
    translated = _fault(cause, endpoint, attempts)
    translated.__cause__ = None if endpoint.secrets.show_in(cause) else cause
    translated.__suppress_context__ = True
    return translated


def is_about_text(error: BaseException) -> bool:
    """Return whether an error is about the text of the request: its length or its content."""
    said = f"{getattr(error, 'code', '')} {_said(error)}"
    return _kind(error) is RefusalError or _TOO_LONG.search(said) is not None


def _kind(error: BaseException) -> type[ModelError] | None:
    """Return an error that every article would cause: quota, key, model; some gateways send 400."""
    code = status_code(error)
    if code is None or code >= 500:  # noqa: PLR2004
        return None
    text = f"{getattr(error, 'code', '')} {getattr(error, 'type', '')} {_said(error)}".lower()
    if code == 402 or _QUOTA.search(text):  # noqa: PLR2004
        return QuotaError
    if code == 429:  # noqa: PLR2004
        return None
    if code in (400, 403) and _FLAGGED.search(text):
        return RefusalError
    if code in (401, 403) or _KEY.search(text):
        return AuthenticationError
    return UnknownModelError if code == 404 or _MODEL.search(text) else None  # noqa: PLR2004


def _fault(error: BaseException, endpoint: Endpoint, attempts: int) -> ModelError:
    code, where, kind = status_code(error), endpoint.address, _kind(error)
    detail = scrubbed(error, endpoint)
    if kind is not None:
        says = _remedy(kind, endpoint, code, "" if code == 401 else f": {detail}")  # noqa: PLR2004
        return kind(f"{where}: {says}", attempts=attempts)
    if code == 429:  # noqa: PLR2004
        wait = retry_after(error)
        pause = f"; it asks to wait {wait:g} s" if wait is not None else ""
        message = f"{where}: too many requests, after {attempts} attempts{pause} ({detail})"
        return RateLimitError(message, attempts=attempts, retry_after=wait)
    if code is not None and code < 500:  # noqa: PLR2004
        hint = "; split the article, or try mode='json_schema', which is shorter at some servers"
        hint = hint if _TOO_LONG.search(detail) else ""
        message = f"{where}: refused the request ({code}): {detail}{hint}"
        return BadRequestError(message, attempts=attempts)
    return _unanswered(error, endpoint, attempts, detail)


def _remedy(kind: type[ModelError], endpoint: Endpoint, code: int | None, detail: str) -> str:
    if kind is QuotaError:
        return f"the account's quota or balance is spent ({code}){detail}; top it up"
    if kind is AuthenticationError:
        return f"the key was refused ({code}){detail}; check {endpoint.key_name} or api_key="
    if kind is RefusalError:
        return f"the provider declined the text ({code}){detail}"
    hint = "check the model's name, and that base_url ends as the server wants it (often /v1)"
    return f"does not know model {endpoint.model!r} ({code}){detail}; {hint}"


def _unanswered(error: BaseException, endpoint: Endpoint, attempts: int, detail: str) -> ModelError:
    """Return the error for a server that failed, did not answer, or sent an invalid response."""
    where, code = endpoint.address, status_code(error)
    tries = f"after {attempts} attempts"
    if code is not None:
        message = f"{where}: server error {code} {tries}: {detail}"
        return TransportError(message, attempts=attempts)
    if _is_hiccup(error) and getattr(error, "body", None) is not None:
        message = f"{where}: answers with an error, {tries}: {detail}"
        return TransportError(message, attempts=attempts)
    if isinstance(error, BadReplyError):
        added = f", {tries}" if error.temporary else ""
        return InvalidAnswerError(f"{where}: {detail}{added}", attempts=attempts)
    chain = [*_chain(error)]
    if any("Timeout" in type(cause).__name__ for cause in chain) and is_transport(error):
        message = f"{where}: no answer in time, {tries}; raise timeout= or seconds="
        return ModelTimeoutError(message, attempts=attempts)
    if any(isinstance(cause, ssl.SSLError) for cause in chain):
        why = _why(chain, endpoint)
        message = f"{where}: no safe connection ({why}); SSL_CERT_FILE names the authority to trust"
        return UnreachableError(message, attempts=attempts)
    if is_transport(error):
        return UnreachableError(_lost(endpoint, tries, chain), attempts=attempts)
    if any(type(cause).__name__ == "TooManyRedirects" for cause in chain):
        return InvalidAnswerError(f"{where}: redirects in a circle; check base_url")
    message = f"{where}: the answer cannot be used ({type(error).__name__}: {detail})"
    return InvalidAnswerError(message, attempts=attempts)


def _lost(endpoint: Endpoint, tries: str, chain: list[BaseException]) -> str:
    """Return the message for a connection that could not be opened, or broke off."""
    why, proxy = _why(chain, endpoint), proxy_of(endpoint.url)
    if any(type(cause).__name__ in ("ConnectError", "ProxyError") for cause in chain):
        through = f"through the proxy {proxy}, " if proxy else ""
        check = "the proxy, NO_PROXY and base_url" if proxy else "base_url"
        return f"{endpoint.address}: nobody answers there, {through}{tries} ({why}); check {check}"
    return f"{endpoint.address}: the connection broke off, {tries} ({why})"


def _why(chain: list[BaseException], endpoint: Endpoint) -> str:
    """Return the message of the innermost error that has one."""
    words = (str(cause) for cause in reversed(chain))
    return _on_one_line(next(filter(None, words), type(chain[0]).__name__), endpoint)


def _said(error: BaseException) -> str:
    text = said(getattr(error, "body", None)) or getattr(error, "message", None)
    return text if isinstance(text, str) else str(error)


def scrubbed(error: BaseException, endpoint: Endpoint) -> str:
    """Return the server's message on one line, without secrets, then shortened."""
    return _on_one_line(_said(error), endpoint)


def _on_one_line(text: str, endpoint: Endpoint) -> str:
    line = endpoint.secrets.scrub(" ".join(text[:_READ].split()))
    return line[:_DETAIL] + ("…" if len(line) > _DETAIL else "")
