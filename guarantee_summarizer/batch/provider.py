"""Upload, create, poll, download and cancel OpenAI's batches, and read the lines of their files.

Every request uses the library's retry policy and fails with the library's errors.
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
from guarantee_summarizer.secrets import using

__all__ = ["BatchApi", "RemoteBatch"]

T = TypeVar("T")
_ENDED = frozenset({"completed", "failed", "expired", "cancelled"})
_GONE = 404
_CODES: dict[str, type[ModelError]] = {
    "batch_expired": ModelTimeoutError,
    "batch_cancelled": TransportError,
    "server_error": TransportError,
    "rate_limit_exceeded": RateLimitError,
    "token_limit_exceeded": RateLimitError,  # of the tokens queued for the model
}


@dataclass(frozen=True, slots=True, kw_only=True)
class RemoteBatch:
    """A batch at the provider; `files` are the ids of output files, `errors` those of validation.

    Each error has the number of its line in the input file, from 1, or None.
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
        """Whether it has ended; expired and cancelled batches keep the answers they have."""
        return self.state in _ENDED


class BatchApi:
    """Call the endpoint of a model client through that client's own connections.

    Args:
        client: its endpoint, key and budget of attempts and seconds apply to every request.
        sleep: function that waits some seconds between attempts.

    Raises:
        ConfigurationError: the summarizer has a custom client.
    """

    url: Literal["/v1/chat/completions"] = "/v1/chat/completions"

    def __init__(self, client: ModelClient, sleep: Callable[[float], None]) -> None:
        self._models, self._sleep = client, sleep
        self._endpoint, self._options = client.endpoint, client.options
        if self._endpoint.native:
            raise ConfigurationError(
                "batches do not work with client= or a provider's own client; "
                "give the summarizer base_url= and api_key= instead"
            )
        reviewer = self._options.reviewer(self._endpoint)
        if reviewer is not None and not reviewer.is_beside(self._endpoint):
            raise ConfigurationError(
                "a batch is reviewed at the endpoint of its model; set review= to the name of a "
                "model there, or False"
            )

    @property
    def address(self) -> str:
        """The name of the endpoint in messages."""
        return self._endpoint.address

    def upload(self, file: IO[bytes]) -> str:
        """Upload a file of requests and return its id; a second copy of it is free."""

        def send() -> Any:
            file.seek(0)  # for every attempt
            return self._client.files.create(file=("requests.jsonl", file), purpose="batch")

        return self._id(self._call(send, "place for files"))

    def create(self, file_id: str, marks: Mapping[str, str], *, fresh: bool) -> RemoteBatch:
        """Create the batch with `marks` as its metadata, once.

        Args:
            file_id: the uploaded file.
            marks: metadata that no other batch has.
            fresh: whether it cannot exist yet. Otherwise, and before every retry, it is searched:
                the batch may exist although a response was lost.
        """
        search = not fresh

        def send() -> Any:
            nonlocal search
            batch = self._marked(marks) if search else None
            search = True
            return batch or self._client.batches.create(
                input_file_id=file_id,
                endpoint=self.url,
                completion_window="24h",
                metadata=dict(marks),
            )

        return self._remote(self._call(send, f"file {file_id}, or no batches"))

    def find(self, marks: Mapping[str, str]) -> RemoteBatch | None:
        """Return the batch with `marks` in its metadata, or None."""
        batch = self._call(lambda: self._marked(marks), "batches")
        return self._remote(batch) if batch else None

    def retrieve(self, batch_id: str) -> RemoteBatch:
        """Return the current state of a batch."""
        return self._on_batch(self._client.batches.retrieve, batch_id)

    def cancel(self, batch_id: str) -> RemoteBatch:
        """Cancel a batch unless it has ended; its answers so far are kept and paid for."""
        remote = self.retrieve(batch_id)
        if remote.ended or remote.state == "cancelling":
            return remote
        try:
            return self._on_batch(self._client.batches.cancel, batch_id)
        except BadRequestError:
            remote = self.retrieve(batch_id)
            if not remote.ended:
                raise
            return remote

    def download(self, file_id: str, file: IO[bytes]) -> bool:
        """Write a file of answers to `file`, in chunks; return False if the provider lost it."""

        def send() -> bool:
            file.seek(0)
            file.truncate()
            streaming = self._client.files.with_streaming_response
            try:
                with streaming.content(file_id) as response:
                    file.writelines(response.iter_bytes())
            except httpx2.TransportError as error:  # openai does not translate it while streaming
                raise openai.APIConnectionError(request=error.request) from error
            except openai.NotFoundError:
                return False
            return True

        return self._call(send, f"file {file_id}")

    def read(
        self, line: bytes, said: Callable[[str], str] = lambda _: ""
    ) -> tuple[str, ChatCompletion | ModelError] | None:
        """Return the key of a line, and its completion or error; None if it is unreadable.

        Args:
            line: a line of a file of answers; secrets in it are removed.
            said: function from the key to the article's text, in which nothing counts as secret.
        """
        try:
            data = json.loads(line)
        except (ValueError, RecursionError):
            return None
        if not isinstance(data, dict) or not isinstance(data.get("custom_id"), str):
            return None
        key, secrets = data["custom_id"], self._endpoint.secrets
        if secrets.cleaned(data) != data:
            data = secrets.cleaned(data, said=said(key))
            key = data["custom_id"]
        return key, self._answer(data)

    def completion(self, stored: str) -> ChatCompletion:
        """Read a completion that was stored as JSON."""
        return ChatCompletion.model_validate_json(stored)

    def unanswered(self, remote: RemoteBatch | None, number: int) -> ModelError:
        """Return the error for an article without a line.

        Args:
            remote: its batch; None if it was never created.
            number: the number of its line in the input file, from 1.
        """
        where = self.address
        if remote is None:
            return TransportError(f"{where}: its batch was cancelled before it was created")
        for line, error in remote.errors:
            if line == number:
                return error
        for line, error in remote.errors:
            message = f"its whole file was refused, because of line {line}: {error}"
            return error if line is None else BadRequestError(message)
        if remote.state == "expired":
            return ModelTimeoutError(f"{where}: batch_expired: not answered within 24 h")
        if remote.state == "cancelled":
            return TransportError(f"{where}: batch_cancelled: cancelled before it was answered")
        return TransportError(f"{where}: the provider returned nothing for it ({remote.state})")

    @property
    def _client(self) -> openai.OpenAI:
        return cast("openai.OpenAI", self._models.client.client)

    def _on_batch(self, method: Callable[[str], Any], batch_id: str) -> RemoteBatch:
        return self._remote(self._call(lambda: method(batch_id), f"batch {batch_id}"))

    def _call(self, send: Callable[[], T], what: str) -> T:
        """Send a request with retries; `what` names the missing object if the status is 404."""
        options = self._options
        stop = tenacity.stop_after_attempt(options.attempts) | tenacity.stop_before_delay(
            options.seconds
        )
        retrying = tenacity.Retrying(**policy(), stop=stop, sleep=self._sleep)
        failure: Exception
        try:
            with using(self._endpoint.secrets):
                return retrying(send)
        except (openai.OpenAIError, ValueError) as error:
            failure = fault(error, self._endpoint, retrying.statistics.get("attempt_number", 1))
            if status_code(error) == _GONE:
                failure = BadRequestError(
                    f"{self.address}: has no {what} (404); it needs the key of the project that "
                    "created it, and a base_url that offers OpenAI's Batch API"
                )
        raise failure  # outside, so that the provider's message is not its context

    def _marked(self, marks: Mapping[str, str]) -> Any | None:
        for batch in self._client.batches.list(limit=100):
            if marks.items() <= (getattr(batch, "metadata", None) or {}).items():
                return batch
        return None

    def _id(self, answer: Any) -> str:
        """Return the id in an answer, checked: compatible servers vary."""
        value = getattr(answer, "id", None)
        if isinstance(value, str) and value:
            return self._endpoint.secrets.clean(value)
        raise InvalidAnswerError(
            f"{self.address}: the answer cannot be used ({type(answer).__name__} without an id); "
            "does it offer OpenAI's Batch API?"
        )

    def _remote(self, batch: Any) -> RemoteBatch:
        counts = getattr(batch, "request_counts", None)
        files = [getattr(batch, f"{kind}_file_id", None) for kind in ("output", "error")]
        errors = getattr(getattr(batch, "errors", None), "data", None) or ()
        return RemoteBatch(
            id=self._id(batch),
            state=self._endpoint.secrets.scrub(str(getattr(batch, "status", None))),
            total=getattr(counts, "total", None) or 0,
            done=getattr(counts, "completed", None) or 0,
            failed=getattr(counts, "failed", None) or 0,
            files=tuple(filter(None, self._endpoint.secrets.cleaned(files))),
            errors=tuple((e.line, self._coded(e.code, e.message)) for e in errors),
        )

    def _answer(self, data: dict[str, Any]) -> ChatCompletion | ModelError:
        response = _object(data.get("response"))
        body, status = _object(response.get("body")), response.get("status_code")
        # A refused request may have its error in the body instead.
        error = _object(data.get("error") or body.get("error"))
        code, message = error.get("code"), error.get("message")
        if isinstance(status, int) and status >= 400:  # noqa: PLR2004
            return self._refused(status, code, message)
        if error:
            return self._coded(code, message)
        try:
            return ChatCompletion.model_validate(body)
        except ValidationError:
            message = f"{self.address}: the answer is not a chat completion"
            return InvalidAnswerError(message, attempts=1, answer=json.dumps(body)[:2000])

    def _refused(self, status: int, code: Any, message: Any) -> ModelError:
        """Return the error that a live call with this status would raise."""
        return cast("ModelError", fault(_LineError(status, code, message), self._endpoint, 1))

    def _coded(self, code: Any, message: Any) -> ModelError:
        reason = scrubbed(_LineError(None, code, message), self._endpoint)
        kind = _CODES.get(str(code), BadRequestError)
        named = scrubbed(_LineError(None, None, code or "error"), self._endpoint)
        return kind(f"{self.address}: {named}: {reason}", attempts=1)


class _LineError(Exception):
    """The error in a line, with the attributes of openai's errors."""

    def __init__(self, status: int | None, code: Any, message: Any) -> None:
        super().__init__(str(message or code or "no reason given"))
        self.status_code, self.code = status, code
        self.body = {"message": str(self)}


def _object(value: Any) -> dict[str, Any]:
    if isinstance(value, dict):
        return value
    return {"message": value} if value else {}
