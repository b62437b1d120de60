"""What a sweep of ten thousand predictions costs among so many events, of which a few concern them."""

import json
import os
import time

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from forecasts.models import Event, EventKey, EventVersion, Evidence, Prediction
from forecasts.services.settlement import settle_predictions
from forecasts.services.sweeps import sweep
from tests.benchmarks.crowds import analyse, copy_prediction, copy_rows, identifier, unchecked
from tests.benchmarks.ratios import growth
from tests.builders import NOW, cover, make_event, make_prediction

FULL = os.environ.get("BENCH_FULL") == "1"
IS_POSTGRESQL = os.environ.get("DATABASE_URL", "").startswith("postgres")
N_PREDICTIONS, LONGEST_SECONDS = 10_000, 30
EVENTS = (Event, EventVersion, EventKey, Evidence)

pytestmark = [pytest.mark.benchmark, pytest.mark.django_db(transaction=IS_POSTGRESQL), pytest.mark.timeout(1800)]


def copy_event(original: EventVersion, *, numbers: range) -> None:
    """Add copies of an event that concerns nobody, each with its own keys as far as they are its own."""
    event = {"event_id": identifier()}
    with unchecked():
        copy_rows(
            Event.objects.filter(pk=original.event_id), numbers, {"id": identifier(), "external_id": "'copy ' || n.i"}
        )
        copy_rows(EventVersion.objects.filter(pk=original.pk), numbers, {"id": identifier(), **event})
        copy_rows(original.keys.all(), numbers, {"event_version_id": identifier()})
        copy_rows(original.event.evidence.all(), numbers, event)
    analyse(*EVENTS)


def read_whole() -> set[str]:
    """Tables of events that a batch reads from end to end, by what PostgreSQL plans for each of its questions."""
    batch = list(Prediction.objects.values_list("pk", flat=True)[:500])
    with CaptureQueriesContext(connection) as asked:
        settle_predictions(prediction_ids=batch, now=NOW)
    tables = {model._meta.db_table for model in EVENTS}
    questions = [one["sql"] for one in asked if one["sql"].startswith("SELECT") and "forecasts_event" in one["sql"]]
    assert questions
    return {
        node["Relation Name"] for sql in questions for node in plan_of(sql) if node["Node Type"] == "Seq Scan"
    } & tables


def plan_of(sql: str) -> list[dict]:
    """Every node of what PostgreSQL plans."""
    with connection.cursor() as cursor:
        cursor.execute(f"EXPLAIN (FORMAT JSON) {sql}")
        (plan,) = cursor.fetchone()
    (whole,) = json.loads(plan) if isinstance(plan, str) else plan
    return nodes_of(whole["Plan"])


def nodes_of(plan: dict) -> list[dict]:
    return [plan, *(node for part in plan.get("Plans", ()) for node in nodes_of(part))]


def test_a_sweep_takes_no_longer_among_more_events(capsys, record_property):
    prediction = make_prediction()
    for number in range(5):
        make_event(title=f"Package {number}")
    cover()
    other = make_event(event_type="CONSULT", action_code="040", title="Talks", external_id="talks")
    copy_prediction(prediction, count=N_PREDICTIONS - 1, first=1)
    analyse()
    times, n_queries, made = {}, {}, 1
    for size in [10**4, 10**5] + ([10**6] if FULL else []):
        copy_event(other, numbers=range(made, size))
        made = size
        Prediction.objects.update(next_check_at=NOW, attempts=0)
        began = time.perf_counter()
        with CaptureQueriesContext(connection) as asked:
            done = sweep(now=NOW, budget=1200)
        times[size] = time.perf_counter() - began
        n_queries[size] = len(asked)
        assert (done.checked, done.failed, done.left) == (N_PREDICTIONS, 0, 0)

    with capsys.disabled():
        growth(f"a sweep of {N_PREDICTIONS:,} predictions among so many events ({connection.vendor})", sizes=times)
    record_property("times", len(times))
    first, *others = n_queries.values()
    assert max(others) <= first
    assert max(times.values()) < LONGEST_SECONDS
    if connection.vendor == "postgresql":
        assert read_whole() == set()
