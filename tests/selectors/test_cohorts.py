"""What came true early does not run ahead of the rest."""

from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest

from forecasts.models import Prediction
from forecasts.scoring.thresholds import Absent
from forecasts.selectors import cohorts
from forecasts.selectors.cohorts import Cohort, cohort_of
from forecasts.selectors.coverage import PARTS
from forecasts.selectors.recorded_coverage import recorded_coverage
from forecasts.selectors.scorecards import scorecard
from forecasts.selectors.slices import Slice
from tests.forecasting import asked, decide, says

pytestmark = pytest.mark.django_db

PAGE = (Path(__file__).parents[2] / "docs" / "scores" / "coverage.md").read_text(encoding="utf-8")
NOW = datetime(2025, 7, 1, tzinfo=UTC)
JUNE, JANUARY = datetime(2025, 6, 1, tzinfo=UTC), datetime(2026, 1, 1, tzinfo=UTC)
ANY = Slice()


def due(number, at, *, said, verdict=""):
    prediction = asked(number, probability=None)
    says("ada", prediction, said)
    Prediction.objects.filter(pk=prediction.pk).update(scheduled_close_at=at)
    if verdict:
        decide(prediction, verdict)


def cohort(chosen=ANY):
    card = scorecard(chosen, now=NOW)
    return cohort_of(chosen, coverage=card.coverage, n_rows=card.n_calls, now=NOW)


@pytest.fixture
def one_came_true_early():
    due(1, JUNE, said="0.2", verdict="NO")
    due(2, JANUARY, said="0.9", verdict="YES")
    due(3, JANUARY, said="0.9")


def test_what_was_due_is_scored_beside_all_that_is_resolved(one_came_true_early):
    found, whole = cohort(), scorecard(ANY).summary

    assert isinstance(found, Cohort)
    assert whole.mean_brier == pytest.approx(0.025)
    assert (found.summary.mean_brier, found.open_share) == (pytest.approx(0.04), 0.0)
    assert (found.coverage.predictions, found.summary.n) == (1, 1)
    assert "(0.04 + 0.01) / 2 = **0.0250**; what was due by July scores **0.0400**" in PAGE


def test_what_was_due_and_is_open_all_the_same_is_told(one_came_true_early):
    due(4, JUNE, said="0.5")

    assert cohort().open_share == 0.5


def test_where_nothing_is_pending_there_is_no_more_to_say():
    due(1, JUNE, said="0.2", verdict="NO")

    assert cohort() == cohorts.ALL_DECIDED


@pytest.mark.parametrize("asked_for", [{"due_to": NOW}, {"as_of": NOW}, {"as_recorded": NOW}])
def test_it_is_not_worked_out_for_what_is_asked_otherwise(asked_for, one_came_true_early):
    assert isinstance(cohort(replace(ANY, **asked_for)), Absent)


def test_too_many_are_not_added_up_and_the_filter_is_named(one_came_true_early, monkeypatch):
    monkeypatch.setattr(cohorts, "MOST_ADDED_UP", 1)

    assert cohort() == cohorts.TOO_MANY


def test_a_page_tells_it_and_leads_to_the_whole_of_it(one_came_true_early, client):
    page = client.get("/forecasters/ada/").content.decode()

    assert "Only what was due" in page
    assert "1 of 3 still open (33%)" in page
    assert client.get("/forecasters/ada/?due_to=2025-07-01").content.decode().count("Claim 1") == 2


def test_the_api_tells_what_was_due_with_the_share_still_open(one_came_true_early, client):
    due(4, JUNE, said="0.5")

    answer = client.get("/api/v1/accuracy/cohort/?forecaster=ada").json()

    found = answer["due"]
    assert (answer["brier"]["value"], answer["brier"]["n"]) == (pytest.approx(0.025), 2)
    assert found["brier"]["n"] == found["brier"]["interval"]["n_clusters"] == found["coverage"]["resolved"]
    assert found["open_share"] == found["coverage"]["pending"] / found["coverage"]["predictions"]
    assert answer["missing_text"] is None


def test_the_api_says_why_a_cohort_says_nothing_more(client):
    due(1, JUNE, said="0.2", verdict="NO")

    answer = client.get("/api/v1/accuracy/cohort/").json()

    assert answer["due"] is None
    assert answer["missing_text"].startswith("Nothing is pending")


def test_less_can_be_counted_of_what_became_of_it(one_came_true_early):
    due(4, JUNE, said="0.5")
    parts = ("predictions", *PARTS)
    whole, less = (recorded_coverage(Slice(due_to=NOW), is_whole=one) for one in (True, False))

    assert whole.predictions
    assert [getattr(less, name) for name in parts] == [getattr(whole, name) for name in parts]
