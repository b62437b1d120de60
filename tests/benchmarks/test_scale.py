"""How the work grows with what there is: an arriving event, a sweep, a rule with many candidates."""

import os
import time
from io import BytesIO

import pytest
from django.db import connection

from forecasts import rules
from forecasts.feeds import read_csv
from forecasts.models import Prediction
from forecasts.selectors.resolutions import current_rules
from forecasts.selectors.verdicts import judge
from forecasts.services.imports import import_events
from forecasts.services.routing import wake
from forecasts.services.sweeps import sweep
from tests.benchmarks.crowds import analyse, copy_prediction
from tests.benchmarks.ratios import growth, peak_memory, seconds
from tests.benchmarks.test_import import file_of
from tests.builders import NOW, PUBLISHED, cover, make_event, make_prediction, make_source, make_world

FULL = os.environ.get("BENCH_FULL") == "1"
# PostgreSQL clears a claimed row out of the index once that is committed; on SQLite the triggers forbid to flush after.
IS_POSTGRESQL = os.environ.get("DATABASE_URL", "").startswith("postgres")
AFFECTED = 20

pytestmark = [pytest.mark.benchmark, pytest.mark.django_db, pytest.mark.timeout(1800)]


def test_an_event_finds_what_it_may_concern_among_many(capsys):
    prediction = make_prediction()
    make_event()
    (rule,) = current_rules(prediction=prediction)
    judged = judge(rule_version=rule, as_of=NOW)
    alone = seconds(lambda: rules.evaluate(judged.rule, judged.knowledge), rounds=25)
    sizes = [10**4, 10**5] + ([10**6] if FULL and connection.vendor == "postgresql" else [])
    times: dict[int, float] = {}
    key = f"'type:AID|actor:A' || (n.i / {AFFECTED})"
    made = 0
    for size in sizes:
        copy_prediction(prediction, count=size - made, first=made + AFFECTED, key=key)
        made = size
        analyse()
        woken = []
        event = {
            "keys": ["type:AID", "type:AID|actor:A7", "code:07"],
            "occurred_from": PUBLISHED,
            "occurred_until": NOW,
        }
        times[size] = seconds(lambda event=event, woken=woken: woken.append(wake(now=NOW, **event)), rounds=15)
        assert set(woken) == {AFFECTED}

    with capsys.disabled():
        growth(f"an event that concerns {AFFECTED} of so many open predictions", sizes=times)
        for size, taken in times.items():
            print(f"  {size:,}: 1/{size * alone / taken:,.0f} of evaluating every rule in memory")


@pytest.mark.django_db(transaction=IS_POSTGRESQL)
def test_a_sweep_takes_time_in_proportion_and_memory_that_stays(capsys):
    prediction = make_prediction()
    for number in range(5):
        make_event(title=f"Package {number}")
    cover()
    (rule,) = current_rules(prediction=prediction)
    judged = judge(rule_version=rule, as_of=NOW)
    sizes = [10**3, 10**4] + ([10**5] if FULL else [])
    first, again, worked, peaks, alone, made = {}, {}, {}, {}, {}, 1

    def evaluate(count):
        """Seconds that so many evaluations in memory take, by the clock and by CPU time."""
        began, worked = time.perf_counter(), time.process_time()
        for _ in range(count):
            rules.evaluate(judged.rule, judged.knowledge)
        return time.perf_counter() - began, time.process_time() - worked

    for size in sizes:
        n_new = size - made
        copy_prediction(prediction, count=n_new, first=made)
        made = size
        analyse()
        Prediction.objects.update(next_check_at=None)
        first[size] = _sweep(Prediction.objects.filter(verdict="")) / n_new
        before, began = evaluate(size // 2), time.process_time()
        peaks[size] = peak_memory(lambda size=size: again.update({size: _sweep(Prediction.objects.all())}))
        worked[size] = time.process_time() - began
        alone[size] = [sum(pair) for pair in zip(before, evaluate(size - size // 2), strict=True)]

    with capsys.disabled():
        growth(f"a sweep of so many due predictions whose record stands ({connection.vendor})", sizes=again)
        for size in sizes:
            each, (by_the_clock, by_cpu_time) = again[size] / size, alone[size]
            print(
                f"  {size:,}: {1 / each:,.0f} a second, {by_the_clock / again[size]:.2f} of the rate of evaluating their rules in "
                f"memory, {by_cpu_time / worked[size]:.2f} by our own CPU time; "
                f"{first[size] / each:.1f} x as long the first time, with all it writes; {peaks[size]:.1f} MB at the peak"
            )
    assert set(Prediction.objects.values_list("verdict", flat=True)) == {"YES"}
    assert peaks[sizes[-1]] < peaks[sizes[-2]] + 20


def _sweep(due) -> float:
    """Seconds that a sweep of these takes."""
    count = due.update(next_check_at=NOW, attempts=0)
    began = time.perf_counter()
    done = sweep(now=NOW, budget=1200)
    assert (done.checked, done.failed, done.left) == (count, 0, 0)
    return time.perf_counter() - began


def test_a_rule_takes_time_in_proportion_to_its_candidates(capsys):
    make_world()
    prediction = make_prediction()
    times: dict[int, float] = {}
    for size in (10**3, 10**4):
        rows = file_of(size - max(times, default=0), tag=f"{size}-")
        import_events(source=make_source(), rows=read_csv(BytesIO(rows)), now=NOW)
        (version,) = current_rules(prediction=prediction)
        known = judge(rule_version=version, as_of=NOW).knowledge
        clause = version.rule["consequent"]["occurs"]
        counting = rules.parse_rule({"rrl": "1", "consequent": {"count": {**clause, "op": ">=", "n": size}}})
        assert len(rules.evaluate(counting, known).witnesses) == size
        times[size] = seconds(lambda rule=counting, known=known: rules.evaluate(rule, known), rounds=5)

    with capsys.disabled():
        growth("evaluating one rule with so many candidate events", sizes=times)
