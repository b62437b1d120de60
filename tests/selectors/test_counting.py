from datetime import UTC, datetime, timedelta

import pytest

from forecasts.selectors.counting import Outcome, counted
from forecasts.services.forecasts import record_forecast, record_lexicon, wording
from tests.builders import NOW, make_article, make_prediction

pytestmark = pytest.mark.django_db

KNOWN = datetime(2025, 3, 1, 15, tzinfo=UTC)
INSTANT = timedelta(microseconds=1)


def levels_under(prediction, *moments):
    return [row.level for row in counted({prediction.pk: Outcome(10_000, moments)})]


def forecast_at(prediction, moment, *, probability="0.6", **words):
    record_forecast(
        prediction=prediction,
        forecaster=prediction.holder,
        wording=wording(**(words or {"probability": probability})),
        made_at=moment,
        now=NOW,
    )


@pytest.mark.parametrize(("made_at", "is_counted"), [(KNOWN - INSTANT, True), (KNOWN, False), (KNOWN + INSTANT, False)])
def test_a_forecast_of_the_instant_when_the_outcome_could_be_known_comes_too_late(made_at, is_counted):
    prediction = make_prediction(rules=[], probability=None)
    forecast_at(prediction, made_at)

    assert levels_under(prediction, KNOWN) == ([6_000] if is_counted else [])


def test_what_came_about_before_it_could_be_known_ends_the_time_for_forecasts():
    prediction = make_prediction(rules=[], probability=None)
    forecast_at(prediction, KNOWN - timedelta(days=2))
    forecast_at(prediction, KNOWN - timedelta(days=1), probability="0.9")

    assert levels_under(prediction, KNOWN, KNOWN - timedelta(days=1)) == [6_000]


@pytest.mark.parametrize(
    ("precision", "published_at", "moment", "is_counted"),
    [
        ("INSTANT", datetime(2025, 1, 6, 9, tzinfo=UTC), datetime(2025, 1, 6, 10, tzinfo=UTC), True),
        ("INSTANT", datetime(2025, 1, 6, 9, tzinfo=UTC), datetime(2025, 1, 6, 9, tzinfo=UTC), False),
        ("DAY", datetime(2025, 1, 6, tzinfo=UTC), datetime(2025, 1, 6, 23, 59, 59, tzinfo=UTC), False),
        ("DAY", datetime(2025, 1, 6, tzinfo=UTC), datetime(2025, 1, 7, tzinfo=UTC), True),
        ("DAY", datetime(2025, 1, 6, 18, tzinfo=UTC), datetime(2025, 1, 6, 22, tzinfo=UTC), False),
        ("MONTH", datetime(2025, 1, 1, tzinfo=UTC), datetime(2025, 1, 31, tzinfo=UTC), False),
        ("MONTH", datetime(2025, 1, 1, tzinfo=UTC), datetime(2025, 2, 1, tzinfo=UTC), True),
        ("MONTH", datetime(2024, 12, 24, tzinfo=UTC), datetime(2025, 1, 1, tzinfo=UTC), True),
    ],
)
def test_an_article_of_a_day_or_a_month_may_have_been_written_at_its_end(precision, published_at, moment, is_counted):
    article = make_article(published_at=published_at, published_precision=precision)
    prediction = make_prediction(rules=[], article=article, probability="0.7")

    assert levels_under(prediction, moment) == ([7_000] if is_counted else [])


def test_a_day_that_is_all_that_is_known_of_an_outcome_counts_from_its_start():
    article = make_article(published_at=datetime(2025, 1, 6, 9, tzinfo=UTC), published_precision="INSTANT")
    prediction = make_prediction(rules=[], article=article, probability="0.7")

    assert levels_under(prediction, datetime(2025, 1, 6, tzinfo=UTC)) == []
    assert levels_under(prediction, datetime(2025, 1, 7, tzinfo=UTC)) == [7_000]


def test_a_later_forecast_on_a_claim_of_an_article_is_made_when_it_was_made():
    prediction = make_prediction(rules=[], probability=None)
    forecast_at(prediction, prediction.issued_at + timedelta(hours=3))

    assert levels_under(prediction, prediction.issued_at + timedelta(hours=4)) == [6_000]


def test_words_that_only_hedge_count_for_nothing_and_replace_nothing():
    rows = [
        {"phrase": "may", "low": "0.2", "point": "0.419", "high": "0.6", "hedge": "yes", "source": "a survey"},
        {"phrase": "likely", "low": "0.6", "point": "0.729", "high": "0.85", "source": "a survey"},
    ]
    record_lexicon(code="default_v1", title="Default", source="a survey", rows=rows, now=NOW)
    prediction = make_prediction(rules=[], probability=None)
    forecast_at(prediction, KNOWN - timedelta(days=9), phrase="likely")
    forecast_at(prediction, KNOWN - timedelta(days=8), phrase="may")

    (row,) = counted({prediction.pk: Outcome(10_000, (KNOWN,))})

    assert (row.level, row.weight, row.is_last) == (7_290, 1_000_000, True)
