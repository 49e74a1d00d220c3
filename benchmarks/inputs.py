# ruff: noqa: PLW1509, S607, UP031, PLC0415
"""Measure the peak memory and seconds of hostile inputs, through the commands.

    python benchmarks/inputs.py [word …]      # only inputs whose name contains one of the words

A separate process creates each input in a temporary folder, small on disk where possible. The input
is read by `batch` together with a good article, or piped to `summarize`. `MB` is the peak of the
largest process; `ok` means that the input caused one or more failures of one line each, and that
the good article was summarized.
"""

from __future__ import annotations

import gzip
import os
import resource
import subprocess
import sys
import tempfile
import time
import zlib
from collections.abc import Callable, Iterable
from pathlib import Path

PROSE = "France would send troops to Ukraine to guarantee a ceasefire. Officials said so on Friday."
MB = 2**20
LIMIT = 8 * 2**30  # bytes of address space; more than that ends the process
SECONDS = 180


# Plain and compressed files


def sparse(path: Path, head: bytes = b"") -> None:
    with path.open("wb") as file:
        file.write(head)
        file.truncate(2**31)


def repeated(path: Path, piece: bytes, size: int, head: bytes = b"", tail: bytes = b"") -> None:
    packed = path.suffix == ".gz"
    with gzip.open(path, "wb", 6) if packed else path.open("wb") as file:
        file.write(head)
        block = piece * max(1, MB // len(piece))
        for _ in range(size // len(block)):
            file.write(block)
        file.write(tail)


def numbered(path: Path, form: str, count: int, head: str = "", tail: str = "") -> None:
    with path.open("w") as file:
        file.write(head)
        for number in range(count):
            file.write(form % number)
        file.write(tail)


def wide(path: Path, form: str, count: int, *, deep: bool = False) -> None:
    inner = '"wide":{' if deep else ""
    numbered(path, form, count, f'{{"text":"{PROSE}",{inner}', f'"z":0}}{"}" if deep else ""}\n')


# Parquet


def parquet(path: Path, column: Callable[[], object], **how: object) -> None:
    import pyarrow as pa
    import pyarrow.parquet as pq

    made = column()
    table = made if isinstance(made, pa.Table) else pa.table({"text": made})
    pq.write_table(table, path, compression="zstd", **how)


def shared(length: int, rows: int) -> object:
    import numpy as np
    import pyarrow as pa

    return pa.DictionaryArray.from_arrays(pa.array(np.zeros(rows, dtype="int32")), ["A" * length])


def listed(kind: str, length: int, *, depth: int = 1, name: str = "tags", rows: int = 1) -> object:
    """Return rows of nested lists with a given number of values each."""
    import numpy as np
    import pyarrow as pa

    values = pa.array(np.zeros(length * rows, dtype="int8"))
    if kind == "text":
        values = pa.DictionaryArray.from_arrays(values.cast("int32"), ["A" * 20])
    if kind == "struct":
        values = pa.StructArray.from_arrays([values] * 3, ["a", "b", "c"])
    made = pa.ListArray.from_arrays(
        pa.array(range(0, length * rows + 1, length), pa.int32()), values
    )
    for _ in range(depth - 1):
        made = pa.ListArray.from_arrays(pa.array(range(rows + 1), pa.int32()), made)
    texts = {} if name == "text" else {"text": [PROSE] * rows}
    return pa.table({**texts, name: made})


def columns(count: int, length: int) -> object:
    import pyarrow as pa

    text = "A" * length
    return pa.table({"text": [PROSE] * 64} | {f"c{n}": [text] * 64 for n in range(count)})


def small_texts() -> object:
    import pyarrow as pa

    return pa.array([f"{n} {PROSE} {'x ' * n}" for n in range(1_500)])


# PDF


def pdf(path: Path, objects: Iterable[bytes]) -> None:
    """Write a PDF of these objects; the first one is its catalog."""
    places, at = [], 9
    with path.open("wb") as out:
        out.write(b"%PDF-1.5\n")
        for number, body in enumerate(objects, 1):
            places.append(at)
            at += out.write(b"%d 0 obj\n%b\nendobj\n" % (number, body))
        out.write(b"xref\n0 %d\n0000000000 65535 f \n" % (len(places) + 1))
        out.write(b"".join(b"%010d 00000 n \n" % place for place in places))
        out.write(b"trailer\n<</Size %d/Root 1 0 R>>\n" % (len(places) + 1))
        out.write(b"startxref\n%d\n%%%%EOF" % at)


def stream(data: bytes, more: bytes = b"") -> bytes:
    return b"<</Length %d%b>>stream\n%b\nendstream" % (len(data), more, data)


def flate(piece: bytes, size: int, more: bytes = b"", *, twice: bool = False) -> bytes:
    packer = zlib.compressobj(9)
    packed = b"".join(packer.compress(piece * (MB // len(piece))) for _ in range(size // MB))
    packed += packer.flush()
    filters = b"/Filter[/FlateDecode/FlateDecode]" if twice else b"/Filter/FlateDecode"
    return stream(zlib.compress(packed, 9) if twice else packed, filters + more)


CATALOG = b"<</Type/Catalog/Pages 2 0 R>>"
FONT = b"<</Font<</F<</Type/Font/Subtype/Type1/BaseFont/Helvetica>>>>>>"
LINE = b"BT /F 12 Tf 1 0 0 1 50 700 Tm (%b) Tj ET\n" % PROSE.encode()
ONE = b"<</Type/Pages/Count 1/Kids[3 0 R]>>"


def page(contents: bytes = b"4 0 R", resources: bytes = FONT, more: bytes = b"") -> bytes:
    return b"<</Type/Page/Parent 2 0 R/Contents %b/Resources %b%b>>" % (contents, resources, more)


def many_pages(count: int) -> list[bytes]:
    kids = b" ".join(b"%d 0 R" % (n + 3) for n in range(0, 2 * count, 2))
    made = [CATALOG, b"<</Type/Pages/Count %d/Kids[%b]>>" % (count, kids)]
    for number in range(count):
        made += [page(b"%d 0 R" % (2 * number + 4)), stream(LINE)]
    return made


def deep_tree(depth: int) -> list[bytes]:
    made = [CATALOG]
    for number in range(depth):
        up = b"/Parent %d 0 R" % (number + 1) if number else b""
        made.append(b"<</Type/Pages/Count 1%b/Kids[%d 0 R]>>" % (up, number + 3))
    last = len(made)
    return [*made, page(b"%d 0 R" % (last + 2)), stream(LINE)]


def of_cmap(cmap: bytes, more: bytes = b"") -> list[bytes]:
    font = b"<</Font<</F 5 0 R>>>>"
    described = (
        b"<</Type/Font/Subtype/Type0/BaseFont/X/Encoding/Identity-H/ToUnicode 6 0 R%b>>" % more
    )
    return [CATALOG, ONE, page(resources=font), stream(LINE), described, cmap]


def wide_font(count: int) -> list[bytes]:
    widths = b"[" + b"0 [" + b"500 " * count + b"]]"
    font = b"<</Font<</F<</Type/Font/Subtype/Type0/BaseFont/X/Encoding/Identity-H"
    font += b"/DescendantFonts[<</Type/Font/Subtype/CIDFontType2/W %b>>]>>>>>>" % widths
    return [CATALOG, ONE, page(resources=font), stream(LINE)]


def many_forms(count: int, size: int) -> list[bytes]:
    """Return forms that draw a large text each."""
    names = b"".join(b"/X%d %d 0 R" % (n, n + 5) for n in range(count))
    drawn = b"".join(b"/X%d Do\n" % n for n in range(count))
    made = [CATALOG, ONE, page(resources=b"<</XObject<<%b>>>>" % names), stream(drawn)]
    form = flate(b"(AAAAAAAAAAAAAAA) ' ", size, b"/Type/XObject/Subtype/Form/Resources" + FONT)
    return made + [form] * count


def object_stream(path: Path, size: int) -> None:
    """Write an object stream that expands to blanks, and a cross-reference stream to it."""
    body = flate(b" " * 1024, size, b"/Type/ObjStm/N 3/First 30")
    start = b"%PDF-1.5\n"
    first = b"4 0 obj\n%b\nendobj\n" % body
    at = len(start) + len(first)
    rows = bytes((0, 0, 0, 0, 0, 0)) + b"".join(b"\2\0\0\0\4" + bytes((n,)) for n in range(3))
    rows += b"\1" + len(start).to_bytes(4, "big") + b"\0" + b"\1" + at.to_bytes(4, "big") + b"\0"
    table = stream(rows, b"/Type/XRef/W[1 4 1]/Size 6/Root 1 0 R")
    path.write_bytes(start + first + b"5 0 obj\n%b\nendobj\nstartxref\n%d\n%%%%EOF" % (table, at))


def xref_stream(path: Path, size: int) -> None:
    """Write a cross-reference stream that expands to millions of rows."""
    table = flate(
        bytes((1, 0, 0, 0, 9, 0)) * 1024, size, b"/Type/XRef/W[1 4 1]/Size 99999999/Root 1 0 R"
    )
    path.write_bytes(b"%%PDF-1.5\n5 0 obj\n%b\nendobj\nstartxref\n9\n%%%%EOF" % table)


def no_table(path: Path, size: int) -> None:
    """Write millions of objects without a cross-reference table, which has to be rebuilt."""
    numbered(
        path,
        "%d 0 obj\n<<>>\nendobj\n",
        size // 24,
        "%PDF-1.5\n",
        "trailer\n<</Root 1 0 R>>\n%%EOF",
    )


# Pages


def html(path: Path, *, head: str = "", body: str = "", tag: str = "<p>") -> None:
    prose = f"{PROSE} It was said in Paris, after talks of the leaders of the coalition there."
    article = f"<article><h1>Talks</h1>{tag}{prose}</p><p>{prose}</p></article>"
    path.write_text(f"<html><head>{head}</head><body>{article}{body}</body></html>")


def json_ld(path: Path, data: str) -> None:
    html(path, head=f'<script type="application/ld+json">{data}</script>')


Maker = Callable[[Path], object]
CMAP = b"/CIDInit begincmap 100 beginbfrange <0000> <FFFF> <0041> endbfrange\n"
FILES: dict[str, tuple[str, Maker]] = {
    # sparse files of 2 GB, which occupy no disk
    **{
        f"2 GB sparse .{kind}": (f"a.{kind}", lambda p, head=head: sparse(p, head))
        for kind, head in {
            "txt": b"", "json": b"", "jsonl": b"", "csv": b"", "html": b"<html>", "rss": b"<rss>",
            "rtf": b"{\\rtf", "pdf": b"%PDF-1.4\n", "parquet": b"PAR1",
        }.items()
    },
    "2 GB sparse .json, begun": ("a.json", lambda p: sparse(p, b'{"text": "')),
    "2 GB sparse .csv, begun": ("a.csv", lambda p: sparse(p, b'text,date\n"')),
    "2 GB sparse .jsonl, begun": ("a.jsonl", lambda p: sparse(p, b'{"text": "x"}\n{"text": "')),
    "xlsx (zip) 100 MB": ("a.txt", lambda p: repeated(p, b"\0", 100 * MB, b"PK\3\4")),
    # compressed
    **{
        f"1 GB in .{kind}.gz": (f"a.{kind}.gz", lambda p, h=head, b=piece: repeated(p, b, 2**30, h))
        for kind, head, piece in (
            ("txt", b"", b"A"), ("csv", b'text,date\n"', b"A"), ("tsv", b"text\tdate\n", b"\t"),
            ("json", b'{"text": "', b"A"), ("jsonl", b"", b"["), ("html", b"<html>", b"<b>"),
            ("xml", b"<rss>", b"<item/>"), ("rtf", b"{\\rtf", b"{"),
        )
    },
    # JSON
    "JSON 200,000 deep": ("a.json", lambda p: repeated(p, b"[", 200_000, tail=b"]" * 200_000)),
    "JSON 200,000 deep in a field": (
        "a.json",
        lambda p: p.write_text('{"text":"%s","m":%s%s}' % (PROSE, "[" * 200_000, "]" * 200_000)),
    ),
    "JSON 16 MB of objects in objects": ("a.json", lambda p: repeated(p, b'{"a":', 15 * MB)),
    "JSON with 5,000,000 keys": ("a.json", lambda p: wide(p, '"k%d":1,', 5_000_000)),
    "JSON with 1,200,000 keys": ("a.json", lambda p: wide(p, '"k%d":1,', 1_200_000)),
    "JSON with 1,200,000 keys inside": ("a.json", lambda p: wide(p, '"k%d":1,', 1_200_000, deep=True)),
    "JSON with 290,000 lists": ("a.json", lambda p: wide(p, '"k%d":[{}],', 145_000)),
    "JSON list of 5,000,000": ("a.json", lambda p: numbered(p, "%d,", 5_000_000, '{"text":[', "0]}")),
    "JSON list of 1,900,000": ("a.json", lambda p: numbered(p, "%d,", 1_900_000, '{"text":[', "0]}")),
    "JSON list of 1,900,000 texts": (
        "a.json", lambda p: numbered(p, '"%d",', 1_800_000, '{"text":"x","m":[', '"0"]}')
    ),
    "JSON text of 16 MB": ("a.json", lambda p: repeated(p, b"\\u4e00", 15 * MB, b'{"text":"', b'"}')),
    "JSON array of 1,000,000 numbers": ("a.json", lambda p: numbered(p, "%d,", 1_000_000, "[", "0]")),
    "JSON line of 500 MB": (
        "a.jsonl", lambda p: repeated(p, b"a", 500 * MB, b'{"text":"', b'"}\n{"text":"x"}\n')
    ),
    "JSON line of 30 MB": (
        "a.jsonl", lambda p: repeated(p, b"a", 30 * MB, b'{"text":"', b'"}\n{"text":"x"}\n')
    ),
    "JSON indented, 500 MB": ("a.json", lambda p: repeated(p, b" 1,\n", 500 * MB, b'{\n "a": [\n')),
    # tables
    "CSV of 900,000 cells in a row": ("a.csv", lambda p: repeated(p, b",", MB, b"text,date\n")),
    "CSV of 900,000 columns": ("a.csv", lambda p: numbered(p, ",c%d", 900_000, "text", f"\n{PROSE}\n")),
    "CSV of a cell of 16 MB": ("a.csv", lambda p: repeated(p, b"A", 15 * MB, b'text,date\n"', b'",1\n')),
    # Parquet
    "Parquet 64 rows share 2 GB": ("a.parquet", lambda p: parquet(p, lambda: shared(2**31 - 9, 64))),
    "Parquet 64 rows share 120 MB": ("a.parquet", lambda p: parquet(p, lambda: shared(120 * MB, 64))),
    "Parquet 1,000 rows share 30 MB": ("a.parquet", lambda p: parquet(p, lambda: shared(30 * MB, 1_000))),
    "Parquet 1,000 rows share 10 MB": ("a.parquet", lambda p: parquet(p, lambda: shared(10 * MB, 1_000))),
    "Parquet one page of 120 MB": (
        "a.parquet",
        lambda p: parquet(p, small_texts, use_dictionary=False, data_page_size=2**30, write_batch_size=10**6),
    ),
    "Parquet one text of 500 MB": (
        "a.parquet", lambda p: parquet(p, lambda: ["A" * 500 * MB], use_dictionary=False)
    ),
    "Parquet one text of 120 MB": (
        "a.parquet", lambda p: parquet(p, lambda: ["A" * 120 * MB], use_dictionary=False)
    ),
    "Parquet 50,000 columns": ("a.parquet", lambda p: parquet(p, lambda: columns(50_000, 1))),
    "Parquet 990 columns of 100 kB": ("a.parquet", lambda p: parquet(p, lambda: columns(990, 100_000))),
    **{
        f"Parquet list of 4,900,000 ({what})": (
            "a.parquet", lambda p, how=how, n=length: parquet(p, lambda: listed(*how[0], n, **how[1]))
        )
        for what, length, how in (
            ("numbers", 4_900_000, (["number"], {})),
            ("texts", 4_900_000, (["text"], {})),
            ("structs", 4_900_000, (["struct"], {})),
            ("in a list", 4_900_000, (["number"], {"depth": 2})),
            ("texts in 5 lists", 4_900_000, (["text"], {"depth": 5})),
            ("as the text", 4_900_000, (["number"], {"name": "text"})),
            ("60 rows of 80,000", 80_000, (["text"], {"depth": 2, "rows": 60})),
        )
    },
    # PDF
    "PDF of 1,900 pages": ("a.pdf", lambda p: pdf(p, many_pages(1_900))),
    "PDF of 20,000 pages": ("a.pdf", lambda p: pdf(p, many_pages(20_000))),
    "PDF page tree 100,000 deep": ("a.pdf", lambda p: pdf(p, deep_tree(100_000))),
    "PDF page tree 2,000 deep": ("a.pdf", lambda p: pdf(p, deep_tree(2_000))),
    "PDF page tree in a circle": (
        "a.pdf", lambda p: pdf(p, [CATALOG, b"<</Type/Pages/Count 9/Kids[2 0 R 2 0 R]>>"])
    ),
    "PDF stream of 1 GB": (
        "a.pdf", lambda p: pdf(p, [CATALOG, ONE, page(), flate(b"(A) Tj\n" * 99, 2**30)])
    ),
    "PDF stream packed twice": (
        "a.pdf", lambda p: pdf(p, [CATALOG, ONE, page(), flate(b" " * 1024, 2**32, twice=True)])
    ),
    "PDF stream of 9 MB of operators": (
        "a.pdf", lambda p: pdf(p, [CATALOG, ONE, page(), flate(b"q Q\n" * 99, 9 * MB)])
    ),
    "PDF page of 500 streams of 9 MB": (
        "a.pdf",
        lambda p: pdf(p, [CATALOG, ONE, page(b"[%b]" % (b"4 0 R " * 500)), flate(b" " * 1024, 9 * MB)]),
    ),
    "PDF text of 9 MB": (
        "a.pdf", lambda p: pdf(p, [CATALOG, ONE, page(), stream(b"BT /F 9 Tf (%b) Tj ET" % (b"A" * 9 * MB))])
    ),
    "PDF 150 forms of 9 MB": ("a.pdf", lambda p: pdf(p, many_forms(150, 9 * MB))),
    "PDF cmap of 9 MB": ("a.pdf", lambda p: pdf(p, of_cmap(flate(CMAP, 9 * MB)))),
    "PDF cmap of one to 2^32": (
        "a.pdf",
        lambda p: pdf(p, of_cmap(stream(b"begincmap 1 beginbfrange <00000000> <FFFFFFFF> <0041> endbfrange"))),
    ),
    "PDF font of 5,000,000 widths": ("a.pdf", lambda p: pdf(p, wide_font(5_000_000))),
    "PDF object stream of 1 GB": ("a.pdf", lambda p: object_stream(p, 2**30)),
    "PDF cross-references of 9 MB": ("a.pdf", lambda p: xref_stream(p, 9 * MB)),
    "PDF cross-references of 1 GB": ("a.pdf", lambda p: xref_stream(p, 2**30)),
    "PDF without a table, 190 MB": ("a.pdf", lambda p: no_table(p, 190 * MB)),
    "PDF of 190 MB of dictionaries": (
        "a.pdf", lambda p: pdf(p, [CATALOG[:-2] + b"/X" + b"[" * 100_000 + b"/A 1 " * 9_000_000, ONE])
    ),
    # pages and feeds
    "HTML JSON-LD of 10 MB of lists": ("a.html", lambda p: json_ld(p, "[" + "[]," * (10 * MB // 3) + "[]]")),
    "HTML JSON-LD of 10 MB of keys": (
        "a.html", lambda p: json_ld(p, "{" + "".join(f'"k{n}":1,' for n in range(900_000)) + '"z":0}')
    ),
    "HTML JSON-LD of 10 MB, a text": ("a.html", lambda p: json_ld(p, '{"a":"%s"}' % ("A" * 10 * MB))),
    "HTML 1,000,000 attributes on a tag": (
        "a.html", lambda p: html(p, tag="<p%s>" % "".join(f" a{n}" for n in range(1_000_000)))
    ),
    "HTML 1,000,000 attributes": ("a.html", lambda p: html(p, body="<b a b c d e f g>" * 143_000)),
    "HTML 290,000 deep": ("a.html", lambda p: html(p, body="<div>" * 290_000)),
    "HTML 250 deep, 290,000 tags": ("a.html", lambda p: html(p, body=("<i>" * 250 + "</i>" * 40) * 1_000)),
    "HTML 290,000 paragraphs": ("a.html", lambda p: html(p, body="<p>No one said so.\n" * 290_000)),
    "HTML paragraph of 15 MB": ("a.html", lambda p: html(p, body=f"<p>{'It was said. ' * (MB + 100_000)}</p>")),
    "HTML 15 MB of entities": ("a.html", lambda p: html(p, body=f"<p>{'&amp;' * 3 * MB}</p>")),
    "HTML 15 MB of comments": ("a.html", lambda p: html(p, body="<!---->" * 290_000 + "<!--" + "-" * 12 * MB)),
    "HTML 15 MB title": ("a.html", lambda p: html(p, head=f"<title>{'A b ' * 3 * MB}</title>")),
    "RSS of 280,000 items": ("a.rss", lambda p: repeated(p, b"<item/>", 280_000 * 7, b"<rss><channel>")),
    "RSS of 70,000 items with text": (
        "a.rss", lambda p: repeated(p, b"<item><title>A b</title></item>", 70_000 * 31, b"<rss><channel>")
    ),
    "RSS 280,000 deep": ("a.rss", lambda p: repeated(p, b"<a>", 280_000 * 3, b"<rss><channel>")),
    "RTF of 16 MB of groups": ("a.rtf", lambda p: repeated(p, b"{", 15 * MB, b"{\\rtf1 ")),
    "RTF of 16 MB of text": ("a.rtf", lambda p: repeated(p, b"So. ", 15 * MB, b"{\\rtf1 ", b"}")),
    "text of 2,000,000 characters": ("a.txt", lambda p: repeated(p, b"It was so. ", 1_900_000, b"")),
}  # fmt: skip
PIPES = {
    "stdin: yes": ["yes"],
    "stdin: yes, a sentence": ["yes", PROSE],
    "stdin: /dev/zero": ["cat", "/dev/zero"],
    "stdin: yes [": ["yes", "["],
    'stdin: yes {"a":': ["yes", '{"a":'],
    "stdin: yes <p>": ["yes", "<p>"],
    "stdin: a cell without an end": ["sh", "-c", "echo 'text,date'; echo '\"'; yes"],
    "stdin: an array without an end": ["sh", "-c", "echo '{\"text\": ['; yes '1,'"],
    "stdin: a text without an end": ["sh", "-c", "printf '{\"text\": \"'; tr '\\0' a </dev/zero"],
    "stdin: RTF without an end": ["sh", "-c", "printf '%s\\n' '{\\rtf1'; yes '{'"],
    "stdin: RSS without an end": ["sh", "-c", "echo '<rss><channel>'; yes '<item/>'"],
}


def limited() -> None:
    resource.setrlimit(resource.RLIMIT_AS, (LIMIT, LIMIT))


def measured(
    command: list[str], source: list[str] | None = None
) -> tuple[int, float, float, str, str]:
    """Return exit status, MB of the largest process, seconds, standard output and standard error."""
    feeding = (
        subprocess.Popen(source, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL)
        if source
        else None
    )
    where = feeding.stdout if feeding else subprocess.DEVNULL
    with tempfile.TemporaryFile() as out, tempfile.TemporaryFile() as err:
        began = time.monotonic()
        run = subprocess.Popen(
            ["timeout", "-k", "5", str(SECONDS), *command],
            stdin=where, stdout=out, stderr=err, preexec_fn=limited,
        )  # fmt: skip
        if feeding:
            feeding.stdout.close()
        _, status, usage = os.wait4(run.pid, 0)
        run.returncode = os.waitstatus_to_exitcode(status)
        seconds = time.monotonic() - began
        if feeding:
            feeding.kill()
            feeding.wait()
        out.seek(0), err.seek(0)
        texts = [file.read(10 * MB).decode(errors="replace") for file in (out, err)]
    return run.returncode, usage.ru_maxrss / 1024, seconds, *texts


def verdict(output: str, printed: str, folder: str, *, beside: bool) -> str:
    errors = [line for line in printed.splitlines() if "error:" in line]
    whole = "Traceback" not in printed and "MemoryError" not in printed and errors
    good = output.count("\n") >= 1 if beside else True
    first = errors[0].replace(folder + "/", "").removeprefix("error: ") if errors else printed[-80:]
    return f"{'ok ' if whole and good else 'NOT'} {len(errors):>4}  {first[:90]}"


def show(name: str, run: tuple[int, float, float, str, str], folder: str, *, beside: bool) -> None:
    _, memory, seconds, output, printed = run
    print(
        f"{name:<40} {memory:>6.0f} {seconds:>6.1f}  {verdict(output, printed, folder, beside=beside)}",
        flush=True,
    )


def main(words: list[str]) -> None:
    program = [sys.executable, "-m", "guarantee_summarizer"]
    wanted = [name for name in [*FILES, *PIPES] if not words or any(w in name for w in words)]
    print(f"{'input':<40} {'MB':>6} {'s':>6}      failures", flush=True)
    with tempfile.TemporaryDirectory() as folder:
        good = Path(folder, "zz.txt")
        good.write_text(PROSE)
        show(
            "(a good article alone)", measured([*program, "batch", str(good)]), folder, beside=True
        )
        for name in wanted:
            if name in PIPES:
                run = measured([*program, "summarize", "-"], PIPES[name])
                show(name, run, folder, beside=False)
                continue
            path = Path(folder, FILES[name][0])
            subprocess.run([sys.executable, __file__, "--make", name, str(path)], check=True)
            show(name, measured([*program, "batch", str(path), str(good)]), folder, beside=True)
            path.unlink()


if __name__ == "__main__":
    if sys.argv[1:2] == ["--make"]:
        FILES[sys.argv[2]][1](Path(sys.argv[3]))
    else:
        main(sys.argv[1:])
