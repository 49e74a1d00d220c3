"""OpenAI's files and batches: upload, create once, ask, fetch, cancel; and what a line says.

Every request is sent again by the library's one policy and fails with the library's errors.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import IO, Any, Literal, TypeVar, cast

import httpx2
import openai
import tenacity
from openai.types.chat import ChatCompletion
from pydantic import ValidationError

from guarantee_summarizer.errors import (
    BadRequestError,
    ConfigurationError,
    InvalidAnswerError,
    ModelError,
    ModelTimeoutError,
    RateLimitError,
    TransportError,
)
from guarantee_summarizer.llm.client import ModelClient
from guarantee_summarizer.llm.faults import fault, policy, scrubbed, status_code

__all__ = ["BatchApi", "RemoteBatch"]

T = TypeVar("T")
_ENDED = frozenset({"completed", "failed", "expired", "cancelled"})
_GONE = 404
_CODES: dict[str, type[ModelError]] = {
    "batch_expired": ModelTimeoutError,
    "batch_cancelled": TransportError,
    "server_error": TransportError,
    "rate_limit_exceeded": RateLimitError,
    "token_limit_exceeded": RateLimitError,  # of all that is queued for the model
}


@dataclass(frozen=True, slots=True, kw_only=True)
class RemoteBatch:
    """A batch as the provider sees it; `files` hold its lines, `errors` what validation found.

    An error comes with the number of its line in the input file, from 1, or None.
    """

    id: str
    state: str
    total: int = 0
    done: int = 0
    failed: int = 0
    files: tuple[str, ...] = ()
    errors: tuple[tuple[int | None, ModelError], ...] = ()

    @property
    def ended(self) -> bool:
        """Whether nothing more comes; expired and cancelled batches keep what was answered."""
        return self.state in _ENDED


class BatchApi:
    """Talks to the endpoint of a model client through that client's own connections.

    Args:
        client: its endpoint, key and budget of attempts and seconds count for every request.
        sleep: waits between attempts.

    Raises:
        ConfigurationError: the client is the user's own.
    """

    url: Literal["/v1/chat/completions"] = "/v1/chat/completions"

    def __init__(self, client: ModelClient, sleep: Callable[[float], None]) -> None:
        self._models, self._sleep = client, sleep
        self._endpoint, self._options = client.endpoint, client.options
        if self._endpoint.client is not None:
            raise ConfigurationError(
                "a batch does not go through a client of your own; "
                "give the summarizer base_url= and api_key= instead of client="
            )

    @property
    def address(self) -> str:
        """What messages call the endpoint."""
        return self._endpoint.address

    def upload(self, file: IO[bytes]) -> str:
        """Upload a file of requests, return its id; a second copy of it costs nothing."""

        def ask() -> Any:
            file.seek(0)  # for every attempt
            return self._client.files.create(file=("requests.jsonl", file), purpose="batch")

        return self._id(self._call(ask, "place for files"))

    def create(self, file_id: str, marks: Mapping[str, str], *, fresh: bool) -> RemoteBatch:
        """Create the batch that bears `marks` as its metadata, once.

        Args:
            file_id: the uploaded file.
            marks: what no other batch bears.
            fresh: it cannot be there yet. Otherwise, and before every further attempt, it is
                looked for: an answer that was lost does not mean that nothing was created.
        """
        look = not fresh

        def ask() -> Any:
            nonlocal look
            found = self._bearing(marks) if look else None
            look = True
            return found or self._client.batches.create(
                input_file_id=file_id,
                endpoint=self.url,
                completion_window="24h",
                metadata=dict(marks),
            )

        return self._remote(self._call(ask, f"file {file_id}, or no batches"))

    def find(self, marks: Mapping[str, str]) -> RemoteBatch | None:
        """The batch that bears `marks`, or None."""
        found = self._call(lambda: self._bearing(marks), "batches")
        return self._remote(found) if found else None

    def retrieve(self, batch_id: str) -> RemoteBatch:
        """How far a batch is."""
        ask = self._client.batches.retrieve
        return self._remote(self._call(lambda: ask(batch_id), f"batch {batch_id}"))

    def cancel(self, batch_id: str) -> RemoteBatch:
        """Cancel a batch, unless it has ended by then; what was done so far is kept and paid."""
        remote = self.retrieve(batch_id)
        if remote.ended or remote.state == "cancelling":
            return remote
        try:
            ask = self._client.batches.cancel
            return self._remote(self._call(lambda: ask(batch_id), f"batch {batch_id}"))
        except BadRequestError:
            remote = self.retrieve(batch_id)
            if not remote.ended:
                raise
            return remote

    def download(self, file_id: str, file: IO[bytes]) -> bool:
        """Write a file of answers to `file`, piece by piece; False if the provider lost it."""

        def ask() -> bool:
            file.seek(0)
            file.truncate()
            streaming = self._client.files.with_streaming_response
            try:
                with streaming.content(file_id) as response:
                    file.writelines(response.iter_bytes())
            except httpx2.TransportError as error:  # openai lets it through while streaming
                raise openai.APIConnectionError(request=error.request) from error
            except openai.NotFoundError:
                return False
            return True

        return self._call(ask, f"file {file_id}")

    def read(self, line: bytes) -> tuple[str, ChatCompletion | ModelError] | None:
        """Whom a line answers, and its answer or error; None if it cannot be read at all."""
        try:
            data = json.loads(line)
        except (ValueError, RecursionError):
            return None
        if not isinstance(data, dict) or not isinstance(data.get("custom_id"), str):
            return None
        return data["custom_id"], self._answer(data)

    def unanswered(self, remote: RemoteBatch | None, number: int) -> ModelError:
        """The error for an article without a line.

        Args:
            remote: its batch; None if that was never created.
            number: of its line in the input file, from 1.
        """
        where = self.address
        if remote is None:
            return TransportError(f"{where}: its batch was cancelled before it was created")
        for line, error in remote.errors:
            if line == number:
                return error
        for line, error in remote.errors:
            because = f"its whole file was refused, because of line {line}: {error}"
            return error if line is None else BadRequestError(because)
        if remote.state == "expired":
            return ModelTimeoutError(f"{where}: batch_expired: not answered within 24 h")
        if remote.state == "cancelled":
            return TransportError(f"{where}: batch_cancelled: not answered before that")
        return TransportError(f"{where}: the provider returned nothing for it ({remote.state})")

    @property
    def _client(self) -> openai.OpenAI:
        return cast("openai.OpenAI", self._models.client.client)

    def _call(self, ask: Callable[[], T], what: str) -> T:
        """The answer to a request; `what` may be missing there."""
        waits = policy(self._options.attempts, self._options.seconds)
        retrying = tenacity.Retrying(**waits, sleep=self._sleep)
        try:
            return retrying(ask)
        except (openai.OpenAIError, ValueError) as error:
            if status_code(error) == _GONE:
                raise BadRequestError(
                    f"{self.address}: has no {what} (404); it needs the key of the project that "
                    "created it, and a base_url that offers OpenAI's Batch API"
                ) from None
            failure = fault(error, self._endpoint, retrying.statistics.get("attempt_number", 1))
            raise failure from failure.__cause__

    def _bearing(self, marks: Mapping[str, str]) -> Any | None:
        for batch in self._client.batches.list(limit=100):
            if marks.items() <= (getattr(batch, "metadata", None) or {}).items():
                return batch
        return None

    def _id(self, answer: Any) -> str:
        """The id of what was answered; compatible servers answer all kinds of things."""
        found = getattr(answer, "id", None)
        if isinstance(found, str) and found:
            return found
        raise InvalidAnswerError(
            f"{self.address}: the answer cannot be used ({type(answer).__name__} without an id); "
            "does it offer OpenAI's Batch API?"
        )

    def _remote(self, batch: Any) -> RemoteBatch:
        name, counts = self._id(batch), getattr(batch, "request_counts", None)
        files = [getattr(batch, f"{kind}_file_id", None) for kind in ("output", "error")]
        errors = getattr(getattr(batch, "errors", None), "data", None) or ()
        return RemoteBatch(
            id=name,
            state=str(getattr(batch, "status", None)),
            total=getattr(counts, "total", None) or 0,
            done=getattr(counts, "completed", None) or 0,
            failed=getattr(counts, "failed", None) or 0,
            files=tuple(filter(None, files)),
            errors=tuple((e.line, self._coded(e.code, e.message)) for e in errors),
        )

    def _answer(self, data: dict[str, Any]) -> ChatCompletion | ModelError:
        response = _object(data.get("response"))
        body, status = _object(response.get("body")), response.get("status_code")
        # A request that was refused may leave `error` null and stand in the body.
        error = _object(data.get("error") or body.get("error"))
        code, message = error.get("code"), error.get("message")
        if isinstance(status, int) and status >= 400:  # noqa: PLR2004
            return self._refused(status, code, message)
        if error:
            return self._coded(code, message)
        try:
            return ChatCompletion.model_validate(body)
        except ValidationError:
            told = f"{self.address}: the answer is no chat completion"
            return InvalidAnswerError(told, attempts=1, answer=json.dumps(body)[:2000])

    def _refused(self, status: int, code: Any, message: Any) -> ModelError:
        """The error that the same refusal of a live call would be."""
        return cast("ModelError", fault(_Told(status, code, message), self._endpoint, 1))

    def _coded(self, code: Any, message: Any) -> ModelError:
        told = scrubbed(_Told(None, code, message), self._endpoint)
        kind = _CODES.get(str(code), BadRequestError)
        return kind(f"{self.address}: {code or 'error'}: {told}", attempts=1)


class _Told(Exception):  # noqa: N818  (what a line tells of an error, in the shape of openai's)
    def __init__(self, status: int | None, code: Any, message: Any) -> None:
        super().__init__(str(message or code or "no reason given"))
        self.status_code, self.code = status, code
        self.body = {"message": str(self)}


def _object(value: Any) -> dict[str, Any]:
    if isinstance(value, dict):
        return value
    return {"message": value} if value else {}
