"""`guarantee-summarizer batch`: whole corpora in, JSON Lines out."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Annotated

import typer

from guarantee_summarizer.commands.lines import carry_out
from guarantee_summarizer.commands.shell import BaseUrl, Language, Model, Prompts, refuse, told
from guarantee_summarizer.corpus.progress import Prices
from guarantee_summarizer.corpus.readers import read_articles
from guarantee_summarizer.summarizer import Summarizer

__all__ = ["batch"]


def batch(  # noqa: PLR0913, PLR0917  (one parameter for each option of the command)
    inputs: Annotated[
        list[str],
        typer.Argument(
            metavar="INPUT…",
            help="JSONL, CSV, Parquet, text, JSON, HTML, PDF, folders; - reads standard input.",
        ),
    ],
    output: Annotated[
        Path | None, typer.Option(help="JSON Lines; standard output if left out.", metavar="FILE")
    ] = None,
    ledger: Annotated[
        Path | None,
        typer.Option(help="Remembers what is done, so that a run can go on.", metavar="FILE"),
    ] = None,
    model: Model = None,
    base_url: BaseUrl = None,
    prompts: Prompts = None,
    language: Language = "English",
    strict: Annotated[
        bool, typer.Option("--strict", help="Count what is incomplete or unsupported as failed.")
    ] = False,
    concurrency: Annotated[int, typer.Option(help="Articles under way at once.")] = 16,
    ordered: Annotated[
        bool, typer.Option("--ordered", help="Lines in the order of the input.")
    ] = False,
    retry_failed: Annotated[
        bool, typer.Option("--retry-failed", help="Do again what the ledger holds as failed.")
    ] = False,
    text_column: Annotated[str, typer.Option(help="Where rows hold the article.")] = "text",
    requests_per_minute: Annotated[float | None, typer.Option(help="The endpoint's limit.")] = None,
    tokens_per_minute: Annotated[float | None, typer.Option(help="The endpoint's limit.")] = None,
    budget_tokens: Annotated[
        int | None, typer.Option(help="Begin no article once so many tokens are spent.")
    ] = None,
    budget_cost: Annotated[
        float | None, typer.Option(help="The same in money; needs --price.")
    ] = None,
    price: Annotated[
        tuple[float, float] | None,
        typer.Option(help="Of a million tokens in, and out.", metavar="IN OUT"),
    ] = None,
) -> None:
    """Summarize whole corpora; a run that was ended, or killed, goes on where it was.

    Exit status: 0 all done, 2 some articles failed (each has its line on standard error), 3 the
    budget or an error ended the run, 130 Ctrl-C did.

    Example: guarantee-summarizer batch news.jsonl --output out.jsonl --ledger run.sqlite
    """
    if output is not None and (output.is_dir() or not output.absolute().parent.is_dir()):
        refuse(f"{output}: cannot be written; name a file in an existing folder")
    with told():
        summarizer = Summarizer(
            model,
            base_url=base_url,
            prompts=prompts,
            language=language,
            strict=strict,
            requests_per_minute=requests_per_minute,
            tokens_per_minute=tokens_per_minute,
        )
        run = summarizer.run(
            read_articles(*inputs, text_column=text_column),
            concurrency=concurrency,
            ordered=ordered,
            ledger=ledger,
            retry_failed=retry_failed,
            budget_tokens=budget_tokens,
            budget_cost=budget_cost,
            prices=Prices(*price) if price else None,
            progress=sys.stderr.isatty(),
        )
    raise typer.Exit(carry_out(run, summarizer, output))
