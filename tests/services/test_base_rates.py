"""A base rate is recorded with its forecast, by whatever way that comes, and stays whatever becomes of what it was made of."""

from datetime import timedelta
from decimal import Decimal
from importlib import import_module
from io import StringIO
from types import SimpleNamespace

import pytest
from django.contrib.auth.models import User
from django.core.management import call_command
from django.db import IntegrityError, connection, transaction

from forecasts.feeds.forecast_fields import ForecastEntry
from forecasts.models import Forecast, Posting, PredictionCounts, TopicOutcomes
from forecasts.scoring.base_rates import MIN_CASES
from forecasts.selectors.scorecards import Slice, full_scorecard
from forecasts.services.forecast_batches import record_forecasts
from forecasts.services.rebuilds import check_scopes, rebuild_scopes
from forecasts.services.verdicts import record_verdict, reopen
from tests.builders import NOW, PUBLISHED, make_forecaster
from tests.forecasting import BEFORE, asked, decide, says, settled

pytestmark = pytest.mark.django_db

RATE = ("base_rate", "base_rate_cases", "base_rate_topic")
OF_SIX = (Decimal("0.3182"), 20, "aid/military")


def referred(prediction) -> list[tuple[int, str]]:
    rows = Posting.objects.net().filter(resolution__prediction=prediction).order_by("pk")
    return list(rows.values_list("reference", "reference_kind"))


def test_a_forecast_is_compared_with_the_base_rate_of_its_time():
    settled(6)
    prediction = asked(1, probability="0.2")

    decide(prediction, "NO")

    assert Forecast.objects.filter(prediction=prediction).values_list(*RATE).get() == OF_SIX
    assert referred(prediction) == [(3_182, "BASE_RATE")]
    found = full_scorecard(Slice(issued_from=PUBLISHED))
    assert (found.coverage.against_base_rate, found.coverage.against_one_half) == (1, 0)
    assert full_scorecard(Slice()).coverage.against_base_rate == 1
    assert check_scopes() == []


def test_a_market_or_a_crowd_is_the_better_reference():
    settled(6)
    prediction = asked(1, probability="0.2")
    says("bob", prediction, "0.4", days=3)
    make_forecaster("the-market", kind="MARKET")
    says("the-market", prediction, "0.6", days=2)

    decide(prediction, "NO")

    assert sorted(referred(prediction)) == [(3_182, "BASE_RATE"), (3_182, "BASE_RATE"), (6_000, "MARKET")]


def test_it_stays_whatever_becomes_of_the_verdicts_it_was_made_of():
    settled(6)
    prediction = decide(asked(1, probability="0.2"), "NO")
    editor, other = User.objects.get(username="editor"), User.objects.create(username="colleague")
    before = list(Posting.objects.filter(resolution__prediction=prediction).values_list("pk", "reference"))

    for one in Forecast.objects.exclude(prediction=prediction).select_related("prediction")[:12]:
        reopen(prediction_id=one.prediction_id, reason="The register was wrong.", actor=editor, now=NOW)
        record_verdict(
            prediction_id=one.prediction_id,
            verdict="NO",
            reason="It says so now.",
            actor=other,
            known_at=BEFORE,
            now=NOW,
        )
    call_command("rebuild_scorecards", stdout=StringIO())

    assert list(Posting.objects.filter(resolution__prediction=prediction).values_list("pk", "reference")) == before
    for moment in ({}, {"as_of": NOW}, {"as_recorded": NOW}):
        assert full_scorecard(Slice(issued_from=PUBLISHED, **moment)).coverage.against_base_rate == 1
    assert check_scopes() == []


def test_a_later_verdict_on_the_same_prediction_is_compared_with_the_same():
    settled(6)
    prediction = decide(asked(1, probability="0.2"), "NO")
    editor = User.objects.get(username="editor")

    reopen(prediction_id=prediction.pk, reason="It was another bill.", actor=editor, now=NOW)
    decide(prediction, "YES")

    assert referred(prediction) == [(3_182, "BASE_RATE")]


def test_numbers_of_forecasts_get_theirs_like_each_by_itself(django_assert_max_num_queries):
    settled(6)
    predictions = [asked(number, probability=None) for number in range(6)]
    make_forecaster("bob")
    entries = [
        ForecastEntry(
            index=number,
            prediction=one.pk,
            forecaster="bob",
            wording={"probability": "0.4"},
            made_at=PUBLISHED,
            origin="",
        )
        for number, one in enumerate(predictions)
    ]

    with django_assert_max_num_queries(12):
        record_forecasts(entries, now=NOW, recorded_by=None)

    assert set(Forecast.objects.filter(forecaster__slug="bob").values_list(*RATE)) == {OF_SIX}


def test_a_file_is_compared_with_the_outcomes_it_brings_and_with_those_before():
    settled(6, of=MIN_CASES + 1, known_at=PUBLISHED - timedelta(days=500))
    settled(0, of=1, name="one more")

    # Each of the first was made a hundred days later, and has all the others.
    rates = Forecast.objects.values_list("prediction__verdict", *RATE).distinct()
    assert set(rates.filter(prediction__title__startswith="earlier")) == {
        ("YES", Decimal("0.2727"), 20, "aid/military"),  # 6 / 22
        ("NO", Decimal("0.3182"), 20, "aid/military"),
    }
    assert rates.get(prediction__title="one more 0") == ("NO", Decimal("0.3043"), 21, "aid/military")  # 7 / 23


def test_a_withdrawal_has_none():
    settled(6)
    prediction = asked(1, probability="0.2")

    says("bob", prediction, None)

    assert Forecast.objects.filter(forecaster__slug="bob").values_list(*RATE).get() == (None, None, "")


def test_a_topic_counted_wrongly_is_found_and_mended():
    settled(6)
    TopicOutcomes.objects.filter(topic__path="aid").update(number=21)
    PredictionCounts.objects.filter(prediction__title="earlier 3").update(known_on=None, came_true=None)

    found = {(one.kind, one.key, one.what) for one in check_scopes()}

    assert {("TOPIC", "aid", "outcomes"), ("TOPIC", "aid/military", "outcomes")} < found
    assert [what for kind, _, what in found if kind == "PREDICTION"] == ["outcome"]
    rebuild_scopes()
    assert check_scopes() == []


def test_the_migration_counts_what_was_decided_before():
    settled(6)
    decide(asked(1), "YES", known_at=NOW - timedelta(days=1))
    TopicOutcomes.objects.all().delete()
    PredictionCounts.objects.update(known_on=None, came_true=None)

    with connection.cursor() as cursor:
        schema_editor = SimpleNamespace(connection=connection, execute=cursor.execute)
        import_module("forecasts.migrations.0033_base_rates").count_what_is_there(schema_editor)

    assert TopicOutcomes.objects.get(topic__path="aid", known_on=BEFORE.date()).number == 20
    assert check_scopes() == []


@pytest.mark.parametrize(
    "rate", [("0.3", None, "aid"), ("0.3", 20, ""), (None, 20, "aid"), ("0", 20, "aid"), ("1", 20, "aid")]
)
def test_the_database_holds_a_rate_whole_or_not_at_all(rate):
    prediction = asked(1, probability=None)
    given = dict(zip(RATE, rate, strict=True))

    with pytest.raises(IntegrityError, match="forecast_base_rate_is_whole"), transaction.atomic():
        Forecast.objects.create(
            prediction=prediction, forecaster=make_forecaster("bob"), made_at=PUBLISHED, recorded_at=NOW, **given
        )


def test_a_rate_is_never_changed_afterwards():
    settled(6)
    prediction = asked(1, probability="0.2")

    with pytest.raises(IntegrityError, match="append-only"), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("UPDATE forecasts_forecast SET base_rate = 0.5 WHERE base_rate_cases = 20")

    assert Forecast.objects.filter(prediction=prediction).values_list(*RATE).get() == OF_SIX
