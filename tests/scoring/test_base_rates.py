"""The rule of succession on the grid of basis points, and the example of docs/scores/figures.md."""

from pathlib import Path

import pytest

from forecasts.scoring.base_rates import MIN_CASES, base_rate
from forecasts.scoring.levels import BASIS_POINTS
from forecasts.scoring.rules import brier_score

PAGE = " ".join((Path(__file__).parents[2] / "docs" / "scores" / "figures.md").read_text(encoding="utf-8").split())


@pytest.mark.parametrize(
    ("came_true", "cases", "expected"),
    [
        (0, 20, 455),  # 1 / 22
        (20, 20, 9_545),  # 21 / 22
        (10, 20, 5_000),
        (6, 20, 3_182),  # 7 / 22
        (0.5, 1, 5_000),  # A tie: (0.5 + 1) / 3
        (0, 6, 1_250),
        (1, 398, 50),
        (0, 158, 63),  # 1 / 160 is 62.5
        (0, 10**6, 0),
    ],
)
def test_it_is_one_more_of_two_more(came_true, cases, expected):
    assert base_rate(round(came_true * BASIS_POINTS), cases) == expected


@pytest.mark.parametrize(
    ("came_true", "cases", "told"),
    [(0, 0, "cases must be at least 1, got 0"), (-1, 1, "0..10000, got -1"), (20_001, 2, "0..20000, got 20001")],
)
def test_what_cannot_be_is_refused(came_true, cases, told):
    with pytest.raises(ValueError, match=told):
        base_rate(came_true, cases)


def test_from_so_many_cases_on_it_costs_a_twentieth_of_one_half_at_most():
    assert 0.25 / MIN_CASES == 0.25 / 20


def test_the_example_is_that_of_the_page():
    rate = base_rate(6 * BASIS_POINTS, MIN_CASES) / BASIS_POINTS
    own, other = brier_score([0.2, rate], [0, 0])

    assert f"of **{MIN_CASES}** claims on a topic 6 had come true: (6 + 1) / ({MIN_CASES} + 2) = **{rate:.4f}**" in PAGE
    assert f"100 · (0.1013 - 0.04) = **{100 * (other - own):.2f}**" in PAGE
