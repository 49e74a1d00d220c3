"""Optional libraries, each loaded at first use and named with the extra that brings it."""

from __future__ import annotations

import sys
from importlib import import_module
from typing import Any

from guarantee_summarizer.errors import ConfigurationError

__all__ = ["load"]

_MODULES = {"html": "trafilatura", "parquet": "pyarrow.parquet", "pdf": "pypdf"}


def load(extra: str) -> Any:
    """The library behind an extra: `html`, `parquet` or `pdf`.

    Raises:
        ConfigurationError: it is not installed; the message holds the install command.
    """
    package = _MODULES[extra].partition(".")[0]
    try:
        import_module(_MODULES[extra])
    except ImportError as error:
        raise ConfigurationError(
            f"reading {extra} needs {package} ({error}): "
            f"pip install 'guarantee-summarizer[{extra}]'"
        ) from error
    return sys.modules[package]
