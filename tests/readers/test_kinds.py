"""What a file is, its bytes tell: the same article from every export, or one line with the remedy."""

from __future__ import annotations

import bz2
import gzip
import io
import json
import sys
import zipfile
from pathlib import Path

import pytest

from guarantee_summarizer import Article, ArticleError, Failure
from guarantee_summarizer.readers import article_from_html, read_articles

TEXT = "France is ready to send 4,500 soldiers after a ceasefire. Russia has rejected any troops."
MORE = "Poland offers to host a training mission. The treaty binds it for 12 years."
HTML = f"<p>{TEXT}</p><p>{MORE}</p>"
PAGE = (
    "<html><head><title>Talks</title></head><body><article><h1>Talks</h1>"
    f"<p>{' '.join([TEXT, MORE] * 4)}</p><p>{MORE}</p></article></body></html>"
)
ITEM = (
    "<item><title>Talks &amp;amp; troops</title><link>https://e.org/1</link><guid>g1</guid>"
    f"<pubDate>Tue, 06 Jan 2026 10:00:00 +0000</pubDate><description>{TEXT}</description>"
    f"<content:encoded><![CDATA[{HTML}<p>The post <a href='x'>Talks</a> appeared first on "
    "<a href='y'>Wire</a>.</p>]]></content:encoded></item>"
)
ATOM = (
    "<feed xmlns='http://www.w3.org/2005/Atom'><title>Wire</title><entry><title>Talks</title>"
    "<id>a1</id><updated>2026-02-01T00:00:00Z</updated><published>2026-01-06T10:00:00Z"
    f"</published><content type='html'>{HTML.replace('<', '&lt;')}</content></entry></feed>"
)
NEWS = {
    "status": "ok",
    "articles": [
        {
            "source": {"id": None, "name": "Wire"},
            "author": None,
            "title": "Talks",
            "publishedAt": "2026-01-06T10:00:00Z",
            "content": f"{TEXT} The talks go on in Par… [+4321 chars]",
        },
        {"source": {"id": "x", "name": None}, "title": None, "content": MORE},
    ],
}
POST = {
    "id": 5,
    "date": "2026-01-06T10:00:00",
    "title": {"rendered": "Talks &#8211; now"},
    "content": {"rendered": HTML, "protected": False},
}


def rss(items: str, encoding: str = "utf-8") -> str:
    return (
        f"<?xml version='1.0' encoding='{encoding}'?><rss version='2.0' "
        "xmlns:content='http://purl.org/rss/1.0/modules/content/'><channel><title>Wire</title>"
        f"{items}</channel></rss>"
    )


def found(folder: Path, name: str, content: str | bytes) -> list[Article | Failure]:
    path = folder / name
    path.write_bytes(content.encode() if isinstance(content, str) else content)
    return list(read_articles(path))


def dumped(*records: object, indent: int | str | None = None) -> str:
    return "\n".join(json.dumps(record, indent=indent) for record in records)


TWO = ({"text": TEXT}, {"text": MORE})


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("array.json", dumped([*TWO])),
        ("indented-array.json", dumped([*TWO], indent=2)),
        ("jq.jsonl", dumped(*TWO, indent=2)),
        ("tabs.jsonl", dumped(*TWO, indent="\t")),
        ("one-line.json", dumped(*TWO).replace("\n", "")),
        ("sequence.json", "".join(f"\x1e{dumped(record)}\n" for record in TWO)),
        ("joined.jsonl", "".join(f"\ufeff{dumped(record)}\n" for record in TWO)),
        ("wide.jsonl", dumped(*TWO).encode("utf-32")),
        ("array.json.gz", gzip.compress(dumped([*TWO]).encode(), mtime=0)),
        ("named.csv", dumped(*TWO)),
        ("service.json", dumped({"response": {"results": [{"body": TEXT}, {"body": MORE}]}})),
        ("sep.csv", f"sep=;\r\nid;text\r\n1;{TEXT}\r\n2;{MORE}\r\n"),
        ("marked.csv", f"\ufeffsep=;\nid;text\n1;{TEXT}\n2;{MORE}\n"),
        ("bars.csv", f"id|text\n1|{TEXT}\n2|{MORE}\n"),
        ("bars.txt", f"id|text\n1|{TEXT}\n2|{MORE}\n"),
        ("content.csv", f'Id,Content\n1,"{TEXT}"\n2,"{MORE}"\n'),
    ],
)
def test_two_records_come_back_from_every_form(tmp_path, name, content):
    assert [one.text for one in found(tmp_path, name, content)] == [TEXT, MORE]


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("wide.txt", TEXT.encode("utf-32")),
        ("big.txt", b"\xfe\xff" + TEXT.encode("utf-16-be")),
        ("packed.txt.gz", gzip.compress(TEXT.encode(), mtime=0)),
        ("brackets.txt", f"[Note] {TEXT}"),
        ("braces.txt", f"{{sic}} {TEXT}"),
    ],
)
def test_a_text_is_a_text_however_it_is_encoded_or_begins(tmp_path, name, content):
    (article,) = found(tmp_path, name, content)
    assert article.text.endswith(TEXT)


def test_the_answer_of_a_news_service_gives_its_articles(tmp_path):
    for indent in (None, 4):
        first, second = found(tmp_path, "news.json", dumped(NEWS, indent=indent))
        assert (first.title, first.outlet, str(first.published)) == ("Talks", "Wire", "2026-01-06")
        assert first.sentences[-1].text == "The talks go on in Par…"
        assert "was cut" in first.warnings[0]
        assert first.metadata["source"].endswith("news.json, line 1, article 1")
        assert (second.title, second.outlet, second.text) == (None, None, MORE)


def test_posts_of_wordpress_lose_their_markup(tmp_path):
    first, _ = found(tmp_path, "posts.json", dumped([POST, POST]))
    assert (first.title, first.text) == ("Talks – now", f"{TEXT}\n\n{MORE}")
    assert first.metadata["id"] == 5


@pytest.mark.parametrize("name", ["feed.xml", "feed.rss", "feed", "feed.xml.gz"])
def test_a_feed_gives_its_entries(tmp_path, name):
    data = rss(ITEM).encode()
    (entry,) = found(tmp_path, name, gzip.compress(data, mtime=0) if name.endswith(".gz") else data)
    assert (entry.title, entry.outlet, entry.url) == ("Talks & troops", "Wire", "https://e.org/1")
    assert (str(entry.published), entry.text) == ("2026-01-06", f"{TEXT}\n\n{MORE}")
    assert entry.metadata["id"] == "g1"


def test_atom_gives_the_day_of_publication_and_not_of_the_change(tmp_path):
    (entry,) = found(tmp_path, "a.atom", ATOM)
    assert (entry.text, str(entry.published)) == (f"{TEXT}\n\n{MORE}", "2026-01-06")


def test_markup_may_say_its_encoding(tmp_path):
    text = "Україна чекає на гарантії безпеки, сказав президент у вівторок у Парижі."
    feed = rss(f"<item><title>Г</title><description>{text}</description></item>", "windows-1251")
    page = f"<?xml version='1.0' encoding='windows-1251'?>\n{PAGE.replace(MORE, text)}"
    for name, content in (("a.xml", feed), ("a.xhtml", page)):
        (article,) = found(tmp_path, name, content.encode("cp1251"))
        assert text in article.text


@pytest.mark.parametrize("name", ["page.xhtml", "page.php", "saved.txt", "page.json", "page"])
def test_a_page_is_a_page_under_any_name(tmp_path, name):
    prolog = "<?xml version='1.0'?>\n<!-- saved -->\n<!DOCTYPE html PUBLIC '-//W3C//X' 'x'>\n"
    (article,) = found(tmp_path, name, prolog + PAGE)
    assert (article.title, "<" in article.text) == ("Talks", False)


NEW = {"@type": ["Thing", "NewsArticle"], "datePublished": "2026-01-06T10:00:00Z"}


@pytest.mark.parametrize(
    ("data", "kind"),
    [
        (NEW, "application/ld+json; charset=utf-8"),
        (
            [{"@type": "WebPage", "datePublished": "2024-03-01", "mainEntity": NEW}],
            "Application/LD+JSON",
        ),
        (
            {"@graph": [{"@type": "Article", "datePublished": "2027-01-01"}, NEW]},
            "application/ld+json",
        ),
        ({"@graph": [NEW, {**NEW, "datePublished": "2025-01-01"}]}, "application/ld+json"),
        ({**NEW, "datePublished": "Tue, 06 Jan 2026 10:00:00 GMT"}, "application/ld+json"),
    ],
)
def test_the_day_is_that_of_the_page_s_article(data, kind):
    script = f'<script type="{kind}">{json.dumps(data)}</script></head>'
    assert str(article_from_html(PAGE.replace("</head>", script)).published) == "2026-01-06"


def test_rich_text_loses_its_commands(tmp_path):
    head = r"{\rtf1\ansi\ansicpg1251{\fonttbl{\f0\fcharset204 Arial;}}\f0 \b Talks\b0\par "
    (article,) = found(tmp_path, "a.rtf", head + TEXT + r"\par \'f7\'e5\'ea\'e0\'ba.\par }")
    assert article.text == f"Talks\n\n{TEXT}\n\nчекає."


@pytest.mark.parametrize(
    ("name", "content", "read"),
    [
        ("a.json", f'[{{"text": "{TEXT}"}}, {{"text": oops}}, {{"text": "{MORE}"}}]', [1, 0, 1]),
        ("b.json", f'[{{"text": "{TEXT}"}}, {{"text": "{MORE}', [1, 0]),
        ("c.json", f'[{{"text": "{TEXT}"}},\n', [1, 0]),
        (
            "d.jsonl",
            f'{dumped(TWO[0], indent=2)}\n{{\n "a": oops,\n "b": 1\n}}\n{dumped(TWO[1])}',
            [1, 0, 1],
        ),
        ("e.jsonl", f"junk\njunk\n{dumped(TWO[0])}\njunk", [0, 0, 1, 0]),
        ("f.jsonl", f"{dumped(TWO[0])} junk\n{dumped(TWO[1])}", [0, 1]),
    ],
)
def test_what_is_broken_in_json_costs_only_itself(tmp_path, name, content, read):
    assert [int(isinstance(one, Article)) for one in found(tmp_path, name, content)] == read


def test_a_long_array_on_one_line_is_read_in_pieces(tmp_path):
    records = [{"text": f"Talk {n} goes on. {MORE * 9}", "n": n} for n in range(400)]
    assert [one.metadata["n"] for one in found(tmp_path, "a.json", dumped(records))] == [
        *range(400)
    ]


def packed() -> bytes:
    file = io.BytesIO()
    zipfile.ZipFile(file, "w").writestr("a.txt", TEXT)
    return file.getvalue()


@pytest.mark.parametrize(
    ("name", "content", "says"),
    [
        ("a.docx", packed(), "or a Word, Excel or OpenOffice file; unpack it, or save it as"),
        ("a.xlsx", packed(), "a sheet as CSV"),
        ("a.doc", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(99), "is an old Word or Excel file"),
        ("a.jpg", b"\xff\xd8\xff\xe0" + bytes(9), "is an image; recognize its text first"),
        ("a.webp", b"RIFF\0\0\0\0WEBP" + bytes(9), "is an image"),
        ("a.jsonl.bz2", bz2.compress(b"x"), "'bunzip2'"),
        ("a.txt", b"\xfd7zXZ\0", "'unxz'"),
        ("a.txt.gz", gzip.compress(gzip.compress(b"x", mtime=0), mtime=0), "is packed twice"),
        ("a.pdf.gz", gzip.compress(b"%PDF-1.4", mtime=0), "'gunzip'"),
        ("a.xml", "<?xml version='1.0'?><nitf/>", "is unsupported XML (<nitf>;"),
        ("a.eml", "From: a@b.c\nMIME-Version: 1.0\n\nTalks go on.", "is an email or a web archive"),
        ("a.sqlite", b"SQLite format 3\0" + bytes(9), "export its rows"),
        ("a.rss", "<rss version='2.0'><channel/></rss>", "has no RSS or Atom entries"),
        ("a.txt", "Україна чекає на гарантії.".encode("koi8-u"), "KOI8-U or CP1251"),
        ("a.txt", "Україна чекає на гарантії.".encode("cp1251"), "'iconv -f CP1251 -t UTF-8'"),
        ("a.txt", "Żółć w Łodzi pięknie świeci.".encode("cp1250"), "CP1252 or CP1250"),
        (
            "list.json",
            dumped({"articles": [{"url": "u", "seendate": "20260106T101500Z"}]}),
            "needs a field 'text'",
        ),
    ],
)
def test_what_is_not_read_says_what_to_do(tmp_path, name, content, says):
    (failure,) = found(tmp_path, name, content)
    assert isinstance(failure, Failure)
    assert str(failure.error).startswith(str(tmp_path / name))
    assert says in str(failure.error)
    assert "\n" not in str(failure.error)


@pytest.mark.parametrize(
    "content", [PAGE, rss(ITEM), dumped([*TWO]), f"id,text\n1,{MORE}\n", r"{\rtf1 " + TEXT + "}"]
)
def test_standard_input_is_read_as_files_are(tmp_path, monkeypatch, content):
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(content.encode())))
    given = [one.text for one in read_articles("-")]
    assert given == [one.text for one in found(tmp_path, "input", content)]


def test_links_in_a_circle_are_not_followed_and_folders_may_be_deep(tmp_path):
    deep = tmp_path.joinpath(*"abcdefghij")
    deep.mkdir(parents=True)
    (deep / "a.txt").write_text(TEXT)
    (deep / "b").symlink_to(tmp_path, target_is_directory=True)
    assert [one.source for one in read_articles(tmp_path)] == [str(deep / "a.txt")]


def test_a_broken_link_is_refused_by_name(tmp_path):
    (tmp_path / "a.txt").symlink_to(tmp_path / "gone.txt")
    with pytest.raises(ArticleError, match="there is no such file"):
        read_articles(tmp_path / "a.txt")
