"""Articles from files of every format: what comes back, what is refused, and in which place."""

from __future__ import annotations

import csv
import gzip
import io
import itertools
import json
import os
import subprocess
import sys
import tempfile
import threading
from contextlib import suppress
from datetime import UTC, date, datetime
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from guarantee_summarizer import Article, ArticleError, ConfigurationError
from guarantee_summarizer.corpus.results import Failure
from guarantee_summarizer.readers import (
    article_from_html,
    article_from_pdf,
    json_values,
    read_articles,
)

RECORDS = [
    {
        "text": 'France, said "Le Monde", will send troops.\n\nRussia rejects them.',
        "title": "Troops; or not",
        "date": "2026-01-06",
        "outlet": "The Example Post",
        "url": "https://example.org/troops",
    },
    {
        "text": "Україна чекає на гарантії безпеки. Переговори тривають.",
        "title": "Гарантії",
        "date": "2026-01-07",
        "outlet": "",
        "url": "",
    },
]
GOOD = json.dumps(RECORDS[0]).encode() + b"\n"


def written(folder: Path, name: str, content: bytes | str) -> Path:
    path = folder / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(content.encode() if isinstance(content, str) else content)
    return path


def separated(delimiter: str = ",") -> str:
    out = io.StringIO(newline="")
    writer = csv.DictWriter(out, ["id", *RECORDS[0]], delimiter=delimiter)
    writer.writeheader()
    writer.writerows({"id": number, **record} for number, record in enumerate(RECORDS))
    return out.getvalue()


def lines() -> str:
    return "".join(json.dumps(record, ensure_ascii=False) + "\n" for record in RECORDS)


def parquet(table: pa.Table) -> bytes:
    out = pa.BufferOutputStream()
    pq.write_table(table, out)
    return out.getvalue().to_pybytes()


def contents(article: Article | Failure) -> tuple[str | None, ...]:
    assert isinstance(article, Article), article
    day = article.published and article.published.isoformat()
    return article.text, article.title, day, article.outlet, article.url


def errors(path: Path, **options: str) -> list[str]:
    """What is said of the unreadable ones, without the path in front."""
    found = [one for one in read_articles(path, **options) if isinstance(one, Failure)]
    assert all(str(one.error).startswith(f"{one.source}: ") for one in found)
    assert not any("\n" in str(one.error) for one in found)
    return [str(one.error).removeprefix(str(path)) for one in found]


def kinds(path: Path, **options: str) -> list[type]:
    return [type(one) for one in read_articles(path, **options)]


# What comes back


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("a.jsonl", lines()),
        ("a.NDJSON", lines().replace("\n", "\r\n\r\n")),
        ("bom.jsonl", lines().encode("utf-8-sig")),
        ("wide.jsonl", lines().encode("utf-16")),
        ("no-last-line-end.jsonl", lines().rstrip()),
        ("a.jsonl.gz", gzip.compress(lines().encode())),
        ("a.csv", separated()),
        ("semicolons.csv", separated(";")),
        ("bom.csv", separated().encode("utf-8-sig")),
        ("wide.csv", separated().encode("utf-16")),
        ("capitals.csv", separated().replace("text,title,date", "Text, Title ,DATE", 1)),
        ("a.tsv", separated("\t")),
        ("a.csv.gz", gzip.compress(separated().encode())),
        ("a.parquet", parquet(pa.Table.from_pylist(RECORDS))),
    ],
)
def test_the_same_articles_come_back_from_every_format(
    tmp_path: Path, name: str, content: bytes | str
) -> None:
    found = list(read_articles(written(tmp_path, name, content)))
    expected = [tuple(value or None for value in record.values()) for record in RECORDS]
    assert [contents(article) for article in found] == expected


def test_texts_and_single_records_are_read_as_from_file(tmp_path: Path) -> None:
    inputs = [
        written(tmp_path, "a.txt", "title: A pact\nFrance will send troops."),
        written(tmp_path, "b.json", json.dumps(RECORDS[0])),
        written(tmp_path, "c.article", "Russia rejects the troops."),
    ]
    expected = [contents(Article.from_file(path)) for path in inputs]
    assert list(map(contents, read_articles(*inputs))) == expected


def test_the_source_names_file_and_place(tmp_path: Path) -> None:
    table = written(tmp_path, "a.csv", 'text,title\n\n"One\nsentence.",T\nTwo words.,T\n')
    assert [one.source for one in read_articles(table)] == [
        f"{table}, line 3" if n == 0 else f"{table}, line 5" for n in range(2)
    ]
    columns = written(tmp_path, "a.parquet", parquet(pa.Table.from_pylist(RECORDS)))
    assert [one.source for one in read_articles(columns)] == [
        f"{columns}, row 1",
        f"{columns}, row 2",
    ]


@pytest.mark.parametrize("name", ["a.jsonl", "a.csv", "a.parquet"])
def test_the_text_may_stand_in_another_column(tmp_path: Path, name: str) -> None:
    record = {"text": "No sentence", "body": "France will send troops."}
    content = {
        "a.jsonl": json.dumps(record),
        "a.csv": "text,body\nNo sentence,France will send troops.\n",
        "a.parquet": parquet(pa.Table.from_pylist([record])),
    }[name]
    path = written(tmp_path, name, content)
    (article,) = read_articles(path, text_column="body")
    assert contents(article)[0] == record["body"]
    (message,) = errors(path, text_column="content")
    assert "'content'" in message
    assert "'body'" in message


def test_a_column_or_name_that_comes_twice_loses_nothing(tmp_path: Path) -> None:
    prose, day = "France will send troops.", "2026-01-06"
    table = f"id,text,id,,date,date,text\n1,{prose},2,x,{day},2026-01-07,Talks\n"
    (row,) = read_articles(written(tmp_path, "a.csv", table))
    assert contents(row)[0::2] == (prose, day, None)
    others = {"id": "1", "id.1": "2", "column 4": "x", "date.1": "2026-01-07", "text.1": "Talks"}
    assert row.metadata == {"source": row.source, **others}
    line = f'{{"id": 1, "text": "{prose}", "id": 2, "by": {{"n": 1, "n": 2}}}}'
    (record,) = read_articles(written(tmp_path, "a.jsonl", line))
    others = {"id.1": 1, "id": 2, "by": {"n.1": 1, "n": 2}}
    assert record.metadata == {"source": record.source, **others}
    columns = [pa.array([prose]), pa.array([1]), pa.array([2])]
    twice = pa.table(columns, names=["text", "id", "id"])
    (row,) = read_articles(written(tmp_path, "a.parquet", parquet(twice)))
    assert row.metadata == {"source": row.source, "id": 1, "id.1": 2}


def test_a_field_named_text_beside_the_one_that_was_chosen_is_metadata(tmp_path: Path) -> None:
    record = {"body": "France will send troops.", "text": "A teaser", "id": 7}
    path = written(tmp_path, "a.jsonl", json.dumps(record))
    (article,) = read_articles(path, text_column="body")
    assert article.text == record["body"]
    assert article.metadata == {"source": article.source, "record_text": "A teaser", "id": 7}


def test_columns_of_bytes_are_left_out_and_unmarked_texts_are_read(tmp_path: Path) -> None:
    blob = b"\xff\xd8\xff\xe0"
    columns = {
        "text": pa.array([RECORDS[1]["text"].encode()], pa.binary()),
        "title": pa.array([RECORDS[1]["title"].encode()], pa.large_binary()),
        "id": pa.array([7]),
        "picture": pa.array([blob], pa.large_binary()),
        "hash": pa.array([blob], pa.binary(4)),
        "pages": pa.array([[blob]], pa.list_(pa.binary())),
        "thumb": pa.array([{"bytes": blob, "path": "a.jpg"}]),
        "repeated": pa.array([blob]).dictionary_encode(),
    }
    (article,) = read_articles(written(tmp_path, "a.parquet", parquet(pa.table(columns))))
    assert contents(article)[:2] == (RECORDS[1]["text"], RECORDS[1]["title"])
    assert article.metadata == {"source": article.source, "id": 7}


def test_a_text_that_is_too_long_is_refused_by_its_size(tmp_path: Path) -> None:
    (message,) = errors(written(tmp_path, "a.txt", "Talks go on. " * 700_000))
    assert message == ": is larger than 8,000,004 bytes; split it"


def test_times_of_any_resolution_become_days(tmp_path: Path) -> None:
    moment = datetime(2026, 1, 6, 10, tzinfo=UTC)
    nanoseconds = int(moment.timestamp()) * 10**9 + 1
    for kind in (pa.timestamp("ns"), pa.timestamp("ns", "Europe/Kyiv")):
        table = pa.table(
            {
                "text": ["France will send troops."],
                "published": pa.array([nanoseconds], kind),
                "embedding": [[0.5, 0.5]],
            }
        )
        (article,) = read_articles(written(tmp_path, "a.parquet", parquet(table)))
        assert contents(article)[2] == "2026-01-06"


def test_a_cell_may_be_as_long_as_an_article(tmp_path: Path) -> None:
    text = "France will send troops. " * 8_000
    path = written(tmp_path, "a.csv", f'text\n"{text}"\n')
    assert contents(next(read_articles(path)))[0] == text


_texts = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"), max_size=60)


def _is_taken(record: dict[str, str]) -> bool:
    with suppress(ArticleError):
        return bool(Article.from_dict(record))
    return False


_record = st.fixed_dictionaries(
    {"text": _texts.map("Talks go on. {}".format), "title": _texts.map("T{}".format)}
)
_records = st.lists(_record.filter(_is_taken), max_size=5)


@settings(max_examples=60, deadline=None)
@given(records=_records, ascii_only=st.booleans())
def test_any_records_come_back_from_json_lines_and_csv(
    records: list[dict[str, str]], ascii_only: bool
) -> None:
    with tempfile.TemporaryDirectory() as folder:
        json_lines, table = Path(folder, "a.jsonl"), Path(folder, "a.csv")
        written_lines = [json.dumps(record, ensure_ascii=ascii_only) + "\n" for record in records]
        json_lines.write_text("".join(written_lines), encoding="utf-8", newline="")
        with table.open("w", encoding="utf-8", newline="") as file:
            writer = csv.DictWriter(file, ["text", "title"])
            writer.writeheader()
            writer.writerows(records)
        for path in (json_lines, table):
            found = [contents(article)[:2] for article in read_articles(path)]
            assert found == [(record["text"], record["title"]) for record in records]


# What is unreadable


def test_a_bad_line_among_good_ones_costs_only_itself(tmp_path: Path) -> None:
    bad = {
        b"{": "is not valid JSON",
        b"[1]": "needs one JSON object",
        b'{"title": "T"}': "needs a field 'text' with the article; it has 'title'",
        b'{"text": null}': "field 'text' is empty",
        b'{"text": 5}': "field 'text' must be a string, not int",
        b'{"text": "Guarantees"}': "no full sentence",
        '{"text": "Україна чекає."}'.encode("cp1251"): "is not valid UTF-8",
        b'{"text": "Talks go on \\ud800."}': "is not valid UTF-8",
        b"[" * 100_000: "is not valid JSON",
    }
    content = GOOD + b"".join(line + b"\n" + GOOD for line in bad)
    path = written(tmp_path, "a.jsonl", content)
    found = list(read_articles(path))
    assert [type(one) for one in found] == [Article, *[Failure, Article] * len(bad)]
    for number, (message, says) in enumerate(zip(errors(path), bad.values(), strict=True)):
        assert message.startswith(f", line {2 * number + 2}: ")
        assert says in message


def test_fields_that_no_article_has_may_hold_anything(tmp_path: Path) -> None:
    path = written(tmp_path, "a.jsonl", b'{"text": "Talks go on.", "by": "\xff", "n": [{}]}')
    assert kinds(path) == [Article]


def test_a_bad_row_among_good_ones_costs_only_itself(tmp_path: Path) -> None:
    bad = {
        b"France, said Le Monde, will send troops.,T,2026-01-06": "has 5 cells under 3 columns",
        b"France will send troops.,T": "has 2 cells under 3 columns",
        b'"France" will send troops.,T,2026-01-06': "is not valid CSV",
        b",T,2026-01-06": "is empty",
        b"Talks \xff go on.,T,": "is not valid UTF-8",
    }
    good = b'"France, said ""Le Monde"", will send troops.",T,2026-01-06,,\r\n'
    content = b"text,title,date\r\n" + good + b"".join(row + b"\r\n" + good for row in bad)
    path = written(tmp_path, "a.csv", content)
    assert kinds(path) == [Article, *[Failure, Article] * len(bad)]
    for message, says in zip(errors(path), bad.values(), strict=True):
        assert says in message


def test_a_quote_that_is_never_closed_tells_how_far_it_reached(tmp_path: Path) -> None:
    path = written(tmp_path, "a.csv", 'text\nTalks go on.\n"Open\n' + "Talks go on.\n" * 9)
    assert kinds(path) == [Article, Failure]
    (message,) = errors(path)
    assert message.startswith(", line 3: is not valid CSV down to line 12 (")


def test_a_bad_parquet_row_costs_only_itself(tmp_path: Path) -> None:
    offsets, texts = b"\0\0\0\0\x0c\0\0\0\x0e\0\0\0\x1a\0\0\0", b"Talks go on.\xff\xfeTalks go on."
    column = pa.StringArray.from_buffers(3, pa.py_buffer(offsets), pa.py_buffer(texts))
    path = written(tmp_path, "a.parquet", parquet(pa.table({"text": column})))
    assert kinds(path) == [Article, Failure, Article]
    assert errors(path)[0].startswith(", row 2: cannot be read")


def test_a_line_that_is_too_long_is_passed_over(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(json_values, "LONGEST", 1_000)
    long = json.dumps({"text": "Talks go on. " * 300}).encode() + b"\n"
    path = written(tmp_path, "a.jsonl", GOOD + long + GOOD)
    assert kinds(path) == [Article, Failure, Article]
    assert errors(path)[0].startswith(", line 2: is longer than")


def test_a_table_without_the_text_names_the_columns_it_has(tmp_path: Path) -> None:
    record = {"Abstract": "Talks go on.", "title": "T"}
    for path in (
        written(tmp_path, "a.csv", "Abstract,title\nTalks go on.,T\n" * 3),
        written(tmp_path, "a.parquet", parquet(pa.Table.from_pylist([record] * 3))),
    ):
        (message,) = errors(path)
        assert message.startswith(
            ": has no column 'text' with the text; it has 'Abstract', 'title'; "
        )


@pytest.mark.parametrize(
    ("name", "content", "says"),
    [
        ("a.csv", b"", "is empty; begin with the column names"),
        ("b.csv", b"\n \n", "has no column 'text'"),
        ("a.jsonl.gz", b"no gzip", "cannot be read"),
        ("b.jsonl.gz", gzip.compress(GOOD * 9)[:-9], "cannot be read"),
        ("a.jsonl", GOOD.decode().encode("utf-16") + b"\0", "cannot be read"),
        ("a.parquet", b"PAR1 and no more", "is not valid Parquet"),
        ("a.pdf", b"%PDF-1.4\njunk", "is not a readable PDF"),
        ("b.pdf", b"", "is not a readable PDF"),
        ("a.html", b"", "no article was found"),
        ("b.html", b"\x89PNG\r\n\x1a\n\0\0\0", "is an image"),
        ("c.html", "<p>Україна чекає.</p>".encode("cp1251"), "is not UTF-8"),
        ("a.txt", b"Guarantees", "no full sentence"),
    ],
)
def test_a_broken_file_is_one_unreadable_in_its_place(
    tmp_path: Path, name: str, content: bytes, says: str
) -> None:
    path = written(tmp_path, name, content)
    after = written(tmp_path, "z.txt", "Talks go on.")
    *_, broken, last = read_articles(path, after)
    assert isinstance(broken, Failure)
    assert broken.source == str(path)
    assert says in str(broken.error)
    assert isinstance(last, Article)


# What is refused at once


def test_a_missing_input_is_refused_before_anything_is_read(tmp_path: Path) -> None:
    good = written(tmp_path, "a.txt", "Talks go on.")
    written(tmp_path, "folder/notes.docx", "x")
    for name, says in [
        (tmp_path / "gone.jsonl", "there is no such file"),
        ("a\0b.txt", "there is no such file"),
        ("https://example.org/a.html", "is a URL"),
        (tmp_path / "folder", "has no files of a known kind"),
    ]:
        with pytest.raises(ArticleError, match=says):
            read_articles(good, name)


@pytest.mark.parametrize(
    ("name", "module", "extra"),
    [
        ("a.html", "trafilatura", "html"),
        ("deep/a.htm", "trafilatura", "html"),
        ("a.pdf", "pypdf", "pdf"),
        ("a.parquet", "pyarrow.parquet", "parquet"),
    ],
)
def test_a_missing_extra_is_named_with_its_install_command_at_once(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str, module: str, extra: str
) -> None:
    written(tmp_path, name, "x")
    monkeypatch.setitem(sys.modules, module, None)
    with pytest.raises(ConfigurationError) as caught:
        read_articles(tmp_path)
    assert f"pip install 'guarantee-summarizer[{extra}]'" in str(caught.value)


def test_heavy_libraries_load_only_when_an_input_needs_them() -> None:
    code = (
        "import sys, guarantee_summarizer.readers.files as r\n"
        "list(r.read_articles(sys.argv[1]))\n"
        "print({'lxml', 'pyarrow', 'pypdf', 'trafilatura'} & set(sys.modules))"
    )
    command = [sys.executable, "-c", code, __file__]
    assert subprocess.run(command, capture_output=True, check=True).stdout.strip() == b"set()"


def test_broken_files_leave_nothing_on_standard_error(tmp_path: Path) -> None:
    written(tmp_path, "a.html", "<html><body></body></html>")
    written(tmp_path, "a.pdf", b"%PDF-1.4\njunk")
    code = (
        "import sys, guarantee_summarizer.readers.files as r\n"
        "print(len(list(r.read_articles(sys.argv[1]))))"
    )
    command = [sys.executable, "-c", code, str(tmp_path)]
    done = subprocess.run(command, capture_output=True, check=True)
    assert (done.stdout.strip(), done.stderr) == (b"2", b"")


# Folders and streams


def test_folders_are_read_by_name_without_hidden_and_foreign_files(tmp_path: Path) -> None:
    names = ["b/1.txt", "b/10.txt", "b/c/2.TXT", "d.txt", "a.txt"]
    for name in [*names, ".hidden.txt", ".git/a.txt", "notes.docx", "b/README"]:
        written(tmp_path, name, f"Talks in {name} go on.")
    (tmp_path / "loop").symlink_to(tmp_path, target_is_directory=True)
    found = [one.source for one in read_articles(tmp_path)]
    assert found == [str(tmp_path / name) for name in sorted(names)]


def test_a_link_is_read_only_within_its_folder(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    folder = tmp_path / "in"
    written(tmp_path, "in/a.txt", "Talks go on.")
    written(tmp_path, "secret.txt", "The key is in here.")
    (folder / "b.txt").symlink_to("a.txt")
    (folder / "c\n.txt").symlink_to(tmp_path / "secret.txt")
    (tmp_path / "named").symlink_to(folder, target_is_directory=True)
    found = [one.source for one in read_articles(folder)]
    assert found == [str(folder / "a.txt"), str(folder / "b.txt")]
    assert len([*read_articles(tmp_path / "named")]) == 2
    assert len([*read_articles(folder / "c\n.txt")]) == 1  # the user named it
    assert "c\\n.txt: leads out of" in caplog.text


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="needs named pipes")
def test_a_pipe_or_a_device_is_refused_at_once(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "endless.jsonl")
    for name in (tmp_path / "endless.jsonl", "/dev/zero"):
        with pytest.raises(ArticleError, match="not a file; send it to standard input"):
            read_articles(name)
        with pytest.raises(ArticleError, match="not a file"):
            Article.from_file(name)
    (failure,) = read_articles(tmp_path)
    assert isinstance(failure, Failure)


@pytest.mark.parametrize("name", ["endless.jsonl", "endless.csv"])
def test_the_first_article_of_an_endless_stream_comes_at_once(
    monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    out, into = os.pipe()

    def pour() -> None:
        with suppress(BrokenPipeError), os.fdopen(into, "wb", buffering=0) as file:
            file.write(b"id,text\n" if name.endswith("csv") else b"\n")
            for _ in itertools.count():
                file.write(b"7,Talks go on.\n" if name.endswith("csv") else GOOD)

    pouring = threading.Thread(target=pour, daemon=True)
    pouring.start()
    with os.fdopen(out, "rb") as stream:
        monkeypatch.setattr(sys, "stdin", stream)
        articles = read_articles("-")
        assert isinstance(next(articles), Article)
        assert isinstance(next(articles), Article)
        del articles
    pouring.join(timeout=5)
    assert not pouring.is_alive()


@pytest.mark.parametrize(
    ("given_bytes", "sources"),
    [
        (b"\n" + GOOD * 2, ["standard input, line 2", "standard input, line 3"]),
        (b"\xef\xbb\xbf" + GOOD, ["standard input, line 1"]),
        (b"date 2026-01-06\n\nTalks go on.\n", ["standard input"]),
        ("Talks go on.".encode("utf-16"), ["standard input"]),
    ],
)
def test_standard_input_is_json_lines_or_a_text(
    monkeypatch: pytest.MonkeyPatch, given_bytes: bytes, sources: list[str]
) -> None:
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(given_bytes)))
    found = list(read_articles("-"))
    assert [one.source for one in found] == sources
    assert all(isinstance(one, Article) for one in found)


@pytest.mark.parametrize(
    ("given_bytes", "says"),
    [
        (b"", "standard input: is empty"),
        ("Україна чекає.".encode("cp1251"), "standard input: is not UTF-8"),
        (b"{\n", "standard input, line 1: is not valid JSON"),
        (b"Talks go on.\n" * 200_000, "at most 2,000,000 are accepted"),
    ],
)
def test_standard_input_that_is_no_article_says_why(
    monkeypatch: pytest.MonkeyPatch, given_bytes: bytes, says: str
) -> None:
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(given_bytes)))
    (one,) = read_articles("-")
    assert isinstance(one, Failure)
    assert says in str(one.error)


# Web pages

PARAGRAPHS = """\
European leaders met in Paris on Tuesday to discuss security guarantees for Ukraine, and agreed.
“We have made progress,” the French president said. The United States would watch the truce.
Russia rejects any deployment of troops from NATO, and recalled the talks of 3 March 2022.
The declaration was signed by 35 states, of which 26 promised troops, ships or aircraft.
""".splitlines()
CHANGED = '<meta property="article:modified_time" content="2026-02-10T08:00:00+01:00">'
JSON_LD = (
    '<script type="application/ld+json">{"@context": "https://schema.org", "@graph": [{"@type": '
    '"WebSite", "datePublished": "2001-01-01"}, {"@type": ["NewsArticle"], '
    '"datePublished": "2026-01-06T23:30:00-05:00", "dateModified": "2026-02-10T08:00:00Z"}]}'
    "</script>"
)
KNOWN = (
    '<meta property="og:site_name" content="The Example Post">'
    '<link rel="canonical" href="https://example.org/2026/paris">'
)


def page(head: str = "", byline: str = "") -> str:
    menu = "".join(f'<li><a href="/s/{n}">Section {n}</a></li>' for n in range(30))
    body = "".join(f"<p>{paragraph}</p>" for paragraph in PARAGRAPHS)
    return f"""<!DOCTYPE html><html lang="en"><head><title>Allies sign | The Example Post</title>
<meta property="og:title" content="Allies sign Paris declaration">{head}</head><body>
<header><nav><ul>{menu}</ul></nav></header>
<div id="cookie-banner" class="cookie-consent"><p>We use cookies to improve your experience.
Accept all cookies to continue reading.</p><button>Accept</button></div>
<main><article><h1>Allies sign Paris declaration</h1>{byline}{body}
<aside class="related"><h3>Related articles</h3><ul>
<li><a href="/x">Ten things to know about the summit</a></li></ul></aside></article>
<section id="comments" class="comments"><p>Reader: I do not believe a word of it.</p></section>
</main><footer><p>© 2026 The Example Post. All rights reserved.</p></footer></body></html>"""


def test_of_a_page_only_the_paragraphs_of_the_article_survive() -> None:
    article = article_from_html(page(KNOWN + CHANGED + JSON_LD))
    assert article.text.split("\n") == PARAGRAPHS
    assert contents(article)[1:] == (
        "Allies sign Paris declaration",
        "2026-01-06",
        "The Example Post",
        "https://example.org/2026/paris",
    )


@pytest.mark.parametrize(
    ("head", "byline", "day"),
    [
        ("", "", None),
        (CHANGED, "", None),
        (CHANGED + '<meta property="og:updated_time" content="2026-02-10">', "", None),
        (JSON_LD.replace("datePublished", "uploadDate"), "", None),
        ('<script>page = {"updated": "2026-02-10T08:00:00Z"}</script>', "", None),
        (CHANGED + JSON_LD, "", date(2026, 1, 6)),
        ('<script type="application/ld+json">{broken</script>', "", None),
        (
            CHANGED + '<meta property="article:published_time" content="2026-01-06T10:00:00Z">',
            "",
            date(2026, 1, 6),
        ),
        (
            "",
            '<p><time datetime="2026-01-06">6 Jan</time>, <time datetime="2026-02-10">now</time>',
            date(2026, 1, 6),
        ),
    ],
)
def test_a_change_a_copyright_year_or_a_date_in_the_text_is_no_day_of_publication(
    head: str, byline: str, day: date | None
) -> None:
    assert article_from_html(page(head, byline)).published == day


def test_the_address_that_is_given_wins_over_the_page_s_own() -> None:
    article = article_from_html(page(KNOWN), url="https://mirror.example/a", source="a page")
    assert (article.url, article.source) == ("https://mirror.example/a", "a page")


def test_a_saved_page_is_read_in_the_encoding_that_holds(tmp_path: Path) -> None:
    text = "Україна чекає на гарантії безпеки, сказав президент у вівторок у Парижі. " * 3
    html = page('<meta charset="windows-1251">').replace(PARAGRAPHS[0], text)
    html = html.replace("©", "").replace("“", "«").replace("”", "»")
    for encoding in ("cp1251", "utf-8", "utf-8-sig", "utf-16"):
        (article,) = read_articles(written(tmp_path, "a.html", html.encode(encoding)))
        assert text.strip() in str(contents(article)[0])


@pytest.mark.parametrize(
    "html",
    ["", "Just words.", "<html><body><nav>Menu</nav></body></html>", "<div>" * 5_000, "\0"],
)
def test_a_page_without_an_article_is_refused(html: str) -> None:
    with pytest.raises(ArticleError, match=r"^login\.html: "):
        article_from_html(html, source="login.html")


# PDF


def pdf(*pages: list[str], title: str = "") -> bytes:
    """A PDF of the lines of each page."""
    objects = [b"<< /Type /Catalog /Pages 2 0 R >>", b"", f"<< /Title ({title}) >>".encode()]
    font = b"<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica /Encoding /WinAnsiEncoding >>"
    kids = []
    for page_lines in pages:
        shown = "".join(f"({line}) Tj T*\n" for line in page_lines)
        stream = f"BT /F1 11 Tf 14 TL 72 720 Td\n{shown}ET".encode("cp1252")
        objects.append(b"<< /Length %d >>\nstream\n%s\nendstream" % (len(stream), stream))
        kids.append(f"{len(objects) + 1} 0 R")
        objects.append(
            b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 612 792] /Contents %d 0 R "
            b"/Resources << /Font << /F1 %s >> >> >>" % (len(objects), font)
        )
    objects[1] = f"<< /Type /Pages /Kids [{' '.join(kids)}] /Count {len(kids)} >>".encode()
    out, places = b"%PDF-1.4\n", []
    for number, content in enumerate(objects, 1):
        places.append(len(out))
        out += b"%d 0 obj\n%s\nendobj\n" % (number, content)
    table = b"".join(b"%010d 00000 n \n" % place for place in places)
    size = len(objects) + 1
    return b"%s%s%d\n0000000000 65535 f \n%s%s%d%s%d\n%%%%EOF\n" % (
        out,
        b"xref\n0 ",
        size,
        table,
        b"trailer\n<< /Info 3 0 R /Root 1 0 R /Size ",
        size,
        b" >>\nstartxref\n",
        len(out),
    )


def test_the_lines_of_a_pdf_become_prose(tmp_path: Path) -> None:
    path = written(
        tmp_path,
        "a.pdf",
        pdf(
            [
                "Allies sign declaration",
                "European leaders met in Paris on Tuesday to discuss secu-",
                "rity guarantees, and promised a long-term presence of US-",
                "led monitors.",
                "Russia rejects the Franco-",
                "British plan and any other long-",
                "term presence of troops, its foreign ministry said, and",
                "17",
            ],
            ["recalled the talks of 2022. No date was named for new talks."],
            title="A declaration",
        ),
    )
    article = article_from_pdf(path)
    assert article.text == (
        "Allies sign declaration\n\n"
        "European leaders met in Paris on Tuesday to discuss security guarantees, and promised a "
        "long-term presence of US-led monitors.\n\n"
        "Russia rejects the Franco-British plan and any other long-term presence of troops, its "
        "foreign ministry said, and recalled the talks of 2022. No date was named for new talks."
    )
    assert (article.title, article.published, article.source) == ("A declaration", None, str(path))


def test_running_heads_and_page_numbers_do_not_break_a_sentence(tmp_path: Path) -> None:
    pages = [
        ["The Example Review 4/2026", f"troops go to place {word} and", f"Page {number} of 3"]
        for number, word in enumerate(["one", "two", "three"], 1)
    ]
    path = written(tmp_path, "a.pdf", pdf(*pages, ["then home again."]))
    assert article_from_pdf(path).text == (
        "troops go to place one and troops go to place two and troops go to place three and "
        "then home again."
    )


@pytest.mark.parametrize("title", ["", "draft-3.docx", "Microsoft Word - Note", "Untitled"])
def test_the_name_of_a_draft_is_no_title(tmp_path: Path, title: str) -> None:
    path = written(tmp_path, "a.pdf", pdf(["Talks go on in Paris."], title=title))
    assert article_from_pdf(path).title is None


@pytest.mark.parametrize("pages", [(), ([],), ([], [])])
def test_a_pdf_without_text_is_told_to_be_a_scan(tmp_path: Path, pages: tuple[list[str]]) -> None:
    path = written(tmp_path, "a.pdf", pdf(*pages))
    with pytest.raises(ArticleError, match=r"a\.pdf: has no text, like a scan"):
        article_from_pdf(path)


def test_an_encrypted_pdf_is_told_to_be_one(tmp_path: Path) -> None:
    from pypdf import PdfReader, PdfWriter

    writer = PdfWriter(PdfReader(io.BytesIO(pdf(["Talks go on in Paris."]))))
    writer.encrypt("secret", algorithm="RC4-128")
    writer.write(tmp_path / "a.pdf")
    with pytest.raises(ArticleError, match="is encrypted"):
        article_from_pdf(tmp_path / "a.pdf")


def test_the_items_of_a_list_stay_apart(tmp_path: Path) -> None:
    lines = [
        "The plan has these points, which were read out to all of the partners:",
        "\\225 An army of at most 800,000 soldiers is kept by Norvia in peace time",
        "\\225 A shield against missiles is built by the allies of Norvia and is",
        "paid by them",
        "1. The treaty is to be ratified by all of the parliaments of the allies",
        "2. It enters into force then.",
    ]
    text = article_from_pdf(written(tmp_path, "a.pdf", pdf(lines))).text
    assert [part[:5] for part in text.split("\n\n")] == [
        "The p",
        "• An ",
        "• A s",
        "1. Th",
        "2. It",
    ]
    assert "and is paid by them" in text


@pytest.mark.parametrize(
    "template", ["{0}\n{1}\n{0}\n", "[{0},{1},{0}]", "[\n {0},\n {1},\n {0}\n]"]
)
@pytest.mark.parametrize(
    "value",
    ["9" * 5000, '{"a":' * 300 + "1" + "}" * 300, "[" * 99_999 + "]" * 99_999],
    ids=["long", "deep", "too deep to read"],
)
@pytest.mark.parametrize("field", ["n", "text", "date"])
def test_one_value_that_python_cannot_hold_costs_no_other_article(
    tmp_path: Path, template: str, value: str, field: str
) -> None:
    """Numbers of thousands of digits, objects of hundreds of levels."""
    good = json.dumps(RECORDS[0])
    bad = f'{{"text": "France sends troops to help.", "{field}": {value}}}'
    path = written(tmp_path, "a.json", template.format(good, bad))
    first, second, third = read_articles(path)
    assert contents(first) == contents(third)  # type: ignore[arg-type]
    if isinstance(second, Article):
        assert len(second.warnings) == 1


def test_a_day_of_hundreds_of_digits_costs_only_the_day(tmp_path: Path) -> None:
    record = {"text": "France sends troops to help.", "date": 10**400}
    (article,) = read_articles(written(tmp_path, "a.json", json.dumps(record)))
    assert isinstance(article, Article)
    assert len(article.warnings) == 1


@pytest.mark.parametrize(
    ("field", "text_column"), [("content", "text"), ("Body", "text"), ("story", "story")]
)
def test_a_record_with_a_text_is_not_taken_apart_for_a_list_in_it(
    tmp_path: Path, field: str, text_column: str
) -> None:
    record = {field: RECORDS[0]["text"], "items": [{"id": 1}], "data": [{"text": "No. Never."}]}
    path = written(tmp_path, "a.json", json.dumps(record))
    (article,) = read_articles(path, text_column=text_column)
    assert isinstance(article, Article)
    assert article.text == RECORDS[0]["text"]
    assert article.metadata["items"] == ({"id": 1},)


def test_an_answer_with_an_empty_text_of_its_own_gives_its_articles(tmp_path: Path) -> None:
    answer = {"content": None, "body": {"page": 1}, "articles": RECORDS}
    assert kinds(written(tmp_path, "a.json", json.dumps(answer))) == [Article, Article]


@pytest.mark.parametrize("between", [",", ",\n", " , "])
@pytest.mark.parametrize(
    "broken",
    [
        '{"text": oops,"tags":[{"a":1},{"b":2}]}',
        '{"tags":[{"a":1}, {"b":[{},{}]}],"text": oops,"more":[{"a":1},\n {"b":2}]}',
        '{"text": "He said "no" to it.","tags":[{"a":1},{"b":2}]}',
        '{"text": "A gun of 5" there","tags":[{"a":1},{"b":2}]}',
        '{"text": "a }, { in it \\" and ]","tags":[{"a":1},{"b":2}],}',
        '{"text": oops,"more":"' + "},{" * 30_000 + '"}',
        '{"text": oops,"more":{"a":1}',
    ],
)
def test_a_broken_item_costs_itself_whatever_lists_are_in_it(
    tmp_path: Path, broken: str, between: str
) -> None:
    good = [{"text": "Good news came."}, {"text": "Good news stayed."}, {"text": "It ended."}]
    items = between.join([broken, *map(json.dumps, good)])
    failure, *articles = read_articles(written(tmp_path, "a.json", f"[{items}]"))
    assert isinstance(failure, Failure)
    texts = [one.text for one in articles if isinstance(one, Article)]
    assert texts == [one["text"] for one in good]
    assert len(articles) == len(texts)


PROSE = "France will send troops to Ukraine. Russia rejects them."
ATOM = f"""<?xml version='1.0' encoding='utf-8'?><feed xmlns='http://www.w3.org/2005/Atom'>
<title>F</title><entry><id>u</id><title>T</title><content>{PROSE}</content></entry></feed>"""


def test_a_mark_or_blank_line_in_front_of_a_feed_breaks_nothing(tmp_path: Path) -> None:
    path = written(tmp_path, "feed.atom", "\ufeff\n " + ATOM)
    assert [type(one) for one in read_articles(path)] == [Article]


def test_marks_between_joined_tables_belong_to_no_cell(tmp_path: Path) -> None:
    row = f'"{PROSE}, they say",{{}}\n'
    table = "\ufefftext,id\n" + row.format(1) + "\ufeff" + row.format(2)
    found = list(read_articles(written(tmp_path, "a.csv", table)))
    assert [one.metadata["id"] for one in found] == ["1", "2"]


@pytest.mark.parametrize("encoding", ["utf-16-le", "utf-16-be"])
def test_utf_16_without_its_mark_is_refused_with_the_command_that_helps(
    tmp_path: Path, encoding: str
) -> None:
    (message,) = errors(written(tmp_path, "a.txt", PROSE.encode(encoding)))
    name = encoding.upper().replace("-LE", "LE").replace("-BE", "BE")
    assert message.endswith(f"convert it, for instance with 'iconv -f {name} -t UTF-8'")


@pytest.mark.parametrize(
    "answer",
    [
        {
            "response": {
                "results": [
                    {
                        "webTitle": "Talks",
                        "webPublicationDate": "2026-01-06T10:00:00Z",
                        "webUrl": "https://example.org/1",
                        "fields": {"bodyText": PROSE},
                    }
                ]
            }
        },
        {
            "hits": {
                "total": 1,
                "hits": [
                    {
                        "_id": "a",
                        "_source": {
                            "content": PROSE,
                            "headline": {"main": "Talks"},
                            "pub_date": {"$date": {"$numberLong": "1767693600000"}},
                            "web_url": "https://example.org/1",
                        },
                    }
                ],
            }
        },
    ],
)
def test_records_inside_the_answers_of_services_and_indexes_are_found(
    tmp_path: Path, answer: dict[str, object]
) -> None:
    (article,) = read_articles(written(tmp_path, "a.json", json.dumps(answer)))
    expected = (PROSE, "Talks", "2026-01-06", None, "https://example.org/1")
    assert contents(article) == expected
