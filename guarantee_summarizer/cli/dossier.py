"""`guarantee-summarizer dossier`: many summaries, or articles, as one dossier."""

from __future__ import annotations

import sys
from collections.abc import Iterable, Iterator
from itertools import chain
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal

import typer

from guarantee_summarizer.cli.shared import (
    BaseUrl,
    Concurrency,
    Language,
    Model,
    Prompts,
    Review,
    Strict,
    errors_as_one_line,
    keep_inputs,
    open_output,
    print_error,
    refuse,
    say,
)
from guarantee_summarizer.corpus.results import Failure, Outcome
from guarantee_summarizer.lines import json_line
from guarantee_summarizer.readers import read_articles, read_summaries, sort_inputs
from guarantee_summarizer.readers.kinds import KINDS, kind_of
from guarantee_summarizer.render import terminal_text, to_markdown
from guarantee_summarizer.summarizer import Summarizer

if TYPE_CHECKING:
    from guarantee_summarizer.dossier import Dossier

__all__ = ["dossier"]

Format = Literal["terminal", "markdown", "html", "json", "tables"]
_BY_SUFFIX: dict[str, Format] = {
    "": "tables",
    ".htm": "html",
    ".html": "html",
    ".json": "json",
    ".markdown": "markdown",
    ".md": "markdown",
    ".parquet": "tables",
    ".txt": "terminal",
    ".xlsx": "tables",
}


def dossier(  # noqa: PLR0913, PLR0917  (one parameter for each option of the command)
    inputs: Annotated[
        list[str],
        typer.Argument(
            metavar="FILE…",
            help="Summaries as batch writes them, or articles (text, HTML, PDF, JSONL, CSV …), "
            "which are summarized first; folders of them; - reads summaries from standard input.",
        ),
    ],
    output: Annotated[
        str | None,
        typer.Option(
            metavar="FILE|DIR",
            help="The suffix sets the format: .html, .md, .json, .txt; .xlsx, .parquet or a folder "
            "for tables. Default: standard output.",
        ),
    ] = None,
    since: Annotated[
        str | None,
        typer.Option(
            metavar="DATE",
            help="Begin with the changes since this day, and mark them; not for json and tables.",
        ),
    ] = None,
    format: Annotated[  # noqa: A002  (the option's name)
        Format | None, typer.Option(help="If the suffix does not set it; default: terminal.")
    ] = None,
    model: Model = None,
    base_url: BaseUrl = None,
    prompts: Prompts = None,
    language: Language = "English",
    strict: Strict = False,
    review: Review = True,
    concurrency: Concurrency = 16,
) -> None:
    """Join summaries: who proposed what when, what changed, which reports contradict each other.

    To summarize many articles with a model, run batch with a ledger first: it can be resumed.

    Exit status: 0 all inputs are in the dossier, 2 some could not be read or summarized; the
    dossier lists them.

    Example: guarantee-summarizer dossier out.jsonl --output dossier.html --since 2026-01-06
    """
    from guarantee_summarizer.dossier import Dossier  # noqa: PLC0415  (only this command)
    from guarantee_summarizer.dossier.dossier import day_of  # noqa: PLC0415

    with errors_as_one_line():
        form = _form(output, format)
        if since is not None:
            day_of(since)
            if form in ("json", "tables"):
                refuse(
                    f"--since marks what is new on pages and in text, not in {form}: leave it out "
                    "and pick the changes by their day there, or write html, markdown or terminal"
                )
        given = sort_inputs(inputs)
        _keep_inputs(inputs, (*given.summaries, *given.articles), output, form)
        outcomes = read_summaries(*given.summaries)
        if given.articles:
            summarizer = Summarizer(
                model,
                base_url=base_url,
                prompts=prompts,
                language=language,
                strict=strict,
                review=review,
            )
            articles = read_articles(*given.articles)
            made = summarizer.map(articles, concurrency=concurrency, progress=sys.stderr.isatty())
            outcomes = chain(outcomes, made)
        failures: list[Failure] = []
        joined = Dossier.of(_reported(outcomes, failures))
        if not joined.summaries:
            refuse(f"{', '.join(inputs)}: no summary could be read, so nothing is written")
        _write(joined, output, form, since)
    say(f"{output or 'dossier'}: {joined!r}")
    if failures:
        raise typer.Exit(2)


def _form(output: str | None, form: Format | None) -> Format:
    """Return the format of the output from its suffix; an existing folder is for tables."""
    if output is None:
        if form == "tables":
            refuse("tables need a place: name a folder or an .xlsx file with --output")
        return form or "terminal"
    folder = output.endswith("/") or Path(output).is_dir()
    told = form or _BY_SUFFIX.get("" if folder else Path(output).suffix.lower())
    if told is None:
        known = ", ".join(sorted(filter(None, _BY_SUFFIX)))
        refuse(f"{output}: the suffix does not say what to write; use one of {known}, or --format")
    return told


def _keep_inputs(
    inputs: Iterable[str], files: Iterable[str], output: str | None, form: Format
) -> None:
    """Refuse to overwrite an input, or to write where the next run would read it."""
    if output is None:
        return
    written = _written(output, form)
    keep_inputs(files, *written)
    folders = {Path(name).resolve(): name for name in inputs if Path(name).is_dir()}
    for path in (path.resolve() for path in written if kind_of(path) in KINDS):
        if name := next((folders[p] for p in path.parents if p in folders), None):
            refuse(f"{output}: is in {name} and would be read next time; name another place")


def _written(output: str, form: Format) -> list[Path]:
    if form != "tables":
        return [Path(output)]
    from guarantee_summarizer.render.table_files import files_of  # noqa: PLC0415
    from guarantee_summarizer.render.tables import DOSSIER_COLUMNS  # noqa: PLC0415

    return [*files_of(output, DOSSIER_COLUMNS).values()]


def _reported(outcomes: Iterable[Outcome], failures: list[Failure]) -> Iterator[Outcome]:
    """Print failures as they arrive, and collect them."""
    for outcome in outcomes:
        if isinstance(outcome, Failure):
            failures.append(outcome)
            print_error(outcome)
        yield outcome


def _write(made: Dossier, output: str | None, form: Format, since: str | None) -> None:
    if form == "tables" and output is not None:
        from guarantee_summarizer.render.tables import write_tables  # noqa: PLC0415

        write_tables(made, output)
        return
    with open_output(None if output is None else Path(output)) as out:
        out.write(_text(made, form, since, styled=output is None and sys.stdout.isatty()) + "\n")


def _text(made: Dossier, form: Format, since: str | None, *, styled: bool) -> str:
    if form == "json":
        return json_line(made.model_dump_json())
    if form == "html":
        from guarantee_summarizer.render.html.page import to_html  # noqa: PLC0415  (jinja2)

        return to_html(made, since=since)
    if form == "markdown":
        return to_markdown(made, since=since)
    return terminal_text(made, styled=styled, since=since)
