import itertools
import math

import numpy as np
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st
from sklearn.metrics import roc_auc_score
from sklearn.metrics import roc_curve as oracle_curve

from forecasts.scoring.discrimination import ONE_OUTCOME, Auc, area_under_curve, roc_curve
from forecasts.scoring.levels import Levels
from forecasts.scoring.thresholds import NOTHING

CALLS = st.lists(st.tuples(st.integers(0, 20).map(lambda one: one / 20), st.integers(0, 1)), min_size=2, max_size=40)


def levels_of(calls):
    return Levels.of(*zip(*calls, strict=True))


def both_outcomes(calls):
    return {outcome for _, outcome in calls} == {0, 1}


@pytest.mark.parametrize(
    ("fcst", "obs", "area"),
    [
        ([0.1, 0.9], [0, 1], 1.0),
        ([0.9, 0.1], [0, 1], 0.0),
        ([0.5, 0.5], [0, 1], 0.5),
        ([0.1, 0.4, 0.35, 0.8], [0, 0, 1, 1], 0.75),  # scikit-learn documentation
        ([0.2, 0.6, 0.6, 0.9], [0, 0, 1, 1], 0.875),
        ([0.3, 0.7], [0.5, 1], 5 / 6),  # (.5 * .5 + 1 * 1) of 1.5
    ],
)
def test_the_area_counts_pairs_and_half_the_ties(fcst, obs, area):
    assert area_under_curve(Levels.of(fcst, obs)).area == pytest.approx(area, abs=1e-15)


@given(CALLS)
def test_the_area_agrees_with_scikit_learn(calls):
    assume(both_outcomes(calls))
    fcst, obs = zip(*calls, strict=True)

    assert area_under_curve(levels_of(calls)).area == pytest.approx(roc_auc_score(obs, fcst), abs=1e-12)


@given(CALLS)
def test_the_curve_agrees_with_scikit_learn(calls):
    assume(both_outcomes(calls))
    fcst, obs = zip(*calls, strict=True)
    alarms, hits, thresholds = oracle_curve(obs, fcst, drop_intermediate=False)

    points = roc_curve(levels_of(calls))

    assert [point.threshold for point in points] == pytest.approx(list(thresholds[1:]))
    assert [point.hit_rate for point in points] == pytest.approx(list(hits[1:]))
    assert [point.false_alarm_rate for point in points] == pytest.approx(list(alarms[1:]))


@given(CALLS)
def test_the_area_is_that_under_the_curve(calls):
    assume(both_outcomes(calls))
    points = roc_curve(levels_of(calls))

    hits, alarms = [0.0, *(one.hit_rate for one in points)], [0.0, *(one.false_alarm_rate for one in points)]

    assert area_under_curve(levels_of(calls)).area == pytest.approx(np.trapezoid(hits, alarms), abs=1e-12)


@given(CALLS)
def test_opposites_and_any_relabelling_in_order_change_nothing(calls):
    assume(both_outcomes(calls))
    area = area_under_curve(levels_of(calls)).area

    assert area_under_curve(levels_of([(1 - p, 1 - y) for p, y in calls])).area == pytest.approx(area, abs=1e-12)
    assert area_under_curve(levels_of([(p / 5 + 0.4, y) for p, y in calls])).area == pytest.approx(area, abs=1e-12)


def _delong_pair_by_pair(fcst, obs):
    """Walk through all pairs, as the paper writes it."""
    happened = [p for p, y in zip(fcst, obs, strict=True) if y]
    failed = [p for p, y in zip(fcst, obs, strict=True) if not y]
    wins = {
        (i, j): (x > y) + 0.5 * (x == y) for (i, x), (j, y) in itertools.product(enumerate(happened), enumerate(failed))
    }
    rows = [np.mean([wins[i, j] for j in range(len(failed))]) for i in range(len(happened))]
    columns = [np.mean([wins[i, j] for i in range(len(happened))]) for j in range(len(failed))]
    return math.sqrt(np.var(rows, ddof=1) / len(happened) + np.var(columns, ddof=1) / len(failed))


def test_the_error_is_that_of_the_paper():
    rng = np.random.default_rng(8)
    fcst = rng.integers(0, 11, 60) / 10
    obs = (rng.random(60) < fcst).astype(int)

    found = area_under_curve(Levels.of(fcst, obs))

    assert found.standard_error == pytest.approx(_delong_pair_by_pair(fcst, obs), abs=1e-12)
    assert found.high - found.area == pytest.approx(1.959964 * found.standard_error, abs=1e-6)


def test_the_interval_stays_within_what_is_possible():
    found = area_under_curve(Levels.of([0.1, 0.2, 0.3, 0.15, 0.8, 0.9], [0, 0, 0, 1, 1, 1]))

    assert 0 < found.low < found.area < found.high == 1.0


def test_one_single_success_has_no_error():
    found = area_under_curve(Levels.of([0.1, 0.2, 0.9], [0, 0, 1]))

    assert found == Auc(1.0, None, 0.0, 1.0, 0.95)


def test_repeated_forecasts_leave_the_area_and_seem_to_shrink_the_error():
    once = area_under_curve(Levels.of([0.1, 0.4, 0.35, 0.8], [0, 0, 1, 1]))
    often = area_under_curve(Levels.of([0.1, 0.4, 0.35, 0.8] * 10, [0, 0, 1, 1] * 10))

    assert often.area == once.area
    assert often.standard_error < once.standard_error


@pytest.mark.parametrize("outcome", [0, 1])
def test_where_all_came_out_alike_there_is_nothing_to_tell_apart(outcome):
    levels = Levels.of([0.2, 0.9], [outcome] * 2)

    assert area_under_curve(levels) is roc_curve(levels) is ONE_OUTCOME


def test_nothing_resolved_has_no_area():
    assert area_under_curve(Levels.empty()) is roc_curve(Levels.empty()) is NOTHING


@pytest.mark.parametrize("coverage", [0, 1])
def test_an_impossible_coverage_is_refused(coverage):
    with pytest.raises(ValueError, match=f"coverage must be between 0 and 1, got {coverage}"):
        area_under_curve(Levels.empty(), coverage=coverage)
