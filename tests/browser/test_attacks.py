"""No text of an article or of a model scripts, marks up, or leaves a page or a notebook's cell."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import pytest

import guarantee_summarizer as gs
from guarantee_summarizer import Summary, to_html
from tests.browser.attacks import ATTACKS
from tests.render.test_page import record

pytestmark = pytest.mark.slow  # a browser starts

HARMLESS = "harmless words"
AT_ONCE = 28  # summaries on a page
PLACES = json.dumps(record("MARK")).count("MARK") + 1

# Elements with the names of their attributes, in order; a drawing breaks lines by their length, and
# a sentence that hides text says so.
SHAPE = """(root) => [...document.querySelectorAll(root)]
  .filter((element) => !element.matches("text, em"))
  .map((element) => [element.tagName, ...element.getAttributeNames()].join(" "))"""

# What a hand may set off, on everything.
TOUCH = """(root) => {
  for (const element of document.querySelectorAll(root))
    for (const kind of ["mouseover", "pointerdown", "focus", "toggle", "load", "error"])
      element.dispatchEvent(new Event(kind));
}"""
CHOOSE = """() => document.querySelectorAll(".one").forEach(
  (one) => one.querySelector(".claim .self").click())"""
FACTS = """() => {
  const ids = [...document.querySelectorAll("[id]")].map((element) => element.id);
  const { scrollWidth, clientWidth } = document.documentElement;
  return { title: document.title.trim(), headline: document.querySelector("h1").innerText.trim(),
           unique: new Set(ids).size === ids.length, wide: scrollWidth > clientWidth };
}"""
FOLLOW = """async (fragments) => {
  for (const fragment of fragments) {
    location.hash = `${fragment}?`;
    await new Promise((done) => setTimeout(done));
    if (document.querySelector(".lit")) return fragment;
  }
}"""


def attacked(text: str) -> Summary:
    """A summary with the text in every field, and in what is shown only if it differs."""
    data = record(text)
    data["proposals"][0]["description"] = f"{text} described"
    return Summary.model_validate(data)


def shape(page: Any, root: str = "*") -> list[str]:
    return page.evaluate(SHAPE, root)


@pytest.fixture(scope="module")
def tab(browser: Any, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Any]:
    """One tab for many pages; what one of them does is told by the next `check`."""
    from tests.browser.chromium import opened

    with opened(browser, tmp_path_factory.mktemp("attacks")) as tab:
        yield tab


@pytest.fixture(scope="module")
def harmless(tab: Any) -> list[str]:
    return shape(tab.open(to_html(attacked(HARMLESS))))


@pytest.mark.parametrize(
    ("html", "deed"),
    [
        ("<script>alert(1)</script>", "dialog: 1"),
        ("<script>console.log('heard')</script>", "console: heard"),
        ("<script>throw Error('raised')</script>", "error: raised"),
        ("<img src=https://bad.example/pixel>", "request: https://bad.example/pixel"),
        ("<iframe srcdoc=x></iframe>", "frame: "),
        ("<meta http-equiv=refresh content=0;url=https://bad.example/>", "https://bad.example/"),
        ("<script>open('about:blank')</script>", "window: "),
    ],
)
def test_what_a_page_must_not_do_is_seen(show, html, deed):
    """The eye itself: on a page without defences."""
    with pytest.raises(AssertionError) as caught, show(f"<!doctype html>{html}") as page:
        page.wait_for_timeout(100)
    assert deed in str(caught.value)


@pytest.mark.parametrize("text", ATTACKS, ids=range(len(ATTACKS)))
def test_a_page_is_made_of_the_same_whatever_its_texts_say(tab, harmless, text):
    page = tab.open(to_html(attacked(text)))
    assert shape(page) == harmless
    facts = page.evaluate(FACTS)
    assert facts["title"]
    assert facts["headline"]
    assert facts["unique"]
    assert not facts["wide"]
    tab.check()


def test_summaries_below_each_other_are_as_safe_and_without_the_policy_too(tab):
    """The policy of a page is its second wall: without it nothing runs either."""

    def several(texts):
        failures = [gs.Failure(text, gs.ArticleError(text)) for text in texts]
        html = to_html([*map(attacked, texts), *failures])
        return html.replace('http-equiv="Content-Security-Policy"', 'name="none"')

    harmless = shape(tab.open(several([HARMLESS] * AT_ONCE)))
    for at in range(0, len(ATTACKS), AT_ONCE):
        texts = (ATTACKS[at:] + ATTACKS)[:AT_ONCE]
        page = tab.open(several(texts))
        assert shape(page) == harmless, texts
        page.evaluate(TOUCH, "body *")
        page.evaluate(CHOOSE)
        assert [line.replace(" class", "") for line in shape(page)] == [
            line.replace(" class", "") for line in harmless
        ], texts  # what is lit has a class
        tab.check()


def test_cells_of_a_notebook_are_made_of_the_same(tab):
    """A notebook's page has no policy of ours, and runs what it is given."""

    def cells(texts):
        items = [*map(attacked, texts), *(gs.Failure(t, gs.ArticleError(t)) for t in texts)]
        shown = "".join(f'<div class="cell">{item._repr_html_()}</div>' for item in items)
        return f'<!doctype html><html><meta charset="utf-8"><body>{shown}</body></html>'

    harmless = shape(tab.open(cells([HARMLESS] * len(ATTACKS))))
    page = tab.open(cells(ATTACKS))
    assert shape(page) == harmless
    page.evaluate(TOUCH, ".cell *")
    assert shape(page) == harmless
    wide = "e => e.filter(e => e.scrollWidth > e.clientWidth).map(e => e.textContent.slice(0, 99))"
    assert page.eval_on_selector_all(".cell", wide) == []
    tab.check()


def test_an_address_leads_nowhere_but_where_it_says(tab):
    web = ('https://bad.example/"><img src=x onerror=alert(1)>', "http://bad.example/?a=<b>")
    one = attacked(HARMLESS).article
    texts = [*ATTACKS, *web, "https://x@[::1"]
    articles = [one.replace(url=text, sentences=()) for text in texts]
    summaries = [Summary(relevant=False, headline="x", article=article) for article in articles]
    page = tab.open(to_html(summaries))
    outside = page.evaluate(
        "[...document.links].map(a => a.href).filter(href => !href.startsWith('file:'))"
    )
    assert [href[:19] for href in outside] == ["https://bad.example", "http://bad.example/"]
    tab.check()


def test_what_follows_the_hash_of_an_address_is_a_name_and_nothing_else(tab):
    page = tab.open(to_html(attacked(HARMLESS)))
    assert page.evaluate(FOLLOW, ATTACKS) is None
    tab.check()


def test_there_are_enough_of_them():
    assert len(set(ATTACKS)) == len(ATTACKS) >= 40
    assert PLACES >= 40
