"""Throttle the requests to one endpoint: rate limits, back-off after 429, circuit breaker.

The throttle returns how long to wait, and the caller waits: threads and event loops can share it.
The clock is monotonic: a jump of the wall clock changes nothing.
"""

from __future__ import annotations

import math
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from guarantee_summarizer.llm.faults import is_transport, retry_after, root, status_code

__all__ = ["Throttle"]

_BURST = 5.0  # seconds' worth of a rate that may be sent at once
_FULL = 0.02  # seconds to wait while the maximum of requests is in flight
_FAILURES = 8  # in a row until the endpoint counts as down
_LONGEST_PAUSE = 60.0  # seconds; longer `Retry-After` values are capped
_LONGEST = 15.0  # seconds between two probes of an endpoint that is down
_SHRINK = 0.7  # factor for the requests in flight after a 429
_OVERLOADED = frozenset({429, 503, 529})


class Throttle:
    """Admit requests as fast as an endpoint allows; thread-safe.

    Args:
        requests_per_minute: the endpoint's limit; None for none.
        tokens_per_minute: the same for tokens in and out.
        clock: seconds, monotonic.

    A 429 throttles all workers: no request is sent before its `Retry-After` is over, then fewer
    requests are in flight at once; each answer raises that limit again (additive increase,
    multiplicative decrease, as in TCP). After eight failures in a row a circuit breaker probes the
    endpoint with single requests.
    """

    def __init__(
        self,
        *,
        requests_per_minute: float | None = None,
        tokens_per_minute: float | None = None,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._clock, self._lock = clock, threading.Lock()
        self._requests = _Bucket(requests_per_minute, clock())
        self._tokens = _Bucket(tokens_per_minute, clock())
        self._in_flight, self._most = 0, math.inf
        self._quiet_until = 0.0
        self._throttles = self._failures = 0
        self._probing = False
        self._told: Callable[[float], object] = _nobody

    def share(self, processes: int, told: Callable[[float], object] | None = None) -> None:
        """Use an equal share of the rates, as one of several processes at the endpoint.

        Args:
            processes: their number, including this one.
            told: called with the seconds that the endpoint requests, to `pause` other processes.
        """
        with self._lock:
            self._told = told or _nobody
            self._requests.share(processes)
            self._tokens.share(processes)

    def pause(self, seconds: float) -> None:
        """Admit no request for some seconds, as the endpoint requested from another process."""
        with self._lock:
            self._quiet_until = max(self._quiet_until, self._clock() + seconds)

    @property
    def most(self) -> float:
        """The number of requests that may be in flight at once; infinite until the first 429."""
        return self._most

    def reserve(self, tokens: int) -> float:
        """Admit a request of about `tokens` tokens and return 0, or return the seconds to wait.

        Wrap each admitted request in `watching`.
        """
        with self._lock:
            now = self._clock()
            wait = max(
                self._quiet_until - now,
                self._requests.wait(now),
                self._tokens.wait(now),
                _FULL if self._in_flight >= max(1, int(min(self._most, 1e9))) else 0.0,
            )
            if wait <= 0 and self.down:
                wait = _FULL if self._probing else 0.0
                self._probing = True
            if wait > 0:
                return wait
            self._requests.take(1)
            self._tokens.take(tokens)
            self._in_flight += 1
            return 0.0

    @contextmanager
    def watching(self) -> Iterator[None]:
        """Learn from the end of an admitted request."""
        try:
            yield
        except BaseException as error:
            self._note(root(error))
            raise
        self._answered()

    def settle(self, estimated: int, used: int) -> None:
        """Replace a request's estimated tokens with the tokens that it used."""
        with self._lock:
            self._tokens.take(used - estimated)

    @property
    def down(self) -> bool:
        """Whether the circuit breaker is open: only single requests probe the endpoint."""
        return self._failures >= _FAILURES

    def _note(self, error: BaseException) -> None:
        code, wait = status_code(error), retry_after(error)
        with self._lock:
            self._in_flight -= 1
            if code in _OVERLOADED and getattr(error, "code", None) != "insufficient_quota":
                self._throttled(wait)
            elif is_transport(error) or (code is not None and code >= 500):  # noqa: PLR2004
                self._failed()
            elif isinstance(error, Exception):
                self._up()
            self._probing = False

    def _throttled(self, wait: float | None) -> None:
        wait = wait if wait is not None else min(2.0**self._throttles * 0.5, _LONGEST)
        now = self._clock()
        if now >= self._quiet_until:  # the first 429 counts for all requests in flight
            self._most = max(1.0, min(self._most, self._in_flight + 1) * _SHRINK)
            self._throttles += 1
        self._quiet_until = max(self._quiet_until, now + min(wait, _LONGEST_PAUSE))
        self._told(min(wait, _LONGEST_PAUSE))
        self._failures = 0

    def _failed(self) -> None:
        self._failures += 1
        if self.down:
            tries = self._failures - _FAILURES
            self._quiet_until = self._clock() + min(0.5 * 2.0 ** min(tries, 9), _LONGEST)

    def _answered(self) -> None:
        with self._lock:
            self._in_flight -= 1
            self._up()
            self._throttles = 0
            self._most += 1 / self._most
            self._probing = False

    def _up(self) -> None:
        if self.down:
            self._quiet_until = self._clock()
        self._failures = 0


def _nobody(_: float) -> None:
    """Tell nobody."""


class _Bucket:
    """A token bucket: it fills at a rate, and one request may overdraw it."""

    def __init__(self, per_minute: float | None, now: float) -> None:
        self._whole = per_minute / 60 if per_minute else math.inf
        self.share(1)
        self._level, self._at = self._most, now

    def share(self, parts: int) -> None:
        self._rate = self._whole / parts
        self._most = max(1.0, self._rate * _BURST)

    def wait(self, now: float) -> float:
        if self._rate == math.inf:
            return 0.0
        self._level = min(self._most, self._level + (now - self._at) * self._rate)
        self._at = now
        return max(0.0, (min(1.0, self._most) - self._level) / self._rate)

    def take(self, amount: float) -> None:
        if self._rate != math.inf:
            self._level -= amount
