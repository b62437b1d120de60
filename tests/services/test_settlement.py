"""One prediction through the sweep: what is known decides, and every step is a new row."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from forecasts.models import Evaluation, Prediction, Resolution, Score
from forecasts.services.events import Report, add_evidence, correct_event, draft_of, retract_event
from forecasts.services.intake import RuleDraft
from forecasts.services.settlement import settle_prediction
from tests.builders import NOW, cover, make_event, make_prediction, make_source, rule_that_it_occurs

pytestmark = pytest.mark.django_db

WEEK = timedelta(days=7)


def settle(prediction: Prediction, *, now: datetime = NOW) -> Resolution | None:
    resolution = settle_prediction(prediction_id=prediction.pk, now=now)
    prediction.refresh_from_db()
    return resolution


def test_a_witness_resolves_yes_before_the_window_closes():
    prediction = make_prediction()
    make_event()

    resolution = settle(prediction)

    assert (resolution.verdict, resolution.state, prediction.verdict) == ("YES", "PROPOSED", "YES")
    assert resolution.happened_at == datetime(2025, 2, 3, tzinfo=UTC)
    assert resolution.known_at == datetime(2025, 2, 3, tzinfo=UTC)


def test_runs_twice_and_records_once():
    prediction = make_prediction()
    make_event()

    first, again = settle(prediction), settle(prediction)

    assert (first.number, again) == (1, None)
    assert (Resolution.objects.count(), Evaluation.objects.count(), Score.objects.count()) == (1, 1, 2)


def test_silence_is_no_no_without_coverage():
    prediction = make_prediction(rule=rule_that_it_occurs(end="2025-05-30T00:00:00Z"))
    make_source()

    resolution = settle(prediction)

    assert (resolution, prediction.status) == (None, Prediction.Status.OPEN)
    assert Evaluation.objects.get().reason == "AWAITING_COVERAGE"
    assert prediction.next_check_at == NOW + timedelta(hours=1)


def test_silence_is_a_no_once_the_source_covers_the_window():
    prediction = make_prediction()
    cover()

    resolution = settle(prediction)

    assert (resolution.verdict, resolution.reason_code) == ("NO", "WINDOW_CLOSED")
    assert resolution.happened_at == datetime(2025, 3, 1, tzinfo=UTC)
    assert resolution.known_at == datetime(2025, 3, 3, tzinfo=UTC)


def test_an_open_window_is_looked_at_again_when_its_grace_is_over():
    prediction = make_prediction(rule=rule_that_it_occurs(end="2025-07-01T00:00:00Z"))
    cover()

    settle(prediction)

    assert (prediction.status, prediction.next_check_at) == (Prediction.Status.OPEN, datetime(2025, 7, 3, tzinfo=UTC))


def test_good_evidence_becomes_final_by_itself_after_the_dispute_window():
    prediction = make_prediction()
    make_event(tier="A")
    proposed = settle(prediction)

    early, late = settle(prediction, now=NOW + WEEK - timedelta(seconds=1)), settle(prediction, now=NOW + WEEK)

    assert (proposed.finalises_at, early, late.state, late.supersedes) == (NOW + WEEK, None, "FINAL", proposed)
    assert (prediction.status, prediction.next_check_at) == (Prediction.Status.FINAL, None)


def test_weak_evidence_waits_for_a_person_until_a_second_owner_reports_it():
    prediction = make_prediction()
    version = make_event(tier="B")
    first = settle(prediction)
    waited = prediction.needs_confirmation

    add_evidence(event=version.event, report=Report(url="https://second.example/aid"), now=NOW)
    second = settle(prediction)

    assert (first.finalises_at, waited) == (None, True)
    assert (second.finalises_at, prediction.needs_confirmation) == (NOW + WEEK, False)


def test_machine_coded_events_only_ever_ask_for_a_person():
    prediction = make_prediction()
    make_event(tier="D")
    cover()

    settle(prediction)

    assert (prediction.status, prediction.review_reasons) == (Prediction.Status.NEEDS_REVIEW, ["POSSIBLE_MATCH"])
    assert not Resolution.objects.exists()


def test_a_retracted_witness_reopens_a_proposal_and_takes_its_scores_along():
    prediction, version = make_prediction(rule=rule_that_it_occurs(end="2025-07-01T00:00:00Z")), make_event()
    settle(prediction)

    retract_event(event=version.event, reason="It was a rumour.", known_at=NOW, now=NOW)
    reopened = settle(prediction)

    assert (reopened.state, reopened.verdict, prediction.status, prediction.verdict) == ("REOPENED", "", "OPEN", "")
    assert (Score.objects.count(), Score.objects.current().count()) == (2, 0)


def test_late_evidence_against_a_final_verdict_asks_a_person():
    prediction = make_prediction()
    cover()
    settle(prediction)
    Resolution.objects.create(
        prediction=prediction, number=2, supersedes=Resolution.objects.get(), verdict="NO", state="FINAL", reason_code="WINDOW_CLOSED",
        reason="No aid was sent.", evaluation=Evaluation.objects.get(), recorded_at=NOW,
    )  # fmt: skip

    make_event()
    settle(prediction)

    assert (prediction.status, prediction.verdict, prediction.review_reasons) == (
        "NEEDS_REVIEW",
        "NO",
        ["CONTRADICTS_VERDICT"],
    )


def test_a_refined_event_turns_possible_into_yes():
    prediction = make_prediction()
    version = make_event(action_code="", actors=("USA",))
    settle(prediction)
    before = Evaluation.objects.latest("number").status

    refined = replace(draft_of(version), actors=("USA.GOV",), known_at=NOW)
    correct_event(event=version.event, draft=refined, reason="The White House it was.", now=NOW)
    settle(prediction)

    assert (before, prediction.verdict) == ("OPEN", "YES")


def test_every_reading_is_evaluated_and_the_central_one_decides():
    strict = rule_that_it_occurs(end="2025-02-01T00:00:00Z")
    prediction = make_prediction(
        rules=[RuleDraft(rule_that_it_occurs()), RuleDraft(strict, variant="STRICT", name="by February")]
    )
    make_event()
    cover()

    settle(prediction)

    found = dict(Evaluation.objects.values_list("rule_version__name", "status"))
    assert found == {"central": "YES", "by February": "NO"}
    assert prediction.verdict == "YES"


def test_a_prediction_without_a_rule_waits_for_a_person():
    prediction = make_prediction(rules=[])

    settle(prediction)

    assert (prediction.status, prediction.review_reasons, prediction.next_check_at) == (
        "NEEDS_REVIEW",
        ["NO_RULE"],
        None,
    )


def test_a_failed_condition_annuls_without_a_score_and_keeps_what_the_outcome_did():
    window = {"start": {"anchor": "publication"}, "end": "2025-02-01T00:00:00Z"}
    condition = {
        "occurs": {"pattern": {"type": ["x-election-result"], "recipient": ["person.harris"]}, "window": window}
    }
    prediction = make_prediction(rule=rule_that_it_occurs(condition=condition), condition="Harris wins")
    make_event()
    cover()

    resolution = settle(prediction)

    assert (resolution.verdict, resolution.side_value) == ("ANNULLED", "T")
    assert not Score.objects.exists()


def test_a_verdict_knows_whether_the_prediction_was_logged_afterwards():
    prediction = make_prediction()
    make_event()

    assert settle(prediction).is_retrospective


def test_a_forecast_made_after_the_event_is_not_scored():
    prediction = make_prediction(issued_at=datetime(2025, 2, 3, tzinfo=UTC))
    make_event()

    settle(prediction)

    assert (prediction.verdict, Score.objects.count()) == ("YES", 0)
