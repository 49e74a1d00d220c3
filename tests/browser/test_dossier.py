"""A dossier's page as people use it, and with hostile texts in every field."""

from __future__ import annotations

from functools import cache

import pytest

import guarantee_summarizer as gs
from guarantee_summarizer import to_html
from tests.browser.attacks import ATTACKS
from tests.browser.test_attacks import HARMLESS, TOUCH, shape
from tests.browser.test_reading import CONTRAST, IN_SIGHT, LIT, PHONE
from tests.dossier.labelled import right_summaries
from tests.render.test_dossier_page import hostile

pytestmark = pytest.mark.slow  # a browser starts

AT_ONCE = 28  # hostile texts in one dossier
SINCE = "2026-01-06"


@cache
def gold_page() -> str:
    return to_html(gs.Dossier(right_summaries().values()), since="2026-01-25")


def cited(page, chosen: str) -> list[str]:
    return page.get_attribute(chosen, "data-rests").split()


def test_a_contradiction_lights_the_sentences_of_both_sides(show):
    with show(gold_page()) as page:
        sentences = cited(page, "#x1")
        assert len(sentences) > 1
        page.click("#x1 h3")
        assert {"x1", *sentences} <= set(page.evaluate(LIT))
        assert page.eval_on_selector(f"#{sentences[0]}", IN_SIGHT)
        page.keyboard.press("Escape")
        assert page.evaluate(LIT) == []


def test_a_sentence_shows_what_rests_on_it(show):
    with show(gold_page()) as page:
        sentence = cited(page, "#x1")[0]
        page.click(f"#{sentence} > p >> nth=0")
        assert {sentence, "x1"} <= set(page.evaluate(LIT))


def test_the_keyboard_lights_and_follows(show):
    with show(gold_page()) as page:
        page.focus("#x1 .self")
        for key in ("Enter", "Space"):
            page.keyboard.press(key)
            assert len(page.evaluate(LIT)) > 1
            page.keyboard.press("Escape")
        page.focus("#x1 .ref")
        page.keyboard.press("Enter")
        thread = page.url.partition("#")[2]
        assert thread.startswith("t")
        assert page.eval_on_selector(
            f"#{thread}", "e => e.getBoundingClientRect().top < innerHeight"
        )


def test_a_cell_of_the_matrix_leads_to_its_thread(show):
    with show(gold_page()) as page:
        link = page.locator("#matrix td a[href^='#t']").first
        target = link.get_attribute("href")
        link.click()
        assert page.url.endswith(target)
        assert target[1:] in page.evaluate(LIT)


def test_without_script_links_lead_and_their_ends_are_marked(show):
    background = "element => getComputedStyle(element).backgroundColor"
    with show(gold_page(), "#x1", java_script_enabled=False) as page:
        assert page.eval_on_selector("#x1", background) != page.eval_on_selector("#x2", background)
        page.click("#x1 .cites a >> nth=0")
        sentence = page.url.partition("#")[2]
        assert 0 <= page.locator(f"#{sentence}").bounding_box()["y"] <= 800


def test_a_dossier_is_no_wider_than_a_phone(show):
    with show(gold_page(), **PHONE) as page:
        sizes = "[document.documentElement.scrollWidth, document.documentElement.clientWidth]"
        width, room = page.evaluate(sizes)
        assert width <= room == 390


@pytest.mark.parametrize("media", ["light", "dark", "print"])
def test_a_dossier_can_be_read_by_day_by_night_and_on_paper(show, media):
    with show(gold_page(), color_scheme="dark" if media == "dark" else "light") as page:
        page.emulate_media(media="print" if media == "print" else "screen")
        ratio, where = page.evaluate(CONTRAST)
        assert ratio >= 4.5, where
        if media == "print":
            hidden = "es => es.filter(e => !e.checkVisibility()).map(e => e.outerHTML)"
            shown = "#conflicts blockquote, #news blockquote, #threads h3, .article .sentence > p"
            assert page.locator(shown).count() > 50
            assert page.eval_on_selector_all(shown, hidden) == []


def test_hostile_texts_make_no_element_and_run_nothing(show):
    """In every field of several reports; the page's policy is taken away, so that nothing else guards."""

    def page_of(texts):
        dossier = gs.Dossier().add(
            one for text in texts for one in (*hostile(text).summaries, gs.Failure(text, gs.SchemaError(text)))
        )  # fmt: skip
        html = to_html(dossier, since=SINCE)
        return html.replace('http-equiv="Content-Security-Policy"', 'name="none"')

    with show(page_of([HARMLESS])) as page:
        known = set(shape(page))
    known |= {line.replace(" open", "") for line in known}
    with show(gold_page()) as page:
        known |= set(shape(page))
    for at in range(0, len(ATTACKS), AT_ONCE):
        with show(page_of(ATTACKS[at : at + AT_ONCE])) as page:
            assert set(shape(page)) <= known
            page.evaluate(TOUCH, "body *")
            assert {line.replace(" class", "") for line in shape(page)} <= {
                line.replace(" class", "") for line in known
            }
