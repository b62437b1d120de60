"""Calibration in full: what is shown from how many events on, and what the Murphy diagram says."""

import numpy as np
import pytest

from forecasts.scoring.bands import Band, Consistency
from forecasts.scoring.levels import Levels
from forecasts.scoring.reliability import bands_of, curve_of, losses_of
from forecasts.scoring.thresholds import Absent, Missing


def record(n):
    return Levels.of([0.2, 0.8] * (n // 2), ([0, 1] * 4 + [1, 0]) * (n // 10))


@pytest.mark.parametrize(("n", "draws", "bands"), [(10, False, False), (20, True, False), (100, True, True)])
def test_bands_appear_with_the_sample(n, draws, bands):
    found = bands_of(record(n), n_clusters=n)

    assert isinstance(found.consistency, Consistency) is draws
    assert isinstance(found.around_diagonal, Band) is isinstance(found.honest, Band) is bands
    assert ("proven" in found.text) is bands


def test_the_curve_waits_for_a_hundred_events():
    below, above = curve_of(record(90), n_clusters=90), curve_of(record(100), n_clusters=100)

    assert isinstance(below, Absent)
    assert below.reason is Missing.TOO_FEW_EVENTS
    assert [(step.low, step.observed_share) for step in above] == [(0.2, 0.2), (0.8, 0.8)]


def test_the_losses_are_those_of_acting_above_each_threshold():
    losses = {one.threshold: one for one in losses_of(record(100), n_clusters=100)}

    # At one half the 50 calls of 0.8 act, 10 of them needlessly, and 10 of the 50 others are missed.
    assert losses[0.5].loss == pytest.approx(0.5 * 10 / 100 + 0.5 * 10 / 100)
    assert losses[0.5].always_base_rate == pytest.approx(0.25)
    # Below what was ever said everybody acts, as the base rate would.
    assert losses[0.1].loss == pytest.approx(losses[0.1].always_base_rate) == pytest.approx(0.05)


def test_the_brier_score_is_twice_the_area_under_the_losses():
    levels = record(100)
    losses = losses_of(levels, n_clusters=100)

    area = np.trapezoid([0, *(one.loss for one in losses), 0], [0, *(one.threshold for one in losses), 1])

    assert 2 * area == pytest.approx(0.16, abs=0.01)


def test_losses_wait_for_fifty_events():
    assert isinstance(losses_of(record(40), n_clusters=40), Absent)
