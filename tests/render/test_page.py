"""Pages: whole and self-contained, every claim leads to its sentences, no text can mark them up."""

from __future__ import annotations

import base64
import hashlib
import os
import re
import subprocess
import sys
from functools import cache
from html.parser import HTMLParser
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import guarantee_summarizer as gs
from guarantee_summarizer import Summary, to_html
from guarantee_summarizer.render.html import environment

VOID = {"meta", "rect"}


class Page(HTMLParser):
    """What a browser makes of a page: its elements in order, and the text in them."""

    def __init__(self, html: str) -> None:
        super().__init__(convert_charrefs=True)
        self.elements: list[tuple[str, dict[str, str | None]]] = []
        self.inline: list[tuple[str, str]] = []
        self.words: list[str] = []
        self._open: list[str] = []
        self.feed(html)
        self.close()
        assert not self._open

    def handle_starttag(self, tag, attrs):
        self.elements.append((tag, dict(attrs)))
        if tag not in VOID:
            self._open.append(tag)

    def handle_startendtag(self, tag, attrs):
        self.elements.append((tag, dict(attrs)))

    def handle_endtag(self, tag):
        assert self._open.pop() == tag

    def handle_comment(self, data):
        raise AssertionError(f"a comment: {data}")

    def handle_data(self, data):
        if self._open and self._open[-1] in ("style", "script"):
            self.inline.append((self._open[-1], data))
        else:
            self.words.append(data)

    @property
    def text(self) -> str:
        return " ".join(" ".join(self.words).split())

    def all(self, attribute: str) -> list[str]:
        return [attrs[attribute] or "" for _, attrs in self.elements if attribute in attrs]

    def shape(self) -> list[tuple[str, tuple[str, ...]]]:
        """Elements and their attributes; how often a drawing breaks a line hangs on the text."""
        return [(tag, tuple(attrs)) for tag, attrs in self.elements if tag not in ("text", "em")]


def record(text: str) -> dict[str, Any]:
    """A summary, as it is stored, with one text in every field that takes any text."""
    sentences = [
        {"number": n, "start": n * 9999, "end": n * 9999 + len(text), "text": text}
        for n in (1, 2, 3)
    ]
    cited = [
        {"sentence": s["number"], "start": s["start"], "end": s["end"], "quote": text}
        for s in sentences[:2]
    ]
    term = {"what": "deadline", "value": text, "evidence": cited, "normalized": text}
    layer = {"name": text, "providers": [text, text], "description": text, "location": text}
    finding = {"code": text, "severity": "warning", "message": text}
    error = {**finding, "severity": "error", "path": text}
    return {
        "relevant": True,
        "headline": text,
        "abstract": text,
        "participants": [
            {"name": text, "aliases": [text], "title": text, "affiliation": text, "evidence": cited}
        ],
        "events": [
            {"what": text, "when": text, "where": text, "participants": [text], "evidence": cited},
            {"what": text, "when": text, "date": "2026-01-06", "evidence": cited},
            {"what": text, "date": text, "evidence": cited},
        ],
        "proposals": [
            {"title": text, "description": text, "proposed_by": [text], "recipients": [text],
             "condition": text, "attribution": text, "terms": [term], "evidence": cited}
        ],
        "structure": {
            "layers": [{**layer, "rank": 1, "trigger": text, "evidence": cited},
                       {**layer, "rank": 2, "evidence": cited}, {**layer, "evidence": cited}],
            "duration": {**term, "what": "duration"},
            "precondition": text, "attribution": text, "evidence": cited,
        },
        "disputes": [
            {"issue": text, "evidence": cited,
             "positions": [{"party": text, "stance": text, "evidence": cited}] * 2}
        ],
        "article": {"id": text, "title": text, "outlet": text, "url": text, "language": text,
                    "published": "2026-01-05", "sentences": sentences},
        "findings": [{**finding, "path": path} for path in ("proposals[0].terms[0]", "headline", text)],
        "withheld": [{"path": text, "claim": text, "findings": [error]},
                     {"path": "proposals[1]", "claim": {"title": text, text: [text]}, "findings": [error]}],
        "incomplete": [text],
        "provenance": {"backend": "llm", "model": text, "review": text, "reviewer": text,
                       "library_version": text, "created": "2026-01-06T12:00:00Z"},
        "usage": {"input_tokens": 1},
    }  # fmt: skip


def summary(text: str = "harmless words") -> Summary:
    return Summary.model_validate(record(text))


NASTY = st.sampled_from(
    [
        "</script><script>alert(1)</script>", "</style><style>*{display:none}", "</title><h1>",
        "<!--", "-->", "]]>", "<![CDATA[", "<svg onload=alert(1)>", "</text></svg>", "<pre>",
        '" onmouseover="alert(1)', "' autofocus onfocus='", "`", "&", "&lt;", "&#60;", "&notit;",
        "{{ 7 * 7 }}", "{% include 'x' %}", "javascript:alert(1)", "\u202e", "\u2066", "\u200b",
        "\x00", "\x1b[31m", "\u2028", "\ufeff", "\U000e0041", "\ufffe", "\r\n", "\t", "ω", "ب",
    ]
)  # fmt: skip
TEXTS = st.lists(NASTY | st.text(max_size=8), min_size=1).map(lambda parts: "x" + "".join(parts))
HARMLESS = cache(lambda: Page(to_html(summary())))
CONTROLS = re.compile("[\u202a-\u202e\u2066-\u2069\u200b\ufeff\U000e0041\x00\x1b]")


@settings(max_examples=50)
@given(text=TEXTS)
def test_no_text_in_any_field_changes_what_a_page_is_made_of(text):
    html, harmless = to_html(summary(text)), HARMLESS()
    assert Page(html).shape() == harmless.shape()
    assert not CONTROLS.search(html)
    assert Page(html).all("id") == harmless.all("id")


@settings(max_examples=50)
@given(text=TEXTS)
def test_no_text_in_any_field_changes_what_a_notebook_cell_is_made_of(text):
    html = summary(text)._repr_html_()
    assert Page(html).shape() == Page(summary()._repr_html_()).shape()
    assert not CONTROLS.search(html)


@pytest.mark.parametrize("text", ["harmless words", "x<b>&amp;\"'</script>"])
def test_every_text_is_shown_as_it_is(text):
    shown = Page(to_html(summary(text)))
    expected = str(record("MARK")).count("MARK")
    assert shown.text.count(text) > expected / 2  # a few are never shown: ids, languages
    assert "&lt;" not in shown.text


@pytest.fixture(params=["stored", "stripped", "several"])
def page(request, embedded) -> str:
    if request.param == "several":
        return to_html(
            [embedded, summary(), gs.Failure("a.txt", gs.ArticleError("a.txt: is empty"))]
        )
    return to_html(embedded if request.param == "stored" else embedded.replace(article=None))


def test_every_link_leads_to_one_element(page):
    shown = Page(page)
    ids = shown.all("id")
    assert len(ids) == len(set(ids))
    targets = [href.removeprefix("#") for href in shown.all("href") if href.startswith("#")]
    assert len(targets) > 50
    assert set(targets) <= set(ids)
    assert set(" ".join(shown.all("data-rests")).split()) <= set(ids)


def test_every_claim_names_the_sentences_that_it_rests_on(embedded):
    shown = Page(to_html(embedded))
    rests = {a["id"]: a["data-rests"].split() for _, a in shown.elements if "data-rests" in a}
    for path, item in [
        *((f"proposals-{i}", p) for i, p in enumerate(embedded.proposals)),
        *((f"structure-layers-{i}", x) for i, x in enumerate(embedded.structure.layers)),
        *((f"participants-{i}", p) for i, p in enumerate(embedded.participants)),
        *((f"events-{i}", e) for i, e in enumerate(embedded.events)),
    ]:
        cited = sorted({c.sentence for c in item.evidence})
        assert rests[f"claim-{path}"] == [f"s{n}" for n in cited]
    for sentence in embedded.article.sentences:
        assert sentence.text in shown.text


def test_a_page_allows_its_own_style_and_script_and_nothing_else(page):
    shown = Page(page)
    metas = [a for tag, a in shown.elements if tag == "meta" and "http-equiv" in a]
    policy = dict(part.strip().split(" ", 1) for part in metas[0]["content"].split(";"))
    hashes = {"style": [], "script": []}
    for tag, content in shown.inline:
        digest = base64.b64encode(hashlib.sha256(content.encode()).digest()).decode()
        hashes[tag].append(f"'sha256-{digest}'")
    assert policy == {
        "default-src": "'none'",
        "style-src": " ".join(hashes["style"]),
        "script-src": " ".join(hashes["script"]),
        "base-uri": "'none'",
        "form-action": "'none'",
    }
    assert len(hashes["style"]) == len(hashes["script"]) == 1


def test_a_page_refers_to_nothing_outside(page):
    shown = Page(page)
    tags = {tag for tag, _ in shown.elements}
    assert not tags & {"link", "img", "iframe", "object", "embed", "base", "form", "audio", "video"}
    names = {name for _, attrs in shown.elements for name in attrs}
    assert not names & {"src", "srcset", "style", "action", "xlink:href", "background"}
    assert not [name for name in names if name.startswith("on")]
    assert not [href for href in shown.all("href") if not href.startswith("#")]
    for _, content in shown.inline:
        assert not re.search(r"url\(|@import|https?:|fetch|XMLHttp|eval|innerHTML", content)


@pytest.mark.parametrize(
    ("url", "linked"),
    [
        ("https://example.org/новини?a=1&b=2", True),
        ("HTTP://example.org", True),
        ("javascript:alert(1)", False),
        ("java\nscript:alert(1)", False),
        ("\x01https://example.org/", True),
        ("data:text/html,x", False),
        ("https:example.org", False),
        ("http://[", False),
        ("//example.org/x", False),
        ("example.org", False),
        ("file:///etc/passwd", False),
    ],
)
def test_only_web_addresses_are_links(url, linked):
    one = summary()
    shown = Page(to_html(one.replace(article=one.article.replace(url=url))))
    outside = [href for href in shown.all("href") if not href.startswith("#")]
    clean = url.lstrip("\x01")
    assert outside == ([clean] if linked else [])
    assert " ".join(clean.split()) in shown.text


def test_what_nobody_should_overlook_is_shown():
    one = summary("fine").replace(
        findings=(
            gs.Finding(code="c1", severity="warning", path="proposals[0].terms[0]", message="m1"),
            gs.Finding(code="c2", severity="warning", path="headline", message="m2"),
            gs.Finding(code="c3", severity="warning", path="structure.duration", message="m3"),
            gs.Finding(code="c4", severity="warning", path="proposals[77]", message="m4"),
            gs.Finding(code="c5", severity="error", path="", message="m5"),
        ),
        withheld=(
            gs.Withheld(
                path="events[3]",
                claim={"what": "They danced.", "where": "on the roof"},
                findings=(gs.Finding(code="c6", severity="error", path="events[3]", message="m6"),),
            ),
        ),
        incomplete=("it was cut off",),
    )
    html = to_html(one)
    text = Page(html).text
    for words in ("m1", "m2", "m3", "m4", "m5", "m6", "c1", "They danced.", "on the roof"):
        assert words in text
    assert "Incomplete: it was cut off." in text
    assert text.count("cited by no claim") == 2  # the line on trust, and the sentence itself
    assert str(one.support) in text
    beside = html[html.index('id="claim-proposals-0"') :]
    assert "m1" in beside[: beside.index("</article>")]


def test_a_sentence_that_hides_text_says_so():
    data = record("words")
    hiding = data["article"]["sentences"][2]
    hiding |= {"text": "no\u200bte \u202e", "end": hiding["start"] + 7}
    text = Page(to_html(Summary.model_validate(data))).text
    assert "holds text that a reader does not see" in text
    assert text.count("does not see") == 1


def test_a_page_without_style_allows_none_and_its_own_script_alone():
    html = environment.page("summaries.html.jinja", styles=(), views=[])
    [(tag, content)] = Page(html).inline
    digest = base64.b64encode(hashlib.sha256(content.encode()).digest()).decode()
    policy = next(a["content"] for _, a in Page(html).elements if "http-equiv" in a)
    assert tag == "script"
    assert f"style-src 'none'; script-src 'sha256-{digest}'; " in policy


def test_texts_about_something_else_have_a_page_too():
    text = Page(to_html(Summary(relevant=False, headline="Rain in May"))).text
    assert "not about a security guarantee" in text
    assert "nor does it cite any of it" in text


@pytest.mark.parametrize("headline", ["", "\x00\x07", "\u202e \u200b"])
def test_a_page_without_a_headline_that_can_be_seen_says_so(headline):
    html = to_html(summary().replace(headline=headline))
    assert "<title>(no headline)</title>" in html
    assert Page(html).text.count("(no headline)") == 2


@pytest.mark.parametrize("path", ["proposals[0]", "headline", "withheld[1]", "structure"])
def test_what_is_withheld_has_an_id_of_its_own(path):
    data = record("words")
    data["withheld"][0]["path"] = path
    ids = Page(to_html(Summary.model_validate(data))).all("id")
    assert len(ids) == len(set(ids))


def test_without_the_article_the_cited_passages_stand_in_its_place(embedded):
    text = Page(to_html(embedded.replace(article=None))).text
    assert "The article is not stored" in text
    for citation in embedded.citations():
        assert citation.quote in text


def test_a_page_without_layers_or_with_one_rank_alone_is_whole():
    data = record("words")
    data["structure"] = {}
    assert "Ranked layers" not in to_html(Summary.model_validate(data))
    data["structure"] = {"layers": [{"name": "One", "evidence": data["events"][0]["evidence"]}]}
    html = to_html(Summary.model_validate(data))
    assert "Parts without a rank" in html
    assert "Ranked layers" not in html


def test_a_title_of_any_length_is_whole_on_the_page_and_short_on_its_tab():
    long = "W" * 100_000
    html = to_html(Summary(relevant=False, headline=long))
    assert long in html
    assert len(re.search("<title>(.*?)</title>", html)[1]) == 150


def test_several_summaries_stand_in_one_page_and_failures_beside_them(embedded):
    html = to_html(iter([embedded, gs.Failure("b<i>", gs.ArticleError("is empty")), embedded]))
    shown = Page(html)
    assert "2 summaries, 1 failed" in shown.text
    assert "failed: b<i>: is empty" in shown.text
    assert {"n1-s1", "n3-s1", "n1-claim-proposals-0"} <= set(shown.all("id"))
    assert "0 summaries" in Page(to_html([])).text


@pytest.mark.parametrize("given", ["summary.json", ["summary.json"], None, 7, {"relevant": True}])
def test_anything_but_summaries_is_refused(given):
    with pytest.raises(gs.ConfigurationError, match=r"not (str|NoneType|int)"):
        to_html(given)


def test_the_same_summary_gives_the_same_bytes_in_any_process():
    code = (
        "import sys, guarantee_summarizer as gs\n"
        "one = gs.Summary.model_validate_json(sys.stdin.read())\n"
        "sys.stdout.write(gs.to_html(one) + gs.to_html(one.replace(article=None)))"
    )
    pages = {
        subprocess.run(
            [sys.executable, "-c", code],
            input=summary("wörds").model_dump_json().encode(),
            env={**os.environ, "PYTHONHASHSEED": seed, "PYTHONIOENCODING": "utf-8"},
            capture_output=True,
            check=True,
        ).stdout
        for seed in ("1", "2")
    }
    assert len(pages) == 1


def test_cells_of_a_notebook_cannot_collide_and_need_no_script(embedded):
    shown = Page(embedded._repr_html_())
    assert not {"id", "href", "name", "for"} & {a for _, attrs in shown.elements for a in attrs}
    assert not {"script", "link", "a"} & {tag for tag, _ in shown.elements}
    [(_, style)] = shown.inline
    for rule in filter(None, style.split("}")):
        assert rule.strip().startswith(".gs-summary")
    for claim in (*embedded.proposals, *embedded.disputes):
        assert (getattr(claim, "title", None) or claim.issue) in shown.text


def test_what_only_has_an_error_is_no_failure():
    class Other:
        error = "none"

    with pytest.raises(gs.ConfigurationError, match="not Other"):
        to_html([Other()])


def test_a_failure_is_one_line_in_a_notebook():
    failure = gs.Failure("<b>.txt", gs.ArticleError("<b>.txt: is\u202e empty"))
    assert Page(failure._repr_html_()).text == r"failed <b>.txt: is\u202e empty"


def _luminance(colour: str) -> float:
    parts = [int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5)]
    linear = [p / 12.92 if p <= 0.03928 else ((p + 0.055) / 1.055) ** 2.4 for p in parts]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


@pytest.mark.parametrize("scheme", [0, 1], ids=["light", "dark"])
def test_text_stands_out_from_what_is_behind_it(scheme):
    """At least 4.5 to 1, as WCAG 2 asks."""
    style = next(c for tag, c in Page(to_html(Summary(relevant=False))).inline if tag == "style")
    colours = dict(re.findall(r"--([\w-]+): (#\w{6})", style.split(":root {")[1 + scheme]))
    pairs = [
        (ink, paper) for ink in ("ink", "quiet", "accent") for paper in ("paper", "card", "lit")
    ]
    for ink, paper in [*pairs, ("warn", "warn-card"), ("quiet", "warn-card"), ("warn", "paper")]:
        light, dark = sorted((_luminance(colours[ink]), _luminance(colours[paper])), reverse=True)
        assert (light + 0.05) / (dark + 0.05) >= 4.5, (ink, paper)
