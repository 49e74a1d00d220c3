"""`guarantee-summarizer summarize` and `prompt`: single articles."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterable, Iterator
from contextlib import ExitStack
from itertools import islice
from pathlib import Path
from typing import Annotated, Literal

import typer

from guarantee_summarizer import (
    Article,
    ArticleError,
    Failure,
    GuaranteeSummarizerError,
    Summarizer,
    Summary,
    to_markdown,
)
from guarantee_summarizer.cli.shared import (
    BaseUrl,
    Day,
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
    Title,
    errors_as_one_line,
    keep_inputs,
    open_output,
    print_error,
    print_warnings,
    refuse,
    requested,
    say,
    with_fields,
)
from guarantee_summarizer.corpus.twins import Twins
from guarantee_summarizer.lines import json_line, visible
from guarantee_summarizer.readers import read_articles
from guarantee_summarizer.render import terminal_text

__all__ = ["prompt", "summarize"]

_BYTES = 4  # per token, about
_SENT = {
    "tools": "tools: the schema is sent as a tool, which counts as part of the prompt",
    "json_schema": "json_schema: the schema is sent as response_format, which some servers count",
}

Files = Annotated[
    list[str],
    typer.Argument(
        metavar="FILE…",
        help="Text, JSON, HTML, PDF, tables, feeds, folders; - reads standard input.",
    ),
]
Format = Literal["terminal", "json", "markdown", "html"]


def summarize(  # noqa: PLR0913, PLR0917  (one parameter for each option of the command)
    files: Files,
    model: Model = None,
    base_url: BaseUrl = None,
    prompts: Prompts = None,
    lexicon: LexiconFolder = None,
    language: Language = "English",
    title: Title = None,
    date: Day = None,
    strict: Strict = False,
    review: Review = True,
    mode: Mode = "tools",
    max_tokens: MaxTokens = None,
    settings: Settings = None,
    seconds: Seconds = 300.0,
    coverage: Annotated[
        bool, typer.Option("--coverage", help="Warn about items missing from the model's summary.")
    ] = False,
    text_column: TextColumn = "text",
    full: Annotated[
        bool, typer.Option("--full", help="Show all claims with their sentences on the terminal.")
    ] = False,
    format: Annotated[  # noqa: A002  (the option's name)
        Format,
        typer.Option(help="terminal, json (one object per line), markdown, or html (one page)."),
    ] = "terminal",
    output: OutputFile = None,
) -> None:
    """Summarize articles; failed articles are reported, the rest are summarized.

    With html, all summaries are on one page.

    Example: guarantee-summarizer summarize article.txt --format markdown --output summary.md
    """
    failed = seen = 0
    outcomes = list[Summary | Failure]()  # a page needs all results at once, other formats one
    keep_inputs(files, output)
    with open_output(output) as out, ExitStack() as opened:
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
                coverage=coverage,
            )
        opened.callback(summarizer.close)
        for outcome in _summaries(
            summarizer, _described(_articles(files, text_column), title, date)
        ):
            seen += 1
            if isinstance(outcome, Failure):
                failed += 1
                print_error(outcome.error)
            if format == "html":
                outcomes.append(outcome)
            elif isinstance(outcome, Summary):
                out.write(_rendered(outcome, format, output, full=full) + "\n")
                out.flush()
            if isinstance(outcome, Failure) and getattr(outcome.error, "ends_run", False):
                break
        if failed < len(outcomes):
            from guarantee_summarizer import to_html  # noqa: PLC0415  (jinja2, only here)

            out.write(to_html(outcomes))
        if failed and seen > 1:
            say(f"{failed} of {seen} articles failed")
        if failed == seen:
            raise typer.Exit(2)
    if failed:
        raise typer.Exit(2)


def prompt(  # noqa: PLR0913, PLR0917  (one parameter for each option of the command)
    file: Annotated[str, typer.Argument(help="File with one article; - reads standard input.")],
    prompts: Prompts = None,
    language: Language = "English",
    title: Title = None,
    date: Day = None,
    mode: Mode = "tools",
    format: Annotated[  # noqa: A002  (the option's name)
        Literal["text", "json"], typer.Option(help="text to read, or json for programs.")
    ] = "text",
) -> None:
    """Show the exact messages and schema that a model would get, with fingerprint and size.

    Tokens are an estimate (bytes / 4): each model counts differently.
    """
    from guarantee_summarizer.prompts import PromptBook  # noqa: PLC0415  (jinja2, only here)

    with errors_as_one_line():
        article = with_fields(_first(file), title, date)
        filled = PromptBook(prompts).prompt(article, language=language)
    schema = json.dumps(filled.schema, ensure_ascii=False, separators=(",", ":"))
    parts = {"system": filled.system, "article": filled.user, "schema": schema}
    sizes = {name: len(text.encode()) for name, text in parts.items()}
    if format == "json":
        data = {
            "fingerprint": filled.fingerprint,
            "mode": mode,
            "bytes": sizes,
            "tokens_estimated": sum(sizes.values()) // _BYTES,
            "messages": filled.messages,
            "schema": filled.schema,
        }
        typer.echo(json_line(json.dumps(data, ensure_ascii=False, indent=1)))
        return
    for message in filled.messages:
        typer.echo(f"## {message['role']}\n\n{visible(message['content'])}")
    typer.echo(f"## schema\n\n{json_line(schema)}\n")
    total = ", ".join(f"{name} {size:,}" for name, size in sizes.items())
    typer.echo(f"fingerprint {filled.fingerprint}; bytes: {total}")
    tokens = sum(sizes.values()) // _BYTES
    typer.echo(f"about {tokens:,} tokens (an estimate: bytes / {_BYTES}); mode {_SENT[mode]}")


def _summaries(
    summarizer: Summarizer, articles: Iterable[Article | Failure]
) -> Iterator[Summary | Failure]:
    twins = Twins()
    for item in articles:
        if isinstance(item, Failure):
            yield item
            continue
        print_warnings(item)
        try:
            yield summarizer.summarize(twins.named(item))
        except GuaranteeSummarizerError as error:
            yield Failure(item.source, error, item)


def _described(
    articles: Iterable[Article | Failure], title: str | None, day: str | None
) -> Iterable[Article | Failure]:
    """Yield the articles; `--title` and `--date` apply to a single article only."""
    if title is None and day is None:
        return articles
    first = list(islice(articles, 2))
    if len(first) > 1:
        refuse("--title and --date describe one article, and there are several; leave them out")
    return [item if isinstance(item, Failure) else with_fields(item, title, day) for item in first]


def _articles(files: list[str], text_column: str) -> Iterator[Article | Failure]:
    """Read the articles of all files; an unreadable file is reported, the rest are read."""
    for name in files:
        try:
            articles = read_articles(name, text_column=text_column)
            if (first := next(articles, None)) is None:
                raise ArticleError(f"{name}: has no article")
            yield first
            yield from articles
        except GuaranteeSummarizerError as error:
            yield Failure(name, error)


def _first(name: str) -> Article:
    """Return the first article of a file."""
    for item in read_articles(name):
        if isinstance(item, Failure):
            raise item.error
        return item
    raise ArticleError(f"{name}: has no article")


def _rendered(summary: Summary, form: Format, output: Path | None, *, full: bool) -> str:
    if form == "json":
        return json_line(summary.model_dump_json(exclude_none=True))
    if form == "markdown":
        return to_markdown(summary)
    return terminal_text(summary, styled=output is None and sys.stdout.isatty(), full=full)
