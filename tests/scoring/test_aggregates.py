"""Aggregates worked by hand."""

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from forecasts.scoring.aggregates import (
    FORMULAS,
    Method,
    aggregate,
    extremised_odds,
    extremising_factor,
    geometric_mean_of_odds,
    mean,
    median,
    one_of_each_origin,
    recency_median,
)


@pytest.mark.parametrize(
    ("fcst", "expected"), [([0.3], 0.3), ([0.2, 0.6], 0.4), ([0.9, 0.1, 0.4], 0.4), ([0.0, 0.1, 0.3, 1.0], 0.2)]
)
def test_the_median_is_the_middle(fcst, expected):
    assert median(fcst) == pytest.approx(expected)


def test_the_mean_is_the_sum_over_the_number():
    assert mean([0.1, 0.2, 0.6]) == pytest.approx(0.3)


@pytest.mark.parametrize(
    ("fcst", "expected"),
    [
        ([0.5, 0.8], 2 / 3),  # odds 1 and 4, their geometric mean 2
        ([0.2, 0.8], 0.5),
        ([0.9, 0.9, 0.9], 0.9),
        ([0.0, 0.99], 0.5),  # a certainty counts as 0.01, odds of 1 to 99
        ([1.0], 0.99),
    ],
)
def test_odds_are_averaged_geometrically(fcst, expected):
    assert geometric_mean_of_odds(fcst) == pytest.approx(expected)


@pytest.mark.parametrize(
    ("n", "expected"), [(1, 1.0), (2, 2 * (math.sqrt(7) - 2)), (3, 3 * (math.sqrt(19) - 2) / 5), (10**9, math.sqrt(3))]
)
def test_the_factor_grows_from_one_to_the_root_of_three(n, expected):
    assert extremising_factor(n) == pytest.approx(expected)


def test_a_factor_of_no_opinions_is_refused():
    with pytest.raises(ValueError, match="n must be at least 1, got 0"):
        extremising_factor(0)


def test_two_opinions_are_moved_away_from_one_half():
    # Odds of 2, to the power of 2 (√7 - 2) = 1.2915: 2.448 to 1.
    assert extremised_odds([0.5, 0.8]) == pytest.approx(2**1.2915026 / (1 + 2**1.2915026), abs=1e-7)
    assert extremised_odds([0.5, 0.5]) == pytest.approx(0.5)
    assert extremised_odds([0.7]) == pytest.approx(0.7)


@pytest.mark.parametrize(
    ("fcst", "expected"),
    [
        ([0.3], 0.3),
        ([0.2, 0.8], 0.8),  # 0.66 and 1: the later one has more than half
        ([0.8, 0.2], 0.2),
        ([0.1, 0.5, 0.9], 0.5),  # 0.48, 0.73 and 1, half of which is 1.10
        ([0.1, 0.9, 0.5], 0.5),
        ([0.9, 0.9, 0.1, 0.1], 0.1),  # 0.37 + 0.56 against 0.77 + 1
        ([0.4, 0.4, 0.4], 0.4),
    ],
)
def test_the_recent_weigh_more_in_the_median_by_recency(fcst, expected):
    assert recency_median(fcst) == pytest.approx(expected)


def test_of_one_origin_only_one_opinion_is_left():
    # Odds 1 and 4 of one agency are 2 to 1.
    each = one_of_each_origin([0.5, 0.3, 0.8], ["agency", "own", "agency"])

    assert each.tolist() == pytest.approx([0.3, 2 / 3])


def test_different_origins_stay_as_they_are_and_in_order():
    fcst = [0.0, 1.0, 0.4]

    assert one_of_each_origin(fcst, ["a", "b", "c"]).tolist() == fcst
    assert one_of_each_origin([], []).tolist() == []


def test_origins_of_another_number_are_refused():
    with pytest.raises(ValueError, match="fcst has 2 values but origins has 1"):
        one_of_each_origin([0.1, 0.2], ["a"])


@pytest.mark.parametrize("method", Method)
def test_no_opinion_has_no_aggregate(method):
    with pytest.raises(ValueError, match="fcst is empty; an aggregate needs at least one opinion"):
        aggregate([], method=method)
    assert method in FORMULAS


@pytest.mark.parametrize("method", Method)
def test_a_value_outside_its_range_is_refused(method):
    with pytest.raises(ValueError, match=r"fcst\[1\] must be in \[0, 1\], got 1.2"):
        aggregate([0.5, 1.2], method=method)


shares = st.lists(st.floats(0.01, 0.99), min_size=1, max_size=20)


@given(shares, st.sampled_from(sorted(set(Method) - {Method.EXTREMISED})))
def test_an_aggregate_lies_among_the_opinions(fcst, method):
    assert min(fcst) - 1e-12 <= aggregate(fcst, method=method) <= max(fcst) + 1e-12


@given(shares, st.sampled_from(Method))
def test_the_other_side_is_the_complement(fcst, method):
    mirrored = aggregate([1 - p for p in fcst], method=method)

    assert mirrored == pytest.approx(1 - aggregate(fcst, method=method), abs=1e-9)


@given(shares)
def test_order_matters_to_recency_alone(fcst):
    for method in set(Method) - {Method.RECENT}:
        assert aggregate(fcst, method=method) == pytest.approx(aggregate(list(np.sort(fcst)), method=method))
