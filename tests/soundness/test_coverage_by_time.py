"""Sources that reach further as time goes on settle what waits for them, whatever else is in doubt."""

from datetime import UTC, datetime, timedelta

import pytest

from forecasts.services.settlement import settle_prediction
from forecasts.services.sources import record_source
from forecasts.services.sweeps import sweep
from tests.builders import cover, make_event, make_prediction, make_source, rule_that_it_occurs

pytestmark = pytest.mark.django_db

NOW = datetime(2025, 6, 1, tzinfo=UTC)


def both_of(*rules):
    return {"rrl": "1", "consequent": {"all": [rule["consequent"] for rule in rules]}}


def test_a_possible_match_does_not_keep_a_no_from_coming_about():
    doubted = rule_that_it_occurs(end="2025-02-05T00:00:00Z")
    waiting = rule_that_it_occurs(end="2025-05-29T00:00:00Z", event_type="SANCTION")
    prediction = make_prediction(rule=both_of(doubted, waiting))
    cover(to=NOW, now=NOW, source=make_source(settlement_lag=timedelta(days=5)))
    make_event(tier="D", now=NOW)
    settle_prediction(prediction_id=prediction.pk, now=NOW)

    sweep(now=NOW + timedelta(days=3))

    prediction.refresh_from_db()
    assert prediction.verdict == "NO"


def test_a_new_source_without_coverage_takes_back_a_no():
    prediction = make_prediction()
    cover(now=NOW)
    settle_prediction(prediction_id=prediction.pk, now=NOW)
    record_source(slug="second", name="Second", now=NOW, settlement_lag=timedelta(days=2), group="wire", tier="A")

    sweep(now=NOW + timedelta(hours=1))

    prediction.refresh_from_db()
    assert (prediction.verdict, prediction.review_reasons) == ("", ["COVERAGE_GAP"])


def test_coverage_that_is_stated_wakes_what_waits_for_it():
    prediction = make_prediction()
    make_source()
    settle_prediction(prediction_id=prediction.pk, now=NOW)

    cover(to=NOW, now=NOW)
    sweep(now=NOW)

    prediction.refresh_from_db()
    assert prediction.verdict == "NO"


def test_a_source_is_never_complete_nearer_than_its_lag():
    prediction = make_prediction(rule=rule_that_it_occurs(end="2025-05-29T00:00:00Z"))
    cover(to=NOW, now=NOW, source=make_source(settlement_lag=timedelta(days=5)))

    sweep(now=NOW)

    prediction.refresh_from_db()
    assert prediction.verdict == ""
