"""An event that is withdrawn, put back and moved leaves every verdict it led to; twenty scores are those by hand."""

from datetime import UTC, datetime, timedelta

import pytest

from forecasts.models import Posting, Resolution, Score
from forecasts.selectors.scorecards import Slice, full_scorecard
from forecasts.services.events import correct_event, draft_of, retract_event
from forecasts.services.rebuilds import check_scopes
from forecasts.services.settlement import settle_prediction
from tests.builders import NOW, cover, day, make_event, make_prediction
from tests.histories import decide

pytestmark = [pytest.mark.django_db, pytest.mark.any_database]
WHY = "The ministry corrected itself."


def test_five_changes_of_one_event_are_five_resolutions_of_which_the_last_is_in_force():
    prediction, event = make_prediction(), make_event().event
    scored = []

    def settle(hour: int) -> None:
        settle_prediction(prediction_id=prediction.pk, now=NOW + timedelta(hours=hour))
        scored.append(Score.objects.count())

    def correct(hour: int, **changes) -> None:
        version = event.versions.latest("version")
        at = NOW + timedelta(hours=hour)
        correct_event(event=event, draft=draft_of(version, known_at=at, **changes), reason=WHY, now=at)

    def on(month: int) -> dict:
        start, end = day(datetime(2025, month, 3, tzinfo=UTC).date())
        return {"occurred_from": start, "occurred_until": end}

    settle(0)
    retract_event(event=event, reason=WHY, known_at=NOW + timedelta(hours=1), now=NOW + timedelta(hours=1))
    settle(1)
    correct(2, status="ACTIVE")
    settle(2)
    cover()
    correct(3, **on(4))
    settle(3)
    correct(4, **on(2))
    settle(4)

    found = Resolution.objects.order_by("number").values_list("number", "verdict", "state")
    assert list(found) == [
        (1, "YES", "PROPOSED"), (2, "", "REOPENED"), (3, "YES", "PROPOSED"), (4, "NO", "PROPOSED"), (5, "YES", "PROPOSED"),
    ]  # fmt: skip
    assert Resolution.objects.current().get().number == 5
    # Two scores of each verdict, and those of verdicts that no longer stand are kept.
    assert scored == [2, 2, 4, 6, 8]
    assert Posting.objects.net().count() == 1
    assert check_scopes() == []


# Probability, how many were forecast so, how many of them came about.
TWENTY = (("0.9", 5, 4), ("0.7", 5, 3), ("0.4", 5, 2), ("0.1", 5, 1))


def test_twenty_forecasts_score_what_they_do_by_hand():
    """
    Brier: 4 × 0.01 + 0.81, 3 × 0.09 + 2 × 0.49, 2 × 0.36 + 3 × 0.16, 0.81 + 4 × 0.01 are 0.85 + 1.25 + 1.20 + 0.85 = 4.15.

    Logarithms: −(8 ln 0.9 + 2 ln 0.1 + 3 ln 0.7 + 2 ln 0.3 + 2 ln 0.4 + 3 ln 0.6) = 12.2910831.
    """
    for probability, n, n_yes in TWENTY:
        for number in range(n):
            told = {"title": f"{probability} {number}", "statement": f"Claim {probability} {number}."}
            prediction = make_prediction(rules=[], probability=probability, **told)
            decide(prediction, "YES" if number < n_yes else "NO")

    summary = full_scorecard(Slice(forecaster="ada-byron")).summary

    assert summary.n == 20
    assert summary.mean_brier == pytest.approx(0.2075, abs=1e-12)
    assert summary.mean_log == pytest.approx(12.2910831 / 20, abs=1e-8)
