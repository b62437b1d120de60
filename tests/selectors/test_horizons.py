"""The forecast that stood so many days before the scheduled close."""

from datetime import datetime, timedelta
from io import BytesIO

import pytest
from django.contrib.auth.models import User

from forecasts.feeds import read_forecasts
from forecasts.models import Posting
from forecasts.selectors.scorecards import full_scorecard
from forecasts.selectors.slices import Slice, Weighting
from forecasts.services.forecast_imports import import_forecasts
from forecasts.services.forecast_plans import Origin
from tests.builders import NOW

pytestmark = pytest.mark.django_db

HEADER = "asker,statement,forecaster,probability,made_at,opens_at,closes_at,verdict,known_at"
OPENS, CLOSES = "2024-03-01T00:00:00Z", "2024-07-01T00:00:00Z"
LATER = NOW + timedelta(days=2)


def told(*said: tuple[str, str], known: str = CLOSES, now: datetime = NOW) -> None:
    """Record what ada said of one thing that came true, by day."""
    lines = [f"pollster,It rains.,ada,{p},{day}T00:00:00Z,{OPENS},{CLOSES},YES,{known}" for day, p in said]
    editor, _ = User.objects.get_or_create(username="editor")
    rows = read_forecasts(BytesIO("\n".join((HEADER, *lines)).encode()))
    assert import_forecasts(rows=rows, origin=Origin(actor=editor, topic="all", now=now)).problems == ()


def standing(days: float = 30, *, as_recorded: datetime | None = None) -> list[float]:
    chosen = Slice(weighting=Weighting.AT_HORIZON, horizon_days=days, as_recorded=as_recorded)
    card = full_scorecard(chosen)
    assert card.summary.n == len(card.calls)
    return [call.probability for call in card.calls]


@pytest.mark.parametrize(
    ("days", "found"), [(0, [0.2]), (30, [0.2]), (31, [0.5]), (60, [0.5]), (100, [0.9]), (121, [0.9]), (122, [])]
)
def test_each_forecast_stands_until_the_next_one(days, found):
    told(("2024-03-02", "0.9"), ("2024-04-01", "0.5"), ("2024-06-01", "0.2"))

    assert standing(days) == found


@pytest.mark.parametrize(("days", "found"), [(91, []), (92, [0.9]), (30, []), (10, [0.4])])
def test_what_was_withdrawn_by_then_stands_no_more(days, found):
    told(("2024-03-02", "0.9"), ("2024-04-01", ""), ("2024-06-10", "0.4"))

    assert standing(days) == found


def test_what_was_withdrawn_once_the_outcome_was_known_stood_until_then():
    told(("2024-03-02", "0.9"), ("2024-05-01", ""), known="2024-04-01T00:00:00Z")

    assert standing() == [0.9]


@pytest.mark.parametrize("then", ["0.4", ""])
def test_what_was_recorded_later_changes_nothing_of_what_stood_on_record(then):
    told(("2024-03-02", "0.9"))

    told(("2024-04-02", then), now=LATER)

    assert standing(as_recorded=LATER - timedelta(days=1)) == [0.9]
    assert standing() == ([0.4] if then else [])
    assert Posting.objects.filter(sign=-1, recorded_at=LATER).exists()
