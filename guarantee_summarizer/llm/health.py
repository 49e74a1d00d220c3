"""Record whether an endpoint has answered, and whether further requests are useful."""

from __future__ import annotations

import threading
import time

from guarantee_summarizer.llm.faults import is_about_text, is_refused_connection, root, status_code
from guarantee_summarizer.llm.learned import REFUSING, words
from guarantee_summarizer.llm.responses import BadReplyError

__all__ = ["STARTING", "Health"]

STARTING = 15.0
"""Seconds for which refused connections are retried before the first answer, as at startup."""
_ALIKE = 5  # identical errors before any answer, after which the endpoint counts as hopeless
_PATIENCE = 10.0  # seconds that a server error must last for that


class Health:
    """Remember how an endpoint answered; thread-safe.

    Attributes:
        works: whether it has answered.
        last: its last error, if there was no answer since.
        hopeless: whether every article would cause it.
    """

    def __init__(self) -> None:
        self.works, self.hopeless = False, False
        self.last: Exception | None = None
        self._said, self._times, self._since = "", 0, 0.0
        self._lock = threading.Lock()

    def answered(self) -> None:
        """Note an answer."""
        self.works, self.hopeless, self.last = True, False, None

    def failed(self, error: Exception, *, waited: float = 0.0) -> None:
        """Note an error.

        The endpoint is hopeless if it never answered and sent the same error several times in a
        row (a server error must also last for a while), or if it refuses connections for longer
        than a server takes to start. Errors about the text do not count.

        Args:
            error: the client's exception.
            waited: seconds since the article's first refused connection.
        """
        cause = root(error)
        if is_about_text(cause):
            self.last, self.hopeless = error, False
            return
        absent = is_refused_connection(cause) and waited >= STARTING
        with self._lock:
            alike = self._alike(cause, words(error))
            self.last, self.hopeless = error, (alike or absent) and not self.works

    def _alike(self, cause: BaseException, says: str) -> bool:
        """Whether the same error came often enough, and for long enough."""
        code, now = status_code(cause), time.monotonic()
        lasting = isinstance(cause, BadReplyError) and not cause.temporary
        text = f"{code} {says}" if lasting or code in REFUSING else ""
        if text != self._said:
            self._said, self._times, self._since = text, 0, now
        self._times += 1
        known = code is None or code < 500 or now - self._since >= _PATIENCE  # noqa: PLR2004
        return bool(text) and self._times >= _ALIKE and known
