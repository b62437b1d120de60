from datetime import timedelta
from decimal import Decimal

import pytest
from django.db import OperationalError, connection
from django.test.utils import CaptureQueriesContext

from forecasts.models import Prediction, Resolution, RuleVersion, Score
from forecasts.services import sweeps
from forecasts.services.forecasts import Wording, record_forecast
from forecasts.services.patience import wait_until_it_answers
from forecasts.services.rollups import take_marks_off
from forecasts.services.sweeps import Sweep, sweep
from tests.builders import NOW, PUBLISHED, make_event, make_prediction, rule_that_it_occurs

pytestmark = pytest.mark.django_db


def make_many(count: int) -> list[Prediction]:
    return [make_prediction(statement=f"Claim {n}.", title=f"Claim {n}") for n in range(count)]


def say_again(prediction: Prediction) -> None:
    wording = Wording(probability=Decimal("0.9"))
    said = {"forecaster": prediction.holder, "made_at": PUBLISHED + timedelta(days=1)}
    record_forecast(prediction=prediction, wording=wording, now=NOW, **said)


def break_rule(prediction: Prediction) -> None:
    """Put a rule in the database that no version of the language can read, past every check."""
    broken = {"rrl": "1", "consequent": {"sorcery": {}}}
    RuleVersion.objects.create(
        prediction=prediction, name="central", version=2, rule=broken, sha256="0" * 64, recorded_at=NOW
    )


def test_what_is_due_is_settled_and_nothing_else():
    due, later = make_many(2)
    make_event()
    take_marks_off([later.pk])
    Prediction.objects.filter(pk=later.pk).update(next_check_at=NOW + timedelta(seconds=1))

    done = sweep(now=NOW)

    assert done == Sweep(checked=1, changed=1, failed=0, left=0)
    assert Resolution.objects.get().prediction == due


def test_what_was_forecast_since_it_was_decided_is_scored_by_the_next_sweep():
    (prediction,) = make_many(1)
    make_event()
    sweep(now=NOW)
    say_again(prediction)

    assert sweep(now=NOW).checked == 1
    assert {one.forecast.made_at for one in Score.objects.all()} >= {PUBLISHED + timedelta(days=1)}


def test_a_new_forecast_gives_a_check_that_failed_no_new_attempts():
    (prediction,) = make_many(1)
    break_rule(prediction)
    sweep(now=NOW)
    say_again(prediction)

    assert sweep(now=NOW).checked == 0


def test_marks_are_taken_off_before_forecasts_are_read_for_their_scores():
    make_many(1)
    make_event()

    with CaptureQueriesContext(connection) as asked:
        sweep(now=NOW)

    sent = [query["sql"] for query in asked]
    taken = next(place for place, sql in enumerate(sent) if sql.startswith('DELETE FROM "forecasts_uncounted"'))
    read = next(place for place, sql in enumerate(sent) if 'FROM "forecasts_forecast"' in sql)
    assert taken < read, "a forecast that comes between the two would be neither scored nor marked"


def test_a_second_sweep_finds_nothing_to_do():
    make_many(3)
    make_event()

    assert [sweep(now=NOW).changed, sweep(now=NOW)] == [3, Sweep()]


def test_a_sweep_stops_at_its_limit_and_leaves_the_rest_due():
    make_many(3)

    assert sweep(now=NOW, limit=2) == Sweep(checked=2, changed=0, failed=0, left=1)


def test_a_sweep_stops_when_its_time_is_over_and_leaves_the_rest_due():
    make_many(2)

    assert sweep(now=NOW, budget=-1.0) == Sweep(checked=0, changed=0, failed=0, left=2)


def test_one_broken_rule_does_not_stop_the_others(caplog):
    broken, whole = make_many(2)
    break_rule(broken)
    make_event()

    done = sweep(now=NOW)

    broken.refresh_from_db()
    assert (done.checked, done.changed, done.failed) == (2, 1, 1)
    assert Resolution.objects.get().prediction == whole
    assert broken.last_error.startswith("RuleError: ")


def test_a_failure_is_tried_again_later_each_time_and_in_the_end_left_to_a_person():
    (broken,) = make_many(1)
    break_rule(broken)
    waits, now = [], NOW
    for _ in range(Prediction.MAX_ATTEMPTS):
        sweep(now=now)
        broken.refresh_from_db()
        waits.append(broken.retry_at - now)
        now = broken.retry_at

    assert waits == [timedelta(minutes=2**n) for n in range(Prediction.MAX_ATTEMPTS)]
    assert sweep(now=now) == Sweep()
    assert list(Prediction.objects.stuck()) == [broken]


def test_a_stuck_prediction_gets_new_attempts_when_its_rule_is_replaced():
    make_many(1)
    Prediction.objects.update(attempts=Prediction.MAX_ATTEMPTS)

    make_event()

    assert sweep(now=NOW).changed == 1


def test_the_attempt_is_counted_before_the_work(monkeypatch):
    """A check that kills the process never comes back to count."""
    (prediction,) = make_many(1)
    monkeypatch.setattr(sweeps, "settle_prediction", _die)

    with pytest.raises(SystemExit):
        sweep(now=NOW)

    prediction.refresh_from_db()
    assert (prediction.attempts, prediction.retry_at) == (1, NOW + timedelta(minutes=1))


def _die(**_):
    raise SystemExit


def test_of_two_sweeps_one_claims_the_row():
    (prediction,) = make_many(1)

    claims = [sweeps.claim(now=NOW, most=1) for _ in range(2)]

    assert claims == [[prediction.pk], []]


def test_a_settlement_costs_the_same_queries_however_many_events_there_are():
    counts = []
    for number, n_events in enumerate((2, 2, 30)):
        prediction = make_prediction(statement=f"Claim {number}.")
        for n in range(n_events):
            make_event(title=f"Package {n}", external_id=f"{n}", owners=2)
        with CaptureQueriesContext(connection) as queries:
            sweeps.settle_prediction(prediction_id=prediction.pk, now=NOW)
        counts.append(len(queries))

    # The first one also makes the sums that the others add to.
    assert counts[1] == counts[2]


def test_an_event_that_comes_in_while_the_sweep_is_under_way_is_not_lost(monkeypatch):
    (prediction,) = make_many(1)
    later = NOW + timedelta(seconds=20)
    settle = sweeps.settle_predictions

    def settle_late(**given):
        make_event(known_at=later, now=later)
        return settle(**given)

    monkeypatch.setattr(sweeps, "settle_predictions", settle_late)
    monkeypatch.setattr(
        sweeps,
        "settle_prediction",
        lambda **given: settle_late(prediction_ids=[given["prediction_id"]], now=given["now"]),
    )
    sweep(now=NOW)
    monkeypatch.undo()
    prediction.refresh_from_db()
    woken = prediction.next_check_at

    sweep(now=later)

    prediction.refresh_from_db()
    assert (woken, prediction.verdict) == (later, "YES")


def test_a_proposal_without_a_dispute_window_becomes_final_at_the_next_sweep():
    prediction = make_prediction(rule=rule_that_it_occurs(policy={"dispute_window": "P0D"}))
    make_event()

    sweep(now=NOW)
    sweep(now=NOW + timedelta(minutes=1))

    prediction.refresh_from_db()
    assert (prediction.status, prediction.verdict) == ("FINAL", "YES")


def test_a_database_that_is_away_costs_no_attempt(monkeypatch):
    (prediction,) = make_many(1)

    def be_away(**_):
        raise OperationalError("the connection is lost")

    monkeypatch.setattr(sweeps, "settle_predictions", be_away)
    monkeypatch.setattr(sweeps, "settle_prediction", be_away)
    done = sweep(now=NOW)

    prediction.refresh_from_db()
    assert (done.failed, prediction.attempts, prediction.retry_at > NOW) == (1, 0, True)


@pytest.mark.postgresql
@pytest.mark.django_db(transaction=True)
def test_a_connection_that_is_lost_costs_no_attempt_and_the_rest_is_settled_at_once(monkeypatch):
    make_many(4)
    make_event()
    settle_all, lost = sweeps.settle_predictions, []

    def lose_the_connection(**told):
        if not lost:
            with connection.cursor() as cursor:
                lost.append(True)
                cursor.execute("SELECT pg_terminate_backend(pg_backend_pid())")
        return settle_all(**told)

    monkeypatch.setattr(sweeps, "settle_predictions", lose_the_connection)

    assert sweep(now=NOW) == Sweep(checked=4, changed=4)
    assert set(Prediction.objects.values_list("attempts", "verdict")) == {(0, "YES")}


def test_a_database_that_stays_away_ends_the_sweep(monkeypatch):
    def be_away():
        raise OperationalError("the connection is refused")

    monkeypatch.setattr(connection, "cursor", be_away)

    with pytest.raises(OperationalError, match="the connection is refused"):
        wait_until_it_answers(patience=0.3)
