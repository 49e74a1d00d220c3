"""Files of tables, read back with the libraries that people read them with."""

from __future__ import annotations

import csv
import datetime as dt
import re
import sys

import openpyxl
import pandas as pd
import pyarrow.parquet as pq
import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

import guarantee_summarizer as gs
from guarantee_summarizer.render import excel
from guarantee_summarizer.render.cells import plain, split, unprotected
from guarantee_summarizer.render.columns import columns, stacked
from guarantee_summarizer.render.table_files import open_tables
from guarantee_summarizer.render.tables import COLUMNS
from tests.render.test_cells import TEXTS
from tests.render.test_tables import ARTICLE, FAILURE, SUMMARY

LAYOUT = {
    "claims": columns("text names:texts rank:whole when:day sure:truth share:number at:wholes"),
    "empty": columns("text"),
}
FULL = {
    "text": "=HYPERLINK(1)",
    "names": ["Україна", "Bonn; Berlin"],
    "rank": 2,
    "when": dt.date(2026, 1, 6),
    "sure": True,
    "share": 0.5,
    "at": [1, 3],
}
BARE = dict.fromkeys(LAYOUT["claims"])


def written(path, *rows, layout=LAYOUT):
    with open_tables(path, layout) as write:
        for row in rows:
            write({"claims": [row]})
    return path


def csv_rows(file):
    with file.open(encoding="utf-8-sig", newline="") as lines:
        return list(csv.DictReader(lines))


def sheets(path):
    book = openpyxl.load_workbook(path)
    for sheet in book:
        for row in sheet.iter_rows():
            assert all(cell.data_type not in ("f", "e") for cell in row)
    return {sheet.title: list(sheet.values) for sheet in book}


def unescaped(text):
    return text.replace("_x005F_", "_")


def test_csv_holds_every_kind_of_value(tmp_path):
    folder = written(tmp_path / "out", FULL, BARE)
    first, second = csv_rows(folder / "claims.csv")
    assert first == {
        "text": "'=HYPERLINK(1)",
        "names": 'Україна; "Bonn; Berlin"',
        "rank": "2",
        "when": "2026-01-06",
        "sure": "true",
        "share": "0.5",
        "at": "1; 3",
    }
    assert set(second.values()) == {""}
    assert (folder / "empty.csv").read_bytes() == b"\xef\xbb\xbftext\r\n"


def test_excel_holds_every_kind_of_value(tmp_path):
    tables = sheets(written(tmp_path / "out.xlsx", FULL, BARE))
    assert tables["claims"][0] == tuple(LAYOUT["claims"])
    assert tables["claims"][1] == (
        "'=HYPERLINK(1)", 'Україна; "Bonn; Berlin"', 2, pd.Timestamp(2026, 1, 6), True, 0.5, "1; 3",
    )  # fmt: skip
    assert tables["empty"] == [("text",)]


def test_parquet_holds_every_kind_of_value(tmp_path):
    table = pq.read_table(written(tmp_path / "out.parquet", FULL, BARE))
    assert table.column_names == list(stacked(LAYOUT))
    assert table.to_pylist() == [{"table": "claims", **FULL}, {"table": "claims", **BARE}]
    assert table.schema.equals(pq.read_schema(written(tmp_path / "none.parquet")))


@pytest.mark.parametrize("name", ["out", "out.xlsx", "out.parquet"])
def test_tables_without_rows_keep_their_columns(tmp_path, name):
    counts = gs.write_tables([], tmp_path / name)
    assert counts == dict.fromkeys(COLUMNS, 0)
    if name == "out":
        headers = {f.stem: list(pd.read_csv(f).columns) for f in (tmp_path / name).iterdir()}
        assert headers == {table: list(its) for table, its in COLUMNS.items()}
    elif name == "out.xlsx":
        assert sheets(tmp_path / name) == {t: [tuple(its)] for t, its in COLUMNS.items()}
    else:
        assert list(pd.read_parquet(tmp_path / name).columns) == list(stacked(COLUMNS))


@settings(max_examples=50, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(text=TEXTS, names=st.lists(TEXTS, max_size=3))
@example(text="=1+1", names=["+1", "a\n-1"])
@example(text="\ud800\x00\r", names=["_x0041_", "\ufffe"])
def test_any_text_survives_csv_and_excel_up_to_what_is_documented(tmp_path, text, names):
    row = {**BARE, "text": text, "names": names, "rank": 1}
    (cells,) = csv_rows(written(tmp_path / "any", row) / "claims.csv")
    assert unprotected(cells["text"]) == plain(text)
    assert split(unprotected(cells["names"])) == [plain(name) for name in names]
    got = sheets(written(tmp_path / "any.xlsx", row))["claims"][1]
    lines = re.sub("\r\n?", "\n", plain(text))
    assert unprotected(unescaped(got[0] or "")) == lines
    for cell in (*cells.values(), *got):
        assert str(cell)[:1] not in tuple("=+-@\t\r＝＋－＠")


def test_pandas_reads_every_file_alike(tmp_path, embedded):
    given = [SUMMARY, embedded, FAILURE]
    tables = gs.to_records(given)
    for name in ("out", "out.xlsx", "out.parquet"):
        counts = gs.write_tables(iter(given), tmp_path / name)
        assert counts == {table: len(rows) for table, rows in tables.items()}
    stack = pd.read_parquet(tmp_path / "out.parquet")
    for name, rows in tables.items():
        from_csv = pd.read_csv(
            tmp_path / "out" / f"{name}.csv", keep_default_na=False, na_values=[""], dtype=str
        )
        from_excel = pd.read_excel(tmp_path / "out.xlsx", sheet_name=name, keep_default_na=False)
        column = "message" if name in ("findings", "failures") else "claim"
        column = "headline" if name == "summaries" else column
        texts = [row[column] for row in rows]
        assert from_csv[column].map(unprotected).tolist() == texts
        assert from_excel[column].map(unprotected).tolist() == texts
        assert stack.loc[stack["table"] == name, column].tolist() == texts


def test_a_cell_that_is_too_long_for_excel_says_that_it_was_cut(tmp_path):
    rows = [{**BARE, "text": text} for text in ("a" * 32_767, "a" * 32_768, "👍" * 20_000)]
    whole, cut, wide = (row[0] for row in sheets(written(tmp_path / "o.xlsx", *rows))["claims"][1:])
    assert whole == "a" * 32_767
    assert cut.endswith("a … [cut off here: it has 32,768 characters]")
    assert wide.endswith("👍 … [cut off here: it has 20,000 characters]")
    assert [len(text.encode("utf-16-le")) // 2 for text in (cut, wide)] == [32_767, 32_767]
    (row,) = csv_rows(written(tmp_path / "o", rows[1]) / "claims.csv")
    assert row["text"] == "a" * 32_768


def test_a_table_that_is_too_long_for_a_sheet_goes_on_in_the_next(tmp_path, monkeypatch):
    monkeypatch.setattr(excel, "_ROWS", 3)
    rows = [{**BARE, "rank": number} for number in range(1, 6)]
    tables = sheets(written(tmp_path / "out.xlsx", *rows))
    assert list(tables) == ["claims", "empty", "claims 2", "claims 3"]
    got = {name: [row[2] for row in rows] for name, rows in tables.items() if "claims" in name}
    assert got == {"claims": ["rank", 1, 2], "claims 2": ["rank", 3, 4], "claims 3": ["rank", 5]}


def test_figures_and_days_that_excel_would_change_stand_as_texts(tmp_path):
    row = {**BARE, "rank": 10**20, "when": dt.date(1899, 1, 1), "share": float("nan")}
    (_, got) = sheets(written(tmp_path / "out.xlsx", row))["claims"]
    assert got[2:6] == ("100000000000000000000", "1899-01-01", None, "nan")
    (_, got) = sheets(written(tmp_path / "out.xlsx", {**BARE, "text": "#N/A"}))["claims"]
    assert got[0] == "#N/A"


def test_names_that_are_no_names_of_sheets_are_made_so(tmp_path):
    layout = {"a/b:[c]" + "d" * 40: columns("x"), "A_B__C_" + "d" * 40: columns("x"), "'q'": {}}
    with open_tables(tmp_path / "out.xlsx", layout):
        pass
    names = list(sheets(tmp_path / "out.xlsx"))
    assert len({name.lower() for name in names}) == 3
    assert all(len(name) <= 31 for name in names)


def test_what_a_typed_file_cannot_hold_does_not_stop_it(tmp_path):
    row = {**BARE, "text": "a\ud800", "rank": 2**63, "at": [1, 2**64]}
    (got,) = pq.read_table(written(tmp_path / "out.parquet", row)).to_pylist()
    assert (got["text"], got["rank"], got["at"]) == ("a\\ud800", None, [1, None])


@pytest.mark.parametrize("name", ["out", "out.xlsx", "out.parquet"])
def test_what_stood_there_is_whole_until_all_is_written(tmp_path, name):
    path = tmp_path / name

    def summaries():
        yield from [SUMMARY] * 250
        raise OSError("of the one who reads")

    gs.write_tables(SUMMARY, path)
    files = sorted(path.iterdir()) if path.is_dir() else [path]
    before = [file.read_bytes() for file in files]
    with pytest.raises(OSError, match="of the one who reads"):
        gs.write_tables(summaries(), path)
    assert [file.read_bytes() for file in files] == before
    assert not list(tmp_path.rglob("*.part"))


@pytest.mark.parametrize(
    ("name", "reason"),
    [
        ("out.csv", "CSV needs a file for each table"),
        ("out.jsonl", "name an .xlsx file"),
        ("gone/out.xlsx", "cannot be written"),
        ("gone/out.parquet", "cannot be written"),
        ("gone/out", "cannot be written"),
        ("file.txt/", "cannot be written"),
    ],
)
def test_a_place_that_cannot_be_written_is_named(tmp_path, name, reason):
    (tmp_path / "file.txt").write_text("kept")
    with pytest.raises(gs.ConfigurationError, match=reason) as raised:
        gs.write_tables(SUMMARY, f"{tmp_path}/{name}")
    assert str(raised.value).startswith(f"{tmp_path}/{name}")
    assert [file.name for file in tmp_path.iterdir()] == ["file.txt"]


def test_a_new_folder_that_gets_no_files_does_not_stay(tmp_path):
    def none():
        raise gs.SchemaError("x")
        yield

    with pytest.raises(gs.SchemaError):
        gs.write_tables(none(), tmp_path / "new")
    assert not list(tmp_path.iterdir())


def test_a_file_of_the_folder_that_cannot_be_written_is_told(tmp_path):
    (tmp_path / "terms.csv.part").mkdir()
    with pytest.raises(gs.ConfigurationError, match="cannot be written"):
        gs.write_tables(SUMMARY, tmp_path)
    assert [file.name for file in tmp_path.iterdir()] == ["terms.csv.part"]


def test_a_folder_with_a_point_in_its_name_is_one_if_it_ends_with_a_slash(tmp_path):
    gs.write_tables(SUMMARY, f"{tmp_path}/run.2026/")
    gs.write_tables(SUMMARY, tmp_path / "run.2026")
    assert len(list((tmp_path / "run.2026").glob("*.csv"))) == len(COLUMNS)


@pytest.mark.parametrize(
    ("name", "module", "extra"),
    [("out.xlsx", "openpyxl", "tables"), ("out.parquet", "pyarrow", "parquet")],
)
def test_a_missing_extra_is_named_with_its_command(tmp_path, monkeypatch, name, module, extra):
    for loaded in [loaded for loaded in sys.modules if loaded.partition(".")[0] == module]:
        monkeypatch.delitem(sys.modules, loaded)
    monkeypatch.setitem(sys.modules, module, None)
    with pytest.raises(gs.ConfigurationError, match=rf"pip install 'guarantee.*\[{extra}\]'"):
        gs.write_tables(SUMMARY, tmp_path / name)
    assert not list(tmp_path.iterdir())
    gs.write_tables(SUMMARY, tmp_path / "csv")


def test_frames_need_pandas(monkeypatch):
    monkeypatch.setitem(sys.modules, "pandas", None)
    with pytest.raises(gs.ConfigurationError, match=r"pip install 'guarantee.*\[tables\]'"):
        gs.to_frames(SUMMARY)


def test_the_article_of_a_row_is_the_same_in_all_files(tmp_path):
    gs.write_tables(SUMMARY, tmp_path / "out.parquet")
    table = pd.read_parquet(tmp_path / "out.parquet")
    assert set(table["article_id"]) == {ARTICLE.id}
    assert set(table["published"]) == {dt.date(2026, 1, 6)}
