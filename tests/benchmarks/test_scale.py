"""How the work grows with what there is: an arriving event, a sweep, a rule with many candidates."""

import os
import time
import tracemalloc

import pytest
from django.db import connection

from forecasts import rules
from forecasts.models import Prediction
from forecasts.selectors.resolutions import current_rules
from forecasts.selectors.verdicts import judge
from forecasts.services.routing import wake
from forecasts.services.sweeps import sweep
from tests.benchmarks.crowds import analyse, copy_prediction
from tests.benchmarks.ratios import growth, seconds
from tests.builders import NOW, PUBLISHED, cover, make_event, make_prediction

FULL = os.environ.get("BENCH_FULL") == "1"
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


def test_a_sweep_takes_time_in_proportion_and_memory_that_stays(capsys):
    prediction = make_prediction()
    for number in range(5):
        make_event(title=f"Package {number}")
    cover()
    sizes = [10**3, 10**4]
    first, again, peaks, made = {}, {}, {}, 1
    for size in sizes:
        copy_prediction(prediction, count=size - made, first=made)
        made = size
        analyse()
        Prediction.objects.update(next_check_at=None)
        first[size] = _sweep(Prediction.objects.filter(verdict=""))
        again[size] = _sweep(Prediction.objects.all())
        tracemalloc.start()
        _sweep(Prediction.objects.all())
        peaks[size] = tracemalloc.get_traced_memory()[1]
        tracemalloc.stop()

    with capsys.disabled():
        growth("a sweep of so many due predictions whose record stands", sizes=again)
        print(f"  memory at its peak: {peaks[10**4] / peaks[10**3]:.2f} x for 10 x as many")
        print(f"  the first time, with all it writes: {first[10**4] / 9000 / (again[10**4] / 10**4):.1f} x each")
    assert set(Prediction.objects.values_list("verdict", flat=True)) == {"YES"}
    assert peaks[10**4] < 2 * peaks[10**3]


def _sweep(due) -> float:
    """Seconds that a sweep of these takes."""
    count = due.update(next_check_at=NOW, attempts=0)
    began = time.perf_counter()
    done = sweep(now=NOW, budget=1200)
    assert (done.checked, done.failed, done.left) == (count, 0, 0)
    return time.perf_counter() - began


def test_a_rule_takes_time_in_proportion_to_its_candidates(capsys):
    prediction = make_prediction()
    times: dict[int, float] = {}
    for size in (100, 1000):
        for number in range(max(times, default=0), size):
            make_event(title=f"Package {number}")
        (rule,) = current_rules(prediction=prediction)
        times[size] = seconds(lambda rule=rule: judge(rule_version=rule, as_of=NOW), rounds=5)

    with capsys.disabled():
        growth("judging one rule with so many candidate events", sizes=times)
