import numpy as np
import pytest

from forecasts.scoring.ladder import ladder_cuts, ladder_score
from forecasts.scoring.rules import brier_score

ICD_203 = ((0.01, 0.05), (0.05, 0.2), (0.2, 0.45), (0.45, 0.55), (0.55, 0.8), (0.8, 0.95), (0.95, 0.99))
CUTS = (0.05, 0.2, 0.45, 0.55, 0.8, 0.95)
MIDPOINTS = [(low + high) / 2 for low, high in ICD_203]
BELIEFS = [number / 1000 for number in range(1, 1000) if number / 1000 not in CUTS]


def best_step(loss, belief):
    expected = belief * loss(MIDPOINTS, [1] * len(MIDPOINTS)) + (1 - belief) * loss(MIDPOINTS, [0] * len(MIDPOINTS))
    return int(np.argmin(expected))


def own_step(belief):
    return int(np.searchsorted(CUTS, belief))


def test_ranges_that_follow_one_another_make_a_ladder():
    assert ladder_cuts([*ICD_203, (0.05, 0.2)]) == CUTS


@pytest.mark.parametrize(
    "ranges",
    [
        [],
        [(0.0, 0.5), (0.5, 1.0)],
        [(0.0, 0.05), (0.1, 0.2), (0.25, 0.35)],
        [(0.0, 0.33), (0.0, 0.1), (0.33, 0.66)],
        [(0.5, 0.5), (0.5, 0.7), (0.7, 1.0)],
    ],
)
def test_gaps_overlaps_and_points_make_none(ranges):
    assert ladder_cuts(ranges) == ()


def test_one_cut_in_the_middle_is_worked_out_by_hand():
    # Weight 1/2, doubled: a claim above one half that fails costs one half, and so does one below that comes true.
    assert ladder_score([0.8, 0.8, 0.2, 0.2], [1, 0, 1, 0], cuts=[0.5]).tolist() == [0, 0.5, 0.5, 0]


def test_two_cuts_are_worked_out_by_hand():
    # Weights .4 and .5. Above .2 only, and it came true: the upper cut was missed, 2 x .5 x .2.
    assert ladder_score([0.5, 0.5], [1, 0], cuts=[0.2, 0.8]) == pytest.approx([2 * 0.4 * 0.2, 2 * 0.4 * 0.2])


def test_an_outcome_in_part_earns_the_mixture():
    whole = ladder_score([0.7, 0.7], [1, 0], cuts=CUTS)

    assert ladder_score([0.7], [0.25], cuts=CUTS)[0] == pytest.approx(0.25 * whole[0] + 0.75 * whole[1])


def test_the_step_that_holds_the_belief_is_the_best_choice_for_every_belief():
    wrong = [one for one in BELIEFS if best_step(lambda f, o: ladder_score(f, o, cuts=CUTS), one) != own_step(one)]

    assert wrong == []


def test_the_brier_score_of_midpoints_rewards_the_wrong_step_for_some_beliefs():
    wrong = [one for one in BELIEFS if best_step(brier_score, one) != own_step(one)]

    assert 0.15 < len(wrong) / len(BELIEFS) < 0.2
    assert 0.22 in wrong


def test_with_fine_steps_it_becomes_the_brier_score():
    cuts = [number / 1000 for number in range(1, 1000)]

    for belief in (0.0305, 0.5005, 0.9205):
        assert ladder_score([belief], [1], cuts=cuts)[0] == pytest.approx((1 - belief) ** 2, abs=0.002)


@pytest.mark.parametrize("cuts", [[], [0.0, 0.5], [0.5, 1.0], [0.5, 0.5], [0.6, 0.4]])
def test_cuts_have_to_rise_within_zero_and_one(cuts):
    with pytest.raises(ValueError, match=r"cuts must rise within \(0, 1\)"):
        ladder_score([0.5], [1], cuts=cuts)
