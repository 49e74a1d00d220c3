"""How a conversation ends: what is kept of it, and the error where nothing can be kept."""

from __future__ import annotations

from instructor.core.exceptions import IncompleteOutputException

from guarantee_summarizer.errors import (
    AnswerError,
    GuaranteeSummarizerError,
    InvalidAnswerError,
    RefusalError,
    TruncatedError,
)
from guarantee_summarizer.llm.call import Call, raw_answer, refusal
from guarantee_summarizer.llm.client import Endpoint
from guarantee_summarizer.llm.faults import is_answer_problem, raise_fault, root
from guarantee_summarizer.llm.stream import Pieces
from guarantee_summarizer.pipeline import Draft

__all__ = ["broke", "concluded", "refused", "settle", "streamed"]

_SHOWN = 120  # characters of an answer that a message quotes


def settle(call: Call, error: Exception, endpoint: Endpoint) -> None:
    """Keep what the best answer holds; raise where there is nothing to keep."""
    cause, attempts = root(error), call.usage.attempts
    if isinstance(cause, GuaranteeSummarizerError) and call.best is None:
        raise cause
    if call.last is not None and (said := refusal(call.last)):
        raise refused(said, call, endpoint) from None
    if is_answer_problem(cause):
        if call.last is not None:
            call.take(raw_answer(call.last))
        if isinstance(cause, IncompleteOutputException):
            call.cut_off()
    elif call.best is None:
        raise_fault(error, endpoint, attempts)
    else:
        call.over = True
        call.note(f"a re-ask failed ({type(cause).__name__}); this is the answer before it")


def streamed(call: Call, pieces: Pieces, endpoint: Endpoint) -> None:
    """Read an answer that came in pieces."""
    call.model = pieces.model
    call.count(pieces.usage)
    if pieces.refusal or pieces.finish == "content_filter":
        said = pieces.refusal or "stopped by the provider's content filter"
        raise refused(said, call, endpoint)
    call.take(pieces.text)
    if pieces.finish == "length":
        call.cut_off()
    elif pieces.finish not in ("tool_calls", "stop"):
        call.over = True  # broken off: what came is kept, and said to be incomplete


def broke(call: Call, pieces: Pieces, error: Exception, endpoint: Endpoint) -> None:
    """A stream broke: raise if nothing came, else what came is read as a cut-off answer."""
    if not pieces.text:
        raise_fault(error, endpoint, call.usage.attempts)


def concluded(call: Call, endpoint: Endpoint) -> Draft:
    """The best answer with what it cost.

    Raises:
        RefusalError: the model declined.
        AnswerError: nothing of its answers can be kept.
    """
    if call.last is not None and (said := refusal(call.last)):
        raise refused(said, call, endpoint)
    if (draft := call.concluded()) is None:
        raise _nothing(call, endpoint)
    return draft


def refused(said: str, call: Call, endpoint: Endpoint) -> RefusalError:
    """The error for a model that declined."""
    message = f"{endpoint.address}: the model declined: {_short(said)}"
    return RefusalError(message, attempts=call.usage.attempts)


def _nothing(call: Call, endpoint: Endpoint) -> AnswerError:
    """The error for an answer of which nothing can be kept."""
    where, attempts = endpoint.address, call.usage.attempts
    answer = call.answer or raw_answer(call.last)
    if call.cut:
        message = f"{where}: the answer was cut off before anything in it was whole"
        return TruncatedError(message, attempts=attempts, answer=answer)
    told = f"no answer fitted the schema in {attempts} attempts; last: {_short(answer)}"
    return InvalidAnswerError(f"{where}: {told}", attempts=attempts, answer=answer)


def _short(text: str) -> str:
    line = " ".join(text.split())
    return repr(line[:_SHOWN] + ("…" if len(line) > _SHOWN else ""))
