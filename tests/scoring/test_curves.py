import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from forecasts.scoring.curves import Step, calibration_steps, elementary_score
from forecasts.scoring.decomposition import decompose_brier, recalibrated
from forecasts.scoring.levels import Levels
from forecasts.scoring.thresholds import NOTHING

CALLS = st.lists(st.tuples(st.integers(0, 20).map(lambda one: one / 20), st.integers(0, 1)), min_size=1, max_size=40)


def levels_of(calls):
    return Levels.of(*zip(*calls, strict=True))


def test_neighbours_out_of_order_share_a_step():
    levels = Levels.of([0.1, 0.1, 0.2, 0.3, 0.4], [1, 0, 0, 1, 1])

    steps = calibration_steps(levels)

    assert steps[0] == Step(0.1, 0.2, pytest.approx(1 / 3), 3.0)
    assert [(step.low, step.high, step.observed_share) for step in steps[1:]] in (
        [(0.3, 0.4, 1.0)],
        [(0.3, 0.3, 1.0), (0.4, 0.4, 1.0)],
    )


@given(CALLS)
def test_steps_rise_and_hold_every_forecast_once(calls):
    levels = levels_of(calls)
    steps = calibration_steps(levels)

    shares = [step.observed_share for step in steps]
    assert shares == sorted(shares)
    assert math.fsum(step.n for step in steps) == levels.n
    assert math.fsum(step.n * step.observed_share for step in steps) == pytest.approx(levels.n_happened)
    for probability, share in zip(levels.probabilities, recalibrated(levels), strict=True):
        (step,) = [step for step in steps if step.low <= probability <= step.high]
        assert step.observed_share == pytest.approx(share)


def test_nothing_resolved_has_no_steps():
    assert calibration_steps(Levels.empty()) == ()
    assert elementary_score(Levels.empty(), threshold=0.5) is NOTHING


@pytest.mark.parametrize(
    ("threshold", "loss"),
    [
        (0.0, 0.0),  # acts on all; acting costs nothing
        (0.1, 0.1 * 2 / 4),  # acts on .2, .6 and .9, needlessly on the first two
        (0.2, 0.2 * 1 / 4),  # a probability at the threshold is not acted on
        (0.7, 0.0),  # acts on .9 alone, and rightly
        (0.95, 0.05 * 1 / 4),  # acts on none and misses one
        (1.0, 0.0),
    ],
)
def test_losses_match_the_hand_table(threshold, loss):
    levels = Levels.of([0.05, 0.2, 0.6, 0.9], [0, 0, 0, 1])

    assert elementary_score(levels, threshold=threshold) == pytest.approx(loss, abs=1e-15)


@given(CALLS)
def test_the_brier_score_is_twice_the_integral_over_thresholds(calls):
    levels = levels_of(calls)
    # Between two levels the loss is a straight line in the threshold, so midpoints integrate it exactly.
    edges = np.unique(np.concatenate([[0.0, 1.0], levels.probabilities]))
    middles, widths = (edges[:-1] + edges[1:]) / 2, np.diff(edges)

    integral = sum(width * elementary_score(levels, threshold=c) for c, width in zip(middles, widths, strict=True))

    assert 2 * integral == pytest.approx(decompose_brier(levels).mean_score, abs=1e-12)


@pytest.mark.parametrize("threshold", [-0.1, 1.1])
def test_an_impossible_threshold_is_refused(threshold):
    with pytest.raises(ValueError, match=f"threshold must be in \\[0, 1\\], got {threshold}"):
        elementary_score(Levels.empty(), threshold=threshold)
