"""Whether an endpoint has answered, and whether it is worth asking again."""

from __future__ import annotations

import threading
import time

from guarantee_summarizer.llm.faults import is_about_text, is_refused_connection, root, status_code
from guarantee_summarizer.llm.learned import REFUSING, words
from guarantee_summarizer.llm.responses import BadReplyError

__all__ = ["STARTING", "Health"]

STARTING = 15.0
"""Seconds that a server which never answered may refuse connections: it may be starting."""
_ALIKE = 5  # refusals in the same words, before any answer, until every article would meet them
_PATIENCE = 10.0  # seconds that a server error has to last for that


class Health:
    """Remember how an endpoint answered; thread-safe.

    Attributes:
        works: whether it has answered.
        last: its last error, if nothing was answered since.
        hopeless: whether every article would meet that.
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

        It is hopeless if the endpoint never answered and said the same several times in a row; a
        server error has to last for a while besides. So it is if connections are refused for
        longer than a server takes to start. What is about the text does not count.

        Args:
            error: as the client raised it.
            waited: seconds since an article first met a connection that was refused.
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
        """Whether it said the same often enough, and for long enough."""
        code, now = status_code(cause), time.monotonic()
        lasting = isinstance(cause, BadReplyError) and not cause.temporary
        text = f"{code} {says}" if lasting or code in REFUSING else ""
        if text != self._said:
            self._said, self._times, self._since = text, 0, now
        self._times += 1
        known = code is None or code < 500 or now - self._since >= _PATIENCE  # noqa: PLR2004
        return bool(text) and self._times >= _ALIKE and known
