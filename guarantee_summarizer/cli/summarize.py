"""`guarantee-summarizer summarize` and `prompt`: single articles."""

from __future__ import annotations

import json
import os
import sys
from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from guarantee_summarizer import (
    Article,
    GuaranteeSummarizerError,
    Summarizer,
    Summary,
    to_markdown,
)
from guarantee_summarizer.article import decode
from guarantee_summarizer.cli.shared import BaseUrl, Language, Model, Prompts, refuse, told
from guarantee_summarizer.render import terminal_text

__all__ = ["prompt", "summarize"]


class PromptFormat(StrEnum):
    """How a prompt is shown."""

    text = "text"
    json = "json"


class Format(StrEnum):
    """How a summary is written."""

    terminal = "terminal"
    json = "json"
    markdown = "markdown"


Files = Annotated[
    list[str],
    typer.Argument(metavar="FILE…", help="Text or JSON files; - reads standard input."),
]


def summarize(  # noqa: PLR0913, PLR0917  (one parameter for each option of the command)
    files: Files,
    model: Model = None,
    base_url: BaseUrl = None,
    prompts: Prompts = None,
    language: Language = "English",
    strict: Annotated[
        bool, typer.Option("--strict", help="Fail when anything is incomplete or unsupported.")
    ] = False,
    coverage: Annotated[
        bool, typer.Option("--coverage", help="Warn of what the model's summary passes over.")
    ] = False,
    format: Annotated[  # noqa: A002  (the option's name)
        Format, typer.Option(help="terminal, json (one object a line) or markdown.")
    ] = Format.terminal,
    output: Annotated[
        Path | None, typer.Option(help="Write here instead of to the terminal.", metavar="FILE")
    ] = None,
) -> None:
    """Summarize articles; with several, failures are told at the end and the rest is done.

    Example: guarantee-summarizer summarize article.txt --format markdown --output summary.md
    """
    target = _Target(output)
    with told():
        summarizer = Summarizer(
            model,
            base_url=base_url,
            prompts=prompts,
            language=language,
            strict=strict,
            coverage=coverage,
        )
    failed = 0
    for name in files:
        try:
            target.add(_drawn(summarizer.summarize(_read(name)), format, output))
        except GuaranteeSummarizerError as error:
            failed += 1
            typer.echo(f"error: {error}", err=True)
    target.close()
    if failed and len(files) > 1:
        typer.echo(f"{failed} of {len(files)} articles failed", err=True)
    if failed:
        raise typer.Exit(2)


def prompt(
    file: Annotated[str, typer.Argument(help="Text or JSON file; - reads standard input.")],
    prompts: Prompts = None,
    language: Language = "English",
    format: Annotated[  # noqa: A002  (the option's name)
        PromptFormat, typer.Option(help="text to read, or json for programs.")
    ] = PromptFormat.text,
) -> None:
    """Show the exact messages and schema that a model would get, with fingerprint and size."""
    from guarantee_summarizer.prompts import PromptBook  # noqa: PLC0415  (jinja2, only here)

    with told():
        made = PromptBook(prompts).prompt(_read(file), language=language)
    schema = json.dumps(made.schema, ensure_ascii=False, separators=(",", ":"))
    sizes = {
        "system": len(made.system.encode()),
        "article": len(made.user.encode()),
        "schema": len(schema.encode()),
    }
    if format is PromptFormat.json:
        shown = {
            "fingerprint": made.fingerprint,
            "bytes": sizes,
            "messages": made.messages,
            "schema": made.schema,
        }
        typer.echo(json.dumps(shown, ensure_ascii=False, indent=1))
        return
    for message in made.messages:
        typer.echo(f"## {message['role']}\n\n{message['content']}")
    typer.echo(f"## schema\n\n{schema}\n")
    total = ", ".join(f"{name} {size:,}" for name, size in sizes.items())
    typer.echo(f"fingerprint {made.fingerprint}; bytes: {total}")


class _Target:
    """Standard output, or a file that is written whole at the end or not at all."""

    def __init__(self, path: Path | None) -> None:
        self._path, self._parts = path, list[str]()
        if path is not None and (path.is_dir() or not path.absolute().parent.is_dir()):
            refuse(f"{path}: cannot be written; name a file in an existing folder")

    def add(self, text: str) -> None:
        if self._path is None:
            sys.stdout.write(text)
            sys.stdout.flush()
        else:
            self._parts.append(text)

    def close(self) -> None:
        if self._path is None or not self._parts:
            return
        draft = self._path.with_name(f".{self._path.name}.{os.getpid()}")
        try:
            draft.write_text("".join(self._parts), encoding="utf-8")
            draft.replace(self._path)
        except OSError as error:
            draft.unlink(missing_ok=True)
            refuse(f"{self._path}: cannot be written ({error.strerror})")


def _drawn(summary: Summary, form: Format, output: Path | None) -> str:
    """A summary in the form asked for, with its last line end."""
    if form is Format.json:
        return summary.model_dump_json(exclude_none=True) + "\n"
    if form is Format.markdown:
        return to_markdown(summary) + "\n"
    return terminal_text(summary, styled=output is None and sys.stdout.isatty()) + "\n"


def _read(name: str) -> Article:
    if name == "-":
        return Article.from_text(
            decode(sys.stdin.buffer.read(), "standard input"), source="standard input"
        )
    return Article.from_file(name)
