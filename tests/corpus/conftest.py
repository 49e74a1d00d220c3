"""An endpoint that knows which article it is asked about, and counts."""

from __future__ import annotations

import copy
import re
import threading
from collections import Counter
from collections.abc import Callable
from typing import Any

import pytest

import guarantee_summarizer as gs
from guarantee_summarizer.testing import Reply, ScriptedEndpoint
from tests.llm.conftest import ANSWER, KEY, TEXT


def text(number: int) -> str:
    """The article of that number."""
    return f"{TEXT} This is report {number} of the Harbour Post."


def number(request: dict[str, Any]) -> int:
    """The article that a request asks about."""
    return int(re.search(r"report (\d+) of", request["messages"][-1]["content"])[1])


class Endpoint(ScriptedEndpoint):
    """Answers rightly, unless `other` gives another reply to an article and its how-manieth try."""

    def __init__(self, other: Callable[[int, int], Reply | None] = lambda *_: None, delay=0.0):
        super().__init__([])
        self.other, self.delay = other, delay
        self.asked: Counter[int] = Counter()
        self.answered: Counter[int] = Counter()
        self._count = threading.Lock()

    def next_reply(self, request: dict[str, Any]) -> Reply:
        at = number(request)
        with self._count:
            self.asked[at] += 1
            reply = self.other(at, self.asked[at])
            if reply is None:
                self.answered[at] += 1
        return reply or Reply(answer=copy.deepcopy(ANSWER), delay=self.delay)


def summarizer(endpoint: ScriptedEndpoint, **options: Any) -> gs.Summarizer:
    return gs.Summarizer("m", base_url=endpoint.url, api_key=KEY, **{"review": False, **options})


@pytest.fixture
def endpoint():
    with Endpoint() as running:
        yield running
