"""Pages of dossiers: both sides of everything, each piece leads to its sentences, nothing marks up."""

from __future__ import annotations

import base64
import hashlib
import os
import re
import subprocess
import sys
from functools import cache

import pytest
from hypothesis import given, settings

import guarantee_summarizer as gs
from guarantee_summarizer import Dossier, Summary, to_html, to_markdown
from guarantee_summarizer.render import terminal_text
from guarantee_summarizer.render.dossiers.book import Book
from guarantee_summarizer.render.dossiers.matrix import matrix
from guarantee_summarizer.render.dossiers.view import dossier_view
from guarantee_summarizer.sentences import without_marks
from tests.dossier.conftest import offer, report, state, years
from tests.dossier.labelled import right_summaries
from tests.render.test_page import CONTROLS, TEXTS, Page, record


def hostile(text: str) -> Dossier:
    """A dossier with one text in every field: a contradiction, a change, a thread, a dispute …"""
    return Dossier.of([*(_said(text, *one) for one in _REPORTS), _failed(text)])


_REPORTS = (
    ("1", "P15Y", "2026-01-05", "proposed"),
    ("2", "P20Y", "2026-01-05", "proposed"),
    ("3", "P30Y", "2026-02-05", "signed"),
    ("4", "P30Y", None, "signed"),
)


def _said(text: str, number: str, length: str, day: str | None, status: str) -> Summary:
    data = record(text)
    data["article"] |= {"id": f"{number}{text}", "outlet": f"{text}{number}", "published": day}
    for sentence in data["article"]["sentences"]:
        sentence["text"] = f"{text}{number}"
        sentence["end"] += 1
    cited = [
        {"sentence": 1, "start": 9999, "end": 9999 + len(text) + 1, "quote": f"{text}{number}"}
    ]
    term = {"what": "duration", "value": f"{text}{length}", "normalized": length, "evidence": cited}
    for proposal in data["proposals"]:
        proposal |= {"terms": [term], "evidence": cited, "status": status, "attribution": None}
    del data["withheld"]
    return Summary.model_validate(data)


def _failed(text: str) -> gs.Failure:
    return gs.Failure(text, gs.SchemaError(text))


HARMLESS = cache(lambda: Page(to_html(hostile("harmless words"), since="2026-01-06")))
HARMLESS_CELL = cache(lambda: Page(hostile("harmless words")._repr_html_()))
HEADINGS = cache(lambda: re.findall("^#.*$", to_markdown(hostile("harmless words")), re.MULTILINE))


def test_the_hostile_dossier_has_all_that_a_page_shows():
    dossier = hostile("harmless words")
    assert dossier.conflicts()
    assert dossier.changes()
    assert dossier.layers
    assert dossier.disputes
    assert dossier.left_out
    assert dossier.undated


@settings(max_examples=15)
@given(text=TEXTS)
def test_no_text_in_any_field_changes_what_a_page_is_made_of(text):
    html = to_html(hostile(text), since="2026-01-06")
    page, harmless = Page(html), HARMLESS()
    assert set(page.shape()) == set(harmless.shape())
    assert not CONTROLS.search(html)
    assert page.inline == harmless.inline
    assert not [a for _, attrs in page.elements for a in attrs if a.startswith("on") or a == "src"]


@settings(max_examples=15)
@given(text=TEXTS)
def test_no_text_in_any_field_changes_what_a_notebook_cell_is_made_of(text):
    html = hostile(text)._repr_html_()
    assert set(Page(html).shape()) == set(HARMLESS_CELL().shape())
    assert not CONTROLS.search(html)


@settings(max_examples=15)
@given(text=TEXTS)
def test_no_text_can_forge_a_heading_or_a_link_or_turn_the_terminal(text):
    markdown = to_markdown(hostile(text))
    assert not CONTROLS.search(markdown)
    assert not re.search(r"(?<!\\)[<\[`]", markdown)
    headings = [line for line in markdown.splitlines() if line.startswith("#")]
    assert headings == HEADINGS()
    assert not CONTROLS.search(terminal_text(hostile(text), width=200))


@pytest.fixture(scope="module")
def gold() -> Dossier:
    return Dossier.of(right_summaries().values())


@pytest.fixture(scope="module")
def html(gold) -> str:
    return to_html(gold)


@pytest.fixture(params=["gold", "since", "stripped", "hostile"])
def page(request, gold) -> Page:
    if request.param == "hostile":
        return Page(to_html(hostile("words"), since="2026-01-06"))
    if request.param == "stripped":
        return Page(to_html(Dossier.of(s.replace(article=None) for s in gold.summaries)))
    return Page(to_html(gold, since="2026-01-25" if request.param == "since" else None))


def test_every_link_leads_to_one_element(page):
    ids = page.all("id")
    assert len(ids) == len(set(ids))
    targets = [href.removeprefix("#") for href in page.all("href") if href.startswith("#")]
    assert len(targets) > 30
    assert set(targets) <= set(ids)
    assert set(" ".join(page.all("data-rests")).split()) <= set(ids)


def _piece(html: str, code: str) -> str:
    start = html.index(f'id="{code}"')
    return html[html.rindex("<article", 0, start) : html.index("</article>", start) + 10]


def _block(html: str, code: str) -> str:
    return Page(_piece(html, code)).text


def test_every_contradiction_and_change_is_shown_with_both_values_and_their_sentences(gold, html):
    sentences = {
        (s.article.id, sentence.number): sentence.text
        for s in gold.summaries
        for sentence in s.article.sentences
    }
    opposed = [(f"x{n}", one.what, one.sides) for n, one in enumerate(gold.conflicts(), 1)]
    opposed += [
        (f"c{n}", one.what, (one.before, one.after)) for n, one in enumerate(gold.changes(), 1)
    ]
    assert len(opposed) == 16
    for code, what, sides in opposed:
        block = _block(html, code)
        for side in sides:
            said = side.reports[0]
            own = [t for t in said.terms if t.what == what and t.normalized == side.value]
            evidence = [c for term in own for c in term.evidence] or said.evidence
            assert side.words in block
            assert str(said.published) in block
            assert said.outlet is None or said.outlet in block
            words = without_marks(sentences[said.article, evidence[0].sentence])
            assert " ".join(words.split()) in block


def test_every_piece_rests_on_the_sentences_that_say_it(gold, html):
    shown = Page(html)
    rests = {a["id"]: a["data-rests"].split() for _, a in shown.elements if "data-rests" in a}
    number = {s.article.id: n for n, s in enumerate(gold.summaries, 1)}

    def cited(reports):
        return {f"s{number[r.article]}-{c.sentence}" for r in reports for c in r.evidence}

    pieces = {
        "t": [thread.statements for thread in gold.threads],
        "e": [moment.reports for moment in gold.timeline()],
        "d": [dispute.stances or dispute.reports for dispute in gold.disputes],
        "l": [[layer] for layer in gold.layers],
    }
    for letter, all_reports in pieces.items():
        for n, reports in enumerate(all_reports, 1):
            assert set(rests[f"{letter}{n}"]) == cited(reports)
    assert all(rests[f"a{n}"] for n in range(1, len(gold.actors) + 1))


def test_the_sentences_that_are_cited_stand_on_the_page_and_no_others(gold, html):
    shown = Page(html)
    sentences = {i for i in shown.all("id") if re.fullmatch(r"s\d+-\d+", i)}
    assert sentences == set(" ".join(shown.all("data-rests")).split())
    assert len(sentences) < sum(len(summary.article.sentences) for summary in gold.summaries)


def test_a_page_allows_its_own_style_and_script_and_refers_to_nothing_outside(html):
    shown = Page(html)
    policy = next(a["content"] for tag, a in shown.elements if "http-equiv" in a)
    hashes: dict[str, list[str]] = {"style": [], "script": []}
    for tag, content in shown.inline:
        digest = base64.b64encode(hashlib.sha256(content.encode()).digest()).decode()
        hashes[tag].append(f"'sha256-{digest}'")
        assert not re.search(r"url\(|@import|https?:|fetch|XMLHttp|eval|innerHTML", content)
    assert policy == (
        f"default-src 'none'; style-src {' '.join(hashes['style'])}; "
        f"script-src {' '.join(hashes['script'])}; base-uri 'none'; form-action 'none'"
    )
    names = {name for _, attrs in shown.elements for name in attrs}
    assert not names & {"src", "srcset", "style", "action"}
    assert not [href for href in shown.all("href") if not href.startswith(("#", "https://"))]


@pytest.mark.parametrize("url", ["javascript:alert(1)", "data:text/html,x", "//example.org"])
def test_only_web_addresses_are_links(url):
    one = years("15 years")
    many = [one.replace(article=one.article.replace(url=u)) for u in (url, "https://e.org/a?b&c")]
    bad, good = (Page(to_html(Dossier.of([s]))) for s in many)
    assert not [href for href in bad.all("href") if not href.startswith("#")]
    assert url in bad.text
    assert "https://e.org/a?b&c" in good.all("href")


def test_what_changed_since_a_day_leads_and_is_marked(gold):
    html = to_html(gold, since="2026-01-25")
    changed = gold.changes("2026-01-25")
    news = html[html.index('id="news"') : html.index('id="conflicts"')]
    assert news.count("<article") == len(changed) == 2
    assert html.index('id="news"') < html.index('id="conflicts"') < html.index('id="changes"')
    assert html.count("<mark>new</mark>") > len(changed)
    assert "<mark>" not in to_html(gold)
    text = to_markdown(gold, since="2026-01-25")
    assert text.index("## Changed since 2026-01-25") < text.index("## Contradictions")


def _cell(dossier, name):
    codes = {thread.id: f"T{n}" for n, thread in enumerate(dossier.threads, 1)}
    rows = dict(matrix(dossier, codes, Book(dossier, None)).rows)
    (cell,) = (cell for some in rows[name] for cell in some)
    return cell.given, [cite.label for cite in cell.cites]


def test_the_matrix_has_in_parentheses_who_only_receives_or_is_asked():
    asked = {"proposed_by": ["Ukraine"], "recipients": ["United States"]}
    dossier = Dossier.of([years("15 years", **asked)])
    assert _cell(dossier, "United States") == (True, ["1.1"])
    assert _cell(dossier, "Ukraine") == (False, ["1.1"])
    both = Dossier.of(
        [years("15 years", day="2026-01-06"), years("15 years", outlet="Post", **asked)]
    )
    assert _cell(both, "United States") == (False, ["1.1"])


def test_the_matrix_cites_of_a_state_what_its_people_say_and_nothing_else():
    people = [
        state("United States"), state("Britain"), state("Ukraine", "beneficiary"),
        {"name": "Donald Trump", "kind": "person", "affiliation": "United States", "country": "USA"},
    ]  # fmt: skip
    trump = years("15 years", day="2026-01-06", proposed_by=["Donald Trump"], participants=people)
    both = years(
        "20 years", outlet="Post", proposed_by=["Donald Trump", "Britain"], participants=people
    )
    other = years("20 years", outlet="Times", day="2026-01-20", proposed_by=["Britain"], participants=people)  # fmt: skip
    dossier = Dossier.of([trump, both, other])
    assert len(dossier.threads) == 1
    assert _cell(dossier, "United States") == (False, ["2.1"])
    assert _cell(Dossier.of([trump]), "United States") == (False, ["1.1"])


def test_what_is_marked_new_of_the_timeline_is_the_change_and_not_its_last_report():
    story = [
        years("15 years", day="2026-01-06"),
        years("20 years", day="2026-01-12", outlet="Post"),
    ]
    later = years("20 years", day="2026-01-20", outlet="Times")
    view = dossier_view(Dossier.of([*story, later]), "2026-01-15")
    assert [(e.item.kind, e.new) for e in view.moments] == [("thread", False), ("change", False)]
    view = dossier_view(Dossier.of([*story, later]), "2026-01-12")
    assert [(e.item.kind, e.new) for e in view.moments] == [("thread", False), ("change", True)]
    html = to_html(Dossier.of([*story, later]), since="2026-01-15")
    told, by = _piece(html, "e2").split('<p class="labels">')
    assert "<mark>" not in told
    assert "<mark>" in by


def test_a_value_that_says_no_more_than_its_words_is_not_shown_beside_them():
    words = "It is offered"
    claim = offer(words, terms=[("other", "Élite forces"), ("duration", "15 years")])
    html = to_html(Dossier.of([report(claim)]))
    assert "Élite forces" in html
    assert re.findall(r"<code[^>]*>([^<]*)</code>", _piece(html, "t1")) == ["P15Y"]


def test_warnings_of_every_report_stand_on_the_page_and_in_text():
    dispute = {
        "issue": "How long", "evidence": ["It is offered for 15 years"],
        "positions": [{"party": "Ukraine", "stance": "longer"}],
    }  # fmt: skip
    layer = {"rank": 1, "name": "backstop", "evidence": ["Britain is here."]}
    event = {"what": "They met.", "when": "on Sunday", "status": "held", "evidence": ["Britain is here."]}  # fmt: skip
    claim = offer("It is offered for 15 years", terms=[("duration", "15 years")])
    summary = report(claim, disputes=[dispute], events=[event], structure={"layers": [layer]})
    paths = {
        "proposals[0].terms[0].value": "odd term",
        "disputes[0].issue": "odd issue",
        "disputes[0].positions[0].stance": "odd stance",
        "events[0].what": "odd event",
        "structure.layers[0].name": "odd layer",
        "participants[0].title": "odd actor",
    }
    findings = tuple(
        gs.Finding(code="c", severity="warning", path=path, message=message)
        for path, message in paths.items()
    )
    dossier = Dossier.of([summary.replace(findings=findings)])
    for text in (Page(to_html(dossier)).text, to_markdown(dossier), terminal_text(dossier)):
        told = " ".join(text.split())
        for message in paths.values():
            assert message in told, message
        assert told.count("odd stance") == told.count("odd issue") == 1


def test_a_dossier_in_which_nothing_changed_since_says_so(gold):
    assert "None was found" in Page(to_html(gold, since="2027-01-01")).text
    assert "No report since 2027-01-01 says that anything changed" in to_markdown(
        gold, since="2027-01-01"
    )


@pytest.mark.parametrize("write", [to_html, to_markdown, terminal_text])
def test_since_is_a_day_and_for_dossiers(gold, write):
    with pytest.raises(gs.DossierError, match="'soon' is not a day"):
        write(gold, since="soon")
    with pytest.raises(gs.ConfigurationError, match="since is for dossiers"):
        write(years("15 years"), since="2026-01-01")


@pytest.mark.parametrize("write", [to_markdown, terminal_text])
@pytest.mark.parametrize("given", ["dossier.json", None, {"relevant": True}])
def test_anything_else_is_refused_by_name(write, given):
    with pytest.raises(gs.ConfigurationError, match=f"not {type(given).__name__}"):
        write(given)


def test_text_tells_all_that_a_page_tells(gold):
    for written in (to_markdown(gold).replace("\\", ""), terminal_text(gold)):
        text = " ".join(written.split())
        for conflict in gold.conflicts():
            assert f"{conflict.title}, {conflict.what.replace('_', ' ')}" in text
        for thread in gold.threads:
            assert thread.title in text
        for actor in gold.actors:
            assert actor.name in text
        for dispute in gold.disputes:
            assert dispute.issue in text
    quotes = [r.evidence[0].quote for c in gold.conflicts() for s in c.sides for r in s.reports[:1]]
    assert all(quote.strip(".") in to_markdown(gold).replace("\\", "") for quote in quotes)


def test_who_tells_a_thread_is_told(gold, html):
    once = next(n for n, t in enumerate(gold.threads, 1) if len(t.sources) == 1)
    more = next(n for n, t in enumerate(gold.threads, 1) if len(t.sources) > 1)
    assert "reported by one source only" in _block(html, f"t{once}")
    assert f"reported by {len(gold.threads[more - 1].sources)} sources" in _block(html, f"t{more}")


def test_what_is_missing_is_told():
    undated = years("20 years", day=None, outlet="Courier")
    bare = years("30 years", outlet="Post").replace(article=None)
    failed = gs.Failure("in.jsonl, line 7", gs.SchemaError("in.jsonl, line 7: is no JSON"))
    dossier = Dossier.of([years("15 years"), undated, bare, failed])
    for text in (Page(to_html(dossier)).text, to_markdown(dossier), terminal_text(dossier)):
        told = " ".join(text.split())
        assert "Without a date" in told
        assert "in.jsonl, line 7" in told
        assert "is no JSON" in told
    assert "The article is not stored with its summary" in to_html(dossier)
    cell = Page(dossier._repr_html_()).text
    assert "2 of the articles have no date" in cell
    assert "1 left out" in cell


def test_a_dossier_of_nothing_or_of_one_article_has_a_page_too(embedded):
    empty = Page(to_html(Dossier()))
    assert "Dossier of 0 articles" in empty.text
    assert "there are no articles" in empty.text
    assert "Dossier of 0 articles" in Page(Dossier()._repr_html_()).text
    assert to_markdown(Dossier()).startswith("# Dossier of 0 articles")
    one = Page(to_html(Dossier.of([embedded, embedded])))
    assert "Dossier of 1 article" in one.text
    assert "0 contradictions, 0 changes" in one.text


def test_many_actors_of_one_surname_stand_apart():
    people = [{"name": f"Ann{n} Smith", "kind": "person", "role": "other"} for n in range(100)]
    dossier = Dossier.of([report(participants=[state("Ukraine"), *people])])
    shown = Page(to_html(dossier))
    assert all(f"Ann{n} Smith" in shown.text for n in range(100))
    assert len(set(shown.all("id"))) == len(shown.all("id"))


def test_a_language_that_is_written_from_the_right_keeps_its_direction():
    one = years("15 years")
    article = one.article.replace(title="ضمانات أمنية", outlet="صحيفة", language="ar")
    html = to_html(Dossier.of([one.replace(article=article)]))
    assert '<section class="cited" id="article-1" lang="ar">' in html
    assert re.search(r'dir="auto">1\. ضمانات أمنية', html)
    style = Page(html).inline[1][1]
    assert not re.search(
        r"(margin|padding|border)-(left|right)|[^-]text-align: (left|right)", style
    )


def test_the_order_of_the_summaries_and_the_process_change_no_byte(gold):
    some = Dossier.of(gold.summaries[-6:])
    html = to_html(some)
    assert to_html(Dossier.of(reversed(some.summaries))) == html
    code = (
        "import sys, guarantee_summarizer as gs\n"
        "one = gs.Dossier.from_json(sys.stdin.read())\n"
        "sys.stdout.write(gs.to_html(one) + gs.to_markdown(one))"
    )
    written = {
        subprocess.run(
            [sys.executable, "-c", code],
            input=some.model_dump_json().encode(),
            env={**os.environ, "PYTHONHASHSEED": seed, "PYTHONIOENCODING": "utf-8"},
            capture_output=True,
            check=True,
        ).stdout
        for seed in ("1", "2")
    }
    assert written == {(html + to_markdown(some)).encode()}


def test_a_cell_needs_no_script_and_reaches_nothing_outside(gold):
    shown = Page(gold._repr_html_())
    assert not {"id", "href", "name", "for"} & {a for _, attrs in shown.elements for a in attrs}
    assert not {"script", "link", "a"} & {tag for tag, _ in shown.elements}
    [(_, style)] = shown.inline
    assert all(rule.strip().startswith(".gs-summary") for rule in style.split("}") if rule.strip())
    for conflict in gold.conflicts():
        assert all(side.words in shown.text for side in conflict.sides)
    assert len(gold._repr_html_()) < 60_000
