"""Summarize articles with a language model or the embedded extractor."""

from __future__ import annotations

import hashlib
import json
from collections.abc import AsyncIterable, AsyncIterator, Generator, Iterable, Iterator
from contextlib import aclosing, closing
from dataclasses import fields, replace
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any, Self, Unpack

from guarantee_summarizer._version import __version__
from guarantee_summarizer.article import Article, ArticleLike
from guarantee_summarizer.corpus.results import Failure, Outcome
from guarantee_summarizer.errors import ConfigurationError, ModelError
from guarantee_summarizer.lexicon import Cues, Lexicon, default_cues, default_lexicon
from guarantee_summarizer.llm.messages import Account, Completion, Request
from guarantee_summarizer.options import Endpoint, OptionFields, Options
from guarantee_summarizer.pipeline import Draft, Growing, Pipeline
from guarantee_summarizer.places import masked_settings
from guarantee_summarizer.schema import SCHEMA_VERSION, Summary
from guarantee_summarizer.telemetry import Telemetry
from guarantee_summarizer.verify import CHECKS_VERSION

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
            raise ConfigurationError(f"unknown option {min(unknown)!r}; there are {known}")
        self.model = model and str(model)
        self.options = Options(**options)
        self._endpoint = _endpoint(model, base_url, api_key, client)
        self._prompts = prompts
        self._lexicon_folder = Path(lexicon) if lexicon else None
        if model is None and (client is not None or base_url or api_key or prompts):
            raise ConfigurationError("name the model to use: model=…")
        if model is None and self.options.language != "English":
            raise ConfigurationError(
                "the embedded extractor writes English only; name a model for another language"
            )
        if model is None and self.options.coverage:
            raise ConfigurationError("coverage checks a model's summary; name a model")
        if model is None and (self.options.request or self.options.max_tokens):
            raise ConfigurationError("max_tokens and request are for a model; name a model")
        self._build()

    def _build(self) -> None:
        """Load what the settings name, so that bad settings fail early."""
        folder, book = self._lexicon_folder, None
        self._telemetry = Telemetry(tracing=self.options.tracing)
        self._client: ModelClient | None = None
        if self._endpoint is not None:  # only a model needs these heavy libraries
            from guarantee_summarizer.llm.client import ModelClient  # noqa: PLC0415
            from guarantee_summarizer.prompts import PromptBook  # noqa: PLC0415

            self._client = ModelClient(self._endpoint, self.options, self._telemetry)
            book = PromptBook(self._prompts)
        self._pipeline = Pipeline(
            options=self.options,
            lexicon=Lexicon.load(folder) if folder else default_lexicon(),
            cues=Cues.load(folder) if folder else default_cues(),
            endpoint=self._endpoint,
            book=book,
            parser=self.options.pipeline,
        )
        if self._endpoint is None or self.options.coverage:
            from guarantee_summarizer.embedded.loading import require  # noqa: PLC0415

            require(self.options.pipeline)

    def summarize(self, article: ArticleLike) -> Summary:
        """Summarize one article.

        Args:
            article: an `Article`, its plain text, or a record as `Article.from_dict` takes it.

        Returns:
            the summary; unsupported claims are in `withheld`, losses of a broken answer in
            `incomplete`.

        Raises:
            ArticleError: the text cannot be read, or it is not English and no model was named.
            ModelError: the model gave no usable answer; see its subclasses.
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
        """The summary of a partial answer, or at the end of the final draft."""
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

        The event loop runs in a separate thread, so notebooks work too. Articles are pulled as
        needed and results wait until fetched: memory stays flat. Leaving the loop early, or Ctrl-C,
        ends the run; recorded results are kept.

        Args:
            articles: what `summarize` takes; failures, as `read_articles` yields them, are passed on.
            **options: see `RunOptions` (concurrency, processes, ordered, failures, ledger, budget,
                progress).

        Yields:
            a summary, or a `Failure` with the article and the error, for every article.

        Raises:
            BudgetSpentError: after the last result, if the budget ended the run.
            LedgerError: the ledger cannot be used; after the results already paid for.
            AuthenticationError: and other errors that every article would meet; in the same way.
        """
        from guarantee_summarizer.corpus.run import in_thread  # noqa: PLC0415

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
        """The settings to build this summarizer again, as JSON, without the API key.

        Nor do they hold a login or a key in `base_url`, nor a key among the settings in `request`:
        `***` stands there, and whoever builds it again has to give them.

        >>> Summarizer().settings["model"] is None
        True
        """
        base_url = self._endpoint.base_url if self._endpoint else None
        folders = {"prompts": self._prompts, "lexicon": self._lexicon_folder}
        custom = {name: str(path) for name, path in folders.items() if path}
        options = {field.name: getattr(self.options, field.name) for field in fields(Options)}
        if isinstance(review := self.options.review, Endpoint):
            options["review"] = {"model": str(review.model), "base_url": review.base_url}
        if not isinstance(options["pipeline"], str | None):
            options["pipeline"] = self._parsed_with
        return masked_settings({"model": self.model, "base_url": base_url} | custom | options)

    def key(self, article: Article) -> str:
        """Return the cache key for an article and this configuration: 32 hex digits.

        It hashes the article, the model, the fingerprints of prompts, schema and lexicon, the
        version of the checks, and the options that affect the summary; equal on every machine.
        """
        review = self.options.review
        options: dict[str, Any] = {
            "language": self.options.language,
            "strict": self.options.strict,
            "coverage": self.options.coverage,
            "relevance": self.options.relevance,
            "review": review.model if isinstance(review, Endpoint) else review,
        }
        if self._endpoint is None or self.options.coverage:
            options["pipeline"] = self._parsed_with
        if (
            self._endpoint is not None
        ):  # what was not set leaves the keys of earlier runs as they are
            options |= {"max_tokens": self.options.max_tokens} if self.options.max_tokens else {}
            options |= {"request": self.options.request} if self.options.request else {}
        pipeline = self._pipeline
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

    @cached_property
    def _parsed_with(self) -> str:
        """Name and version of the spaCy pipeline."""
        from guarantee_summarizer.embedded.loading import fingerprint  # noqa: PLC0415

        return fingerprint(self.options.pipeline)

    def request(self, article: ArticleLike) -> dict[str, Any]:
        """Return the body of the first request for an article, in chat-completions form.

        Raises:
            ConfigurationError: no model was named.
        """
        article = Article.of(article)
        request = next(self._pipeline.conversation(article, Account(self.options)))
        return self.model_client.body(request)

    def review_request(self, article: ArticleLike, completion: Any) -> dict[str, Any] | None:
        """Return the body of the request to review a chat completion received elsewhere (a batch).

        None if there is nothing to review: `review` is off, the text is not relevant, or the answer
        cannot be used as it is.

        Args:
            article: the argument of `request`.
            completion: openai's `ChatCompletion`.
        """
        account = Account(replace(self.options, attempts=1))
        read = Article.of(article)
        conversation = self._pipeline.answer_and_review(read, account)
        next(conversation)
        try:
            return self.model_client.body(self._resumed(conversation, completion, read, account))
        except (StopIteration, ModelError):
            return None

    def read(self, article: ArticleLike, completion: Any, *, review: Any = None) -> Summary:
        """Return the verified summary from a chat completion received elsewhere (a batch).

        There is no re-ask: unsupported claims are withheld.

        Args:
            article: the argument of `request`.
            completion: openai's `ChatCompletion`.
            review: the one that answers `review_request`, or the `ModelError` in its place.

        Raises:
            ModelError: the model declined, or its answer is not usable.
        """
        article, account = Article.of(article), Account(replace(self.options, attempts=1))
        with account.charged():
            conversation = self._pipeline.answer_and_review(article, account)
            next(conversation)
            try:
                self._resumed(conversation, completion, article, account)
                review = review or ModelError("nobody reviewed it")
                self._resumed(conversation, review, article, account)
            except StopIteration as ended:
                return self._pipeline.finish(ended.value, article, account.total)
        raise AssertionError("an answer and its review are all that is requested")

    def _resumed(
        self,
        conversation: Generator[Request, Completion, Draft],
        response: Any,
        article: Article,
        account: Account,
    ) -> Request:
        """Send a conversation a response received elsewhere, or what is wrong with it."""
        if isinstance(response, ModelError):
            return conversation.throw(response)
        account.attempt()
        try:
            completion = self.model_client.received(response, said=article.text)
        except ModelError as error:
            return conversation.throw(error)
        account.add(completion.usage)
        return conversation.send(completion)

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
        """The throttles of the endpoints; none without a model."""
        return self._client.throttles if self._client else ()

    @property
    def bound(self) -> str | None:
        """Why this summarizer works in its own process alone; None if others can share its work."""
        review = self.options.review
        reviewer = review if isinstance(review, Endpoint) else None
        if any(one is not None and one.client is not None for one in (self._endpoint, reviewer)):
            return "a custom client cannot be moved to another process"
        if not isinstance(self.options.pipeline, str | Path | None):
            return "a loaded pipeline cannot be moved to another process; give its name"
        return "the spans of tracing stay in this process" if self.options.tracing else None

    def warm_up(self) -> None:
        """Load what the first article would wait for: the spaCy pipeline, where it is needed."""
        if self._endpoint is None or self.options.coverage:
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
        where = self._endpoint and self._endpoint.shown_url
        return f"Summarizer({self.model!r}{f', base_url={where!r}' if where else ''})"


def _endpoint(
    model: str | None, base_url: str | None, api_key: str | None, client: Any
) -> Endpoint | None:
    if model is None:
        return None
    return Endpoint(model=model, base_url=base_url, api_key=api_key, client=client)


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
