"""Hold requests back until the endpoint's limits and the article's budget allow them."""

from __future__ import annotations

import asyncio
import time
from typing import cast

from guarantee_summarizer.errors import ModelError, RateLimitError, UnreachableError
from guarantee_summarizer.llm.faults import fault
from guarantee_summarizer.llm.health import Health
from guarantee_summarizer.llm.messages import Account, Request
from guarantee_summarizer.llm.throttle import Throttle
from guarantee_summarizer.options import Endpoint, Options

__all__ = ["Admission"]


class Admission:
    """Let the requests to one endpoint through, sync or async.

    Args:
        endpoint: named in errors.
        options: the limits and the budget.
        throttle: the endpoint's limits.
        health: whether it is worth waiting for.
    """

    def __init__(
        self, endpoint: Endpoint, options: Options, throttle: Throttle, health: Health
    ) -> None:
        self._endpoint, self._options = endpoint, options
        self._throttle, self._health = throttle, health

    def admit(self, request: Request, account: Account) -> None:
        """Wait until the throttle lets the request through, and count it.

        Raises:
            ModelError: the endpoint is down, or the time for the article is over.
        """
        while (wait := self._throttle.reserve(self._estimate(request))) > 0:
            time.sleep(self._within_budget(wait, account))
        account.attempt()

    async def aadmit(self, request: Request, account: Account) -> None:
        """Do what `admit` does, without blocking the event loop."""
        while (wait := self._throttle.reserve(self._estimate(request))) > 0:  # noqa: ASYNC110  (it serves threads too)
            await asyncio.sleep(self._within_budget(wait, account))
        account.attempt()

    def settle(self, request: Request, tokens: int) -> None:
        """Correct the estimate of a request by the tokens that its answer took."""
        self._throttle.settle(self._estimate(request), tokens)

    def _estimate(self, request: Request) -> int:
        return request.tokens if self._options.tokens_per_minute else 0

    def _within_budget(self, wait: float, account: Account) -> float:
        """Return `wait`, at most the seconds left in the budget; raise if none are left."""
        if self._throttle.down and self._health.hopeless:
            raise self._down(", every time", account)
        if account.left > 0:
            return min(wait, account.left)
        where, attempts = self._endpoint.address, account.usage.attempts
        spent = f"the {self._options.seconds:g} s for the article were spent"
        if self._throttle.down:
            raise self._down(f"; {spent} waiting for it", account)
        message = f"{where}: {spent} waiting for its limits; raise seconds=, or lower concurrency"
        raise RateLimitError(message, attempts=attempts, retry_after=wait)

    def _down(self, added: str, account: Account) -> ModelError:
        """Return the error for an endpoint that is down: its last error."""
        where, attempts = self._endpoint.address, account.usage.attempts
        if self._health.last is None:
            return UnreachableError(f"{where}: is down{added}", attempts=attempts)
        translated = cast("ModelError", fault(self._health.last, self._endpoint, attempts))
        translated.args = (f"{translated}{added}",)
        translated.ends_run = self._health.hopeless
        return translated
