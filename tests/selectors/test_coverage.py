from collections import Counter
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from itertools import product
from pathlib import Path

import pytest
from django.contrib.auth.models import User

from forecasts.models import Uncounted
from forecasts.selectors import kept_coverage
from forecasts.selectors.coverage import PARTS, Coverage, Facts, counts_of, ended
from forecasts.selectors.kept_coverage import kept_counts
from forecasts.selectors.recorded_coverage import recorded_coverage
from forecasts.selectors.scorecards import full_scorecard, scorecard
from forecasts.selectors.slices import Slice, Weighting
from forecasts.selectors.sums import kept_scope
from forecasts.services import rebuilds
from forecasts.services.forecasts import record_forecast, record_lexicon, wording
from forecasts.services.intake import RuleDraft
from forecasts.services.rebuilds import check_scopes, rebuild_scopes
from forecasts.services.settlement import settle_prediction
from forecasts.services.verdicts import record_verdict, reopen
from tests.builders import (
    NOW,
    PUBLISHED,
    cover,
    make_article,
    make_event,
    make_forecaster,
    make_prediction,
    make_topic,
    rule_that_it_occurs,
)
from tests.forecasting import asked, decide, says

PAGE = " ".join((Path(__file__).parents[2] / "docs" / "scores" / "coverage.md").read_text(encoding="utf-8").split())
KNOWN = datetime(2025, 3, 1, tzinfo=UTC)
REASON = "The ministry's own statement settles it."
ADA = Slice(forecaster="ada-byron")
HEDGE = {"phrase": "may", "low": "0.2", "point": "0.419", "high": "0.6", "hedge": "yes", "source": "a survey"}
LIKELY = {"phrase": "likely", "low": "0.6", "point": "0.729", "high": "0.85", "source": "a survey"}
COUNTED = Facts("YES", "FINAL", "", False, False, "STATED", True, False, True)
FILTERS = [
    {}, {"forecaster": "ada-byron"}, {"forecaster": "the-king"}, {"topic": "sanctions"}, {"conditional": True},
    {"conditional": False}, {"verbal": True}, {"verbal": False}, {"attribution": "REPORTED"},
    {"retrospective": True}, {"retrospective": False}, {"lead_days_min": 60.0}, {"lead_days_max": 0.0},
    {"lead_days_min": 1.0, "lead_days_max": 60.0}, {"forecaster": "ada-byron", "verbal": True, "conditional": False},
    {"issued_to": PUBLISHED}, {"as_recorded": NOW}, {"weighting": Weighting.LAST},
    {"weighting": Weighting.TIME_WEIGHTED},
]  # fmt: skip


def judged(verdict, *, name, known_at=KNOWN, now=NOW, **fields):
    """A prediction without a rule, with a person's verdict unless it is empty."""
    prediction = make_prediction(rules=[], statement=f"{name}.", title=name, now=now, **fields)
    if verdict:
        say(prediction, verdict, known_at=known_at, now=now)
    return prediction


def say(prediction, verdict, *, known_at=KNOWN, now=NOW):
    editor, _ = User.objects.get_or_create(username="editor")
    record_verdict(
        prediction_id=prediction.pk, verdict=verdict, reason=REASON, actor=editor, known_at=known_at, now=now
    )


def in_words(prediction, phrase, *, made_at=PUBLISHED, forecaster=None):
    record_forecast(
        prediction=prediction,
        forecaster=forecaster or prediction.holder,
        wording=wording(phrase=phrase),
        made_at=made_at,
        now=NOW,
    )
    return prediction


@pytest.fixture(scope="class")
def every_kind(made_once):
    """One prediction for each way to end, and some that are counted beside."""
    record_lexicon(code="default_v1", title="Default", source="a survey", rows=[HEDGE, LIKELY], now=NOW)
    met, other = {"condition": "she wins"}, make_topic("sanctions/energy")
    judged("YES", name="yes", **met)
    judged("NO", name="no", topic=other, deadline_basis="IMPLIED")
    judged("", name="open", deadline_basis="IMPLIED")
    judged("", name="endless", deadline_basis="NONE")
    judged("ANNULLED", name="condition not met", **met)
    judged("ANNULLED", name="void")
    judged("AMBIGUOUS", name="ambiguous", **met)
    judged("YES", name="known before", known_at=PUBLISHED)
    say(in_words(judged("", name="hedged", probability=None), "may"), "YES")
    judged("YES", name="without a number", probability=None)
    judged("NO", name="by the king", holder=make_forecaster("the-king"), attribution="REPORTED")
    say(in_words(judged("", name="in words", probability=None), "likely"), "YES", known_at=NOW)


@pytest.fixture
def everybody_is_kept(monkeypatch):
    """Rebuilding keeps the sums of whoever has one posting."""
    monkeypatch.setattr(rebuilds, "KEEP_FROM", 1)


@pytest.mark.parametrize(
    ("facts", "end"),
    [
        (COUNTED, "resolved"),
        (COUNTED._replace(verdict="PARTLY"), "resolved"),
        (COUNTED._replace(verdict="NO", is_counted=False), "excluded_leakage"),
        (COUNTED._replace(verdict="", is_counted=False), "pending"),
        (COUNTED._replace(verdict="", is_counted=False, deadline_basis="NONE"), "unresolvable"),
        (COUNTED._replace(deadline_basis="NONE"), "resolved"),
        (COUNTED._replace(verdict="ANNULLED", is_counted=False), "annulled"),
        (COUNTED._replace(verdict="AMBIGUOUS", is_counted=False), "ambiguous"),
        (COUNTED._replace(is_asked=False, is_hedged=True, is_counted=False), "hedged"),
        (COUNTED._replace(is_asked=False, is_counted=False), "not_scored"),
    ],
)
def test_each_prediction_ends_in_one_way(facts, end):
    assert ended(facts) == end


def test_whatever_the_facts_the_parts_add_up():
    kinds = product(
        ("YES", "NO", "PARTLY", "ANNULLED", "AMBIGUOUS", ""), ("FINAL", "PROPOSED"), ("T", "F", "U", ""),
        *[(True, False)] * 2, ("STATED", "IMPLIED", "NONE"), *[(True, False)] * 3,
    )  # fmt: skip
    groups = Counter({Facts(*kind): number for number, kind in enumerate(kinds, start=1)})

    found = Coverage.of(counts_of(groups))

    assert sum(getattr(found, name) for name in PARTS) == found.predictions == groups.total()
    assert found.conditional_resolved + found.conditional_annulled <= found.conditional
    assert found.side_happened + found.side_failed + found.side_unknown == found.conditional_annulled
    assert max(found.provisional, found.retrospective) <= found.resolved


class TestEveryKindOfEnd:
    def test_every_way_to_end_is_counted_once(self, every_kind):
        found = recorded_coverage(Slice())

        assert {name: getattr(found, name) for name in PARTS} == {
            "resolved": 4, "pending": 1, "annulled": 2, "ambiguous": 1, "unresolvable": 1, "excluded_leakage": 1,
            "hedged": 1, "not_scored": 1,
        }  # fmt: skip
        assert found.predictions == 12
        assert (found.annulled_void, found.implied_deadline, found.reported, found.forecasts_excluded) == (1, 2, 1, 1)
        assert (found.conditional, found.conditional_resolved, found.conditional_annulled) == (3, 1, 1)
        assert found.share("resolved") == pytest.approx(4 / 12)
        assert Coverage().share("resolved") is None

    @pytest.mark.parametrize("asked", FILTERS, ids=str)
    def test_under_every_filter_the_parts_add_up_and_a_replay_of_now_says_the_same(self, every_kind, asked):
        chosen = Slice(**asked)

        recorded, card = recorded_coverage(chosen), scorecard(chosen)

        assert sum(getattr(recorded, name) for name in PARTS) == recorded.predictions
        assert card.coverage == recorded
        if "as_recorded" not in asked:
            replayed = scorecard(replace(chosen, as_of=NOW)).coverage
            assert replayed == recorded

    def test_filters_narrow_what_is_counted(self, every_kind):
        counts = [recorded_coverage(Slice(**asked)).predictions for asked in FILTERS]

        assert counts == [12, 11, 1, 1, 3, 9, 2, 9, 1, 9, 3, 3, 3, 9, 2, 0, 12, 12, 12]

    def test_the_lead_time_of_what_is_open_is_not_known_and_so_it_stays(self, every_kind):
        found = recorded_coverage(Slice(lead_days_min=1_000.0))

        assert (found.predictions, found.pending, found.unresolvable) == (2, 1, 1)

    @pytest.mark.parametrize(
        ("chosen", "n"),
        [(Slice(attribution="AUTHOR"), 1), (ADA, 2), (replace(ADA, as_recorded=NOW, lead_days_min=1.0), 1)],
        ids=str,
    )
    def test_more_predictions_are_counted_with_as_many_queries(self, every_kind, django_assert_num_queries, chosen, n):
        with django_assert_num_queries(n):
            recorded_coverage(chosen)

        for number in range(12):
            judged("YES" if number % 2 else "", name=f"more {number}")

        with django_assert_num_queries(n):
            assert recorded_coverage(chosen).predictions >= 20

    @pytest.mark.parametrize("chosen", [Slice(), ADA], ids=str)
    def test_what_is_kept_is_read_in_the_query_that_sees_that_nothing_waits(
        self, every_kind, django_assert_num_queries, everybody_is_kept, chosen
    ):
        rebuild_scopes()

        with django_assert_num_queries(1):
            kept = recorded_coverage(chosen)

        assert kept == recorded_coverage(replace(chosen, issued_to=NOW))

    @pytest.mark.parametrize(("chosen", "n"), [(Slice(), 9), (ADA, 11)], ids=str)
    def test_what_waits_to_be_counted_again_is_counted_when_it_is_read(
        self, every_kind, django_assert_num_queries, everybody_is_kept, chosen, n
    ):
        rebuild_scopes()
        make_prediction(rules=[], statement="One more.", title="One more.")

        with django_assert_num_queries(n):
            kept = recorded_coverage(chosen)

        assert kept == recorded_coverage(replace(chosen, issued_to=NOW))

    def test_where_many_wait_those_of_a_forecaster_are_found_among_them(
        self, every_kind, everybody_is_kept, monkeypatch
    ):
        rebuild_scopes()
        judged("YES", name="one more", holder=make_forecaster("the-king"))
        for number in range(3):
            make_prediction(rules=[], statement=f"More {number}.", title=f"More {number}")
        monkeypatch.setattr(kept_coverage, "MOST_UNCOUNTED", 2)

        ada, king = (Slice(forecaster=who) for who in ("ada-byron", "the-king"))

        assert kept_counts(ada, scope=kept_scope(ada)) is None
        assert kept_counts(king, scope=kept_scope(king))["predictions"] == 2
        for chosen in (Slice(), ada, king):
            assert recorded_coverage(chosen) == recorded_coverage(replace(chosen, issued_to=NOW))

    @pytest.mark.parametrize("chosen", [Slice(), ADA], ids=str)
    def test_of_however_many_marks_a_prediction_is_counted_once_and_no_other_left_out(
        self, every_kind, everybody_is_kept, monkeypatch, chosen
    ):
        rebuild_scopes()
        monkeypatch.setattr(kept_coverage, "MOST_UNCOUNTED", 2)
        for name in ("one more", "another"):
            prediction = make_prediction(rules=[], statement=f"{name}.", title=name)
            Uncounted.objects.bulk_create(Uncounted(prediction=prediction) for _ in range(5))

        assert kept_counts(chosen, scope=kept_scope(chosen)) is not None
        assert recorded_coverage(chosen) == recorded_coverage(replace(chosen, issued_to=NOW))

    def test_whether_there_are_words_and_other_readings_is_kept_and_never_guessed(self, every_kind):
        rebuild_scopes()
        before = recorded_coverage(Slice())
        prediction = make_prediction(
            rules=[RuleDraft(rule_that_it_occurs()), RuleDraft(rule_that_it_occurs(), variant="STRICT")],
            statement="One more.",
            title="One more.",
            probability=None,
        )
        in_words(prediction, "likely")

        waiting = recorded_coverage(Slice())
        settle_prediction(prediction_id=prediction.pk, now=NOW)
        counted = recorded_coverage(Slice())

        assert (before.in_words, before.read_otherwise) == (2, 0)
        assert (waiting.in_words, waiting.read_otherwise) == (counted.in_words, counted.read_otherwise) == (3, 1)
        unknown = recorded_coverage(Slice(issued_to=NOW))
        assert (unknown.in_words, unknown.read_otherwise) == (None, None)


def test_what_the_database_held_is_counted_as_it_was_held(db):
    early, late = NOW - timedelta(days=30), NOW - timedelta(days=10)
    kept = judged("YES", name="first", now=early)
    judged("", name="second", now=late)
    say(kept, "NO", now=late)
    reopen(prediction_id=kept.pk, reason=REASON, actor=User.objects.get(username="editor"), now=NOW)

    def as_recorded(moment):
        found = recorded_coverage(Slice(as_recorded=moment))
        return found.predictions, found.resolved, found.pending, found.provisional

    assert as_recorded(early - timedelta(seconds=1)) == (0, 0, 0, 0)
    assert as_recorded(early) == (1, 1, 0, 0)
    assert as_recorded(late) == (2, 1, 1, 1)
    assert as_recorded(NOW) == (2, 0, 2, 0)


def test_what_was_not_issued_yet_is_not_there_as_of_then(db):
    judged("YES", name="first", known_at=KNOWN)
    article = make_article(canonical_url="https://example.org/later", published_at=datetime(2025, 4, 1, tzinfo=UTC))
    judged("", name="second", article=article)

    found = [
        scorecard(Slice(as_of=moment)).coverage
        for moment in (PUBLISHED - timedelta(days=1), PUBLISHED, KNOWN, datetime(2025, 4, 1, tzinfo=UTC))
    ]

    assert [(one.predictions, one.pending, one.resolved) for one in found] == [
        (0, 0, 0),
        (1, 1, 0),
        (1, 0, 1),
        (2, 1, 1),
    ]


def test_what_an_outcome_did_without_its_condition_is_told(db):
    rule = {
        "rrl": "1",
        "condition": {"occurs": {"pattern": {"type": ["PROTEST"], "actor": ["USA.GOV"]}, "window": {
            "start": {"anchor": "publication"}, "end": "2025-02-01T00:00:00Z"}}},
        "consequent": {"occurs": {"pattern": {"type": ["AID"], "actor": ["USA.GOV"]}, "window": {
            "start": {"anchor": "publication"}, "end": "2025-03-01T00:00:00Z"}}},
    }  # fmt: skip
    prediction = make_prediction(rule=rule, condition="they protest")
    make_event(tier="B")
    cover()
    settle_prediction(prediction_id=prediction.pk, now=NOW)

    recorded, replayed = recorded_coverage(Slice()), scorecard(Slice(as_of=NOW)).coverage

    assert (recorded.conditional_annulled, recorded.side_happened) == (1, 1)
    assert (replayed.conditional_annulled, replayed.side_happened) == (1, 1)


def test_a_forecast_made_too_late_is_counted_though_an_earlier_one_is_scored(db):
    prediction = judged("", name="twice")
    in_time = datetime(2025, 2, 1, tzinfo=UTC)
    for made_at, number in ((in_time, "0.6"), (KNOWN, "0.99")):
        record_forecast(
            prediction=prediction, forecaster=prediction.holder, wording=wording(probability=number), made_at=made_at,
            now=NOW,
        )  # fmt: skip
    say(prediction, "YES")

    found = [recorded_coverage(ADA), scorecard(replace(ADA, as_of=NOW)).coverage]

    assert [(one.resolved, one.excluded_leakage, one.forecasts_excluded) for one in found] == [(1, 0, 1)] * 2


def test_scored_forecasts_are_counted_by_what_they_are_compared_with(db):
    market, crowd = make_forecaster("exchange", kind="MARKET"), make_forecaster("crowd", kind="CROWD")
    for number, rivals in enumerate(((), (crowd,), (crowd, market))):
        prediction = asked(number, probability=None)
        for rival in rivals:
            says(rival.slug, prediction, "0.6", days=1)
        says("ada", prediction, "0.7", days=2)
        says("ada", prediction, "0.8", days=3)
        decide(prediction)

    of_ada = recorded_coverage(Slice(forecaster="ada"))
    again, first, everybody = (
        full_scorecard(one).coverage
        for one in (Slice(forecaster="ada", as_of=NOW), Slice(forecaster="ada", weighting=Weighting.FIRST), Slice())
    )

    assert compared(of_ada) == compared(again) == (2, 2, 2)
    assert compared(first) == (1, 1, 1)
    assert compared(everybody) == compared(recorded_coverage(Slice(topic="aid"))) == (3, 3, 3)
    assert "**1** against a market, **1** against a crowd, **1** against one half" in PAGE
    rebuild_scopes()
    assert compared(recorded_coverage(Slice())) == (3, 3, 3)
    assert check_scopes() == []


def compared(coverage):
    return coverage.against_market, coverage.against_crowd, coverage.against_one_half


@pytest.mark.parametrize(("weighting", "n"), [(Weighting.FIRST, 0), (Weighting.LAST, 1), (Weighting.PER_PREDICTION, 0)])
@pytest.mark.parametrize("asked", [{"verbal": False}, {"lead_days_min": 30.0}])
def test_what_is_resolved_by_a_forecast_that_is_not_weighed_is_counted_as_without_weight(db, weighting, n, asked):
    record_lexicon(code="default_v1", title="Default", source="a survey", rows=[LIKELY], now=NOW)
    prediction = judged("", name="a number, then words")
    in_words(prediction, "likely", made_at=KNOWN - timedelta(days=2))
    say(prediction, "YES")

    found = [full_scorecard(Slice(weighting=weighting, **asked, **when)) for when in ({}, {"as_of": NOW})]

    assert [(one.coverage.resolved, one.coverage.unweighted) for one in found] == [(1, n)] * 2
