import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from forecasts.scoring.categories import (
    CATEGORY_BRIER,
    CATEGORY_LOG,
    GJP_ORDERED,
    RANKED,
    category_brier_score,
    category_log_score,
    gjp_ordered_score,
    ranked_probability_score,
)
from forecasts.scoring.rules import brier_score, log_score

SCORES = (category_brier_score, category_log_score, ranked_probability_score, gjp_ordered_score)


@st.composite
def calls(draw, *, largest: int = 6):
    n_categories = draw(st.integers(2, largest))
    parts = st.lists(st.integers(0, 20), min_size=n_categories, max_size=n_categories).filter(any)
    rows = [np.array(row) / sum(row) for row in draw(st.lists(parts, min_size=1, max_size=8))]
    return rows, draw(st.lists(st.integers(0, n_categories - 1), min_size=len(rows), max_size=len(rows)))


@pytest.mark.parametrize(
    ("fcst", "obs", "brier", "ranked"),
    [
        # 0.01 + 0.04 + 0.49 + 0.16 over 2; cuts 0.1, 0.3, 0.6 against 0, 0, 1: 0.01 + 0.09 + 0.16 = 0.26 over 3
        ([0.1, 0.2, 0.3, 0.4], 2, 0.35, 0.26 / 3),
        ([1, 0, 0], 0, 0, 0),
        ([1, 0, 0], 1, 1, 0.5),  # beside it
        ([1, 0, 0], 2, 1, 1),  # as far off as can be
        ([0, 1, 0], 0, 1, 0.5),
        ([0.7, 0.3], 1, 0.49, 0.49),
        ([1 / 3, 1 / 3, 1 / 3], 1, 1 / 3, 1 / 9),
    ],
)
def test_scores_match_the_hand_table(fcst, obs, brier, ranked):
    assert category_brier_score([fcst], [obs])[0] == pytest.approx(brier, abs=1e-15)
    assert ranked_probability_score([fcst], [obs])[0] == pytest.approx(ranked, abs=1e-15)
    assert gjp_ordered_score([fcst], [obs])[0] == pytest.approx(2 * ranked, abs=1e-15)


def test_the_ranked_score_is_the_published_one():
    """The documentation of scoringrules: 0.26 for four categories, not divided by the three cuts."""
    assert 3 * ranked_probability_score([[0.1, 0.2, 0.3, 0.4]], [2])[0] == pytest.approx(0.26)


def test_the_log_score_asks_only_for_what_came_about():
    assert category_log_score([[0.2, 0.5, 0.3], [0, 1, 0]], [1, 0]) == pytest.approx([math.log(2), -math.log(0.001)])


@given(st.lists(st.tuples(st.integers(0, 100), st.integers(0, 1)), min_size=1, max_size=9))
def test_two_categories_are_the_usual_scores(pairs):
    fcst, obs = [p / 100 for p, _ in pairs], [y for _, y in pairs]
    rows = [[1 - p, p] for p in fcst]

    assert category_brier_score(rows, obs) == pytest.approx(brier_score(fcst, obs), abs=1e-12)
    assert ranked_probability_score(rows, obs) == pytest.approx(brier_score(fcst, obs), abs=1e-12)
    assert category_log_score(rows, obs) == pytest.approx(log_score(fcst, obs), abs=1e-12)


@given(calls())
def test_the_good_judgment_project_averaged_two_sided_scores_of_the_cuts(given_calls):
    rows, obs = given_calls
    below = [np.cumsum(row)[:-1] for row in rows]
    two_sided = [
        np.mean([2 * (p - (y <= cut)) ** 2 for cut, p in enumerate(row)]) for row, y in zip(below, obs, strict=True)
    ]

    assert gjp_ordered_score(rows, obs) == pytest.approx(two_sided, abs=1e-12)


@given(calls())
def test_scores_stay_in_their_range_and_turn_round_with_the_order(given_calls):
    rows, obs = given_calls
    turned, others = [row[::-1] for row in rows], [len(rows[0]) - 1 - one for one in obs]

    for score, measure in (
        (category_brier_score, CATEGORY_BRIER),
        (category_log_score, CATEGORY_LOG),
        (ranked_probability_score, RANKED),
        (gjp_ordered_score, GJP_ORDERED),
    ):
        found = score(rows, obs)
        assert ((found >= measure.low - 1e-12) & (found <= measure.high + 1e-12)).all()
        assert score(turned, others) == pytest.approx(found, abs=1e-12)


@pytest.mark.parametrize("score", SCORES)
@pytest.mark.parametrize("belief", [(0.5, 0.3, 0.2), (0.1, 0.1, 0.8), (1 / 3, 1 / 3, 1 / 3)])
def test_nothing_is_better_said_than_the_belief(score, belief):
    def expected(said):
        return sum(p * score([said], [outcome])[0] for outcome, p in enumerate(belief))

    others = [(a / 20, b / 20, (20 - a - b) / 20) for a in range(1, 20) for b in range(1, 20 - a)]

    assert all(expected(belief) <= expected(other) + 1e-12 for other in others)


@pytest.mark.parametrize("score", SCORES)
@pytest.mark.parametrize(
    ("fcst", "obs", "message"),
    [
        ([[0.5, 0.6]], [0], r"fcst\[0\] must add up to 1, got 1.1"),
        ([[0.5, 0.5], [0.2, 0.3, 0.5]], [0, 0], r"fcst\[1\] has 3 categories but fcst\[0\] has 2"),
        ([[1.0]], [0], "at least 2 are needed"),
        ([[0.5, 0.5]], [2], r"obs\[0\] must be in 0..1, got 2"),
        ([[0.5, 0.5]], [-1], r"obs\[0\] must be in 0..1, got -1"),
        ([[0.5, 0.5]], [0.5], r"obs\[0\] must be the number of a category, got 0.5"),
        ([[0.5, 0.5]], [True], r"obs\[0\] must be the number of a category, got True"),
        ([[0.5, 0.5]], [], "fcst has 1 values but obs has 0"),
        ([[-0.5, 1.5]], [0], r"fcst\[0\]\[0\] must be in \[0, 1\]"),
        ([[float("nan"), 1]], [0], r"fcst\[0\]\[0\] must be in \[0, 1\]"),
        ([0.5, 0.5], [0, 1], "must be a sequence of numbers"),
    ],
)
def test_what_is_no_forecast_or_category_is_refused(score, fcst, obs, message):
    with pytest.raises(ValueError, match=message):
        score(fcst, obs)


@pytest.mark.parametrize("score", SCORES)
def test_no_forecasts_have_no_scores(score):
    assert score([], []).shape == (0,)


@pytest.mark.parametrize("clip", [0, 0.5, -1])
def test_a_clip_that_leaves_nothing_or_everything_is_refused(clip):
    with pytest.raises(ValueError, match="clip must be between 0 and 0.5"):
        category_log_score([[0.5, 0.5]], [0], clip=clip)
