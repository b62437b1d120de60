import numpy as np
import pytest

from forecasts.scoring.coherence import Stated, beyond_whole, distance_to_coherence, falls_with_time, total_probability


def test_an_outcome_has_to_be_what_its_cases_add_up_to():
    found = total_probability(Stated(condition=0.5, outcome=0.6, if_met=0.8, if_not_met=0.2))

    assert found.gap == pytest.approx(0.1)
    assert found.low == found.high == pytest.approx(0.5)
    assert 0 < found.distance < 0.1


def test_numbers_that_fit_have_no_gap():
    found = total_probability(Stated(condition=0.25, outcome=0.35, if_met=0.8, if_not_met=0.2))

    assert (found.gap, found.distance) == (0.0, 0.0)


@pytest.mark.parametrize(("outcome", "gap"), [(0.3, -0.18), (0.48, 0.0), (0.6, 0.0), (0.88, 0.0), (0.95, 0.07)])
def test_one_case_bounds_the_outcome_on_both_sides(outcome, gap):
    # P(A) P(B|A) = .6 x .8 = .48, and at most 1 - .6 = .4 more.
    found = total_probability(Stated(condition=0.6, outcome=outcome, if_met=0.8))

    assert (found.low, found.high) == (pytest.approx(0.48), pytest.approx(0.88))
    assert found.gap == pytest.approx(gap)


@pytest.mark.parametrize(
    "stated",
    [
        Stated(),
        Stated(condition=0.5, outcome=0.5),
        Stated(outcome=0.5, if_met=0.2, if_not_met=0.1),
        Stated(condition=0.5, if_met=0.2),
    ],
)
def test_too_little_said_cannot_be_wrong(stated):
    assert total_probability(stated) is None


def test_the_nearest_fit_is_worked_out_by_hand_where_the_condition_is_certain():
    # A is certain, so B and B if A are one number: .2 and .8 meet at .5. Letting go of A only helps a little.
    fixed = np.hypot(0.3, 0.3)

    assert distance_to_coherence(Stated(condition=1.0, outcome=0.2, if_met=0.8, if_not_met=0.2)) < fixed
    assert distance_to_coherence(Stated(condition=1.0, outcome=0.2, if_met=0.8)) < fixed


def test_no_joint_distribution_on_a_grid_is_nearer():
    stated = Stated(condition=0.5, outcome=0.9, if_met=0.3, if_not_met=0.4)
    grid = np.linspace(0, 1, 101)
    a, u, v = np.meshgrid(grid, grid, grid, indexing="ij")

    squares = (a - 0.5) ** 2 + (a * u + (1 - a) * v - 0.9) ** 2 + (u - 0.3) ** 2 + (v - 0.4) ** 2

    found = distance_to_coherence(stated)
    assert found <= np.sqrt(squares.min()) + 1e-9
    assert found == pytest.approx(np.sqrt(squares.min()), abs=0.01)


def test_a_later_deadline_is_never_less_likely():
    assert falls_with_time(0.4, 0.3) == pytest.approx(0.1)
    assert falls_with_time(0.3, 0.4) == 0


def test_cases_that_exclude_one_another_make_up_no_more_than_the_whole():
    assert beyond_whole([0.6, 0.55]) == pytest.approx(0.15)
    assert beyond_whole([0.6, 0.4]) == 0
    assert beyond_whole([0.1, 0.2, 0.7]) == 0


def test_numbers_have_to_be_probabilities():
    with pytest.raises(ValueError, match=r"stated\[0\] must be in \[0, 1\], got 1.2"):
        total_probability(Stated(condition=1.2))
    with pytest.raises(ValueError, match=r"parts\[1\] must be in \[0, 1\]"):
        beyond_whole([0.2, -0.1])
