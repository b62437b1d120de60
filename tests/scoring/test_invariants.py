"""What holds for any forecasts, whoever made them."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from forecasts.scoring.balance import brier_balance
from forecasts.scoring.levels import WHOLE, Levels
from forecasts.scoring.statistics import Cell, Totals, cell_of
from forecasts.scoring.thresholds import Absent

OUTCOMES = st.sampled_from([0, 10_000, 10_000, 0, 2_500])
CALLS = st.lists(st.tuples(st.integers(0, 10_000), OUTCOMES, st.sampled_from("abcde")), min_size=2, max_size=25)
GRID = np.arange(1, 100) / 100


def totals_of(calls):
    cells = dict.fromkeys("abcdefghij", Cell())
    for level, outcome, cluster in calls:
        cells[cluster] += cell_of(level, outcome)
    return Totals.of(cell for cell in cells.values() if cell)


@given(CALLS)
def test_what_a_score_is_above_its_expectation_is_a_sum_over_forecasts(calls):
    """BS - E[BS] = mean of (y - p)(1 - 2p), for outcomes of 0 and 1."""
    whole = [(level, outcome, cluster) for level, outcome, cluster in calls if outcome in (0, 10_000)]
    if not whole:
        return
    p, y = (np.array([row[place] for row in whole]) / 10_000 for place in (0, 1))

    assert float(totals_of(whole).mean("brier_gap")) == pytest.approx(((y - p) * (1 - 2 * p)).mean(), abs=1e-12)
    balance = brier_balance(Levels.of(p, y))
    if not isinstance(balance, Absent):
        assert balance.mean_score - balance.expected_score == pytest.approx(((y - p) * (1 - 2 * p)).mean(), abs=1e-12)


@given(CALLS)
def test_saying_the_opposite_of_the_opposite_turns_the_bias_and_nothing_else(calls):
    here = totals_of(calls)
    there = totals_of([(10_000 - level, 10_000 - outcome, cluster) for level, outcome, cluster in calls])

    for measure in ("brier", "brier_gap", "overconfidence", "points_saved", "log"):
        assert there.mean(measure) == here.mean(measure)
        assert there.standard_error(measure) == here.standard_error(measure)
    assert there.mean("bias") == -here.mean("bias")


@given(CALLS, st.integers(2, 5))
def test_repeating_forecasts_on_the_same_events_changes_neither_mean_nor_error(calls, times):
    once, often = totals_of(calls), totals_of(calls * times)

    for measure in ("brier", "bias", "log"):
        assert often.mean(measure) == once.mean(measure)
        assert often.standard_error(measure) == pytest.approx(once.standard_error(measure), abs=1e-15)
    assert often.effective_clusters == pytest.approx(once.effective_clusters)


def test_repeating_forecasts_on_new_events_shrinks_the_error():
    calls = [(7_000, 10_000, "a"), (7_000, 0, "b"), (4_000, 0, "c"), (9_000, 10_000, "d")]
    new = [(level, outcome, chr(ord(cluster) + 4)) for level, outcome, cluster in calls]

    ratio = totals_of(calls + new).standard_error("brier") / totals_of(calls).standard_error("brier")

    # sqrt(8/7 · 2) / (sqrt(4/3) · 2): half as much variance, and a smaller correction.
    assert ratio == pytest.approx((8 / 7 * 2) ** 0.5 / ((4 / 3) ** 0.5 * 2))


@given(st.lists(st.tuples(st.integers(0, 10_000), st.integers(0, WHOLE)), min_size=1, max_size=8), st.randoms())
def test_levels_merge_in_any_grouping_and_order(cells, chance):
    parts = [Levels.summed([(level, weight, weight * 5_000, 1)]) for level, weight in cells]
    shuffled = [*parts]
    chance.shuffle(shuffled)

    def merged(some):
        found = Levels.empty()
        for one in some:
            found = found.merge(one)
        return found.cells()

    half = len(parts) // 2
    grouped = Levels.summed(merged(parts[:half])).merge(Levels.summed(merged(parts[half:]))).cells()
    assert merged(parts) == merged(shuffled) == grouped


def expected_losses(loss, *, condition, outcome):
    """Of each report on “if A then B”, where A comes about with one probability and then B with another."""
    return [
        condition * (outcome * loss(p, True, True) + (1 - outcome) * loss(p, True, False))
        + (1 - condition) * loss(p, False, None)
        for p in GRID
    ]


@pytest.mark.parametrize("condition", [0.05, 0.5, 0.9])
@pytest.mark.parametrize("outcome", [0.1, 0.5, 0.8])
def test_where_the_condition_fails_nothing_is_scored_and_the_belief_is_the_best_report(condition, outcome):
    def annulled(p, met, happened):
        return (p - happened) ** 2 if met else 0.0

    losses = expected_losses(annulled, condition=condition, outcome=outcome)

    assert GRID[int(np.argmin(losses))] == pytest.approx(outcome)


def test_taking_a_failed_condition_for_a_success_rewards_saying_more():
    """Scored as “not A, or B”: where A has a chance of 0.2 and B then one of 0.5, the best report is 0.9."""

    def material(p, met, happened):
        return (p - 1) ** 2 if not met or happened else p**2

    losses = expected_losses(material, condition=0.2, outcome=0.5)

    assert GRID[int(np.argmin(losses))] == pytest.approx(0.9)


def test_taking_a_failed_condition_for_a_failure_rewards_saying_less():
    def failed(p, met, happened):
        return (p - 1) ** 2 if met and happened else p**2

    losses = expected_losses(failed, condition=0.2, outcome=0.5)

    assert GRID[int(np.argmin(losses))] == pytest.approx(0.1)


def test_the_ratio_to_a_reference_is_not_best_served_by_the_belief():
    """The mean of 1 - (p - y)² / (r - y)², one forecast at a time, with a reference of 0.2 and a belief of 0.5."""
    gains = [0.5 * (1 - (p - 1) ** 2 / 0.64) + 0.5 * (1 - p**2 / 0.04) for p in GRID]

    assert GRID[int(np.argmax(gains))] < 0.1
