"""Whatever becomes of an answer on its way: it is read, or what is lost of it is said."""

from __future__ import annotations

import json
import os
from collections import Counter
from random import Random

import pytest

import guarantee_summarizer as gs
from guarantee_summarizer.llm.messages import Account, Completion
from guarantee_summarizer.schema.json_schema import to_wire

from .conftest import ANSWER, TEXT
from .mangling import leaves, mangled, values

ARTICLE = gs.Article.from_text(TEXT, published="2026-01-06", source="norvia.txt")
TRIED = int(os.environ.get("MANGLED", "300"))
READERS = {
    strict: gs.Summarizer(
        "m", base_url="http://127.0.0.1:1/v1", attempts=1, review=False, strict=strict
    )
    for strict in (False, True)
}


def summarized(completion, *, strict=False):
    """What comes of an answer; None if it is refused with an error of the library."""
    pipeline, account = READERS[strict]._pipeline, Account(READERS[strict].options)
    conversation = pipeline.conversation(ARTICLE, account)
    next(conversation)
    account.attempt()
    try:
        conversation.send(completion)
    except StopIteration as ended:
        draft = ended.value
    except gs.GuaranteeSummarizerError:
        return None
    else:
        raise AssertionError("the budget of one attempt is spent")
    try:
        return pipeline.finish(draft, ARTICLE, account.total)
    except gs.GuaranteeSummarizerError:
        return None


def lost(case, summary):
    """The values of the right answer that a mangled one holds and its summary does not."""
    arrived = leaves(to_wire(summary))
    due = case.values & RIGHT
    return due - arrived if case.whole or arrived.total() < due.total() else Counter()


RIGHT = values(ANSWER) & leaves(to_wire(summarized(Completion(json.dumps(ANSWER)))))
"""The values of the right answer, without those that the library would fill anyhow."""


SECTIONS = {
    value: [name for name, section in ANSWER.items() if leaves({name: section})[value]]
    for value in leaves(ANSWER)
}
GENERAL = ("breaks off", "two answers")


def untold(case, summary):
    """The lost values that no line accounts for: by themselves, their section, or a name above."""
    told = " ".join([*summary.incomplete, *(f"{w.path} {w.claim}" for w in summary.withheld)])
    told = " ".join(told.lower().split())
    if any(words in told for words in GENERAL):
        return []
    return [
        value
        for value in lost(case, summary)
        if not any(name in told for name in [value, *SECTIONS[value], *case.under[value]])
    ]


@pytest.mark.parametrize("seed", range(4))
def test_a_mangled_answer_is_read_or_what_is_lost_is_said(seed):
    random = Random(seed)
    for number in range(TRIED // 4):
        case = mangled(ANSWER, random)
        summary = summarized(case.completion)
        if summary is None:
            continue
        where = f"{seed}/{number} {case.done}: {case.completion.text!r}"
        assert gs.Summary.model_validate_json(summary.model_dump_json()), where
        gs.to_markdown(summary).encode()
        if not summary.incomplete and not summary.withheld:
            assert not lost(case, summary), f"{where}\nlost {lost(case, summary)}"
        else:
            assert summarized(case.completion, strict=True) is None, where
            assert not case.whole or not untold(case, summary), f"{where}\n{untold(case, summary)}"
