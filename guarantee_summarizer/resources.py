"""Finds the files that the library needs: inside an installed wheel, or at the top of a checkout."""

from __future__ import annotations

from pathlib import Path

__all__ = ["prompts_folder"]

_PACKAGE = Path(__file__).resolve().parent


def prompts_folder() -> Path:
    """The folder of the bundled prompt templates.

    A wheel carries `prompts/` inside the package as `_bundled/prompts`; in a checkout it lies
    beside the package.
    """
    bundled = _PACKAGE / "_bundled" / "prompts"
    return bundled if bundled.is_dir() else _PACKAGE.parent / "prompts"
