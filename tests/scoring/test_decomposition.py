import math
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from sklearn.isotonic import IsotonicRegression

from forecasts.scoring.decomposition import (
    decompose_brier,
    decompose_brier_by_level,
    decompose_brier_in_bins,
    decompose_log,
    recalibrated,
)
from forecasts.scoring.levels import BASIS_POINTS, WHOLE, Levels
from forecasts.scoring.rules import brier_score, log_score
from forecasts.scoring.thresholds import NOTHING

CALLS = st.lists(
    st.tuples(st.integers(0, 100).map(lambda one: one / 100), st.sampled_from([0, 0, 1, 1, 0.5])),
    min_size=1,
    max_size=40,
)
# Finley's tornado warnings of 1884: said 1 a hundred times, 28 came; said 0 2703 times, 23 came all the same.
FINLEY = Levels.summed([(10_000, 100 * WHOLE, 28 * WHOLE * BASIS_POINTS, 100), (0, 2703 * WHOLE, 23 * 10**10, 2703)])


def levels_of(calls):
    return Levels.of(*zip(*calls, strict=True))


def parts(found):
    return (found.mean_score, found.miscalibration, found.discrimination, found.uncertainty)


def test_the_published_toy_example_is_reproduced():
    # Output of the R package reliabilitydiag, quoted in the tests of model-diagnostics.
    levels = Levels.of([0.4, 0.3, 0.2, 0.1, 0.5, 0.9], [0, 0, 0, 1, 1, 1])

    assert parts(decompose_brier(levels)) == pytest.approx((0.2266667, 0.1016667, 0.125, 0.25), abs=5e-8)


def test_finleys_warnings_earn_a_little_and_cost_much():
    # Murphy (1996), Weather and Forecasting 11(1), 3-20 has the table.
    expected = (0.0338922582947, 0.018564291285, 0.002535773855, 0.017863740865)

    assert parts(decompose_brier(FINLEY)) == pytest.approx(expected, abs=1e-12)


def test_the_parts_match_the_hand_table():
    # .2 came true 1 of 2, .8 came true 2 of 2: nothing is out of order, so nothing is pooled.
    levels = Levels.of([0.2, 0.2, 0.8, 0.8], [1, 0, 1, 1])

    found = decompose_brier(levels)

    # own (.64 + .04 + .04 + .04)/4, best (.25 + .25)/4, constant .75 * .25
    assert parts(found) == pytest.approx((0.19, 0.19 - 0.125, 0.1875 - 0.125, 0.1875), abs=1e-15)
    assert parts(decompose_brier_by_level(levels)) == pytest.approx(parts(found), abs=1e-15)


def test_neighbours_out_of_order_are_pooled_by_weight():
    levels = Levels.of([0.1, 0.1, 0.2, 0.3], [1, 0, 0, 1])

    assert recalibrated(levels) == pytest.approx([1 / 3, 1 / 3, 1.0])


def test_published_isotonic_values_are_reproduced():
    # nci/scores, tests/processing/isoreg_test_data.py, both divided by 7 to be shares.
    obs = [1 / 7, 2 / 7, 3 / 7, 0, 5 / 7, 5 / 7, 4 / 7, 1 / 7, 1]
    fcst = [0.1, 0.2, 0.3, 0.4, 0.5, 0.5, 0.6, 0.7, 0.8]

    pooled = recalibrated(Levels.of(fcst, obs)) * 7

    assert pooled == pytest.approx([1, 5 / 3, 5 / 3, 5 / 3, 15 / 4, 15 / 4, 15 / 4, 7], abs=1e-3)


@given(CALLS)
def test_pooling_agrees_with_scikit_learn(calls):
    levels = levels_of(calls)
    oracle = IsotonicRegression(y_min=0, y_max=1)

    expected = oracle.fit_transform(levels.probabilities, levels.shares, sample_weight=levels.weights)

    assert recalibrated(levels) == pytest.approx(expected, abs=1e-12)


@given(CALLS)
def test_pooling_never_falls_keeps_the_hits_and_changes_nothing_the_second_time(calls):
    levels = levels_of(calls)
    pooled = recalibrated(levels)

    assert (np.diff(pooled) >= -1e-15).all()
    assert levels.weights @ pooled == pytest.approx(levels.n_happened, abs=1e-9)
    again = IsotonicRegression().fit_transform(levels.probabilities, pooled, sample_weight=levels.weights)
    assert again == pytest.approx(pooled, abs=1e-12)


@given(CALLS)
def test_the_parts_add_up_to_the_score_and_none_is_negative(calls):
    levels, (fcst, obs) = levels_of(calls), zip(*calls, strict=True)

    for found, score in [
        (decompose_brier(levels), brier_score(fcst, obs).mean()),
        (decompose_log(levels), log_score(fcst, obs).mean()),
        (decompose_brier_by_level(levels), brier_score(fcst, obs).mean()),
    ]:
        total = found.miscalibration - found.discrimination + found.uncertainty
        assert found.mean_score == pytest.approx(score, abs=1e-12)
        assert total == pytest.approx(score, abs=1e-12)
        assert min(parts(found)) >= 0


@given(CALLS)
def test_pooling_costs_no_more_than_levels_taken_one_by_one(calls):
    pooled, single = decompose_brier(levels_of(calls)), decompose_brier_by_level(levels_of(calls))

    assert pooled.miscalibration <= single.miscalibration + 1e-12
    assert pooled.discrimination <= single.discrimination + 1e-12


@given(CALLS)
def test_saying_the_opposite_of_the_opposite_changes_no_part(calls):
    mirrored = [(1 - p, 1 - y) for p, y in calls]

    assert parts(decompose_brier(levels_of(mirrored))) == pytest.approx(
        parts(decompose_brier(levels_of(calls))), abs=1e-12
    )


@given(CALLS)
def test_another_reading_of_words_in_the_same_order_tells_cases_apart_as_before(calls):
    levels = levels_of(calls)

    read_otherwise = replace(levels, level=np.arange(len(levels)) * 3 + 1)

    for decompose in (decompose_brier, decompose_log):
        assert parts(decompose(read_otherwise))[2:] == parts(decompose(levels))[2:]


@given(CALLS, st.integers(2, 5))
def test_repeating_every_forecast_changes_no_part(calls, times):
    once, often = levels_of(calls), levels_of(calls * times)

    assert parts(decompose_log(often)) == pytest.approx(parts(decompose_log(once)), abs=1e-12)


@given(CALLS, st.integers(1, 100))
def test_five_parts_add_up_in_any_number_of_bins(calls, n_bins):
    levels = levels_of(calls)
    found = decompose_brier_in_bins(levels, n_bins=n_bins)

    score = decompose_brier(levels).mean_score
    assert found.miscalibration - found.generalised_discrimination + found.uncertainty == pytest.approx(
        score, abs=1e-12
    )
    assert found.within_variance >= 0


def test_three_parts_in_coarse_bins_do_not_add_up():
    levels = Levels.of([0.1, 0.4, 0.6, 0.9], [0, 1, 0, 1])

    found = decompose_brier_in_bins(levels, n_bins=2)

    # Bins say .25 and .75, half of each came true: .0625 - 0 + .25, against a score of .185.
    assert (found.miscalibration, found.discrimination, found.uncertainty) == pytest.approx((0.0625, 0, 0.25))
    assert found.within_variance == pytest.approx(0.0225)
    assert found.within_covariance == pytest.approx(0.15)
    assert found.mean_score == pytest.approx(0.185)


def test_a_probability_on_an_edge_belongs_to_the_bin_above():
    below, edge = Levels.of([0.1, 0.4999], [0, 1]), Levels.of([0.1, 0.5], [0, 1])

    assert decompose_brier_in_bins(below, n_bins=2).discrimination == 0
    assert decompose_brier_in_bins(edge, n_bins=2).discrimination == 0.25


@pytest.mark.parametrize("outcome", [0, 1])
def test_where_all_came_out_alike_nothing_was_uncertain(outcome):
    levels = Levels.of([0.2, 0.7], [outcome] * 2)

    for found in (decompose_brier(levels), decompose_log(levels), decompose_brier_by_level(levels)):
        assert (found.discrimination, found.uncertainty) == (0, 0)
        assert found.miscalibration == found.mean_score > 0


def test_one_probability_for_everything_tells_nothing_apart():
    found = decompose_brier(Levels.of([0.5] * 4, [1, 1, 1, 0]))

    assert parts(found) == (0.25, 0.0625, 0.0, 0.1875)


def test_certainties_that_fail_cost_a_finite_log_score():
    found = decompose_log(Levels.of([0, 1], [1, 0]))

    assert found.mean_score == pytest.approx(math.log(1000))
    assert found.uncertainty == pytest.approx(math.log(2))
    assert found.discrimination == 0


def test_order_changes_no_bit():
    rng = np.random.default_rng(5)
    fcst, obs = rng.random(500), rng.integers(0, 2, 500)
    order = rng.permutation(500)

    assert decompose_brier(Levels.of(fcst, obs)) == decompose_brier(Levels.of(fcst[order], obs[order]))


def test_two_topics_without_skill_seem_to_have_it_together():
    # Hamill and Juras (2006), QJRMS 132, 2905-2923: the base rates differ, the forecasts only repeat them.
    dry = [(0.1, 1)] * 1 + [(0.1, 0)] * 9
    wet = [(0.9, 1)] * 9 + [(0.9, 0)] * 1

    assert decompose_brier(levels_of(dry)).discrimination == 0
    assert decompose_brier(levels_of(wet)).discrimination == 0
    assert decompose_brier(levels_of(dry + wet)).discrimination == pytest.approx(0.16)


def test_nothing_resolved_has_no_parts():
    empty = Levels.empty()

    assert decompose_brier(empty) is decompose_log(empty) is decompose_brier_by_level(empty) is NOTHING
    assert decompose_brier_in_bins(empty, n_bins=10) is NOTHING


@pytest.mark.parametrize("n_bins", [0, 101])
def test_an_impossible_number_of_bins_is_refused(n_bins):
    with pytest.raises(ValueError, match=f"n_bins must be from 1 to 100, got {n_bins}"):
        decompose_brier_in_bins(FINLEY, n_bins=n_bins)


@pytest.mark.parametrize("clip", [0, 0.5])
def test_an_impossible_clip_is_refused(clip):
    with pytest.raises(ValueError, match="clip must be between 0 and 0.5"):
        decompose_log(FINLEY, clip=clip)
