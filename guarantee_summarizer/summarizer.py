"""Summarize articles with a language model or the embedded extractor."""

from __future__ import annotations

from collections.abc import AsyncIterable, AsyncIterator, Iterable, Iterator
from contextlib import aclosing, closing
from pathlib import Path
from typing import TYPE_CHECKING, Any, Self, Unpack

from guarantee_summarizer.article import Article, ArticleLike
from guarantee_summarizer.configuration import Configuration
from guarantee_summarizer.corpus.results import Failure, Outcome
from guarantee_summarizer.drafts import Draft, Growing
from guarantee_summarizer.errors import ConfigurationError
from guarantee_summarizer.exchange import Exchange
from guarantee_summarizer.llm.messages import Account
from guarantee_summarizer.options import Endpoint, OptionFields, Options
from guarantee_summarizer.schema import Summary
from guarantee_summarizer.telemetry import Telemetry

if TYPE_CHECKING:  # loads asyncio and sqlite3, or openai and instructor, which only some need
    from guarantee_summarizer.corpus.run import Run
    from guarantee_summarizer.llm.client import ModelClient
    from guarantee_summarizer.llm.throttle import Throttle
    from guarantee_summarizer.options import RunFields

__all__ = ["Summarizer", "asummarize", "summarize"]

_REBUILT = ("_pipeline", "_client", "_telemetry")  # when it is unpickled


class Summarizer:
    """Summarize articles; build it once and use it for many.

    Args:
        model: the name of a language model, or provider and name (`anthropic/claude-sonnet-4-0`;
            `Endpoint` lists the providers); None for the embedded extractor, which needs no key and
            no network and reads English.
        base_url: an OpenAI-compatible endpoint, for instance `http://localhost:11434/v1`;
            OpenAI's if None.
        api_key: the API key; `OPENAI_API_KEY`, or the provider's variable, if None. Never shown,
            logged or stored.
        client: a custom instructor client, for any provider that instructor supports.
        prompts: a folder with custom templates.
        lexicon: a folder with custom actors, offices, surnames and cues, added to the bundled ones.
        **options: see `guarantee_summarizer.Options` (language, strict, mode, request, budget, and
            for the embedded extractor relevance and pipeline).

    Raises:
        ConfigurationError: options that do not fit together; `MissingKeyError` without a key.
        PipelineError: without a model, or with `coverage`: spaCy or the pipeline is not installed.
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
            raise ConfigurationError(f"unknown option {min(unknown)!r}; choose from {known}")
        self.options = Options(**options)
        if model is None and (client is not None or base_url or api_key or prompts):
            raise ConfigurationError("name the model to use: model=…")
        endpoint = None
        if model is not None:
            endpoint = Endpoint(model=model, base_url=base_url, api_key=api_key, client=client)
        self._configuration = Configuration(
            model=model and str(model),
            endpoint=endpoint,
            options=self.options,
            prompts=prompts,
            lexicon=Path(lexicon) if lexicon else None,
        )
        self.model = self._configuration.model
        self._build()

    def _build(self) -> None:
        """Load client, templates and lexicon, so that bad settings fail early."""
        self._telemetry = Telemetry(tracing=self.options.tracing)
        self._client: ModelClient | None = None
        if (endpoint := self._configuration.endpoint) is not None:
            from guarantee_summarizer.llm.client import ModelClient  # noqa: PLC0415  (heavy)

            self._client = ModelClient(endpoint, self.options, self._telemetry)
        self._pipeline = self._configuration.pipeline()

    def summarize(self, article: ArticleLike) -> Summary:
        """Summarize one article.

        Args:
            article: an `Article`, its plain text, or a record for `Article.from_dict`.

        Returns:
            the summary; unsupported claims are in `withheld`, losses of a broken answer in
            `incomplete`.

        Raises:
            ArticleError: the text cannot be read, or it is not English and there is no model.
            ModelError: the model returned no usable answer; see its subclasses.
            AnswerError: with `strict`, the summary is incomplete or has withheld claims.
        """
        article, account = Article.of(article), Account(self.options)
        with self._telemetry.article(article) as finished, account.charged():
            if self._client is None:
                draft = self._extracted(article, account)
            else:
                conversation = self._pipeline.conversation(article, account)
                draft = self._client.run(conversation, account)
            return finished(self._pipeline.finish(draft, article, account.total))

    async def asummarize(self, article: ArticleLike) -> Summary:
        """Summarize one article without blocking the event loop while the model answers."""
        article, account = Article.of(article), Account(self.options)
        with self._telemetry.article(article) as finished, account.charged():
            if self._client is None:
                draft = self._extracted(article, account)
            else:
                conversation = self._pipeline.conversation(article, account)
                draft = await self._client.arun(conversation, account)
            return finished(self._pipeline.finish(draft, article, account.total))

    def stream(self, article: ArticleLike) -> Iterator[Summary]:
        """Yield the summary as it grows: only complete, grounded claims; the last is the result."""
        article, account = Article.of(article), Account(self.options)
        if self._client is None:
            yield self.summarize(article)
            return
        with self._telemetry.article(article) as finished, account.charged():
            conversation = self._pipeline.conversation(article, account)
            growing = self._pipeline.growing(article)
            for piece in self._client.stream(conversation, account):
                summary = self._streamed(piece, growing, article, account)
                yield finished(summary) if isinstance(piece, Draft) else summary

    async def astream(self, article: ArticleLike) -> AsyncIterator[Summary]:
        """Do what `stream` does, without blocking the event loop."""
        article, account = Article.of(article), Account(self.options)
        if self._client is None:
            yield self.summarize(article)
            return
        with self._telemetry.article(article) as finished, account.charged():
            conversation = self._pipeline.conversation(article, account)
            growing = self._pipeline.growing(article)
            async for piece in self._client.astream(conversation, account):
                summary = self._streamed(piece, growing, article, account)
                yield finished(summary) if isinstance(piece, Draft) else summary

    def _extracted(self, article: Article, account: Account) -> Draft:
        account.attempt()
        return self._pipeline.extract(article)

    def _streamed(
        self, piece: Any, growing: Growing, article: Article, account: Account
    ) -> Summary:
        """Return the summary of a partial answer, or of the final draft."""
        if isinstance(piece, Draft):
            return self._pipeline.finish(piece, article, account.total)
        draft = growing.draft(piece)
        return self._pipeline.finish(draft, article, account.usage)

    def __call__(self, article: ArticleLike) -> Summary:
        """Summarize one article, so that a summarizer is a plain callable in other pipelines.

        It is thread-safe and picklable; the API key is not pickled, the new process reads
        `OPENAI_API_KEY`.
        """
        return self.summarize(article)

    def map(
        self, articles: Iterable[ArticleLike | Failure], **options: Unpack[RunFields]
    ) -> Iterator[Outcome]:
        """Summarize many articles concurrently; yield results as they finish.

        The event loop runs in a separate thread, so notebooks work too. Articles are read as
        needed and results wait until fetched, so memory does not grow. Leaving the loop early, or
        Ctrl-C, ends the run; recorded results are kept.

        Args:
            articles: inputs of `summarize`; failures, which `read_articles` yields, are passed on.
            **options: see `RunOptions` (concurrency, processes, ordered, failures, ledger, budget,
                progress).

        Yields:
            a summary, or a `Failure` with the article and the error, for every article.

        Raises:
            BudgetSpentError: after the last result, if the budget ended the run.
            LedgerError: the ledger cannot be used; after the results already paid for.
            AuthenticationError: or another error that every article would get; in the same way.
        """
        from guarantee_summarizer.corpus.loops import in_thread  # noqa: PLC0415

        results = in_thread(self.run(articles, **options), self.aclose)
        with closing(results):
            yield from (result.outcome for result in results)

    async def amap(
        self,
        articles: Iterable[ArticleLike | Failure] | AsyncIterable[ArticleLike | Failure],
        **options: Unpack[RunFields],
    ) -> AsyncIterator[Outcome]:
        """Do what `map` does in the running event loop; `articles` may be an async iterator."""
        async with aclosing(self.run(articles, **options).results()) as results:
            async for result in results:
                yield result.outcome

    def run(
        self,
        articles: Iterable[ArticleLike | Failure] | AsyncIterable[ArticleLike | Failure],
        **options: Unpack[RunFields],
    ) -> Run:
        """Create a run without starting it. Use it to monitor or stop processing."""
        from guarantee_summarizer.corpus.run import Run  # noqa: PLC0415
        from guarantee_summarizer.options import RunOptions  # noqa: PLC0415

        return Run(self, articles, RunOptions(**options))

    @property
    def settings(self) -> dict[str, Any]:
        """The settings to rebuild this summarizer, as JSON, without secrets.

        There is no API key, and `***` replaces logins and keys in `base_url` and `request`; supply
        them when you rebuild it.

        >>> Summarizer().settings["model"] is None
        True
        """
        return self._configuration.settings

    def key(self, article: Article) -> str:
        """Return the cache key for an article and this configuration: 32 hex digits.

        It hashes the article, the model, the fingerprints of prompts, schema and lexicon, the
        version of the checks, and the options that affect the summary; equal on every machine.
        """
        return self._configuration.key(article, self._pipeline)

    def request(self, article: ArticleLike) -> dict[str, Any]:
        """Return the body of the first request for an article, in chat-completions form.

        Raises:
            ConfigurationError: no model was named.
        """
        read = Article.of(article)
        return self._exchange.request(read)

    def review_request(self, article: ArticleLike, completion: Any) -> dict[str, Any] | None:
        """Return the body of the request to review a chat completion received elsewhere (a batch).

        None if there is nothing to review: `review` is off, the text is not relevant, or the answer
        cannot be used as it is.

        Args:
            article: the argument of `request`.
            completion: openai's `ChatCompletion`.
        """
        read = Article.of(article)
        return self._exchange.review_request(read, completion)

    def read(self, article: ArticleLike, completion: Any, *, review: Any = None) -> Summary:
        """Return the verified summary from a chat completion received elsewhere (a batch).

        There is no re-ask: unsupported claims are withheld.

        Args:
            article: the argument of `request`.
            completion: openai's `ChatCompletion`.
            review: the completion that answers `review_request`, or the `ModelError` in its place.

        Raises:
            ModelError: the model declined, or its answer is not usable.
        """
        read = Article.of(article)
        return self._exchange.read(read, completion, review)

    @property
    def _exchange(self) -> Exchange:
        return Exchange(self._pipeline, self.model_client, self.options)

    @property
    def model_client(self) -> ModelClient:
        """The client of the model.

        Raises:
            ConfigurationError: no model was named.
        """
        if self._client is None:
            raise ConfigurationError("the embedded extractor sends no requests; name a model")
        return self._client

    @property
    def throttles(self) -> tuple[Throttle, ...]:
        """The throttles of the endpoints; empty without a model."""
        return self._client.throttles if self._client else ()

    @property
    def bound(self) -> str | None:
        """Why this summarizer cannot be used in other processes; None if it can."""
        return self._configuration.bound

    def warm_up(self) -> None:
        """Load the spaCy pipeline, if it is used, so that the first article does not wait."""
        if self._configuration.parses:
            from guarantee_summarizer.embedded.loading import load  # noqa: PLC0415

            load(self.options.pipeline)

    def __getstate__(self) -> dict[str, Any]:
        return {name: value for name, value in self.__dict__.items() if name not in _REBUILT}

    def __setstate__(self, state: dict[str, Any]) -> None:
        self.__dict__.update(state)
        self._build()

    def close(self) -> None:
        """Close the connections; later calls open new ones."""
        if self._client is not None:
            self._client.close()

    async def aclose(self) -> None:
        """Close the connections, those of the running event loop too."""
        if self._client is not None:
            self._client.close()
            await self._client.aclose()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.aclose()

    def __repr__(self) -> str:
        """Return the model and its endpoint, never the key."""
        if self.model is None:
            return "Summarizer(embedded)"
        endpoint = self._configuration.endpoint
        where = endpoint and endpoint.shown_url
        return f"Summarizer({self.model!r}{f', base_url={where!r}' if where else ''})"


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
