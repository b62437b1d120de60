import math
from decimal import Decimal

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from sklearn.metrics import brier_score_loss, log_loss

from forecasts.scoring.rules import (
    BRIER,
    LOG,
    SCORE_VERSIONS,
    Direction,
    brier_score,
    count_certain_and_wrong,
    count_clipped,
    log_score,
)

PROBABILITY = st.integers(0, 10_000).map(lambda points: points / 10_000)
CALLS = st.lists(st.tuples(PROBABILITY, st.integers(0, 1)), min_size=1, max_size=30)


@pytest.mark.parametrize(
    ("fcst", "obs", "expected"),
    [
        (0.0, 0, 0.0),
        (1.0, 1, 0.0),
        (0.0, 1, 1.0),
        (1.0, 0, 1.0),
        (0.5, 0, 0.25),
        (0.5, 1, 0.25),
        (0.8, 1, 0.04),
        (0.2, 1, 0.64),  # scoringrules documentation
        (0.75, 0, 0.5625),
        (0.7, 0.5, 0.29),  # half of .3 squared and half of .7 squared
    ],
)
def test_brier_score_of_one_forecast_matches_the_hand_table(fcst, obs, expected):
    assert brier_score([fcst], [obs]) == pytest.approx([expected], abs=1e-15)


def test_mean_brier_of_seven_calls_is_what_pencil_and_paper_give():
    fcst, obs = [0.8, 0.6, 0.6, 0.75, 0.75, 0.75, 0.75], [1, 1, 0, 0, 1, 0, 1]

    assert round(float(brier_score(fcst, obs).mean()), 4) == 0.2586


def test_brier_score_is_half_of_briers_own_table():
    # Brier (1950), Table 1: P = 0.19 on the two-sided scale.
    fcst, obs = [0.7, 0.9, 0.8, 0.4, 0.2, 0, 0, 0, 0, 0.1], [0, 1, 1, 1, 0, 0, 0, 0, 0, 0]

    assert 2 * brier_score(fcst, obs).mean() == pytest.approx(0.19, abs=1e-12)


def test_finleys_tornado_warnings_score_as_certainties():
    # Finley (1884): 28 hits, 72 false alarms, 23 misses, 2680 correct silences.
    fcst = [1] * 100 + [0] * 2703
    obs = [1] * 28 + [0] * 72 + [1] * 23 + [0] * 2680

    assert brier_score(fcst, obs).mean() == pytest.approx(0.0338922582947, abs=1e-12)
    assert count_certain_and_wrong(fcst, obs) == 95
    assert count_clipped(fcst) == 2803


@pytest.mark.parametrize(
    ("fcst", "obs", "expected"),
    [
        (0.5, 1, math.log(2)),
        (0.5, 0, math.log(2)),
        (0.25, 1, math.log(4)),
        (0.25, 0, math.log(4 / 3)),
        (0.0, 1, math.log(1000)),
        (1.0, 0, math.log(1000)),
        (1.0, 1, math.log(1000 / 999)),
        (0.0, 0, math.log(1000 / 999)),
        (0.25, 0.5, (math.log(4) + math.log(4 / 3)) / 2),
    ],
)
def test_log_score_of_one_forecast_matches_the_hand_table(fcst, obs, expected):
    assert log_score([fcst], [obs]) == pytest.approx([expected], abs=1e-12)


def test_log_score_uses_the_clip_it_is_given():
    assert log_score([0.0], [1], clip=0.01) == pytest.approx([math.log(100)])


@pytest.mark.parametrize("clip", [0, 0.5, -0.1, 1, math.nan])
def test_a_clip_that_leaves_nothing_or_everything_is_refused(clip):
    with pytest.raises(ValueError, match=r"clip must be between 0 and 0\.5, got"):
        log_score([0.5], [1], clip=clip)
    with pytest.raises(ValueError, match=r"clip must be between 0 and 0\.5, got"):
        count_clipped([0.5], clip=clip)


def test_the_clip_itself_is_not_counted_as_clipped():
    assert count_clipped([0.001, 0.999, 0.0009, 0.9991, 0.0, 1.0, 0.5]) == 4


def test_certain_and_wrong_counts_failures_in_part_but_no_success():
    assert count_certain_and_wrong([0, 1, 0, 1, 0, 1, 0.99], [0, 1, 1, 0, 0.5, 0.5, 0]) == 4


@given(CALLS)
def test_scores_agree_with_scikit_learn(calls):
    fcst, obs = np.array([call[0] for call in calls]), np.array([call[1] for call in calls])

    assert brier_score(fcst, obs).mean() == pytest.approx(brier_score_loss(obs, fcst, pos_label=1), abs=1e-12)
    assert log_score(fcst, obs).mean() == pytest.approx(
        log_loss(obs, np.clip(fcst, 0.001, 0.999), labels=[0, 1]), abs=1e-12
    )


@given(CALLS)
def test_calling_the_opposite_of_the_opposite_scores_the_same(calls):
    fcst, obs = np.array([call[0] for call in calls]), np.array([call[1] for call in calls])

    assert brier_score(1 - fcst, 1 - obs) == pytest.approx(brier_score(fcst, obs), abs=1e-12)
    assert log_score(1 - fcst, 1 - obs) == pytest.approx(log_score(fcst, obs), abs=1e-9)


@given(PROBABILITY, st.floats(0, 1))
def test_every_score_stays_inside_its_stated_range(fcst, obs):
    slack = 1e-12

    assert BRIER.low <= brier_score([fcst], [obs])[0] <= BRIER.high
    assert LOG.low - slack <= log_score([fcst], [obs])[0] <= LOG.high + slack


@pytest.mark.parametrize("score", [brier_score, log_score])
@pytest.mark.parametrize("belief", [0.01, 0.1, 0.35, 0.5, 0.62, 0.9, 0.99])
def test_the_honest_probability_expects_the_best_score(score, belief):
    reports = np.arange(1, 100) / 100
    expected = belief * score(reports, np.ones(99)) + (1 - belief) * score(reports, np.zeros(99))

    assert reports[np.argmin(expected)] == belief


@pytest.mark.parametrize("score", [brier_score, log_score])
def test_no_forecasts_have_no_scores(score):
    assert score([], []).shape == (0,)


def test_decimals_score_like_the_numbers_they_write():
    assert brier_score([Decimal("0.8")], [Decimal(1)]) == pytest.approx([0.04])


@pytest.mark.parametrize(
    ("fcst", "obs", "message"),
    [
        ([math.nan], [1], r"fcst\[0\] must be in \[0, 1\], got nan"),
        ([0.5, math.inf], [1, 0], r"fcst\[1\] must be in \[0, 1\], got inf"),
        ([1.01], [1], r"fcst\[0\] must be in \[0, 1\], got 1.01"),
        ([-0.1], [1], r"fcst\[0\] must be in \[0, 1\], got -0.1"),
        ([0.5], [2], r"obs\[0\] must be in \[0, 1\], got 2.0"),
        ([0.5], [math.nan], r"obs\[0\] must be in \[0, 1\], got nan"),
        ([0.5, 0.5], [1], "fcst has 2 values but obs has 1"),
        ([True], [1], r"fcst\[0\] must be a number, got True"),
        ([0.5], [True], r"obs\[0\] must be a number, got True"),
        (np.array([True]), [1], r"fcst\[0\] must be a number, got np.True_"),
        (["0.5"], [1], r"fcst\[0\] must be a number, got '0.5'"),
        ("1", [1], "fcst must be a sequence of numbers, got '1'"),
        (0.5, [1], "fcst must be a sequence of numbers, got 0.5"),
        ([None], [1], r"fcst\[0\] must be a number, got None"),
        ([[0.5]], [1], r"fcst\[0\] must be a number, got \[0.5\]"),
        (np.array([[0.5]]), [1], r"fcst\[0\] must be a number, got array"),
        ([Decimal("NaN")], [1], r"fcst\[0\] must be in \[0, 1\], got nan"),
    ],
)
@pytest.mark.parametrize("function", [brier_score, log_score, count_certain_and_wrong])
def test_what_is_no_forecast_or_outcome_is_refused(function, fcst, obs, message):
    with pytest.raises(ValueError, match=message):
        function(fcst, obs)


def test_a_score_leaves_its_arguments_alone():
    fcst, obs = np.array([0.0, 0.4]), np.array([1, 0])

    log_score(fcst, obs)

    assert fcst.tolist() == [0.0, 0.4]


def test_every_version_is_listed_under_its_own_name_with_its_direction():
    assert set(SCORE_VERSIONS) == {"brier-1", "log-clip-0.001-1"}
    assert all(SCORE_VERSIONS[name].version == name for name in SCORE_VERSIONS)
    assert all(measure.direction is Direction.LOWER_IS_BETTER for measure in SCORE_VERSIONS.values())
