"""`guarantee-summarizer batch`: summarize whole corpora."""

from __future__ import annotations

import sys
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Annotated

import typer

from guarantee_summarizer.article import Article
from guarantee_summarizer.cli.carry_out import carry_out
from guarantee_summarizer.cli.shared import (
    BaseUrl,
    Concurrency,
    Language,
    LexiconFolder,
    MaxTokens,
    Mode,
    Model,
    OutputFile,
    Prompts,
    Review,
    Seconds,
    Settings,
    Strict,
    TextColumn,
    errors_as_one_line,
    keep_inputs,
    print_warnings,
    requested,
)
from guarantee_summarizer.corpus.results import Prices
from guarantee_summarizer.readers import read_articles
from guarantee_summarizer.readers.records import Read
from guarantee_summarizer.summarizer import Summarizer

__all__ = ["batch"]


def batch(  # noqa: PLR0913, PLR0917  (one parameter for each option of the command)
    inputs: Annotated[
        list[str],
        typer.Argument(
            metavar="INPUT…",
            help="JSONL, CSV, Parquet, text, JSON, HTML, PDF, RSS, RTF, folders; - reads standard "
            "input.",
        ),
    ],
    output: OutputFile = None,
    ledger: Annotated[
        Path | None,
        typer.Option(help="Records results, so that runs can resume.", metavar="FILE"),
    ] = None,
    model: Model = None,
    base_url: BaseUrl = None,
    prompts: Prompts = None,
    lexicon: LexiconFolder = None,
    language: Language = "English",
    strict: Strict = False,
    review: Review = True,
    mode: Mode = "tools",
    max_tokens: MaxTokens = None,
    settings: Settings = None,
    seconds: Seconds = 300.0,
    concurrency: Concurrency = 16,
    processes: Annotated[
        int | None,
        typer.Option(help="Number of processes; all cores without a model, 1 with one."),
    ] = None,
    ordered: Annotated[
        bool, typer.Option("--ordered", help="Write lines in the order of the input.")
    ] = False,
    retry_failed: Annotated[
        bool, typer.Option("--retry-failed", help="Retry the articles that failed in the ledger.")
    ] = False,
    text_column: TextColumn = "text",
    requests_per_minute: Annotated[float | None, typer.Option(help="The endpoint's limit.")] = None,
    tokens_per_minute: Annotated[float | None, typer.Option(help="The endpoint's limit.")] = None,
    budget_tokens: Annotated[
        int | None, typer.Option(help="Start no more articles after so many tokens.")
    ] = None,
    budget_cost: Annotated[
        float | None, typer.Option(help="Start no more articles after this cost; needs --price.")
    ] = None,
    price: Annotated[
        tuple[float, float] | None,
        typer.Option(help="Prices per million tokens: input, output.", metavar="IN OUT"),
    ] = None,
) -> None:
    """Summarize whole corpora as JSON Lines; with a ledger, interrupted runs resume.

    Exit status: 0 all done, 2 some articles failed (each has a line on standard error), 3 the
    budget or an error ended the run, 130 Ctrl-C did.

    Example: guarantee-summarizer batch news.jsonl --output out.jsonl --ledger run.sqlite
    """
    keep_inputs(inputs, output, ledger=ledger)
    with errors_as_one_line():
        summarizer = Summarizer(
            model,
            base_url=base_url,
            prompts=prompts,
            lexicon=lexicon,
            language=language,
            strict=strict,
            review=review,
            mode=mode,
            max_tokens=max_tokens,
            request=requested(settings),
            seconds=seconds,
            requests_per_minute=requests_per_minute,
            tokens_per_minute=tokens_per_minute,
        )
        run = summarizer.run(
            _told(read_articles(*inputs, text_column=text_column)),
            concurrency=concurrency,
            processes=processes,
            ordered=ordered,
            ledger=ledger,
            retry_failed=retry_failed,
            budget_tokens=budget_tokens,
            budget_cost=budget_cost,
            prices=Prices(*price) if price else None,
            progress=sys.stderr.isatty(),
        )
    carry_out(run, summarizer, output)


def _told(articles: Iterable[Read]) -> Iterator[Read]:
    """Pass articles on, and print their warnings."""
    for article in articles:
        if isinstance(article, Article):
            print_warnings(article)
        yield article
