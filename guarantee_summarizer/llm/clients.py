"""Open and close the clients of one endpoint: openai's, a provider's own, or the user's."""

from __future__ import annotations

import asyncio
import importlib.util
import logging
from collections.abc import Iterator
from contextvars import ContextVar
from functools import cached_property
from typing import Any
from weakref import WeakKeyDictionary

import instructor
import openai

from guarantee_summarizer.endpoints import Endpoint
from guarantee_summarizer.errors import ConfigurationError
from guarantee_summarizer.llm.foreign import field
from guarantee_summarizer.llm.forms import MODES
from guarantee_summarizer.llm.proxies import setting_up
from guarantee_summarizer.llm.transport import AsyncHttpClient, HttpClient
from guarantee_summarizer.options import Options
from guarantee_summarizer.secrets import scrub_logs

__all__ = ["OURS", "Clients", "is_openais"]

_PARTS = ("connection", "http11", "http2", "proxy", "socks")
OURS: ContextVar[bool] = ContextVar("ours", default=False)
"""Set during this library's requests, to drop instructor's log lines, which quote keys."""
for _name in ("instructor.v2.retry", "instructor.auto_client"):
    logging.getLogger(_name).addFilter(
        lambda record: not OURS.get() or record.levelno < logging.ERROR
    )

scrub_logs(
    *("openai", "openai._base_client", "openai._response", "openai._legacy_response"),
    *("instructor", "instructor.v2", "instructor.v2.retry", "instructor.auto_client"),
    *("httpx", "httpx2", "urllib3.connectionpool", "botocore.endpoint", "asyncio"),
    *(f"httpcore.{part}" for part in _PARTS),
    *(f"httpcore2.{part}" for part in _PARTS),
)

_PACKAGES = {
    "anthropic": ("anthropic",),
    "bedrock": ("boto3",),
    "cohere": ("cohere",),
    "google": ("google.genai", "jsonref"),
}
_INSIDE: tuple[tuple[str, ...], ...] = (
    (),
    ("_client_wrapper", "httpx_client", "httpx_client"),  # cohere's
    ("_api_client", "_httpx_client"),  # google's
    ("_api_client", "_async_httpx_client"),
)
_MOST_TOKENS = 8192  # tokens of an answer, if a provider requires a limit; answers have up to 6,000


class Clients:
    """The clients of one endpoint, opened at first use.

    Args:
        endpoint: its address, provider or custom client.
        options: mode and timeouts.

    Raises:
        ConfigurationError: `endpoint.client` is not an instructor client, or a package is missing.
    """

    def __init__(self, endpoint: Endpoint, options: Options) -> None:
        kinds = instructor.Instructor | instructor.AsyncInstructor
        if endpoint.client is not None and not isinstance(endpoint.client, kinds):
            raise ConfigurationError(
                f"client is {type(endpoint.client).__name__}; give an instructor client, "
                "e.g. instructor.from_openai(…)"
            )
        _require(endpoint)
        self._endpoint, self._options = endpoint, options
        self._aclients: WeakKeyDictionary[asyncio.AbstractEventLoop, Any] = WeakKeyDictionary()

    @cached_property
    def client(self) -> Any:
        """The sync instructor client.

        Raises:
            ConfigurationError: the custom client is async.
        """
        custom = self._endpoint.client
        if isinstance(custom, instructor.AsyncInstructor):
            raise ConfigurationError("client is async; use asummarize, or give a sync client")
        return custom or self._opened(use_async=False)

    @property
    def aclient(self) -> Any:
        """The async client of the running loop; connections cannot move to another loop.

        None if the custom client is sync. openai's default HTTP client would close itself on the
        loop that runs when it is garbage-collected; this client is closed by `aclose`.
        """
        if (custom := self._endpoint.client) is not None:
            return custom if isinstance(custom, instructor.AsyncInstructor) else None
        loop = asyncio.get_running_loop()
        if loop not in self._aclients:
            self._aclients[loop] = self._opened(use_async=True)
        return self._aclients[loop]

    @property
    def needs(self) -> dict[str, Any]:
        """Required settings: Anthropic needs a limit, unless the custom client sets one."""
        custom = self._endpoint.client
        provider = str(getattr(custom, "provider", self._endpoint.provider)).lower()
        set_there = custom is not None and "max_tokens" in custom.kwargs
        return {"max_tokens": _MOST_TOKENS} if "anthropic" in provider and not set_there else {}

    def taking(self, settings: dict[str, Any]) -> dict[str, Any]:
        """Return settings in the client's form; openai's has keywords only for its own."""
        custom = self._endpoint.client
        if not settings or custom is None or not is_openais(custom):
            return settings
        return {"extra_body": {**custom.kwargs.get("extra_body", {}), **settings}}

    def close(self) -> None:
        """Close the sync client; a custom client stays open."""
        opened = self.__dict__.pop("client", None)
        for client in _closable(opened) if self._endpoint.client is None else ():
            if not asyncio.iscoroutinefunction(close := getattr(client, "close", None)) and close:
                close()

    async def aclose(self) -> None:
        """Close the running loop's client."""
        opened = self._aclients.pop(asyncio.get_running_loop(), None)
        for client in _closable(opened):
            close = getattr(client, "aclose", None) or getattr(client, "close", None)
            if close and asyncio.iscoroutine(closing := close()):
                await closing

    def _opened(self, *, use_async: bool) -> Any:
        with setting_up(self._endpoint.url):
            if self._endpoint.native:
                return self._of_provider(use_async=use_async)
            settings: dict[str, Any] = {
                "api_key": self._endpoint.key or "none",  # openai requires one
                "base_url": self._endpoint.url,
                "timeout": min(self._options.timeout, self._options.seconds),
                "max_retries": 0,  # `policy` decides on retries
            }
            raw: Any = (
                openai.AsyncOpenAI(**settings, http_client=AsyncHttpClient(self._endpoint.url))
                if use_async
                else openai.OpenAI(**settings, http_client=HttpClient(self._endpoint.url))
            )
            if self._endpoint.provider not in (None, "openai"):  # the headers are for OpenAI
                raw.organization = raw.project = None
                raw._custom_headers = {}  # noqa: SLF001  (of OPENAI_CUSTOM_HEADERS)
        return instructor.from_openai(raw, mode=MODES[self._options.mode])

    def _of_provider(self, *, use_async: bool) -> Any:
        """Return the client from a provider's own package."""
        mode = None if self._options.mode == "tools" else MODES[self._options.mode]
        endpoint, token = self._endpoint, OURS.set(True)
        from_provider: Any = instructor.from_provider
        model = f"{endpoint.provider}/{endpoint.name}"
        try:
            opened = from_provider(model, async_client=use_async, mode=mode, api_key=endpoint.key)
        except Exception as error:  # noqa: BLE001  (each package has its own)
            words = endpoint.secrets.scrub(str(error))
            raise ConfigurationError(f"model {endpoint.model!r}: {words}") from None
        finally:
            OURS.reset(token)
        if hasattr(opened.client, "max_retries"):
            opened.client.max_retries = 0
        return opened


def _closable(opened: Any) -> Iterator[Any]:
    """Yield the raw client inside instructor's, and its HTTP clients that must be closed too."""
    raw = getattr(opened, "client", None)
    yield from (client for path in _INSIDE if (client := field(raw, *path)) is not None)


def is_openais(client: Any) -> bool:
    """Return whether an instructor client is one of openai's."""
    return "openai" in str(client.provider).lower()


def _require(endpoint: Endpoint) -> None:
    """Raise if the package of a provider is not installed."""
    provider = endpoint.provider or ""
    for package in _PACKAGES.get(provider, ()):
        try:
            found = importlib.util.find_spec(package)
        except ModuleNotFoundError:  # a missing parent package
            found = None
        if found is None:
            raise ConfigurationError(
                f"model {endpoint.model!r} needs {package}, which is not installed: "
                f"pip install 'guarantee-summarizer[{provider}]'"
            )
