import itertools
import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from forecasts.scoring import calibration
from forecasts.scoring.calibration import expected_hits, levels, levels_of, record_statement
from forecasts.scoring.intervals import jeffreys_interval
from forecasts.scoring.levels import Levels

PERCENT = st.integers(0, 100).map(lambda percent: percent / 100)


def test_every_percentage_falls_in_exactly_one_level():
    fcst = [percent / 100 for percent in range(101)]

    found = levels(fcst, [0] * 101)

    assert [level.probability for level in found] == fcst
    assert {level.n for level in found} == {1}


@pytest.mark.parametrize("probability", [0.0, 0.15, 0.3, 0.35, 0.6, 0.7, 0.95, 1.0])
def test_awkward_floats_land_on_the_level_they_write(probability):
    noisy = [probability, min(1.0, probability + 4e-16), max(0.0, probability - 4e-16)]

    (level,) = levels(noisy, [1, 0, 0])

    assert (level.probability, level.n) == (probability, 3)


def test_a_basis_point_apart_is_another_level():
    assert [level.probability for level in levels([0.7, 0.7001], [1, 1])] == [0.7, 0.7001]


def test_levels_match_the_hand_table():
    found = levels([0.8, 0.6, 0.6, 0.75, 0.75, 0.75, 0.75], [1, 1, 0, 0, 1, 0, 0])

    assert [(level.probability, level.n, level.observed_share) for level in found] == [
        (0.6, 2, 0.5),
        (0.75, 4, 0.25),
        (0.8, 1, 1.0),
    ]
    assert (found[1].low, found[1].high) == (jeffreys_interval(1, 4).low, jeffreys_interval(1, 4).high)


def test_no_forecasts_have_no_levels():
    assert levels([], []) == ()


@given(st.lists(st.tuples(PERCENT, st.integers(0, 1)), min_size=1, max_size=40), st.randoms())
def test_levels_keep_every_forecast_and_every_hit_in_any_order(calls, random):
    found = levels(*zip(*calls, strict=True))
    shuffled = levels(*zip(*random.sample(calls, len(calls)), strict=True))

    assert found == shuffled
    assert sum(level.n for level in found) == len(calls)
    assert sum(round(level.n * level.observed_share) for level in found) == sum(call[1] for call in calls)


def test_expected_hits_add_up_without_rounding_noise():
    assert expected_hits([0.1] * 10) == 1.0
    assert expected_hits([]) == 0.0


def _enumerated_p(fcst, hits):
    """Walk through all outcomes, as one would by hand."""
    chances = dict.fromkeys(range(len(fcst) + 1), 0.0)
    for outcomes in itertools.product((0, 1), repeat=len(fcst)):
        chance = math.prod(p if outcome else 1 - p for p, outcome in zip(fcst, outcomes, strict=True))
        chances[sum(outcomes)] += chance
    below = sum(chance for count, chance in chances.items() if count <= hits)
    above = sum(chance for count, chance in chances.items() if count >= hits)
    return min(1.0, 2 * min(below, above))


@given(st.lists(st.tuples(PERCENT, st.integers(0, 1)), min_size=1, max_size=7))
def test_the_p_value_is_exact(calls):
    fcst, obs = zip(*calls, strict=True)

    assert record_statement(fcst, obs).p_value == pytest.approx(_enumerated_p(fcst, sum(obs)), abs=1e-12)


def test_two_even_calls_that_both_happened_have_a_chance_of_a_half():
    statement = record_statement([0.5, 0.5], [1, 1])

    assert (statement.expected, statement.observed, statement.p_value) == (1.0, 2.0, 0.5)
    assert statement.text == "Own probabilities implied 1.0 hits; 2 occurred (p = .50)."


@pytest.mark.parametrize(
    ("fcst", "obs", "text"),
    [
        ([0.9] * 5, [0] * 5, "Own probabilities implied 4.5 hits; 0 occurred (p < .005)."),
        ([1.0, 0.0], [1, 0], "Own probabilities implied 1.0 hits; 1 occurred (p = 1.00)."),
        ([1.0, 0.0], [0, 0], "Own probabilities implied 1.0 hits; 0 occurred (p < .005)."),
        ([0.5, 0.5], [0.5, 1], "Own probabilities implied 1.0 hits; 1.5 occurred."),
    ],
)
def test_the_record_is_put_in_words(fcst, obs, text):
    assert record_statement(fcst, obs).text == text


def test_order_changes_no_bit_of_the_record():
    rng = np.random.default_rng(7)
    fcst, obs = rng.random(300), rng.integers(0, 2, 300)
    order = rng.permutation(300)

    assert record_statement(fcst, obs) == record_statement(fcst[order], obs[order])


def test_the_normal_curve_takes_over_where_it_agrees(monkeypatch):
    rng = np.random.default_rng(3)
    fcst = rng.random(1000)
    obs = (rng.random(1000) < fcst).astype(int)
    exact = record_statement(fcst, obs).p_value
    monkeypatch.setattr(calibration, "MAX_N_FOR_EXACT_TAIL", 999)

    assert record_statement(fcst, obs).p_value == pytest.approx(exact, abs=0.002)


@pytest.mark.parametrize(("n_wrong", "p_value"), [(0, 1.0), (1, 0.0)])
def test_thousands_of_certainties_leave_no_room_for_chance(n_wrong, p_value):
    obs = [0] * n_wrong + [1] * (2500 - n_wrong)

    assert record_statement([1] * 2500, obs).p_value == p_value


def test_a_record_of_nothing_is_refused():
    with pytest.raises(ValueError, match="fcst is empty; a record needs at least one forecast"):
        record_statement([], [])


def test_a_level_where_all_of_a_huge_weight_happened_has_not_more_hits_than_weight():
    weight = 16_053_506_509_267
    (level,) = levels_of(Levels.summed([(9_000, weight, weight * 10_000, 20_000_000)]))

    assert level.observed_share == 1
    assert level.low < level.high <= 1
