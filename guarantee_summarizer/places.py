"""Remove secrets (logins, keys, tokens) from addresses and settings."""

from __future__ import annotations

import os
import re
from collections.abc import Iterable, Iterator, Mapping
from contextlib import suppress
from itertools import pairwise
from typing import Any
from urllib.parse import parse_qsl, unquote, urlsplit
from urllib.request import getproxies

__all__ = [
    "MASK",
    "Password",
    "is_same_place",
    "masked_settings",
    "masked_text",
    "masked_url",
    "masked_value",
    "secrets_in_client",
    "secrets_in_environment",
    "secrets_in_url",
    "secrets_in_value",
]

MASK = "***"
"""The text that replaces a secret."""

_NAME = (
    r"(?:[\w.-]*[-_.])?(?:api[-_]?key|(?:access|secret|private|subscription|account)[-_]?key"
    r"|(?:access|auth|bearer|refresh|id|session|security|api)[-_]?token|token|secret|credentials?"
    r"|passw(?:or)?d|pwd|authorization|cookie|signature|sig|bearer)"
)
_SECRET_NAME = re.compile(_NAME, re.IGNORECASE)
_NO_SECRET = frozenset({"bos_token", "eos_token", "pad_token", "unk_token", "stop_token"})
_PUBLIC = frozenset({"api-version", "version", "v"})  # parameters of a base_url
_TOKEN = 20  # characters of the shortest part of a path that may be a token
_RUN = re.compile(r"[A-Za-z0-9]{16,}")
_LOGIN = re.compile(r"(?<=://)[^\s/?#'\"<>]+@")
_QUERY = re.compile(rf"([?&;](?:{_NAME}|key|code)=)[^\s&;#'\"<>)]+", re.IGNORECASE)


class Password(str):
    """The password of an address: a secret even if it is a word of eight letters."""

    __slots__ = ()


def masked_text(text: str) -> str:
    """Return a message without the login and the keys of any URL in it.

    >>> masked_text("POST https://ann:pw@host/v1?api-key=1 failed")
    'POST https://***@host/v1?api-key=*** failed'
    """
    if "://" in text:
        text = _LOGIN.sub(f"{MASK}@", text)
    return _QUERY.sub(rf"\1{MASK}", text) if "=" in text else text


def masked_url(url: str) -> str:
    """Return an address safe to show: no login or token, no parameter but the version, no fragment.

    >>> masked_url("https://ann:pw@host/v1?api-version=2&k=1#t")
    'https://***@host/v1?api-version=2&k=***#***'
    >>> masked_url("https://host/v1/made1up2made3up4made5/chat")
    'https://host/v1/***/chat'
    """
    head, hash_mark, fragment = url.partition("#")
    head, mark, query = head.partition("?")
    scheme, slashes, rest = head.rpartition("://")
    place, slash, path = rest.partition("/")
    path = "/".join(MASK if _is_token(part) else part for part in path.split("/"))
    login, at, host = place.rpartition("@")
    shown = f"{scheme}{slashes}{MASK if login else ''}{at}{host}{slash}{path}"
    parameters = "&".join(map(_masked_parameter, query.split("&"))) if query else ""
    return f"{shown}{mark}{parameters}{hash_mark}{MASK if fragment else ''}"


def _is_token(part: str) -> bool:
    """Whether a part of a path is a key, as no word, model, date or UUID is.

    It has 20 characters or more, and 16 letters and digits in one run that change three times from
    one to the other; or small letters, capitals and digits that change as in no name.
    """
    part = unquote(part)
    if len(part) < _TOKEN:
        return False
    runs = _RUN.findall(part)
    if any(_changes("0" if c.isdigit() else "a" for c in run) > 2 for run in runs):  # noqa: PLR2004
        return True
    kinds = ["0" if c.isdigit() else "A" if c.isupper() else "a" for c in part if c.isalnum()]
    return len({*kinds}) > 2 and 5 * _changes(kinds) >= 2 * len(kinds)  # noqa: PLR2004


def _changes(kinds: Iterable[str]) -> int:
    return sum(one != other for one, other in pairwise(kinds))


def _masked_parameter(parameter: str) -> str:
    name, sign, value = parameter.partition("=")
    if name.lower() in _PUBLIC or not (value or name):
        return parameter
    return f"{name}={MASK}" if sign else MASK


def secrets_in_url(url: str) -> Iterator[str]:
    """Yield the secrets of an address, as they are written and decoded."""
    head, _, fragment = url.partition("#")
    head, _, query = head.partition("?")
    place, _, path = head.rpartition("://")[2].partition("/")
    login = place.rpartition("@")[0]
    user, colon, password = login.partition(":")
    values = [*((login, user) if colon else (user,)), fragment, *filter(_is_token, path.split("/"))]
    if password:
        yield Password(password)
        yield Password(unquote(password))
    for parameter in query.split("&"):
        name, sign, value = parameter.partition("=")
        if name.lower() not in _PUBLIC:
            values.append(value if sign else name)
    for value in filter(None, values):
        yield value
        yield unquote(value)
    yield from (value for name, value in parse_qsl(query) if name.lower() not in _PUBLIC)


def secrets_in_environment(names: Iterable[str]) -> Iterator[str]:
    """Yield the values of these variables, the logins of proxies, and keys in openai's headers."""
    yield from filter(None, map(os.environ.get, names))
    for proxy in getproxies().values():
        yield from secrets_in_url(proxy)
    for line in os.environ.get("OPENAI_CUSTOM_HEADERS", "").splitlines():
        name, _, value = line.partition(":")
        yield from secrets_in_value(value.strip(), name.strip())


def is_same_place(one: str, other: str) -> bool:
    """Return whether two addresses name one endpoint, ignoring their secrets."""
    return _place(masked_url(one)) == _place(masked_url(other))


def _place(url: str) -> tuple[str, ...]:
    parts = urlsplit(url)
    host = parts.netloc.rpartition("@")[2].lower()
    default = {"http": ":80", "https": ":443"}.get(parts.scheme.lower(), ":")
    return parts.scheme.lower(), host.removesuffix(default), parts.path.rstrip("/"), parts.query


def _is_secret(name: str) -> bool:
    return _SECRET_NAME.fullmatch(name) is not None and name.lower() not in _NO_SECRET


def secrets_in_value(value: Any, name: str = "") -> Iterator[str]:
    """Yield the secrets of settings, recognized by name: `api_key`, `Authorization`."""
    if isinstance(value, Mapping):
        for key, inner in value.items():
            yield from secrets_in_value(inner, str(key))
    elif isinstance(value, list | tuple):
        for inner in value:
            yield from secrets_in_value(inner, name)
    elif isinstance(value, str) and value != MASK and _is_secret(name):
        yield value
        yield value.rpartition(" ")[2]  # of `Bearer KEY`


def secrets_in_client(client: Any) -> Iterator[str]:
    """Yield the secrets of a custom client: its key, headers and address."""
    raw = getattr(client, "client", client)
    for one in (client, raw):
        for name in ("api_key", "auth_token", "admin_api_key", "token"):
            with suppress(Exception):  # a foreign property can raise any error
                value = getattr(one, name, None)
                value = getattr(value, "get_secret_value", lambda value=value: value)()
                yield from (value,) if isinstance(value, str) and value else ()
        for name in ("_custom_headers", "default_headers", "headers", "kwargs", "_custom_query"):
            with suppress(Exception):
                yield from secrets_in_value(getattr(one, name, None))
        for name in ("base_url", "_base_url"):
            with suppress(Exception):
                yield from secrets_in_url(str(getattr(one, name, "")))


def masked_value(value: Any, name: str = "") -> Any:
    """Return settings with a mask in place of their secrets.

    >>> masked_value({"seed": 1, "metadata": {"api_key": "k-1"}})
    {'seed': 1, 'metadata': {'api_key': '***'}}
    """
    if isinstance(value, Mapping):
        return {key: masked_value(inner, str(key)) for key, inner in value.items()}
    if isinstance(value, list | tuple):
        return [masked_value(inner, name) for inner in value]
    return MASK if isinstance(value, str) and _is_secret(name) else value


def masked_settings(settings: Mapping[str, Any]) -> dict[str, Any]:
    """Return the settings of a summarizer without secrets, to store them."""
    made = dict(settings)
    for one in (made, review := dict(made["review"]) if _is_map(made.get("review")) else {}):
        if isinstance(url := one.get("base_url"), str):
            one["base_url"] = masked_url(url)
    if review:
        made["review"] = review
    if _is_map(made.get("request")):
        made["request"] = masked_value(made["request"])
    return made


def _is_map(value: Any) -> bool:
    return isinstance(value, Mapping)
