"""Prepare a summary for a dossier: without withheld claims, with an identity and a date."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from datetime import date
from functools import cached_property
from typing import Any, TypeVar

from guarantee_summarizer.dossier.model import Report, made
from guarantee_summarizer.lexicon import default_lexicon
from guarantee_summarizer.schema import ClaimPath, Summary
from guarantee_summarizer.schema.evidence import Evidence
from guarantee_summarizer.text import fold, holds

__all__ = ["Given", "facts", "outlet_name"]

_Report = TypeVar("_Report", bound=Report)


def facts(summary: Summary) -> Summary:
    """Return a summary without withheld claims and costs."""
    bare = not summary.withheld and summary.usage is None
    return summary if bare else summary.replace(withheld=(), usage=None)


def outlet_name(outlet: str) -> str:
    """Return the name of an outlet in the tables, else its own."""
    actor = default_lexicon().actor(outlet)
    return actor.name if actor else outlet


@dataclass(frozen=True)
class Given:
    """A summary, and the fields that its reports share."""

    summary: Summary

    @cached_property
    def id(self) -> str:
        """The article's id; for a summary without article metadata, a hash of its content."""
        if self.summary.article is not None:
            return self.summary.article.id
        said = self.summary.model_dump_json(exclude={"provenance", "findings"}, exclude_none=True)
        return f"summary-{hashlib.sha256(said.encode()).hexdigest()[:16]}"

    @property
    def published(self) -> date | None:
        """The day of the article, if known."""
        return self.summary.article.published if self.summary.article else None

    @property
    def order(self) -> tuple[str, str, str]:
        """Sort key: by date, the undated last; then outlet and id."""
        day = self.published.isoformat() if self.published else "~"
        return day, (self.summary.article and self.summary.article.outlet) or "", self.id

    @cached_property
    def _shared(self) -> dict[str, Any]:
        article = self.summary.article
        outlet = outlet_name(article.outlet) if article and article.outlet else None
        return {"article": self.id, "published": self.published, "outlet": outlet, "source": outlet}

    @cached_property
    def _warnings(self) -> dict[str, tuple[str, ...]]:
        """The findings on each claim by path; those on a sub-item also under its item."""
        messages: dict[str, tuple[str, ...]] = {}
        for finding in self.summary.findings:
            path = ClaimPath.parse(finding.path)
            if path is not None:
                for claim in {str(path.item): None, str(path.claim): None}:
                    messages[claim] = (*messages.get(claim, ()), finding.message)
        return messages

    @cached_property
    def _media(self) -> dict[str, str]:
        media = [p for p in self.summary.participants if p.kind == "media"]
        return {fold(f): outlet_name(p.name) for p in media for f in (p.name, *p.aliases)}

    def source(self, attribution: str | None) -> str | None:
        """Return the source of an attribution: a quoted outlet, else the outlet itself."""
        words = fold(attribution or "")
        quoted = (name for form, name in self._media.items() if holds(words, form))
        return next(quoted, self._shared["source"]) if words else self._shared["source"]

    def report(self, kind: type[_Report], path: str, evidence: Evidence, **more: Any) -> _Report:
        """Return a report of one claim of the summary; it is not validated again."""
        warnings = self._warnings.get(str(path), ())
        shared = {**self._shared, "path": path, "evidence": evidence, "warnings": warnings}
        return made(kind, **{**shared, **more})
