"""Summarizer: one article in, one summary out, with a language model or without."""

from __future__ import annotations

import hashlib
import json
from collections.abc import AsyncIterable, AsyncIterator, Iterable, Iterator
from contextlib import aclosing, closing
from dataclasses import asdict
from datetime import UTC, datetime
from functools import cached_property, partial
from pathlib import Path
from typing import TYPE_CHECKING, Any, Self, Unpack

from guarantee_summarizer._version import __version__
from guarantee_summarizer.article import Article, ArticleLike
from guarantee_summarizer.corpus.results import Failure, Outcome
from guarantee_summarizer.enrich import enrich
from guarantee_summarizer.errors import (
    ConfigurationError,
)
from guarantee_summarizer.lexicon import Cues, Lexicon, default_cues, default_lexicon
from guarantee_summarizer.options import OptionFields, Options
from guarantee_summarizer.pipeline import Backend, Draft, insist
from guarantee_summarizer.schema import SCHEMA_VERSION, Finding, Provenance, Summary
from guarantee_summarizer.telemetry import Observer
from guarantee_summarizer.verify import verify, withhold

__all__ = ["Summarizer", "asummarize", "summarize"]

if TYPE_CHECKING:  # loads asyncio and sqlite3, which only a run needs
    from guarantee_summarizer.corpus.run import Run
    from guarantee_summarizer.options import RunFields


_REBUILT = frozenset(
    {"_backend", "_lexicon", "_cues", "_observer"}
)  # on the machine where it is unpickled


class Summarizer:
    """Makes summaries; build it once and use it for many articles.

    Args:
        model: the name of a language model; None for the embedded extractor, which needs no key
            and no network and reads English.
        base_url: an OpenAI-compatible endpoint, for instance `http://localhost:11434/v1`;
            OpenAI's if None.
        api_key: the key; `OPENAI_API_KEY` if None. Never shown, logged or stored.
        client: an instructor client of your own, for any provider that instructor knows.
        prompts: a folder with your own templates.
        lexicon: a folder with your own actors, offices, surnames and cues, laid over the bundled ones.
        **options: see `guarantee_summarizer.Options` (language, strict, mode, budget, coverage).

    Raises:
        ConfigurationError: options that do not fit together; `MissingKeyError` without a key.
        PromptError: the templates are missing or broken.
        LexiconError: a lexicon file breaks its format.

    >>> Summarizer()
    Summarizer(embedded)
    """

    def __init__(
        self,
        model: str | None = None,
        *,
        base_url: str | None = None,
        api_key: str | None = None,
        client: Any = None,
        prompts: str | Path | None = None,
        lexicon: str | Path | None = None,
        **options: Unpack[OptionFields],
    ) -> None:
        unknown = options.keys() - OptionFields.__annotations__.keys()
        if unknown:
            known = ", ".join(OptionFields.__annotations__)
            raise ConfigurationError(f"unknown option {min(unknown)!r}; there are {known}")
        self.model = model
        self.options = Options(**options)
        self._place = {"base_url": base_url, "api_key": api_key, "client": client}
        self._prompts = prompts
        self._lexicon_folder = Path(lexicon) if lexicon else None
        if model is None and (client is not None or base_url or api_key or prompts):
            raise ConfigurationError("name the model that the endpoint shall use: model=…")
        if model is None and self.options.language != "English":
            raise ConfigurationError(
                "the embedded extractor writes English only; name a model for another language"
            )
        if model is None and self.options.coverage:
            raise ConfigurationError("coverage compares with what a model read; name a model")
        self._observer, self._backend  # noqa: B018  (what cannot work is refused now, not at the first article)

    def summarize(self, article: ArticleLike) -> Summary:
        """Summarize one article.

        Args:
            article: an `Article`, its plain text, or a record as `Article.from_dict` takes it.

        Returns:
            the summary; what the article does not support is in `withheld`, and `incomplete` says
            what of an answer was lost.

        Raises:
            ArticleError: the text cannot be read, or it is not English and no model was named.
            ModelError: the model gave no usable answer; see its subclasses.
            AnswerError: with `strict`, the summary is incomplete or something was withheld.
        """
        article = Article.of(article)
        with self._observer.article(article) as finished:
            return finished(self._finished(self._backend.draft(article), article))

    async def asummarize(self, article: ArticleLike) -> Summary:
        """`summarize` without blocking the event loop while the model answers."""
        article = Article.of(article)
        with self._observer.article(article) as finished:
            return finished(self._finished(await self._backend.adraft(article), article))

    def stream(self, article: ArticleLike) -> Iterator[Summary]:
        """The summary as it grows: only whole, grounded claims; the last one is the result."""
        article = Article.of(article)
        for draft in self._backend.stream(article):
            yield self._finished(draft, article)

    async def astream(self, article: ArticleLike) -> AsyncIterator[Summary]:
        """`stream` without blocking the event loop."""
        article = Article.of(article)
        async for draft in self._backend.astream(article):
            yield self._finished(draft, article)

    def __call__(self, article: ArticleLike) -> Summary:
        """`summarize`, so that a summarizer is a step of a pipeline as it is.

        It may be called from several threads, and pickled: the key then stays behind, and is read
        from `OPENAI_API_KEY` where it is unpickled.
        """
        return self.summarize(article)

    def map(
        self, articles: Iterable[ArticleLike | Failure], **options: Unpack[RunFields]
    ) -> Iterator[Outcome]:
        """Summarize many articles, several at once; results come as they finish.

        Works in a thread of its own, so also in a notebook, whose event loop is running. Articles
        are pulled as they are needed and results wait until they are fetched: memory stays flat.
        Leaving the loop early, or Ctrl-C, ends the run; what the ledger holds stays whole.

        Args:
            articles: what `summarize` takes; failures, as `read_articles` yields them, are passed on.
            **options: see `RunOptions` (concurrency, ordered, failures, ledger, budget, progress).

        Yields:
            a summary, or a `Failure` with the article and the error, for every article.

        Raises:
            BudgetSpentError: after the last result, where the budget ended the run.
            LedgerError: the ledger cannot be used; after the results that were paid for.
            AuthenticationError: and others that would fail for every article; in the same way.
        """
        from guarantee_summarizer.corpus.run import in_thread  # noqa: PLC0415

        results = in_thread(self.run(articles, **options), self._backend.aclose)
        with closing(results):
            yield from (result.outcome for result in results)

    async def amap(
        self,
        articles: Iterable[ArticleLike | Failure] | AsyncIterable[ArticleLike | Failure],
        **options: Unpack[RunFields],
    ) -> AsyncIterator[Outcome]:
        """`map` in the running event loop; the articles may come from an async iterator."""
        async with aclosing(self.run(articles, **options).results()) as results:
            async for result in results:
                yield result.outcome

    def run(
        self,
        articles: Iterable[ArticleLike | Failure] | AsyncIterable[ArticleLike | Failure],
        **options: Unpack[RunFields],
    ) -> Run:
        """The run behind `map`, not yet begun; for those who want its status, or to stop it."""
        from guarantee_summarizer.corpus.run import Run  # noqa: PLC0415
        from guarantee_summarizer.options import RunOptions  # noqa: PLC0415

        return Run(self, articles, RunOptions(**options))

    @property
    def settings(self) -> dict[str, Any]:
        """What it takes to build this summarizer again, as JSON; without the key.

        >>> Summarizer().settings["model"] is None
        True
        """
        place = {"model": self.model, "base_url": self._place["base_url"]}
        folders = {"prompts": self._prompts, "lexicon": self._lexicon_folder}
        named = {name: str(path) for name, path in folders.items() if path}
        return place | named | asdict(self.options)

    def key(self, article: Article) -> str:
        """What tells this piece of work from any other: 32 hex digits.

        A hash of the article, the model, the fingerprint of prompt and schema, and the options that
        make a difference to the summary. The same on every machine.
        """
        options = {name: getattr(self.options, name) for name in ("language", "strict", "coverage")}
        made_with = self._backend.fingerprint or __version__
        parts = [article.id, self.model, made_with, SCHEMA_VERSION, options]
        return hashlib.sha256(json.dumps(parts, sort_keys=True).encode()).hexdigest()[:32]

    def request(self, article: ArticleLike) -> dict[str, Any]:
        """The body of the request that would be sent, in OpenAI's chat-completions form.

        Raises:
            ConfigurationError: no model was named.
        """
        body: dict[str, Any] = self.model_backend.request(Article.of(article))
        return body

    def read(self, article: ArticleLike, completion: Any) -> Summary:
        """The verified summary from a chat completion that came by another way (a batch).

        Nothing is asked again: what does not hold is withheld.

        Args:
            article: what `request` was made for.
            completion: openai's `ChatCompletion`.

        Raises:
            ModelError: the model declined, or nothing of its answer can be used.
        """
        article = Article.of(article)
        return self._finished(self.model_backend.read(article, completion), article)

    @property
    def model_backend(self) -> Any:
        """The backend that asks a model.

        Raises:
            ConfigurationError: no model was named.
        """
        if self.model is None:
            raise ConfigurationError("the embedded extractor sends no requests; name a model")
        return self._backend

    def __getstate__(self) -> dict[str, Any]:
        state = {name: value for name, value in self.__dict__.items() if name not in _REBUILT}
        if self._place["client"] is not None:
            raise ConfigurationError(
                "a summarizer with a client of your own cannot be pickled; build it where it works"
            )
        return state | {"_place": {**self._place, "api_key": None}}

    def close(self) -> None:
        """Give connections back; the summarizer can still be used and opens new ones."""
        self._backend.close()

    async def aclose(self) -> None:
        """`close`, also for the connections of the running event loop."""
        self._backend.close()
        await self._backend.aclose()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.aclose()

    def __repr__(self) -> str:
        """The model and where it is; never the key."""
        if self.model is None:
            return "Summarizer(embedded)"
        where = self._place["base_url"]
        return f"Summarizer({self.model!r}{f', base_url={where!r}' if where else ''})"

    @cached_property
    def _lexicon(self) -> Lexicon:
        folder = self._lexicon_folder
        return Lexicon.load(folder) if folder else default_lexicon()

    @cached_property
    def _cues(self) -> Cues:
        folder = self._lexicon_folder
        return Cues.load(folder) if folder else default_cues()

    @cached_property
    def _observer(self) -> Observer:
        return Observer(tracing=self.options.tracing)

    @cached_property
    def _backend(self) -> Backend:
        """The backend, its heavy libraries loaded only now."""
        if self.model is None:
            from guarantee_summarizer.embedded.extract import (  # noqa: PLC0415
                EmbeddedBackend,
            )

            return EmbeddedBackend(self._examine, self._lexicon, self._cues)
        from guarantee_summarizer.llm import Endpoint, LanguageModelBackend  # noqa: PLC0415
        from guarantee_summarizer.prompts import PromptBook  # noqa: PLC0415

        endpoint = Endpoint(model=self.model, **self._place)
        book = PromptBook(self._prompts)
        examine = partial(self._examine, examples=book.examples)
        return LanguageModelBackend(
            endpoint, book, examine, options=self.options, observer=self._observer
        )

    def _examine(
        self, summary: Summary, article: Article, examples: tuple[dict[str, Any], ...] = ()
    ) -> tuple[Summary, tuple[Finding, ...]]:
        """Complete the claims of a backend and verify them."""
        whole = enrich(summary, article, self._lexicon)
        return whole, verify(whole, article, lexicon=self._lexicon, examples=examples)

    def _finished(self, draft: Draft, article: Article) -> Summary:
        """Take out what is unsupported, say who made it, and be strict if asked to."""
        summary = withhold(draft.summary, draft.findings).replace(
            provenance=self._provenance(draft), usage=draft.usage
        )
        if self.options.coverage and not draft.partial and article.english:
            from guarantee_summarizer.embedded.omissions import passed_over  # noqa: PLC0415

            missed = passed_over(summary, article, lexicon=self._lexicon, cues=self._cues)
            summary = summary.replace(findings=(*summary.findings, *missed))
        if self.options.strict and not draft.partial:
            insist(summary, article.source)
        return summary

    def _provenance(self, draft: Draft) -> Provenance:
        return Provenance(
            backend=self._backend.name,
            model=draft.model or self.model,
            prompt=self._backend.fingerprint,
            library_version=__version__,
            created=datetime.now(UTC),
        )


def summarize(article: ArticleLike, model: str | None = None, **settings: Any) -> Summary:
    """Summarize one article; a shortcut for `Summarizer(model, **settings).summarize(article)`.

    >>> summarize("France would send troops to Ukraine to guarantee a ceasefire.").relevant
    True
    """
    with Summarizer(model, **settings) as summarizer:
        return summarizer.summarize(article)


async def asummarize(article: ArticleLike, model: str | None = None, **settings: Any) -> Summary:
    """Summarize one article without blocking the event loop."""
    async with Summarizer(model, **settings) as summarizer:
        return await summarizer.asummarize(article)
