"""Files that ask for more memory or time than any article: small on disk, large when read."""

from __future__ import annotations

import gzip
import json
import os
import socket
import zlib
from collections.abc import Callable
from pathlib import Path

PROSE = "France would send troops to Ukraine to guarantee a ceasefire. Officials said so on Friday."


def text_gz(path: Path, megabytes: int) -> None:
    _packed(path, b"A" * 2**20, megabytes)


def _packed(path: Path, piece: bytes, times: int, head: bytes = b"") -> None:
    with gzip.open(path, "wb", compresslevel=9) as file:
        file.write(head)
        for _ in range(times):
            file.write(piece)


def one_cell_gz(path: Path, megabytes: int) -> None:
    _packed(path, b"A" * 2**20, megabytes, head=b'text,date\n"')


def rows_in_a_row_gz(path: Path, megabytes: int) -> None:
    """One row whose cells hold line ends: no line is long."""
    _packed(path, b'"\n",' * 2**18, megabytes, head=b"text,date\n")


def cells_gz(path: Path, megabytes: int) -> None:
    _packed(path, b"," * 2**20, megabytes, head=b"text,date\n")


def gz_of_gz(path: Path, megabytes: int) -> None:
    path.write_bytes(gzip.compress(gzip.compress(b"A" * 2**20 * megabytes)))


def zip_like(path: Path, megabytes: int) -> None:
    path.write_bytes(b"PK\3\4" + b"\0" * 2**20 * megabytes)


def nested_json(path: Path, megabytes: int) -> None:
    path.write_text("[" * 2**20 * megabytes)


def many_json(path: Path, megabytes: int) -> None:
    path.write_text('{"text": [' + "[]," * (2**20 * megabytes // 3) + "[]]}")


def many_objects(path: Path, megabytes: int) -> None:
    path.write_text('{"text": [' + '{"a":{}},' * (2**20 * megabytes // 9) + "0]}")


def long_json(path: Path, megabytes: int) -> None:
    path.write_text(json.dumps({"text": "\u4e00" * 2**18 * megabytes}, ensure_ascii=False))


def attributes(path: Path, megabytes: int) -> None:
    tag = "".join(f' a{n}=">"' for n in range(100_000 * megabytes))
    path.write_text(f"<html><body><p{tag}>{PROSE}</p></body></html>")


def tags(path: Path, megabytes: int) -> None:
    path.write_text(f"<html><body><p>{PROSE}</p>" + "<b>" * (2**20 * megabytes // 3))


def deep_tags(path: Path, megabytes: int) -> None:
    path.write_text("<html><body>" + "<div>" * 50_000 * megabytes + PROSE)


def json_ld(path: Path, megabytes: int) -> None:
    """Structured data that the article does not need, and is read without."""
    data = "[" + "[]," * (2**20 * megabytes // 3) + "[]]"
    prose = f"{PROSE} It was said in Paris, after talks of the leaders of the coalition there."
    path.write_text(
        f'<html><head><script type="application/ld+json">{data}</script></head>'
        f"<body><article><h1>Talks</h1><p>{prose}</p><p>{prose}</p></article></body></html>"
    )


def feed_of_tags(path: Path, megabytes: int) -> None:
    path.write_text('<rss version="2.0"><channel>' + "<item/>" * (2**20 * megabytes // 7))


def entities(path: Path, megabytes: int) -> None:
    names = "".join(f'<!ENTITY e{n} "{f"&e{n - 1};" * 10}">' for n in range(1, 10))
    path.write_text(
        f'<?xml version="1.0"?><!DOCTYPE rss [<!ENTITY e0 "lol">{names}]>'
        '<rss version="2.0"><channel><item><description>&e9;</description></item></channel></rss>'
    )


def pdf_of(objects: list[bytes], path: Path) -> None:
    """A PDF of these objects, the first of which is its catalog."""
    out, places = bytearray(b"%PDF-1.4\n"), []
    for number, body in enumerate(objects, 1):
        places.append(len(out))
        out += b"%d 0 obj\n%b\nendobj\n" % (number, body)
    table = b"".join(b"%010d 00000 n \n" % place for place in places)
    at = len(out)
    out += b"xref\n0 %d\n0000000000 65535 f \n%b" % (len(objects) + 1, table)
    out += b"trailer\n<</Size %d/Root 1 0 R>>\nstartxref\n%d\n%%%%EOF" % (len(objects) + 1, at)
    path.write_bytes(out)


def _stream(data: bytes, more: bytes = b"") -> bytes:
    return b"<</Length %d%b>>stream\n%b\nendstream" % (len(data), more, data)


_FONT = b"<</Font<</F<</Type/Font/Subtype/Type1/BaseFont/Helvetica>>>>>>"
_LINE = b"BT /F 12 Tf 1 0 0 1 50 700 Tm (%b) Tj ET\n" % PROSE.encode()


def pages(path: Path, megabytes: int) -> None:
    """References to one page, again and again."""
    page = b"<</Type/Page/Parent 2 0 R/Contents 4 0 R/Resources %b>>" % _FONT
    kids = b"3 0 R " * (20_000 * megabytes)
    tree = b"<</Type/Pages/Count %d/Kids[%b]>>" % (20_000 * megabytes, kids)
    pdf_of([b"<</Type/Catalog/Pages 2 0 R>>", tree, page, _stream(_LINE)], path)


def operators(path: Path, megabytes: int) -> None:
    page = b"<</Type/Page/Parent 2 0 R/Contents 4 0 R/Resources %b>>" % _FONT
    tree = b"<</Type/Pages/Count 1/Kids[3 0 R]>>"
    body = _stream(b"BT /F 12 Tf (a) Tj ET\n" * (2**20 * megabytes // 22))
    pdf_of([b"<</Type/Catalog/Pages 2 0 R>>", tree, page, body], path)


def forms_in_forms(path: Path, megabytes: int) -> None:
    """Forms that each draw the next one ten times: billions of them."""
    objects = [
        b"<</Type/Catalog/Pages 2 0 R>>",
        b"<</Type/Pages/Count 1/Kids[3 0 R]>>",
        b"<</Type/Page/Parent 2 0 R/Contents 4 0 R/Resources<</XObject<</X 5 0 R>>>>>>",
        _stream(b"/X Do"),
    ]
    for number in range(5, 20):
        inside = b"/Type/XObject/Subtype/Form/Resources<</XObject<</X %d 0 R>>>>" % (number + 1)
        objects.append(_stream(b"/X Do\n" * 10, inside))
    pdf_of([*objects, _stream(_LINE, b"/Type/XObject/Subtype/Form/Resources %b" % _FONT)], path)


def large_forms(path: Path, megabytes: int) -> None:
    """Forms that are small in the file and unfold to many bytes, drawn on one page."""
    names = b"".join(b"/X%d 5 0 R" % n for n in range(10 * megabytes))
    drawn = b"".join(b"/X%d Do\n" % n for n in range(10 * megabytes))
    form = b"/Type/XObject/Subtype/Form/Filter/FlateDecode/Resources" + _FONT
    page = b"<</Type/Page/Parent 2 0 R/Contents 4 0 R/Resources<</XObject<<%b>>>>>>" % names
    tree = b"<</Type/Pages/Count 1/Kids[3 0 R]>>"
    body = _stream(zlib.compress(_LINE + b" " * 4_000_000), form)
    pdf_of([b"<</Type/Catalog/Pages 2 0 R>>", tree, page, _stream(drawn), body], path)


def sparse(path: Path, megabytes: int) -> None:
    with path.open("wb") as file:
        file.write(b"%PDF-1.4\n" if path.suffix == ".pdf" else b"")
        file.truncate(megabytes * 2**20 * 100)


def dictionary(path: Path, megabytes: int) -> None:
    """64 rows that share one long text."""
    import pyarrow as pa
    import pyarrow.parquet as pq

    column = pa.DictionaryArray.from_arrays(
        pa.array([0] * 64, pa.int32()), ["A" * 2**20 * megabytes]
    )
    pq.write_table(pa.table({"text": column}), path, compression="zstd")


def numbers(path: Path, megabytes: int) -> None:
    """One row with a list of equal numbers."""
    import numpy as np
    import pyarrow as pa
    import pyarrow.parquet as pq

    values = pa.array(np.zeros(2**20 * megabytes // 8 * 8, dtype="int8"))
    listed = pa.ListArray.from_arrays(pa.array([0, len(values)], pa.int32()), values)
    pq.write_table(pa.table({"text": [PROSE], "tags": listed}), path, compression="zstd")


def fifo(path: Path, megabytes: int) -> None:
    os.mkfifo(path)


def device(path: Path, megabytes: int) -> None:
    path.symlink_to("/dev/zero")


def unix_socket(path: Path, megabytes: int) -> None:
    here = Path.cwd()
    os.chdir(path.parent)  # such names are short
    try:
        with socket.socket(socket.AF_UNIX) as listening:
            listening.bind(path.name)
    finally:
        os.chdir(here)


def circle(path: Path, megabytes: int) -> None:
    path.symlink_to(path.name)


def wide(path: Path, megabytes: int) -> None:
    """One record of more fields than memory has room for."""
    path.write_text("{" + "".join(f'"k{n}":1,' for n in range(100_000 * megabytes)) + '"text":"a"}')


def many_columns(path: Path, megabytes: int) -> None:
    """A Parquet file whose description is larger than what it describes."""
    import pyarrow as pa
    import pyarrow.parquet as pq

    pq.write_table(
        pa.table({"text": [PROSE], **{f"c{n}" * 400: [1] for n in range(900 * megabytes)}}), path
    )


def long_texts(path: Path, megabytes: int) -> None:
    """Rows that share one text, longer than an article's, in pages that may be read."""
    dictionary(path, megabytes * 9)


def lists_in_lists(path: Path, megabytes: int) -> None:
    """One row whose article is a list of a list of many numbers."""
    import numpy as np
    import pyarrow as pa
    import pyarrow.parquet as pq

    values = pa.array(np.zeros(100_000 * megabytes, dtype="int8"))
    inner = pa.ListArray.from_arrays(pa.array([0, len(values)], pa.int32()), values)
    outer = pa.ListArray.from_arrays(pa.array([0, 1], pa.int32()), inner)
    pq.write_table(pa.table({"text": outer}), path, compression="zstd")


Maker = Callable[[Path, int], None]
REFUSED: dict[str, tuple[str, Maker]] = {
    "text.gz": ("a.txt.gz", text_gz),
    "one cell": ("b.csv.gz", one_cell_gz),
    "a row over many lines": ("c.csv.gz", rows_in_a_row_gz),
    "cells": ("d.csv.gz", cells_gz),
    "gz of gz": ("e.txt.gz", gz_of_gz),
    "like a zip": ("f.txt", zip_like),
    "nested JSON": ("g.json", nested_json),
    "many lists": ("h.json", many_json),
    "many objects": ("i.jsonl", many_objects),
    "a long text": ("j.json", long_json),
    "attributes": ("k.html", attributes),
    "tags": ("l.html", tags),
    "deep tags": ("m.html", deep_tags),
    "a feed of tags": ("n.rss", feed_of_tags),
    "entities": ("o.xml", entities),
    "pages": ("p.pdf", pages),
    "operators": ("q.pdf", operators),
    "forms in forms": ("r.pdf", forms_in_forms),
    "large forms": ("rb.pdf", large_forms),
    "sparse PDF": ("s.pdf", sparse),
    "sparse text": ("t.txt", sparse),
    "sparse table": ("u.csv", sparse),
    "a shared text": ("v.parquet", dictionary),
    "numbers": ("w.parquet", numbers),
    "named pipe": ("x.txt", fifo),
    "device": ("y.txt", device),
    "socket": ("z.txt", unix_socket),
    "a wide record": ("zb.json", wide),
    "many columns": ("zc.parquet", many_columns),
    "long texts": ("zd.parquet", long_texts),
    "lists in lists": ("ze.parquet", lists_in_lists),
    "a link to itself": ("za.txt", circle),
}
"""What is refused: by name, a file's name and what makes it."""
