import math

import numpy as np
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st
from scipy.stats import permutation_test, ttest_1samp

from forecasts.scoring.comparison import (
    TOO_FEW,
    TOO_FEW_FOR_SEQUENCE,
    SharedEvent,
    compare,
    confidence_sequence,
)
from forecasts.scoring.intervals import IntervalMethod
from forecasts.scoring.thresholds import NOTHING

DIFFERENCES = st.lists(st.integers(-100, 100).map(lambda one: one / 100), min_size=2, max_size=9)


def singles(differences):
    return [SharedEvent(float(difference), 1) for difference in differences]


def test_one_forecast_an_event_is_the_paired_t_test():
    differences = np.random.default_rng(1).normal(0.02, 0.1, 40)
    oracle = ttest_1samp(differences, 0)
    interval = oracle.confidence_interval(0.95)

    found = compare(singles(differences))

    assert found.method is IntervalMethod.CLUSTER_T
    assert (found.difference, found.p_value) == (pytest.approx(differences.mean()), pytest.approx(oracle.pvalue))
    assert (found.low, found.high) == (pytest.approx(interval.low), pytest.approx(interval.high))


@given(DIFFERENCES)
def test_few_events_are_tested_exactly(differences):
    assume(len(differences) < 6 or len(set(differences)) > 1)
    oracle = permutation_test((differences,), np.sum, permutation_type="samples", n_resamples=np.inf)

    assert compare(singles(differences)).p_value == pytest.approx(min(1.0, oracle.pvalue), abs=1e-12)


@pytest.mark.parametrize(
    ("differences", "p_value"),
    [
        ([0.1, 0.1, 0.1], 2 / 8),
        ([0.1, -0.1], 1.0),
        ([0.3, 0.1, -0.1], 6 / 8),  # all but (.3, -.1, -.1) and its opposite are .3 or more
        ([0.0, 0.0], 1.0),
        ([-0.1] * 9 + [-0.2], 2 / 1024),
    ],
)
def test_sign_flips_match_the_hand_table(differences, p_value):
    found = compare(singles(differences))

    assert (found.p_value, found.method) == (pytest.approx(p_value), IntervalMethod.SIGN_FLIP)


@pytest.mark.parametrize(("n", "method"), [(14, "SIGN_FLIP"), (15, "CLUSTER_T")])
def test_fifteen_events_are_enough_for_t(n, method):
    assert compare(singles(np.linspace(-0.1, 0.2, n))).method == method


def test_a_handful_of_events_rules_no_difference_out():
    found = compare(singles([-0.2, -0.1, -0.3]))

    assert (found.low, found.high) == (-1.0, 1.0)
    assert (compare(singles([-0.2, -0.1]), span=(-7, 7)).low) == -7.0


@given(st.lists(st.integers(-100, 100).map(lambda one: one / 100), min_size=6, max_size=9))
def test_below_fifteen_events_the_interval_leaves_out_what_the_test_rules_out(differences):
    found = compare(singles(differences))

    assert found.low <= found.difference <= found.high
    assert found.p_value <= 0.05 or found.low <= 0 <= found.high


def test_eight_events_that_all_go_one_way_rule_out_that_nothing_differs():
    found = compare(singles([-0.1, -0.12, -0.14, -0.16, -0.18, -0.2, -0.22, -0.24]))

    assert found.p_value == pytest.approx(2 / 256)
    assert found.low < found.difference < found.high < 0


def test_swapping_the_two_turns_the_sign_and_nothing_else():
    differences = np.random.default_rng(2).normal(0, 0.1, 30)

    one, other = compare(singles(differences)), compare(singles(-differences))

    assert (other.difference, other.low, other.high) == (-one.difference, -one.high, -one.low)
    assert other.p_value == pytest.approx(one.p_value)


def test_more_forecasts_on_the_same_events_make_nobody_surer():
    differences = np.random.default_rng(3).normal(0.05, 0.1, 25)
    tripled = [SharedEvent(3 * difference, 3) for difference in differences]

    one, often = compare(singles(differences)), compare(tripled)

    assert (often.difference, often.high) == (pytest.approx(one.difference), pytest.approx(one.high))
    assert often.p_value == pytest.approx(one.p_value)


# Had a share of 1 - 0.025 ** (1 / n) of all events gone to an end of the range, one time in forty none would be seen.
@pytest.mark.parametrize(
    ("value", "n", "low", "high", "p_value"),
    [
        (0.0, 20, -0.16843, 0.16843, 1.0),
        (0.25, 20, 0.25 - 0.16843 * 1.25, 0.25 + 0.16843 * 0.75, 2 * 0.8**20),
        (-0.25, 20, -0.25 - 0.16843 * 0.75, -0.25 + 0.16843 * 1.25, 2 * 0.8**20),
        (0.01, 20, 0.01 - 0.16843 * 1.01, 0.01 + 0.16843 * 0.99, 1.0),
        (0.25, 6, 0.25 - 0.45926 * 1.25, 0.25 + 0.45926 * 0.75, 2 * 0.8**6),
        (1.0, 15, 1 - 0.2180194 * 2, 1.0, 2 / 2**15),
        (0.1, 1000, 0.1 - 0.0036821 * 1.1, 0.1 + 0.0036821 * 0.9, 2 * (1 / 1.1) ** 1000),
    ],
)
def test_events_that_are_all_alike_match_the_hand_table(value, n, low, high, p_value):
    found = compare(singles([value] * n))

    assert found.method is IntervalMethod.ALIKE_BOUND
    assert (found.low, found.high) == (pytest.approx(low, abs=1e-5), pytest.approx(high, abs=1e-5))
    assert found.p_value == pytest.approx(p_value, rel=1e-9)


@given(st.integers(-100, 100).map(lambda one: one / 100), st.integers(6, 400))
def test_of_events_that_are_all_alike_the_test_rules_out_what_the_interval_leaves_out(value, n):
    found = compare(singles([value] * n))

    assert -1 <= found.low <= found.difference <= found.high <= 1
    assert (found.p_value <= 0.05) == (not found.low <= 0 <= found.high)


@pytest.mark.parametrize("n", [10, 40])
def test_differences_that_only_rounding_makes_are_alike(n):
    rounded = [0.1 + 0.00004 * (-1) ** place for place in range(n)]

    alike, apart = compare(singles(rounded)), compare(singles([*rounded[:-1], 0.11]))

    assert (alike.method, apart.method is alike.method) == (IntervalMethod.ALIKE_BOUND, False)
    assert alike.high - alike.low == pytest.approx(2 * (1 - 0.025 ** (1 / n)), abs=1e-3)


def test_one_large_event_among_small_ones_that_are_alike_leaves_more_possible():
    even = compare([SharedEvent(0.2, 2)] * 20)
    uneven = compare([SharedEvent(0.1, 1)] * 19 + [SharedEvent(2.1, 21)])

    assert (even.difference, uneven.difference) == (pytest.approx(0.1), pytest.approx(0.1))
    assert uneven.low < even.low < even.high < uneven.high


@pytest.mark.parametrize("n", [6, 14, 15, 30, 100])
@pytest.mark.parametrize("rare", [0.01, 0.05, 0.1])
def test_what_is_rarely_met_is_held_by_the_interval_while_it_was_not_met(n, rare):
    # All differ by 0.1, but for the rare one that differs by -1: where none was drawn, nothing tells of it.
    mean = 0.1 * (1 - rare) - rare
    found = compare(singles([0.1] * n))

    assert found.low <= mean <= found.high or (1 - rare) ** n <= 0.025


def test_the_interval_holds_a_mean_that_hangs_on_rare_events_as_often_as_it_says():
    rng = np.random.default_rng(6)
    draws = np.where(rng.random((400, 40)) < 0.04, -1.0, 0.02) + rng.normal(0, 1e-6, (400, 40))
    mean = 0.04 * -1 + 0.96 * 0.02

    found = [compare(singles(row)) for row in draws]

    alike = [one for one in found if one.method is IntervalMethod.ALIKE_BOUND]
    assert len(alike) > 60
    assert all(one.low <= mean <= one.high for one in alike)
    assert sum(one.low <= mean <= one.high for one in found) >= 0.93 * len(found)


def test_too_little_is_not_compared():
    assert compare([]) is NOTHING
    assert compare(singles([0.1])) is TOO_FEW
    assert confidence_sequence(n_clusters=29, total=1, squares=1) is TOO_FEW_FOR_SEQUENCE


@pytest.mark.parametrize("event", [SharedEvent(math.nan, 1), SharedEvent(0.1, 0), SharedEvent(0.1, math.inf)])
def test_an_impossible_event_is_refused(event):
    with pytest.raises(ValueError, match="every event needs a finite difference and an n above 0"):
        compare([event, SharedEvent(0.1, 1)])


def test_the_range_for_all_times_matches_the_formula():
    # 200 differences of .1 and -.1: s = .1. With rho^2 = (-2 ln .05 + ln(1 - 2 ln .05)) / 200 = .03968.
    found = confidence_sequence(n_clusters=200, total=0, squares=2)
    tuning = (-2 * math.log(0.05) + math.log(1 - 2 * math.log(0.05))) / 200
    steps = 200 * tuning + 1
    half = math.sqrt(2 * 0.01 * steps / (200**2 * tuning) * math.log(math.sqrt(steps) / 0.05))

    assert tuning == pytest.approx(0.03968, abs=1e-5)
    assert (found.low, found.high) == (pytest.approx(-half), pytest.approx(half))


def test_the_range_for_all_times_is_wider_than_that_for_one():
    differences = np.random.default_rng(4).normal(0, 0.1, 200)
    usual = compare(singles(differences))

    found = confidence_sequence(n_clusters=200, total=math.fsum(differences), squares=math.fsum(differences**2))

    assert found.difference == pytest.approx(usual.difference)
    assert 1.2 < (found.high - found.low) / (usual.high - usual.low) < 2


def test_the_range_for_all_times_ends_where_no_mean_can_be():
    found = confidence_sequence(n_clusters=30, total=27, squares=27, span=(-1.0, 1.0))

    assert (found.difference, found.high) == (pytest.approx(0.9), 1.0)
    assert found.low == pytest.approx(0.7066, abs=1e-4)


def test_looking_all_the_time_rarely_finds_what_is_not_there():
    rng, fooled, fooled_by_t = np.random.default_rng(5), 0, 0
    for _ in range(60):
        differences = rng.normal(0, 0.1, 800)
        totals, squares = differences.cumsum(), (differences**2).cumsum()
        seen = [
            confidence_sequence(n_clusters=n, total=totals[n - 1], squares=squares[n - 1]) for n in range(30, 801, 10)
        ]
        spread = np.sqrt(squares / np.arange(1, 801) - (totals / np.arange(1, 801)) ** 2)
        means = totals / np.arange(1, 801)
        fooled += any(one.low > 0 or one.high < 0 for one in seen)
        fooled_by_t += bool((np.abs(means) > 1.96 * spread / np.sqrt(np.arange(1, 801)))[29::10].any())

    assert fooled <= 6
    assert fooled_by_t >= 12


@pytest.mark.parametrize(("value", "n"), [(0.0, 30), (0.1, 30), (-0.9, 500)])
def test_the_range_for_all_times_of_events_all_alike_is_what_they_leave_possible(value, n):
    found, usual = (
        confidence_sequence(n_clusters=n, total=value * n, squares=value**2 * n),
        compare(singles([value] * n)),
    )

    assert (found.low, found.high) == (pytest.approx(usual.low), pytest.approx(usual.high))
    assert found.low < found.difference < found.high


def test_looking_all_the_time_at_events_all_alike_rarely_leaves_out_what_was_not_met():
    rng, left_out, rare = np.random.default_rng(7), 0, 0.02
    mean = 0.1 * (1 - rare) - rare
    for _ in range(400):
        alike = int(rng.geometric(rare)) - 1  # Events before the first that is not.
        seen = [confidence_sequence(n_clusters=n, total=0.1 * n, squares=0.01 * n) for n in range(30, alike + 1)]
        left_out += any(not one.low <= mean <= one.high for one in seen)

    assert left_out <= 0.05 * 400


@pytest.mark.parametrize("coverage", [0, 1])
def test_an_impossible_coverage_is_refused(coverage):
    with pytest.raises(ValueError, match="coverage must be between 0 and 1"):
        compare([], coverage=coverage)
    with pytest.raises(ValueError, match="coverage must be between 0 and 1"):
        confidence_sequence(n_clusters=0, total=0, squares=0, coverage=coverage)


def test_squares_that_cannot_be_are_refused():
    with pytest.raises(
        ValueError, match="squares must be at least total\\*\\*2 / n_clusters, got 1 for a total of 100"
    ):
        confidence_sequence(n_clusters=50, total=100, squares=1)
