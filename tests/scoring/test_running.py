from datetime import UTC, datetime, timedelta

import pytest

from forecasts.scoring.means import mean_brier_interval
from forecasts.scoring.running import Settled, latest_brier, running_brier
from forecasts.scoring.statistics import Cell, Totals, cell_of

START = datetime(2025, 1, 1, tzinfo=UTC)
WHOLE = 1_000_000


def settled(*calls):
    """Calls of day, level and outcome in basis points, each an event of its own."""
    return [
        Settled(START + timedelta(days=day), f"event {place}", level, outcome, WHOLE)
        for place, (day, level, outcome) in enumerate(calls)
    ]


CALLS = settled((3, 8_000, 0), (1, 8_000, 10_000), (2, 5_000, 10_000), (2, 10_000, 10_000))


def test_the_mean_after_each_day_is_that_of_all_up_to_it():
    # 0.04; then with 0.25 and 0: 0.29 / 3; then with 0.64: 0.93 / 4.
    found = running_brier(CALLS)

    assert [(one.at.day, one.n) for one in found] == [(2, 1), (3, 3), (4, 4)]
    assert [one.brier for one in found] == pytest.approx([0.04, 0.29 / 3, 0.2325])


def test_the_last_stand_is_the_score_with_its_interval():
    totals = Totals.of([cell_of(one.level, one.outcome, weight=one.weight) for one in CALLS])

    assert running_brier(CALLS)[-1].interval == mean_brier_interval(totals)


def test_calls_on_one_event_narrow_nothing():
    together = [one._replace(cluster="the same") for one in CALLS]

    assert running_brier(together)[-1].interval.n_clusters == 1
    assert running_brier(together)[-1].brier == pytest.approx(0.2325)


def test_backwards_from_the_sums_it_comes_to_the_same_without_intervals():
    totals = Totals.of([cell_of(one.level, one.outcome, weight=one.weight) for one in CALLS])
    newest = [one for one in CALLS if one.at > START + timedelta(days=1)]

    found = latest_brier(newest, totals=totals, n=4)

    assert [(one.at, one.n) for one in found] == [(one.at, one.n) for one in running_brier(CALLS)[1:]]
    assert [one.brier for one in found] == pytest.approx([0.29 / 3, 0.2325])
    assert {one.interval for one in found} == {None}


def test_nothing_settled_has_no_stand():
    assert running_brier([]) == ()
    assert latest_brier([], totals=Totals.of([Cell()]), n=0) == ()
