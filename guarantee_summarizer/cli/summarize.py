"""`guarantee-summarizer summarize` and `prompt`: single articles."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Annotated, Literal

import typer

from guarantee_summarizer import (
    Article,
    Failure,
    GuaranteeSummarizerError,
    Summarizer,
    Summary,
    to_markdown,
)
from guarantee_summarizer.article import decode
from guarantee_summarizer.cli.shared import (
    BaseUrl,
    Language,
    Model,
    OutputFile,
    Prompts,
    Review,
    Strict,
    errors_as_one_line,
    open_output,
    print_error,
)
from guarantee_summarizer.render import terminal_text

__all__ = ["prompt", "summarize"]

Files = Annotated[
    list[str],
    typer.Argument(metavar="FILE…", help="Text or JSON files; - reads standard input."),
]
Format = Literal["terminal", "json", "markdown", "html"]


def summarize(  # noqa: PLR0913, PLR0917  (one parameter for each option of the command)
    files: Files,
    model: Model = None,
    base_url: BaseUrl = None,
    prompts: Prompts = None,
    language: Language = "English",
    strict: Strict = False,
    review: Review = True,
    coverage: Annotated[
        bool, typer.Option("--coverage", help="Warn of what the model's summary leaves out.")
    ] = False,
    format: Annotated[  # noqa: A002  (the option's name)
        Format,
        typer.Option(help="terminal, json (one object a line), markdown, or html (one page)."),
    ] = "terminal",
    output: OutputFile = None,
) -> None:
    """Summarize articles; of several, those that fail are reported and the rest is done.

    As html, all stand below each other in one page.

    Example: guarantee-summarizer summarize article.txt --format markdown --output summary.md
    """
    failed, outcomes = 0, list[Summary | Failure]()  # a page needs them all, other formats one
    with open_output(output) as out:
        with errors_as_one_line():
            summarizer = Summarizer(
                model,
                base_url=base_url,
                prompts=prompts,
                language=language,
                strict=strict,
                review=review,
                coverage=coverage,
            )
        for name in files:
            outcome = _summarized(summarizer, name)
            if isinstance(outcome, Failure):
                failed += 1
                print_error(outcome.error)
            if format == "html":
                outcomes.append(outcome)
            elif isinstance(outcome, Summary):
                out.write(_rendered(outcome, format, output) + "\n")
                out.flush()
        if failed < len(outcomes):
            from guarantee_summarizer import to_html  # noqa: PLC0415  (jinja2, only here)

            out.write(to_html(outcomes))
        if failed and len(files) > 1:
            typer.echo(f"{failed} of {len(files)} articles failed", err=True)
        if failed == len(files):
            raise typer.Exit(2)
    if failed:
        raise typer.Exit(2)


def prompt(
    file: Annotated[str, typer.Argument(help="Text or JSON file; - reads standard input.")],
    prompts: Prompts = None,
    language: Language = "English",
    format: Annotated[  # noqa: A002  (the option's name)
        Literal["text", "json"], typer.Option(help="text to read, or json for programs.")
    ] = "text",
) -> None:
    """Show the exact messages and schema that a model would get, with fingerprint and size."""
    from guarantee_summarizer.prompts import PromptBook  # noqa: PLC0415  (jinja2, only here)

    with errors_as_one_line():
        filled = PromptBook(prompts).prompt(_read(file), language=language)
    schema = json.dumps(filled.schema, ensure_ascii=False, separators=(",", ":"))
    parts = {"system": filled.system, "article": filled.user, "schema": schema}
    sizes = {name: len(text.encode()) for name, text in parts.items()}
    if format == "json":
        data = {
            "fingerprint": filled.fingerprint,
            "bytes": sizes,
            "messages": filled.messages,
            "schema": filled.schema,
        }
        typer.echo(json.dumps(data, ensure_ascii=False, indent=1))
        return
    for message in filled.messages:
        typer.echo(f"## {message['role']}\n\n{message['content']}")
    typer.echo(f"## schema\n\n{schema}\n")
    total = ", ".join(f"{name} {size:,}" for name, size in sizes.items())
    typer.echo(f"fingerprint {filled.fingerprint}; bytes: {total}")


def _summarized(summarizer: Summarizer, name: str) -> Summary | Failure:
    try:
        return summarizer.summarize(_read(name))
    except GuaranteeSummarizerError as error:
        return Failure(name, error)


def _rendered(summary: Summary, form: Format, output: Path | None) -> str:
    if form == "json":
        return summary.model_dump_json(exclude_none=True)
    if form == "markdown":
        return to_markdown(summary)
    return terminal_text(summary, styled=output is None and sys.stdout.isatty())


def _read(name: str) -> Article:
    if name == "-":
        return Article.from_text(
            decode(sys.stdin.buffer.read(), "standard input"), source="standard input"
        )
    return Article.from_file(name)
