"""Write the arguments of requests, in the form and with the settings that a model accepts."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from guarantee_summarizer.llm.clients import Clients
from guarantee_summarizer.llm.forms import FORMS, MODES, replacing, response_model, schema_in
from guarantee_summarizer.llm.learned import Learned, Sent
from guarantee_summarizer.llm.messages import Request
from guarantee_summarizer.options import Endpoint, Options

__all__ = ["Bodies"]


class Bodies:
    """Write the arguments of the requests to one endpoint, and remember what its models accept.

    Args:
        endpoint: its address, and the default model of requests.
        options: mode and limit of tokens.
        clients: the clients that send them.
        settings: the user's settings for it.
    """

    def __init__(
        self, endpoint: Endpoint, options: Options, clients: Clients, settings: Mapping[str, Any]
    ) -> None:
        self._endpoint, self._options, self._clients = endpoint, options, clients
        self._given = settings
        self._form = FORMS[MODES[options.mode]]  # written by instructor
        self._models = dict[str, Learned]()

    def model(self, request: Request) -> str:
        """Return the name of the model that a request is for."""
        return (request.endpoint or self._endpoint).name

    def learned(self, request: Request) -> Learned:
        """Return what the model of a request accepts; models at one endpoint may differ."""
        name = self.model(request)
        if name not in self._models:
            native, where = self._endpoint.native, self._endpoint.address
            openais = not native and "//api.openai.com/" in self._endpoint.url
            limit = "max_completion_tokens" if openais else "max_tokens"
            if name != self._endpoint.name:
                where = f"{where} ({name})"
            made = Learned(self._options.mode, limit=limit, where=where, fixed=native)
            self._models.setdefault(name, made)
        return self._models[name]

    def sent(self, request: Request, *, stream: bool = False) -> Sent:
        """Return the form and the settings of the next request."""
        learned = self.learned(request)
        names = {*self.settings(learned), *(["stream_options"] if stream else [])}
        return Sent(learned.form, frozenset(names) - learned.dropped)

    def settings(self, learned: Learned) -> dict[str, Any]:
        """Return the user's settings under the names that a model accepts."""
        given = self._given.items()
        settings = {name: value for name, value in given if name not in learned.dropped}
        limit = self._options.max_tokens
        return settings | ({learned.limit: limit} if limit is not None else {})

    def whole(self, request: Request, sent: Sent, *, timeout: float) -> dict[str, Any]:
        """Return the arguments of a request for a whole answer, which instructor parses.

        Args:
            request: what is asked.
            sent: its form and settings.
            timeout: seconds to wait for the answer.
        """
        model = response_model(request.answer)
        arguments = {"response_model": model, "max_retries": 0}
        return self._addressed(request) | arguments | self._rest(request, sent, timeout)

    def streaming(self, request: Request, sent: Sent, *, timeout: float) -> dict[str, Any]:
        """Return the arguments of a request for a stream; else as in `whole`."""
        form = FORMS[self._clients.client.mode] if self._endpoint.native else sent.form
        arguments: dict[str, Any] = {"response_model": None, "stream": True}
        if "stream_options" in sent.settings:
            arguments["stream_options"] = {"include_usage": True}
        body = self._rest(request, sent, timeout)
        return self._addressed(request) | arguments | schema_in(request, form) | body

    def body(self, request: Request) -> dict[str, Any]:
        """Return a request's body in OpenAI's chat-completions form, as instructor would send it."""
        settings = self.settings(self.learned(request))
        return self._addressed(request) | settings | schema_in(request, self._form)

    def own(self, parsed: Any, sent: Sent) -> Any:
        """Return what instructor parsed; it expects the answer in the form that it sent."""
        own = sent.form == self._form and not self._endpoint.native
        return parsed if own else None

    def _addressed(self, request: Request) -> dict[str, Any]:
        return {"model": self.model(request), "messages": request.messages}

    def _rest(self, request: Request, sent: Sent, timeout: float) -> dict[str, Any]:
        """Return settings and timeout; a native client has its own timeout and form."""
        settings = self.settings(self.learned(request))
        if self._endpoint.native:
            return self._clients.needs | self._clients.taking(settings)
        if sent.form != self._form:
            settings |= replacing(request, sent.form)
        return {"timeout": timeout} | ({"extra_body": settings} if settings else {})
