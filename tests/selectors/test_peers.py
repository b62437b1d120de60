import math
from uuid import uuid4

import pytest
from django.contrib.auth.models import User

from forecasts.models import Prediction
from forecasts.scoring.thresholds import Missing
from forecasts.selectors.peers import peers_on
from forecasts.services.verdicts import reopen
from tests.builders import NOW, PUBLISHED, make_forecaster, make_prediction, rule_that_it_occurs
from tests.forecasting import KNOWN, REASON, decide, says

pytestmark = pytest.mark.django_db

SCHEDULED = (KNOWN - PUBLISHED).days  # The rule's end is the day on which the outcome was known.


@pytest.fixture
def crowded() -> Prediction:
    """Fifty-four days: Ada says 0.9 from the first, Bob 0.6 from the first, Cleo 0.5 from half of it on."""
    prediction = make_prediction(rule=rule_that_it_occurs(), probability=None)
    says("ada", prediction, "0.9", days=0)
    says("bob", prediction, "0.6", days=0)
    says("cleo", prediction, "0.5", days=SCHEDULED / 2)
    return prediction


def test_everybody_is_scored_against_those_who_stood_at_the_same_time(crowded):
    decide(crowded)

    found = peers_on(prediction_id=crowded.pk)

    assert (found.opens_at, found.closes_at, found.ends_at) == (PUBLISHED, KNOWN, KNOWN)
    lines = {line.forecaster: line for line in found.lines}
    early, late = math.log(0.9 / 0.6), math.log(0.9 / math.sqrt(0.6 * 0.5))
    assert lines["ada"].peer == pytest.approx(50 * (early + late))
    assert lines["ada"].spot == pytest.approx(100 * late)
    assert lines["cleo"].peer == pytest.approx(50 * math.log(0.5 / math.sqrt(0.9 * 0.6)))
    assert (lines["cleo"].coverage, lines["cleo"].baseline) == (pytest.approx(0.5), pytest.approx(0))
    assert lines["ada"].baseline == pytest.approx(84.79969066)
    assert sum(line.peer for line in found.lines) == pytest.approx(0)
    assert [line.forecaster for line in found.lines] == ["ada", "cleo", "bob"]


def test_a_revision_ends_the_forecast_before_it_and_a_withdrawal_ends_its_standing(crowded):
    says("ada", crowded, "0.8", days=SCHEDULED / 4)
    says("ada", crowded, None, days=SCHEDULED / 2)
    decide(crowded)

    lines = {line.forecaster: line for line in peers_on(prediction_id=crowded.pk).lines}

    assert (lines["ada"].n, lines["ada"].coverage, lines["ada"].spot) == (2, pytest.approx(0.5), 0.0)
    assert lines["ada"].peer == pytest.approx(25 * (math.log(0.9 / 0.6) + math.log(0.8 / 0.6)))


def test_an_early_end_keeps_the_scheduled_time_in_the_divisor(crowded):
    decide(crowded, known_at=PUBLISHED + (KNOWN - PUBLISHED) / 2)

    lines = {line.forecaster: line for line in peers_on(prediction_id=crowded.pk).lines}

    assert lines["ada"].peer == pytest.approx(50 * math.log(0.9 / 0.6))
    assert set(lines) == {"ada", "bob"}


def test_crowds_and_markets_take_no_part(crowded):
    make_forecaster("exchange", kind="MARKET")
    says("exchange", crowded, "0.99", days=0)
    decide(crowded)

    found = peers_on(prediction_id=crowded.pk)

    assert (found.n_forecasters, {line.forecaster for line in found.lines}) == (3, {"ada", "bob", "cleo"})


def test_an_open_prediction_has_no_scores_and_says_why(crowded):
    found = peers_on(prediction_id=crowded.pk)

    assert (found.lines, found.absent.reason) == ((), Missing.NOTHING_RESOLVED)


def test_a_verdict_taken_back_takes_the_scores_along(crowded):
    decide(crowded)
    reopen(prediction_id=crowded.pk, reason=REASON, actor=User.objects.get(), now=NOW)

    assert peers_on(prediction_id=crowded.pk).lines == ()


def test_without_a_scheduled_end_there_is_nothing_to_divide_by():
    prediction = make_prediction(rules=[], probability="0.7")
    decide(prediction)

    found = peers_on(prediction_id=prediction.pk)

    assert (found.lines, found.absent.reason) == ((), Missing.NOT_SCHEDULED)


def test_nobody_on_a_decided_prediction_is_an_empty_list():
    prediction = decide(make_prediction(rule=rule_that_it_occurs(), probability=None))

    found = peers_on(prediction_id=prediction.pk)

    assert (found.lines, found.n_forecasters, found.absent) == ((), 0, None)


def test_an_unknown_prediction_is_an_error():
    with pytest.raises(Prediction.DoesNotExist):
        peers_on(prediction_id=uuid4())


def test_more_forecasters_cost_no_more_queries(crowded, django_assert_num_queries):
    decide(crowded)
    with django_assert_num_queries(5):
        peers_on(prediction_id=crowded.pk)
    for number in range(10):
        says(f"person-{number}", crowded, "0.4")

    with django_assert_num_queries(5):
        assert peers_on(prediction_id=crowded.pk).n_forecasters == 13
