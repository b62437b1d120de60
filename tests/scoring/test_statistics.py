"""Sums are exact: merged, taken back and made in any order they agree to the last digit."""

import math
import random
from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from forecasts.scoring.levels import WHOLE, Levels
from forecasts.scoring.rules import brier_score, log_score
from forecasts.scoring.statistics import Cell, Totals, cell_of

GRID = st.integers(0, 10_000)
FORECASTS = st.lists(
    st.tuples(GRID, st.sampled_from([0, 10_000, 5_000, 3_333]), GRID, st.integers(1, WHOLE), st.sampled_from("abcd")),
    min_size=1,
    max_size=30,
)


def cells_of(forecasts):
    cells = dict.fromkeys("abcd", Cell())
    for level, outcome, reference, weight, cluster in forecasts:
        cells[cluster] += cell_of(level, outcome, reference=reference, weight=weight)
    return {cluster: cell for cluster, cell in cells.items() if cell}


def test_one_forecast_of_80_percent_that_happened_worked_by_hand():
    cell = cell_of(8_000, 10_000, reference=5_000)
    totals = Totals.of([cell])

    assert [totals.mean(name) for name in ("brier", "bias", "brier_gap", "points_saved", "overconfidence")] == [
        Fraction(4, 100), Fraction(-2, 10), Fraction(4, 100) - Fraction(16, 100), Fraction(21, 100), Fraction(-2, 10),
    ]  # fmt: skip
    assert float(totals.mean("log")) == pytest.approx(-math.log(0.8), abs=1e-9)
    assert (totals.clusters, totals.standard_error("brier")) == (1, 0.0)


def test_a_forecast_of_one_half_has_half_a_hit():
    assert Totals.of([cell_of(5_000, 10_000)]).mean("overconfidence") == 0


@given(FORECASTS)
def test_means_are_those_of_the_scores_themselves(forecasts):
    levels, outcomes, references, weights, _ = zip(*forecasts, strict=True)
    fcst, obs = np.array(levels) / 10_000, np.array(outcomes) / 10_000
    totals = Totals.of(cells_of(forecasts).values())

    expected = np.average(brier_score(fcst, obs), weights=weights)
    assert float(totals.mean("brier")) == pytest.approx(expected, abs=1e-12)
    assert float(totals.mean("log")) == pytest.approx(np.average(log_score(fcst, obs), weights=weights), abs=1e-9)
    saved = np.average(brier_score(np.array(references) / 10_000, obs) - brier_score(fcst, obs), weights=weights)
    assert float(totals.mean("points_saved")) == pytest.approx(saved, abs=1e-12)


@given(FORECASTS, st.randoms(use_true_random=False))
def test_order_changes_nothing_and_what_is_taken_back_leaves_nothing(forecasts, chance):
    shuffled = random.Random(chance.random()).sample(forecasts, len(forecasts))
    forwards, backwards = cells_of(forecasts), cells_of(shuffled)
    assert forwards == backwards
    totals = Totals.of(forwards.values())
    assert totals == Totals.of(backwards.values())

    for cell in forwards.values():
        totals = totals.replace_cell(cell, cell + -cell)
    assert totals == Totals()


@given(FORECASTS)
def test_the_error_is_the_sum_of_squared_residuals_of_the_events(forecasts):
    cells = cells_of(forecasts)
    totals, mean = Totals.of(cells.values()), Totals.of(cells.values()).mean("brier")
    n, g = totals.weight, len(cells)
    residuals = sum((Fraction(cell.brier, 10**12) - mean * cell.weight) ** 2 for cell in cells.values())

    expected = math.sqrt(Fraction(g, g - 1) * residuals / n**2) if g > 1 else 0.0
    assert totals.standard_error("brier") == pytest.approx(expected, rel=1e-12, abs=1e-15)


def test_with_one_forecast_an_event_the_error_is_the_usual_one():
    cells = [cell_of(level, outcome) for level, outcome in ((1_000, 0), (7_000, 10_000), (4_000, 10_000), (9_000, 0))]
    scores = brier_score([0.1, 0.7, 0.4, 0.9], [0, 1, 1, 0])

    assert Totals.of(cells).standard_error("brier") == pytest.approx(np.std(scores, ddof=1) / 2)


@given(FORECASTS, FORECASTS)
def test_levels_are_merged_exactly(some, others):
    def levels(rows):
        return Levels.summed((level, weight, weight * outcome, 1) for level, outcome, _, weight, _ in rows)

    assert levels(some).merge(levels(others)).cells() == levels([*others, *some]).cells()


def test_levels_of_nothing_are_empty():
    assert (len(Levels.empty()), Levels.empty().n, Levels.of([], []).cells()) == (0, 0, [])


def test_levels_are_told_apart_to_a_basis_point():
    levels = Levels.of([0.7, 0.7, 0.70004, 0.7001], [1, 0, 0.5, 1])

    assert levels.cells() == [(7_000, 3 * WHOLE, 15_000 * WHOLE, 3), (7_001, WHOLE, 10_000 * WHOLE, 1)]
    assert levels.shares.tolist() == [0.5, 1.0]


@pytest.mark.parametrize(("level", "outcome"), [(10_001, 0), (-1, 0), (5_000, 10_001)])
def test_what_is_off_the_grid_is_refused(level, outcome):
    with pytest.raises(ValueError, match="must be in 0..10000"):
        cell_of(level, outcome)


def test_skill_is_the_share_that_was_saved_with_the_error_of_a_ratio():
    # Two events: own 0.04 and 0.36 against 0.25 each. Saved 0.21 and -0.11 of 0.5: a fifth.
    cells = [cell_of(8_000, 10_000), cell_of(6_000, 0)]

    share, error = Totals.of(cells).skill()

    residuals = [0.21 - 0.2 * 0.25, -0.11 - 0.2 * 0.25]
    assert share == pytest.approx(0.2)
    assert error == pytest.approx(math.sqrt(2 / 1 * sum(one**2 for one in residuals)) / 0.5)


def test_there_is_no_skill_against_a_reference_that_never_missed():
    assert Totals.of([cell_of(8_000, 10_000, reference=10_000)]).skill() is None
    assert Totals().skill() is None


def test_one_event_has_a_skill_without_an_error():
    assert Totals.of([cell_of(8_000, 10_000)]).skill() == (pytest.approx(0.84), 0.0)


def test_how_surprising_a_gap_is_goes_by_events():
    # Each of two calls of 0.8 that failed scores 0.64 where 0.16 was implied; a third one came true and gains 0.12.
    one, other = cell_of(8_000, 0), cell_of(8_000, 10_000)

    apart, together = Totals.of([one, one, other]).z("brier_gap"), Totals.of([one + one, other]).z("brier_gap")

    assert apart == pytest.approx(0.84 / math.sqrt(0.48**2 * 2 + 0.12**2))
    assert together == pytest.approx(0.84 / math.sqrt(0.96**2 + 0.12**2))
    assert Totals.of([cell_of(5_000, 0)]).z("brier_gap") is None
