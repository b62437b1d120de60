import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.special import betaincinv
from scipy.stats import binomtest

from forecasts.scoring.intervals import (
    IntervalMethod,
    jeffreys_bounds,
    jeffreys_interval,
    mean_interval,
    wilson_interval,
)

SCORES = st.lists(st.integers(0, 100).map(lambda percent: (percent / 100) ** 2), min_size=1, max_size=60)


def test_wilson_and_jeffreys_match_the_published_four_of_five():
    # scipy.stats.binomtest and statsmodels proportion_confint agree on these.
    wilson, jeffreys = wilson_interval(4, 5), jeffreys_interval(4, 5)

    assert (wilson.low, wilson.high) == pytest.approx((0.37553463, 0.96377589), abs=1e-8)
    assert (jeffreys.low, jeffreys.high) == pytest.approx((0.3713736, 0.97748723), abs=1e-7)


@pytest.mark.parametrize(("hits", "n"), [(0, 1), (1, 1), (0, 40), (40, 40), (3, 7), (999, 1000)])
@pytest.mark.parametrize("level", [0.5, 0.9, 0.95])
def test_wilson_agrees_with_scipy(hits, n, level):
    interval, oracle = wilson_interval(hits, n, level=level), binomtest(hits, n)

    assert (interval.low, interval.high) == pytest.approx(
        tuple(oracle.proportion_ci(level, method="wilson")), abs=1e-12
    )


@pytest.mark.parametrize("interval", [wilson_interval, jeffreys_interval])
def test_a_share_of_none_starts_at_zero_and_of_all_ends_at_one(interval):
    assert interval(0, 9).low == 0.0
    assert interval(9, 9).high == 1.0
    assert interval(0, 9).high == pytest.approx(1 - interval(9, 9).low)


@pytest.mark.parametrize(("hits", "n"), [(0, 0), (-1, 5), (6, 5), (math.nan, 5)])
@pytest.mark.parametrize("interval", [wilson_interval, jeffreys_interval])
def test_impossible_counts_are_refused(interval, hits, n):
    with pytest.raises(ValueError, match=r"hits must be in \[0, n\] and n above 0"):
        interval(hits, n)


@pytest.mark.parametrize("level", [0, 1, 1.5, -0.5, math.nan])
def test_a_level_outside_zero_to_one_is_refused(level):
    for call in (lambda: wilson_interval(1, 2, level=level), lambda: mean_interval([0.5], "a", level=level)):
        with pytest.raises(ValueError, match="level must be between 0 and 1"):
            call()


@pytest.mark.parametrize(
    ("n_clusters", "method"),
    [(1, IntervalMethod.BETA_BOUND), (19, IntervalMethod.BETA_BOUND), (20, IntervalMethod.CLUSTER_LOGIT_T)],
)
def test_the_method_changes_at_twenty_clusters(n_clusters, method):
    scores = [0.04 if index % 2 else 0.36 for index in range(n_clusters)]

    assert mean_interval(scores, range(n_clusters)).method is method


def test_logit_t_matches_twenty_scores_worked_by_hand():
    # Mean .2, residuals all .16, so the error is sqrt(20/19 * 20 * .0256) / 20 = .0367067. On the logit scale
    # that is .0367067 / .16 = .2294157; t(19) is 2.0930241, so the bounds are logit(.2) -+ .4801721.
    interval = mean_interval([0.04, 0.36] * 10, range(20))

    assert math.log(interval.low / (1 - interval.low)) == pytest.approx(math.log(0.25) - 0.4801721, abs=1e-6)
    assert math.log(interval.high / (1 - interval.high)) == pytest.approx(math.log(0.25) + 0.4801721, abs=1e-6)


def test_beta_bound_of_one_score_is_the_quantiles_of_its_beta():
    # Mean .5, one cluster: Beta(1, 1) is uniform, so its quantiles are the levels themselves.
    interval = mean_interval([0.5], ["a"])

    assert (interval.low, interval.high) == pytest.approx((0.025, 0.975), abs=1e-12)
    assert (interval.n, interval.n_clusters, interval.level) == (1, 1, 0.95)


def test_scores_without_any_spread_get_the_wide_bound():
    interval = mean_interval([0.04] * 40, range(40))

    assert interval.method is IntervalMethod.BETA_BOUND
    assert interval.low < 0.04 < interval.high


@pytest.mark.parametrize("score", [0.0, 1.0])
def test_perfect_and_worst_scores_keep_their_mean_inside(score):
    interval = mean_interval([score] * 30, range(30))

    assert min(interval.low, 1 - interval.high) == 0.0
    assert interval.low <= score <= interval.high
    assert interval.high - interval.low > 0.01


@given(SCORES, st.randoms())
def test_order_changes_no_bit(scores, random):
    rows = [(score, index % 23) for index, score in enumerate(scores)]
    shuffled = random.sample(rows, len(rows))

    assert mean_interval(*zip(*rows, strict=True)) == mean_interval(*zip(*shuffled, strict=True))


@given(SCORES, st.integers(2, 5))
def test_repeating_forecasts_on_the_same_events_does_not_shrink_the_interval(scores, times):
    once = mean_interval(scores, range(len(scores)))
    repeated = mean_interval(scores * times, list(range(len(scores))) * times)

    assert (repeated.low, repeated.high) == pytest.approx((once.low, once.high), abs=1e-9)
    assert repeated.n == times * once.n


def test_repeating_forecasts_on_new_events_shrinks_the_interval():
    scores = [0.04, 0.36] * 10
    once, more = mean_interval(scores, range(20)), mean_interval(scores * 4, range(80))

    assert more.high - more.low < 0.6 * (once.high - once.low)


@given(SCORES)
def test_the_interval_contains_the_mean_and_stays_in_range(scores):
    interval = mean_interval(scores, range(len(scores)))

    assert 0 <= interval.low <= math.fsum(scores) / len(scores) + 1e-12
    assert math.fsum(scores) / len(scores) - 1e-12 <= interval.high <= 1


@pytest.mark.parametrize(("n_clusters", "floor"), [(8, 0.97), (25, 0.9), (60, 0.92)])
def test_the_interval_covers_the_true_mean_of_clustered_scores(n_clusters, floor):
    # Each event has one probability and one outcome, and one to four calls are made on it.
    rng = np.random.default_rng(20260101)
    probabilities = np.array([0.1, 0.3, 0.5, 0.7, 0.9])
    true_mean = float((probabilities * (1 - probabilities)).mean())
    n_covered = 0
    for _ in range(300):
        chances = rng.choice(probabilities, n_clusters)
        sizes = rng.integers(1, 5, n_clusters)
        scores = np.repeat((chances - (rng.random(n_clusters) < chances)) ** 2, sizes)
        interval = mean_interval(scores, np.repeat(np.arange(n_clusters), sizes).tolist())
        n_covered += interval.low <= true_mean <= interval.high

    assert n_covered / 300 >= floor


@pytest.mark.parametrize(
    ("scores", "clusters", "message"),
    [
        ([], [], "scores is empty"),
        ([0.1], [], "scores has 1 values but clusters has 0"),
        ([0.1, 0.2], ["a", None], r"clusters\[1\] is None"),
        ([1.2], ["a"], r"scores\[0\] must be in \[0, 1\]"),
    ],
)
def test_what_has_no_mean_is_refused(scores, clusters, message):
    with pytest.raises(ValueError, match=message):
        mean_interval(scores, clusters)


@pytest.mark.parametrize(("hits", "n"), [(0.0, 5.0), (2.0, 4.0), (3.5, 9.0), (7.0, 7.0), (41.0, 12_345.0)])
def test_ends_that_are_remembered_are_those_of_the_quantiles_for_arrays(hits, n):
    above, below = np.array([hits / n * n + 0.5]), np.array([(1 - hits / n) * n + 0.5])
    low, high = (betaincinv(above, below, tail).item() for tail in ((1 - 0.95) / 2, (1 + 0.95) / 2))

    found = [jeffreys_bounds(hits, n) for _ in range(2)]

    assert found == [(low if hits else 0.0, high if hits < n else 1.0)] * 2
