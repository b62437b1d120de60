from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from django.contrib.auth.models import User

from forecasts.selectors import conditions
from forecasts.selectors.fits import fits_of
from forecasts.selectors.scorecards import full_scorecard
from forecasts.selectors.slices import Slice
from forecasts.services.forecasts import record_forecast, wording
from forecasts.services.verdicts import record_verdict
from tests.builders import NOW, PUBLISHED, make_forecaster, make_prediction, rule_that_it_occurs

pytestmark = pytest.mark.django_db

ADA = Slice(forecaster="ada-byron")
KNOWN = datetime(2025, 3, 1, tzinfo=UTC)


def claimed(statement, verdict="", *, probability="0.7", rules=None, **fields):
    prediction = make_prediction(
        rules=[] if rules is None else rules, statement=statement, title=statement, probability=probability, **fields
    )
    if verdict:
        editor, _ = User.objects.get_or_create(username="editor")
        reason = "The ministry's own statement settles it."
        record_verdict(
            prediction_id=prediction.pk, verdict=verdict, reason=reason, actor=editor, known_at=KNOWN, now=NOW
        )
    return prediction


def both_cases(*, if_he="0.8", if_she="0.2", outcome="aid stops"):
    he = claimed("If he wins, aid stops.", condition="he wins", outcome=outcome, probability=if_he)
    she = claimed(
        "If she wins, aid stops.", condition="She wins.", outcome="Aid stops.", probability=if_she, contrasts_with=he
    )
    return he, she


def test_conditions_that_were_not_met_are_told_as_a_share():
    for number, verdict in enumerate(("YES", "NO", "ANNULLED", "ANNULLED", "ANNULLED", "")):
        claimed(f"If so, {number}.", verdict, condition="so")
    claimed("Without a condition.", "NO", probability="1")

    found = full_scorecard(ADA, now=NOW).details.conditional

    assert (found.n, found.resolved, found.annulled, found.annulled_share.value) == (6, 2, 3, 0.6)
    assert (found.annulled_share.interval.low, found.annulled_share.interval.high) == (
        pytest.approx(0.2307, abs=1e-4), pytest.approx(0.8824, abs=1e-4),
    )  # fmt: skip
    assert found.warning.startswith("More than half of the conditions that were decided were not met")
    assert found.brier.value == pytest.approx((0.09 + 0.49) / 2)
    assert found.brier.n_clusters == found.brier.interval.n_clusters == 1


def test_as_many_met_as_not_is_no_warning():
    claimed("If so, one.", "YES", condition="so")
    claimed("If so, two.", "ANNULLED", condition="so")

    assert full_scorecard(ADA, now=NOW).details.conditional.warning == ""


def test_an_annulled_prediction_changes_no_score():
    claimed("If so, one.", "YES", condition="so")
    before = full_scorecard(ADA, now=NOW)
    claimed("If so, two.", "ANNULLED", condition="so", probability="0.01")
    after = full_scorecard(ADA, now=NOW)

    assert after.summary == before.summary
    assert (before.details.conditional.annulled, after.details.conditional.annulled) == (0, 1)


def test_two_cases_have_to_add_up_to_the_outcome():
    both_cases()
    claimed("He wins.", outcome="He wins", probability="0.5")
    claimed("Aid stops.", outcome="aid stops", probability="0.6")

    card = full_scorecard(ADA, now=NOW).details.conditional
    total = next(one for one in card.fits if one.kind == "TOTAL")

    assert total.gap == pytest.approx(0.1)
    assert 0 < total.distance < 0.1
    told = "“aid stops”: 80% if the condition is met, 20% if not, the condition 50%: 50% follows; said 60%."
    assert total.text == told
    assert len(total.predictions) == 4
    assert (card.largest_gap.value, card.mean_condition.n, card.mean_condition.value) == (pytest.approx(0.1), 1, 0.5)


def test_one_case_only_bounds_the_outcome():
    claimed("If he wins, aid stops.", condition="he wins", outcome="aid stops", probability="0.8")
    claimed("He wins.", outcome="He wins.", probability="0.6")
    claimed("Aid stops.", outcome="Aid stops", probability="0.3")

    (line,) = full_scorecard(ADA, now=NOW).details.conditional.fits

    assert line.gap == pytest.approx(-0.18)
    assert "48% to 88% follows; said 30%" in line.text


def test_conditions_that_exclude_each_other_make_up_no_more_than_the_whole():
    both_cases(if_she="0.9")
    claimed("He wins.", outcome="he wins", probability="0.6")
    claimed("She wins.", outcome="she wins", probability="0.55")

    (line,) = [one for one in fits_of(ADA).lines if one.kind == "CASES"]

    assert line.gap == pytest.approx(0.15)
    assert "at most 100% together" in line.text


def test_a_later_deadline_is_no_less_likely():
    for end, probability in (("2025-02-01T00:00:00Z", "0.5"), ("2025-03-01T00:00:00Z", "0.4")):
        rule = rule_that_it_occurs(end=end)
        make_prediction(rule=rule, statement=f"By {end}.", title=f"By {end[:10]}", probability=probability)
    make_prediction(rule=rule_that_it_occurs(event_type="PROTEST"), statement="Another.", probability="0.1")

    (line,) = fits_of(ADA).lines

    assert (line.kind, line.gap) == ("DEADLINES", pytest.approx(0.1))
    assert line.text == "“By 2025-02-01” 50%, and by the later deadline 40%."


def test_what_others_said_or_what_was_said_long_after_is_not_compared():
    claimed("If he wins, aid stops.", condition="he wins", outcome="aid stops", probability="0.8")
    king = make_forecaster("the-king")
    claimed("He wins.", outcome="he wins", probability="0.9", holder=king)
    own = claimed("He wins!", outcome="he wins", probability=None)
    claimed("Aid stops.", outcome="aid stops", probability="0.1")
    record_forecast(
        prediction=own, forecaster=own.holder, wording=wording(probability="0.9"), now=NOW,
        made_at=PUBLISHED + timedelta(days=14, seconds=1),
    )  # fmt: skip

    assert (fits_of(ADA).lines, fits_of(ADA).conditions) == ((), ())

    record_forecast(
        prediction=own, forecaster=own.holder, wording=wording(probability="0.8"), now=NOW,
        made_at=PUBLISHED + timedelta(days=14),
    )  # fmt: skip

    assert fits_of(ADA).conditions == (0.8,)


def test_as_of_a_time_only_what_was_said_by_then_is_compared():
    both_cases()
    claimed("He wins.", outcome="he wins", probability="0.5")

    assert fits_of(replace(ADA, as_of=PUBLISHED - timedelta(days=1))).conditions == ()
    assert fits_of(replace(ADA, as_of=PUBLISHED)).conditions == (0.5,)


def test_counted_anew_the_conditional_ones_come_to_the_same():
    for number, verdict in enumerate(("YES", "NO", "ANNULLED")):
        claimed(f"If so, {number}.", verdict, condition="so")

    assert (
        full_scorecard(replace(ADA, as_of=NOW)).details.conditional == full_scorecard(ADA, now=NOW).details.conditional
    )


def test_more_conditions_cost_no_more_queries(django_assert_num_queries):
    both_cases()
    with django_assert_num_queries(2):
        fits_of(ADA)

    for number in range(12):
        claimed(f"If {number}, so.", condition=f"case {number}")
    with django_assert_num_queries(2):
        fits_of(ADA)


def test_more_conditional_predictions_than_are_added_up_beside_the_rest_have_their_own_slice(monkeypatch):
    for number in range(2):
        claimed(f"If so, {number}.", "YES", condition="so")
    everything = full_scorecard(ADA, now=NOW).details.conditional
    monkeypatch.setattr(conditions, "MOST_ADDED_UP", 1)

    too_many = full_scorecard(ADA, now=NOW).details.conditional
    alone = full_scorecard(replace(ADA, conditional=True), now=NOW).summary

    assert (too_many.resolved, too_many.brier.value, too_many.brier.interval) == (2, None, None)
    assert "Ask with conditional=true." in too_many.brier.absent.text
    assert everything.brier.value == alone.mean_brier
