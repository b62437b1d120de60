"""Which scores are best served by saying what one believes, and which reward something else."""

import numpy as np
import pytest

from forecasts.scoring.compatibility import OTHER_SCORES, Better
from forecasts.scoring.curves import elementary_score
from forecasts.scoring.decomposition import decompose_brier
from forecasts.scoring.levels import Levels
from forecasts.scoring.rules import brier_score, log_score

REPORTS = np.arange(1, 100) / 100
BELIEFS = [0.05, 0.2, 0.45, 0.55, 0.7, 0.93]
IMPROPER = {
    "linear": lambda p, y: abs(p - y),
    "hit or miss": lambda p, y: float((p > 0.5) != y),
    "boldness when right": lambda p, y: -abs(p - 0.5) * ((p > 0.5) == y),
    "square root of the error": lambda p, y: abs(p - y) ** 0.5,
}


def expected_loss(loss, belief):
    return [belief * loss(p, 1) + (1 - belief) * loss(p, 0) for p in REPORTS.tolist()]


def best_report(loss, belief):
    return REPORTS[int(np.argmin(expected_loss(loss, belief)))]


def other_loss(name):
    score = OTHER_SCORES[name]
    sign = 1 if score.better is Better.LOWER else -1
    return lambda p, y: sign * score.formula(Levels.of([p], [y]))


PROPER = {
    "brier": lambda p, y: float(brier_score([p], [y])[0]),
    "log": lambda p, y: float(log_score([p], [y])[0]),
    "gjp_brier": other_loss("gjp_brier"),
    "spherical": other_loss("spherical"),
    "metaculus_baseline": other_loss("metaculus_baseline"),
}


@pytest.mark.parametrize("name", sorted(PROPER))
@pytest.mark.parametrize("belief", BELIEFS)
def test_proper_scores_are_best_served_by_the_belief_and_by_nothing_else(name, belief):
    losses = np.array(expected_loss(PROPER[name], belief))

    assert best_report(PROPER[name], belief) == belief
    assert np.count_nonzero(losses <= losses.min() + 1e-9) == 1


@pytest.mark.parametrize("threshold", [0.1, 0.333, 0.5, 0.77])
@pytest.mark.parametrize("belief", BELIEFS)
def test_the_loss_of_a_decision_is_least_for_the_belief(threshold, belief):
    def loss(p, y):
        return elementary_score(Levels.of([p], [y]), threshold=threshold)

    honest = belief * loss(belief, 1) + (1 - belief) * loss(belief, 0)

    assert honest <= min(expected_loss(loss, belief)) + 1e-12


@pytest.mark.parametrize("name", sorted(IMPROPER))
@pytest.mark.parametrize("belief", [0.2, 0.7])
def test_improper_scores_reward_claiming_more_than_is_believed_or_do_not_care(name, belief):
    losses = np.array(expected_loss(IMPROPER[name], belief))
    honest = losses[round(belief * 100) - 1]
    bold = losses[0 if belief < 0.5 else -1]

    assert bold <= honest + 1e-12
    assert np.count_nonzero(losses <= honest + 1e-12) > 1


@pytest.mark.parametrize("name", ["hit_rate", "ece10", "ecce_mad", "brier_index"])
def test_scores_that_are_not_recommended_can_be_played(name):
    loss = other_loss(name)

    assert best_report(loss, 0.7) != 0.7 or np.ptp(expected_loss(loss, 0.7)[60:80]) == 0


def test_the_base_rate_is_perfectly_calibrated_and_knows_nothing():
    found = decompose_brier(Levels.of([0.25] * 8, [1, 0, 0, 0, 1, 0, 0, 0]))

    assert (found.miscalibration, found.discrimination) == (0, 0)


def test_leaving_out_what_went_wrong_helps_whoever_does_it():
    kept, all_of_them = Levels.of([0.8] * 4, [1] * 4), Levels.of([0.8] * 6, [1] * 4 + [0] * 2)

    assert decompose_brier(kept).mean_score < decompose_brier(all_of_them).mean_score
