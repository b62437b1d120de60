"""What holds for any scorecard, however its history went."""

import random
from datetime import UTC, datetime, timedelta
from io import BytesIO

import pytest
from django.contrib.auth.models import User
from django.test import Client

from forecasts.feeds import read_forecasts
from forecasts.selectors.scorecards import full_scorecard
from forecasts.selectors.slices import Slice, Weighting
from forecasts.services.forecast_imports import import_forecasts
from forecasts.services.forecast_plans import Origin
from forecasts.services.rebuilds import check_scopes
from forecasts.services.refusal import Refused
from forecasts.services.verdicts import record_verdict, reopen
from tests.builders import NOW, make_prediction
from tests.soundness.profiles import PROFILE

pytestmark = [pytest.mark.django_db, pytest.mark.any_database]

HEADER = "asker,statement,forecaster,probability,made_at,opens_at,closes_at,cluster,verdict,known_at,condition"
OPENS, CLOSES = datetime(2024, 3, 1, tzinfo=UTC), datetime(2024, 7, 1, tzinfo=UTC)
WHY = "The ministry's own statement settles it."


@pytest.fixture
def told(db):
    """Return a function that records lines of a file."""
    editor = User.objects.create(username="editor")

    def record(*lines: str) -> None:
        rows = read_forecasts(BytesIO("\n".join((HEADER, *lines)).encode()))
        report = import_forecasts(rows=rows, origin=Origin(actor=editor, topic="all", now=NOW))
        assert report.problems == ()

    return record


def line(
    number: int, probability: str, *, days: int = 0, verdict: str = "YES", cluster: str = "", condition: str = ""
) -> str:
    made, known = OPENS + timedelta(days=days), f"{CLOSES:%Y-%m-%dT%H:%M:%SZ}"
    return (
        f"pollster,Claim {number}.,ada,{probability},{made:%Y-%m-%dT%H:%M:%SZ},{OPENS:%Y-%m-%dT%H:%M:%SZ},{known},"
        f"{cluster or number},{verdict},{known if verdict else ''},{condition}"
    )


def test_an_annulled_conditional_changes_only_what_is_counted(told):
    told(line(1, "0.7"), line(2, "0.4", verdict="NO"))
    before = full_scorecard(Slice())

    told(line(3, "0.9", verdict="ANNULLED", condition="If it storms"))

    after = full_scorecard(Slice())
    assert (after.summary, after.figures, after.calls) == (before.summary, before.figures, before.calls)
    assert (before.coverage.annulled, after.coverage.annulled) == (0, 1)


def test_saying_the_same_again_changes_nothing_that_is_weighted_by_time(told):
    told(line(1, "0.7"), line(2, "0.4", verdict="NO"))
    before = full_scorecard(Slice(weighting=Weighting.TIME_WEIGHTED)).summary

    told(line(1, "0.7", days=40), line(1, "0.7", days=90))

    after = full_scorecard(Slice(weighting=Weighting.TIME_WEIGHTED)).summary
    assert after.mean_brier == pytest.approx(before.mean_brier, abs=1e-5)
    assert (after.n, after.n_clusters) == (before.n, before.n_clusters)


@pytest.mark.parametrize("seed", range(2 if PROFILE == "push" else 6))
def test_what_a_scorecard_said_is_changed_by_nothing_recorded_later(seed):
    chance = random.Random(seed)
    predictions = [
        make_prediction(rules=[], statement=f"Claim {number}.", title=f"Claim {number}", probability=f"0.{number + 2}")
        for number in range(3)
    ]
    people = [User.objects.create(username=name) for name in ("editor", "colleague")]
    said = {}
    for hour in range(12):
        now = NOW + timedelta(hours=hour)
        prediction, actor = chance.choice(predictions), chance.choice(people)
        verdict = chance.choice(["YES", "NO", "PARTLY", "ANNULLED", "AMBIGUOUS", "reopen"])
        try:
            if verdict == "reopen":
                reopen(prediction_id=prediction.pk, reason=WHY, actor=actor, now=now)
            else:
                share = "0.5" if verdict == "PARTLY" else None
                record_verdict(
                    prediction_id=prediction.pk, verdict=verdict, share=share, reason=WHY, actor=actor, now=now
                )
        except Refused:
            pass
        moment = now + timedelta(minutes=1)
        card = full_scorecard(Slice())
        said[moment] = (card.summary, card.coverage.resolved, card.coverage.annulled, card.calls)

    for moment, expected in said.items():
        card = full_scorecard(Slice(as_recorded=moment))
        assert (card.summary, card.coverage.resolved, card.coverage.annulled, card.calls) == expected
    assert check_scopes() == []


def test_a_verdict_that_is_replaced_and_comes_back_leaves_the_scorecard_as_it_was(client: Client):
    prediction = make_prediction(rules=[])
    people = [User.objects.create(username=name) for name in ("editor", "colleague")]

    def after(verdict):
        for actor in people:
            record_verdict(prediction_id=prediction.pk, verdict=verdict, reason=WHY, actor=actor, now=NOW)
        return client.get("/api/v1/accuracy/").json()

    first = after("YES")

    assert after("NO") != first
    assert after("YES") == first
    assert check_scopes() == []


EDGES = {
    "nothing": [],
    "one": [line(1, "0.7")],
    "one that was open": [line(1, "0.7", verdict="")],
    "certain and right": [line(n, "1") for n in range(60)],
    "certain and wrong": [line(n, "0") for n in range(60)],
    "both certainties, both wrong": [line(n, str(n % 2), verdict=("YES", "NO")[n % 2]) for n in range(120)],
    "one outcome": [line(n, f"0.{n + 20}", verdict="NO") for n in range(60)],
    "all ties": [line(n, "0.6", verdict=("YES", "NO")[n % 2]) for n in range(120)],
    "one event": [line(n, f"0.{n + 20}", cluster="storm", verdict=("YES", "NO")[n % 2]) for n in range(60)],
    "one half": [line(n, "0.5", verdict=("YES", "NO")[n % 2]) for n in range(120)],
}


@pytest.mark.parametrize("edge", EDGES)
def test_no_edge_breaks_a_scorecard(edge, told, client: Client):
    told(*EDGES[edge])

    for address in ("/api/v1/accuracy/", "/api/v1/calibration/", "/topics/all/" if EDGES[edge] else "/topics/"):
        answer = client.get(address)
        assert answer.status_code == 200, address
        assert not {"NaN", "Infinity"} & set(answer.content.decode().replace(",", " ").replace(":", " ").split())
    for one in client.get("/api/v1/accuracy/").json()["scores"]:
        assert one["value"] is not None or one["missing_reason"], one["name"]
        if one["value"] is not None:
            low, high = (one["range"][end] for end in ("low", "high"))
            # Log scores are added up in billionths.
            assert low is None or low - 1e-9 <= one["value"], one
            assert high is None or one["value"] <= high + 1e-9, one


def test_certainties_that_failed_cost_one_and_are_counted(told):
    told(*EDGES["certain and wrong"])

    summary = full_scorecard(Slice()).summary

    assert (summary.mean_brier, summary.n_certain_and_wrong) == (1.0, 60)
    assert summary.mean_log == pytest.approx(6.907755, abs=1e-6)
