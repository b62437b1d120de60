import numpy as np
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from scipy.optimize import minimize
from scipy.special import expit, logit
from sklearn.linear_model import LogisticRegression

from forecasts.scoring.levels import Levels
from forecasts.scoring.recalibration import ONE_OUTCOME, recalibration
from forecasts.scoring.thresholds import NOTHING

CALLS = st.lists(st.tuples(st.integers(0, 20).map(lambda one: one / 20), st.integers(0, 1)), min_size=2, max_size=40)


def counted(table):
    """Return the levels of (probability, how many happened, how many did not)."""
    calls = [(p, y) for p, happened, failed in table for y in [1] * happened + [0] * failed]
    return Levels.of(*zip(*calls, strict=True))


def sample(rng, *, n, intercept, slope):
    fcst = rng.integers(1, 20, n) / 20
    return fcst, (rng.random(n) < expit(intercept + slope * logit(fcst))).astype(int)


def test_two_levels_are_fitted_exactly():
    # .2 comes true 30 of 100, .8 comes true 70 of 100: the odds 1/4 and 4 turn into 3/7 and 7/3.
    found = recalibration(counted([(0.2, 30, 70), (0.8, 70, 30)]))

    assert found.intercept.value == pytest.approx(0, abs=1e-9)
    assert found.slope.value == pytest.approx(np.log(7 / 3) / np.log(4), abs=1e-9)
    assert found.share_at(0.8) == pytest.approx(0.7)
    assert not found.penalised


def test_the_errors_of_two_levels_match_the_hand_table():
    found = recalibration(counted([(0.2, 30, 70), (0.8, 70, 30)]))

    # Each level carries 100 * .3 * .7 = 21 of information, at a distance of log 4 from the middle.
    assert found.intercept.standard_error == pytest.approx(42**-0.5)
    assert found.slope.standard_error == pytest.approx(42**-0.5 / np.log(4))
    assert found.slope.low == pytest.approx(found.slope.value - 1.959964 * found.slope.standard_error, abs=1e-6)


def test_the_line_agrees_with_scikit_learn():
    fcst, obs = sample(np.random.default_rng(1), n=400, intercept=-0.4, slope=0.6)
    oracle = LogisticRegression(C=np.inf, tol=1e-12, max_iter=1000).fit(logit(fcst).reshape(-1, 1), obs)

    found = recalibration(Levels.of(fcst, obs))

    assert found.intercept.value == pytest.approx(oracle.intercept_[0], abs=1e-6)
    assert found.slope.value == pytest.approx(oracle.coef_[0, 0], abs=1e-6)


@settings(deadline=None)  # the oracle is slow
@given(CALLS)
def test_a_small_sample_is_drawn_towards_no_change(calls):
    assume({outcome for _, outcome in calls} == {0, 1})
    fcst, obs = (np.array(column) for column in zip(*calls, strict=True))
    stated = logit(np.clip(fcst, 0.001, 0.999))

    def cost(line):
        odds = line[0] + line[1] * stated
        return np.logaddexp(0, odds).sum() - obs @ odds + (line[0] ** 2 + (line[1] - 1) ** 2) / 2

    found, oracle = recalibration(Levels.of(fcst, obs)), minimize(cost, [0, 1], tol=1e-10)

    assert found.penalised
    assert (found.intercept.value, found.slope.value) == (
        pytest.approx(oracle.x[0], abs=1e-4),
        pytest.approx(oracle.x[1], abs=1e-4),
    )


@pytest.mark.parametrize(
    ("slope", "table"),
    [
        ("overconfident", [(0.1, 30, 70), (0.9, 70, 30)]),
        ("too timid", [(0.4, 10, 90), (0.6, 90, 10)]),
    ],
)
def test_the_slope_tells_boldness(slope, table):
    found = recalibration(counted(table))

    assert (found.slope.high < 1) is (slope == "overconfident")
    assert (found.slope.low > 1) is (slope == "too timid")
    assert found.p_value < 0.001


def test_the_intercept_tells_that_less_happens_than_was_said():
    found = recalibration(counted([(0.5, 30, 70), (0.7, 50, 50)]))

    assert found.intercept.high < 0


def test_perfect_calibration_is_left_alone():
    found = recalibration(counted([(0.1, 10, 90), (0.5, 50, 50), (0.9, 90, 10)]))

    assert (found.intercept.value, found.slope.value) == (pytest.approx(0), pytest.approx(1))
    assert found.p_value == pytest.approx(1)


def test_opposites_turn_the_intercept_and_keep_the_slope():
    fcst, obs = sample(np.random.default_rng(2), n=300, intercept=0.5, slope=1.5)

    one, other = recalibration(Levels.of(fcst, obs)), recalibration(Levels.of(1 - fcst, 1 - obs))

    assert other.intercept.value == pytest.approx(-one.intercept.value, abs=1e-9)
    assert other.slope.value == pytest.approx(one.slope.value, abs=1e-9)


@pytest.mark.parametrize(
    "table",
    [
        [(0.2, 0, 100), (0.8, 100, 0)],  # perfectly told apart: the best slope has no end
        [(0.2, 0, 100), (0.8, 50, 50)],
        [(0.7, 60, 60)],  # one probability carries no slope
        [(0.0, 1, 99), (0.0005, 1, 99)],  # two that are one after clipping
    ],
)
def test_what_the_record_cannot_hold_is_penalised(table):
    found = recalibration(counted(table))

    assert found.penalised
    assert abs(found.slope.value) < 10
    assert abs(found.intercept.value) < 10


def test_certainties_that_fail_stay_finite():
    found = recalibration(counted([(0.0, 20, 80), (1.0, 80, 20)]))

    assert found.slope.value == pytest.approx(np.log(4) / np.log(999), abs=1e-6)


@pytest.mark.parametrize("outcome", [0, 1])
def test_where_all_came_out_alike_there_is_no_line(outcome):
    assert recalibration(Levels.of([0.2, 0.9], [outcome] * 2)) is ONE_OUTCOME


def test_nothing_resolved_has_no_line():
    assert recalibration(Levels.empty()) is NOTHING


@pytest.mark.parametrize("coverage", [0, 1])
def test_an_impossible_coverage_is_refused(coverage):
    with pytest.raises(ValueError, match=f"coverage must be between 0 and 1, got {coverage}"):
        recalibration(Levels.empty(), coverage=coverage)
