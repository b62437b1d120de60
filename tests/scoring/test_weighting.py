"""Weights add up, and time that was scheduled counts whether it passed or not."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from forecasts.scoring.weighting import equal_shares, horizon_shares

OPENS = datetime(2025, 1, 1, tzinfo=UTC)
CLOSES = OPENS + timedelta(days=100)


def at(*days):
    return [OPENS + timedelta(days=day) for day in days]


@given(st.integers(1, 5_000))
def test_equal_shares_add_up_to_one_million_and_differ_by_one_at_most(n):
    shares = equal_shares(n)

    assert (len(shares), sum(shares)) == (n, 1_000_000)
    assert max(shares) - min(shares) <= 1


def test_nothing_is_shared_by_nobody():
    assert equal_shares(0) == []


@pytest.mark.parametrize(
    ("made", "ends", "shares"),
    [
        (at(0), 100, [1_000_000]),
        (at(0, 25), 100, [250_000, 750_000]),
        (at(0, 25), 50, [250_000, 250_000]),  # decided early: half of the time scheduled counts
        (at(40), 100, [600_000]),
        (at(-10, 60), 70, [600_000, 100_000]),
        (at(0, 25), 10, [100_000, 0]),
        (at(0), 400, [1_000_000]),
        ([], 100, []),
    ],
)
def test_a_forecast_counts_for_the_time_it_stood(made, ends, shares):
    assert horizon_shares(made, opens=OPENS, closes=CLOSES, ends=OPENS + timedelta(days=ends)) == shares


def test_a_horizon_that_is_empty_is_refused():
    with pytest.raises(ValueError, match="scheduled time is empty"):
        horizon_shares(at(0), opens=OPENS, closes=OPENS, ends=CLOSES)


def test_the_first_days_forecast_is_honest_under_the_time_scheduled_and_not_under_the_time_that_passed():
    """Yes on day 1 by a chance of 0.2, else on day 2 by 0.25: in all 0.4, which is what an honest first day says."""
    closes = OPENS + timedelta(days=2)
    runs = [(0.2, 1, True), (0.8 * 0.25, 2, True), (0.8 * 0.75, 2, False)]  # chance, the day it was decided, outcome

    def elicited(weight_on):
        weights = [chance * weight_on(day) for chance, day, _ in runs]
        return sum(w for w, (_, _, happened) in zip(weights, runs, strict=True) if happened) / sum(weights)

    def scheduled(day):
        return horizon_shares(at(0, 1), opens=OPENS, closes=closes, ends=OPENS + timedelta(days=day))[0]

    assert elicited(scheduled) == pytest.approx(0.4)
    assert elicited(lambda day: 1 / day) == pytest.approx(0.5)
