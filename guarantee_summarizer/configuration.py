"""Configure a summarizer: load its parts, show its settings as JSON, compute cache keys."""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass, fields
from functools import cached_property
from pathlib import Path
from typing import Any

from guarantee_summarizer._version import __version__
from guarantee_summarizer.article import Article
from guarantee_summarizer.errors import ConfigurationError
from guarantee_summarizer.lexicon import Cues, Lexicon, default_cues, default_lexicon
from guarantee_summarizer.options import Endpoint, Options
from guarantee_summarizer.pipeline import Pipeline
from guarantee_summarizer.places import masked_settings
from guarantee_summarizer.schema import SCHEMA_VERSION
from guarantee_summarizer.verify import CHECKS_VERSION

__all__ = ["Configuration"]


@dataclass(frozen=True, kw_only=True, eq=False)
class Configuration:
    """The settings of a summarizer.

    Attributes:
        model: the name of the model; None for the embedded extractor.
        endpoint: the endpoint of the model; None without a model.
        options: all other options.
        prompts: a folder with custom templates.
        lexicon: a folder with custom actors, offices, surnames and cues.

    Raises:
        ConfigurationError: options that are for a model, without a model.
    """

    model: str | None
    endpoint: Endpoint | None
    options: Options
    prompts: str | Path | None
    lexicon: Path | None

    def __post_init__(self) -> None:
        if self.model is None and self.options.language != "English":
            raise ConfigurationError(
                "the embedded extractor writes English only; name a model for another language"
            )
        if self.model is None and self.options.coverage:
            raise ConfigurationError("coverage checks a model's summary; name a model")
        if self.model is None and (self.options.request or self.options.max_tokens):
            raise ConfigurationError("max_tokens and request are for a model; name a model")

    def pipeline(self) -> Pipeline:
        """Load templates, lexicon and cues, so that bad settings fail early.

        Raises:
            PipelineError: spaCy or its pipeline is needed and not installed.
            PromptError: the templates are missing or broken.
            LexiconError: a lexicon file breaks its format.
        """
        book = None
        if self.endpoint is not None:
            from guarantee_summarizer.prompts import PromptBook  # noqa: PLC0415  (heavy)

            book = PromptBook(self.prompts)
        pipeline = Pipeline(
            options=self.options,
            lexicon=Lexicon.load(self.lexicon) if self.lexicon else default_lexicon(),
            cues=Cues.load(self.lexicon) if self.lexicon else default_cues(),
            endpoint=self.endpoint,
            book=book,
            parser=self.options.pipeline,
        )
        if self.parses:
            from guarantee_summarizer.embedded.loading import require  # noqa: PLC0415

            require(self.options.pipeline)
        return pipeline

    @property
    def parses(self) -> bool:
        """Whether the spaCy pipeline is used."""
        return self.endpoint is None or self.options.coverage

    @cached_property
    def parser(self) -> str:
        """Name and version of the spaCy pipeline."""
        from guarantee_summarizer.embedded.loading import fingerprint  # noqa: PLC0415

        return fingerprint(self.options.pipeline)

    @property
    def settings(self) -> dict[str, Any]:
        """The settings to rebuild the summarizer, as JSON, without secrets."""
        base_url = self.endpoint.base_url if self.endpoint else None
        folders = {"prompts": self.prompts, "lexicon": self.lexicon}
        custom = {name: str(path) for name, path in folders.items() if path}
        options = {field.name: getattr(self.options, field.name) for field in fields(Options)}
        if isinstance(review := self.options.review, Endpoint):
            options["review"] = {"model": str(review.model), "base_url": review.base_url}
        if not isinstance(options["pipeline"], str | None):
            options["pipeline"] = self.parser
        return masked_settings({"model": self.model, "base_url": base_url} | custom | options)

    def key(self, article: Article, pipeline: Pipeline) -> str:
        """Return the cache key for an article: 32 hex digits.

        Args:
            article: the article to summarize.
            pipeline: provides the fingerprints of prompts and lexicon.
        """
        review = self.options.review
        options: dict[str, Any] = {
            "language": self.options.language,
            "strict": self.options.strict,
            "coverage": self.options.coverage,
            "relevance": self.options.relevance,
            "review": review.model if isinstance(review, Endpoint) else review,
        }
        if self.parses:
            options["pipeline"] = self.parser
        if self.endpoint is not None:
            # options that are not set are left out, so that earlier keys stay valid
            options |= {"max_tokens": self.options.max_tokens} if self.options.max_tokens else {}
            options |= {"request": self.options.request} if self.options.request else {}
        parts = [
            article.id,
            self.model,
            pipeline.book.fingerprint if pipeline.book else __version__,
            pipeline.lexicon.fingerprint,
            pipeline.cues.fingerprint,
            CHECKS_VERSION,
            SCHEMA_VERSION,
            options,
        ]
        return hashlib.sha256(json.dumps(parts, sort_keys=True).encode()).hexdigest()[:32]

    @property
    def bound(self) -> str | None:
        """Why the summarizer cannot be used in other processes; None if it can."""
        review = self.options.review
        reviewer = review if isinstance(review, Endpoint) else None
        if any(one is not None and one.client is not None for one in (self.endpoint, reviewer)):
            return "a custom client cannot be moved to another process"
        if not isinstance(self.options.pipeline, str | Path | None):
            return "a loaded pipeline cannot be moved to another process; give its name"
        return (
            "the spans of tracing are recorded in this process only"
            if self.options.tracing
            else None
        )
