"""Write summaries and dossiers as tables: a row for each claim, with article, path and sentences."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING, Any

from guarantee_summarizer.corpus.results import Failure, Outcome
from guarantee_summarizer.dossier import Dossier
from guarantee_summarizer.errors import SchemaError
from guarantee_summarizer.render.columns import Kind, Layout, Row, frames_of
from guarantee_summarizer.render.dossiers.rows import DOSSIER_COLUMNS, dossier_records
from guarantee_summarizer.render.rows import (
    COLUMNS,
    failure_row,
    metadata_columns,
    rows_of,
    with_metadata,
)
from guarantee_summarizer.render.table_files import open_tables
from guarantee_summarizer.schema import Summary

if TYPE_CHECKING:
    import pandas as pd

__all__ = ["COLUMNS", "DOSSIER_COLUMNS", "to_frames", "to_records", "write_tables"]

_AT_ONCE = 200  # summaries whose rows are in memory while files are written


def to_records(summaries: Dossier | Outcome | Iterable[Outcome]) -> dict[str, list[dict[str, Any]]]:
    """Return summaries as tables of plain dicts: one row for each claim.

    All tables are present, and every row has all columns of its table (`COLUMNS`), in this order:

    - `summaries`: one row each, with headline, abstract, the number of claims, the model, the
      `warnings` about the input, and its `metadata`: as JSON, and after all other columns each
      field in a separate column, `metadata_id`, `metadata_source` (file and row) and so on;
    - `participants`, `proposals`, `terms`, `layers`, `structure`, `disputes`, `positions`, `events`:
      the claims. A term or a position names its claim (`parent`, `parent_title`); `structure` has
      the statements on a guarantee as a whole;
    - `findings`: findings of verification on claims that are kept; `withheld`: claims that were
      removed as unsupported, with the reasons, and in `content` the complete claim as JSON;
    - `failures`: inputs that could not be read or summarized, with the error.

    Each row begins with `summary` (the number of the summary, from 1; the key of `summaries`), the
    article's `article_id`, `published`, `outlet` and `url`, and `claim`, the path in the summary
    (`proposals[2].terms[0]`). It ends with the evidence: `sentences` (numbers, from 1) and
    `quotes`, one for each.

    A repeated summary has its rows twice; in `summaries`, `repeats` is the number of the first
    summary of the same article, and None in the first itself.

    A dossier has other tables (`DOSSIER_COLUMNS`):

    - `articles`: one row each, `article_id` is the key;
    - `actors` (key `actor`) and their `mentions`;
    - `threads` (key `thread`), their `statements`, and their `values`, each with its sources;
    - `conflicts` and `changes`: one row each, both sides in columns that begin with `one_` and
      `other_`, `before_` and `after_`: value, words, sources, and for each report article, claim
      and words;
    - `disputes` (key `dispute`, from 1) and their `stances`; `layers`; `moments`: the timeline;
    - `left_out`: inputs that are not in it, with the reason.

    A row of `mentions`, `statements`, `stances` and `layers` is one report: it has `article_id`,
    `published`, `outlet`, `source` (the outlet, or the outlet that it quotes), `claim`,
    `sentences`, `quotes` and `warnings`, as above.

    Args:
        summaries: a dossier; a summary; or an iterable of summaries, and of failures as `map` and
            `read_summaries` yield them. All rows are kept in memory, about 60 kB for a summary of
            45 claims; `write_tables` keeps few.

    Returns:
        Tables by name. Texts are `str` or None, never empty; lists are `list`; whole numbers `int`;
        `published` is a `datetime.date`; dates of events stay EDTF text, times ISO 8601 text (UTC).

    Raises:
        SchemaError: an item is neither a summary nor a failure.

    >>> tables = to_records(Summary(relevant=True, headline="Paris offers troops"))
    >>> tables["summaries"][0]["headline"], tables["proposals"]
    ('Paris offers troops', [])
    """
    if isinstance(summaries, Dossier):
        return dossier_records(summaries)
    return _recorded(summaries)[0]


def to_frames(summaries: Dossier | Outcome | Iterable[Outcome]) -> dict[str, pd.DataFrame]:
    """Return summaries as pandas data frames; tables, rows and columns are those of `to_records`.

    Types are the same whether or not a table has rows: texts `string`, whole numbers `Int64`,
    `relevant` `boolean`, `seconds` `Float64`, `published` `datetime64[s]`; missing values are
    `pandas.NA` (`NaT` for a day). Lists are Python lists in columns of objects, and may be empty.
    Whole numbers of more than 64 bits become missing, and lone surrogates are escaped: pandas
    supports neither.

    To write files, use `write_tables`: pandas would write a text that begins with `=` as a formula.

    Args:
        summaries: as in `to_records`.

    Raises:
        SchemaError: as in `to_records`.
        ConfigurationError: pandas is not installed (extra `tables`).
    """
    if isinstance(summaries, Dossier):
        return frames_of(dossier_records(summaries), DOSSIER_COLUMNS)
    return frames_of(*_recorded(summaries))


def write_tables(
    summaries: Dossier | Outcome | Iterable[Outcome], path: str | Path
) -> dict[str, int]:
    r"""Write summaries as tables: CSV files in a folder, one Excel file, or one Parquet file.

    The tables are those of `to_records`; tables without rows are written with their columns.
    Summaries are written as they arrive; afterwards only the ids of the articles are kept. Files
    get their final names when all is written; existing files are not changed until then.

    - A folder (a name without suffix, or with a slash at its end) gets `proposals.csv` and so on:
      comma-separated UTF-8 with a byte order mark, which Excel needs for Cyrillic. Read it
      with `pandas.read_csv(file, keep_default_na=False, na_values=[""])`, or with `csv` and
      `encoding="utf-8-sig"`. Excel guesses types when it opens CSV (`2026-01` becomes a day), and
      splits cells at semicolons in some countries; to view tables in Excel, write `.xlsx`.
    - `.xlsx` gets a sheet for each table, all texts as text. A text that is too long for a cell
      (32,767 characters) is cut off, with a note; a table with too many rows for a sheet continues
      in `terms 2`.
    - `.parquet` gets one table, because a Parquet file has only one: the rows of all tables, with
      the table's name in the first column, `table`; a row fills the columns of its own table.
      Lists stay lists. For a file for each table use `to_frames(…)["terms"].to_parquet(…)`.

    In CSV and Excel, a list is one cell with semicolons; an item with a semicolon is in
    quotation marks (`csv` reads them). No cell is or becomes a formula: an apostrophe precedes
    each = + - @ at the start of a cell or a line, or after a comma, a semicolon or a tab. Control
    characters, and those that change the direction of text, are escaped (`\x1b`, `\u202e`).
    Parquet has all texts unchanged.

    The metadata columns are those of the first 200 summaries; further fields of later summaries
    are in the column `metadata`. Their values are texts.

    Args:
        summaries: as in `to_records`.
        path: the output, as above.

    Returns:
        The number of rows of each table.

    Raises:
        SchemaError: an item is neither a summary nor a failure; nothing is written.
        ConfigurationError: the suffix is unknown, the path cannot be written, or an extra is
            missing (`tables` for Excel, `parquet`).
    """
    if isinstance(summaries, Dossier):
        records = dossier_records(summaries)
        with open_tables(path, DOSSIER_COLUMNS) as write:
            write(records)
        return {name: len(rows) for name, rows in records.items()}
    outcomes, recorder = _each(summaries), _Recorder()
    counts = dict.fromkeys(COLUMNS, 0)
    tables = recorder.records(islice(outcomes, _AT_ONCE))
    added: dict[str, Kind] = dict.fromkeys(metadata_columns(tables["summaries"]), "text")
    with open_tables(path, _layout(added)) as write:
        while any(tables.values()):
            write(_extended(tables, added))
            for name, rows in tables.items():
                counts[name] += len(rows)
            tables = recorder.records(islice(outcomes, _AT_ONCE))
    return counts


def _recorded(summaries: Outcome | Iterable[Outcome]) -> tuple[dict[str, list[Row]], Layout]:
    """Return the tables of all summaries, and the columns of each."""
    tables = _Recorder().records(_each(summaries))
    added = metadata_columns(tables["summaries"])
    return _extended(tables, added), _layout(added)


def _layout(added: Mapping[str, Kind]) -> Layout:
    return {**COLUMNS, "summaries": {**COLUMNS["summaries"], **added}}


def _extended(tables: dict[str, list[Row]], added: Mapping[str, Kind]) -> dict[str, list[Row]]:
    return tables | {"summaries": [with_metadata(row, added) for row in tables["summaries"]]}


def _each(summaries: Outcome | Iterable[Outcome]) -> Iterator[Outcome]:
    if isinstance(summaries, Summary | Failure):
        return iter((summaries,))
    if isinstance(summaries, str | bytes | Path | Mapping) or not isinstance(summaries, Iterable):
        raise _refused(summaries)
    return iter(summaries)


def _refused(given: object) -> SchemaError:
    return SchemaError(
        f"tables are made from summaries and failures, not from {type(given).__name__}; "
        "read stored summaries with read_summaries first"
    )


@dataclass
class _Recorder:
    """Numbers summaries and turns them into rows."""

    number: int = 0
    of_article: dict[str, int] = field(default_factory=dict)

    def records(self, outcomes: Iterable[Outcome]) -> dict[str, list[Row]]:
        tables: dict[str, list[Row]] = {name: [] for name in COLUMNS}
        for outcome in outcomes:
            if isinstance(outcome, Failure):
                tables["failures"].append(failure_row(outcome))
            elif isinstance(outcome, Summary):
                self.number += 1
                first = self._first(outcome)
                for name, row in rows_of(outcome, self.number, first):
                    tables[name].append(row)
            else:
                raise _refused(outcome)
        return tables

    def _first(self, summary: Summary) -> int | None:
        """Return the number of the article's first summary; None if it is this one, or unknown."""
        if summary.article is None:
            return None
        first = self.of_article.setdefault(summary.article.id, self.number)
        return None if first == self.number else first
