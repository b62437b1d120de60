import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from forecasts.scoring.pooling import Measured, benjamini_hochberg, holm, placed

P_VALUES = st.lists(st.floats(0, 1), max_size=12)


def test_values_are_drawn_together_as_the_hand_table_says():
    # Equal errors of .1: Q = (.3^2 + 0 + .3^2) / .01 = 18, less 2 is 16; the scale is 300 - 100; the variance .08.
    found = placed([Measured(0.3, 0.1), Measured(0.0, 0.1), Measured(-0.3, 0.1)])

    assert [one.value for one in found] == pytest.approx([0.3 * 8 / 9, 0, -0.3 * 8 / 9])
    # The distance is not known: the error is more than the root of .01 * 8 / 9 that it has where the variance is .08.
    assert found[0].spread == pytest.approx(0.101, abs=0.005)
    assert [(one.best_rank, one.worst_rank) for one in found] == [(1, 1), (2, 2), (3, 3)]


def test_who_is_known_least_is_drawn_furthest():
    sure, unsure, other = placed([Measured(0.5, 0.05), Measured(0.5, 0.5), Measured(-0.5, 0.05)])

    assert sure.value > unsure.value > other.value
    assert unsure.spread > sure.spread


def test_differences_that_chance_explains_leave_no_order():
    found = placed([Measured(0.01 * place, 0.1) for place in range(5)])

    assert {round(one.value, 9) for one in found} == {0.02}
    assert {(one.best_rank, one.worst_rank) for one in found} == {(1, 5)}


def test_ranks_overlap_where_values_are_close():
    found = placed([Measured(0.0, 0.1), Measured(0.05, 0.1), Measured(1.0, 0.1)])

    assert (found[2].best_rank, found[2].worst_rank) == (1, 1)
    assert [(one.best_rank, one.worst_rank) for one in found[:2]] == [(2, 3), (2, 3)]


def test_the_same_measurements_give_the_same_ranks():
    measured = [Measured(float(value), 0.3) for value in np.random.default_rng(1).normal(size=8)]

    assert placed(measured) == placed(measured)


def test_one_alone_keeps_the_first_rank_and_nobody_none():
    (alone,) = placed([Measured(0.4, 0.1)])

    assert (alone.value, alone.best_rank, alone.worst_rank) == (pytest.approx(0.4), 1, 1)
    assert placed([]) == ()


@pytest.mark.parametrize(
    ("p_values", "adjusted"),
    [
        ([0.01, 0.04, 0.03, 0.005], [0.03, 0.06, 0.06, 0.02]),
        ([0.6, 0.5], [1.0, 1.0]),
        ([], []),
    ],
)
def test_holm_matches_the_hand_table(p_values, adjusted):
    assert holm(p_values) == pytest.approx(adjusted)


@pytest.mark.parametrize(
    ("p_values", "adjusted"),
    [([0.01, 0.04, 0.03, 0.005], [0.02, 0.04, 0.04, 0.02]), ([0.5], [0.5]), ([], [])],
)
def test_benjamini_and_hochberg_match_the_hand_table(p_values, adjusted):
    assert benjamini_hochberg(p_values) == pytest.approx(adjusted)


@given(P_VALUES)
def test_adjusting_never_makes_anything_surer(p_values):
    raw, family, screen = np.array(p_values), np.array(holm(p_values)), np.array(benjamini_hochberg(p_values))

    assert (raw <= screen + 1e-12).all()
    assert (screen <= family + 1e-12).all()
    assert (family <= 1).all()


@pytest.mark.parametrize("one", [Measured(math.nan, 0.1), Measured(0.1, 0.0), Measured(0.1, math.inf)])
def test_an_impossible_measurement_is_refused(one):
    with pytest.raises(ValueError, match="every measurement needs a finite value and a standard error above 0"):
        placed([one])


@pytest.mark.parametrize(
    ("options", "message"),
    [({"coverage": 1}, "coverage must be between 0 and 1, got 1"), ({"draws": 0}, "draws must be at least 1, got 0")],
)
def test_impossible_options_are_refused(options, message):
    with pytest.raises(ValueError, match=message):
        placed([], **options)


@pytest.mark.parametrize("true_spread", [0.05, 0.5, 2.0])
def test_a_range_of_ranks_holds_the_true_rank_nine_times_in_ten(true_spread):
    """However little forecasters differ beside their errors; draws around what was measured hold 7 of 10 of the first."""
    random = np.random.default_rng(2)
    held = []
    for _ in range(60):
        truth, errors = random.normal(0, true_spread, 20), np.exp(random.normal(0, 0.3, 20))
        values = truth + errors * random.normal(size=20)
        found = placed([Measured(*one) for one in zip(values, errors, strict=True)], draws=500)
        ranks = 1 + np.argsort(np.argsort(-truth))
        held += [one.best_rank <= rank <= one.worst_rank for one, rank in zip(found, ranks, strict=True)]

    assert 0.87 <= np.mean(held) <= 0.99


def test_nobody_is_certain_where_chance_explains_all_differences():
    found = placed([Measured(0.01 * place, 0.1) for place in range(5)])

    assert all(0.1 / math.sqrt(5) < one.spread < 0.1 for one in found)


def test_somebody_who_is_known_almost_exactly_does_not_keep_the_others_from_a_rank():
    sure, better, worse = placed([Measured(0.0, 1e-9), Measured(5.0, 1.0), Measured(-5.0, 1.0)])

    assert better.value > sure.value > worse.value
    assert (better.best_rank, worse.worst_rank) == (1, 3)
