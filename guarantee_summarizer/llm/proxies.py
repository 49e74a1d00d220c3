"""Read the proxies of the environment, and explain errors in proxies and certificates."""

from __future__ import annotations

import ipaddress
import os
import socket
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from urllib.parse import urlsplit
from urllib.request import getproxies, proxy_bypass

import httpx2

from guarantee_summarizer.errors import ConfigurationError
from guarantee_summarizer.places import masked_url, secrets_in_environment, secrets_in_url
from guarantee_summarizer.secrets import Secrets

__all__ = ["is_here", "proxy_of", "setting_up"]

_CERTIFICATES = ("SSL_CERT_FILE", "SSL_CERT_DIR")


def is_here(url: str) -> bool:
    """Return whether the host in a URL is this machine; no name is resolved.

    Such a URL is never requested through a proxy: there its host would be another machine, and
    requests to a local model must not leave this one.

    >>> is_here("http://127.0.0.1:11434/v1"), is_here("https://host.example/v1")
    (True, False)
    """
    name = httpx2.URL(url).host.lower().rstrip(".")
    if name == "localhost" or name.endswith(".localhost"):
        return True
    address: ipaddress.IPv4Address | ipaddress.IPv6Address
    with suppress(ValueError, OSError):
        if ":" in name:
            address = ipaddress.IPv6Address(name)
            address = address.ipv4_mapped or address
        else:
            address = ipaddress.IPv4Address(socket.inet_aton(name))  # also reads 127.1
        return address.is_loopback or address.is_unspecified
    return False


def proxy_of(url: str) -> str | None:
    """Return the proxy of the environment for a URL, without its login; None if it has none."""
    place, proxies = urlsplit(url), getproxies()
    proxy = proxies.get(place.scheme) or proxies.get("all")
    if not proxy or is_here(url) or proxy_bypass(place.netloc.rpartition("@")[2]):
        return None
    return masked_url(proxy.rpartition("@")[2] if "@" in proxy else proxy)


@contextmanager
def setting_up(url: str) -> Iterator[None]:
    """Explain errors of the environment that occur while an HTTP client is created.

    Raises:
        ConfigurationError: the proxy, its package, the certificates or the address is at fault.
    """
    try:
        yield
    except ImportError as error:
        raise ConfigurationError(
            f"the proxy {proxy_of(url)} needs a package ({error.name or 'socksio'}): "
            "pip install 'httpx2[socks]', or unset ALL_PROXY"
        ) from error
    except OSError as error:
        names = [f"{name}={value}" for name in _CERTIFICATES if (value := os.environ.get(name))]
        named = " ".join(names) or "the certificates of this system"
        raise ConfigurationError(
            f"{named}: cannot be read ({error.strerror or error}); "
            "it must name a file of certificates in PEM format"
        ) from error
    except (ValueError, httpx2.InvalidURL) as error:
        words = Secrets.of((*secrets_in_url(url), *secrets_in_environment(()))).scrub(str(error))
        raise ConfigurationError(
            f"{masked_url(url)}: cannot be used ({words}); check base_url, HTTP_PROXY, "
            "HTTPS_PROXY, ALL_PROXY"
        ) from None
