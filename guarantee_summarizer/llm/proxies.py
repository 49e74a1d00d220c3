"""What the environment says about the way to an endpoint: proxies and certificates."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from urllib.parse import urlsplit
from urllib.request import getproxies, proxy_bypass

import httpx2

from guarantee_summarizer.errors import ConfigurationError
from guarantee_summarizer.places import masked_url, secrets_in_environment, secrets_in_url
from guarantee_summarizer.secrets import Secrets

__all__ = ["proxy_of", "setting_up"]

_CERTIFICATES = ("SSL_CERT_FILE", "SSL_CERT_DIR")


def proxy_of(url: str) -> str | None:
    """Return the proxy that the environment names for a URL, without its login; None for none."""
    place, proxies = urlsplit(url), getproxies()
    proxy = proxies.get(place.scheme) or proxies.get("all")
    if not proxy or proxy_bypass(place.netloc.rpartition("@")[2]):
        return None
    return masked_url(proxy.rpartition("@")[2] if "@" in proxy else proxy)


@contextmanager
def setting_up(url: str) -> Iterator[None]:
    """Name what of the environment keeps an HTTP client from being set up.

    Raises:
        ConfigurationError: a proxy, its package, the certificates, or the address.
    """
    try:
        yield
    except ImportError as error:
        raise ConfigurationError(
            f"the proxy {proxy_of(url)} needs a package ({error.name or 'socksio'}): "
            "pip install 'httpx2[socks]', or take ALL_PROXY out of the environment"
        ) from error
    except OSError as error:
        names = [f"{name}={value}" for name in _CERTIFICATES if (value := os.environ.get(name))]
        named = " ".join(names) or "the certificates of this system"
        raise ConfigurationError(
            f"{named}: cannot be read ({error.strerror or error}); "
            "it has to name a file of certificates in PEM form"
        ) from error
    except (ValueError, httpx2.InvalidURL) as error:
        words = Secrets.of((*secrets_in_url(url), *secrets_in_environment(()))).scrub(str(error))
        raise ConfigurationError(
            f"{masked_url(url)}: cannot be asked ({words}); check base_url, HTTP_PROXY, "
            "HTTPS_PROXY, ALL_PROXY"
        ) from None
