"""A page as people use it: with a mouse, a keyboard, a phone, on paper, at night, without script."""

from __future__ import annotations

import io
import re

import pypdf
import pytest

import guarantee_summarizer as gs
from guarantee_summarizer import Summary, to_html
from tests.render.test_page import record, summary

pytestmark = pytest.mark.slow  # a browser starts

PHONE = {"viewport": {"width": 390, "height": 844}, "is_mobile": True, "has_touch": True}

LIT = "[...document.querySelectorAll('.lit')].map(element => element.id).sort()"
IN_SIGHT = """element => {
  const box = element.closest(".article").getBoundingClientRect();
  const { top, bottom } = element.getBoundingClientRect();
  return top >= Math.max(0, box.top) - 1 && bottom <= Math.min(innerHeight, box.bottom) + 1;
}"""
FOCUS = """() => {
  const { tagName, id, className, textContent } = document.activeElement;
  const { outlineStyle, outlineWidth } = getComputedStyle(document.activeElement);
  const { top, bottom, left } = document.activeElement.getBoundingClientRect();
  return { tagName, id, className, text: textContent.trim(), outline: [outlineStyle, outlineWidth],
           seen: bottom > 0 && top < innerHeight && left >= 0 };
}"""

# The worst contrast of a text with what lies behind it (WCAG 2.2, 1.4.3), colours with alpha laid
# over each other by the browser itself.
CONTRAST = """() => {
  const sheet = document.createElement("canvas").getContext("2d", { willReadFrequently: true });
  sheet.canvas.width = sheet.canvas.height = 1;
  const over = (...colours) => {
    for (const colour of colours) { sheet.fillStyle = colour; sheet.fillRect(0, 0, 1, 1); }
    return [...sheet.getImageData(0, 0, 1, 1).data].slice(0, 3);
  };
  const luminance = (rgb) => {
    const [r, g, b] = rgb.map((c) => c / 255).map((c) => c <= .04045 ? c / 12.92 : ((c + .055) / 1.055) ** 2.4);
    return .2126 * r + .7152 * g + .0722 * b;
  };
  let worst = [99, ""];
  for (const element of document.body.querySelectorAll("*")) {
    const own = [...element.childNodes].some((node) => node.nodeType === 3 && node.data.trim());
    const style = getComputedStyle(element);
    if (!own || !element.checkVisibility() || ["SCRIPT", "STYLE"].includes(element.tagName)) continue;
    const behind = [];
    for (let at = element; at; at = at.parentElement) behind.unshift(getComputedStyle(at).backgroundColor);
    const ink = element instanceof SVGElement ? style.fill : style.color;
    const [a, b] = [luminance(over(...behind, ink)), luminance(over(...behind))].sort((x, y) => y - x);
    const ratio = (a + .05) / (b + .05);
    if (ratio < worst[0]) worst = [ratio, `${element.tagName}.${element.className}: ${ink} on ${behind}`];
  }
  return worst;
}"""


@pytest.fixture(scope="module")
def seed_page(embedded) -> str:
    return to_html(embedded)


def test_a_claim_lights_its_sentences_and_brings_them_into_sight(show, seed_page, embedded):
    at = max(range(len(embedded.proposals)), key=lambda i: embedded.proposals[i].evidence[0].start)
    cited = {f"s{c.sentence}" for c in embedded.proposals[at].evidence}
    with show(seed_page) as page:
        page.click(f"#claim-proposals-{at} h3", position={"x": 60, "y": 8})
        assert set(page.evaluate(LIT)) == {f"claim-proposals-{at}", *cited}
        first = min(cited, key=lambda name: int(name[1:]))
        assert page.eval_on_selector(f"#{first}", IN_SIGHT)
        assert page.url.endswith(f"#claim-proposals-{at}")
        assert first[1:] in page.inner_text("#status")
        page.go_back()
        page.wait_for_function("!document.querySelector('.lit')")


def test_a_sentence_shows_the_claims_that_rest_on_it(show, seed_page, embedded):
    last = embedded.article.sentences[-1].number
    with show(seed_page) as page:
        resting = page.eval_on_selector_all(
            f"#s{last} .resting a", "links => links.map(a => a.getAttribute('href').slice(1))"
        )
        assert resting
        page.click(f"#s{last} > p >> nth=0")
        assert set(page.evaluate(LIT)) == {f"s{last}", *resting}
        sights = [page.locator(f"#{claim}").bounding_box() for claim in resting]
        assert any(box["y"] >= 0 and box["y"] + box["height"] <= 800 for box in sights)


def test_a_number_beside_a_claim_leads_to_that_sentence(show, seed_page):
    with show(seed_page) as page:
        link = page.locator(".claim .cites a").last
        target = link.get_attribute("href")
        link.click()
        assert target[1:] in page.evaluate(LIT)
        assert page.eval_on_selector(target, IN_SIGHT)
        assert page.url.endswith(target)


def test_all_can_be_done_with_the_keyboard(show, seed_page):
    with show(seed_page) as page:
        page.keyboard.press("Tab")
        assert page.evaluate(FOCUS)["className"] == "skip"
        assert page.evaluate(FOCUS)["seen"]
        page.keyboard.press("Enter")
        page.keyboard.press("Tab")  # past the opening, into the kinds of claims
        assert page.evaluate(FOCUS)["text"].startswith("layers")
        page.focus("#claim-proposals-0 .self")
        for key in ("Enter", "Space"):
            page.keyboard.press(key)
            lit = page.evaluate(LIT)
            assert "claim-proposals-0" in lit
            assert len(lit) > 1
            page.keyboard.press("Escape")
            assert page.evaluate(LIT) == []
            assert page.inner_text("#status") == ""
        page.keyboard.press("Tab")  # its first sentence
        number = page.evaluate(FOCUS)["text"]
        page.keyboard.press("Enter")
        assert page.evaluate(FOCUS)["text"] == number
        assert page.evaluate("document.activeElement.closest('.sentence').id") == f"s{number}"
        page.keyboard.press("Tab")  # and back, by a claim that rests on it
        code = page.evaluate(FOCUS)["text"]
        page.keyboard.press("Space")
        assert page.evaluate("document.activeElement.closest('.claim') !== null")
        assert page.evaluate(FOCUS)["text"] == code


def test_every_stop_of_the_tab_key_is_seen_in_the_order_of_the_page(show, seed_page):
    order = """() => { window.stops = [...document.querySelectorAll('a[href], summary, [tabindex="0"]')]; }"""
    with show(seed_page) as page:
        page.evaluate(order)
        at = -1
        for _ in range(60):
            page.keyboard.press("Tab")
            stop = page.evaluate(FOCUS)
            assert stop["seen"], stop
            assert stop["outline"][0] != "none", stop
            assert float(stop["outline"][1].removesuffix("px")) >= 1, stop
            now = page.evaluate("window.stops.indexOf(document.activeElement)")
            assert now == at + 1, stop
            at = now


def test_without_script_links_lead_and_their_ends_are_marked(show, seed_page, embedded):
    last = embedded.article.sentences[-1].number
    background = "element => getComputedStyle(element).backgroundColor"
    with show(seed_page, f"#s{last}", java_script_enabled=False) as page:
        assert page.locator(f"#s{last}").bounding_box()["y"] < 800
        lit = page.eval_on_selector(f"#s{last}", background)
        assert lit != page.eval_on_selector(f"#s{last - 1}", background)
        page.click(f"#s{last} .resting a >> nth=0")
        claim = page.url.partition("#")[2]
        assert claim.startswith("claim-")
        box = page.locator(f"#{claim}").bounding_box()
        assert 0 <= box["y"] <= 800
        assert page.eval_on_selector(f"#{claim}", background) == lit


def test_an_address_with_a_claim_opens_with_it_lit(show, seed_page):
    with show(seed_page, "#claim-structure-layers-1") as page:
        lit = page.evaluate(LIT)
        assert "claim-structure-layers-1" in lit
        assert any(re.fullmatch(r"s\d+", name) for name in lit)


@pytest.mark.parametrize("script", [True, False])
def test_on_paper_nothing_that_matters_is_hidden(show, script):
    one = summary("plain words").replace(
        headline=" ".join(f"word{n}" for n in range(700)),
        withheld=(gs.Withheld(path="x", claim={"what": "They danced on it."}, findings=()),),
    )
    with show(to_html(one), java_script_enabled=script) as page:
        text = pypdf.PdfReader(io.BytesIO(page.pdf(format="A4")))
        words = " ".join(" ".join(p.extract_text() for p in text.pages).split())
        assert "word0 " in words
        assert "word699" in words
        assert "They danced on it." in words
        for sentence in one.article.sentences:
            assert f"{sentence.number} {sentence.text}" in words
        for support in (str(one.support.claims), "Incomplete", "cited by no claim"):
            assert support in words
        page.emulate_media(media="print", color_scheme="dark")
        assert (
            page.evaluate("getComputedStyle(document.body).backgroundColor") == "rgb(255, 255, 255)"
        )
        hidden = (
            page.evaluate(
                """() => [...document.body.querySelectorAll("p, li, a, dt, dd, h1, h2, h3, text, pre")]
              .filter(e => !e.checkVisibility() && !e.closest(".skip, nav.contents, #status"))
              .map(e => e.outerHTML)"""
            )
            if script
            else []
        )
        assert not hidden


@pytest.mark.parametrize("media", ["light", "dark", "print"])
@pytest.mark.parametrize("marked", [False, True])
def test_all_text_can_be_read_by_day_and_by_night(show, media, marked):
    html = to_html(summary("words to read"))
    scheme = "dark" if media == "dark" else "light"
    with show(html, color_scheme=scheme) as page:
        page.emulate_media(media="print" if media == "print" else "screen")
        if marked:
            page.evaluate(
                "document.querySelectorAll('.claim, .sentence').forEach(e => e.classList.add('lit'))"
            )
        ratio, where = page.evaluate(CONTRAST)
        assert ratio >= 4.5, where


def test_colours_follow_the_light(show, seed_page):
    colours = (
        "[getComputedStyle(document.body).backgroundColor, getComputedStyle(document.body).color]"
    )
    with show(seed_page, color_scheme="light") as page:
        light = page.evaluate(colours)
        page.emulate_media(color_scheme="dark")
        dark = page.evaluate(colours)
    assert light[0] != dark[0]
    assert light[1] != dark[1]


@pytest.mark.parametrize("script", [True, False])
def test_nothing_is_wider_than_a_phone(show, embedded, script):
    long = summary("W" * 3000).replace(relevant=True)
    for html in (to_html(embedded), to_html(long), to_html([embedded, long])):
        with show(html, **PHONE, java_script_enabled=script) as page:
            sizes = "[document.documentElement.scrollWidth, document.documentElement.clientWidth]"
            width, room = page.evaluate(sizes)
            assert width <= room == 390


def test_on_a_phone_a_claim_leads_to_its_sentence(show, seed_page):
    with show(seed_page, **PHONE) as page:
        link = page.locator("#claim-proposals-0 .cites a").first
        link.scroll_into_view_if_needed()
        target = link.get_attribute("href")
        link.tap()
        box = page.locator(target).bounding_box()
        assert 0 <= box["y"] <= 844
        assert target[1:] in page.evaluate(LIT)


def test_summaries_on_one_page_light_their_own_sentences_alone(show, embedded):
    html = to_html([embedded, gs.Failure("a.txt", gs.ArticleError("a.txt: is empty")), embedded])
    cited = {f"n3-s{c.sentence}" for c in embedded.proposals[0].evidence}
    with show(html) as page:
        page.click("#n3-claim-proposals-0 h4", position={"x": 60, "y": 8})
        assert set(page.evaluate(LIT)) == {"n3-claim-proposals-0", *cited}
        first = min(cited, key=lambda name: int(name.rpartition("s")[2]))
        assert page.eval_on_selector(f"#{first}", IN_SIGHT)
        assert "a.txt: is empty" in page.inner_text(".failed")


@pytest.mark.parametrize(
    ("text", "direction"),
    [
        ("ستقدم الولايات المتحدة ضمانات أمنية", "rtl"),
        ("ארצות הברית תספק ערבויות ביטחון", "rtl"),
        ("США нададуть гарантії безпеки", "ltr"),
        ("米国は安全保障を提供する", "ltr"),
    ],
)
def test_text_runs_in_its_own_direction(show, text, direction):
    data = record(text)
    data["article"]["language"] = "uk"
    with show(to_html(Summary.model_validate(data))) as page:
        for place in ("h1", ".abstract", ".sentence", ".claim", ".position p", "dd"):
            found = page.eval_on_selector(place, "element => getComputedStyle(element).direction")
            assert found == direction, place
        number = page.locator(".sentence .self").first.bounding_box()
        words = page.locator(".sentence > p").first.bounding_box()
        assert (number["x"] > words["x"]) == (direction == "rtl")
        assert page.get_attribute(".article", "lang") == "uk"
        assert page.locator("h1").inner_text() == text
        time = page.eval_on_selector("time", "element => getComputedStyle(element).direction")
        assert time == "ltr"
