"""What contradicts, what only seems to, and what changed."""

from __future__ import annotations

import pytest

import guarantee_summarizer as gs
from tests.dossier.conftest import offer, report, state, years


def values(dossier):
    return [{c.one.value, c.other.value} for c in dossier.conflicts()]


def changed(dossier):
    return [(c.what, c.before.value, c.after.value, str(c.date)) for c in dossier.changes()]


def test_two_lengths_of_one_offer_on_one_day_contradict_with_both_sentences_and_outlets():
    dossier = gs.Dossier.of([years("15 years", outlet="Wire"), years("20 years", outlet="Post")])
    (conflict,) = dossier.conflicts()
    assert {side.value: side.sources for side in conflict.sides} == {
        "P15Y": ("Wire",),
        "P20Y": ("Post",),
    }
    quotes = {side.value: side.reports[0].evidence[0].quote for side in conflict.sides}
    assert quotes == {
        "P15Y": "The offer to Wire runs for 15 years",
        "P20Y": "The offer to Post runs for 20 years",
    }


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("up to 15 years", "10 years"),
        ("at least 15 years", "20 years"),
        ("about 15 years", "16 years"),
        ("15 to 20 years", "20 years"),
        ("15 years", "15-year term"),
        ("20 years", "two decades"),
    ],
)
def test_values_that_can_both_be_true_do_not_contradict(one, other):
    dossier = gs.Dossier.of([years(one, outlet="Wire"), years(other, outlet="Post")])
    assert dossier.conflicts() == ()
    assert len(dossier.threads) == 1


@pytest.mark.parametrize(
    ("one", "other"),
    [("up to 15 years", "20 years"), ("at least 15 years", "10 years"), ("15 years", "16 years")],
)
def test_a_value_beyond_a_bound_contradicts_it(one, other):
    assert gs.Dossier.of([years(one, outlet="Wire"), years(other, outlet="Post")]).conflicts()


def test_an_offer_and_a_demand_are_a_dispute_and_no_contradiction():
    asked = {"proposed_by": ["Ukraine"], "recipients": ["United States"]}
    dossier = gs.Dossier.of(
        [years("15 years", outlet="Wire"), years("30 to 50 years", outlet="Post", **asked)]
    )
    assert len(dossier.threads) == 1
    assert dossier.conflicts() == ()


def test_two_parties_that_propose_different_limits_do_not_contradict():
    def cap(by, size, outlet):
        words = f"The army would be capped at {size} soldiers, {outlet} has it"
        terms = [("force_size", f"capped at {size}")]
        claim = offer(words, measure="force_limits", proposed_by=[by], terms=terms)
        return report(claim, outlet=outlet)

    dossier = gs.Dossier.of(
        [cap("United States", "600,000", "Wire"), cap("Britain", "800,000", "Post")]
    )
    assert len(dossier.threads) == 1
    assert dossier.conflicts() == ()


def test_terms_of_two_measures_do_not_contradict():
    training = offer("Soldiers are trained for 2 years", measure="training", terms=[("duration", "2 years")])  # fmt: skip
    dossier = gs.Dossier.of([years("15 years", outlet="Wire"), report(training, outlet="Post")])
    assert len(dossier.threads) == 2
    assert dossier.conflicts() == ()


def test_one_article_that_tells_both_values_contradicts_neither():
    both = offer("It runs for 15 years and 20 years", terms=[("duration", "15 years"), ("duration", "20 years")])  # fmt: skip
    dossier = gs.Dossier.of([years("15 years", outlet="Wire"), report(both, outlet="Post")])
    assert dossier.conflicts() == ()


def test_the_same_sentence_in_two_outlets_is_one_report():
    said = "The United States offers guarantees for 15 years"
    pair = [years("15 years", outlet=outlet, said=said) for outlet in ("Wire", "Post")]
    (thread,) = gs.Dossier.of(pair).threads
    assert len(thread.statements) == 2
    assert thread.sources in (("Post",), ("Wire",))
    assert gs.Dossier.of(pair).told_once == (thread,)


def test_an_outlet_quoted_by_another_counts_once_and_does_not_contradict_news_of_its_day():
    media = [state("United States"), state("Ukraine", "beneficiary"), {"name": "Wire", "kind": "media"}]  # fmt: skip
    own = years("15 years", outlet="Wire", day="2026-01-12")
    quoting = years("15 years", outlet="Post", day="2026-01-16", attribution="Wire", participants=media)  # fmt: skip
    newer = years("20 years", outlet="Times", day="2026-01-16")
    dossier = gs.Dossier.of([own, quoting, newer])
    assert dossier.conflicts() == ()
    assert dossier.threads[0].values[0].sources == ("Wire",)
    assert changed(dossier) == [("duration", "P15Y", "P20Y", "2026-01-16")]


def test_a_later_value_is_a_change_and_no_contradiction():
    dossier = gs.Dossier.of([years("15 years"), years("20 years", day="2026-01-20", outlet="Post")])
    assert dossier.conflicts() == ()
    assert changed(dossier) == [("duration", "P15Y", "P20Y", "2026-01-20")]


def test_a_change_that_others_report_in_rounder_words_is_told_once_with_their_reports():
    story = [
        years("15 years", day="2026-01-06"),
        years("20 years", day="2026-01-12", outlet="Post"),
        years("about 20 years", day="2026-01-13", outlet="Times"),
    ]
    (change,) = gs.Dossier.of(story).changes()
    assert [statement.outlet for statement in change.after.reports] == ["Post", "Times"]


def test_one_outlet_that_corrects_itself_the_next_day_tells_a_change():
    dossier = gs.Dossier.of([years("15 years"), years("20 years", day="2026-01-13")])
    assert dossier.conflicts() == ()
    assert changed(dossier) == [("duration", "P15Y", "P20Y", "2026-01-13")]


def test_an_old_value_that_is_told_again_as_history_is_neither():
    story = [
        years("15 years", day="2026-01-06"),
        years("20 years", day="2026-01-12"),
        years("20 years", day="2026-01-20", outlet="Post"),
        years("15 years", day="2026-01-20", outlet="Times"),
    ]
    dossier = gs.Dossier.of(story)
    assert dossier.conflicts() == ()
    assert changed(dossier) == [("duration", "P15Y", "P20Y", "2026-01-12")]


def test_a_demand_of_the_same_value_does_not_hide_that_an_offer_was_raised():
    asked = {"proposed_by": ["Ukraine"], "recipients": ["United States"]}
    story = [
        years("20 years", day="2026-01-05", **asked),
        years("15 years", day="2026-01-06"),
        years("20 years", day="2026-01-12"),
        years("20 years", day="2026-01-20", outlet="Post"),
        years("15 years", day="2026-01-20", outlet="Times"),
    ]
    dossier = gs.Dossier.of(story)
    assert len(dossier.threads) == 1
    assert dossier.conflicts() == ()
    assert changed(dossier) == [("duration", "P15Y", "P20Y", "2026-01-12")]


def test_agreed_and_rejected_on_one_day_contradict_planned_and_agreed_do_not():
    def told(status, outlet):
        words = f"The guarantee is {status}, as {outlet} has it"
        return report(offer(words, status=status), outlet=outlet)

    assert values(gs.Dossier.of([told("agreed", "Wire"), told("rejected", "Post")])) == [
        {"agreed", "rejected"}
    ]
    assert (
        gs.Dossier.of([told("agreed", "Wire"), told("under_discussion", "Post")]).conflicts() == ()
    )


def test_a_status_that_comes_further_is_a_change_and_one_that_falls_behind_is_none():
    story = [
        years("15 years", day=day, status=status, outlet=outlet)
        for day, status, outlet in [
            ("2026-01-06", "proposed", "Wire"),
            ("2026-01-10", "agreed", "Post"),
            ("2026-01-14", "under_discussion", "Wire"),
            ("2026-01-20", "signed", "Wire"),
        ]
    ]
    assert changed(gs.Dossier.of(story)) == [
        ("status", "proposed", "agreed", "2026-01-10"),
        ("status", "under_discussion", "signed", "2026-01-20"),
    ]


def test_words_that_count_from_the_day_of_the_article_are_no_change_when_they_return():
    def soon(day):
        return report(
            offer("It comes within 10 days", terms=[("deadline", "within 10 days")]), day=day
        )

    assert gs.Dossier.of([soon("2026-01-06"), soon("2026-01-20")]).changes() == ()


def test_sums_of_which_one_article_tells_several_are_packages_and_deny_nothing():
    def money(*sums, outlet, day="2026-01-12"):
        return report(
            *(
                offer(
                    f"Aid of {s} is paid, {outlet} has it", measure="finance", terms=[("money", s)]
                )
                for s in sums
            ),
            outlet=outlet,
            day=day,
        )

    one = money("$5 billion", "$2 billion", outlet="Wire")
    other = money("$9 billion", outlet="Post")
    assert gs.Dossier.of([one, other]).conflicts() == ()
    assert len(gs.Dossier.of([money("$5 billion", outlet="Wire"), other]).conflicts()) == 1


def test_guarantees_for_two_states_are_two_threads():
    to_taiwan = [state("United States"), state("Taiwan", "beneficiary")]
    other = years("20 years", outlet="Post", recipients=["Taiwan"], participants=to_taiwan)
    dossier = gs.Dossier.of([years("15 years", outlet="Wire"), other])
    assert len(dossier.threads) == 2
    assert dossier.conflicts() == ()


def test_changes_since_a_day_take_a_date_or_iso_text_and_refuse_anything_else():
    dossier = gs.Dossier.of([years("15 years"), years("20 years", day="2026-01-20", outlet="Post")])
    day = dossier.changes()[0].date
    assert dossier.changes(since="2026-01-20") == dossier.changes(since=day) == dossier.changes()
    assert dossier.changes(since="2026-01-21") == ()
    for wrong in ("6 January", 5):
        with pytest.raises(gs.DossierError, match="since"):
            dossier.changes(since=wrong)
