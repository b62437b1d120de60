"""Crowds speak like forecasters: once, in time, and never about themselves."""

from datetime import timedelta
from decimal import Decimal
from io import StringIO

import pytest
from django.core.exceptions import ValidationError
from django.core.management import CommandError, call_command

from forecasts.models import Forecast, Forecaster
from forecasts.selectors.comparisons import compare_two, compare_with_peers
from forecasts.selectors.leaderboards import leaderboard
from forecasts.selectors.scorecards import full_scorecard
from forecasts.selectors.slices import Slice
from forecasts.services.aggregates import NAMES, record_aggregates
from forecasts.services.articles import record_forecaster
from forecasts.services.forecasts import record_forecast, wording
from forecasts.services.rebuilds import check_scopes, rebuild_scopes
from forecasts.services.settlement import settle_prediction
from forecasts.tasks import record_aggregates as task
from tests.builders import NOW, PUBLISHED, make_forecaster
from tests.forecasting import KNOWN, asked, contest, decide, says

pytestmark = pytest.mark.django_db

MEDIAN = "aggregate-median"


def day(number: float):
    return PUBLISHED + timedelta(days=number)


def said(slug: str = MEDIAN) -> list[tuple]:
    rows = Forecast.objects.filter(forecaster__slug=slug).order_by("made_at")
    return list(rows.values_list("made_at", "probability"))


def run(**when) -> int:
    return record_aggregates(**{"now": NOW, "since": None, **when})


def test_an_aggregate_speaks_at_each_change_from_the_second_opinion_on():
    prediction = asked(1, probability=None)
    for number, (who, probability) in enumerate([("ada", "0.4"), ("bob", "0.6"), ("cleo", "0.9"), ("ada", "0.7")]):
        says(who, prediction, probability, days=number)

    run()

    assert said() == [(day(1), Decimal("0.5")), (day(2), Decimal("0.6")), (day(3), Decimal("0.7"))]
    assert said("aggregate-mean")[0] == (day(1), Decimal("0.5"))
    # Odds of 2/3 and 3/2; with 9, the cube root of 9; with 7/3 in place of 2/3, that of 31.5.
    assert [probability for _, probability in said("aggregate-odds")] == [
        Decimal("0.5000"), Decimal("0.6753"), Decimal("0.7595"),
    ]  # fmt: skip


def test_running_again_records_nothing():
    prediction = asked(1, probability=None)
    says("ada", prediction, "0.4")
    says("bob", prediction, "0.6")

    first, again = run(), run(now=NOW + timedelta(hours=1))

    assert (first, again) == (len(NAMES), 0)


def test_what_does_not_change_is_not_said_again():
    prediction = asked(1, probability=None)
    for number, who in enumerate(("ada", "bob", "cleo")):
        says(who, prediction, "0.6", days=number)

    run()

    assert said() == [(day(1), Decimal("0.6"))]


def test_one_opinion_is_not_a_crowd():
    prediction = asked(1, probability=None)
    says("ada", prediction, "0.4")
    says("ada", prediction, "0.6", days=2)

    assert run() == 0


def test_nothing_is_said_once_the_outcome_could_be_known():
    prediction = asked(1, probability=None)
    says("ada", prediction, "0.4", days=1)
    says("bob", prediction, "0.6", days=2)
    says("cleo", prediction, "0.9", days=(KNOWN - PUBLISHED).days)
    decide(prediction)

    run()

    assert said() == [(day(2), Decimal("0.5"))]


def test_an_opinion_that_is_logged_late_is_heard_from_now_on():
    prediction = asked(1, probability=None)
    says("ada", prediction, "0.4", days=1)
    says("bob", prediction, "0.6", days=5)
    run()

    says("cleo", prediction, "0.9", days=3)
    later = NOW + timedelta(hours=1)
    run(now=later)

    assert said() == [(day(5), Decimal("0.5")), (later, Decimal("0.6"))]
    assert run(now=later + timedelta(hours=1)) == 0


def test_an_opinion_logged_late_on_what_is_decided_changes_nothing():
    prediction = contest(1, ada="0.4", bob="0.6")
    run()

    says("cleo", prediction, "0.9", days=0.5)

    assert run(now=NOW + timedelta(hours=1)) == 0


def test_it_falls_silent_when_the_crowd_is_gone():
    prediction = asked(1, probability=None)
    says("ada", prediction, "0.4", days=1)
    says("bob", prediction, "0.6", days=1)
    says("bob", prediction, None, days=2)

    run()

    assert said() == [(day(1), Decimal("0.5")), (day(2), None)]


def test_what_repeats_one_origin_counts_once():
    prediction = asked(1, probability=None)
    for who in ("ada", "bob", "cleo"):
        record_forecast(
            prediction=prediction, forecaster=make_forecaster(who), wording=wording(probability="0.9"),
            made_at=day(1), now=NOW, origin="agency",
        )  # fmt: skip
    says("dan", prediction, "0.3", days=1)

    run()

    assert said("aggregate-mean") == [(day(1), Decimal("0.6"))]
    assert Forecast.objects.filter(forecaster__slug=MEDIAN).get().basis == "Worked out from 2 opinions."


@pytest.mark.parametrize("kind", ["CROWD", "MARKET"])
def test_crowds_and_markets_of_others_are_no_part_of_it(kind):
    make_forecaster("exchange", kind=kind)
    prediction = asked(1, probability=None)
    says("ada", prediction, "0.4")
    says("exchange", prediction, "0.9")

    assert run() == 0


def test_an_aggregate_is_never_part_of_itself_or_of_another():
    prediction = asked(1, probability=None)
    says("ada", prediction, "0.4")
    says("bob", prediction, "0.6")
    run()
    says("cleo", prediction, "0.9", days=2)

    run(now=NOW + timedelta(hours=1))

    assert said()[-1] == (day(2), Decimal("0.6"))
    assert {row.basis for row in Forecast.objects.filter(made_at=day(2), forecaster__kind="AGGREGATE")} == {
        "Worked out from 3 opinions."
    }


def test_an_aggregate_is_scored_like_anybody_and_set_beside_them():
    prediction = contest(1, ada="0.4", bob="0.8")
    run()
    settle_prediction(prediction_id=prediction.pk, now=NOW + timedelta(hours=1))

    card = full_scorecard(Slice(forecaster=MEDIAN))

    assert (card.summary.n, card.summary.mean_brier) == (1, pytest.approx(0.16))
    assert {line.slug for line in leaderboard(Slice()).unranked} == {
        "ada",
        "bob",
        *(slug for slug, *_ in NAMES.values()),
    }
    assert compare_two(Slice(), first=MEDIAN, second="ada").calls[0].difference == pytest.approx(0.16 - 0.36)
    assert [call.n_peers for call in compare_with_peers(Slice(), first="ada").calls] == [1]


def test_what_others_said_is_not_counted_twice():
    prediction = contest(1, ada="0.4", bob="0.8")
    everybody, topic = full_scorecard(Slice()), full_scorecard(Slice(topic="aid", conditional=False))
    run()
    settle_prediction(prediction_id=prediction.pk, now=NOW + timedelta(hours=1))

    assert full_scorecard(Slice()).summary == everybody.summary
    assert full_scorecard(Slice(topic="aid", conditional=False)).summary == topic.summary
    assert check_scopes() == []
    rebuild_scopes()
    assert check_scopes() == []
    assert full_scorecard(Slice()).summary == everybody.summary


def test_an_aggregate_is_what_nobody_is_compared_with():
    prediction = contest(1, ada="0.4", bob="0.8")
    before = full_scorecard(Slice(forecaster="bob")).summary
    run()
    says("bob", prediction, "0.9", days=3)
    settle_prediction(prediction_id=prediction.pk, now=NOW + timedelta(hours=1))

    kinds = set(Forecast.objects.filter(forecaster__slug="bob").values_list("postings__reference_kind", flat=True))
    assert before.n == 1
    assert kinds == {"IGNORANCE"}


def test_only_what_was_forecast_lately_is_looked_at():
    prediction = asked(1, probability=None)
    says("ada", prediction, "0.4")
    says("bob", prediction, "0.6")

    assert run(now=NOW + timedelta(days=8), since=timedelta(days=7)) == 0
    assert run(now=NOW + timedelta(days=6), since=timedelta(days=7)) == len(NAMES)


def test_nobody_forecasts_in_the_name_of_an_aggregate():
    prediction = contest(1, ada="0.4", bob="0.8")
    run()
    median = Forecaster.objects.get(slug=MEDIAN)

    with pytest.raises(ValidationError, match="is worked out from the forecasts of others and takes none itself"):
        record_forecast(
            prediction=prediction, forecaster=median, wording=wording(probability="0.5"), made_at=day(9), now=NOW
        )
    with pytest.raises(ValidationError, match="Aggregates are worked out here and cannot be added"):
        record_forecaster(slug="mine", name="Mine", now=NOW, kind="AGGREGATE")


def test_a_name_that_is_taken_is_said_and_nothing_recorded():
    make_forecaster(MEDIAN)
    contest(1, ada="0.4", bob="0.8")

    with pytest.raises(ValidationError, match="The forecaster aggregate-median is no aggregate"):
        run()
    with pytest.raises(CommandError, match="The forecaster aggregate-median is no aggregate"):
        call_command("record_aggregates")
    assert not Forecaster.objects.filter(kind="AGGREGATE").exists()


def test_the_command_and_the_task_do_the_same():
    contest(1, ada="0.4", bob="0.8")
    told = StringIO()

    call_command("record_aggregates", stdout=told)
    task()

    assert told.getvalue() == f"{len(NAMES)} forecasts of aggregates were recorded\n"
    assert Forecast.objects.filter(forecaster__kind="AGGREGATE").count() == len(NAMES)
    with pytest.raises(CommandError, match="--days must be from 1 to 100000, got 0"):
        call_command("record_aggregates", days=0)


def test_more_predictions_cost_no_more_queries(django_assert_max_num_queries):
    for number in range(6):
        prediction = asked(number, probability=None)
        says("ada", prediction, "0.4")
        says("bob", prediction, "0.6")
    run()
    for number in range(6, 12):
        prediction = asked(number, probability=None)
        says("ada", prediction, "0.4")
        says("bob", prediction, "0.6")

    with django_assert_max_num_queries(19):
        assert run(now=NOW + timedelta(hours=1)) == 6 * len(NAMES)
