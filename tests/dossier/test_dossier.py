"""What goes into a dossier, and that its order and its parts do not matter."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from functools import cache

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import guarantee_summarizer as gs
from guarantee_summarizer.dossier import LeftOut
from tests.dossier.conftest import offer, report, years
from tests.dossier.labelled import right_summaries

SOME = st.permutations(sorted(right_summaries())[:12])


def told(dossier):
    """All that a dossier says, as JSON."""
    return dossier.model_dump_json()


@cache
def whole():
    return told(gs.Dossier.of(right_summaries()[name] for name in sorted(right_summaries())[:12]))


@settings(max_examples=8)
@given(SOME, st.integers(0, 12), st.integers(0, 12))
def test_neither_order_nor_parts_nor_repetition_matter(names, first, second):
    summaries = [right_summaries()[name] for name in names]
    first, second = sorted((first, second))
    dossier = gs.Dossier.of(summaries[:first]).add(summaries[first:second])
    for summary in summaries[second:]:
        dossier = dossier.add(summary)
    dossier = dossier.add(summaries[:3])
    assert told(dossier) == whole()


OFFERS = st.lists(
    st.tuples(
        st.sampled_from(["10 years", "15 years", "up to 20 years", "about 15 years"]),
        st.sampled_from(["proposed", "agreed", "rejected", "ended", "signed"]),
        st.sampled_from(["2026-01-05", "2026-01-06", "2026-01-12", None]),
        st.sampled_from(["Wire", "Post", None]),
        st.sampled_from(["United States", "Ukraine", "Britain"]),
    ),
    max_size=8,
)


@settings(max_examples=60)
@given(OFFERS, st.randoms(use_true_random=False), st.integers(0, 8))
def test_any_reports_make_one_dossier_in_any_order_that_reads_back_equal(offers, chance, at):
    summaries = [
        years(value, status=status, day=day, outlet=outlet, proposed_by=[by])
        for value, status, day, outlet, by in offers
    ]
    dossier = gs.Dossier.of(summaries)
    chance.shuffle(summaries)
    other = gs.Dossier.of(summaries[:at]).add(iter(summaries[at:]))
    assert other == dossier
    assert told(other) == told(dossier)
    assert gs.Dossier.from_json(told(dossier)) == dossier
    assert gs.Dossier.model_validate_json(told(dossier)) == dossier
    for conflict in dossier.conflicts():
        assert conflict.one.value != conflict.other.value
        assert all(statement.published for side in conflict.sides for statement in side.reports)


def test_json_holds_all_for_other_readers_and_is_told_again_when_it_is_read(right):
    dossier = right()
    data = json.loads(told(dossier))
    assert data["version"] == "1"
    assert {"actors", "threads", "disputes", "layers", "moments"} <= data.keys()
    data["threads"] = []
    again = gs.Dossier.from_json(json.dumps(data))
    assert again == dossier
    assert again.threads == dossier.threads


def test_a_stored_dossier_that_is_broken_or_of_another_version_is_refused(right):
    with pytest.raises(gs.DossierError, match="is not JSON"):
        gs.Dossier.from_json("{")
    with pytest.raises(gs.DossierError, match="cannot be read"):
        gs.Dossier.from_json("[]")
    with pytest.raises(gs.DossierError, match="version"):
        gs.Dossier.from_json('{"version": "2"}')


def test_a_dossier_of_nothing_is_empty_and_one_of_one_summary_holds_it():
    empty = gs.Dossier.of([])
    assert (empty.actors, empty.threads, empty.conflicts(), empty.timeline()) == ((), (), (), ())
    one = gs.Dossier.of([years("15 years")])
    assert [thread.title for thread in one.threads] == ["American guarantee"]


def test_failures_and_further_summaries_of_an_article_are_told():
    article = gs.Article.from_text("Talks went on.", source="news.jsonl, line 7")
    failure = gs.Failure("news.jsonl, line 7", gs.ArticleError("is empty"), article)
    summary = years("15 years")
    made = {"library_version": "1", "created": datetime(2026, 1, 13, tzinfo=UTC)}
    by_parser = summary.replace(provenance=gs.Provenance(backend="embedded", **made))
    by_model = summary.replace(
        headline="Told", provenance=gs.Provenance(backend="llm", model="m", **made)
    )
    for order in ([by_parser, failure, by_model], [by_model, by_parser, failure]):
        dossier = gs.Dossier.of(order)
        assert [s.headline for s in dossier.summaries] == ["Told"]
        assert [left.what for left in dossier.left_out] == [
            "news.jsonl, line 7",
            f"summary of article {summary.article.id} by embedded, 2026-01-13T00:00:00+00:00",
        ]
        assert isinstance(dossier.left_out[0], LeftOut)
        assert dossier.left_out[0].reason == "is empty"


def test_what_is_no_summary_is_refused_with_its_place():
    with pytest.raises(gs.DossierError, match="item 2 is str"):
        gs.Dossier.of([years("15 years"), "a text"])


def test_withheld_claims_do_not_enter_and_warnings_stand_beside_their_claim():
    summary = years("15 years")
    held = gs.Withheld(path="proposals[1]", claim={"title": "made up"}, findings=())
    warning = gs.Finding(
        code="said_twice", severity="warning", path="proposals[0].title", message="looks odd"
    )
    dossier = gs.Dossier.of([summary.replace(withheld=(held,), findings=(warning,))])
    assert "made up" not in told(dossier)
    assert dossier.threads[0].statements[0].warnings == ("looks odd",)


def test_summaries_without_a_date_are_in_threads_but_not_in_time():
    undated = years("20 years", day=None, outlet="Post")
    dossier = gs.Dossier.of([years("15 years"), undated])
    assert dossier.undated == (undated.article.id,)
    assert dossier.threads[0].statements[-1].published is None
    assert len(dossier.threads) == 1
    assert dossier.conflicts() == dossier.changes() == ()


def test_summaries_without_an_article_are_told_apart_by_what_they_say():
    bare = [years(value).replace(article=None) for value in ("15 years", "20 years", "15 years")]
    dossier = gs.Dossier.of(bare)
    assert len(dossier.summaries) == 2
    assert all(name.startswith("summary-") for name in dossier.undated)
    assert gs.Dossier.from_json(told(dossier)) == dossier


def test_what_is_not_relevant_counts_as_an_article_without_claims():
    dossier = gs.Dossier.of([gs.Summary(relevant=False, headline="A transfer.")])
    assert len(dossier.summaries) == 1
    assert dossier.actors == dossier.threads == ()


def test_one_event_in_several_articles_is_one_moment_and_undated_ones_come_last():
    def met(outlet, when):
        words = f"Ukraine met Britain {when}, {outlet} has it"
        event = {
            "what": "They met.", "when": when, "where": "here", "status": "held",
            "participants": ["Ukraine", "Britain"], "evidence": ["Ukraine is here."],
        }  # fmt: skip
        return report(offer(words), outlet=outlet, events=[event])

    dossier = gs.Dossier.of(
        [met("Wire", "on Sunday"), met("Post", "on Sunday"), met("Times", "once")]
    )
    events = [moment for moment in dossier.timeline() if moment.kind == "event"]
    assert [(moment.date, len(moment.reports)) for moment in events] == [
        ("2026-01-11", 2),
        (None, 1),
    ]
    assert dossier.timeline()[-1] == events[-1]


def test_disputes_over_one_thread_are_one_with_the_stances_in_order_of_date():
    def dispute(day, stance):
        words = f"The guarantee of {day} is offered"
        claim = {
            "issue": f"Guarantee, {day}", "evidence": [words],
            "positions": [{"party": "Ukraine", "stance": stance}],
        }  # fmt: skip
        return report(offer(words), day=day, disputes=[claim])

    dossier = gs.Dossier.of([dispute("2026-01-12", "later"), dispute("2026-01-06", "earlier")])
    (one,) = dossier.disputes
    assert one.issue == "Guarantee, 2026-01-12"
    assert [(s.party, s.stance) for s in one.stances] == [
        ("Ukraine", "earlier"),
        ("Ukraine", "later"),
    ]
    assert one.threads == (dossier.threads[0].id,)


def test_layers_stand_side_by_side_by_date_with_the_actors_behind_them():
    layer = {"rank": 1, "name": "backstop", "providers": ["United States"], "evidence": ["Britain is here."]}  # fmt: skip
    dossier = gs.Dossier.of(
        report(offer("It is offered"), day=day, structure={"layers": [layer]})
        for day in ("2026-01-12", "2026-01-06")
    )
    assert [(str(one.published), one.layer.name, one.providers) for one in dossier.layers] == [
        ("2026-01-06", "backstop", ("United States",)),
        ("2026-01-12", "backstop", ("United States",)),
    ]


def test_a_dossier_is_shown_in_one_line(right):
    assert (
        repr(right())
        == str(right())
        == "Dossier(19 articles, 2022-05-12 to 2026-01-30, 0 left out)"
    )


def test_two_events_of_one_article_are_two_moments_and_each_joins_that_of_another():
    def met(outlet, *events):
        told = [
            {"what": what, "when": "on Sunday", "where": "Paris", "status": "held",
             "evidence": ["Ukraine is here."]}
            for what in events
        ]  # fmt: skip
        return report(offer(f"It is offered, {outlet} has it"), outlet=outlet, events=told)

    pair = met("Wire", "They met.", "They signed.")
    for more, sizes in (([], [1, 1]), ([met("Post", "They met.", "They signed.")], [2, 2])):
        events = [m for m in gs.Dossier.of([pair, *more]).timeline() if m.kind == "event"]
        assert [m.what for m in events] == ["They met.", "They signed."]
        assert [len(m.reports) for m in events] == sizes


def test_the_latest_statement_is_the_last_one_with_a_date_and_of_a_dispute_too():
    def told(day, status, words):
        dispute = {"issue": f"How long, {status}", "status": "open", "evidence": [words]}
        return report(offer(words, status=status), day=day, disputes=[dispute])

    signed = told("2026-01-12", "signed", "The guarantee is signed")
    undated = told(None, "proposed", "The guarantee is proposed")
    dossier = gs.Dossier.of([signed, undated])
    (thread,), (dispute,) = dossier.threads, dossier.disputes
    assert len(thread.statements) == len(dispute.reports) == 2
    assert thread.latest.status == "signed"
    assert dispute.issue == "How long, signed"
    (alone,) = gs.Dossier.of([undated]).threads
    assert alone.latest.status == "proposed"
    past = told("2026-01-20", "ended", "The first guarantee had ended")
    assert gs.Dossier.of([signed, past]).threads[0].latest.status == "signed"


def test_what_is_said_of_a_stance_stands_beside_it_and_beside_its_dispute():
    dispute = {
        "issue": "How long", "evidence": ["It is offered"],
        "positions": [{"party": "Ukraine", "stance": "longer"}, {"party": "Russia", "stance": "no"}],
    }  # fmt: skip
    summary = report(offer("It is offered"), disputes=[dispute])
    odd = gs.Finding(
        code="c", severity="warning", path="disputes[0].positions[0].stance", message="looks odd"
    )
    (one,) = gs.Dossier.of([summary.replace(findings=(odd,))]).disputes
    assert [stance.warnings for stance in one.stances] == [("looks odd",), ()]
    assert one.reports[0].warnings == ("looks odd",)


def test_a_dossier_is_made_of_summaries_at_once():
    """`Dossier(summaries)` is `Dossier.of(summaries)`."""
    summaries = [years("15 years"), years("20 years", outlet="Post")]
    assert gs.Dossier(summaries) == gs.Dossier.of(summaries)
    assert gs.Dossier() == gs.Dossier([])
