"""Show a dossier as pages, texts and tables."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, TypeGuard

if TYPE_CHECKING:
    from guarantee_summarizer.dossier import Dossier

__all__ = ["is_dossier"]


def is_dossier(given: object) -> TypeGuard[Dossier]:
    """Return whether something is a dossier, without loading the module of `Dossier`."""
    module = sys.modules.get("guarantee_summarizer.dossier")
    return module is not None and isinstance(given, module.Dossier)
