from dataclasses import fields

import pytest
from hypothesis import given
from hypothesis import strategies as st

from forecasts.scoring.intervals import IntervalMethod
from forecasts.scoring.rules import BRIER, Direction
from forecasts.scoring.summary import NOTHING_RESOLVED, SCORES, ScoreSummary, summarise
from forecasts.scoring.tiers import Tier

FCST = [0.8, 0.6, 0.6, 0.75, 0.75, 0.75, 0.75]
OBS = [1, 1, 0, 0, 1, 0, 1]
WORDS = {"tier", "statement", "missing_reason"}
CALLS = st.lists(
    st.tuples(st.integers(0, 100).map(lambda percent: percent / 100), st.integers(0, 1), st.integers(0, 25)),
    min_size=1,
    max_size=40,
)


def test_seven_calls_on_three_events_make_this_summary():
    summary = summarise(FCST, OBS, ["aid", "aid", "nato", "nato", "nato", "gas", "gas"])

    assert (summary.n, summary.n_clusters, summary.tier) == (7, 3, Tier.RECORD_ONLY)
    assert round(summary.mean_brier, 4) == 0.2586
    assert summary.brier_interval.method is IntervalMethod.BETA_BOUND
    assert (summary.record.expected, summary.record.observed) == (5.0, 4.0)
    assert [level.n for level in summary.levels] == [2, 4, 1]
    assert (summary.n_clipped, summary.n_certain_and_wrong, summary.missing_reason) == (0, 0, None)
    assert summary.statement.endswith(
        "hits; 4 occurred (p = .64). Brier .26, range consistent with the data .02-.78. Too few to rate: no rank, no calibration curve."
    )


def test_a_perfect_score_is_zero_and_not_missing():
    summary = summarise([1.0, 0.0], [1, 0], "ab")

    assert summary.mean_brier == 0.0
    assert summary.missing_reason is None


def test_nothing_resolved_has_no_means_and_says_why():
    summary = summarise([], [], [])

    assert (summary.n, summary.n_clusters, summary.levels) == (0, 0, ())
    assert summary.mean_brier is summary.mean_log is summary.brier_interval is summary.record is None
    assert summary.missing_reason == NOTHING_RESOLVED
    assert summary.statement == "None resolved: nothing to score yet."


def test_certainties_that_fail_are_counted_beside_the_clipped_score():
    summary = summarise([1.0, 0.9995, 0.5], [0, 1, 1], "abc")

    assert (summary.n_clipped, summary.n_certain_and_wrong) == (2, 1)


@given(CALLS, st.randoms())
def test_order_changes_no_bit(calls, random):
    shuffled = random.sample(calls, len(calls))

    assert summarise(*zip(*calls, strict=True)) == summarise(*zip(*shuffled, strict=True))


@given(CALLS)
def test_the_mean_lies_in_its_interval_and_the_levels_hold_every_call(calls):
    summary = summarise(*zip(*calls, strict=True))

    assert summary.brier_interval.low - 1e-12 <= summary.mean_brier <= summary.brier_interval.high + 1e-12
    assert sum(level.n for level in summary.levels) == summary.n == len(calls)


def test_adding_a_coin_flip_moves_the_mean_towards_a_quarter():
    before = summarise(FCST, OBS, range(7)).mean_brier
    after = summarise([*FCST, 0.5], [*OBS, 1], range(8)).mean_brier

    assert 0.25 < after < before


def test_every_number_says_how_to_read_it():
    described = {name.partition(".")[0] for name in SCORES}

    assert described == {field.name for field in fields(ScoreSummary)} - WORDS - {"histogram"} | {"levels"}
    assert SCORES["mean_brier"] is BRIER
    assert (BRIER.low, BRIER.high, BRIER.direction) == (0.0, 1.0, Direction.LOWER_IS_BETTER)


@pytest.mark.parametrize(
    ("clusters", "message"), [("a", "fcst has 2 values but clusters has 1"), (["a", None], r"clusters\[1\] is None")]
)
def test_clusters_that_do_not_fit_are_refused(clusters, message):
    with pytest.raises(ValueError, match=message):
        summarise([0.5, 0.5], [1, 0], clusters)


def test_no_forecast_with_a_stray_cluster_is_refused():
    with pytest.raises(ValueError, match="fcst has 0 values but clusters has 1"):
        summarise([], [], ["a"])
