"""Criteria are corrected freely for a day unless facts are known, and by nobody in secret after that."""

from datetime import timedelta

import pytest
from django.contrib.auth.models import User

from forecasts.models import Forecaster, Resolution
from forecasts.services.intake import RuleDraft
from forecasts.services.predictions import record_rule
from forecasts.services.refusal import Refused
from forecasts.services.settlement import settle_prediction
from tests.builders import NOW, cover, make_event, make_prediction, make_source, rule_that_it_occurs

pytestmark = pytest.mark.django_db

LATER = "2025-04-01T00:00:00Z"
WHY = "The deadline was read wrongly in the article."


def change(prediction, **fields):
    given = {"rule": rule_that_it_occurs(end=LATER), "now": NOW, **fields}
    return record_rule(prediction=prediction, **given)


def refused(prediction, **fields):
    with pytest.raises(Refused) as error:
        change(prediction, **fields)
    return error.value.message_dict


def known():
    """A prediction whose rule has found its event."""
    prediction = make_prediction()
    make_event()
    settle_prediction(prediction_id=prediction.pk, now=NOW)
    return prediction


def test_before_anything_is_known_criteria_are_corrected_freely():
    prediction = make_prediction()
    make_source()
    settle_prediction(prediction_id=prediction.pk, now=NOW)

    version, is_new = change(prediction)

    assert (version.version, is_new) == (2, True)


def test_once_facts_are_known_it_takes_somebody_who_may_resolve_and_a_reason():
    prediction = known()

    found = refused(prediction)

    assert "only somebody who may resolve predictions" in found["rule"][0]
    assert "why the criteria change" in found["description"][0]
    assert prediction.rules.count() == 1
    assert list(refused(prediction, may_resolve=True)) == ["description"]
    version, _ = change(prediction, may_resolve=True, description=WHY)
    assert (version.version, version.description) == (2, WHY)


def test_a_possible_match_is_a_fact_that_is_known():
    prediction = make_prediction()
    make_event(tier="D")
    settle_prediction(prediction_id=prediction.pk, now=NOW)

    assert "rule" in refused(prediction, description=WHY)


def test_an_event_is_known_before_any_sweep_has_seen_it():
    prediction = make_prediction()
    make_event()

    assert "Facts that bear on this rule" in refused(prediction, description=WHY)["rule"][0]


def test_an_event_that_only_the_new_criteria_mean_is_known_too():
    prediction = make_prediction()
    make_event(event_type="RETREAT")

    assert "rule" in refused(prediction, rule=rule_that_it_occurs(event_type="RETREAT"), description=WHY)


def test_what_an_earlier_version_found_stays_known():
    prediction = known()
    change(prediction, rule=rule_that_it_occurs(event_type="RETREAT"), may_resolve=True, description=WHY)

    assert "rule" in refused(prediction, description=WHY)


def test_a_day_of_silence_is_a_fact_too():
    prediction = make_prediction()
    make_source()
    day = timedelta(days=1)

    found = refused(prediction, description=WHY, now=NOW + day + timedelta(seconds=1))
    _, is_new = change(prediction, now=NOW + day)

    assert "This rule has stood since 2025-06-01, and what has not happened is known too" in found["rule"][0]
    assert is_new


def test_a_verdict_is_known_too():
    prediction = make_prediction()
    cover()
    settle_prediction(prediction_id=prediction.pk, now=NOW)
    assert Resolution.objects.exists()

    assert "rule" in refused(prediction, description=WHY)


def test_nobody_changes_the_criteria_of_their_own_prediction_then():
    account = User.objects.create(username="ada")
    prediction = known()
    Forecaster.objects.filter(pk=prediction.holder_id).update(account=account)
    prediction.refresh_from_db()

    found = refused(prediction, recorded_by=account, may_resolve=True, description=WHY)

    assert found["rule"] == [
        "Facts that bear on this rule are known already: nobody changes the criteria of their own prediction now."
    ]


def test_another_reading_can_be_added_at_any_time():
    prediction = known()

    version, is_new = change(prediction, variant="LENIENT")

    assert (version.name, is_new) == ("lenient", True)


def test_the_same_criteria_again_change_nothing():
    prediction = known()

    _, is_new = record_rule(prediction=prediction, rule=rule_that_it_occurs(), now=NOW)

    assert not is_new


def test_one_bad_rule_of_several_is_named_by_its_place():
    bad = {"rrl": "1", "consequent": {"occurs": {"pattern": {"actor": ["USA"]}}}}

    with pytest.raises(Refused) as error:
        make_prediction(rules=[RuleDraft(rule_that_it_occurs()), RuleDraft(bad, variant="STRICT")])

    assert list(error.value.message_dict) == ["rules.1.rule"]
