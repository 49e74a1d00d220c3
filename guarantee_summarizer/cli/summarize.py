"""`guarantee-summarizer summarize` and `prompt`: single articles."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Annotated, Literal

import typer

from guarantee_summarizer import Article, GuaranteeSummarizerError, Summarizer, Summary, to_markdown
from guarantee_summarizer.article import decode
from guarantee_summarizer.cli.shared import (
    BaseUrl,
    Language,
    MaxTokens,
    Mode,
    Model,
    OutputFile,
    Prompts,
    Review,
    Seconds,
    Settings,
    Strict,
    errors_as_one_line,
    open_output,
    print_error,
    requested,
    show_notes,
)
from guarantee_summarizer.render import terminal_text

__all__ = ["prompt", "summarize"]

_BYTES = 4  # of a token, about
_SENT = {
    "tools": "tools: the schema is sent as a tool, which counts as part of the prompt",
    "json_schema": "json_schema: the schema is sent as response_format, which some servers count",
}

Files = Annotated[
    list[str],
    typer.Argument(metavar="FILE…", help="Text or JSON files; - reads standard input."),
]
Format = Literal["terminal", "json", "markdown"]


def summarize(  # noqa: PLR0913, PLR0917  (one parameter for each option of the command)
    files: Files,
    model: Model = None,
    base_url: BaseUrl = None,
    prompts: Prompts = None,
    language: Language = "English",
    strict: Strict = False,
    review: Review = True,
    mode: Mode = "tools",
    max_tokens: MaxTokens = None,
    settings: Settings = None,
    seconds: Seconds = 300.0,
    coverage: Annotated[
        bool, typer.Option("--coverage", help="Warn of what the model's summary leaves out.")
    ] = False,
    format: Annotated[  # noqa: A002  (the option's name)
        Format, typer.Option(help="terminal, json (one object a line) or markdown.")
    ] = "terminal",
    output: OutputFile = None,
) -> None:
    """Summarize articles; of several, those that fail are reported and the rest is done.

    Example: guarantee-summarizer summarize article.txt --format markdown --output summary.md
    """
    failed = 0
    show_notes()
    with open_output(output) as out:
        with errors_as_one_line():
            summarizer = Summarizer(
                model,
                base_url=base_url,
                prompts=prompts,
                language=language,
                strict=strict,
                review=review,
                mode=mode,
                max_tokens=max_tokens,
                request=requested(settings),
                seconds=seconds,
                coverage=coverage,
            )
        for at, name in enumerate(files, 1):  # noqa: B007  (how far it came)
            try:
                summary = summarizer.summarize(_read(name))
            except GuaranteeSummarizerError as error:
                failed += 1
                print_error(error)
                if getattr(error, "ends_run", False):
                    break
            else:
                out.write(_rendered(summary, format, output) + "\n")
                out.flush()
        failed += len(files) - at
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
    mode: Mode = "tools",
    format: Annotated[  # noqa: A002  (the option's name)
        Literal["text", "json"], typer.Option(help="text to read, or json for programs.")
    ] = "text",
) -> None:
    """Show the exact messages and schema that a model would get, with fingerprint and size.

    Tokens are an estimate (bytes / 4): each model counts in its own way.
    """
    from guarantee_summarizer.prompts import PromptBook  # noqa: PLC0415  (jinja2, only here)

    with errors_as_one_line():
        filled = PromptBook(prompts).prompt(_read(file), language=language)
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
        typer.echo(json.dumps(data, ensure_ascii=False, indent=1))
        return
    for message in filled.messages:
        typer.echo(f"## {message['role']}\n\n{message['content']}")
    typer.echo(f"## schema\n\n{schema}\n")
    total = ", ".join(f"{name} {size:,}" for name, size in sizes.items())
    typer.echo(f"fingerprint {filled.fingerprint}; bytes: {total}")
    tokens = sum(sizes.values()) // _BYTES
    typer.echo(f"about {tokens:,} tokens (an estimate: bytes / {_BYTES}); mode {_SENT[mode]}")


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
