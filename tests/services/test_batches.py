"""Settling many at once: the same records as one by one, and no prediction that spoils it for others."""

import gc
from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from forecasts.models import Evaluation, Prediction, Resolution, RuleVersion, Score, Witness
from forecasts.services import sweeps
from forecasts.services.events import retract_event
from forecasts.services.intake import RuleDraft
from forecasts.services.settlement import settle_prediction, settle_predictions
from forecasts.services.sweeps import Sweep, claim, sweep
from tests.builders import NOW, cover, make_event, make_prediction, rule_that_it_occurs

pytestmark = pytest.mark.django_db

MINUTE = timedelta(minutes=1)
STATE = (
    "title",
    "status",
    "verdict",
    "review_reasons",
    "needs_confirmation",
    "next_check_at",
    "attempts",
    "retry_at",
    "checked_at",
)


def make_many(count: int, *, first: int = 0, **fields) -> list[Prediction]:
    return [make_prediction(statement=f"Claim {n}.", title=f"Claim {n}", **fields) for n in range(first, first + count)]


def break_rule(prediction: Prediction) -> None:
    broken = {"rrl": "1", "consequent": {"sorcery": {}}}
    RuleVersion.objects.create(
        prediction=prediction, name="central", version=2, rule=broken, sha256="0" * 64, recorded_at=NOW
    )


def make_mixture() -> list[Prediction]:
    """Predictions that come out differently: yes, no, open, in doubt, without a rule, in two readings."""
    make_event()
    make_event(event_type="SANCTION", title="Sanctions, says a machine", tier="D", actors=("RUS",))
    cover()
    by_february = RuleDraft(rule_that_it_occurs(end="2025-02-01T00:00:00Z"), variant="STRICT", name="by February")
    doubted = {"type": ["SANCTION"], "actor": ["RUS"]}
    window = {"start": {"anchor": "publication"}, "end": "2025-03-01T00:00:00Z"}
    return [
        *make_many(2),
        *make_many(1, first=2, rule=rule_that_it_occurs(event_type="RETREAT")),
        *make_many(1, first=3, rule=rule_that_it_occurs(event_type="RETREAT", end="2025-07-01T00:00:00Z")),
        *make_many(1, first=4, rule={"rrl": "1", "consequent": {"occurs": {"pattern": doubted, "window": window}}}),
        *make_many(1, first=5, rules=[]),
        *make_many(1, first=6, rules=[RuleDraft(rule_that_it_occurs()), by_february], probability=None),
    ]


def record() -> dict[str, set]:
    """Everything that settling writes, without the keys that differ each time."""
    return {
        "states": {repr(row) for row in Prediction.objects.values_list(*STATE)},
        "evaluations": set(
            Evaluation.objects.values_list("rule_version__prediction__title", "rule_version__name", "number", "digest")
        ),
        "witnesses": set(Witness.objects.values_list("evaluation__rule_version__prediction__title", "role")),
        "resolutions": set(
            Resolution.objects.values_list("prediction__title", "number", "verdict", "state", "reason", "known_at")
        ),
        "scores": set(Score.objects.values_list("forecast__prediction__title", "rule", "value")),
    }


def test_together_they_come_to_what_each_comes_to_alone():
    predictions = make_mixture()
    keys = [prediction.pk for prediction in predictions]
    point = connection.savepoint()
    for key in keys:
        settle_prediction(prediction_id=key, now=NOW)
    alone = record()
    connection.savepoint_rollback(point)

    added = settle_predictions(prediction_ids=keys, now=NOW)

    assert record() == alone
    assert sorted(one.verdict for one in added) == ["NO", "YES", "YES", "YES"]


def test_doing_it_again_adds_nothing():
    keys = [prediction.pk for prediction in make_mixture()]
    settle_predictions(prediction_ids=keys, now=NOW)
    before = record()

    added = settle_predictions(prediction_ids=keys, now=NOW)

    assert (added, record()) == ([], before)


def test_a_batch_reopens_and_proposes_again():
    version = make_event()
    keys = [prediction.pk for prediction in make_many(3)]
    settle_predictions(prediction_ids=keys, now=NOW)

    retract_event(event=version.event, reason="It was a rumour.", known_at=NOW, now=NOW)
    settle_predictions(prediction_ids=keys, now=NOW)
    make_event(external_id="again", known_at=NOW)
    settle_predictions(prediction_ids=keys, now=NOW)

    chains = Resolution.objects.order_by("prediction", "number").values_list("number", "state", "verdict")
    assert list(chains) == [(1, "PROPOSED", "YES"), (2, "REOPENED", ""), (3, "PROPOSED", "YES")] * 3
    assert (Score.objects.count(), Score.objects.current().count()) == (12, 6)


def test_a_prediction_that_is_not_there_is_named_and_nothing_is_written():
    (prediction,) = make_many(1)
    make_event()
    missing = RuleVersion.objects.get().pk

    with pytest.raises(Prediction.DoesNotExist, match=f"There is no prediction {missing}."):
        settle_predictions(prediction_ids=[prediction.pk, missing], now=NOW)

    assert not Evaluation.objects.exists()


def test_the_number_of_queries_does_not_grow_with_the_batch():
    make_event()
    counts = []
    # The first of a slice also makes the rows in which its sums are kept.
    for size in (1, 2, 30):
        keys = [prediction.pk for prediction in make_many(size, first=size)]
        with CaptureQueriesContext(connection) as first:
            settle_predictions(prediction_ids=keys, now=NOW)
        with CaptureQueriesContext(connection) as again:
            settle_predictions(prediction_ids=keys, now=NOW)
        counts.append((len(first), len(again)))

    assert counts[1] == counts[2]
    assert counts[2][1] <= 22


def test_one_broken_rule_spoils_the_batch_for_nobody_else(caplog):
    broken, *whole = make_many(5)
    break_rule(broken)
    make_event()

    done = sweep(now=NOW)

    broken.refresh_from_db()
    assert done == Sweep(checked=5, changed=4, failed=1, left=0)
    assert (broken.attempts, broken.retry_at) == (1, NOW + MINUTE)
    assert broken.last_error.startswith("RuleError: ")
    assert set(Prediction.objects.filter(verdict="YES")) == set(whole)


def test_a_broken_rule_is_found_by_halves_and_not_one_by_one(monkeypatch):
    broken, *_ = make_many(16)
    break_rule(broken)
    make_event()
    settle, sizes = sweeps.settle_predictions, []

    def counted(*, prediction_ids, now):
        sizes.append(len(prediction_ids))
        return settle(prediction_ids=prediction_ids, now=now)

    monkeypatch.setattr(sweeps, "settle_predictions", counted)

    assert sweep(now=NOW) == Sweep(checked=16, changed=15, failed=1, left=0)
    assert sorted(sizes) == [2, 2, 4, 4, 8, 8, 16]


def test_the_collector_works_again_after_a_sweep_even_one_that_fails(monkeypatch):
    make_many(2)
    make_event()
    at_work = []
    monkeypatch.setattr(sweeps, "settle_predictions", lambda **_: at_work.append(gc.isenabled()) or _die())

    with pytest.raises(SystemExit):
        sweep(now=NOW)

    assert (at_work, gc.isenabled()) == ([False], True)


def test_what_was_in_a_batch_that_died_is_taken_one_by_one(monkeypatch):
    """Or a check that kills its process would have all of its batch set aside with it."""
    predictions = make_many(4)
    poison = predictions[0]
    make_event()
    monkeypatch.setattr(sweeps, "settle_predictions", _die)
    with pytest.raises(SystemExit):
        sweep(now=NOW)
    monkeypatch.undo()

    monkeypatch.setattr(sweeps, "settle_prediction", _die_of(poison))
    for number in range(1, 40):
        try:
            sweep(now=NOW + number * timedelta(hours=1))
        except SystemExit:
            continue

    poison.refresh_from_db()
    assert poison.attempts == Prediction.MAX_ATTEMPTS
    assert Prediction.objects.filter(verdict="YES").count() == 3


def _die(**_):
    raise SystemExit


def _die_of(poison: Prediction):
    def settle(*, prediction_id, now):
        if prediction_id == poison.pk:
            raise SystemExit
        return settle_prediction(prediction_id=prediction_id, now=now)

    return settle


def test_the_undecided_come_first_then_the_final_then_those_that_failed():
    failed, final, undecided = make_many(3)
    Prediction.objects.update(next_check_at=NOW - MINUTE)
    Prediction.objects.filter(pk=failed.pk).update(attempts=1)
    Prediction.objects.filter(pk=final.pk).update(status="FINAL", verdict="YES")
    Prediction.objects.filter(pk=undecided.pk).update(next_check_at=NOW)

    taken = [claim(now=NOW, most=10) for _ in range(4)]

    assert taken == [[undecided.pk], [final.pk], [failed.pk], []]


def test_a_claim_waits_longer_after_each_attempt():
    predictions = make_many(Prediction.MAX_ATTEMPTS)
    for attempts, prediction in enumerate(predictions):
        Prediction.objects.filter(pk=prediction.pk).update(attempts=attempts)

    while claim(now=NOW, most=10):
        pass

    waits = [Prediction.objects.get(pk=prediction.pk).retry_at - NOW for prediction in predictions]
    assert waits == [MINUTE, 2 * MINUTE, 4 * MINUTE, 8 * MINUTE, 16 * MINUTE]


def test_a_sweep_goes_through_several_batches(monkeypatch):
    monkeypatch.setattr(sweeps, "BATCH", 2)
    make_many(5)
    make_event()

    assert sweep(now=NOW) == Sweep(checked=5, changed=5, failed=0, left=0)
