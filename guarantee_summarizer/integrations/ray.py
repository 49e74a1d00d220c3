"""Summarize a column of articles with Ray Data, over many actors.

    ds = ray.data.read_parquet("news.parquet")
    ds = summarize_dataset(ds, gs.Summarizer("gpt-4.1-mini"), actors=4, ledger="/var/tmp/ledger")

Every actor keeps many articles in flight: one at a time would leave it waiting for the model.
Only `summarize_dataset` imports Ray.
"""

from __future__ import annotations

import asyncio
import pickle
import platform
import threading
import weakref
from collections.abc import AsyncIterator, Mapping
from contextlib import suppress
from importlib import import_module
from pathlib import Path
from typing import Any

from guarantee_summarizer.article import ArticleLike
from guarantee_summarizer.corpus.ledger import Ledger
from guarantee_summarizer.corpus.results import Failure, Result
from guarantee_summarizer.errors import (
    ConfigurationError,
    GuaranteeSummarizerError,
    load_extra,
)
from guarantee_summarizer.fields import is_missing
from guarantee_summarizer.options import RunOptions
from guarantee_summarizer.readers.records import Read, article_or_failure
from guarantee_summarizer.schema import Summary
from guarantee_summarizer.summarizer import Summarizer

__all__ = ["RaySummarizer", "summarize_dataset"]

_LIMITS = ("requests_per_minute", "tokens_per_minute")
_FOLDERS = ("prompts", "lexicon")
_CPUS = 0.25  # of an actor; 10 ms an article make that 25 articles a second
_PATIENCE = 5.0  # seconds for connections to close


def summarize_dataset(  # noqa: PLR0913  (all but two by name)
    ds: Any,
    summarizer: Summarizer,
    *,
    actors: int = 1,
    concurrency: int = 32,
    ledger: str | Path | None = None,
    batch_size: int | None = None,
    text_column: str = "text",
) -> Any:
    """Add two string columns to a dataset: `summary_json`, or else `error`.

    An article that fails has an `error` in its row. Ray does not keep the order of rows by default:
    include an id.

    Args:
        ds: a `ray.data.Dataset`; columns named as in `Article.from_dict` are read with the text.
        summarizer: its settings are used and its limits divided among the actors. The API key is
            not pickled: set `OPENAI_API_KEY` on the nodes.
        actors: number of processes.
        concurrency: articles in flight at once in each of them, 1 to 1,000.
        ledger: a folder on the local disk of each node, with one file that its actors share;
            finished articles are not requested again, so a killed job resumes.
        batch_size: rows that an actor gets at a time; 4 * `concurrency` if None.
        text_column: the column with the articles.

    Raises:
        ConfigurationError: an option is out of range, the summarizer has a custom client, or Ray
            is not installed.
    """
    if actors < 1:
        raise ConfigurationError(f"actors={actors!r}: choose 1 or more")
    RunOptions(concurrency=concurrency)  # refused here rather than in an actor
    ray_data = load_extra("ray.data", extra="ray")
    return ds.map_batches(
        RaySummarizer,
        fn_constructor_kwargs={
            "settings": _share(summarizer, actors),
            "ledger": str(Path(ledger).absolute()) if ledger else None,
            "concurrency": concurrency,
            "text_column": text_column,
        },
        batch_format="pyarrow",  # the only format that leaves the other columns unchanged
        batch_size=batch_size or 4 * concurrency,
        compute=ray_data.ActorPoolStrategy(size=actors),
        num_cpus=_CPUS,
    )


class RaySummarizer:
    """Summarize batches in `ray.data.Dataset.map_batches`, if `summarize_dataset` is not enough.

    Takes dicts of arrays, Ray's default, or pyarrow tables; returns them with two more columns, in
    the same order. Errors are values, never raised. After an error that would affect every article
    (a refused key, a full disk) no more requests are sent: all later rows have that error.

    Args:
        settings: `Summarizer.settings`.
        ledger: a folder on the local disk, created if missing; its file is named after the node.
        concurrency: articles in flight, over all batches that Ray passes at once.
        text_column: the column with the articles.

    Raises:
        ConfigurationError: the settings do not work here; `MissingKeyError` without a key.
    """

    def __init__(
        self,
        settings: dict[str, Any],
        ledger: str | None = None,
        concurrency: int = 32,
        text_column: str = "text",
    ) -> None:
        self._summarizer = _LimitedSummarizer(**settings)
        self._summarizer.slots = asyncio.Semaphore(concurrency)
        self._text_column, self._concurrency = text_column, concurrency
        self._ledger = _node_ledger(Path(ledger)) if ledger else None
        self._fatal: GuaranteeSummarizerError | None = None
        self._loop = asyncio.new_event_loop()
        thread = threading.Thread(target=self._loop.run_forever, name="articles", daemon=True)
        thread.start()
        # Ray drops an actor, or ends its process, without notice. __del__ may run after daemon
        # threads have stopped, and would wait forever for one.
        self._finish = weakref.finalize(
            self, _finish, self._loop, thread, self._summarizer, self._ledger
        )

    async def __call__(self, batch: Any) -> AsyncIterator[Any]:
        """Yield the batch with `summary_json` and `error`; one of the two is None in each row.

        The requests run in a separate event loop: Ray blocks its own while its output queue is
        full, and requests would time out.
        """
        articles = _articles(batch, self._text_column)
        future = asyncio.run_coroutine_threadsafe(self._results(articles), self._loop)
        results = await asyncio.wrap_future(future)
        summaries = [None if result.failure else result.json for result in results]
        errors = [_message(result.failure.error) if result.failure else None for result in results]
        yield _extended(batch, {"summary_json": summaries, "error": errors})

    async def _results(self, articles: list[Read]) -> list[Result]:
        """Return one result for each article, in order."""
        results: list[Result] = []
        if self._fatal is None:
            run = self._summarizer.run(
                articles,
                concurrency=self._concurrency,
                processes=1,  # an actor is one
                ordered=True,
                ledger=self._ledger,
            )
            try:
                async for result in run.results():
                    results.append(result)  # noqa: PERF401  (results before an error count)
            except GuaranteeSummarizerError as error:
                self._fatal = error
        for article in articles[len(results) :]:
            reason = self._fatal or GuaranteeSummarizerError("was not started")
            results.append(Result(article.source, failure=Failure(article.source, reason)))
        return results

    def close(self) -> None:
        """Close connections, the ledger and the thread."""
        self._finish()


class _LimitedSummarizer(Summarizer):
    """A summarizer whose `slots` limit the articles in flight of all its runs together."""

    slots: asyncio.Semaphore

    async def asummarize(self, article: ArticleLike) -> Summary:
        async with self.slots:
            return await super().asummarize(article)


def _finish(
    loop: asyncio.AbstractEventLoop,
    thread: threading.Thread,
    summarizer: Summarizer,
    ledger: Ledger | None,
) -> None:
    with suppress(Exception):  # connections end with the process at the latest
        asyncio.run_coroutine_threadsafe(summarizer.aclose(), loop).result(_PATIENCE)
    loop.call_soon_threadsafe(loop.stop)
    thread.join(_PATIENCE)
    if not thread.is_alive():
        loop.close()
    if ledger is not None:
        ledger.close()


def _share(summarizer: Summarizer, actors: int) -> dict[str, Any]:
    """Return the settings of one actor: limits divided, folders absolute, without API key.

    >>> _share(Summarizer("m", api_key="k", tokens_per_minute=9e6), 3)["tokens_per_minute"]
    3000000.0
    """
    pickle.dumps(summarizer)  # raises the reason if it cannot be rebuilt in another process
    settings = summarizer.settings
    limits = {name: settings[name] / actors for name in _LIMITS if settings[name]}
    folders = {name: str(Path(settings[name]).absolute()) for name in _FOLDERS if name in settings}
    return settings | limits | folders


def _node_ledger(folder: Path) -> Ledger:
    """Return the ledger shared by the processes of one machine; machines must not share one."""
    with suppress(OSError):  # `Ledger` raises the better error
        folder.mkdir(parents=True, exist_ok=True)
    return Ledger(folder / f"node-{platform.node() or 'local'}.sqlite")


def _articles(batch: Any, text_column: str) -> list[Read]:
    """Return the article of every row, or its failure."""
    table = not isinstance(batch, Mapping)
    names = list(batch.column_names if table else batch)
    columns = {name: _values(batch[name]) for name in names}
    count = batch.num_rows if table else len(next(iter(batch.values()), ()))
    return [_article({n: columns[n][row] for n in columns}, text_column) for row in range(count)]


def _article(record: dict[str, Any], text_column: str) -> Read:
    place = str(record.get("url") or record.get("link") or "the row")
    return article_or_failure(place, text_column, lambda: record)


def _values(column: Any) -> list[Any]:
    """Return a column of pyarrow or numpy as plain values."""
    if hasattr(column, "to_pylist"):
        try:
            values: list[Any] = column.to_pylist()
        except (ValueError, OverflowError):  # times that Python cannot represent
            values = column.cast("string").to_pylist()
        return values
    if getattr(getattr(column, "dtype", None), "kind", "") == "M":
        column = column.astype("datetime64[us]")
    plain = column.tolist() if hasattr(column, "tolist") else list(column)
    return [None if is_missing(value) and value != "" else value for value in plain]


def _extended(batch: Any, added: dict[str, list[str | None]]) -> Any:
    """Return the batch with additional string columns, in the same type."""
    if isinstance(batch, Mapping):
        return {**batch, **added}
    pyarrow = import_module("pyarrow")
    kept = batch.drop_columns([name for name in added if name in batch.column_names])
    for name, values in added.items():
        kept = kept.append_column(name, pyarrow.array(values, pyarrow.string()))
    return kept


def _message(error: GuaranteeSummarizerError) -> str:
    return f"{type(error).__name__}: {error}"
