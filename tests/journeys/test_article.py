"""The article of the demonstration through database and sweep: every reading comes out."""

from datetime import UTC, datetime, timedelta
from io import StringIO

import pytest
from django.core.management import call_command
from django.db import transaction
from time_machine import travel

from forecasts.models import Evaluation, Event, EventVersion, Forecast, Observation, Prediction, Resolution, Score
from forecasts.selectors.coverage import PARTS
from forecasts.selectors.resolutions import latest_evaluation
from forecasts.selectors.scorecards import Slice, full_scorecard, scorecard
from forecasts.services.sweeps import sweep
from tests.examined import breaches

pytestmark = pytest.mark.django_db

NOW = datetime(2026, 11, 22, tzinfo=UTC)

# Each reading of each prediction with what it comes to once all is known; worked out by hand from the events.
VERDICTS = {
    "No US permission for long-range strikes into Russia before the election": {"central": "YES", "through inauguration": "NO"},
    "Trump wins the November 2024 election": {"central": "YES"},
    "Trump wins and at once withdraws US aid to Ukraine": {
        "central": "NO", "90 days, any length": "YES", "90 days, must last 30": "NO", "any aid, 30 days": "YES", "volume": "YES",
    },
    "If Trump wins, he at once withdraws US aid": {"central": "NO", "90 days, any length": "YES", "90 days, must last 30": "NO"},
    "Withdrawal of US aid forces Kyiv to seek an end on Russia's terms": {
        "central": "ANNULLED", "any full pause counts as the condition": "NO",
    },
    "Trump victory → reversal of military, intelligence and political support": {"central": "NO", "any pause counts": "YES"},
    "Trump victory → military support reversed": {"central": "YES", "event rule": "NO"},
    "Trump victory → intelligence support reversed": {"central": "NO", "any length": "YES"},
    "Trump victory → political support reversed": {"central": "YES"},
    "Kursk land will be leverage if Ukraine has to negotiate": {"central": "NO"},
    "Kursk offensive reverses US doubts that Ukraine can win": {},
    "Attacking Russia with Western weapons does not trigger escalation": {
        "central": "YES", "any escalatory step, to inauguration": "NO",
    },
    "Putin will not risk escalation while he expects Trump to help him": {"central": "OPEN_CONDITION", "outcome alone": "YES"},
    "Russia stays restrained until the election": {"central": "YES"},
    "Putin's threat: Western weapons on Russian soil trigger escalation": {"central": "NO", "any escalatory step": "YES"},
    "Washington's fear: deep-strike permission leads to wider war": {
        "central": "ANNULLED", "condition any time to inauguration": "NO",
    },
    "Lifting the ban would hand Trump WWIII ammunition and help him win": {"central": "ANNULLED"},
    "Harris victory strengthens the US position": {"central": "ANNULLED"},
    "Harris win → Biden acts freely in his last ten weeks": {"central": "ANNULLED", "unconditional": "YES"},
    "Harris win → US may tighten sanctions on Russian hydrocarbon exports": {
        "central": "ANNULLED", "unconditional after the election": "YES", "Harris administration acts": "ANNULLED",
    },
    "Energy sanctions stay loose before the election because of gas prices": {"central": "YES", "any energy designation": "NO"},
    "Harris win forces Kremlin, China and others to rethink": {"central": "ANNULLED"},
    "Putin faces a very different administration": {"central": "ANNULLED"},
    "Harris administration answers Kyiv's calls differently": {"central": "ANNULLED"},
    "Trump would destroy US internationalist foreign policy": {"central": "OPEN_CONSEQUENT"},
    "Trump administration hands Putin victory in Ukraine": {"central": "NO"},
}  # fmt: skip
WAITING = {
    "Kursk offensive reverses US doubts that Ukraine can win": ["NO_RULE"],
    "Putin will not risk escalation while he expects Trump to help him": ["JUDGEMENT_NEEDED"],
    "Trump would destroy US internationalist foreign policy": ["JUDGEMENT_NEEDED"],
}


@pytest.fixture(scope="module")
def settled(django_db_setup, django_db_blocker):
    """The demonstration, loaded and swept once for the tests that only look at it."""
    with django_db_blocker.unblock(), travel(NOW, tick=False), transaction.atomic():
        call_command("load_demo", stdout=StringIO())
        yield sweep(now=NOW)
        transaction.set_rollback(True)


def test_every_reading_comes_out_as_worked_by_hand(settled):
    evaluations = Evaluation.objects.values_list("rule_version__prediction__title", "rule_version__name", "status")
    found = {title: {} for title in VERDICTS}
    for title, name, status in evaluations:
        found[title][name] = status

    assert found == VERDICTS
    assert sum(map(len, VERDICTS.values())) == 44


def test_what_needs_a_person_waits_in_review(settled):
    waiting = Prediction.objects.filter(status=Prediction.Status.NEEDS_REVIEW)

    assert dict(waiting.values_list("title", "review_reasons")) == WAITING


def test_the_doctrine_signed_on_the_day_of_the_first_strike_is_only_possible(settled):
    """Same-day order is not known, so the verdict rests on the missile fired two days later."""
    prediction = Prediction.objects.get(title__startswith="Putin's threat")
    evaluation = latest_evaluation(rule_version=prediction.rules.get(name="any escalatory step"))
    witnesses = evaluation.witnesses.values_list("role", "event_version__event__external_id")

    assert ("MATCH", "E13") in witnesses
    assert ("MATCH", "E11") not in witnesses


@pytest.mark.parametrize(
    ("title", "side_value"),
    [
        ("Harris win → Biden acts freely in his last ten weeks", "T"),
        ("Harris win → US may tighten sanctions on Russian hydrocarbon exports", "T"),
        ("Withdrawal of US aid forces Kyiv to seek an end on Russia's terms", "F"),
        ("Washington's fear: deep-strike permission leads to wider war", ""),
        ("Harris administration answers Kyiv's calls differently", "U"),
    ],
)
def test_an_annulled_prediction_keeps_what_its_outcome_did(settled, title, side_value):
    assert Resolution.objects.get(prediction__title=title).side_value == side_value


def test_the_authors_scorecard_has_seven_settled_calls_of_three_events(settled):
    card = scorecard(Slice(forecaster="david-hastings-dunn"))

    assert round(card.summary.mean_brier, 4) == 0.2586
    assert (card.summary.n, card.summary.n_clusters) == (7, 3)
    assert (card.coverage.resolved, card.coverage.annulled, card.coverage.pending, card.coverage.ambiguous) == (
        7,
        7,
        0,
        0,
    )
    assert (card.coverage.not_scored, card.coverage.reported, card.coverage.retrospective) == (3, 9, 7)
    assert "Too few to rate" in card.summary.statement


def test_the_authors_scorecard_says_what_it_does_not_rest_on(settled):
    found = full_scorecard(Slice(forecaster="david-hastings-dunn"), now=NOW)
    conditional, spread = found.details.conditional, found.details.spread

    assert sum(getattr(found.coverage, name) for name in PARTS) == found.coverage.predictions == 17
    assert (found.coverage.implied_deadline, found.coverage.provisional) == (13, 7)
    assert (conditional.n, conditional.resolved, conditional.annulled) == (11, 4, 7)
    assert (conditional.side_happened, conditional.side_failed, conditional.side_unknown) == (2, 1, 4)
    assert conditional.warning
    assert (conditional.mean_condition.n, conditional.mean_condition.value) == (4, 0.6)
    read = {line.name: round(line.brier.value, 4) for line in (*spread.lexicons, *spread.variants)}
    assert (read["default_v1"], read["icd_203"], read["mosteller_youtz_1990"]) == (0.2528, 0.2404, 0.2483)
    assert (read["STRICT"], read["LENIENT"]) == (0.4157, 0.1589)
    assert not any(line.is_outside for line in (*spread.lexicons, *spread.variants))


def test_what_the_authors_likely_came_to_mean_is_not_told_from_one_event(settled):
    (line,) = [
        one
        for one in full_scorecard(Slice(forecaster="david-hastings-dunn")).details.verbal.phrases
        if one.phrase == "likely"
    ]

    assert (line.n, line.happened, line.n_clusters) == (4, 2, 1)
    assert line.text == "Shown from 3 independent events on; there is 1 so far."


def test_a_topic_narrows_the_scorecard_with_all_below_it(settled):
    aid = scorecard(Slice(forecaster="david-hastings-dunn", topic="aid"))
    war = scorecard(Slice(forecaster="david-hastings-dunn", topic="war"))

    assert (aid.summary.n, round(aid.summary.mean_brier, 4)) == (5, 0.322)
    assert (war.summary.n, war.summary.mean_brier, war.summary.missing_reason) == (0, None, "NOTHING_RESOLVED")


def test_loading_and_sweeping_again_adds_nothing(settled):
    models = (Prediction, Forecast, Event, EventVersion, Observation, Evaluation, Resolution, Score)
    before = [model.objects.count() for model in models]

    call_command("load_demo", stdout=StringIO())
    again = sweep(now=NOW + timedelta(minutes=1))

    assert [model.objects.count() for model in models] == before
    assert again.changed == 0


def test_the_doctor_finds_nothing(settled):
    assert breaches(now=NOW + timedelta(minutes=1)) == []
