"""Kept sums follow every verdict, forwards and back, and are always those of the postings."""

from dataclasses import replace
from datetime import timedelta
from importlib import import_module
from io import StringIO

import pytest
from django.contrib.auth.models import User
from django.core.management import CommandError, call_command
from django.db import connection
from hypothesis import given
from hypothesis.extra.django import TestCase

from forecasts.models import ClusterCell, LevelCell, Posting, PredictionCounts, Scope
from forecasts.selectors.recorded_coverage import recorded_coverage
from forecasts.selectors.scorecards import Slice, full_scorecard
from forecasts.selectors.sums import sums_of
from forecasts.services import rebuilds
from forecasts.services.forecasts import record_forecast, wording
from forecasts.services.rebuilds import check_scopes, rebuild_scopes
from forecasts.services.settlement import settle_prediction
from forecasts.services.verdicts import reopen
from tests.builders import NOW, PUBLISHED, make_event, make_forecaster, make_prediction
from tests.histories import STEPS, WHY, decide, forecast, take, three_predictions
from tests.soundness.profiles import SECONDS, effort

ADA = Slice(forecaster="ada-byron")


@pytest.mark.django_db
def test_a_verdict_is_added_to_every_scope_it_belongs_to_and_to_no_other():
    decide(make_prediction(rules=[], probability="0.7"), "YES")

    kept = set(Scope.objects.values_list("kind", "key"))
    assert kept == {("ALL", ""), ("TOPIC", "aid"), ("TOPIC", "aid/military"), ("OUTLET", "the-example")}
    cell = LevelCell.objects.get(scope__kind="ALL")
    assert (cell.level, cell.weight, cell.hits, cell.rows) == (7_000, 10**6, 10**10, 1)


@pytest.mark.django_db
def test_a_verdict_that_is_taken_back_leaves_nothing_behind():
    prediction = make_prediction(rules=[], probability="0.7")
    decide(prediction, "YES")
    editor = User.objects.get()

    reopen(prediction_id=prediction.pk, reason=WHY, actor=editor, now=NOW)

    assert not LevelCell.objects.exists()
    assert not ClusterCell.objects.exists()
    assert sums_of(Slice()).totals.weight == 0
    assert list(Posting.objects.values_list("sign", flat=True)) == [1, -1]
    assert check_scopes() == []


@pytest.mark.django_db
def test_a_forecast_logged_late_takes_its_share_of_the_weight():
    prediction = make_prediction(rules=[], probability="0.7")
    decide(prediction, "YES")

    forecast(prediction, "0.9", days=3)
    settle_prediction(prediction_id=prediction.pk, now=NOW)

    weights = Posting.objects.net().values_list("level", "weight")
    assert sorted(weights) == [(7_000, 500_000), (9_000, 500_000)]
    assert full_scorecard(Slice()).summary.n == 1
    assert check_scopes() == []


@pytest.mark.django_db
def test_settling_again_posts_nothing():
    prediction = make_prediction()
    make_event()
    for days in (0, 7, 8):
        settle_prediction(prediction_id=prediction.pk, now=NOW + timedelta(days=days))

    assert Posting.objects.count() == 1


@pytest.mark.django_db
def test_a_market_is_what_others_are_compared_with_and_not_itself():
    prediction = make_prediction(rules=[], probability="0.7")
    market = make_forecaster("the-market", kind="MARKET")
    record_forecast(
        prediction=prediction, forecaster=market, wording=wording(probability="0.6"), made_at=PUBLISHED, now=NOW
    )
    forecast(prediction, "0.8", days=2, by="bob")
    decide(prediction, "YES")

    found = {row.level: (row.reference, row.reference_kind) for row in Posting.objects.all()}
    assert found == {7_000: (6_000, "MARKET"), 8_000: (6_000, "MARKET"), 6_000: (5_000, "IGNORANCE")}


@pytest.mark.django_db
def test_a_broken_sum_is_found_and_mended():
    decide(make_prediction(rules=[], probability="0.7"), "YES")
    LevelCell.objects.filter(scope__kind="ALL").update(weight=5)

    with pytest.raises(CommandError, match="1 differences"):
        call_command("rebuild_scorecards", "--check", stdout=(told := StringIO()))
    assert "ALL : the levels differ from the postings." in told.getvalue()

    call_command("rebuild_scorecards", stdout=StringIO())
    assert check_scopes() == []


@pytest.mark.django_db
def test_a_forecaster_is_kept_from_so_many_postings_on_and_followed_from_then(monkeypatch):
    monkeypatch.setattr(rebuilds, "KEEP_FROM", 2)
    for number in range(3):
        decide(make_prediction(rules=[], statement=f"Claim {number}.", title=f"Claim {number}"), "YES")
    before = sums_of(Slice(forecaster="ada-byron"))

    rebuild_scopes()
    decide(make_prediction(rules=[], statement="One more.", probability="0.2"), "NO")

    kept = sums_of(Slice(forecaster="ada-byron"))
    assert Scope.objects.filter(kind="FORECASTER", key="ada-byron").exists()
    assert (before.totals.weight, kept.totals.weight) == (3 * 10**6, 4 * 10**6)
    assert check_scopes() == []


@pytest.mark.django_db
def test_a_broken_count_of_a_forecaster_is_found_and_mended(monkeypatch):
    monkeypatch.setattr(rebuilds, "KEEP_FROM", 1)
    prediction = make_prediction(rules=[], probability="0.7")
    decide(prediction, "YES")
    rebuild_scopes()
    kept = Scope.objects.get(kind="FORECASTER")
    told = []

    for broken in (
        lambda: Scope.objects.filter(pk=kept.pk).update(counts={**kept.counts, "resolved": 2}),
        lambda: PredictionCounts.objects.update(by_forecaster=None),
        lambda: PredictionCounts.objects.update(by_forecaster={"bob": {"predictions": 1}, **kept_by(prediction)}),
    ):
        broken()
        told.append([(one.kind, one.what) for one in check_scopes()])
        rebuild_scopes()

    wrong = ("FORECASTER", "counts")
    assert told == [[wrong], [wrong, ("PREDICTION", "counts")], [wrong, ("PREDICTION", "counts")]]
    assert check_scopes() == []


def kept_by(prediction):
    return PredictionCounts.objects.get(prediction=prediction).by_forecaster


@pytest.mark.django_db
def test_a_forecaster_is_counted_by_what_is_their_own(monkeypatch):
    monkeypatch.setattr(rebuilds, "KEEP_FROM", 1)
    prediction = make_prediction(rules=[], probability="0.7")
    forecast(prediction, "0.8", days=2, by="bob")
    other = make_prediction(rules=[], statement="Another.", title="Another.", probability=None)
    decide(prediction, "YES")
    rebuild_scopes()

    forecast(other, "0.4", days=3, by="bob")
    record_forecast(
        prediction=prediction,
        forecaster=make_forecaster("bob"),
        wording=None,
        made_at=PUBLISHED + timedelta(4),
        now=NOW,
    )
    for one in (prediction, other):
        settle_prediction(prediction_id=one.pk, now=NOW)

    scored = {"against_one_half": 1, "predictions": 1, "resolved": 1}
    assert kept_by(prediction) == {"ada-byron": scored, "bob": scored}
    assert kept_by(other) == {"ada-byron": {"not_scored": 1, "predictions": 1}, "bob": {"pending": 1, "predictions": 1}}
    assert Scope.objects.get(key="bob").counts == {**scored, "pending": 1, "predictions": 2}
    assert check_scopes() == []


@pytest.mark.django_db
def test_what_an_article_reports_of_others_is_counted_for_its_author(monkeypatch):
    monkeypatch.setattr(rebuilds, "KEEP_FROM", 1)
    decide(make_prediction(rules=[]), "YES")
    rebuild_scopes()
    king = make_forecaster("the-king")
    reported = make_prediction(
        rules=[], statement="Another.", title="Another.", attribution="REPORTED", holder=king, probability=None
    )

    waiting = recorded_coverage(ADA)
    settle_prediction(prediction_id=reported.pk, now=NOW)

    assert kept_by(reported) == {"ada-byron": {"reported": 1}}
    assert waiting == recorded_coverage(ADA) == recorded_coverage(replace(ADA, issued_from=PUBLISHED))
    assert (waiting.predictions, waiting.reported) == (1, 1)
    assert check_scopes() == []


@pytest.mark.django_db
def test_what_waits_among_others_is_checked_when_it_was_counted(monkeypatch):
    monkeypatch.setattr(rebuilds, "KEEP_FROM", 1)
    predictions = sorted(three_predictions(), key=lambda one: one.pk)
    for prediction in predictions:
        decide(prediction, "YES")
    rebuild_scopes()

    forecast(predictions[1], "0.4", days=3)

    assert check_scopes() == []


@pytest.mark.django_db
def test_what_was_counted_before_forecasters_were_waits_to_be_counted_again(monkeypatch):
    monkeypatch.setattr(rebuilds, "KEEP_FROM", 1)
    predictions = three_predictions()
    for prediction in predictions[:2]:
        decide(prediction, "YES")
    rebuild_scopes()
    right = Scope.objects.get(kind="FORECASTER").counts
    PredictionCounts.objects.update(by_forecaster=None)
    Scope.objects.filter(kind="FORECASTER").update(counts={})

    with connection.cursor() as cursor:
        cursor.execute(import_module("forecasts.migrations.0038_by_forecaster").MARK)
    before = recorded_coverage(ADA)
    for prediction in predictions:
        settle_prediction(prediction_id=prediction.pk, now=NOW)

    assert Scope.objects.get(kind="FORECASTER").counts == right
    assert recorded_coverage(ADA) == before
    assert check_scopes() == []


class AnyHistory(TestCase):
    @pytest.mark.timeout(SECONDS)
    @effort(5)
    @given(STEPS)
    def test_after_any_history_the_kept_sums_are_those_of_the_postings(self, steps):
        predictions = three_predictions()
        for step in steps:
            take(step, predictions=predictions)
        for prediction in predictions:
            settle_prediction(prediction_id=prediction.pk, now=NOW)

        assert check_scopes() == []
        for chosen in (Slice(), Slice(topic="aid"), Slice(outlet="the-example")):
            kept = full_scorecard(chosen)
            assert kept.summary.n == round(sum(call.weight for call in kept.calls))

    @pytest.mark.timeout(SECONDS)
    @effort(5)
    @given(STEPS)
    def test_after_any_history_kept_counts_are_those_of_the_predictions(self, steps):
        predictions = three_predictions()
        for step in steps:
            take(step, predictions=predictions)

        assert_counted_right([Slice(), Slice(topic="aid"), Slice(outlet="the-example")])

    @pytest.mark.timeout(SECONDS)
    @effort(5)
    @given(STEPS)
    def test_after_any_history_those_of_forecasters_are_too(self, steps):
        predictions = three_predictions()
        forecast(predictions[0], "0.8", days=2, by="bob")
        for prediction in predictions:
            decide(prediction, "YES")
        keep_everybody()
        for step in steps:
            take(step, predictions=predictions)

        assert set(Scope.objects.filter(kind="FORECASTER").values_list("key", flat=True)) == {"ada-byron", "bob"}
        assert_counted_right([ADA, Slice(forecaster="bob")])


def keep_everybody() -> None:
    limit, rebuilds.KEEP_FROM = rebuilds.KEEP_FROM, 1
    try:
        rebuild_scopes()
    finally:
        rebuilds.KEEP_FROM = limit


def assert_counted_right(slices):
    assert check_scopes() == []
    for chosen in slices:
        # The same predictions, asked for in a way that nothing is kept for.
        assert recorded_coverage(chosen) == recorded_coverage(replace(chosen, issued_from=PUBLISHED))
