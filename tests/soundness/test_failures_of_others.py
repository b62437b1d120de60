"""What other systems of this kind got wrong, each as a test that it is right here."""

from datetime import UTC, datetime, timedelta
from io import BytesIO

import numpy as np
import pytest
from django.contrib.auth.models import User
from django.db import DatabaseError, transaction
from django.test import Client
from django.urls import reverse

from forecasts import tasks
from forecasts.feeds import read_forecasts
from forecasts.models import Forecast, Posting, Prediction, Resolution, Score
from forecasts.scoring.decomposition import bins, decompose_brier_by_level
from forecasts.scoring.levels import Levels
from forecasts.scoring.peers import Scheduled, peer_scores
from forecasts.selectors.scorecards import Scorecard, full_scorecard
from forecasts.selectors.slices import Slice, Weighting
from forecasts.services.events import retract_event
from forecasts.services.forecast_imports import import_forecasts
from forecasts.services.forecast_plans import Origin
from forecasts.services.rebuilds import check_scopes, rebuild_scopes
from forecasts.services.refusal import Refused
from forecasts.services.scores import score_predictions
from forecasts.services.settlement import settle_prediction
from forecasts.services.sweeps import sweep
from forecasts.services.tokens import issue_token
from forecasts.services.verdicts import record_verdict, reopen
from tests.builders import NOW, cover, make_event, make_prediction, rule_that_it_occurs

pytestmark = [pytest.mark.django_db, pytest.mark.any_database]

HEADER = "asker,statement,forecaster,probability,made_at,opens_at,closes_at,verdict,known_at,condition"
MARCH, JULY = "2024-03-01T00:00:00Z", "2024-07-01T00:00:00Z"
WHY = "The ministry's own statement settles it."


@pytest.fixture
def editor(db) -> User:
    return User.objects.create_superuser(username="editor", password="made-up-for-tests")


@pytest.fixture
def told(editor):
    """Return a function that records forecasts as lines of a file."""

    def record(*lines: str) -> None:
        rows = read_forecasts(BytesIO("\n".join((HEADER, *lines)).encode()))
        report = import_forecasts(rows=rows, origin=Origin(actor=editor, topic="all", now=NOW))
        assert report.problems == ()

    return record


def line(
    statement: str,
    probability: str = "0.7",
    *,
    made: str = MARCH,
    closes: str = JULY,
    verdict: str = "YES",
    known: str = JULY,
    condition: str = "",
) -> str:
    known = known if verdict else ""
    return f"pollster,{statement},ada,{probability},{made},{MARCH},{closes},{verdict},{known},{condition}"


def decide(prediction: Prediction, verdict: str, *, by: str = "editor", **given) -> Resolution:
    actor, _ = User.objects.get_or_create(username=by)
    return record_verdict(prediction_id=prediction.pk, verdict=verdict, reason=WHY, actor=actor, now=NOW, **given)


def settled(prediction: Prediction) -> Prediction:
    settle_prediction(prediction_id=prediction.pk, now=NOW)
    prediction.refresh_from_db()
    return prediction


def briers(card: Scorecard) -> list[float]:
    return sorted(call.brier for call in card.calls)


def test_every_probability_falls_in_exactly_one_bin():
    levels = Levels.of([percent / 100 for percent in range(101)], [0] * 101)

    places = bins(levels, n_bins=10)

    assert np.bincount(places).tolist() == [10] * 9 + [11]
    assert {percent: int(places[percent]) for percent in (15, 30, 35, 60, 70, 95, 100)} == {
        15: 1, 30: 3, 35: 3, 60: 6, 70: 7, 95: 9, 100: 9,
    }  # fmt: skip


@pytest.mark.parametrize("probability", ["null", '""', '"NaN"', '"Infinity"', "true", '"seventy"', "[0.7]"])
def test_what_is_no_probability_is_refused_when_it_comes_in(probability, editor):
    prediction = make_prediction(rules=[], probability=None)
    _, text = issue_token(name="test", account=editor, scopes=["admin"], now=NOW)
    body = (
        f'{{"prediction": "{prediction.pk}", "forecaster": "ada-byron", "wording": {{"probability": {probability}}}}}'
    )

    answer = Client(headers={"authorization": f"Bearer {text}"}).post(
        "/api/v1/forecasts/", body, content_type="application/json"
    )

    decide(prediction, "YES")
    assert answer.status_code == 400, answer.content
    assert (Forecast.objects.count(), Score.objects.count()) == (0, 0)


def test_a_perfect_score_is_a_number_and_never_nothing(told):
    told(line("It snows in July.", "0", verdict="NO"))

    answer = Client().get("/api/v1/accuracy/?include=calls").json()

    (call,) = answer["included"]["calls"]
    assert (call["probability"], call["terms"]["BRIER"]) == ("0.0000", 0.0)
    assert next(one["value"] for one in answer["scores"] if one["name"] == "BRIER") == 0.0
    assert {row["value"] for row in Client().get("/api/v1/scores/?rule=BRIER").json()["results"]} == {"0.0000000000"}


def test_two_hundred_revisions_of_one_forecast_do_not_shrink_the_interval(told):
    told(*(line(f"Claim {number}.", f"0.{number + 20}", verdict=("YES", "NO")[number % 2]) for number in range(25)))
    before = full_scorecard(Slice()).summary
    start = datetime(2024, 3, 2, tzinfo=UTC)

    told(*(line("Claim 0.", "0.20", made=f"{start + timedelta(hours=n):%Y-%m-%dT%H:%M:%SZ}") for n in range(200)))

    after = full_scorecard(Slice()).summary
    assert Posting.objects.net().count() == 225
    assert (after.n, after.n_clusters, after.brier_interval) == (before.n, before.n_clusters, before.brier_interval)


def test_who_wavers_earns_the_mean_of_the_scores_and_not_the_score_of_the_mean(told):
    """Half the time 0 and half the time 1, and it happened: a half of 1, not the square of a half."""
    told(line("It rains.", "0"), line("It rains.", "1", made="2024-05-01T00:00:00Z"))

    card = full_scorecard(Slice(weighting=Weighting.TIME_WEIGHTED))

    assert card.summary.mean_brier == pytest.approx(0.5)


@pytest.mark.parametrize(
    ("then", "expected"), [("NO", [0.49]), ("AMBIGUOUS", []), ("ANNULLED", []), ("PARTLY", [0.29]), ("", [])]
)
def test_another_verdict_leaves_exactly_the_scores_it_should(then, expected):
    prediction = make_prediction(rules=[], probability="0.7")
    decide(prediction, "YES")

    if then:
        share = "0.5" if then == "PARTLY" else None
        decide(prediction, then, share=share)
        decide(prediction, then, share=share, by="second")
    else:
        actor = User.objects.get(username="editor")
        reopen(prediction_id=prediction.pk, reason=WHY, actor=actor, now=NOW)

    assert briers(full_scorecard(Slice())) == expected
    assert [float(one.value) for one in Score.objects.current().filter(rule="BRIER")] == pytest.approx(expected)
    assert Posting.objects.net().count() == len(expected)
    assert check_scopes() == []


def test_any_job_run_twice_changes_nothing(told):
    told(line("It rains."), line("It snows.", verdict=""))
    prediction = make_prediction()
    make_event()
    sweep(now=NOW)
    models = (Resolution, Score, Posting)
    before = [model.objects.count() for model in models], Client().get("/api/v1/accuracy/").json()

    sweep(now=NOW)
    score_predictions(predictions=[prediction.pk], now=NOW)
    told(line("It rains."), line("It snows.", verdict=""))
    rebuild_scopes()
    rebuild_scopes()

    after = [model.objects.count() for model in models], Client().get("/api/v1/accuracy/").json()
    assert after == before


def test_what_is_annulled_is_in_no_score_and_no_curve_and_is_counted(told):
    told(line("It rains."), line("It hails.", "0.6", verdict="ANNULLED", condition="If it storms"))

    answer, curve = (Client().get(f"/api/v1/{name}").json() for name in ("accuracy/?include=calls", "calibration/"))

    assert (answer["n"], answer["n_calls"], len(answer["included"]["calls"])) == (1, 1, 1)
    assert [level["probability"] for level in curve["levels"]] == ["0.7000"]
    assert (answer["coverage"]["annulled"], answer["coverage"]["resolved"]) == (1, 1)


def test_nothing_is_asked_of_workers_for_what_was_rolled_back(monkeypatch, django_capture_on_commit_callbacks):
    asked = []
    monkeypatch.setattr(tasks.sweep, "apply_async", lambda **options: asked.append(options))

    def record_and_fail():
        make_event()
        tasks.hint()
        raise ZeroDivisionError

    with django_capture_on_commit_callbacks(execute=True):
        with pytest.raises(ZeroDivisionError), transaction.atomic():
            record_and_fail()
        tasks.hint()

    assert len(asked) == 1


def test_an_outcome_cannot_be_edited_past_the_service(editor):
    resolution = decide(make_prediction(rules=[]), "YES")
    browser = Client()
    browser.force_login(editor)

    edited = browser.post(reverse("admin:forecasts_resolution_change", args=[resolution.pk]), {"verdict": "NO"})
    with pytest.raises(DatabaseError, match="append-only"), transaction.atomic():
        Resolution.objects.filter(pk=resolution.pk).update(verdict="NO")

    assert edited.status_code == 403
    assert Resolution.objects.get().verdict == "YES"


@pytest.mark.parametrize(("day", "verdict"), [("2025-02-28", "YES"), ("2025-03-02", "NO")])
def test_an_event_counts_by_its_own_date_however_late_it_is_recorded(day, verdict):
    prediction = make_prediction()
    make_event(on=datetime.fromisoformat(day).replace(tzinfo=UTC), known_at=datetime(2025, 5, 1, tzinfo=UTC))
    cover()

    assert settled(prediction).verdict == verdict


@pytest.mark.parametrize("covered_to", [None, datetime(2025, 2, 1, tzinfo=UTC)])
def test_a_source_that_is_silent_or_stale_says_nothing(covered_to):
    prediction = make_prediction()
    if covered_to:
        cover(to=covered_to)

    assert settled(prediction).verdict == ""


@pytest.mark.parametrize("first", ["condition", "outcome"])
def test_condition_and_outcome_may_become_known_in_either_order(first):
    won = {"type": ["x-election-result"], "recipient": ["person.trump"]}
    window = {"start": {"anchor": "publication"}, "end": "2025-03-01T00:00:00Z"}
    rule = rule_that_it_occurs(condition={"occurs": {"pattern": won, "window": window}})
    prediction = make_prediction(rule=rule)

    def condition():
        plain = {
            "title": "Trump wins",
            "event_type": "x-election-result",
            "action_code": "",
            "topics": (),
            "actors": (),
        }
        return make_event(on=datetime(2025, 1, 20, tzinfo=UTC), recipients=("person.trump",), **plain)

    steps = {"condition": condition, "outcome": make_event}
    versions = {first: steps.pop(first)()}
    assert settled(prediction).verdict == ""
    ((second, step),) = steps.items()
    versions[second] = step()
    assert settled(prediction).verdict == "YES"

    retract_event(event=versions["condition"].event, reason="It was a recount.", known_at=NOW, now=NOW)

    assert settled(prediction).verdict == ""
    assert full_scorecard(Slice()).calls == ()


@pytest.mark.parametrize("made", [JULY, "2024-08-01T00:00:00Z"])
def test_what_is_said_once_the_outcome_is_known_earns_nothing(told, made):
    told(line("It rains.", "1", made=made, closes="2024-12-01T00:00:00Z"))

    assert (Forecast.objects.count(), full_scorecard(Slice()).calls) == (1, ())


def test_a_forecast_of_the_same_day_is_scored(told):
    told(line("It rains.", made="2024-03-01T09:00:00Z", known="2024-03-01T15:00:00Z"))

    assert briers(full_scorecard(Slice())) == [0.09]


def test_a_filter_that_is_not_known_is_refused_and_not_ignored():
    answer = Client().get("/api/v1/accuracy/?forcaster=ada")

    assert answer.status_code == 400
    assert answer.json()["errors"][0]["field"] == "forcaster"


def test_what_came_true_early_can_be_kept_from_counting_ahead_of_the_rest(told):
    late = "2026-01-01T00:00:00Z"
    told(
        line("It rains.", "0.2", verdict="NO"),
        line("A king dies.", "0.9", closes=late, known="2024-04-01T00:00:00Z"),
        line("A queen dies.", "0.9", closes=late, verdict=""),
    )

    everything = Client().get("/api/v1/accuracy/").json()
    due = Client().get("/api/v1/accuracy/?include=calls&due_to=2025-01-01T00:00:00Z").json()

    assert (everything["n"], everything["coverage"]["pending"]) == (2, 1)
    assert [call["title"] for call in due["included"]["calls"]] == ["It rains."]
    assert (due["coverage"]["predictions"], due["slice"]["due_to"]) == (1, "2025-01-01T00:00:00Z")


def test_a_headline_says_which_populations_are_in_it(told):
    told(line("It rains."))
    make_event()
    settled(make_prediction())

    answer = Client().get("/api/v1/accuracy/").json()

    assert {name: answer["coverage"][name] for name in ("resolved", "retrospective", "provisional")} == {
        "resolved": 2, "retrospective": 2, "provisional": 1,
    }  # fmt: skip
    assert answer["slice"]["retrospective"] is None
    assert Client().get("/api/v1/accuracy/?retrospective=false").json()["n"] == 0


def test_a_withdrawn_event_takes_its_verdict_and_scores_along():
    prediction = make_prediction()
    version = make_event()
    assert settled(prediction).verdict == "YES"

    retract_event(event=version.event, reason="It was a drill.", known_at=NOW, now=NOW)

    assert (settled(prediction).verdict, full_scorecard(Slice()).calls) == ("", ())
    assert Posting.objects.net().count() == 0
    assert check_scopes() == []


def test_relative_scores_add_up_to_nothing_and_the_parts_to_the_whole():
    random = np.random.default_rng(7)
    fcst, obs = random.integers(0, 101, 60) / 100, random.integers(0, 2, 60)
    since = random.uniform(0, 8, 60)

    peer = peer_scores(fcst, 1, since=since, until=since + 1.5, scheduled=Scheduled(opens=0, closes=10, ends=9)).peer
    parts = decompose_brier_by_level(Levels.of(fcst, obs))

    assert peer.sum() == pytest.approx(0, abs=1e-9)
    whole = parts.miscalibration - parts.discrimination + parts.uncertainty
    assert whole == pytest.approx(float(((fcst - obs) ** 2).mean()), abs=1e-12)


def test_an_ambiguous_verdict_is_no_half():
    decide(make_prediction(rules=[]), "AMBIGUOUS")

    card = full_scorecard(Slice())
    assert (card.coverage.ambiguous, card.calls) == (1, ())


def test_one_event_is_one_event_however_many_forecasts_hang_on_it(told):
    told(*(line("It rains.", f"0.{n}", made=f"2024-03-0{n}T00:00:00Z") for n in range(1, 9)))

    assert full_scorecard(Slice(topic="all", retrospective=True)).summary.n_clusters == 1


def test_nobody_confirms_what_they_proposed_themselves():
    prediction = make_prediction(rules=[])
    decide(prediction, "YES")
    decide(prediction, "NO")

    with pytest.raises(Refused, match="another editor has to confirm it"):
        decide(prediction, "NO")
