import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.stats import binomtest
from sklearn.isotonic import IsotonicRegression

from forecasts.scoring.bands import (
    Band,
    band_statement,
    consistency_band,
    honest_band,
    proven_range,
    refuted_at,
)
from forecasts.scoring.decomposition import decompose_brier, recalibrated
from forecasts.scoring.levels import BASIS_POINTS, WHOLE, Levels
from forecasts.scoring.thresholds import NOTHING

CALLS = st.lists(st.tuples(st.integers(0, 20).map(lambda one: one / 20), st.integers(0, 1)), min_size=1, max_size=40)


def levels_of(calls):
    return Levels.of(*zip(*calls, strict=True))


def calibrated(rng, n, *, places=10):
    fcst = rng.integers(1, places, n) / places
    return Levels.of(fcst, (rng.random(n) < fcst).astype(int))


def test_two_even_calls_look_as_miscalibrated_as_chance_makes_them():
    # None, one or both come true with chances 1/4, 1/2, 1/4: .25, 0 and .25 of miscalibration.
    both, one = Levels.of([0.5, 0.5], [1, 1]), Levels.of([0.5, 0.5], [1, 0])

    assert consistency_band(both).null_miscalibration == pytest.approx(0.125, abs=0.015)
    assert consistency_band(both).p_value == pytest.approx(0.5, abs=0.06)
    assert consistency_band(one).p_value == 1.0


def test_what_cannot_happen_by_chance_has_the_smallest_p_value_there_is():
    found = consistency_band(Levels.of([0.0] * 5 + [1.0] * 5, [1] + [0] * 4 + [1] * 5))

    assert (found.null_miscalibration, found.p_value) == (0.0, 1 / 1001)
    assert found.band == Band((0.0, 1.0), (0.0, 1.0), (0.0, 1.0), 0.9)


def test_the_band_of_one_level_holds_the_binomial_quantiles():
    # 100 calls of .3: 90 of 100 times between 23 and 38 come true.
    band = consistency_band(Levels.of([0.3] * 100, [0] * 100)).band

    assert (band.low[0], band.high[0]) == (pytest.approx(0.23, abs=0.011), pytest.approx(0.38, abs=0.011))


def test_chance_alone_agrees_with_a_simulation_from_raw_forecasts():
    rng, fcst = np.random.default_rng(3), np.repeat(np.arange(1, 10) / 10, 11)
    simulated = []
    for _ in range(300):
        obs = rng.random(99) < fcst
        pooled = IsotonicRegression().fit_transform(fcst, obs)
        simulated.append(((fcst - obs) ** 2 - (pooled - obs) ** 2).mean())

    found = consistency_band(Levels.of(fcst, np.zeros(99)))

    assert found.null_miscalibration == pytest.approx(np.mean(simulated), abs=0.0015)


def test_p_values_of_the_calibrated_are_spread_evenly():
    rng = np.random.default_rng(11)

    p_values = [consistency_band(calibrated(rng, 80), draws=99).p_value for _ in range(60)]

    assert np.mean(p_values) == pytest.approx(0.5, abs=0.12)
    assert np.mean(np.array(p_values) <= 0.1) <= 0.2


def test_the_overconfident_are_found_out():
    rng = np.random.default_rng(2)
    fcst = np.repeat([0.1, 0.9], 100)
    obs = (rng.random(200) < np.repeat([0.3, 0.7], 100)).astype(int)

    found = consistency_band(Levels.of(fcst, obs))

    assert found.p_value == 1 / 1001
    assert found.null_miscalibration < decompose_brier(Levels.of(fcst, obs)).miscalibration / 10


def test_the_same_levels_give_the_same_answer_and_another_seed_another():
    levels = calibrated(np.random.default_rng(1), 60)

    assert consistency_band(levels) == consistency_band(levels)
    assert consistency_band(levels) != consistency_band(levels, seed=1)


def test_forecasts_of_part_weight_count_as_one_event_together():
    split = Levels.summed([(5_000, WHOLE // 4, WHOLE // 4 * BASIS_POINTS, 1)] * 4)

    assert consistency_band(split) == consistency_band(Levels.of([0.5], [1]))


def test_thousands_of_levels_take_fewer_draws():
    levels = Levels.of(np.arange(4001) / 10_000, np.zeros(4001))

    assert consistency_band(levels).draws == 499


@pytest.mark.parametrize(("hits", "n"), [(0, 10), (10, 10), (7, 10), (1, 1), (80, 100)])
def test_the_honest_band_of_one_level_is_the_interval_of_clopper_and_pearson(hits, n):
    levels = Levels.of([0.5] * n, [1] * hits + [0] * (n - hits))
    expected = binomtest(hits, n).proportion_ci(0.95, method="exact")

    band = honest_band(levels)

    assert (band.low[0], band.high[0]) == (pytest.approx(expected.low), pytest.approx(expected.high))


def test_the_honest_band_of_two_levels_is_the_best_of_three_runs():
    # Two levels make three runs, two bounds each: every bound errs in one of 120 cases at most.
    levels = Levels.of([0.2] * 10 + [0.8] * 10, [1] * 2 + [0] * 8 + [1] * 9 + [0])
    lows = {hits: binomtest(hits, n, alternative="greater").proportion_ci(1 - 0.05 / 6).low for hits, n in COUNTS}
    highs = {hits: binomtest(hits, n, alternative="less").proportion_ci(1 - 0.05 / 6).high for hits, n in COUNTS}

    band = honest_band(levels)

    assert band.low == pytest.approx((lows[2], max(lows[2], lows[9], lows[11])))
    assert band.high == pytest.approx((min(highs[2], highs[9], highs[11]), highs[9]))


COUNTS = [(2, 10), (9, 10), (11, 20)]


@settings(max_examples=40)
@given(CALLS)
def test_both_bands_rise_and_mirror(calls):
    levels, mirrored = levels_of(calls), levels_of([(1 - p, 1 - y) for p, y in calls])
    band, other = honest_band(levels), honest_band(mirrored)

    assert list(band.low) == sorted(band.low)
    assert list(band.high) == sorted(band.high)
    assert np.array(other.low) == pytest.approx(1 - np.array(band.high)[::-1], abs=1e-9)
    chance = consistency_band(levels, draws=50).band
    assert (np.diff(chance.low) >= -1e-12).all()
    assert (np.array(chance.low) <= chance.high).all()


def test_the_honest_band_holds_far_more_often_than_it_promises():
    rng = np.random.default_rng(4)
    missed = 0
    for _ in range(60):
        band = honest_band(calibrated(rng, 200))
        missed += bool(refuted_at(band))

    assert missed <= 3


def test_the_honest_band_narrows_with_the_record():
    rng, widths = np.random.default_rng(5), []
    for n in (30, 300, 3000):
        band = honest_band(calibrated(rng, n))
        widths.append(np.mean(np.subtract(band.high, band.low)))

    assert widths[0] > 0.5 > widths[1] > 0.25 > widths[2]


def test_rounding_to_percents_only_widens_the_honest_band():
    fcst = np.linspace(0.05, 0.9483, 300).round(4)
    obs = (np.random.default_rng(6).random(300) < fcst).astype(int)
    levels = Levels.of(fcst, obs)

    band = honest_band(levels)

    assert all(probability * 100 == pytest.approx(round(probability * 100)) for probability in band.probabilities)
    assert (band.probabilities[0], band.probabilities[-1]) == (0.05, 0.95)
    curve = np.interp(band.probabilities, levels.probabilities, recalibrated(levels))
    assert (np.array(band.low) <= curve + 0.01).all()
    assert (np.array(band.high) >= curve - 0.01).all()


@pytest.mark.parametrize(
    ("low", "high", "within", "proven"),
    [
        ((0.1, 0.3, 0.6), (0.3, 0.5, 0.8), 0.15, (0.2, 0.7)),
        ((0.1, 0.0, 0.6), (0.3, 0.5, 0.8), 0.15, (0.2, 0.2)),
        ((0.0, 0.0, 0.6), (0.3, 0.5, 0.8), 0.15, (0.7, 0.7)),
        ((0.0, 0.0, 0.0), (1.0, 1.0, 1.0), 0.15, None),
    ],
)
def test_the_widest_range_within_the_margin_is_proven(low, high, within, proven):
    assert proven_range(Band((0.2, 0.4, 0.7), low, high, 0.95), within=within) == proven


def test_what_is_proven_is_put_in_words():
    tight = Band((0.2, 0.4), (0.15, 0.35), (0.25, 0.45), 0.95)
    wrong = Band((0.2, 0.9), (0.0, 0.3), (0.6, 0.8), 0.95)

    assert band_statement(tight) == (
        "Calibration within 0.10 is proven from 0.20 to 0.40 (95% confidence, for all probabilities at once)."
    )
    assert refuted_at(wrong) == (0.9,)
    assert band_statement(wrong) == (
        "Calibration within 0.10 is proven at no probability (95% confidence, for all probabilities at once). "
        "Proven wrong: 0.90."
    )


def test_nothing_resolved_has_no_band():
    assert consistency_band(Levels.empty()) is honest_band(Levels.empty()) is NOTHING


@pytest.mark.parametrize("coverage", [0, 1])
@pytest.mark.parametrize("band", [consistency_band, honest_band])
def test_an_impossible_coverage_is_refused(band, coverage):
    with pytest.raises(ValueError, match=f"coverage must be between 0 and 1, got {coverage}"):
        band(Levels.empty(), coverage=coverage)


def test_no_draws_at_all_are_refused():
    with pytest.raises(ValueError, match="draws must be at least 1, got 0"):
        consistency_band(Levels.empty(), draws=0)
