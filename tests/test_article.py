"""Articles from text, files and records, and what is refused with one clear line."""

from __future__ import annotations

import json
import pickle
from datetime import date
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from guarantee_summarizer import Article, ArticleError, headers
from guarantee_summarizer.article import MAX_CHARACTERS
from guarantee_summarizer.headers import read_day, read_header

PROSE = "France will send troops. Russia rejects them."


def test_a_date_glued_to_the_text_is_read_and_the_text_stays_as_it_is(seed: Article) -> None:
    assert seed.published == date(2026, 1, 6)
    assert seed.text.startswith(" date 2026-01-06 European leaders")
    assert seed.sentences[0].text.startswith("European leaders and American officials")
    assert seed.text[seed.sentences[0].start :].startswith("European leaders")


@pytest.mark.parametrize(
    "header",
    [
        "title: A pact\ndate 2026-01-06\n\n",
        "Title: A pact\nDate: 2026-01-06\n",
        "title: A pact\n date 2026-01-06 ",
        "\ndate: 2026-01-06\ntitle: A pact\n",
        "A pact\ndate 2026-01-06\n",
        "A pact\r\nDate: 2026-01-06\r\n\r\n",
        "\ufeffA pact\n\nPublished: 6 January 2026\n\n",
        "A pact\nJanuary 6, 2026\n\n",
        "A pact\nBy Ann Roe and Bo van Dam\nTuesday, January 6, 2026 at 10:32 a.m. GMT\n\n",
        "# A pact\n\n**Date:** 2026-01-06\n\n",
        "A pact\nFirst published on 6 January 2026\nLast updated 7 January 2026\n",
        "A pact\nWorld\nBy ANN ROE | Jan. 6, 2026 | 5 min read\n",
        "A pact\nParis, 6 January 2026\n",
        "A pact\n06.01.2026\n",
        "A pact\ndate 2026-01-06 ",
        "Title: A pact\nAuthor: Ann Roe\nDate: 2026-01-06T10:00:00Z\nSection: World\n",
        "---\ntitle: 'A pact'\ndate: 2026-01-06\ntags:\n  - arms\n- x\n# note\n---\n",
    ],
)
def test_header_lines_become_metadata_and_no_sentences(header: str) -> None:
    article = Article.from_text(header + PROSE)
    assert (article.title, article.published) == ("A pact", date(2026, 1, 6))
    assert article.sentences[0].text == "France will send troops."


@pytest.mark.parametrize(
    "header",
    [
        "The Norvia Times\nA pact\nhttps://e.org/a\nJanuary 6, 2026\n",
        "The Norvia Times\ntitle: A pact\nurl: https://e.org/a\ndate: 2026-01-06\n",
        "A pact\nSource: The Norvia Times | 6 January 2026\nhttps://e.org/a\n\n",
        "---\ntitle: A pact\nsource: The Norvia Times\nurl: https://e.org/a\ndate: 2026-01-06\n---\n",
    ],
)
def test_outlet_and_address_are_read_from_the_header(header: str) -> None:
    article = Article.from_text(header + PROSE)
    assert (article.title, article.published) == ("A pact", date(2026, 1, 6))
    assert (article.outlet, article.url) == ("The Norvia Times", "https://e.org/a")
    assert article.text[article.body :].lstrip() == PROSE


@pytest.mark.parametrize(
    ("text", "day"),
    [
        (" date 2022-12 France will send troops.", None),
        (" date 2022-12\nFrance will send troops.", None),
        (" date 2022 France will send troops.", None),
        ("\ufeffdate 2026-01-06 France will send troops.", date(2026, 1, 6)),
        ("date\u200b 2026-01-06\nFrance will send troops.", date(2026, 1, 6)),
    ],
)
def test_a_date_in_front_is_no_sentence_even_where_it_is_no_day(text, day) -> None:
    article = Article.from_text(text)
    assert article.published == day
    assert [s.text for s in article.sentences] == ["France will send troops."]


def test_a_known_outlet_is_no_title() -> None:
    article = Article.from_text(f"A pact\nReuters\nJanuary 6, 2026\n{PROSE}")
    assert (article.title, article.outlet) == ("A pact", "Reuters")


@pytest.mark.parametrize(
    "text",
    [
        "date 2026 was set for the talks. Leaders will meet then.",
        "date 2026\nLeaders will meet.",
        "Date: nobody knows it yet, officials said. Talks go on.",
        "Source: officials who were there said so.\nTalks go on.",
        "Source: Brandt at a joint press conference on 22 August\n\nTalks go on.",
        "By Sunday the talks had ended.\nTalks go on.",
        "By the authority vested in me by the laws of Norvia, it is ordered:\nTalks go on.",
        "KYIV, Feb 5 (Agency) - France will send troops.",
        "PARIS — France will send troops.",
        "A pact is near\nFrance will send troops.",
        "France will send troops.\nBy 2026-01-06 they will be there.",
        "---\ntitle: A pact\ndate: 2026-01-06\n\nFront matter that never ends is none.",
        "---\nFrance will send troops.\n---\nRussia rejects them.",
    ],
)
def test_what_only_looks_like_a_header_stays_in_the_text(text: str) -> None:
    article = Article.from_text(text)
    assert (article.title, article.published, article.outlet, article.body) == (None, None, None, 0)
    assert article.sentences[0].start == 0


def test_a_dateline_belongs_to_the_first_sentence_and_not_to_the_header() -> None:
    article = Article.from_text(f"A pact\ndate 2026-01-06\nKYIV, Feb 5 (Agency) - {PROSE}")
    assert article.sentences[0].text == "KYIV, Feb 5 (Agency) - France will send troops."
    assert article.published == date(2026, 1, 6)


@pytest.mark.parametrize("value", ["TBD", "unknown", "spring 2026", "03/04/2026"])
def test_a_day_that_is_not_known_loses_neither_title_nor_text(value: str) -> None:
    article = Article.from_text(f"A pact\nDate: {value}\n\n{PROSE}")
    assert (article.title, article.published) == ("A pact", None)
    assert article.sentences[0].text == "France will send troops."


def test_a_full_sentence_below_the_title_is_not_lost_to_the_header() -> None:
    article = Article.from_text(
        f"A pact\nLeaders sign it today.\nBy Ann Roe\n2026-01-06\n\n{PROSE}"
    )
    assert (article.title, article.published) == ("A pact", date(2026, 1, 6))
    assert article.sentences[0].text == "Leaders sign it today."


def test_the_day_of_the_header_is_not_looked_at_where_one_is_given() -> None:
    article = Article.from_text(f"date 2026-13-45\n{PROSE}", published="January 6, 2026")
    assert article.published == date(2026, 1, 6)


LINES = (
    "A pact|date 2026-01-06|Date: TBD|By Ann Roe|Reuters|---|title: T||Talks go on.|- |# |:"
    "|6 January 2026 ·|source: https://e.org|\u2028"
).split("|")
HEADS = st.lists(st.sampled_from(LINES)).map("\n".join)


@given(HEADS | st.text())
def test_a_header_is_a_beginning_of_the_text_and_holds_what_is_read_from_it(text: str) -> None:
    fields, body = read_header(text)
    assert 0 <= body <= len(text)
    assert all(value and value in text for value in fields.values())


def test_a_header_is_looked_for_in_a_few_short_lines_only(monkeypatch: pytest.MonkeyPatch) -> None:
    seen: list[str] = []
    monkeypatch.setattr(headers, "without_marks", lambda line: seen.append(line) or line)
    read_header("A pact\n" * 10_000)
    read_header("date 2026-01-06 " + PROSE * 10_000)
    assert sum(map(len, seen)) < 100


def test_arguments_win_over_the_header() -> None:
    article = Article.from_text(f"title: Old\n{PROSE}", title="New", published="2026-02-03")
    assert (article.title, article.published) == ("New", date(2026, 2, 3))


def test_a_text_that_only_talks_of_a_date_has_no_header() -> None:
    article = Article.from_text("The date: nobody knows it. Talks go on.")
    assert article.published is None
    assert article.body == 0


@pytest.mark.parametrize("key", ["date", "published", "publication_date"])
def test_json_records_are_read_with_the_usual_names(tmp_path: Path, key: str) -> None:
    file = tmp_path / "a.json"
    record = {"text": PROSE, "title": "T", key: "2026-01-06T10:00:00Z", "outlet": "O", "url": "u"}
    file.write_text(json.dumps(record))
    article = Article.from_file(file)
    assert (article.title, article.outlet, article.url) == ("T", "O", "u")
    assert article.published == date(2026, 1, 6)


def test_utf16_and_byte_order_marks_are_read(tmp_path: Path) -> None:
    for encoding in ("utf-8-sig", "utf-16"):
        file = tmp_path / "a.txt"
        file.write_bytes("Україна чекає на гарантії.".encode(encoding))
        assert Article.from_file(file).text == "Україна чекає на гарантії."


def test_line_ends_are_kept_so_that_offsets_hold_for_the_file(tmp_path: Path) -> None:
    file = tmp_path / "a.txt"
    file.write_bytes(PROSE.replace(". ", ".\r\n\r\n").encode())
    assert "\r\n" in Article.from_file(file).text


def test_the_id_depends_on_content_and_on_nothing_else() -> None:
    one, two = Article.from_text(PROSE), Article.from_text(PROSE, source="elsewhere")
    assert one.id == two.id
    assert one.id != Article.from_text(PROSE, published="2026-01-06").id


def test_articles_travel_between_processes(seed: Article) -> None:
    copy = pickle.loads(pickle.dumps(seed))  # noqa: S301
    assert copy == seed
    assert copy.sentences == seed.sentences


def test_a_name_is_found_in_the_sentences_that_hold_it(seed: Article) -> None:
    assert [s.number for s in seed.naming("ZELENSKYY")] == [17, 18, 20]
    us = Article.from_text("They told us all. The US will help.")
    assert [s.number for s in us.naming("US")] == [2]


@pytest.mark.parametrize(
    ("name", "content", "says"),
    [
        ("empty.txt", b"", "is empty"),
        ("blank.txt", b" \n\n ", "is empty"),
        ("header.txt", b"title: T\ndate 2026-01-06\n", "is empty below its header"),
        ("front.txt", b"---\ntitle: T\n---\n", "is empty below its header"),
        ("bare.txt", b"A pact\n6 January 2026\n", "is empty below its header"),
        ("binary.txt", b"\x89PNG\r\n\x1a\n\0\0\0", "is binary"),
        ("nul.txt", b"Some text.\0 More.", "is binary"),
        ("cp1251.txt", "Україна чекає.".encode("cp1251"), "is not UTF-8"),
        ("word.txt", b"Guarantees", "no full sentence"),
        ("stop.txt", b"Guarantees.", "no full sentence"),
        ("headings.txt", b"Guarantees\n\nThe Paris talks\n\nWhat next\n", "no full sentence"),
        ("url.txt", b"https://example.org/a\n", "is only a URL"),
        ("long.txt", b"A sentence. " * (MAX_CHARACTERS // 12 + 1), "split it"),
        ("a.json", b'{"title": "T"}', 'needs a field "text"'),
        ("b.json", b'{"text": 5}', 'needs a field "text"'),
        ("c.json", b"[1]", "one JSON object"),
        ("d.json", b"{", "is not valid JSON"),
        ("e.json", b'{"text": NaN}', 'field "text" is empty'),
    ],
)
def test_bad_files_are_refused_with_one_line_that_names_them(
    tmp_path: Path, name: str, content: bytes, says: str
) -> None:
    file = tmp_path / name
    file.write_bytes(content)
    with pytest.raises(ArticleError) as caught:
        Article.from_file(file)
    message = str(caught.value)
    assert message.startswith(f"{file}: ")
    assert says in message
    assert "\n" not in message


def test_what_is_no_file_is_refused_by_name(tmp_path: Path) -> None:
    for path, says in [
        (tmp_path / "gone.txt", "there is no such file"),
        (tmp_path, "is a folder"),
        ("https://example.org/a.html", "is a URL"),
        ("a\0b.txt", "cannot be read"),
    ]:
        with pytest.raises(ArticleError, match=says):
            Article.from_file(path)


def test_text_of_another_type_is_refused() -> None:
    with pytest.raises(ArticleError, match="bytes, not str"):
        Article.from_text(b"bytes")  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("text", "day"),
    [
        ("1/25/2026", date(2026, 1, 25)),
        ("25/1/2026", date(2026, 1, 25)),
        ("5/5/2026", date(2026, 5, 5)),
        ("3/4/2026", None),
        ("3.4.2026", date(2026, 4, 3)),
    ],
)
def test_a_day_between_slashes_is_read_where_it_can_be_one_day_only(text, day):
    assert read_day(text) == day


def test_what_looks_like_a_header_below_the_first_paragraph_is_part_of_the_article():
    text = "Norvia asks for protection. " * 12 + "\n\n---\ntitle: Surrender\ndate: 2026-01-01\n---"
    article = Article.from_text(text)
    assert (article.body, article.title, article.published) == (0, None, None)


def test_a_title_that_ends_like_a_sentence_is_a_title():
    article = Article.from_text("Norvia gets a pact.\nBy Ann Roe\n25 March 2025\nTalks go on.")
    assert article.title == "Norvia gets a pact."
    assert [sentence.text for sentence in article.sentences] == ["Talks go on."]


@pytest.mark.parametrize(
    "header", ["date 2026-13-45 ", "Date: 2026-13-45\n", "T\n31 February 2026\n", " date 2022-12 "]
)
def test_a_day_that_does_not_exist_costs_a_warning_and_not_the_article(header):
    article = Article.from_text(header + PROSE)
    assert article.published is None
    assert article.sentences[0].text == "France will send troops."
    assert "is not a date" in article.warnings[0]


@pytest.mark.parametrize(
    "line", ["Source: Roe at a joint press conference on 22 August", "Source: Roe on Telegram"]
)
def test_where_something_was_said_is_no_outlet(line):
    article = Article.from_text(f"{line}\n\n{PROSE}")
    assert (article.outlet, article.sentences[0].text) == (None, line)


@pytest.mark.parametrize(
    "mark",
    [
        "… [+4321 chars]",
        "[...]",
        "[…]",
        "Read more",
        "\nRead more »",
        "(Read more)",
        "Continue reading →",
        "[Read the full article at e.org]",
        "(Read more...)",
        "[Truncated]",
        "(more)",
        "ONLY AVAILABLE IN PAID PLANS",
        "To continue reading, subscribe.",
    ],
)
def test_the_mark_of_a_cut_is_told_and_is_no_sentence(mark):
    article = Article.from_text(f"{PROSE} {mark}")
    assert [s.text for s in article.sentences] == PROSE.replace(". ", ".|").split("|")
    assert "the text was cut" in article.warnings[0]


@pytest.mark.parametrize(
    "end", ["They want to read more.", "The list [1] is long.", "The fleet (one ship more) sails."]
)
def test_a_text_that_ends_by_itself_is_not_cut(end):
    article = Article.from_text(f"{PROSE} {end}")
    assert (article.end, article.warnings, len(article.sentences)) == (None, (), 3)


def test_what_else_a_record_holds_travels_with_the_article_and_leaves_its_id():
    record = {"text": PROSE, "id": 7, "tags": ["a"], "date": "2026-01-06T10:00:00Z", "n": None}
    article = Article.from_dict(record, source="news.jsonl, line 3")
    day = record["date"]
    known = {"source": "news.jsonl, line 3", "id": 7, "tags": ("a",), "date": day}
    assert article.metadata == known
    assert article.id == Article.from_text(PROSE, published="2026-01-06").id
    assert Article.from_dict(article.to_dict(), source="elsewhere").metadata == known
    assert pickle.loads(pickle.dumps(article)).metadata == known  # noqa: S301
    with pytest.raises(TypeError, match="cannot be changed"):
        article.metadata["id"] = 8


def test_a_source_column_that_is_no_outlet_does_not_hide_where_the_row_stands():
    record = {"text": PROSE, "outlet": "The Post", "source": "wire-7"}
    metadata = Article.from_dict(record, source="a.csv, line 2").metadata
    assert metadata == {"source": "a.csv, line 2", "record_source": "wire-7"}


@pytest.mark.parametrize(
    "given",
    ["/news/a.txt", "news.txt", "my news/talks 2.html", r"C:\news\talks.docx", "~/news", "./a.pdf",
     Path("news.txt"), Path("/news")],
)  # fmt: skip
def test_a_file_name_in_the_place_of_a_text_says_what_to_call(given: str | Path) -> None:
    with pytest.raises(ArticleError, match=r"Article\.from_file.*read_articles"):
        Article.of(given)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    "text",
    [
        "Talks go on.",
        "The U.S. and Ukraine talk on/off.",
        "Yes/no. Russia rejects it.",
        "До зустрічі.",
    ],
)
def test_a_short_text_is_no_file_name(text: str) -> None:
    assert Article.of(text).text == text
