"""No text of an article or of a model scripts, marks up, or leaves a page or a notebook's cell."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

import guarantee_summarizer as gs
from guarantee_summarizer import Summary, to_html
from tests.browser.attacks import ATTACKS
from tests.render.test_page import record

pytestmark = pytest.mark.slow  # a browser starts

HARMLESS = "harmless words"
PLACES = json.dumps(record("MARK")).count("MARK") + 1

# Elements with the names of their attributes, in order; a drawing breaks lines by their length, and
# a sentence that hides text says so.
SHAPE = """(root) => [...document.querySelectorAll(root)]
  .filter((element) => !element.matches("text, em"))
  .map((element) => [element.tagName, ...element.getAttributeNames()].join(" "))"""

# Everything that a hand could set off, on everything.
TOUCH = """(root) => {
  document.querySelectorAll("details").forEach((element) => { element.open = true; });
  for (const element of document.querySelectorAll(root)) {
    if (element.matches("a[href^=http]")) continue;
    for (const kind of ["mouseover", "mouseenter", "pointerdown", "focus", "click", "toggle"])
      element.dispatchEvent(new MouseEvent(kind, { bubbles: true, cancelable: true }));
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
def shape_of(browser: Any, tmp_path_factory: pytest.TempPathFactory) -> Callable[[str], list[str]]:
    """The shape of a page whose texts are harmless."""
    from tests.browser.chromium import opened

    def shape_of(html: str) -> list[str]:
        file = tmp_path_factory.mktemp("harmless") / "page.html"
        file.write_text(html, encoding="utf-8", newline="")
        with opened(browser, file) as page:
            return shape(page)

    return shape_of


@pytest.fixture(scope="module")
def harmless(shape_of: Callable[[str], list[str]]) -> list[str]:
    return shape_of(to_html(attacked(HARMLESS)))


def test_what_a_page_must_not_do_is_seen(show):
    """The eye itself: without the page's own defences each of these shows."""
    deeds = {
        "<script>alert(1)</script>": "dialog: 1",
        "<script>console.log('heard')</script>": "console: heard",
        "<script>throw Error('raised')</script>": "error: raised",
        "<img src=https://bad.example/pixel>": "request: https://bad.example/pixel",
        "<iframe srcdoc=x></iframe>": "frame: ",
        "<meta http-equiv=refresh content=0;url=https://bad.example/>": "https://bad.example/",
        "<script>open('about:blank')</script>": "window: ",
    }
    for html, deed in deeds.items():
        with pytest.raises(AssertionError) as caught, show(f"<!doctype html><body>{html}") as page:
            page.wait_for_timeout(100)
        assert deed in str(caught.value), html


@pytest.mark.parametrize("text", ATTACKS, ids=range(len(ATTACKS)))
def test_a_page_is_made_of_the_same_whatever_its_texts_say(show, harmless, text):
    with show(to_html(attacked(text))) as page:
        assert shape(page) == harmless
        page.evaluate(TOUCH, "*")
        assert shape(page) == harmless
        assert page.evaluate("document.title").strip() != ""
        assert page.evaluate("document.body.innerText").count("\n") > 50  # it is all there
        width, room = page.evaluate(
            "[document.documentElement.scrollWidth, document.documentElement.clientWidth]"
        )
        assert width <= room


def test_an_attack_runs_nothing_where_script_may_run_either(show, harmless):
    """Without the page's policy: it is the second wall, not the first."""
    for text in ATTACKS:
        html = to_html(attacked(text)).replace('http-equiv="Content-Security-Policy"', 'name="x"')
        with show(html) as page:
            assert len(shape(page)) == len(harmless), text
            page.evaluate(TOUCH, "*")


def test_a_page_of_many_is_made_of_the_same_too(show, shape_of):
    def several(texts):
        failures = [gs.Failure(text, gs.ArticleError(text)) for text in texts]
        return to_html([*map(attacked, texts), *failures])

    harmless = shape_of(several([HARMLESS] * len(ATTACKS)))
    with show(several(ATTACKS)) as page:
        assert shape(page) == harmless


def test_cells_of_a_notebook_are_made_of_the_same(show, shape_of):
    """A notebook's page has no policy of ours, and runs what it is given."""

    def cells(texts):
        items = [*map(attacked, texts), *(gs.Failure(t, gs.ArticleError(t)) for t in texts)]
        shown = "".join(f'<div class="cell">{item._repr_html_()}</div>' for item in items)
        return f'<!doctype html><html><meta charset="utf-8"><body>{shown}</body></html>'

    harmless = shape_of(cells([HARMLESS] * len(ATTACKS)))
    with show(cells(ATTACKS)) as page:
        assert shape(page) == harmless
        page.evaluate(TOUCH, ".cell *")
        assert shape(page) == harmless
        boxes = page.evaluate(
            "[...document.querySelectorAll('.cell')].every(e => e.scrollWidth <= e.clientWidth)"
        )
        assert boxes


def test_an_address_leads_nowhere_but_where_it_says(show):
    for text in (*ATTACKS, 'https://bad.example/"><img src=x onerror=alert(1)>', "https://x@[::1"):
        one = attacked(HARMLESS)
        html = to_html(one.replace(article=one.article.replace(url=text)))
        assert html.count("<a ") >= 10
        with show(html) as page:
            outside = page.evaluate(
                "[...document.links].map(a => a.href).filter(h => !h.startsWith('file:'))"
            )
            assert all(href.startswith(("https://", "http://")) for href in outside), text
            assert len(outside) == text.startswith("https://bad.example/"), text


@pytest.mark.parametrize("text", ATTACKS, ids=range(len(ATTACKS)))
def test_the_part_of_an_address_after_the_hash_is_a_name_and_nothing_else(text, show):
    with show(to_html(attacked(HARMLESS))) as page:
        page.evaluate("text => { location.hash = text; }", text)
        assert page.evaluate("document.querySelectorAll('.lit').length") == 0


def test_there_are_enough_of_them():
    assert len(set(ATTACKS)) == len(ATTACKS) >= 40
    assert PLACES >= 40
    assert Path(__file__).exists()
