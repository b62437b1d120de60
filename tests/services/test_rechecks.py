from datetime import timedelta

import pytest
from django.contrib.auth.models import User

from forecasts.models import Prediction
from forecasts.selectors.resolutions import contradicted, flips
from forecasts.services.rechecks import recheck_finals
from forecasts.services.sweeps import sweep
from forecasts.services.verdicts import record_verdict
from tests.builders import NOW, cover, make_event, make_prediction, make_source

pytestmark = pytest.mark.django_db


def final(*, verdict: str = "NO") -> Prediction:
    prediction = make_prediction()
    editor, _ = User.objects.get_or_create(username="editor")
    record_verdict(
        prediction_id=prediction.pk, verdict=verdict, reason="Nothing was sent in time.", actor=editor, now=NOW
    )
    return prediction


def test_a_final_verdict_that_the_rule_now_contradicts_goes_to_review():
    prediction = final()
    make_event(source=make_source())
    Prediction.objects.update(next_check_at=None)

    found = recheck_finals(now=NOW + timedelta(days=1))
    sweep(now=NOW + timedelta(days=1))

    prediction.refresh_from_db()
    assert (found, prediction.verdict, prediction.review_reasons) == (1, "NO", ["CONTRADICTS_VERDICT"])


def test_what_flipped_is_reported_with_what_the_rule_says_instead(caplog):
    prediction = final()
    make_event(source=make_source())

    sweep(now=NOW + timedelta(days=1))
    recheck_finals(now=NOW + timedelta(days=2))
    sweep(now=NOW + timedelta(days=2))

    (flip,) = flips(predictions=contradicted())
    assert (flip.prediction, flip.resolution.verdict, flip.evaluation.status) == (prediction, "NO", "YES")
    assert caplog.text.count("verdicts_contradicted") == 1
    assert "'put_to_a_person': 1" in caplog.text


def test_nothing_is_reported_where_nothing_flipped(caplog):
    final()
    cover()

    sweep(now=NOW + timedelta(days=1))

    assert flips(predictions=contradicted()) == []
    assert "verdicts_contradicted" not in caplog.text


def test_a_final_verdict_that_still_holds_stays():
    prediction = final()
    cover()

    recheck_finals(now=NOW)
    sweep(now=NOW)

    prediction.refresh_from_db()
    assert (prediction.status, prediction.resolutions.count()) == ("FINAL", 1)


def test_old_and_open_ones_are_left_alone():
    final()
    make_prediction(statement="Still open.")
    Prediction.objects.update(next_check_at=None)

    assert recheck_finals(now=NOW + timedelta(days=91)) == 0
